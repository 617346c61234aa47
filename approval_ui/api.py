"""The same acts for the command line and for scripts: JSON, a bearer session, the same checks."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from approval_ui.answers import PROBLEMS
from approval_ui.decision_requests import KEPT_OUT, DecisionRefused, DecisionRequest, RefusalCode
from approval_ui.links import links_of
from approval_ui.pages.cases import outcome_of
from approval_ui.pages.queue import pairs_of, viewer_of
from approval_ui.pages.review import deliver, status_of
from approval_ui.reading import facts_of, kept_out
from approval_ui.resolving import TakenResolution
from approval_ui.signing_in import SignInRefused
from approval_ui.site import Script, ScriptDecider, ScriptReader, ScriptResolver, SiteOf, require
from approval_ui.stopping import set_pause, stop_mail
from approval_ui.stored_reviews import load_review
from approval_ui.views.exceptions import exception_path
from approval_ui.views.trace import steps_of
from domain.cases import CaseState
from domain.decisions import Verdict
from domain.exception_lane import read_exception_filter
from domain.leads import Motion
from domain.permissions import can_pause, can_resume
from domain.resolutions import ExceptionState, Resolution
from domain.review_queue import Place, read_filter
from domain.revising import Edit
from persistence.queue import QueueItem, case_behind, place_of_case

router = APIRouter(prefix="/api", responses=PROBLEMS)

CaseId = Annotated[str, Path(max_length=64)]
Round = Annotated[int, Path(ge=1, le=10_000)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SignInBody(_Body):
    login: str = Field(max_length=120)
    password: str = Field(max_length=1024)


class DecideBody(_Body):
    """`ticked` left out means every action but those with `opt_in`."""

    verdict: Verdict
    shown_digest: str
    ticked: list[str] | None = None
    edits: list[Edit] = Field(default=[], max_length=200)
    reason_code: str = Field(default="", max_length=60)
    text: str = Field(default="", max_length=4_000)
    stated: list[str] = Field(default=[], max_length=200)
    """Sentences of an edited e-mail that no evidence supports and that the caller states under their own name."""


class PauseBody(_Body):
    """`motion` None means every motion."""

    motion: Motion | None = None
    paused: bool


@router.post("/session")
def sign_in(request: Request, site: SiteOf, body: SignInBody) -> dict[str, str]:
    """A session token for the Authorization header."""
    client = request.client.host if request.client else ""
    try:
        token, who = site.gatekeeper.sign_in(body.login, body.password, client)
    except SignInRefused as refused:
        wait = {"Retry-After": str(refused.wait_seconds)} if refused.wait_seconds else None
        raise HTTPException(refused.status, refused.sentence, headers=wait) from None
    return {
        "token": token,
        "login": who.user.login,
        "role": who.user.role.value,
        "expires_at": who.session.expires_at.isoformat(),
    }


@router.delete("/session", status_code=204)
def sign_out(request: Request, site: SiteOf, who: Script) -> None:
    site.gatekeeper.sign_out(request.headers["authorization"].partition(" ")[2].strip())


@router.get("/reviews")
def reviews(
    request: Request,
    site: SiteOf,
    who: ScriptReader,
    limit: Annotated[int, Query(ge=1, le=500)] = 500,
    after: Annotated[str, Query(max_length=600)] = "",
) -> dict[str, Any]:
    """The filter of the page, by the same names; without `motion` one lane after the other.

    `total` counts what it fits. `next` is the `after` of the page that follows, null on the last one.
    """
    wanted, problems = read_filter(pairs_of(request))
    behind = Place.read(after) if after else None
    if after and (behind is None or not site.deps.lanes.fits(wanted, behind)):
        problems = (*problems, "after: this is no place in the list asked for; take it from the page before.")
    if problems:
        raise HTTPException(422, " ".join(problems))
    viewer, now = viewer_of(site, who), site.deps.clock.now()
    page = site.deps.lanes.page(wanted, viewer, now, behind=behind, limit=limit)
    return {
        "reviews": [_listed(i, site.deps.config.public_url) for i in page.items],
        "total": site.deps.lanes.count(wanted, viewer, now),
        "next": page.following.token() if page.following is not None else None,
    }


def _listed(item: QueueItem, base: str) -> dict[str, Any]:
    return {
        **item.model_dump(mode="json"),
        "expires_at": item.ladder.expires_at.isoformat(),
        "next_step": item.coming.step.value,
        "url": f"{base.rstrip('/')}/reviews/{item.case_id}/{item.round}",
    }


@router.get("/reviews/{case_id}/{round}")
def review(site: SiteOf, who: ScriptReader, case_id: CaseId, round: Round) -> dict[str, Any]:
    """The card, the content that a signature would cover, its digest, deadlines and state."""
    found = load_review(site.deps.reviews, site.deps.documents, case_id, round)
    facts = facts_of(site.deps, case_id, round)
    if found is None or facts is None:
        raise HTTPException(404, "There is no such review, or its data was erased.")
    if kept_out(site.deps, facts.item, who.user.login):
        raise HTTPException(403, KEPT_OUT)
    return {
        "case_id": case_id,
        "round": round,
        "digest": found.shown_digest,
        "state": facts.item.state.value,
        "verdict": facts.item.verdict.value if facts.item.verdict else None,
        "risk": found.opening.risk.value,
        "quorum": found.opening.quorum,
        "assignee": facts.item.assignee,
        "deadlines": [d.model_dump(mode="json") for d in found.opening.ladder.deadlines],
        "card": found.card.model_dump(mode="json"),
        "content": found.shown.model_dump(mode="json"),
        "decisions": [d.model_dump(mode="json") for d in facts.decisions if d.round == round],
    }


@router.post("/reviews/{case_id}/{round}/decide")
async def decide(site: SiteOf, who: ScriptDecider, case_id: CaseId, round: Round, body: DecideBody) -> dict[str, Any]:
    """Sign and store, then tell the workflow. `delivery` says whether it has heard of it."""
    asked = DecisionRequest(
        verdict=body.verdict,
        shown_digest=body.shown_digest,
        ticked=None if body.ticked is None else frozenset(body.ticked),
        edits=tuple(body.edits),
        reason_code=body.reason_code,
        text=body.text,
        stated=frozenset(body.stated),
    )
    try:
        taken = await run_in_threadpool(site.deciding.decide, case_id, round, asked, who.reviewer)
    except DecisionRefused as refused:
        told = {"code": refused.code.value, "detail": refused.sentence}
        if refused.unsupported:
            told["unsupported"] = " | ".join(u.text for u in refused.unsupported)
        raise HTTPException(status_of(refused), told) from None
    done = await deliver(site, taken)
    return {**taken.model_dump(mode="json"), "delivery": done.state.value, "delivery_reason": done.reason}


@router.get("/cases")
def cases(
    site: SiteOf,
    who: ScriptReader,
    state: CaseState | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 500,
    after: Annotated[str, Query(max_length=600)] = "",
) -> dict[str, Any]:
    """Newest first. `total` counts those of the state; `next` is the `after` of the page that follows."""
    place = Place.read(after) if after else None
    behind = case_behind(place) if place is not None else None
    if after and behind is None:
        raise HTTPException(422, "after: this is no place in the list asked for; take it from the page before.")
    found = site.deps.queue.cases(limit=limit + 1, state=state, behind=behind)
    shown = found[:limit]
    return {
        "cases": [{**item.model_dump(mode="json"), "label": outcome_of(item)} for item in shown],
        "total": site.deps.queue.case_count(state),
        "next": place_of_case(shown[-1]).token() if len(found) > limit else None,
    }


@router.get("/cases/{case_id}")
def case(site: SiteOf, who: ScriptReader, case_id: CaseId) -> dict[str, Any]:
    """One case with everything that happened to it."""
    deps = site.deps
    found = deps.cases.get(case_id)
    if found.org_id != deps.config.org_id:
        raise HTTPException(404, "There is no such case, or its data was erased.")
    links = links_of(deps.config, found.workflow_id, found.lead_id)
    return {
        "case": found.model_dump(mode="json"),
        "links": {"workflow": links.workflow, "lead": links.lead},
        "rounds": [r.model_dump(mode="json") for r in deps.queue.rounds_of(case_id) if r.round > 0],
        "decisions": [d.model_dump(mode="json") for d in deps.queue.decisions_of(case_id)],
        "receipts": [r.model_dump(mode="json") for r in deps.receipts.of_case(case_id)],
        "mails": [m.model_dump(mode="json") for m in deps.queue.mails_of(case_id)],
        "documents": [d.model_dump(mode="json") for d in deps.queue.documents_of(case_id)],
        "steps": [
            {"at": s.at.isoformat(), "what": s.what, "how": s.how, "tone": s.tone} for s in steps_of(deps, case_id)
        ],
    }


class ResolveBody(_Body):
    """`number` left out means the case's open exception."""

    resolution: Resolution
    number: int | None = Field(default=None, ge=1, le=10_000)


