"""`countersign account …`: who of the playbook's people has a password here. Role and team stay the playbook's.

A password reaches this command by a terminal, by standard input, or is made here; never by an option or a setting,
where other processes and the shell's history would see it.
"""

import difflib
import json
import os
import pwd
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.doors import Doors, doors, has_password, who_can_sign_in
from domain.audit import AuditEvent, AuditKind
from domain.errors import InputError
from domain.passwords import MAX_LENGTH, weakness
from domain.playbook import Playbook, Reviewer
from persistence.audit import SqlAuditLog
from persistence.database import exists, opened
from persistence.users import LocalUser, SqlUsers
from runtime.playbook_files import line_of, load_playbook
from runtime.settings import PlaybookSettings, StoreSettings, load

app = typer.Typer(help="Local accounts: who of the playbook's people has a password here.", no_args_is_help=True)
console = Console()

Login = Annotated[str, typer.Argument(help="A login of the playbook's reviewers.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]

NOT_NAMED = "not in playbook"
"""State of an account whose person the playbook names no more: it lets nobody in."""
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Nothing that looks like something else when it is read out."""


@app.command("list")
def show(as_json: AsJson = False) -> None:
    """Everybody whom the playbook names: role, team, whether a password lets them in, and when they signed in last."""
    playbook, store = _playbook(), load(StoreSettings)
    rows: list[dict[str, object]] = []
    if exists(store.url):
        with opened(store.url) as database:
            users, seen = SqlUsers(database), SqlAuditLog(database).last_sign_ins(playbook.org_id)
            rows += [_row(person, users.get(person.login), users, seen) for person in playbook.reviewers]
            rows += _left_over(playbook, users, seen)
    else:
        rows += [_row(person, None, None, {}) for person in playbook.reviewers]
    ways = doors()
    if as_json:
        told = {"accounts": rows, "provider": ways.provider or None, "passwords": ways.passwords}
        sys.stdout.write(json.dumps(told) + "\n")
        return
    table = Table(box=None)
    table.add_column("login", min_width=max(len(str(row["login"])) for row in rows))
    for name in ("name", "role", "team"):
        table.add_column(name, overflow="fold")
    table.add_column("account", no_wrap=True)
    table.add_column("last sign-in", no_wrap=True)
    for row in rows:
        last = str(row["last_sign_in"] or "")[:16].replace("T", " ")
        shown = (row["login"], row["name"], row["role"] or "–", row["team"], row["account"])
        table.add_row(*(escape(str(value)) for value in shown), f"{last} UTC" if last else "–")
    console.print(table)
    _say_beside(ways)


@app.command("set")
def renew(
    login: Login,
    generate: Annotated[bool, typer.Option("--generate", help="Make a password, and show it once.")] = False,
    from_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read it from standard input.")] = False,
    as_json: AsJson = False,
) -> None:
    """Give somebody a password, the first or another one. It is asked for twice. Their sessions end."""
    if generate and from_stdin:
        raise InputError("--generate and --password-stdin exclude each other; give one of them")
    if as_json and not (generate or from_stdin):
        raise InputError("--json asks nobody; add --generate or --password-stdin")
    playbook = _playbook()
    person = _person(playbook, login)
    ways = doors()
    password = _generated() if generate else _read() if from_stdin else _typed(person)
    refused = weakness(password, (person.login, person.name, person.email, person.crm_user, playbook.seller.name))
    if refused:
        raise InputError(f"that password is not taken: {refused}")
    # Hashing costs what it should; the library is loaded by whoever needs it.
    from approval_ui.signing_in import hash_password

    with _accounts() as users:
        before = users.get(person.login)
        made = not has_password(users, before)
        account = (before or _account(person)).model_copy(
            update={"display_name": person.name, "role": person.role, "team": person.team, "active": True}
        )
        event = _event(playbook, AuditKind.ACCOUNT_SET, account.login, code="made" if made else "renewed")
        ended = users.renew(account, password_hash=hash_password(password), event=event)
    if as_json:
        told = {"login": account.login, "role": person.role.value, "made": made, "sessions_ended": ended}
        sys.stdout.write(json.dumps({**told, **({"password": password} if generate else {})}) + "\n")
        return
    what = "has an account" if made else "has another password"
    _say(f"{person.name} ({person.login}, {person.role.value}) {what} now{_and_sessions(ended)}.")
    if generate:
        _say(f"Password, shown this once: {password}")
    if ways.provider and account.subject:
        _say(f"Beware: {person.login} signs in through {ways.provider}; a password is not taken from them.")
    _say_beside(ways)


@app.command("close")
def close(login: Login, as_json: AsJson = False) -> None:
    """End somebody's account and their sessions, at once. `account set` opens it again."""
    playbook, store = _playbook(), load(StoreSettings)
    if not exists(store.url):
        _person(playbook, login)
        raise InputError(f"{login} has no account here; there is nothing to close")
    with _accounts() as users:
        account = users.get(login)
        if account is None:
            # Says so where the login is nobody's at all; somebody who left the playbook may still have an account.
            _person(playbook, login)
        if account is None or not account.active:
            raise InputError(f"{login} has no account that is open; there is nothing to close")
        event = _event(playbook, AuditKind.ACCOUNT_CLOSED, account.login)
        ended = users.renew(account.model_copy(update={"active": False}), password_hash="", event=event)
        left = _told(playbook, users)
    if as_json:
        sys.stdout.write(json.dumps({"login": account.login, "sessions_ended": ended}) + "\n")
        return
    _say(f"The account of {account.display_name} ({account.login}) is closed{_and_sessions(ended)}.")
    if left:
        _say(f"Now {left}")


def _told(playbook: Playbook, users: SqlUsers) -> str:
    """What is wrong with who can still come in; empty where somebody can who may decide."""
    try:
        who_can_sign_in(playbook, users)
    except InputError as nobody:
        return nobody.detail
    return ""


@contextmanager
def _accounts() -> Iterator[SqlUsers]:
    """In a database that is made and brought up to date where needed."""
    store = load(StoreSettings)
    if not store.database_url:
        store.make_data_dir()
    with opened(store.url) as database:
        yield SqlUsers(database)


def _playbook() -> Playbook:
    return load_playbook(load(PlaybookSettings).playbook_dir)


def _person(playbook: Playbook, login: str) -> Reviewer:
    """Raises `InputError` that names the file to add somebody to."""
    wanted = login.strip().casefold()
    found = next((r for r in playbook.reviewers if r.login.casefold() == wanted), None)
    if found is not None:
        return found
    folder = load(PlaybookSettings).playbook_dir
    file = line_of(folder, ("reviewers",)).partition(":")[0]
    known = [r.login for r in playbook.reviewers]
    near = difflib.get_close_matches(wanted, known, n=1)
    meant = f"did you mean {near[0]}?" if near else f"it names {', '.join(known)}."
    raise InputError(
        f"{folder / file} names no {login[:60]!r}; {meant} Somebody new is added there first, with role and team"
    )


def _account(person: Reviewer) -> LocalUser:
    return LocalUser(login=person.login, display_name=person.name, role=person.role, team=person.team)


def _row(
    person: Reviewer, account: LocalUser | None, users: SqlUsers | None, seen: dict[str, datetime]
) -> dict[str, object]:
    at = seen.get(account.login) if account is not None else None
    return {
        "login": person.login,
        "name": person.name,
        "role": person.role.value,
        "team": person.team,
        "account": _state(account, users),
        "last_sign_in": at.isoformat() if at is not None else None,
    }


def _left_over(playbook: Playbook, users: SqlUsers, seen: dict[str, datetime]) -> list[dict[str, object]]:
    """Accounts with a password whose person the playbook names no more. They let nobody in."""
    named = {person.login.casefold() for person in playbook.reviewers}
    return [
        {
            "login": account.login,
            "name": account.display_name,
            "role": None,
            "team": account.team,
            "account": NOT_NAMED,
            "last_sign_in": seen[account.login].isoformat() if account.login in seen else None,
        }
        for account in users.all()
        if account.login not in named and has_password(users, account)
    ]


def _state(account: LocalUser | None, users: SqlUsers | None) -> str:
    if account is None or users is None:
        return "no"
    if not account.active:
        return "closed"
    return "yes" if has_password(users, account) else "no"


def _typed(person: Reviewer) -> str:
    if not sys.stdin.isatty():
        raise InputError("there is no terminal to ask at; add --generate, or --password-stdin and pipe the password in")
    return str(
        typer.prompt(f"Password for {person.login}", hide_input=True, confirmation_prompt="The same again", err=True)
    )


def _read() -> str:
    """One line of standard input, without its end."""
    try:
        given = sys.stdin.read(MAX_LENGTH + 3)
    except UnicodeDecodeError:
        raise InputError("--password-stdin takes UTF-8 text, and this is none") from None
    lines = given.splitlines()
    if len(lines) != 1:
        raise InputError("--password-stdin takes one line and no more; pipe the password in, and nothing else")
    return lines[0]


def _generated() -> str:
    """About 99 bits, in groups that can be read out."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(4))


def _event(playbook: Playbook, kind: AuditKind, login: str, *, code: str = "") -> AuditEvent:
    return AuditEvent(
        key=f"{kind.value}/{login}/{secrets.token_hex(8)}",
        kind=kind,
        org_id=playbook.org_id,
        actor=f"command line of {_machine_user()}",
        subject=login,
        code=code,
        at=datetime.now(UTC),
    )


def _machine_user() -> str:
    """Whom the operating system knows this process by; its environment could say anything."""
    number = os.getuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"


def _and_sessions(ended: int) -> str:
    return f"; {ended} session{'' if ended == 1 else 's'} ended" if ended else ""


def _say(sentence: str) -> None:
    console.print(sentence, highlight=False, markup=False, soft_wrap=True)


def _say_beside(ways: Doors) -> None:
    if ways.beside:
        _say(f"{ways.beside}.")
