"""Speed to lead: the first owner of a lead need not wait for the reply to be approved.

At `limited_automation` a first assignment out of a queue that is neither strategic nor in conflict is a proposal
of its own, low risk, signed by policy. The rest of the change waits for a person in the next round.
"""

from temporalio import activity

from activities.messages import AssignmentHead, StepInput
from domain.casefile import CaseFile
from domain.cases import DocumentKind, ReviewOpening
from domain.ladder import build_ladder
from domain.leads import CrmSnapshot, Motion
from domain.permissions import Level, RiskCategory, may
from domain.playbook import Playbook
from domain.ports import CaseDocuments, Cases, Clock, Playbooks, Reviews
from domain.proposals import AssignOwner, digest_of, make_content
from domain.proposed_actions import expected_values, owner_action
from domain.qualification import Qualification
from domain.risk import assess
from domain.routing import RoutingDecision


def assigns_first(
    snapshot: CrmSnapshot, qualification: Qualification, routing: RoutingDecision, playbook: Playbook, motion: Motion
) -> AssignOwner | None:
    """The assignment that policy may sign before anybody looks, or None."""
    if not may(playbook.levels.get(motion, Level.READ_ONLY), Level.LIMITED_AUTOMATION):
        return None
    action = owner_action(snapshot, routing, playbook)
    if action is None or not action.first_assignment or qualification.disqualify_reason:
        return None
    low = assess((action,), playbook.write_policy(snapshot.users)).category is RiskCategory.LOW
    return action if low else None


class AssigningActivities:
    def __init__(
        self, *, documents: CaseDocuments, cases: Cases, reviews: Reviews, playbooks: Playbooks, clock: Clock
    ) -> None:
        self._documents = documents
        self._cases = cases
        self._reviews = reviews
        self._playbooks = playbooks
        self._clock = clock

    @activity.defn
    def propose_assignment(self, step: StepInput) -> AssignmentHead:
        """Propose the owner alone, if level and risk let policy sign it. `proposed` is False where they do not."""
        file = CaseFile(self._documents, step.case_id)
        slot = str(step.round)
        playbook = self._playbooks.current()
        snapshot, routing = file.snapshot(step.round), file.routed(step.round).routing
        if not file.has(DocumentKind.PROPOSAL, slot):
            qualification = file.qualified(step.round).qualification
            action = assigns_first(snapshot, qualification, routing, playbook, step.motion)
            if action is None:
                return AssignmentHead(proposed=False)
            content = make_content(
                org_id=step.org_id,
                case_id=step.case_id,
                round=step.round,
                motion=step.motion,
                actions=(action,),
                expected=expected_values((action,), snapshot),
            )
            file.keep_bytes(DocumentKind.PROPOSAL, slot, content.to_bytes())
        now = self._clock.now()
        self._reviews.open_round(
            ReviewOpening(
                case_id=step.case_id,
                org_id=step.org_id,
                round=step.round,
                motion=step.motion,
                workflow_id=self._cases.get(step.case_id).workflow_id,
                title=f"Assign to {routing.owner_name}",
                risk=RiskCategory.LOW,
                owner_name=routing.owner_name,
                proposal_digest=digest_of(file.proposal_bytes(step.round)),
                opened_at=now,
                ladder=build_ladder(now, "", playbook, RiskCategory.LOW),
            )
        )
        return AssignmentHead(proposed=True)
