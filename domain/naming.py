"""Normal forms: e-mail addresses, hosts, phone numbers, names of people and companies, countries."""

import re
import unicodedata
from functools import lru_cache

import phonenumbers
import pycountry
import tldextract
from cleanco import basename
from rapidfuzz import fuzz

from domain.texts import clean, fold

FREE_MAIL_HOSTS = frozenset(
    {
        "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "ymail.com",
        "icloud.com", "me.com", "mac.com", "aol.com", "gmx.com", "gmx.net", "gmx.de", "web.de", "t-online.de",
        "mail.com", "mail.ru", "yandex.ru", "proton.me", "protonmail.com", "zoho.com", "qq.com", "163.com", "126.com",
        "orange.fr", "free.fr", "laposte.net", "libero.it", "hotmail.es", "hotmail.fr", "hotmail.co.uk", "yahoo.es",
        "yahoo.fr", "yahoo.co.uk", "yahoo.de", "telefonica.net",
    }
)  # fmt: skip
"""The best-known ones. The playbook adds to them."""
ROLE_MAILBOXES = frozenset(
    {
        "info", "contact", "contacto", "kontakt", "office", "sales", "ventas", "hello", "hola", "admin", "support",
        "service", "mail", "team", "marketing", "accounts", "billing", "help", "webmaster", "enquiries", "inquiries",
        "post", "comercial",
    }
)  # fmt: skip
NOT_PROVIDED = "[not provided]"
"""Salesforce's own convention for what it requires and nobody knows. It says nothing about anybody."""
_NAME_LIMIT = 300
# The list that the package ships; never fetched, never cached on disk.
_suffixes = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


def mail_address(raw: str) -> str:
    """The address in lower case; empty where it is none."""
    address = raw.strip().casefold()
    return address if re.fullmatch(r"[^@\s<>\"]{1,64}@[^@\s<>\"]{3,255}", address) else ""


def mail_host(address: str) -> str:
    return mail_address(address).rpartition("@")[2]


def is_role_mailbox(address: str) -> bool:
    """`info@`, `sales@`: several people may read it."""
    return mail_address(address).partition("@")[0] in ROLE_MAILBOXES


@lru_cache(maxsize=4096)
def registrable_domain(host_or_url: str) -> str:
    """`https://www.shop.example.co.uk/x` gives `example.co.uk`; empty for what has no public suffix."""
    host = clean(host_or_url, 300).casefold()
    host = re.sub(r"^[a-z]{2,8}://", "", host).split("/")[0].split("?")[0].rpartition("@")[2].split(":")[0].strip(". ")
    if not host or " " in host:
        return ""
    try:
        parts = _suffixes(host)
    except (ValueError, UnicodeError):
        return ""
    if parts.domain and parts.suffix:
        return f"{parts.domain}.{parts.suffix}"
    # Reserved names (`acme.example`) stand for real ones in samples and tests.
    labels = host.split(".")
    return ".".join(labels[-2:]) if len(labels) >= 2 and labels[-1] in {"example", "test", "invalid"} else ""


def company_domain(address: str, website: str, free_hosts: frozenset[str] = frozenset()) -> str:
    """The company's own domain from an address or a website; free-mail hosts tell nothing."""
    host = mail_host(address)
    if host and host not in FREE_MAIL_HOSTS and host not in free_hosts:
        domain = registrable_domain(host)
        if domain and domain not in FREE_MAIL_HOSTS and domain not in free_hosts:
            return domain
    domain = registrable_domain(website) if website else ""
    return "" if domain in FREE_MAIL_HOSTS or domain in free_hosts else domain


@lru_cache(maxsize=4096)
def phone_number(raw: str, country: str = "") -> str:
    """E.164, or empty where it is no possible number."""
    try:
        number = phonenumbers.parse(clean(raw, 40), country.upper() or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def person_name(raw: str) -> str:
    """Folded words of a name, in sorted order."""
    return " ".join(sorted(re.findall(r"[^\W\d_]+", fold(clean(raw.replace(NOT_PROVIDED, ""), _NAME_LIMIT)))))


@lru_cache(maxsize=4096)
def company_name(raw: str) -> str:
    """A company's name without legal form, accents, punctuation and case."""
    name = unicodedata.normalize("NFKC", clean(raw.replace(NOT_PROVIDED, ""), _NAME_LIMIT))
    bare = basename(basename(name)) or name
    words = re.findall(r"\w+", fold(bare).replace("&", " and "))
    return " ".join(words)


def alike(one: str, other: str) -> float:
    """How alike two normal forms are, 0 to 1; 0 where one is empty."""
    return fuzz.token_sort_ratio(one, other) / 100 if one and other else 0.0


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
}  # fmt: skip
