"""Inquiries from systems and from people: what is taken, what is refused, and that nothing comes in twice."""

import json
from datetime import timedelta
from typing import Any

import pytest

from domain.cases import DocumentKind
from domain.leads import Inquiry, InquirySource
from domain.webhooks import sign_webhook
from tests.approval_ui.conftest import Answer, Door, field
from tests.approval_ui.world import INTAKE_SECRET, SITE_KEY, World

PERSON = {"event_id": "evt-1", "email": "ada@engines.example", "last_name": "Byron", "message": "Forty seats."}


def send(world: World, door: Door, body: bytes | dict[str, Any], *, header: str | None = None) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signature = sign_webhook(INTAKE_SECRET, int(world.now.timestamp()), raw) if header is None else header
    return door.stranger().post(
        "/intake/webhook",
        content=raw,
        headers={"X-Countersign-Signature": signature, "content-type": "application/json"},
    )


def stored(world: World, case_id: str) -> Inquiry:
    body = world.deps.documents.find(case_id, DocumentKind.INQUIRY, "1")
    assert body is not None
    return Inquiry.model_validate_json(body)


def test_a_signed_inquiry_is_stored_and_starts_one_case(world: World, door: Door) -> None:
    answer = send(world, door, {**PERSON, "country": "es"})
    assert answer.status_code == 202
    assert answer.json()["kind"] == "new"
    case_id = answer.json()["case_id"]
    assert world.engine.started == [case_id]
    kept = stored(world, case_id)
    assert (kept.source, kept.trusted, kept.country) == (InquirySource.WEBHOOK, True, "ES")


def test_the_same_delivery_twice_starts_nothing_twice(world: World, door: Door) -> None:
    first, second = send(world, door, PERSON), send(world, door, PERSON)
    assert second.json() == {"case_id": first.json()["case_id"], "kind": "repeated"}
    assert len(world.engine.started) == 1
    assert world.engine.joined == []


def test_a_second_inquiry_joins_the_open_case(world: World, door: Door) -> None:
    first = send(world, door, PERSON)
    second = send(world, door, {**PERSON, "event_id": "evt-2"})
    assert second.json() == {"case_id": first.json()["case_id"], "kind": "joined"}
    assert world.engine.joined == [(first.json()["case_id"], 2)]


def test_taken_in_while_the_engine_is_away(world: World, door: Door) -> None:
    world.engine.down = True
    assert send(world, door, PERSON).status_code == 202
    assert len(world.deps.cases.undelivered_inquiries(10)) == 1


def test_taken_in_while_an_edit_of_the_playbook_is_broken(world: World, door: Door) -> None:
    world.playbooks.broken = True
    assert send(world, door, PERSON).status_code == 202
    assert post_form(door, email="grace@navy.example", message="A call, please").status_code == 202
    assert len(world.deps.queue.cases()) == 2


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("", "missing or malformed"),
        ("t=now,v1=00", "missing or malformed"),
        ("t=1800000000", "missing or malformed"),
        ("t=1800000000,v1=00", "does not fit"),
    ],
)
def test_unsigned_intake_is_refused(world: World, door: Door, header: str, sentence: str) -> None:
    answer = send(world, door, PERSON, header=header)
    assert answer.status_code == 401
    assert sentence in answer.json()["detail"]
    assert world.deps.queue.cases() == ()


def test_an_old_signature_or_another_body_is_refused(world: World, door: Door) -> None:
    raw = json.dumps(PERSON).encode()
    old = sign_webhook(INTAKE_SECRET, int((world.now - timedelta(minutes=6)).timestamp()), raw)
    assert "five minutes" in send(world, door, raw, header=old).json()["detail"]
    fresh = sign_webhook(INTAKE_SECRET, int(world.now.timestamp()), raw)
    assert send(world, door, raw.replace(b"Forty", b"Fifty"), header=fresh).status_code == 401


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (b"{", 400, "not JSON"),
        (b"[]", 400, "JSON object"),
        ({"event_id": "e", "last_name": "Byron", "message": "hello"}, 422, "email or phone, or last_name with company"),
        ({"event_id": "e", "company": "Engines"}, 422, "last_name with company"),
        ({"email": "ada@engines.example"}, 422, "event_id"),
        ({**PERSON, "email": "not an address"}, 422, "email: not an address"),
        ({**PERSON, "email": "ada\0@engines.example"}, 422, "email: not an address"),
        ({**PERSON, "message": "x" * 20_001}, 422, "message"),
        ({**PERSON, "trusted": True}, 422, "Unknown field: trusted"),
        ({**PERSON, "owner": "me"}, 422, "Unknown field: owner"),
        ({**PERSON, "country": "Spain"}, 422, "country"),
    ],
)
def test_unusable_intake_says_why_in_one_line(
    world: World, door: Door, body: bytes | dict[str, Any], status: int, sentence: str
) -> None:
    answer = send(world, door, body)
    assert answer.status_code == status
    assert sentence in answer.json()["detail"]
    assert "\n" not in answer.json()["detail"]
    assert world.deps.queue.cases() == ()


def test_a_huge_body_is_refused_before_it_is_read(world: World, door: Door) -> None:
    assert send(world, door, b"x" * 300_000).status_code == 413


def post_form(door: Door, **fields: str) -> Answer:
    client = door.stranger()
    event_id = field(client.get(f"/intake/form/{SITE_KEY}"), "event_id")
    return client.post(f"/intake/form/{SITE_KEY}", data={"event_id": event_id, **fields})


def test_the_public_form_is_never_trusted(world: World, door: Door) -> None:
    answer = post_form(door, last_name="Byron", email="ada@engines.example", consent="yes", message="A demo, please")
    assert answer.status_code == 202
    (item,) = world.deps.queue.cases()
    kept = stored(world, item.case.case_id)
    assert (kept.source, kept.trusted, kept.consent) == (InquirySource.WEB_FORM, False, True)
    assert world.engine.started == [item.case.case_id]


def test_the_form_keeps_what_was_typed_when_something_is_missing(world: World, door: Door) -> None:
    answer = post_form(door, last_name="Byron", message="A demo, please")
    assert answer.status_code == 422
    assert "email or phone" in answer.text
    assert "A demo, please" in answer.text


def test_robots_are_thanked_and_forgotten(world: World, door: Door) -> None:
    assert post_form(door, last_name="Bot", email="bot@example.org", fax="1").status_code == 202
    assert world.deps.queue.cases() == ()


def test_the_form_opens_only_so_often(world: World, door: Door) -> None:
    answers = [post_form(door, email=f"ada{n}@engines.example").status_code for n in range(11)]
    assert answers == [202] * 10 + [429]
    world.clock.advance(timedelta(minutes=2))
    assert post_form(door, email="ada@engines.example").status_code == 202


def test_another_site_key_has_no_form(door: Door) -> None:
    assert door.stranger().get("/intake/form/guessed").status_code == 404
