"""A batch of undos in memory: what each write comes to, and what the workflow asked."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from activities.undo_messages import (
    StoppedUndo,
    UndoBatchRef,
    UndoHead,
    UndoItemFailed,
    UndoItemHead,
    UndoItemInput,
    UndoItems,
    UndoLookHead,
)
from domain.errors import DomainError, ErrorCode
from domain.undo_batches import BatchState, Reach

WAIT = 30.0


@dataclass
class ScriptedBatch:
    """`writes` says, newest first, what becomes of each: a reach, or the error that ends its step."""

    writes: Sequence[Reach | ErrorCode]
    outages: int = 0
    """How many attempts meet a CRM that is away."""
    held: int | None = None
    """The write whose undo hangs until `go_on` is set."""
    go_on: threading.Event = field(default_factory=threading.Event)
    reached: threading.Event = field(default_factory=threading.Event)
    """Set once the held write was begun."""
    asked: list[int] = field(default_factory=list)
    """Numbers of the undos as they were asked for, attempt by attempt."""
    done: dict[int, Reach | str] = field(default_factory=dict)
    looked: int = 0
    ended: BatchState | None = None
    hold_look: bool = False
    """Whether the look hangs until `go_on` is set."""
    turn: threading.Condition = field(default_factory=threading.Condition)
    stopped: list[StoppedUndo] = field(default_factory=list)
    """What was noted as stopped."""
    looked_up: list[int] = field(default_factory=list)
    """Numbers of the undos that the ledger was asked about."""

    def waited(self, attempts: int) -> None:
        """Return once undos were asked for that often."""
        with self.turn:
            assert self.turn.wait_for(lambda: len(self.asked) >= attempts, WAIT)

    def look(self, order: UndoBatchRef) -> UndoLookHead:
        if self.hold_look:
            self.reached.set()
            self.go_on.wait(WAIT)
        page = [w for w in self.writes[self.looked : self.looked + order.limit] if isinstance(w, Reach)]
        self.looked += len(page)
        return UndoLookHead(
            looked=len(page),
            clear=page.count(Reach.ALL),
            in_part=page.count(Reach.IN_PART),
            nothing=page.count(Reach.NOTHING),
            left=self.looked < len(self.writes),
        )

    def next(self, order: UndoBatchRef) -> UndoItems:
        left = [n for n in range(len(self.writes)) if n not in self.done][: order.limit]
        return UndoItems(
            items=tuple(
                UndoItemInput(
                    batch_id=order.batch_id,
                    org_id=order.org_id,
                    case_id=f"case-{n}",
                    number=n,
                    receipt_id=f"r-{n}",
                    decision_id=f"d-{n}",
                )
                for n in left
            )
        )

    def undo(self, order: UndoItemInput) -> UndoItemHead:
        with self.turn:
            self.asked.append(order.number)
            self.turn.notify_all()
        if order.number == self.held:
            self.reached.set()
            self.go_on.wait(WAIT)
        if self.outages:
            self.outages -= 1
            raise DomainError(code=ErrorCode.CRM_UNAVAILABLE)
        comes_to = self.writes[order.number]
        if isinstance(comes_to, ErrorCode):
            raise DomainError(code=comes_to)
        self.done[order.number] = comes_to
        return UndoItemHead(reach=comes_to)

    def find(self, order: StoppedUndo) -> UndoHead:
        self.looked_up.append(order.number)
        return UndoHead(new_receipt_id=f"r-undo-{order.number}", restored=1)

    def give_up(self, order: UndoItemFailed) -> None:
        self.done[order.number] = order.code
