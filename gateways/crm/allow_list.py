"""Which fields an action may write. What the playbook does not list is refused. Pure."""

from collections.abc import Sequence

from domain.errors import NotAuthorised, RefusalReason
from domain.model import Scalar
from domain.owners import is_queue
from domain.permissions import WritePolicy
from domain.proposals import (
    Action,
    AssignOwner,
    CloseTask,
    CreateLead,
    DeleteCreated,
    Disqualify,
    SendEmail,
    StageChange,
    UpdateFields,
)
from gateways.crm.fields import RECORD_KEY
from gateways.crm.plan import make_plan

TYPED_ONLY = frozenset({"OwnerId", "StageName"})
"""Ownership and stage have actions, and so a risk, of their own; a plain field update may not stand in for them."""

OPT_OUTS = frozenset({"HasOptedOutOfEmail", "DoNotCall"})
"""May be set, as somebody asked, and never be taken back."""

NEVER = frozenset(
    {
        *("Id", "IsDeleted", "IsConverted", "MasterRecordId", "CreatedById", "CreatedDate", "SystemModstamp"),
        *("IndividualId", "EmailBouncedReason", RECORD_KEY),
    }
)
"""Identity and the CRM's own book-keeping, whatever a playbook says."""

_OWNED = frozenset({"Lead", "Contact", "Account", "Opportunity"})


def check_actions(actions: Sequence[Action], policy: WritePolicy, *, by_policy: bool) -> None:
    """Raises `NotAuthorised` (field_not_allowed, forbidden_action, policy_key_not_allowed) for what may not be."""
    for action in actions:
        match action:
            case UpdateFields():
                _plain(action.record.object, {c.field: c.after for c in action.changes})
            case CreateLead():
                _plain("Lead", action.fields)
                if by_policy and not is_queue(action.owner_id):
                    raise NotAuthorised(RefusalReason.POLICY_KEY_NOT_ALLOWED, "a new lead belongs to the intake queue")
            case AssignOwner():
                _belongs(action.record.object, _OWNED, "OwnerId")
            case Disqualify():
                _belongs(action.record.object, frozenset({"Lead"}), "Status")
            case CloseTask():
                _belongs(action.record.object, frozenset({"Task"}), "Status")
            case StageChange():
                _belongs(action.record.object, frozenset({"Opportunity"}), "StageName")
            case DeleteCreated():
                raise NotAuthorised(RefusalReason.FORBIDDEN_ACTION, "records are only deleted by an undo")
            case _:
                pass
        _ticked_alone(action, policy, by_policy=by_policy)
    plan = make_plan(actions, "")
    for object_name, values in (
        *((change.record.object, change.values) for change in plan.changes),
        *((insert.object, insert.values) for insert in plan.inserts),
    ):
        _refuse(object_name, values.keys() - policy.allowed_fields.get(object_name, frozenset()) - {RECORD_KEY})


def _plain(object_name: str, values: dict[str, Scalar]) -> None:
    opened = {field for field in values.keys() & OPT_OUTS if values[field] is not True}
    _refuse(object_name, (values.keys() & (TYPED_ONLY | NEVER)) | opened)


def _ticked_alone(action: Action, policy: WritePolicy, *, by_policy: bool) -> None:
    """A field that is mapped as `draft` is written by an action that a person ticked, and by no other."""
    if action.opt_in and by_policy:
        raise NotAuthorised(RefusalReason.POLICY_KEY_NOT_ALLOWED, f"only a person ticks {action.key}")
    if action.opt_in or isinstance(action, SendEmail):
        return
    plan = make_plan((action,), "")
    for object_name, values in (
        *((change.record.object, change.values) for change in plan.changes),
        *((insert.object, insert.values) for insert in plan.inserts),
    ):
        drafted = values.keys() & policy.drafted_fields.get(object_name, frozenset())
        if drafted:
            raise NotAuthorised(
                RefusalReason.FIELD_NOT_ALLOWED,
                f"{', '.join(sorted(drafted))} of {object_name} is a draft, which a person ticks by itself",
            )


def _refuse(object_name: str, fields: set[str]) -> None:
    if fields:
        named = ", ".join(sorted(fields))
        raise NotAuthorised(
            RefusalReason.FIELD_NOT_ALLOWED, f"the playbook does not allow writing {named} of {object_name}"
        )


def _belongs(object_name: str, objects: frozenset[str], field: str) -> None:
    if object_name not in objects:
        raise NotAuthorised(RefusalReason.FIELD_NOT_ALLOWED, f"{field} of {object_name} is not written by this agent")
