"""By which words a sentence of a call says that something was agreed, is open, or comes next. Pure.

When do you need to touch this? When a way of saying so is missed. Phrases are folded; all four languages are asked,
because people switch. A cue finds a sentence to quote: it never says more than the sentence does.
"""

import re

from domain.drafting import Matter
from domain.relations import hedged
from domain.texts import fold
from domain.wording import language_of, negated

_HEADINGS = {
    Matter.AGREED: r"agreed|agreements?|decisions?|decided|acuerdos?|acordado|decisiones|vereinbart|vereinbarung(?:en)?"
    r"|beschlusse|entscheidungen|convenu|accords?|decisions prises",
    Matter.OPEN: r"open (?:questions?|points?|items?|issues?)|questions?|still open|preguntas(?: abiertas)?|pendientes?"
    r"|temas abiertos|offene? (?:fragen|punkte)|fragen|noch offen|questions ouvertes|points ouverts|a clarifier",
    Matter.NEXT: r"next steps?|action items?|actions?|to-?dos?|follow-?ups?|proximos pasos|siguientes pasos|tareas"
    r"|(?:nachste|weitere) schritte|nachster schritt|aufgaben|prochaines? etapes?|suites? a donner",
}
_HEADING = {
    matter: re.compile(rf"[\W_]*(?:{words})[\W_]*(?::[\W_]*(?P<rest>.*))?", re.DOTALL)
    for matter, words in _HEADINGS.items()
}
_ACTS = (
    r"send|share|prepare|check|schedule|set up|book|come back|get back|follow up|call|e-?mail|write|review|talk"
    r"|discuss"
    r"|confirm|introduce|invite|look into|draft|arrange|organi[sz]e|let you know|provide|forward|meet|speak"
    r"|put together"
)
_NEXT = re.compile(
    rf"\b(?:i|we|you|they|he|she)(?:'ll| will| shall|'re going to|'m going to| are going to| is going to| am going to)"
    rf" (?:\w+ )?(?:{_ACTS})\b"
    r"|\bnext steps?\b|\baction items?\b"
    r"|\blet(?:'s| us) (?:schedule|meet|talk|book|set up|speak|reconnect|catch up|plan)\b"
    r"|\b(?:te|le|les|os) (?:envio|enviare|mando|mandare|llamo|llamare|confirmo|confirmare|paso|pasare)\b"
    r"|\b(?:enviare(?:mos)?|mandare(?:mos)?|llamare(?:mos)?|confirmare(?:mos)?|preparare(?:mos)?|proximo paso"
    r"|siguiente paso|volvemos a hablar|quedamos (?:el|en|para))\b"
    r"|\b(?:ich|wir) (?:schicke|sende|melde|rufe|klare|prufe|bereite|kummere|schaue|bringe|stelle)n?\b"
    r"|\bnachste[rn]? schritte?\b|\b(?:ich|wir) (?:werde|werden)\b.{0,60}\b(?:schicken|senden|melden|anrufen"
    r"|klaren|prufen"
    r"|vorbereiten|zusenden)\b"
    r"|\bje (?:vous|t')? ?(?:envoie|enverrai|rappelle|rappellerai|confirme|confirmerai|prepare|preparerai"
    r"|tiens au courant)"
    r"|\bnous (?:vous )?(?:envoyons|enverrons|rappelons|rappellerons|confirmons|confirmerons|preparons|preparerons)\b"
    r"|\bprochaines? etapes?\b|\bon se (?:rappelle|reparle|revoit)\b"
)
_AGREED = re.compile(
    r"\bagreed\b|\bwe agree\b|\bit'?s a deal\b|\b(?:that|this) works for (?:me|us)\b"
    r"|\blet(?:'s| us) (?:go|start|do|begin|proceed|use|take)\b|\bgo ahead with\b"
    r"|\bwe(?:'ll| will) (?:start|begin|go (?:with|ahead)|take|run|use|pilot|proceed|roll out|sign)\b"
    r"|\bde acuerdo\b|\bacordamos\b|\bquedamos en\b|\bempezamos con\b|\bempezaremos\b|\btrato hecho\b"
    r"|\beinverstanden\b|\babgemacht\b|\bvereinbart\b|\bwir (?:starten|beginnen|fangen|nehmen|machen)\b"
    r"|\bso machen wir\b"
    r"|\bd'accord (?:pour|avec)\b|\bc'est d'accord\b|\bconvenu\b|\bnous (?:commencons|commencerons|demarrons"
    r"|demarrerons)\b"
    r"|\bon (?:commence|demarre|part) (?:par|avec|sur)\b"
)
_OPEN = re.compile(
    r"\bopen (?:question|point)|\bstill open\b|\bto be (?:decided|confirmed|clarified|agreed)\b|\btb[dc]\b"
    r"|\bnot (?:yet |been )?(?:decided|clear|settled)\b|\b(?:not|n't) sure (?:yet|if|whether|how|when|who|what"
    r"|about)\b"
    r"|\b(?:don't|do not|doesn't) (?:yet )?know (?:yet|if|whether|how|when|who|what)\b|\bunclear\b"
    r"|\b(?:need|have|has|needs) to (?:check|find out|clarify|ask|see (?:if|whether))\b|\bwe(?:'d"
    r"| would) have to ask\b"
    r"|\bqueda (?:pendiente|abierto|por)\b|\bno (?:sabemos|se|sabria) (?:si|cuando|cuanto|quien|como|aun|todavia)\b"
    r"|\b(?:tengo|tenemos|hay) que (?:consultar|preguntar|comprobar|ver|aclarar)\b|\bfalta (?:por|saber|decidir)\b"
    r"|\bnoch (?:offen|nicht (?:klar|entschieden|geklart))\b|\b(?:wei(?:ss|ß)|wissen) (?:ich |wir )?(?:noch )?nicht\b"
    r"|\bmuss(?:en)? (?:ich|wir) (?:\w+ ){0,3}(?:klaren|fragen|prufen|abstimmen)\b|\bunklar\b"
    r"|\breste a (?:voir|decider|confirmer|clarifier|definir)\b|\b(?:je|nous|on) ne (?:sais|savons"
    r"|sait) pas (?:encore|si|quand)"
    r"|\b(?:je dois|nous devons|il faut) (?:\w+ )?(?:verifier|demander|clarifier|consulter)\b"
    r"|\bpas encore (?:decide|clair|defini)"
)
_PUT_OFF = re.compile(
    r"\b(?:get|come) back to (?:you|that|this)\b|\blet me (?:check|find out|ask|see)\b|\b(?:i|we)(?:'ll"
    r"| will) (?:check|ask|find out)"
    r"|\b(?:lo|te lo|se lo) (?:consulto|miro|confirmo|pregunto)\b|\bdejeme (?:ver|consultar|comprobar)\b"
    r"|\b(?:klare|prufe|frage|schaue) ich\b|\bmuss ich (?:klaren|prufen|fragen|nachsehen)\b"
    r"|\bje (?:verifie|me renseigne|reviens vers vous)\b"
)
_NOT_ANSWERED = re.compile(rf"{_OPEN.pattern}|{_PUT_OFF.pattern}")


def heading_in(line: str) -> tuple[Matter | None, str]:
    """The matter that a line of notes opens, with what follows the colon; None and the line where it opens none."""
    folded = fold(line)
    for matter, pattern in _HEADING.items():
        if found := pattern.fullmatch(folded):
            rest = found["rest"]
            return matter, line[found.start("rest") :] if rest else ""
    return None, line


def matters_in(sentence: str) -> frozenset[Matter]:
    """What the sentence says for itself. A doubt, a denial and a question agree to nothing."""
    folded, found = fold(sentence), set()
    asks = sentence.rstrip().endswith("?")
    if _OPEN.search(folded):
        found.add(Matter.OPEN)
    if _NEXT.search(folded) and not asks:
        found.add(Matter.NEXT)
    firm = not asks and not found & {Matter.OPEN} and not hedged(sentence)
    if firm and _AGREED.search(folded) and not negated(sentence, language_of(sentence)):
        found.add(Matter.AGREED)
    return frozenset(found)


def leaves_open(answer: str) -> bool:
    """Whether the first words after a question put it off."""
    return bool(_NOT_ANSWERED.search(fold(answer)))
