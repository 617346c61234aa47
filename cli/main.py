"""`countersign …`: the command line. Each command is in a file of its own; this one joins them.

When do you need to touch this? When a command is added, or errors should be shown differently.
"""

import logging
import os
import sys
from collections.abc import Sequence
from typing import ClassVar

import typer
from rich.console import Console
from rich.markup import escape

from cli import notes
from cli.last_resort import INTERRUPTED, UNEXPECTED, USAGE, data_dir, keep_traceback
from cli.late import Late, LateGroup
from domain.errors import DomainError


class Commands(LateGroup):
    """Every command with the line that the list shows; its module is imported when it is called."""

    late: ClassVar[dict[str, Late]] = {
        "demo": Late("cli.demo:demo", "Run everything on this machine, with a sample org."),
        "up": Late(
            "cli.up:up",
            "Run this installation on this machine: Temporal, workers, the pages.",
        ),
        "worker": Late("cli.process:worker", "Run workers until stopped."),
        "ui": Late("cli.process:ui", "Run the approval UI, which alone holds the key that signs people's decisions."),
        "mail-sink": Late("cli.process:mail_sink", "Accept e-mail and keep it in a Maildir.", hidden=True),
        "submit": Late("cli.submit:submit", "Hand in leads."),
        "undo": Late("cli.undo:undo", "Revert writes, as far as nobody has changed them since."),
        "pause": Late("cli.pause:pause", "Stop writes and e-mails within seconds."),
        "resume": Late("cli.pause:resume", "Let writes and e-mails go on."),
        "doctor": Late("cli.doctor:doctor", "Check configuration and connections."),
        "connect": Late(
            "cli.connect:connect", "Sign in to your own Salesforce, check it, decide ten of your leads read-only."
        ),
        "account": Late("cli.account:app", "Local accounts: who of the playbook's people has a password here."),
        "backtest": Late("cli.backtest:backtest", "Agreement per rule with the owners people chose."),
        "readiness": Late("cli.readiness:readiness", "Audit the connected CRM and the set-up."),
        "localcrm": Late("cli.localcrm:app", "The embedded CRM that speaks the Salesforce REST API."),
        "case": Late("cli.cases:app", "What happened to each lead."),
        "review": Late("cli.reviews:app", "The approval queue from a terminal."),
        "audit": Late("cli.audit:app", "Check and export the audit chain, and ask it about a write."),
        "migrate": Late("cli.migrate:migrate", "Bring the database's schema to this version, as its owner."),
        "keys": Late("cli.keys:app", "The keys that sign decisions: list, rotate, retire, revoke."),
        "playbook": Late("cli.playbook:app", "Check the rules, and ask what they would do."),
        "evals": Late("cli.evals:app", "Judge what the product decides and writes, from cases and corrections."),
        "bench": Late("cli.bench:app", "Measure it on this machine."),
        "context": Late("cli.context:app", "What other systems know: calls, usage, billing, support, web visits."),
    }


app = typer.Typer(
    name="countersign",
    cls=Commands,
    help="The AI sales agent that writes nothing to your CRM without a signature.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def countersign() -> None:
    """The AI sales agent that writes nothing to your CRM without a signature."""


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
    notes.beside_output(logging.WARNING)
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
