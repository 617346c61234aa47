"""The review page as one value: card, diff, evidence, state of the round, and what this person may do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from approval_ui.deciding import MAX_ROUNDS
from approval_ui.decision_requests import Reviewer
from approval_ui.stored_reviews import Review
from approval_ui.views.changes import Change, Row, Scene, Submitted, as_signed, changes_of, suggested_rows
from approval_ui.views.left_machine import SentQuestion, sent_questions
from approval_ui.views.mail import MailView, mail_of
from approval_ui.views.wording import STEP, VERDICT, ago, field_label, mail_text, plural, span
from domain.cards import Check, ReviewCard
from domain.cases import Case, CaseState, LadderStep
from domain.decisions import APPROVALS, RoundState
from domain.drafting import DraftOrigin, ModelUsage
from domain.evidence import Evidence, EvidenceSource
from domain.model import Instant
from domain.permissions import Level, can_approve, can_decide, may
from domain.proposals import Disqualify, ProposalContent
from domain.receipts import MailState
from domain.reviewer_notes import ReviewerNote
from persistence.queue import DecisionItem, MailItem, QueueItem, RoundEvent


@dataclass(frozen=True)
class Note:
    """One footnote: its number, what is stated, and where it stands."""

    id: str
    number: str
    text: str
    source: str
    at: Instant
    confidence: str


@dataclass(frozen=True)
class Moment:
    """One line of the timeline. `at` None is a time to come that has no instant."""

    what: str
    detail: str = ""
    at: Instant | None = None
    tone: str = ""


@dataclass(frozen=True)
class Ending:
    """How a round ended, for the page that can no longer decide it."""

    headline: str
    detail: str
    tone: str
    at: Instant | None = None


@dataclass(frozen=True)
class PendingMail:
    """An approved e-mail that can still be stopped."""

    leaves_at: Instant | None
    """The end of its undo window; None where that is over and it has not left all the same."""
    to: str


@dataclass(frozen=True)
class Facts:
    """What the page reads from the stores besides the review itself."""

    item: QueueItem
    case: Case
    decisions: tuple[DecisionItem, ...]
    mails: tuple[MailItem, ...]
    notes: tuple[ReviewerNote, ...]
    written_at: Instant | None
    """When the CRM write of this round was read back, where it was."""
    newer_round: int | None
    refusals: tuple[tuple[str, str], ...] = ()
    """Decision id and code of what the workflow or the guard refused."""
    mail_refusals: dict[str, str] = field(default_factory=dict)
    """By decision why its e-mail was refused: the audit's code."""
    final: ProposalContent | None = None
    """What the decision that ended the round signed, where that differs from the proposal."""
    people: dict[str, str] = field(default_factory=dict)
    """Names by login."""
    events: tuple[RoundEvent, ...] = ()
    """What happened to the round besides decisions."""
    level: Level | None = None
    """What the agent may do for this motion now; None where the playbook cannot be read."""

    def name(self, login: str) -> str:
        return self.people.get(login, login)

    def refusal_of(self, decision_id: str) -> str:
        return next((code for refused, code in self.refusals if refused == decision_id), "")


@dataclass(frozen=True)
class ReviewView:
    case_id: str
    round: int
    digest: str
    title: str
    sub: str
    received_at: Instant
    received_ago: str
    risk: str
    risk_text: str
    changes: tuple[Change, ...]
    mail: MailView | None
    failed: tuple[Check, ...]
    passed: tuple[Check, ...]
    notes: tuple[Note, ...]
    moments: tuple[Moment, ...]
    open: bool
    ending: Ending | None
    pending_mail: PendingMail | None
    may_stop: bool
    undelivered: bool
    signatures: tuple[str, ...]
    edited_by_first: bool
    """True where the signatures are over an edited form, which the page shows."""
    cannot_decide: str
    """Why this person may not approve; empty where they may."""
    cannot_reject: str
    cannot_redraft: str
    next_step: str
    next_at: Instant
    next_left: str
    numbers: dict[str, str]
    action_count: int
    approve_label: str
    undoable: str
    heading: str
    level_note: str
    suggested: tuple[Row, ...] = ()
    meeting_names: dict[str, str] = field(default_factory=dict)
    """What each meeting of the draft is called, by its key."""
    sent: tuple[SentQuestion, ...] = ()
    """What left the machine."""


