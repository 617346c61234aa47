"""`countersign audit show`: a write answers for itself from what is stored."""

import json
from typing import Any

import pytest

from cli.main import main
from domain.cases import DocumentKind
from domain.permissions import Role
from domain.proposals import CreateLead
from domain.receipts import WriteReceipt
from runtime.keys import revoke_key
from tests.approval_ui.sample_review import card
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


def test_the_sources_are_shown_as_they_were_read(world: World, asked: Any) -> None:
    shown = card(CASE, world.clock.now())
    world.documents.put(CASE, DocumentKind.CARD, "1", shown.model_dump_json().encode())
    cited = shown.evidence[0]
    receipt = world.writer.apply(world.approved(world.rating(evidence=(cited.id, "e404")))).receipt
    assert receipt is not None
    (told,) = json.loads(asked(receipt.id, "--json"))["writes"]
    assert told["sources"] == [cited.model_dump(mode="json")]
    assert told["source_ids"] == [cited.id, "e404"]
    text = asked(receipt.id)
    assert f"agent         {VERSION}" in text
    said = cited.quote if cited.quote is not None else cited.value
    assert f"source        {cited.id} {cited.system} {cited.record} {cited.field}: {said}" in text
    assert "source        e404 (the text is not kept)" in text


def test_the_row_in_the_crm_answers_without_us(world: World) -> None:
    """Who approved, for which case, by which agent, from which sources, from what to what, and how back."""
    order = world.approved(
        world.rating(evidence=("e1", "e2")), world.task(evidence=("e2",)), reviewer="sam", role=Role.REVIEWER
    )
    receipt = world.writer.apply(order).receipt
    assert receipt is not None
    (row,) = world.ledger()
    assert (row["Case_Id__c"], row["Target_Id__c"]) == (CASE, world.lead)
    assert (row["Approver__c"], row["Decision_Id__c"]) == ("sam", order.decision_id)
    assert (row["Agent_Version__c"], row["Sources__c"]) == (VERSION, "e1, e2")
    name = f"Lead/{world.lead}"
    assert json.loads(row["Before__c"])[name] == {"Rating": None}
    assert json.loads(row["After__c"])[name] == {"Rating": "Hot"}
    back = row["How_To_Reverse__c"].splitlines()
    assert f"Lead {world.lead}: set Rating back to null" in back
    assert any(line.startswith("Task with ") and line.endswith(": delete it") for line in back)


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


def test_a_new_lead_has_what_its_person_sent_as_its_source(world: World, asked: Any) -> None:
    """Policy signs it, and there is no card whose evidence could be cited."""
    sent = inquiry()
    new = CreateLead(
        key="lead",
        fields={"LastName": sent.last_name, "Company": sent.company},
        owner_id=world.queue,
    )
    receipt = world.writer.apply(world.approved(new, knows_lead=False)).receipt
    assert receipt is not None
    (told,) = json.loads(asked(receipt.id, "--json"))["writes"]
    sources = {(s["id"], s["source"], s["field"], s["value"]) for s in told["sources"]}
    assert sources == {
        ("sent:LastName", "inquiry", "last_name", sent.last_name),
        ("sent:Company", "inquiry", "company", sent.company),
    }
    assert f"source        sent:Company {sent.source.value} {sent.event_id} company: {sent.company}" in asked(
        receipt.id
    )
