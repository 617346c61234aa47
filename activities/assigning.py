"""Speed to lead: the first owner of a lead need not wait for the reply to be approved.

At `limited_automation` a first assignment out of a queue that is neither strategic nor in conflict is a proposal
of its own, low risk, signed by policy; so are the fields that the mapping lets be written automatically. The rest of
the change waits for a person in the next round.
"""

from temporalio import activity

from activities.messages import AssignmentHead, StepInput
from domain.casefile import CaseFile
from domain.cases import DocumentKind, ReviewOpening
from domain.enrichment import Enrichment
from domain.ladder import build_ladder
from domain.leads import CrmSnapshot, Motion
from domain.permissions import Level, RiskCategory, may
from domain.playbook import Playbook
from domain.ports import CaseDocuments, Cases, Clock, Playbooks, Reviews
from domain.proposals import Action, AssignOwner, digest_of, make_content
from domain.proposed_actions import automatic_action, expected_values, owner_action
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


def before_anybody_looks(
    snapshot: CrmSnapshot,
    qualification: Qualification,
    enrichment: Enrichment,
    routing: RoutingDecision,
    playbook: Playbook,
    motion: Motion,
) -> tuple[Action, ...]:
    """The first assignment, and the fields that the mapping lets be written automatically; empty below the level."""
    if not may(playbook.levels.get(motion, Level.READ_ONLY), Level.LIMITED_AUTOMATION):
        return ()
    if qualification.disqualify_reason:
        return ()
    fields = automatic_action(snapshot, qualification, enrichment, playbook)
    owner = assigns_first(snapshot, qualification, routing, playbook, motion)
    actions = tuple(a for a in (owner, fields) if a is not None)
    low = assess(actions, playbook.write_policy(snapshot.users)).category is RiskCategory.LOW
    return actions if low else ()


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
        """Propose owner and automatic fields alone, if level and risk let policy sign them; else not `proposed`."""
        file = CaseFile(self._documents, step.case_id)
        slot = str(step.round)
        playbook = self._playbooks.current()
        snapshot, routing = file.snapshot(step.round), file.routed(step.round).routing
        if not file.has(DocumentKind.PROPOSAL, slot):
            qualification = file.qualified(step.round).qualification
            enrichment = file.enrichment(step.round)
            actions = before_anybody_looks(snapshot, qualification, enrichment, routing, playbook, step.motion)
            if not actions:
                return AssignmentHead(proposed=False)
            content = make_content(
                org_id=step.org_id,
                case_id=step.case_id,
                round=step.round,
                motion=step.motion,
                actions=actions,
                expected=expected_values(actions, snapshot),
            )
            file.keep_bytes(DocumentKind.PROPOSAL, slot, content.to_bytes())
        kinds = {a.kind for a in file.proposal(step.round).actions}
        title = f"Assign to {routing.owner_name}" if "assign_owner" in kinds else "Fields written automatically"
        now = self._clock.now()
        self._reviews.open_round(
            ReviewOpening(
                case_id=step.case_id,
                org_id=step.org_id,
                round=step.round,
                motion=step.motion,
                workflow_id=self._cases.get(step.case_id).workflow_id,
                title=title,
                risk=RiskCategory.LOW,
                owner_name=routing.owner_name,
                proposal_digest=digest_of(file.proposal_bytes(step.round)),
                opened_at=now,
                ladder=build_ladder(now, "", playbook, RiskCategory.LOW, step.motion),
            )
        )
        return AssignmentHead(proposed=True)
