"""The queue with one card, and the decision on it."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from approval_ui.decision_requests import KEPT_OUT, DecisionRefused, DecisionRequest, RefusalCode, Taken
from approval_ui.delivery import Delivered, DeliveryState
from approval_ui.links import Links, links_of
from approval_ui.mail_rechecks import Unsupported
from approval_ui.mending import MendLine
from approval_ui.pages.queue import Pairs, pairs_of, read_queue
from approval_ui.reading import earlier_rounds, facts_of, kept_out
from approval_ui.signing_in import SignedIn
from approval_ui.site import Decider, Form, Reader, Site, SiteOf, text_of
from approval_ui.stored_reviews import Review, load_review
from approval_ui.views.changes import Submitted, form_text, from_form, value_at
from approval_ui.views.desk import desk_of
from approval_ui.views.queue import after, review_path
from approval_ui.views.review import Facts, ReviewView, review_view
from approval_ui.views.wording import REFUSAL, REOPENED, VERDICT, WRITE
from domain.cards import ReviewCard
from domain.decisions import APPROVALS, RoundState, Verdict
from domain.receipts import WriteOutcomeKind
from domain.revising import Edit

router = APIRouter()

CaseId = Annotated[str, Path(max_length=64)]
Round = Annotated[int, Path(ge=1, le=10_000)]
_STATUS = {
    RefusalCode.UNKNOWN: 404,
    RefusalCode.CHANGED: 409,
    RefusalCode.ALREADY_DECIDED: 409,
    RefusalCode.CLOSED: 409,
    RefusalCode.LATE: 409,
    RefusalCode.SAME_REVIEWER: 409,
    RefusalCode.ROLE_TOO_LOW: 403,
    RefusalCode.FORBIDDEN: 403,
    RefusalCode.NO_ACCESS: 403,
    RefusalCode.INVALID: 422,
    RefusalCode.SIGNATURE: 500,
}


def status_of(refused: DecisionRefused) -> int:
    return _STATUS[refused.code]


@dataclass(frozen=True)
class Attempt:
    """What somebody tried and was refused: shown again with what they had typed."""

    sentence: str
    verdict: str = ""
    submitted: Submitted = field(default_factory=dict)
    ticked: frozenset[str] | None = None
    reason_code: str = ""
    text: str = ""
    status: int = 200
    unsupported: tuple[Unsupported, ...] = ()
    stated: frozenset[str] = frozenset()


@router.get("/")
def queue(request: Request, site: SiteOf, who: Reader, done: Annotated[str, Query(max_length=80)] = "") -> Response:
    """The list; beside it, where there is room, the first review."""
    return _page(request, site, who, pairs_of(request), None, done=done, at_queue=True)


@router.get("/reviews/{case_id}/{round}")
def show(
    request: Request,
    site: SiteOf,
    who: Reader,
    case_id: CaseId,
    round: Round,
    act: Annotated[str, Query(max_length=10)] = "",
    done: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    return _page(request, site, who, pairs_of(request), (case_id, round), act=act, done=done)


@router.post("/reviews/{case_id}/{round}/decide")
async def decide(request: Request, site: SiteOf, who: Decider, form: Form, case_id: CaseId, round: Round) -> Response:
    """Sign what is shown, then go on to the next review."""
    pairs = parse_qsl(text_of(form, "filter")[:2_000])
    review = await run_in_threadpool(load_review, site.deps.reviews, site.deps.documents, case_id, round)
    if review is None:
        raise HTTPException(404, "There is no such review, or its data was erased.")
    _, before, _ = await run_in_threadpool(read_queue, site, who, pairs, (case_id, round))
    try:
        asked = request_of(form, review)
        taken = await run_in_threadpool(site.deciding.decide, case_id, round, asked, who.reviewer)
    except DecisionRefused as refused:
        attempt = _attempt(form, refused)
        return await run_in_threadpool(_page, request, site, who, pairs, (case_id, round), attempt=attempt)
    await deliver(site, taken)
    target = after(before)
    joint = "&" if "?" in target else "?"
    return RedirectResponse(f"{target}{joint}done={case_id}.{round}", 303)


async def deliver(site: Site, taken: Taken) -> Delivered:
    """Hand a stored decision on; a signature that waits for a second one stays here."""
    if taken.quorum_open:
        return Delivered(state=DeliveryState.DELIVERED, reason="quorum_open")
    return await site.deliveries.decision(taken.case_id, taken.round, taken.decision_id)


def request_of(form: FormData, review: Review) -> DecisionRequest:
    """The decision that a form asks for. Inputs that still hold the proposal's value are no edits."""
    verdict = text_of(form, "verdict")
    try:
        return DecisionRequest(
            verdict=Verdict(verdict),
            shown_digest=text_of(form, "shown_digest"),
            ticked=frozenset(str(v) for v in form.getlist("tick")),
            edits=_edits(form, review) if Verdict(verdict) in APPROVALS else (),
            reason_code=text_of(form, "reason_code") if verdict == Verdict.REJECT else "",
            text=_text(form),
            seconds_open=_seconds(text_of(form, "seconds_open")),
            stated=frozenset(str(v)[:64] for v in form.getlist("state")),
        )
    except ValidationError as wrong:
        first = wrong.errors(include_input=False)[0]
        raise DecisionRefused(RefusalCode.INVALID, f"{first['loc'][0]}: {first['msg']}.") from None
    except ValueError as wrong:
        raise DecisionRefused(RefusalCode.INVALID, str(wrong)) from None


