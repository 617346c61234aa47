"""How far was read, and what a lead says as an inquiry."""

from datetime import timedelta, timezone
from typing import Any

from domain.leads import CrmRecord, InquirySource
from domain.model import Instant
from domain.polling import OVERLAP, ChangedLead, ChangedPage, Mark, PollCursor, advanced, inquiry_of
from tests.fakes.clock import START

LEAD = "00QLc0000000001AAA"
LATER = START + timedelta(hours=1)


def changed(at: Instant = START, lead_id: str = LEAD, **fields: Any) -> ChangedLead:
    record = CrmRecord(object="Lead", id=lead_id, fields=fields, modified_at=at)
    return ChangedLead(record=record)


def test_going_forward_stops_at_the_last_lead_read() -> None:
    page = ChangedPage(read_at=LATER, fresh=(changed(START), changed(START, "00QLc0000000002AAA")))
    moved = advanced(PollCursor.starting(START), page)
    assert moved.newest == Mark(at=START, lead_id="00QLc0000000002AAA")
    assert advanced(moved, ChangedPage(read_at=LATER)).newest == moved.newest


def test_the_overlap_is_ten_minutes_before_the_look_and_never_before_the_first_one() -> None:
    begun = PollCursor.starting(START)
    assert advanced(begun, ChangedPage(read_at=LATER)).again == Mark(at=LATER - OVERLAP)
    assert advanced(begun, ChangedPage(read_at=START + timedelta(minutes=1))).again == Mark(at=START)


def test_an_overlap_of_many_looks_is_measured_from_the_first_of_them() -> None:
    cursor = PollCursor.starting(START)
    for minute in range(3):
        part = changed(START + timedelta(minutes=minute))
        page = ChangedPage(read_at=LATER + timedelta(minutes=minute), again=(part,), again_goes_on=True)
        cursor = advanced(cursor, page)
        assert (cursor.again, cursor.again_began) == (part.mark, LATER)
    ended = advanced(cursor, ChangedPage(read_at=LATER + timedelta(minutes=3)))
    assert (ended.again, ended.again_began) == (Mark(at=LATER - OVERLAP), None)


def test_a_version_that_stands_in_both_parts_counts_once() -> None:
    one, two = changed(LATER), changed(START)
    assert ChangedPage(read_at=LATER, fresh=(one,), again=(two, one)).leads() == (two, one)


def test_a_version_has_one_name_in_every_zone() -> None:
    elsewhere = START.astimezone(timezone(timedelta(hours=5)))
    assert changed(elsewhere).event_id == changed(START).event_id == f"{LEAD}@2026-03-02T09:00:00Z"


def test_the_leads_own_words_make_the_inquiry() -> None:
    told = inquiry_of(
        changed(
            FirstName=" Ada ",
            LastName="Byron",
            Email="ada@engines.example",
            Phone=None,
            MobilePhone="+44 20 7946 0958",
            Company="Analytical Engines",
            Title="Countess",
            Website="engines.example",
            Country="United Kingdom",
            Preferred_Language__c="en",
            Product_Interest__c="Engines",
            Description="Forty seats, please.",
        )
    )
    assert told is not None
    assert (told.source, told.lead_id, told.received_at) == (InquirySource.CRM_POLL, LEAD, START)
    assert (told.first_name, told.last_name, told.title) == ("Ada", "Byron", "Countess")
    assert (told.email, told.phone, told.website) == ("ada@engines.example", "+44 20 7946 0958", "engines.example")
    assert (told.country, told.language, told.product_interest) == ("GB", "en", "Engines")
    assert (told.company, told.message, told.consent) == ("Analytical Engines", "Forty seats, please.", None)


def test_long_text_is_cut_and_what_would_change_its_meaning_is_left_out() -> None:
    told = inquiry_of(
        changed(
            Description="x" * 32_000,
            Company="y" * 300,
            Email="a" * 300 + "@engines.example",
            Phone="1" * 50,
            Country="Freedonia",
            Preferred_Language__c="English",
        )
    )
    assert told is not None
    assert (len(told.message), len(told.company)) == (20_000, 255)
    assert (told.email, told.phone, told.country, told.language) == ("", "", "", "")


def test_what_is_no_text_makes_no_inquiry() -> None:
    assert inquiry_of(changed(LastName="Byron", Company="\ud800")) is None
