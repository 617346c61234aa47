"""Proof of what was written, as read back, so that it can be explained and taken back."""

from enum import StrEnum

from domain.decisions import Purpose
from domain.leads import RecordRef
from domain.model import Instant, Scalar, Value
from domain.proposals import Phase


class RecordImage(Value):
    """One record of a write. `before` is empty for created records; `after` is as read back."""

    record: RecordRef
    created: bool = False
    deleted: bool = False
    action_keys: tuple[str, ...]
    before: dict[str, Scalar] = {}
    after: dict[str, Scalar] = {}
    intended: dict[str, Scalar] = {}
    modified_before: Instant | None = None
    """When the record had changed last before this write; None where nobody knows (created, or found again later)."""
    modified_at: Instant


class SideEffect(Value):
    """A field that the org's own automation set to something else than what was sent."""

    record: RecordRef
    field: str
    sent: Scalar
    found: Scalar


class WriteReceipt(Value):
    """One atomic CRM write. `id` is its ledger key, so a write and its receipt can never be two."""

    id: str
    case_id: str
    round: int
    decision_id: str
    purpose: Purpose
    phase: Phase
    digest: str
    agent_version: str
    ledger_record_id: str
    records: tuple[RecordImage, ...]
    side_effects: tuple[SideEffect, ...] = ()
    written_at: Instant
    replayed: bool = False
    """True when an earlier attempt had already committed and this one only found its ledger row."""
    undoes: str = ""
    """The id of the receipt that this write took back."""


class WriteOutcomeKind(StrEnum):
    WRITTEN = "written"
    NOTHING_TO_WRITE = "nothing_to_write"
    CONFLICT = "conflict"
    DELETED = "deleted"
    CONVERTED = "converted"
    MERGED = "merged"
    REASSIGNED = "reassigned"
    """Somebody gave the record to another owner."""
    HUMAN_TOUCH = "human_touch"
    OPTED_OUT = "opted_out"
    REFUSED_BY_CRM = "refused_by_crm"


class Moved(Value):
    """A value that is no longer what the proposal expected."""

    record: RecordRef
    field: str
    expected: Scalar
    found: Scalar


class WriteOutcome(Value):
    """What an attempt to write came to. Everything but `written` wrote nothing at all."""

    kind: WriteOutcomeKind
    receipt: WriteReceipt | None = None
    moved: tuple[Moved, ...] = ()
    survivor_id: str = ""
    refused_fields: tuple[str, ...] = ()
    message: str = ""


class UndoRefusal(Value):
    """Why one field or record was not taken back."""

    record: RecordRef
    field: str
    reason: str


class UndoOutcome(Value):
    receipt: WriteReceipt | None = None
    restored: tuple[RecordRef, ...] = ()
    refusals: tuple[UndoRefusal, ...] = ()
    side_effects_left: tuple[SideEffect, ...] = ()


class MailState(StrEnum):
    """At most once: from `sending` there is no way back to sending again."""

    INTENDED = "intended"
    SENDING = "sending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    STOPPED = "stopped"
    UNKNOWN = "delivery_unknown"
