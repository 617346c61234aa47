"""What an org does by itself around a write: assignment, duplicate rule, field history, automation."""

from __future__ import annotations

from localcrm.context import Context
from localcrm.errors import ApiError, field_error
from localcrm.fields import Record, SObject, Value

AUTOMATED_USERNAME = "automated.process@localcrm.example"
_NORTH_AMERICA = frozenset({"united states", "usa", "us", "canada", "ca", "mexico", "mx"})
_ENTERPRISE_HEADCOUNT = 1000
_MATCH_RULES = {"Lead": "Standard_Lead_Match_Rule_v1_0", "Contact": "Standard_Contact_Match_Rule_v1_1"}


def assigned_owner(ctx: Context, lead: Record) -> Value:
    """The owner the active lead assignment rule gives, or None where no queue of its name exists.

    Salesforce runs the rule on every create and update that does not send `Sforce-Auto-Assign: FALSE`.
    """
    country = str(lead["Country"] or "").strip().casefold()
    headcount = lead["NumberOfEmployees"]
    if country in _NORTH_AMERICA:
        queue = "North America"
    elif isinstance(headcount, int | float) and headcount >= _ENTERPRISE_HEADCOUNT:
        queue = "Enterprise"
    else:
        queue = "Inbound queue"
    group = ctx.schema.get("Group")
    found = ctx.tx.find(group, '"Type" = \'Queue\' AND "Name" = ? AND "IsDeleted" = 0', (queue,))
    return found[0]["Id"] if found else None


def check_duplicates(ctx: Context, sobject: SObject, row: Record) -> None:
    """The standard duplicate rule: the same e-mail address on an open lead or a contact."""
    if not ctx.rules.duplicates or ctx.allow_duplicates or sobject.name not in _MATCH_RULES or not row.get("Email"):
        return
    matches: list[tuple[str, str]] = []
    for name in ("Lead", "Contact"):
        condition = '"Email" = ? AND "IsDeleted" = 0' + (' AND "IsConverted" = 0' if name == "Lead" else "")
        found = ctx.tx.find(ctx.schema.get(name), condition, (row["Email"],))
        matches += [(name, str(r["Id"])) for r in found]
    if matches:
        raise _duplicates_detected(ctx, sobject, matches)


def check_unique(ctx: Context, sobject: SObject, changes: Record, own_id: str | None) -> None:
    for field in sobject.fields:
        value = changes.get(field.name)
        if not field.unique or value is None:
            continue
        for other in ctx.tx.find(sobject, f'"{field.name}" = ? AND "IsDeleted" = 0', (value,)):
            if other["Id"] != own_id:
                raise field_error(
                    "DUPLICATE_VALUE",
                    f"duplicate value found: {field.name} duplicates value on record with id: {other['Id']}",
                )


def check_owner(ctx: Context, sobject: SObject, changes: Record) -> None:
    """A record cannot be given to someone who has left, nor to a group that is no queue."""
    owner = changes.get("OwnerId")
    if owner is None:
        return
    target = ctx.schema.of_id(str(owner))
    row = ctx.tx.fetch(target, str(owner)) if target else None
    if target is None or row is None:
        return
    if target.name == "User" and not row["IsActive"] and not ctx.rules.inactive_owners:
        raise field_error(
            "INACTIVE_OWNER_OR_USER",
            f"operation performed with inactive user [{owner}] as owner of {sobject.name.lower()}",
            "OwnerId",
        )
    if target.name == "Group" and row["Type"] != "Queue":
        raise field_error("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", "OwnerId")


def write_history(ctx: Context, sobject: SObject, before: Record | None, after: Record) -> None:
    history = ctx.schema.find(f"{sobject.name}History")
    if history is None or not sobject.tracked:
        return
    entries: list[tuple[str, Value, Value]] = []
    if before is None:
        entries.append(("created", None, None))
    else:
        for name in sorted(sobject.tracked):
            if before[name] == after[name]:
                continue
            if name == "OwnerId":
                # An owner change leaves two entries: the names, then the ids.
                entries.append(("Owner", _owner_name(ctx, before[name]), _owner_name(ctx, after[name])))
            entries.append(("Owner" if name == "OwnerId" else name, before[name], after[name]))
    for field, old, new in entries:
        ctx.tx.insert(
            history,
            {
                "Id": ctx.tx.next_id(history),
                f"{sobject.name}Id": after["Id"],
                "Field": field,
                "DataType": "EntityId" if field == "Owner" else "Text",
                "OldValue": _shown(old),
                "NewValue": _shown(new),
                "IsDeleted": False,
                "CreatedDate": ctx.stamp,
                "CreatedById": after["LastModifiedById"],
                "LastModifiedDate": ctx.stamp,
                "LastModifiedById": after["LastModifiedById"],
                "SystemModstamp": ctx.stamp,
            },
        )


def automation_changes(ctx: Context, sobject: SObject, before: Record | None, after: Record) -> Record:
    """The fields that the org's own rules rewrite after this write."""
    changes: Record = {}
    for rule in ctx.rules.automation:
        if rule.sobject != sobject.name or not (rule.on_create if before is None else rule.on_update):
            continue
        watched = rule.when_field
        if watched is None or (before or {}).get(watched) != after[watched]:
            changes.update(rule.values)
    return {name: value for name, value in changes.items() if after[name] != value}


def automated_user(ctx: Context) -> str:
    """The platform's own user, as whom flows and rules write; the caller where an org has none."""
    found = ctx.tx.find(ctx.schema.get("User"), '"Username" = ?', (AUTOMATED_USERNAME,))
    return str(found[0]["Id"]) if found else ctx.caller.user_id


def _owner_name(ctx: Context, owner: Value) -> Value:
    target = ctx.schema.of_id(str(owner)) if owner else None
    row = ctx.tx.fetch(target, str(owner)) if target else None
    return row["Name"] if row else None


def _shown(value: Value) -> Value:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)[:255]


def _duplicates_detected(ctx: Context, sobject: SObject, matches: list[tuple[str, str]]) -> ApiError:
    message = "Use one of these records?"
    by_type: dict[str, list[str]] = {}
    for name, record_id in matches:
        by_type.setdefault(name, []).append(record_id)
    result = {
        "allowSave": True,
        "duplicateRule": f"Standard_{sobject.name}_Duplicate_Rule",
        "duplicateRuleEntityType": sobject.name,
        "errorMessage": message,
        "matchResults": [
            {
                "entityType": name,
                "errors": [],
                "matchEngine": "ExactMatchEngine",
                "matchRecords": [
                    {
                        "additionalInformation": [],
                        "fieldDiffs": [],
                        "matchConfidence": 100.0,
                        "record": {"attributes": {"type": name, "url": ctx.address(name, rid)}, "Id": rid},
                    }
                    for rid in found
                ],
                "rule": _MATCH_RULES[name],
                "size": len(found),
                "success": True,
            }
            for name, found in by_type.items()
        ],
    }
    # Releases 50 and 51 misspelt the key; clients have to read both.
    key = "duplicateResut" if ctx.version in ("50.0", "51.0") else "duplicateResult"
    return ApiError(400, "DUPLICATES_DETECTED", message, fields=[], extra={key: result})
