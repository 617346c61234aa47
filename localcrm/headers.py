"""Which field a header of a file fills: by its name, its label, or what Salesforce calls it in reports and imports."""

from __future__ import annotations

from collections.abc import Mapping

from localcrm.fields import Field, SObject
from localcrm.tables import TransferError

_PERSON = {"mobile": "MobilePhone", "emailoptout": "HasOptedOutOfEmail"}
_STANDARD: dict[str, dict[str, str]] = {
    "Lead": {
        **_PERSON,
        "companyaccount": "Company",
        "leadstatus": "Status",
        "noofemployees": "NumberOfEmployees",
        "employees": "NumberOfEmployees",
        "stateprovince": "State",
        "zippostalcode": "PostalCode",
        "converted": "IsConverted",
    },
    "Account": {
        "accountname": "Name",
        "employees": "NumberOfEmployees",
        "billingstateprovince": "BillingState",
        "billingzippostalcode": "BillingPostalCode",
        "parentaccountid": "ParentId",
        "accounttype": "Type",
    },
    "Contact": {
        **_PERSON,
        "mailingstateprovince": "MailingState",
        "mailingzippostalcode": "MailingPostalCode",
    },
    "Opportunity": {"opportunityname": "Name", "stage": "StageName"},
    "Task": {"duedate": "ActivityDate", "comments": "Description"},
}


def plan(sobject: SObject, headers: tuple[str, ...], mapped: Mapping[str, str]) -> dict[str, Field | None]:
    """The field of each header, None where it is left out. Raises TransferError where a mapping cannot be."""
    lost = next((header for header in mapped if header not in headers), None)
    if lost is not None:
        raise TransferError(f"there is no column {lost!r} to map; the file has {', '.join(headers)}")
    known = {_key(f.name): f for f in sobject.fields}
    known = {_key(f.name.removesuffix("__c")): f for f in sobject.fields} | known
    known |= {_key(f.label): f for f in sobject.fields if f.label and _key(f.label) not in known}
    standard = {**_STANDARD.get(sobject.name, {}), f"{sobject.name.lower()}id": "Id", "recordid": "Id"}
    for header, name in standard.items():
        field = sobject.field(name)
        if field is not None:
            known.setdefault(header, field)
    found: dict[str, Field | None] = {}
    for header in headers:
        if header in mapped:
            found[header] = _mapped(sobject, header, mapped[header])
        else:
            target = known.get(_key(header))
            found[header] = target if target is not None and settable(target) else None
    _refuse_two(found)
    return found


def settable(field: Field) -> bool:
    """What a file may bring: what the API sets, the id, and what happened to a record before it came here."""
    return field.createable or field.name not in _OURS


_OURS = frozenset({"IsDeleted", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp", "Name"})


def _mapped(sobject: SObject, header: str, name: str) -> Field:
    target = sobject.field(name)
    if target is None:
        raise TransferError(f"column {header!r} is mapped to {name!r}, which {sobject.name} does not have")
    if not settable(target):
        raise TransferError(f"column {header!r} is mapped to {target.name}, which the CRM sets by itself")
    return target


def _refuse_two(found: Mapping[str, Field | None]) -> None:
    taken: dict[str, str] = {}
    for header, target in found.items():
        if target is None:
            continue
        if target.name in taken:
            raise TransferError(
                f"columns {taken[target.name]!r} and {header!r} both fill {target.name}; rename or remove one"
            )
        taken[target.name] = header


def _key(header: str) -> str:
    return "".join(ch for ch in header.casefold() if ch.isalnum())
