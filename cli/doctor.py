"""`countersign doctor`: every setting and connection, and what to do about each that fails."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from cli.channels import check_channels
from cli.existing_store import place_of
from domain.decisions import KeyUse
from domain.errors import DomainError, InputError
from persistence.database import Database, exists, upgrade
from runtime.engine import connect
from runtime.keys import read_keyring
from runtime.playbook_files import load_playbook
from runtime.settings import CrmSettings, KeySettings, ModelSettings, PlaybookSettings, StoreSettings, load
from runtime.signing_keys import in_force

console = Console()


def doctor() -> int:
    """Check configuration and connections; exit code 1 if something does not work."""
    failed = 0
    for name, check in _checks():
        try:
            said = check()
        except DomainError as wrong:
            failed += 1
            console.print(
                f"[red]✗[/] {name}: {escape(wrong.detail or wrong.code.value)}", highlight=False, soft_wrap=True
            )
        else:
            console.print(f"[green]✓[/] {name}: {escape(said)}", highlight=False, soft_wrap=True)
    return 1 if failed else 0


def _checks() -> tuple[tuple[str, Callable[[], str]], ...]:
    return (
        ("Playbook", _playbook),
        ("Database", _database),
        ("Keys", _keys),
        ("Temporal", _temporal),
        ("CRM", _crm),
        ("Model", _model),
        ("Notifications", _channels),
    )


def _channels() -> str:
    return check_channels(load_playbook(load(PlaybookSettings).playbook_dir))


def _playbook() -> str:
    folder = load(PlaybookSettings).playbook_dir
    return f"{folder} is valid, digest {load_playbook(folder).digest[:12]}"


def _database() -> str:
    settings = load(StoreSettings)
    if not exists(settings.url):
        _may_be_made(settings)
        return f"there is no database yet at {place_of(settings)}; the first worker or approval UI makes it"
    upgrade(settings.url)
    with Database(settings.url).session():
        return "reachable, schema up to date"


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
    ring = read_keyring(load(KeySettings).keyring_in(load(StoreSettings).data_dir))
    missing = [use.value for use in KeyUse if in_force(ring, use) is None]
    if missing:
        raise InputError(f"no {' and no '.join(missing)} key is in force; run: countersign keys rotate {missing[0]}")
    return f"{len(ring.keys)} public keys"


def _temporal() -> str:
    client = asyncio.run(connect())
    return f"reachable, namespace {client.namespace}"


def _crm() -> str:
    from gateways.crm.client import SalesforceSession
    from gateways.crm.tokens import ClientCredentials
    from runtime.clock import SystemClock

    settings = load(CrmSettings)
    session = SalesforceSession(
        ClientCredentials(
            settings.crm_instance_url, settings.crm_client_id, settings.crm_client_secret.get_secret_value()
        ),
        SystemClock(),
    )
    return f"signed in as {session.user_id()}"


def _model() -> str:
    settings = load(ModelSettings)
    return (
        f"{settings.model} at {settings.base_url or 'the default address'}" if settings.enabled else "template writer"
    )
