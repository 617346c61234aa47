"""The buttons that stop things: pause, stop an e-mail, undo a write."""

from fastapi import APIRouter, HTTPException
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from approval_ui.decision_requests import DecisionRefused
from approval_ui.delivery import DeliveryState
from approval_ui.pages.door import local_path
from approval_ui.pages.review import status_of
from approval_ui.site import Decider, Form, SiteOf, Undoer, Who, require, text_of
from approval_ui.stopping import set_pause, stop_mail
from domain.leads import Motion
from domain.permissions import can_pause, can_resume

router = APIRouter()


@router.post("/pause")
def pause(site: SiteOf, who: Who, form: Form) -> Response:
    pausing = text_of(form, "paused") == "true"
    # Anybody may stop; to go on is for those who answer for it.
    require(who, can_pause if pausing else can_resume)
    wanted = text_of(form, "motion")
    if wanted and wanted not in {m.value for m in Motion}:
        raise HTTPException(422, f"There is no motion {wanted}.")
    set_pause(site.deps, Motion(wanted) if wanted else None, pausing, by=who.reviewer)
    return RedirectResponse("/", 303)


@router.post("/cases/{case_id}/stop-mail")
async def stop(site: SiteOf, who: Decider, form: Form, case_id: str) -> Response:
    await stop_mail(site.deps, case_id, by=who.user.login)
    return RedirectResponse(local_path(text_of(form, "back") or f"/cases/{case_id}"), 303)


@router.post("/receipts/{receipt_id}/undo")
async def undo(site: SiteOf, who: Undoer, form: Form, receipt_id: str) -> Response:
    """Signed and stored, then started. The confirm step is a page of its own before this."""
    try:
        taken = await run_in_threadpool(site.undoing.undo, receipt_id, who.reviewer)
    except DecisionRefused as refused:
        raise HTTPException(status_of(refused), refused.sentence) from None
    done = await site.deliveries.undo(taken.case_id, taken.receipt_id, taken.decision_id)
    said = "undo-later" if done.state is DeliveryState.LATER else "undo"
    return RedirectResponse(f"/cases/{taken.case_id}?said={said}", 303)