def review_view(
    review: Review, facts: Facts, reviewer: Reviewer, now: Instant, submitted: Submitted, ticked: frozenset[str] | None
) -> ReviewView:
    signed = facts.final or review.edited
    scene = Scene(
        card=review.card,
        content=as_signed(review.content, signed) if signed else review.content,
        proposed=review.content,
        submitted=submitted,
        ticked=frozenset(a.key for a in signed.actions) if signed and ticked is None else ticked,
    )
    card, opening = review.card, review.opening
    numbers = footnote_numbers(card.evidence)
    step = facts.item.coming
    is_open = facts.item.state is RoundState.OPEN and now <= opening.ladder.expires_at
    cannot_approve, cannot_reject = _obstacles(review, facts, reviewer)
    return ReviewView(
        case_id=opening.case_id,
        round=opening.round,
        digest=review.shown_digest,
        title=card.title,
        sub=card.subtitle,
        received_at=facts.case.opened_at,
        received_ago=ago(facts.case.opened_at, now),
        risk=opening.risk.value,
        risk_text=f"{opening.risk.value.capitalize()} risk: {', '.join(card.risk.reasons)}".rstrip(": "),
        changes=changes_of(scene),
        mail=mail_of(scene),
        suggested=suggested_rows(card),
        sent=sent_questions(card.draft.asked),
        meeting_names={m.key: m.called for m in card.draft.meetings},
        failed=tuple(c for c in card.checks if not c.passed),
        passed=tuple(c for c in card.checks if c.passed),
        notes=tuple(_note(e, numbers[e.id], scene) for e in card.evidence),
        moments=_timeline(review, facts),
        open=is_open,
        ending=None if is_open else ending_of(facts, now),
        pending_mail=_pending_mail(review, facts, now),
        may_stop=can_decide(reviewer.role),
        undelivered=any(d.counts and d.delivered_at is None for d in _of_round(facts)) and not is_open,
        signatures=tuple(facts.name(d.reviewer) for d in _of_round(facts) if d.counts),
        edited_by_first=review.edited is not None,
        cannot_decide=cannot_approve,
        cannot_reject=cannot_reject,
        cannot_redraft=cannot_reject
        or (f"Draft {opening.round} of {MAX_ROUNDS}: edit it, or reject" if opening.round >= MAX_ROUNDS else ""),
        next_step=STEP[step.step],
        next_at=step.at,
        next_left=span(step.at - now) if step.at > now else "now",
        numbers=numbers,
        action_count=len(review.content.actions),
        approve_label="Confirm disqualification"
        if any(isinstance(a, Disqualify) for a in review.content.actions)
        else "Approve",
        undoable=_undoable(review),
        heading=_heading(facts),
        level_note=_level_note(facts) if is_open else "",
    )


def footnote_numbers(evidence: tuple[Evidence, ...]) -> dict[str, str]:
    """`e7` reads as 7; what is not numbered that way counts on."""
    return {e.id: str(place) for place, e in enumerate(evidence, start=1)}


def _of_round(facts: Facts) -> tuple[DecisionItem, ...]:
    return tuple(d for d in facts.decisions if d.round == facts.item.round)


def _obstacles(review: Review, facts: Facts, reviewer: Reviewer) -> tuple[str, str]:
    if not can_decide(reviewer.role):
        reason = f"Signed in as {reviewer.role.value}: you can look, but not decide"
        return reason, reason
    is_open = facts.item.state is RoundState.OPEN
    if is_open and any(d.counts and d.reviewer == reviewer.login for d in _of_round(facts)):
        reason = "You have signed; a second person must sign as well"
        return reason, reason
    if not can_approve(reviewer.role, review.opening.risk):
        return "High risk: a manager must approve it as it stands", ""
    return "", ""


def _heading(facts: Facts) -> str:
    match facts.item.state:
        case RoundState.OPEN:
            return "What will change in the CRM"
        case RoundState.DECIDED if facts.item.verdict in APPROVALS:
            return "What was signed for the CRM"
        case _:
            return "What was proposed for the CRM"


