"""The buttons that say who looks at a review, and when. Each is a form of its own; none decides anything."""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Path
from fastapi.responses import RedirectResponse, Response
from starlette.datastructures import FormData

from approval_ui.decision_requests import DecisionRefused
from approval_ui.pages.door import local_path
from approval_ui.pages.review import status_of
from approval_ui.site import Decider, Form, SiteOf, text_of
from approval_ui.views.queue import review_path

router = APIRouter()

CaseId = Annotated[str, Path(max_length=64)]
Round = Annotated[int, Path(ge=1, le=10_000)]


@router.post("/reviews/{case_id}/{round}/claim")
def claim(site: SiteOf, who: Decider, form: Form, case_id: CaseId, round: Round) -> Response:
    return _done(lambda: site.arranging.claim(case_id, round, who.reviewer), form, case_id, round, "claimed")


@router.post("/reviews/{case_id}/{round}/release")
def release(site: SiteOf, who: Decider, form: Form, case_id: CaseId, round: Round) -> Response:
    return _done(lambda: site.arranging.release(case_id, round, who.reviewer), form, case_id, round, "released")


@router.post("/reviews/{case_id}/{round}/snooze")
def snooze(site: SiteOf, who: Decider, form: Form, case_id: CaseId, round: Round) -> Response:
    """`for` is a code of `SNOOZES`; empty wakes it."""
    wanted = text_of(form, "for")
    told = "snoozed" if wanted else "woken"
    return _done(lambda: site.arranging.snooze(case_id, round, wanted, who.reviewer), form, case_id, round, told)


@router.post("/reviews/{case_id}/{round}/reassign")
def reassign(site: SiteOf, who: Decider, form: Form, case_id: CaseId, round: Round) -> Response:
    to = text_of(form, "to")
    return _done(lambda: site.arranging.reassign(case_id, round, to, who.reviewer), form, case_id, round, "reassigned")


def _done(act: Callable[[], None], form: FormData, case_id: str, round: int, told: str) -> Response:
    try:
        act()
    except DecisionRefused as refused:
        raise HTTPException(status_of(refused), refused.sentence) from None
    back = local_path(text_of(form, "back") or review_path(case_id, round))
    joint = "&" if "?" in back else "?"
    return RedirectResponse(f"{back}{joint}{urlencode({'said': told})}", 303)