def _edits(form: FormData, review: Review) -> tuple[Edit, ...]:
    ticked = set(form.getlist("tick"))
    edits: list[Edit] = []
    for (key, attribute), text in _submitted(form).items():
        action = review.content.action(key)
        if action is None or key not in ticked:
            continue
        original = value_at(action, attribute)
        if text == form_text(original).replace("\r\n", "\n"):
            continue
        edits.append(Edit(action_key=key, field=attribute, value=from_form(text, original)))
    return tuple(edits)


def _submitted(form: FormData) -> Submitted:
    found: Submitted = {}
    for name, value in form.multi_items():
        parts = name.split(".", 2)
        if len(parts) == 3 and parts[0] == "edit" and isinstance(value, str):
            found[(parts[1], parts[2])] = value.replace("\r\n", "\n")
    return found


def _text(form: FormData) -> str:
    return text_of(form, "respond_text" if text_of(form, "verdict") == Verdict.RESPOND else "reject_text")


def _seconds(text: str) -> int | None:
    return min(int(text), 86_400) if text.isdecimal() and len(text) < 9 else None


def _attempt(form: FormData, refused: DecisionRefused) -> Attempt:
    return Attempt(
        sentence=refused.sentence,
        verdict=text_of(form, "verdict"),
        submitted=_submitted(form),
        ticked=frozenset(str(v) for v in form.getlist("tick")),
        reason_code=text_of(form, "reason_code"),
        text=_text(form)[:4_000],
        status=_STATUS[refused.code],
        unsupported=refused.unsupported,
        stated=frozenset(str(v)[:64] for v in form.getlist("state")),
    )


def _page(
    request: Request,
    site: Site,
    who: SignedIn,
    pairs: Pairs,
    selected: tuple[str, int] | None,
    *,
    act: str = "",
    done: str = "",
    at_queue: bool = False,
    attempt: Attempt | None = None,
) -> Response:
    _, view, first = read_queue(site, who, pairs, selected, show_first=at_queue)
    selected = selected or (first if at_queue else None)
    values: dict[str, Any] = {
        "page": "Review",
        "queue": view,
        "view": None,
        "at_queue": at_queue,
        "toast": _toast(site, who, done),
        "said": _SAID.get(request.query_params.get("said", ""), ""),
        "here": request.url.path if request.method == "GET" else "/",
    }
    if selected is not None:
        if kept_out(site.deps, site.deps.queue.item(*selected), who.user.login):
            raise HTTPException(403, KEPT_OUT)
        card = _card(site, who, selected, act, attempt)
        if card is None and not at_queue:
            raise HTTPException(404, "There is no such review, or its data was erased.")
        values |= card or {}
    return site.render("review.html", who, values, status=attempt.status if attempt else 200)


