"""What every look at the queue is read from; the list alone; and filters with a name."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, HTTPException, Path, Query, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from approval_ui.live import MOST_LISTENERS
from approval_ui.reading import facts_of, kept_out, stands_for_crm_user
from approval_ui.signing_in import SignedIn
from approval_ui.site import SESSION_COOKIE, Form, Reader, Site, SiteOf, text_of, version_of
from approval_ui.views.queue import Listing, QueueView, queue_view
from approval_ui.views.queue_filters import queue_path
from approval_ui.views.review import ending_of
from domain.decisions import RoundState
from domain.errors import DomainError, InputError
from domain.leads import Motion
from domain.model import Instant
from domain.permissions import RiskCategory
from domain.playbook import LadderPlan
from domain.review_queue import Facets, Place, QueueFilter, QueueState, Viewer, Whose, read_filter
from domain.texts import clean
from persistence.lanes import Listed, Neighbours
from persistence.users import LocalUser

router = APIRouter()

PAGE = 50
_MOST_ROWS = 500
_ABOVE = 10
"""Rows shown before the selected one, where it is not on the first page."""
_MAX_NAME = 60

Pairs = Iterable[tuple[str, str]]


def pairs_of(request: Request) -> Pairs:
    return request.query_params.multi_items()


def viewer_of(site: Site, who: SignedIn) -> Viewer:
    """The person with their team; without a team they are their own."""
    return _viewer(site, who, site.deps.users.all())


def _viewer(site: Site, who: SignedIn, users: Sequence[LocalUser]) -> Viewer:
    team = tuple(u.login for u in users if u.team and u.team == who.user.team)
    mapped = stands_for_crm_user(site.deps, who.user.login)
    return Viewer(login=who.user.login, team=team, crm_user=mapped)


def read_queue(
    site: Site,
    who: SignedIn,
    pairs: Pairs,
    selected: tuple[str, int] | None = None,
    *,
    show_first: bool = False,
) -> tuple[QueueFilter, QueueView, tuple[str, int] | None]:
    """The filter that the address spells, the list through it, and the first review in it.

    Without a lane in the address it is that of the selected review, else the first one that holds something. With
    `show_first` the first review counts as selected.
    """
    said = list(pairs)
    wanted, problems = read_filter(said)
    users, now = site.deps.users.all(), site.deps.clock.now()
    viewer = _viewer(site, who, users)
    version = site.deps.lanes.version()
    shown = version_of(site.deps, version)
    if wanted.motion is None:
        wanted = wanted.but(motion=_lane(site, viewer, selected))
    after = dict(said).get("after", "")
    behind = Place.read(after) if after else None
    if after and (behind is None or not site.deps.lanes.fits(wanted, behind)):
        problems, behind = (*problems, "That page of the list is no more; this is its beginning."), None
    rows = dict(said).get("rows", "")
    limit = min(max(int(rows), PAGE), _MOST_ROWS) if rows.isdecimal() and len(rows) < 6 else PAGE
    page = site.deps.lanes.page(wanted, viewer, now, behind=behind, limit=limit)
    first = (page.items[0].case_id, page.items[0].round) if page.items else None
    if selected is None and show_first:
        selected = first
    around = _around(site, wanted, viewer, now, selected, page, behind, limit) if selected is not None else None
    cut_above = behind is not None
    if around is not None and around.position and behind is None and selected not in _keys(page):
        this = site.deps.queue.item(*selected) if selected is not None else None
        if this is not None:
            page = Listed(items=(*around.before, this, *around.following[: limit - len(around.before) - 1]))
            cut_above = True
    facets = site.counts.facets(wanted.motion, viewer, version)
    listing = Listing(
        items=page.items,
        facets=facets,
        total=_total(site, wanted, viewer, facets),
        version=shown,
        position=around.position if around is not None else 0,
        previous=around.before[-1] if around is not None and around.before else None,
        following=around.following[0] if around is not None and around.following else None,
        more=page.following.token() if page.following is not None else "",
        cut_above=cut_above,
        problems=problems,
        saved=site.deps.saved_views.of(who.user.login),
        plan=_plan(site, wanted.motion),
        has_team=bool(who.user.team),
        names={user.login: user.display_name for user in users},
    )
    return wanted, queue_view(listing, wanted, now, selected), first


def _around(
    site: Site,
    wanted: QueueFilter,
    viewer: Viewer,
    now: Instant,
    selected: tuple[str, int],
    page: Listed,
    behind: Place | None,
    limit: int,
) -> Neighbours:
    """Read off the first page where the selected one and who follows it are there; asked for otherwise."""
    keys = _keys(page)
    index = keys.index(selected) if selected in keys else len(keys)
    if behind is None and (index < len(keys) - 1 or (index < len(keys) and page.following is None)):
        return Neighbours(position=index + 1, before=page.items[:index], following=page.items[index + 1 :])
    return site.deps.lanes.neighbours(wanted, viewer, now, selected, before=_ABOVE, after=limit)


def _keys(page: Listed) -> list[tuple[str, int]]:
    return [(item.case_id, item.round) for item in page.items]


def _lane(site: Site, viewer: Viewer, selected: tuple[str, int] | None) -> Motion:
    item = site.deps.queue.item(*selected) if selected is not None else None
    if item is not None:
        return item.motion
    lanes = site.counts.open_by_lane(viewer)
    return next((m for m in Motion if lanes.get(m, 0)), Motion.INBOUND)


def _total(site: Site, wanted: QueueFilter, viewer: Viewer, facets: Facets) -> int:
    """Counted already where nothing but whose it is narrows the lane."""
    if wanted.but(whose=Whose.ALL, state=QueueState.OPEN).narrowed:
        return site.deps.lanes.count(wanted, viewer, site.deps.clock.now())
    if wanted.state is QueueState.OPEN:
        return facets.whose.get(wanted.whose, 0)
    if wanted.whose is Whose.ALL:
        return facets.states.get(wanted.state, 0)
    return site.deps.lanes.count(wanted, viewer, site.deps.clock.now())


def _plan(site: Site, motion: Motion | None) -> LadderPlan | None:
    """A broken playbook stops signing, not reading."""
    try:
        return site.deps.playbooks.current().ladder_for(RiskCategory.MEDIUM, motion or Motion.INBOUND)
    except DomainError:
        return None


def chosen_of(selected: str) -> tuple[str, int] | None:
    """`case.round` as a row's key spells it."""
    case_id, _, number = selected.rpartition(".")
    plain = case_id.isascii() and case_id.isalnum() and number.isascii() and number.isdecimal() and len(number) < 6
    return (case_id, int(number)) if plain else None


