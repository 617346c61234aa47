"""A workflow engine that remembers what it was told, and can be switched off."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from approval_ui.ports import AuditRun, AuditState, Delivery, EngineUnavailable
from domain.cases import Case
from domain.undo_batches import Reach


@dataclass
class FakeTemporal:
    """`TemporalGateway` with state to assert on. `down` makes every call fail as out of reach."""

    down: bool = False
    answer: Delivery = field(default_factory=lambda: Delivery(accepted=True))
    started: list[str] = field(default_factory=list)
    joined: list[tuple[str, int]] = field(default_factory=list)
    decisions: list[tuple[str, int, str]] = field(default_factory=list)
    resolutions: list[tuple[str, int, str]] = field(default_factory=list)
    undos: list[tuple[str, str, str]] = field(default_factory=list)
    undone_by: list[str] = field(default_factory=list)
    """The agent version of each undo, single ones and batches."""
    undo: Callable[[str], None] = lambda _decision_id: None
    """What the workers do about one undo."""
    undo_batches: list[tuple[str, bool]] = field(default_factory=list)
    """The batches that were started, and whether as a dry run."""
    undone_before: list[dict[Reach, int]] = field(default_factory=list)
    """What was said to be done when each batch was started."""
    carry_out: Callable[[str, bool], None] = lambda _batch_id, _dry_run: None
    """What the workers do about a batch."""
    stopped: list[str] = field(default_factory=list)
    audit: AuditRun = field(default_factory=AuditRun)
    audits_started: int = 0
    told: threading.Event = field(default_factory=threading.Event)
    """Set once a decision has arrived."""

    def _reach(self) -> None:
        if self.down:
            raise EngineUnavailable

    async def start_case(self, case: Case) -> None:
        self._reach()
        self.started.append(case.case_id)

    async def join_case(self, case: Case, inquiry_number: int) -> None:
        self._reach()
        self.joined.append((case.case_id, inquiry_number))

    async def deliver_decision(self, case: Case, round: int, decision_id: str) -> Delivery:
        self._reach()
        self.decisions.append((case.case_id, round, decision_id))
        self.told.set()
        return self.answer

    async def deliver_resolution(self, workflow_id: str, number: int, resolution_id: str) -> Delivery:
        self._reach()
        self.resolutions.append((workflow_id, number, resolution_id))
        return self.answer

    async def start_undo(self, case: Case, receipt_id: str, decision_id: str, *, agent_version: str) -> str:
        self._reach()
        self.undos.append((case.case_id, receipt_id, decision_id))
        self.undone_by.append(agent_version)
        self.undo(decision_id)
        return f"undo/{decision_id}"

    async def start_undo_batch(
        self, batch_id: str, *, total: int, dry_run: bool, agent_version: str, so_far: Mapping[Reach, int]
    ) -> None:
        self._reach()
        self.undone_before.append(dict(so_far))
        self.undone_by.append(agent_version)
        self.undo_batches.append((batch_id, dry_run))
        self.carry_out(batch_id, dry_run)

    async def start_audit(self) -> None:
        self._reach()
        self.audits_started += self.audit.state is not AuditState.RUNNING
        self.audit = AuditRun(state=AuditState.RUNNING)

    async def audit_run(self) -> AuditRun:
        self._reach()
        return self.audit

    async def stop_mail(self, case: Case) -> None:
        self._reach()
        self.stopped.append(case.case_id)
