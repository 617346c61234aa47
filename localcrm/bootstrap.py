"""What every org has from its first day: itself, its platform users, its value sets, its hours."""

from __future__ import annotations

from localcrm.fields import Record, SObject, Value
from localcrm.objects.sales import LEAD_STATUSES, STAGES
from localcrm.org_rules import AUTOMATED_USERNAME
from localcrm.schema import Schema
from localcrm.store import Transaction


def ensure_org(tx: Transaction, schema: Schema, now: str) -> str:
    """Creates what is missing; returns the id of the platform's own user."""
    user = ensure_user(tx, schema, AUTOMATED_USERNAME, "Automated Process", now, user_type="AutomatedProcess")
    if not tx.find(schema.get("Organization"), "1"):
        _insert(
            tx,
            schema.get("Organization"),
            {
                "Name": "Local CRM",
                "OrganizationType": "Developer Edition",
                "IsSandbox": True,
                "InstanceName": "LOCAL",
                "DefaultLocaleSidKey": "en_GB",
                "LanguageLocaleKey": "en_US",
                "TimeZoneSidKey": "Europe/Madrid",
            },
            user,
            now,
        )
    ensure_value_sets(tx, schema, user, now)
    ensure_rules(tx, schema, user, now)
    return user


def ensure_value_sets(tx: Transaction, schema: Schema, user: str, now: str) -> None:
    statuses, stages = schema.get("LeadStatus"), schema.get("OpportunityStage")
    if not tx.find(statuses, "1"):
        for order, name in enumerate(LEAD_STATUSES, start=1):
            values: Record = {"MasterLabel": name, "ApiName": name, "SortOrder": order}
            values |= {"IsDefault": order == 1, "IsConverted": name == "Closed - Converted"}
            _insert(tx, statuses, values, user, now)
    if not tx.find(stages, "1"):
        for order, stage in enumerate(STAGES, start=1):
            values = {"MasterLabel": stage.name, "ApiName": stage.name, "SortOrder": order, "IsActive": True}
            values |= {"DefaultProbability": float(stage.probability), "ForecastCategoryName": stage.forecast}
            values |= {"IsClosed": stage.closed, "IsWon": stage.won}
            _insert(tx, stages, values, user, now)
    if not tx.find(schema.get("BusinessHours"), "1"):
        hours: Record = {"Name": "Default", "IsActive": True, "IsDefault": True, "TimeZoneSidKey": "Europe/Madrid"}
        for weekday in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"):
            hours |= {f"{weekday}StartTime": "09:00:00.000Z", f"{weekday}EndTime": "18:00:00.000Z"}
        _insert(tx, schema.get("BusinessHours"), hours, user, now)


def ensure_rules(tx: Transaction, schema: Schema, user: str, now: str) -> None:
    """The rules that `org_rules` runs, as the org tells about them; and the objects that rules can stand on."""
    if not tx.find(schema.get("EntityDefinition"), "1"):
        for name in (o.name for o in schema if o.createable):
            entity: Record = {"QualifiedApiName": name, "DeveloperName": name.removesuffix("__c")}
            _insert(tx, schema.get("EntityDefinition"), entity, user, now)
    if not tx.find(schema.get("AssignmentRule"), "1"):
        rule: Record = {"Name": "Standard lead assignment", "SobjectType": "Lead", "Active": True}
        _insert(tx, schema.get("AssignmentRule"), rule, user, now)
    if not tx.find(schema.get("DuplicateRule"), "1"):
        for name in ("Contact", "Lead"):
            label = f"Standard {name} Duplicate Rule"
            rule = {"DeveloperName": label.replace(" ", "_"), "MasterLabel": label}
            _insert(tx, schema.get("DuplicateRule"), {**rule, "SobjectType": name, "IsActive": True}, user, now)


def switch_rules(tx: Transaction, schema: Schema, *, assignment: bool, duplicates: bool) -> None:
    """Tell what is switched on as it is."""
    for name, field, on in (("AssignmentRule", "Active", assignment), ("DuplicateRule", "IsActive", duplicates)):
        for row in tx.find(schema.get(name), "1"):
            tx.update(schema.get(name), str(row["Id"]), {field: on})


def ensure_user(
    tx: Transaction, schema: Schema, username: str, last_name: str, now: str, *, user_type: str = "Standard"
) -> str:
    users = schema.get("User")
    found = tx.find(users, '"Username" = ?', (username,))
    if found:
        return str(found[0]["Id"])
    values: Record = {
        "Username": username,
        "LastName": last_name,
        "Name": last_name,
        "Alias": last_name.lower().replace(" ", "")[:8],
        "Email": username,
        "IsActive": True,
        "UserType": user_type,
        "TimeZoneSidKey": "Europe/Madrid",
    }
    return _insert(tx, users, values, None, now)


def _insert(tx: Transaction, sobject: SObject, values: Record, user: Value, now: str) -> str:
    record_id = tx.next_id(sobject)
    row: Record = {f.name: f.default for f in sobject.fields} | values
    row |= {
        "Id": record_id,
        "IsDeleted": False,
        "CreatedById": user or record_id,
        "LastModifiedById": user or record_id,
    }
    row |= {"CreatedDate": now, "LastModifiedDate": now, "SystemModstamp": now}
    tx.insert(sobject, row)
    return record_id
