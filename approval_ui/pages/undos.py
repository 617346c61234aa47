"""Undos of many writes: which were asked for, how far each is, and what of it could not be taken back."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from approval_ui.decision_requests import DecisionRefused, RefusalCode
from approval_ui.pages.review import status_of
from approval_ui.site import Form, Reader, SiteOf, Undoer
from domain.permissions import can_undo
from domain.undo_batches import BatchCounts, BatchState, Reach, UndoBatch

router = APIRouter()

MOST = 50

_STATE = {
    BatchState.LOOKING: ("Dry run", "flat"),
    BatchState.LOOKED: ("To be signed", "medium"),
    BatchState.UNDOING: ("Taking back", "flat"),
    BatchState.DONE: ("Done", "low"),
}
_STOPPED = {True: ("Dry run stopped", "high"), False: ("Stopped", "high")}
"""By whether it was the dry run that ops ended."""
_SAID = {
    Reach.ALL: "taken back",
    Reach.IN_PART: "in part",
    Reach.NOTHING: "left as they are",
    Reach.FAILED: "failed",
}
_FORESEEN = {**_SAID, Reach.ALL: "can be taken back"}


@dataclass(frozen=True)
class Row:
    batch: UndoBatch
    of: str
    state: str
    tone: str
    done: int
    said: str

    @property
    def stopped(self) -> bool:
        return self.batch.stopped_at is not None


@router.get("/undos")
def undos(site: SiteOf, who: Reader) -> Response:
    batches = site.deps.undo_batches.newest(site.deps.config.org_id, MOST)
    counts = site.deps.undo_batches.counts_of([batch.batch_id for batch in batches])
    rows = [_row(batch, counts[batch.batch_id]) for batch in batches]
    return site.render("undos.html", who, {"page": "Undos", "rows": rows, "may_undo": can_undo(who.user.role)})


@router.post("/undos/{batch_id}/continue")
async def go_on(site: SiteOf, who: Undoer, form: Form, batch_id: Annotated[str, Path(max_length=64)]) -> Response:
    """Start again what was stopped. Signs nothing."""
    try:
        batch = await run_in_threadpool(site.undoing_many.to_go_on, batch_id, who.reviewer)
    except DecisionRefused as refused:
        code = 404 if refused.code is RefusalCode.UNKNOWN else status_of(refused)
        raise HTTPException(code, refused.sentence) from None
    await site.deliveries.undo_batch(batch)
    return RedirectResponse("/undos", 303)


def _row(batch: UndoBatch, counts: BatchCounts) -> Row:
    """Until it is signed it is the dry run that goes on; afterwards what was taken back."""
    signed = batch.state in (BatchState.UNDOING, BatchState.DONE)
    found, words = counts.so_far(signed=signed, total=batch.total), _SAID if signed else _FORESEEN
    state, tone = _STATE[batch.state] if batch.stopped_at is None else _STOPPED[not signed]
    return Row(
        batch=batch,
        of=_of(batch),
        state=state,
        tone=tone,
        done=batch.total if batch.state is BatchState.DONE else sum(found.values()),
        said=", ".join(f"{found[reach]} {said}" for reach, said in words.items() if found.get(reach)),
    )


def _of(batch: UndoBatch) -> str:
    chosen = batch.selection
    if chosen.batch_id:
        return f"Undo of the batch {chosen.batch_id}"
    if chosen.case_id:
        return f"Case {chosen.case_id}"
    return chosen.agent_version
