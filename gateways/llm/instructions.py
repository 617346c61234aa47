"""What a reviewer asked of another draft, as far as fixed rules can tell. The rest is named, not guessed."""

import re

from domain.model import Value

_LANGUAGES = {
    "en": r"\b(?:in )?(?:english|englisch|inglés|ingles|anglais)\b",
    "es": r"\b(?:in |en )?(?:spanish|spanisch|español|espanol|espagnol)\b",
    "de": r"\b(?:in |auf )?(?:german|deutsch|alemán|aleman|allemand)\b",
    "fr": r"\b(?:in |en )?(?:french|französisch|francés|frances|français|francais)\b",
}
_LESS_FORMAL = r"less formal|more casual|friendlier|informal|lockerer|weniger f(?:ö|oe)rmlich|menos formal|moins formel"
_FORMAL = r"formal|f(?:ö|oe)rmlich|formel|polite"
_SHORTER = r"\bshort(?:er|en)?\b|\bbrief(?:er)?\b|\bk(?:ü|ue)rz|m[aá]s cort|m[aá]s breve|plus court|abr[eé]g|concise"
_NO_MEETING = (
    r"(?:\bno|without|(?:don[’']?t|do not) (?:offer|propose|suggest)|drop|remove|skip|ohne|kein(?:en)?|sin|sans|pas de)"
    r"\b.{0,25}?\b(?:meeting|call|slot|time|appointment|termin|gespr(?:ä|ae)ch|reuni[oó]n|llamada|rendez-vous|r[eé]union"
    r"|appel)"
)
_FILLER = (
    r"please|bitte|por favor|s['’]il (?:vous|te) pla[iî]t|make|write|keep|be|in|a bit|more|much|the|this|it|and"
    r"|e-?mail|mail|draft|reply"
)


class Wishes(Value):
    """`language` empty and `formal` None mean: not asked for. `unmet` are the parts no rule understood."""

    shorter: bool = False
    no_meeting: bool = False
    formal: bool | None = None
    language: str = ""
    unmet: tuple[str, ...] = ()


def read_instructions(text: str) -> Wishes:
    """Read clause by clause; a clause counts as met only when nothing but filler words is left of it."""
    shorter = no_meeting = False
    formal: bool | None = None
    language = ""
    unmet: list[str] = []
    for clause in re.split(r"[.;,\n!]+|\s+(?:and|und|y|et)\s+", text):
        rest = clause
        rest, offers_none = _take(_NO_MEETING, rest)
        rest, is_shorter = _take(_SHORTER, rest)
        rest, is_casual = _take(_LESS_FORMAL, rest)
        rest, is_formal = _take(_FORMAL, rest)
        for code, pattern in _LANGUAGES.items():
            rest, found = _take(pattern, rest)
            language = code if found else language
        no_meeting, shorter = no_meeting or offers_none, shorter or is_shorter
        if is_casual or is_formal:
            formal = is_formal and not is_casual
        if re.sub(rf"\b(?:{_FILLER})\b|[^\w]", "", rest, flags=re.IGNORECASE):
            unmet.append(" ".join(clause.split()))
    return Wishes(shorter=shorter, no_meeting=no_meeting, formal=formal, language=language, unmet=tuple(unmet))


def _take(pattern: str, text: str) -> tuple[str, bool]:
    rest, hits = re.subn(rf"(?:{pattern})\w*", " ", text, flags=re.IGNORECASE)
    return rest, hits > 0
