"""Hints that somebody speaks to a machine: two or three together say so. See `domain.injection_cues`."""

from domain.injection_words import ADDRESSED, MACHINE, START

_PERSONA = (
    r"(?:administrator|operator|creators?|developers?|supervisor|makers?|programmer|betreiber|entwickler"
    r"|creador\w*|createur\w*)"
)

HINTS: tuple[tuple[str, float, str], ...] = (
    # What only a machine has
    (
        "lifts_the_rules",
        0.4,
        r"\b(?:your|all your|any of your) (?:own |old |usual |internal |current )?(?:rules?|guidance"
        r"|guidelines|safety|filters?|limits?|limitations|guardrails|restrictions"
        r"|constraints|permissions|training|programming|directives|instructions(?! (?:for|on|how|to)\b)|briefing"
        r"|boundaries|ethics"
        r"|polic(?:y|ies))\b"
        r"|\b(?:deine[nr]?|ihre[nr]?) (?:\w+ )?(?:regeln|anweisungen|vorgaben|richtlinien|filter"
        r"|einschrankungen|programmierung|sicherheitsregeln)\b"
        r"|\b(?:tus|sus) (?:\w+ )?(?:reglas|instrucciones|restricciones|directrices|filtros|limites)\b"
        r"|\b(?:tes|vos) (?:\w+ )?(?:regles|consignes|instructions|restrictions|directives|filtres|limites)\b"
        r"|\bsicherheitsregeln\b",
    ),
    ("names_the_machine", 0.5, rf"\b(?:your|deine?|tus?|tes|ton) {_PERSONA}\b"),
    (
        "names_the_machine",
        0.6,
        r"\b(?:automated|automatic|machine|ai|ki|robot) (?:readers?|reviewers?|processors?|scorers?"
        r"|evaluators?|screeners?|filters?)\b",
    ),
    (
        "names_the_machine",
        0.8,
        rf"\b(?:tell|ask|instruct|get|let|have) (?:the|your|this) {MACHINE} (?:to|that)\b|\bthe (?:assistant"
        rf"|model|{MACHINE}) (?:that is |who is |which is )?(?:handling|reading|processing|writing|answering"
        r"|drafting|scoring|reviewing)\b"
        rf"|\b(?:if|should|whenever|when) (?:an?|any|some) {MACHINE} (?:reads?|sees?|process(?:es)?|handles?"
        r"|evaluates?|scores?|is|gets)\b|\bwenn (?:du|sie) eine? (?:ki|bot|sprachmodell|chatbot)"
        rf"|\bsi (?:eres|es usted) una? (?:ia|bot|modelo)|\bsi (?:tu es|vous etes) une? (?:ia|bot|modele)",
    ),
    (
        "lifts_the_rules",
        0.8,
        r"\b(?:reset|clear|wipe|erase|flush|purge) (?:your|all your|the) (?:memory|context|history"
        r"|conversation|settings|instructions)\b",
    ),
    (
        "brings_out_the_hidden",
        0.5,
        r"\byou (?:were|have been|are|got|received|had been) (?:given|told|configured|instructed|trained"
        r"|set up|programmed|prompted|provided|made)\b|\b(?:given|told|fed) to you\b|\bque te (?:dieron"
        r"|han dado)|\bqu'on t'a donne\w*"
        r"|\bdie (?:du|sie) (?:bekommen|erhalten) ha\w+|\b(?:hidden|secret|internal|versteckte\w*|geheime\w*"
        r"|interne\w*|oculta\w*|cache\w*) (?:rules?|notes?|instructions?|guidelines?|prompt|regeln|anweisungen"
        r"|notizen|reglas|instrucciones|regles|consignes)\b"
        r"|\b(?:message systeme|systemnachricht|mensaje del sistema|system-?prompt|systemprompt|prompt (?:del"
        r"|de) sistema)\b",
    ),
    (
        "brings_out_the_hidden",
        0.35,
        r"\b(?:verbatim|word for word|wortlich|wortwortlich|mot pour mot|palabra por palabra)\b",
    ),
    (
        "brings_out_the_hidden",
        0.35,
        rf"{START}(?:show|reveal|print|repeat|output|display|disclose|dump|recite|quote|list|spit out|zeig\w*"
        r"|gib\b|nenn\w*|wiederhol\w*|verrat\w*|muestra\w*|revela\w*|repite\w*|affiche\w*|montre\w*|revele\w*"
        r"|donne\w*)\b",
    ),
    (
        "names_the_machine",
        0.5,
        r"\b(?:the|any|every|each|all|an?|el|la|un|una|los|le|les|l'|tout|toute?s?|der|die|das|jeder?|dem"
        rf"|den) ?(?:{ADDRESSED})\b"
        r"[^.!?\n]{0,50}\b(?:should|must|shall|has to|have to|may|will|needs? to|soll\w*|muss|mussen|darf"
        r"|debe\w*|tiene que|doi\w+|peut)\b",
    ),
    (
        "names_the_machine",
        0.8,
        r"\b(?:note|p\.? ?s\.?|message|hinweis|nota|hint|word|memo|info|instruction|anweisung"
        rf"|notice)s?\W{{0,3}} ?(?:to|for|an|fur|para|a|al|pour|au|aux)\W? ?(?:the |den |die |dem |das |el |la "
        r"|le |les |l'|all |any )?"
        rf"(?:{ADDRESSED}|{MACHINE}|system|sistema|systeme)\b|\bsi (?:quien|el que) lee esto\b"
        r"|\bwer (?:auch immer )?das hier? automatisch\b"
        rf"|(?:^|[.!?\n:,;(\[]\s{{0,3}})(?:{ADDRESSED})\s?[,:](?! (?:none|no|yes|tbd|\d))",
    ),
    (
        "breaks_the_frame",
        0.8,
        r"(?:^|[\n.!?(\[<{*-]\s{0,3})(?:(?:message|note|notice|nota|mensaje|hinweis|meldung|avis|instruction) "
        r"(?:du |del |de |des |from |vom )?(?:the )?s[iy]st\w*"
        r"|system ?(?:hinweis|meldung|note|notice|message|nachricht)|systemhinweis|systemmeldung)\s?[:\])-]",
    ),
    (
        "names_the_machine",
        0.8,
        r"\b(?:in case|if|should|whenever|falls|sollte|wenn|si|en caso de que) (?:an?|any|the|ein(?:e|er)?"
        rf"|un[ea]?|el|la|le|das|die|der) (?:{ADDRESSED}|{MACHINE})\b"
        rf"|\b(?:{ADDRESSED}|{MACHINE}) (?:that|which|who|qui|que|der|die|das) (?:reads?|is reading|lit|lee"
        r"|liest|process\w*|traite|verarbeitet)\b|\bwhatever (?:is |are )?(?:generat|process|read|writ"
        r"|answer)ing\b"
        rf"|\b(?:dear|hello|hi|hey|liebe[rs]?|querid[oa]|cher|chere) (?:ai |virtual |digital )?assistant(?:e)?\b",
    ),
    (
        "names_the_machine",
        0.45,
        r"\byour (?:\w+ )?(?:tools?|database access|data ?base|memory|context|plugins?)\b"
        r"|\bsmart machine\b"
        r"|\bbefore (?:answering|replying|you answer)\b",
    ),
    ("breaks_the_frame", 1.0, r"[\"']role[\"']\s?:\s?[\"'](?:system|assistant)"),
    (
        "names_the_machine",
        0.7,
        rf"\b(?:an|a|para|pour|fur|to) (?:die|den|votre|vuestra|tu|su|eure|ihre|your|the) (?:{ADDRESSED})\b"
        rf"|\b(?:have|let|make|get|tell|ask) (?:the|your) (?:{ADDRESSED})\b|,\s(?:ai|bot|robot|machine"
        r"|assistant|ki|ia|modelo|modele)\s?[.!?,]"
        rf"|\b(?:hey|hi|hello|dear|hola|bonjour|hallo) (?:{ADDRESSED})\b",
    ),
    ("names_the_machine", 0.4, rf"\b(?:your|votre|vuestra|eure|ihre) (?:{ADDRESSED}|machine)\b"),
    (
        "brings_out_the_hidden",
        0.6,
        r"\b(?:full|entire|complete) instruction set\b|\bsystem-?(?:anweisung|vorgabe"
        r"|instruktion)\w*\b"
        r"|\b(?:which|what) (?:other )?(?:companies|customers|clients|firms) (?:wrote|contacted|asked|bought"
        r"|filled)\b",
    ),
    (
        "breaks_the_frame",
        0.8,
        r"</?(?:message|developer|user|assistant|admin)>|\b(?:end of (?:the )?(?:user"
        r"|customer) (?:input"
        r"|message)|ende der (?:kunden|nutzer)?nachricht|fin del mensaje|fin du message)\b",
    ),
    (
        "lifts_the_rules",
        0.8,
        r"\b(?:replaces?|supersedes?|overrides?|updates?|ersetzt|reemplaza\w*"
        r"|remplace\w*) (?:your|all your"
        r"|deine|tus|tes|vos)\b|\bas your (?:new |only )?(?:policy|rules?|instructions?|guidelines?|orders?)\b",
    ),
    # Lifted, allowed, ordered
    (
        "lifts_the_rules",
        0.4,
        r"\b(?:no longer|don't|do not|doesn't|not) (?:matter|apply|count|hold|bind)s?\b|\b(?:suspended"
        r"|disabled|deactivated|switched off|turned off|lifted|waived|out of force|void)\b"
        r"|\b(?:has |have |is |are )?expired\b|\b(?:abgelaufen|aufgehoben|deaktiviert|ausgeschaltet"
        r"|desactiv\w+|suspendid\w+|suspendu\w*|anulad\w+|annule\w*|expire\w*|caduc\w+)\b"
        r"|\bgelten\b[^.!?\n]{0,40}\bnicht\b|\bausser kraft\b"
        r"|\bya no (?:aplican|valen|importan|tienes)|\bno tienes (?:reglas|limites|restricciones)"
        r"|\bne (?:s'appliquent|comptent|valent) (?:pas|plus)|\btu n'as (?:pas|plus) de (?:regles|limites)",
    ),
    (
        "lifts_the_rules",
        0.6,
        r"\b(?:pay no attention to|take no notice of|disobey|deviate from|throw (?:out|away)|scrap|suspend"
        r"|unlearn|do away with|n'ecoute(?:z)? (?:pas|plus)|ne (?:suis|suivez|respecte\w*) (?:pas|plus)"
        r"|no (?:sigas|obedezcas|respetes)|folge nicht"
        r"|halte dich nicht an|darfst\b[^.!?\n]{0,40}\bignorieren)\b",
    ),
    ("lifts_the_rules", 0.35, r"\b(?:unrestricted|no guardrails|no limits|without limits|anything goes|no rules)\b"),
    (
        "new_role",
        0.5,
        r"\b(?:switch(?:ing)?|change|go|enter|activate|enable|turn on|boot|wechsle?|aktiviere|activa"
        r"|active)\b[^.!?\n]{0,25}\b(?:mode|modus|modo)\b",
    ),
    (
        "claims_authority",
        0.7,
        r"\bi (?:hereby |now )?(?:instruct|order|command|direct) you\b|\bas your (?:supervisor|boss"
        r"|administrator|developer|creator|operator|owner|ceo)\b|\b(?:ich|wir) (?:weise|befehle"
        r"|weisen) (?:dich|dir)\b|\bte (?:ordeno|mando)\b|\bje t'ordonne\b",
    ),
    (
        "claims_authority",
        0.5,
        r"\bi (?:hereby )?(?:grant|give|allow|permit|authori[sz]e) you\b|\byou (?:are"
        r"|have been) (?:hereby )?(?:permitted|allowed|authori[sz]ed|ordered|instructed|commanded"
        r"|required) to\b|\bdu darfst\b|\bhighest authority\b",
    ),
    (
        "claims_authority",
        0.8,
        r"\b(?:treat|regard|consider|accept|take) (?:this|these|the|my|what)\b[^.!?\n]{0,30}\bas (?:trusted"
        r"|true|authoritative|verified|coming from|an? (?:order|command|system)|the (?:highest|final"
        r"|system))\b|\bthe (?:text|message|line) (?:that follows|below|after this) is trusted\b",
    ),
    (
        "claims_authority",
        0.5,
        r"\boverride\b(?=\s?(?:code|:|=|key|\d))|\b(?:unlock|override|access|master|root) code\b"
        r"|\broot access\b",
    ),
    (
        "dictates_the_answer",
        0.5,
        r"\bdo (?:exactly )?(?:as|what(?:ever)?) i (?:say|tell|ask|want)\b"
        r"|\bharas lo que (?:yo )?(?:te )?diga\b|\bfais (?:exactement )?ce que je (?:te )?dis\b|\b(?:tu"
        r"|mach\w*) (?:genau )?was ich (?:dir )?sage\b|\b(?:gehorch|obedec|obeis)\w*\b",
    ),
    (
        "new_task",
        0.8,
        r"\byour (?:only|sole|real|true|actual|single) (?:\w+ )?(?:job|task|purpose|goal|mission|function"
        r"|duty)\b",
    ),
    (
        "new_role",
        0.6,
        r"\b(?:in|into|to|auf|en) (?:the )?(?:\w+ )?(?:mainten\w+|maintan\w+|wartungs?\w*|debug"
        r"|developer"
        r"|admin\w*|god|operator|root|unrestricted|override|mantenimiento) ?(?:mode|level|modus|modo|niveau)\b",
    ),
    (
        "new_role",
        0.5,
        r"\b(?:u r|ur) (?:now |no longer )|\b(?:actuas?|agis|handle|agiere?"
        r"|fungiere?) (?:como"
        r"|comme|als)\b",
    ),
    (
        "lifts_the_rules",
        0.8,
        r"\b(?:text|message|lines?|everything|all of that|rest|content) (?:above|before|until now"
        r"|so far)(?: this line)? (?:was|is|were|are) (?:only |just )?(?:an? )?(?:test|example|joke"
        r"|placeholder|training|sample|irrelevant)\b",
    ),
    (
        "new_task",
        0.5,
        r"\b(?:the|your) (?:real|actual|true) (?:task|job|request|instructions?|message)\b|\b(?:task"
        r"|instructions?) (?:begins?|starts?) (?:here|now|below)\b",
    ),
    (
        "claims_authority",
        0.4,
        r"\b(?:superieur\w*|higher|above|priority) (?:aux siennes|than (?:your|its)"
        r"|over (?:your|all|its)"
        r"|your own)\b|\b(?:consider\w*|regard\w*|treat\w*|betracht\w*|behandel\w*)\b[^.!?\n]{0,50}\b(?:comme"
        r"|como|als) (?:superieur|verbindlich|prioritair|supérieur|obligatori|vertrauens)\w*",
    ),
    (
        "claims_authority",
        0.5,
        r"\b(?:i'm|i am|ich bin|wir sind|soy|je suis) (?:from|with|von|de|du) (?:your|the"
        r"|eurer?|ihrer?|der"
        r"|vuestr\w+|su|votre|l')? ?(?:it|it-abteilung|security|admin\w*|development|entwicklung"
        r"|support team)\b|\b(?:testing|teste|pruf\w+|probando) (?:gerade )?(?:the|den|die|el"
        r"|your) (?:assistant|assistenten|bot|ki|agent|asistente)\b",
    ),
    (
        "orders_an_act",
        0.4,
        r"\b(?:without asking|not ask \w+|don't ask \w+|ohne (?:zu fragen|ruckfrage|nachzufragen)"
        r"|sin (?:preguntar|consultar)|sans (?:demander|consulter))\b",
    ),
    (
        "orders_an_act",
        0.3,
        r"\b(?:tick|report that|mark that|note that|log that) (?:the box|all|every)\b"
        r"|\bstop using the\b"
        r"|\b(?:validate\w*|valider|issue|promise|promises|grant|free of charge|for free|gratuit|lock)\b",
    ),
    (
        "brings_out_the_hidden",
        0.4,
        r"\b(?:internal|interne[nrs]?|internos?|internas?|internes) (?:notes?|criteria"
        r"|comments?|files?|thread"
        r"|keys?|margins?|notizen|kriterien|kommentare|criterios|notas|criteres|commentaires|prices|regeln)\b"
        r"|\bkontaktdaten der (?:letzten|anderen)|\b(?:license|api|secret|signing) keys?\b|\bhidden prompts\b",
    ),
    (
        "new_role",
        0.5,
        r"\b(?:joue[sz]?|spielst?|spiele?|interpreta\w*|haces|play)\b[^.!?\n]{0,20}\b(?:role|rolle"
        r"|papel)\b"
        r"|\bdans ce role\b|\bin dieser rolle\b",
    ),
    (
        "hides_from_people",
        0.6,
        r"\b(?:don't|do not|no) (?:want|need) (?:a |any )?(?:person|human|people"
        r"|one)\b[^.!?\n]{0,20}\b(?:read"
        r"|see|check|look)\b|\bnobody (?:checks|will notice|needs to know)\b|\b(?:efface|delete|erase|remove"
        r"|losche|borra)r?\b[^.!?\n]{0,15}\b(?:this|cette|diesen?|esta) (?:sentence|phrase|line|paragraph|satz"
        r"|frase)\b",
    ),
    ("sets_another_task", 0.5, r"\bdecode (?:it|this|the)\b|\bdo what it says\b"),
    (
        "dictates_the_answer",
        0.5,
        r"\b(?:start|begin|open|end|close) it with\b|\bwith the (?:sentence|words?"
        r"|phrase)\b|\b(?:do not"
        r"|don't) add (?:any )?(?:disclaimers?|warnings?)\b|\breplace (?:this|the) (?:paragraph|text"
        r"|summary)\b",
    ),
    (
        "orders_an_act",
        0.8,
        r"\b(?:send|forward|deliver|address)\b[^.!?\n]{0,25}\bto [^\s@]{1,64}@\S+ instead\b|\b(?:paste"
        r"|copy|attach"
        r"|append|hange|adjunta|joins?)\b[^.!?\n]{0,60}\b(?:below|into|in|to|an) (?:your|the|die|tu"
        r"|ta) (?:answer|reply|response|antwort|respuesta|reponse)\b",
    ),
    (
        "orders_an_act",
        0.4,
        r"\b(?:already|ya ha|ya han|bereits|deja) (?:been )?(?:approved|authori[sz]ed"
        r"|signed off|autorizado"
        r"|aprobado|genehmigt|approuve\w*|valide)\b|\b(?:genehmigst|apruebas|approuves)\b|\b(?:auszufullen"
        r"|einzutragen|uberspringen)\b",
    ),
    (
        "orders_an_act",
        0.35,
        rf"{START}(?:set|approve|delete|remove|apply|log|handle|register|appliquez?|indiquez"
        r"|fasse|trage"
        r"|attribue[zr]?|registra\w*)\b (?:the |this |it |le |la |que |die |den )?",
    ),
    (
        "orders_an_act",
        0.45,
        r"\b(?:last|latest|other|previous) (?:\w+ )?(?:companies|customers|prospects|leads"
        r"|inquiries|people"
        r"|visitors|interessenten) (?:that|who|along|die)\b|\bany other (?:customers?|clients?)\b"
        r"|\bto any other\b",
    ),
    (
        "claims_authority",
        0.6,
        r"\b(?:sender|remitente|expediteur|absender) (?:is |es |est |ist )?(?:a "
        r"|de )?(?:verified|trusted"
        r"|authori[sz]ed|autorizado|confianza|verifie|autorise|verifiziert|vertrauens\w*)\b",
    ),
    (
        "dictates_the_answer",
        0.6,
        r"\b(?:never|always) (?:flag|answer|escalate|approve|accept|reject|report"
        r"|recommend)\b|\b(?:accepted"
        r"|approved) automatically\b",
    ),
    (
        "dictates_the_answer",
        0.5,
        r"\b(?:when|while) (?:generating|writing|drafting|preparing|creating) (?:the"
        r"|your|a) (?:summary|brief"
        r"|reply|answer|response|draft)\b|\bpretend (?:the|also|that)\b",
    ),
    (
        "orders_an_act",
        0.5,
        r"\b(?:omitir|saltar|obviar|sauter|ignorer|uberspringen|auslassen) (?:la |les? "
        r"|die )?(?:\w+ )?(?:revision|verification|validation|prufung|aprobacion)\b",
    ),
    (
        "orders_an_act",
        0.5,
        r"\b(?:coordonnees|kontakte|kontaktdaten|contacts?|datos|details|inquiries|anfragen"
        r"|names)\b[^.!?\n]{0,25}\b(?:anderer?|of other|des autres|de otros|de otras|from your crm)\b"
        r"|\bmost recent inquiries\b",
    ),
    (
        "sets_another_task",
        0.5,
        r"\b(?:solve|calculate|compute|berechne|resuelve"
        r"|calcule)\b[^.!?\n]{0,30}(?:equation|\d\s?[-+*/^x=])",
    ),
)
