"""Normal forms: e-mail addresses, hosts, phone numbers, names of people and companies, countries."""

import re
from functools import lru_cache

import phonenumbers
import pycountry
import tldextract

from domain.company_names import read_company_name
from domain.mail_hosts import FREE_MAIL_HOSTS, ROLE_MAILBOXES, SHARED_SITES, disposable_hosts
from domain.texts import clean
from domain.transliteration import latin

__all__ = [
    "FREE_MAIL_HOSTS",
    "NOT_PROVIDED",
    "company_domain",
    "company_name",
    "country_code",
    "is_disposable_host",
    "is_free_host",
    "is_role_mailbox",
    "mail_address",
    "mail_host",
    "mailbox",
    "person_name",
    "phone_number",
    "registrable_domain",
    "web_host",
]

NOT_PROVIDED = "[not provided]"
"""Salesforce's own convention for what it requires and nobody knows. It says nothing about anybody."""
_GMAIL = frozenset({"gmail.com", "googlemail.com"})
# The list that the package ships; never fetched, never cached on disk.
# Private suffixes too: `acme.github.io` and `rival.github.io` are two owners.
_suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def mail_address(raw: str) -> str:
    """The address in lower case; empty where it is none."""
    address = raw.strip().casefold()
    return address if re.fullmatch(r"[^@\s<>\"]{1,64}@[^@\s<>\"]{3,255}", address) else ""


def mail_host(address: str) -> str:
    return mail_address(address).rpartition("@")[2]


@lru_cache(maxsize=16384)
def mailbox(raw: str) -> str:
    """The mailbox behind an address: `Jo.Doe+news@googlemail.com` is `jodoe@gmail.com`; empty where it is no address.

    What stands after a plus is the reader's own filing at every large host. Dots mean nothing at Gmail only.
    For comparing people; what is sent or looked up stays `mail_address`.
    """
    local, _, host = mail_address(raw).rpartition("@")
    if not local:
        return ""
    local = local.partition("+")[0] or local
    if host in _GMAIL:
        return f"{local.replace('.', '') or local}@gmail.com"
    return f"{local}@{_punycode(host)}"


def is_free_host(host: str) -> bool:
    """Free mail or an access provider: many companies and people share it."""
    return host in FREE_MAIL_HOSTS or registrable_domain(host) in FREE_MAIL_HOSTS


def is_disposable_host(host: str) -> bool:
    """Mailboxes there are thrown away after use."""
    return host in disposable_hosts() or registrable_domain(host) in disposable_hosts()


def is_role_mailbox(address: str) -> bool:
    """`info@`, `sales@`: several people may read it."""
    return mail_address(address).partition("@")[0].partition("+")[0] in ROLE_MAILBOXES


def web_host(host_or_url: str) -> str:
    """The host of a web address as people write it, without `www.`; empty where there is none."""
    host = re.sub(r"^(?:[a-z]{2,8}:)?//", "", clean(host_or_url[:1200], 300).casefold())
    host = re.split(r"[/?#\\]", host)[0].rpartition("@")[2].split(":")[0].strip(". ").removeprefix("www.")
    return "" if " " in host else host


@lru_cache(maxsize=4096)
def registrable_domain(host_or_url: str) -> str:
    """`https://www.shop.example.co.uk/x` gives `example.co.uk`; empty for what has no public suffix."""
    host = web_host(host_or_url)
    if not host:
        return ""
    try:
        parts = _suffixes(host)
    except (ValueError, UnicodeError):
        return ""
    if parts.domain and parts.suffix:
        return _punycode(f"{parts.domain}.{parts.suffix}")
    # Reserved names (`acme.example`) stand for real ones in samples and tests.
    labels = host.split(".")
    return ".".join(labels[-2:]) if len(labels) >= 2 and labels[-1] in {"example", "test", "invalid"} else ""


def _punycode(host: str) -> str:
    """`bücher.de` and `xn--bcher-kva.de` are one host."""
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def company_domain(address: str, website: str, free_hosts: frozenset[str] = frozenset()) -> str:
    """The company's own domain from an address or a website; free-mail and disposable hosts tell nothing."""
    return _own_domain(mail_host(address), free_hosts) or _own_domain(website, free_hosts)


def _own_domain(host_or_url: str, free_hosts: frozenset[str]) -> str:
    domain = registrable_domain(host_or_url) if host_or_url else ""
    names = {domain, host_or_url}
    shared = names & (FREE_MAIL_HOSTS | SHARED_SITES | free_hosts) or names & disposable_hosts()
    return "" if shared else domain


@lru_cache(maxsize=4096)
def phone_number(raw: str, country: str = "") -> str:
    """E.164, or empty where it is no possible number. An extension does not count."""
    try:
        number = phonenumbers.parse(re.sub(r"^\s*00", "+", clean(raw[:400], 40)), country.upper() or None)
    except phonenumbers.NumberParseException:
        return ""
    # Shorter ones are extensions and service numbers, which say nothing about who has them.
    if not phonenumbers.is_possible_number(number) or (number.national_number or 0) < 10_000:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def person_name(raw: str) -> str:
    """Words of a name in Latin letters without accents, in sorted order."""
    return " ".join(sorted(w for w in latin(raw.replace(NOT_PROVIDED, "")).split() if w.isalpha()))


def company_name(raw: str) -> str:
    """A company's name in Latin letters, without legal form, accents, punctuation, case and words like `and`."""
    return " ".join(read_company_name(raw.replace(NOT_PROVIDED, "")).plain)


@lru_cache(maxsize=1024)
def country_code(raw: str) -> str:
    """ISO 3166-1 alpha-2 of a code or an English name; empty where unknown. Never a guess by likeness."""
    text = clean(raw, 80).strip()
    if not text:
        return ""
    known = _COUNTRY_ALIASES.get(text.casefold())
    if known:
        return known
    try:
        return str(pycountry.countries.lookup(text).alpha_2)
    except LookupError:
        return ""


_COUNTRY_ALIASES = {
    "uk": "GB", "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "usa": "US", "u.s.": "US",
    "u.s.a.": "US", "united states of america": "US", "the netherlands": "NL", "holland": "NL", "españa": "ES",
    "deutschland": "DE", "italia": "IT", "österreich": "AT", "schweiz": "CH", "suisse": "CH", "belgique": "BE",
    "méxico": "MX", "brasil": "BR", "korea": "KR", "russia": "RU", "czech republic": "CZ", "turkey": "TR",
    "el": "GR", "xk": "XK", "kosovo": "XK",
}  # fmt: skip
