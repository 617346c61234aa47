"""Proposals, decisions, edits, other people's edits, faults, crashes, forgeries, pauses and undos in any order, against
the real guard, writer, stores and keys and an embedded CRM.

After every step the CRM is compared with a model that knows only what people did and signed:
nothing unsigned is written, nothing approved is lost, nothing is written twice, an undo restores exactly or refuses by
name, and the audit chain verifies.

`COUNTERSIGN_TEST_EXAMPLES=300` makes it try that many runs, each twice as long.
"""

import os
import shutil
import tempfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, cast

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from domain.audit import AuditKind
from domain.decisions import KeyUse, Verdict
from domain.errors import CrmError, ErrorCode, NotAuthorised, Paused, RefusalReason
from domain.leads import Motion
from domain.permissions import Level
from domain.ports import UndoOrder
from domain.proposals import (
    Action,
    AddNote,
    CreateTask,
    FieldChange,
    ProposalContent,
    UpdateFields,
    digest_of,
    ledger_key,
)
from domain.proposals import Phase as Step
from domain.receipts import UndoOutcome, WriteOutcome, WriteOutcomeKind, WriteReceipt
from domain.undoing import UndoReason, undo_content
from gateways.crm.fields import RECORD_KEY
from persistence.database import Database
from runtime.keys import generate_key, load_signer
from tests.fakes.databases import sqlite_template
from tests.fakes.examples import opening
from tests.fakes.timed_server import timed_crm
from tests.gateways.crm.forging import store_by_force
from tests.gateways.crm.world import ORG, START, World
from tests.stateful.crashing import Crash, Mined, Trap
from tests.stateful.model import Approval, Model, Undoing

__all__ = ["sqlite_template"]

VALUES = {
    "Rating": ("Hot", "Warm", "Cold"),
    "Industry": ("Banking", "Energy", "Retail"),
    "Lead_Summary__c": ("one", "two", "three"),
}
FAULTS = ("503", "500", "429", "limit", "lock", "session", "timeout_after_commit", "drop_before_commit")
KEY_STEM = 60
"""Created records carry the first 60 characters of their write's ledger key."""

values = st.tuples(st.sampled_from(sorted(VALUES)), st.integers(0, 2))
Wanted = tuple[list[tuple[str, int]], bool, bool]
wanted: st.SearchStrategy[Wanted] = st.tuples(
    st.lists(values, max_size=2, unique_by=lambda change: change[0]), st.booleans(), st.booleans()
)
"""Field changes, whether there is a task, whether there is a note."""
faults = st.lists(st.tuples(st.sampled_from(FAULTS), st.integers(0, 1)), max_size=2)
crashes = st.one_of(st.none(), st.integers(0, 9))


def case_of(number: int) -> str:
    """Each proposal is a case of its own: several motions, or several inquiries, about one lead."""
    return f"case-{number}"


