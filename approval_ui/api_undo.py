"""Undo for the command line and for scripts: one write at once, many looked at first and then signed."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query
from starlette.concurrency import run_in_threadpool

from approval_ui.answers import PROBLEMS
from approval_ui.decision_requests import DecisionRefused, RefusalCode
from approval_ui.delivery import DeliveryState
from approval_ui.pages.review import status_of
from approval_ui.reading import undo_states
from approval_ui.site import ScriptReader, ScriptUndoer, Site, SiteOf
from domain.undo_batches import BatchState, ItemResult, Reach, UndoBatch, UndoSelection
from domain.undoing import ON_ITS_WAY, UNDO_SENTENCES, UndoReason, UndoState

router = APIRouter(prefix="/api/undo-batches", responses=PROBLEMS)
of_one = APIRouter(prefix="/api/receipts", responses=PROBLEMS)

ReceiptId = Annotated[str, Path(max_length=64)]
BatchId = Annotated[str, Path(max_length=64)]


@of_one.post("/{receipt_id}/undo")
async def undo(site: SiteOf, who: ScriptUndoer, receipt_id: ReceiptId) -> dict[str, Any]:
    """Sign and store the undo of one write, then start it. What comes of it is asked for by GET."""
    try:
        taken = await run_in_threadpool(site.undoing.undo, receipt_id, who.reviewer)
    except DecisionRefused as refused:
        raise _refused(refused) from None
    done = await site.deliveries.undo(taken.case_id, taken.receipt_id, taken.decision_id)
    return {**taken.model_dump(), "delivery": done.state.value, "started": done.state is DeliveryState.DELIVERED}


@of_one.get("/{receipt_id}/undo")
def undo_of(site: SiteOf, who: ScriptReader, receipt_id: ReceiptId) -> dict[str, Any]:
    """Where the undo of one write stands, and what stays as it is because of what."""
    receipt = site.deps.receipts.get(receipt_id)
    if receipt is None:
        raise HTTPException(404, "There is no such receipt.")
    case = site.deps.cases.get(receipt.case_id)
    state = undo_states(site.deps).of(receipt, case.motion, site.deps.receipts.of_case(case.case_id))
    waits = state.stage in ON_ITS_WAY and site.deps.pause.paused(case.motion)
    return {
        "receipt_id": receipt_id,
        "case_id": case.case_id,
        **_with_sentences(state),
        "waits_for_resume": waits,
    }


@router.post("")
async def select(site: SiteOf, who: ScriptUndoer, body: UndoSelection) -> dict[str, Any]:
    """Keep which writes are meant and start the dry run. Signs nothing."""
    try:
        batch = await run_in_threadpool(site.undoing_many.open, body, who.reviewer)
    except DecisionRefused as refused:
        raise _refused(refused) from None
    await site.deliveries.undo_batch(batch)
    return await run_in_threadpool(_shown, site, batch)


@router.get("/{batch_id}")
def show(site: SiteOf, who: ScriptReader, batch_id: BatchId) -> dict[str, Any]:
    """How far it is."""
    return _shown(site, _found(site, batch_id))


@router.get("/{batch_id}/items")
def items(
    site: SiteOf,
    who: ScriptReader,
    batch_id: BatchId,
    limit: Annotated[int, Query(ge=1, le=500)] = 500,
    after: Annotated[int, Query(ge=-1, le=100_000)] = -1,
) -> dict[str, Any]:
    """Write by write, in the order in which they come off. `next` is the `after` of what follows."""
    batch = _found(site, batch_id)
    found = site.deps.undo_batches.items(batch_id, after=after, limit=limit)
    return {
        "items": [
            {
                "number": item.number,
                "receipt_id": item.receipt_id,
                "case_id": item.case_id,
                "foreseen": _told(item.foreseen),
                "result": _told(item.result),
            }
            for item in found
        ],
        "total": batch.total,
        "next": found[-1].number if len(found) == limit else None,
    }


@router.post("/{batch_id}/sign")
async def sign(site: SiteOf, who: ScriptUndoer, batch_id: BatchId) -> dict[str, Any]:
    """Sign what the dry run found, two hundred at a time; `unsigned` says how many are left.

    With the last one it is carried out. A batch that was stopped on the way goes on.
    """
    try:
        left = await run_in_threadpool(site.undoing_many.sign, batch_id, who.reviewer)
    except DecisionRefused as refused:
        raise _refused(refused) from None
    batch = await run_in_threadpool(_found, site, batch_id)
    if batch.state is BatchState.UNDOING:
        await site.deliveries.undo_batch(batch)
    return {**await run_in_threadpool(_shown, site, batch), "unsigned": left}


@router.post("/{batch_id}/continue")
async def go_on(site: SiteOf, who: ScriptUndoer, batch_id: BatchId) -> dict[str, Any]:
    """Start again what was stopped: the dry run, or what takes back what was signed. Signs nothing."""
    try:
        batch = await run_in_threadpool(site.undoing_many.to_go_on, batch_id, who.reviewer)
    except DecisionRefused as refused:
        raise _refused(refused) from None
    await site.deliveries.undo_batch(batch)
    return await run_in_threadpool(lambda: _shown(site, _found(site, batch_id)))


def _found(site: Site, batch_id: str) -> UndoBatch:
    try:
        return site.undoing_many.find(batch_id)
    except DecisionRefused as refused:
        raise _refused(refused) from None


def _shown(site: Site, batch: UndoBatch) -> dict[str, Any]:
    counts = site.deps.undo_batches.counts(batch.batch_id)
    return {
        **batch.model_dump(mode="json"),
        "foreseen": _counted(counts.foreseen),
        "results": _counted(counts.results),
    }


def _counted(found: Mapping[Reach, int]) -> dict[str, int]:
    return {reach.value: found.get(reach, 0) for reach in Reach}


def _told(result: ItemResult | None) -> dict[str, Any] | None:
    """With a sentence for each refusal."""
    if result is None:
        return None
    return _with_sentences(result)


def _with_sentences(told_of: ItemResult | UndoState) -> dict[str, Any]:
    told = told_of.model_dump(mode="json")
    for refusal in told["refusals"]:
        refusal["sentence"] = UNDO_SENTENCES.get(UndoReason(refusal["reason"]), refusal["reason"])
    return told


def _refused(refused: DecisionRefused) -> HTTPException:
    told = {"code": refused.code.value, "detail": refused.sentence}
    return HTTPException(404 if refused.code is RefusalCode.UNKNOWN else status_of(refused), told)
