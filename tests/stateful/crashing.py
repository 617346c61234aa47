"""A process that dies at a chosen place: between any two of the things that a write does."""

from collections.abc import Callable
from typing import Any


class Crash(BaseException):
    """What nobody catches, as with SIGKILL: no handler runs, and what was done stays done."""


class Trap:
    """Springs at the n-th place that is passed after it was set."""

    def __init__(self) -> None:
        self._left: int | None = None

    def set(self, places: int) -> None:
        self._left = places

    def clear(self) -> None:
        self._left = None

    def pass_by(self) -> None:
        if self._left is None:
            return
        if self._left == 0:
            self._left = None
            raise Crash
        self._left -= 1


class Mined:
    """A port whose named calls may be the last thing that the process does: right before them, or right after."""

    def __init__(self, port: Any, trap: Trap, *calls: str) -> None:
        self._port = port
        self._trap = trap
        self._calls = frozenset(calls)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        return self._around(found) if name in self._calls else found

    def _around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def mined(*given: Any, **named: Any) -> Any:
            self._trap.pass_by()
            answer = call(*given, **named)
            self._trap.pass_by()
            return answer

        return mined
