"""Cues of text that orders acts, claims a right to them, hides, or breaks the frame. See `domain.injection_cues`."""

from domain.injection_words import START

ACTS: tuple[tuple[str, float, str], ...] = (
    # Orders an act
    (
        "orders_an_act",
        0.7,
        rf"{START}(?:set|raise|reset|mark|reassign|approve|disqualify|qualify|upgrade"
        rf"|move)\b[^.!?\n]{{0,30}}\b(?:lead|record|opportunity|score|proposal|deal stage|stage|crm|owner"
        r"|priority)\b"
        rf"[^.!?\n]{{0,40}}\b(?:to|as|immediately|automatically|without|now|100)\b",
    ),
    (
        "orders_an_act",
        0.8,
        r"\bassign (?:it|this|me|this lead|the lead|yourself)\b[^.!?\n]{0,20}\bto\b|\bset (?:the )?owner to\b",
    ),
    (
        "orders_an_act",
        0.8,
        r"\b(?:skip|bypass|without|ignore|avoid|no need (?:for|to ask for))\b[^.!?\n]{0,15}\b(?:human|manual"
        r"|any)? ?(?:review|approval|consent|verification|approver|guard|sign-?off)(?: checks?"
        r"| steps?)?\b(?=[^.!?\n]{0,40}$|[^?\n]*[.!\n])"
        r"|\bauto-?approve\b|\b(?:already|pre-?) ?(?:been )?approved\b|\bwithout (?:waiting|asking|review"
        r"|approval|confirmation)\b",
    ),
    (
        "orders_an_act",
        0.8,
        rf"{START}(?:delete|drop|wipe|erase|export|forward|send|transfer|e-?mail|bcc"
        rf"|dump)\b(?! (?:my|our) )[^.!?\n]{{0,25}}\b(?:all|every|the (?:full|entire|whole"
        r"|complete)) (?:\w+ )?(?:leads?"
        r"|contacts?|customers?|records?|databases?|data|lists?|e-?mails)\b",
    ),
    (
        "orders_an_act",
        0.8,
        r"\b(?:bcc|cc)\b[^.!?\n]{0,20}[^\s@]{1,64}@\S+|[^\s@]{1,64}@\S+ (?:in|to|as) (?:bcc|cc)\b|\b(?:add"
        r"|put) [^\s@]{1,64}@\S+[^.!?\n]{0,20}\b(?:bcc|cc|recipient)",
    ),
    (
        "orders_an_act",
        0.6,
        rf"{START}(?:execute|run|eval)\b[^.!?\n]{{0,20}}\b(?:following|command|script|query|code)\b",
    ),
    (
        "orders_an_act",
        1.0,
        r"\b(?:drop table|select \* from|rm -rf|cat /etc/passwd|os\.system\(|subprocess\.(?:call|popen|run)"
        r"|import (?:socket|subprocess|pexpect)|sudo (?:approve|rm|grant))",
    ),
    (
        "orders_an_act",
        0.7,
        r"\b(?:the )?(?:following|subsequent|below|this) (?:\w+ )?(?:code|snippet|script)(?: (?:snippet"
        r"|excerpt|section|block))?\b",
    ),
    (
        "orders_an_act",
        0.8,
        r"\b(?:setze?|andere|markiere|genehmige|losche|exportiere|sende)\b[^.!?\n]{0,40}\b(?:lead|datensatz"
        r"|eigentumer|bewertung|score|alle kontakte|kundenliste)\b|\b(?:marca|asigna|aprueba|borra|exporta"
        r"|cambia|envia)\b"
        r"[^.!?\n]{0,40}\b(?:lead|registro|propietario|puntuacion|todos los contactos)\b|\b(?:marque|attribue"
        r"|approuve|supprime|exporte|change|envoie)[sz]?\b[^.!?\n]{0,40}\b(?:lead|enregistrement|proprietaire"
        r"|score|tous les contacts)\b",
    ),
    # Pretends to have a right to it, or hides
    (
        "claims_authority",
        0.8,
        r"\b(?:i am|i'm|this is|as|from) (?:the |your |an? )?(?:developer|creators?|owner|operator"
        r"|system administrator|administrators?|admin|engineer|programmer|openai)s? (?:of (?:this|the"
        r"|your) (?:system|bot|model|agent|ai)|here|speaking"
        r"|[:,]|\bi (?:order|allow|authori[sz]e))|\bauthori[sz]ed (?:security )?(?:audit|test)"
        r"|\bemergency override\b|\b(?:admin|system|root) (?:command|override|message|note|notice)\s?:"
        r"|\bfrom your (?:creators|developers)\b|\bthe user is (?:an? |the )?admin\w*|\b(?:and|will|must"
        r"|shall) (?:you )?obey (?:me|us|all)|\bapproved by \w* ?(?:openai|anthropic)",
    ),
    (
        "hides_from_people",
        0.9,
        r"\b(?:do not|don't|never|without) (?:tell(?:ing)?|inform(?:ing)?|mention(?:ing)?|reveal(?:ing)?"
        r"|show(?:ing)?|alert(?:ing)?|notify(?:ing)?)\b[^.!?\n]{0,30}\b(?:the |any |your )(?:users?|humans?"
        r"|reviewers?|operators?|person reading)\b"
        r"|\b(?:hidden|secret) from (?:the )?(?:user|human|reviewer)|\bkeep (?:this|these) (?:instructions?"
        r"|text|note) (?:hidden|secret)",
    ),
    # Sets another task than the one at hand
    (
        "sets_another_task",
        0.6,
        r"\b(?:write|compose|tell|give|provide|generate|create|draft|craft|develop|produce|formulate"
        r"|schreib\w*|erzahl\w*|verfass\w*|formulier\w*|generier\w*|erstell\w*|escrib\w+|cuenta\w*|ecri[st]\w*"
        r"|redige\w*|raconte\w*)\b[^.!?\n]{0,40}\b(?:essay"
        r"|poem|haiku|joke|short story|love letter|love poem|song|lyrics|fairy tale|headline|tweet|(?:sql"
        r"|python|c\+\+) code|aufsatz|gedicht|witz|geschichte|uberschrift|tweet|ensayo|poema|chiste|poeme"
        r"|blague)\b",
    ),
    (
        "sets_another_task",
        0.8,
        START + r"(?:please |bitte )?(?:generate|write|create|generier\w*|schreib\w*|escribe|genera|ecri[st]"
        r"|genere\w*)\b[^.!?\n]{0,25}(?:\bc\+\+|\b(?:sql|python|java|javascript|php|bash)(?: |-| -)?(?:code"
        r"|script|query|function)\b)",
    ),
    (
        "sets_another_task",
        0.5,
        r"\btranslate (?:the following|this) (?:text|sentence|paragraph|into|to)\b|\b(?:spell-? ?check"
        r"|summari[sz]e|rewrite|paraphrase) (?:the |and |all )?(?:above|following|print|previous|text)",
    ),
    (
        "sets_another_task",
        0.6,
        r"\b(?:in|using|with) base ?(?:16|32|64)\b|\brot-?13\b|\bin reverse\b|\bbackwards?\b(?= |[.!]"
        r"|$)(?=.{0,20}(?:response|reply|$))",
    ),
    # Breaks the frame
    (
        "breaks_the_frame",
        1.0,
        r"<\|[a-z_]{2,20}\|>|\[/?inst\]|<</?sys>>|\[/?(?:system|assistant)(?: message)?\]|={3,}\s?end"
        r"|</?(?:system|instructions?|prompt|data)>|(?:\\ ?n\s?){4,}|\{\s{0,8}\"?(?:tool|function|action"
        r"|tool_call)\"?\s{0,8}:"
        r"|!\[[^\]]{0,80}\]\(https?://[^)\s]{3,200}\)|\]\((?:javascript|data):"
        r"|\bend of (?:the )?(?:system )?prompt\b|#{2,}\s?(?:new )?(?:instructions?|system|prompt)\b",
    ),
    (
        "breaks_the_frame",
        0.6,
        r"(?:^|[\n.!?{]\s{0,8})#{0,3}\s{0,4}(?:system|assistant|instructions?)(?: prompt| message)?\s{0,4}:"
        r"(?! (?:salesforce|hubspot|sap|microsoft|windows|linux|none|n/a))",
    ),
    ("breaks_the_frame", 0.3, r"\b(?:user|human)\s?:[^\n]{0,60}\b(?:system|assistant)\s?:"),
)
