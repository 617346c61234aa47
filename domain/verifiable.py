"""The parts of a sentence that can be verified: addresses, links, quotes, figures, dates, names, big words."""

import re
from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum

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


_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>”\"’»)]+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?:/[^\s<>”\"’»)]*)?\b",
    re.IGNORECASE,
)
_QUOTE = re.compile(r"[“„\"«‹]\s*([^“”„\"«»‹›]{2,}?)\s*[”“\"»›]")
_TIME = re.compile(
    r"\b([01]?\d|2[0-3])(?:[:h]([0-5]\d)(?!\d)|\s?[Uu]hr\b|\s?h\b)|\b(1[0-2]|[1-9])\s?([ap])\.?m\b", re.IGNORECASE
)
_ISO_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})(?!\d)")
_SPACES = r"\u00a0\u2009\u202f "
_FIGURE = re.compile(
    r"(?P<before>US\$|[€$£]|\b(?:EUR|USD|GBP|CHF))?\s?"
    rf"(?<![\w.,])(?P<figure>\d{{1,3}}(?:[.,'’{_SPACES}]\d{{3}})+(?:[.,]\d{{1,2}})?|\d+(?:[.,]\d+)?)"
    r"(?P<size>\s?(?:k|m|bn|mio|million(?:en|s|es)?|millones|milliards?|billion|thousand|tausend|mille?)\b)?"
    r"(?P<after>\s?(?:%|€|\$|£|(?:percent|per cent|prozent|por ciento|pour cent|EUR|USD|GBP|CHF|euros?|dollars?"
    r"|d[oó]lares|pounds?)\b))?",
    re.IGNORECASE,
)
_SIZES = {
    "k": 1_000,
    "thousand": 1_000,
    "tausend": 1_000,
    "mil": 1_000,
    "mille": 1_000,
    "m": 1_000_000,
    "mio": 1_000_000,
}
_CURRENCIES = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR",
    "$": "USD", "us$": "USD", "usd": "USD", "dollar": "USD", "dollars": "USD", "dolares": "USD", "dólares": "USD",
    "£": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP", "chf": "CHF",
}  # fmt: skip
_NUMBER_WORDS = {
    word: str(number)
    for number, spelt in {
        2: "two dos zwei deux", 3: "three tres drei trois", 4: "four cuatro vier quatre", 5: "five cinco funf cinq",
        6: "six seis sechs", 7: "seven siete sieben", 8: "eight ocho acht huit", 9: "nine nueve neun",
        10: "ten diez zehn dix", 11: "eleven elf onze", 12: "twelve doce zwolf douze", 15: "fifteen quince quinze",
        20: "twenty veinte zwanzig vingt", 30: "thirty treinta dreissig trente",
        50: "fifty cincuenta funfzig cinquante",
        100: "hundred cien hundert cent", 1000: "thousand tausend",
    }.items()
    for word in spelt.split()
}  # fmt: skip
_MONTHS = {
    word: number
    for number, spelt in enumerate(
        (
            "january enero januar janner janvier", "february febrero februar fevrier", "march marzo marz mars",
            "april abril avril", "may mayo mai", "june junio juni juin", "july julio juli juillet",
            "august agosto aout", "september septiembre septembre", "october octubre oktober octobre",
            "november noviembre novembre", "december diciembre dezember decembre",
        ),
        start=1,
    )
    for word in spelt.split()
}  # fmt: skip
_DAYS = {
    word: number
    for number, spelt in enumerate(
        (
            "monday lunes montag lundi", "tuesday martes dienstag mardi", "wednesday miercoles mittwoch mercredi",
            "thursday jueves donnerstag jeudi", "friday viernes freitag vendredi", "saturday sabado samstag samedi",
            "sunday domingo sonntag dimanche",
        ),
        start=1,
    )
    for word in spelt.split()
}  # fmt: skip
DATE_WORDS = frozenset({*_MONTHS, *_DAYS})
_RELATIVE = {
    "tomorrow": r"tomorrow|demain|(?<!por la )(?<!de la )\bmanana",
    "yesterday": r"yesterday|\bayer\b|gestern",
    "next week": r"next week|(?:la )?(?:proxima semana|semana que viene)|nachste(?:r|n)? woche|semaine prochaine",
    "last week": r"last week|semana pasada|letzte(?:r|n)? woche|semaine derniere",
    "next month": r"next month|proximo mes|mes que viene|nachste(?:r|n)? monat|mois prochain",
    "last month": r"last month|mes pasado|letzte(?:r|n)? monat|mois dernier",
    "next quarter": r"next quarter|proximo trimestre|nachste(?:s|n)? quartal|trimestre prochain|prochain trimestre",
    "next year": r"next year|proximo ano|ano que viene|nachste(?:s|n)? jahr|annee prochaine",
    "last year": r"last year|ano pasado|letzte(?:s|n)? jahr|annee derniere",
}
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
    "cut": r"\bcuts?\b|cutting|reduc|reduz|senken|senkt|recort|reduir|reduit|\blower(?:s|ed|ing)?\b",
    "increase": r"increas|\bboost|steiger|erhoh|aument|increment|augment|improv|verbesser|mejora|amelior|\bgrow",
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
_SOON = {name: re.compile(pattern) for name, pattern in _RELATIVE.items()}
_NAME_BEFORE_VERB = re.compile(
    r"^([A-ZÀ-Þ][\w-]+)(?=['’]s\b| (?:is|was|has|had|will|and|uses|es|tiene|usa|ist|hat|war|est|a|utilise)\b)"
)
_TOKEN = re.compile(r"[^\W_][\w&-]*")


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
    found: list[Part] = []
    for match in _ISO_DATE.finditer(text):
        year, month, day = (int(g) for g in match.groups())
        found.append(_part(PartKind.DATE, match.group(0), f"month {month}"))
        found += [_part(PartKind.NUMBER, match.group(0), str(n)) for n in (year, day)]
    text = _ISO_DATE.sub(" ", text)
    for match in _TIME.finditer(text):
        hour, minute = int(match[1] or match[3]), int(match[2] or 0)
        if match[4]:
            hour = hour % 12 + (12 if match[4].casefold() == "p" else 0)
        found.append(_part(PartKind.DATE, match.group(0), f"{hour}:{minute:02}"))
    text = _TIME.sub(" ", text)
    for token in _TOKEN.finditer(text):
        word = fold(token.group(0))
        if word in _MONTHS and not _is_other_word(text, token, word):
            found.append(_part(PartKind.DATE, token.group(0), f"month {_MONTHS[word]}"))
        elif word in _DAYS or (word.endswith("s") and word[:-1] in _DAYS):
            found.append(_part(PartKind.DATE, token.group(0), f"day {_DAYS.get(word) or _DAYS[word[:-1]]}"))
    folded = fold(text)
    found += [_part(PartKind.DATE, m.group(0), name) for name, p in _SOON.items() if (m := p.search(folded))]
    return found, text


