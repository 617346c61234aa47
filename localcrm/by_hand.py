"""What only a person can do in a real org's screens: convert a lead, merge two, take one out of the bin."""

from __future__ import annotations

from dataclasses import replace

from localcrm import rows
from localcrm.context import Access, Context
from localcrm.errors import ApiError
from localcrm.fields import Record, SObject
from localcrm.objects.automation import AUTOMATION, TOOLING

_CONVERTED_STATUS = "Closed - Converted"


def convert_lead(ctx: Context, record_id: str) -> dict[str, str]:
    """Gives the lead an account, a contact and an opportunity, as the Convert button does; its activities go there."""
    ctx = _as_person(ctx)
    leads = ctx.schema.get("Lead")
    lead = rows.live(ctx, leads, rows.record_id_of(leads, record_id))
    if lead["IsConverted"]:
        raise ApiError(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    owner = lead["OwnerId"] if str(lead["OwnerId"]).startswith("005") else ctx.caller.user_id
    accounts = ctx.schema.get("Account")
    known = ctx.tx.find(accounts, '"Name" = ? AND "IsDeleted" = 0', (lead["Company"],))
    account_id = (
        str(known[0]["Id"])
        if known
        else rows.create(ctx, accounts, {"Name": lead["Company"], "OwnerId": owner, "Website": lead["Website"]})
    )
    person = {name: lead[name] for name in ("FirstName", "LastName", "Email", "Phone", "Title")}
    contact_id = rows.create(ctx, ctx.schema.get("Contact"), {**person, "AccountId": account_id, "OwnerId": owner})
    opportunity_id = rows.create(
        ctx,
        ctx.schema.get("Opportunity"),
        {
            "Name": f"{lead['Company']} -"[:120],
            "AccountId": account_id,
            "ContactId": contact_id,
            "OwnerId": owner,
            "StageName": "Prospecting",
            "CloseDate": ctx.now.date().isoformat(),
        },
    )
    for name in ("Task", "Event"):
        activities = ctx.schema.get(name)
        for row in ctx.tx.find(activities, '"WhoId" = ?', (lead["Id"],)):
            ctx.tx.update(
                activities, str(row["Id"]), {"WhoId": contact_id, "WhatId": opportunity_id, "AccountId": account_id}
            )
    ctx.tx.update(
        leads,
        str(lead["Id"]),
        {
            "IsConverted": True,
            "Status": _CONVERTED_STATUS,
            "OwnerId": owner,
            "ConvertedAccountId": account_id,
            "ConvertedContactId": contact_id,
            "ConvertedOpportunityId": opportunity_id,
            "ConvertedDate": ctx.now.date().isoformat(),
            **_modified(ctx),
        },
    )
    return {"accountId": account_id, "contactId": contact_id, "opportunityId": opportunity_id}


def merge(ctx: Context, sobject: SObject, loser_id: str, survivor_id: str) -> None:
    """The loser goes to the bin with MasterRecordId; its activities and e-mails move to the survivor."""
    ctx = _as_person(ctx)
    loser, survivor = rows.record_id_of(sobject, loser_id), rows.record_id_of(sobject, survivor_id)
    if loser == survivor:
        raise ApiError(400, "INVALID_ID_FIELD", "a record cannot be merged with itself")
    rows.live(ctx, sobject, survivor)
    for relation in ctx.schema.children(sobject):
        if not relation.name.endswith("Histories"):
            for row in ctx.tx.find(relation.child, f'"{relation.field.name}" = ?', (loser,)):
                ctx.tx.update(relation.child, str(row["Id"]), {relation.field.name: survivor})
    rows.delete(ctx, sobject, loser, survivor=survivor)
    ctx.tx.update(sobject, survivor, _modified(ctx))


def undelete(ctx: Context, sobject: SObject, record_id: str) -> None:
    record_id = rows.record_id_of(sobject, record_id)
    if ctx.tx.fetch(sobject, record_id) is None:
        raise ApiError(404, "NOT_FOUND", "The requested resource does not exist")
    ctx.tx.update(sobject, record_id, {"IsDeleted": False, **_modified(ctx)})


def edit(ctx: Context, sobject: SObject, record_id: str, changes: Record) -> None:
    """A person's own change in the screens, with no conditions and no assignment rule."""
    rows.update(_as_person(ctx), sobject, rows.record_id_of(sobject, record_id), changes)


def add(ctx: Context, sobject: SObject, values: Record) -> str:
    """A row that a person creates in the screens; what the API only describes, an administrator makes in set-up."""
    if sobject in (*AUTOMATION, *TOOLING):
        sobject = replace(sobject, createable=True)
    return rows.create(_as_person(ctx), sobject, values)


def _as_person(ctx: Context) -> Context:
    caller = replace(ctx.caller, access=Access.READ_WRITE)
    return replace(ctx, caller=caller, auto_assign=False, allow_duplicates=True, lock=False)


def _modified(ctx: Context) -> Record:
    return {
        "LastModifiedDate": ctx.stamp,
        "LastModifiedById": ctx.caller.user_id,
        "SystemModstamp": ctx.stamp,
    }
