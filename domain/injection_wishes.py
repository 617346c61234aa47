"""Hints that somebody dictates what the product should decide, do or hide. See `domain.injection_cues`."""

from domain.injection_words import START

WISHES: tuple[tuple[str, float, str], ...] = (
    # The verdict of the product, dictated
    (
        "orders_an_act",
        0.8,
        r"\b(?:approved?|consent|score|owner|priority|band|qualified|override|admin|vip|is_\w+|risk"
        r"|opt_?in)\s?(?:=|:=|==|→|->)\s?[\w\"']+",
    ),
    (
        "dictates_the_answer",
        0.45,
        r"\b(?:top|full|highest|maximum|perfect|max|best possible) (?:lead )?(?:scores?|rating|grade|marks"
        r"|points|band|tier|priority|qualification)\b|\bband a\b|\b(?:10|100) (?:out of|von|/) ?(?:10|100)\b"
        r"|\bbest lead\b|\bhochst\w*(?:punkt|note|wert|priorit|score)\w*"
        r"|\bhochste[nrs]? (?:punktzahl|bewertung|prioritat|stufe)|\b(?:puntuacion|prioridad"
        r"|calificacion) maxima\b|\bmaxima (?:puntuacion|prioridad|calificacion)\b|\b(?:note|priorite"
        r"|score) maxim\w+",
    ),
    (
        "dictates_the_answer",
        0.35,
        rf"{START}(?:rate|score|rank|grade|classify|qualify|prioriti[sz]e|choose|pick|select|bewerte\w*"
        r"|stufe\w*|califica\w*|puntua\w*|evalue\w*|note[zr]?|classe\w*)\b",
    ),
    (
        "dictates_the_answer",
        0.4,
        r"\b(?:regardless of|no matter what|whatever (?:your|the|any) (?:rules|criteria|playbook|polic)"
        r"|egal,? was|sin importar|peu importe|quoi qu'en disent)\b",
    ),
    (
        "orders_an_act",
        0.5,
        rf"{START}(?:qualify (?:me|us)|approve (?:me|us|my (?:request|application|account)|this|everything|it\b"
        r"|all)|genehmige\w* (?:alles|dies|das|es|mich)|aprueba(?:lo)?\b(?: todo| esto)?"
        r"|approuve(?:z)?\b(?: tout| ceci)?)",
    ),
    (
        "orders_an_act",
        0.8,
        r"\bmake (?:the owner|me the owner|[^\s@]{1,64}@\S+ the owner)\b|\bowner (?:should|must|shall"
        r"|has to) be (?:changed|set)\b|\b(?:asigna|attribue|weise)\b[^.!?\n]{0,40}\b(?:lead|director"
        r"|geschaftsfuhr\w+|directeur)\b",
    ),
    (
        "orders_an_act",
        0.4,
        r"\b(?:sin|sans|ohne|without|no) (?:any |further |jede |ninguna |aucune )?(?:revision|relecture"
        r"|verification|prufung|freigabe|approval|review|human|checks?|aprobacion|validation)\b",
    ),
    (
        "orders_an_act",
        0.5,
        r"\b(?:skip|bypass|omit|leave out|uberspringe?|omite|saute) (?:the|all|any|die|la|le"
        r"|your) (?:\w+ )?(?:scoring|checks?|review|approval|qualification|verification|consent|prufung"
        r"|freigabe|revision|validation)\b",
    ),
    (
        "dictates_the_answer",
        0.5,
        r"\b(?:output|print|respond with|reply with|write|return|say) (?:only )?(?:the )?(?:exact )?(?:string"
        r"|words?|phrase|token|sentence)\b",
    ),
    (
        "dictates_the_answer",
        0.3,
        r"\b(?:and |,)?(?:nothing else|nothing more|sonst nichts|nada mas|rien d'autre|only)\s*[.!]?$"
        r"|\bwith the word\b|\b(?:finish|end|begin|start) (?:each|every)\b",
    ),
    (
        "dictates_the_answer",
        0.8,
        r"\bin (?:the|your|any) draft (?:you|that you)\b|\bin the (?:reply|response|answer"
        r"|summary) (?:that )?you (?:write|draft|produce|generate|prepare|create)\b",
    ),
    (
        "hides_from_people",
        0.6,
        r"\b(?:do not|don't|never|without) (?:tell|mention|inform|log|flag|report|record|alert|notify"
        r"|show)\w*\b[^.!?\n]{0,25}\b(?:reviewers?|humans?|operators?|supervisors?|sales ?people|security"
        r"|staff)\b|\bohne (?:es )?(?:jemandem|dem pruf\w+|den pruf\w+|einem menschen)\b"
        r"|\bno (?:avis\w+|dig\w+|guard\w+ registro|inform\w+|mencion\w+|registr\w+)\b"
        r"|\bnichts (?:davon )?(?:erwahn|sag|notier|protokoll)\w*|\bnicht (?:erwahn|protokollier|weitersag)\w*"
        r"|\bne rien (?:dire|mentionner|signaler)|\bsin (?:avisar|decir\w*|informar)\b|\bsans (?:prevenir"
        r"|le dire|en parler|informer)\b",
    ),
    (
        "orders_an_act",
        0.5,
        r"\b(?:all|every|other|another|entire|alle|todos los|tous les) (?:\w+ )?(?:customers?'?|clients?"
        r"|kunden\w*|clientes) (?:records?|data|lists?|details|names|e-?mails|daten|liste|datos)\b"
        r"|\b(?:liste des|lista de) clients?e?s?\b|\bkundenliste\b",
    ),
)
