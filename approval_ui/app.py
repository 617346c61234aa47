"""The web application: routes, middleware, and the task that delivers what could not be delivered at once."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.staticfiles import StaticFiles

from approval_ui import api, api_undo, context_intake, intake, slack_door
from approval_ui.dependencies import UiDependencies
from approval_ui.limits import BodyLimit, SecurityHeaders
from approval_ui.pages import (
    arranging,
    away,
    bulk,
    cases,
    controls,
    corrections,
    door,
    exceptions,
    notifications,
    preferences,
    provider,
    queue,
    readiness,
    records,
    review,
    taking_back,
    undos,
)
from approval_ui.site import LoginNeeded, Site, build_site, signed_in
from domain.errors import DomainError, ErrorCode

MAX_BODY_BYTES = 256 * 1024
HAND_OVER_SECONDS = 30.0


def create_app(deps: UiDependencies, *, redeliver: bool = True) -> FastAPI:
    """The application over its adapters. `redeliver` False leaves the delivering task to the caller."""
    site = build_site(deps)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        tasks = (
            [
                asyncio.create_task(site.deliveries.run(deps.config.redelivery_seconds)),
                asyncio.create_task(site.handing_over.run(HAND_OVER_SECONDS)),
            ]
            if redeliver
            else []
        )
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            deps.close()

    app = FastAPI(title="Countersign", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.state.site = site
    for router in (
        door.router,
        provider.router,
        review.router,
        arranging.router,
        away.router,
        bulk.router,
        taking_back.router,
        preferences.router,
        queue.router,
        cases.router,
        exceptions.router,
        controls.router,
        records.router,
        readiness.router,
        corrections.router,
        undos.router,
        notifications.router,
        api.router,
        api_undo.router,
        api_undo.of_one,
        intake.router,
        context_intake.router,
        slack_door.router,
    ):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    app.add_middleware(BodyLimit, max_bytes=MAX_BODY_BYTES)
    app.add_middleware(SecurityHeaders, https=deps.config.secure_cookies)
    _answer_failures(app, site)

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        """Whether this process answers and its database can be read."""
        deps.queue.audit_tail(limit=1)
        return {"status": "ok"}

    return app


def _answer_failures(app: FastAPI, site: Site) -> None:
    @app.exception_handler(LoginNeeded)
    async def to_the_door(request: Request, _: LoginNeeded) -> Response:
        if request.url.path == "/events":
            # A page left open asks again by itself: this tells its browser to stop, without a complaint.
            return Response(status_code=204)
        if request.method != "GET":
            # Back to the page that the form was on: what was typed there comes back with it.
            return RedirectResponse(f"/login?next={quote(_page_of(request.url.path), safe='')}", 303)
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse("/login" if wanted == "/" else f"/login?next={quote(wanted, safe='')}", 303)

    @app.exception_handler(StarletteHTTPException)
    async def refused(request: Request, failure: StarletteHTTPException) -> Response:
        if _wants_json(request):
            return await http_exception_handler(request, failure)
        return _error_page(request, site, failure.status_code, str(failure.detail))

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, failure: RequestValidationError) -> Response:
        first = failure.errors()[0]
        sentence = f"{'.'.join(str(p) for p in first['loc'])}: {first['msg']}"
        if _wants_json(request):
            return JSONResponse({"detail": sentence}, 422)
        return _error_page(request, site, 404, "There is no such page.")

    @app.exception_handler(DomainError)
    async def failed(request: Request, failure: DomainError) -> Response:
        status, sentence = _failure(failure)
        if _wants_json(request):
            return JSONResponse({"detail": sentence, "code": failure.code.value}, status)
        if status == 503:
            # The frame itself needs the database, so this page has none.
            page = site.render(
                "unavailable.html",
                None,
                {"headline": "Not reachable now", "sentence": sentence, "back": _page_of(request.url.path)},
                status=status,
            )
            page.headers["Retry-After"] = "5"
            return page
        return _error_page(request, site, status, sentence)


def _failure(failure: DomainError) -> tuple[int, str]:
    match failure.code:
        case ErrorCode.CASE_UNKNOWN | ErrorCode.DOCUMENT_MISSING:
            return 404, "There is no such case, or its data was erased."
        case ErrorCode.INVALID_INQUIRY:
            return 422, f"{failure.detail[:1].upper()}{failure.detail[1:]}."
        case ErrorCode.STORE_UNAVAILABLE:
            return 503, "The database cannot be reached. Nothing was lost; try again in a moment."
        case ErrorCode.INVALID_PLAYBOOK:
            return 503, f"The playbook cannot be read, so nothing can be signed: {failure.detail}"
        case _:
            return 500, f"This did not work ({failure.code.value}). Nothing was signed."


def _page_of(path: str) -> str:
    """The page that a form stands on, or that was asked for: a review's own for its acts, else the queue."""
    found = re.match(r"/reviews/[\w-]{1,64}/\d{1,5}(?=/|$)", path)
    return found[0] if found else "/"


def _wants_json(request: Request) -> bool:
    return request.url.path.startswith(("/api/", "/intake/webhook", "/slack/"))


def _error_page(request: Request, site: Site, status: int, sentence: str) -> Response:
    try:
        who = signed_in(request)
    except (LoginNeeded, HTTPException):
        return PlainTextResponse(f"{sentence}\n", status)
    return site.render("error.html", who, {"status": status, "sentence": sentence}, status=status)
