"""The parts of a sentence that can be verified: addresses, links, quotes, figures, dates, names, big words."""

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache

from domain.dates_in_text import DATE_WORDS, dates_in
from domain.figures import Figure, figures_in
from domain.model import Value
from domain.wording import COURTESY, FUNCTION_WORDS, fold, language_of, words_of


class PartKind(StrEnum):
    EMAIL = "e-mail address"
    LINK = "link"
    QUOTE = "quote"
    AMOUNT = "amount"
    PERCENT = "percentage"
    NUMBER = "number"
    DATE = "date"
    NAME = "name"
    BIG_WORD = "claim"


class Part(Value):
    """`text` as written; `keys` the readings of it (`1.200` is 1200 or 1.2), any one of which must be found."""

    kind: PartKind
    text: str
    keys: frozenset[str]
    implies: frozenset[str] = frozenset()
    """What it says besides: a day names its month and its year, too."""
    figure: Figure | None = None


_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>”\"’»)]+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?:/[^\s<>”\"’»)]*)?\b",
    re.IGNORECASE,
)
_QUOTE = re.compile(r"[“„\"«‹]([^“”„\"«»‹›]{2,})[”“\"»›]")
_BIG_WORDS = {
    "guarantee": r"guarant|garant|zusicher",
    "promise": r"promis|versprech|verspricht|promet|promess",
    "best": r"\bthe best|best-in|\bder beste|\bdie beste|\bdas beste|\b(?:el|la|los) mejor|\b(?:le|la|les) meilleur",
    "leader": r"leading|leader|market-lead|lider|fuhrend|marktfuhr",
    "cheapest": r"cheap|lowest|billig|gunstig|barat|economic[oa]s?\b|moins cher",
    "fastest": r"fastest|schnellste|mas rapid|plus rapide",
    "free of charge": r"free of charge|for free|\bfree\b|kostenlos|kostenfrei|gratis|gratuit",
    "discount": r"discount|rabatt|descuento|remise|special offer|sonderangebot|oferta especial",
    "price": r"\bprice|pricing|\bpreis|precio|\bprix\b|tarif",
    "contract": r"contract|vertrag|contrato|contrat\b|\bterms\b",
    "certified": r"certif|zertifi|accredit",
    "compliant": r"complian|konform|cumpl|conform",
    "award": r"award|auszeichnung|ausgezeichnet|premio|galardon|\bprix d",
    "save": r"\bsav(?:e|es|ed|ing|ings)\b|\bspar(?:en|t|te)\b|einspar|ahorr|economis",
    "cut": r"\bcuts?\b|cutting|reduc|reduz|senken|senkt|recort|reduir|reduit|\blower(?:s|ed|ing)?\b"
    r"|\bfell\b|\bfall(?:s|en)?\b|decreas|shr[aiu]nk|\bsank\b|gesunken|\bbaj(?:a|o)\b|baiss|diminu",
    "increase": r"increas|\bboost|steiger|erhoh|aument|increment|augment|improv|verbesser|mejora|amelior|\bgr[eo]w"
    r"|\bris(?:e|es|en|ing)\b|\brose\b|stieg|gestiegen|\bsub(?:e|io)\b|\bcrec|hauss",
    "multiply": r"doubl|tripl|verdoppel|verdreifach|duplic",
    "return": r"\broi\b|return on invest",
    "unlimited": r"unlimit|unbegrenzt|ilimitad|illimit",
    "many": r"hundreds|thousands|dozens|millions|hunderte|tausende|dutzende|cientos|millones de|centaines|milliers",
    "most": r"\bmost\b|mayoria|\bmeisten\b|plupart",
    "all": r"\bevery\b|\balways\b|\bsiempre\b|\bimmer\b|\btoujours\b|\bnever\b|\bnunca\b|\bjamais\b",
    "customers": r"customer|\bclient|\bkunden?\b",
    "partner": r"\bpartner|\bsocio|partenaire|partenariat",
    "secure": r"\bsecure|\bsicher|\bsegur[oa]|securis|encrypt|verschlussel|cifrad|chiffr",
}
_BIG = {name: re.compile(pattern) for name, pattern in _BIG_WORDS.items()}
_NAME_BEFORE_VERB = re.compile(
    r"^([A-ZÀ-Þ][\w-]+)(?=['’]s\b| (?:is|was|has|had|will|and|uses|es|tiene|usa|ist|hat|war|est|a|utilise)\b)"
)
_TOKEN = re.compile(r"[^\W_][\w&-]*")


