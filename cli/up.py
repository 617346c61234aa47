"""`countersign up`: this installation on one machine, against the org and the playbook that it is configured for.

When do you need to touch this? When something else would make a started stack useless, and should be said before.
"""

import asyncio
import webbrowser
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from cli.doors import who_can_sign_in
from cli.foreground import in_foreground, until_stopped
from cli.next_steps import next_step_told
from cli.org_check import OrgCheck, check_org
from cli.own_stack import OwnStack
from domain.errors import InputError
from domain.organisation import OrgKind
from domain.permissions import Level, may
from domain.playbook import Playbook
from persistence.database import opened
from persistence.users import SqlUsers
from runtime.clock import SystemClock
from runtime.engine import EngineUnreachable, connect
from runtime.playbook_files import load_playbook
from runtime.settings import EVERY_GROUP, PREFIX, CrmSettings, PollSettings, UiSettings, load
from workers.signing_in import own_org

console = Console()


def up(
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the approval page.")] = False,
) -> int:
    """Run this installation on this machine: Temporal, workers, the pages.

    Where no mail server is set, e-mail is kept here and sent to nobody. No sample data is made. TEMPORAL_ADDRESS names
    another Temporal, COUNTERSIGN_SMTP_HOST a mail server. Ctrl-C stops every part; the next run goes on with the data.
    """
    stack = OwnStack()
    playbook = load_playbook(stack.playbook)
    with console.status("Looking whether everything is there …"):
        signing_in, org = _ready(stack, playbook)

    def run() -> int:
        with console.status("Starting workers and the approval UI …"):
            stack.prepare()
            stack.start()
        for sentence in stack.ports.moved:
            console.print(f"[yellow]{sentence}[/]")
        _say_what_runs(stack, playbook, signing_in, org)
        if not no_browser:
            webbrowser.open(stack.ui_url)
        return until_stopped(stack)

    return in_foreground(stack, run, console)


def _ready(stack: OwnStack, playbook: Playbook) -> tuple[str, OrgCheck]:
    """Who can sign in, and what the org is. Raises `DomainError` with the next step where starting would be in vain."""
    try:
        crm = load(CrmSettings)
        session = own_org(crm, SystemClock())
    except InputError as missing:
        raise InputError(f"no org to work with: {missing.detail}. countersign connect asks, and checks it") from None
    for group in EVERY_GROUP:
        load(group)
    stack.store.make_data_dir()
    signing_in = _signing_in(stack, playbook)
    if not stack.own_engine:
        _engine_answers()
    with next_step_told():
        found = session.organisation().id
        if found != playbook.org_id:
            raise InputError(
                f"the playbook in {stack.playbook} is written for org {playbook.org_id}, and {crm.crm_instance_url} is "
                f"{found}; correct org_id in its organisation.yaml, or draft one from the org: countersign playbook "
                "init DIR --from-org"
            )
        org = check_org(session, playbook)
    writes = _written(playbook)
    if stack.own_sink and org.organisation.kind is OrgKind.PRODUCTION and writes:
        raise InputError(
            f"{org.organisation.name} is a production org, and without a mail server approved e-mails would end here "
            f"while the CRM is told that people were contacted; set {PREFIX}SMTP_HOST, or lower the level of "
            f"{', '.join(writes)} in {stack.playbook / 'organisation.yaml'} to draft"
        )
    return signing_in, org


def _signing_in(stack: OwnStack, playbook: Playbook) -> str:
    with opened(stack.store.url) as database:
        return who_can_sign_in(playbook, SqlUsers(database))


def _engine_answers() -> None:
    try:
        asyncio.run(connect())
    except EngineUnreachable as away:
        raise EngineUnreachable(
            f"{away.detail}; or unset TEMPORAL_ADDRESS, and a Temporal server is started here"
        ) from None


def _say_what_runs(stack: OwnStack, playbook: Playbook, signing_in: str, org: OrgCheck) -> None:
    known, poll = org.organisation, load(PollSettings).poll_seconds
    intake = load(UiSettings).intake_secret.get_secret_value()
    lines = [
        ("Approval UI", f"[bold]{stack.ui_url}[/]"),
        ("Sign-in", escape(signing_in)),
        ("Org", f"{escape(known.name)} ({known.kind.value})"),
        ("Leads", _leads(playbook, poll, bool(intake))),
        ("Writes", escape(_writes(stack, playbook))),
        ("E-mail", _mail(stack, playbook)),
        ("Data and logs", escape(str(stack.root))),
    ]
    if stack.own_engine:
        lines.insert(1, ("Temporal Web", f"[bold]{stack.temporal_web_url}[/]"))
    console.print()
    for name, said in lines:
        console.print(f"  {name:<14} {said}", highlight=False, soft_wrap=True)
    if org.missing:
        lacks = f"{len(org.missing)} thing{'' if len(org.missing) == 1 else 's'}"
        console.print(f"\n[yellow]The org lacks {lacks}; countersign doctor says what, and what to do.[/]")
    console.print("\nCtrl-C stops everything.\n")


def _leads(playbook: Playbook, poll: int, intake: bool) -> str:
    queue = f"put into the queue {escape(playbook.intake_queue)} are taken in every {poll} s" if poll else ""
    sent = "sent to the webhook or by countersign submit" if intake else ""
    said = ", or ".join(part for part in (queue, sent) if part)
    return said or f"none come in: set {PREFIX}POLL_SECONDS or {PREFIX}INTAKE_SECRET"


def _written(playbook: Playbook) -> list[str]:
    """The motions whose approvals change the CRM."""
    return [motion.value for motion, level in playbook.levels.items() if may(level, Level.APPROVED_WRITEBACK)]


def _writes(stack: OwnStack, playbook: Playbook) -> str:
    if _written(playbook):
        return f"what a person approved, for {', '.join(_written(playbook))}"
    place = f"(levels in {stack.playbook / 'organisation.yaml'})"
    if any(may(level, Level.DRAFT) for level in playbook.levels.values()):
        return f"nothing: a decision is recorded, and no more {place}"
    return f"nothing, and nothing waits for a decision before inbound is draft or above {place}"


def _mail(stack: OwnStack, playbook: Playbook) -> str:
    if not stack.own_sink:
        return "by the configured server, after each undo window"
    told = ", while the CRM is told of a contact" if _written(playbook) else ""
    return f"[yellow]delivered to nobody[/]: kept here, under Outbox{told}; set {PREFIX}SMTP_HOST to send"
