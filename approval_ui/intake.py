"""Inquiries come in: a signed webhook for systems, a public form for people. Stored first, then the workflow starts."""

import hmac
import json
import re
import secrets
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Depends, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from approval_ui.site import Site, SiteOf, text_of
from domain.leads import Inquiry, InquirySource, Motion
from domain.model import Instant
from domain.ports import IntakeResult
from domain.texts import clean
from domain.webhooks import SIGNATURE_HEADER, sign_webhook

router = APIRouter()

TOLERANCE_SECONDS = 300
_WEBHOOK_FIELDS = frozenset(Inquiry.model_fields) - {"received_at", "trusted"}
_FORM_FIELDS = (
    "first_name",
    "last_name",
    "email",
    "phone",
    "company",
    "title",
    "country",
    "product_interest",
    "message",
)
_HONEYPOT = "fax"
_RECORD_ID = re.compile("[A-Za-z0-9]{15}(?:[A-Z0-5]{3})?")


class IntakeRefused(Exception):
    """One clear line for the sender."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


def check_signature(secret: bytes, header: str, body: bytes, now: Instant) -> None:
    """Raises `IntakeRefused` (401) where the header is missing, old, or not by somebody who has the secret."""
    if not secret:
        raise IntakeRefused("The webhook is closed: no intake secret is configured.", 404)
    parts = dict(p.strip().partition("=")[::2] for p in header.split(",") if "=" in p)
    stamp, given = parts.get("t", ""), parts.get("v1", "")
    if not stamp.isdecimal() or len(stamp) > 12 or not given:
        raise IntakeRefused("X-Countersign-Signature is missing or malformed; send t=<unix seconds>,v1=<hex>.", 401)
    expected = sign_webhook(secret, int(stamp), body).rpartition("v1=")[2]
    if not hmac.compare_digest(expected.encode(), given.encode()):
        raise IntakeRefused("The signature does not fit this body and secret.", 401)
    if abs(now.timestamp() - int(stamp)) > TOLERANCE_SECONDS:
        raise IntakeRefused("The signature's time is more than five minutes off; sign again and resend.", 401)


def check_sender(site: Site, request: Request, body: bytes, now: Instant) -> None:
    """`check_signature`, and no more guesses from one address than a misconfigured sender needs to be noticed."""
    client = request.client.host if request.client else ""
    if not site.unsigned_limit.allows(client):
        raise IntakeRefused("Too many unsigned deliveries from here. Wait a minute.", 429)
    try:
        check_signature(site.deps.config.intake_secret, request.headers.get(SIGNATURE_HEADER, ""), body, now)
    except IntakeRefused:
        site.unsigned_limit.count(client)
        raise


def refusal(refused: IntakeRefused) -> JSONResponse:
    wait = {"Retry-After": "60"} if refused.status == 429 else None
    return JSONResponse({"detail": refused.sentence}, refused.status, headers=wait)


def inquiry_from_json(body: bytes, now: Instant) -> Inquiry:
    """The webhook's inquiry. Raises `IntakeRefused` (400, 422) naming the field."""
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        raise IntakeRefused("The body is not JSON.", 400) from None
    if not isinstance(fields, dict):
        raise IntakeRefused("The body must be a JSON object with the inquiry's fields.", 400)
    unknown = sorted(set(fields) - _WEBHOOK_FIELDS)
    if unknown:
        raise IntakeRefused(f"Unknown field: {', '.join(clean(u, 40) for u in unknown[:5])}.", 422)
    # Who holds the secret may say how the inquiry came to them: a file, a CRM poll, their own web form.
    said = fields.pop("source", InquirySource.WEBHOOK.value)
    if not isinstance(said, str) or said not in set(InquirySource):
        raise IntakeRefused(f"source: one of {', '.join(InquirySource)}.", 422)
    return _inquiry(fields, InquirySource(said), now, trusted=True)