@lru_cache(maxsize=4096)
def parts_of(text: str) -> tuple[Part, ...]:
    """Everything in `text` that must be found in evidence, each part once, in the order of kinds."""
    found: list[Part] = []
    rest = text
    for kind, pattern in ((PartKind.EMAIL, _EMAIL), (PartKind.LINK, _LINK), (PartKind.QUOTE, _QUOTE)):
        found += [_part(kind, m.group(0), _key_of(kind, m)) for m in pattern.finditer(rest)]
        rest = pattern.sub(" ␣ ", rest)
    for gather in (_dates, _figures):
        gathered, rest = gather(rest)
        found += gathered
    found += _names(rest)
    folded = fold(rest)
    found += [_part(PartKind.BIG_WORD, m.group(0), name) for name, p in _BIG.items() if (m := p.search(folded))]
    return tuple(dict.fromkeys(found))


def plain(text: str) -> str:
    """For comparing quotes: folded, single spaces, one kind of apostrophe, no mark at either end."""
    even = re.sub(r"[’‘`´]", "'", fold(text))
    return re.sub(r"\s+", " ", even).strip(" .,;:!?…'-–")


def _part(kind: PartKind, text: str, *keys: str) -> Part:
    return Part(kind=kind, text=text.strip(), keys=frozenset(keys))


def _key_of(kind: PartKind, match: re.Match[str]) -> str:
    if kind is PartKind.QUOTE:
        return plain(match.group(1))
    bare = match.group(0).casefold().rstrip(".,;:!?/")
    return re.sub(r"^(?:https?://)?(?:www\.)?", "", bare) if kind is PartKind.LINK else bare


def _dates(text: str) -> tuple[list[Part], str]:
    """A year within a date counts as a number, too: `in 2026` is said by `5 March 2026`."""
    dates, rest = dates_in(text)
    found = [Part(kind=PartKind.DATE, text=d.text, keys=d.keys, implies=d.implies) for d in dates]
    found += [_part(PartKind.NUMBER, d.year, d.year) for d in dates if d.year]
    return found, rest


def _figures(text: str) -> tuple[list[Part], str]:
    figures, rest = figures_in(text)
    return [Part(kind=PartKind(f.kind.value), text=f.text, keys=f.keys, figure=f) for f in figures], rest


def _names(text: str) -> list[Part]:
    german = language_of(text) == "de"
    found: list[Part] = []
    for sentence in re.split(r"(?<=[.!?:;])\s+|\n+", text):
        found += [_part(PartKind.NAME, name, *(words_of(name) or [name])) for name in _names_in(sentence, german)]
    return [p for p in found if not p.keys <= FUNCTION_WORDS]


def _names_in(sentence: str, german: bool) -> Iterator[str]:
    """Single capitalised words; each is verified for itself. German capitalises every noun, so there less counts."""
    tokens = list(_TOKEN.finditer(sentence))
    for place, token in enumerate(tokens):
        word = token.group(0)
        if re.search(r"[a-zà-þ][A-Z]|^[A-Z]{2,}\d*$|[A-Za-z]\d|\d[A-Za-z]", word):
            yield word
        elif not word[0].isupper() or word == "I" or _ordinary(word):
            continue
        elif place == 0:
            follows = len(tokens) > 1 and _adjacent(sentence, token, tokens[1]) and _is_name_like(tokens[1].group(0))
            if (follows and not german) or _NAME_BEFORE_VERB.match(sentence.strip()):
                yield word
        elif not german or _named_in_german(sentence, tokens, place):
            yield word


def _ordinary(word: str) -> bool:
    folded = fold(word)
    return folded in FUNCTION_WORDS or folded in COURTESY or folded in DATE_WORDS


def _is_name_like(word: str) -> bool:
    return word[0].isupper() and not _ordinary(word)


def _adjacent(sentence: str, left: re.Match[str], right: re.Match[str]) -> bool:
    return sentence[left.end() : right.start()] == " "


def _named_in_german(sentence: str, tokens: list[re.Match[str]], place: int) -> bool:
    """Two capitalised words side by side, or one after `bei`, `aus` or `nach`."""
    token, before = tokens[place], tokens[place - 1]
    if fold(before.group(0)) in {"bei", "aus", "nach"}:
        return True
    beside = [before] if place > 1 and _adjacent(sentence, before, token) else []
    if place + 1 < len(tokens) and _adjacent(sentence, token, tokens[place + 1]):
        beside.append(tokens[place + 1])
    return any(_is_name_like(t.group(0)) for t in beside)
