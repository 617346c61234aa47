"""Requests from Slack: open a card, decide on it, link an account. Slack's signature stands for the browser's session.

A decision here is the page's decision: the same checks, the same signature, the same store. What the modal cannot show
as a whole, what needs a second person and what is high risk is decided on the page.
"""

import json
import logging
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, BackgroundTasks, Depends, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from approval_ui.decision_requests import DecisionRefused, DecisionRequest, RefusalCode, Reviewer, Taken
from approval_ui.pages.review import deliver
from approval_ui.ports import SlackDoor
from approval_ui.reading import facts_of
from approval_ui.site import Site, SiteOf
from approval_ui.slack_linking import CODE_MINUTES, link, person_of
from approval_ui.stored_reviews import Review, load_review
from approval_ui.views.queue import review_path
from approval_ui.views.review import review_view
from approval_ui.views.slack_card import (
    DECIDE,
    Shown,
    card_view,
    errors_view,
    parse_shown,
    shown_of,
    submitted,
    taken_view,
    told_view,
)
from domain.decisions import Verdict
from domain.errors import DomainError, NotifyError
from domain.permissions import RiskCategory, can_see_reviews
from domain.risk import effective

router = APIRouter(prefix="/slack")
logger = logging.getLogger("countersign.slack")

MAX_BODY_BYTES = 64 * 1024
OPEN_CARD = "open_card"
_UNLINKED = (
    "Your Slack user is not linked to an account, or your sign-in has ended. Open Countersign and sign in. To link, "
    f"press “Link my Slack user” under Notifications, and type what it shows here within {CODE_MINUTES} minutes."
)
_ON_PAGE = "This one is decided on the approval page: "


async def _from_slack(request: Request, site: SiteOf) -> dict[str, str]:
    """The form of a fresh request that Slack signed and that was not seen before. Raises `HTTPException`."""
    slack = site.deps.slack
    if slack is None:
        raise HTTPException(404, "This installation takes nothing from Slack.")
    body = await request.body()
    if len(body) > MAX_BODY_BYTES:
        raise HTTPException(413, "The request is too large.")
    stamp = request.headers.get("x-slack-request-timestamp", "")
    signature = request.headers.get("x-slack-signature", "")
    client = request.client.host if request.client else ""
    if not site.unsigned_limit.allows(client):
        raise HTTPException(429, "Too many unsigned requests from here. Wait a minute.", {"Retry-After": "60"})
    if not slack.genuine(body, stamp, signature):
        site.unsigned_limit.count(client)
        raise HTTPException(401, "The signature does not fit, or its time is more than five minutes off.")
    if not await run_in_threadpool(site.deps.reachable.first_time, signature, now=site.deps.clock.now()):
        raise HTTPException(409, "This very request was taken in before.")
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=60))
    except ValueError:
        raise HTTPException(400, "The body is no form.") from None


def _slack(site: SiteOf) -> SlackDoor:
    if site.deps.slack is None:
        raise HTTPException(404, "This installation takes nothing from Slack.")
    return site.deps.slack


FromSlack = Annotated[dict[str, str], Depends(_from_slack)]
Slack = Annotated[SlackDoor, Depends(_slack)]


@router.post("/commands")
def command(site: SiteOf, slack: Slack, form: FromSlack) -> Response:
    """`/countersign link CODE`. The answer is seen by the person who typed it only."""
    word, _, rest = form.get("text", "").strip().partition(" ")
    identity = _identity(form.get("team_id", ""), form.get("user_id", ""))
    if word.casefold() != "link" or not rest.strip() or not identity:
        return _whisper("Type /countersign link CODE. The code is shown in Countersign under Notifications.")
    if not site.link_limit.allows(identity):
        return _whisper("Too many attempts. Wait ten minutes and try again.")
    login = link(site.deps, slack, rest[:80], identity)
    if not login:
        site.link_limit.count(identity)
        return _whisper("This code is not known, was used, or is too old. Make another under Notifications.")
    site.link_limit.forget(identity)
    return _whisper("Linked. You are told here what waits for you, and can decide here.")


@router.post("/interactions")
async def interaction(site: SiteOf, slack: Slack, form: FromSlack, later: BackgroundTasks) -> Response:
    """A button was pressed or a modal submitted. Slack waits three seconds for the answer."""
    payload = _payload(form)
    reviewer = await run_in_threadpool(_reviewer, site, payload)
    match payload.get("type"):
        case "block_actions":
            chosen = next((a for a in _list(payload, "actions") if a.get("action_id") == OPEN_CARD), None)
            if chosen is not None:
                view = await run_in_threadpool(_opened, site, reviewer, str(chosen.get("value", "")))
                await run_in_threadpool(_show, slack, str(payload.get("trigger_id", "")), view)
            return Response()
        case "view_submission" if _dict(payload, "view").get("callback_id") == DECIDE:
            answer, taken = await run_in_threadpool(_decided, site, reviewer, _dict(payload, "view"))
            if taken is not None:
                # The store holds it; the engine may take longer than Slack waits.
                later.add_task(deliver, site, taken)
            return JSONResponse(answer, background=later)
        case _:
            return Response()


def _show(slack: SlackDoor, trigger_id: str, view: dict[str, Any]) -> None:
    try:
        slack.open_modal(trigger_id, view)
    except NotifyError as failed:
        # The person sees that nothing opened and has the page's link beside the button.
        logger.warning("a card could not be opened in Slack: %s", failed.code.value)


