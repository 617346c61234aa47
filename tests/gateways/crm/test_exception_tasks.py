"""The task about an exception, through the policy's signature and the write guard, in a real CRM row."""

from datetime import timedelta

import pytest

from activities.messages import MirrorHead, MirrorInput, RoundInput
from activities.mirroring import MirroringActivities
from activities.signing import SigningActivities
from domain.cases import Act, DocumentKind
from domain.errors import NotAuthorised, RefusalReason
from domain.leads import Motion, RecordRef
from domain.permissions import Level
from domain.playbook import Playbook
from domain.proposals import CloseTask, digest_of, make_content
from domain.receipts import WriteOutcomeKind
from domain.resolutions import ExceptionState
from persistence.cases import SqlCases
from persistence.exceptions import SqlExceptions
from runtime.keys import load_signer
from tests.domain.scenes import playbook
from tests.fakes.examples import inquiry, opening, stopped
from tests.gateways.crm.outcomes import written
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

    def resolve(self) -> None:
        """Pat has answered, a minute ago."""
        self.exceptions.resolve(self.case_id, 1, "r1", Act.RETRY, "pat", now=self.world.clock.now())
        self.world.crm.clock.forward(60)

    def states(self) -> list[tuple[object, object]]:
        return [(task["Subject"], task["Status"]) for task in self.tasks()]

    def tasks(self) -> list[dict[str, object]]:
        fields = "Id, Subject, Status, OwnerId, WhoId, ActivityDate, Description"
        return self.world.rows(f"SELECT {fields} FROM Task ORDER BY CreatedDate, Id")


def test_a_task_asks_its_owner_and_is_completed_when_somebody_has_answered(world: World) -> None:
    mirror = Mirror(world)
    head = mirror.mirroring.propose_exception_task(mirror.order)
    assert mirror.mirroring.propose_exception_task(mirror.order) == head, "repeated, it is the same proposal"
    assert mirror.written(head) is WriteOutcomeKind.WRITTEN
    (task,) = mirror.tasks()
    assert (task["Status"], task["OwnerId"], task["WhoId"]) == ("Not Started", world.ines, world.lead)
    assert task["Subject"] == "Needs an answer: Ada <Byron> @ {x}"
    assert f"https://review.acme.example/exceptions/{mirror.case_id}/1" in str(task["Description"])
    assert task["ActivityDate"] == f"{world.clock.now() + timedelta(hours=8):%Y-%m-%d}"

    mirror.resolve()
    closing = mirror.mirroring.propose_closing_task(mirror.order)
    assert mirror.mirroring.propose_closing_task(mirror.order) == closing
    assert mirror.written(closing) is WriteOutcomeKind.WRITTEN
    assert mirror.states() == [("Needs an answer: Ada <Byron> @ {x}", "Completed")]
    assert [row["Approver__c"] for row in world.ledger()] == ["policy", "policy"]
    assert 'set Status back to "Not Started"' in world.ledger()[1]["How_To_Reverse__c"]
    assert mirror.written(closing) is WriteOutcomeKind.WRITTEN, "repeated, it finds its own write"
    assert len(world.ledger()) == 2


@pytest.mark.parametrize("how", ["started", "done", "deleted"])
def test_a_task_that_somebody_took_up_is_theirs(world: World, how: str) -> None:
    mirror = Mirror(world)
    assert mirror.written(mirror.mirroring.propose_exception_task(mirror.order)) is WriteOutcomeKind.WRITTEN
    (task,) = mirror.tasks()
    world.crm.clock.forward(60)
    if how == "deleted":
        world.crm.client().Task.delete(task["Id"])
    else:
        status = "In Progress" if how == "started" else "Completed"
        world.edit(str(task["Id"]), object_name="Task", by=world.ines, Status=status)
    before = mirror.states()
    mirror.resolve()
    assert mirror.written(mirror.mirroring.propose_closing_task(mirror.order)) is WriteOutcomeKind.CONFLICT
    assert mirror.states() == before
    assert mirror.written(mirror.mirroring.propose_ending_note(mirror.order)) is WriteOutcomeKind.WRITTEN
    assert mirror.states() == [*before, ("Resolved: Ada <Byron> @ {x}", "Completed")]


