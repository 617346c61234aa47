"""Signing in and out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from approval_ui.signing_in import SignInRefused
from approval_ui.site import (
    DOOR_COOKIE,
    SESSION_COOKIE,
    Form,
    Site,
    SiteOf,
    door_opens,
    door_token,
    site_of,
    text_of,
)

router = APIRouter()


@router.get("/login")
def show(request: Request, site: SiteOf, next: str = "/") -> Response:
    if site.gatekeeper.recognise(request.cookies.get(SESSION_COOKIE, "")) is not None:
        return RedirectResponse(local_path(next), 303)
    return show_door(request, site, next=next)


async def _posted(request: Request) -> FormData:
    return await request.form(max_files=0, max_fields=20)


@router.post("/login")
async def sign_in(
    request: Request, site: Annotated[Site, Depends(site_of)], form: Annotated[FormData, Depends(_posted)]
) -> Response:
    login, next_path = text_of(form, "login"), text_of(form, "next")
    if not door_opens(request, text_of(form, "csrf")):
        return show_door(
            request, site, next=next_path, login=login, refused="The page was out of date. Try again.", status=403
        )
    client = request.client.host if request.client else ""
    try:
        token, _ = await run_in_threadpool(site.gatekeeper.sign_in, login, text_of(form, "password"), client)
    except SignInRefused as refused:
        page = show_door(request, site, next=next_path, login=login, refused=refused.sentence, status=refused.status)
        if refused.wait_seconds:
            page.headers["Retry-After"] = str(refused.wait_seconds)
        return page
    return with_session(site, RedirectResponse(local_path(next_path), 303), token)


def with_session(site: Site, answer: Response, token: str) -> Response:
    """The answer with the cookie that is the session."""
    config = site.deps.config
    answer.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(config.session_lifetime.total_seconds()),
        httponly=True,
        secure=config.secure_cookies,
        samesite="lax",
    )
    answer.delete_cookie(DOOR_COOKIE)
    return answer


@router.post("/logout")
def sign_out(request: Request, site: SiteOf, form: Form) -> Response:
    onward = site.gatekeeper.sign_out(request.cookies.get(SESSION_COOKIE, ""))
    answer: Response = RedirectResponse("/login", 303)
    if onward:
        # A page with a link, because a form of ours may lead nowhere else (form-action).
        values = {"onward": onward, "host": site.deps.provider.host if site.deps.provider else ""}
        answer = site.render("signed_out.html", None, {**values, "org_kind": site.org_kind()})
    answer.delete_cookie(SESSION_COOKIE)
    return answer


def local_path(wanted: str) -> str:
    """A path of this site; anything that could lead elsewhere becomes the start page."""
    safe = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not any(ord(c) < 32 for c in wanted)
    return wanted if safe else "/"


def show_door(
    request: Request, site: Site, *, next: str = "/", login: str = "", refused: str = "", status: int = 200
) -> Response:
    token = door_token(request)
    config = site.deps.config
    page = site.render(
        "login.html",
        None,
        {
            "door": token,
            "next": local_path(next),
            "login": login[:120],
            "refused": refused,
            "org_name": config.org_name,
            "org_kind": site.org_kind(),
            "local_accounts": config.local_accounts,
            "provider": site.deps.provider.host if site.deps.provider else "",
            "missing": config.provider_missing,
        },
        status=status,
    )
    page.set_cookie(DOOR_COOKIE, token, max_age=3600, httponly=True, secure=config.secure_cookies, samesite="strict")
    return page
