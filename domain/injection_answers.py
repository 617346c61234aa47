"""Cues of text that speaks to a machine, wants what it hides, or dictates an answer. See `domain.injection_cues`."""

from domain.injection_words import ITS_ORDERS, JUDGED, MACHINE, NUMBER_WORDS, OUTPUT, SAY, SHOW, START

ANSWERS: tuple[tuple[str, float, str], ...] = (
    # Speaks to a machine
    (
        "names_the_machine",
        0.7,
        r"\b(?:hello|hi|hey|dear|attention|achtung|hallo|liebe[rs]?|hola|querid[oa]|bonjour"
        rf"|chere?)\b,? (?:the |any |all |an? )?{MACHINE}\b(?! (?:team|company"
        rf"|gmbh|group|startup|solutions|ltd|inc))|@(?:assistant|ai|bot|agent|gpt)\b",
    ),
    (
        "names_the_machine",
        1.0,
        r"\b(?:note|message|instructions?|information|hinweis|nota|for) (?:to|for|fur|an|para|pour)? ?(?:the "
        rf"|any |all |an? |die |jede )?{MACHINE}\b[^.!?\n]{{0,12}}"
        rf"(?: (?:reading|processing|handling|only|eyes|that|who|which|:)|:)"
        rf"|\b(?:to|any|the|all|if an?|for) {MACHINE},? (?:(?:that |who |which )?(?:is |are )?)?(?:reading"
        r"|reads|processing|processes|handling|reviewing|summari[sz]ing|parsing"
        r"|scoring|evaluating) (?:this|the|it)|\bfor (?:llm|ai) eyes\b|\bto the (?:assistant|model|agent"
        r"|system) (?:reading|processing|handling)",
    ),
    (
        "names_the_machine",
        0.8,
        rf"(?:^|[\n.!?>]\s{{0,3}})(?:note (?:to|for) )?(?:{MACHINE}|assistant)\s?[:,](?! (?:none|no|yes|tbd))",
    ),
    (
        "names_the_machine",
        0.8,
        rf"\bif you(?: are|'re) (?:an? )?{MACHINE}\b|\b(?:you are|you're|du bist|eres|tu es|you as) (?:an? "
        rf"|ein(?:e)? |un[ea]? )(?:\w+ )?{MACHINE}\b|\bas an? {MACHINE}(?:,| you)"
        r"|\bif (?:this|the) (?:message|e-?mail|form|text|inquiry) (?:is|gets|was) (?:being )?(?:processed"
        rf"|read|handled|parsed|scored) (?:automatically|by (?:an? )?{MACHINE})",
    ),
    ("names_the_machine", 0.25, rf"\b{MACHINE}\b"),
    (
        "names_the_machine",
        0.6,
        r"\bwhen were you trained|\b(?:exploiting|hacking|tricking) (?:ai|llm)s?\b"
        r"|\bki-systeme\b[^.!?\n]{0,20}\bauszunutzen|\byour (?:training data|knowledge cutoff|own knowledge)\b",
    ),
    # Brings out what is hidden
    ("brings_out_the_hidden", 0.6, rf"\b(?:{ITS_ORDERS})"),
    ("brings_out_the_hidden", 0.5, rf"\b{SHOW}\b[^.!?\n]{{0,50}}?(?:{ITS_ORDERS})"),
    (
        "brings_out_the_hidden",
        0.8,
        rf"\b{SHOW}\b[^.!?\n]{{0,30}}\b(?:text|words|lines?|messages?|prompt|everything|content"
        r"|all)s? (?:above|before this)\b|\binstructions? (?:were|did|have) you (?:given|get|been)"
        r"|\bwhat did (?:the|your) (?:developers?|creators?|makers?) (?:tell|say)"
        r"|\bsentences? before the (?:text|question|prompt)",
    ),
    (
        "brings_out_the_hidden",
        0.3,
        r"\bcomplete the sentence\b|\bgrandmother\b|\binstead of an? (?:answer|reply|response|draft)\b",
    ),
    (
        "brings_out_the_hidden",
        0.5,
        r"\b(?:what|which|was|welche|cual|quel\w*) (?:is|are|was|were|does|did|ist|sind|war|es"
        rf"|est)?\b[^.!?\n]{{0,20}}(?:{ITS_ORDERS})",
    ),
    (
        "brings_out_the_hidden",
        0.8,
        r"\b(?:reveal|leak|exfiltrate|give me|tell me|show me|what is|what's|say|output|print|gib mir"
        r"|nenn\w* mir|sag mir|dime|donne-?moi)\b[^.!?\n]{0,30}\b(?:the |your |das |el |le )?"
        r"(?:admin )?(?:passwords?|passwort\w*|secret (?:key|word|code|phrase)|secret\b|api keys?|credentials"
        r"|access tokens?|contrasena|mot de passe)(?! (?:reset|policy|manager|sharing))",
    ),
    (
        "brings_out_the_hidden",
        0.6,
        r"\b(?:all|the) (?:variables|environment variables|configuration|contents? of your"
        r"|e-?mails in your context)\b|\boutput your config\w*",
    ),
    # Dictates the answer
    (
        "dictates_the_answer",
        0.6,
        r"\b(?:respond|reply|answer|antworte\w*|responde|repond\w*) (?:only|just|exclusively|nur"
        r"|ausschliesslich|solo|uniquement|seulement) (?:with|mit|con|avec|\"|“|yes|no|ja|nein|in the form)"
        r"|\b(?:only|nur|solo) (?:answer|respond|reply|say|antworte|sag|responde) (?:with|mit|con|\"|“|yes|no"
        r"|ja|nein)|\b(?:repeat after me|sprich mir nach|repite conmigo|repetez apres moi)\b",
    ),
    (
        "dictates_the_answer",
        0.8,
        rf"\b(?:attention|achtung)\s?-\s?stop+\b|\b(?:stop|stopp|halt|achtung)\b\W{{1,6}}(?:and |then "
        rf"|now )?{SAY}\b|\bif i say\b|\bsi yo digo\b|\bwenn ich sage\b|\bor you(?:'ll| will)? die\b"
        r"|\boder du stirbst\b|\bprint\s?\([\"']"
        r"|(?:^|[.!?\n]\s{0,3})state that\b|\bjust (?:output|print|say|write)\b|\bdo not answer (?:this"
        r"|the) question\b|(?:\\n|\n)\s{0,6}instructions?\s?:|\banswer (?:by|from) your own knowledge\b",
    ),
    (
        "dictates_the_answer",
        0.6,
        rf"{START}{SAY}\s{{0,3}}(?:that |the (?:word|sentence|phrase) )?[:(]?\s{{0,3}}[\"“„«'][^\n]{{2,}}"
        r"|\bprint\s?\([\"']",
    ),
    (
        "dictates_the_answer",
        0.8,
        r"\byour (?:answer|response|reply|output|summary) (?:must|should|has to|shall|will) (?:begin|start|end"
        r"|be|include|contain|say)|\b(?:begin|start|end|finish|open|close) (?:your|the|each|every|all)"
        r" (?:\w+ )?(?:answer|response|reply|output|summary|message|sentence)s? (?:with|by)|\bto every question"
        r"\b|\b(?:answer|respond|obey|comply|reply)\b[^.!?\n]{0,20}\balways\b"
        r"|\byou (?:must|have to|are supposed to|should|will|shall) (?:always |now |all )?(?:answer|respond"
        r"|obey|comply|accept|agree|execute|fulfil\w*)\b(?! (?:to the|by|before|within|until))",
    ),
    (
        "dictates_the_answer",
        0.9,
        r"\b(?:translate|encode|rewrite|modify|enhance|reverse|format|provide|write|give|display|include"
        rf"|insert|append|embed|mention|add|put|suggest|recommend|state|say|promote)\b[^.!?\n]{{0,60}}"
        rf"\b(?:in|into|to|of|at the end of|with)? ?your {OUTPUT}\b(?! (?:to|by|asap|soon|address|team"
        rf"|sales))(?=[^.!?\n]{{0,40}}(?:$|[.!?,\n]|\bto\b|\bby\b|\bin\b|\bwith\b|\busing\b|\bthe\b|\bthat\b))",
    ),
    (
        "dictates_the_answer",
        0.8,
        r"\bin your (?:reply|response|answer|summary|output|brief|notes?),? (?:please )?(?:include|mention|say"
        r"|state|add|write|recommend|insert|link)",
    ),
    (
        "dictates_the_answer",
        0.9,
        r"\b(?:when|while|before|after|as) (?:you )?(?:summari[sz]|process|evaluat|scor|rat|review|analy[sz]"
        r"|classif|qualif)\w* (?:this|the|my|our|it)\b[^.!?\n]{0,40}\b(?:say|state|write|include|add"
        r"|always|mark|rate|score|give|set|report|mention|output|recommend|treat|ignore)\b",
    ),
    (
        "dictates_the_answer",
        0.9,
        r"\b(?:rate|score|grade|rank|classify|qualify|mark|treat|flag|label|consider"
        rf"|give)\b[^.!?:\n]{{0,20}}\b(?:this|me|us|the|my) (?:\w+ )?{JUDGED}?\b[^.!?\n]{{0,20}}(?:\b(?:as|at"
        r"|with|an?) (?:\"|an? )?(?:pre-?)?"
        r"(?:a\b|hot|approved|qualified|strategic|vip|trusted|enterprise)"
        rf"|\b{NUMBER_WORDS}? (?:score|rating|priority|grade|band)|\b100\b|10/10)",
    ),
    (
        "dictates_the_answer",
        0.5,
        r"\bregardless of (?:the |any |your |all )?(?:criteria|rules|score|policy|instructions|checks|consent)"
        r"|\bno matter what\b|\bscore\s?[=:]\s?\d+|\bmark this as\b",
    ),
    ("dictates_the_answer", 0.45, r"\b(?:say|answer|sag|antworte|di|dis) (?:yes|no|ja|nein|si|oui|non)\b"),
    (
        "dictates_the_answer",
        0.5,
        r"\b(?:stop|stopp|halt|achtung)\b\W{1,6}(?:and |then |now )?(?:say|write|print|answer|sage?"
        r"|schreib\w*)\b|\b(?:tell|convince) (?:me|us|everyone|him|her) that (?:you (?:hate|love)|i am the"
        r"|we are the)"
        r"|\b(?:print|drucke?n?) (?!and|this|that|the|it|on|a|an|our|your|version|media|shop|kit)\w+\s*(?:$|[.!])",
    ),
)
