"""`countersign …`: the command line. Each command is in a file of its own; this one joins them.

When do you need to touch this? When a command is added, or errors should be shown differently.
"""

import os
import sys
from collections.abc import Sequence

import typer
from rich.console import Console
from rich.markup import escape

from cli import (
    audit,
    backtest,
    cases,
    context,
    demo,
    doctor,
    evals,
    localcrm,
    pause,
    playbook,
    process,
    readiness,
    reviews,
    submit,
    undo,
)
from cli.last_resort import INTERRUPTED, UNEXPECTED, USAGE, data_dir, keep_traceback
from domain.errors import DomainError

app = typer.Typer(
    name="countersign",
    help="The AI sales agent that writes nothing to your CRM without a signature.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo.demo)
app.command("worker")(process.worker)
app.command("ui")(process.ui)
app.command("mail-sink", hidden=True)(process.mail_sink)
app.command("submit")(submit.submit)
app.command("undo")(undo.undo)
app.command("pause")(pause.pause)
app.command("resume")(pause.resume)
app.command("doctor")(doctor.doctor)
app.command("backtest")(backtest.backtest)
app.command("readiness")(readiness.readiness)
app.add_typer(localcrm.app, name="localcrm")
app.add_typer(cases.app, name="case")
app.add_typer(reviews.app, name="review")
app.add_typer(audit.app, name="audit")
app.add_typer(playbook.app, name="playbook")
app.add_typer(evals.app, name="evals")
app.add_typer(context.app, name="context")


def run() -> None:
    """Entry point of the installed command."""
    code = main(sys.argv[1:])
    sys.stdout.flush()
    sys.stderr.flush()
    # The engine's native runtime may crash the interpreter while it shuts down (sdk-python #300), after all
    # work is done; leaving directly keeps the exit code true.
    os._exit(code)


def main(arguments: Sequence[str]) -> int:
    """Run one command; its exit code.

    A named failure and a usage error are one line on standard error and 2; what nobody foresaw is one line and 70,
    with the traceback in a file. Never a traceback on the screen.
    """
    try:
        outcome = app(args=list(arguments), standalone_mode=False)
        return outcome if isinstance(outcome, int) else 0
    except DomainError as known:
        _say(known.detail or known.code.value)
        return USAGE
    except typer.Exit as done:
        return done.exit_code
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough (`… | head`). Nothing may be flushed to it any more.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123  open until the process ends
        return 0
    except Exception as wrong:  # noqa: BLE001  the last door of every command
        show = getattr(wrong, "show", None)
        if show is not None:
            # A usage error, which knows how to show itself.
            show()
            return USAGE
        _say(f"unexpected error {type(wrong).__name__}; {keep_traceback(wrong, data_dir())}")
        return UNEXPECTED


def _say(message: str) -> None:
    Console(stderr=True, soft_wrap=True).print(f"[bold red]countersign:[/] {escape(message)}", highlight=False)


if __name__ == "__main__":
    run()
