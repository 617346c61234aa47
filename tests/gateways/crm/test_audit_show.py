"""`countersign audit show`: a write answers for itself from what is stored."""

import json
from typing import Any

import pytest

from cli.main import main
from domain.cases import DocumentKind
from domain.receipts import WriteReceipt
from runtime.keys import revoke_key
from tests.fakes.examples import inquiry
from tests.gateways.crm.world import CASE, VERSION, World


@pytest.fixture
def asked(world: World, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.setenv("COUNTERSIGN_DATABASE_URL", world.database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("COUNTERSIGN_KEYRING", str(world.keys / "keyring.json"))
    said = inquiry(first_name="Ada\x1b[2J").model_dump_json().encode()
    world.documents.put(CASE, DocumentKind.INQUIRY, "1", said)

    def ask(name: str, *options: str) -> str:
        capfd.readouterr()
        assert main(["audit", "show", name, *options]) == 0
        return capfd.readouterr().out

    return ask


def written(world: World) -> WriteReceipt:
    receipt = world.writer.apply(world.approved(world.rating(evidence=("e1",)), world.task())).receipt
    assert receipt is not None
    world.crm.clock.forward(60)
    return receipt


def test_one_write_answers_every_question(world: World, asked: Any) -> None:
    receipt = written(world)
    (told,) = json.loads(asked(receipt.id, "--json"))["writes"]
    assert told["asked"][0]["source"] == "webhook"
    assert told["agent_version"] == VERSION
    assert told["source_ids"] == ["e1"]
    (approval,) = told["approvals"]
    assert (approval["who"], approval["role"], approval["key_id"], approval["signature"]) == (
        "sam",
        "reviewer",
        "ui-1",
        "valid",
    )
    rating = next(c for c in told["changes"] if c["field"] == "Rating")
    assert (rating["record"], rating["before"], rating["after"]) == (f"Lead/{world.lead}", None, "Hot")
    assert told["reverse"][0] == f"countersign undo {receipt.id}"
    assert f"By hand: Lead {world.lead}: set Rating back to null" in told["reverse"]
    assert any(line.endswith("delete it") for line in told["reverse"])
    assert told["ledger_record_id"] == world.ledger()[0]["Id"]


def test_a_case_shows_the_undo_as_well_and_the_chain_entries(world: World, asked: Any) -> None:
    receipt = written(world)
    undone = world.writer.undo(world.undo_order(receipt)).receipt
    assert undone is not None
    case = json.loads(asked(CASE, "--json"))
    first, second = case["writes"]
    assert (first["kind"], first["undone_by"]) == ("write", [undone.id])
    assert first["reverse"][0] == f"It was taken back by {undone.id}."
    assert (second["kind"], second["undoes"]) == ("undo", receipt.id)
    assert [entry["event"]["kind"] for entry in case["audit"]][-2:] == ["written", "undone"]


def test_in_words_and_without_what_would_move_the_terminal(world: World, asked: Any) -> None:
    receipt = written(world)
    text = asked(receipt.id)
    assert "\x1b" not in text
    for part in ("asked by      Ada", "approved by   sam (reviewer), approve", "signature: valid", 'null -> "Hot"'):
        assert part in text


def test_a_signature_of_a_revoked_key_is_shown_as_that(world: World, asked: Any) -> None:
    receipt = written(world)
    revoke_key(world.keys / "keyring.json", "ui-1")
    assert "signature: key ui-1 was revoked" in asked(receipt.id)


def test_an_erased_person_is_said_to_be_erased(world: World, asked: Any) -> None:
    receipt = written(world)
    world.documents.erase(CASE)
    text = asked(receipt.id)
    assert "the person was erased" in text
    assert "ada@example.org" not in text
