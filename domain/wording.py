"""Word lists that tell a courtesy from a statement, in English, Spanish, German and French.

`courtesy` words are what a polite first e-mail consists of when it states nothing. The lists are closed on
purpose: a word that is missing here makes a sentence ask for evidence, which is the safe side.
"""

import re
import unicodedata
from functools import lru_cache

LANGUAGES = ("en", "es", "de", "fr")


def words_of(text: str) -> list[str]:
    """Words in lower case without accents; apostrophes end a word (`l'offre` is `l` and `offre`)."""
    return re.findall(r"[^\W_]+", fold(text))


def fold(text: str) -> str:
    """Casefolded, without accents, `ß` as `ss`: so that `März` and `marz` meet."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in parts if not unicodedata.combining(c))


FUNCTION: dict[str, frozenset[str]] = {
    "en": frozenset(
        words_of(
            """a an the and or but if of to in on at by for from with about as is are was were be been being am do does
            did have has had will would can could may might shall should this that these those there here it its i me
            my we us our you your yours he she they them their his her who what which when where how why not no so
            than then too very just also more some any all each both into over up out off again still s t re ve ll d
            don m while since because let"""
        )
    ),
    "es": frozenset(
        words_of(
            """el la los las un una unos unas y e o u pero si de del a al en con por para sobre como es son era eran ser
            sido soy esta estan estar estaba he ha han hemos haber hay hace lo le les se me mi nos nuestro nuestra
            nuestros nuestras su sus usted ustedes te tu tus yo ella ellos que quien cual cuando donde porque no ni mas
            muy tambien ya este estos estas eso esa ese esto aqui alli asi"""
        )
    ),
    "de": frozenset(
        words_of(
            """der die das den dem des ein eine einen einem einer eines und oder aber wenn von zu zum zur in im an am
            auf bei fur mit uber als ist sind war waren sein bin hat haben habe hatte wird werden wurde kann konnen
            konnte soll sollte dies diese dieser dieses es ich mich mir wir uns unser unsere unserem unseren sie ihr
            ihre ihrem ihren ihrer ihnen er man wer was welche welcher wann wo wie warum nicht kein keine so dann auch
            sehr noch nur schon da dass weil aus nach vor um hier"""
        )
    ),
    "fr": frozenset(
        words_of(
            """le la les un une des et ou mais si de du a au aux en dans sur par pour avec comme est sont etait etre ete
            suis ai as avez avons ont avoir y ce cet cette ces il elle ils elles je me moi mon ma mes nous notre nos
            vous votre vos on se sa ses son leur leurs qui que quoi quel quelle quand ne pas plus tres aussi deja c d l
            j n s t qu parce ici la"""
        )
    ),
}

_COURTESY: dict[str, str] = {
    "en": """hello hi dear good morning afternoon thank thanks thankful message note inquiry enquiry question questions
        request interest getting reaching reach touch writing wrote write written contact contacting happy glad gladly
        pleased pleasure welcome look looking forward hear hearing reply replies answer answers answering know call
        calls talk talking speak speaking conversation chat discuss discussion meet meeting short brief quick first
        time times suit suits fit work works convenient suggest prefer like want wish need needs help helpful useful
        team colleague colleagues together please feel send details detail everything anything something else
        kind kindly regards best wishes sincerely cheers all yours truly day days week soon back get simply share
        tell see show walk through take next step steps hope well sorry apologies appreciate another different way
        person mail email phone by ask asking follow ahead moment minute minutes mention mentioned mentions
        asked set up told explained described said says gets""",
    "es": """hola buenos buenas dias tardes estimado estimada gracias agradezco agradecemos mensaje nota consulta
        pregunta preguntas solicitud interes escribir escribirnos escrito contacto contactar encantado encantada
        gusto placer espero quedo quedamos respuesta responda responder conteste contestar saber llamada llamar hablar
        hablamos conversacion conversar comentar reunion reunirnos breve corta corto rapida rapido primera primer
        hora momento encaja encajaria conviene convendria viene vendria bien mejor propongo proponer prefiere quiere
        desea necesita ayuda ayudar ayudarle util equipo companero companera juntos favor puede podemos podria gustaria
        dudas duda detalle detalles saludo saludos cordial cordiales atentamente semana dia pronto otra otro manera
        enviar enviarle envie contar contarle mostrar mostrarle ver paso pasos siguiente atento atenta disposicion
        aqui escriba basta con proponerme digame diga indique cualquier minutos serviria sirve si
        menciona menciono mencionaba dice pregunta comenta comentaba explica cuenta
        mucho muchas muchos ayudo respondo contesto escribe escribirme convenga mande podemos escribirle serviria""",
    "de": """hallo guten tag morgen liebe lieber sehr geehrte geehrter danke dank vielen nachricht anfrage frage fragen
        interesse anliegen schreiben geschrieben melden meldung kontakt freue freuen freut gern gerne gespräch
        gesprach telefonat anruf anrufen telefonieren sprechen austausch austauschen unterhalten besprechen treffen
        termin termine zeit zeitpunkt uhr kurz kurzes kurzer kurzen erstes ersten erster erste passt passen passend
        passende passenden recht schlage vorschlagen vorschlag lieber bevorzugen mochten mochte wunschen brauchen hilfe
        helfen hilfreich hilft nutzlich team kollege kollegin kollegen gemeinsam bitte konnen antwort antworten
        antworte beantworte beantworten wissen sagen einfach einzelheiten details mehr alles etwas woche tage bald
        grussen gruss grusse freundlichen freundliche besten herzlichen herzliche schonen weiter nachster nachste
        schritt schritte zeigen zeige schicken schicke senden sende gedanken ruckmeldung ruckfragen verfugung stehe
        minuten ware waren wurde wurden genugt dafur dazu darauf darum ihnen gerade moment anderer andere weg
        unterstutzen weiterhelfen nennen schrieben schreiben
        erwahnen erwahnten erwahnt sagen sagten fragen fragten gefragt berichten schreibt schreibe
        ausserdem wollen darum daruber dabei helfe unterstutze geht worum wenn""",
    "fr": """bonjour bonsoir cher chere madame monsieur merci remercie remercions message note demande question
        questions interet ecrire ecrit contact contacter ravi plaisir heureux heureuse hate reponse repondre repondez
        savoir appel appeler echange echanger parler discuter discussion entretien rencontrer rendez reunion bref ravie
        breve court courte rapide premier premiere moment heure creneau convient conviendrait convenir irait propose
        proposer preferez souhaitez voulez besoin aide aider utile equipe collegue collegues ensemble peux pouvez
        pourrions volontiers detail details toute toutes tout cordialement salutations sinceres meilleures bien
        semaine jour bientot autre maniere envoyer envoie montrer montre voir etape prochaine disposition reste
        restons attente minutes plait serait serais suffit simplement indiquez indiquer dites faire
        servirait mentionnez mentionne ecrivez dites demandez expliquez evoquez
        pouvons parlons reponds serait ici cela ça puis""",
}
COURTESY = frozenset(w for text in _COURTESY.values() for w in words_of(text))
FUNCTION_WORDS = frozenset().union(*FUNCTION.values())

COURTESY_PHRASES = re.compile(
    r"\b(?:best (?:regards|wishes)|feel free|works? best|all the best|at any time|anytime"
    r"|mejores saludos|beste(?:n)? gr(?:ü|u)(?:ß|ss)en?|mit besten gr(?:ü|u)(?:ß|ss)en|meilleures salutations"
    r"|(?:10|15|20|25|30|45|60)[ -]?min(?:utes?|uten|utos?)?)\b",
    re.IGNORECASE,
)
"""Set phrases whose words would otherwise count as claims, and the length of a call that somebody offers."""

ASKING = frozenset(
    words_of(
        """who what which when where how why would could can may might shall should do does is are will
        que quien cual cuando donde como puede podria le les seria prefiere tiene
        wer was welche welcher welches wann wo wie warum wurde wurden konnen konnten mochten darf durfen passt ist haben
        qui quoi quel quelle quels quelles quand ou comment pourquoi pourriez pouvez est seriez souhaitez avez"""
    )
)
"""First words of a direct question."""

_NEGATIONS: dict[str, frozenset[str]] = {
    "en": frozenset({"not", "no", "never", "without", "none", "nor", "nobody", "nothing", "neither", "cannot"}),
    "es": frozenset({"no", "nunca", "sin", "ningun", "ninguna", "ninguno", "nadie", "nada", "tampoco"}),
    "de": frozenset({"nicht", "nie", "ohne", "kein", "keine", "keinen", "keinem", "keiner", "niemand", "nichts"}),
    "fr": frozenset({"ne", "n", "pas", "jamais", "sans", "aucun", "aucune", "rien", "personne"}),
}


@lru_cache(maxsize=8192)
def language_of(text: str) -> str:
    """The language whose function words the text holds most of; empty where none or two are level."""
    words = words_of(text)
    hits = sorted(((sum(w in FUNCTION[code] for w in words), code) for code in LANGUAGES), reverse=True)
    return hits[0][1] if hits[0][0] > hits[1][0] else ""


def negated(text: str, language: str) -> bool:
    """Whether the text says that something is not so."""
    if language == "en" and re.search(r"n[’']t\b", text.casefold()):
        return True
    return any(w in _NEGATIONS.get(language, frozenset()) for w in words_of(text))


def content_stems(text: str) -> frozenset[str]:
    """What the text is about: words of four letters and more, neither grammar nor courtesy, by their stems."""
    return frozenset(
        stem(w) for w in words_of(text) if len(w) >= 4 and w not in FUNCTION_WORDS and w not in COURTESY and w.isalpha()
    )


def stem(word: str) -> str:
    """Five letters are enough to join `plan`, `planning`; crude, the same for all four languages."""
    trimmed = word[:-1] if len(word) == 5 and word.endswith("s") else word
    return trimmed[:5]
