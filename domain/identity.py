"""Whom an inquiry belongs to. What is not certain is `possible`, and then a person decides.

`compare_person` and `compare_company` judge one pair each; `match` puts the verdicts together.
"""

from collections.abc import Sequence

from domain.leads import CrmRecord, Inquiry, MatchCandidate, MatchResult, MatchVerdict
from domain.model import Value
from domain.naming import (
    alike,
    company_domain,
    company_name,
    country_code,
    is_role_mailbox,
    mail_address,
    person_name,
    phone_number,
    registrable_domain,
)
from domain.playbook import Playbook

SAME_NAME = 0.95
SIMILAR_NAME = 0.86
SIMILAR_COMPANY = 0.92


class Identity(Value):
    """Who somebody says they are: the newest that was said of each."""

    name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    company: str = ""
    website: str = ""
    country: str = ""


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


def is_identifiable(inquiries: Sequence[Inquiry]) -> bool:
    """Enough to look somebody up or to answer: an address, a phone number, or a name with a company."""
    who = identity_of(inquiries)
    return bool(
        mail_address(who.email)
        or phone_number(who.phone, country_code(who.country))
        or (person_name(who.name) and company_name(who.company))
    )


def identity_of_record(record: CrmRecord) -> Identity:
    """The same view of a lead, contact or account."""
    return Identity(
        name=record.text("Name") or f"{record.text('FirstName')} {record.text('LastName')}".strip(),
        last_name=record.text("LastName"),
        email=record.text("Email"),
        phone=record.text("Phone") or record.text("MobilePhone"),
        company=record.text("Name") if record.object == "Account" else record.text("Company"),
        website=record.text("Website"),
        country=record.text("Country") or record.text("MailingCountry") or record.text("BillingCountry"),
    )


def compare_person(
    one: Identity, other: Identity, free_hosts: frozenset[str] = frozenset()
) -> tuple[float, tuple[str, ...]]:
    """A score from 0 to 1 and its reasons. From 0.95 it is a match, from 0.6 possible."""
    mail, other_mail = mail_address(one.email), mail_address(other.email)
    likeness = alike(person_name(one.name), person_name(other.name))
    if mail and mail == other_mail:
        differs = bool(person_name(one.name) and person_name(other.name)) and likeness < SIMILAR_NAME
        if is_role_mailbox(mail) and differs:
            return 0.7, ("same shared mailbox, another name",)
        return (0.97 if differs else 0.99), ("same e-mail address",)
    phone = phone_number(one.phone, country_code(one.country))
    if phone and phone == phone_number(other.phone, country_code(other.country)):
        if likeness >= SIMILAR_NAME and not (mail and other_mail):
            return 0.95, ("same phone number", "same name")
        if likeness >= SIMILAR_NAME:
            return 0.85, ("same phone number", "same name", "another e-mail address")
        return 0.6, ("same phone number, another name",)
    domain = company_domain(one.email, one.website, free_hosts)
    same_domain = bool(domain) and domain == company_domain(other.email, other.website, free_hosts)
    same_company = bool(company_name(one.company)) and company_name(one.company) == company_name(other.company)
    if likeness >= SAME_NAME and (same_company or same_domain):
        return 0.8, ("same name", "same company" if same_company else "same e-mail domain")
    if likeness >= SIMILAR_NAME and same_domain:
        return 0.65, ("similar name", "same e-mail domain")
    return 0.0, ()


def compare_company(
    one: Identity, other: Identity, free_hosts: frozenset[str] = frozenset()
) -> tuple[float, tuple[str, ...]]:
    """The same for the company of an inquiry and an account."""
    domain, other_domain = company_domain(one.email, one.website, free_hosts), registrable_domain(other.website)
    if domain and domain == other_domain:
        return 0.97, (f"same domain {domain}",)
    name, other_name = company_name(one.company), company_name(other.company)
    likeness = alike(name, other_name)
    here, there = country_code(one.country), country_code(other.country)
    apart = bool(here and there) and here != there
    if name and name == other_name:
        if apart:
            return 0.75, ("same name", "another country")
        if domain and other_domain:
            return 0.8, ("same name", f"another domain {other_domain}")
        return 0.95, ("same name",)
    if likeness >= SIMILAR_COMPANY and not apart:
        return 0.7, ("similar name",)
    return 0.0, ()


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
        score, reasons = compare_company(who, other, free_hosts)
        certain = score >= 0.9
    elif record.object in {"Lead", "Contact"}:
        score, reasons = compare_person(who, other, free_hosts)
        certain = score >= 0.95
    else:
        score, reasons, certain = 0.0, (), False
    verdict = MatchVerdict.MATCH if certain else MatchVerdict.POSSIBLE if score >= 0.6 else MatchVerdict.NONE
    return MatchCandidate(record=record, verdict=verdict, score=score, reasons=reasons)


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
