"""Steps of an exception: name it, remind, believe what resolves it, end it."""

from temporalio import activity

from activities.messages import (
    EndExceptionInput,
    ExceptionEnding,
    ExceptionHead,
    ExceptionInput,
    RemindInput,
    ResolutionHead,
    ResolutionInput,
    Rung,
)
from domain.audit import AuditEvent, AuditKind
from domain.casefile import CaseFile
from domain.cases import CaseException, DocumentKind, ExceptionCode
from domain.errors import DomainError, ErrorCode, RefusalReason
from domain.exception_tasks import mirrored
from domain.exceptions import explain, ladder_of
from domain.notices import Notice, NoticeKind, Notices
from domain.ports import AuditLog, CaseDocuments, Cases, Clock, Playbooks, Reviews
from domain.resolutions import (
    ChooseMatch,
    ExceptionOpening,
    Exceptions,
    ExceptionState,
    OpenedException,
    refusal,
)
from domain.review_queue import searchable
from domain.texts import clean


class ResolvingActivities:
    """Needs the application database only."""

    def __init__(
        self,
        *,
        cases: Cases,
        documents: CaseDocuments,
        reviews: Reviews,
        exceptions: Exceptions,
        audit: AuditLog,
        playbooks: Playbooks,
        notices: Notices,
        clock: Clock,
    ) -> None:
        self._cases = cases
        self._documents = documents
        self._reviews = reviews
        self._exceptions = exceptions
        self._audit = audit
        self._playbooks = playbooks
        self._notices = notices
        self._clock = clock

    @activity.defn
    def open_exception(self, order: ExceptionInput) -> ExceptionHead:
        """Name the reason, the person, the deadline and the acts. Repeated, it still names who was asked first."""
        if self._reviews.opening(order.case_id, order.round) is not None:
            # Nobody listens to this round any more: its card leaves the queue, unless it has ended by itself.
            self._reviews.supersede(order.case_id, order.round, now=self._clock.now())
        file = CaseFile(self._documents, order.case_id)
        raised, asked = self._explained(file, order)
        title, subtitle, search_text = self._title(file, order)
        case = self._cases.get(order.case_id)
        now = self._clock.now()
        opened = self._exceptions.open(
            ExceptionOpening(
                key=f"{order.workflow_id or case.workflow_id}#{order.nth}",
                case_id=order.case_id,
                org_id=order.org_id,
                round=order.round,
                motion=order.motion,
                workflow_id=order.workflow_id or case.workflow_id,
                code=order.code,
                title=title,
                subtitle=subtitle,
                search_text=search_text,
                owner=raised.owner,
                asked=asked,
                opened_at=now,
                ladder=raised.ladder or ladder_of(asked, self._playbooks.readable(), now),
            )
        )
        opening = opened.opening
        kept = raised.model_copy(update={"owner": opening.owner, "ladder": opening.ladder})
        file.keep(DocumentKind.EXCEPTION, str(opened.number), kept)
        self._note(order.case_id, opened, AuditKind.EXCEPTION_OPENED, opening.asked, order.code.value)
        self._notices.tell(self._told(opened))
        rungs = tuple(Rung(step=d.step, at=d.at) for d in opening.ladder.deadlines)
        return ExceptionHead(
            code=order.code,
            owner=opening.owner,
            number=opened.number,
            rungs=rungs,
            mirrored=mirrored(self._playbooks.readable(), opening),
        )

    def _explained(self, file: CaseFile, order: ExceptionInput) -> tuple[CaseException, str]:
        slot = str(order.round)
        return explain(
            order.code,
            file.routed(order.round).routing if file.has(DocumentKind.ROUTING, slot) else None,
            self._playbooks.readable(),
            now=self._clock.now(),
            match=file.match(order.round),
            snapshot=file.newest_snapshot(),
            of_a_watch=order.of_a_watch,
            set_aside=frozenset(file.set_aside()),
        )

    def _title(self, file: CaseFile, order: ExceptionInput) -> tuple[str, str, str]:
        """Who it is about, as the card of the round says it, else from the inquiry; and in what it is found."""
        inquiries = file.inquiries(self._cases.get(order.case_id).inquiry_count)
        newest = inquiries[-1]
        person = f"{newest.first_name} {newest.last_name}".strip()
        # As somebody typed it: a zero byte would keep the exception out of some databases.
        title = clean(newest.company or person or newest.email, 120) or "Unknown person"
        subtitle = clean(person, 120) if newest.company else ""
        if file.has(DocumentKind.CARD, str(order.round)):
            card = file.card(order.round)
            title, subtitle = card.title, card.subtitle
        emails = dict.fromkeys(i.email for i in inquiries)
        return title, subtitle, searchable(title, subtitle, newest.company, person, *emails)

    def _told(self, opened: OpenedException) -> Notice:
        """Who is asked hears of it; after an expiry that is who takes the lead over."""
        opening = opened.opening
        expired = opening.code is ExceptionCode.REVIEW_EXPIRED
        return Notice(
            key=f"{opening.case_id}/exception/{opened.number}",
            kind=NoticeKind.OWNER_TOLD if expired else NoticeKind.EXCEPTION,
            org_id=opening.org_id,
            case_id=opening.case_id,
            round=opening.round,
            to=(opening.asked,) if opening.asked else (),
            code=opening.code.value,
            at=opening.opened_at,
        )

    @activity.defn
    def remind_of_exception(self, order: RemindInput) -> None:
        """Take the next step of its ladder: tell whom it names, and put that on record."""
        opened = self._opened(order.case_id, order.number)
        if opened.state is not ExceptionState.OPEN:
            return
        opening = opened.opening
        whom = next((d.notify for d in opening.ladder.deadlines if d.step is order.step), "")
        self._exceptions.note_step(order.case_id, order.number, order.step)
        self._note(
            order.case_id, opened, AuditKind.EXCEPTION_ESCALATED, whom, order.step.value, slot=f"/{order.step.value}"
        )
        self._notices.tell(
            Notice(
                key=f"{opening.case_id}/exception/{opened.number}/{order.step.value}",
                kind=NoticeKind.EXCEPTION,
                org_id=opening.org_id,
                case_id=opening.case_id,
                round=opening.round,
                to=(whom,) if whom else (),
                code=opening.code.value,
                at=self._clock.now(),
            )
        )

    @activity.defn
    def take_resolution(self, order: ResolutionInput) -> ResolutionHead:
        """Whether this resolution ends the exception: the store's word, and that what it says still fits."""
        opened = self._opened(order.case_id, order.number)
        if opened.state is not ExceptionState.RESOLVED or opened.resolution_id != order.resolution_id:
            return ResolutionHead(accepted=False, reason=RefusalReason.UNKNOWN_DECISION.value)
        file = CaseFile(self._documents, order.case_id)
        given, raised = file.offered(order.resolution_id), file.exception(order.number)
        if given is None or raised is None:
            return ResolutionHead(accepted=False, reason=RefusalReason.UNKNOWN_DECISION.value)
        resolution = given.resolution
        if resolution.act is not opened.act or refusal(resolution, raised):
            return ResolutionHead(accepted=False, reason=RefusalReason.DIGEST_MISMATCH.value)
        file.keep(DocumentKind.RESOLUTION, str(order.number), given)
        self._note(order.case_id, opened, AuditKind.EXCEPTION_RESOLVED, given.by, resolution.act.value)
        self._exceptions.delivered(order.case_id, order.number, now=self._clock.now())
        record_id = resolution.record_id if isinstance(resolution, ChooseMatch) else ""
        return ResolutionHead(accepted=True, act=resolution.act, record_id=record_id)

    @activity.defn
    def end_exception(self, order: EndExceptionInput) -> ExceptionEnding:
        """End it without a resolution, unless one was stored in time: then that one counts."""
        state = ExceptionState.SUPERSEDED if order.superseded else ExceptionState.UNRESOLVED
        ended = self._exceptions.end(order.case_id, order.number, state, now=self._clock.now())
        if ended.state is ExceptionState.RESOLVED:
            return ExceptionEnding(state=ended.state, resolution_id=ended.resolution_id)
        self._note(order.case_id, ended, AuditKind.EXCEPTION_UNRESOLVED, "", ended.state.value)
        return ExceptionEnding(state=ended.state)

    def _opened(self, case_id: str, number: int) -> OpenedException:
        opened = self._exceptions.get(case_id, number)
        if opened is None:
            raise DomainError(f"case {case_id} has no exception {number}", code=ErrorCode.CASE_UNKNOWN)
        return opened

    def _note(
        self, case_id: str, opened: OpenedException, kind: AuditKind, actor: str, code: str, slot: str = ""
    ) -> None:
        self._audit.append(
            AuditEvent(
                key=f"{kind.value}/{case_id}/{opened.number}{slot}",
                kind=kind,
                org_id=opened.opening.org_id,
                case_id=case_id,
                actor=actor,
                subject=f"{opened.number}",
                code=code,
                at=self._clock.now(),
            )
        )
