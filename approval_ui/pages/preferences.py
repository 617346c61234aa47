"""What a person chooses about the pages, kept under their login and so on every browser."""

from fastapi import APIRouter, HTTPException, Response

from approval_ui.site import Form, Reader, SiteOf, text_of

router = APIRouter()

_CHOICES = {"keys": frozenset({"on", "off"})}


@router.post("/preferences")
def choose(site: SiteOf, who: Reader, form: Form) -> Response:
    """Keep one choice. Answers without a page: it is the page's own script that sends it."""
    name, value = text_of(form, "name"), text_of(form, "value")
    if value not in _CHOICES.get(name, frozenset()):
        raise HTTPException(422, "There is no such choice.")
    site.deps.preferences.set(who.user.login, name, value)
    return Response(status_code=204)
