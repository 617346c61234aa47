"""By what a company is looked up, and which of the accounts found it clearly is. Pure."""

from collections.abc import Sequence
from itertools import product
from urllib.parse import urlsplit

from domain.leads import CrmRecord
from domain.model import Value

_NAME_PREFIX = 12
_SHORT_NAME = 4
_SPELLINGS = tuple(product(("", "http://", "https://"), ("", "www."), ("", "/")))
_PUBLIC_HOSTS = frozenset(
    {
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com"),
        *("gmx.de", "gmx.net", "web.de", "mail.com", "aol.com", "proton.me", "protonmail.com"),
    }
)
"""Mail hosts that say nothing about a company; asking by them would find strangers."""

Condition = tuple[str, tuple[object, ...]]
"""A piece of a WHERE clause with the values for its `{}`."""


class CompanyKey(Value):
    """E-mail address, web domains and the company's name, as given by a person."""

    email: str = ""
    domains: tuple[str, ...] = ()
    company: str = ""

    @property
    def names_company(self) -> bool:
        return bool(self.domains or self.company)


def company_key(email: str, website: str, company: str) -> CompanyKey:
    """From what a person gave. Domains of public mail hosts are left out."""
    host = email.rpartition("@")[2].strip().casefold()
    domains = tuple(dict.fromkeys(d for d in (host, web_host(website)) if d and d not in _PUBLIC_HOSTS))
    return CompanyKey(email=email.strip(), domains=domains, company=company.strip())


def key_of_lead(lead: CrmRecord) -> CompanyKey:
    return company_key(lead.text("Email"), lead.text("Website"), lead.text("Company"))


def account_conditions(key: CompanyKey) -> list[Condition]:
    """By the spellings of a web address and by the beginning of the name: both can use an index, `LIKE '%…'` cannot."""
    conditions: list[Condition] = []
    if key.domains:
        spellings = [f"{scheme}{www}{domain}{end}" for domain in key.domains for scheme, www, end in _SPELLINGS]
        conditions.append(("Website IN {}", (spellings,)))
    if len(key.company) >= _SHORT_NAME:
        conditions.append(("Name LIKE '{:like}%'", (key.company[:_NAME_PREFIX],)))
    elif key.company:
        conditions.append(("Name = {}", (key.company,)))
    return conditions


def same_person_conditions(email: str) -> list[Condition]:
    return [("Email = {}", (email,))] if email else []


def like_person_conditions(last_name: str, phone: str, company: str, company_field: str) -> list[Condition]:
    """Somebody of this name at a company that begins alike, or with this phone number."""
    conditions: list[Condition] = []
    if phone:
        conditions.append(("Phone = {}", (phone,)))
    if last_name and company:
        start = company[:_NAME_PREFIX]
        conditions.append((f"(LastName = {{}} AND {company_field} LIKE '{{:like}}%')", (last_name, start)))
    return conditions


def best_account(accounts: Sequence[CrmRecord], key: CompanyKey, contacts: Sequence[CrmRecord]) -> CrmRecord | None:
    """The one account that this company clearly is: by its contact, by its whole domain, or by its exact name.

    None where two fit equally well, or where the name is the same and the web domain another: a person decides that.
    """
    by_id = {account.id: account for account in accounts}
    named = {c.text("AccountId") for c in contacts if c.text("AccountId") in by_id}
    if len(named) == 1:
        return by_id[named.pop()]
    by_domain = [a for a in accounts if web_host(a.text("Website")) in key.domains]
    if len(by_domain) == 1:
        return by_domain[0]
    by_name = [a for a in by_domain or accounts if key.company and _same_name(a.text("Name"), key.company)]
    if len(by_name) != 1 or (key.domains and not by_domain and web_host(by_name[0].text("Website"))):
        return None
    return by_name[0]


def web_host(website: str) -> str:
    """The host of a web address as people write it, without `www.`; empty where there is none."""
    text = website.strip()
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.").casefold()


def _same_name(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
