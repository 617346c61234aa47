"""A local stack in the foreground of a terminal: Ctrl-C stops every part, and a part that dies ends the stack by name.

When do you need to touch this? When a command that runs a stack should end in another way.
"""

import signal
import time
from collections.abc import Callable
from types import FrameType

from rich.console import Console
from rich.markup import escape

from cli.children import StackError
from cli.stack import LocalStack

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Stopped(Exception):
    """Somebody wants it to end."""


def in_foreground(stack: LocalStack, run: Callable[[], int], console: Console, *, stopped: int = 0) -> int:
    """Do `run`, which starts the stack, and stop every part however it ends.

    The exit code: what `run` says, `stopped` where somebody ended it, 2 where a part ended by itself.
    """
    # Whom nohup started stays when the terminal goes.
    heard = [n for n in _ENDING if n is not signal.SIGHUP or signal.getsignal(n) is not signal.SIG_IGN]
    before = {number: signal.signal(number, _stop) for number in heard}
    try:
        return run()
    except StackError as ended:
        # Said before the rest is stopped, which takes a while.
        console.print(f"\n[red]{escape(ended.detail)}[/]\nStopping the rest …")
        return 2
    except _Stopped:
        console.print("\nStopping …")
        return stopped
    finally:
        for number in heard:
            signal.signal(number, signal.SIG_IGN)
        stack.stop()
        for number, handler in before.items():
            signal.signal(number, handler)


def until_stopped(stack: LocalStack) -> int:
    """Watch over the parts. Raises `StackError` when one ends."""
    while True:
        time.sleep(1)
        stack.check()


def _stop(number: int, frame: FrameType | None) -> None:
    raise _Stopped