def _level_note(facts: Facts) -> str:
    match facts.level:
        case Level.READ_ONLY:
            return "The permission level is read only now: what you approve is recorded, and refused at the CRM door."
        case Level.DRAFT:
            return "The permission level is draft: your verdict is recorded, nothing is written."
        case _:
            return ""


def _undoable(review: Review) -> str:
    if all(i.kind != "no_inverse" for i in review.content.inverses):
        return "can be undone"
    return "can be undone, except the e-mail once it left" if review.content.mail else "can be undone in part"


_SYSTEMS = {
    EvidenceSource.INQUIRY: "Inquiry",
    EvidenceSource.CRM: "Salesforce",
    EvidenceSource.ENRICHMENT: "Enrichment",
    EvidenceSource.CONTEXT: "Context",
    EvidenceSource.PLAYBOOK: "Playbook",
    EvidenceSource.MODEL: "Model",
    EvidenceSource.REVIEWER: "Reviewer",
}


def _note(evidence: Evidence, number: str, scene: Scene) -> Note:
    if evidence.quote:
        text = f"“{evidence.quote}”"
        exact = "quoted exactly"
    else:
        label = field_label(evidence.field.rsplit(".", 1)[-1])
        said = {"True": "yes", "False": "no"}.get(evidence.value or "", scene.name(evidence.value or ""))
        text = f"{label}: {said or 'empty'}"
        exact = ""
    system = evidence.system or _SYSTEMS[evidence.source]
    where = " · ".join(p for p in (evidence.field, (system[:1].upper() + system[1:]).replace("_", " "), exact) if p)
    sure = "" if evidence.confidence >= 0.995 else f"confidence {evidence.confidence:.2f}"
    return Note(id=evidence.id, number=number, text=text, source=where, at=evidence.observed_at, confidence=sure)


def _timeline(review: Review, facts: Facts) -> tuple[Moment, ...]:
    card = review.card
    came = plural(facts.case.inquiry_count, "inquiry", "inquiries") if facts.case.inquiry_count > 1 else ""
    moments = [
        Moment("Received", came, facts.case.opened_at, "done"),
        Moment("Qualified and routed", card.routing.rule.replace("_", " "), card.made_at, "done"),
        *_reading(card),
        Moment("Drafted" if card.draft.paragraphs else "Brief written", _writer(review), card.made_at, "done"),
    ]
    climbed = {e.kind for e in facts.events if e.round == facts.item.round and e.kind in _CLIMBED}
    moments += [_arranged(e, facts) for e in facts.events if e.kind in _ARRANGED or e.kind in _CLIMBED]
    counting = [d for d in _of_round(facts) if d.counts]
    moments += [Moment(f"{facts.name(d.reviewer)} {VERDICT[d.verdict]}", "", d.decided_at, "done") for d in counting]
    if facts.written_at is not None:
        moments.append(Moment("Written to the CRM", "read back and kept as a receipt", facts.written_at, "done"))
    for mail in facts.mails:
        tone = "done" if mail.state is MailState.ACCEPTED else "fail" if mail.state in _MAIL_TROUBLE else ""
        moments.append(
            Moment("E-mail", mail_text(mail.state, facts.mail_refusals.get(mail.decision_id, "")), mail.moved_at, tone)
        )
    if facts.item.state is RoundState.OPEN:
        ahead = [d for d in review.opening.ladder.deadlines if d.step.value not in climbed]
        moments.append(Moment(f"Waiting for {facts.name(facts.item.assignee) or 'a reviewer'}", "", None, "now"))
        moments += [Moment(STEP[d.step].capitalize(), facts.name(d.notify), d.at) for d in ahead]
    return tuple(moments)


_ARRANGED = {
    "claimed": "Claimed",
    "released": "Released",
    "snoozed": "Snoozed",
    "woken": "Woken",
    "reassigned": "Reassigned",
    "handed_over": "Handed over, because who was asked is away",
}
_CLIMBED = {
    LadderStep.REMINDER.value: "Reminded",
    LadderStep.FALLBACK.value: "Went to the fallback",
    LadderStep.MANAGER.value: "Went to the manager",
    LadderStep.EXPIRY.value: "Expired",
}
"""Steps of the ladder that were taken: on record, whatever became of the review."""
_MAIL_TROUBLE = frozenset({MailState.REFUSED, MailState.UNKNOWN, MailState.STOPPED})


