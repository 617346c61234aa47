"""`countersign pause|resume`: the stop button."""

from typing import Annotated

import typer
from rich.console import Console

from cli.api import ApiClient
from domain.leads import Motion

MotionOption = Annotated[Motion | None, typer.Option(help="One motion; all of them when left out.")]
console = Console()


def pause(motion: MotionOption = None) -> None:
    """Stop writes and e-mails within seconds. Nothing that waits is lost."""
    _set(motion, paused=True)


def resume(motion: MotionOption = None) -> None:
    """Let writes and e-mails go on."""
    _set(motion, paused=False)


def _set(motion: Motion | None, *, paused: bool) -> None:
    ApiClient.from_environment().call(
        "POST", "/api/pause", {"motion": motion.value if motion else None, "paused": paused}
    )
    what = motion.value if motion else "every motion"
    console.print(f"{what}: {'paused; writes and e-mails wait' if paused else 'resumed'}")
