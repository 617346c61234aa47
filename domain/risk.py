"""How risky a set of actions is. The guard runs this on what it is about to write and believes nobody else."""

from collections.abc import Sequence
from typing import assert_never

from domain.owners import is_queue
from domain.permissions import RISK_ORDER, RiskAssessment, RiskCategory, WritePolicy, worst
from domain.proposals import (
    Action,
    AddNote,
    AssignOwner,
    CloseTask,
    CreateLead,
    CreateTask,
    DeleteCreated,
    Disqualify,
    MergeRequest,
    SendEmail,
    StageChange,
    UpdateFields,
)

POLICY_MAY_SIGN = frozenset({"create_lead", "add_note", "create_task", "close_task", "assign_owner", "update_fields"})
"""Action kinds that the policy key may ever authorise, and only where they come out as low risk."""


def assess(actions: Sequence[Action], policy: WritePolicy) -> RiskAssessment:
    """The category of the riskiest action, with one reason per category-giving action."""
    judged = [_with_approval(action, _one(action, policy), policy) for action in actions]
    category = worst(tuple(c for c, _ in judged))
    return RiskAssessment(category=category, reasons=tuple(dict.fromkeys(r for c, r in judged if c is category)))


def effective(
    opened: RiskCategory, proposed: Sequence[Action], final: Sequence[Action], policy: WritePolicy
) -> RiskCategory:
    """Risk of what is signed after edits and ticks. Where suspicion `opened` a round above its actions, that stays."""
    as_final = assess(final, policy).category
    by_actions = assess(proposed, policy).category
    raised = RISK_ORDER.index(opened) > RISK_ORDER.index(by_actions)
    return worst((as_final, opened)) if raised else as_final


def raise_to(assessment: RiskAssessment, category: RiskCategory, reason: str) -> RiskAssessment:
    """At least `category`. Suspicion raises risk; nothing lowers it."""
    raised = worst((assessment.category, category))
    return RiskAssessment(category=raised, reasons=(*assessment.reasons, reason))


def _with_approval(action: Action, judged: tuple[RiskCategory, str], policy: WritePolicy) -> tuple[RiskCategory, str]:
    """What would be low, and writes a field that the playbook leaves to people, is medium: so a person signs."""
    match action:
        case AssignOwner():
            fields = policy.approval_fields.get(action.record.object, frozenset()) & {"OwnerId"}
        case CreateTask() | AddNote() | CloseTask():
            fields = policy.approval_fields.get("Task", frozenset())
        case _:
            fields = frozenset()
    if judged[0] is not RiskCategory.LOW or not fields:
        return judged
    return RiskCategory.MEDIUM, f"only a person may sign for {', '.join(sorted(fields))}"


def _one(action: Action, policy: WritePolicy) -> tuple[RiskCategory, str]:
    match action:
        case CreateLead():
            return RiskCategory.LOW, "new lead with the fields that were sent"
        case CreateTask() | AddNote():
            return RiskCategory.LOW, "internal note or task"
        case CloseTask():
            return RiskCategory.LOW, "completes a task of its own"
        case UpdateFields():
            automatic = policy.automatic_fields.get(action.record.object, frozenset())
            if not action.opt_in and all(change.field in automatic for change in action.changes):
                return RiskCategory.LOW, "fields that the playbook lets be written automatically"
            return RiskCategory.MEDIUM, "changes fields of a record"
        case AssignOwner():
            return _of_assignment(action, policy)
        case SendEmail():
            return RiskCategory.MEDIUM, "external e-mail"
        case Disqualify():
            return RiskCategory.HIGH, "disqualifies a person"
        case StageChange():
            return RiskCategory.HIGH, "moves an opportunity"
        case MergeRequest():
            return RiskCategory.MEDIUM, "asks for a merge"
        case DeleteCreated():
            return RiskCategory.MEDIUM, "takes a created record back"
    assert_never(action)


def _of_assignment(action: AssignOwner, policy: WritePolicy) -> tuple[RiskCategory, str]:
    if action.strategic:
        return RiskCategory.HIGH, "strategic account"
    if action.after_owner_id in policy.strategic_owner_ids:
        return RiskCategory.HIGH, "strategic owner"
    if action.first_assignment and is_queue(action.before_owner_id) and not is_queue(action.after_owner_id):
        return RiskCategory.LOW, "first assignment out of a queue"
    return RiskCategory.MEDIUM, "ownership change"
