"""What the agent proposes: typed actions, their inverses, and the values they rest on.

The bytes are the contract. `ProposalContent.to_bytes` is called once, when a proposal or its edited form
is made; from then on the stored bytes are hashed first and parsed afterwards. A later release may add a
field with a default to any model here and waiting approvals still verify.
"""

import hashlib
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, Literal

import rfc8785
from pydantic import Field, ValidationError

from domain.errors import DomainError, ErrorCode
from domain.leads import Motion, RecordRef
from domain.model import Scalar, Value

SCHEMA = 1
_EXACT = 2**53 - 1
"""Beyond it doubles are no longer next to each other."""


class Phase(StrEnum):
    """The steps of a writeback, in order. Fields that claim contact wait until the mail was accepted."""

    CRM = "crm"
    MAIL = "mail"
    AFTER_MAIL = "after_mail"


class FieldChange(Value):
    field: str
    before: Scalar
    after: Scalar
    evidence: tuple[str, ...] = ()


class _ActionBase(Value):
    key: str = Field(min_length=1, max_length=40, pattern=r"^[a-z0-9_]+$")
    """Names the action within its proposal; a reviewer's tick refers to it."""
    evidence: tuple[str, ...] = ()
    after_mail: bool = False
    """True where the action claims contact and so waits for the e-mail."""
    opt_in: bool = False
    """True where nobody's signature covers it unless they tick it: it writes a field that is mapped as `draft`."""


class CreateLead(_ActionBase):
    """A person who is not in the CRM yet. Sent fields only; owned by the intake queue."""

    kind: Literal["create_lead"] = "create_lead"
    fields: dict[str, Scalar]
    owner_id: str


class UpdateFields(_ActionBase):
    kind: Literal["update_fields"] = "update_fields"
    record: RecordRef
    changes: tuple[FieldChange, ...] = Field(min_length=1)


class AssignOwner(_ActionBase):
    kind: Literal["assign_owner"] = "assign_owner"
    record: RecordRef
    before_owner_id: str
    after_owner_id: str
    first_assignment: bool = False
    """True when the record leaves a queue for its first human owner."""
    strategic: bool = False


class CreateTask(_ActionBase):
    """`who_id` is a lead or contact; `what_id` (account, opportunity) may not go with a lead."""

    kind: Literal["create_task"] = "create_task"
    subject: str = Field(min_length=1, max_length=255)
    description: str = Field(default="", max_length=32_000)
    owner_id: str
    due_date: str = ""
    """ISO date, or empty."""
    priority: str = "Normal"
    who_id: str = ""
    what_id: str = ""


class AddNote(_ActionBase):
    """A remark on the record's timeline, kept as a completed task."""

    kind: Literal["add_note"] = "add_note"
    subject: str = Field(min_length=1, max_length=255)
    body: str = Field(default="", max_length=32_000)
    owner_id: str
    who_id: str = ""
    what_id: str = ""


class SendEmail(_ActionBase):
    """Exactly what the recipient gets: `body`, a blank line, `footer`."""

    kind: Literal["send_email"] = "send_email"
    to_address: str
    to_name: str = ""
    from_name: str
    from_address: str
    subject: str = Field(min_length=1, max_length=255)
    body: str = Field(min_length=1, max_length=32_000)
    footer: str
    language: str = "en"


class Disqualify(_ActionBase):
    kind: Literal["disqualify"] = "disqualify"
    record: RecordRef
    before_status: str
    after_status: str
    reason_code: str


SetByStage = Literal["ForecastCategoryName", "Probability"]
"""What the CRM sets when a stage changes, unless it is sent along."""


class StageChange(_ActionBase):
    """`before_along`: what stood beside the stage, which the new one brings its own for. It is not written, so it
    comes back with the stage; what is not given here is lost."""

    kind: Literal["stage_change"] = "stage_change"
    record: RecordRef
    before_stage: str
    after_stage: str
    before_along: dict[SetByStage, Scalar] = {}

    @property
    def before(self) -> dict[str, Scalar]:
        return {"StageName": self.before_stage} | {str(field): value for field, value in self.before_along.items()}


