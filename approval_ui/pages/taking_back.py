"""Taking back what one decision caused: the e-mail while it can be stopped, and each write by a signature."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from approval_ui.decision_requests import DecisionRefused, RefusalCode
from approval_ui.delivery import DeliveryState
from approval_ui.dependencies import UiDependencies
from approval_ui.pages.review import status_of
from approval_ui.reading import facts_of
from approval_ui.site import Form, Reader, SiteOf, Undoer
from approval_ui.stopping import stop_mail
from approval_ui.stored_reviews import load_review
from approval_ui.views.receipts import ReceiptView, receipts_of
from domain.permissions import can_undo
from domain.receipts import MailState

router = APIRouter()

CaseId = Annotated[str, Path(max_length=64)]
Round = Annotated[int, Path(ge=1, le=10_000)]


@router.get("/reviews/{case_id}/{round}/undo")
def confirm(site: SiteOf, who: Reader, case_id: CaseId, round: Round) -> Response:
    """What would be taken back. Only the POST behind its button does it."""
    facts = facts_of(site.deps, case_id, round)
    if facts is None:
        raise HTTPException(404, "There is no such review, or its data was erased.")
    receipts = _of_round(site.deps, case_id, round)
    values = {
        "page": "Review",
        "title": facts.item.title,
        "case_id": case_id,
        "round": round,
        "receipts": receipts,
        "mails": tuple(m.state is MailState.INTENDED for m in facts.mails),
        "sent": any(m.state in (MailState.ACCEPTED, MailState.SENDING, MailState.UNKNOWN) for m in facts.mails),
        "may_undo": can_undo(who.user.role),
    }
    return site.render("undo_review.html", who, values)


@router.post("/reviews/{case_id}/{round}/undo")
async def take_back(site: SiteOf, who: Undoer, form: Form, case_id: CaseId, round: Round) -> Response:
    """Stop the e-mail, then sign the undo of each write. Pressed again, it signs nothing more."""
    if await run_in_threadpool(facts_of, site.deps, case_id, round) is None:
        raise HTTPException(404, "There is no such review, or its data was erased.")
    review = await run_in_threadpool(load_review, site.deps.reviews, site.deps.documents, case_id, round)
    mailed = review is not None and review.content.mail is not None
    stopped = await stop_mail(site.deps, case_id, by=who.user.login)
    later = False
    # The newest first: what was written over another comes off before it.
    for view in reversed(await run_in_threadpool(_of_round, site.deps, case_id, round)):
        if view.undone:
            continue
        try:
            taken = await run_in_threadpool(site.undoing.undo, view.receipt.id, who.reviewer)
        except DecisionRefused as refused:
            if refused.code is RefusalCode.ALREADY_DECIDED:
                continue
            raise HTTPException(status_of(refused), refused.sentence) from None
        done = await site.deliveries.undo(taken.case_id, taken.receipt_id, taken.decision_id)
        later = later or done.state is DeliveryState.LATER
    said = "undo-later" if later else "undo-mail" if mailed and stopped is MailState.STOPPED else "undo"
    return RedirectResponse(f"/cases/{case_id}?said={said}", 303)


def _of_round(deps: UiDependencies, case_id: str, round: int) -> tuple[ReceiptView, ...]:
    return tuple(v for v in receipts_of(deps, case_id) if v.receipt.round == round and not v.receipt.undoes)
