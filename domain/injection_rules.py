"""Cues of text that lifts the rules, gives a new task or a new role. See `domain.injection_cues`."""

from domain.injection_words import EARLIER, EVERYTHING, IGNORE, MATTERS, ORDERS, ROLE, START

RULES: tuple[tuple[str, float, str], ...] = (
    # Lift the rules
    (
        "lifts_the_rules",
        0.4,
        rf"{START}(?:you (?:must|should|can|may|will|shall|need to) )?(?:now )?(?:completely )?{IGNORE}\b",
    ),
    ("lifts_the_rules", 0.3, rf"\b{IGNORE}\b"),
    (
        "lifts_the_rules",
        0.55,
        rf"\b{IGNORE}\b(?:(?!e-?mail|correo|courriel|nachricht|invoice|rechnung|attach|\b(?:their|his|her"
        rf"|its)\b)[^.!?\n]){{0,50}}?"
        rf"\b(?:(?:all|any|every|these|those|the|your|my|{EARLIER}) (?:{EARLIER} )?(?:{MATTERS}|{ORDERS})\b"
        rf"|{EVERYTHING}|(?:the )?(?:above|foregoing)\b|alles\b|todo\b|tout\b|everything\b)",
    ),
    ("lifts_the_rules", 0.4, rf"\b{IGNORE}(?: \w+){{0,2}} {ORDERS}\b"),
    ("lifts_the_rules", 0.4, r"\b(?:unrestricted|uncensored|unfiltered|uneingeschrankt\w*)\b"),
    (
        "lifts_the_rules",
        0.5,
        rf"\b(?:{EARLIER}|all|your|any|samtliche|todas las|toutes les) (?:{EARLIER} )?{ORDERS}\b",
    ),
    ("lifts_the_rules", 0.5, rf"\b(?:{EVERYTHING})"),
    (
        "lifts_the_rules",
        0.7,
        rf"\b{ORDERS}\b(?: \w+){{0,2}} (?:are|is|were|was|have been|has been|do|does) (?:now )?(?:void"
        r"|cancel\w+|obsolete|revoked|null"
        rf"|over(?:ridden)?|a test|not? (?:longer )?(?:exist|apply|valid|real)|don't (?:exist|apply))"
        r"|\b(?:no longer|not) (?:bound|restricted|limited|constrained) by\b|\byou (?:no longer|don't"
        r"|do not) have (?:any )?(?:rules"
        r"|restrictions|limits|filters)|\b(?:without|no|any) (?:any )?(?:restrictions?|filters?|censorship"
        r"|limitations|rules)\b"
        rf"(?=[^.\n]{{0,30}}(?:$|[.!?,\n]))|\b(?:sans limites|sin restricciones)\b"
        rf"|\bbreak (?:the )?(?:character|rules)|\bspeak freely\b|\bdisable (?:all )?(?:safety|security|content)\b",
    ),
    (
        "lifts_the_rules",
        0.8,
        r"\b(?:alle|alles|die|obige\w*|vorherige\w*|tout|todo|es)\b[^.!?\n]{0,50}\b(?:ignorier(?:e|en|t)"
        r"|vergess\w*|hinter sich)\b(?! sie nicht)",
    ),
    (
        "lifts_the_rules",
        0.8,
        r"\babweichend (?:zu|von) (?:vorherig|bisherig|fruher)\w+|\b(?:alle )?(?:vorherigen|bisherigen"
        r"|vorangegangenen) (?:informationen|aufgaben|anweisungen|instruktionen)\b|\b(?:hor\w*"
        r"|achte) nicht auf\b",
    ),
    (
        "lifts_the_rules",
        0.55,
        r"\b(?:start over|start from scratch|fang\w* (?:\w+ ){0,3}von vorne? an|beginnen (?:\w+ ){0,3}von vorne)\b",
    ),
    (
        "lifts_the_rules",
        1.0,
        r"забуд\w+ (?:все|предыдущ)|игнориру\w+|忽略|无视|以前の指示|\bzabud\w+ vse\b|\bzaboravi\w* sve",
    ),
    (
        "lifts_the_rules",
        0.7,
        rf"\boverrides? (?:your|all|any|previous|the) (?:\w+ )?{ORDERS}|\bsystem override\b|\bdespite what you\b",
    ),
    # A new task
    (
        "new_task",
        0.8,
        r"\b(?:your|ihre?|deine?|tu|su|ta|votre) (?:new|next|real|actual|only|neue\w*|nueva"
        r"|nouvelle) (?:tasks?|instructions?|assignments?"
        r"|orders?|role|job|goal|objective|aufgaben?|anweisung(?:en)?|auftrag|tareas?|taches?|consignes?)"
        r"|\byour task has changed",
    ),
    (
        "new_task",
        0.6,
        r"\b(?:new|additional|real|further|following|next|neue|weitere|zusatzliche|folgende|nuevas?"
        r"|nouvelles?) (?:tasks?|instructions?|prompts?"
        r"|orders?|commands?|assignment|aufgaben?|anweisung(?:en)?|auftrag|instruktion(?:en)?|tareas?"
        r"|instruccion(?:es)?|taches?|consignes?)"
        r"\s{0,3}(?:[:–-]|follows?\b|is\b|are\b)",
    ),
    (
        "new_task",
        0.55,
        r"\b(?:now|jetzt|nun|ahora|maintenant|but|aber|here|hier|focus|konzentrier\w*)\b[^.!?\n]{0,30}\b(?:new"
        r"|neue\w*|another|a few|ein paar"
        r"|weitere|other|nuevas?|nouvelles?|folgen\w*) (?:\w+ )?(?:tasks?|instructions?|challenges?|questions?"
        r"|aufgaben?|anweisung(?:en)?|tareas?|taches?)",
    ),
    (
        "new_task",
        0.55,
        r"\b(?:well done|very good|superb\w*|excellent|great|fantastic|wow|good job|gut gemacht|sehr gut|super"
        r"|grossartig\w*|ausgezeichnet\w*"
        r"|herzlichen gluckwunsch|bravo|muy bien|genial)\b[^\n]{0,160}?\b(?:now|next|jetzt|nun|ahora|maintenant)\b",
    ),
    (
        "new_task",
        0.45,
        r"\b(?:another|further|next|weitere\w*|nachste\w*|folgende[rn]?|following|second|final) (?:task|test"
        r"|aufgabe|assignment|instruction)s?\b",
    ),
    (
        "new_task",
        0.3,
        rf"{START}(?:now|jetzt|nun)[, ]+(?:please |bitte )?(?:write|tell|help|forget|answer|print|do)\b"
        r"|\b(?:verfass\w*|schreib\w*|sag\w*) (?:mir )?(?:jetzt|nun)\b|\bjetzt kommt\b|\bhere comes\b",
    ),
    ("new_task", 0.5, r"\b(?:forget|vergiss|vergessen)\b[^\n]{0,120}\b(?:now|instead|jetzt|nun|stattdessen)\b"),
    # A new role
    (
        "new_role",
        0.9,
        r"\b(?:you are|you're|you will be|you act as|you shall be|du bist|sie sind|eres|tu es"
        r"|vous etes) (?:now |jetzt |nun |ab (?:jetzt|sofort) |ahora"
        rf" |maintenant |going to be |special |to be )*(?:called |named )?{ROLE}",
    ),
    (
        "new_role",
        0.5,
        r"\b(?:you are|du bist|eres|tu es|vous etes) (?:now|ab jetzt|ab sofort|jetzt|ahora|maintenant"
        r"|no longer|not an? ai)\b",
    ),
    (
        "new_role",
        0.8,
        r"\b(?:now|jetzt|nun|ahora|maintenant),? (?:you are|du bist|bist du|sind sie|eres|tu es"
        r"|vous etes) (?!welcome|going|about|probably|all|ready|able|our|the (?:first|best))"
        r"|\b(?:du bist|sie sind) kein\w*\b[^.!?\n]{0,30}\bsondern\b|\byou are (?:three|two"
        r"|[a-z]+ online)\b(?=[^\n]{3,}\?)",
    ),
    (
        "new_role",
        0.8,
        r"(?:^|[.!?\n]\s{0,4})(?:you are|du bist|eres|tu es) (?!the market|the leading|the only|the \w+ (?:leader"
        r"|provider|company)|a great|great|a good|a \w+ (?:team|company)"
        r"|welcome|right|amazing|the best|very|so |our |awesome|all |invited|probably|already|not )"
        r"(?:[a-z]+ ?){1,3}[.,!](?=[^\n]{3,}\?)",
    ),
    (
        "new_role",
        0.5,
        rf"{START}(?:act|behave|pose|agier\w*|verhalte\w*|actua|actue|agis|agissez|comporte\w*|respond|answer|reply) "
        r"(?:as|like|als|wie|como|comme) (?:if )?(?!our |your |unser|nuestr|notre |soon|quick|a (?:reference"
        r"|partner|reseller|supplier))",
    ),
    (
        "new_role",
        0.7,
        rf"\b(?:act|behave|respond|answer|pose|speak|write|reply|talk) (?:as|like) (?:if you (?:are|were)|{ROLE})",
    ),
    (
        "new_role",
        0.6,
        r"\b(?:pretend|imagine|suppose|simulate|stell dir vor|stellen sie sich vor|tu so|tun sie so|imagina"
        r"|finge|fais comme|imaginez?)\b"
        r"[^.!?\n]{0,20}\b(?:to be|that you|to have forgotten|you are|you're|you were|as if|an ai|a terminal"
        r"|du bist|du warst|sie seien|sie sind|que eres"
        r"|que tu|si tu|que vous|(?:the )?rules)\b",
    ),
    (
        "new_role",
        0.5,
        r"\brole-?play(?!\w)|\blet's (?:role ?play|play a game)|\bin the (?:style|role|voice) of\b"
        r"|\bplay the role\b|\bstay in character\b|\bim stil ein\w+\b"
        r"|\bsimulate an?\b|\b(?:theoretical|hypothetical|fictional) world\b|\bhypothetically\b",
    ),
    (
        "new_role",
        0.65,
        r"\bfrom (?:now|this (?:point|moment)) on,? (?:you|answer|respond|act|speak|always|only)\b"
        r"|\bab (?:jetzt|sofort) (?:bist|antworte|sag|sprich)\w*"
        r"|\ba partir de (?:ahora|maintenant|este momento),? (?:tu|vous|eres|responde|act|reponds)",
    ),
    (
        "new_role",
        0.8,
        r"\bi want you to (?:act|play|be\b|behave|pretend|respond|answer|only)|\bmochte,? dass (?:sie"
        r"|du) (?:\w+ ){0,2}als\b|\bquiero que (?:actues|seas|hagas)"
        r"|\bje veux que (?:tu|vous) (?:agiss|soy|jou)|\byou will (?:now )?(?:act|play|behave|pretend"
        r"|answer as|respond as|impersonate)",
    ),
    (
        "new_role",
        0.8,
        r"\b(?:in|spiel\w*|play\w*|seen?|gesehen)\b[^.!?\n]{0,40}\b(?:film|movie|scene"
        r"|szene)\b[^\n]{0,200}\b(?:roles?|\w*rollen?|character|figur|plays?|spielt|actors?|schauspieler\w*"
        r"|embod\w+|verkorpert)\b",
    ),
    (
        "new_role",
        1.0,
        r"\bdo anything now\b|\b(?:dan|evil|god|sudo|jailbreak|stan|dude) mode\b|\byou are dan\b|\b(?:enter"
        r"|enable|activate) (?:developer|debug|admin|god) mode\b",
    ),
    ("new_role", 0.4, r"\b(?:speak|talk|answer|write|respond|antworte|sprich|schreib\w*) (?:like|wie|im stil) \w+"),
    (
        "new_role",
        0.35,
        r"\bjail ?break|\bprompt injection\b|\bdeveloper mode\b|\bdebug mode\b|\bdan\b(?= (?:can|is|will|has))",
    ),
)
