"""A receipt is a row of our database. Who alters it gets nothing restored, and nothing deleted, that was not written.

Each undo here is signed by a person who believed the page: the guard holds the receipt against the signature under the
write that it tells of.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlmodel import col

from domain.audit import AuditKind
from domain.cases import DocumentKind
from domain.decisions import KeyUse
from domain.errors import DomainError, ErrorCode, NotAuthorised, RefusalReason
from domain.leads import RecordRef
from domain.proposals import Phase, digest_of
from domain.receipts import RecordImage, WriteReceipt
from persistence.tables import DecisionRow, DocumentRow, ReceiptRow
from runtime.keys import generate_key, retire_key, revoke_key
from tests.gateways.crm.outcomes import written
from tests.gateways.crm.world import CASE, World


def write(world: World, **more: Any) -> WriteReceipt:
    """Rating and a task, a minute ago."""
    receipt = written(world.writer.apply(world.approved(world.rating(), world.task(), **more)))
    world.crm.clock.forward(60)
    return receipt


def put(world: World, receipt: WriteReceipt) -> WriteReceipt:
    """Over the row that is there."""
    with world.database.transaction() as session:
        changed = update(ReceiptRow).where(col(ReceiptRow.receipt_id) == receipt.id)
        session.connection().execute(changed.values(body=receipt.model_dump_json(), decision_id=receipt.decision_id))
    return receipt


def with_image(receipt: WriteReceipt, which: int, **said: Any) -> WriteReceipt:
    images = list(receipt.records)
    images[which] = images[which].model_copy(update=said)
    return receipt.model_copy(update={"records": tuple(images)})


def refused(world: World, receipt: WriteReceipt, reason: RefusalReason = RefusalReason.DIGEST_MISMATCH) -> None:
    """By name, before anything is asked of the CRM, and on record."""
    order = world.undo_order(receipt)
    held = [*world.rows("SELECT Id, Rating, OwnerId FROM Lead"), *world.rows("SELECT Id FROM Task"), *world.ledger()]
    world.reset_calls()
    with pytest.raises(NotAuthorised) as caught:
        world.writer.undo(order)
    assert (caught.value.reason, world.calls()) == (reason, 0)
    on_record = [e.event for e in world.audit.export() if e.event.kind is AuditKind.WRITE_REFUSED]
    assert [(e.subject, e.code) for e in on_record] == [(order.decision_id, reason.value)]
    now = [*world.rows("SELECT Id, Rating, OwnerId FROM Lead"), *world.rows("SELECT Id FROM Task"), *world.ledger()]
    assert now == held


def somebodys_lead(world: World, receipt: WriteReceipt) -> WriteReceipt:
    """A record that was there before is said to have been created, so that it is deleted."""
    image = RecordImage(
        record=world.lead_ref, created=True, action_keys=("task",), modified_at=world.crm.clock.now + timedelta(days=1)
    )
    return receipt.model_copy(update={"records": (receipt.records[0], image)})


def somebodys_task(world: World, receipt: WriteReceipt) -> WriteReceipt:
    task = world.add("Task", by=world.tom, Subject="Call back", WhoId=world.lead)
    return with_image(receipt, 1, record=RecordRef(object="Task", id=task), after={})


def another_value(world: World, receipt: WriteReceipt) -> WriteReceipt:
    return with_image(receipt, 0, before={"Rating": "Cold"})


def another_field(world: World, receipt: WriteReceipt) -> WriteReceipt:
    """The allow-list is not asked of an undo."""
    image = receipt.records[0]
    return with_image(
        receipt, 0, before={**image.before, "OwnerId": world.tom}, after={**image.after, "OwnerId": world.queue}
    )


def another_record(world: World, receipt: WriteReceipt) -> WriteReceipt:
    other = world.add("Lead", LastName="Hopper", Company="Cobol Ltd", Rating="Hot")
    return with_image(receipt, 0, record=RecordRef(object="Lead", id=other))


def one_more_record(world: World, receipt: WriteReceipt) -> WriteReceipt:
    other = world.add("Lead", LastName="Hopper", Company="Cobol Ltd", Rating="Hot")
    more = receipt.records[0].model_copy(update={"record": RecordRef(object="Lead", id=other)})
    return receipt.model_copy(update={"records": (*receipt.records, more)})


def another_step(world: World, receipt: WriteReceipt) -> WriteReceipt:
    return receipt.model_copy(update={"phase": Phase.AFTER_MAIL})


def another_digest(world: World, receipt: WriteReceipt) -> WriteReceipt:
    """And the content to go with it lies ready among the documents."""
    content = world.content(world.rating(before="Cold"), world.task())
    stored = content.to_bytes()
    world.documents.put(CASE, DocumentKind.FINAL, digest_of(stored), stored)
    return with_image(receipt, 0, before={"Rating": "Cold"}).model_copy(update={"digest": digest_of(stored)})


ALTERED: tuple[Callable[[World, WriteReceipt], WriteReceipt], ...] = (
    somebodys_lead,
    somebodys_task,
    another_value,
    another_field,
    another_record,
    one_more_record,
    another_step,
    another_digest,
)


@pytest.mark.parametrize("alter", ALTERED, ids=[alter.__name__ for alter in ALTERED])
def test_what_was_not_written_is_not_taken_back(
    world: World, alter: Callable[[World, WriteReceipt], WriteReceipt]
) -> None:
    receipt = write(world)
    altered = put(world, alter(world, receipt))
    assert altered != receipt
    world.crm.clock.forward(5)
    refused(world, altered)


def test_a_receipt_under_the_decision_of_another_write(world: World) -> None:
    first = write(world)
    second = written(world.writer.apply(world.approved(world.note(), round=2)))
    refused(world, put(world, first.model_copy(update={"decision_id": second.decision_id})))


def test_a_receipt_of_a_decision_that_nobody_signed(world: World) -> None:
    receipt = write(world)
    with world.database.transaction() as session:
        row = session.get(DecisionRow, receipt.decision_id)
        assert row is not None
        row.signature = b"\0" * 64
    refused(world, receipt, RefusalReason.BAD_SIGNATURE)


def test_a_receipt_whose_decision_is_gone(world: World) -> None:
    receipt = write(world)
    with world.database.transaction() as session:
        session.delete(session.get(DecisionRow, receipt.decision_id))
    refused(world, receipt, RefusalReason.UNKNOWN_DECISION)


def test_a_rejection_has_written_nothing(world: World) -> None:
    """The receipt names a decision that is good, and says that it was an approval to undo."""
    receipt = write(world)
    with world.database.transaction() as session:
        where = (col(DocumentRow.kind) == DocumentKind.PROPOSAL.value,)
        session.connection().execute(
            update(DocumentRow).where(*where).values(body=world.content(world.rating("Warm")).to_bytes())
        )
    refused(world, receipt)


def test_an_altered_undo_is_not_undone_either(world: World) -> None:
    receipt = write(world)
    undone = world.writer.undo(world.undo_order(receipt)).receipt
    assert undone is not None
    world.crm.clock.forward(60)
    altered = put(world, with_image(undone, 0, before={"Rating": "Cold"}))
    refused(world, altered)


class TestHonest:
    """What people did to the keys since does not keep anybody from taking a write back."""

    def undo_with_a_new_key(self, world: World, receipt: WriteReceipt) -> None:
        generate_key(world.keys, "ui-2", KeyUse.HUMAN, now=world.crm.clock.now)
        outcome = world.writer.undo(world.undo_order(receipt, key_id="ui-2"))
        assert (outcome.refusals, world.row(world.lead)["Rating"]) == ((), None)
        assert world.rows("SELECT Id FROM Task") == []

    def test_what_a_revoked_key_signed(self, world: World) -> None:
        receipt = write(world)
        revoke_key(world.keys / "keyring.json", "ui-1")
        self.undo_with_a_new_key(world, receipt)

    def test_what_a_revoked_key_never_signed(self, world: World) -> None:
        receipt = write(world)
        with world.database.transaction() as session:
            row = session.get(DecisionRow, receipt.decision_id)
            assert row is not None
            row.signature = b"\0" * 64
        revoke_key(world.keys / "keyring.json", "ui-1")
        generate_key(world.keys, "ui-2", KeyUse.HUMAN, now=world.crm.clock.now)
        order = world.undo_order(receipt, key_id="ui-2")
        with pytest.raises(NotAuthorised) as caught:
            world.writer.undo(order)
        assert caught.value.reason is RefusalReason.BAD_SIGNATURE

    def test_what_a_retired_key_signed(self, world: World) -> None:
        receipt = write(world)
        retire_key(world.keys / "keyring.json", "ui-1", at=world.crm.clock.now)
        self.undo_with_a_new_key(world, receipt)

    def test_each_step_of_a_write_with_an_e_mail(self, world: World) -> None:
        order = world.approved(world.rating(), world.mail(), world.contacted())
        steps = []
        for phase in (Phase.CRM, Phase.AFTER_MAIL):
            steps.append(written(world.writer.apply(order.model_copy(update={"phase": phase}))))
            world.crm.clock.forward(60)
        for receipt in steps:
            assert world.writer.undo(world.undo_order(receipt)).refusals == ()
            world.crm.clock.forward(60)
        row = world.row(world.lead)
        assert (row["Rating"], row["Status"]) == (None, "Open - Not Contacted")

    def test_signed_bytes_that_are_gone_are_named(self, world: World) -> None:
        receipt = write(world)
        order = world.undo_order(receipt)
        with world.database.transaction() as session:
            session.connection().execute(
                delete(DocumentRow).where(col(DocumentRow.kind) == DocumentKind.PROPOSAL.value)
            )
        with pytest.raises(DomainError) as missing:
            world.writer.undo(order)
        assert missing.value.code is ErrorCode.DOCUMENT_MISSING