def _arranged(event: RoundEvent, facts: Facts) -> Moment:
    if event.kind in _ARRANGED:
        return Moment(_ARRANGED[event.kind], facts.name(event.who), event.at)
    return Moment(_CLIMBED[event.kind], f"told {facts.name(event.who)}" if event.who else "", event.at)


def _writer(review: Review) -> str:
    draft = review.card.draft
    if draft.origin is DraftOrigin.TEMPLATE:
        return f"template writer, {draft.writer_version}"
    return _with_cost(draft.usage[-1].model if draft.usage else draft.writer_version, draft.usage)


def _reading(card: ReviewCard) -> tuple[Moment, ...]:
    """That a model read the calls, and what it cost."""
    used = card.reading_usage
    return (Moment("Calls read", _with_cost(used[-1].model, used), card.made_at, "done"),) if used else ()


def _with_cost(model: str, usage: Sequence[ModelUsage]) -> str:
    costs = [u.cost_usd for u in usage if u.cost_usd is not None]
    return f"{model}, ${sum(costs):.4f}" if costs else model


def ending_of(facts: Facts, now: Instant) -> Ending:
    counting = [d for d in _of_round(facts) if d.counts]
    match facts.item.state:
        case RoundState.DECIDED if counting:
            last = counting[-1]
            who = " and ".join(dict.fromkeys(facts.name(d.reviewer) for d in counting))
            tone = "good" if last.verdict in APPROVALS else "info"
            return Ending(f"Already decided: {who} {VERDICT[last.verdict]}", _reason(facts), tone, last.decided_at)
        case RoundState.DECIDED:
            return Ending("Already decided", "", "info", facts.item.closed_at)
        case RoundState.EXPIRED:
            return Ending("Expired", "Nobody decided in time. Nothing was written.", "warn", facts.item.closed_at)
        case RoundState.SUPERSEDED:
            return Ending(
                "Replaced by a newer proposal",
                "The record or the inquiry changed while this waited.",
                "info",
                facts.item.closed_at,
            )
        case RoundState.OPEN:
            return Ending(
                "The deadline has passed",
                "Decisions no longer count; the case closes as expired.",
                "warn",
                facts.item.ladder.expires_at,
            )


def _reason(facts: Facts) -> str:
    parts: list[str] = []
    for note in facts.notes:
        if note.reason_code:
            parts.append(note.reason_code.replace("_", " "))
        if note.text:
            parts.append(f"“{note.text}”")
        if note.edits:
            parts.append("edited " + ", ".join(dict.fromkeys(field_label(e.field).lower() for e in note.edits)))
        if note.unticked:
            parts.append(plural(len(note.unticked), "action") + " left out")
        if note.stated_by_reviewer:
            parts.append(plural(len(note.stated_by_reviewer), "sentence") + " on the reviewer's word")
    return " · ".join(parts)


def _pending_mail(review: Review, facts: Facts, now: Instant) -> PendingMail | None:
    approvals = [d for d in _of_round(facts) if d.counts and d.verdict in APPROVALS]
    mail = (facts.final or review.content).mail
    if facts.item.state is not RoundState.DECIDED or not approvals or mail is None:
        return None
    if facts.level is not None and not may(facts.level, Level.APPROVED_WRITEBACK):
        return None
    decision = approvals[-1]
    begun = [m for m in facts.mails if m.decision_id == decision.decision_id]
    if begun:
        # It is begun once its window is over: what has not left by then waits for a pause or a server.
        waits = facts.case.state is CaseState.OPEN and begun[-1].state is MailState.INTENDED
        return PendingMail(leaves_at=None, to=mail.to_address) if waits else None
    leaves_at = (facts.written_at or decision.decided_at) + timedelta(seconds=review.card.undo_window_seconds)
    return PendingMail(leaves_at=leaves_at, to=mail.to_address) if leaves_at > now else None
