"""The same rules once more, over what a reviewer is about to sign. Pure; each raises `ValueError` with a sentence."""

import re
from collections.abc import Iterator
from datetime import date
from unicodedata import category

from domain.cards import ReviewCard
from domain.field_facts import misfit
from domain.model import Scalar
from domain.permissions import WritePolicy
from domain.proposals import (
    Action,
    AddNote,
    AssignOwner,
    CreateTask,
    Disqualify,
    MergeRequest,
    ProposalContent,
    SendEmail,
    UpdateFields,
)
from domain.revising import EDITABLE

_SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
_BREAKS = ("Cc", "Zl", "Zp")
"""Control characters and line ends, by their Unicode categories."""
_LARGEST = 10**18
"""The CRM's numbers have 18 digits at most. What is no number is not below it either."""
_TASK_PRIORITIES = ("High", "Normal", "Low")


def owner_choices(card: ReviewCard, proposed: ProposalContent) -> dict[str, str]:
    """Whom a reviewer may hand the record to: id and name of everybody this card considered or names."""
    choices: dict[str, str] = {}
    for action in proposed.actions:
        if isinstance(action, AssignOwner):
            choices[action.after_owner_id] = card.names.get(action.after_owner_id, action.after_owner_id)
    for candidate in card.routing.considered:
        choices.setdefault(candidate.owner_id, candidate.name)
    if card.routing.fallback_owner_id:
        choices.setdefault(card.routing.fallback_owner_id, card.routing.fallback_owner_name)
    for record_id, name in card.names.items():
        if record_id.startswith(_OWNER_PREFIXES):
            choices.setdefault(record_id, name)
    return {key: name for key, name in choices.items() if key}


_OWNER_PREFIXES = ("005", "00G")
"""Salesforce key prefixes of User and Group (queues are groups)."""


def check_owner(card: ReviewCard, proposed: ProposalContent, final: ProposalContent) -> None:
    """A changed owner must be one that the card knows."""
    known = owner_choices(card, proposed)
    before = {a.key: a for a in proposed.actions}
    for action in final.actions:
        if action == before[action.key]:
            continue
        if isinstance(action, AssignOwner) and action.after_owner_id not in known:
            raise ValueError("choose an owner from the list; this one is not among the people of this case")
        if isinstance(action, CreateTask | MergeRequest):
            if action.owner_id not in {*known, getattr(before[action.key], "owner_id", "")}:
                raise ValueError("choose the task's owner from the list; this one is not among the people of this case")
            if isinstance(action, CreateTask) and action.priority not in _TASK_PRIORITIES:
                raise ValueError(f"the task's priority is one of {', '.join(_TASK_PRIORITIES)}")


def check_reason(card: ReviewCard, proposed: ProposalContent, final: ProposalContent) -> None:
    """A changed reason to disqualify is one of the playbook's codes, and no text of its own."""
    known = {code for code, _ in card.reject_reasons}
    before = {a.key: a for a in proposed.actions}
    for action in final.actions:
        if isinstance(action, Disqualify) and action != before[action.key] and action.reason_code not in known:
            raise ValueError("choose the reason from the list")


def check_fields(final: ProposalContent, policy: WritePolicy) -> None:
    """Every field that would be written is on the current allow-list."""
    for action in final.actions:
        if not isinstance(action, UpdateFields):
            continue
        allowed = policy.allowed_fields.get(action.record.object, frozenset())
        refused = [c.field for c in action.changes if c.field not in allowed]
        drafted = policy.drafted_fields.get(action.record.object, frozenset())
        unasked = [c.field for c in action.changes if c.field in drafted and not action.opt_in]
        if unasked:
            raise ValueError(
                f"the playbook has made {', '.join(unasked)} of {action.record.object} a draft since; untick it"
            )
        if refused:
            raise ValueError(
                f"the playbook does not allow writing {', '.join(refused)} of {action.record.object}; untick it"
            )


def check_facts(card: ReviewCard, proposed: ProposalContent, final: ProposalContent) -> None:
    """An edited value is one that the org takes, by what its describe said when the proposal was made."""
    before = {a.key: a for a in proposed.actions}
    for action in final.actions:
        if not isinstance(action, UpdateFields) or action == before[action.key]:
            continue
        facts = card.field_facts.get(action.record.object, {})
        for change in action.changes:
            fact = facts.get(change.field)
            if fact is not None and (refused := misfit(change.field, change.after, fact)):
                raise ValueError(refused)


def check_values(final: ProposalContent) -> None:
    """What no signature should cover because the CRM or the mail server would refuse it later."""
    for action in final.actions:
        if isinstance(action, CreateTask | AddNote | SendEmail | MergeRequest) and any(
            category(c) in _BREAKS for c in action.subject
        ):
            raise ValueError("a subject is one line of visible characters")
        for field, value in _written(action):
            if isinstance(value, int | float) and not abs(value) < _LARGEST:
                raise ValueError(f"{field}: not a number that the CRM can hold")
            if isinstance(value, str) and any(category(c) == "Cc" and not c.isspace() for c in value):
                raise ValueError(f"{field}: there is a control character in it, which nobody sees; take it out")
        if isinstance(action, CreateTask) and action.due_date and not _is_date(action.due_date):
            raise ValueError("the task's due date is a day of the calendar, as in 2027-01-31")


def _written(action: Action) -> Iterator[tuple[str, Scalar]]:
    """What a reviewer can have put there."""
    if isinstance(action, UpdateFields):
        yield from ((change.field, change.after) for change in action.changes)
    yield from ((name, getattr(action, name)) for name in sorted(EDITABLE.get(action.kind, ())))


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def check_mail(proposed: ProposalContent, final: ProposalContent) -> None:
    """Consent was judged for one recipient and one sender; an edit may change the words, nothing else."""
    before, after = proposed.mail, final.mail
    if after is None:
        return
    if before is None:
        raise ValueError("an e-mail cannot be added by an edit")
    fixed = ("to_address", "to_name", "from_name", "from_address", "footer")
    if any(getattr(before, name) != getattr(after, name) for name in fixed):
        raise ValueError("recipient, sender and footer of the e-mail cannot be edited")
    if not after.body.strip():
        raise ValueError("the e-mail has no text; untick it instead")


def sentences(text: str) -> tuple[str, ...]:
    """Split at sentence ends and line breaks; good enough to tell old from new, not to parse language."""
    return tuple(s for part in _SENTENCE.split(text) if (s := part.strip()))
