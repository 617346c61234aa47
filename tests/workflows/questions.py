"""The store of exceptions in memory: each is resolved once, or ends without."""

import threading
from dataclasses import dataclass

from activities.messages import EndExceptionInput, ExceptionEnding, ExceptionInput, ResolutionHead, ResolutionInput
from domain.cases import Act
from domain.errors import RefusalReason
from domain.resolutions import ExceptionState


@dataclass
class Question:
    order: ExceptionInput
    state: ExceptionState = ExceptionState.OPEN
    resolution_id: str = ""
    head: ResolutionHead | None = None


class Questions:
    def __init__(self) -> None:
        self.asked: list[Question] = []
        self._lock = threading.RLock()

    def open(self, order: ExceptionInput) -> int:
        with self._lock:
            known = [n for n, q in enumerate(self.asked, 1) if (q.order.workflow_id, q.order.nth) == _key(order)]
            if not known:
                self.asked.append(Question(order))
            return known[0] if known else len(self.asked)

    def resolve(self, resolution_id: str, act: Act, *, number: int, record_id: str = "") -> bool:
        """What the page does before it tells the workflow; the first one wins."""
        with self._lock:
            question = self.asked[number - 1]
            if question.state is not ExceptionState.OPEN:
                return question.resolution_id == resolution_id
            question.state, question.resolution_id = ExceptionState.RESOLVED, resolution_id
            question.head = ResolutionHead(accepted=True, act=act, record_id=record_id)
            return True

    def take(self, order: ResolutionInput) -> ResolutionHead:
        with self._lock:
            question = self.asked[order.number - 1]
            if question.head is None or question.resolution_id != order.resolution_id:
                return ResolutionHead(accepted=False, reason=RefusalReason.UNKNOWN_DECISION)
            return question.head

    def end(self, order: EndExceptionInput) -> ExceptionEnding:
        with self._lock:
            question = self.asked[order.number - 1]
            if question.state is ExceptionState.OPEN:
                question.state = ExceptionState.SUPERSEDED if order.superseded else ExceptionState.UNRESOLVED
            return ExceptionEnding(state=question.state, resolution_id=question.resolution_id)


def _key(order: ExceptionInput) -> tuple[str, int]:
    return order.workflow_id, order.nth
