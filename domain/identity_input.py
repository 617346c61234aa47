"""Records as a script has them: a company's name, or a mapping with the usual column names. Read, never refused."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from domain.identity_records import CompanyRecord, PersonRecord
from domain.naming import is_role_mailbox, mail_address

Record = PersonRecord | CompanyRecord
RecordLike = Record | Mapping[str, Any] | str | None
"""What `compare` takes. A text is a company's name."""

_CALLED = {
    "name": "name fullname personname contactname",
    "company_name": "companyname accountname organizationname organisationname legalname businessname",
    "company": "company account accountname organization organisation employer",
    "first_name": "firstname givenname forename first",
    "last_name": "lastname surname familyname last",
    "birth_date": "birthdate dateofbirth dob born birthday",
    "email": "email emailaddress mail",
    "phone": "phone telephone phonenumber mobile mobilephone tel",
    "website": "website web url domain homepage",
    "street": "street address address1 addressline1 streetaddress addr",
    "postal_code": "postalcode postcode zip zipcode plz",
    "city": "city town locality suburb",
    "state": "state province region statecode",
    "country": "country countrycode",
    "identifier": "identifier vat vatid taxid duns registrationnumber lei",
}
_FIELDS = {spelling: field for field, spellings in _CALLED.items() for spelling in spellings.split()}
_KINDS = {
    "person": True, "contact": True, "lead": True, "people": True,
    "company": False, "account": False, "organization": False, "organisation": False,
}  # fmt: skip
_ONLY_PEOPLE = frozenset({"first_name", "last_name", "birth_date"})
_MOST_CHARACTERS = 20_000


def read_pair(one: Any, other: Any) -> tuple[Record, Record]:
    """Two records of one kind where both can be read as it; records of ours stay what they are. Never raises.

    A mapping is a person's where it says so (`kind`: `person` or `company`), where it has what only people have (a
    first name, a birth date), a name beside a company, or a name beside an address that is no shared mailbox; else
    a company's. What one of them leaves open, the other decides.
    """
    here, there = _given(one), _given(other)
    known = [said for said in (_is_person(one, here), _is_person(other, there)) if said is not None]
    person = any(known) if known else any(map(_looks_personal, (here, there)))
    return _record(one, here, person), _record(other, there, person)


def _record(raw: Any, given: Mapping[str, str], person: bool) -> Record:
    if isinstance(raw, PersonRecord | CompanyRecord):
        return raw
    said = _is_person(raw, given)
    kept = {k: v for k, v in given.items() if k != "company_name"}
    company = given.get("company_name") or given.get("company", "")
    if person if said is None else said:
        return PersonRecord(**(kept | {"company": company}))
    name = {"name": given.get("name") or company}
    return CompanyRecord(**({k: v for k, v in kept.items() if k in CompanyRecord.model_fields} | name))


def _is_person(raw: Any, given: Mapping[str, str]) -> bool | None:
    """None where the record leaves it open."""
    if isinstance(raw, PersonRecord | CompanyRecord):
        return isinstance(raw, PersonRecord)
    if not _is_mapping(raw):
        return False if isinstance(raw, str | bytes) else None
    said = next((_KINDS.get(_text(raw[k]).casefold()) for k in raw if k in {"kind", "type"}), None)
    if said is not None:
        return said
    if _ONLY_PEOPLE & given.keys() or {"name", "company"} <= given.keys():
        return True
    return False if "company_name" in given else None


def _looks_personal(given: Mapping[str, str]) -> bool:
    email = given.get("email", "")
    return bool(mail_address(email)) and not is_role_mailbox(email) and "website" not in given


def _given(raw: Any) -> dict[str, str]:
    """Our field names with what is filled; the first of several columns that say the same counts."""
    if isinstance(raw, str | bytes):
        return {"name": _text(raw)}
    if not _is_mapping(raw):
        return {}
    found: dict[str, str] = {}
    for key in raw:
        name = "".join(c for c in _text(key).casefold() if c.isalnum())
        field = _FIELDS.get(name) or _FIELDS.get(name.removeprefix("billing").removeprefix("mailing"))
        text = _text(raw[key])
        if field and text:
            found.setdefault(field, text)
    return found


def _is_mapping(raw: Any) -> bool:
    return isinstance(raw, Mapping)


def _text(value: Any) -> str:
    """Empty for nothing, for what is no single value, and for a number that is none."""
    if isinstance(value, str):
        return value[:_MOST_CHARACTERS].strip()
    if isinstance(value, bytes):
        return value[:_MOST_CHARACTERS].decode("utf-8", "replace").strip()
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else _number(value)


def _number(value: float) -> str:
    try:
        return str(value)
    except ValueError:  # an integer of more digits than Python writes
        return ""
