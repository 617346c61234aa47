"""Every activity of the product by its real name, answering from the script of the case it is asked about."""

from collections.abc import Callable, Sequence
from typing import Any

from temporalio import activity

from activities.messages import (
    ApplyHead,
    ApplyInput,
    AssignmentHead,
    AuditHead,
    AuditOrder,
    CaseRef,
    CloseHead,
    CloseInput,
    CreateLeadHead,
    DraftHead,
    DraftInput,
    EndExceptionInput,
    EnrichHead,
    EscalateInput,
    ExceptionEnding,
    ExceptionHead,
    ExceptionInput,
    FetchHead,
    FetchInput,
    Gate,
    MailHead,
    MailInput,
    MatchHead,
    MirrorHead,
    MirrorInput,
    PollHead,
    PollOrder,
    ProposalHead,
    ProposeInput,
    QualificationHead,
    RejectionHead,
    RejectionInput,
    RemindInput,
    ResolutionHead,
    ResolutionInput,
    RoundEnding,
    RoundInput,
    RoutingHead,
    Rung,
    StepInput,
    StraysHead,
    StraysOrder,
    SurveyHead,
    TellHead,
    TellOrder,
    VerifiedDecision,
    VerifyInput,
)
from activities.owner_messages import (
    AssignmentRef,
    BreachHead,
    LookHead,
    LookOrder,
    NoticeHead,
    NoticeOrder,
    OwnerCheckHead,
    OwnerCheckOrder,
    ReassignOrder,
    WatchHead,
    WatchOrder,
)
from activities.undo_messages import (
    StoppedUndo,
    StoppedUndos,
    UndoApplyInput,
    UndoBatchEnding,
    UndoBatchRef,
    UndoHead,
    UndoItemFailed,
    UndoItemHead,
    UndoItemInput,
    UndoItems,
    UndoLookHead,
)
from domain.decisions import RoundState, Verdict
from domain.errors import DomainError, ErrorCode
from domain.exception_tasks import closing_round, noting_round, opening_round
from domain.proposals import Phase
from domain.receipts import MailState, WriteOutcomeKind
from tests.workflows.batches import ScriptedBatch
from tests.workflows.script import LEAD, OWNER, Call, Script
from workflows.messages import TaskQueue


