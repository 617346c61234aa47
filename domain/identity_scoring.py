"""The sums behind `domain.identity.compare`: what each field says for or against, and what holds a match back.

Weights are bits (log2 of how much likelier the finding is with one person or company than with two), set from the
kinds of error that people make and checked by `python -m evals.identity`. Above the sum stand guards: findings after
which only a person may say that two records are one, whatever else agrees.
"""

from collections.abc import Callable
from typing import TypeVar

from domain.company_names import NameStep, name_step, read_company_name
from domain.company_words import GENERIC
from domain.identity_fields import (
    A_GENERATION_APART,
    compare_birth,
    compare_country,
    compare_identifier,
    compare_mail,
    compare_phone,
    compare_place,
    compare_street,
    part,
    same_text,
)
from domain.identity_records import CompanyRecord, PersonRecord, Verdict, verdict_of
from domain.leads import MatchPart
from domain.legal_forms import compatible
from domain.naming import NOT_PROVIDED, company_domain, is_role_mailbox, mailbox
from domain.person_names import (
    PersonName,
    compare_names,
    generations_differ,
    read_person_name,
    two_given_names,
    written_out,
)

Record = TypeVar("Record", PersonRecord, CompanyRecord)

_STEPS: dict[NameStep, tuple[float, str]] = {
    NameStep.IDENTICAL: (15.0, "same name"),
    NameStep.REWRITTEN: (14.0, "same name, written another way"),
    NameStep.MISSPELLED: (12.5, "same name with a typing error"),
    NameStep.SIMILAR: (6.0, "similar name"),
    NameStep.OWN_WORDS: (4.0, "similar name, each with a word of its own"),
    NameStep.PART: (6.0, "one name is part of the other"),
    NameStep.ACRONYM: (6.0, "one name is the other's initials"),
    NameStep.ALIAS: (8.0, "one name is another name of the other"),
    NameStep.SISTER: (-3.0, "another branch or sister company of this name"),
    NameStep.OTHER: (-6.0, "another name"),
}
_SAME_COMPANY = frozenset({NameStep.IDENTICAL, NameStep.REWRITTEN, NameStep.MISSPELLED})
_SISTERS = frozenset({NameStep.OWN_WORDS, NameStep.SISTER})
_WHERE = frozenset({"domain", "phone", "identifier", "street", "postal_code", "city", "state", "country"})
_SAME_COUNTRY = 0.5
_SAME_DOMAIN = 12.0
_ANOTHER_DOMAIN = -5.0
_SAME_MAIL = 14.0
_ANCHOR = 5.0
"""Bits from which a finding ties records to one person, and not merely to a name and a company."""


def score_people(one: PersonRecord, other: PersonRecord, free_hosts: frozenset[str]) -> Verdict:
    one, other = _given(one), _given(other)
    if _identical(one, other):
        return verdict_of(_person_parts(one, other, free_hosts), certain=True)
    parts = _person_parts(one, other, free_hosts)
    reached = any(p.field in {"email", "phone"} and p.likeness == 1 for p in parts)
    return verdict_of(parts, _person_guard(one, other, {p.field: p for p in parts}), worth=reached)


def score_companies(one: CompanyRecord, other: CompanyRecord, free_hosts: frozenset[str]) -> Verdict:
    one, other = _given(one), _given(other)
    if _identical(one, other):
        return verdict_of(_company_parts(one, other, free_hosts), certain=True)
    parts = _company_parts(one, other, free_hosts)
    known = {p.field: p for p in parts}
    identified = "identifier" in known and known["identifier"].weight >= _ANCHOR
    if "legal_form" in known and not identified:
        return verdict_of(parts, "companies of different legal form may be two")
    if "identifier" in known and known["identifier"].weight <= -_ANCHOR:
        return verdict_of(parts, "each has a number of its own")
    step = name_step(read_company_name(one.name), read_company_name(other.name))[0]
    if step in _SISTERS and not identified:
        return verdict_of(parts, "two companies of one house may share address, phone and domain")
    elsewhere = [p.field for p in parts if p.field in _WHERE and p.weight < 0]
    if elsewhere and not any(p.field in _WHERE and p.weight > _SAME_COUNTRY for p in parts):
        return verdict_of(parts, "the same name with nothing else in common may be another company")
    return verdict_of(parts)


