"""All cases, one case step by step, and the confirm step before an undo."""

from collections.abc import Container
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response

from approval_ui.links import links_of
from approval_ui.reading import facts_of
from approval_ui.site import Reader, SiteOf
from approval_ui.views.receipts import receipts_of
from approval_ui.views.trace import steps_of
from approval_ui.views.wording import BAD_OUTCOMES, GOOD_OUTCOMES, MOTION, OUTCOME, ago
from domain.cases import CaseState
from domain.errors import DomainError, ErrorCode
from domain.exception_lane import ExceptionFilter
from domain.permissions import can_undo
from domain.resolutions import ExceptionState
from domain.review_queue import Place, Viewer
from persistence.queue import CaseItem, case_behind, place_of_case

router = APIRouter()

PAGE = 100
_BY_POLICY = "policy"
_FILTERS = (("", "All"), ("open", "Open"), ("closed", "Closed"), (_BY_POLICY, "Done for you"))
_MOST_STUCK = 500
"""Exceptions that the list of cases knows of; what waits longer stands in their own lane."""

_SAID = {
    "undo": "The undo is signed and running. Its receipt appears here.",
    "undo-mail": "The e-mail is stopped, and what was written is being taken back.",
    "undo-later": "The undo is signed; it will be delivered as soon as the workflow engine can be reached.",
}


@router.get("/cases")
def all_cases(
    site: SiteOf,
    who: Reader,
    state: Annotated[str, Query(max_length=10)] = "",
    after: Annotated[str, Query(max_length=600)] = "",
) -> Response:
    """`state` may also be `policy`: what was done for people under the policy key. An unknown place is the first."""
    wanted = CaseState(state) if state in {s.value for s in CaseState} else None
    place = Place.read(after) if after else None
    behind = case_behind(place) if place is not None else None
    found = site.deps.queue.cases(limit=PAGE + 1, state=wanted, behind=behind, by_policy=state == _BY_POLICY)
    shown = found[:PAGE]
    now = site.deps.clock.now()
    stopped = site.deps.exception_lane.page(ExceptionFilter(), Viewer(login=who.user.login), now, limit=_MOST_STUCK)
    stuck = {opened.opening.case_id for opened in stopped.items}
    rows = [
        {
            "item": item,
            "motion": MOTION[item.case.motion],
            "ago": ago(item.case.opened_at, now),
            "outcome": outcome_of(item, stuck),
            "tone": "high" if item.case.case_id in stuck else tone_of(item),
        }
        for item in shown
    ]
    older = place_of_case(shown[-1]).token() if len(found) > PAGE else ""
    values = {"page": "Cases", "rows": rows, "state": state, "filters": _FILTERS, "older": older, "paged": bool(behind)}
    return site.render("cases.html", who, values)


@router.get("/cases/{case_id}")
def one_case(site: SiteOf, who: Reader, case_id: str, said: Annotated[str, Query(max_length=20)] = "") -> Response:
    deps = site.deps
    case = deps.cases.get(case_id)
    if case.org_id != deps.config.org_id:
        raise DomainError(code=ErrorCode.CASE_UNKNOWN)
    rounds = tuple(r for r in deps.queue.rounds_of(case_id) if r.round > 0)
    newest = rounds[-1] if rounds else None
    title = newest.title if newest else deps.queue.senders([case_id]).get(case_id, f"Case {case_id}")
    item = CaseItem(
        case=case,
        title=title,
        round=newest.round if newest else None,
        round_state=newest.state if newest else None,
    )
    facts = facts_of(deps, case_id, newest.round) if newest else None
    return site.render(
        "case.html",
        who,
        {
            "page": "Cases",
            "case": case,
            "title": title,
            "motion": MOTION[case.motion],
            "outcome": outcome_of(item),
            "tone": tone_of(item),
            "rounds": rounds,
            "newest": newest,
            "steps": steps_of(deps, case_id),
            "receipts": receipts_of(deps, case_id),
            "links": links_of(deps.config, case.workflow_id, case.lead_id),
            "may_undo": can_undo(who.user.role),
            "stopped": next((e for e in deps.exceptions.of_case(case_id) if e.state is ExceptionState.OPEN), None),
            "said": _SAID.get(said, ""),
            "undelivered": any(d.counts and d.delivered_at is None for d in facts.decisions) if facts else False,
        },
    )


@router.get("/receipts/{receipt_id}/undo")
def confirm_undo(site: SiteOf, who: Reader, receipt_id: str) -> Response:
    """Shows what an undo would do. Only the POST behind its button does it."""
    receipt = site.deps.receipts.get(receipt_id)
    if receipt is None:
        raise HTTPException(404, "There is no such receipt.")
    view = next(v for v in receipts_of(site.deps, receipt.case_id) if v.receipt.id == receipt_id)
    may = can_undo(who.user.role)
    return site.render("undo.html", who, {"page": "Cases", "view": view, "may_undo": may})


def outcome_of(item: CaseItem, stuck: Container[str] = ()) -> str:
    """`stuck` holds the cases whose exception waits for a person."""
    if item.case.outcome is not None:
        return OUTCOME[item.case.outcome]
    if item.case.case_id in stuck:
        return "Needs a person"
    if item.round_state is not None and item.round_state.value == "open":
        return "Waiting for review"
    return "In progress"


def tone_of(item: CaseItem) -> str:
    if item.case.outcome in GOOD_OUTCOMES:
        return "low"
    if item.case.outcome in BAD_OUTCOMES:
        return "high"
    return "flat" if item.case.outcome is not None else "medium"
