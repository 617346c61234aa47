"""What buyers and sellers say about budget, authority, need and timeline in English."""

from domain.bant_en_stated import STATED
from domain.bant_words import BantKind, BantWords, phrases, words

B, A, N, T = BantKind.BUDGET, BantKind.AUTHORITY, BantKind.NEED, BantKind.TIMELINE
_MONTH = (
    r"(?:(?:early|mid|late|end of|start of|beginning of|first week of|end|beginning|the)[ -])*(?:\d{1,2}(?:st"
    r"|nd|rd|th)?(?: of)? )?"
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b(?: (?:the )?\d{1,2}(?:st|nd|rd|th)?)?(?:,? 20\d\d)?"
)
_COUNT = (
    r"(?:\d{1,3}|(?:(?<=in )|(?<=within )|(?<=after ))(?:a|an)"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|twelve|couple of|a couple of"
    r"|few|a few|several)"
)

WORDS = BantWords(
    language="en",
    common=words(
        """
        and are but for have i'm is it's like need not of our please thanks that the this to we we're what with
        would you your
        """
    ),
    numbers=(
        "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
        "eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|a|half a|couple"
    ),
    scales="hundred thousand|thousand|million|grand",
    after_amount=(
        r"\s*(?:[.,;:!?)–—-]|$|\b(?:a|per|for|to|in|on|of budget|set|this|approved|signed|max|tops|or|and|is|was"
        r"|as|at|"
        r"all|budget|budgeted|annually|yearly|monthly|earmarked|allocated|available|range|mark|total|if|but|so|plus|"
        r"each|i|we|maybe|give|ish|from|which|that|by|would|next|over|including|ex|excluding|aside|left)\b)"
    ),
    times=(
        _MONTH,
        r"(?:(?:the )?(?:end|start|beginning|middle|close|second half|first half) of (?:the |this |next |coming "
        r"|current |our )*|(?:the |this |next |coming |current |our )+)"
        r"(?:fiscal |financial |calendar )?(?:week|month|quarter|year|spring|summer|autumn|fall|winter|season"
        r"|budget cycle)\b",
        r"(?:(?:the )?(?:end|start|beginning|middle) of |early |late |mid[ -]?)?(?:q[1-4]|h[12]"
        r"|fy ?\d{2,4})(?: (?:of )?(?:next year|this year|20\d\d))?",
        r"(?:the )?(?:first|second|third|fourth|1st|2nd|3rd|4th|last) (?:quarter|half)(?: of (?:the|next"
        r"|this) year)?",
        rf"(?:the )?(?:next |coming |about |around |roughly )*{_COUNT}(?: (?:to|or) {_COUNT}"
        rf"|-\d{{1,2}})? (?:working |business )?(?:days?|weeks?|months?|quarters?|years?)(?: from now"
        rf"| time)?",
        r"(?:early |late |mid[ -]?)?(?:spring|summer|autumn|fall|winter)(?: (?:of )?20[2-4]\d)?\b",
        r"20[2-4]\d(?:[-/.]\d{1,2}[-/.]\d{1,2})?",
        r"(?:the )?\d{1,2}(?:st|nd|rd|th)\b(?: of [a-z]{3,9})?",
        r"(?!24/7)\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?",
        r"(?:before )?(?:christmas|easter|thanksgiving|black friday|peak(?: season)?|new year|the holidays"
        r"|year[ -]end|quarter[ -]end|month[ -]end|eoy|eoq|peak)",
    ),
    who=(
        r"(?:the |our |my |their |her |his )?(?:(?:group|global|regional|senior|new|company's|executive|managing"
        r"|finance|it|operations|commercial|procurement|purchasing|country|general|divisional|technical) )*"
        r"(?:ceo|cfo|coo|cto|cio|ciso|cro|cmo|chro|vp|fd|md|svp|evp|board(?: of directors)?|boss|manager|director"
        r"|committee|owners?|founders?|procurement|purchasing|"
        r"finance|legal|president|partners?|management|leadership(?: team)?|headquarters|hq|head office"
        r"|head of \w+|vice president|chief [a-z]+ officer|"
        r"steering (?:group|committee)|exec(?:utive)?s?(?: team)?|c-suite|chairman|principal|treasurer|controller"
        r"|line manager|supervisor|parent company|head)\b"
        r"(?: of \w+)?",
    ),
    stated=STATED,
    denied={
        B: phrases(
            """
            no|zero|without|not * budget|money|funding|funds; no|zero|without budget|money|funding|funds|cash;
            don't|do_not|didn't|haven't|doesn't|hasn't|isn't|ain't|never * budget|money|funding|funds|budgeted; not
            have|got * budget|money|funding|funds; haven't|hasn't|not|wasn't|isn't|never|nothing been?
            budgeted|allocated; nothing * budgeted|allocated|set|earmarked|in_the|left;
            budget|budgets|spending|spend|purchasing|funding *
            frozen|cut|gone|spent|exhausted|slashed|used|pulled|zero| blown|freeze|cancelled|tapped|maxed;
            budget|spending|hiring freeze; can't|cannot|can_not|couldn't * spend|justify|pay|invest;
            can't|cannot|can_not|couldn't * afford it|that|this|another|the|a|anything|more|your|you|any|much|
            right|at|new|something|what; can't|cannot|couldn't * afford to pay|spend|buy|invest;
            not|isn't|wasn't|n't * in * budget; over|beyond|outside * budget|price|range; out of budget|money|funds; too
            expensive|pricey|steep|costly; too much money|for us; no|not|isn't|there's * money|budget *
            left|for|available|this; lost * budget|funding; budget|funding was|is|got|has been?
            rejected|denied|declined|refused|turned; not|n't willing|prepared|going|able to pay|spend|invest; spent
            * budget|everything; not|n't a cent|penny|dime
            """
        ),
        A: phrases(
            """
            i'm|i_am * not * decision_maker|decision-maker|decider|one|person|signatory|approver; i'm|i_am * not *
            authorised|authorized|allowed|position|able|responsible; not|isn't|n't * my|mine
            decision|call|place|department|budget|area; not|isn't|n't|never * up to me; i *
            don't|do_not|can't|cannot|couldn't|didn't|won't *
            decide|sign|approve|authorise|authorize|make_the_decision| make_that|say|call|commit|final;
            no|don't|haven't|not * say|authority|power|final|influence; above|over|outside|beyond my
            pay|paygrade|head|grade|remit|level|authority; not|n't|isn't * with me; not|n't|isn't mine; more than
            i|we can|could
            approve|sign|authorise|authorize|spend; don't_know|not_sure|no_idea
            who; i'm|i_am just|only * gathering|researching|collecting|intern|assistant|user|
            evaluating|looking|asked; i|i'd don't|do_not|can't have|make * decision~|call
            """
        ),
        N: phrases(
            """
            don't|do_not|doesn't|didn't|not|no|n't|won't|never|longer * need|require; no need; no
            real|actual|immediate|pressing|current|particular need|problem|pain|issue|requirement;
            happy|satisfied|fine|content|good|pleased|comfortable with|where|as *
            what|our|current|existing|we|the|it; works|working|work * fine|well|great|perfectly|okay|ok;
            not|n't|aren't|isn't|wasn't * looking|interested|priority|in_the_market|relevant|something_we; all set;
            just|only|merely|simply *
            browsing|looking_around|curious|curiosity|kicking|exploring| researching;
            nothing|nothing's is? on fire; does|doing|do the job; gets the job done; do|does|doing just fine;
            already_have|got|using|solved|covered|sorted * it|that|one|solution|system|tool|covered|sorted|solved;
            don't|do_not|doesn't|not * see|have * need|problem|reason|use|case|pain|issue~; we're good; no
            plans|interest|intention|appetite; just|only looking; no complaints|problems|issues
            """
        ),
        T: phrases(
            """
            no|without|not * rush|hurry|timeline|deadline|time_frame|timeframe|pressure|
            urgency|set_date|fixed_date|hard_date|immediate_plans|date; no|not * plan|plans|planned|date|timescale;
            not|n't|isn't|won't|aren't|never|nothing * any_time|anytime soon; not|n't|won't|isn't|aren't|nothing *
            this|next year|quarter|month|week|summer|spring; not|n't *
            urgent|urgency|hurry|rush|pressing; no|not|n't * time soon; on hold|ice|pause; on the back burner; back
            burner; postponed|shelved|parked|paused|deprioritised|deprioritized|pushed_back; nothing *
            planned|scheduled|concrete|decided; some_day|someday|whenever|eventually; don't|not|haven't|no *
            timeline|deadline|timeframe|date|schedule|rush; too early|soon to; long way off
            """
        ),
    },
    open={
        B: phrases(
            """
            budget * not|isn't|hasn't|yet|still|pending|tbd|undecided|unclear| depends|being|under|discuss~|waiting;
            not|haven't|hasn't|isn't|wasn't|n't|still|waiting|await~|pending *
            approved|approval|finalised|finalized|confirmed|signed| agreed|decided|set|defined|fixed|allocated yet?
            * budget; budget|funding|money|number|figure * to_be|tbd|tbc|has_to_be|have_to_be; don't|not|no|
            can't|cannot|couldn't *
            know|sure|idea|say|exact|number|figure|tell * budget; no|don't|haven't *
            specific|exact|fixed|set|formal|official|defined|dedicated| firm|concrete|hard|particular|precise *
            budget|number|figure; depends * price|roi|cost|business|budget|case|value|numbers|offer|quote|proposal;
            find|get|free|request|ask|apply|fight|need|make|build * budget|funding|funds|money|business_case;
            business case; paying|pay|spend|spending|spent|costs|currently|today * <money> *
            now|today|currently|month|year|already|per|a|with|on|for; paying|pay|spend|spending|spent <money>;
            expected|hoping|expecting|ballpark|thinking|guess * <money>; <money> * maybe|perhaps|possibly; budget *
            next|new_year|cycle|quarter; price-sensitive|tight|limited|small * budget~; within|in|fits|inside * our
            budget|range|ballpark|price; <money> * above|more|higher|over|beyond *
            expect~|planned|thought|budgeted|hoped|hoping; more|higher than *
            expect~|planned|thought|budgeted|hoped; hard|difficult|tough * justify; budget|money|budgets|cash *
            tight|limited|small|constrained|squeezed; <money> * might|may|could|would|should *
            doable|possible|realistic|work|fit|manageable|fine|okay|ok
            """
        ),
        A: phrases(
            """
            not|n't sure|certain|know * who|whether|decides|decision|signs; don't know who; who *
            decides|signs|approves * unclear|know|sure|depends; depends * amount|price|size|<who>; have_to|
            need_to|must|i'd|i'll|let_me * find_out|ask * who; might|may|probably|maybe|perhaps|guess * <who>
            """
        ),
        N: phrases(
            """
            not|n't sure|certain|convinced * need|problem|worth|right|fit; nice to have; nice-to-have;
            might|may|maybe|perhaps|could * need|want|use|look|be * interesting|useful|a|something|to;
            still|just|only * exploring|evaluating|researching|comparing|gathering|early|learning
            """
        ),
        T: phrases(
            """
            not|n't|don't|haven't|no * sure|know|decided|certain|idea|clear|say|tell|exact|specific| firm|fixed *
            when|timeline|date|timing|timeframe|start|long; not|isn't|nothing|n't|never * until|before <when>;
            depends * on|budget|approval|how|when|it|resources|price; too early|soon to say|tell|know|commit; <when>
            * might|may|maybe|perhaps|probably|hopefully|earliest|if;
            might|may|maybe|perhaps|probably|hopefully|sometime|possibly|earliest * <when>;
            revisit|back|reconnect|reach|touch|circle|look|talk|check * <when>; later this|next year; some
            time|point
            """
        ),
    },
    clear={
        B: phrases(
            """
            budget|money|price|pricing|cost|funding|budgets isn't|won't|wouldn't|aren't|not|wasn't *
            issue|problem|concern|constraint|blocker|obstacle|worry|question;
            budget|money|price|pricing|cost|funding|budgets is|are|will|was|should|would not|no|never *
            issue|problem|concern|constraint|blocker|obstacle|worry|question; budget|money|funding|price no|is|not *
            issue|problem|object|concern|obstacle; no|not|n't * budget|money|price|cost|funding *
            issue|issues|problem|problems|constraint|constraints|concern| concerns|limit|cap|limits;
            can't|cannot|couldn't|don't|not|won't|wouldn't|shouldn't|n't|never * spend|go|exceed|pay|afford|be *
            more|over|above|beyond|than|exceed * <money>; not|no|nothing|n't * more|over|above|beyond|higher than?
            <money>; not only|just budget
            """
        ),
        A: phrases(
            """
            don't|no|not|n't|without * need|require|have|anyone|anybody *
            approval|permission|sign-off|signoff|ask|else|else's; no_one|nobody else; don't|not have|need to
            ask|check|consult
            """
        ),
        N: phrases(
            """
            not|n't|isn't * working|work|scale|happy|satisfied|good|enough|fine|great| ideal|sustainable|acceptable;
            can't|cannot go|continue|keep|carry|live * on|like|this|doing|without; don't|do_not|doesn't|no have|has
            * visibility|way|overview|tool|system|insight|control|
            real-time|reporting|process|software|solution|anything|data| single; not a? nice-to-have
            """
        ),
        T: phrases(
            """
            not|no later than <when>; can't|cannot|couldn't|won't|not * wait|slip|miss|later|past|beyond|after *
            <when>; can't|cannot wait; no time to lose|waste; not * much|lot time
            """
        ),
    },
    ruled_out={
        B: phrases(
            """
            revenue|turnover|lost|lose|losing|fined|fines|penalty|penalties|valuation|save|saved|savings|invoice~|
            salary|salaries|wage~|fuel|profit|profits|cost_us|costs_us|costing_us|in_sales|sales_of|worth_of;
            a fine of; raised <money>; last|previous year|quarter; back in; years ago; if * had|were; your|their budget;
            sign|signs|approve|approves|authorise|authorize|decide * <money>; <money> * sign-off|approval|board
            """
        ),
        A: phrases(
            """
            your|their <who>; used to; from your
            """
        ),
        N: phrases(
            """
            don't|do_not|didn't|not know|sure who|when|if|whether|exactly|yet|the|that|what; need|needs|want|have to
            be|go|get * live|running|ready|started; need|needs|want to be live|running|ready|started; need to *
            check|ask|talk|run|go|leave|jump|think|speak|get_back|
            discuss|hop|drop|head|move|say|be_honest|step|see|look|know| understand|read; need|needs *
            approval|sign-off|signoff|budget|permission|minute|second| moment|blessing; no problem|worries; not a
            problem; need|needs|want|wants * from_you|your|to_know|to_see; you need|want|should; works|work * for
            me|us; looking forward; thanks|thank_you; want to * say|mention|ask|add|check|hear; everything you need;
            want|like to * decide|go_live|start|sign|buy|see|speak|talk; don't|do_not|doesn't|haven't *
            budget|money|funding|funds|cash; weekend|vacation|lake|golf|kids|barbecue|weather
            """
        ),
        T: phrases(
            """
            since|ago|last|back_in|previous|used|founded|opened_in|started_in|joined|worked; every|each|per;
            call|meeting|talk|speak|chat|catch|email|mail|send|demo|
            presentation|invite|appointment|session|webinar|lunch|coffee * <when>; <when> *
            call|meeting|talk|speak|chat|catch|demo|invite|works|work|
            afternoon|morning|send|suits|free|o'clock|fine|good| available;
            takes|take|took|spend|spent|spends|waste|wasting|lose|losing| wait|waits|waiting; on
            holiday|vacation|leave; have a good|great|nice; talk|speak|see you; in * meeting|call|office
            """
        ),
    },
    asks={
        B: phrases(
            """
            budget~; funding|funds|invest|investment|investing|afford|figure; price range; money
            set|available|aside|for;
            have|set|put * money; how much * budget|spend|invest|pay|money|planned|allocated|set|mind;
            looking|willing|able|prepared|planning|hoping to spend|pay; ballpark; financially;
            pricing|price|cost * work|align|fit|range|expect~; what|what's|which * amount|figure|number|range
            """
        ),
        A: phrases(
            """
            who; decision|decide|decides|decision-maker|decision_maker|decision-making;
            sign_off|sign-off|signoff|approve|approval|approves|authority|signs; stakeholder~; involved;
            anyone|anybody|someone|somebody else; final say; your decision|call; up to you
            """
        ),
        T: phrases(
            """
            when do|would|are|is|will|can|could|should|does|did|you'd|by|exactly; by when;
            timeline|timeframe|time_frame|timing|deadline|timescale|schedule|date; how soon|quickly|urgent;
            go_live|go-live|start|kick_off|launch|implement~; by what|which; urgency|rush|hurry
            """
        ),
        N: phrases(
            """
            challenge~|problem~|pain~|issue~|struggl~|goal~|objective~| priorit~|need|needs|looking_for|
            bottleneck~|frustrat~; what brought|made|brings|prompted|led|triggered|brought; why; what *
            looking|trying|hoping|want|like|improve|solve|achieve|fix; tell|walk me|us * about|through; how do|does
            * you|your; how * currently|at_the_moment|handling|managing|planning|tracking|dealing|solving;
            what's|what_is * working|wrong|happening|going|missing|hardest|situation|biggest|broken; is|was there *
            need|problem|interest
            """
        ),
    },
    himself=phrases(
        """
        me; myself; i; mine; that's me; just me; i do; i am; i would; that'd be me; yours truly; you're
        talking|speaking to
        """
    ),
    yes=(
        r"(?:yes|yeah|yep|yup|correct|right|exactly|absolutely|definitely|sure|that's right|that's correct"
        r"|indeed|of course|we do|we have|it is|i do|i am|uh-huh|mm-hmm|affirmative)"
    ),
    no=(
        r"(?:no|nope|nah|not really|not yet|not at all|not at the moment|unfortunately not|i'm afraid not"
        r"|negative|none|nothing|we don't|we haven't|i don't|i'm not|it isn't|not)"
    ),
    negations=phrases("not; n't; no; never; without; nor; hardly; neither; none; nobody; cannot"),
    hedges=phrases(
        """
        maybe; perhaps; probably; might; possibly; not sure; i guess; i think; hopefully; i suppose; not certain;
        don't know; could be; could become; would become; may become; tbd; to be confirmed; to be decided; hard to
        say; likely; presumably; i
        believe; if we; if the; if i; if our; if they; if there; if it; unless; unclear; in theory; depends;
        depending; subject to; pending
        """
    ),
    contrast=phrases("but; however; although; though; whereas; except; yet; while; instead"),
    corrections=phrases(
        """
        actually; correction; i misspoke; let me correct; sorry; turns out; update; now we; since then; good news;
        bad news; changed; i take that back; just got; just heard
        """
    ),
    question_starts=phrases(
        """
        what; when; how; who; why; which; where; do you; does it; does your; can you; can it; could you; could we;
        would you; is it; is there; are you; are there; will it; have you; is that; did you; should we; can we; do
        we; may i; would it
        """
    ),
    seller_cues=phrases(
        """
        thanks|thank_you * taking_the_time|joining|hopping|making_time|your_time; our
        platform|product|solution|software|customers|pricing|clients|tool|team_can|licence|license|demo|price|
        plans|offering; we
        offer|help|provide|support|integrate|charge|typically|usually|work_with|sell|start_at|recommend|can_offer;
        i'd|i_would|we'd love|like to show|understand|learn|ask|hear|know; walk me through; tell me * about;
        what's|what_is|do_you_have|have_you|is_there * your|a|any|set|budget~ *
        budget|timeline|timeframe|process|goal|challenge; who else; how are|do_you *
        currently|today|handling|managing|doing; happy to show|send|share|set|arrange; i'll|i_will
        send|share|follow|set|put|forward|get; let me show|share|walk|tell|send|summarise|summarize|recap|ask; does
        that make sense; pricing starts|is; what brought|brings|prompted|made you; on your side|end; for you guys;
        calling from|about; reaching out; i'm|my_name_is|this_is * from|with|at; if you don't mind me asking; what
        would|does|do_you|success|happens|kind|are; your current|team|process|goals|situation|business|needs|side|
        timeline|budget; any other questions|concerns; how can i|we help; mind if i; just to confirm|recap|clarify;
        great question; got it; makes sense; great to|glad to|sorry to hear; so you|you're|you_are; can you
        tell|share|walk|describe|elaborate; our|the * plan|plans|package|licence|license is|are|starts|costs|begins;
        we can have|get * you *
        live|running|started; get you live|started|running|set; have you live; do you have budget; attached is? our|the
        proposal|quote; as discussed|promised
        """
    ),
    buyer_cues=phrases(
        """
        we currently|already use|use|run|have; we're|we_are using|running|struggling|looking|currently|
        a_company|growing|evaluating|losing|planning; our team|budget|cfo|ceo|board|boss|current|contract|
        drivers|
        warehouse|planners|fleet|fiscal|vendor|provider|company|it| system|process|biggest|finance|operations; my
        boss|team|cfo|budget|decision|manager|director|call; how much does|is|would|do_you charge;
        do_you|does_it|does_your|can_it|can_you * integrate|support|offer|have|handle|work|charge|do; your
        platform|product|solution|software|pricing|price|tool|system| website|company|competitor; we
        need|want|have|would|can't|cannot|lose|spend|pay|don't|do| tried|just|did; i
        need|have_to|run|lead|manage|report|decide|sign; budget is|was|approved; for us; we've|we_have|we got *
        <money>; our|the cio|coo|cfo|cto|ceo|board *
        has|wants|needs|signs|decides; business case; steering committee
        """
    ),
)
