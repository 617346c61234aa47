"""Figures in a text: what they are worth, in which unit, how exact, and what they count. Four languages."""

import re
from decimal import Decimal
from enum import StrEnum

from domain.model import Value
from domain.wording import COURTESY, FUNCTION_WORDS, fold, stem


class FigureKind(StrEnum):
    AMOUNT = "amount"
    PERCENT = "percentage"
    NUMBER = "number"


class Bound(StrEnum):
    EXACT = "exact"
    ABOUT = "about"
    MORE = "more than"
    AT_LEAST = "at least"
    LESS = "less than"
    AT_MOST = "at most"


class Figure(Value):
    """`keys` are the values it can mean (`1.200` is 1200 or 1.2) with `%`, `pp` or a currency. `units` such as `month`.

    `nouns` are stems of what it counts, read behind it; empty for amounts and percentages.
    """

    kind: FigureKind
    text: str
    keys: frozenset[str]
    bound: Bound = Bound.EXACT
    units: frozenset[str] = frozenset()
    nouns: frozenset[str] = frozenset()


_SPACES = r"\u00a0\u2009\u202f "
_POINTS = r"percentage points?|prozentpunkten?|prozentpunkte|puntos porcentuales|points? de pourcentage|pp"
_FIGURE = re.compile(
    r"(?P<before>US\$|[€$£]|\b(?:EUR|USD|GBP|CHF))?\s?"
    rf"(?<![\w.,])(?P<figure>\d{{1,3}}(?:[.,'’{_SPACES}]\d{{3}})+(?:[.,]\d{{1,2}})?|\d+(?:[.,]\d+)?)"
    r"(?P<size>\s?(?:k|m|bn|mio\.?|mrd\.?|million(?:en|s|es)?|mill[oó]n(?:es)?|milliards?|milliarden?|billions?|thousand"
    r"|tausend|mille?)(?!\w))?"
    rf"(?P<after>\s?(?:%|€|\$|£|(?:{_POINTS}|percent|per cent|prozent|por ciento|pour cent|EUR|USD|GBP|CHF|euros?"
    r"|dollars?|d[oó]lares|pounds?)\b))?",
    re.IGNORECASE,
)
_BILLIONS = ("b", "milliard", "mrd")
_THOUSANDS = frozenset({"k", "thousand", "tausend", "mil", "mille"})
_CURRENCIES = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR",
    "$": "USD", "us$": "USD", "usd": "USD", "dollar": "USD", "dollars": "USD", "dolares": "USD", "dólares": "USD",
    "£": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP", "chf": "CHF",
}  # fmt: skip

_BEFORE: dict[Bound, str] = {
    Bound.AT_LEAST: r"at least|no (?:less|fewer) than|a minimum of|mindestens|wenigstens|al menos|como minimo|au moins",
    Bound.AT_MOST: r"at most|up to|no more than|a maximum of|hochstens|maximal|bis zu|como maximo|hasta|a lo sumo"
    r"|au plus|au maximum|jusqu'a|pas plus de",
    Bound.MORE: r"more than|over|above|exceed(?:s|ing)?|greater than|older than|upwards of|mehr als|uber"
    r"|mas de|superior(?:es)? a|plus de|superieure?s? a",
    Bound.LESS: r"less than|fewer than|under|below|short of|younger than|weniger als|unter|menos de|inferior(?:es)? a"
    r"|moins de|inferieure?s? a",
    Bound.ABOUT: r"about|around|roughly|approximately|approx\.?|nearly|almost|some|close to|circa|ca\.?|~|etwa|rund"
    r"|ungefahr|knapp|fast|unos|unas|aproximadamente|cerca de|casi|environ|pres de|presque|a peu pres",
}
_BOUND_BEFORE = {b: re.compile(rf"(?<!\w)(?:{p})\s*$") for b, p in _BEFORE.items()}
_BOUND_AFTER = {
    Bound.AT_LEAST: re.compile(r"^\s?(?:\+|or more|and more|oder mehr|o mas|ou plus)"),
    Bound.AT_MOST: re.compile(r"^\s?(?:or (?:less|fewer)|oder weniger|o menos|ou moins)"),
}
_UNITS = {
    word: unit
    for unit, words in {
        "minute": "minute minutes minuten minuto minutos min",
        "hour": "hour hours stunde stunden hora horas heure heures",
        "day": "day days daily tag tage tagen taglich dia dias jour jours",
        "week": "week weeks weekly woche wochen semana semanas semaine semaines",
        "month": "month months monthly monat monate monaten monatlich mes meses mois",
        "quarter": "quarter quarters quarterly quartal quartale trimestre trimestres",
        "year": "year years yearly annually jahr jahre jahren jahrlich ano anos an ans annee annees",
        "km": "km kilometre kilometres kilometer kilometers kilometro kilometros",
        "mile": "mile miles meile meilen milla millas",
        "metre": "metre metres meter meters metro metros",
        "foot": "foot feet fuss pie pies pied pieds",
        "kg": "kg kilo kilos kilogram kilograms kilogramm kilogramo kilogramos kilogramme kilogrammes",
        "gram": "g gram grams gramm gramo gramos gramme grammes",
        "tonne": "tonne tonnes ton tons tonnen tonelada toneladas",
        "kw": "kw kilowatt kilowatts", "mw": "mw megawatt megawatts", "gw": "gw gigawatt gigawatts",
        "gb": "gb gigabyte gigabytes", "tb": "tb terabyte terabytes", "mb": "mb megabyte megabytes",
    }.items()
    for word in words.split()
}  # fmt: skip
_DIMENSIONS = (
    frozenset({"minute", "hour", "day", "week", "month", "quarter", "year"}),
    frozenset({"km", "mile", "metre", "foot"}),
    frozenset({"kg", "gram", "tonne"}),
    frozenset({"kw", "mw", "gw"}),
    frozenset({"gb", "tb", "mb"}),
)
_SAME_NOUN = {
    stem(word): name
    for name, words in {
        "=staff": "employees staff people workers persons headcount workforce mitarbeiter mitarbeitende beschaftigte"
        " angestellte empleados trabajadores personas plantilla salaries personnes collaborateurs employes",
        "=vehicles": "vehicles fahrzeuge fahrzeugen vehiculos vehicules",
        "=trucks": "trucks lorries lkw lastwagen camiones camions",
        "=sites": "sites locations standorte standorten ubicaciones emplacements",
        "=customers": "customers clients kunden clientes",
    }.items()
    for word in words.split()
}  # fmt: skip
_WINDOW = 6
"""Words behind a figure that may name its unit."""


