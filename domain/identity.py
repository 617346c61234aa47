"""Whom an inquiry belongs to. What is not certain is `possible`, and then a person decides.

`compare` judges two records of one kind, people or companies; `match` compares an inquiry with what the CRM found
and puts the verdicts together. A script can use `compare` on its own, as the README shows.
"""

from collections.abc import Sequence

from domain.company_names import read_company_name
from domain.identity_input import RecordLike, read_pair
from domain.identity_records import CompanyRecord, PersonRecord, Verdict
from domain.identity_scoring import score_companies, score_people
from domain.leads import CrmRecord, Inquiry, MatchCandidate, MatchResult, MatchVerdict
from domain.model import Value
from domain.naming import NOT_PROVIDED, country_code, mail_address, person_name, phone_number
from domain.playbook import Playbook

__all__ = [
    "CompanyRecord",
    "Identity",
    "PersonRecord",
    "RecordLike",
    "Verdict",
    "compare",
    "identity_of",
    "identity_of_record",
    "is_identifiable",
    "match",
]


def compare(one: RecordLike, other: RecordLike, free_hosts: frozenset[str] = frozenset()) -> Verdict:
    """Are two records one person, or one company? `match`, `possible` or `none`, with a score and its parts.

    A record is a `PersonRecord`, a `CompanyRecord`, a mapping with the usual column names, or a company's name as text
    (see `domain.identity_input`). Symmetric; it takes anything and never raises. `free_hosts` are further mail hosts
    that tell nothing about a company. Two records that say exactly the same match; two of different kinds, or with
    nothing to compare, are `none`.
    """
    one, other = read_pair(one, other)
    if isinstance(one, PersonRecord) and isinstance(other, PersonRecord):
        return score_people(one, other, free_hosts)
    if isinstance(one, CompanyRecord) and isinstance(other, CompanyRecord):
        return score_companies(one, other, free_hosts)
    return Verdict(verdict=MatchVerdict.NONE, score=0.0)


class Identity(Value):
    """Who somebody says they are: the newest that was said of each."""

    name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    company: str = ""
    website: str = ""
    country: str = ""

    def person(self) -> PersonRecord:
        first = self.name.removesuffix(self.last_name).strip() if self.last_name else ""
        return PersonRecord(
            name=self.name,
            first_name=first,
            last_name=self.last_name,
            email=self.email,
            phone=self.phone,
            company=self.company,
            website=self.website,
            country=self.country,
        )

    def employer(self) -> CompanyRecord:
        """The company; the person's phone number is not its."""
        return CompanyRecord(name=self.company, email=self.email, website=self.website, country=self.country)


def identity_of(inquiries: Sequence[Inquiry]) -> Identity:
    """The newest non-empty value of each field; the name is taken from one inquiry as a whole."""

    def newest(field: str) -> str:
        return next((v for i in reversed(inquiries) if (v := str(getattr(i, field)).strip())), "")

    named = next((i for i in reversed(inquiries) if i.last_name.strip() or i.first_name.strip()), None)
    return Identity(
        name=f"{named.first_name} {named.last_name}".strip() if named else "",
        last_name=named.last_name.strip() if named else "",
        email=newest("email"),
        phone=newest("phone"),
        company=newest("company"),
        website=newest("website"),
        country=newest("country"),
    )


_FILLERS = frozenset({"", "n/a", "n.a", "unknown", "none", "null", "unbekannt", "inconnu", "desconocido", "keine"})


def is_identifiable(inquiries: Sequence[Inquiry]) -> bool:
    """Enough to look somebody up or to answer: an address, a phone number, or a name with a company."""
    who = identity_of(inquiries)
    return bool(
        mail_address(who.email)
        or phone_number(who.phone, country_code(who.country))
        or (person_name(_said(who.name)) and read_company_name(_said(who.company)).words)
    )


def _said(text: str) -> str:
    """Empty where every word is one of those that people type to get past a form."""
    words = text.replace(NOT_PROVIDED, "").casefold().split()
    return "" if all(w.strip("-–.") in _FILLERS for w in words) else text.replace(NOT_PROVIDED, "")


def identity_of_record(record: CrmRecord) -> Identity:
    """The same view of a lead, contact or account."""
    return Identity(
        name=record.text("Name") or f"{record.text('FirstName')} {record.text('LastName')}".strip(),
        last_name=record.text("LastName"),
        email=record.text("Email"),
        phone=record.text("Phone") or record.text("MobilePhone"),
        company=record.text("Name")
        if record.object == "Account"
        else record.text("Company") or record.text("Account.Name"),
        website=record.text("Website"),
        country=record.text("Country") or record.text("MailingCountry") or record.text("BillingCountry"),
    )


