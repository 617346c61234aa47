"""Values the platform works out itself: full names, stage outcomes, task completion, activity dates."""

from __future__ import annotations

from localcrm.errors import field_error
from localcrm.fields import Record, SObject, Value
from localcrm.objects.activity import TASK_CLOSED
from localcrm.objects.sales import STAGES
from localcrm.schema import Schema
from localcrm.stamps import parse_stamp
from localcrm.store import Transaction

_STAGES = {stage.name: stage for stage in STAGES}


def complete(tx: Transaction, schema: Schema, sobject: SObject, row: Record, asked: Record, now: str) -> Record:
    """The derived changes for a whole new `row`, of which `asked` were set by the caller."""
    match sobject.name:
        case "Lead" | "Contact" | "User" | "Individual":
            return {"Name": " ".join(str(row[n]) for n in ("FirstName", "LastName") if row[n])}
        case "Opportunity":
            return _opportunity(row, asked, now)
        case "Task":
            return {**_related_account(tx, schema, row), **_task(row, now)}
        case "Event":
            start = parse_stamp(str(row["StartDateTime"]))
            day = start.date().isoformat() if start else None
            return {**_related_account(tx, schema, row), "ActivityDate": day}
        case "Group" if not row["DeveloperName"]:
            return {"DeveloperName": "".join(ch if ch.isalnum() else "_" for ch in str(row["Name"]))}
        case "Agent_Write__c" if not row["Name"]:
            return {"Name": f"AW-{str(row['Id'])[3:15].lstrip('Lc0') or '0'}"}
        case _:
            return {}


def touch_activity(tx: Transaction, schema: Schema, activity: Record) -> None:
    """A finished task or an event dates the last activity of its person and record.

    The platform does this without moving their SystemModstamp, so a client's condition still holds.
    """
    day = activity.get("ActivityDate")
    if day is None or activity.get("IsClosed") is False:
        return
    for name in ("WhoId", "WhatId", "AccountId"):
        record_id = activity.get(name)
        target = schema.of_id(str(record_id)) if record_id else None
        row = tx.fetch(target, str(record_id)) if target else None
        if target is None or row is None:
            continue
        if row["LastActivityDate"] is None or str(row["LastActivityDate"]) < str(day):
            tx.update(target, str(record_id), {"LastActivityDate": day})


def _opportunity(row: Record, asked: Record, now: str) -> Record:
    stage = _STAGES[str(row["StageName"])]
    changes: Record = {"IsClosed": stage.closed, "IsWon": stage.won}
    if "StageName" in asked:
        changes["LastStageChangeDate"] = now
        if asked.get("Probability") is None:
            changes["Probability"] = float(stage.probability)
        if asked.get("ForecastCategoryName") is None:
            changes["ForecastCategoryName"] = stage.forecast
    return changes


def _task(row: Record, now: str) -> Record:
    closed = row["Status"] == TASK_CLOSED
    finished: Value = (row["CompletedDateTime"] or now) if closed else None
    return {"IsClosed": closed, "CompletedDateTime": finished}


def _related_account(tx: Transaction, schema: Schema, row: Record) -> Record:
    who, what = row["WhoId"], row["WhatId"]
    if who and what and str(who).startswith("00Q"):
        raise field_error(
            "FIELD_INTEGRITY_EXCEPTION", "Related To ID: a task or event of a lead cannot have a WhatId", "WhatId"
        )
    for record_id in (what, who):
        target = schema.of_id(str(record_id)) if record_id else None
        if target is None:
            continue
        if target.name == "Account":
            return {"AccountId": record_id}
        parent = tx.fetch(target, str(record_id))
        if parent is not None and parent.get("AccountId"):
            return {"AccountId": parent["AccountId"]}
    return {"AccountId": None}