@router.get("/queue")
def queue_part(
    request: Request, site: SiteOf, who: Reader, selected: Annotated[str, Query(max_length=80)] = ""
) -> Response:
    """The list alone, for a page that keeps it true while others work, and for its next rows."""
    chosen = chosen_of(selected)
    _, view, _ = read_queue(site, who, pairs_of(request), chosen)
    return site.render("queue_part.html", who, {"queue": replace(view, news=_news(site, who, chosen))})


def _news(site: Site, who: SignedIn, chosen: tuple[str, int] | None) -> str:
    """How the review that somebody has before them ended, where that is over and theirs to see."""
    item = site.deps.queue.item(*chosen) if chosen is not None else None
    if chosen is None or item is None or item.state is RoundState.OPEN or kept_out(site.deps, item, who.user.login):
        return ""
    facts = facts_of(site.deps, *chosen)
    return ending_of(facts, site.deps.clock.now()).headline if facts is not None else ""


@router.get("/events")
async def events(
    request: Request,
    site: SiteOf,
    who: Reader,
    seen: Annotated[str, Query(max_length=120)] = "",
    once: bool = False,
) -> Response:
    """A stream that says when the queue changed. A browser that comes back says by itself what it has seen."""
    if site.watch.listeners >= MOST_LISTENERS:
        raise HTTPException(503, "Too many pages are open here at once; this one is not kept up to date.")
    token = request.cookies.get(SESSION_COOKIE, "")
    known = request.headers.get("last-event-id", "")[:120] or seen
    stream = site.watch.stream(known, lambda: site.gatekeeper.recognise(token) is not None, once=once)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@router.post("/views")
def save_view(site: SiteOf, who: Reader, form: Form) -> Response:
    """Keep the filter under a name, and go on with it."""
    name = clean(text_of(form, "name"), _MAX_NAME)
    wanted, problems = read_filter(parse_qsl(text_of(form, "query")[:2_000]))
    if not name:
        raise HTTPException(422, "A saved view needs a name.")
    if problems:
        raise HTTPException(422, problems[0])
    try:
        site.deps.saved_views.save(who.user.login, name, wanted, now=site.deps.clock.now())
    except InputError as full:
        raise HTTPException(409, full.detail) from None
    return RedirectResponse(queue_path(wanted), 303)


@router.get("/views/{view_id}")
def open_view(site: SiteOf, who: Reader, view_id: Annotated[str, Path(max_length=40)]) -> Response:
    """A shared address leads to the filter behind it, seen with the reader's own eyes."""
    view = site.deps.saved_views.get(clean(view_id, 40))
    if view is None:
        raise HTTPException(404, "There is no such view; whoever saved it has deleted it.")
    return RedirectResponse(queue_path(view.wanted), 303)


@router.post("/views/{view_id}/delete")
def delete_view(site: SiteOf, who: Reader, form: Form, view_id: Annotated[str, Path(max_length=40)]) -> Response:
    if not site.deps.saved_views.delete(clean(view_id, 40), who.user.login):
        raise HTTPException(404, "You have no such view.")
    wanted, _ = read_filter(parse_qsl(text_of(form, "query")[:2_000]))
    return RedirectResponse(queue_path(wanted), 303)