def _card(
    site: Site, who: SignedIn, selected: tuple[str, int], act: str, attempt: Attempt | None
) -> dict[str, Any] | None:
    review = load_review(site.deps.reviews, site.deps.documents, *selected)
    facts = facts_of(site.deps, *selected)
    if review is None or facts is None:
        return None
    tried = attempt or Attempt("")
    view = review_view(review, facts, who.reviewer, site.deps.clock.now(), tried.submitted, tried.ticked)
    edited = any(e.edited for c in view.changes for r in c.rows for e in r.editors) or bool(
        view.mail and view.mail.edited
    )
    total = sum(line.points for line in review.card.qualification.lines)
    return {
        "view": view,
        "mends": _mends(site, facts),
        "card": review.card,
        "desk": desk_of(site.arranging, facts, review.card.assignee, who.reviewer, site.deps.clock.now()),
        "act": tried.verdict if tried.verdict in ("reject", "respond") else ("edit" if edited else act),
        "edited": edited,
        "refused": tried.sentence,
        "unsupported": tried.unsupported,
        "stated": sorted(tried.stated),
        "reason_code": tried.reason_code,
        "text": tried.text,
        "links": _links(site, review),
        "newer_round": facts.newer_round,
        "certainty": _certainty(review.card.qualification.confidence),
        "score_held": total != review.card.qualification.score,
        "reopened": _reopened(review.card),
        "earlier": earlier_rounds(site.deps, facts),
        "raw": json.dumps(review.shown.model_dump(mode="json"), indent=2, ensure_ascii=False),
    }


def _links(site: Site, review: Review) -> Links:
    return links_of(site.deps.config, review.opening.workflow_id, review.card.lead_id)


def _certainty(confidence: float) -> str:
    return "sure" if confidence >= 0.85 else "fairly sure" if confidence >= 0.6 else "unsure"


def _reopened(card: ReviewCard) -> str:
    because = card.reopened_because
    if because in {k.value for k in WriteOutcomeKind}:
        said = (f"{WRITE[WriteOutcomeKind(because)]}.", card.owner_change, "This is the current proposal.")
        return " ".join(part for part in said if part)
    if because in REOPENED:
        return REOPENED[because]
    return because.replace("_", " ").capitalize() + ("." if because and not because.endswith(".") else "")


_SAID = {
    "claimed": "Claimed. Others see that you have it.",
    "released": "Released.",
    "snoozed": "Snoozed. The deadline has not moved.",
    "woken": "Awake again.",
    "reassigned": "Reassigned. The deadline has not moved.",
}


@dataclass(frozen=True)
class Toast:
    text: str
    href: str
    undo_href: str
    case_id: str
    waits: bool
    leaves_at: datetime | None
    mends: tuple[MendLine, ...] = ()


def _toast(site: Site, who: SignedIn, done: str) -> Toast | None:
    """What became of the decision that brought the reader here, read from the store and not from the address."""
    case_id, _, number = done.rpartition(".")
    if not case_id or not number.isdecimal():
        return None
    facts = facts_of(site.deps, case_id, int(number))
    review = load_review(site.deps.reviews, site.deps.documents, case_id, int(number))
    if facts is None or review is None:
        return None
    own = [d for d in facts.decisions if d.round == facts.item.round and d.reviewer == who.user.login]
    if not own:
        return None
    last = own[-1]
    view: ReviewView = review_view(review, facts, who.reviewer, site.deps.clock.now(), {}, None)
    text = f"{VERDICT[last.verdict].capitalize()}: {review.card.company or review.card.title}."
    if facts.item.state is RoundState.OPEN:
        text = f"Signed: {review.card.company or review.card.title}. A second person must sign as well."
    elif view.undelivered:
        text += " Signed; will be delivered."
    refusal = facts.refusal_of(last.decision_id)
    if refusal:
        text = f"The workflow refused it: {REFUSAL.get(refusal, refusal)}."
    pending = view.pending_mail
    return Toast(
        text=text,
        href=review_path(case_id, int(number)),
        undo_href=f"{review_path(case_id, int(number))}/undo" if last.verdict in APPROVALS else "",
        case_id=case_id,
        waits=view.undelivered or bool(refusal),
        leaves_at=pending.leaves_at if pending and not view.undelivered else None,
        mends=_mends(site, facts),
    )


def _mends(site: Site, facts: Facts) -> tuple[MendLine, ...]:
    """Lines that a decision of this round has corrected, as others have before it."""
    if facts.item.state is not RoundState.DECIDED or facts.item.verdict is Verdict.APPROVE:
        return ()
    return site.mending.offers([d.decision_id for d in facts.decisions if d.round == facts.item.round and d.counts])
