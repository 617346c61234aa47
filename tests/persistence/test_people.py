"""Accounts, browser sessions and claims."""

from datetime import timedelta
from functools import partial

import pytest
from sqlmodel import select

from domain.audit import AuditEvent, AuditKind
from domain.errors import StoreError
from domain.permissions import Role
from persistence.audit import SqlAuditLog
from persistence.claims import SqlClaims
from persistence.database import Database
from persistence.reviews import SqlReviews
from persistence.sessions import SqlSessions, UiSession
from persistence.tables import ReviewRow, SessionRow
from persistence.users import LocalUser, SqlUsers
from tests.fakes.clock import START
from tests.fakes.examples import opening
from tests.fakes.races import at_once

SAM = LocalUser(login="sam", display_name="Sam Doe", role=Role.REVIEWER, crm_user_id="005A", team="emea")
HOUR = timedelta(hours=1)


def test_an_account_comes_back_and_can_be_changed(db: Database) -> None:
    users = SqlUsers(db)
    users.save(SAM, password_hash="$argon2id$one")
    assert users.get(" SAM ") == SAM
    assert users.password_hash("Sam") == "$argon2id$one"
    left = SAM.model_copy(update={"active": False, "role": Role.VIEWER})
    users.save(left, password_hash="$argon2id$two")
    assert users.all() == (left,)
    assert users.password_hash("sam") == "$argon2id$two"
    assert users.get("kim") is None
    assert users.password_hash("kim") is None


def session(token: str, login: str = "sam", hours: int = 8) -> UiSession:
    return UiSession(
        token_digest=token, login=login, csrf=f"csrf-{token}", created_at=START, expires_at=START + hours * HOUR
    )


def test_a_session_lasts_until_it_ends(db: Database) -> None:
    sessions = SqlSessions(db)
    sessions.start(session("t1"))
    assert sessions.find("t1", now=START) == session("t1")
    assert sessions.find("t1", now=START + 8 * HOUR) is None
    assert sessions.find("t2", now=START) is None
    sessions.end("t1")
    assert sessions.find("t1", now=START) is None


def test_a_person_is_signed_out_everywhere(db: Database) -> None:
    sessions = SqlSessions(db)
    for each in (session("t1"), session("t2"), session("t3", login="kim")):
        sessions.start(each)
    sessions.end_all("sam")
    assert [t for t in ("t1", "t2", "t3") if sessions.find(t, now=START)] == ["t3"]


def test_sessions_that_are_over_are_dropped(db: Database) -> None:
    sessions = SqlSessions(db)
    sessions.start(session("old", hours=0))
    sessions.start(session("new"))
    with db.session() as reading:
        assert [row.token_digest for row in reading.exec(select(SessionRow))] == ["new"]


@pytest.fixture
def claims(db: Database) -> SqlClaims:
    SqlReviews(db).open_round(opening())
    return SqlClaims(db)


def test_a_review_is_claimed_by_one(claims: SqlClaims) -> None:
    holders = at_once([partial(claims.claim, "c1", 1, f"r{n}", now=START) for n in range(6)])
    assert len(set(holders)) == 1
    holder = holders[0]
    assert not claims.release("c1", 1, "somebody", now=START)
    assert claims.release("c1", 1, holder, now=START)
    assert not claims.release("c1", 1, holder, now=START)
    assert claims.claim("c1", 1, "kim", now=START + HOUR) == "kim"


def test_snoozing_moves_no_deadline(claims: SqlClaims, db: Database) -> None:
    assert claims.snooze("c1", 1, START + HOUR, "sam", now=START)
    with db.session() as reading:
        row = reading.get(ReviewRow, ("c1", 1))
    assert row is not None
    assert row.snoozed_until == START + HOUR
    assert row.expires_at == opening().ladder.expires_at
    assert claims.snooze("c1", 1, None, "sam", now=START + HOUR)


def test_a_review_that_ended_is_neither_claimed_nor_snoozed(claims: SqlClaims, db: Database) -> None:
    SqlReviews(db).expire("c1", 1, now=START)
    assert claims.claim("c1", 1, "sam", now=START) == ""
    assert not claims.snooze("c1", 1, START + HOUR, "sam", now=START)
    assert claims.claim("c9", 1, "sam", now=START) == ""


def told(key: str, org_id: str = "00D000000000001AAA") -> AuditEvent:
    return AuditEvent(key=key, kind=AuditKind.ACCOUNT_SET, org_id=org_id, actor="somebody", subject="sam", at=START)


def test_a_renewed_account_its_ended_sessions_and_the_audit_are_one_act(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    users, sessions, audit = SqlUsers(db), SqlSessions(db), SqlAuditLog(db)
    for each in (session("t1"), session("t2"), session("t3", login="kim")):
        sessions.start(each)
    assert users.renew(SAM, password_hash="$argon2id$one", event=told("first")) == 2
    assert [t for t in ("t1", "t2", "t3") if sessions.find(t, now=START)] == ["t3"]
    assert [e.event.key for e in audit.export()] == ["first"]

    sessions.start(session("t4"))

    def full(*_: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr("persistence.users.add_to_chain", full)
    with pytest.raises(StoreError):
        users.renew(SAM, password_hash="$argon2id$two", event=told("second"))
    assert users.password_hash("sam") == "$argon2id$one"
    assert sessions.find("t4", now=START) is not None


def test_the_last_sign_in_is_read_from_the_audit(db: Database) -> None:
    audit = SqlAuditLog(db)
    for number, (actor, kind) in enumerate(
        [("sam", AuditKind.SIGNED_IN), ("kim", AuditKind.SIGN_IN_REFUSED), ("sam", AuditKind.SIGNED_IN)]
    ):
        event = told(f"e{number}").model_copy(update={"actor": actor, "kind": kind, "at": START + number * HOUR})
        audit.append(event)
    assert audit.last_sign_ins("00D000000000001AAA") == {"sam": START + 2 * HOUR}
    assert audit.last_sign_ins("00D000000000002AAA") == {}
