"""What every page shares: the parts it is made of, who is looking, and how it is drawn."""

import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request
from fastapi.responses import HTMLResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import FormData

from approval_ui.arranging import Arranging
from approval_ui.bulk import BulkDeciding
from approval_ui.counting import QueueCounts
from approval_ui.deciding import Deciding
from approval_ui.delivery import Deliveries
from approval_ui.dependencies import UiDependencies
from approval_ui.federation import Federation
from approval_ui.handing_over import HandingOver
from approval_ui.limits import RateLimit
from approval_ui.live import QueueWatch
from approval_ui.mending import Mending
from approval_ui.reading import kept_out, kept_out_of_exception, stands_for_crm_user, undo_states
from approval_ui.resolving import Resolving
from approval_ui.signing_in import DoorRules, Gatekeeper, SignedIn
from approval_ui.undoing import Undoing
from approval_ui.undoing_many import UndoingMany
from approval_ui.views.bulk import action_lines
from approval_ui.views.wording import MOTION
from domain.exception_lane import ExceptionFilter
from domain.leads import Motion
from domain.permissions import (
    Role,
    can_decide,
    can_pause,
    can_replay_notifications,
    can_resolve,
    can_resume,
    can_see_audit,
    can_see_reviews,
    can_start_readiness_audit,
    can_undo,
)
from domain.review_queue import Viewer

SESSION_COOKIE = "countersign_session"
DOOR_COOKIE = "countersign_door"
REFRESHING = frozenset({"/queue"})
"""What an open page asks for by itself, whether or not somebody sits before it."""
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Chrome:
    """The frame around every page."""

    org_name: str
    org_kind: str
    nav: tuple[tuple[str, str, int | None], ...]
    paused: tuple[str, ...]
    motions: tuple[tuple[str, str, bool], ...]
    may_pause: bool
    undelivered: int
    keys: str
    """`off` where this person wants no single-key shortcuts."""


@dataclass(frozen=True)
class Site:
    """One per application; in `app.state.site`."""

    deps: UiDependencies
    watch: QueueWatch
    counts: QueueCounts
    deciding: Deciding
    bulk: BulkDeciding
    mending: Mending
    arranging: Arranging
    undoing: Undoing
    undoing_many: UndoingMany
    resolving: Resolving
    deliveries: Deliveries
    gatekeeper: Gatekeeper
    handing_over: HandingOver
    form_limit: RateLimit
    unsigned_limit: RateLimit
    """Deliveries to the webhooks whose signature does not hold."""
    link_limit: RateLimit
    templates: Environment
    assets: str

    def render(
        self, template: str, who: SignedIn | None, values: Mapping[str, Any], *, status: int = 200
    ) -> HTMLResponse:
        """A whole page. With `who`, inside the frame."""
        shared: dict[str, Any] = {"assets": self.assets, "page": ""}
        if who is not None:
            shared |= {"user": who.reviewer, "csrf": who.session.csrf, "chrome": self.chrome(who)}
        text = self.templates.get_template(template).render(shared | dict(values))
        return HTMLResponse(text, status_code=status)

    def org_kind(self) -> str:
        """Which kind of org this is, so that nobody takes one for another."""
        if self.deps.config.org_kind:
            return self.deps.config.org_kind
        known = self.deps.known_org()
        return known.kind.value if known is not None else "org not known yet"

    def chrome(self, who: SignedIn) -> Chrome:
        config = self.deps.config
        viewer = Viewer(login=who.user.login, crm_user=stands_for_crm_user(self.deps, who.user.login))
        nav: list[tuple[str, str, int | None]] = [
            ("/", "Review", sum(self.counts.open_by_lane(viewer).values())),
            ("/exceptions", "Exceptions", self._stuck(viewer) or None),
            ("/cases", "Cases", None),
        ]
        if config.maildir is not None:
            nav.append(("/outbox", "Outbox", None))
        nav.append(("/readiness", "Readiness", None))
        if can_see_audit(who.user.role):
            nav.append(("/audit", "Audit", None))
            missed = self.deps.notices.trouble_count(config.org_id, self.deps.clock.now())
            nav.append(("/notifications", "Notifications", missed or None))
        paused = self.deps.pause.all_paused()
        everything = len(paused) == len(Motion)
        stopped = ("everything",) if everything else tuple(MOTION[m].lower() for m in Motion if m in paused)
        return Chrome(
            org_name=config.org_name,
            org_kind=self.org_kind(),
            nav=tuple(nav),
            paused=stopped,
            motions=(("", "Everything", everything), *((m.value, MOTION[m], m in paused) for m in Motion)),
            may_pause=(can_resume if stopped else can_pause)(who.user.role),
            undelivered=len(self.deps.reviews.undelivered(100)),
            keys=self.deps.preferences.get(who.user.login).get("keys", "on"),
        )

    def _stuck(self, viewer: Viewer) -> int:
        return self.deps.exception_lane.count(ExceptionFilter(), viewer, self.deps.clock.now())


