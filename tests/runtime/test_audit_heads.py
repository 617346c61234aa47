"""Signed ends of the audit chain: whatever is done to the database's end, or to the file, verifying says so."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from domain.audit import AuditEvent, AuditKind
from domain.decisions import KeyUse
from persistence.audit import SqlAuditLog
from persistence.database import Database, upgrade
from runtime.audit_heads import HeadKeeper, HeadsDisagree, KeptHeads, read_heads
from runtime.keys import KeyFileError, KeyringVerifier, generate_key, revoke_key
from runtime.signing_keys import ensure_in_force, rotate
from tests.fakes.clock import START, FakeClock
from tests.fakes.races import at_once


class World:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = folder / "keys"
        self.ring = self.keys / "keyring.json"
        self.heads = folder / "heads"
        self.file = self.heads / "acme.jsonl"
        self.database = folder / "countersign.db"
        upgrade(f"sqlite:///{self.database}")
        ensure_in_force(self.keys, self.ring, KeyUse.AUDIT, now=START)
        self.clock = FakeClock()
        self.clock.advance(timedelta(minutes=1))
        self.open()

    def open(self) -> None:
        self.db = Database(f"sqlite:///{self.database}")
        self.log = SqlAuditLog(self.db)
        self.keeper = HeadKeeper(self.log, self.heads, keys_dir=self.keys, keyring=self.ring, clock=self.clock)

    def happens(self, *keys: str, org_id: str = "acme") -> None:
        for key in keys:
            self.log.append(AuditEvent(key=key, kind=AuditKind.WRITTEN, org_id=org_id, at=START))

    def read(self) -> KeptHeads:
        return read_heads(self.heads, KeyringVerifier(self.ring))

    def verify(self) -> list[str]:
        kept = self.read()
        return [*kept.problems, *self.log.verify(kept.heads)]

    def refused(self) -> str:
        with pytest.raises(HeadsDisagree) as refused:
            self.keeper.keep()
        return refused.value.detail

    def lines(self) -> list[str]:
        return self.file.read_text().splitlines()

    def cut(self, after: int) -> None:
        with self.db.transaction() as session:
            connection = session.connection()
            connection.exec_driver_sql("DROP TRIGGER audit_entry_no_delete")
            connection.exec_driver_sql(f"DELETE FROM audit_entry WHERE position > {after}")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.db.close()


def test_a_head_is_added_where_the_end_moved(world: World) -> None:
    assert world.keeper.keep() == 0
    world.happens("a", "b")
    world.happens("x", org_id="acme corp/2")
    assert (world.keeper.keep(), world.keeper.keep()) == (2, 0)
    world.happens("c")
    assert world.keeper.keep() == 1
    assert sorted((h.org_id, h.position) for h in world.read().heads) == [("acme", 2), ("acme", 3), ("acme corp/2", 1)]
    assert world.verify() == []
    assert {p.parent for p in world.heads.rglob("*") if p.is_file()} == {world.heads}


def test_a_cut_end_shows_and_is_not_signed_over(world: World) -> None:
    world.happens("a", "b", "c")
    world.keeper.keep()
    world.cut(after=1)
    assert world.verify() == ["acme #3: missing; a head kept elsewhere names it, and the chain ends at #1"]
    assert "acme #3, signed at 2026" in world.refused()
    assert world.refused().endswith("is gone; run: countersign audit verify")
    world.happens("d", "e")
    assert world.verify() == ["acme #3: is not the entry that the head kept elsewhere names"]
    assert "is another one" in world.refused()
    assert len(world.lines()) == 1


def test_an_emptied_audit_shows(world: World) -> None:
    world.happens("a")
    world.keeper.keep()
    world.cut(after=0)
    assert world.verify() == ["acme #1: missing; a head kept elsewhere names it, and the chain ends at #0"]
    assert "is gone" in world.refused()


def test_a_database_set_back_to_a_copy_shows(world: World) -> None:
    world.happens("a")
    world.db.close()
    copy = shutil.copy(world.database, world.folder / "copy.db")
    world.open()
    world.happens("b")
    world.keeper.keep()
    world.db.close()
    for leftover in world.folder.glob("countersign.db-*"):
        leftover.unlink()
    shutil.copy(copy, world.database)
    world.open()
    assert world.verify() == ["acme #2: missing; a head kept elsewhere names it, and the chain ends at #1"]


def test_two_ends_signed_for_one_place_show(world: World) -> None:
    """Somebody moved the file away so that the signer would go on, and put both together again."""
    world.happens("a", "b")
    world.keeper.keep()
    world.cut(after=1)
    world.file.rename(world.heads / "kept-aside")
    world.happens("c")
    world.keeper.keep()
    world.file.write_text((world.heads / "kept-aside").read_text() + world.file.read_text())
    assert "acme #2: is not the entry that the head kept elsewhere names" in world.verify()


Damage = Callable[[list[str]], list[str]]


def _changed(line: str, **fields: object) -> str:
    parsed = json.loads(line)
    statement = {**json.loads(parsed["statement"]), **fields}
    return json.dumps({**parsed, "statement": json.dumps(statement)})


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda lines: [lines[0], lines[2]], "line 2: does not follow"),
        (lambda lines: lines[1:], "line 1: does not follow"),
        (lambda lines: [lines[1], lines[0], lines[2]], "does not follow"),
        (lambda lines: [*lines[:2], _changed(lines[2], position=1)], "line 3: altered, its signature"),
        (lambda lines: [*lines[:2], _changed(lines[2], org_id="globex")], "line 3: altered, its signature"),
        (lambda lines: [*lines[:2], _changed(lines[2], key_id="human-1")], "line 3: altered, its signature"),
        (lambda lines: [*lines[:2], lines[2][:40]], "line 3: altered or half written"),
        (lambda lines: [lines[0], "{}", lines[2]], "line 2: altered, it is no head"),
    ],
)
def test_damage_to_the_file_shows(world: World, damage: Damage, said: str) -> None:
    generate_key(world.keys, "human-1", KeyUse.HUMAN, now=START, keyring=world.ring)
    for key in "abc":
        world.happens(key)
        world.keeper.keep()
    assert world.verify() == []
    world.file.write_text("\n".join(damage(world.lines())) + "\n")
    assert any(said in line for line in world.verify())


def test_a_line_half_written_in_a_crash_is_followed_and_remarked(world: World) -> None:
    world.happens("a")
    world.keeper.keep()
    with world.file.open("a") as file:
        file.write(world.lines()[0][:30])
    world.happens("b")
    world.keeper.keep()
    kept = world.read()
    assert (kept.problems, [h.position for h in kept.heads]) == ((), [1, 2])
    assert "only half of it was written" in kept.remarks[0]


def test_heads_of_another_kind_of_key_do_not_count(world: World) -> None:
    generate_key(world.keys, "policy-1", KeyUse.POLICY, now=START, keyring=world.ring)
    world.happens("a")
    HeadKeeper(
        world.log, world.heads, keys_dir=world.keys, keyring=world.ring, clock=world.clock, pinned="policy-1"
    ).keep()
    assert [p.endswith("policy-1 is no audit key") for p in world.read().problems] == [True]
    assert world.read().heads == ()


def test_keys_are_succeeded_and_what_a_revoked_one_signed_proves_nothing(world: World) -> None:
    world.happens("a")
    world.keeper.keep()
    world.clock.advance(timedelta(minutes=1))
    rotate(world.keys, world.ring, KeyUse.AUDIT, now=world.clock.now())
    world.happens("b")
    world.keeper.keep()
    assert [h.position for h in world.read().heads] == [1, 2]
    revoke_key(world.ring, "audit-1")
    kept = world.read()
    assert ([h.position for h in kept.heads], kept.problems, len(kept.remarks)) == ([2], (), 1)
    revoke_key(world.ring, "audit-2")
    world.happens("c")
    with pytest.raises(KeyFileError) as nothing_signs:
        world.keeper.keep()
    assert nothing_signs.value.detail.endswith("run: countersign keys rotate audit")


def test_several_keepers_add_one_line_for_one_end(world: World) -> None:
    for key in "abc":
        world.happens(key)
        at_once([partial(_keep_once, world) for _ in range(6)])
    assert [json.loads(json.loads(line)["statement"])["position"] for line in world.lines()] == [1, 2, 3]
    assert world.verify() == []


def _keep_once(world: World) -> None:
    HeadKeeper(world.log, world.heads, keys_dir=world.keys, keyring=world.ring, clock=world.clock).keep()