def test_what_nobody_has_answered_stays_open_with_its_owner(world: World) -> None:
    mirror = Mirror(world)
    assert mirror.written(mirror.mirroring.propose_exception_task(mirror.order)) is WriteOutcomeKind.WRITTEN
    mirror.exceptions.end(mirror.case_id, 1, ExceptionState.UNRESOLVED, now=world.clock.now())
    world.crm.clock.forward(60)
    assert not mirror.mirroring.propose_closing_task(mirror.order).proposed
    assert mirror.written(mirror.mirroring.propose_ending_note(mirror.order)) is WriteOutcomeKind.WRITTEN
    assert mirror.states() == [
        ("Needs an answer: Ada <Byron> @ {x}", "Not Started"),
        ("Closed: nobody resolved it in time: Ada <Byron> @ {x}", "Completed"),
    ]


def test_a_lead_that_was_converted_meanwhile_does_not_keep_its_task_open(world: World) -> None:
    mirror = Mirror(world)
    assert mirror.written(mirror.mirroring.propose_exception_task(mirror.order)) is WriteOutcomeKind.WRITTEN
    world.crm.clock.forward(60)
    world.crm.control("POST", f"lead/{world.lead}/convert", {"user_id": world.tom})
    mirror.resolve()
    assert mirror.written(mirror.mirroring.propose_closing_task(mirror.order)) is WriteOutcomeKind.WRITTEN
    assert [status for _, status in mirror.states()] == ["Completed"]


def test_policy_closes_nothing_that_it_has_not_made_for_the_case(world: World) -> None:
    """A forged proposal names somebody's own task, or one that a person has countersigned."""
    mirror = Mirror(world)
    theirs = world.add("Task", by=world.ines, Subject="Call Ada", Status="Not Started", OwnerId=world.ines)
    approved = written(world.writer.apply(world.approved(world.task())))
    (countersigned,) = [image.record for image in approved.records]
    world.receipts.put(approved.model_copy(update={"id": "f" * 64, "case_id": mirror.case_id}))
    world.crm.clock.forward(60)
    before = mirror.states()
    for round, task in ((-2, RecordRef(object="Task", id=theirs)), (-5, countersigned), (-8, world.lead_ref)):
        closing = CloseTask(key="close", record=task, before_status="Not Started", after_status="Completed")
        content = make_content(
            org_id=ORG,
            case_id=mirror.case_id,
            round=round,
            motion=Motion.INBOUND,
            actions=(closing,),
            expected=(),
        )
        world.documents.put(mirror.case_id, DocumentKind.PROPOSAL, str(round), content.to_bytes())
        shown = opening(mirror.case_id, round, digest=digest_of(content.to_bytes()))
        world.reviews.open_round(shown.model_copy(update={"org_id": ORG}))
        with pytest.raises(NotAuthorised) as refused:
            mirror.written(MirrorHead(proposed=True, round=round))
        kind = RefusalReason.FIELD_NOT_ALLOWED if task == world.lead_ref else RefusalReason.FORBIDDEN_ACTION
        assert refused.value.reason is kind
    assert mirror.states() == before
    assert world.row(world.lead)["Status"] == "Open - Not Contacted"


def test_about_a_lead_that_is_gone_nothing_is_written(world: World) -> None:
    mirror = Mirror(world)
    head = mirror.mirroring.propose_exception_task(mirror.order)
    world.crm.client().Lead.delete(world.lead)
    world.crm.clock.forward(60)
    assert mirror.written(head) is WriteOutcomeKind.DELETED
    assert mirror.tasks() == []
    assert not mirror.mirroring.propose_closing_task(mirror.order).proposed
    assert not mirror.mirroring.propose_ending_note(mirror.order).proposed


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
