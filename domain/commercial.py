"""Discounts, prices and contract terms: what a draft never settles, because a person does. Pure, four languages.

When do you need to touch this? When a wording of a commercial promise is missed. A miss lets a draft speak of money;
a false alarm strikes a sentence that a person may write again.
"""

import re
from collections.abc import Iterator
from enum import StrEnum

from domain.texts import fold

LIMIT = 20_000
"""Characters of a text that are read."""


class Commercial(StrEnum):
    DISCOUNT = "discount"
    PRICE = "price"
    CONTRACT = "contract terms"
    COMMITMENT = "a promise in our name"


_AMOUNT = r"\d{1,15}(?:[ .,'\u00a0\u202f]\d{3}(?!\d)){0,6}(?:[.,]\d{1,2}(?!\d))?"
_WORDS: tuple[tuple[Commercial, str], ...] = (
    (
        Commercial.DISCOUNT,
        r"\bdiscount\w*|\brebates?\b|\bprice reduction|\bspecial (?:offer|price|rate)|\brabatt\w*|\bnachlass\b"
        r"|\bskonto\b|\bsonder(?:preis|angebot|konditionen)\w*|\bdescuentos?\b|\brebajas?\b|\boferta especial"
        r"|\bremises?\b|\brabais\b|\bristourne|\boffre speciale|\d\s?%\s?(?:off|less|cheaper|gunstiger|weniger)",
    ),
    (
        Commercial.PRICE,
        r"\bpric(?:e|es|ed|ing)\b|\bpreis(?:e|en|s|liste)?\b|\bprecios?\b|\bprix\b|\btarif\w*|\brate card"
        r"|\bhow much (?:is|are|does|do|would|will)\b|\bwas kostet\b|\bwas kosten\b|\bcuanto (?:cuesta|vale)"
        rf"|\bcombien (?:coute|ca coute)|[€£$]\s?{_AMOUNT}"
        rf"|{_AMOUNT}\s?(?:€|£|eur\b|euros?\b|usd\b|gbp\b|dollars?\b|pounds?\b)"
        r"|\bper (?:vehicle|seat|user|licen[cs]e)\b|\bpro (?:fahrzeug|nutzer|lizenz)\b|\bpor (?:vehiculo|usuario)\b"
        r"|\bpar (?:vehicule|utilisateur)\b",
    ),
    (
        Commercial.CONTRACT,
        r"\bcontract(?:s|ual|ually)?\b|\bnotice periods?\b|\bminimum (?:term|commitment)|\bterms (?:and|&) conditions"
        r"|\b(?:payment|contract|commercial) terms\b|\bpayable within|\bnet \d+ days|\bliabilit(?:y|ies)\b|\bindemni\w+"
        r"|\bpenalt(?:y|ies)\b|\bsla\b|\bmsa\b|\bnda\b|\bwarrant(?:y|ies)\b|\brefund\w*|\bvertrag(?:s|es|e)?\b"
        r"|\bvertrags\w+|\b(?:rahmen|dienst)vertrag\w*|\bkundigungsfrist\w*|\bmindestlaufzeit|\bzahlungs(?:ziel|frist)\w*"
        r"|\bhaftung\w*|\bagb\b|\bcontratos?\b|\bcontractual(?:es)?\b|\bpreaviso\b|\bcondiciones (?:de pago|generales)"
        r"|\bpenalizacion|\bcontrats?\b|\bpreavis\b|\bconditions (?:de paiement|generales)|\bresponsabilite\b",
    ),
    (
        Commercial.COMMITMENT,
        r"\b(?:we|i) (?:hereby |will |can |do |fully |gladly )*(?:accept|agree|commit|guarantee|promise|undertake)\b"
        r"|\bagreed\b|\bwir (?:akzeptieren|garantieren|versprechen|sichern|stimmen)\b|\bich (?:akzeptiere|garantiere)"
        r"|\b(?:aceptamos|acordamos|garantizamos|prometemos|nos comprometemos|acepto)\b"
        r"|\bnous (?:acceptons|garantissons|promettons|nous engageons)|\bj'accepte\b",
    ),
)
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _WORDS)


def commercial_in(text: str) -> tuple[tuple[Commercial, str], ...]:
    """Each kind once, with the words that say it, as they stand in the text. Never raises."""
    return tuple(_found(text[:LIMIT]))


def _found(text: str) -> Iterator[tuple[Commercial, str]]:
    folded = fold(text)
    for kind, pattern in _PATTERNS:
        if match := pattern.search(folded):
            yield kind, text[match.start() : match.end()]


def settles(text: str) -> frozenset[Commercial]:
    """What may not even be quoted back: an answer that repeats it reads like one that takes it up."""
    return frozenset(kind for kind, _ in commercial_in(text)) - {Commercial.PRICE}
