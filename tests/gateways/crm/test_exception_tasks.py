"""The task about an exception, through the policy's signature and the write guard, in a real CRM row."""

from datetime import timedelta

import pytest

from activities.messages import MirrorHead, MirrorInput, RoundInput
from activities.mirroring import MirroringActivities
from activities.signing import SigningActivities
from domain.cases import Act
from domain.leads import Motion
from domain.permissions import Level
from domain.playbook import Playbook
from domain.receipts import WriteOutcomeKind
from persistence.cases import SqlCases
from persistence.exceptions import SqlExceptions
from runtime.keys import load_signer
from tests.domain.scenes import playbook
from tests.fakes.examples import inquiry, stopped
from tests.gateways.crm.world import ORG, World
from workflows.messages import workflow_id


class Mirror:
    """One open exception that asks Pat, who is Inés in the CRM."""

    def __init__(self, world: World, *, level: Level = Level.LIMITED_AUTOMATION) -> None:
        rules = playbook()
        pat = next(r for r in rules.reviewers if r.login == "pat")
        self.rules = rules.model_copy(
            update={
                "org_id": ORG,
                "levels": {Motion.INBOUND: level},
                "reviewers": (pat.model_copy(update={"crm_user": "ines@acme.example"}),),
            }
        )
        self.world = world
        self.cases = SqlCases(world.database, world.clock, b"key", workflow_id)
        taken = self.cases.take_in(
            inquiry(),
            org_id=ORG,
            motion=Motion.INBOUND,
            playbook_digest="",
            agent_version="1",
            now=world.clock.now(),
        )
        self.case_id = taken.case.case_id
        self.cases.set_lead(self.case_id, world.lead)
        self.exceptions = SqlExceptions(world.database)
        self.exceptions.open(
            stopped(self.case_id, org_id=ORG, now=world.clock.now(), asked="pat", title="Ada <Byron> @{x}")
        )
        world.policy = self.rules.write_policy()
        self.mirroring = MirroringActivities(
            users=world.reader,
            cases=self.cases,
            documents=world.documents,
            reviews=world.reviews,
            receipts=world.receipts,
            exceptions=self.exceptions,
            playbooks=self,
            clock=world.clock,
            public_url="https://review.acme.example/",
        )
        self._signing = SigningActivities(
            signer=load_signer(world.keys, "policy-1"),
            reviews=world.reviews,
            documents=world.documents,
            playbooks=self,
            audit=world.audit,
            clock=world.clock,
        )

    def current(self) -> Playbook:
        return self.rules

    def readable(self) -> Playbook:
        return self.rules

    def pinned(self, digest: str) -> Playbook:
        return self.rules

    @property
    def order(self) -> MirrorInput:
        return MirrorInput(case_id=self.case_id, org_id=ORG, motion=Motion.INBOUND, number=1)

    def written(self, head: MirrorHead) -> WriteOutcomeKind:
        """What the workflow does with a proposal."""
        assert head.proposed
        signed = self._signing.sign(
            RoundInput(case_id=self.case_id, org_id=ORG, motion=Motion.INBOUND, round=head.round)
        )
        assert signed.accepted, signed.reason
        order = self.world.order(signed.decision_id, round=head.round, case_id=self.case_id)
        return self.world.writer.apply(order).kind

    def tasks(self) -> list[dict[str, object]]:
        fields = "Id, Subject, Status, OwnerId, WhoId, ActivityDate, Description"
        return self.world.rows(f"SELECT {fields} FROM Task ORDER BY CreatedDate, Id")


def test_a_task_asks_its_owner_and_a_note_says_how_it_ended(world: World) -> None:
    mirror = Mirror(world)
    head = mirror.mirroring.propose_exception_task(mirror.order)
    assert mirror.mirroring.propose_exception_task(mirror.order) == head, "repeated, it is the same proposal"
    assert mirror.written(head) is WriteOutcomeKind.WRITTEN
    (task,) = mirror.tasks()
    assert (task["Status"], task["OwnerId"], task["WhoId"]) == ("Not Started", world.ines, world.lead)
    assert task["Subject"] == "Needs an answer: Ada <Byron> @ {x}"
    assert f"https://review.acme.example/exceptions/{mirror.case_id}/1" in str(task["Description"])
    assert task["ActivityDate"] == f"{world.clock.now() + timedelta(hours=8):%Y-%m-%d}"

    mirror.exceptions.resolve(mirror.case_id, 1, "r1", Act.RETRY, "pat", now=world.clock.now())
    world.crm.clock.forward(60)
    assert mirror.written(mirror.mirroring.propose_closing_task(mirror.order)) is WriteOutcomeKind.WRITTEN
    assert [(t["Subject"], t["Status"]) for t in mirror.tasks()] == [
        ("Needs an answer: Ada <Byron> @ {x}", "Not Started"),
        ("Resolved: Ada <Byron> @ {x}", "Completed"),
    ]
    assert [row["Approver__c"] for row in world.ledger()] == ["policy", "policy"]


def test_about_a_lead_that_is_gone_nothing_is_written(world: World) -> None:
    mirror = Mirror(world)
    head = mirror.mirroring.propose_exception_task(mirror.order)
    world.crm.client().Lead.delete(world.lead)
    world.crm.clock.forward(60)
    assert mirror.written(head) is WriteOutcomeKind.DELETED
    assert mirror.tasks() == []
    assert not mirror.mirroring.propose_closing_task(mirror.order).proposed


@pytest.mark.parametrize("level", [Level.READ_ONLY, Level.DRAFT, Level.APPROVED_WRITEBACK])
def test_below_limited_automation_there_is_no_task(world: World, level: Level) -> None:
    mirror = Mirror(world, level=level)
    assert not mirror.mirroring.propose_exception_task(mirror.order).proposed
    assert not mirror.mirroring.propose_closing_task(mirror.order).proposed
    assert world.reviews.opening(mirror.case_id, -1) is None


def test_nobody_is_asked_about_what_has_ended_or_in_the_name_of_nobody(world: World) -> None:
    mirror = Mirror(world)
    unmapped = tuple(r.model_copy(update={"crm_user": "gone@acme.example"}) for r in mirror.rules.reviewers)
    mirror.rules = mirror.rules.model_copy(update={"reviewers": unmapped})
    assert not mirror.mirroring.propose_exception_task(mirror.order).proposed
    mirror.exceptions.resolve(mirror.case_id, 1, "r1", Act.RETRY, "pat", now=world.clock.now())
    assert not mirror.mirroring.propose_exception_task(mirror.order).proposed
