"""What buyers and sellers say about budget, authority, need and timeline in English."""

from domain.bant_words import BantKind, BantWords

B, A, N, T = BantKind.BUDGET, BantKind.AUTHORITY, BantKind.NEED, BantKind.TIMELINE
_MONTH = (
    r"(?:(?:early|mid|late|end of|start of|beginning of|first week of|end|beginning|the)[ -])*(?:\d{1,2}(?:st|nd|rd|th)?(?: of)? )?"
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b(?: (?:the )?\d{1,2}(?:st|nd|rd|th)?)?(?:,? 20\d\d)?"
)
_COUNT = r"(?:\d{1,3}|a|an|one|two|three|four|five|six|seven|eight|nine|ten|twelve|couple of|a couple of|few|a few|several)"

WORDS = BantWords(
    language="en",
    common=frozenset(
        "the and with would like your our please thanks we are for need you that is have this what it's i'm we're not but of to".split()
    ),
    numbers=(
        "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
        "eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|a|half a|couple"
    ),
    scales="hundred thousand|thousand|million|grand",
    after_amount=(
        r"\s*(?:[.,;:!?)–—-]|$|\b(?:a|per|for|to|in|on|of budget|set|this|approved|signed|max|tops|or|and|is|was|as|at|"
        r"all|budget|budgeted|annually|yearly|monthly|earmarked|allocated|available|range|mark|total|if|but|so|plus|"
        r"each|i|we|maybe|give|ish|from|which|that|by|would|next|over|including|ex|excluding|aside|left)\b)"
    ),
    times=(
        _MONTH,
        r"(?:(?:the )?(?:end|start|beginning|middle|close|second half|first half) of (?:the |this |next |coming |current |our )*|(?:the |this |next |coming |current |our )+)"
        r"(?:fiscal |financial |calendar )?(?:week|month|quarter|year|spring|summer|autumn|fall|winter|season|budget cycle)\b",
        r"(?:(?:the )?(?:end|start|beginning|middle) of |early |late |mid[ -]?)?(?:q[1-4]|h[12]|fy ?\d{2,4})(?: (?:of )?(?:next year|this year|20\d\d))?",
        r"(?:the )?(?:first|second|third|fourth|1st|2nd|3rd|4th|last) (?:quarter|half)(?: of (?:the|next|this) year)?",
        rf"(?:the )?(?:next |coming |about |around |roughly )*{_COUNT}(?: (?:to|or) {_COUNT}|-\d{{1,2}})? (?:working |business )?(?:days?|weeks?|months?|quarters?|years?)(?: from now| time)?",
        r"20[2-4]\d(?:[-/.]\d{1,2}[-/.]\d{1,2})?",
        r"(?:the )?\d{1,2}(?:st|nd|rd|th)\b(?: of [a-z]{3,9})?",
        r"(?!24/7)\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?",
        r"(?:before )?(?:christmas|easter|thanksgiving|black friday|peak(?: season)?|new_year|the holidays|year[ -]end|quarter[ -]end|month[ -]end|eoy|eoq|peak)",
    ),
    who=(
        r"(?:the |our |my |their |her |his )?(?:(?:group|global|regional|senior|new|company's|executive|managing|finance|it|operations|commercial|procurement|purchasing|country|general|divisional|technical) )*"
        r"(?:ceo|cfo|coo|cto|cio|ciso|cro|cmo|chro|vp|fd|md|svp|evp|board(?: of directors)?|boss|manager|director|committee|owners?|founders?|procurement|purchasing|"
        r"finance|legal|president|partners?|management|leadership(?: team)?|headquarters|hq|head office|head of \w+|vice president|chief [a-z]+ officer|"
        r"steering (?:group|committee)|exec(?:utive)?s?(?: team)?|c-suite|chairman|principal|treasurer|controller|line manager|supervisor|parent company|head)\b"
        r"(?: of \w+)?",
    ),
    stated={
        B: (
            "budget * <money>", "<money> * budget~", "<money> * set|put aside", "set|put aside * <money>",
            "<money> * earmarked|allocated|ringfenced|ring-fenced|approved|available|secured|reserved|approved",
            "earmarked|allocated|ringfenced|approved|secured|reserved|budgeted * <money>", "signed off * <money>", "<money> * signed off",
            "can|could spend * <money>", "spend|invest * up to <money>", "up to <money>", "no more than <money>", "not|nothing more than <money>",
            "have|got|is|has * <money> * for this|it|that|the", "have|got <money>", "we've|i've got? <money>", "in the range|region|neighborhood|neighbourhood|ballpark of <money>",
            "ceiling|cap|limit|maximum|max * <money>", "<money> * ceiling|cap|maximum|max|tops|limit", "<money> to spend|invest|work",
            "willing|prepared|able|happy to spend|pay|invest * <money>", "under|below|within <money>", "anything up to|under|below <money>",
            "between <money>", "budget is|was|has|got|been * approved|secured|allocated|confirmed|there|available|signed|set|locked",
            "budget|money|funding|funds|spend approved|secured|allocated|confirmed|available|signed",
            "money|funding|funds is|are|has|have|been * approved|secured|allocated|there|available|signed", "approved|secured|allocated|confirmed|signed * budget|funding|funds",
            "have|got|there's|has * a? budget for|set", "have * budget|money|funding|funds", "have a? budget", "got * budget|funding|money|funds", "we've budgeted", "we|i|already budgeted", "it's|is|it|this|that budgeted", "budgeted for",
            "there is|was a? budget", "there's * budget|money|funding", "set|put aside * budget|money|funds|funding", "comes|come|coming out of * budget",
            "in_the|our|this|next budget", "in this|next|the year's budget", "budget * set aside", "line item", "can|could afford", "cost centre|center",
            "money is|are there", "my|our|the budget is|was|are * <money>", "budget~ * <number> k", "pot|envelope of <money>",
        ),
        A: (
            "i'm|i_am * decision_maker|decision-maker|decider|approver|signatory|budget holder", "i|i'm decide", "i'd decide", "i|i'll|i'd make|take|own * decision|call", "i make|take|have the? final",
            "i|i'll|i'd|i'll|can * sign|approve|authorise|authorize * off|it|this|that|up|myself|the|anything|for|alone", "i can sign|approve|authorise|authorize", "i sign", "i approve", "i hold|own|control|run|manage * budget", "i have|got * final_say|sign-off|signoff|authority|last_word|sign_off|final_decision",
            "final|ultimate|last * decision|call|say|word * mine|me|myself|with me|i", "decision is|lies|sits|rests * mine|me", "it's|that's|is * my|mine decision|call", "my decision|call", "it's|that's|that|it up to me", "decision|call is mine",
            "sign-off|signoff|approval|decision|budget|contract * is|comes|lies|sits|rests|goes|needs|with|from|by|to * <who>", "down to me", "buck stops",
            "<who> * decides|decide|approves|approve|signs|sign|signed|authorises|authorizes|decision|call|say|sign-off|signoff|approval|blessing|okay|ok", "<who> will|would|has|have|needs|need|must|to|also|then|and|makes|holds|owns|controls * decide|approve|sign|decision|say|call|agree|budget|okay|ok|purse~|review",
            "sign-off|signoff|approval|buy-in|blessing|permission|okay|ok|green|go-ahead * from|by|of|with <who>", "run|take|bring|put|pass|clear|check|discuss|talk|agree * by|past|to|with|through|before|in|front|up <who>",
            "goes|go|went|going|has|have|needs|need|signed * to|through|past|by|before|off <who>", "up to <who>", "<who> has|have|holds|hold|owns|own|makes|make the? final|last|budget|purse~|decision|call",
            "report|reports to <who>", "convince|persuade|involve|include|loop|consult * <who>", "<who> and|& i|me|myself", "i|me and|with|together <who>", "decide|decides|sign|approve|choose together|jointly * <who>", "decision|decide|decided by|with <who>", "decision_maker|decision-maker|approver|signatory|sponsor|buyer is|are|would|will|being * <who>", "it's|that's|that|is|would|be|lies|sits|with|down to? with? <who> * decision|decides|call|money|budget|signs|sign~",
            "i'm|i_am responsible|accountable|in charge * for|of", "i|i'll choose|pick * vendor|supplier|tool|system|software|provider", "i run|head|lead|own * operations|department|division|company|business|logistics|it|team", "i'm|i_am the|an? owner|founder|ceo|managing|director|coo|cfo|head|vp", "it's my company|business",
        ),
        N: (
            "we|i|they|really|do|team|desperately need|needs|require|requires to|a|an|something|some|someone|better|more|it|that|this|the|one|real|help|visibility|automat~|reliable|faster|software|tool", "need|needs a|an|something|better|to replace|to reduce|to cut|to fix|to automate|to improve", "what we need", "we|i need",
            "looking for|into|at|to a|an|something|some|replac~|chang~|switch~|move|automat~|reduce|cut|improve|new|better|alternativ~|solution~|tool|system|software|way~", "looking to replace|reduce|cut|improve|automate|move|switch|consolidate|scale|get|buy|find", "looking for", "we're|we_are|i'm looking",
            "struggle|struggles|struggling|struggled with|to|because|every|when", "struggling|struggle", "biggest|main|real|key|major|core|number|our|the * problem|challenge|issue|pain|headache|bottleneck|concern|frustration|priority|goal|pain-point", "problem|challenge|issue|trouble|pain|headache|bottleneck|goal is|with|for|was|being|has",
            "it's|is|that's|becoming|become|been * nightmare|mess|pain|headache|chaos|unsustainable|killing|hurting|unmanageable|problem", "nightmare", "keeps|keep breaking|crashing|failing|going|falling|losing|happening", "want|wanted|would_like|we'd_like|i'd_like to replace|reduce|cut|improve|automate|move|switch|consolidate|scale|get|see|know|stop|have|fix|avoid|track|be|bring", "want|wants to", "want|wants a|an|something|better|one",
            "by hand", "manually", "manual process~|work|entry|data", "spreadsheet~|excel|whiteboard~", "pen and paper", "on paper", "takes|take|taking|spend|spends|spending|waste|wasting * hours|days|weeks|time|minutes|hour|day|half", "hours|days|hour|time * every|each|a|per day|week|month|morning * on|doing|to", "wasting|waste|wasted", "losing|lose|lost * <money>", "losing|lose|lost * customers|money|deals|orders|contracts|contract|business|track|visibility|people|time|sales|clients|leads|data", "costs|costing|cost_us", "miss|missing|missed * deadlines|deliveries|windows|slots|orders|target~|leads|calls",
            "can't|cannot|can_not see|track|tell|keep|scale|report|get|find|handle|manage|cope|show|rely|trust|plan|forecast|measure|do|even", "no visibility|way|overview|idea|insight|control|single|clear|real|reporting|automation|integration", "don't|doesn't|do_not|does_not|didn't|isn't|aren't|won't scale|work|integrate|talk|support|know|see|sync|have|cope|handle|keep|able|able|enough", "too slow|many|much|expensive|manual|complex|clunky|old", "outdated|outgrown|outgrew|clunky|unreliable|end-of-life|obsolete|legacy", "end of life",
            "replace|replacing * system|tool|current|existing|old|software|tms|crm|vendor|provider|supplier|it|spreadsheets", "get|getting rid of", "have|has|had|got to fix|replace|reduce|cut|improve|comply|automate|solve|stop|sort|do|move|change", "must-have|essential|critical|crucial", "top|high priority", "error-prone|errors|mistakes|duplicates|double|rework|complaints|churn|turnover|complain|complaining", "fed up", "sick of", "tired of", "frustrat~", "falls|fall|falling|fell over|apart|behind|cracks|through", "goal|objective|aim|target|mandate is|to", "interested in", "would|could|it'd|that'd help|save|solve", "our * growing|growth|doubled|grew|expanding|expansion", "compliance|gdpr", "pain point~", "drives|driving|driven * crazy|mad|nuts|insane", "paper|paper-based",
        ),
        T: (
            "by|before|until|till|within|in|around|during|for|from|starting|start|come|no later than|latest|after|over <when>", "by|before|in|within|around|for|at * the|next|end|start|beginning|of|about|early|mid|late <when>", "<when> * at the latest", "<when> latest",
            "go|going|went|be|get live|started|running * <when>", "go-live|go_live|launch|rollout|roll-out|deadline|target|kickoff|kick-off|start|decision|renewal|contract|implementation|pilot|deploy~ * <when>", "expires|expire|ends|end|renews|renew|runs|run|lapses|up|due|terminates * <when>", "decide|decision|choose|sign|start|started|begin|implement|deploy|migrate|switch|purchase|buy|move|launch|roll~|finish|complete|place|ready|live|done * <when>", "<when> * deadline|go-live|launch|start|renewal|target|rollout|kickoff|decision", "want|need|needs|like|aiming|planning|plan|hoping|looking|targeting|target|aim|hope * <when>", "this|next week|month|quarter|year|spring|summer|autumn|fall|winter",
            "as soon as possible", "asap", "straight away", "right away", "immediately", "yesterday", "urgent~", "sooner|faster the? better", "hard|tight deadline|stop|date|timeline", "deadline", "time-critical|time-sensitive",
        ),
    },
    denied={
        B: (
            "no|zero|without|not * budget|money|funding|funds", "no|zero|without budget|money|funding|funds|cash", "don't|do_not|didn't|haven't|doesn't|hasn't|isn't|ain't|never * budget|money|funding|funds|budgeted", "not have|got * budget|money|funding|funds", "haven't|hasn't|not|wasn't|isn't|never|nothing been? budgeted|allocated", "nothing * budgeted|allocated|set|earmarked|in_the|left",
            "budget|budgets|spending|spend|purchasing|funding * frozen|cut|gone|spent|exhausted|slashed|used|pulled|zero|blown|freeze|cancelled|tapped|maxed", "budget|spending|hiring freeze", "can't|cannot|can_not|couldn't * spend|justify|pay|invest", "can't|cannot|can_not|couldn't * afford it|that|this|another|the|a|anything|more|your|you|any|much|right|at|new|something|what", "can't|cannot|couldn't * afford to pay|spend|buy|invest", "not|isn't|wasn't|n't * in * budget", "out of|over|beyond|outside * budget|price|range", "too expensive|pricey|steep|costly", "too much money|for us", "no|not|isn't|there's * money|budget * left|for|available|this", "lost * budget|funding", "budget|funding was|is|got|has been? rejected|denied|declined|refused|turned", "not|n't willing|prepared|going|able to pay|spend|invest", "spent * budget|everything", "not|n't a cent|penny|dime",
        ),
        A: (
            "i'm|i_am * not * decision_maker|decision-maker|decider|one|person|signatory|approver", "i'm|i_am * not * authorised|authorized|allowed|position|able|responsible", "not|isn't|n't * my|mine decision|call|place|department|budget|area", "not|isn't|n't|never * up to me", "i * don't|do_not|can't|cannot|couldn't|didn't|won't * decide|sign|approve|authorise|authorize|make_the_decision|make_that|say|call|commit|final", "no|don't|haven't|not * say|authority|power|final|influence", "above|over|outside|beyond my pay|paygrade|head|grade|remit|level|authority", "not|n't|isn't * with|mine|me", "don't_know|not_sure|no_idea who", "i'm|i_am just|only * gathering|researching|collecting|intern|assistant|user|evaluating|looking|asked", "i|i'd don't|do_not|can't have|make * decision~|call",
        ),
        N: (
            "don't|do_not|doesn't|didn't|not|no|n't|won't|never|longer * need|require", "no need", "no real|actual|immediate|pressing|current|particular need|problem|pain|issue|requirement", "happy|satisfied|fine|content|good|pleased|comfortable with|where|as * what|our|current|existing|we|the|it", "works|working|work * fine|well|great|perfectly|okay|ok", "not|n't|aren't|isn't|wasn't * looking|interested|priority|problem|issue|challenge|in the_market|relevant|something_we", "all set", "just|only|merely|simply * browsing|looking_around|curious|curiosity|kicking|exploring|researching", "already_have|got|using|solved|covered|sorted * it|that|one|solution|system|tool|covered|sorted|solved", "don't|do_not|doesn't|not * see|have * need|problem|reason|use|case|pain|issue~", "we're good", "no plans|interest|intention|appetite", "just|only looking", "no complaints|problems|issues",
        ),
        T: (
            "no|without|not * rush|hurry|timeline|deadline|time_frame|timeframe|pressure|urgency|set_date|fixed_date|hard_date|immediate_plans|date", "no|not * plan|plans|planned|date|timescale", "not|n't|isn't|won't|aren't|never|nothing * any_time|anytime soon", "not|n't|won't|isn't|aren't|nothing * this|next|before|until year|quarter|month|week|summer|spring", "not|n't * urgent|urgency|hurry|rush|pressing", "no|not|n't * time soon", "on hold|ice|pause", "on the back burner", "back burner", "postponed|shelved|parked|paused|deprioritised|deprioritized|pushed back", "nothing * planned|scheduled|concrete|decided", "some_day|someday|whenever|eventually", "don't|not|haven't|no * timeline|deadline|timeframe|date|schedule|rush", "too early|soon to", "long way off",
        ),
    },
    open={
        B: (
            "budget * not|isn't|hasn't|yet|still|pending|tbd|undecided|unclear|depends|being|under|discuss~|waiting", "not|haven't|hasn't|isn't|wasn't|n't|still|waiting|await~|pending * approved|approval|finalised|finalized|confirmed|signed|agreed|decided|set|defined|fixed|allocated yet? * budget", "budget|funding|money|number|figure * to be|tbd|tbc|needs|would|could|might|may|should|has_to|have_to|will", "don't|not|no|can't|cannot|couldn't * know|sure|idea|say|exact|number|figure|tell * budget", "no|don't|haven't * specific|exact|fixed|set|formal|official|defined|dedicated|firm|concrete|hard|particular|precise * budget|number|figure", "depends * price|roi|cost|business|budget|case|value|numbers|offer|quote|proposal", "find|get|free|request|ask|apply|fight|need|make|build * budget|funding|funds|money|business_case", "business case", "paying|pay|spend|spending|spent|costs|currently|today * <money> * now|today|currently|month|year|already|per|a|with|on|for", "paying|pay|spend|spending|spent <money>", "expected|hoping|expecting|ballpark|thinking|guess * <money>", "<money> * maybe|perhaps|possibly", "budget * next|new_year|cycle|quarter", "price-sensitive|tight|limited|small * budget~", "within|in|fits|inside * our budget|range|ballpark|price", "<money> * above|more|higher|over|beyond * expect~|planned|thought|budgeted|hoped|hoping", "more|higher than * expect~|planned|thought|budgeted|hoped", "hard|difficult|tough * justify", "budget|money|budgets|cash * tight|limited|small|constrained|squeezed", "<money> * might|may|could|would|should * doable|possible|realistic|work|fit|manageable|fine|okay|ok",
        ),
        A: ("not|n't sure|certain|know * who|whether|decides|decision|signs", "don't know who", "who * decides|signs|approves * unclear|know|sure|depends", "depends * amount|price|size|<who>", "have_to|need to|must|i'd|i'll|let me * find out|ask * who", "might|may|probably|maybe|perhaps|guess * <who>"),
        N: ("not|n't sure|certain|convinced * need|problem|worth|right|fit", "nice to have", "nice-to-have", "might|may|maybe|perhaps|could * need|want|use|look|be * interesting|useful|a|something|to", "still|just|only * exploring|evaluating|researching|comparing|gathering|early|learning"),
        T: ("not|n't|don't|haven't|no * sure|know|decided|certain|idea|clear|say|tell|exact|specific|firm|fixed * when|timeline|date|timing|timeframe|start|long", "not|isn't|nothing|n't|never * until|before <when>", "depends * on|budget|approval|how|when|it|resources|price", "too early|soon to say|tell|know|commit", "<when> * might|may|maybe|perhaps|probably|hopefully|earliest|if", "might|may|maybe|perhaps|probably|hopefully|sometime|possibly|earliest * <when>", "revisit|back|reconnect|reach|touch|circle|look|talk|check * <when>", "later this|next year", "some time|point"),
    },
    clear={
        B: ("budget|money|price|pricing|cost|funding|budgets isn't|won't|wouldn't|aren't|not|wasn't * issue|problem|concern|constraint|blocker|obstacle|worry|question", "budget|money|price|pricing|cost|funding|budgets is|are|will|was|should|would not|no|never * issue|problem|concern|constraint|blocker|obstacle|worry|question", "budget|money|funding|price no|is|not * issue|problem|object|concern|obstacle", "no|not|n't * budget|money|price|cost|funding * issue|issues|problem|problems|constraint|constraints|concern|concerns|limit|cap|limits", "can't|cannot|couldn't|don't|not|won't|wouldn't|shouldn't|n't|never * spend|go|exceed|pay|afford|be * more|over|above|beyond|than|exceed * <money>", "not|no|nothing|n't * more|over|above|beyond|higher than? <money>", "not only|just budget"),
        A: ("don't|no|not|n't|without * need|require|have|anyone|anybody * approval|permission|sign-off|signoff|ask|else|else's", "no_one|nobody else", "don't|not have|need to ask|check|consult"),
        N: ("not|n't|isn't * working|work|scale|happy|satisfied|good|enough|fine|great|ideal|sustainable|acceptable", "can't|cannot go|continue|keep|carry|live * on|like|this|doing|without", "don't|do_not|doesn't|no have|has * visibility|way|overview|tool|system|insight|control|real-time|reporting|process|software|solution|anything|data|single", "not a? nice-to-have"),
        T: ("not|no later than <when>", "can't|cannot|couldn't|won't|not * wait|slip|miss|later|past|beyond|after * <when>", "can't|cannot wait", "no time to lose|waste", "not * much|lot time"),
    },
    ruled_out={
        B: ("revenue|turnover|lost|lose|losing|fine|fines|penalty|penalties|raised|valuation|save|saved|savings|worth|customers|orders|invoice~|salary|salaries|wage~|fuel|sales of|market|in sales|profit|cost_us|costs us|costing us", "last|previous year|quarter", "back in", "years ago", "if * had|were", "your|their budget", "sign|signs|approve|approves|authorise|authorize|decide * <money>", "<money> * sign-off|approval|board"),
        A: ("your|their <who>", "used to", "from your"),
        N: ("don't|do_not|didn't|not know|sure who|when|if|whether|exactly|yet|the|that|what", "need|needs|want|have to be|go|get * live|running|ready|started", "need|needs|want to be live|running|ready|started", "need to * check|ask|talk|run|go|leave|jump|think|speak|get_back|discuss|hop|drop|head|move|say|be_honest|step|see|look|know|understand|read", "need|needs * approval|sign-off|signoff|budget|permission|minute|second|moment|blessing", "no problem|worries", "not a problem", "need|needs|want|wants * from you|your|to know|to see", "you need|want|should", "works|work * for me|us", "looking forward", "thanks|thank_you", "want to * say|mention|ask|add|check|hear", "everything you need", "want|like to * decide|go_live|start|sign|buy|see|speak|talk"),
        T: ("since|ago|last|back in|previous|used|founded|opened in|started in|joined|worked", "every|each|per", "call|meeting|talk|speak|chat|catch|email|mail|send|demo|presentation|invite|appointment|session|webinar|lunch|coffee * <when>", "<when> * call|meeting|talk|speak|chat|catch|demo|invite|works|work|afternoon|morning|send|suits|free|o'clock|fine|good|available", "takes|take|took|spend|spent|spends|waste|wasting|lose|losing|wait|waits|waiting", "on holiday|vacation|leave", "have a good|great|nice", "talk|speak|see you", "in * meeting|call|office"),
    },
    asks={
        B: ("budget~", "funding|funds|invest|investment|investing|spend|spending|afford|price_range|pricing|cost|money|figure|price", "how much", "ballpark", "financial|financially"),
        A: ("who", "decision|decide|decides|decision-maker|decision_maker|decision-making", "sign_off|sign-off|signoff|approve|approval|approves|authority|signs", "stakeholder~", "involved", "anyone|anybody|someone|somebody else", "final say", "your decision|call", "up to you"),
        T: ("when", "timeline|timeframe|time_frame|timing|deadline|timescale|schedule|date", "how soon|quickly|urgent", "go_live|go-live|start|kick_off|launch|implement~", "by what|which", "urgency|rush|hurry"),
        N: ("challenge~|problem~|pain~|issue~|struggl~|goal~|objective~|priorit~|need|needs|looking for|bottleneck~|frustrat~", "what brought|made|brings|prompted|led|triggered|brought", "why", "what * looking|trying|hoping|want|like|improve|solve|achieve|fix", "tell|walk me|us * about|through", "how do|does * you|your", "how * currently|at the moment|handling|managing|planning|tracking|dealing|solving", "what's|what_is * working|wrong|happening|going|missing|hardest|situation|biggest|broken", "is|was there * need|problem|interest"),
    },
    himself=("me", "myself", "i", "mine", "that's me", "just me", "i do", "i am", "i would", "that'd be me", "yours truly", "you're talking|speaking to"),
    yes=r"(?:yes|yeah|yep|yup|correct|right|exactly|absolutely|definitely|sure|that's right|that's correct|indeed|of course|we do|we have|it is|i do|i_am|uh-huh|mm-hmm|affirmative)",
    no=r"(?:no|nope|nah|not really|not yet|not at all|not at the moment|unfortunately not|i'm afraid not|negative|none|nothing|we don't|we haven't|i don't|i'm not|it isn't|not)",
    negations=("not", "n't", "no", "never", "without", "nor", "hardly", "neither", "none", "nobody", "cannot"),
    hedges=("maybe", "perhaps", "probably", "might", "possibly", "not sure", "i guess", "i think", "hopefully", "i suppose", "not certain", "don't know", "could be", "tbd", "to be confirmed", "to be decided", "somewhere", "hard to say", "likely", "presumably", "i believe", "if we", "if the", "if i", "unless", "unclear", "in theory", "depends", "depending", "subject to", "pending"),
    contrast=("but", "however", "although", "though", "whereas", "except", "yet", "while", "instead"),
    corrections=("actually", "correction", "i misspoke", "let me correct", "sorry", "turns out", "update", "now we", "since then", "good news", "bad news", "changed", "i take that back", "just got", "just heard"),
    question_starts=("what", "when", "how", "who", "why", "which", "where", "do you", "does it", "does your", "can you", "can it", "could you", "could we", "would you", "is it", "is there", "are you", "are there", "will it", "have you", "is that", "did you", "should we", "can we", "do we", "may i", "would it"),
    seller_cues=("thanks|thank_you * taking the time|joining|hopping|making time|your time", "our platform|product|solution|software|customers|pricing|clients|tool|team can|licence|license|demo|price|plans|offering", "we offer|help|provide|support|integrate|charge|typically|usually|work with|sell|start at|recommend|can offer", "i'd|i_would|we'd love|like to show|understand|learn|ask|hear|know", "walk me through", "tell me * about", "what's|what_is|do_you_have|have_you|is_there * your|a|any|set|budget~ * budget|timeline|timeframe|process|goal|challenge", "who else", "how are|do_you * currently|today|handling|managing|doing", "happy to show|send|share|set|arrange", "i'll|i_will send|share|follow|set|put|forward|get", "let me show|share|walk|tell|send|summarise|summarize|recap|ask", "does that make sense", "pricing starts|is", "what brought|brings|prompted|made you", "on your side|end", "for you guys", "calling from|about", "reaching out", "i'm|my_name_is|this_is * from|with|at", "if you don't mind me asking", "what would|does|do_you|success|happens|kind|are", "your current|team|process|goals|situation|business|needs|side|timeline|budget", "any other questions|concerns", "how can i|we help", "mind if i", "just to confirm|recap|clarify", "great question", "got it", "makes sense", "great to|glad to|sorry to hear", "so you|you're|you are", "can you tell|share|walk|describe|elaborate"),
    buyer_cues=("we currently|already use|use|run|have", "we're|we_are using|running|struggling|looking|currently|a company|growing|evaluating|losing|planning", "our team|budget|cfo|ceo|board|boss|current|contract|drivers|warehouse|planners|fleet|fiscal|vendor|provider|company|it|system|process|biggest|finance|operations", "my boss|team|cfo|budget|decision|manager|director|call", "how much does|is|would|do_you charge", "do_you|does_it|does_your|can_it|can_you * integrate|support|offer|have|handle|work|charge|do", "your platform|product|solution|software|pricing|price|tool|system|website|company|competitor", "we need|want|have|would|can't|cannot|lose|spend|pay|don't|do|tried|just|did", "i need|have_to|run|lead|manage|report|decide|sign", "budget is|was|approved", "for us"),
)
