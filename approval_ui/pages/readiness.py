"""The last readiness audit. The command line makes it; this process holds no way into the CRM."""

from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import JSONResponse

from approval_ui.site import Reader, Site, SiteOf
from approval_ui.views import readiness as view
from domain.errors import DomainError

router = APIRouter()


@router.get("/readiness")
def page(site: SiteOf, who: Reader) -> Response:
    org_id = site.deps.config.org_id
    report = site.deps.readiness.latest(org_id)
    values: dict[str, object] = {"page": "Readiness", "view": None}
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
