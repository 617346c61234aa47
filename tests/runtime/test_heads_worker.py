"""The signer keeps heads while it runs: at its start, and once more when it stops."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.audit import AuditEvent, AuditKind
from domain.decisions import KeyUse
from runtime.audit_heads import read_heads
from runtime.keys import KeyringVerifier, revoke_key
from runtime.settings import AuditSettings, KeySettings, PlaybookSettings, StoreSettings
from runtime.signing_keys import ensure_in_force
from tests.architecture.source_tree import ROOT
from workers.heads import heads_kept
from workers.stores import Stores, open_stores

AUDIT = AuditSettings(audit_heads_dir=None, audit_head_seconds=0)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[tuple[Stores, KeySettings, StoreSettings]]:
    store, keys = StoreSettings(data_dir=tmp_path, database_url=""), KeySettings(keys_dir=None, keyring=None)
    ensure_in_force(tmp_path / "keys", tmp_path / "keys" / "keyring.json", KeyUse.POLICY, now=datetime.now(UTC))
    with closing(open_stores(store, PlaybookSettings(playbook_dir=ROOT / "playbook"), keys)) as stores:
        yield stores, keys, store


def happens(stores: Stores, key: str) -> None:
    stores.audit.append(AuditEvent(key=key, kind=AuditKind.PAUSED, org_id="acme", at=datetime.now(UTC)))


def positions(store: StoreSettings) -> list[int]:
    kept = read_heads(AUDIT.heads_in(store.data_dir), KeyringVerifier(store.data_dir / "keys" / "keyring.json"))
    assert kept.problems == ()
    return [head.position for head in kept.heads]


async def test_heads_are_signed_at_the_start_and_at_the_end(opened: tuple[Stores, KeySettings, StoreSettings]) -> None:
    stores, keys, store = opened
    happens(stores, "a")
    async with heads_kept(stores, AUDIT, keys, store):
        assert positions(store) == [1]
        happens(stores, "b")
        happens(stores, "c")
    assert positions(store) == [1, 3]


async def test_a_signer_without_a_key_for_heads_says_so_and_goes_on(
    opened: tuple[Stores, KeySettings, StoreSettings], caplog: pytest.LogCaptureFixture
) -> None:
    stores, keys, store = opened
    happens(stores, "a")
    async with heads_kept(stores, AUDIT, keys, store):
        revoke_key(store.data_dir / "keys" / "keyring.json", "audit-1")
        happens(stores, "b")
    assert "countersign keys rotate audit" in caplog.text
    assert (store.data_dir / "audit-heads" / "acme.jsonl").read_text().count("\n") == 1


async def test_an_end_that_was_made_unreadable_is_said_and_stops_no_signer(
    opened: tuple[Stores, KeySettings, StoreSettings], caplog: pytest.LogCaptureFixture
) -> None:
    stores, keys, store = opened
    happens(stores, "a")
    with closing(sqlite3.connect(store.data_dir / "countersign.db")) as database:
        database.execute("DROP TRIGGER audit_entry_no_update")
        database.execute("UPDATE audit_entry SET position = 'first'")
        database.commit()
    async with heads_kept(stores, AUDIT, keys, store):
        pass
    assert "run: countersign audit verify" in caplog.text
