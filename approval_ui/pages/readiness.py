"""The last readiness audit, and the button that starts another. A CRM worker makes it: this process has no way in."""

import asyncio

from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from approval_ui.ports import AuditRun, AuditState, EngineUnavailable
from approval_ui.site import AuditStarter, Form, Reader, Site, SiteOf
from approval_ui.views import readiness as view
from domain.errors import DomainError
from domain.permissions import can_start_readiness_audit

router = APIRouter()


@router.get("/readiness")
async def page(site: SiteOf, who: Reader) -> Response:
    return await run_in_threadpool(_page, site, who, await _run(site))


@router.post("/readiness/audit")
async def start(site: SiteOf, who: AuditStarter, form: Form) -> Response:
    """Start an audit, or join the one that runs. It reads counts and writes nothing to the CRM."""
    try:
        async with asyncio.timeout(site.deps.config.delivery_timeout_seconds):
            await site.deps.temporal.start_audit()
    except (EngineUnavailable, TimeoutError):
        raise HTTPException(503, "Temporal cannot be reached now, so no audit was started. Try again soon.") from None
    return RedirectResponse("/readiness", 303)


async def _run(site: Site) -> AuditRun | None:
    """The audit that was started last; None where the engine does not say."""
    try:
        async with asyncio.timeout(site.deps.config.delivery_timeout_seconds):
            return await site.deps.temporal.audit_run()
    except (EngineUnavailable, TimeoutError):
        return None


def _page(site: Site, who: Reader, run: AuditRun | None) -> Response:
    org_id = site.deps.config.org_id
    report = site.deps.readiness.latest(org_id)
    running = run is not None and run.state is AuditState.RUNNING
    values: dict[str, object] = {
        "page": "Readiness",
        "view": None,
        "running": running,
        "started_at": run.started_at if run is not None else None,
        "failure": view.failure_of(run, report),
        "may_start": can_start_readiness_audit(who.user.role) and not running and run is not None,
    }
    if report is not None:
        scores = [point.score for point in site.deps.readiness.course(org_id)]
        values["view"] = view.readiness_view(report, scores, _digest(site))
        values["plot"] = view
    return site.render("readiness.html", who, values)


@router.get("/readiness.json")
def report(site: SiteOf, who: Reader) -> Response:
    """The same, as `countersign readiness --json` prints it."""
    found = site.deps.readiness.latest(site.deps.config.org_id)
    if found is None:
        raise HTTPException(404, "There is no audit yet. Run: countersign readiness")
    return JSONResponse(found.model_dump(mode="json"))


def _digest(site: Site) -> str:
    """Empty where the playbook cannot be read, which stops signing and not reading."""
    try:
        return site.deps.playbooks.current().digest
    except DomainError:
        return ""
