"""What the pages read about one round and one case, gathered from the stores."""

from approval_ui.dependencies import UiDependencies
from approval_ui.undo_states import UndoStates
from approval_ui.views.earlier import Earlier, earlier_of
from approval_ui.views.review import Facts
from domain.audit import AuditKind
from domain.cases import DocumentKind
from domain.decisions import RoundState, Verdict
from domain.errors import DomainError, ErrorCode
from domain.permissions import Level
from domain.proposals import Phase, ProposalContent, parse_content
from domain.record_access import mapped_logins
from domain.resolutions import OpenedException
from domain.reviewer_notes import ReviewerNote
from persistence.queue import DecisionItem, QueueItem

_REFUSED = frozenset({AuditKind.DECISION_REFUSED, AuditKind.WRITE_REFUSED})


def facts_of(deps: UiDependencies, case_id: str, round: int) -> Facts | None:
    """Everything around one review round; None where there is no such round."""
    item = deps.queue.item(case_id, round)
    if item is None:
        return None
    try:
        case = deps.cases.get(case_id)
    except DomainError as missing:
        if missing.code is ErrorCode.CASE_UNKNOWN:
            return None
        raise
    decisions = deps.queue.decisions_of(case_id)
    written = [
        r.written_at
        for r in deps.receipts.of_case(case_id)
        if r.round == round and r.phase is Phase.CRM and not r.undoes
    ]
    mine = {d.decision_id for d in decisions if d.round == round}
    newer = [r.round for r in deps.queue.rounds_of(case_id) if r.round > round]
    return Facts(
        item=item,
        case=case,
        decisions=decisions,
        mails=tuple(m for m in deps.queue.mails_of(case_id) if m.decision_id in mine),
        notes=tuple(
            n for d in decisions if d.round == round and d.counts and (n := note_of(deps, case_id, d.decision_id))
        ),
        written_at=written[0] if written else None,
        newer_round=max(newer) if newer else None,
        refusals=tuple(
            (a.event.subject, a.event.code)
            for a in deps.queue.audit_of(case_id)
            # What is held while writing is paused goes on by itself, and so is no refusal.
            if a.event.kind in _REFUSED and a.event.code != ErrorCode.PAUSED
        ),
        mail_refusals=mail_refusals(deps, case_id),
        final=_final(deps, item, decisions),
        people=people_of(deps),
        events=tuple(e for e in deps.queue.events_of(case_id) if e.round == round),
        level=_level(deps, item),
    )


def mail_refusals(deps: UiDependencies, case_id: str) -> dict[str, str]:
    """By decision the code of why its e-mail was refused."""
    audited = (a.event for a in deps.queue.audit_of(case_id))
    return {event.subject: event.code for event in audited if event.kind is AuditKind.MAIL_REFUSED}


def earlier_rounds(deps: UiDependencies, facts: Facts) -> tuple[Earlier, ...]:
    """What became of the proposals before this one."""
    case_id, round = facts.item.case_id, facts.item.round
    if round <= 1:
        return ()
    before = [d for d in facts.decisions if d.round < round and d.counts]
    notes = {d.decision_id: note for d in before if (note := note_of(deps, case_id, d.decision_id)) is not None}
    rounds = [item for item in deps.queue.rounds_of(case_id) if item.round < round]
    return earlier_of(rounds, before, notes, facts.people)


def stands_for_crm_user(deps: UiDependencies, login: str) -> bool:
    """Whether the playbook maps this reviewer to a user of the CRM. A broken playbook stops signing, not reading."""
    try:
        return login in mapped_logins(deps.playbooks.current())
    except DomainError:
        return False


def kept_out(deps: UiDependencies, item: QueueItem | None, login: str) -> bool:
    """Whether the CRM keeps this person from the records of an open review, as far as was asked lately."""
    if item is None or item.state is not RoundState.OPEN:
        return False
    return item.closed_to(login, deps.clock.now()) and stands_for_crm_user(deps, login)


def kept_out_of_exception(deps: UiDependencies, opened: OpenedException, login: str) -> bool:
    """The same for an exception that waits."""
    return opened.closed_to(login, deps.clock.now()) and stands_for_crm_user(deps, login)


def undo_states(deps: UiDependencies) -> UndoStates:
    """Says where the undo of a write stands."""
    return UndoStates(org_id=deps.config.org_id, reviews=deps.reviews, documents=deps.documents, queue=deps.queue)


def people_of(deps: UiDependencies) -> dict[str, str]:
    """Names by login, as pages show them."""
    return {user.login: user.display_name for user in deps.users.all()}


def _level(deps: UiDependencies, item: QueueItem) -> Level | None:
    """A broken playbook stops signing, not reading."""
    try:
        return deps.playbooks.current().levels.get(item.motion, Level.READ_ONLY)
    except DomainError:
        return None


def _final(deps: UiDependencies, item: QueueItem, decisions: tuple[DecisionItem, ...]) -> ProposalContent | None:
    """The edited content that ended the round; None where it was signed as proposed, rejected, or erased."""
    if item.state is not RoundState.DECIDED or item.verdict is not Verdict.APPROVE_EDITED:
        return None
    counting = [d for d in decisions if d.counts and d.round == item.round]
    if not counting:
        return None
    digest = counting[-1].final_digest
    body = deps.documents.find(item.case_id, DocumentKind.FINAL, digest)
    return None if body is None else parse_content(body, digest)


def note_of(deps: UiDependencies, case_id: str, decision_id: str) -> ReviewerNote | None:
    """What the reviewer wrote and changed; None where nothing was kept or it was erased."""
    body = deps.documents.find(case_id, DocumentKind.REASON, decision_id)
    return None if body is None else ReviewerNote.model_validate_json(body)
