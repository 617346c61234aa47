"""`countersign doctor`: every setting and connection, and what to do about each that fails."""

import asyncio
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from cli.channels import check_channels
from cli.doors import who_can_sign_in
from cli.existing_store import place_of
from cli.lead_mail import lead_mail_notes
from cli.next_steps import next_step_told
from cli.org_check import OrgCheck, check_org
from domain.decisions import KeyUse
from domain.environments import environment_of
from domain.errors import DomainError, InputError
from persistence.audit_guards import weaknesses
from persistence.database import Database, exists, opened
from persistence.users import SqlUsers
from runtime.engine import connect
from runtime.keys import read_keyring
from runtime.playbook_files import load_playbook
from runtime.settings import (
    CrmSettings,
    KeySettings,
    MailSettings,
    ModelSettings,
    PlaybookSettings,
    StoreSettings,
    load,
)
from runtime.signing_keys import in_force
from workers.signing_in import own_org

console = Console()


def doctor() -> int:
    """Check configuration and connections; exit code 1 if something does not work.

    Lists what the CRM lacks, and the flows, triggers and rules that act there when we write.
    """
    failed = 0
    org: list[OrgCheck] = []
    for name, check in _checks(org):
        try:
            said = check()
        except DomainError as wrong:
            failed += 1
            console.print(
                f"[red]✗[/] {name}: {escape(wrong.detail or wrong.code.value)}", highlight=False, soft_wrap=True
            )
        else:
            console.print(f"[green]✓[/] {name}: {escape(said)}", highlight=False, soft_wrap=True)
    for found in org:
        show_org(found)
        for note in lead_mail_notes(found.organisation, load(MailSettings)):
            console.print(f"[yellow]![/] {escape(note)}", highlight=False, soft_wrap=True)
    return 1 if failed or any(found.missing for found in org) else 0


def show_org(found: OrgCheck) -> None:
    """What is missing in the org, and what acts there by itself."""
    for sentence in found.missing:
        console.print(f"[red]✗[/] CRM: {escape(sentence)}", highlight=False, soft_wrap=True)
    if not found.missing:
        console.print("[green]✓[/] CRM: the ledger, our fields and the right to write them are there", highlight=False)
    if not found.rules:
        console.print("  Nothing else acts in the org when we write.")
    for rule in found.rules:
        detail = f" ({rule.detail})" if rule.detail else ""
        said = f"{rule.object}: {rule.kind.value} “{rule.name}”{detail}"
        console.print(f"  • {escape(said)}", highlight=False, soft_wrap=True)
    for note in found.notes:
        console.print(f"[yellow]![/] {escape(note)}", highlight=False, soft_wrap=True)


def _checks(org: list[OrgCheck]) -> tuple[tuple[str, Callable[[], str]], ...]:
    """`org` is given what is found in the CRM."""
    return (
        ("Playbook", _playbook),
        ("Database", _database),
        ("Audit", _audit),
        ("Keys", _keys),
        ("Sign-in", _sign_in),
        ("Temporal", _temporal),
        ("CRM", lambda: _crm(org)),
        ("Model", _model),
        ("Notifications", _channels),
    )


def _channels() -> str:
    return check_channels(load_playbook(load(PlaybookSettings).playbook_dir))


def _playbook() -> str:
    folder = load(PlaybookSettings).playbook_dir
    playbook = load_playbook(folder)
    chosen = environment_of(playbook)
    here = f", environment {chosen[0]} with {len(chosen[1].users)} users" if chosen is not None else ""
    return f"{folder} is valid, digest {playbook.digest[:12]}{here}"


def _database() -> str:
    settings = load(StoreSettings)
    if not exists(settings.url):
        _may_be_made(settings)
        return f"there is no database yet at {place_of(settings)}; the first worker or approval UI makes it"
    with opened(settings.url) as database, database.session():
        return "reachable, schema up to date"


def _audit() -> str:
    """Whether the database itself keeps the audit append-only."""
    store = load(StoreSettings)
    if not exists(store.url):
        return "guarded from the first start on"
    with closing(Database(store.url)) as database:
        found = weaknesses(database)
    if found:
        raise InputError("; ".join(found))
    return "no entry can be changed by the role of this address"


def _may_be_made(store: StoreSettings) -> None:
    """Raises `InputError` where nobody could make a file there."""
    if store.database_url:
        return
    folder = next((p for p in (store.data_dir.resolve(), *store.data_dir.resolve().parents) if p.exists()), Path("/"))
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"{store.data_dir} cannot be used as data directory: {folder} is {_why_not(folder)}")


def _why_not(folder: Path) -> str:
    return (
        "not writable; correct its rights, or set COUNTERSIGN_DATA_DIR"
        if folder.is_dir()
        else ("no folder; set COUNTERSIGN_DATA_DIR")
    )


def _keys() -> str:
    path = load(KeySettings).keyring_in(load(StoreSettings).data_dir)
    if not path.exists():
        raise InputError(
            f"there are no keys at {path}; countersign up makes them, or the approval UI and the signer on their first "
            "start"
        )
    ring = read_keyring(path)
    missing = [use.value for use in KeyUse if in_force(ring, use) is None]
    if missing:
        raise InputError(f"no {' and no '.join(missing)} key is in force; run: countersign keys rotate {missing[0]}")
    return f"{len(ring.keys)} public keys"


def _sign_in() -> str:
    playbook, store = load_playbook(load(PlaybookSettings).playbook_dir), load(StoreSettings)
    if not exists(store.url):
        return who_can_sign_in(playbook, None)
    with opened(store.url) as database:
        return who_can_sign_in(playbook, SqlUsers(database))


def _temporal() -> str:
    client = asyncio.run(connect())
    return f"reachable, namespace {client.namespace}"


def _crm(org: list[OrgCheck]) -> str:
    from runtime.clock import SystemClock

    org_asked, playbook = own_org(load(CrmSettings), SystemClock()), load_playbook(load(PlaybookSettings).playbook_dir)
    with next_step_told():
        found = check_org(org_asked, playbook)
    org.append(found)
    return f"signed in to {found.organisation.name} ({found.organisation.kind.value}) as {found.signed_in_as}"


def _model() -> str:
    settings = load(ModelSettings)
    return (
        f"{settings.model} at {settings.base_url or 'the default address'}" if settings.enabled else "template writer"
    )
