"""What people correct again and again, with the line of the playbook to mend."""

from fastapi import APIRouter, Response

from approval_ui.site import Reader, SiteOf

router = APIRouter()


@router.get("/corrections")
def page(site: SiteOf, who: Reader) -> Response:
    values = {"page": "Corrections", "offers": site.mending.offers()}
    return site.render("corrections.html", who, values)
