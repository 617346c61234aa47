"""Which access the product needs in an org, from what its code reads and writes."""

from dataclasses import dataclass, field
from typing import get_args

from domain.proposals import SetByStage
from gateways.crm.allow_list import NEVER
from gateways.crm.fields import LEDGER, LEDGER_KEY, RECORD_KEY, ReadFields
from localcrm.schema import SCHEMA
from runtime.playbook_files import load_playbook
from tests.architecture.source_tree import ROOT

OBJECTS = ("Account", "Case", "Contact", "Lead", "Opportunity")
"""Objects of every sales org with permissions of their own. Tasks and events have none, users neither; consent and
voice calls are not in every org, and naming them there would stop the deployment."""

WHOLE = {"Account": {"Billing": "BillingAddress"}, "Contact": {"Mailing": "MailingAddress"}, "Lead": {"": "Address"}}
_PARTS = ("Street", "City", "State", "PostalCode", "Country")

SECURED = {
    "Account": ("Website", "Type", "Industry", "AnnualRevenue", "NumberOfEmployees", "ParentId", "BillingAddress"),
    "Case": ("Subject", "Description", "AccountId", "ContactId"),
    "Contact": (
        *("Title", "Email", "Phone", "MobilePhone", "MailingAddress", "AccountId"),
        *("HasOptedOutOfEmail", "DoNotCall"),
    ),
    "Lead": (
        *("Title", "Email", "Phone", "MobilePhone", "Website", "LeadSource", "Rating", "Industry", "AnnualRevenue"),
        *("NumberOfEmployees", "Address", "Description", "HasOptedOutOfEmail", "DoNotCall"),
    ),
    "Opportunity": ("AccountId", "Amount", "Probability"),
}
"""Standard fields that field-level security can hide. The others (names, required and system fields) come with the
object, and Salesforce refuses a permission set that names them."""


@dataclass
class Access:
    fields: dict[str, bool] = field(default_factory=dict)
    """`Object.Field` to whether it may be edited."""
    objects: dict[str, frozenset[str]] = field(default_factory=dict)
    user: frozenset[str] = frozenset()


def writable() -> dict[str, frozenset[str]]:
    """What the guard lets through with the playbook that is shipped."""
    allowed = load_playbook(ROOT / "playbook").writable()
    return {name: fields for name, fields in allowed.items() if fields}


def custom_fields() -> dict[str, frozenset[str]]:
    """What has to be deployed: custom fields that are read, may be written, or carry the ledger."""
    named = {name: set(fields) for name, fields in ReadFields().by_object.items()}
    for name, fields in writable().items():
        named.setdefault(name, set()).update(fields)
    found = {name: frozenset(f for f in fields if f.endswith("__c")) for name, fields in named.items()}
    ledger = frozenset(f.name for f in SCHEMA.get(LEDGER).fields if f.custom)
    return {name: fields for name, fields in found.items() if fields} | {LEDGER: ledger}


def reader() -> Access:
    fields: dict[str, bool] = {}
    for name in OBJECTS:
        read = {_secured(name, f) for f in ReadFields().of(name)}
        fields |= {f"{name}.{f}": False for f in SECURED[name] if f in read}
    for name, custom in custom_fields().items():
        for held in _holders(name):
            fields |= {f"{held}.{f}": False for f in custom if f != LEDGER_KEY}
    objects = {name: frozenset({"all"}) for name in OBJECTS if name != "Case"}
    return Access(fields, {**objects, "Case": frozenset(), LEDGER: frozenset({"all"})}, frozenset({"ApiEnabled"}))


def writer() -> Access:
    fields: dict[str, bool] = {}
    for name, allowed in writable().items():
        along = frozenset(get_args(SetByStage)) if "StageName" in allowed else frozenset()
        for one in sorted((allowed | along) - (NEVER - {RECORD_KEY})):
            secured = _secured(name, one)
            if one.endswith("__c"):
                fields |= {f"{held}.{one}": True for held in _holders(name)}
            elif secured in SECURED.get(name, ()):
                fields[f"{name}.{secured}"] = True
    fields |= {f"{LEDGER}.{f}": True for f in custom_fields()[LEDGER] if f != LEDGER_KEY}
    objects = {"Lead": frozenset({"create", "edit", "delete"}), LEDGER: frozenset({"create"})}
    return Access(fields, objects, frozenset({"ApiEnabled", "EditTask", "TransferAnyLead"}))


def setup_reader() -> Access:
    """No record and no field: what View Setup and Configuration opens, and the permission that it depends on."""
    return Access(user=frozenset({"ApiEnabled", "ViewRoles", "ViewSetup"}))


def _holders(name: str) -> tuple[str, ...]:
    """Tasks and events share their custom fields and their security: naming one alone would hide the other's."""
    return ("Event", "Task") if name == "Task" else (name,)


def _secured(name: str, one: str) -> str:
    """An address is secured as a whole."""
    for prefix, whole in WHOLE.get(name, {}).items():
        if one in {f"{prefix}{part}" for part in _PARTS}:
            return whole
    return one
