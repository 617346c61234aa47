"""The lane of exceptions, and one of them with the acts that resolve it."""

from collections.abc import Callable
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from approval_ui.decision_requests import KEPT_OUT, DecisionRefused, RefusalCode
from approval_ui.delivery import DeliveryState
from approval_ui.links import links_of
from approval_ui.pages.queue import pairs_of, viewer_of
from approval_ui.pages.review import status_of
from approval_ui.reading import kept_out_of_exception, people_of
from approval_ui.resolving import TakenResolution
from approval_ui.signing_in import SignedIn
from approval_ui.site import Form, Reader, Resolver, Site, SiteOf, text_of, version_of
from approval_ui.views.exception_lane import lane_view
from approval_ui.views.exceptions import exception_path, exception_view
from approval_ui.views.receipts import receipts_of
from approval_ui.views.trace import steps_of
from domain.exception_lane import read_exception_filter
from domain.permissions import can_resolve, can_undo
from domain.resolutions import Resolution
from domain.review_queue import Place

router = APIRouter()

CaseId = Annotated[str, Path(max_length=64)]
Number = Annotated[int, Path(ge=1, le=10_000)]
PAGE = 50
RESOLUTION: TypeAdapter[Resolution] = TypeAdapter(Resolution)
_OF_ACT = ("record_id", "owner_id", "field", "value", "reason")

_SAID = {
    "resolved": "Resolved. The case goes on by itself.",
    "later": "Resolved and stored. The workflow engine cannot be reached now; it is told as soon as it can be.",
    "ended": "Stored, but the workflow that asked has ended or did not take it: nothing will come of it by itself.",
    "claimed": "Claimed. Others see that you have it.",
    "released": "Released.",
}


@router.get("/exceptions")
def lane(request: Request, site: SiteOf, who: Reader, after: Annotated[str, Query(max_length=600)] = "") -> Response:
    """What waits for somebody by its deadline, or what the address asks for."""
    wanted, problems = read_exception_filter(pairs_of(request))
    exceptions, now, viewer = site.deps.exception_lane, site.deps.clock.now(), viewer_of(site, who)
    version = version_of(site.deps)
    behind = Place.read(after) if after else None
    if after and (behind is None or not exceptions.fits(wanted, behind)):
        problems, behind = (*problems, "That page of the list is no more; this is its beginning."), None
    view = lane_view(
        exceptions.page(wanted, viewer, now, behind=behind, limit=PAGE),
        exceptions.facets(viewer, now),
        wanted,
        now,
        people=people_of(site.deps),
        total=exceptions.count(wanted, viewer, now),
        version=version,
        behind=behind is not None,
        has_team=bool(who.user.team),
        problems=problems,
    )
    return site.render("exceptions.html", who, {"page": "Exceptions", "view": view})


@router.get("/exceptions/{case_id}/{number}")
def one(
    site: SiteOf, who: Reader, case_id: CaseId, number: Number, said: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    return _page(site, who, case_id, number, said=_SAID.get(said, ""))


@router.post("/exceptions/{case_id}/{number}/resolve")
async def resolve(site: SiteOf, who: Resolver, form: Form, case_id: CaseId, number: Number) -> Response:
    """Store the answer and tell the workflow; what was typed is shown again where it is refused."""
    try:
        taken = await run_in_threadpool(_take, site, who, form, case_id, number)
    except DecisionRefused as refused:
        return await run_in_threadpool(_refused, site, who, form, case_id, number, refused)
    done = await site.deliveries.resolution(taken.case_id, taken.number, taken.resolution_id)
    told = "later" if done.waits else "ended" if done.state is DeliveryState.REFUSED else "resolved"
    return RedirectResponse(f"{exception_path(case_id, number)}?{urlencode({'said': told})}", 303)


@router.post("/exceptions/{case_id}/{number}/claim")
def claim(site: SiteOf, who: Resolver, form: Form, case_id: CaseId, number: Number) -> Response:
    return _arranged(lambda: site.resolving.claim(case_id, number, who.reviewer), case_id, number, "claimed")


@router.post("/exceptions/{case_id}/{number}/release")
def release(site: SiteOf, who: Resolver, form: Form, case_id: CaseId, number: Number) -> Response:
    return _arranged(lambda: site.resolving.release(case_id, number, who.reviewer), case_id, number, "released")


def _take(site: Site, who: SignedIn, form: FormData, case_id: str, number: int) -> TakenResolution:
    act = text_of(form, "act")
    said = {name: text_of(form, name) for name in _OF_ACT if name in form}
    try:
        resolution = RESOLUTION.validate_python({"act": act, **said})
    except ValidationError as wrong:
        raise DecisionRefused(RefusalCode.INVALID, _sentence(wrong)) from None
    return site.resolving.resolve(case_id, number, resolution, who.reviewer)


def _sentence(wrong: ValidationError) -> str:
    first = wrong.errors()[0]
    what = str(first["loc"][-1]).replace("_", " ") if first["loc"] else "the answer"
    return f"{what.capitalize()}: {first['msg'].lower()}."


def _refused(
    site: Site, who: SignedIn, form: FormData, case_id: str, number: int, refused: DecisionRefused
) -> Response:
    typed = {name: text_of(form, name)[:500] for name in ("act", *_OF_ACT)}
    return _page(site, who, case_id, number, problem=refused.sentence, typed=typed, status=status_of(refused))


def _arranged(act: Callable[[], None], case_id: str, number: int, told: str) -> Response:
    try:
        act()
    except DecisionRefused as refused:
        raise HTTPException(status_of(refused), refused.sentence) from None
    return RedirectResponse(f"{exception_path(case_id, number)}?{urlencode({'said': told})}", 303)


def _page(
    site: Site,
    who: SignedIn,
    case_id: str,
    number: int,
    *,
    said: str = "",
    problem: str = "",
    typed: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    found = site.resolving.find(case_id, number)
    if found is None:
        raise HTTPException(404, "There is no such exception, or its data was erased.")
    if kept_out_of_exception(site.deps, found.opened, who.user.login):
        raise HTTPException(403, KEPT_OUT)
    case = site.deps.cases.get(case_id)
    view = exception_view(found, people_of(site.deps), site.deps.clock.now())
    return site.render(
        "exception.html",
        who,
        {
            "page": "Exceptions",
            "view": view,
            "links": links_of(site.deps.config, found.opened.opening.workflow_id, case.lead_id),
            "steps": steps_of(site.deps, case_id)[-12:],
            "receipts": receipts_of(site.deps, case_id),
            "may_undo": can_undo(who.user.role),
            "may": can_resolve(who.user.role) and view.open,
            "mine": found.opened.claimed_by == who.user.login,
            "said": said,
            "problem": problem,
            "typed": typed or {},
        },
        status=status,
    )
