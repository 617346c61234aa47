"""The receipts of a case as its page shows them: what each write changed, and where its undo stands."""

from dataclasses import dataclass

from approval_ui.dependencies import UiDependencies
from approval_ui.reading import people_of, undo_states
from approval_ui.views.names import kind_of, looks_like_an_id, names_of
from approval_ui.views.wording import REFUSAL, UNDO_STAGE, field_label, value_text
from domain.decisions import Purpose
from domain.model import Scalar
from domain.receipts import RecordImage, WriteReceipt
from domain.undoing import ON_ITS_WAY, UNDO_SENTENCES, UndoReason, UndoReport, UndoStage, UndoState
from persistence.queue import DecisionItem


@dataclass(frozen=True)
class Line:
    """`ids` are the CRM's own names of what before and after mention."""

    field: str
    before: str
    after: str
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReceiptView:
    receipt: WriteReceipt
    records: tuple[tuple[str, tuple[Line, ...]], ...]
    side_effects: tuple[str, ...]
    undo: UndoState
    paused: bool
    kept: tuple[str, ...]
    """What an undo left as it is, each with its reason."""
    reviewer: str

    @property
    def short(self) -> str:
        return self.receipt.id[:12]

    @property
    def undone(self) -> bool:
        return self.undo.stage is UndoStage.DONE

    @property
    def in_part(self) -> bool:
        return self.undo.stage is UndoStage.IN_PART

    @property
    def waiting(self) -> bool:
        return self.undo.stage in ON_ITS_WAY

    @property
    def stopped(self) -> bool:
        """Ops ended its undo; the signature stands, and carrying it out can be started again."""
        return self.undo.stage is UndoStage.STOPPED

    @property
    def undo_said(self) -> str:
        """Where its undo stands, in a few words; empty where none was asked for."""
        if self.waiting and self.paused:
            return "Undo signed; it waits until writing is resumed"
        return UNDO_STAGE[self.undo.stage]


def receipts_of(deps: UiDependencies, case_id: str) -> tuple[ReceiptView, ...]:
    receipts = deps.receipts.of_case(case_id)
    motion = deps.cases.get(case_id).motion
    states, paused = undo_states(deps), deps.pause.paused(motion)
    decisions = {d.decision_id: d for d in deps.queue.decisions_of(case_id)}
    people = people_of(deps)
    names = names_of(deps, case_id)
    undos = {receipt.id: states.of(receipt, motion, receipts) for receipt in receipts}
    return tuple(
        ReceiptView(
            receipt=receipt,
            undo=undos[receipt.id],
            paused=paused,
            kept=_kept(undos[receipt.id], receipt, names),
            records=tuple(
                (
                    _record(image, names),
                    tuple(
                        _line(name, image.before.get(name), value, names)
                        for name, value in image.after.items()
                        if name != _OUR_MARK and (image.created or image.before.get(name) != value)
                    ),
                )
                for image in receipt.records
            ),
            side_effects=tuple(
                f"{field_label(s.field)}: sent {value_text(s.sent)}, found {value_text(s.found)}"
                for s in receipt.side_effects
            ),
            reviewer=_signer(decisions.get(receipt.decision_id), people),
        )
        for receipt in receipts
    )


_OUR_MARK = "Agent_Write_Key__c"
"""Ties a created record to its ledger row; it says nothing to a reader."""


def _line(field: str, before: Scalar, after: Scalar, names: dict[str, str]) -> Line:
    """Records by their names; the id itself stands folded beside."""
    ids = tuple(str(v) for v in (before, after) if looks_like_an_id(v))
    return Line(field_label(field), _named(before, names), _named(after, names), ids)


def _named(value: Scalar, names: dict[str, str]) -> str:
    if isinstance(value, str) and looks_like_an_id(value):
        return names.get(value) or kind_of(value)
    return value_text(value)


def _kept(state: UndoState, receipt: WriteReceipt, names: dict[str, str]) -> tuple[str, ...]:
    """`Owner of Lead Marta Ruiz: Somebody changed this after the write; their value stays.`"""
    called = {image.record: _record(image, names) for image in receipt.records}
    lines = [f"Refused: {REFUSAL.get(state.code, state.code.replace('_', ' '))}."] if state.code else []
    for refusal in state.refusals:
        record = called.get(refusal.record) or refusal.record.object
        what = f"{field_label(refusal.field)} of {record}" if refusal.field else record
        lines.append(f"{what}: {UNDO_SENTENCES[UndoReason(refusal.reason)]}")
    return tuple(lines)


def _record(image: RecordImage, names: dict[str, str]) -> str:
    """`Lead Marta Ruiz`, `Created Task`."""
    done = "Created " if image.created else "Removed " if image.deleted else ""
    subject = image.after.get("Subject") if image.created else None
    called = names.get(image.record.id, "") or (subject if isinstance(subject, str) else "")
    return f"{done}{image.record.object}" + (f" {called}" if called else "")


def _signer(decision: DecisionItem | None, people: dict[str, str]) -> str:
    if decision is None or decision.purpose is Purpose.POLICY_WRITE:
        return "policy"
    return people.get(decision.reviewer, decision.reviewer)


def told_of_undo(report: UndoReport) -> str:
    """The fields and records that stayed, by their reasons; empty where all came back."""
    if report.code:
        return REFUSAL.get(report.code, report.code.replace("_", " "))
    stayed: dict[str, list[str]] = {}
    for refusal in report.refusals:
        what = field_label(refusal.field) if refusal.field else f"the {refusal.record.object.lower()}"
        stayed.setdefault(UNDO_SENTENCES[UndoReason(refusal.reason)], []).append(what)
    return " · ".join(f"{', '.join(whats)}: {sentence}" for sentence, whats in stayed.items())
