"""How a process signs in to the org: client credentials, or JWT bearer where a private key is configured.

When do you need to touch this? When the org is to be reached by another OAuth flow.
"""

from collections.abc import Callable

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from domain.errors import InputError
from domain.ports import Clock
from gateways.crm.client import SalesforceSession
from gateways.crm.own_org import OwnOrg
from gateways.crm.tokens import ClientCredentials, JwtBearer, TokenSource
from runtime.settings import PREFIX, CrmSettings


def token_source(settings: CrmSettings, clock: Clock) -> TokenSource:
    """Raises `InputError` naming the variable that is missing, or the file that is no key. It tells no secret."""
    if settings.crm_private_key_file is None:
        secret = settings.crm_client_secret.get_secret_value()
        if not secret:
            raise InputError(
                f"set {PREFIX}CRM_CLIENT_SECRET (client credentials), or {PREFIX}CRM_USERNAME and "
                f"{PREFIX}CRM_PRIVATE_KEY_FILE (JWT bearer)"
            )
        return ClientCredentials(settings.crm_instance_url, settings.crm_client_id, secret)
    if not settings.crm_username:
        raise InputError(f"JWT bearer signs in as a user: set {PREFIX}CRM_USERNAME to the integration user's username")
    file = settings.crm_private_key_file
    try:
        key = file.read_text("ascii")
    except (OSError, UnicodeDecodeError) as unreadable:
        raise InputError(f"{PREFIX}CRM_PRIVATE_KEY_FILE: {file} cannot be read ({type(unreadable).__name__})") from None
    if wrong := _why_no_key(key):
        raise InputError(f"{PREFIX}CRM_PRIVATE_KEY_FILE: {file} {wrong}")
    return JwtBearer(
        settings.crm_instance_url,
        settings.crm_client_id,
        settings.crm_username,
        key,
        clock,
        audience=settings.crm_audience,
    )


def _why_no_key(text: str) -> str:
    """Empty for what can sign: RS256 takes an RSA key, and nobody is there to type a passphrase."""
    try:
        key = load_pem_private_key(text.encode(), password=None)
    except TypeError:
        return "is locked by a passphrase; give a copy without one (openssl rsa -in FILE -out COPY)"
    except (ValueError, UnsupportedAlgorithm):
        return "is no private key in PEM form"
    return "" if isinstance(key, rsa.RSAPrivateKey) else "is no RSA key; Salesforce takes RS256 alone"


def own_org(settings: CrmSettings, clock: Clock) -> OwnOrg:
    """For commands that only read. Raises as `token_source`."""
    return OwnOrg(crm_session(settings, clock), clock)


def crm_session(
    settings: CrmSettings, clock: Clock, *, org_id: str = "", on_wrong_org: Callable[[str], None] = lambda found: None
) -> SalesforceSession:
    """Signs in at the first call. With `org_id` it serves that org and no other. Raises as `token_source`."""
    return SalesforceSession(token_source(settings, clock), clock, org_id=org_id, on_wrong_org=on_wrong_org)
