"""Taking a write back: what nobody changed since is restored, the rest is refused by name."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import get_args

from domain.audit import AuditEvent, AuditKind
from domain.decisions import Purpose
from domain.errors import CrmError, ErrorCode
from domain.leads import CrmRecord, RecordRef
from domain.model import Scalar
from domain.ports import AuditLog, Receipts, UndoOrder
from domain.proposals import DeleteCreated, FieldChange, Phase, ProposalContent, SetByStage, UpdateFields
from domain.receipts import RecordImage, UndoOutcome, UndoRefusal, WriteReceipt
from domain.undo_batches import Ahead
from domain.undoing import UndoReason
from gateways.crm.allow_list import OPT_OUTS
from gateways.crm.atomic import AlreadyWritten, AtomicWrite, ChangedMeanwhile, Committed, CrmSaysNo, KeptFromUs
from gateways.crm.client import SalesforceSession
from gateways.crm.guard import AuthorisedUndo, WriteGuard
from gateways.crm.ledger import LedgerEntry
from gateways.crm.live import Live, LiveReader
from gateways.crm.noted import noted
from gateways.crm.plan import Change, Plan, make_plan
from gateways.crm.replay import Replay
from gateways.crm.values import same_value

_NOTHING_AHEAD = Ahead()

ROUNDS = 2
"""Records that change while they are restored are judged anew once; then the next attempt tries."""


_STAGE = frozenset({"StageName", *get_args(SetByStage)})
"""Of a deal these come back together."""

Kept = tuple[RecordRef, str]
"""A record and its field, or the record itself where the field is empty, that stays as it is."""


@dataclass(frozen=True)
class Reversal:
    """What can be taken back now, and what not."""

    plan: Plan
    refusals: tuple[UndoRefusal, ...]


class Undoer:
    """Carries out signed undos. Thread-safe."""

    def __init__(
        self,
        session: SalesforceSession,
        guard: WriteGuard,
        *,
        receipts: Receipts,
        audit: AuditLog,
        reader: LiveReader,
    ) -> None:
        self._guard = guard
        self._receipts = receipts
        self._audit = audit
        self._reader = reader
        self._atomic = AtomicWrite(session)
        self._replay = Replay(session)

    @noted
    def undo(self, order: UndoOrder) -> UndoOutcome:
        """See `CrmWriter.undo`."""
        undo = self._guard.authorise_undo(order)
        filed = self._receipts.get(undo.ledger_key)
        if filed is not None:
            return self._named(undo, self._done(order, undo, filed))
        if order.attempt > 1:
            committed = self._find(undo)
            if committed is not None:
                return self._named(undo, self._file(order, undo, committed, replayed=True))
        withheld: set[Kept] = set()
        tries = 0
        while tries < ROUNDS:
            live = self._live(undo)
            if live.ledger is not None and (overlapping := self._find(undo)) is not None:
                return self._named(undo, self._file(order, undo, overlapping, replayed=True))
            reversal = self._reversal(undo, live, withheld)
            if reversal.plan.empty:
                return UndoOutcome(refusals=reversal.refusals, side_effects_left=undo.receipt.side_effects)
            self._guard.still_running(order)
            try:
                committed = self._atomic.run(reversal.plan, live.records, _entry(order, undo), undo.content)
            except ChangedMeanwhile:
                tries += 1
                continue
            except AlreadyWritten:
                tries += 1
                earlier = self._find(undo)
                if earlier is None:
                    continue
                return self._named(undo, self._file(order, undo, earlier, replayed=True))
            except (CrmSaysNo, KeptFromUs) as no:
                more = _newly_kept(reversal, no, withheld)
                if not more:
                    return UndoOutcome(refusals=_all_refused(undo), side_effects_left=undo.receipt.side_effects)
                # The rest of it is tried without what the CRM's own rules keep.
                withheld |= more
                continue
            outcome = self._file(order, undo, committed, replayed=False)
            return outcome.model_copy(update={"refusals": reversal.refusals})
        raise CrmError("the records keep changing while they are restored", code=ErrorCode.CRM_CONFLICT)

    @noted
    def find(self, order: UndoOrder) -> UndoOutcome | None:
        """See `CrmWriter.find_undone`."""
        undo = self._guard.authorise_undo(order)
        filed = self._receipts.get(undo.ledger_key)
        if filed is not None:
            return self._done(order, undo, filed)
        committed = self._find(undo)
        return None if committed is None else self._file(order, undo, committed, replayed=True)

    def _reversal(self, undo: AuthorisedUndo, live: Live, withheld: AbstractSet[Kept]) -> Reversal:
        reversal = reversal_of(
            undo.content,
            undo.receipt,
            live,
            later=done_since(self._receipts, undo.receipt),
            before=taken_back(self._receipts, undo.receipt),
        )
        return _without(reversal, withheld) if withheld else reversal

    def _named(self, undo: AuthorisedUndo, outcome: UndoOutcome) -> UndoOutcome:
        """The ledger tells what an earlier attempt left out, and not why: the records do. What is still as we wrote it,
        the CRM had refused."""
        if not outcome.refusals:
            return outcome
        now = self._reversal(undo, self._live(undo), frozenset())
        reasons = {(refusal.record, refusal.field): refusal.reason for refusal in now.refusals}
        reasons |= {(c.record, f): UndoReason.REFUSED_BY_CRM.value for c in now.plan.changes for f in c.values}
        reasons |= {(delete.record, ""): UndoReason.REFUSED_BY_CRM.value for delete in now.plan.deletes}
        named = (r.model_copy(update={"reason": reasons.get((r.record, r.field), r.reason)}) for r in outcome.refusals)
        return outcome.model_copy(update={"refusals": tuple(named)})

    def _live(self, undo: AuthorisedUndo) -> Live:
        changing = [a.record.id for a in undo.content.actions if isinstance(a, (UpdateFields, DeleteCreated))]
        return self._reader.read_settled(
            fields_of(undo.receipt),
            changing,
            ledger_key=undo.ledger_key,
            since=undo.receipt.written_at.replace(microsecond=0),
            with_consents=False,
        )

    def _find(self, undo: AuthorisedUndo) -> Committed | None:
        plan = make_plan(undo.content.actions, undo.ledger_key)
        return self._replay.find(plan, undo.ledger_key, undo.envelope.final_digest)

    def _file(self, order: UndoOrder, undo: AuthorisedUndo, committed: Committed, *, replayed: bool) -> UndoOutcome:
        receipt = WriteReceipt(
            id=undo.ledger_key,
            case_id=order.case_id,
            round=undo.receipt.round,
            decision_id=order.decision_id,
            purpose=Purpose.UNDO,
            phase=Phase.CRM,
            digest=undo.envelope.final_digest,
            agent_version=order.agent_version or undo.receipt.agent_version,
            ledger_record_id=committed.ledger_id,
            records=committed.images,
            side_effects=committed.side_effects,
            written_at=committed.at,
            replayed=replayed,
            undoes=undo.receipt.id,
        )
        self._receipts.put(receipt)
        return self._done(order, undo, receipt)

    def _done(self, order: UndoOrder, undo: AuthorisedUndo, receipt: WriteReceipt) -> UndoOutcome:
        """The audit entry is made again for a filed receipt: a crash may have come between the two."""
        self._audit.append(
            AuditEvent(
                key=f"write/{receipt.id}/undone",
                kind=AuditKind.UNDONE,
                org_id=order.org_id,
                case_id=order.case_id,
                actor=undo.envelope.reviewer,
                subject=receipt.id,
                digest=receipt.digest,
                agent_version=receipt.agent_version,
                code=undo.receipt.id,
                at=receipt.written_at,
            )
        )
        return outcome_of(undo, receipt)


def reversal_of(
    content: ProposalContent,
    receipt: WriteReceipt,
    live: Live,
    *,
    later: Sequence[RecordImage] = (),
    before: Sequence[RecordImage] = (),
    ahead: Ahead = _NOTHING_AHEAD,
) -> Reversal:
    """The part of a signed undo that nobody's later work stands against. Pure.

    `later` is what this product itself did since: it is nobody's work. `before` is what another undo has taken back
    of the same write. `ahead` is what will have been taken back by then, for a forecast. Tasks are deleted before
    leads, which would take them along.
    """
    images = {image.record: image for image in receipt.records}
    ours = {image.record.id for image in receipt.records if image.created}
    changes: list[Change] = []
    deletes: list[DeleteCreated] = []
    refusals = [_refused(i.record, UndoReason.CANNOT_UNDELETE) for i in receipt.records if i.deleted]
    gone_before = {image.record for image in before if image.deleted}
    for action in content.actions:
        if isinstance(action, DeleteCreated):
            reason = _why_keep(images[action.record], live, ours, later, ahead)
            if reason is UndoReason.RECORD_DELETED and action.record in gone_before:
                reason = UndoReason.TAKEN_BACK_ALREADY
            if reason is None:
                deletes.append(action)
            else:
                refusals.append(_refused(action.record, reason))
        elif isinstance(action, UpdateFields):
            change, kept = _restorable(action, images[action.record], live.records.get(action.record.id), before)
            changes += [change] if change is not None else []
            refusals += kept
    deletes.sort(key=lambda action: action.record.object == "Lead")
    return Reversal(plan=Plan(changes=tuple(changes), deletes=tuple(deletes)), refusals=tuple(refusals))


def outcome_of(undo: AuthorisedUndo, receipt: WriteReceipt) -> UndoOutcome:
    """What a filed undo came to. What it left out, somebody had changed."""
    done = {image.record: image for image in receipt.records}
    refusals = [_refused(i.record, UndoReason.CANNOT_UNDELETE) for i in undo.receipt.records if i.deleted]
    for action in undo.content.actions:
        if isinstance(action, DeleteCreated) and action.record not in done:
            refusals.append(_refused(action.record, UndoReason.USED_SINCE))
        elif isinstance(action, UpdateFields):
            restored = done[action.record].intended if action.record in done else {}
            refusals += [
                _refused(action.record, UndoReason.CHANGED_SINCE, c.field)
                for c in action.changes
                if c.field not in restored
            ]
    return UndoOutcome(
        receipt=receipt,
        restored=tuple(done),
        refusals=tuple(refusals),
        side_effects_left=undo.receipt.side_effects,
    )


def _restorable(
    action: UpdateFields, image: RecordImage, found: CrmRecord | None, before: Sequence[RecordImage]
) -> tuple[Change | None, list[UndoRefusal]]:
    gone = _gone(found)
    if gone is not None or found is None:
        reason = gone or UndoReason.RECORD_DELETED
        return None, [_refused(action.record, reason, change.field) for change in action.changes]
    done = {f: value for image in before if image.record == action.record for f, value in image.after.items()}
    judged = {c.field: _why_stays(c, image, found, done) for c in action.changes}
    reasons = {field: reason for field, reason in judged.items() if reason is not None}
    if action.record.object == "Opportunity" and reasons.keys() & _STAGE:
        # A stage without what stood beside it would get its own; that without the stage would stand beside another.
        reasons = {**{c.field: UndoReason.ONLY_TOGETHER for c in action.changes if c.field in _STAGE}, **reasons}
    kept = [_refused(action.record, reasons[c.field], c.field) for c in action.changes if c.field in reasons]
    mine = [c for c in action.changes if c.field not in reasons]
    if not mine:
        return None, kept
    change = Change(
        record=action.record,
        values={c.field: c.after for c in mine},
        expected={c.field: c.before for c in mine},
        action_keys=(action.key,),
    )
    return change, kept


def _why_stays(
    change: FieldChange, image: RecordImage, found: CrmRecord, done: Mapping[str, Scalar]
) -> UndoReason | None:
    """Why a field is not restored."""
    now = found.fields.get(change.field)
    if not same_value(change.before, now):
        taken = change.field in done and same_value(done[change.field], now)
        return UndoReason.TAKEN_BACK_ALREADY if taken else UndoReason.CHANGED_SINCE
    if change.field in OPT_OUTS and change.before is True:
        return UndoReason.OPT_OUT_STAYS
    # What a composite call cannot carry was spelled apart for the signature: that is not the old value.
    return UndoReason.REFUSED_BY_CRM if change.after != image.before.get(change.field) else None


def _why_keep(
    image: RecordImage, live: Live, ours: set[str], later: Sequence[RecordImage], ahead: Ahead
) -> UndoReason | None:
    """Why a record that we created is not deleted."""
    found = live.records.get(image.record.id)
    gone = _gone(found)
    if gone is not None or found is None:
        return gone or UndoReason.RECORD_DELETED
    if not _only_ours(image, found, later) or any(
        not same_value(value, found.fields.get(field)) for field, value in image.after.items()
    ):
        return UndoReason.CHANGED_SINCE
    used = live.worked_with.get(image.record.id, frozenset()) - ours - ahead.deleted
    return UndoReason.USED_SINCE if used else None


def _only_ours(image: RecordImage, found: CrmRecord, later: Sequence[RecordImage]) -> bool:
    """Whether nobody else changed it since: each write of this product met the record as its last one had left it."""
    at = image.modified_at
    for other in sorted((o for o in later if o.record == image.record), key=lambda o: o.modified_at):
        if other.modified_before is None or other.modified_before > at:
            break
        at = other.modified_at
    return found.modified_at <= at


def done_since(receipts: Receipts, receipt: WriteReceipt) -> tuple[RecordImage, ...]:
    """What this product did after that write in the same case, undos included."""
    return tuple(
        image
        for other in receipts.of_case(receipt.case_id)
        if other.id != receipt.id and other.written_at >= receipt.written_at
        for image in other.records
    )


def taken_back(receipts: Receipts, receipt: WriteReceipt) -> tuple[RecordImage, ...]:
    """What an undo of that very write has done before, as where two people asked for it in two ways."""
    others = (other for other in receipts.of_case(receipt.case_id) if other.undoes == receipt.id)
    return tuple(image for other in others for image in other.records)


def _newly_kept(reversal: Reversal, no: CrmSaysNo | KeptFromUs, withheld: AbstractSet[Kept]) -> set[Kept]:
    """What has to be left out beside what is withheld already; empty where the CRM does not say.

    Raises `KeptFromUs` where nothing would be left: that is for ops, who give the right, and then it is asked anew.
    """
    fields = no.fields if isinstance(no, CrmSaysNo) else ()
    more = _refused_parts(reversal.plan, no.record, fields) - withheld
    if isinstance(no, KeptFromUs) and _without(reversal, withheld | more).plan.empty:
        raise no
    return more


def _refused_parts(plan: Plan, record: RecordRef | None, fields: Sequence[str] = ()) -> set[Kept]:
    """What of the plan the CRM refuses; empty where it does not say."""
    for change in plan.changes:
        if change.record == record:
            named = change.values.keys() & (_STAGE.union(fields) if "StageName" in fields else fields)
            return {(record, f) for f in named or change.values}
    return {(delete.record, "") for delete in plan.deletes if delete.record == record}


def _without(reversal: Reversal, withheld: AbstractSet[Kept]) -> Reversal:
    changes = []
    for change in reversal.plan.changes:
        values = {f: value for f, value in change.values.items() if (change.record, f) not in withheld}
        if values:
            changes.append(change.model_copy(update={"values": values}))
    deletes = tuple(d for d in reversal.plan.deletes if (d.record, "") not in withheld)
    kept = [_refused(r, UndoReason.REFUSED_BY_CRM, f) for r, f in sorted(withheld, key=lambda k: (k[0].id, k[1]))]
    return Reversal(plan=Plan(changes=tuple(changes), deletes=deletes), refusals=(*reversal.refusals, *kept))


def fields_of(receipt: WriteReceipt) -> dict[RecordRef, frozenset[str]]:
    return {image.record: frozenset(image.after) for image in receipt.records if not image.deleted}


def _gone(found: CrmRecord | None) -> UndoReason | None:
    if found is None:
        return UndoReason.RECORD_DELETED
    if found.flag("IsDeleted"):
        return UndoReason.RECORD_MERGED if found.text("MasterRecordId") else UndoReason.RECORD_DELETED
    return UndoReason.RECORD_CONVERTED if found.flag("IsConverted") else None


def _all_refused(undo: AuthorisedUndo) -> tuple[UndoRefusal, ...]:
    return tuple(_refused(image.record, UndoReason.REFUSED_BY_CRM) for image in undo.receipt.records)


def _refused(record: RecordRef, reason: UndoReason, field: str = "") -> UndoRefusal:
    return UndoRefusal(record=record, field=field, reason=reason.value)


def _entry(order: UndoOrder, undo: AuthorisedUndo) -> LedgerEntry:
    return LedgerEntry(
        key=undo.ledger_key,
        digest=undo.envelope.final_digest,
        decision_id=order.decision_id,
        case_id=order.case_id,
        agent_version=order.agent_version,
        approvers=(undo.envelope.reviewer,),
        kind="undo",
    )
