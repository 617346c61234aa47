"""What buyers say in English when they have something to say: the plain statements of `bant_en`."""

from domain.bant_words import BantKind, Phrases, phrases

B, A, N, T = BantKind.BUDGET, BantKind.AUTHORITY, BantKind.NEED, BantKind.TIMELINE

STATED: Phrases = {
    B: phrases(
        """
        budget * <money>; <money> * budget~; <money> * set|put aside; set|put aside * <money>; <money> *
        earmarked|allocated|ringfenced|ring-fenced|approved| available|secured|reserved|approved;
        earmarked|allocated|ringfenced|approved|secured|reserved|budgeted * <money>; signed off * <money>;
        <money> * signed off; can|could spend * <money>; spend|invest * up to <money>; up to <money>; no more
        than <money>; not|nothing more than <money>; have|got|is|has * <money> * for this|it|that|the; have|got
        <money>; we've|i've got? <money>; in the range|region|neighborhood|neighbourhood|ballpark of <money>;
        ceiling|cap|limit|maximum|max * <money>; <money> * ceiling|cap|maximum|max|tops|limit; <money> to
        spend|invest|work; willing|prepared|able|happy to spend|pay|invest * <money>; under|below|within
        <money>; anything up to|under|below <money>; between <money>; budget is|was|has|got|been *
        approved|secured|allocated|confirmed|there|available|signed|set|locked; budget|money|funding|funds|spend
        approved|secured|allocated|confirmed|available|signed; money|funding|funds is|are|has|have|been *
        approved|secured|allocated|there|available|signed; approved|secured|allocated|confirmed|signed *
        budget|funding|funds; have|got|there's|has * a? budget for|set; have * budget|money|funding|funds; have
        a? budget; got * budget|funding|money|funds; we've budgeted; we|i|already budgeted; it's|is|it|this|that
        budgeted; budgeted for; there is|was a? budget; there's * budget|money|funding; set|put aside *
        budget|money|funds|funding; comes|come|coming out of * budget; in_the|our|this|next budget; in
        this|next|the year's budget; budget * set aside; line item; can|could afford; cost centre|center; money
        is|are there; my|our|the budget is|was|are * <money>; budget~ * <number> k; pot|envelope of <money>;
        put|have|got|there's|it's|is * <money> * in * plan|budget|forecast|capex|opex; plan|capex|opex|forecast *
        <money>
        """
    ),
    A: phrases(
        """
        i'm|i_am * decision_maker|decision-maker|decider|approver|signatory|budget_holder; i|i'm decide; i'd
        decide; i|i'll|i'd make|take|own * decision|call; i make|take|have the? final; i|i'll|i'd|i'll|can *
        sign|approve|authorise|authorize * off|it|this|that|up|myself|the|anything|for|alone; i can
        sign|approve|authorise|authorize; i sign; i approve; i hold|own|control|run|manage * budget; i have|got
        * final_say|sign-off|signoff|authority|last_word|sign_off|final_decision; final|ultimate|last *
        decision|call|say|word * mine|me|myself|with_me|i; decision is|lies|sits|rests * mine|me; it's|that's|is
        * my|mine decision|call; my decision|call; it's|that's|that|it up to me; decision|call is mine;
        sign-off|signoff|approval|decision|budget|contract * is|comes|lies|sits|rests|goes|needs|with|from|by|to
        * <who>; down to me; buck stops; <who> * decides|decide|approves|approve|signs|sign|signed|authorises|
        authorizes|decision|call|say|sign-off|signoff|approval| blessing|okay|ok; <who>
        will|would|has|have|needs|need|must|to|also|then|and|makes| holds|owns|controls *
        decide|approve|sign|decision|say|call|agree|budget|okay|ok| purse~|review;
        <who> * has|have|holds|hold the? final|last say|word|decision|call; <who> * holds|hold * purse~;
        sign-off|signoff|approval|buy-in|blessing|permission|okay|ok| green|go-ahead * from|by|of|with <who>;
        run|take|bring|put|pass|clear|check|discuss|talk|agree * by|past|to|with|through|before|in|front|up
        <who>; goes|go|went|going|has|have|needs|need|signed * to|through|past|by|before|off <who>; up to <who>;
        <who> has|have|holds|hold|owns|own|makes|make the? final|last|budget|purse~|decision|call;
        report|reports to <who>; convince|persuade|involve|include|loop|consult * <who>; <who> and|&
        i|me|myself; i|me and|with|together <who>; decide|decides|sign|approve|choose together|jointly * <who>;
        decision|decide|decided by|with <who>; decision_maker|decision-maker|approver|signatory|sponsor|buyer
        is|are|would|will|being * <who>; it's|that's|that|is|would|be|lies|sits|with|down to? with? <who> *
        decision|decides|call|money|budget|signs|sign~; i'm|i_am responsible|accountable|in_charge * for|of;
        i|i'll choose|pick * vendor|supplier|tool|system|software|provider; i run|head|lead|own *
        operations|department|division|company|business|logistics|it|team; i'm|i_am the|an?
        owner|founder|ceo|managing|director|coo|cfo|head|vp; it's my company|business
        """
    ),
    N: phrases(
        """
        we|i|they|really|do|team|desperately need|needs|require|requires
        to|a|an|something|some|someone|better|more|it|that|this|the|
        one|real|help|visibility|automat~|reliable|faster|software| tool; need|needs a|an|something|better|
        to_replace|to_reduce|to_cut|to_fix|to_automate|to_improve; what we need; we|i need; looking for|into|at|
        to
        a|an|something|some|replac~|chang~|switch~|move|automat~|
        reduce|cut|improve|new|better|alternativ~|solution~|tool| system|software|way~; looking to
        replace|reduce|cut|improve|automate|move|switch|consolidate| scale|get|buy|find; looking for;
        we're|we_are|i'm looking; struggle|struggles|struggling|struggled with|to|because|every|when;
        struggling|struggle; biggest|main|real|key|major|core|number|our|the *
        problem|challenge|issue|pain|headache|bottleneck|concern| frustration|priority|goal|pain-point;
        problem|challenge|issue|trouble|pain|headache|bottleneck|goal is|with|for|was|being|has;
        it's|is|that's|becoming|become|been * nightmare|mess|pain|headache|chaos|unsustainable|killing|
        hurting|unmanageable|problem; nightmare; keeps|keep
        breaking|crashing|failing|going|falling|losing|happening; want|wanted|would_like|we'd_like|i'd_like to
        replace|reduce|cut|improve|automate|move|switch|consolidate|
        scale|get|see|know|stop|have|fix|avoid|track|be|bring; want|wants to; want|wants
        a|an|something|better|one; by hand; manually; manual process~|work|entry|data;
        spreadsheet~|excel|whiteboard~; pen and paper; on paper;
        takes|take|taking|spend|spends|spending|waste|wasting * hours|days|weeks|time|minutes|hour|day|half;
        hours|days|hour|time * every|each|a|per day|week|month|morning * on|doing|to; wasting|waste|wasted;
        losing|lose|lost * <money>; losing|lose|lost * customers|money|deals|orders|contracts|contract|business|
        track|visibility|people|time|sales|clients|leads|data; costs|costing|cost_us; miss|missing|missed *
        deadlines|deliveries|windows|slots|orders|target~|leads|calls; can't|cannot|can_not
        see|track|tell|keep|scale|report|get|find|handle|manage|cope|
        show|rely|trust|plan|forecast|measure|do|even; crash~; homegrown|home-grown; drowning; falls|falling
        apart; no visibility|way|overview|insight|control|single|clear| real|reporting|automation|integration;
        don't|doesn't|do_not|does_not|didn't|isn't|aren't|won't
        scale|work|integrate|talk|support|know|see|sync|have|cope| handle|keep|able|able|enough; too
        slow|many|much|expensive|manual|complex|clunky|old;
        outdated|outgrown|outgrew|clunky|unreliable|end-of-life| obsolete|legacy; end of life; replace|replacing
        * system|tool|current|existing|old|software|tms|crm|vendor| provider|supplier|it|spreadsheets;
        get|getting rid of; have|has|had|got to fix|replace|reduce|cut|improve|comply|automate|solve|stop|
        sort|do|move|change; must-have|essential|critical|crucial; top|high priority;
        error-prone|errors|mistakes|duplicates|double|rework| complaints|churn|turnover|complain|complaining;
        fed up; sick of; tired of; frustrat~; falls|fall|falling|fell over|apart|behind|cracks|through;
        goal|objective|aim|target|mandate is|to; interested in; would|could|it'd|that'd help|save|solve; our *
        growing|growth|doubled|grew|expanding|expansion; compliance|gdpr; pain point~; drives|driving|driven *
        crazy|mad|nuts|insane; paper|paper-based
        """
    ),
    T: phrases(
        """
        by|before|until|till|within|starting|come|no_later_than <when>; by|before|in|within|around|for|at *
        the|next|end|start|beginning|of|about|early|mid|late <when>; <when> * at the latest; <when> latest;
        go|going|went|be|get live|started|running * <when>;
        go-live|go_live|launch|rollout|roll-out|deadline|target|
        kickoff|kick-off|start|decision|renewal|contract| implementation|pilot|deploy~ * <when>;
        expires|expire|ends|end|renews|renew|runs|run|lapses|up|due|terminates * <when>;
        decide|decision|choose|sign|start|started|begin|implement|
        deploy|migrate|switch|purchase|buy|move|launch|roll~|finish| complete|place|ready|live|done * <when>;
        <when> * deadline|go-live|launch|start|renewal|target|rollout|kickoff|decision;
        want|need|needs|like|aiming|planning|plan|hoping|looking| targeting|target|aim|hope * <when>; this|next
        week|month|quarter|year|spring|summer|autumn|fall|winter; as soon as possible; asap; straight away;
        right away; immediately; yesterday; urgent~; sooner|faster the? better; hard|tight
        deadline|stop|date|timeline; deadline; time-critical|time-sensitive
        """
    ),
}
