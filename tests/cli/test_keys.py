"""Keys from the command line: made, succeeded, retired, revoked, and every step on record."""

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.decisions import KeyUse
from persistence.audit import SqlAuditLog
from persistence.database import Database
from runtime.signing_keys import ensure_in_force
from tests.cli.calling import PLAYBOOK, Shell


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Shell:
    made = Shell(tmp_path, monkeypatch, capfd)
    made.given(COUNTERSIGN_PLAYBOOK_DIR=str(PLAYBOOK), COUNTERSIGN_DATA_DIR=str(tmp_path))
    keys = tmp_path / "keys"
    for use in KeyUse:
        ensure_in_force(keys, keys / "keyring.json", use, now=datetime(2026, 11, 1, tzinfo=UTC))
    return made


def states(shell: Shell) -> dict[str, str]:
    listed = json.loads(shell.call("keys", "list", "--json").out)["keys"]
    assert all(row["private_half_here"] for row in listed)
    return {row["key_id"]: row["state"] for row in listed}


def audited(shell: Shell) -> list[str]:
    database = Database(f"sqlite:///{shell.folder / 'countersign.db'}")
    entries = [f"{e.event.kind.value} {e.event.subject}" for e in SqlAuditLog(database).export()]
    database.close()
    return entries


def test_a_key_is_succeeded_retired_and_revoked(shell: Shell) -> None:
    assert states(shell) == {"human-1": "in force", "policy-1": "in force", "audit-1": "in force"}
    assert "human-2 signs from now on; human-1 retired." in shell.call("keys", "rotate").out
    assert stat.S_IMODE((shell.folder / "keys" / "human-2.pem").stat().st_mode) == 0o600
    assert states(shell) == {
        "human-1": "retired",
        "policy-1": "in force",
        "audit-1": "in force",
        "human-2": "in force",
    }
    assert shell.call("keys", "revoke", "human-1", "--yes").code == 0
    assert states(shell)["human-1"] == "revoked"
    assert audited(shell) == ["key_made human-2", "key_retired human-1", "key_revoked human-1"]


def test_the_key_that_signs_is_succeeded_and_not_just_retired(shell: Shell) -> None:
    said = shell.call("keys", "retire", "human-1")
    assert (said.code, "countersign keys rotate human" in said.line) == (2, True)
    assert states(shell)["human-1"] == "in force"


def test_revoking_the_last_key_says_how_to_go_on(shell: Shell) -> None:
    assert "run countersign keys rotate policy" in shell.call("keys", "revoke", "policy-1", "--yes").out
    keys = shell.folder / "keys"
    # No restart makes a new one by itself: somebody ended this one for a reason.
    assert ensure_in_force(keys, keys / "keyring.json", KeyUse.POLICY, now=datetime.now(UTC)) == ""
    assert "policy-2 signs" in shell.call("keys", "rotate", "policy").out


@pytest.mark.parametrize("act", [("retire",), ("revoke", "--yes")])
def test_an_unknown_key_is_named(shell: Shell, act: tuple[str, ...]) -> None:
    said = shell.call("keys", act[0], "human-9", *act[1:])
    assert (said.code, "human-9" in said.line) == (2, True)
    assert not (shell.folder / "countersign.db").exists()


def test_a_pinned_key_is_not_succeeded_in_vain(shell: Shell) -> None:
    shell.given(COUNTERSIGN_HUMAN_KEY_ID="human-1")
    said = shell.call("keys", "rotate")
    assert (said.code, "COUNTERSIGN_HUMAN_KEY_ID pins human-1" in said.line) == (2, True)


def test_a_key_that_could_not_be_written_down_is_not_made(shell: Shell) -> None:
    shell.given(COUNTERSIGN_PLAYBOOK_DIR=str(shell.folder / "nowhere"))
    said = shell.call("keys", "rotate", "human")
    assert (said.code, "COUNTERSIGN_PLAYBOOK_DIR" in said.line) == (2, True)
    assert states(shell) == {"human-1": "in force", "policy-1": "in force", "audit-1": "in force"}


def test_nothing_that_is_away_stops_a_revocation(shell: Shell) -> None:
    shell.given(COUNTERSIGN_PLAYBOOK_DIR=str(shell.folder / "nowhere"))
    said = shell.call("keys", "revoke", "human-1", "--yes")
    assert (said.code, "human-1 is revoked" in said.line, "audit could not be told" in said.line) == (2, True, True)
    assert states(shell)["human-1"] == "revoked"
    shell.given(COUNTERSIGN_PLAYBOOK_DIR=str(PLAYBOOK))
    assert shell.call("keys", "revoke", "human-1", "--yes").code == 0
    assert audited(shell) == ["key_revoked human-1"]