def _person_parts(one: PersonRecord, other: PersonRecord, free_hosts: frozenset[str]) -> list[MatchPart]:
    found = [
        *_names(one, other),
        compare_mail(one.email, other.email),
        compare_phone(one.phone, other.phone, one.country, other.country),
        compare_birth(one.birth_date, other.birth_date),
        compare_identifier(one.identifier, other.identifier),
        _employer(one, other, free_hosts),
        compare_street(one.street, other.street),
        compare_place("postal_code", one.postal_code, other.postal_code, 4.0, 1.5, -1.5),
        compare_place("city", one.city, other.city, 2.0, 1.5, -1.0),
        compare_place("state", one.state, other.state, 0.5, 0.2, -0.5),
        compare_country(one.country, other.country, -2.0),
    ]
    return [p for p in found if p is not None]


def _names(one: PersonRecord, other: PersonRecord) -> list[MatchPart]:
    """Given and family name, taken in the spelling of umlauts and the order that agree best."""
    here = (one.name, one.first_name, one.last_name)
    there = (other.name, other.first_name, other.last_name)
    plain, other_plain = read_person_name(*here), read_person_name(*there)
    best = max(
        (compare_names(a, b) for a in (plain, written_out(*here)) for b in (other_plain, written_out(*there))),
        key=lambda found: (found[0].bits + found[1].bits, found[0].bits, not found[2]),
    )
    given, family, exchanged = best
    shown = (" ".join((*plain.given, *plain.family)), " ".join((*other_plain.given, *other_plain.family)))
    parts = [
        part(field, half.bits, half.likeness, half.reason, *shown)
        for field, half in (("first_name", given), ("last_name", family))
        if half.reason
    ]
    if exchanged and plain.in_order and other_plain.in_order:
        parts.append(part("name_order", -0.5, 0.5, "first and last name exchanged", *shown))
    if generations_differ(plain, other_plain):
        parts.append(part("generation", -8.0, 0.0, "senior and junior", *shown))
    return parts


def _read(who: PersonRecord) -> PersonName:
    return read_person_name(who.name, who.first_name, who.last_name)


def _employer(one: PersonRecord, other: PersonRecord, free_hosts: frozenset[str]) -> MatchPart | None:
    """The same company by name or by domain. People change companies, so another one says little."""
    domain = company_domain(one.email, one.website, free_hosts)
    if domain and domain == company_domain(other.email, other.website, free_hosts):
        # The same address already counts; what it says about the company is no second finding.
        weight = 0.0 if mailbox(one.email) == mailbox(other.email) else 4.0
        return part("company", weight, 1.0, "same e-mail domain", domain, domain)
    here, there = read_company_name(one.company), read_company_name(other.company)
    if not here.words or not there.words:
        return None
    step, likeness = name_step(here, there)
    if step in _SAME_COMPANY:
        return part("company", 4.0, likeness, "same company", one.company, other.company)
    if step in {NameStep.SIMILAR, NameStep.OWN_WORDS, NameStep.PART, NameStep.ACRONYM}:
        return part("company", 2.0, likeness, "similar company", one.company, other.company)
    return part("company", -1.5, likeness, "another company", one.company, other.company)


def _person_guard(one: PersonRecord, other: PersonRecord, parts: dict[str, MatchPart]) -> str:
    """Why this may not be a match however much agrees; empty where nothing stands against it."""

    def bits(field: str) -> float:
        return parts[field].weight if field in parts else 0.0

    if bits("identifier") >= _ANCHOR:
        return ""
    if bits("generation") < 0:
        return "senior and junior may be two people"
    if bits("first_name") <= -4 or (bits("last_name") <= -4 and bits("first_name") <= 0):
        return "another name at the same place or address may be another person"
    halves = sorted((bits("first_name"), bits("last_name")))
    # Parents and children share a name or an address to write to, hardly both in full.
    own_mail = bits("email") >= _SAME_MAIL and halves[0] >= 0 and halves[1] >= 4
    own_mail = own_mail or (bits("email") >= _ANCHOR and halves[0] >= 4)
    if bits("identifier") <= -_ANCHOR:
        return "each has a number of their own"
    mail, birth = bits("email"), bits("birth_date")
    if mail < _ANCHOR and (kin := _kin_guard(one, other, bits)):
        return kin
    if birth <= A_GENERATION_APART and not own_mail:
        return "parent and child of one name may be two people"
    if birth <= -_ANCHOR and not own_mail and halves[0] < 4:
        return "another date of birth may be another person"
    shared = is_role_mailbox(one.email) and is_role_mailbox(other.email)
    if mail >= _ANCHOR and not (shared and bits("last_name") <= 0):
        return ""
    home = bits("street") + bits("postal_code") + bits("city")
    if birth >= _ANCHOR or bits("street") >= _ANCHOR or (bits("street") >= 3 and home >= 7):
        return ""
    if bits("phone") >= _ANCHOR:
        return "the same name and phone with another e-mail address may be two people" if mail < 0 else ""
    return "a name, a company and a town can belong to two people"


