"""`SignalCache` and `ContextStore`: found by what they are about, never by a plain address."""

from datetime import timedelta

import sqlalchemy as sa

from domain.context import ContextEvent, ContextItem, ContextKind, ContextSubject
from domain.enrichment import Signal, Unknown
from persistence.context import SqlContext
from persistence.database import Database
from persistence.enrichment import SqlSignalCache
from persistence.tables import ContextEventRow
from tests.fakes.clock import START

LONG_AGO = START - timedelta(days=900)
LEAD = "00QLc0000000001MAA"


def signal(value: int | None) -> Signal:
    return Signal(
        name="employees", value=value, system="website", record="https://a.example/", field="f", provider="website",
        observed_at=START, confidence=0.7, unknown=None if value else Unknown.EMPTY,
    )  # fmt: skip


def event(record: str, days_ago: int = 0, system: str = "Dialler", **subject: object) -> ContextEvent:
    item = ContextItem(
        kind=ContextKind.TRANSCRIPT, occurred_at=START - timedelta(days=days_ago), summary=record, system=system,
        record=record,
    )  # fmt: skip
    return ContextEvent(subject=ContextSubject.model_validate(subject), item=item)


def test_an_answer_is_found_while_it_is_fresh_and_replaced_by_a_newer_one(db: Database) -> None:
    cache = SqlSignalCache(db)
    assert cache.find("website", "a.example", since=LONG_AGO) is None
    cache.keep("website", "a.example", [signal(450), signal(None)], now=START)
    assert cache.find("website", "a.example", since=START) == (signal(450), signal(None))
    assert cache.find("website", "a.example", since=START + timedelta(seconds=1)) is None
    assert cache.find("people_data_labs", "a.example", since=LONG_AGO) is None
    cache.keep("website", "a.example", [signal(90)], now=START + timedelta(days=1))
    assert cache.find("website", "a.example", since=START) == (signal(90),)


def test_events_are_found_by_person_company_or_record_newest_first(db: Database) -> None:
    store = SqlContext(db, b"secret")
    events = (
        event("old", 9, email="ada@a.example", company="a.example"),
        event("new", 1, company="a.example"),
        event("by-id", 5, records=(LEAD,)),
        event("stranger", 0, email="bob@b.example", company="b.example"),
    )
    assert [store.add(e, now=START) for e in events] == [True] * 4
    subject = ContextSubject(email="ADA@a.example", company="a.example", records=(LEAD[:15],))
    assert [i.record for i in store.about(subject, since=LONG_AGO)] == ["new", "by-id", "old"]
    assert [i.record for i in store.about(subject, since=LONG_AGO, limit=1)] == ["new"]
    assert [i.record for i in store.about(subject, since=START - timedelta(days=6))] == ["new", "by-id"]
    assert store.about(ContextSubject(), since=LONG_AGO) == ()
    assert events[0].item == store.about(ContextSubject(email="ada@a.example"), since=LONG_AGO)[0]


def test_the_same_record_of_the_same_system_is_kept_once(db: Database) -> None:
    store = SqlContext(db, b"secret")
    assert store.add(event("1", company="a.example"), now=START)
    assert not store.add(event("1", 3, company="a.example"), now=START)
    assert store.add(event("1", system="Billing", company="a.example"), now=START)


def test_no_address_stands_in_an_index_and_a_person_can_be_erased(db: Database) -> None:
    store = SqlContext(db, b"secret")
    store.add(event("1", email="ada@a.example", company="a.example"), now=START)
    store.add(event("2", email="bob@a.example", company="a.example"), now=START)
    with db.session() as session:
        rows = session.connection().execute(sa.select(sa.inspect(ContextEventRow).local_table)).all()
    assert not any("ada" in str(value) for row in rows for value in row)
    assert store.about(ContextSubject(email="ada@a.example"), since=LONG_AGO) != ()
    assert SqlContext(db, b"another").about(ContextSubject(email="ada@a.example"), since=LONG_AGO) == ()
    assert (store.erase("Ada@a.example"), store.erase(""), store.erase("ada@a.example")) == (1, 0, 0)
    assert [i.record for i in store.about(ContextSubject(company="a.example"), since=LONG_AGO)] == ["2"]
