"""`countersign connect`: from nothing to your own org: sign in, check, decide ten leads on paper, record a baseline.

It only reads: nothing is written to the CRM, and no secret is printed or kept.
"""

import json
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from pydantic import SecretStr
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.doctor import show_org
from cli.doors import first_to_have
from cli.explain import of_crm_lead
from cli.next_steps import next_step_told
from cli.org_check import OrgCheck, check_org
from domain.errors import CrmError, DomainError, InputError
from domain.explaining import Explanation
from domain.organisation import Baseline, OrgKind
from domain.playbook import Playbook
from gateways.crm.own_org import OwnOrg
from persistence.database import opened
from persistence.org_profiles import SqlOrgProfiles
from runtime.clock import SystemClock
from runtime.playbook_files import load_playbook
from runtime.settings import PREFIX, CrmSettings, PlaybookSettings, StoreSettings, load
from workers.signing_in import own_org

LEADS = 10
console = Console()

_PAGES = (".lightning.force.com", ".my.salesforce-setup.com", ".visual.force.com")
_SHARED = ("login.salesforce.com", "test.salesforce.com")


def connect(
    url: Annotated[str, typer.Option(help="The org's My Domain, https://acme--uat.sandbox.my.salesforce.com.")] = "",
    client_id: Annotated[str, typer.Option(help="Consumer key of the connected app.")] = "",
    username: Annotated[str, typer.Option(help="JWT bearer: the integration user.")] = "",
    key_file: Annotated[Path | None, typer.Option(help="JWT bearer: its private key, PEM.")] = None,
    folder: Annotated[Path | None, typer.Option("--playbook", help="Another playbook than the configured one.")] = None,
    leads: Annotated[int, typer.Option(min=0, max=50, help="How many of your leads are decided on paper.")] = LEADS,
    as_json: Annotated[bool, typer.Option("--json", help="Everything found as JSON on standard output.")] = False,
) -> int:
    """Sign in to your own Salesforce, check it, decide ten of your leads read-only; records the baseline.

    The secret of client credentials comes from COUNTERSIGN_CRM_CLIENT_SECRET, or is asked for; never from an option.
    """
    settings = _settings(url, client_id, username, key_file)
    place = folder or load(PlaybookSettings).playbook_dir
    playbook = load_playbook(place)
    clock = SystemClock()
    org = own_org(settings, clock)
    with next_step_told():
        found = check_org(org, playbook)
        explained = _decided(org, playbook, place, leads)
    baseline, stopped = _measured(org, found)
    _keep(found, baseline, clock.now())
    if as_json:
        sys.stdout.write(json.dumps(_as_json(found, explained, baseline)) + "\n")
    else:
        _show(found, explained, baseline, settings, first_to_have(playbook))
    if stopped is not None:
        with next_step_told():
            raise stopped
    return 1 if found.missing else 0


def _settings(url: str, client_id: str, username: str, key_file: Path | None) -> CrmSettings:
    """Options before the environment, and questions where a person can answer them."""
    given: dict[str, Any] = {
        "crm_instance_url": url or _known("CRM_INSTANCE_URL", "Address of the org (My Domain)"),
        "crm_client_id": client_id or _known("CRM_CLIENT_ID", "Consumer key of the connected app"),
        "crm_username": username or os.environ.get(f"{PREFIX}CRM_USERNAME", ""),
        "crm_private_key_file": key_file or os.environ.get(f"{PREFIX}CRM_PRIVATE_KEY_FILE") or None,
    }
    if given["crm_private_key_file"] is None:
        given["crm_client_secret"] = SecretStr(_known("CRM_CLIENT_SECRET", "Consumer secret", hidden=True))
    settings = CrmSettings(**given)
    _refuse_other_address(settings)
    return settings


def _refuse_other_address(settings: CrmSettings) -> None:
    """The addresses that people see in their browser are not the API's."""
    try:
        host = urlsplit(settings.crm_instance_url).hostname or ""
    except ValueError:
        return  # no address at all, which is refused where it is used
    page = next((ending for ending in _PAGES if host.endswith(ending)), "")
    if page:
        domain = f"https://{host.removesuffix(page)}.my.salesforce.com"
        raise InputError(f"{host} serves pages, not the API; the address is {domain} (Setup, My Domain)")
    if host in _SHARED and settings.crm_private_key_file is None:
        raise InputError(f"{host} does not serve client credentials; give the org's My Domain (Setup, My Domain)")


def _known(name: str, question: str, *, hidden: bool = False) -> str:
    value = os.environ.get(f"{PREFIX}{name}", "")
    if not value and sys.stdin.isatty():
        value = str(typer.prompt(question, hide_input=hidden, err=True)).strip()
    if not value:
        raise InputError(
            f"{PREFIX}{name} is not set: {question.lower()}. README.md, 'Settings', says where it comes from"
        )
    return value


