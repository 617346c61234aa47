"""Being away: one's own word, or an admin's for somebody who cannot say it any more."""

from fastapi import APIRouter, HTTPException
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from approval_ui.answers import PROBLEMS
from approval_ui.handing_over import AbsenceRefused
from approval_ui.signing_in import SignedIn
from approval_ui.site import Form, Reader, ScriptReader, SiteOf, require, text_of
from domain.permissions import can_administer

router = APIRouter()


class AwayBody(BaseModel):
    """`last_day` is a date, the last one away; empty means back. `login` is for admins; empty is oneself."""

    model_config = ConfigDict(extra="forbid")

    last_day: str = Field(default="", max_length=10)
    login: str = Field(default="", max_length=120)


@router.get("/away")
def page(site: SiteOf, who: Reader, moved: int = -1) -> Response:
    until = site.handing_over.until(who.user.login)
    values = {"page": "Away", "until": until, "moved": moved, "refused": "", "others": can_administer(who.user.role)}
    return site.render("away.html", who, values)


@router.post("/away")
def say(site: SiteOf, who: Reader, form: Form) -> Response:
    try:
        moved = _say(site, who, AwayBody(last_day=text_of(form, "last_day")[:10], login=text_of(form, "login")[:120]))
    except AbsenceRefused as refused:
        until = site.handing_over.until(who.user.login)
        others = can_administer(who.user.role)
        values = {"page": "Away", "until": until, "moved": -1, "refused": refused.sentence, "others": others}
        return site.render("away.html", who, values, status=422)
    return RedirectResponse(f"/away?moved={moved}", 303)


@router.post("/api/away", responses=PROBLEMS)
def say_by_script(site: SiteOf, who: ScriptReader, body: AwayBody) -> dict[str, int]:
    """How many reviews went to somebody else."""
    try:
        return {"handed_over": _say(site, who, body)}
    except AbsenceRefused as refused:
        raise HTTPException(422, refused.sentence) from None


def _say(site: SiteOf, who: SignedIn, body: AwayBody) -> int:
    login = body.login.strip().casefold() or who.user.login
    if login != who.user.login:
        require(who, can_administer)
        if site.deps.users.get(login) is None:
            raise AbsenceRefused("There is nobody with this login.")
    if not body.last_day:
        site.handing_over.back(login, by=who.user.login)
        return 0
    return site.handing_over.away(login, body.last_day, by=who.user.login)