class MergeRequest(_ActionBase):
    """REST cannot merge: it becomes a task for a person, naming both records and the proposed survivor."""

    kind: Literal["merge_request"] = "merge_request"
    survivor: RecordRef
    duplicate: RecordRef
    owner_id: str
    subject: str = Field(min_length=1, max_length=255)
    description: str = Field(default="", max_length=32_000)


class CloseTask(_ActionBase):
    """Completes a task that this product made about the same case; nobody else's, and only while it is as made."""

    kind: Literal["close_task"] = "close_task"
    record: RecordRef
    before_status: str
    after_status: str


class DeleteCreated(_ActionBase):
    """Takes back a record that this product created. Made by undo only, never proposed."""

    kind: Literal["delete_created"] = "delete_created"
    record: RecordRef


Action = Annotated[
    CreateLead
    | UpdateFields
    | AssignOwner
    | CreateTask
    | AddNote
    | SendEmail
    | Disqualify
    | StageChange
    | MergeRequest
    | CloseTask
    | DeleteCreated,
    Field(discriminator="kind"),
]


def cited_by(action: Action) -> tuple[str, ...]:
    """The ids of the evidence that it rests on as a whole, then of what each of its values rests on."""
    changes = action.changes if isinstance(action, UpdateFields) else ()
    return tuple(dict.fromkeys((*action.evidence, *(name for change in changes for name in change.evidence))))


class RestoreFields(Value):
    """Set these fields back to these values."""

    kind: Literal["restore_fields"] = "restore_fields"
    action_key: str
    record: RecordRef
    values: dict[str, Scalar]


class RemoveCreated(Value):
    """Move what the action created to the recycle bin."""

    kind: Literal["remove_created"] = "remove_created"
    action_key: str
    object: str


class NoInverse(Value):
    """Cannot be taken back, and why."""

    kind: Literal["no_inverse"] = "no_inverse"
    action_key: str
    reason: str


Inverse = Annotated[RestoreFields | RemoveCreated | NoInverse, Field(discriminator="kind")]


def inverse_of(action: Action) -> Inverse:
    """How the action is taken back, or why it cannot be."""
    match action:
        case UpdateFields():
            return RestoreFields(
                action_key=action.key, record=action.record, values={c.field: c.before for c in action.changes}
            )
        case AssignOwner():
            return RestoreFields(
                action_key=action.key, record=action.record, values={"OwnerId": action.before_owner_id}
            )
        case Disqualify() | CloseTask():
            return RestoreFields(action_key=action.key, record=action.record, values={"Status": action.before_status})
        case StageChange():
            return RestoreFields(action_key=action.key, record=action.record, values=action.before)
        case CreateLead():
            return RemoveCreated(action_key=action.key, object="Lead")
        case CreateTask() | AddNote() | MergeRequest():
            return RemoveCreated(action_key=action.key, object="Task")
        case SendEmail():
            return NoInverse(action_key=action.key, reason="an accepted e-mail cannot be called back")
        case DeleteCreated():
            return NoInverse(action_key=action.key, reason="the record stays in the CRM's recycle bin for 15 days")


class ExpectedValue(Value):
    """A value that the proposal rests on. `decisive` ones decide whether to act although they are not touched."""

    record: RecordRef
    field: str
    value: Scalar
    decisive: bool = False


class ProposalContent(Value):
    """What a signature covers. Nothing else about a proposal is signed, and nothing less."""

    schema_number: int = SCHEMA
    org_id: str
    case_id: str
    round: int
    motion: Motion
    actions: tuple[Action, ...] = Field(min_length=1)
    inverses: tuple[Inverse, ...]
    expected: tuple[ExpectedValue, ...] = ()

    def to_bytes(self) -> bytes:
        """Canonical JSON (RFC 8785). Call once, store, and hash the stored bytes from then on."""
        return canonical(self.model_dump(mode="json"))

    def action(self, key: str) -> Action | None:
        return next((a for a in self.actions if a.key == key), None)

    @property
    def mail(self) -> SendEmail | None:
        return next((a for a in self.actions if isinstance(a, SendEmail)), None)