class SignedWrites(RuleBasedStateMachine):
    template: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        shutil.copy(self.template, folder / "countersign.db")
        database = Database(f"sqlite:///{folder / 'countersign.db'}")
        self.stack.callback(database.close)
        keys = folder / "keys"
        keys.mkdir(mode=0o700)
        world = self.world = World(self.stack.enter_context(timed_crm(START)), database, keys)
        self.trap = Trap()
        world.session.composite = Mined(world.session, self.trap, "composite").composite  # type: ignore[method-assign]
        world.receipts = cast(Any, Mined(world.receipts, self.trap, "put"))
        world.audit = cast(Any, Mined(world.audit, self.trap, "append"))
        self.cases = 0
        self.waiting: list[int] = []
        self.proposals: dict[int, tuple[ProposalContent, int]] = {}
        self.approvals: list[Approval] = []
        self.undoings: list[Undoing] = []
        self.restarted()

    def teardown(self) -> None:
        try:
            self.everything_approved_comes_to_a_named_end()
        finally:
            self.stack.close()

    def restarted(self) -> None:
        """A new process: nothing is remembered but what was stored."""
        self.trap.clear()
        self.world.crm.control("DELETE", "faults")
        self.writer = self.world.new_writer()

    @initialize()
    def an_open_lead(self) -> None:
        row = self.world.row(self.world.lead)
        self.model = Model(fields={name: row[name] for name in VALUES})

    # ---- what people do

    @rule(wanted=wanted)
    def propose(self, wanted: Wanted) -> None:
        """It waits while the others go on."""
        self.waiting.append(self._proposed(wanted))

    def _one_that_waits(self, data: st.DataObject, wanted: Wanted) -> int:
        """Rules make what they need, so that each can come first."""
        if not self.waiting:
            return self._proposed(wanted)
        return self.waiting.pop(data.draw(st.integers(0, len(self.waiting) - 1)))

    def _proposed(self, wanted: Wanted) -> int:
        self.cases += 1
        content = self.world.content(*self._actions(*wanted), case_id=case_of(self.cases))
        self.world.propose(content, review=False)
        now = self.world.crm.clock.now
        shown = opening(case_of(self.cases), digest=digest_of(content.to_bytes()))
        later = tuple(d.model_copy(update={"at": now + timedelta(days=30)}) for d in shown.ladder.deadlines)
        ladder = shown.ladder.model_copy(update={"deadlines": later})
        self.world.reviews.open_round(shown.model_copy(update={"org_id": ORG, "ladder": ladder, "opened_at": now}))
        self.proposals[self.cases] = (content, self.model.touches)
        return self.cases

    def _actions(self, changes: list[tuple[str, int]], task: bool, note: bool) -> list[Action]:
        made: list[Action] = []
        for name, number in changes:
            before, after = self.model.fields[name], VALUES[name][number]
            if before != after:
                change = FieldChange(field=name, before=before, after=after)
                made.append(UpdateFields(key=f"set_{name.lower()}", record=self.world.lead_ref, changes=(change,)))
        if task or not made:
            made.append(self.world.task(subject=f"Task of {self.cases}"))
        if note:
            made.append(self.world.note(subject=f"Note of {self.cases}"))
        return made

    @rule(data=st.data(), wanted=wanted, keep=st.integers(-3, 2), faults=faults, crash=crashes)
    def approve(
        self, data: st.DataObject, wanted: Wanted, keep: int, faults: list[tuple[str, int]], crash: int | None
    ) -> None:
        """As proposed, or with all ticks off but one; then the first attempt to write it."""
        number = self._one_that_waits(data, wanted)
        content, touches = self.proposals[number]
        if keep < 0:
            approval = self._approved(content, self.world.record(self.world.envelope(content)), touches)
        else:
            final = self.world.content(content.actions[keep % len(content.actions)], case_id=content.case_id)
            approval = self._approved(final, self.world.edited(content, final), touches)
        self._attempt(approval, faults, crash)

    def _approved(self, content: ProposalContent, decision_id: str, touches: int) -> Approval:
        changes = [c for a in content.actions if isinstance(a, UpdateFields) for c in a.changes]
        made = Approval(
            decision_id=decision_id,
            case_id=content.case_id,
            key=ledger_key(ORG, decision_id, Step.CRM, tuple(a.key for a in content.actions)),
            digest=digest_of(content.to_bytes()),
            expects={c.field: c.before for c in changes},
            sets={c.field: c.after for c in changes},
            creates=tuple(sorted(a.subject for a in content.actions if isinstance(a, (AddNote, CreateTask)))),
            proposed_at_touch=touches,
        )
        self.approvals.append(made)
        return made

    @rule(data=st.data(), wanted=wanted)
    def reject(self, data: st.DataObject, wanted: Wanted) -> None:
        number = self._one_that_waits(data, wanted)
        content, _ = self.proposals[number]
        decision_id = self.world.record(self.world.envelope(content, verdict=Verdict.REJECT))
        self._refused(decision_id, content.case_id, RefusalReason.NOT_AN_APPROVAL)

    @rule(data=st.data(), wanted=wanted, known=st.booleans())
    def forge(self, data: st.DataObject, wanted: Wanted, known: bool) -> None:
        """Somebody with the database in hand approves by themselves, then takes the row away again."""
        number = self._one_that_waits(data, wanted)
        self.waiting.append(number)
        content, _ = self.proposals[number]
        elsewhere = self.world.keys / "elsewhere"
        if not elsewhere.exists():
            elsewhere.mkdir(mode=0o700)
            for key_id in ("ui-1", "rogue"):
                generate_key(elsewhere, key_id, KeyUse.HUMAN, now=self.world.crm.clock.now)
        key_id = "ui-1" if known else "rogue"
        envelope = self.world.envelope(content, key_id=key_id)
        store_by_force(self.world, envelope.decision_id, load_signer(elsewhere, key_id).sign(envelope), position=9)
        reason = RefusalReason.BAD_SIGNATURE if known else RefusalReason.UNKNOWN_KEY
        try:
            self._refused(envelope.decision_id, content.case_id, reason)
        finally:
            self._take_away(envelope.decision_id)

    def _take_away(self, decision_id: str) -> None:
        from persistence.tables import DecisionRow

        with self.world.database.transaction() as session:
            session.delete(session.get(DecisionRow, decision_id))

    def _refused(self, decision_id: str, case_id: str, reason: RefusalReason) -> None:
        for attempt in (1, 2):
            assert self._refusal(decision_id, case_id, attempt) in {reason, *self._in_the_way()}

    def _refusal(self, decision_id: str, case_id: str, attempt: int) -> object:
        """By which name an order is turned away; what was written comes back as its outcome."""
        try:
            return self.writer.apply(self.world.order(decision_id, case_id=case_id, attempt=attempt)).kind
        except NotAuthorised as refused:
            return refused.reason
        except Paused as paused:
            return paused.code

    def _in_the_way(self) -> set[object]:
        """What turns even a good decision away now."""
        low = self.world.policy.levels[Motion.INBOUND] is Level.DRAFT
        found: set[object] = {RefusalReason.LEVEL_TOO_LOW} if low else set()
        return found | ({ErrorCode.PAUSED} if self.world.pause.paused(Motion.INBOUND) else set())

    @rule(what=st.sampled_from(["lead", "lead", "task of ours", "a call"]), change=values, data=st.data())
    def somebody_else_works(self, what: str, change: tuple[str, int], data: st.DataObject) -> None:
        self.world.crm.clock.forward(2)
        ours = sorted(t for t, s in self.model.tasks.items() if not s.gone)
        if what == "lead":
            name, value = change[0], VALUES[change[0]][change[1]]
            self.world.edit(self.world.lead, by=self.world.tom, **{name: value})
            self.model.fields[name] = value
        elif what == "task of ours" and ours:
            task_id = data.draw(st.sampled_from(ours))
            self.world.edit(task_id, object_name="Task", by=self.world.tom, Priority="High", Subject="Mine now")
            self.model.tasks[task_id].changed_by_hand = True
            self.model.tasks[task_id].subject = "Mine now"
            self.model.touches += 1
        elif what == "a call":
            self.world.add("Task", by=self.world.tom, Subject="Called", WhoId=self.world.lead, OwnerId=self.world.tom)
            self.model.touches += 1
        self.world.crm.clock.forward(2)

    @rule(what=st.sampled_from(["stop", "go", "go", "demote", "raise", "raise", "a minute", "an hour"]))
    def circumstances_change(self, what: str) -> None:
        if what in ("stop", "go"):
            self.world.pause.set(None, what == "stop", by="kim", now=self.world.crm.clock.now)
        elif what in ("demote", "raise"):
            self._set_level(Level.DRAFT if what == "demote" else Level.APPROVED_WRITEBACK)
        else:
            self.world.crm.clock.forward(61 if what == "a minute" else 3_600)

    def _set_level(self, level: Level) -> None:
        self.world.policy = self.world.policy.model_copy(update={"levels": {Motion.INBOUND: level}})

    # ---- what the worker does

    @rule(data=st.data(), faults=faults, crash=crashes)
    def write_again(self, data: st.DataObject, faults: list[tuple[str, int]], crash: int | None) -> None:
        """Another attempt, wanted or not: an activity may be delivered twice."""
        if self.approvals:
            self._attempt(data.draw(st.sampled_from(self.approvals)), faults, crash)

    def _attempt(self, approval: Approval, faults: list[tuple[str, int]], crash: int | None) -> None:
        self._with(faults, crash)
        outcome = self._apply(approval)
        self._notice_commits()
        if outcome is not None and not approval.settled:
            approval.settled = outcome.kind.value
        self.restarted()

    def _with(self, faults: list[tuple[str, int]], crash: int | None) -> None:
        for kind, after in faults:
            self.world.fault(kind, match="composite", after=after, delay=0)
        if crash is not None:
            self.trap.set(crash)

    def _apply(self, approval: Approval) -> WriteOutcome | None:
        """The outcome of an attempt; None where it ended without one. Whatever it says is held against the model."""
        approval.attempts += 1
        order = self.world.order(approval.decision_id, case_id=approval.case_id, attempt=approval.attempts)
        committed_before = approval.committed
        moved = self.model.moved(approval)
        touched = self.model.touches > approval.proposed_at_touch
        try:
            outcome = self.writer.apply(order)
        except (Crash, CrmError):
            return None
        except (Paused, NotAuthorised) as refused:
            name = refused.reason if isinstance(refused, NotAuthorised) else refused.code
            if name not in self._in_the_way():
                raise
            return None
        if committed_before:
            expected = WriteOutcomeKind.WRITTEN
        elif touched:
            expected = WriteOutcomeKind.HUMAN_TOUCH
        else:
            expected = WriteOutcomeKind.CONFLICT if moved else WriteOutcomeKind.WRITTEN
        assert outcome.kind is expected, (outcome, approval)
        if outcome.receipt is not None:
            assert (outcome.receipt.id, outcome.receipt.digest) == (approval.key, approval.digest)
        return outcome

    # ---- taking back

    @rule(data=st.data(), wanted=wanted, faults=faults, crash=crashes)
    def undo(self, data: st.DataObject, wanted: Wanted, faults: list[tuple[str, int]], crash: int | None) -> None:
        """Of any write, an undo among them."""
        if not self._filed():
            self.approve(data, wanted, -1, [], None)
        if not self._filed():
            return
        receipt = self.world.receipts.get(data.draw(st.sampled_from(self._filed())))
        assert receipt is not None
        try:
            order = self.world.undo_order(receipt)
        except ValueError:
            # Nothing of it can be taken back here: what an undo has deleted lies in the CRM's recycle bin.
            assert all(image.deleted or image.before == image.after for image in receipt.records)
            return
        content = undo_content(receipt, org_id=ORG, motion=Motion.INBOUND)
        key = ledger_key(ORG, order.decision_id, Step.CRM, tuple(a.key for a in content.actions))
        made = Undoing(
            order.decision_id, case_id=receipt.case_id, of=receipt.id, key=key, digest=digest_of(content.to_bytes())
        )
        self.undoings.append(made)
        self._attempt_undo(made, faults, crash)

    def _receipts(self) -> list[WriteReceipt]:
        return [r for n in range(1, self.cases + 1) for r in self.world.receipts.of_case(case_of(n))]

    def _filed(self) -> list[str]:
        return sorted(r.id for r in self._receipts())

    @rule(data=st.data(), faults=faults, crash=crashes)
    def undo_again(self, data: st.DataObject, faults: list[tuple[str, int]], crash: int | None) -> None:
        if self.undoings:
            self._attempt_undo(data.draw(st.sampled_from(self.undoings)), faults, crash)

    def _attempt_undo(self, undoing: Undoing, faults: list[tuple[str, int]], crash: int | None) -> None:
        self._with(faults, crash)
        self._take_back(undoing)
        self._notice_commits()
        self.restarted()

    def _take_back(self, undoing: Undoing) -> UndoOutcome | None:
        undoing.attempts += 1
        committed_before = undoing.committed
        values, tasks = self.model.restorable(undoing.of)
        commit = self.model.written[undoing.of]
        order = UndoOrder(
            org_id=ORG,
            case_id=undoing.case_id,
            receipt_id=undoing.of,
            decision_id=undoing.decision_id,
            motion=Motion.INBOUND,
            attempt=undoing.attempts,
            agent_version="test",
        )
        try:
            outcome = self.writer.undo(order)
        except (Crash, CrmError):
            return None
        except Paused:
            if not self._in_the_way():
                raise
            return None
        assert {r.reason for r in outcome.refusals} <= {reason.value for reason in UndoReason}
        if committed_before:
            assert outcome.receipt is not None
            assert outcome.receipt.id == undoing.key
            return outcome
        kept = {r.field for r in outcome.refusals if r.record == self.world.lead_ref}
        assert kept == {n for n, v in commit.after.items() if commit.before[n] != v} - set(values), outcome
        kept_tasks = {r.record.id for r in outcome.refusals if r.record.object == "Task"}
        assert kept_tasks >= {t for t in commit.tasks if t not in tasks and not self.model.tasks[t].gone}
        assert not kept_tasks & set(tasks)
        undoing.ended = True
        return outcome

    # ---- what must hold

    def _notice_commits(self) -> None:
        """A commit is a ledger row, whatever the writer came back with: both stand in one transaction of the CRM."""
        keys = {row["External_Key__c"] for row in self.world.ledger()}
        for approval in self.approvals:
            if approval.key in keys and not approval.committed:
                self.model.write(approval, self._tasks_of(approval.key))
        for undoing in self.undoings:
            if undoing.key in keys and not undoing.committed:
                self.model.undo(undoing)

    def _tasks_of(self, key: str) -> dict[str, str]:
        return {
            row["Id"]: row["Subject"]
            for row in self.world.rows(f"SELECT Id, Subject, {RECORD_KEY} FROM Task")
            if str(row[RECORD_KEY] or "").startswith(key[:KEY_STEM])
        }

    @invariant()
    def nothing_unsigned_is_written_and_nothing_twice(self) -> None:
        if not hasattr(self, "model"):
            return
        row = self.world.row(self.world.lead)
        assert {name: row[name] for name in VALUES} == self.model.fields
        rows = self.world.rows(f"SELECT Id, Subject, {RECORD_KEY} FROM Task")
        ours = {r["Id"]: r["Subject"] for r in rows if r[RECORD_KEY]}
        assert ours == {t: s.subject for t, s in self.model.tasks.items() if not s.gone}
        signed = {a.key: a.digest for a in self.approvals} | {u.key: u.digest for u in self.undoings}
        ledger = self.world.ledger()
        assert len({r["External_Key__c"] for r in ledger}) == len(ledger)
        assert all(signed.get(r["External_Key__c"]) == r["Digest__c"] for r in ledger)
        for approval in self.approvals:
            made = self.model.written.get(approval.key)
            if made is not None and approval.creates:
                assert len(made.tasks) == len(approval.creates)

    def everything_approved_comes_to_a_named_end(self) -> None:
        """The faults are over and writing is allowed: each approval ends by name, and none of what ended is lost."""
        if not hasattr(self, "model"):
            return
        self.restarted()
        self.world.pause.set(None, False, by="kim", now=self.world.crm.clock.now)
        self._set_level(Level.APPROVED_WRITEBACK)
        for approval in self.approvals:
            outcome = self._apply(approval)
            self._notice_commits()
            assert outcome is not None, approval
            assert (outcome.kind is WriteOutcomeKind.WRITTEN) == approval.committed
        for undoing in self.undoings:
            if not undoing.ended or undoing.committed:
                assert self._take_back(undoing) is not None
                self._notice_commits()
        self.nothing_unsigned_is_written_and_nothing_twice()
        filed = {r.id for r in self._receipts()}
        assert filed == {a.key for a in self.approvals if a.committed} | {u.key for u in self.undoings if u.committed}
        assert self.world.audit.verify() == []
        events = [e.event for e in self.world.audit.export()]
        for kind, of in ((AuditKind.WRITTEN, self.approvals), (AuditKind.UNDONE, self.undoings)):
            on_record = sorted(e.subject for e in events if e.kind is kind)
            assert on_record == sorted(x.key for x in of if x.committed)


@pytest.mark.timeout(0)
def test_signed_writes_hold_in_any_order(sqlite_template: Path) -> None:
    examples = int(os.environ.get("COUNTERSIGN_TEST_EXAMPLES", "20"))
    SignedWrites.template = sqlite_template
    run_state_machine_as_test(
        SignedWrites,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25 if examples <= 20 else 50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate,),
        ),
    )
