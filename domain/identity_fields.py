"""How alike two addresses, numbers, dates and places are. Each rule gives a part, or None where one side is silent."""

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from domain.leads import MatchPart
from domain.naming import country_code, is_free_host, is_role_mailbox, mailbox, phone_number
from domain.texts import without_joiners
from domain.transliteration import latin

_STREET_WORDS = {
    "street": "st", "str": "st", "strasse": "st", "saint": "st", "avenue": "av", "ave": "av", "avda": "av",
    "avenida": "av", "road": "rd", "boulevard": "bd", "blvd": "bd", "blv": "bd", "drive": "dr", "lane": "ln",
    "place": "pl", "plaza": "pl", "court": "ct", "square": "sq", "highway": "hwy", "crescent": "cres",
    "circuit": "cct", "close": "cl", "terrace": "tce", "parade": "pde", "north": "n", "south": "s", "east": "e",
    "west": "w", "suite": "", "ste": "", "floor": "", "fl": "", "between": "", "near": "", "at": "", "off": "",
    "first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7",
    "eighth": "8", "ninth": "9", "tenth": "10",
}  # fmt: skip
_LIMIT = 200
_GENERATION = 15
"""Years; parents and children of one name are further apart, brothers do not share a name."""
A_GENERATION_APART = -7.0


def part(field: str, weight: float, likeness: float, reason: str, one: str = "", other: str = "") -> MatchPart:
    shown = (one[:80], other[:80])
    return MatchPart(field=field, weight=weight, likeness=likeness, reason=reason, one=shown[0], other=shown[1])


def compare_mail(one: str, other: str) -> MatchPart | None:
    a, b = mailbox(one), mailbox(other)
    if not a or not b:
        return None
    if a == b:
        if is_role_mailbox(a):
            return part("email", 10.0, 1.0, "same shared mailbox", a, b)
        return part("email", 14.0, 1.0, "same e-mail address", a, b)
    weight, likeness, reason = _unequal_mail(*sorted((a, b)))
    return part("email", weight, likeness, reason, a, b)


@lru_cache(maxsize=65536)
def _unequal_mail(a: str, b: str) -> tuple[float, float, str]:
    (local, _, host), (other_local, _, other_host) = a.partition("@"), b.partition("@")
    apart, hosts_apart = OSA.distance(local, other_local), OSA.distance(host, other_host)
    length = min(len(local), len(other_local))
    # Digits and the first letter are how mail hosts tell people of one name apart: another one is another mailbox.
    told_apart = re.sub(r"\D", "", local) != re.sub(r"\D", "", other_local) or local[0] != other_local[0]
    slip = not apart or (length >= 5 and not told_apart and apart <= 2)
    two_hosts = host != other_host and is_free_host(host) and is_free_host(other_host)
    if slip and not two_hosts and (apart + hosts_apart == 1 or (apart + hosts_apart <= 3 and len(a) >= 12)):
        return 8.0, 0.9, "e-mail address with a typing error"
    long = length >= 6
    if long and host == other_host and re.sub(r"\d", "", local) == re.sub(r"\d", "", other_local):
        return 1.0, 0.6, "e-mail address with other digits"
    if not two_hosts and long and apart + hosts_apart <= 4 and len(a) >= 15:
        return 4.0, 0.8, "similar e-mail address"
    if local == other_local and long:
        return 3.0, 0.7, "same mailbox name at another host"
    if host == other_host and not is_free_host(host):
        return -4.0, 0.0, "another mailbox at the same host"
    return -3.0, 0.0, "another e-mail address"


def compare_phone(one: str, other: str, country: str, other_country: str) -> MatchPart | None:
    """National numbers are read in the record's country, or in the other's where it gives none."""
    here, there = country_code(country), country_code(other_country)
    a, b = phone_number(one, here or there), phone_number(other, there or here)
    if not a or not b:
        digits, other_digits = re.sub(r"\D", "", one[:_LIMIT]), re.sub(r"\D", "", other[:_LIMIT])
        if min(len(digits), len(other_digits)) < 7:
            return None
        a, b = a or digits, b or other_digits
        if a[-8:] == b[-8:]:
            return part("phone", 7.0, 0.95, "same phone number, as far as it is given", a, b)
    elif a == b:
        return part("phone", 8.0, 1.0, "same phone number", a, b)
    if OSA.distance(a, b, score_cutoff=1) == 1:
        return part("phone", 2.0, 0.8, "phone number with one digit changed", a, b)
    return part("phone", -2.0, 0.0, "another phone number", a, b)


def compare_birth(one: str, other: str) -> MatchPart | None:
    a, b = _date(one), _date(other)
    if not a or not b:
        return None
    if a == b:
        return part("birth_date", 10.0, 1.0, "same date of birth", a, b)
    apart = OSA.distance(a, b)
    exchanged = a[:4] == b[:4] and a[4:6] == b[6:] and a[6:] == b[4:6]
    if apart == 1 or exchanged:
        return part("birth_date", 6.0, 0.9, "date of birth with a typing error", a, b)
    same = (a[:4] == b[:4]) + (a[4:6] == b[4:6]) + (a[6:] == b[6:])
    if same == 2 or apart == 2:
        return part("birth_date", 2.5, 0.7, "similar date of birth", a, b)
    if a[:4].isdigit() and abs(int(a[:4]) - int(b[:4])) < _GENERATION:
        return part("birth_date", -5.0, 0.0, "another date of birth", a, b)
    return part("birth_date", A_GENERATION_APART, 0.0, "another date of birth, a generation apart", a, b)