def make_content(
    *,
    org_id: str,
    case_id: str,
    round: int,
    motion: Motion,
    actions: tuple[Action, ...],
    expected: tuple[ExpectedValue, ...],
) -> ProposalContent:
    """A content whose inverses follow from its actions. Keys must be distinct; at most one e-mail."""
    actions = tuple(_inert(a) for a in actions)
    keys = [a.key for a in actions]
    if len(set(keys)) != len(keys):
        raise ValueError("two actions share a key")
    if sum(isinstance(a, SendEmail) for a in actions) > 1:
        raise ValueError("a proposal holds at most one e-mail")
    return ProposalContent(
        org_id=org_id,
        case_id=case_id,
        round=round,
        motion=motion,
        actions=actions,
        inverses=tuple(inverse_of(a) for a in actions),
        expected=expected,
    )


def _inert(action: Action) -> Action:
    """The same action with nothing in its texts that a composite request would resolve.

    Salesforce replaces `@{reference.field}` anywhere in a subrequest's body, so a lead who writes one would
    have the CRM fill in a value of its choice. Done before signing: what is shown is what is written.
    """
    if "@{" not in action.model_dump_json():
        return action
    return type(action).model_validate(_with_leaves(action.model_dump(), _without_reference))


def _without_reference(leaf: Any) -> Any:
    return leaf.replace("@{", "@ {") if isinstance(leaf, str) else leaf


def canonical(value: Any) -> bytes:
    """Canonical JSON (RFC 8785), whose numbers are doubles: a large amount comes back from it as a whole number."""
    return rfc8785.dumps(_with_leaves(value, _as_double))


def _as_double(leaf: Any) -> Any:
    whole = isinstance(leaf, int) and not isinstance(leaf, bool)
    return float(leaf) if whole and abs(leaf) > _EXACT else leaf


def _with_leaves(value: Any, change: Callable[[Any], Any]) -> Any:
    """The same document, with every value that holds no others changed."""
    if isinstance(value, dict):
        return {k: _with_leaves(v, change) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_with_leaves(v, change) for v in value)
    return change(value)


def digest_of(stored: bytes) -> str:
    """SHA-256 of the stored bytes, in hex."""
    return hashlib.sha256(stored).hexdigest()


def parse_content(stored: bytes, digest: str) -> ProposalContent:
    """Hash first, parse afterwards. Raises `DomainError` (document_missing) where the bytes are not those."""
    if digest_of(stored) != digest:
        raise DomainError("stored proposal bytes do not have the digest", code=ErrorCode.DOCUMENT_MISSING)
    try:
        content = ProposalContent.model_validate_json(stored)
    except ValidationError as broken:
        raise DomainError(str(broken), code=ErrorCode.DOCUMENT_MISSING) from None
    if content.schema_number != SCHEMA:
        # The same names may mean something else there.
        raise DomainError(
            f"the proposal has schema {content.schema_number}; this release reads {SCHEMA}",
            code=ErrorCode.DOCUMENT_MISSING,
        )
    return content


def ledger_key(org_id: str, decision_id: str, phase: Phase, action_keys: tuple[str, ...]) -> str:
    """The unique external id of one atomic write: SHA-256 over org, decision and action set, in hex."""
    parts = "\n".join((org_id, decision_id, phase.value, *sorted(action_keys)))
    return hashlib.sha256(parts.encode()).hexdigest()


def phase_of(action: Action) -> Phase:
    if isinstance(action, SendEmail):
        return Phase.MAIL
    return Phase.AFTER_MAIL if action.after_mail else Phase.CRM


def in_phase(content: ProposalContent, phase: Phase) -> tuple[Action, ...]:
    return tuple(a for a in content.actions if phase_of(a) is phase)
