"""A decision about several reviews: a confirm step that signs nothing, then one signature and one outcome per item."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response
from starlette.concurrency import run_in_threadpool

from approval_ui.bulk import MAX_AT_ONCE, Outcome, Pick, Planned, picks_of
from approval_ui.delivery import Delivered, DeliveryState
from approval_ui.pages.review import deliver
from approval_ui.site import Decider, Form, SiteOf, text_of
from domain.decisions import Verdict

router = APIRouter()

_OFFERED = (Verdict.APPROVE, Verdict.REJECT)


@router.get("/bulk")
def confirm(
    site: SiteOf,
    who: Decider,
    pick: Annotated[list[str], Query(max_length=500)] = [],  # noqa: B006 - the framework copies it
    verdict: Annotated[str, Query(max_length=20)] = Verdict.APPROVE.value,
) -> Response:
    """What would be signed, item by item, and which have to be looked at by themselves."""
    picks, wanted = _asked(pick, verdict)
    planned = site.bulk.plan(picks, wanted, who.reviewer)
    ready = tuple(p for p in planned if not p.refused)
    values = {
        "page": "Review",
        "verdict": wanted.value,
        "ready": ready,
        "alone": tuple(p for p in planned if p.refused),
        "reasons": _shared_reasons(ready),
    }
    return site.render("bulk.html", who, values)


@router.post("/bulk")
async def decide(site: SiteOf, who: Decider, form: Form) -> Response:
    """Sign each that was confirmed; what one is refused for does not stop the others."""
    picks, wanted = _asked([str(v) for v in form.getlist("pick")], text_of(form, "verdict"))
    outcomes = await run_in_threadpool(
        site.bulk.decide,
        picks,
        wanted,
        who.reviewer,
        reason_code=text_of(form, "reason_code") if wanted is Verdict.REJECT else "",
        text=text_of(form, "reject_text")[:4_000],
    )
    told = [(outcome, await deliver(site, outcome.taken) if outcome.taken else None) for outcome in outcomes]
    values = {"page": "Review", "verdict": wanted.value, "rows": [_row(o, d) for o, d in told]}
    return site.render("bulk_done.html", who, values)


def _asked(values: list[str], verdict: str) -> tuple[tuple[Pick, ...], Verdict]:
    picks = picks_of(values)
    if verdict not in {v.value for v in _OFFERED}:
        raise HTTPException(422, "Several reviews at once can be approved or rejected, nothing else.")
    if not picks:
        raise HTTPException(422, "Nothing is ticked. Tick reviews in the queue first.")
    if len(picks) > MAX_AT_ONCE:
        raise HTTPException(422, f"At most {MAX_AT_ONCE} reviews at once; {len(picks)} are ticked.")
    return picks, Verdict(verdict)


def _shared_reasons(ready: tuple[Planned, ...]) -> tuple[tuple[str, str], ...]:
    """The reject reasons that every one of them offers, in the order of the first."""
    if not ready:
        return ()
    codes = set.intersection(*({code for code, _ in p.reasons} for p in ready))
    return tuple((code, label) for code, label in ready[0].reasons if code in codes)


def _row(outcome: Outcome, delivered: Delivered | None) -> dict[str, object]:
    said, tone = _said(outcome, delivered)
    return {
        "title": outcome.title,
        "href": f"/reviews/{outcome.pick.case_id}/{outcome.pick.round}",
        "signed": outcome.taken is not None,
        "said": said,
        "tone": tone,
    }


def _said(outcome: Outcome, delivered: Delivered | None) -> tuple[str, str]:
    """What became of it, and its tone."""
    if outcome.taken is None or delivered is None:
        return outcome.refused, "high"
    if outcome.taken.quorum_open:
        return "Signed; a second person must sign as well.", "medium"
    match delivered.state:
        case DeliveryState.LATER:
            return "Signed; will be delivered.", "medium"
        case DeliveryState.REFUSED:
            return "Signed; the workflow refused it.", "high"
        case _:
            return "Signed.", "low"
