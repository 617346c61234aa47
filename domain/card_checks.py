"""Does a card contradict itself? Pure; each answer is a sentence. A card of which this says something is a bug."""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from domain.cards import ReviewCard
from domain.cases import Ladder
from domain.playbook import Playbook
from domain.proposals import Action, AssignOwner, CreateTask, Disqualify, ProposalContent, UpdateFields
from domain.proposed_tasks import asks_for_a_call

_NUMBER = re.compile(r"\+?\d[\d ()./-]{5,}\d")


def contradictions(card: ReviewCard, content: ProposalContent, ladder: Ladder, playbook: Playbook) -> tuple[str, ...]:
    """What does not go together, for a person who mends the rule that made it."""
    return (
        *_footnotes(card, content),
        *_people(card, content, ladder, playbook),
        *_times(card, content, ladder),
        *_sum(card),
        *_calls(content),
        *_contact(content, playbook),
        *_mail(card, content),
    )


def _footnotes(card: ReviewCard, content: ProposalContent) -> Iterable[str]:
    known = [e.id for e in card.evidence]
    if len(set(known)) != len(known):
        yield "two pieces of evidence share a number"
    for where, ids in _cited(card, content):
        for missing in set(ids) - set(known):
            yield f"{where} points to {missing}, which is not on the card"


def _cited(card: ReviewCard, content: ProposalContent) -> Iterable[tuple[str, Sequence[str]]]:
    for action in content.actions:
        yield f"the action {action.key}", action.evidence
        if isinstance(action, UpdateFields):
            yield from ((f"{action.key}.{c.field}", c.evidence) for c in action.changes)
    yield from ((f"the check {check.name}", check.evidence) for check in card.checks)
    yield from ((f"the score line {line.rule}", line.evidence) for line in card.qualification.lines)
    yield "the owner", card.routing.evidence
    for sentence in card.draft.stated():
        # A struck sentence may have cited what was never offered: that is why it was struck.
        if not sentence.struck:
            yield "a sentence of the draft", sentence.evidence


def _people(card: ReviewCard, content: ProposalContent, ladder: Ladder, playbook: Playbook) -> Iterable[str]:
    present = {r.login for r in playbook.reviewers}
    for deadline in ladder.deadlines:
        if deadline.notify not in present:
            yield f"the ladder's {deadline.step.value} tells {deadline.notify or 'nobody'}, who is not there"
    if card.assignee not in present:
        yield f"{card.assignee or 'nobody'} is asked, who is not there"
    for action in content.actions:
        for owner in _owners(action):
            if owner not in card.names and all(c.owner_id != owner for c in card.routing.considered):
                yield f"{action.key} names {owner}, whom the card cannot name"


def _owners(action: Action) -> tuple[str, ...]:
    match action:
        case AssignOwner():
            return (action.after_owner_id,)
        case CreateTask():
            return (action.owner_id,)
        case _:
            return ()


def _times(card: ReviewCard, content: ProposalContent, ladder: Ladder) -> Iterable[str]:
    at = [d.at for d in ladder.deadlines]
    if at != sorted(at):
        yield "the steps of the ladder do not follow each other"
    yield from (f"{e.id} was seen after the card was made" for e in card.evidence if e.observed_at > card.made_at)
    for action in content.actions:
        if isinstance(action, CreateTask) and action.due_date and card.routing.respond_by is not None:
            # A day lies in somebody's own zone, which may be half a day from here.
            apart = abs((card.routing.respond_by.date().toordinal()) - _day(action.due_date))
            if apart > 1:
                yield f"{action.key} is due on {action.due_date}, the answer on {card.routing.respond_by.date()}"


def _day(iso: str) -> int:
    return date.fromisoformat(iso).toordinal()


def _sum(card: ReviewCard) -> Iterable[str]:
    total = sum(line.points for line in card.qualification.lines)
    if card.qualification.score != max(0, min(100, total)):
        yield f"the lines add up to {total}, the score says {card.qualification.score}"


def _calls(content: ProposalContent) -> Iterable[str]:
    for action in content.actions:
        if isinstance(action, CreateTask):
            text = f"{action.subject}\n{action.description}"
            if asks_for_a_call(text) and not _NUMBER.search(text):
                yield f"{action.key} asks for a call and has no number"


def _contact(content: ProposalContent, playbook: Playbook) -> Iterable[str]:
    mail = content.mail
    for action in content.actions:
        claims = isinstance(action, UpdateFields) and any(c.after == playbook.contacted_status for c in action.changes)
        if claims and not action.after_mail:
            yield f"{action.key} says that somebody was contacted and does not wait for the e-mail"
        if action.after_mail and mail is None:
            yield f"{action.key} waits for an e-mail that is not there"


def _mail(card: ReviewCard, content: ProposalContent) -> Iterable[str]:
    mail = content.mail
    consent = next((c for c in card.checks if c.name == "consent"), None)
    if mail is not None and consent is not None and not consent.passed:
        yield "there is an e-mail, and the consent check says no"
    if mail is not None and any(s.text in mail.body for s in card.draft.struck()):
        yield "a struck sentence stands in the e-mail"
    if mail is not None and any(isinstance(a, Disqualify) for a in content.actions):
        yield "somebody is written to and disqualified at once"