class ScriptedActivities:
    """One desk for many cases, so that workers can be shared by all tests."""

    def __init__(self) -> None:
        self._scripts: dict[str, Script] = {}
        self.polls: dict[str, list[PollHead | ErrorCode]] = {}
        """Per org what the next looks come to; afterwards nothing has changed."""
        self.unfit: dict[str, list[OwnerCheckHead | ErrorCode]] = {}
        """Per org what the next looks at waiting owners come to; afterwards all of them fit."""
        self.rounds: dict[str, list[TellHead | ErrorCode]] = {}
        """Per org what the next rounds of telling come to; afterwards there is nothing to tell."""

        self.strays: dict[str, list[StraysHead]] = {}
        """Per org what the next pages of open cases come to; afterwards nobody was left behind."""
        self.stopped_undos: dict[str, list[StoppedUndos]] = {}
        """Per org which undos the next looks find stopped; afterwards none."""
        self.batches: dict[str, ScriptedBatch] = {}
        """Per batch of undos what its writes come to."""
        self.audits: dict[str, list[AuditHead | ErrorCode]] = {}
        """Per org what the next audits come to."""

    def play(self, script: Script) -> None:
        """Answer the script's case by it from now on."""
        self._scripts[script.case_id] = script

    def _enter(self, name: str, order: CaseRef | StoppedUndo) -> Script:
        info = activity.info()
        script = self._scripts[order.case_id]
        script.enter(Call(name, order, info.attempt, info.current_attempt_scheduled_time))
        return script

    # The CRM queue

    @activity.defn
    def propose_exception_task(self, order: MirrorInput) -> MirrorHead:
        self._enter("propose_exception_task", order)
        return MirrorHead(proposed=True, round=opening_round(order.number))

    @activity.defn
    def propose_closing_task(self, order: MirrorInput) -> MirrorHead:
        self._enter("propose_closing_task", order)
        return MirrorHead(proposed=True, round=closing_round(order.number))

    @activity.defn
    def propose_ending_note(self, order: MirrorInput) -> MirrorHead:
        self._enter("propose_ending_note", order)
        return MirrorHead(proposed=True, round=noting_round(order.number))

    @activity.defn
    def match(self, step: StepInput) -> MatchHead:
        return self._enter("match", step).match()

    @activity.defn
    def fetch(self, step: FetchInput) -> FetchHead:
        return self._enter("fetch", step).fetch()

    @activity.defn
    def apply_changes(self, order: ApplyInput) -> ApplyHead:
        script = self._enter("apply_changes", order)
        head = script.crm() if order.phase is Phase.CRM else script.after_mail()
        if head.kind is not WriteOutcomeKind.WRITTEN:
            return head
        created = LEAD if order.round == 0 else ""
        known = {"receipt_id": f"r-{order.decision_id}-{order.phase.value}", "lead_id": created}
        return head.model_copy(update=known)

    @activity.defn
    def undo(self, order: UndoApplyInput) -> UndoHead:
        return self._enter("undo", order).undo()

    @activity.defn
    def note_rejection(self, order: RejectionInput) -> RejectionHead:
        self._enter("note_rejection", order)
        return RejectionHead(noted=True)

    @activity.defn(name="send_mail")
    def send(self, order: MailInput) -> MailHead:
        return MailHead(state=self._enter("send_mail", order).mail())

    @activity.defn(name="stop_mail")
    def stop(self, order: MailInput) -> MailHead:
        self._enter("stop_mail", order)
        return MailHead(state=MailState.STOPPED)

    @activity.defn(name="poll_crm")
    def poll(self, order: PollOrder) -> PollHead:
        coming = self.polls.get(order.org_id)
        answer = coming.pop(0) if coming else PollHead()
        if isinstance(answer, ErrorCode):
            raise DomainError(code=answer)
        return answer

    @activity.defn
    def find_unfit_owners(self, order: OwnerCheckOrder) -> OwnerCheckHead:
        coming = self.unfit.get(order.org_id)
        answer = coming.pop(0) if coming else OwnerCheckHead(looked_at=0)
        if isinstance(answer, ErrorCode):
            raise DomainError(code=answer)
        return answer

    @activity.defn
    def begin_watch(self, order: WatchOrder) -> WatchHead:
        script = self._enter("begin_watch", order)
        if not script.watched:
            return WatchHead()
        now = activity.info().scheduled_time
        look, due, another = script.deadlines
        return WatchHead(
            watching=True,
            owner_id=OWNER,
            lead_id=LEAD,
            look_at=now + look,
            respond_by=now + due,
            reassign_at=None if another is None else now + another,
        )

    @activity.defn
    def notify_owner(self, order: NoticeOrder) -> NoticeHead:
        self._enter("notify_owner", order)
        return NoticeHead(told=1)

    @activity.defn
    def look_for_touch(self, order: LookOrder) -> LookHead:
        return self._enter("look_for_touch", order).look()

    @activity.defn
    def note_breach(self, order: AssignmentRef) -> None:
        self._enter("note_breach", order)

    @activity.defn
    def place_reassignment(self, order: AssignmentRef) -> BreachHead:
        return self._enter("place_reassignment", order).place()

    @activity.defn
    def look_at_undos(self, order: UndoBatchRef) -> UndoLookHead:
        return self.batches[order.batch_id].look(order)

    @activity.defn
    def undo_item(self, order: UndoItemInput) -> UndoItemHead:
        return self.batches[order.batch_id].undo(order)

    @activity.defn
    def find_undone(self, order: StoppedUndo) -> UndoHead:
        if order.batch_id:
            return self.batches[order.batch_id].find(order)
        return self._enter("find_undone", order).found_undone()

    @activity.defn
    def find_stopped_undos(self, order: StraysOrder) -> StoppedUndos:
        coming = self.stopped_undos.get(order.org_id)
        return coming.pop(0) if coming else StoppedUndos()

    @activity.defn
    def note_stopped_undo(self, order: StoppedUndo) -> None:
        if order.batch_id:
            self.batches[order.batch_id].stopped.append(order)
        else:
            self._enter("note_stopped_undo", order)

    @activity.defn
    def next_undos(self, order: UndoBatchRef) -> UndoItems:
        return self.batches[order.batch_id].next(order)

    @activity.defn
    def give_up_undo(self, order: UndoItemFailed) -> None:
        self.batches[order.batch_id].give_up(order)

    @activity.defn
    def end_undos(self, order: UndoBatchEnding) -> None:
        self.batches[order.batch_id].ended = order.state

    @activity.defn
    def find_strays(self, order: StraysOrder) -> StraysHead:
        coming = self.strays.get(order.org_id)
        return coming.pop(0) if coming else StraysHead()

    @activity.defn
    def survey_case(self, order: CaseRef) -> SurveyHead:
        return self._enter("survey_case", order).survey()

    @activity.defn
    def find_commit(self, order: ApplyInput) -> ApplyHead:
        script = self._enter("find_commit", order)
        if order.phase not in script.committed:
            return ApplyHead(kind=WriteOutcomeKind.NOTHING_TO_WRITE)
        return ApplyHead(kind=WriteOutcomeKind.WRITTEN, receipt_id=f"r-{order.decision_id}-{order.phase.value}")

    @activity.defn(name="audit_readiness")
    def audit(self, order: AuditOrder) -> AuditHead:
        coming = self.audits.get(order.org_id)
        answer = coming.pop(0) if coming else AuditHead(score=70, copilot_only=False)
        if isinstance(answer, ErrorCode):
            raise DomainError(code=answer)
        return answer

    # The notifier queue

    @activity.defn(name="tell_people")
    def tell(self, order: TellOrder) -> TellHead:
        coming = self.rounds.get(order.org_id)
        answer = coming.pop(0) if coming else TellHead()
        if isinstance(answer, ErrorCode):
            raise DomainError(code=answer)
        return answer

    # The case queue

    @activity.defn
    def propose_lead(self, step: StepInput) -> CreateLeadHead:
        return self._enter("propose_lead", step).lead()

    @activity.defn
    def enrich(self, step: StepInput) -> EnrichHead | None:
        return EnrichHead(calls=self._enter("enrich", step).spoken)

    @activity.defn
    def read_calls(self, step: StepInput) -> None:
        self._enter("read_calls", step)

    @activity.defn
    def read_calls_by_rules(self, step: StepInput) -> None:
        self._enter("read_calls_by_rules", step)

    @activity.defn
    def qualify(self, step: StepInput) -> QualificationHead:
        self._enter("qualify", step)
        return QualificationHead(score=72, band="B", fit="good", confidence=0.8)

    @activity.defn
    def route(self, step: StepInput) -> RoutingHead:
        return self._enter("route", step).route()

    @activity.defn
    def propose_assignment(self, step: StepInput) -> AssignmentHead:
        return AssignmentHead(proposed=self._enter("propose_assignment", step).assignment_proposed)

    @activity.defn
    def propose(self, step: ProposeInput) -> ProposalHead:
        script = self._enter("propose", step)
        gate = script.gate()
        head = ProposalHead(
            digest=f"d{step.round}",
            risk=script.risk,
            gate=gate,
            quorum=script.quorum,
            undo_window_seconds=script.undo_window_seconds,
            has_mail=script.has_mail,
            sender_domain="seller.example",
        )
        if gate in (Gate.NOTHING_TO_DO, Gate.SUMMARY_ONLY):
            return head
        opened_at = activity.info().scheduled_time
        if step.keeps_ladder_of_round is None:
            rungs = tuple(Rung(step=rung, at=opened_at + after) for rung, after in script.ladder)
        else:
            rungs = script.arbiter.rounds[step.keeps_ladder_of_round].rungs
        rungs = script.arbiter.open(step.round, rungs, opened_at=opened_at, quorum=script.quorum)
        return head.model_copy(update={"rungs": rungs})

    @activity.defn
    def propose_reassignment(self, order: ReassignOrder) -> ProposalHead:
        script = self._enter("propose_reassignment", order)
        gate = script.reassign_gate()
        head = ProposalHead(digest=f"d{order.review_round}", risk=script.risk, gate=gate)
        if gate not in (Gate.PERSON, Gate.ACCEPT_ONLY):
            return head
        opened_at = activity.info().scheduled_time
        if order.keeps_ladder_of_round is None:
            rungs = tuple(Rung(step=rung, at=opened_at + after) for rung, after in script.ladder)
        else:
            rungs = script.arbiter.rounds[order.keeps_ladder_of_round].rungs
        rungs = script.arbiter.open(order.review_round, rungs, opened_at=opened_at, quorum=1)
        script.changed()
        return head.model_copy(update={"rungs": rungs})

    @activity.defn
    def verify_decision(self, order: VerifyInput) -> VerifiedDecision:
        return self._enter("verify_decision", order).arbiter.verify(order.decision_id, order.round)

    @activity.defn
    def escalate(self, order: EscalateInput) -> None:
        self._enter("escalate", order)

    @activity.defn
    def expire_round(self, order: RoundInput) -> RoundEnding:
        return self._enter("expire_round", order).arbiter.end(order.round, RoundState.EXPIRED)

    @activity.defn
    def supersede_round(self, order: RoundInput) -> RoundEnding:
        return self._enter("supersede_round", order).arbiter.end(order.round, RoundState.SUPERSEDED)

    @activity.defn
    def open_exception(self, order: ExceptionInput) -> ExceptionHead:
        script = self._enter("open_exception", order)
        number, opened_at = script.questions.open(order), activity.info().scheduled_time
        rungs = tuple(Rung(step=step, at=opened_at + after) for step, after in script.patience)
        return ExceptionHead(code=order.code, owner="ops", number=number, rungs=rungs, mirrored=script.mirrored)

    @activity.defn
    def remind_of_exception(self, order: RemindInput) -> None:
        self._enter("remind_of_exception", order)

    @activity.defn
    def take_resolution(self, order: ResolutionInput) -> ResolutionHead:
        return self._enter("take_resolution", order).questions.take(order)

    @activity.defn
    def end_exception(self, order: EndExceptionInput) -> ExceptionEnding:
        return self._enter("end_exception", order).questions.end(order)

    @activity.defn
    def close(self, order: CloseInput) -> CloseHead:
        script = self._enter("close", order)
        return CloseHead(closed=order.seen_inquiries == script.inquiries, inquiry_count=script.inquiries)

    @activity.defn
    def cancel(self, order: RoundInput) -> CloseHead:
        return CloseHead(closed=True, inquiry_count=self._enter("cancel", order).inquiries)

    # The model queue

    @activity.defn
    def draft(self, order: DraftInput) -> DraftHead:
        self._enter("draft", order)
        return DraftHead(origin="model", mail=True)

    @activity.defn
    def draft_from_template(self, order: DraftInput) -> DraftHead:
        self._enter("draft_from_template", order)
        return DraftHead(origin="template", mail=True)

    # The signer queue

    @activity.defn(name="sign_by_policy")
    def sign(self, order: RoundInput) -> VerifiedDecision:
        script = self._enter("sign_by_policy", order)
        decision_id = f"policy-{order.case_id}-{order.round}"
        if script.signer_refuses:
            return VerifiedDecision(accepted=False, reason=script.signer_refuses, decision_id=decision_id)
        return VerifiedDecision(accepted=True, complete=True, decision_id=decision_id, verdict=Verdict.APPROVE)

    def by_queue(self) -> dict[TaskQueue, Sequence[Callable[..., Any]]]:
        """What the workers register: each step on its own queue only, so that a step sent elsewhere hangs."""
        return {
            TaskQueue.CASES: [
                self.propose_lead,
                self.propose_assignment,
                self.enrich,
                self.read_calls_by_rules,
                self.qualify,
                self.route,
                self.propose,
                self.propose_reassignment,
                self.verify_decision,
                self.escalate,
                self.expire_round,
                self.supersede_round,
                self.open_exception,
                self.remind_of_exception,
                self.take_resolution,
                self.end_exception,
                self.close,
                self.cancel,
                self.draft_from_template,
                self.next_undos,
                self.find_strays,
                self.survey_case,
                self.find_stopped_undos,
                self.note_stopped_undo,
                self.give_up_undo,
                self.end_undos,
            ],
            TaskQueue.CRM: [
                self.match,
                self.fetch,
                self.apply_changes,
                self.propose_exception_task,
                self.propose_closing_task,
                self.propose_ending_note,
                self.undo,
                self.note_rejection,
                self.look_at_undos,
                self.undo_item,
                self.find_undone,
                self.find_commit,
                self.send,
                self.stop,
                self.poll,
                self.find_unfit_owners,
                self.audit,
                self.begin_watch,
                self.notify_owner,
                self.look_for_touch,
                self.note_breach,
                self.place_reassignment,
            ],
            TaskQueue.MODEL: [self.draft, self.read_calls],
            TaskQueue.SIGNER: [self.sign],
            TaskQueue.NOTIFIER: [self.tell],
        }
