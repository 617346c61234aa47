"""An org that keeps nobody beside its leads and contacts is served on the playbook's word, which is checked."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from domain.errors import CrmError, ErrorCode, MailError
from domain.proposals import Phase
from domain.receipts import WriteOutcomeKind
from gateways.crm.fields import OF_PEOPLE, ReadFields
from gateways.crm.mail_guard import SalesforceMailGuard
from gateways.crm.reader import SalesforceReader
from localcrm.schema import DATA, Schema
from persistence.database import Database
from tests.fakes.timed_server import timed_crm
from tests.gateways.crm.world import START, World

WITHOUT = ReadFields().without_people()


def serve_without(world: World) -> World:
    """Its reader and its doors, for a playbook that says so."""
    world.reader = SalesforceReader(world.reads, world.clock, WITHOUT)
    world.writer = world.new_writer(fields=WITHOUT)
    world.mail_guard = SalesforceMailGuard(
        world.session, world.guard, world.documents, recent=world.recent, clock=world.clock, fields=WITHOUT
    )
    return world


@pytest.fixture
def bare(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A world whose org was never told to keep them."""
    kept = [o for o in DATA if o.name != "Individual" and not o.name.startswith("ContactPoint")]
    known = {o.name for o in kept}
    objects = [replace(o, own_fields=tuple(f for f in o.own_fields if set(f.refers) <= known)) for o in kept]
    monkeypatch.setattr("localcrm.service.DATA", Schema(objects))
    path = tmp_path / "countersign.db"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    with timed_crm(START) as crm:
        yield serve_without(World(crm, database, keys))
    database.close()


def test_a_case_goes_through(bare: World) -> None:
    content = bare.content(bare.rating(), bare.mail(), bare.contacted())
    bare.propose(content)
    decision = bare.record(bare.envelope(content))
    assert bare.writer.apply(bare.order(decision)).kind is WriteOutcomeKind.WRITTEN
    assert bare.mail_guard.authorised_mail(bare.order(decision, phase=Phase.MAIL)) == bare.mail()
    assert bare.writer.apply(bare.order(decision, phase=Phase.AFTER_MAIL)).kind is WriteOutcomeKind.WRITTEN
    assert bare.row(bare.lead)["Status"] == "Working - Contacted"


def test_what_the_lead_itself_says_still_stops_the_mail(bare: World) -> None:
    content = bare.content(bare.rating(), bare.mail())
    bare.propose(content)
    decision = bare.record(bare.envelope(content))
    assert bare.writer.apply(bare.order(decision)).kind is WriteOutcomeKind.WRITTEN
    bare.edit(bare.lead, HasOptedOutOfEmail=True)
    with pytest.raises(MailError) as refused:
        bare.mail_guard.authorised_mail(bare.order(decision, phase=Phase.MAIL))
    assert refused.value.code is ErrorCode.MAIL_REFUSED


def test_without_the_playbooks_word_nothing_is_read(bare: World) -> None:
    with pytest.raises(CrmError) as refused:
        SalesforceReader(bare.reads, bare.clock).snapshot(bare.lead)
    assert refused.value.code is ErrorCode.CRM_FORBIDDEN


def test_the_word_is_checked_once_an_hour(bare: World) -> None:
    bare.reader.snapshot(bare.lead)
    bare.reset_calls()
    bare.reader.snapshot(bare.lead)
    usual = bare.calls()
    bare.crm.clock.forward(3601)
    bare.reader.queues()
    bare.reset_calls()
    bare.reader.snapshot(bare.lead)
    assert bare.calls() == usual + 1


class TestAnOrgThatHasThemAllTheSame:
    def test_reads_nothing(self, world: World) -> None:
        serve_without(world)
        with pytest.raises(CrmError) as refused:
            world.reader.snapshot(world.lead)
        assert refused.value.code is ErrorCode.CRM_CONSENT_UNREAD
        assert "consent.keeps_individuals" in refused.value.detail

    def test_sends_nothing(self, world: World) -> None:
        content = world.content(world.rating(), world.mail())
        world.propose(content)
        decision = world.record(world.envelope(content))
        assert world.writer.apply(world.order(decision)).kind is WriteOutcomeKind.WRITTEN
        serve_without(world)
        with pytest.raises(CrmError) as refused:
            world.mail_guard.authorised_mail(world.order(decision, phase=Phase.MAIL))
        assert refused.value.code is ErrorCode.CRM_CONSENT_UNREAD

    def test_writes_nothing_that_claims_contact(self, world: World) -> None:
        content = world.content(world.rating(), world.mail(), world.contacted())
        world.propose(content)
        decision = world.record(world.envelope(content))
        serve_without(world)
        before = world.row(world.lead)
        with pytest.raises(CrmError) as refused:
            world.writer.apply(world.order(decision))
        assert refused.value.code is ErrorCode.CRM_CONSENT_UNREAD
        assert world.row(world.lead) == before


def test_an_org_that_is_down_is_not_taken_for_one_without_them(bare: World) -> None:
    bare.fault("503", match="composite", contains="Individual")
    with pytest.raises(CrmError) as refused:
        bare.reader.snapshot(bare.lead)
    assert refused.value.code is ErrorCode.CRM_UNAVAILABLE
    assert bare.reader.snapshot(bare.lead).lead is not None


def test_what_is_left_out_stays_out_where_more_is_mapped() -> None:
    more = WITHOUT.with_extra({"Lead": {"Shoe_Size__c"}})
    assert more.unkept == OF_PEOPLE
    assert "Individual" not in more.by_object
    assert "Shoe_Size__c" in more.of("Lead")
