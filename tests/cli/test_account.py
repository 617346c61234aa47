"""Local accounts from the command line: whose, by which password, what is told and what never is."""

import json
import os
import pty
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path

import pytest

from domain.audit import AuditKind
from persistence.audit import AuditEntry, SqlAuditLog
from persistence.database import Database
from persistence.sessions import SqlSessions, UiSession
from persistence.users import LocalUser, SqlUsers
from tests.cli.calling import PLAYBOOK, ROOT, Said, Shell

PASSWORD = "four words in a row"
NOW = datetime.now(UTC)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Shell:
    (tmp_path / "here").mkdir()
    found = Shell(tmp_path / "here", monkeypatch, capfd)
    found.given(COUNTERSIGN_PLAYBOOK_DIR=str(PLAYBOOK))
    return found


@pytest.fixture
def database(shell: Shell) -> Iterator[Database]:
    opened = Database(f"sqlite:///{shell.folder}/.countersign/countersign.db")
    yield opened
    opened.close()


def set_by_pipe(shell: Shell, monkeypatch: pytest.MonkeyPatch, login: str, password: str, *more: str) -> Said:
    monkeypatch.setattr(sys, "stdin", StringIO(password))
    return shell.call("account", "set", login, "--password-stdin", *more)


def entries(database: Database, kind: AuditKind) -> list[AuditEntry]:
    return [e for e in SqlAuditLog(database).export() if e.event.kind is kind]


def signed_in(database: Database, login: str) -> None:
    session = UiSession(
        token_digest=f"of {login}", login=login, csrf="c", created_at=NOW, expires_at=NOW + timedelta(hours=1)
    )
    SqlSessions(database).start(session)


def test_a_first_password_and_another_one(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    said = set_by_pipe(shell, monkeypatch, "Ines", f"{PASSWORD}\n")
    assert (said.code, said.out) == (0, "Inés Robledo (ines, manager) has an account now.\n"), said.err
    users = SqlUsers(database)
    first, account = users.password_hash("ines") or "", users.get("ines")
    assert account is not None
    assert (account.role.value, account.team, account.active) == ("manager", "emea", True)
    assert first.startswith("$argon2id$")

    signed_in(database, "ines")
    signed_in(database, "oriol")
    again = set_by_pipe(shell, monkeypatch, "ines", f"{PASSWORD} and more\r\n")
    assert "has another password now; 1 session ended." in again.out
    assert users.password_hash("ines") != first
    sessions = SqlSessions(database)
    assert [len(sessions.of(login, now=NOW)) for login in ("ines", "oriol")] == [0, 1]

    made, renewed = entries(database, AuditKind.ACCOUNT_SET)
    assert (made.event.subject, made.event.code, renewed.event.code) == ("ines", "made", "renewed")
    assert made.event.actor == f"command line of {pwd.getpwuid(os.getuid()).pw_name}"
    told = said.out + said.err + again.out + again.err + made.model_dump_json() + renewed.model_dump_json()
    assert PASSWORD not in told + caplog.text
    assert "$argon2id$" not in told + caplog.text
    assert SqlAuditLog(database).verify() == []


def test_a_made_password_is_shown_once_and_is_another_each_time(shell: Shell, database: Database) -> None:
    told = [json.loads(shell.call("account", "set", "ines", "--generate", "--json").out) for _ in range(2)]
    assert [t["made"] for t in told] == [True, False]
    assert len({t["password"] for t in told}) == 2
    plain = shell.call("account", "set", "oriol", "--generate")
    assert len([line for line in plain.out.splitlines() if "shown this once" in line]) == 1
    assert all(t["password"] not in e.model_dump_json() for t in told for e in SqlAuditLog(database).export())


@pytest.mark.parametrize(
    ("login", "arguments", "given", "sentence"),
    [
        ("inez", ("--generate",), "", "reviewers.yaml names no 'inez'; did you mean ines?"),
        ("zoe", ("--generate",), "", "reviewers.yaml names no 'zoe'; it names oriol, javier, ines"),
        ("ines", (), PASSWORD, "there is no terminal to ask at; add --generate, or --password-stdin"),
        ("ines", ("--generate", "--password-stdin"), PASSWORD, "exclude each other"),
        ("ines", ("--password-stdin",), "", "--password-stdin takes one line"),
        ("ines", ("--password-stdin",), f"{PASSWORD}\n{PASSWORD}\n", "--password-stdin takes one line"),
        ("ines", ("--password-stdin",), "too short", "it has 9 characters; use at least 12"),
        ("ines", ("--password-stdin",), "ines-ines-2026", "that password is not taken"),
        ("ines", ("--json",), "", "--json asks nobody"),
    ],
)
def test_what_is_refused_names_the_next_step_and_makes_nothing(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, login: str, arguments: tuple[str, ...], given: str, sentence: str
) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO(given))
    said = shell.call("account", "set", login, *arguments)
    assert said.code == 2
    assert sentence in said.line
    assert not given or given not in said.line
    assert shell.files == set()