def version_of(deps: UiDependencies, lanes: str = "") -> str:
    """Changes whenever something happened in a lane of reviews or in that of exceptions. `lanes` where just asked."""
    return f"{lanes or deps.lanes.version()}~{deps.exception_lane.version()}"


def build_site(deps: UiDependencies) -> Site:
    config = deps.config
    deciding = Deciding(
        org_id=config.org_id,
        reviews=deps.reviews,
        documents=deps.documents,
        audit=deps.audit,
        signer=deps.signer,
        verifier=deps.verifier,
        playbooks=deps.playbooks,
        clock=deps.clock,
        kept_out=lambda case_id, round, login: kept_out(deps, deps.queue.item(case_id, round), login),
    )
    people = Federation(deps.users, deps.playbooks, config.role_mapping)
    return Site(
        deps=deps,
        watch=QueueWatch(lambda: version_of(deps)),
        counts=QueueCounts(deps.lanes, deps.clock),
        deciding=deciding,
        bulk=BulkDeciding(deciding=deciding, queue=deps.queue, changes_of=action_lines),
        mending=Mending(cards=deps.decided_cards, playbooks=deps.playbooks, lines=deps.lines),
        arranging=Arranging(
            org_id=config.org_id,
            claims=deps.claims,
            queue=deps.queue,
            people=people,
            audit=deps.audit,
            clock=deps.clock,
        ),
        undoing=Undoing(
            org_id=config.org_id,
            cases=deps.cases,
            reviews=deps.reviews,
            receipts=deps.receipts,
            documents=deps.documents,
            audit=deps.audit,
            signer=deps.signer,
            playbooks=deps.playbooks,
            states=undo_states(deps),
            clock=deps.clock,
        ),
        undoing_many=UndoingMany(
            org_id=config.org_id,
            batches=deps.undo_batches,
            receipts=deps.receipts,
            cases=deps.cases,
            documents=deps.documents,
            audit=deps.audit,
            signer=deps.signer,
            playbooks=deps.playbooks,
            clock=deps.clock,
        ),
        resolving=Resolving(
            org_id=config.org_id,
            exceptions=deps.exceptions,
            cases=deps.cases,
            documents=deps.documents,
            users=deps.users,
            audit=deps.audit,
            clock=deps.clock,
            kept_out=lambda opened, login: kept_out_of_exception(deps, opened, login),
        ),
        deliveries=Deliveries(
            temporal=deps.temporal,
            reviews=deps.reviews,
            exceptions=deps.exceptions,
            cases=deps.cases,
            receipts=deps.receipts,
            undo_batches=deps.undo_batches,
            clock=deps.clock,
            org_id=config.org_id,
            agent_version=config.agent_version,
            timeout_seconds=config.delivery_timeout_seconds,
        ),
        handing_over=HandingOver(
            org_id=config.org_id,
            absences=deps.absences,
            claims=deps.claims,
            queue=deps.queue,
            playbooks=deps.playbooks,
            audit=deps.audit,
            clock=deps.clock,
        ),
        gatekeeper=Gatekeeper(
            org_id=config.org_id,
            users=deps.users,
            sessions=deps.sessions,
            audit=deps.audit,
            clock=deps.clock,
            rules=DoorRules(
                lifetime=config.session_lifetime,
                idle=config.session_idle,
                recheck=config.provider_recheck,
                local_accounts=config.local_accounts,
                secret=config.sign_in_secret,
            ),
            federation=people,
            provider=deps.provider,
        ),
        unsigned_limit=RateLimit(deps.clock, limit=30, window=timedelta(minutes=1)),
        form_limit=RateLimit(deps.clock, limit=10, window=timedelta(minutes=1)),
        link_limit=RateLimit(deps.clock, limit=5, window=timedelta(minutes=10)),
        templates=_templates(),
        assets=_assets(),
    )


def _templates() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["clock"] = _clock
    templates.filters["initials"] = _initials
    return templates