def _kin_guard(one: PersonRecord, other: PersonRecord, bits: Callable[[str], float]) -> str:
    """Two of one family or one office, where no address to write to ties them together."""
    birth = bits("birth_date")
    if two_given_names(_read(one), _read(other)):
        return "two first names may be two of one family"
    if bits("first_name") < 0 and (birth >= _ANCHOR or bits("street") > 0):
        return "brothers and sisters share a home, twins a date of birth"
    if bits("last_name") <= -4 and birth < _ANCHOR:
        return "another last name at one phone or address may be another person"
    return ""


def _company_parts(one: CompanyRecord, other: CompanyRecord, free_hosts: frozenset[str]) -> list[MatchPart]:
    found = [
        *_company_names(one, other),
        _domains(one, other, free_hosts),
        compare_phone(one.phone, other.phone, one.country, other.country),
        compare_identifier(one.identifier, other.identifier),
        compare_street(one.street, other.street),
        compare_place("postal_code", one.postal_code, other.postal_code, 3.0, 1.0, -1.5),
        compare_place("city", one.city, other.city, 2.0, 1.5, -3.5),
        compare_place("state", one.state, other.state, 0.5, 0.2, -1.5),
        compare_country(one.country, other.country, -6.0),
    ]
    return [p for p in found if p is not None]


def _company_names(one: CompanyRecord, other: CompanyRecord) -> list[MatchPart]:
    here, there = read_company_name(one.name), read_company_name(other.name)
    if not here.words or not there.words:
        return []
    step, likeness = name_step(here, there)
    weight, reason = _STEPS[step]
    if step in _SAME_COMPANY and all(w in GENERIC for w in (*here.words, *there.words)):
        weight, reason = weight - 3.0, f"{reason}, of common words"
    parts = [part("name", weight, likeness, reason, one.name, other.name)]
    if here.place and there.place and not here.place & there.place:
        parts.append(part("name_place", -4.0, 0.0, "another place in the name", one.name, other.name))
    if step is not NameStep.OTHER and not compatible(here.forms, there.forms):
        forms = (" ".join(sorted(here.forms)), " ".join(sorted(there.forms)))
        parts.append(part("legal_form", -2.0, 0.0, "another legal form", *forms))
    return parts


def _domains(one: CompanyRecord, other: CompanyRecord, free_hosts: frozenset[str]) -> MatchPart | None:
    a, b = company_domain(one.email, one.website, free_hosts), company_domain(other.email, other.website, free_hosts)
    if not a or not b:
        return None
    if a == b:
        return part("domain", _SAME_DOMAIN, 1.0, f"same domain {a}", a, b)
    stem, other_stem = a.partition(".")[0], b.partition(".")[0]
    if stem == other_stem:
        return part("domain", -1.0, 0.6, "same domain name under another ending", a, b)
    return part("domain", _ANOTHER_DOMAIN, 0.0, f"another domain: {a} and {b}", *sorted((a, b)))


def _given(record: Record) -> Record:
    """Without what Salesforce writes where nobody knows."""
    emptied = {name: "" for name, value in record if value.strip().casefold() == NOT_PROVIDED}
    return record.model_copy(update=emptied) if emptied else record


def _identical(one: PersonRecord | CompanyRecord, other: PersonRecord | CompanyRecord) -> bool:
    """Both say exactly the same of everything, and name somebody."""
    if isinstance(one, PersonRecord):
        named = bool(one.name.strip() or (one.first_name.strip() and one.last_name.strip()) or mailbox(one.email))
        named = named and not (is_role_mailbox(one.email) and not one.name and not one.last_name)
    else:
        named = bool(one.name.strip())
    return named and all(same_text(value, getattr(other, name)) for name, value in one)
