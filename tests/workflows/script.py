"""What a test has the world answer to one case, and what the case asked."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from activities.messages import (
    ApplyHead,
    CaseRef,
    CreateLeadHead,
    FetchHead,
    Gate,
    MatchHead,
    ProposalHead,
    ProposeInput,
    RoutingHead,
    SurveyHead,
)
from activities.owner_messages import BreachHead, LookHead
from activities.undo_messages import StoppedUndo, UndoHead
from domain.cases import LadderStep
from domain.errors import DomainError, ErrorCode
from domain.first_touch import Standing
from domain.leads import MatchVerdict
from domain.permissions import RiskCategory
from domain.proposals import Phase
from domain.receipts import MailState, WriteOutcomeKind
from tests.workflows.arbiter import Arbiter
from tests.workflows.questions import Questions

_HOURS = (timedelta(hours=2), timedelta(hours=4), timedelta(hours=6))

T = TypeVar("T")
M = TypeVar("M", bound=CaseRef | StoppedUndo)

OWNER = "005000000000001AAA"
LEAD = "00Q000000000001AAA"
WAIT = 30.0
"""Seconds after which a test that waits for the workflow gives up. Nothing is measured by it."""

THREE_DAYS = (
    (LadderStep.REMINDER, timedelta(hours=24)),
    (LadderStep.FALLBACK, timedelta(hours=48)),
    (LadderStep.MANAGER, timedelta(hours=60)),
    (LadderStep.EXPIRY, timedelta(hours=72)),
)


class Answers(Generic[T]):
    """What a step answers: the queued answers in their order, then the usual one."""

    def __init__(self, usual: T) -> None:
        self.usual = usual
        self._next: list[T] = []

    def first(self, *answers: T) -> None:
        """Answer these first."""
        self._next.extend(answers)

    def __call__(self) -> T:
        return self._next.pop(0) if self._next else self.usual


@dataclass(frozen=True)
class Call:
    """One attempt of an activity."""

    name: str
    order: CaseRef | StoppedUndo
    attempt: int
    at: datetime
    """When the engine scheduled it, in the engine's time."""


def applied(kind: WriteOutcomeKind, *, survivor_id: str = "", owner_id: str = "") -> ApplyHead:
    """The answer of a write; a written one is given its receipt by the fake."""
    return ApplyHead(kind=kind, survivor_id=survivor_id, assigned_owner_id=owner_id)


def assigned() -> ApplyHead:
    """The answer of a write that gave the lead an owner."""
    return applied(WriteOutcomeKind.WRITTEN, owner_id=OWNER)


