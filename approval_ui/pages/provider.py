"""Signing in through an identity provider: away with the browser, and back."""

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from approval_ui.identity_provider import IdentityProvider, OidcRefused, ProviderAway
from approval_ui.pages.door import local_path, show_door, with_session
from approval_ui.signing_in import SignInRefused
from approval_ui.site import SESSION_COOKIE, Site, SiteOf

router = APIRouter(prefix="/login/oidc")

TRIP_COOKIE = "countersign_trip"
_PATH = "/login/oidc"


@router.get("")
def depart(request: Request, site: SiteOf, next: str = "/") -> Response:
    """To the provider. Signs nobody in: only what comes back can, and only in this browser."""
    provider = _provider(site)
    if site.gatekeeper.recognise(request.cookies.get(SESSION_COOKIE, "")) is not None:
        return RedirectResponse(local_path(next), 303)
    try:
        departure = provider.depart(local_path(next))
    except ProviderAway:
        return show_door(request, site, next=next, refused=_away(provider), status=503)
    answer = RedirectResponse(departure.url, 303)
    # Lax: the provider's redirect back is a navigation from another site, and has to bring it.
    answer.set_cookie(
        TRIP_COOKIE,
        departure.cookie,
        max_age=600,
        path=_PATH,
        httponly=True,
        secure=site.deps.config.secure_cookies,
        samesite="lax",
    )
    return answer


@router.get("/callback")
def arrive(request: Request, site: SiteOf) -> Response:
    """Back from the provider."""
    provider = _provider(site)
    try:
        arrival = provider.arrive(dict(request.query_params), request.cookies.get(TRIP_COOKIE, ""))
        token, _ = site.gatekeeper.arrive(arrival)
    except OidcRefused as refused:
        site.gatekeeper.refuse_arrival(refused)
        answer = show_door(request, site, refused=refused.sentence, status=403)
    except SignInRefused as refused:
        answer = show_door(request, site, refused=refused.sentence, status=refused.status)
    except ProviderAway:
        answer = show_door(request, site, refused=_away(provider), status=503)
    else:
        answer = with_session(site, RedirectResponse(local_path(arrival.next), 303), token)
    answer.delete_cookie(TRIP_COOKIE, path=_PATH)
    return answer


def _provider(site: Site) -> IdentityProvider:
    if site.deps.provider is None:
        raise HTTPException(404, "No identity provider is set up here.")
    return site.deps.provider


def _away(provider: IdentityProvider) -> str:
    return f"{provider.host} cannot be reached. Try again in a moment; ops can run countersign doctor."
