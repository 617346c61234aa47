"""The CRM task of an exception, proposed for policy to sign. Runs on the CRM queue: it asks who the owner is there."""

from collections.abc import Sequence
from typing import Protocol

from temporalio import activity

from activities.messages import MirrorHead, MirrorInput
from domain.casefile import CaseFile
from domain.cases import DocumentKind, ReviewOpening
from domain.exception_tasks import (
    closing_of,
    closing_round,
    made_task,
    mirrored,
    note_of,
    noting_round,
    opening_round,
    task_of,
)
from domain.ladder import build_ladder
from domain.leads import CrmRecord
from domain.owners import find_user, is_active_person
from domain.permissions import RiskCategory
from domain.ports import CaseDocuments, Cases, Clock, Playbooks, Receipts, Reviews
from domain.proposals import Action, digest_of, make_content
from domain.receipts import RecordImage
from domain.resolutions import ExceptionOpening, Exceptions, ExceptionState, OpenedException


class CrmUsers(Protocol):
    def users(self) -> Sequence[CrmRecord]: ...


class MirroringActivities:
    def __init__(
        self,
        *,
        users: CrmUsers,
        cases: Cases,
        documents: CaseDocuments,
        reviews: Reviews,
        receipts: Receipts,
        exceptions: Exceptions,
        playbooks: Playbooks,
        clock: Clock,
        public_url: str = "",
    ) -> None:
        """`public_url` is where the pages are; the task links to its exception there."""
        self._users = users
        self._cases = cases
        self._documents = documents
        self._reviews = reviews
        self._receipts = receipts
        self._exceptions = exceptions
        self._playbooks = playbooks
        self._clock = clock
        self._public_url = public_url.rstrip("/")

    @activity.defn
    def propose_exception_task(self, order: MirrorInput) -> MirrorHead:
        """Propose the task; not `proposed` where level or people do not allow it, or the exception has ended."""
        opened = self._exceptions.get(order.case_id, order.number)
        round = opening_round(order.number)
        if opened is None or opened.state is not ExceptionState.OPEN:
            return MirrorHead(round=round)
        playbook, opening = self._playbooks.current(), opened.opening
        asked = playbook.reviewer(opening.asked)
        if asked is None or not mirrored(playbook, opening):
            return MirrorHead(round=round)
        owner = find_user(asked.crm_user, self._users.users())
        if owner is None or not is_active_person(owner):
            return MirrorHead(round=round)
        path = f"/exceptions/{order.case_id}/{order.number}"
        link = f"{self._public_url}{path}" if self._public_url else ""
        lead_id = self._cases.get(order.case_id).lead_id
        self._propose(order, opened, round, task_of(opening, owner_id=owner.id, lead_id=lead_id, link=link))
        return MirrorHead(proposed=True, round=round)

    @activity.defn
    def propose_closing_task(self, order: MirrorInput) -> MirrorHead:
        """Propose to complete the task that was made about it, where the exception was answered."""
        opened, task = self._exceptions.get(order.case_id, order.number), self._task(order)
        round = closing_round(order.number)
        closing = closing_of(task, opened.state) if opened is not None and task is not None else None
        if opened is None or closing is None:
            return MirrorHead(round=round)
        self._propose(order, opened, round, closing)
        return MirrorHead(proposed=True, round=round)

    @activity.defn
    def propose_ending_note(self, order: MirrorInput) -> MirrorHead:
        """Propose the note on how the exception ended, where a task was made about it and is left as it is."""
        opened, task = self._exceptions.get(order.case_id, order.number), self._task(order)
        round = noting_round(order.number)
        if opened is None or task is None:
            return MirrorHead(round=round)
        lead_id = self._cases.get(order.case_id).lead_id
        self._propose(order, opened, round, note_of(task, opened.opening, opened.state, lead_id=lead_id))
        return MirrorHead(proposed=True, round=round)

    def _task(self, order: MirrorInput) -> RecordImage | None:
        """The task that the opening round has made."""
        made = opening_round(order.number)
        receipt = next((r for r in self._receipts.of_case(order.case_id) if r.round == made and not r.undoes), None)
        return made_task(receipt) if receipt is not None else None

    def _propose(self, order: MirrorInput, opened: OpenedException, round: int, action: Action) -> None:
        """Kept and opened once: repeated, the first proposal stands."""
        file, slot = CaseFile(self._documents, order.case_id), str(round)
        if not file.has(DocumentKind.PROPOSAL, slot):
            content = make_content(
                org_id=order.org_id,
                case_id=order.case_id,
                round=round,
                motion=order.motion,
                actions=(action,),
                expected=(),
            )
            file.keep_bytes(DocumentKind.PROPOSAL, slot, content.to_bytes())
        self._reviews.open_round(self._opening(order, opened.opening, round, digest_of(file.proposal_bytes(round))))

    def _opening(self, order: MirrorInput, opening: ExceptionOpening, round: int, digest: str) -> ReviewOpening:
        now = self._clock.now()
        return ReviewOpening(
            case_id=order.case_id,
            org_id=order.org_id,
            round=round,
            motion=order.motion,
            workflow_id=opening.workflow_id,
            title=f"Task about: {opening.title}"[:200],
            risk=RiskCategory.LOW,
            owner_name=opening.owner,
            proposal_digest=digest,
            opened_at=now,
            ladder=build_ladder(now, "", self._playbooks.readable(), RiskCategory.LOW, order.motion),
        )