def figures_in(text: str) -> tuple[list[Figure], str]:
    """The figures, and the text without those in digits."""
    found: list[Figure] = []
    for match in _FIGURE.finditer(text):
        after = (match["after"] or "").strip().casefold()
        keys = _readings(match["figure"], (match["size"] or "").strip())
        currency = _CURRENCIES.get((match["before"] or "").casefold()) or _CURRENCIES.get(after)
        if currency:
            kind, keys = FigureKind.AMOUNT, [f"{k} {currency}" for k in keys]
        elif after:
            mark = "pp" if re.fullmatch(_POINTS, after) else "%"
            kind, keys = FigureKind.PERCENT, [f"{k} {mark}" for k in keys]
        else:
            kind = FigureKind.NUMBER
        found.append(_figure(kind, match.group(0), keys, text[: match.start()], text[match.end() :]))
    rest = _FIGURE.sub(" ␣ ", text)
    folded = fold(rest)
    for match in _SPELT.finditer(folded):
        if _NUMBER_WORDS[match[1]]:
            value = Decimal(_NUMBER_WORDS[match[1]]) * _times(match[2] or "")
            before, behind = folded[: match.start()], folded[match.end() :]
            found.append(_figure(FigureKind.NUMBER, match[0].strip(), [f"{value.normalize():f}"], before, behind))
    return found, rest


def agree(said: Figure, known: Figure) -> bool:
    """Whether `known` bears out `said`. A bound is borne out by what lies on its side; a rounding by 5 %."""
    if said.kind is not known.kind or {k.partition(" ")[2] for k in said.keys}.isdisjoint(
        k.partition(" ")[2] for k in known.keys
    ):
        return False
    if said.keys & known.keys and (said.bound is known.bound or known.bound is Bound.ABOUT):
        return True
    value, held = _value(said), _value(known)
    alike = said.kind is not FigureKind.NUMBER or bool(said.keys & known.keys) or bool(said.nouns & known.nouns)
    if said.bound is Bound.EXACT or not alike:
        return said.bound is known.bound is Bound.EXACT and bool(said.keys & known.keys)
    if said.bound is Bound.ABOUT:
        return abs(held - value) <= abs(value) * Decimal("0.05")
    plain = known.bound in {Bound.EXACT, Bound.ABOUT}
    match said.bound:
        case Bound.MORE:
            return plain and held > value
        case Bound.AT_LEAST:
            return (plain and held >= value) or (known.bound is Bound.MORE and held == value)
        case Bound.LESS:
            return plain and held < value
        case _:
            return (plain and held <= value) or (known.bound is Bound.LESS and held == value)


def other_unit(said: Figure, known: Figure) -> bool:
    """Days where it was weeks: both name a unit of one dimension, and not the same."""
    for dimension in _DIMENSIONS:
        ours, theirs = said.units & dimension, known.units & dimension
        if ours and theirs and not ours <= theirs:
            return True
    return False


def is_number_word(folded: str) -> bool:
    return folded in _NUMBER_WORDS


def counted(words: list[str]) -> frozenset[str]:
    """Stems of the nouns among these folded words, synonyms as one."""
    kept = [w for w in words if len(w) >= 3 and w.isalpha() and w not in FUNCTION_WORDS and w not in COURTESY]
    stems = (stem(w) for w in kept if w not in _UNITS)
    return frozenset(_SAME_NOUN.get(s, s) for s in stems)


