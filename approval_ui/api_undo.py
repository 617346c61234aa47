"""Undo of many writes for the command line and for scripts: select and look, then sign what was looked at."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query
from starlette.concurrency import run_in_threadpool

from approval_ui.answers import PROBLEMS
from approval_ui.deciding import DecisionRefused, RefusalCode
from approval_ui.pages.review import status_of
from approval_ui.site import ScriptReader, ScriptUndoer, Site, SiteOf
from domain.undo_batches import BatchState, ItemResult, Reach, UndoBatch, UndoSelection
from domain.undoing import UNDO_SENTENCES, UndoReason

router = APIRouter(prefix="/api/undo-batches", responses=PROBLEMS)

BatchId = Annotated[str, Path(max_length=64)]


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
    told = result.model_dump(mode="json")
    for refusal in told["refusals"]:
        refusal["sentence"] = UNDO_SENTENCES.get(UndoReason(refusal["reason"]), refusal["reason"])
    return told


def _refused(refused: DecisionRefused) -> HTTPException:
    told = {"code": refused.code.value, "detail": refused.sentence}
    return HTTPException(404 if refused.code is RefusalCode.UNKNOWN else status_of(refused), told)
