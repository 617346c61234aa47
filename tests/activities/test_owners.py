"""Whose waiting proposal is called unfit, and whose is left alone."""

from datetime import timedelta

import pytest

from activities.owner_messages import OwnerCheckHead, OwnerCheckOrder
from activities.owners import OwnerActivities
from domain.audit import AuditKind
from domain.errors import CrmError, ErrorCode
from domain.leads import CrmRecord, CrmSnapshot, Inquiry
from domain.proposals import AssignOwner
from domain.routing_rules import Absence
from tests.activities.test_deciding import Steps
from tests.activities.world import RATING, World
from tests.domain.scenes import IRENE, NOW, TOMAS, USERS, lead, snapshot
from tests.fakes.examples import ORG

TODAY = NOW.date()


class People:
    """`CrmReader` of an org's people as they are now."""

    def __init__(self) -> None:
        self.now = snapshot(lead=None)
        self.asked = 0
        self.down = False

    def snapshot(self, lead_id: str) -> CrmSnapshot:
        assert lead_id == ""
        self.asked += 1
        if self.down:
            raise CrmError("down", code=ErrorCode.CRM_UNAVAILABLE)
        return self.now

    def candidates(self, inquiry: Inquiry) -> tuple[CrmRecord, ...]:
        raise AssertionError("who may own a lead is read from people alone")

    def queues(self) -> tuple[CrmRecord, ...]:
        raise AssertionError("who may own a lead is read from people alone")


class Look:
    def __init__(self, world: World) -> None:
        self.world = world
        self.steps = Steps(world)
        self.people = People()
        self.owners = OwnerActivities(
            reader=self.people,
            reviews=world.reviews,
            documents=world.documents,
            cases=world.cases,
            playbooks=world.playbooks,
            audit=world.audit,
            clock=world.clock,
        )

    def proposed_owner(self) -> CrmRecord:
        """Let a proposal wait; whom it would give the lead to."""
        step = self.steps.until_drafted()
        self.steps.deciding.propose(step)
        self.case_id = step.case_id
        actions = self.steps.file(step).proposal(1).actions
        owner = next(a.after_owner_id for a in actions if isinstance(a, AssignOwner))
        return next(u for u in USERS if u.id == owner)

    def __call__(self) -> OwnerCheckHead:
        return self.owners.find_unfit_owners(OwnerCheckOrder(org_id=ORG))


@pytest.fixture
def look(world: World) -> Look:
    return Look(world)


def test_an_owner_who_still_fits_is_left_alone(look: Look) -> None:
    look.proposed_owner()
    assert look() == OwnerCheckHead(looked_at=1)
    assert look.world.audited(AuditKind.OWNER_UNFIT) == []


def test_one_who_left_is_named_with_the_workflow_that_waits(look: Look) -> None:
    owner = look.proposed_owner()
    look.people.now = snapshot(lead=None, users=tuple(u for u in USERS if u.id != owner.id))
    (unfit,) = look().unfit
    assert (unfit.case_id, unfit.round, unfit.reason) == (look.case_id, 1, "inactive")
    assert unfit.workflow_id == look.world.cases.get(look.case_id).workflow_id
    (noted,) = look.world.audited(AuditKind.OWNER_UNFIT)
    assert (noted.subject, noted.code) == (owner.id, "inactive")


def test_one_who_is_deactivated_away_or_full(look: Look) -> None:
    owner = look.proposed_owner()
    gone = owner.model_copy(update={"fields": {**owner.fields, "IsActive": False}})
    look.people.now = snapshot(lead=None, users=tuple(gone if u.id == owner.id else u for u in USERS))
    assert [u.reason for u in look().unfit] == ["inactive"]
    look.people.now = snapshot(lead=None, open_leads_by_owner={owner.id: 40})
    assert [u.reason for u in look().unfit] == ["full"]
    look.people.now = snapshot(lead=None)
    away = Absence(who=owner.text("Email"), first_day=TODAY, last_day=TODAY + timedelta(days=3))
    look.world.playbooks.change(absences=(away,))
    assert [u.reason for u in look().unfit] == ["absent"], "an absence written down today counts for an older case"


def test_found_again_it_is_on_record_once(look: Look) -> None:
    owner = look.proposed_owner()
    look.people.now = snapshot(lead=None, open_leads_by_owner={owner.id: 40})
    assert look() == look()
    assert len(look.world.audited(AuditKind.OWNER_UNFIT)) == 1


def test_what_no_longer_waits_is_not_looked_at(look: Look) -> None:
    owner = look.proposed_owner()
    look.people.now = snapshot(lead=None, open_leads_by_owner={owner.id: 40})
    look.world.reviews.supersede(look.case_id, 1, now=NOW)
    assert look() == OwnerCheckHead(looked_at=0)


def test_whoever_has_the_lead_already_is_not_questioned(look: Look) -> None:
    """Full, and this lead is one of those that fill them: routing would choose them again."""
    step = look.steps.begin(snap=snapshot(lead=lead(OwnerId=IRENE.id)))
    look.steps.deciding.enrich(step)
    look.steps.deciding.qualify(step)
    assert look.steps.deciding.route(step).owner_id == IRENE.id
    look.world.propose(RATING, case_id=step.case_id)
    look.people.now = snapshot(lead=None, open_leads_by_owner={IRENE.id: 40, TOMAS.id: 0})
    assert look() == OwnerCheckHead(looked_at=1)


def test_many_waiting_rounds_cost_one_call_and_a_case_without_documents_hides_no_other(look: Look) -> None:
    for n in range(3):
        look.world.propose(RATING, case_id=f"a{n}")
    owner = look.proposed_owner()
    look.people.now = snapshot(lead=None, open_leads_by_owner={owner.id: 40})
    found = look()
    assert (found.looked_at, len(found.unfit), look.people.asked) == (4, 1, 1)


def test_while_the_crm_is_down_nobody_is_called_unfit(look: Look) -> None:
    look.proposed_owner()
    look.people.down = True
    with pytest.raises(CrmError):
        look()
