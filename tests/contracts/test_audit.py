"""`AuditLog`: append-only, idempotent, and any tampering shows."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy.exc import DBAPIError

from domain.audit import AuditEvent, AuditKind, ChainHead
from domain.errors import StoreError
from persistence.audit import SqlAuditLog
from persistence.database import Database
from tests.fakes.clock import START
from tests.fakes.races import at_once


def event(key: str, org_id: str = "acme") -> AuditEvent:
    return AuditEvent(
        key=key,
        kind=AuditKind.WRITTEN,
        org_id=org_id,
        case_id="c1",
        actor="crm",
        subject="r1",
        digest="d" * 64,
        at=START,
    )


@pytest.fixture
def unguarded(db: Database) -> Callable[[str], None]:
    """Run SQL as somebody who owns the database and has taken the triggers away."""

    def run(statement: str) -> None:
        with db.transaction() as session:
            connection = session.connection()
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("DROP TRIGGER IF EXISTS audit_entry_no_update")
                connection.exec_driver_sql("DROP TRIGGER IF EXISTS audit_entry_no_delete")
            else:
                connection.exec_driver_sql("DROP TRIGGER IF EXISTS audit_entry_append_only ON audit_entry")
            connection.exec_driver_sql(statement)

    return run


@pytest.fixture
def log(db: Database) -> SqlAuditLog:
    return SqlAuditLog(db)


def test_events_come_back_in_order_and_verify(log: SqlAuditLog) -> None:
    told = [event("a"), event("b"), event("c")]
    for each in told:
        log.append(each)
    assert [entry.event for entry in log.export()] == told
    assert [entry.position for entry in log.export()] == [1, 2, 3]
    assert log.verify() == []


def test_an_empty_log_verifies_and_has_no_head(log: SqlAuditLog) -> None:
    assert log.verify() == []
    assert log.head("acme") is None


def test_the_same_key_is_one_entry(log: SqlAuditLog) -> None:
    log.append(event("a"))
    head = log.head("acme")
    log.append(event("a"))
    assert log.head("acme") == head
    assert len(list(log.export())) == 1


def test_orgs_have_chains_of_their_own(log: SqlAuditLog) -> None:
    for org_id in ("acme", "globex", "acme"):
        log.append(event(f"{org_id}-{log.head(org_id) is None}", org_id))
    acme, globex = log.head("acme"), log.head("globex")
    assert acme is not None
    assert globex is not None
    assert (acme.position, globex.position) == (2, 1)
    assert log.verify() == []


def test_racing_appends_keep_one_chain(log: SqlAuditLog) -> None:
    at_once([partial(log.append, event(f"k{n % 6}")) for n in range(12)])
    assert sorted(entry.position for entry in log.export()) == list(range(1, 7))
    assert log.verify() == []


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET kind = 'x'", "DELETE FROM audit_entry"])
def test_the_database_refuses_to_change_an_entry(log: SqlAuditLog, db: Database, statement: str) -> None:
    log.append(event("a"))
    with pytest.raises((DBAPIError, StoreError)), db.transaction() as session:
        session.connection().exec_driver_sql(statement)
    assert log.verify() == []
    assert len(list(log.export())) == 1


def test_a_head_kept_elsewhere_shows_what_was_cut_off(log: SqlAuditLog, unguarded: Callable[[str], None]) -> None:
    for key in "abc":
        log.append(event(key))
    head = log.head("acme")
    assert head is not None
    assert log.verify([head]) == []
    unguarded("DELETE FROM audit_entry WHERE position = 3")
    assert log.verify() == []
    assert log.verify([head]) == ["acme #3: missing; a head kept elsewhere names it, and the chain ends at #2"]
    other = ChainHead(org_id="acme", position=2, entry_hash="0" * 64)
    assert log.verify([other]) == ["acme #2: is not the entry that the head kept elsewhere names"]


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit_entry SET kind = 'undone' WHERE position = 2", "acme #2: its columns differ"),
        ("UPDATE audit_entry SET case_id = 'c9' WHERE position = 2", "acme #2: its columns differ"),
        (
            "UPDATE audit_entry SET body = (SELECT body FROM audit_entry WHERE position = 1) WHERE position = 2",
            "acme #2: altered",
        ),
        ("UPDATE audit_entry SET entry_hash = prev_hash WHERE position = 2", "acme #2: altered"),
        ("DELETE FROM audit_entry WHERE position = 2", "acme #2: missing"),
        ("DELETE FROM audit_entry WHERE position = 1", "acme #1: missing"),
        ("UPDATE audit_entry SET position = position + 100 WHERE position = 2", "acme #2: missing"),
    ],
)
def test_tampering_shows(log: SqlAuditLog, unguarded: Callable[[str], None], statement: str, found: str) -> None:
    for key in "abc":
        log.append(event(key))
    unguarded(statement)
    assert any(line.startswith(found) for line in log.verify())