def match(
    inquiries: Sequence[Inquiry], candidates: Sequence[CrmRecord], playbook: Playbook | None = None
) -> MatchResult:
    """Lead, contact and account of a person. Two that fit equally well make the verdict `possible`."""
    who = identity_of(inquiries)
    free_hosts = frozenset((*playbook.free_mail_hosts, *playbook.disposable_hosts)) if playbook else frozenset[str]()
    named = {i.lead_id for i in inquiries if i.lead_id}
    judged = [_judge(who, record, free_hosts, named) for record in candidates if not record.flag("IsDeleted")]
    known = sorted((c for c in judged if c.verdict is not MatchVerdict.NONE), key=lambda c: (-c.score, c.record.id))
    leads, lead_reasons = _choose(known, "Lead", named)
    contacts, contact_reasons = _choose(known, "Contact", named)
    accounts, account_reasons = _choose(known, "Account", named)
    lead = leads[0] if len(leads) == 1 else None
    contact = contacts[0] if len(contacts) == 1 else None
    account = next((c.record for c in known if contact and c.record.id == contact.text("AccountId")), None)
    account = account or next((r for r in candidates if contact and r.id == contact.text("AccountId")), None)
    if account is None and len(accounts) == 1:
        account = accounts[0]
    possible = [c for c in known if c.verdict is MatchVerdict.POSSIBLE and c.record.object != "Account"]
    if len(leads) > 1 or (lead is None and len(contacts) > 1):
        verdict = MatchVerdict.POSSIBLE
    elif lead is not None or contact is not None:
        verdict = MatchVerdict.MATCH
    else:
        verdict = MatchVerdict.POSSIBLE if possible else MatchVerdict.NONE
    reasons = (*lead_reasons, *contact_reasons, *account_reasons)
    if verdict is MatchVerdict.POSSIBLE and not reasons:
        reasons = tuple(f"{c.record.object.lower()}: {', '.join(c.reasons)}" for c in possible[:3])
    return MatchResult(
        verdict=verdict,
        lead=lead if verdict is MatchVerdict.MATCH else None,
        contact=contact if verdict is MatchVerdict.MATCH else None,
        account=account,
        candidates=tuple(known[:10]),
        reasons=reasons or ("nobody in the CRM has this e-mail, phone number or name with company",),
    )


def _judge(who: Identity, record: CrmRecord, free_hosts: frozenset[str], named: set[str]) -> MatchCandidate:
    if record.object == "Lead" and record.id in named:
        return MatchCandidate(
            record=record, verdict=MatchVerdict.MATCH, score=1.0, reasons=("the sender named this lead",)
        )
    other = identity_of_record(record)
    if record.object == "Account":
        found = compare(who.employer(), other.employer(), free_hosts)
    elif record.object in {"Lead", "Contact"}:
        found = compare(who.person(), other.person(), free_hosts)
    else:
        found = Verdict(verdict=MatchVerdict.NONE, score=0.0)
    return MatchCandidate(
        record=record, verdict=found.verdict, score=found.score, reasons=found.reasons, parts=found.parts
    )


def _choose(known: Sequence[MatchCandidate], kind: str, named: set[str]) -> tuple[list[CrmRecord], tuple[str, ...]]:
    """The records of one kind that match, and what to say about them. One is certain; more are ambiguous.

    Of several leads of one person, converted ones stand aside first, then closed ones: what is left is the
    lead that somebody can still work on.
    """
    found = [c for c in known if c.record.object == kind and c.verdict is MatchVerdict.MATCH]
    if not found:
        return [], ()
    if any(c.record.id in named for c in found):
        found = [c for c in found if c.record.id in named]
    aside: list[str] = []
    if kind == "Lead":
        still_leads = [c for c in found if not c.record.flag("IsConverted")]
        if len(still_leads) < len(found):
            aside.append("a converted lead of the same person stands aside")
        found = still_leads
        working = [c for c in found if not c.record.text("Status").startswith("Closed")]
        if len(found) > 1 and len(working) == 1:
            aside.append("of several leads only one is open")
            found = working
    if kind == "Account" and len(found) > 1:
        best = [c for c in found if c.score == found[0].score]
        found = best if len(best) == 1 else found
    records = [c.record for c in found]
    if not records:
        return [], tuple(aside)
    if len(records) > 1:
        word = "companies" if kind == "Account" else f"{kind.lower()}s"
        return records, (*aside, f"{len(records)} {word} match equally well: {', '.join(found[0].reasons)}")
    return records, (*aside, f"{kind.lower()}: {', '.join(found[0].reasons)}")
