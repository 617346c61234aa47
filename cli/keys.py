"""`countersign keys …`: the keys that sign. Public halves lie in the keyring, which every worker reads anew when it
changes; private ones with the process that signs. Each change is audited.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from domain.audit import AuditEvent, AuditKind
from domain.decisions import KeyUse
from domain.errors import DomainError, InputError
from persistence.audit import SqlAuditLog
from persistence.database import opened
from runtime.keys import PublicKey, read_keyring, retire_key, revoke_key
from runtime.playbook_files import load_playbook
from runtime.settings import KeySettings, PlaybookSettings, StoreSettings, load
from runtime.signing_keys import in_force, rotate

app = typer.Typer(help="The keys that sign decisions: list, rotate, retire, revoke.", no_args_is_help=True)
console = Console()

KeyId = Annotated[str, typer.Argument(help="A key's id, as `countersign keys list` shows it.")]


@app.command("list")
def show(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Every key with what it may do and what it is worth."""
    keys, store = load(KeySettings), load(StoreSettings)
    ring = read_keyring(keys.keyring_in(store.data_dir))
    now = datetime.now(UTC)
    rows = [
        {
            "key_id": key.key_id,
            "use": key.use.value,
            "state": _state(key, now),
            "created": key.created.isoformat(),
            "retired_at": key.retired_at.isoformat() if key.retired_at else None,
            "private_half_here": (keys.keys_in(store.data_dir) / f"{key.key_id}.pem").exists(),
        }
        for key in ring.keys
    ]
    if as_json:
        sys.stdout.write(json.dumps({"keys": rows}) + "\n")
        return
    table = Table("key", "signs for", "state", "made", "private half here", box=None)
    for row in rows:
        here = "yes" if row["private_half_here"] else "no"
        table.add_row(str(row["key_id"]), str(row["use"]), str(row["state"]), str(row["created"])[:16], here)
    console.print(table)


@app.command("rotate")
def turn(use: Annotated[KeyUse, typer.Argument(help="Whose key.")] = KeyUse.HUMAN) -> None:
    """Make a successor and retire the key before it, which still verifies what it signed until that lapses.

    Run it where the signing process has its keys; that process signs with the new one from its next signature on.
    """
    keys, store = load(KeySettings), load(StoreSettings)
    pinned = {
        KeyUse.HUMAN: keys.human_key_id,
        KeyUse.POLICY: keys.policy_key_id,
        KeyUse.AUDIT: keys.audit_key_id,
    }[use]
    if pinned:
        raise InputError(
            f"COUNTERSIGN_{use.value.upper()}_KEY_ID pins {pinned}; unset it for the signing process and here, "
            "then rotate"
        )
    with _audit() as note:
        made, before = rotate(keys.keys_in(store.data_dir), keys.keyring_in(store.data_dir), use, now=datetime.now(UTC))
        note(AuditKind.KEY_MADE, made.key_id)
        for key_id in before:
            note(AuditKind.KEY_RETIRED, key_id)
    retired = f"; {', '.join(before)} retired" if before else ""
    console.print(f"{made.key_id} signs from now on{retired}.", highlight=False, markup=False)


@app.command("retire")
def retire(key_id: KeyId) -> None:
    """Refuse what the key signs from now on; what it signed before still counts until it lapses."""
    ring_path = load(KeySettings).keyring_in(load(StoreSettings).data_dir)
    ring = read_keyring(ring_path)
    key = next((k for k in ring.keys if k.key_id == key_id), None)
    if key is None:
        raise InputError(f"{ring_path}: there is no key {key_id}; countersign keys list shows them")
    current = in_force(ring, key.use)
    if current is not None and current.key_id == key_id:
        raise InputError(f"{key_id} is the key that signs; run: countersign keys rotate {key.use.value}")
    with _audit() as note:
        retire_key(ring_path, key_id, at=datetime.now(UTC))
        note(AuditKind.KEY_RETIRED, key_id)
    console.print(f"{key_id} retired. What it signed before still counts.", highlight=False, markup=False)


@app.command("revoke")
def revoke(
    key_id: KeyId,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Void everything the key ever signed, as far as it is not written yet. For a key that somebody else may hold."""
    if not yes and not typer.confirm(f"Every decision that {key_id} signed and that is not written is void. Go on?"):
        raise typer.Abort
    ring_path = load(KeySettings).keyring_in(load(StoreSettings).data_dir)
    # Before anything else: whatever is away stops no revocation.
    revoke_key(ring_path, key_id)
    try:
        with _audit() as note:
            note(AuditKind.KEY_REVOKED, key_id)
    except DomainError as away:
        raise InputError(
            f"{key_id} is revoked, and nothing it signed will be written; the audit could not be told "
            f"({away.detail or away.code.value}): run this again once that is mended"
        ) from None
    console.print(f"{key_id} revoked. Nothing it signed will be written any more.", highlight=False, markup=False)
    key = next(k for k in read_keyring(ring_path).keys if k.key_id == key_id)
    if in_force(read_keyring(ring_path), key.use) is None:
        console.print(
            f"No {key.use.value} key is in force: run countersign keys rotate {key.use.value}.",
            highlight=False,
            markup=False,
        )


def _state(key: PublicKey, now: datetime) -> str:
    if key.revoked:
        return "revoked"
    if key.retired_at is not None:
        return "retired" if key.retired_at <= now else "retires"
    return "in force"


@contextmanager
def _audit() -> Iterator[Callable[[AuditKind, str], None]]:
    """Opened before the act: what could not be written down afterwards is not done."""
    org_id = load_playbook(load(PlaybookSettings).playbook_dir).org_id
    url = load(StoreSettings).url
    with opened(url) as database:
        log = SqlAuditLog(database)

        def note(kind: AuditKind, key_id: str) -> None:
            log.append(
                AuditEvent(
                    key=f"{kind.value}/{key_id}",
                    kind=kind,
                    org_id=org_id,
                    actor="command line",
                    subject=key_id,
                    at=datetime.now(UTC),
                )
            )

        yield note