@dataclass
class Script:
    """One case's world. The defaults are a known lead whose proposal waits for a person and holds no e-mail."""

    case_id: str
    match: Answers[MatchHead] = field(
        default_factory=lambda: Answers(MatchHead(verdict=MatchVerdict.MATCH, lead_id=LEAD))
    )
    lead: Answers[CreateLeadHead] = field(default_factory=lambda: Answers(CreateLeadHead(digest="d0")))
    signer_refuses: str = ""
    fetch: Answers[FetchHead] = field(default_factory=lambda: Answers(FetchHead(found=True)))
    route: Answers[RoutingHead] = field(
        default_factory=lambda: Answers(RoutingHead(owner_id="005000000000001AAA", rule="territory", confidence=0.9))
    )
    assignment_proposed: bool = True
    gate: Answers[Gate] = field(default_factory=lambda: Answers(Gate.PERSON))
    risk: RiskCategory = RiskCategory.MEDIUM
    quorum: int = 1
    mirrored: bool = False
    """Whether a CRM task says the same as an exception."""
    has_mail: bool = False
    has_after_mail: bool = False
    undo_window_seconds: int = 3600
    ladder: tuple[tuple[LadderStep, timedelta], ...] = THREE_DAYS
    crm: Answers[ApplyHead] = field(default_factory=lambda: Answers(applied(WriteOutcomeKind.WRITTEN)))
    after_mail: Answers[ApplyHead] = field(default_factory=lambda: Answers(applied(WriteOutcomeKind.WRITTEN)))
    mail: Answers[MailState] = field(default_factory=lambda: Answers(MailState.ACCEPTED))
    undo: Answers[UndoHead] = field(default_factory=lambda: Answers(UndoHead(new_receipt_id="r-undo", restored=2)))
    found_undone: Answers[UndoHead] = field(default_factory=lambda: Answers(UndoHead()))
    """What the ledger holds of an undo that was cut off."""
    survey: Answers[SurveyHead] = field(
        default_factory=lambda: Answers(
            SurveyHead(head=ProposalHead(digest="", risk=RiskCategory.LOW, gate=Gate.PERSON), round=1)
        )
    )
    committed: frozenset[Phase] = frozenset()
    """The steps whose write stands in the CRM's ledger."""
    spoken: int = 0
    """How many calls and call notes of the case hold words."""
    watched: bool = True
    deadlines: tuple[timedelta, timedelta, timedelta | None] = (
        timedelta(hours=2),
        timedelta(hours=4),
        timedelta(hours=6),
    )
    """From the assignment: the first look, the SLA, and when another owner is proposed."""
    look: Answers[LookHead] = field(default_factory=lambda: Answers(LookHead(standing=Standing.UNTOUCHED)))
    place: Answers[BreachHead] = field(default_factory=lambda: Answers(BreachHead(next_round=2)))
    reassign_gate: Answers[Gate] = field(default_factory=lambda: Answers(Gate.PERSON))
    patience: tuple[tuple[LadderStep, timedelta], ...] = (
        (LadderStep.REMINDER, timedelta(hours=4)),
        (LadderStep.MANAGER, timedelta(hours=9)),
        (LadderStep.EXPIRY, timedelta(hours=27)),
    )
    """The ladder of an exception."""
    questions: Questions = field(default_factory=Questions)
    inquiries: int = 1
    """How many the store knows of, whether or not the workflow was told."""
    arbiter: Arbiter = field(default_factory=Arbiter)
    before: dict[str, Callable[[], None]] = field(default_factory=dict)
    """What happens in the world just before a step, once, by the step's name."""

    def __post_init__(self) -> None:
        self.calls: list[Call] = []
        self._failures: dict[str, list[ErrorCode]] = {}
        self._held: dict[str, threading.Event] = {}
        self._changed = threading.Condition()

    def fail(self, name: str, code: ErrorCode, *, times: int = 1) -> None:
        """Let the next attempts of a step fail."""
        self._failures.setdefault(name, []).extend([code] * times)

    def hold(self, name: str) -> None:
        """Let a step hang until it is released."""
        self._held[name] = threading.Event()

    def release(self, name: str) -> None:
        self._held[name].set()

    def release_all(self) -> None:
        """At the end of a test, so that no thread is left hanging."""
        for held in self._held.values():
            held.set()

    def enter(self, call: Call) -> None:
        """What every fake does first: put the call on record, then hang, interfere or fail as scripted."""
        with self._changed:
            self.calls.append(call)
            self._changed.notify_all()
        if call.name in self._held:
            self._held[call.name].wait(WAIT)
        interfere = self.before.pop(call.name, None)
        if interfere is not None:
            interfere()
        failures = self._failures.get(call.name)
        if failures:
            raise DomainError("scripted", code=failures.pop(0))

    def names(self) -> list[str]:
        """The steps in the order in which they were asked for."""
        return [call.name for call in self.calls]

    def orders(self, name: str, kind: type[M]) -> list[M]:
        """What a step was asked, attempt by attempt."""
        return [call.order for call in self.calls if call.name == name and isinstance(call.order, kind)]

    async def until_called(self, name: str, times: int = 1) -> None:
        """Wait until a step was begun that often."""
        await self.until(lambda: self.names().count(name) >= times, f"{name} to be called {times} times")

    async def until_proposed(self, round: int) -> None:
        """Wait until the proposal of a round was begun; the wait for a person follows."""
        await self.until(
            lambda: any(order.round == round for order in self.orders("propose", ProposeInput)),
            f"a proposal of round {round}",
        )

    async def until(self, met: Callable[[], bool], what: str) -> None:
        """Wait until something holds that a step brings about."""
        if not await asyncio.to_thread(self._wait_for, met):
            raise AssertionError(f"waited in vain for {what}; calls: {self.names()}")

    def _wait_for(self, met: Callable[[], bool]) -> bool:
        with self._changed:
            return self._changed.wait_for(met, WAIT)

    def changed(self) -> None:
        """Something outside the calls has changed: whoever waits looks again."""
        with self._changed:
            self._changed.notify_all()
