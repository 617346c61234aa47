"""Child processes of a local stack: started together, stopped together, and none left behind.

When do you need to touch this? When the stack gains a part, or a part must be started differently.
"""

import ctypes
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from domain.errors import DomainError, ErrorCode

STOP_SECONDS = 15.0
"""How long a part may take to stop by itself before it is killed."""


class StackError(DomainError):
    """A part of the local stack did not start or ended by itself."""

    code = ErrorCode.STORE_UNAVAILABLE


@dataclass
class Child:
    name: str
    process: "subprocess.Popen[bytes]"
    log: Path
    log_handle: IO[bytes] = field(repr=False)


class Children:
    """Starts parts with a log file each. `stop` ends them in reverse order of their start."""

    def __init__(self, log_dir: Path) -> None:
        self._log_dir = log_dir
        self._running: list[Child] = []
        log_dir.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> Child:
        """`environment` is all of it: a part inherits nothing."""
        log = self._log_dir / f"{name}.log"
        handle = log.open("ab")
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            # A Ctrl-C in the terminal reaches this process alone, which then stops the parts in order.
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509  sets one flag only
        )
        child = Child(name=name, process=process, log=log, log_handle=handle)
        self._running.append(child)
        return child

    def ended(self) -> Child | None:
        """A part that is no longer running, if there is one."""
        return next((c for c in self._running if c.process.poll() is not None), None)

    def wait_until(self, ready: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
        """Wait until `ready`. Raises `StackError` when a part ends meanwhile or the time is over."""
        deadline = time.monotonic() + seconds
        while not ready():
            self.check()
            if time.monotonic() > deadline:
                raise StackError(f"{what} did not come up within {seconds:.0f} s; see the logs in {self._log_dir}")
            time.sleep(0.1)

    def check(self) -> None:
        """Raises `StackError` naming the part that ended, with the end of its log."""
        dead = self.ended()
        if dead is not None:
            raise StackError(
                f"{dead.name} ended by itself (exit code {dead.process.returncode}); last lines of {dead.log}:\n"
                + _tail(dead.log)
            )

    def kill(self, name: str) -> None:
        """SIGKILL, as a power cut would."""
        child = next(c for c in self._running if c.name == name)
        self._running.remove(child)
        child.process.kill()
        child.process.wait()
        child.log_handle.close()

    def stop(self) -> None:
        for child in reversed(self._running):
            if child.process.poll() is None:
                child.process.send_signal(signal.SIGTERM)
                try:
                    child.process.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    child.process.kill()
                    child.process.wait()
            child.log_handle.close()
        self._running.clear()


def _tail(log: Path, lines: int = 8) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def _die_with_parent() -> None:
    """Linux: the kernel ends the part when its parent dies, even by SIGKILL (prctl PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