def _reviewer(site: Site, payload: dict[str, Any]) -> Reviewer | None:
    """The linked, active account behind the request, with what vouches for it."""
    user = _dict(payload, "user")
    identity = _identity(str(_dict(payload, "team").get("id") or user.get("team_id") or ""), str(user.get("id") or ""))
    person = person_of(site.deps, site.gatekeeper, identity) if identity else None
    if person is None or not can_see_reviews(person.role):
        return None
    return Reviewer(login=person.login, name=person.display_name, role=person.role, attested_by=f"slack:{identity}")


def _opened(site: Site, reviewer: Reviewer | None, wanted: str) -> dict[str, Any]:
    """The card, or why it is not shown."""
    if reviewer is None:
        return told_view("Not linked", _UNLINKED)
    case_id, _, number = wanted.rpartition(".")
    shown = shown_of(case_id, number)
    review = _load(site, shown) if shown else None
    if shown is None or review is None:
        return told_view("Review", "There is no such review, or its data was erased.")
    page = _page(site, shown)
    facts = facts_of(site.deps, shown.case_id, shown.round)
    if facts is None:
        return told_view("Review", "There is no such review, or its data was erased.")
    view = review_view(review, facts, reviewer, site.deps.clock.now(), {}, None)
    if not view.open:
        return told_view(
            "Review", f"{view.ending.headline}. {view.ending.detail}" if view.ending else "This review has ended.", page
        )
    because = _only_on_page(site, review)
    if because or (view.cannot_decide and view.cannot_reject):
        return told_view("Review", (_ON_PAGE + because) if because else f"{view.cannot_decide}.", page)
    made = card_view(view, review.card, review.content, page)
    return made or told_view("Review", f"{_ON_PAGE}it is too long to be shown here as a whole.", page)


def _decided(site: Site, reviewer: Reviewer | None, view: dict[str, Any]) -> tuple[dict[str, Any], Taken | None]:
    """Slack's answer, and the stored decision where there is one."""
    if reviewer is None:
        return _update(told_view("Not linked", _UNLINKED)), None
    shown = parse_shown(str(view.get("private_metadata", "")))
    said = submitted(_dict(view, "state"))
    if shown is None or said["verdict"] not in (Verdict.APPROVE, Verdict.REJECT):
        return errors_view("verdict", "Choose approve or reject."), None
    page = _page(site, shown)
    review = _load(site, shown)
    if review is None:
        return _update(told_view("Review", "There is no such review, or its data was erased.")), None
    rejects = said["verdict"] == Verdict.REJECT
    try:
        because = _only_on_page(site, review)
        if because:
            return _update(told_view("Review", _ON_PAGE + because, page)), None
        taken = site.deciding.decide(
            shown.case_id,
            shown.round,
            DecisionRequest(
                verdict=Verdict(said["verdict"]),
                shown_digest=shown.digest,
                reason_code=said["reason"][:60] if rejects else "",
                text=said["text"][:4_000],
            ),
            reviewer,
        )
    except DecisionRefused as refused:
        if refused.code is RefusalCode.INVALID and rejects and review.card.reject_reasons:
            return errors_view("reason", refused.sentence), None
        own = _own_decision(site, shown, reviewer) if refused.code is RefusalCode.ALREADY_DECIDED else None
        # A second click finds the first one's signature.
        again = taken_view(own, reviewer.name, page) if own else told_view("Not signed", refused.sentence, page)
        return _update(again), None
    except DomainError as failed:
        logger.warning("a decision from Slack was not taken: %s", failed.code.value)
        return _update(told_view("Not signed", "This did not work now; nothing was signed.", page)), None
    return _update(taken_view(taken.verdict, reviewer.name, page)), taken


def _own_decision(site: Site, shown: Shown, reviewer: Reviewer) -> Verdict | None:
    decisions = site.deps.queue.decisions_of(shown.case_id)
    mine = [d for d in decisions if d.counts and d.round == shown.round and d.reviewer == reviewer.login]
    return mine[-1].verdict if mine else None


def _only_on_page(site: Site, review: Review) -> str:
    """Why this review is not decided in Slack; empty where it may be. Judged by the playbook of this minute."""
    policy = site.deps.playbooks.current().write_policy()
    risk = effective(review.opening.risk, review.content.actions, review.content.actions, policy)
    if risk in (RiskCategory.HIGH, RiskCategory.FORBIDDEN) or review.opening.risk is RiskCategory.HIGH:
        return "it is high risk."
    if max(review.opening.quorum, policy.quorum.get(risk, 1)) > 1:
        return "a second person must sign as well."
    return ""


def _load(site: Site, shown: Shown) -> Review | None:
    return load_review(site.deps.reviews, site.deps.documents, shown.case_id, shown.round)


def _page(site: Site, shown: Shown) -> str:
    return f"{site.deps.config.public_url.rstrip('/')}{review_path(shown.case_id, shown.round)}"


def _update(view: dict[str, Any]) -> dict[str, Any]:
    return {"response_action": "update", "view": view}


def _whisper(text: str) -> Response:
    return JSONResponse({"response_type": "ephemeral", "text": text})


def _identity(team: str, user: str) -> str:
    return f"{team}/{user}" if team.isalnum() and user.isalnum() and len(team) + len(user) < 60 else ""


def _payload(form: dict[str, str]) -> dict[str, Any]:
    try:
        payload = json.loads(form.get("payload", ""))
    except (ValueError, RecursionError):
        raise HTTPException(400, "The payload is not JSON.") from None
    return payload if isinstance(payload, dict) else {}


def _dict(within: dict[str, Any], name: str) -> dict[str, Any]:
    value = within.get(name)
    return value if isinstance(value, dict) else {}


def _list(within: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = within.get(name)
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []
