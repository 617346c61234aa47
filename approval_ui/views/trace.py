"""What happened to one case, in the order in which it happened."""

from dataclasses import dataclass, replace

from approval_ui.dependencies import UiDependencies
from approval_ui.reading import mail_refusals, note_of, people_of
from approval_ui.views.exceptions import resolved_text
from approval_ui.views.names import offered_names
from approval_ui.views.notifications import delivery_lines
from approval_ui.views.receipts import told_of_undo
from approval_ui.views.wording import (
    AUDIT,
    BAD_OUTCOMES,
    EXCEPTION,
    OUTCOME,
    REFUSAL,
    VERDICT,
    field_label,
    mail_text,
    plural,
    value_text,
)
from domain.audit import AuditKind
from domain.casefile import Drafted, Qualified, Routed
from domain.cases import CaseException, CaseOutcome, DocumentKind
from domain.decisions import Purpose
from domain.errors import DomainError, ErrorCode
from domain.first_touch import Assignment, Breach, FirstTouch
from domain.leads import CrmSnapshot, Inquiry, MatchResult
from domain.model import Instant
from domain.notices import TROUBLE, Notification, NotificationState
from domain.proposals import Phase
from domain.receipts import MailState, WriteReceipt
from domain.resolutions import Resolved
from domain.undoing import UndoReport
from persistence.queue import AuditItem, DecisionItem, DocumentItem


@dataclass(frozen=True)
class Step:
    at: Instant
    what: str
    how: str = ""
    tone: str = ""
    href: str = ""


def steps_of(deps: UiDependencies, case_id: str) -> tuple[Step, ...]:
    steps: list[Step] = []
    people = people_of(deps)
    for document in deps.queue.documents_of(case_id):
        step = _document_step(deps, case_id, document)
        if step is not None:
            steps.append(step)
    steps += [
        Step(
            item.opened_at,
            "Review opened",
            f"round {item.round}, {item.risk.value} risk, "
            f"asked {people.get(item.assignee, item.assignee) or 'the team'}",
            href=f"/reviews/{case_id}/{item.round}",
        )
        for item in deps.queue.rounds_of(case_id)
        if item.round > 0
    ]
    steps += [_decision_step(deps, decision, people) for decision in deps.queue.decisions_of(case_id)]
    refused, mails = mail_refusals(deps, case_id), deps.queue.mails_of(case_id)
    for mail in mails:
        tone = "good" if mail.state is MailState.ACCEPTED else "bad" if mail.state in _MAIL_TROUBLE else ""
        steps.append(Step(mail.moved_at, "E-mail", mail_text(mail.state, refused.get(mail.decision_id, "")), tone))
    # The CRM's clock counts whole seconds; a write is never told before the signature that it rests on, nor the claim
    # of a contact before the e-mail that was one.
    signed = {d.decision_id: d.decided_at for d in deps.queue.decisions_of(case_id)}
    sent = {mail.decision_id: mail.moved_at for mail in mails if mail.state is MailState.ACCEPTED}
    for receipt in deps.receipts.of_case(case_id):
        step = _receipt_step(receipt)
        before = {**signed, **sent} if receipt.phase is Phase.AFTER_MAIL else signed
        steps.append(replace(step, at=max(step.at, before.get(receipt.decision_id, step.at))))
    steps += [_told_step(n, people) for n in deps.notices.of_case(case_id) if n.state is not NotificationState.OBSOLETE]
    steps += [s for item in deps.queue.audit_of(case_id) if (s := _audit_step(item, people)) is not None]
    return tuple(sorted(steps, key=lambda s: s.at))


_MAIL_TROUBLE = frozenset({MailState.REFUSED, MailState.UNKNOWN, MailState.STOPPED})
_TOLD_ELSEWHERE = frozenset(
    {
        AuditKind.REVIEW_OPENED,
        AuditKind.DECISION_RECORDED,
        AuditKind.POLICY_SIGNED,
        AuditKind.WRITTEN,
        AuditKind.UNDONE,
        AuditKind.MAIL_ACCEPTED,
        AuditKind.MAIL_REFUSED,
        AuditKind.MAIL_STOPPED,
        AuditKind.MAIL_UNKNOWN,
        AuditKind.EXCEPTION_OPENED,
        AuditKind.EXCEPTION_RESOLVED,
        AuditKind.FIRST_TOUCH,
        AuditKind.SLA_BREACHED,
    }
)
_OUTCOMES = frozenset(outcome.value for outcome in CaseOutcome)
_BAD_AUDIT = frozenset(
    {AuditKind.DECISION_REFUSED, AuditKind.WRITE_REFUSED, AuditKind.REVIEW_EXPIRED, AuditKind.UNDO_STOPPED}
)


def _audit_step(item: AuditItem, people: dict[str, str]) -> Step | None:
    """Entries that no other source tells better."""
    event = item.event
    if event.kind in _TOLD_ELSEWHERE:
        return None
    if event.kind is AuditKind.CASE_CLOSED and event.subject in _OUTCOMES:
        outcome = CaseOutcome(event.subject)
        return Step(event.at, AUDIT[event.kind], OUTCOME[outcome], "bad" if outcome in BAD_OUTCOMES else "")
    if event.kind is AuditKind.WRITE_REFUSED and event.code == ErrorCode.PAUSED:
        return Step(event.at, "Held by the write guard", "writing is paused; it goes on by itself once that is resumed")
    code = REFUSAL.get(event.code, event.code.replace("_", " "))
    moved = event.kind in (AuditKind.REVIEW_REASSIGNED, AuditKind.HANDED_OVER)
    to = f"to {people.get(event.subject, event.subject)}" if moved else ""
    how = " · ".join(p for p in (to, code, people.get(event.actor, event.actor)) if p)
    return Step(event.at, AUDIT[event.kind], how, "bad" if event.kind in _BAD_AUDIT else "")


def _told_step(told: Notification, people: dict[str, str]) -> Step:
    (line,) = delivery_lines((told,), people)
    who = line.who or "the webhook"
    tone = "bad" if told.state in TROUBLE or (told.attempts and told.state is NotificationState.WAITING) else ""
    what = f"{who} told" if told.state is NotificationState.DELIVERED else f"{who} not told yet"
    if told.state in TROUBLE:
        what = f"{who} may not have been told"
    how = [line.what.lower(), line.channel if told.login else "", line.cause]
    return Step(told.moved_at, what, " · ".join(p for p in how if p), tone)


def _decision_step(deps: UiDependencies, decision: DecisionItem, people: dict[str, str]) -> Step:
    who = people.get(decision.reviewer, decision.reviewer)
    match decision.purpose:
        case Purpose.POLICY_WRITE:
            return Step(decision.decided_at, "Signed by policy", f"round {decision.round}, low risk", "good")
        case Purpose.UNDO:
            return Step(decision.decided_at, f"{who} signed an undo", _delivered(decision), "person")
        case Purpose.WRITE | Purpose.RESUME:
            note = note_of(deps, decision.case_id, decision.decision_id)
            parts = [f"as {decision.role.value}", decision.reason_code.replace("_", " ")]
            if note is not None:
                parts.append("in Slack" if note.attested_by.startswith("slack:") else "")
                parts.append(f"“{note.text}”" if note.text else "")
                parts += [
                    f"{field_label(e.field)}: {value_text(e.value)}" for e in note.edits if len(str(e.value)) <= 60
                ]
                parts.append(f"left out {', '.join(note.unticked)}" if note.unticked else "")
                parts += [f"on the reviewer's word: “{s}”" for s in note.stated_by_reviewer]
            parts += ["voided by an edit" if not decision.counts else "", _delivered(decision)]
            return Step(
                decision.decided_at,
                f"{who} {VERDICT[decision.verdict]}",
                " · ".join(p for p in parts if p),
                "person",
            )


def _delivered(decision: DecisionItem) -> str:
    return "" if decision.delivered_at is not None or not decision.counts else "signed; will be delivered"


def _receipt_step(receipt: WriteReceipt) -> Step:
    what = "Write taken back" if receipt.undoes else "Written to the CRM"
    records = plural(len(receipt.records), "record")
    how = [records, receipt.phase.value.replace("_", " "), "found already written" if receipt.replayed else ""]
    how.append(plural(len(receipt.side_effects), "side effect") if receipt.side_effects else "")
    return Step(receipt.written_at, what, " · ".join(p for p in how if p), "good")


def _document_step(deps: UiDependencies, case_id: str, document: DocumentItem) -> Step | None:
    if document.kind not in _DOCUMENT_STEPS:
        return None
    what = _DOCUMENT_STEPS[document.kind]
    tone = "bad" if document.kind in _BAD_DOCUMENTS else "good" if document.kind is DocumentKind.FIRST_TOUCH else ""
    if document.erased:
        return Step(document.stored_at, what, "data erased", tone)
    body = deps.documents.find(case_id, document.kind, document.slot)
    try:
        how = "" if body is None else _told(document, body, offered_names(_raised(deps, case_id, document)))
        if document.kind is DocumentKind.UNDO and body is not None:
            how = told_of_undo(UndoReport.model_validate_json(body))
    except (ValueError, DomainError):
        how = "stored by another release"
    if document.kind is DocumentKind.UNDO and not how:
        # All of it came back, which the undo's own receipt says.
        return None
    return Step(document.stored_at, what, how, tone)


