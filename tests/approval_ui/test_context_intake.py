"""Other systems hand in what they know: signed like an inquiry, kept once, read by the next case."""

import json
from datetime import timedelta
from typing import Any

import pytest

from domain.context import ContextItem, ContextKind, ContextSubject
from domain.webhooks import sign_webhook
from tests.approval_ui.conftest import Answer, Door
from tests.approval_ui.world import INTAKE_SECRET, World

CALL = {
    "kind": "call_transcript",
    "occurred_at": "2026-11-20T10:00:00+01:00",
    "system": "Dialler",
    "event_id": "call-7",
    "email": "Ada@Engines.example",
    "summary": "First call",
    "text": "Ada: We run 120 trucks.",
    "facts": {"fleet_size": 120},
}


def send(world: World, door: Door, body: bytes | dict[str, Any], header: str | None = None) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    signature = sign_webhook(INTAKE_SECRET, int(world.now.timestamp()), raw) if header is None else header
    return door.stranger().post("/intake/webhook/context", content=raw, headers={"X-Countersign-Signature": signature})


def read(world: World, **subject: Any) -> tuple[ContextItem, ...]:
    return world.deps.context.about(ContextSubject(**subject), since=world.now - timedelta(days=30))


def test_an_event_is_kept_with_its_source_and_time(world: World, door: Door) -> None:
    assert (send(world, door, CALL).status_code, send(world, door, CALL).json()) == (202, {"kind": "repeated"})
    (item,) = read(world, email="ada@engines.example")
    assert (item.kind, item.system, item.record) == (ContextKind.TRANSCRIPT, "Dialler", "call-7")
    assert (item.quote, item.facts) == ("Ada: We run 120 trucks.", {"fleet_size": 120})
    assert item.occurred_at.isoformat() == "2026-11-20T10:00:00+01:00"
    assert read(world, company="engines.example") == (item,)
    assert read(world, email="bob@engines.example") == ()


@pytest.mark.parametrize("header", ["", "t=1,v1=00", "nonsense"])
def test_without_the_secret_nothing_comes_in(world: World, door: Door, header: str) -> None:
    assert send(world, door, CALL, header).status_code == 401
    assert read(world, email="ada@engines.example") == ()


def test_an_old_signature_and_another_body_are_refused(world: World, door: Door) -> None:
    raw = json.dumps(CALL).encode()
    old = sign_webhook(INTAKE_SECRET, int(world.now.timestamp()) - 301, raw)
    fresh = sign_webhook(INTAKE_SECRET, int(world.now.timestamp()), raw)
    assert send(world, door, raw, old).status_code == 401
    assert send(world, door, raw + b" ", fresh).status_code == 401


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"kind": "task"}, "kind"),
        ({"kind": "gossip"}, "kind"),
        ({"occurred_at": "2026-11-20T10:00:00"}, "time zone"),
        ({"occurred_at": "2031-01-01"}, "future"),
        ({"email": "", "domain": ""}, "record_id"),
        ({"email": "nobody"}, "email"),
        ({"record_id": "12"}, "record_id"),
        ({"facts": {"Fleet Size!": 1}}, "facts"),
        ({"facts": {"fleet_size": [1]}}, "facts"),
        ({"event_id": ""}, "event_id"),
        ({"summary": "", "text": " ", "facts": {}}, "nothing is said"),
        ({"mood": "good"}, "mood"),
    ],
)
def test_a_bad_event_names_its_field(world: World, door: Door, change: dict[str, Any], word: str) -> None:
    answer = send(world, door, {**CALL, **change})
    assert answer.status_code == 422
    assert word in answer.json()["detail"]


@pytest.mark.parametrize("body", [b"{", b"[]", b"7", b"\xff"])
def test_a_body_that_is_no_object_is_refused(world: World, door: Door, body: bytes) -> None:
    assert send(world, door, body).status_code == 400


def test_a_free_mail_address_belongs_to_no_company(world: World, door: Door) -> None:
    send(world, door, {**CALL, "email": "ada@gmail.com"})
    assert read(world, company="gmail.com") == ()
    assert len(read(world, email="ada@gmail.com")) == 1
