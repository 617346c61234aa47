"""The words that injection is written with: verbs that lift, what they lift, what is to be shown, who is spoken to.

Fragments of patterns over folded text, in English, German, Spanish and French.
"""

START = (
    r"(?:^|[.!?:;,\n\"“>)\]-]\s{0,4}|\b(?:now|but|and|then|please|just|jetzt|nun|bitte|und|ahora|y|maintenant|et)\s+)"
)
IGNORE = (
    r"(?:ignor(?:e|ing|ier\w*|iere|a|ad|en?|ez)|disregard(?:ing)?|forget|neglect|overlook|discard|overrid(?:e|es|ing)"
    r"|overrul\w+|bypass(?:es|ing)?|abandon|stop (?:following|obeying)|(?:do not|don't|never) (?:follow|obey"
    r"|listen to)"
    r"|put aside|set aside|leave behind|skip|drop|vergiss|vergesse[nt]?(?! (?:sie )?(?:bitte )?nicht)"
    r"|missacht\w+|verwirf"
    r"|haz caso omiso|no hagas caso|olvid(?:a|e|en|ate)\b|omite|desatiende|oublie[rz]?|neglige\w*|zaborav\w+|zabud\w+"
    r"|ne (?:tiens|tenez) pas compte)"
)
EARLIER = (
    r"(?:previous|prior|preceding|earlier|above|foregoing|initial|original|given|existing|old|past|vorherig\w*"
    r"|vorig\w*"
    r"|bisherig\w*|obig\w*|vorangegangen\w*|fruher\w*|anterior(?:es)?|previ[ao]s|precedent\w*)"
)
ORDERS = (
    r"(?:instruc\w+|instruk\w+|prompts?|directives?|directions|commands?|orders|guidelines|guardrails"
    r"|rules?|polic(?:y|ies)"
    r"|constraints|restrictions|safeguards|programming|training|system messages?|safety\w*|safety checks"
    r"|anweisung\w*|vorgaben|befehle?n?|auftrage?n?|regeln|richtlinien|reglas|ordenes|directrices|consignes?|regles"
    r"|ordres|directives)"
)
MATTERS = (
    r"(?:tasks?|context|information(?:en)?|texts?|messages?|statements?|content|inputs?|conversation"
    r"|articles?|assignments?"
    r"|questions?|aufgaben?|texte?|todo|tareas?|informacion|taches?)"
)
EVERYTHING = (
    r"(?:everything|anything|all(?:es)?(?! the best)|whatever|what) (?:that )?(?:\w+ ){0,2}?(?:above"
    r"|before|previous\w*|prior"
    r"|earlier|until now|so far|you (?:were|have been|know|learned)|(?:i|we) (?:have )?(?:told|said"
    r"|wrote) (?:to )?you"
    r"|i said(?! about)|was (?:said|told|written)|davor|vorher|bisher|anterior|ce qui precede)"
    r"|(?:alles|was dir) (?:\w+ ){0,2}(?:vorher|zuvor|davor|bisher|oben)\b|todo lo anterior|tout ce qui precede"
)
SHOW = (
    r"(?:show|reveal|print|repeat|return|output|display|disclose|leak|dump|copy|recite|spell ?-?check|translate"
    r"|encode"
    r"|summari[sz]e|list|tell(?: me)?|give(?: me)?|write(?: out| down)?|share|expose|spill|say|extract|zeig\w*"
    r"|nenn\w*"
    r"|wiederhol\w*|verrat\w*|gib|druck\w*|ubersetz\w*|muestra\w*|muestre\w*|revel\w+|repit\w+|imprim\w+|dime"
    r"|montr\w+"
    r"|affich\w+|repet\w+|donne\w*|tradu\w+)"
)
ITS_ORDERS = (
    r"(?:(?:your|ihr\w*|dein\w*|tus?|sus?|tes|ton|vos|votre) (?:(?:own|full|entire|initial|original|first"
    r"|hidden|secret|system"
    r"|internal|exact|current|previous|all|very|complete|custom|geheim\w*|ursprunglich\w*) ){0,3}(?:prompts?\b"
    r"(?! (?:reply|response|answer|attention|payment|service|delivery|help|assistance|action))"
    r"|prompt[ _-]?texts?|promptext\w*"
    r"|instruc(?:tions?|ciones)\b(?! (?:for|on|how|manual|fur|para|pour))|instruktionen|system (?:message|prompt)"
    r"|context window|programming|configuration|embeddings|(?:anweisungen|regeln|reglas|consignes"
    r"|regles)(?! (?:de|d|du|des|fur|para|pour|zu|zur|zum|sobre)\b)|knowledge base))"
    r"|(?:the|this|hidden|initial|original|entire|full|a) (?:system ?prompts?|system message|prompt[ _]?texts?"
    r"|hidden instructions|initial (?:prompt|instructions))|system ?prompts?\b|\bprompt[ _]?texts?\b|promptext\w*"
    r"|(?:text|prompt|line|conversation|words|message|everything)s? above (?:this|these|my|here)|above (?:text"
    r"|prompt)"
    r"|(?:text|prompt|message|instructions?|rules) (?:that )?(?:you (?:were|have been|got|received)"
    r"|(?:before|above) (?:my|this))"
    r"|(?:instructions?|rules) (?:that )?you (?:have to|must|need to|should) follow"
    r"|(?:first|initial|previous|last|original|exact|bisherige\w*) (?:instructions?|prompts?|anweisung\w*|prompt)\b"
    r"|developers? (?:told?|gave|instruct\w*) you|information in the prompt"
)
SAY = (
    r"(?:say|write|print|answer|respond|reply|output|return|confirm|state|sage?n?|schreib\w*|antworte\w*|diga"
    r"|escrib\w+"
    r"|respond\w+|contest\w+|dites|ecri\w+|repond\w+)"
)
ADDRESSED = (
    r"(?:(?:ai |automated |automatic |virtual )?(?:agents?|assistants?|bots?|chat ?bots?|robots?"
    r"|summari[sz]ers?|language models?)"
    r"|algorithms?|llms?|ai|ki|ia|assistenten?|algorithmus|roboter|sprachmodelle?s?|kunstliche intelligenz"
    r"|asistentes?(?: automaticos?)?"
    r"|agentes? automaticos?|algoritmo|modelo(?: de lenguaje)?|inteligencia artificial"
    r"|agents? automatiques?|algorithme|modele(?: de langage)?"
    r"|intelligence artificielle)"
)
MACHINE = (
    r"(?:gpt\S*|chat ?gpt|chat ?bot|llms?|language models?|large language models?|ai|a\.i\.|ki|ia"
    r"|ai (?:assistants?|agents?|models?|systems?|tools?)|bots?|(?:virtual|automated|digital) (?:assistant"
    r"|agent|system)s?"
    r"|automated systems?|sprachmodelle?|modeles? de langage|modelos? de lenguaje)"
)
OUTPUT = (
    r"(?:response|reply|answer|output|summary|message|explanation|elucidation|solution|implementation|draft|e-?mail)"
)
ROLE = (
    r"(?:an? |the |my |ein(?:e)? |un[ae]? |el |le )?(?:\w+ ){0,3}?(?:\w+bot|\w+gpt|pirate|hacker|comedian|poet"
    r"|terminal"
    r"|interpreter|dan|evil\w*"
    r"|chatbot|bot|robot|assistant|ai|agent dan|model|language model|gpt|character|persona|dog|cat|human"
    r"|god|villain|journalist"
    r"|expert|linux|console|actor|novelist|teacher|storyteller|detective|writer|sprachmodell|experte?"
    r"|asistente|modele)\b"
)
JUDGED = (
    r"(?:lead|prospect|request|sender|message|inquiry|e-?mail|contact|company"
    r"|deal|record|opportunity|submission)"
)
NUMBER_WORDS = r"(?:the )?(?:highest|maximum|max|top|perfect|best)(?: possible)?"