_BAD_DOCUMENTS = frozenset({DocumentKind.EXCEPTION, DocumentKind.FAILURE, DocumentKind.BREACH, DocumentKind.UNDO})
_DOCUMENT_STEPS = {
    DocumentKind.INQUIRY: "Inquiry received",
    DocumentKind.MATCH: "Looked for in the CRM",
    DocumentKind.SNAPSHOT: "Read from the CRM",
    DocumentKind.ENRICHMENT: "Enriched",
    DocumentKind.QUALIFICATION: "Qualified",
    DocumentKind.ROUTING: "Routed",
    DocumentKind.DRAFT: "Drafted",
    DocumentKind.PROPOSAL: "Proposed",
    DocumentKind.ASSIGNMENT: "Waiting for the first human activity",
    DocumentKind.FIRST_TOUCH: "First human activity",
    DocumentKind.BREACH: "No answer by the deadline",
    DocumentKind.EXCEPTION: "Needs a person",
    DocumentKind.RESOLUTION: "Exception resolved",
    DocumentKind.FAILURE: "A step failed",
    DocumentKind.UNDO: "Not all was taken back",
}


def _raised(deps: UiDependencies, case_id: str, document: DocumentItem) -> CaseException | None:
    """The exception that a resolution answers: what was chosen has a name there."""
    if document.kind is not DocumentKind.RESOLUTION:
        return None
    body = deps.documents.find(case_id, DocumentKind.EXCEPTION, document.slot)
    return None if body is None else CaseException.model_validate_json(body)


def _told(document: DocumentItem, body: bytes, names: dict[str, str]) -> str:
    match document.kind:
        case DocumentKind.INQUIRY:
            inquiry = Inquiry.model_validate_json(body)
            name = f"{inquiry.first_name} {inquiry.last_name}".strip()
            return " · ".join(p for p in (name, inquiry.company, inquiry.source.value.replace("_", " ")) if p)
        case DocumentKind.MATCH:
            match_result = MatchResult.model_validate_json(body)
            found = "; ".join(match_result.reasons)
            return f"{match_result.verdict.value}{': ' if found else ''}{found}"
        case DocumentKind.SNAPSHOT:
            snapshot = CrmSnapshot.model_validate_json(body)
            seen = plural(len(snapshot.activities), "activity", "activities")
            return f"{seen}, {plural(len(snapshot.opportunities), 'opportunity', 'opportunities')}"
        case DocumentKind.QUALIFICATION:
            result = Qualified.model_validate_json(body).qualification
            return f"score {result.score}, band {result.band}, {result.fit.value.replace('_', ' ')}"
        case DocumentKind.ROUTING:
            routing = Routed.model_validate_json(body).routing
            return routing.conflict or f"{routing.owner_name}: {routing.reason}"
        case DocumentKind.DRAFT:
            draft = Drafted.model_validate_json(body).draft
            struck = len(draft.struck())
            return draft.writer_version + (f", {plural(struck, 'sentence')} struck" if struck else "")
        case DocumentKind.PROPOSAL:
            return f"round {document.slot}"
        case DocumentKind.ASSIGNMENT | DocumentKind.FIRST_TOUCH | DocumentKind.BREACH:
            return _told_of_answer(document.kind, body)
        case DocumentKind.EXCEPTION:
            raised = CaseException.model_validate_json(body)
            return f"{EXCEPTION[raised.code]}. {raised.next_step} {raised.detail}".strip()
        case DocumentKind.RESOLUTION:
            return resolved_text(Resolved.model_validate_json(body), names)
        case DocumentKind.FAILURE:
            step, _, attempt = document.slot.rpartition(".")
            first = next((line for line in body.decode(errors="replace").splitlines() if line.strip()), "")
            return f"{step.split('.')[0].replace('_', ' ')}, attempt {attempt}: {first[:200]}"
        case _:
            return ""


def _told_of_answer(kind: DocumentKind, body: bytes) -> str:
    if kind is DocumentKind.ASSIGNMENT:
        given = Assignment.model_validate_json(body)
        return f"{given.owner_name} is to answer by {given.respond_by:%d %b %Y, %H:%M} UTC"
    if kind is DocumentKind.BREACH:
        return Breach.model_validate_json(body).said()
    touched = FirstTouch.model_validate_json(body)
    speed = plural(touched.minutes_from_inquiry, "business minute")
    late = "in time" if touched.in_time else "after the deadline"
    return f"{touched.by_name}, {touched.touch.kind.value}, {speed} after the inquiry, {late}"