def _measured(org: OwnOrg, found: OrgCheck) -> tuple[Baseline | None, CrmError | None]:
    """Without a baseline, why there is none: what was found so far is still worth showing."""
    try:
        return org.baseline(found.organisation.id), None
    except CrmError as stopped:
        return None, stopped


def _decided(org: OwnOrg, playbook: Playbook, place: Path, count: int) -> list[tuple[str, Explanation | str]]:
    """Per lead what the rules say of it, or why they cannot say it."""
    found: list[tuple[str, Explanation | str]] = []
    for lead_id in org.newest_open_leads(count) if count else ():
        try:
            found.append((lead_id, of_crm_lead(lead_id, playbook, place, org)))
        except DomainError as stopped:
            found.append((lead_id, stopped.detail or stopped.code.value))
    return found


def _keep(found: OrgCheck, baseline: Baseline | None, now: datetime) -> None:
    store = load(StoreSettings)
    store.make_data_dir()
    with opened(store.url) as database:
        profiles = SqlOrgProfiles(database)
        profiles.keep(found.organisation, now=now)
        if baseline is not None:
            profiles.keep_baseline(baseline)


def _as_json(
    found: OrgCheck, explained: list[tuple[str, Explanation | str]], baseline: Baseline | None
) -> dict[str, Any]:
    return {
        "org": found.model_dump(mode="json"),
        "leads": [
            {"lead": lead, **({"stopped": said} if isinstance(said, str) else said.model_dump(mode="json"))}
            for lead, said in explained
        ],
        "baseline": baseline.model_dump(mode="json") if baseline is not None else None,
    }


def _show(
    found: OrgCheck,
    explained: list[tuple[str, Explanation | str]],
    baseline: Baseline | None,
    settings: CrmSettings,
    first: str,
) -> None:
    org = found.organisation
    console.print(
        f"\n[bold]{escape(org.name)}[/] is a [bold]{org.kind.value}[/] org ({escape(org.id)}).", highlight=False
    )
    if org.kind is OrgKind.PRODUCTION:
        console.print("This command only reads. Try writing in a sandbox first.")
    show_org(found)
    _show_leads(explained)
    if baseline is not None:
        _show_baseline(baseline)
    console.print("\nFor the processes (the secret or key only for the CRM worker):\n")
    console.print(
        f"  export {PREFIX}CRM_INSTANCE_URL={escape(settings.crm_instance_url)}", highlight=False, soft_wrap=True
    )
    console.print(f"  export {PREFIX}CRM_CLIENT_ID={escape(settings.crm_client_id)}", highlight=False, soft_wrap=True)
    if settings.crm_private_key_file is not None:
        console.print(f"  export {PREFIX}CRM_USERNAME={escape(settings.crm_username)}", highlight=False, soft_wrap=True)
        file = settings.crm_private_key_file.resolve()
        console.print(f"  export {PREFIX}CRM_PRIVATE_KEY_FILE={escape(str(file))}", highlight=False, soft_wrap=True)
    else:
        console.print(f"  export {PREFIX}CRM_CLIENT_SECRET=…", highlight=False)
    if not found.missing:
        step = f"countersign account set {first} gives that person a password, and countersign up runs it here"
        console.print(f"\nThen {escape(step)}.", highlight=False, soft_wrap=True)


def _show_leads(explained: list[tuple[str, Explanation | str]]) -> None:
    table = Table("Lead", "Score", "Owner", "Why", "E-mail", title="Decided on paper", title_justify="left", box=None)
    for lead, said in explained:
        if isinstance(said, str):
            table.add_row(lead, "–", "–", escape(said), "–")
            continue
        score, routing = said.qualification, said.routing
        table.add_row(
            lead,
            f"{score.band} {score.score}",
            escape(routing.owner_name if routing else "") or "nobody",
            escape(routing.reason if routing else ""),
            "–" if said.consent is None else "may be sent" if said.consent.allowed else "may not be sent",
        )
    console.print(table)


def _show_baseline(baseline: Baseline) -> None:
    hours = baseline.median_hours_to_first_activity
    table = Table(title=f"The last {baseline.days} days", title_justify="left", show_header=False, box=None)
    table.add_row("Leads", str(baseline.leads))
    table.add_row("Converted", f"{baseline.converted} ({baseline.conversion:.0%})")
    speed = f"median {hours:.1f} h" if hours is not None else "none yet"
    table.add_row("First activity", f"{speed}; {baseline.touched} of the newest {baseline.sampled} had one")
    filled = ", ".join(
        f"{name} {count / baseline.leads:.0%}" for name, count in baseline.filled.items() if baseline.leads
    )
    table.add_row("Fields filled", filled or "–")
    console.print(table)