def _assets() -> str:
    """Changes with the files, so that a browser may keep them for long."""
    files = sorted((_HERE / "static").iterdir())
    return sha256(b"".join(f.read_bytes() for f in files if f.is_file())).hexdigest()[:10]


def _clock(at: datetime, style: str = "clock") -> str:
    """In UTC; the page's script turns it into the reader's own time."""
    utc = at.astimezone(UTC)
    return utc.strftime("%H:%M UTC") if style == "clock" else f"{utc.day} {utc.strftime('%b, %H:%M UTC')}"


def _initials(name: str) -> str:
    words = [w for w in name.split() if w[:1].isalpha()]
    return "".join(w[0] for w in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"


class LoginNeeded(Exception):
    """A page was asked for without a session."""


def site_of(request: Request) -> Site:
    site: Site = request.app.state.site
    return site


def signed_in(request: Request) -> SignedIn:
    """For pages: the session of the cookie. Raises `LoginNeeded`."""
    acting = request.url.path not in REFRESHING
    who = site_of(request).gatekeeper.recognise(request.cookies.get(SESSION_COOKIE, ""), acting=acting)
    if who is None:
        raise LoginNeeded
    return who


_TOKEN = HTTPBearer(auto_error=False, description="The token that POST /api/session gives")


def bearer(request: Request, _described: Annotated[HTTPAuthorizationCredentials | None, Depends(_TOKEN)]) -> SignedIn:
    """For scripts: the session of the Authorization header. Cookies do not count here, so no form can reach it."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    who = site_of(request).gatekeeper.recognise(token.strip()) if scheme.lower() == "bearer" else None
    if who is None:
        raise HTTPException(401, "Sign in first: POST /api/session with login and password.")
    return who


async def checked_form(request: Request, who: Annotated[SignedIn, Depends(signed_in)]) -> FormData:
    """The posted form, if it came from one of our own pages."""
    form = await request.form(max_files=0, max_fields=500)
    if not who.carries(text_of(form, "csrf")):
        raise HTTPException(403, "This form is out of date. Go back, reload the page and try again.")
    return form


def text_of(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def door_token(request: Request) -> str:
    """Binds the sign-in form to this browser before there is a session."""
    return request.cookies.get(DOOR_COOKIE, "") or secrets.token_urlsafe(24)


def door_opens(request: Request, shown: str) -> bool:
    held = request.cookies.get(DOOR_COOKIE, "")
    return bool(held) and hmac.compare_digest(held.encode(), shown.encode())


SiteOf = Annotated[Site, Depends(site_of)]
Who = Annotated[SignedIn, Depends(signed_in)]
Script = Annotated[SignedIn, Depends(bearer)]
Form = Annotated[FormData, Depends(checked_form)]


Permitted = Callable[[Role], bool]
"""One of the `can_*` predicates of `domain.permissions`."""


def require(who: SignedIn, may: Permitted) -> None:
    """Raises 403 with a sentence."""
    if not may(who.user.role):
        act = getattr(may, "__name__", "").removeprefix("can_").replace("_", " ")
        raise HTTPException(403, f"A {who.user.role.value} may not do this ({act}).")


def _on_page(may: Permitted) -> Any:
    def check(who: Who) -> SignedIn:
        require(who, may)
        return who

    return Depends(check)


def _in_script(may: Permitted) -> Any:
    def check(who: Script) -> SignedIn:
        require(who, may)
        return who

    return Depends(check)


# Who a route is for stands in its signature; docs/roles.md has the table, and a test walks every route against it.
Reader = Annotated[SignedIn, _on_page(can_see_reviews)]
Decider = Annotated[SignedIn, _on_page(can_decide)]
Resolver = Annotated[SignedIn, _on_page(can_resolve)]
Undoer = Annotated[SignedIn, _on_page(can_undo)]
Auditor = Annotated[SignedIn, _on_page(can_see_audit)]
AuditStarter = Annotated[SignedIn, _on_page(can_start_readiness_audit)]
NoticeReplayer = Annotated[SignedIn, _on_page(can_replay_notifications)]
ScriptReader = Annotated[SignedIn, _in_script(can_see_reviews)]
ScriptDecider = Annotated[SignedIn, _in_script(can_decide)]
ScriptResolver = Annotated[SignedIn, _in_script(can_resolve)]
ScriptUndoer = Annotated[SignedIn, _in_script(can_undo)]