def compare_identifier(one: str, other: str) -> MatchPart | None:
    a, b = (latin(v).replace(" ", "").upper() for v in (one, other))
    if len(a) < 4 or len(b) < 4:
        return None
    if a == b:
        return part("identifier", 15.0, 1.0, "same number", a, b)
    if min(len(a), len(b)) >= 7 and OSA.distance(a, b, score_cutoff=1) == 1:
        return part("identifier", 4.0, 0.8, "number with a typing error", a, b)
    return part("identifier", -7.0, 0.0, "another number", a, b)


def compare_street(one: str, other: str) -> MatchPart | None:
    (numbers, words), (other_numbers, other_words) = _street(one), _street(other)
    if not words or not other_words:
        return None
    a, b = " ".join((*sorted(numbers), words)), " ".join((*sorted(other_numbers), other_words))
    likeness = max(_text_likeness(words, other_words), _text_likeness(_letters(one), _letters(other)))
    if numbers and numbers == other_numbers:
        if likeness >= 0.8:
            return part("street", 7.0, likeness, "same street and number", a, b)
        if likeness >= 0.5:
            return part("street", 3.0, likeness, "same number in a similar street", a, b)
        return part("street", 0.0, likeness, "same number in another street", a, b)
    if likeness >= 0.85:
        if not numbers or not other_numbers or numbers & other_numbers:
            return part("street", 5.0, likeness, "same street", a, b)
        return part("street", 1.5, likeness, "same street, another number", a, b)
    return part("street", -1.0, likeness, "another street", a, b)


def compare_place(field: str, one: str, other: str, same: float, near: float, differs: float) -> MatchPart | None:
    """City, state or postal code: weights for the same, for one with a typing error, and for another."""
    a, b = latin(one[:_LIMIT]), latin(other[:_LIMIT])
    if not a or not b:
        return None
    name = field.replace("_", " ")
    if a.replace(" ", "") == b.replace(" ", ""):
        return part(field, same, 1.0, f"same {name}", a, b)
    digits = a.isdigit() or b.isdigit()
    likeness = _text_likeness(a, b)
    if (
        (digits and sorted(a) == sorted(b))
        or (not digits and likeness >= 0.65 and len(a) >= 5)
        or OSA.distance(a, b, score_cutoff=1) == 1
    ):
        return part(field, near, likeness, f"{name} with a typing error", a, b)
    if not digits and (a.startswith(b) or b.startswith(a) or set(a.split()) & set(b.split())):
        return part(field, near / 2, likeness, f"similar {name}", a, b)
    return part(field, differs, likeness, f"another {name}", a, b)


def compare_country(one: str, other: str, differs: float) -> MatchPart | None:
    a, b = country_code(one), country_code(other)
    if not a or not b:
        return None
    if a == b:
        return part("country", 0.5, 1.0, "same country", a, b)
    return part("country", differs, 0.0, "another country", a, b)


def same_text(one: str, other: str) -> bool:
    """The same to a reader; used for values in alphabets that have no Latin form."""
    first, second = (" ".join(without_joiners(text[:2000]).casefold().split()) for text in (one, other))
    return first == second


@lru_cache(maxsize=16384)
def _street(raw: str) -> tuple[frozenset[str], str]:
    words = re.findall(r"\d+|[a-z]+|\d+[a-z]+", re.sub(r"(\d)(st|nd|rd|th)\b", r"\1", latin(raw[:_LIMIT])))
    known = [_STREET_WORDS.get(w, w) for w in words]
    return frozenset(w for w in known if w.isdigit()), " ".join(sorted(w for w in known if w and not w.isdigit()))


@lru_cache(maxsize=16384)
def _letters(raw: str) -> str:
    """In the order given and without spaces, which are where typing errors fall too."""
    return re.sub(r"[^a-z]", "", latin(raw[:_LIMIT]))


@lru_cache(maxsize=65536)
def _text_likeness(one: str, other: str) -> float:
    longest = max(len(one), len(other))
    return 1 - OSA.distance(one, other) / longest if longest else 0.0


@lru_cache(maxsize=16384)
def _date(raw: str) -> str:
    """`YYYYMMDD`, or empty where it is no date as far as can be seen."""
    numbers = re.findall(r"\d+", raw[:40])
    joined = "".join(numbers)
    if len(numbers) >= 3 and len(numbers[0]) == 4:
        return f"{numbers[0]}{numbers[1]:>02}{numbers[2][:2]:>02}"
    if len(numbers) >= 3 and len(numbers[2]) == 4:
        return f"{numbers[2]}{numbers[1]:>02}{numbers[0]:>02}"
    return joined if len(joined) == 8 else ""
