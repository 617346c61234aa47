"""Cues of text that shapes the answer, slips something into it, or sets work that no inquiry asks for.

Whoever writes to a company asks for facts in the answer; how its letters stand, and what else it is to advertise, only
the writer of a planted instruction cares about. See `domain.injection_cues`.
"""

from domain.injection_words import START

_ANSWER = (
    r"(?:(?:your|the|every|each|any|all) (?:\w+ )?(?:answers?|responses?|repl(?:y|ies)|output|summar(?:y|ies)|draft"
    r"|brief)|your (?:e-?mail|message|text|words|sentences)"
    r"|(?:deine[rnm]?|ihre[rnm]?|die|der|jede[rnm]?) (?:antwort(?:en)?|zusammenfassung|ausgabe)"
    r"|(?:tu|su|la|cada) (?:respuesta|resumen|salida)|(?:ta|votre|la|chaque) (?:reponse|resume|sortie))"
)
_LETTERS = (
    r"(?:letters?|vowels?|consonants?|syllables?|typos?|mis-?spell\w*|spelling (?:errors?|mistakes?)|anagram\w*"
    r"|alphanumeric\w*|homophon\w*|emojis?|emoticons?|ciphers?|morse\w*|binary|hexadecimal|base ?(?:16|32|58|64)"
    r"|rot-?13|caesar|pig latin|leet ?speak|acrostic|rhymes?|rhyming|limericks?|haikus?|gibberish|all caps|upper ?case"
    r"|lower ?case|ascii(?: art)?|buchstaben|vokale?n?|grossbuchstaben|tippfehlern?|reim\w*|letras|vocales|mayusculas"
    r"|rimas?|erratas|lettres|voyelles|majuscules|rimes?|fautes d'orthographe)"
)

