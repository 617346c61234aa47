"""How somebody wants to be told; and, for those who answer for it, what could not be told."""

from datetime import time
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.datastructures import FormData

from approval_ui.signing_in import SignedIn
from approval_ui.site import Form, NoticeReplayer, Reader, Site, SiteOf, text_of
from approval_ui.slack_linking import CODE_MINUTES, fresh_code
from approval_ui.views.notifications import channel_lines, delivery_lines
from domain.errors import DomainError
from domain.notice_spreading import address_of, calendar_of
from domain.notices import Channel, Digest, Preferences
from domain.permissions import can_replay_notifications, can_see_audit
from domain.playbook import Playbook

router = APIRouter()

_SAID = {
    "saved": "Saved.",
    "unlinked": "Slack is no longer linked to your account.",
    "again": "It is sent again with the next round.",
}
_DIGESTS = (
    (Digest.EACH, "Each as it happens"),
    (Digest.HOURLY, "Together, every hour"),
    (Digest.DAILY, "Together, when my working day begins"),
)


@router.get("/notifications")
def show(site: SiteOf, who: Reader, said: Annotated[str, Query(max_length=20)] = "") -> Response:
    return _page(site, who, said=_SAID.get(said, ""))


@router.post("/notifications")
def save(site: SiteOf, who: Reader, form: Form) -> Response:
    """Boxes that are not ticked are not sent."""
    try:
        wanted = _preferences(form, site.deps.reachable.preferences(who.user.login))
    except ValueError as wrong:
        return _page(site, who, refused=_sentence(wrong), form=form)
    site.deps.reachable.prefer(who.user.login, wanted, now=site.deps.clock.now())
    return RedirectResponse("/notifications?said=saved", 303)


@router.post("/notifications/slack/code")
def offer_code(site: SiteOf, who: Reader, form: Form) -> Response:
    """A code for this account, shown once. Typed in Slack, it links the person who typed it."""
    if site.deps.slack is None:
        raise HTTPException(404, "This installation takes nothing from Slack.")
    return _page(site, who, code=fresh_code(site.deps, site.deps.slack, who.user.login))


@router.post("/notifications/slack/unlink")
def unlink(site: SiteOf, who: Reader, form: Form) -> Response:
    site.deps.reachable.unlink(who.user.login)
    return RedirectResponse("/notifications?said=unlinked", 303)


@router.post("/notifications/replay")
def replay(site: SiteOf, who: NoticeReplayer, form: Form) -> Response:
    """Send one that was given up again."""
    deps = site.deps
    if not deps.notices.replay(deps.config.org_id, text_of(form, "id")[:400], now=deps.clock.now()):
        raise HTTPException(404, "There is no such notification, or it was delivered meanwhile.")
    return RedirectResponse(f"/notifications?said={quote('again')}", 303)


def _preferences(form: FormData, before: Preferences) -> Preferences:
    """Raises `ValueError` with a sentence. What the page does not offer stays as it was."""
    offers = set(text_of(form, "offered").split())
    quiet_from, quiet_until = _clock(text_of(form, "quiet_from")), _clock(text_of(form, "quiet_until"))
    digest = text_of(form, "digest")
    if digest and digest not in set(Digest):
        raise ValueError("choose each, hourly or daily")
    return Preferences(
        mail=bool(text_of(form, "mail")) if Channel.MAIL in offers else before.mail,
        digest=Digest(digest) if digest else before.digest,
        slack=bool(text_of(form, "slack")) if Channel.SLACK in offers else before.slack,
        decided_by_others=bool(text_of(form, "decided_by_others")),
        quiet_from=quiet_from,
        quiet_until=quiet_until,
        working_hours_only=bool(text_of(form, "working_hours_only")),
    )


def _clock(text: str) -> time | None:
    if not text.strip():
        return None
    try:
        at = time.fromisoformat(text.strip())
    except ValueError:
        raise ValueError("write quiet hours as 20:00") from None
    return at.replace(second=0, microsecond=0, tzinfo=None)


def _sentence(wrong: ValueError) -> str:
    text = str(wrong)
    if isinstance(wrong, ValidationError):
        text = wrong.errors(include_input=False, include_url=False)[0]["msg"].removeprefix("Value error, ")
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _page(
    site: Site, who: SignedIn, *, said: str = "", refused: str = "", code: str = "", form: FormData | None = None
) -> Response:
    deps, login = site.deps, who.user.login
    playbook = _playbook(site)
    wanted = deps.reachable.preferences(login)
    configured = {health.channel for health in deps.notices.health()}
    sees_all = can_see_audit(who.user.role)
    now, org_id = deps.clock.now(), deps.config.org_id
    people = {user.login: user.display_name for user in deps.users.all()}
    values: dict[str, Any] = {
        "page": "Notifications",
        "said": said,
        "refused": refused,
        "code": code,
        "code_minutes": CODE_MINUTES,
        "wanted": wanted,
        "quiet_from": text_of(form, "quiet_from")[:20] if form else _text(wanted.quiet_from),
        "quiet_until": text_of(form, "quiet_until")[:20] if form else _text(wanted.quiet_until),
        "digests": [(value.value, label, value is wanted.digest) for value, label in _DIGESTS],
        "mail_on": Channel.MAIL in configured,
        "slack_on": Channel.SLACK in configured,
        "slack_links": deps.slack is not None,
        "slack_linked": bool(deps.reachable.slack_identity(login)),
        "address": address_of(login, playbook) if playbook else "",
        "zone": calendar_of(login, playbook).time_zone if playbook else "UTC",
        "offered": " ".join(sorted(c.value for c in configured)),
        "mine": delivery_lines(deps.notices.recent(org_id, login=login, limit=12), people),
        "sees_all": sees_all,
        "channels": channel_lines(deps.notices.health()) if sees_all else (),
        "trouble": delivery_lines(deps.notices.trouble(org_id, now), people) if sees_all else (),
        "may_replay": can_replay_notifications(who.user.role),
    }
    return site.render("notifications.html", who, values, status=422 if refused else 200)


def _text(at: time | None) -> str:
    return at.strftime("%H:%M") if at else ""


def _playbook(site: Site) -> Playbook | None:
    """None where it cannot be read, which stops signing and not reading."""
    try:
        return site.deps.playbooks.readable()
    except DomainError:
        return None