def _figure(kind: FigureKind, text: str, keys: list[str], before: str, behind: str) -> Figure:
    following = _following(behind)
    is_year = kind is FigureKind.NUMBER and re.fullmatch(r"(?:19|20)\d\d", text.strip()) is not None
    return Figure(
        kind=kind,
        text=text.strip(),
        keys=frozenset(keys),
        bound=_bound(fold(before[-28:]), fold(behind[:12])),
        units=frozenset(_UNITS[w] for w in following[:_WINDOW] if w in _UNITS),
        nouns=counted(following[:3]) if kind is FigureKind.NUMBER and not is_year else frozenset(),
    )


def _bound(before: str, behind: str) -> Bound:
    for bound, pattern in _BOUND_AFTER.items():
        if pattern.match(behind):
            return bound
    return next((b for b, p in _BOUND_BEFORE.items() if p.search(before)), Bound.EXACT)


def _following(behind: str) -> list[str]:
    """The words behind a figure up to a mark or the next figure; `40 of the 120 drivers` counts drivers, too."""
    shared = re.match(r"^\s+(?:of|von|de|sur)\s+(?:the|den|les|los|las)?\s*\d[\d.,]*\s", behind)
    text = behind[shared.end() :] if shared else behind
    text = re.split(r"[.,;:!?()\n␣\d]|\b(?:and|und|et|y)\b", text, maxsplit=1)[0]
    words = re.findall(r"[^\W_]+", fold(text))
    stop = next((i for i, w in enumerate(words) if _NUMBER_WORDS.get(w)), len(words))
    return words[:stop]


def _readings(figure: str, size: str) -> list[str]:
    """Decimal values that the figure can mean; `1.200` is a thousand in Madrid and one point two in London."""
    bare = re.sub(rf"['’{_SPACES}]", "", figure)
    options = {re.sub(r"[.,](?=\d{3}(?:\D|$))", "", bare).replace(",", ".")}
    if bare.count(".") + bare.count(",") == 1:
        options.add(bare.replace(",", "."))
    return [f"{(Decimal(o) * _times(size)).normalize():f}" for o in sorted(options) if o.count(".") <= 1]


def _times(size: str) -> int:
    word = size.casefold().strip(" .")
    if not word:
        return 1
    if word in {"hundred", "hundert", "cent", "cien"}:
        return 100
    if word in _THOUSANDS:
        return 1_000
    return 1_000_000_000 if word.startswith(_BILLIONS) else 1_000_000


def _value(figure: Figure) -> Decimal:
    """The greatest reading: `1,240` is a thousand more often than a little over one."""
    return max(Decimal(k.partition(" ")[0]) for k in figure.keys)


def _spelt_numbers() -> dict[str, str]:
    """Words to numbers from two to a thousand; `one` is an article in all four languages, so it is left out."""
    words: dict[str, int] = {}
    tables = {
        "en": (
            "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
            " eighteen nineteen",
            "twenty thirty forty fifty sixty seventy eighty ninety",
        ),
        "de": (
            "zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn"
            " achtzehn neunzehn",
            "zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig",
        ),
        "es": (
            "dos tres cuatro cinco seis siete ocho nueve diez _ doce trece catorce quince dieciseis diecisiete"
            " dieciocho diecinueve",
            "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
        ),
        "fr": (
            "deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit"
            " dix-neuf",
            "vingt trente quarante cinquante soixante soixante-dix quatre-vingts quatre-vingt-dix",
        ),
    }
    join = {"en": ("{t}-{u}", "{t} {u}"), "de": ("{u}und{t}",), "es": ("{t} y {u}", "veinti{u}"), "fr": ("{t}-{u}",)}
    for language, (small, large) in tables.items():
        ones = dict(zip(small.split(), range(2, 20), strict=True))
        tens = dict(zip(large.split(), range(20, 100, 10), strict=True))
        words |= {w: n for w, n in (ones | tens).items() if w != "_"}
        units = {w: n for w, n in ones.items() if n < 10} | ({"one": 1} if language == "en" else {})
        units |= {"ein": 1} if language == "de" else {}
        for ten, value in tens.items():
            for unit, more in units.items():
                for form in join[language]:
                    if "{t}" in form or value == 20:
                        words.setdefault(form.format(t=ten, u=unit), value + more)
    more_words = {"hundred": 100, "cien": 100, "hundert": 100, "cent": 100, "thousand": 1000, "tausend": 1000}
    return {w: str(n) for w, n in (words | more_words | {"dozen": 12, "dutzend": 12, "docena": 12}).items()}


_NUMBER_WORDS = _spelt_numbers()
_SPELT = re.compile(
    r"(?<![\w-])("
    + "|".join(sorted(map(re.escape, _NUMBER_WORDS), key=lambda w: (-len(w), w)))
    + r")(?:\s(hundred|thousand|tausend|million(?:en|es|s)?|mil|mille|billion))?(?![\w-])"
)
