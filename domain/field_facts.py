"""What the org's describe says a field takes, kept with a case so that an edit is judged by it before it is signed."""

import re
from datetime import date, datetime

from domain.model import Scalar, Value

_WHOLE = frozenset({"int", "long"})
NUMBERS = frozenset({"double", "currency", "percent"}) | _WHOLE
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class FieldFact(Value):
    """One field as describe names it. `length` 0 means no limit; `options` is empty where any value is taken."""

    kind: str
    """The describe type: `string`, `picklist`, `int`, `double`, `boolean`, `date`, …"""
    length: int = 0
    options: tuple[str, ...] = ()
    """The active values of a picklist in the org's spelling: what a person may choose, even if the API takes more."""
    updateable: bool = True
    required: bool = False
    """True where the org takes no empty value."""


FieldFacts = dict[str, dict[str, FieldFact]]
"""By object, then by field name."""


def misfit(name: str, value: Scalar, fact: FieldFact) -> str:
    """Why the org would refuse this value, as a sentence about the field; empty where it would take it."""
    if not fact.updateable:
        return f"{name} cannot be written by the integration user"
    if value is None or value == "":
        return f"{name} may not be empty" if fact.required else ""
    if isinstance(value, bool) is not (fact.kind == "boolean"):
        return f"{name} takes {_KINDS.get(fact.kind, 'text')}"
    if isinstance(value, bool):
        return ""
    if fact.kind in NUMBERS:
        return _misfit_of_number(name, value, fact)
    if not isinstance(value, str):
        return "" if fact.kind not in _DATED else f"{name} takes {_KINDS[fact.kind]}"
    return _misfit_of_text(name, value, fact)


def _misfit_of_number(name: str, value: Scalar, fact: FieldFact) -> str:
    whole = fact.kind in _WHOLE
    fits = isinstance(value, int) or (isinstance(value, float) and (not whole or value.is_integer()))
    return "" if fits else f"{name} takes {'a whole number' if whole else 'a number'}"


def _misfit_of_text(name: str, value: str, fact: FieldFact) -> str:
    text = value.strip()
    if fact.options:
        known = {option.casefold() for option in fact.options}
        chosen = text.split(";") if fact.kind == "multipicklist" else [text]
        if any(part.strip().casefold() not in known for part in chosen):
            return f"{name} takes only the values of its list: {_listed(fact.options)}"
    if fact.length and len(text) > fact.length:
        return f"{name} takes {fact.length} characters, not {len(text)}"
    dated_wrong = fact.kind in _DATED and not _is_dated(text, fact.kind)
    if dated_wrong or (fact.kind == "email" and not _EMAIL.fullmatch(text)):
        return f"{name} takes {_KINDS[fact.kind]}"
    return ""


_DATED = frozenset({"date", "datetime"})
_KINDS = {
    "boolean": "yes or no",
    "email": "an e-mail address",
    "date": "a day, as in 2027-01-31",
    "datetime": "a time, as in 2027-01-31T09:00:00Z",
}


def _is_dated(text: str, kind: str) -> bool:
    try:
        if kind == "date":
            return date.fromisoformat(text).isoformat() == text
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _listed(options: tuple[str, ...]) -> str:
    shown = ", ".join(options[:8])
    return f"{shown}, …" if len(options) > 8 else shown
