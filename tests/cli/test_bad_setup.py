"""A machine that is not set up: which setting, which file, which address, and what to do. Nothing is left half-made."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli import last_resort
from cli.main import app, main
from domain.decisions import KeyUse
from persistence.database import upgrade
from runtime.keys import ensure_key
from tests.cli.calling import PLAYBOOK, ROOT, Shell, nobody
from tests.fakes.clock import START
from tests.localcrm.driving import running


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Shell:
    (tmp_path / "here").mkdir()
    found = Shell(tmp_path / "here", monkeypatch, capfd)
    found.given(COUNTERSIGN_PLAYBOOK_DIR=str(PLAYBOOK))
    return found


def make_keys(shell: Shell) -> Path:
    keys = shell.folder / ".countersign" / "keys"
    for key_id, use in (("human-1", KeyUse.HUMAN), ("policy-1", KeyUse.POLICY)):
        ensure_key(keys, key_id, use, now=START)
    return keys


# ---- usage


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["no-such-command"], "no-such-command"),
        (["submit"], "FILE"),
        (["submit", "--no-such-option", "x.csv"], "--no-such-option"),
        (["worker", "painter"], "painter"),
        (["demo", "--leads", "0"], "--leads"),
        (["review", "decide", "c1", "1", "perhaps", "--digest", "x"], "perhaps"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(shell: Shell, arguments: list[str], named: str) -> None:
    said = shell.call(*arguments)
    assert said.code == 2
    assert named.casefold() in said.err.casefold()
    assert "Traceback" not in said.err
    assert shell.files == set()


# ---- settings and files


@pytest.mark.parametrize(
    ("arguments", "variables", "sentence"),
    [
        (["ui"], {"COUNTERSIGN_UI_PORT": "high"}, "COUNTERSIGN_UI_PORT: "),
        (["worker", "cases"], {}, "keyring.json cannot be read"),
        (["pause"], {}, "set COUNTERSIGN_LOGIN and COUNTERSIGN_PASSWORD"),
        (["audit", "verify"], {"COUNTERSIGN_DATABASE_URL": "mysql://db/x"}, "no such kind of database: mysql"),
        (["audit", "verify"], {"COUNTERSIGN_DATABASE_URL": "countersign"}, "the database address cannot be read"),
        (["audit", "verify"], {}, "there is no database yet at .countersign/countersign.db: set COUNTERSIGN_DATA_DIR"),
        (["audit", "export"], {}, "there is no database yet at .countersign/countersign.db: set COUNTERSIGN_DATA_DIR"),
        (["playbook", "explain", "case-7"], {}, "case-7 is no case here, no CRM lead id (00Q…) and no file; there is"),
        (["playbook", "check", "rules"], {}, "rules: no playbook here"),
        (["demo", "--playbook", "rules", "--data-dir", "data"], {}, "no playbook here"),
    ],
)
def test_what_is_missing_is_named_before_anything_is_made(
    shell: Shell, arguments: list[str], variables: dict[str, str], sentence: str
) -> None:
    shell.given(**variables)
    said = shell.call(*arguments)
    assert said.code == 2
    assert sentence in said.line
    assert list(shell.folder.iterdir()) == []


def test_a_crm_worker_names_every_setting_that_it_lacks(shell: Shell) -> None:
    make_keys(shell)
    said = shell.call("worker", "crm")
    assert said.code == 2
    for name in ("COUNTERSIGN_CRM_INSTANCE_URL", "COUNTERSIGN_CRM_CLIENT_ID"):
        assert f"{name}: is not set" in said.line


def test_a_private_key_that_others_can_read_is_not_used(shell: Shell) -> None:
    (make_keys(shell) / "policy-1.pem").chmod(0o644)
    said = shell.call("worker", "signer")
    assert said.code == 2
    assert "policy-1.pem can be read by others (mode 0644); run: chmod 600" in said.line


def test_a_private_key_that_is_gone(shell: Shell) -> None:
    (make_keys(shell) / "policy-1.pem").unlink()
    said = shell.call("worker", "signer")
    assert said.code == 2
    assert "policy-1.pem cannot be read: No such file" in said.line


def test_a_data_directory_that_is_a_file(shell: Shell) -> None:
    keys = make_keys(shell)
    shell.write("data", "mine")
    shell.given(COUNTERSIGN_DATA_DIR="data", COUNTERSIGN_KEYS_DIR=str(keys))
    said = shell.call("ui")
    assert said.code == 2
    assert "data cannot be used as data directory: File exists; set COUNTERSIGN_DATA_DIR" in said.line
    assert (shell.folder / "data").read_text() == "mine"


def test_a_broken_playbook_names_file_and_line(shell: Shell) -> None:
    shutil.copytree(PLAYBOOK, shell.folder / "rules")
    broken = shell.folder / "rules" / "organisation.yaml"
    lines = broken.read_text().splitlines()
    lines.append("shoe_size: 44")
    broken.write_text("\n".join(lines) + "\n")
    said = shell.call("playbook", "check", "rules")
    assert said.code != 0
    assert f"organisation.yaml:{len(lines)}: unknown key shoe_size" in said.err + said.out
    assert "Traceback" not in said.err


def test_a_demo_with_a_broken_playbook_removes_and_makes_nothing(shell: Shell) -> None:
    kept = shell.folder / "data" / "demo"
    kept.mkdir(parents=True)
    (kept / "countersign-local-stack").touch()
    said = shell.call("demo", "--reset", "--playbook", "rules", "--data-dir", "data")
    assert said.code == 2
    assert "no playbook here" in said.line
    assert shell.files == {"data/demo/countersign-local-stack"}


def test_a_reset_never_removes_what_is_not_ours(shell: Shell) -> None:
    theirs = shell.folder / "data" / "demo"
    theirs.mkdir(parents=True)
    (theirs / "thesis.txt").write_text("chapter one")
    said = shell.call("demo", "--reset", "--playbook", str(PLAYBOOK), "--data-dir", "data")
    assert said.code == 2
    assert "data/demo was not made by this program; remove it by hand" in said.line
    assert shell.files == {"data/demo/thesis.txt"}


# ---- connections


def test_doctor_names_everything_that_does_not_work(shell: Shell) -> None:
    address = nobody()
    shell.given(TEMPORAL_ADDRESS=address, COUNTERSIGN_PLAYBOOK_DIR="rules")
    said = shell.call("doctor")
    assert said.code == 1
    assert f"✗ Temporal: Temporal is not reachable at {address}" in said.out
    assert "✗ Playbook: rules: no playbook here" in said.out
    assert "✗ Keys: " in said.out
    assert "COUNTERSIGN_CRM_CLIENT_ID: is not set" in said.out
    assert "✓ Database: there is no database yet at .countersign/countersign.db" in said.out
    assert "Traceback" not in said.out + said.err
    assert shell.files == set()


def test_doctor_names_a_place_where_no_database_can_be_made(shell: Shell) -> None:
    shell.given(COUNTERSIGN_DATA_DIR=f"{shell.write('a-file', '')}/data")
    assert "✗ Database: a-file/data cannot be used as data directory" in shell.call("doctor").out


def test_an_audit_chain_that_is_there_is_checked(shell: Shell) -> None:
    upgrade(f"sqlite:///{shell.folder / 'data' / 'countersign.db'}")
    shell.given(COUNTERSIGN_DATA_DIR="data")
    said = shell.call("audit", "verify")
    assert said.code == 0
    assert "data/audit-heads: no signed head counts" in said.out
    assert said.out.endswith("The audit chain is whole: 0 entries in data/countersign.db.\n")


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"TEMPORAL_ADDRESS": "engine::x"}, "✗ Temporal: engine::x is no address of a Temporal server"),
        ({"TEMPORAL_PROFILE": "nightly"}, "✗ Temporal: the Temporal settings cannot be used: Profile 'nightly'"),
    ],
)
def test_doctor_names_a_temporal_setting_that_cannot_be_used(
    shell: Shell, variables: dict[str, str], sentence: str
) -> None:
    shell.given(**variables)
    said = shell.call("doctor")
    assert said.code == 1
    assert sentence in said.out


@pytest.mark.parametrize("address", ["http://crm.example", "http://["])
def test_doctor_does_not_send_a_secret_over_a_wrong_address(shell: Shell, address: str) -> None:
    shell.given(
        COUNTERSIGN_CRM_INSTANCE_URL=address, COUNTERSIGN_CRM_CLIENT_ID="id", COUNTERSIGN_CRM_CLIENT_SECRET="hidden"
    )
    said = shell.call("doctor")
    assert said.code == 1
    assert f"✗ CRM: the CRM address '{address}'" in said.out
    assert "hidden" not in said.out + said.err


def test_doctor_says_that_the_crm_refuses_the_secret(shell: Shell) -> None:
    with running() as crm:
        shell.given(
            COUNTERSIGN_CRM_INSTANCE_URL=crm.base,
            COUNTERSIGN_CRM_CLIENT_ID="writer",
            COUNTERSIGN_CRM_CLIENT_SECRET="guessed",
        )
        said = shell.call("doctor")
    assert said.code == 1
    (line,) = [line for line in said.out.splitlines() if " CRM: " in line]
    assert line.startswith("✗")
    assert "invalid_client" in line
    assert "guessed" not in said.out + said.err


# ---- real processes


def environment(shell: Shell, **more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **more}


def test_the_installed_command_ends_with_its_code(shell: Shell) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "cli.main", "playbook", "check", "rules"],
        cwd=shell.folder,
        env=environment(shell),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stdout == ""


def test_a_worker_waits_for_temporal_says_so_and_stops_when_told(shell: Shell) -> None:
    make_keys(shell)
    address = nobody()
    worker = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "worker", "cases"],
        cwd=shell.folder,
        env=environment(shell, TEMPORAL_ADDRESS=address),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert worker.stderr is not None
    seen = []
    for line in worker.stderr:
        seen.append(line)
        if "trying again" in line:
            break
    worker.send_signal(signal.SIGTERM)
    _, rest = worker.communicate(timeout=60)
    told = "".join(seen) + rest
    assert f"Temporal is not reachable at {address}" in told
    assert worker.returncode == 0
    assert "Traceback" not in told


# ---- what nobody foresaw


@pytest.fixture
def bug(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command with a mistake in it."""

    def fails() -> None:
        raise KeyError("ada@engines.example")

    monkeypatch.setattr(app, "registered_commands", [*app.registered_commands])
    app.command("fails")(fails)


@pytest.mark.usefixtures("bug")
def test_a_bug_is_one_line_and_a_private_file(shell: Shell) -> None:
    shell.given(COUNTERSIGN_DATA_DIR="data")
    said = shell.call("fails")
    assert said.code == last_resort.UNEXPECTED == 70
    assert said.line == "countersign: unexpected error KeyError; details in data/errors.log"
    log = shell.folder / "data" / "errors.log"
    assert "KeyError: 'ada@engines.example'" in log.read_text()
    assert log.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("bug")
def test_a_bug_where_nothing_can_be_written_is_still_one_line(shell: Shell) -> None:
    shell.write("data", "a file")
    shell.given(COUNTERSIGN_DATA_DIR="data")
    said = shell.call("fails")
    assert said.code == last_resort.UNEXPECTED
    assert "could not be kept in data/errors.log" in said.line


def test_ctrl_c_is_no_error(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(app, "registered_commands", [*app.registered_commands])
    app.command("interrupted")(interrupted)
    assert main(["interrupted"]) == last_resort.INTERRUPTED