FORMS: tuple[tuple[str, float, str], ...] = (
    # How the answer is to be spelt
    (
        "dictates_the_answer",
        0.8,
        rf"\b{_LETTERS}\b[^.!?\n]{{0,70}}\b{_ANSWER}\b|\b{_ANSWER}\b[^.!?\n]{{0,70}}\b{_LETTERS}\b",
    ),
    (
        "dictates_the_answer",
        0.5,
        rf"{START}(?:replace|substitute|swap|convert|rearrange|scramble|jumble|shuffle|mis-?spell|anagram|capitali[sz]e"
        r"|encode|encrypt|encipher|obfuscate|reverse|transliterate|ersetze\w*|vertausche\w*|verschlussle\w*|kodiere\w*"
        r"|reemplaza\w*|sustituye\w*|codifica\w*|invierte|remplace[rz]?|melange[rz]?|encode[rz]?|inverse[rz]?)\b",
    ),
    (
        "dictates_the_answer",
        0.45,
        r"\b(?:every|each|jede[rns]?|cada|chaque) (?:(?:second|third|fourth|fifth|sixth|other|last|\d+(?:th|nd|rd|st)"
        r"|zweite[nr]?|dritte[nr]?|segunda|tercera|deuxieme|troisieme) )?(?:letter|word|vowel|consonant|character"
        r"|syllable|sentence|buchstabe\w*|wort|satz|letra|palabra|frase|lettre|mot|phrase)\b",
    ),
    (
        "dictates_the_answer",
        0.45,
        rf"\b{_LETTERS}\b[^.!?\n]{{0,30}}\b(?:with|by|as|into|for|using|durch|mit|con|por|par|avec)\b[^.!?\n]{{0,25}}"
        r"\b(?:numbers?|symbols?|digits?|emojis?|letters?|positions?|zahlen|symbole?n?|numeros|simbolos|chiffres"
        r"|symboles)\b",
    ),
    (
        "dictates_the_answer",
        0.8,
        r"\b(?:with ?out|no|remove|strip|omit|drop|delete|group|combine)\b[^.!?\n]{0,25}\b(?:spaces?(?! in)|punctuation"
        rf"|words|letters)\b[^.!?\n]{{0,30}}\b{_ANSWER}\b|\b{_ANSWER}\b[^.!?\n]{{0,40}}\b(?:with ?out|no|removing"
        r"|omitting) (?:any |all )?(?:spaces?|punctuation|vowels)\b|\b(?:group|combine|split|reverse|flip)\b"
        rf"[^.!?\n]{{0,20}}\b(?:letters|words|order)\b[^.!?\n]{{0,20}}\b{_ANSWER}\b",
    ),
    (
        "dictates_the_answer",
        0.8,
        r"\b(?:reverse|encode|encrypt|obfuscate|render|scramble|jumble|spell|garble|invert|flip|mirror)"
        rf"\b[^.!?\n]{{0,20}}\b{_ANSWER}\b",
    ),
    # What is to be slipped into it
    (
        "dictates_the_answer",
        0.8,
        r"\b(?:modify|augment|enhance|alter|tweak|embellish|enrich|expand|spice up|amend|adjust|supplement)"
        r" (?:your|the) (?:answers?|responses?|repl(?:y|ies)|output|summary|message|draft) (?:to|by|with|so)\b",
    ),
    (
        "dictates_the_answer",
        0.8,
        r"\b(?:add|include|insert|integrate|incorporate|embed|weave|work|slip|sneak|place|drop|blend|smuggle|baue?"
        r"|fuge?|integriere|anade|incluye|incorpora|inserta|ajoute[rz]?|insere[rz]?|integre[rz]?|glisse[rz]?)\b"
        r" (?:in )?(?:an?|one|some|the|ein\w*|un[ae]?|el|la|le) (?:[\w'-]+ ){0,3}?"
        r"(?:poem|haiku|song|recipe|sentence|line|statement|reminder|tip|headline|appeal|plug|mention|slogan|paragraph|remark|joke|hint"
        r"|call to action|teaser|endorsement|recommendation|advert\w*|promotion|claim|rumou?r|satz|hinweis|werbung"
        r"|empfehlung|gedicht|rezept|poema|receta|poeme|recette|frase|mencion|recomendacion|anuncio|consejo|phrase|mention|recommandation|publicite|conseil)\b"
        rf"[^.!?\n]{{0,60}}\b{_ANSWER}\b",
    ),
    (
        "dictates_the_answer",
        0.8,
        r"\b(?:add|include|insert|integrate|incorporate|embed|weave|place|plug|work)\b (?:[\"“‘'«„]|(?:www\.|https?:)"
        rf")[^\n]{{3,160}}?\b(?:in|into|to|within|inside) {_ANSWER}",
    ),
    (
        "dictates_the_answer",
        0.8,
        rf"(?:^|[.!?:\n]\s{{0,4}})(?:please |kindly )?(?:in|within|throughout|at the (?:end|start|top|bottom) of)"
        rf" {_ANSWER},? (?:please )?"
        r"(?:suggest|tease|promote|advertise|urge|encourage|invite|warn|hint|praise|endorse|plug|claim|tell|advise"
        r"|direct|convince|persuade|ask (?:users|readers|people|everyone))\b",
    ),
    (
        "dictates_the_answer",
        0.35,
        rf"\b(?:users|readers|viewers|followers|the audience|everyone|subscribers)\b[^.!?\n]{{0,60}}\b{_ANSWER}\b"
        rf"|\b{_ANSWER}\b[^.!?\n]{{0,60}}\b(?:users|readers|viewers|followers|the audience|everyone|subscribers)\b",
    ),
    # Work that no inquiry asks for
    (
        "sets_another_task",
        0.8,
        rf"{START}(?:can you |could you |would you )?(?:write|compose|tell|give|provide|generate|create|draft|craft"
        r"|develop|produce|recite|sing|make up|come up with|schreib\w*|erzahl\w*|verfass\w*|dichte\w*|escrib\w+"
        r"|cuenta\w*|redacta\w*|compon\w*|ecri[st]\w*|redige\w*|raconte\w*|compose[rz]?)\b"
        r" (?:me |us |mir |uns |moi |nous )?"
        r"(?:an?|the|one|some|ein\w*|un[ae]?|la|el|le)? ?(?:[\w'-]+ ){0,3}?(?:poems?|haikus?|sonnets?|limericks?"
        r"|ballads?|short stor(?:y|ies)|bedtime story|fairy ?tales?|essays?|jokes?|riddles?|songs?|lyrics|speech(?:es)?"
        r"|monologue|fan ?fiction|recipes?|horoscopes?|obituary|love letters?|gedichte?|witze?|marchen|aufsatz"
        r"|kochrezept|poemas?|cuentos?|chistes?|ensayos?|receta|canciones|cancion|poemes?|blagues?|contes?|dissertations?|recette|chanson)\b"
        r"(?! (?:management|software|system|platform|app|tool|database|module|costing))",
    ),
    (
        "sets_another_task",
        0.8,
        r"\b(?:what(?:'s| is| was)|name|tell me) the (?:capital|largest (?:city|planet|desert|ocean|country|lake)"
        r"|longest river|tallest (?:mountain|building)|highest mountain|population|atomic number|square root"
        r"|chemical (?:symbol|formula)|boiling point|meaning of life) (?:of|in|on|\?)|\bwho (?:wrote|painted|invented"
        r"|discovered|composed|assassinated|won the (?:world cup|nobel|super bowl))\b(?! (?:to|back|this|that"
        r"|the (?:e-?mail|message|offer|quote)|your|you|us|me))|\b(?:first|second) world war\b|\bfrench revolution\b"
        r"|\b(?:photosynthesis|quadratic equations?|pythagor\w+|theory of relativity|mitosis|periodic table"
        r"|water cycle|food chain)\b",
    ),
    (
        "sets_another_task",
        0.8,
        r"\bhow (?:do|would|can) (?:you|i|we) say [\"“‘'«„][^\n]{2,80}?[\"”’'»“] in (?!the|our|your|this)\w+"
        r"|\bwhat(?:'s| is) [\"“‘'«„][^\n]{2,80}?[\"”’'»“] in (?:english|german|french|spanish|italian|russian|japanese"
        r"|chinese|portuguese|dutch|polish|arabic|korean|turkish|latin|greek|hindi|swedish)\b"
        r"|\b(?:english|german|french|spanish|italian|russian|japanese|chinese|portuguese|dutch|polish|arabic|korean)"
        r" (?:equivalent|translation|word|term) (?:for|of)\b|\btranslate (?:the )?(?:following|this|these|next)\b"
        r"[^.!?\n]{0,30}\b(?:in)?to \w+\s?:",
    ),
)
