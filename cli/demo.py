"""`countersign demo`: everything on one machine with a sample org, in the first minute.

When do you need to touch this? When the first minute should show something else.
"""

import os
import time
import webbrowser
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.api import ApiClient
from cli.crm_access import demo_access
from cli.crm_check import CrmReading, Records, approved_writes, compare, ledger_keys
from cli.foreground import in_foreground, until_stopped
from cli.part_environment import set_aside
from cli.readiness import audit, keep
from cli.sample_stack import SampleStack, reset
from cli.scripted_reviewer import ScriptedReviewer
from cli.short_playbook import with_short_deadlines
from domain.cases import Case, CaseState
from domain.errors import InputError
from domain.leads import InquirySource
from domain.receipts import MailState
from domain.resolutions import ExceptionState
from runtime.playbook_files import load_playbook
from runtime.settings import KeySettings, ModelSettings, PlaybookSettings, StoreSettings, load
from workers.stores import Stores, open_stores

CONVERTS_WHILE_WAITING = "converts_while_waiting"
SETTLE_SECONDS = 240
"""How long a scripted run waits for the last case after all leads were handed in."""
SETTLE_SECONDS_WITH_MODEL = 1_800
"""The same where a model drafts, which may be slow, or down until the template writer takes over."""

_SOURCES = {
    "web_form": InquirySource.WEB_FORM,
    "webhook": InquirySource.WEBHOOK,
    "csv": InquirySource.FILE,
    "salesforce": InquirySource.CRM_POLL,
}

console = Console()


def demo(
    leads: Annotated[int, typer.Option(min=1, max=200, help="How many sample leads to hand in.")] = 20,
    once: Annotated[bool, typer.Option(help="Let a scripted reviewer decide, print the outcome, and end.")] = False,
    start_anew: Annotated[bool, typer.Option("--reset", help="Forget the data of earlier runs.")] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the approval page.")] = False,
    data_dir: Annotated[Path, typer.Option(help="Where the demo keeps its data.")] = Path(".countersign"),
    playbook: Annotated[Path, typer.Option(help="The rules to use.")] = Path("playbook"),
) -> int:
    """Run everything on this machine with a sample org: no key, no Docker, no Salesforce."""
    # The demo's own database, mail sink and org, whatever this shell is set up for.
    ignored = set_aside(os.environ)
    root = data_dir / ("once" if once else "demo")
    # Before anything is removed or made: rules that do not hold end it here.
    load_playbook(playbook)
    if start_anew or once:
        reset(root)
    StoreSettings(data_dir=root).make_data_dir()
    rules = with_short_deadlines(playbook, root / "playbook") if once else playbook
    stack = SampleStack(root, playbook=rules)

    def run() -> int:
        with console.status("Starting Temporal, the local CRM, workers and the approval UI …"):
            stack.prepare()
            stack.start()
        if ignored:
            console.print(f"[yellow]Set here, and not used by the demo: {escape(', '.join(ignored))}[/]")
        for sentence in stack.ports.moved:
            console.print(f"[yellow]{sentence}[/]")
        with closing(_stores(stack)) as stores:
            if once:
                return _scripted_run(stack, stores, leads)
            return _open_end(stack, stores, leads, browser=not no_browser)

    return in_foreground(stack, run, console, stopped=130 if once else 0)


def _stores(stack: SampleStack) -> Stores:
    return open_stores(StoreSettings(data_dir=stack.root), PlaybookSettings(playbook_dir=stack.playbook), KeySettings())


def _reviewer_login(stores: Stores) -> str:
    """A reviewer who may decide everything in the demo: the first manager of the playbook."""
    reviewers = stores.playbooks.current().reviewers
    managers = [r for r in reviewers if r.role.value == "manager"]
    return (managers or list(reviewers))[0].login


