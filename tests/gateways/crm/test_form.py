"""Bytes that a person signed in good faith, and that mean more than one thing: the guard takes none of them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from domain.cases import DocumentKind
from domain.decisions import Verdict
from domain.errors import DomainError, ErrorCode, RefusalReason
from domain.leads import RecordRef
from domain.permissions import Role
from domain.proposals import (
    CreateLead,
    ExpectedValue,
    FieldChange,
    MergeRequest,
    ProposalContent,
    UpdateFields,
    digest_of,
    inverse_of,
)
from tests.gateways.crm.forging import refused
from tests.gateways.crm.outcomes import written
from tests.gateways.crm.world import CASE, World


def of(content: ProposalContent, *actions: Any) -> ProposalContent:
    """The same content with these actions, by somebody who does not ask how contents are made."""
    return content.model_copy(update={"actions": actions, "inverses": tuple(map(inverse_of, actions))})


def fields(world: World, *changes: FieldChange, **more: Any) -> UpdateFields:
    return UpdateFields(key="fields", **{"record": world.lead_ref, "changes": changes, **more})


def change(name: str = "Rating", after: str = "Hot") -> FieldChange:
    return FieldChange(field=name, before=None, after=after)


def two_actions_of_one_key(world: World) -> ProposalContent:
    return of(world.content(world.note()), world.note(), world.note(subject="Another one"))


def two_mails(world: World) -> ProposalContent:
    second = world.mail().model_copy(update={"key": "second", "to_address": "all@engines.example"})
    return of(world.content(world.note()), world.mail(), second)


def one_field_twice(world: World) -> ProposalContent:
    return of(world.content(world.note()), fields(world, change(after="Hot"), change(after="Cold")))


def one_field_in_two_spellings(world: World) -> ProposalContent:
    return of(world.content(world.note()), fields(world, change(), change("rating", "Cold")))


def one_field_of_a_new_lead_in_two_spellings(world: World) -> ProposalContent:
    values: dict[str, Any] = {"LastName": "Hopper", "lastname": "Byron", "Company": "Cobol Ltd"}
    return of(world.content(world.note()), CreateLead(key="lead", fields=values, owner_id=world.queue))


def no_inverses(world: World) -> ProposalContent:
    return world.content(world.rating()).model_copy(update={"inverses": ()})


def inverses_of_something_else(world: World) -> ProposalContent:
    other = inverse_of(world.rating(before="Cold"))
    return world.content(world.rating()).model_copy(update={"inverses": (other,)})


def a_short_id(world: World) -> ProposalContent:
    """The same lead by another name: two actions on it would not be seen to be on one record."""
    short = RecordRef(object="Lead", id=world.lead[:15])
    return of(world.content(world.note()), world.rating(), fields(world, change("Industry", "Energy"), record=short))


def an_id_that_is_a_path(world: World) -> ProposalContent:
    return of(world.content(world.note()), fields(world, change(), record=RecordRef(object="Lead", id="../Account/1")))


def an_object_that_is_a_path(world: World) -> ProposalContent:
    other = RecordRef(object="User/../Lead", id=world.lead)
    action = MergeRequest(key="m", survivor=world.lead_ref, duplicate=other, owner_id=world.ines, subject="Merge")
    return of(world.content(world.note()), action)


def a_task_about_an_address(world: World) -> ProposalContent:
    return of(world.content(world.note()), world.task(who_id="@{ledger.id}"))


def an_expected_field_that_is_a_query(world: World) -> ProposalContent:
    value = ExpectedValue(record=world.lead_ref, field="Id FROM User", value=None, decisive=True)
    return world.content(world.rating(), expected=(value,))


AMBIGUOUS: tuple[Callable[[World], ProposalContent], ...] = (
    two_actions_of_one_key,
    two_mails,
    one_field_twice,
    one_field_in_two_spellings,
    one_field_of_a_new_lead_in_two_spellings,
    no_inverses,
    inverses_of_something_else,
    a_short_id,
    an_id_that_is_a_path,
    an_object_that_is_a_path,
    a_task_about_an_address,
    an_expected_field_that_is_a_query,
)


@pytest.mark.parametrize("make", AMBIGUOUS, ids=[make.__name__ for make in AMBIGUOUS])
def test_what_means_more_than_one_thing_is_refused(world: World, make: Callable[[World], ProposalContent]) -> None:
    content = make(world)
    world.propose(content)
    order = world.order(world.record(world.envelope(content, role=Role.MANAGER)))
    refused(world, order, RefusalReason.FORBIDDEN_ACTION)


def final_bytes(world: World, swap: tuple[bytes, bytes]) -> str:
    """A decision over bytes that were altered by hand before they were signed."""
    content = world.content(world.rating())
    world.propose(content)
    stored = content.to_bytes()
    assert stored.count(swap[0]) >= 1
    altered = stored.replace(*swap, 1)
    digest = digest_of(altered)
    world.documents.put(CASE, DocumentKind.FINAL, digest, altered)
    return world.record(world.envelope(content, final_digest=digest, verdict=Verdict.APPROVE_EDITED))


@pytest.mark.parametrize(
    "swap",
    [
        (b'"after":"Hot"', b'"after":"Warm","after":"Hot"'),
        (b'"after":"Hot"', b'"after": "Hot"'),
    ],
    ids=["a name twice", "spaces"],
)
def test_bytes_that_two_readers_may_read_in_two_ways(world: World, swap: tuple[bytes, bytes]) -> None:
    decision = final_bytes(world, swap)
    assert json.loads(b'{"after":"Warm","after":"Hot"}') == {"after": "Hot"}
    refused(world, world.order(decision), RefusalReason.FORBIDDEN_ACTION)


def test_a_schema_that_this_release_does_not_read(world: World) -> None:
    decision = final_bytes(world, (b'"schema_number":1', b'"schema_number":2'))
    with pytest.raises(DomainError) as unread:
        world.writer.apply(world.order(decision))
    assert unread.value.code is ErrorCode.DOCUMENT_MISSING
    assert world.row(world.lead)["Rating"] is None


def test_two_actions_that_rest_on_two_values(world: World) -> None:
    """Both want the same; what one of them was made from cannot be."""
    content = world.content(world.rating(), world.rating(before="Cold", key="again"))
    world.propose(content)
    refused(world, world.order(world.record(world.envelope(content))), RefusalReason.FORBIDDEN_ACTION)


def test_an_amount_in_a_small_currency_is_written_and_taken_back(world: World) -> None:
    """JSON's numbers are doubles: beyond 2^53 the signed bytes hold what reads like a whole number and is none."""
    allowed = {**world.policy.allowed_fields, "Lead": frozenset({"AnnualRevenue"})}
    world.policy = world.policy.model_copy(update={"allowed_fields": allowed})
    world.edit(world.lead, AnnualRevenue=9.5e15)
    world.crm.clock.forward(5)
    raised = FieldChange(field="AnnualRevenue", before=9.5e15, after=9.75e15)
    receipt = written(world.writer.apply(world.approved(fields(world, raised))))
    assert world.row(world.lead)["AnnualRevenue"] == 9.75e15
    world.crm.clock.forward(5)
    assert world.writer.undo(world.undo_order(receipt)).refusals == ()
    assert world.row(world.lead)["AnnualRevenue"] == 9.5e15
