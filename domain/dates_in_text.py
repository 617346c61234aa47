"""Days, months and times of day in a text. A date is read whole, in the usual orders of four languages."""

import re
from collections.abc import Iterable

from domain.model import Value
from domain.wording import fold


class WrittenDate(Value):
    """`keys` are its readings at full precision; `implies` what such a date says besides (its month, its year)."""

    text: str
    keys: frozenset[str]
    implies: frozenset[str] = frozenset()
    year: str = ""


_MONTHS = {
    word: number
    for number, spelt in enumerate(
        (
            "january enero januar janner janvier jan", "february febrero februar fevrier feb",
            "march marzo marz mars", "april abril avril apr", "may mayo mai", "june junio juni juin jun",
            "july julio juli juillet jul", "august agosto aout aug", "september septiembre septembre sept sep",
            "october octubre oktober octobre oct okt", "november noviembre novembre nov",
            "december diciembre dezember decembre dec dez",
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
_SOON = {name: re.compile(pattern) for name, pattern in _RELATIVE.items()}
_TIME = re.compile(
    r"\b([01]?\d|2[0-3])(?:[:h]([0-5]\d)(?!\d)|\s?[Uu]hr\b|\s?h\b)|\b(1[0-2]|[1-9])\s?([ap])\.?m\b", re.IGNORECASE
)
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})(?!\d)")
_NUMERIC = re.compile(r"(?<![\d.,/])(\d{1,2})([./])(\d{1,2})\2(\d{4}|\d{2})(?![\d/])")
_NAME = r"([A-Za-zÀ-ÿ]{3,10})\.?"
_DAY_FIRST = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th|\.|er|º)?\s+(?:of\s+|de\s+)?{_NAME}(?:,?\s+(?:de\s+|del\s+)?(\d{{4}}))?\b"
)
_MONTH_FIRST = re.compile(rf"\b{_NAME}\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?![.,]?\d)(?:,?\s+(\d{{4}})\b)?")
_MONTH_YEAR = re.compile(rf"\b{_NAME},?\s+(?:de\s+|del\s+|of\s+)?(\d{{4}})\b")
_TOKEN = re.compile(r"[^\W_][\w&-]*")


def dates_in(text: str) -> tuple[list[WrittenDate], str]:
    """The dates, and the text without them."""
    found: list[WrittenDate] = []

    def iso(match: re.Match[str]) -> str:
        year, month, day = (int(g) for g in match.groups())
        return _take(found, match, [(year, month, day)])

    def numeric(match: re.Match[str]) -> str:
        first, second, year = int(match[1]), int(match[3]), int(match[4]) + (2000 if len(match[4]) == 2 else 0)
        readings = [(year, second, first)] + ([(year, first, second)] if match[2] == "/" else [])
        return _take(found, match, readings)

    def day_first(match: re.Match[str]) -> str:
        return _take(found, match, [(int(match[3] or 0), _month(match[2]), int(match[1]))])

    def month_first(match: re.Match[str]) -> str:
        return _take(found, match, [(int(match[3] or 0), _month(match[1]), int(match[2]))])

    def month_year(match: re.Match[str]) -> str:
        return _take(found, match, [(int(match[2]), _month(match[1]), 0)])

    for pattern, read in (
        (_ISO, iso),
        (_NUMERIC, numeric),
        (_DAY_FIRST, day_first),
        (_MONTH_FIRST, month_first),
        (_MONTH_YEAR, month_year),
    ):
        text = pattern.sub(read, text)
    for match in _TIME.finditer(text):
        hour, minute = int(match[1] or match[3]), int(match[2] or 0)
        if match[4]:
            hour = hour % 12 + (12 if match[4].casefold() == "p" else 0)
        found.append(_plain(match.group(0), f"{hour}:{minute:02}"))
    text = _TIME.sub(" ", text)
    for token in _TOKEN.finditer(text):
        word = fold(token.group(0))
        if word in _MONTHS and len(word) > 2 and not _is_other_word(text, token, word):
            found.append(_plain(token.group(0), f"month {_MONTHS[word]}"))
        elif word in _DAYS or (word.endswith("s") and word[:-1] in _DAYS):
            found.append(_plain(token.group(0), f"day {_DAYS.get(word) or _DAYS[word[:-1]]}"))
    folded = fold(text)
    found += [_plain(m.group(0), name) for name, p in _SOON.items() if (m := p.search(folded))]
    return found, text


def _take(found: list[WrittenDate], match: re.Match[str], readings: Iterable[tuple[int, int, int]]) -> str:
    """Notes the date and blanks it; leaves the text where it is none."""
    valid = [(y, m, d) for y, m, d in readings if 1 <= m <= 12 and 0 <= d <= 31]
    if not valid:
        return match.group(0)
    keys, implied = set(), set()
    for year, month, day in valid:
        forms = [f"month {month}"]
        if year:
            forms.append(f"{year}-{month:02}")
        if day:
            forms.append(f"--{month:02}-{day:02}")
        if year and day:
            forms.append(f"{year}-{month:02}-{day:02}")
        keys.add(forms[-1])
        implied |= set(forms)
    year_said = next((str(y) for y, _, _ in valid if y), "")
    found.append(
        WrittenDate(text=match.group(0).strip(), keys=frozenset(keys), implies=frozenset(implied), year=year_said)
    )
    return " ␣ "


def _plain(text: str, key: str) -> WrittenDate:
    return WrittenDate(text=text.strip(), keys=frozenset({key}))


def _month(word: str) -> int:
    """0 where the word is no month."""
    return _MONTHS.get(fold(word), 0)


def _is_other_word(text: str, token: re.Match[str], word: str) -> bool:
    """`may` and `march` are verbs in lower case or at the start of a sentence; short forms need a figure."""
    if word in {"may", "march"}:
        return token.group(0).islower() or not text[: token.start()].strip()
    return len(word) < 4 and word != "mai"
