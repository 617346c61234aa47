"""What other systems know comes in: call transcripts, product usage, billing, support, web visits.

The same signed door as for inquiries. An event is stored and answered; the next case about the person or company
reads it.
"""

import json

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from approval_ui.intake import IntakeRefused, check_sender, refusal
from approval_ui.site import SiteOf
from domain.context import ContextEvent
from domain.context_intake import event_from
from domain.errors import InputError
from domain.model import Instant

router = APIRouter()


def event_from_json(body: bytes, now: Instant) -> ContextEvent:
    """Raises `IntakeRefused` (400, 422) naming the field."""
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        raise IntakeRefused("The body is not JSON.", 400) from None
    if not isinstance(fields, dict):
        raise IntakeRefused("The body must be a JSON object with the event's fields.", 400)
    try:
        return event_from(fields, now)
    except InputError as wrong:
        raise IntakeRefused(f"{wrong.detail}.", 422) from None


@router.post("/intake/webhook/context", status_code=202)
async def context_webhook(request: Request, site: SiteOf) -> Response:
    """`kind` is `kept`, or `repeated` where the system handed in that event before."""
    body = await request.body()
    try:
        now = site.deps.clock.now()
        check_sender(site, request, body, now)
        event = event_from_json(body, now)
    except IntakeRefused as refused:
        return refusal(refused)
    kept = await run_in_threadpool(lambda: site.deps.context.add(event, now=now))
    return JSONResponse({"kind": "kept" if kept else "repeated"}, 202)