def test_what_is_no_text_is_refused_like_any_other(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    for errors in ("strict", "surrogateescape"):
        piped = TextIOWrapper(BytesIO(b"correct horse \xff battery\n"), encoding="utf-8", errors=errors)
        monkeypatch.setattr(sys, "stdin", piped)
        assert shell.call("account", "set", "ines", "--password-stdin").code == 2
    assert shell.files == set()


def test_it_is_asked_for_twice_and_not_shown(shell: Shell) -> None:
    """At a real terminal: what is typed must not come back from it."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "account", "set", "ines"],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=shell.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    os.close(theirs)
    seen = b""
    # A slip at the second time asks both again.
    asked = (b"Password for ines: ", b"The same again: ")
    for number, typed in enumerate((PASSWORD, "a slip of the hand", PASSWORD, PASSWORD)):
        seen = _until(ours, seen, asked[number % 2], 1 + number // 2)
        os.write(ours, f"{typed}\n".encode())
    said = _rest(ours, seen).decode()
    assert child.wait(60) == 0, said
    os.close(ours)
    assert "has an account now" in said
    assert PASSWORD not in said
    assert "slip" not in said


def _until(descriptor: int, seen: bytes, ending: bytes, times: int) -> bytes:
    while seen.count(ending) < times:
        seen += os.read(descriptor, 1024)
    return seen


def _rest(descriptor: int, seen: bytes) -> bytes:
    while True:
        try:
            more = os.read(descriptor, 1024)
        except OSError:
            return seen
        if not more:
            return seen
        seen += more


def test_closing_ends_the_account_and_the_sessions(shell: Shell, database: Database) -> None:
    shell.call("account", "set", "ines", "--generate")
    shell.call("account", "set", "oriol", "--generate")
    signed_in(database, "ines")
    said = shell.call("account", "close", "INES")
    assert said.out == "The account of Inés Robledo (ines) is closed; 1 session ended.\n"
    users = SqlUsers(database)
    closed = users.get("ines")
    assert closed is not None
    assert (closed.active, users.password_hash("ines")) == (False, "")
    assert [e.event.subject for e in entries(database, AuditKind.ACCOUNT_CLOSED)] == ["ines"]
    assert "no account that is open" in shell.call("account", "close", "ines").line
    assert "names no 'zoe'" in shell.call("account", "close", "zoe").line
    assert "countersign account set ines" in shell.call("account", "close", "oriol").out
    assert "has an account now" in shell.call("account", "set", "ines", "--generate").out


def test_closing_where_there_is_nothing_makes_nothing(shell: Shell) -> None:
    assert "has no account here" in shell.call("account", "close", "ines").line
    assert "names no 'zoe'" in shell.call("account", "close", "zoe").line
    assert shell.files == set()


def test_the_list_has_everybody_of_the_playbook_and_who_left_it(shell: Shell) -> None:
    empty = json.loads(shell.call("account", "list", "--json").out)
    assert {a["account"] for a in empty["accounts"]} == {"no"}
    assert shell.files == set()

    shutil.copytree(PLAYBOOK, shell.folder / "mine")
    shell.given(COUNTERSIGN_PLAYBOOK_DIR="mine")
    for login in ("ines", "miriam", "oriol"):
        shell.call("account", "set", login, "--generate")
    shell.call("account", "close", "oriol")
    reviewers = shell.folder / "mine" / "reviewers.yaml"
    kept, _, rest = reviewers.read_text().partition("  - login: miriam\n")
    reviewers.write_text(kept + rest[rest.index("  - login: lucia") :])

    rows = {a["login"]: a for a in json.loads(shell.call("account", "list", "--json").out)["accounts"]}
    states = {login: rows[login]["account"] for login in ("ines", "oriol", "lucia", "miriam")}
    assert states == {"ines": "yes", "oriol": "closed", "lucia": "no", "miriam": "not in playbook"}
    assert (rows["ines"]["role"], rows["ines"]["team"], rows["miriam"]["role"]) == ("manager", "emea", None)
    shown = shell.call("account", "list").out
    assert "not in playbook" in shown
    # Whoever left can still be closed, so that nothing of them is left.
    assert shell.call("account", "close", "miriam").code == 0


def test_what_an_account_means_beside_a_provider(shell: Shell, database: Database) -> None:
    shell.given(COUNTERSIGN_OIDC_ISSUER="https://id.acme.example/realm")
    said = shell.call("account", "set", "ines", "--generate")
    assert "offers id.acme.example first and the password below it" in said.out
    users = SqlUsers(database)
    linked = LocalUser(login="oriol", display_name="O", role="reviewer", issuer="https://id.acme.example", subject="7")  # type: ignore[arg-type]
    users.save(linked, password_hash="")
    assert "oriol signs in through id.acme.example" in shell.call("account", "set", "oriol", "--generate").out
    kept = users.get("oriol")
    assert kept is not None
    assert kept.subject == "7"
    shell.given(COUNTERSIGN_LOCAL_ACCOUNTS="false")
    assert "COUNTERSIGN_LOCAL_ACCOUNTS is off" in shell.call("account", "list").out


def test_doctor_says_that_nobody_can_sign_in(shell: Shell, database: Database) -> None:
    said = shell.call("doctor").out
    assert "✗ Sign-in: nobody can sign in" in said
    assert "run: countersign account set ines" in said
    assert not (shell.folder / ".countersign").exists()

    shell.call("account", "set", "tomas", "--generate")
    assert "✗ Sign-in: nobody who can sign in may decide (tomas)" in shell.call("doctor").out
    shell.call("account", "set", "ines", "--generate")
    assert "✓ Sign-in: ines, tomas by password; 1 may decide" in shell.call("doctor").out

    shell.given(COUNTERSIGN_LOCAL_ACCOUNTS="false")
    assert "✗ Sign-in: nobody can sign in: COUNTERSIGN_LOCAL_ACCOUNTS is off" in shell.call("doctor").out
    shell.given(COUNTERSIGN_OIDC_ISSUER="https://id.acme.example/realm")
    assert "✓ Sign-in: through id.acme.example only" in shell.call("doctor").out
