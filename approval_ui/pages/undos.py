"""Undos of many writes: which were asked for, how far each is, and what of it could not be taken back."""

from dataclasses import dataclass

from fastapi import APIRouter, Response

from approval_ui.site import Reader, Site, SiteOf
from domain.undo_batches import BatchState, Reach, UndoBatch

router = APIRouter()

MOST = 50

_STATE = {
    BatchState.LOOKING: ("Dry run", "flat"),
    BatchState.LOOKED: ("To be signed", "medium"),
    BatchState.UNDOING: ("Taking back", "flat"),
    BatchState.DONE: ("Done", "low"),
}
_SAID = {
    Reach.ALL: "taken back",
    Reach.IN_PART: "in part",
    Reach.NOTHING: "changed since, left as they are",
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


@router.get("/undos")
def undos(site: SiteOf, who: Reader) -> Response:
    batches = site.deps.undo_batches.newest(site.deps.config.org_id, MOST)
    return site.render("undos.html", who, {"page": "Undos", "rows": [_row(site, batch) for batch in batches]})


def _row(site: Site, batch: UndoBatch) -> Row:
    """Until it is signed it is the dry run that goes on; afterwards what was taken back."""
    counts = site.deps.undo_batches.counts(batch.batch_id)
    signed = batch.state in (BatchState.UNDOING, BatchState.DONE)
    found, words = (counts.results, _SAID) if signed else (counts.foreseen, _FORESEEN)
    if signed and sum(found.values()) < batch.total:
        # Of these nothing could be signed, so they get no result of their own.
        left = {reach: counts.foreseen.get(reach, 0) for reach in (Reach.NOTHING, Reach.FAILED)}
        found = {reach: found.get(reach, 0) + left.get(reach, 0) for reach in Reach}
    state, tone = _STATE[batch.state]
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