@router.get("/exceptions")
def exceptions(
    request: Request,
    site: SiteOf,
    who: ScriptReader,
    limit: Annotated[int, Query(ge=1, le=500)] = 500,
    after: Annotated[str, Query(max_length=600)] = "",
) -> dict[str, Any]:
    """What waits for somebody, by its deadline, with what may be chosen; the filter of the page, by the same names.

    `total` counts what it fits. `next` is the `after` of the page that follows, null on the last one.
    """
    lane = site.deps.exception_lane
    wanted, problems = read_exception_filter(pairs_of(request))
    behind = Place.read(after) if after else None
    if after and (behind is None or not lane.fits(wanted, behind)):
        problems = (*problems, "after: this is no place in the list asked for; take it from the page before.")
    if problems:
        raise HTTPException(422, " ".join(problems))
    viewer, now = viewer_of(site, who), site.deps.clock.now()
    page = lane.page(wanted, viewer, now, behind=behind, limit=limit)
    base = site.deps.config.public_url.rstrip("/")
    listed: list[dict[str, Any]] = []
    for opened in page.items:
        found = site.resolving.find(opened.opening.case_id, opened.number)
        listed.append(
            {
                **opened.model_dump(mode="json", exclude={"opening", "denied", "access_at"}),
                **opened.opening.model_dump(mode="json", exclude={"key", "search_text"}),
                "due_at": opened.opening.due_at.isoformat(),
                "url": base + exception_path(opened.opening.case_id, opened.number),
                "offers": found.raised.model_dump(mode="json", exclude={"ladder"}) if found is not None else None,
            }
        )
    return {
        "exceptions": listed,
        "total": lane.count(wanted, viewer, now),
        "next": page.following.token() if page.following is not None else None,
    }