def _is_other_word(text: str, token: re.Match[str], word: str) -> bool:
    """`may` and `march` are verbs in lower case or at the start of a sentence."""
    return word in {"may", "march"} and (token.group(0).islower() or not text[: token.start()].strip())


def _figures(text: str) -> tuple[list[Part], str]:
    found: list[Part] = []
    for match in _FIGURE.finditer(text):
        keys = _readings(match["figure"], (match["size"] or "").strip())
        after = (match["after"] or "").strip().casefold()
        currency = _CURRENCIES.get((match["before"] or "").casefold()) or _CURRENCIES.get(after)
        if currency:
            found.append(_part(PartKind.AMOUNT, match.group(0), *(f"{k} {currency}" for k in keys)))
        elif after:
            found.append(_part(PartKind.PERCENT, match.group(0), *(f"{k} %" for k in keys)))
        else:
            found.append(_part(PartKind.NUMBER, match.group(0), *keys))
    rest = _FIGURE.sub(" ", text)
    found += [
        _part(PartKind.NUMBER, t.group(0), _NUMBER_WORDS[fold(t.group(0))])
        for t in _TOKEN.finditer(rest)
        if fold(t.group(0)) in _NUMBER_WORDS
    ]
    return found, rest


def _readings(figure: str, size: str) -> list[str]:
    """Decimal values that the figure can mean; `1.200` is a thousand in Madrid and one point two in London."""
    times = next((n for s, n in _SIZES.items() if size.casefold() == s), 0)
    if size and not times:
        times = 1_000_000_000 if size.casefold().startswith(("b", "milliard")) else 1_000_000
    bare = re.sub(rf"['’{_SPACES}]", "", figure)
    options = {re.sub(r"[.,](?=\d{3}(?:\D|$))", "", bare).replace(",", ".")}
    if bare.count(".") + bare.count(",") == 1:
        options.add(bare.replace(",", "."))
    return [f"{(Decimal(o) * (times or 1)).normalize():f}" for o in sorted(options) if o.count(".") <= 1]


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
    return folded in FUNCTION_WORDS or folded in COURTESY or folded in _MONTHS or folded in _DAYS


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