def _inquiry(fields: dict[str, Any], source: InquirySource, now: Instant, *, trusted: bool) -> Inquiry:
    trimmed = {k: v.strip() if isinstance(v, str) else v for k, v in fields.items()}
    if isinstance(trimmed.get("country"), str):
        trimmed["country"] = trimmed["country"].upper()
    try:
        inquiry = Inquiry.model_validate({**trimmed, "source": source, "received_at": now, "trusted": trusted})
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(p) for p in first["loc"])
        raise IntakeRefused(f"{place}: {first['msg']}.", 422) from None
    if not (inquiry.email or inquiry.phone or inquiry.lead_id or (inquiry.last_name and inquiry.company)):
        raise IntakeRefused("Nobody can be recognised: send email or phone, or last_name with company.", 422)
    if inquiry.lead_id and not _RECORD_ID.fullmatch(inquiry.lead_id):
        raise IntakeRefused("lead_id: not the id of a CRM record; send its 15 or 18 letters and digits.", 422)
    if inquiry.email and (
        "@" not in inquiry.email[1:-1] or any(c.isspace() or not c.isprintable() for c in inquiry.email)
    ):
        raise IntakeRefused("email: not an address.", 422)
    return inquiry


def take_in(site: Site, inquiry: Inquiry) -> IntakeResult:
    """Commit the inquiry. What follows may fail; this is kept."""
    deps = site.deps
    return deps.cases.take_in(
        inquiry,
        org_id=deps.config.org_id,
        motion=Motion.INBOUND,
        # A broken edit of the rules stops decisions and writes; an inquiry is still kept.
        playbook_digest=deps.playbooks.readable().digest,
        agent_version=deps.config.agent_version,
        now=deps.clock.now(),
    )


async def _deliver(site: Site, taken: IntakeResult) -> None:
    if taken.kind != "repeated":
        await site.deliveries.inquiry(taken.case, taken.inquiry_number, taken.kind)


@router.post("/intake/webhook", status_code=202)
async def webhook(request: Request, site: SiteOf, later: BackgroundTasks) -> Response:
    body = await request.body()
    try:
        now = site.deps.clock.now()
        check_sender(site, request, body, now)
        inquiry = inquiry_from_json(body, now)
    except IntakeRefused as refused:
        return refusal(refused)
    taken = await run_in_threadpool(take_in, site, inquiry)
    later.add_task(_deliver, site, taken)
    return JSONResponse({"case_id": taken.case.case_id, "kind": taken.kind}, 202, background=later)


def open_form(site: SiteOf, site_key: str) -> Site:
    """The site, where this is its form's key."""
    held = site.deps.config.site_key
    if not held or not hmac.compare_digest(held.encode(), site_key.encode()):
        raise HTTPException(404, "There is no such form.")
    return site


FormSite = Annotated[Site, Depends(open_form)]


@router.get("/intake/form/{site_key}")
def show_form(site: FormSite, site_key: str) -> Response:
    return _form(site, site_key, {}, "", 200)


@router.post("/intake/form/{site_key}")
async def post_form(request: Request, site: FormSite, site_key: str, later: BackgroundTasks) -> Response:
    client = request.client.host if request.client else ""
    if not site.form_limit.allows(client):
        return _form(site, site_key, {}, "Too many messages from here. Wait a minute and send it again.", 429)
    site.form_limit.count(client)
    form = await request.form(max_files=0, max_fields=40)
    fields = {name: text_of(form, name) for name in _FORM_FIELDS}
    thanks = site.render("form_thanks.html", None, {"org_name": site.deps.config.org_name}, status=202)
    if text_of(form, _HONEYPOT):
        return thanks
    event_id = text_of(form, "event_id")[:64] or secrets.token_urlsafe(18)
    consent = text_of(form, "consent") == "yes" or None
    try:
        inquiry = _inquiry(
            {**fields, "event_id": event_id, "consent": consent},
            InquirySource.WEB_FORM,
            site.deps.clock.now(),
            trusted=False,
        )
    except IntakeRefused as refused:
        return _form(site, site_key, fields, refused.sentence, refused.status)
    taken = await run_in_threadpool(take_in, site, inquiry)
    later.add_task(_deliver, site, taken)
    thanks.background = later
    return thanks


def _form(site: Site, site_key: str, fields: dict[str, str], refused: str, status: int) -> Response:
    values = {
        "org_name": site.deps.config.org_name,
        "site_key": site_key,
        "event_id": secrets.token_urlsafe(18),
        "fields": {name: fields.get(name, "") for name in _FORM_FIELDS},
        "refused": refused,
    }
    return site.render("form.html", None, values, status=status)