def _open_end(stack: SampleStack, stores: Stores, leads: int, *, browser: bool) -> int:
    handed_in = stack.root / "handed-in"
    if handed_in.exists():
        console.print("Going on with the data of the last run ([bold]--reset[/] starts anew).")
    else:
        with console.status(f"Handing in {leads} sample leads …"):
            _hand_in(stack, leads)
        with console.status("Auditing the sample org …"):
            access = demo_access(stack.root)
            keep(access, audit(access, stores.playbooks.current()))
        handed_in.touch()
    login = _reviewer_login(stores)
    console.print()
    console.print(
        f"  Approval UI    [bold]{stack.ui_url}[/]   sign in as [bold]{login}[/] / [bold]{stack.secrets.password}[/]"
    )
    console.print(f"  Temporal Web   [bold]{stack.temporal_web_url}[/]")
    console.print(f"  Local CRM      [bold]{stack.crm_url}[/]   (Salesforce REST API)")
    console.print(f"  Web form       [bold]{stack.ui_url}/intake/form/{stack.secrets.site_key}[/]")
    console.print(f"  Data and logs  {stack.root}")
    console.print("\nCtrl-C stops everything.\n")
    if browser:
        webbrowser.open(stack.ui_url)
    return until_stopped(stack)


def _scripted_run(stack: SampleStack, stores: Stores, leads: int) -> int:
    crm = CrmReading(stack.crm_url, stack.secrets.crm_client_id, stack.secrets.crm_client_secret)
    before = crm.all_records()
    labels = _hand_in(stack, leads)
    api = ApiClient(stack.ui_url)
    api.sign_in(_reviewer_login(stores), stack.secrets.password)
    converting = {c for c, label in labels.items() if label == CONVERTS_WHILE_WAITING}
    reviewer = ScriptedReviewer(api, decides=labels, keeps_waiting=frozenset(converting))
    by_hand: set[str] = set()
    settle = SETTLE_SECONDS_WITH_MODEL if load(ModelSettings).enabled else SETTLE_SECONDS
    deadline = time.monotonic() + settle
    with console.status("The scripted reviewer decides …"):
        while _open(stores, labels) and time.monotonic() < deadline:
            stack.check()
            for case_id in sorted(converting):
                converted = _convert_when_waiting(stack, stores, case_id)
                if converted:
                    by_hand.add(converted)
                    converting.discard(case_id)
                    reviewer.release(case_id)
            if not reviewer.look():
                time.sleep(0.3)
    cases = tuple(stores.cases.get(case_id) for case_id in labels)
    problems = [
        f"case {c.case_id} has no outcome" for c in cases if c.outcome is None and not _stopped(stores, c.case_id)
    ]
    after = crm.all_records()
    approved = approved_writes(
        cases,
        reviews=stores.reviews,
        documents=stores.documents,
        mail_log=stores.mail_log,
        rounds_of=stores.reviews.last_round,
        in_ledger=ledger_keys(after),
    )
    problems += compare(before, after, approved, by_hand=frozenset(by_hand | _converted_into(after, by_hand)))
    problems += stores.audit.verify()
    _print_table(cases, labels, stores, reviewer)
    _print_problems(problems, len(approved))
    return 1 if problems else 0


def _hand_in(stack: SampleStack, count: int) -> dict[str, str]:
    """Deliver the sample inquiries at the signed webhook; case id to the label of its hard case."""
    from localcrm.sample import inquiries

    api = ApiClient(stack.ui_url)
    labels: dict[str, str] = {}
    for sample in inquiries(stack.seed, stack.today, count):
        fields: dict[str, Any] = {k: v for k, v in asdict(sample).items() if v is not None}
        label = str(fields.pop("hard_case", ""))
        del fields["received_offset"]
        fields["source"] = _SOURCES[sample.source].value
        answer = api.deliver(fields, stack.secrets.intake_secret)
        known = labels.get(answer["case_id"], "")
        labels[answer["case_id"]] = ", ".join(dict.fromkeys(x for x in (known, label) if x))
    return labels


