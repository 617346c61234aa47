"""By what a company is looked up, and which of the accounts found it clearly is. Pure."""

from collections.abc import Sequence
from itertools import product

from domain.company_lookup import last_names, name_lookup
from domain.identity import CompanyRecord, compare
from domain.leads import CrmRecord, MatchVerdict
from domain.model import Value
from domain.naming import company_domain, country_code, mail_host, registrable_domain, web_host
from domain.native_names import native_beginnings

_SPELLINGS = tuple(product(("", "http://", "https://"), ("", "www."), ("", "/")))

Condition = tuple[str, tuple[object, ...]]
"""A piece of a WHERE clause with the values for its `{}`."""


class CompanyKey(Value):
    """E-mail address, web domains and the company's name, as given by a person."""

    email: str = ""
    domains: tuple[str, ...] = ()
    company: str = ""
    country: str = ""
    """ISO code, as said or as the host ends; empty where neither tells."""

    @property
    def names_company(self) -> bool:
        return bool(self.domains or self.company)


def company_key(email: str, website: str, company: str, country: str = "") -> CompanyKey:
    """From what a person gave. Hosts of free mail, and sites where many have a page, are left out."""
    given = (mail_host(email), web_host(website))
    # Of an ending only two letters name a country: `com` would be the Comoros.
    endings = (host.rpartition(".")[2] for host in given)
    known = country_code(country) or next((c for e in endings if len(e) == 2 and (c := country_code(e))), "")
    hosts = (name for host in given if company_domain("", host) for name in (host, registrable_domain(host)))
    return CompanyKey(email=email.strip(), domains=tuple(dict.fromkeys(hosts)), company=company.strip(), country=known)


class Known(Value):
    """What else there is to ask about a lead, as it said when it was last read."""

    key: CompanyKey
    individual_id: str = ""


def known_of_lead(lead: CrmRecord) -> Known:
    return Known(key=key_of_lead(lead), individual_id=lead.text("IndividualId"))


def key_of_lead(lead: CrmRecord) -> CompanyKey:
    return company_key(lead.text("Email"), lead.text("Website"), lead.text("Company"), lead.text("Country"))


def account_conditions(key: CompanyKey) -> list[Condition]:
    """By the spellings of a web address and by beginnings of the name: both can use an index, `LIKE '%…'` cannot."""
    conditions: list[Condition] = []
    if key.domains:
        spellings = [f"{scheme}{www}{domain}{end}" for domain in key.domains for scheme, www, end in _SPELLINGS]
        conditions.append(("Website IN {}", (spellings,)))
    native = native_beginnings(key.company, key.country)
    return [*conditions, *_named("Name", key.company), *_beginning("Name", native)]


def _beginning(field: str, beginnings: Sequence[str]) -> list[Condition]:
    return [(f"{field} LIKE '{{:like}}%'", (beginning,)) for beginning in beginnings]


def _named(field: str, company: str) -> list[Condition]:
    look = name_lookup(company)
    found = _beginning(field, look.beginnings)
    if look.whole:
        found.append((f"{field} IN {{}}", (list(look.whole),)))
    return found


def same_person_conditions(email: str) -> list[Condition]:
    return [("Email = {}", (email,))] if email else []


def like_person_conditions(last_name: str, phone: str, company: str, company_field: str) -> list[Condition]:
    """Somebody of this name at a company that begins alike, or with this phone number."""
    conditions: list[Condition] = []
    if phone:
        conditions.append(("Phone = {}", (phone,)))
    names = _named(company_field, company)
    if last_name and names:
        at = " OR ".join(condition for condition, _ in names)
        values = (value for _, found in names for value in found)
        conditions.append((f"(LastName IN {{}} AND ({at}))", (list(last_names(last_name)), *values)))
    return conditions


def best_account(accounts: Sequence[CrmRecord], key: CompanyKey, contacts: Sequence[CrmRecord]) -> CrmRecord | None:
    """The one account that this company clearly is: by its contact, by its domain, or by its name.

    None where two fit equally well, or where the name is the same and the web domain another: a person decides that.
    """
    domains = set(key.domains)
    by_id = {account.id: account for account in accounts}
    named = {c.text("AccountId") for c in contacts if c.text("AccountId") in by_id}
    if len(named) == 1:
        return by_id[named.pop()]
    by_domain = [a for a in accounts if {web_host(a.text("Website")), registrable_domain(a.text("Website"))} & domains]
    if len(by_domain) == 1:
        return by_domain[0]
    by_name = [a for a in by_domain or accounts if key.company and _same_name(a.text("Name"), key.company)]
    if len(by_name) != 1 or (key.domains and not by_domain and web_host(by_name[0].text("Website"))):
        return None
    return by_name[0]


def _same_name(one: str, other: str) -> bool:
    return compare(CompanyRecord(name=one), CompanyRecord(name=other)).verdict is MatchVerdict.MATCH