@router.post("/cases/{case_id}/resolve")
async def resolve(site: SiteOf, who: ScriptResolver, case_id: CaseId, body: ResolveBody) -> dict[str, Any]:
    """Resolve an exception of the case, then tell its workflow. `delivery` says whether it has heard of it."""

    def take() -> TakenResolution:
        number = body.number
        if number is None:
            waiting = [e.number for e in site.deps.exceptions.of_case(case_id) if e.state is ExceptionState.OPEN]
            if not waiting:
                raise DecisionRefused(RefusalCode.UNKNOWN, "No exception of this case waits for an answer.")
            number = waiting[-1]
        return site.resolving.resolve(case_id, number, body.resolution, who.reviewer)

    try:
        taken = await run_in_threadpool(take)
    except DecisionRefused as refused:
        raise HTTPException(status_of(refused), {"code": refused.code.value, "detail": refused.sentence}) from None
    done = await site.deliveries.resolution(taken.case_id, taken.number, taken.resolution_id)
    return {**taken.model_dump(mode="json"), "delivery": done.state.value, "delivery_reason": done.reason}


@router.post("/cases/{case_id}/stop-mail")
async def stop(site: SiteOf, who: ScriptDecider, case_id: CaseId) -> dict[str, str]:
    """Keep the newest approved e-mail of the case from leaving; the state that it is in then."""
    state = await stop_mail(site.deps, case_id, by=who.user.login)
    if state is None:
        raise HTTPException(404, "No approved e-mail waits in this case.")
    return {"state": state.value}


@router.post("/pause")
def pause(site: SiteOf, who: Script, body: PauseBody) -> dict[str, dict[str, bool]]:
    """What is paused afterwards, by motion."""
    # Anybody may stop; to go on is for those who answer for it.
    require(who, can_pause if body.paused else can_resume)
    set_pause(site.deps, body.motion, body.paused, by=who.reviewer)
    paused = site.deps.pause.all_paused()
    return {"paused": {m.value: m in paused for m in Motion}}
