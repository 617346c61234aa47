"""Sorts the facts of a request by what they speak of, whatever system or spelling they come from."""

import re
from collections.abc import Sequence
from enum import StrEnum

from domain.commercial import settles
from domain.evidence import Evidence
from domain.verifiable import PartKind, parts_of


class FactKind(StrEnum):
    WORDS = "words"
    """What the person wrote, quoted."""
    PRODUCT = "product"
    COMPANY = "company"
    PERSON = "person"
    OTHER = "other"


_KINDS = {
    "message": FactKind.WORDS,
    "description": FactKind.WORDS,
    "productinterest": FactKind.PRODUCT,
    "product": FactKind.PRODUCT,
    "industry": FactKind.COMPANY,
    "employees": FactKind.COMPANY,
    "numberofemployees": FactKind.COMPANY,
    "annualrevenue": FactKind.COMPANY,
    "revenue": FactKind.COMPANY,
    "country": FactKind.COMPANY,
    "countrycode": FactKind.COMPANY,
    "city": FactKind.COMPANY,
    "region": FactKind.COMPANY,
    "title": FactKind.PERSON,
}
_TO_A_MACHINE = re.compile(
    r"\b(?:ignor[aei]|disregard|override|system prompt|instructions?|assistant|you are now|as an ai)",
    re.IGNORECASE,
)
_LONGEST_QUOTE = 180


def kind_of(fact: Evidence) -> FactKind:
    if fact.quote:
        return FactKind.WORDS
    name = re.sub(r"[^a-z]", "", re.sub(r"__c$", "", fact.field.rpartition(".")[2]).casefold())
    return _KINDS.get(name, FactKind.OTHER)


def label_of(fact: Evidence) -> str:
    """The field as a person would call it: `Account.NumberOfEmployees` is `Number of employees`."""
    name = re.sub(r"__c$", "", fact.field.rpartition(".")[2])
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name).strip().lower()
    return words[:1].upper() + words[1:]


def quotable(facts: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Their own words that may be quoted back to them: short, whole, no link or address, no order to a machine.

    The longest come first; a quote within another is left out.
    """
    fit = [f for f in facts if f.quote and kind_of(f) is FactKind.WORDS and _is_quotable(f.quote)]
    fit.sort(key=lambda f: (-len(f.quote or ""), f.id))
    kept: list[Evidence] = []
    for fact in fit:
        if not any((fact.quote or "").casefold() in (k.quote or "").casefold() for k in kept):
            kept.append(fact)
    return tuple(kept)


def quotable_in_mail(facts: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Those that an answer may repeat: terms and discounts that somebody asks for are for a person to answer."""
    return tuple(f for f in quotable(facts) if not settles(f.quote or ""))


def _is_quotable(quote: str) -> bool:
    if not len(quote.split()) >= 3 or len(quote) > _LONGEST_QUOTE or re.search(r"[\n“”„«»\"<>{}]", quote):
        return False
    if _TO_A_MACHINE.search(quote):
        return False
    return not any(p.kind in {PartKind.EMAIL, PartKind.LINK} for p in parts_of(quote))
