"""Brings what is stored to the workflows: decisions, undos, inquiries. Stored first, delivered when possible."""

import asyncio
import logging
from dataclasses import dataclass
from enum import StrEnum

from approval_ui.ports import EngineUnavailable, TemporalGateway
from domain.cases import Case, CaseState
from domain.decisions import Purpose, parse_envelope
from domain.errors import DomainError, RefusalReason, StoreError
from domain.model import Value
from domain.ports import Clock, Receipts
from domain.undo_batches import UndoBatch
from domain.undoing import receipt_undone_by
from persistence.cases import SqlCases, Undelivered
from persistence.delivery import UndeliveredDecision
from persistence.exceptions import SqlExceptions, UndeliveredResolution
from persistence.reviews import SqlReviews
from persistence.undo_batches import LOOKING, SqlUndoBatches

_BATCH = 50
_log = logging.getLogger(__name__)


class DeliveryState(StrEnum):
    DELIVERED = "delivered"
    LATER = "later"
    """Signed and stored; the engine could not be reached now."""
    REFUSED = "refused"
    """The workflow has another opinion; `reason` says which."""


class Delivered(Value):
    state: DeliveryState
    reason: str = ""

    @property
    def waits(self) -> bool:
        return self.state is DeliveryState.LATER


@dataclass(frozen=True)
class Deliveries:
    """Every method may be repeated: the workflows take each id in once."""

    temporal: TemporalGateway
    reviews: SqlReviews
    exceptions: SqlExceptions
    cases: SqlCases
    receipts: Receipts
    undo_batches: SqlUndoBatches
    clock: Clock
    org_id: str
    agent_version: str
    """Of this release: an undo is written by it, whichever version wrote what it takes back."""
    timeout_seconds: float

    async def decision(self, case_id: str, round: int, decision_id: str) -> Delivered:
        """Tell the waiting workflow of a stored decision."""
        await asyncio.to_thread(self.reviews.delivery_tried, decision_id)
        case = await asyncio.to_thread(self._waiting_workflow, case_id, round)
        try:
            async with asyncio.timeout(self.timeout_seconds):
                answer = await self.temporal.deliver_decision(case, round, decision_id)
        except (EngineUnavailable, TimeoutError):
            return Delivered(state=DeliveryState.LATER)
        if not answer.accepted and not await self._is_final(case_id, case, answer.reason):
            return Delivered(state=DeliveryState.LATER, reason=answer.reason)
        await asyncio.to_thread(lambda: self.reviews.delivered(decision_id, now=self.clock.now()))
        if answer.accepted:
            return Delivered(state=DeliveryState.DELIVERED, reason=answer.reason)
        return Delivered(state=DeliveryState.REFUSED, reason=answer.reason)

    def _waiting_workflow(self, case_id: str, round: int) -> Case:
        """The case with the workflow that asked: its own, or the one that watches its owner after it has closed."""
        case, opening = self.cases.get(case_id), self.reviews.opening(case_id, round)
        return case if opening is None else case.model_copy(update={"workflow_id": opening.workflow_id})

    async def _is_final(self, case_id: str, asked: Case, reason: str) -> bool:
        """Between two steps a workflow is not waiting yet; once its case is closed it never will be again.

        A watch that has ended is no longer there, and says so in another way.
        """
        if reason != RefusalReason.NOT_WAITING.value:
            return True
        case = await asyncio.to_thread(self.cases.get, case_id)
        return case.state is CaseState.CLOSED and asked.workflow_id == case.workflow_id

    async def resolution(self, case_id: str, number: int, resolution_id: str) -> Delivered:
        """Tell the workflow that waits of a stored resolution. The activity that takes it in marks it delivered."""
        opened = await asyncio.to_thread(self.exceptions.get, case_id, number)
        if opened is None or opened.delivered_at is not None:
            return Delivered(state=DeliveryState.DELIVERED)
        await asyncio.to_thread(self.exceptions.tried, case_id, number)
        try:
            async with asyncio.timeout(self.timeout_seconds):
                answer = await self.temporal.deliver_resolution(opened.opening.workflow_id, number, resolution_id)
        except (EngineUnavailable, TimeoutError):
            return Delivered(state=DeliveryState.LATER)
        if not answer.accepted and answer.reason == RefusalReason.NOT_WAITING.value:
            # Between two steps; at its deadline the workflow asks the store by itself.
            return Delivered(state=DeliveryState.LATER, reason=answer.reason)
        await asyncio.to_thread(lambda: self.exceptions.delivered(case_id, number, now=self.clock.now()))
        if answer.accepted:
            return Delivered(state=DeliveryState.DELIVERED)
        return Delivered(state=DeliveryState.REFUSED, reason=answer.reason)

    async def undo(self, case_id: str, receipt_id: str, decision_id: str) -> Delivered:
        """Start the undo that a stored decision asks for."""
        await asyncio.to_thread(self.reviews.delivery_tried, decision_id)
        case = await asyncio.to_thread(self.cases.get, case_id)
        try:
            async with asyncio.timeout(self.timeout_seconds):
                await self.temporal.start_undo(case, receipt_id, decision_id, agent_version=self.agent_version)
        except (EngineUnavailable, TimeoutError):
            return Delivered(state=DeliveryState.LATER)
        await asyncio.to_thread(lambda: self.reviews.delivered(decision_id, now=self.clock.now()))
        return Delivered(state=DeliveryState.DELIVERED)

    async def undo_batch(self, batch: UndoBatch) -> Delivered:
        """Start the dry run of a batch, or, once it is signed, what takes it back."""
        dry_run = batch.state in LOOKING
        counts = await asyncio.to_thread(self.undo_batches.counts, batch.batch_id)
        try:
            async with asyncio.timeout(self.timeout_seconds):
                await self.temporal.start_undo_batch(
                    batch.batch_id,
                    total=batch.total,
                    dry_run=dry_run,
                    agent_version=self.agent_version,
                    so_far=counts.so_far(signed=not dry_run, total=batch.total),
                )
        except (EngineUnavailable, TimeoutError):
            return Delivered(state=DeliveryState.LATER)
        await asyncio.to_thread(
            lambda: self.undo_batches.delivered(batch.batch_id, dry_run=dry_run, now=self.clock.now())
        )
        return Delivered(state=DeliveryState.DELIVERED)

    async def inquiry(self, case: Case, number: int, kind: str) -> Delivered:
        """Start the case's workflow, or tell it of a further inquiry."""
        try:
            async with asyncio.timeout(self.timeout_seconds):
                if kind == "new":
                    await self.temporal.start_case(case)
                else:
                    await self.temporal.join_case(case, number)
        except (EngineUnavailable, TimeoutError):
            return Delivered(state=DeliveryState.LATER)
        await asyncio.to_thread(self.cases.inquiry_delivered, case.case_id, number)
        return Delivered(state=DeliveryState.DELIVERED)

    async def sweep(self) -> int:
        """One pass over everything undelivered; how much of it arrived. One that fails does not stop the others."""
        arrived = 0
        blocked: set[str] = set()
        for waiting in await asyncio.to_thread(self.cases.undelivered_inquiries, _BATCH):
            if waiting.case.case_id in blocked:
                continue
            done = await self._inquiry(waiting)
            arrived += done
            if not done:
                # A case that was not started cannot be told of a further inquiry yet.
                blocked.add(waiting.case.case_id)
        for decision in await asyncio.to_thread(self.reviews.undelivered, _BATCH):
            arrived += await self._decision(decision)
        for resolved in await asyncio.to_thread(self.exceptions.undelivered, _BATCH):
            arrived += await self._resolution(resolved)
        for batch in await asyncio.to_thread(self.undo_batches.undelivered, _BATCH):
            arrived += not (await self.undo_batch(batch)).waits
        return arrived

    async def _resolution(self, waiting: UndeliveredResolution) -> bool:
        try:
            done = await self.resolution(waiting.case_id, waiting.number, waiting.resolution_id)
        except DomainError as failed:
            _log.warning("resolution %s not delivered: %s", waiting.resolution_id, failed.code)
            return False
        return not done.waits

    async def _inquiry(self, waiting: Undelivered) -> bool:
        try:
            done = await self.inquiry(waiting.case, waiting.inquiry_number, waiting.kind)
        except DomainError as failed:
            _log.warning("inquiry of case %s not delivered: %s", waiting.case.case_id, failed.code)
            return False
        return done.state is DeliveryState.DELIVERED

    async def _decision(self, waiting: UndeliveredDecision) -> bool:
        try:
            if waiting.purpose is Purpose.UNDO:
                receipt_id = await asyncio.to_thread(self._receipt_of, waiting)
                if not receipt_id:
                    return False
                done = await self.undo(waiting.case_id, receipt_id, waiting.decision_id)
            else:
                done = await self.decision(waiting.case_id, waiting.round, waiting.decision_id)
        except DomainError as failed:
            _log.warning("decision %s not delivered: %s", waiting.decision_id, failed.code)
            return False
        return done.state is not DeliveryState.LATER

    def _receipt_of(self, waiting: UndeliveredDecision) -> str:
        """The receipt that a stored undo decision takes back; empty where there is none."""
        signed = self.reviews.decision(waiting.decision_id)
        if signed is None:
            return ""
        motion = self.cases.get(waiting.case_id).motion
        receipt = receipt_undone_by(parse_envelope(signed), self.receipts.of_case(waiting.case_id), motion=motion)
        return receipt.id if receipt is not None else ""

    async def run(self, every_seconds: float) -> None:
        """Sweep for as long as the process lives."""
        while True:
            try:
                await self.sweep()
            except StoreError as failed:
                _log.warning("nothing delivered: %s", failed.code)
            await asyncio.sleep(every_seconds)
