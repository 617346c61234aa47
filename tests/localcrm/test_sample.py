"""The sample org keeps its own rules, is the same each time, and holds the hard cases."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from localcrm import ids
from localcrm.fields import FieldType, Record
from localcrm.sample import DEFAULT_SEED, AlreadySeeded, HardCase, Inquiry, build_org, inquiries, is_seeded, seed
from localcrm.schema import SCHEMA
from localcrm.validation import coerce_body
from tests.localcrm.driving import running

TODAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def rows() -> dict[str, list[Record]]:
    return build_org(DEFAULT_SEED, TODAY).rows


@pytest.fixture(scope="module")
def first() -> list[Inquiry]:
    return inquiries(DEFAULT_SEED, TODAY, 20)


def test_the_same_seed_and_day_give_the_same_org() -> None:
    build_org.cache_clear()
    once = build_org(3, TODAY)
    build_org.cache_clear()
    assert build_org(3, TODAY) == once
    assert build_org(4, TODAY).rows["Account"] != once.rows["Account"]
    assert inquiries(3, TODAY, 200) == inquiries(3, TODAY, 200)
    assert inquiries(3, TODAY, 200)[:60] == inquiries(3, TODAY, 60)


def test_there_is_enough_of_everything(rows: dict[str, list[Record]]) -> None:
    least = {"Account": 200, "Contact": 300, "Lead": 200, "Opportunity": 100, "Task": 200, "Event": 20, "User": 14}
    assert {name: len(rows[name]) >= number for name, number in least.items()} == dict.fromkeys(least, True)


def test_every_value_is_one_that_describe_allows(tmp_path: Path, rows: dict[str, list[Record]]) -> None:
    seed(tmp_path / "crm.db", DEFAULT_SEED, TODAY)
    with running(str(tmp_path / "crm.db")) as crm, crm.service.store.transaction() as tx:
        for sobject in SCHEMA:
            for row in rows[sobject.name]:
                settable = {f.name: row[f.name] for f in sobject.own_fields if f.createable}
                stored = coerce_body(tx, SCHEMA, sobject, settable, creating=True)
                assert stored == settable, (sobject.name, row["Id"])
                required = [f.name for f in sobject.own_fields if f.required and row[f.name] is None]
                assert required == [], (sobject.name, row["Id"])


def test_addresses_cannot_reach_anybody(rows: dict[str, list[Record]]) -> None:
    people = [*rows["Lead"], *rows["Contact"], *rows["User"], *rows["Group"]]
    emails = [str(row["Email"]) for row in people if row["Email"]]
    emails += [i.email for i in inquiries(DEFAULT_SEED, TODAY, 200) if i.email]
    assert [e for e in emails if not e.endswith(".example")] == []
    sites = [str(r["Website"]) for r in (*rows["Lead"], *rows["Account"]) if r["Website"]]
    assert [s for s in sites if not s.endswith(".example")] == []


def test_the_org_holds_its_hard_cases(rows: dict[str, list[Record]]) -> None:
    inactive = {u["Id"] for u in rows["User"] if not u["IsActive"]}
    assert any(a["OwnerId"] in inactive for a in rows["Account"])
    assert any(lead["OwnerId"] in inactive for lead in rows["Lead"])
    assert sum(bool(a["Strategic__c"]) for a in rows["Account"]) >= 8
    assert any(lead["HasOptedOutOfEmail"] for lead in rows["Lead"])
    assert any(lead["Country"] is None for lead in rows["Lead"])
    assert any(a["ParentId"] for a in rows["Account"])
    assert any(lead["IsConverted"] for lead in rows["Lead"])
    emails = [lead["Email"] for lead in rows["Lead"] if not lead["IsConverted"]]
    assert len(emails) - len(set(emails)) >= 5
    assert {lead["Email"] for lead in rows["Lead"] if not lead["IsConverted"]} & {c["Email"] for c in rows["Contact"]}
    sites = [a["Website"] for a in rows["Account"] if a["Website"]]
    assert len(sites) - len(set(sites)) >= 5


def test_the_first_twenty_hold_every_hard_case(first: list[Inquiry], rows: dict[str, list[Record]]) -> None:
    assert {i.hard_case for i in first} - {None} == set(HardCase)
    by_case = {i.hard_case: i for i in first if i.hard_case}
    leads = {row["Id"]: row for row in rows["Lead"]}
    waiting = by_case[HardCase.CONVERTS_WHILE_WAITING]
    assert leads[waiting.lead_id]["IsConverted"] is False
    assert leads[waiting.lead_id]["Email"] == waiting.email
    again = by_case[HardCase.DUPLICATE_DELIVERY]
    assert sum(i.event_id == again.event_id for i in first) == 2
    second = by_case[HardCase.SECOND_INQUIRY]
    assert [i.event_id for i in first if i.email == second.email] == [
        by_case[HardCase.HOT_DEMO].event_id,
        second.event_id,
    ]
    assert by_case[HardCase.NO_COMPANY].company is None
    assert by_case[HardCase.MISSING_COUNTRY].country is None
    opted_out = by_case[HardCase.OPTED_OUT]
    assert [row["HasOptedOutOfEmail"] for row in rows["Lead"] if row["Email"] == opted_out.email] == [True]
    customer = next(row for row in rows["Contact"] if row["Email"] == by_case[HardCase.EXISTING_CUSTOMER].email)
    assert any(o["AccountId"] == customer["AccountId"] and not o["IsClosed"] for o in rows["Opportunity"])
    strategic = by_case[HardCase.STRATEGIC_ACCOUNT]
    assert [a["Strategic__c"] for a in rows["Account"] if a["Website"] == strategic.website] == [True]


def test_two_hundred_inquiries_are_two_hundred_people() -> None:
    many = inquiries(DEFAULT_SEED, TODAY, 200)
    assert len({i.event_id for i in many}) == 199
    assert len({i.message for i in many}) >= 190
    assert [i.received_offset for i in many[20:]] == sorted(i.received_offset for i in many[20:])
    queued = [i for i in many if i.source == "salesforce"]
    leads = {row["Id"] for row in build_org(DEFAULT_SEED, TODAY).rows["Lead"]}
    assert len(queued) >= 10
    assert all(i.lead_id in leads for i in queued)


def test_seeding_happens_once_and_serves(tmp_path: Path) -> None:
    db = tmp_path / "crm.db"
    assert is_seeded(db) is False
    counts = seed(db, DEFAULT_SEED, TODAY)
    assert is_seeded(db) is True
    with pytest.raises(AlreadySeeded, match="already holds an org"):
        seed(db, DEFAULT_SEED, TODAY)
    with running(str(db)) as crm:
        sf = crm.client()
        assert sf.query("SELECT COUNT() FROM Account")["totalSize"] == counts["Account"]
        assert sf.query("SELECT COUNT() FROM User")["totalSize"] == counts["User"]
        made = sf.Account.create({"Name": "After the sample"})["id"]
        assert made == ids.mint("001", counts["Account"] + 1)


def test_no_reference_leads_nowhere(rows: dict[str, list[Record]]) -> None:
    known = {row["Id"] for every in rows.values() for row in every}
    for sobject in SCHEMA:
        references = [f.name for f in sobject.fields if f.type is FieldType.REFERENCE]
        for row in rows[sobject.name]:
            assert [n for n in references if row[n] is not None and row[n] not in known] == []