def _open(stores: Stores, labels: dict[str, str]) -> bool:
    """Whether anybody still has to wait: a case that stopped with an exception waits for a person, and says so."""
    return any(
        stores.cases.get(case_id).state is CaseState.OPEN and not _stopped(stores, case_id) for case_id in labels
    )


def _stopped(stores: Stores, case_id: str) -> str:
    """The code of the exception that waits for somebody; empty where none does."""
    asked = stores.exceptions.of_case(case_id)
    return next((e.opening.code.value for e in asked if e.state is ExceptionState.OPEN), "")


def _convert_when_waiting(stack: SampleStack, stores: Stores, case_id: str) -> str:
    """Once the card is open, convert the lead as a rep would. The lead's id, or nothing if it is too early."""
    case = stores.cases.get(case_id)
    if not case.lead_id or stores.reviews.last_round(case_id) < 1:
        return ""
    answer = httpx.post(
        f"{stack.crm_url}/control/lead/{case.lead_id}/convert",
        headers={"X-Control-Token": stack.secrets.crm_control_token},
        timeout=30,
    )
    if answer.status_code >= 400:
        raise InputError(f"the local CRM refused to convert {case.lead_id}: HTTP {answer.status_code}")
    return case.lead_id


def _converted_into(after: dict[str, Records], leads: set[str]) -> set[str]:
    found: set[str] = set()
    for lead_id in leads:
        row = after["Lead"].get(lead_id, {})
        found |= {
            str(row[f]) for f in ("ConvertedAccountId", "ConvertedContactId", "ConvertedOpportunityId") if row.get(f)
        }
    return found


def _print_table(cases: tuple[Case, ...], labels: dict[str, str], stores: Stores, reviewer: ScriptedReviewer) -> None:
    table = Table(title="What became of every lead", title_justify="left")
    for name in ("Lead", "Hard case", "Score", "Owner", "Reviewer", "Outcome", "Written to the CRM"):
        table.add_column(name, overflow="fold")
    for case in cases:
        last = stores.reviews.last_round(case.case_id)
        opening = stores.reviews.opening(case.case_id, last)
        mails = [state for _, state in stores.mail_log.of_case(case.case_id)]
        table.add_row(
            escape((opening.subtitle or opening.title).split(" · ")[0]) if opening else case.case_id,
            labels[case.case_id].replace("_", " "),
            f"{opening.band} {opening.score}" if opening and opening.score is not None else "–",
            escape(opening.owner_name if opening else "") or "–",
            reviewer.plays[case.case_id].value if case.case_id in reviewer.plays else "–",
            _outcome(case, stores),
            _written(case, stores, mails),
        )
    console.print(table)


def _outcome(case: Case, stores: Stores) -> str:
    if case.outcome is not None:
        return case.outcome.value.replace("_", " ")
    stopped = _stopped(stores, case.case_id).replace("_", " ")
    return f"exception: {stopped}" if stopped else "NONE YET"


def _written(case: Case, stores: Stores, mails: list[MailState]) -> str:
    """The signed actions that reached the CRM, by their keys, and what became of the e-mail."""
    keys = [
        key
        for receipt in stores.receipts.of_case(case.case_id)
        for image in receipt.records
        for key in image.action_keys
    ]
    parts = [", ".join(key.replace("_", " ") for key in dict.fromkeys(keys))]
    parts += [f"e-mail {state.value.replace('_', ' ')}" for state in mails]
    return "; ".join(p for p in parts if p) or "nothing"


def _print_problems(problems: list[str], writes: int) -> None:
    if not problems:
        console.print(
            f"[green]Every lead has an outcome, and the CRM holds exactly what was approved ({writes} writes).[/]"
        )
        return
    console.print(f"[bold red]{len(problems)} problems:[/]")
    for problem in problems:
        console.print(f"  {problem}", highlight=False, markup=False)
