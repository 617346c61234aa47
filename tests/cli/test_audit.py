"""The audit from the command line: verified against signed heads, exported, and asked about a write."""

import csv
import io
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.audit import AuditEvent, AuditKind
from domain.decisions import KeyUse
from persistence.audit import SqlAuditLog
from persistence.database import Database, upgrade
from runtime.audit_heads import HeadKeeper
from runtime.signing_keys import ensure_in_force
from tests.cli.calling import PLAYBOOK, Shell
from tests.fakes.clock import START, FakeClock


class Audited(Shell):
    """A data directory with a chain of three, and the signer's keys."""

    def start(self) -> None:
        self.given(COUNTERSIGN_PLAYBOOK_DIR=str(PLAYBOOK), COUNTERSIGN_DATA_DIR=str(self.folder))
        url = f"sqlite:///{self.folder / 'countersign.db'}"
        upgrade(url)
        self.db = Database(url)
        self.log = SqlAuditLog(self.db)
        for key, actor in (("a", "sam"), ("b", '=HYPERLINK("http://evil","x")'), ("c", "\u00a0 +1,@x")):
            event = AuditEvent(key=key, kind=AuditKind.WRITTEN, org_id="acme", case_id="c1", actor=actor, at=START)
            self.log.append(event)

    def sign(self) -> None:
        keys = self.folder / "keys"
        ensure_in_force(keys, keys / "keyring.json", KeyUse.AUDIT, now=datetime(2026, 1, 1, tzinfo=UTC))
        HeadKeeper(
            self.log,
            self.folder / "audit-heads",
            keys_dir=keys,
            keyring=keys / "keyring.json",
            clock=FakeClock(),
        ).keep()


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Audited]:
    made = Audited(tmp_path, monkeypatch, capfd)
    made.start()
    yield made
    made.db.close()


def test_without_heads_it_says_what_would_not_show(shell: Audited) -> None:
    said = shell.call("audit", "verify")
    assert said.code == 0
    assert "no signed head counts, so entries cut off the end would not show" in said.out
    assert "The audit chain is whole: 3 entries" in said.out


def test_a_cut_end_is_found_through_the_signed_head(shell: Audited) -> None:
    shell.sign()
    assert json.loads(shell.call("audit", "verify", "--json").out) == {
        "whole": True,
        "guarded": True,
        "entries": 3,
        "heads": 1,
        "problems": [],
        "unguarded": [],
        "remarks": [],
    }
    with shell.db.transaction() as session:
        session.connection().exec_driver_sql("DROP TRIGGER audit_entry_no_delete")
        session.connection().exec_driver_sql("DELETE FROM audit_entry WHERE position = 3")
    said = shell.call("audit", "verify")
    cut, unguarded = said.out.splitlines()
    assert (said.code, cut) == (1, "acme #3: missing; a head kept elsewhere names it, and the chain ends at #2")
    assert unguarded.startswith("Not guarded: the trigger audit_entry_no_delete is gone")


def test_what_no_head_covers_yet_is_said(shell: Audited) -> None:
    shell.sign()
    shell.log.append(AuditEvent(key="d", kind=AuditKind.PAUSED, org_id="acme", at=START))
    said = shell.call("audit", "verify")
    assert said.code == 0
    assert "entries after #3 are not covered by a signed head yet; the last is #4" in said.out


def test_heads_that_were_removed_are_a_finding(shell: Audited) -> None:
    shell.sign()
    (shell.folder / "audit-heads" / "acme.jsonl").unlink()
    said = shell.call("audit", "verify")
    assert (said.code, "no signed heads, though there is a key for them" in said.out) == (1, True)


def test_a_folder_named_by_hand_has_to_hold_heads(shell: Audited) -> None:
    said = shell.call("audit", "verify", "--heads", str(shell.folder / "nothing"))
    assert (said.code, "holds no signed heads" in said.line) == (2, True)


def test_both_exports_hold_every_entry_and_no_cell_is_a_formula(shell: Audited) -> None:
    lines = [json.loads(line) for line in shell.call("audit", "export").out.splitlines()]
    table = list(csv.DictReader(io.StringIO(shell.call("audit", "export", "--format", "csv").out)))
    assert [line["entry_hash"] for line in lines] == [row["entry_hash"] for row in table]
    assert [row["actor"] for row in table] == ["sam", '\'=HYPERLINK("http://evil","x")', "'\u00a0 +1,@x"]
    assert not [cell for row in table for cell in row.values() if cell.strip()[:1] in "=+-@\t\r\n" and cell]


def test_a_case_nobody_knows_is_named(shell: Audited) -> None:
    said = shell.call("audit", "show", "c9")
    assert (said.code, "no write and no case 'c9'" in said.line) == (2, True)


def test_a_case_without_writes_shows_its_entries(shell: Audited) -> None:
    said = shell.call("audit", "show", "c1")
    assert "Case c1: nothing was written." in said.out
    assert "#1 2026" in said.out


def test_a_guard_that_is_gone_is_an_exit_code_of_its_own_until_migrate_puts_it_back(shell: Audited) -> None:
    with closing(sqlite3.connect(shell.folder / "countersign.db")) as database:
        database.execute("DROP TRIGGER audit_entry_no_update")
        database.commit()
    said = shell.call("audit", "verify")
    assert said.code == 3
    assert "The audit chain is whole: 3 entries" in said.out
    assert "Not guarded: the trigger audit_entry_no_update is gone, so entries can be changed" in said.out
    told = json.loads(shell.call("audit", "verify", "--json").out)
    assert (told["whole"], told["guarded"], len(told["unguarded"])) == (True, False, 1)
    assert "Audit: the trigger audit_entry_no_update is gone" in shell.call("doctor").out
    assert shell.call("migrate").code == 0
    assert shell.call("audit", "verify").code == 0
    assert "Audit: no entry can be changed" in shell.call("doctor").out


def test_an_altered_entry_counts_more_than_a_missing_guard(shell: Audited) -> None:
    with closing(sqlite3.connect(shell.folder / "countersign.db")) as database:
        database.execute("DROP TRIGGER audit_entry_no_update")
        database.execute("UPDATE audit_entry SET kind = 'undone' WHERE position = 2")
        database.commit()
    said = shell.call("audit", "verify")
    assert said.code == 1
    assert "acme #2" in said.out
    assert "Not guarded: the trigger audit_entry_no_update is gone" in said.out


@pytest.mark.parametrize("change", ["position = 'last'", "at = 'some day'", "entry_hash = x'80'"])
def test_an_end_that_cannot_be_read_is_an_altered_entry(shell: Audited, change: str) -> None:
    shell.sign()
    with closing(sqlite3.connect(shell.folder / "countersign.db")) as database:
        database.execute("DROP TRIGGER audit_entry_no_update")
        database.execute(f"UPDATE audit_entry SET {change} WHERE position = 3")
        database.commit()
    said = shell.call("audit", "verify")
    assert said.code == 1, said.err
    assert "altered" in said.out
    assert json.loads(shell.call("audit", "verify", "--json").out)["whole"] is False
    for asked in (("audit", "export"), ("audit", "export", "--format", "csv"), ("audit", "show", "c1")):
        assert shell.call(*asked).line.endswith("run: countersign audit verify")
