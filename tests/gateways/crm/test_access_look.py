"""Whom the CRM keeps from what waits: asked in few queries, kept with the review, and never a reason to stop."""

from activities.access import AccessLook
from domain.cases import DocumentKind
from domain.playbook import Playbook
from domain.record_access import changed_records
from gateways.crm.access import RecordAccess
from persistence.exceptions import SqlExceptions
from persistence.queue import ReviewQueue
from persistence.record_access import SqlRecordAccess
from tests.domain.scenes import playbook
from tests.fakes.examples import stopped
from tests.gateways.crm.world import CASE, ORG, World


class Rules:
    """`Playbooks` with one: Pat is Inés in the CRM, Tomás is Tom, Boss somebody it does not know."""

    def __init__(self, **crm_users: str) -> None:
        rules = playbook()
        mapped = tuple(r.model_copy(update={"crm_user": crm_users.get(r.login, "")}) for r in rules.reviewers)
        self._now = rules.model_copy(update={"reviewers": mapped})

    def current(self) -> Playbook:
        return self._now

    def readable(self) -> Playbook:
        return self._now

    def pinned(self, digest: str) -> Playbook:
        return self._now


def look(world: World, rules: Rules) -> AccessLook:
    return AccessLook(
        users=world.reader,
        access=RecordAccess(world.session),
        kept=SqlRecordAccess(world.database),
        documents=world.documents,
        lead_of=lambda _case_id: world.lead,
        playbooks=rules,
        clock=world.clock,
    )


def denied(world: World) -> frozenset[str] | None:
    """Who is kept from the review's records; None while nobody has asked."""
    item = ReviewQueue(world.database, ORG).item(CASE, 1)
    assert item is not None
    return item.denied if item.access_at is not None else None


ALL = Rules(pat="ines@acme.example", tomas="tom@acme.example", boss="gone@acme.example")


def test_what_the_crm_says_is_kept_with_the_review(world: World) -> None:
    world.propose(world.content(world.rating(), world.assign(), world.task()))
    world.crm.control("POST", "access", {"user_id": world.ines, "record_id": world.lead, "edit": False})
    assert look(world, ALL).look(ORG) == 1
    assert denied(world) == frozenset({"pat", "boss"})
    assert look(world, ALL).look(ORG) == 0


def test_of_an_exception_the_record_of_its_case_is_asked_about(world: World) -> None:
    exceptions = SqlExceptions(world.database)
    exceptions.open(stopped(CASE, org_id=ORG, now=world.clock.now()))
    world.crm.control("POST", "access", {"user_id": world.ines, "record_id": world.lead, "edit": False})
    assert look(world, ALL).look(ORG) == 1
    opened = exceptions.get(CASE, 1)
    assert opened is not None
    assert opened.denied == {"pat", "boss"}
    assert opened.closed_to("pat", world.clock.now())
    assert look(world, ALL).look(ORG) == 0


def test_what_creates_only_is_closed_to_nobody(world: World) -> None:
    content = world.content(world.task(), world.note())
    assert changed_records(content) == ()
    world.propose(content)
    world.reset_calls()
    assert look(world, ALL).look(ORG) == 1
    assert denied(world) == frozenset()
    assert world.calls() == 0


def test_nobody_is_asked_about_where_nobody_is_mapped(world: World) -> None:
    world.propose(world.content(world.rating()))
    world.reset_calls()
    assert look(world, Rules()).look(ORG) == 0
    assert (denied(world), world.calls()) == (None, 0)


def test_a_crm_that_does_not_answer_closes_and_opens_nothing(world: World) -> None:
    world.propose(world.content(world.rating()))
    world.fault("503", count=50)
    assert look(world, ALL).look(ORG) == 0
    assert denied(world) is None


def test_a_case_whose_data_is_erased_does_not_hide_the_others(world: World) -> None:
    world.propose(world.content(world.rating()))
    world.documents.erase(CASE)
    assert world.documents.find(CASE, DocumentKind.PROPOSAL, "1") is None
    assert look(world, ALL).look(ORG) == 1
    assert denied(world) == frozenset()
