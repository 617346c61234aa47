"""Which fields an action may write. What is not listed is refused. Pure."""

from typing import assert_never

from domain.errors import NotAuthorised, RefusalReason
from domain.leads import RecordRef
from domain.owners import is_queue
from domain.permissions import WritePolicy
from domain.proposals import (
    Action,
    AddNote,
    AssignOwner,
    CreateLead,
    CreateTask,
    DeleteCreated,
    Disqualify,
    MergeRequest,
    SendEmail,
    StageChange,
    UpdateFields,
)

INTAKE_FIELDS = frozenset(
    {
        *("FirstName", "LastName", "Company", "Title", "Email", "Phone", "Website", "Country", "LeadSource"),
        *("Description", "Status"),
    }
)
"""What a new lead may hold beside the playbook's list: what the person sent, and how it came in."""

TYPED_ONLY = frozenset({"OwnerId", "StageName"})
"""Ownership and stage have actions, and so a risk, of their own; a plain field update may not stand in for them."""

NEVER = frozenset(
    {
        *("Id", "IsDeleted", "IsConverted", "MasterRecordId", "CreatedById", "CreatedDate", "SystemModstamp"),
        *("HasOptedOutOfEmail", "DoNotCall", "IndividualId", "EmailBouncedReason", "Agent_Write_Key__c"),
    }
)
"""Consent and the CRM's own book-keeping, whatever a playbook says."""

_OWNED = frozenset({"Lead", "Contact", "Account", "Opportunity"})


def check_action(action: Action, policy: WritePolicy, *, by_policy: bool) -> None:
    """Raises `NotAuthorised` (field_not_allowed, forbidden_action) where the action writes what it may not."""
    match action:
        case UpdateFields():
            allowed = policy.allowed_fields.get(action.record.object, frozenset()) - TYPED_ONLY - NEVER
            _only(action.record.object, {c.field for c in action.changes}, allowed)
        case CreateLead():
            allowed = policy.allowed_fields.get("Lead", frozenset()) | INTAKE_FIELDS
            _only("Lead", set(action.fields), allowed - TYPED_ONLY - NEVER)
            if by_policy and not is_queue(action.owner_id):
                raise NotAuthorised(RefusalReason.POLICY_KEY_NOT_ALLOWED, "a new lead belongs to the intake queue")
        case AssignOwner():
            _on(action.record, _OWNED, "OwnerId")
        case Disqualify():
            _on(action.record, frozenset({"Lead"}), "Status")
        case StageChange():
            _on(action.record, frozenset({"Opportunity"}), "StageName")
        case CreateTask() | AddNote() | MergeRequest() | SendEmail():
            return
        case DeleteCreated():
            raise NotAuthorised(RefusalReason.FORBIDDEN_ACTION, "records are only deleted by an undo")
        case _:
            assert_never(action)


def _only(object_name: str, fields: set[str], allowed: frozenset[str]) -> None:
    refused = sorted(fields - allowed)
    if refused:
        raise NotAuthorised(
            RefusalReason.FIELD_NOT_ALLOWED,
            f"the playbook does not allow writing {', '.join(refused)} of {object_name}",
        )


def _on(record: RecordRef, objects: frozenset[str], field: str) -> None:
    if record.object not in objects:
        raise NotAuthorised(RefusalReason.FIELD_NOT_ALLOWED, f"{field} of {record.object} is not written by this agent")
