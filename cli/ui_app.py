"""The approval UI, put together. Only this process is given the key that signs people's decisions."""

from datetime import timedelta
from importlib.util import find_spec

from fastapi import FastAPI

from approval_ui.app import create_app
from approval_ui.dependencies import UiConfig, UiDependencies
from approval_ui.federation import RoleMapping
from approval_ui.identity_provider import IdentityProvider
from approval_ui.ports import SlackDoor
from cli.engine_gateway import EngineGateway
from domain.decisions import KeyUse
from domain.errors import InputError
from domain.ports import Clock
from persistence.absences import SqlAbsences
from persistence.claims import SqlClaims
from persistence.decided_cards import DecidedCards
from persistence.exception_lane import ExceptionLane
from persistence.exceptions import SqlExceptions
from persistence.lanes import ReviewLanes
from persistence.org_profiles import SqlOrgProfiles
from persistence.preferences import SqlPreferences
from persistence.queue import ReviewQueue
from persistence.readiness import SqlReadiness
from persistence.saved_views import SavedViews
from persistence.sessions import SqlSessions
from persistence.undo_batches import SqlUndoBatches
from persistence.users import SqlUsers
from runtime.clock import SystemClock
from runtime.settings import (
    PREFIX,
    KeySettings,
    ModelSettings,
    OidcSettings,
    PlaybookSettings,
    SlackDoorSettings,
    SlackSettings,
    StoreSettings,
    UiSettings,
    load,
)
from runtime.signing_keys import CurrentSigner, ensure_in_force
from workers.stores import open_stores, private_secret
from workers.version import agent_version
from workers.writer import draft_writer


def build(settings: UiSettings) -> FastAPI:
    """The application with real adapters. Raises `InputError` where something is missing."""
    store, keys = load(StoreSettings), load(KeySettings)
    directory, ring = keys.keys_in(store.data_dir), keys.keyring_in(store.data_dir)
    ensure_in_force(directory, ring, KeyUse.HUMAN, now=SystemClock().now(), pinned=keys.human_key_id)
    stores = open_stores(store, load(PlaybookSettings), keys)
    playbook = stores.playbooks.current()
    profiles = SqlOrgProfiles(stores.db)
    oidc = load(OidcSettings)
    secret = private_secret(store.data_dir / "sign-in.secret")
    provider, missing = _provider(oidc, settings, secret, stores.clock)
    return create_app(
        UiDependencies(
            config=UiConfig(
                org_id=playbook.org_id,
                org_name=playbook.seller.name,
                org_kind=settings.org_kind,
                agent_version=agent_version(playbook.digest, draft_writer(load(ModelSettings)).version),
                temporal_web_url=settings.temporal_web_url,
                crm_url=settings.crm_web_url,
                public_url=settings.public_url,
                intake_secret=settings.intake_secret.get_secret_value().encode(),
                site_key=settings.site_key,
                maildir=settings.maildir,
                session_lifetime=timedelta(hours=settings.session_hours),
                session_idle=timedelta(minutes=settings.session_idle_minutes),
                local_accounts=settings.local_accounts,
                sign_in_secret=secret,
                role_mapping=RoleMapping(pairs=oidc.role_pairs, default=oidc.oidc_default_role),
                provider_recheck=timedelta(minutes=oidc.oidc_recheck_minutes),
                provider_missing=missing,
                secure_cookies=settings.secure_cookies,
            ),
            documents=stores.documents,
            cases=stores.cases,
            context=stores.context,
            reviews=stores.reviews,
            queue=ReviewQueue(stores.db, playbook.org_id),
            lanes=ReviewLanes(stores.db, playbook.org_id),
            saved_views=SavedViews(stores.db, playbook.org_id),
            receipts=stores.receipts,
            undo_batches=SqlUndoBatches(stores.db),
            mail_log=stores.mail_log,
            pause=stores.pause,
            audit=stores.audit,
            users=SqlUsers(stores.db),
            sessions=SqlSessions(stores.db),
            signer=CurrentSigner(directory, ring, KeyUse.HUMAN, pinned=keys.human_key_id),
            verifier=stores.verifier,
            playbooks=stores.playbooks,
            lines=stores.playbooks,
            decided_cards=DecidedCards(stores.db, playbook.org_id),
            clock=stores.clock,
            temporal=EngineGateway(playbook.org_id),
            readiness=SqlReadiness(stores.db),
            known_org=lambda: profiles.get(playbook.org_id),
            claims=SqlClaims(stores.db),
            exceptions=SqlExceptions(stores.db),
            exception_lane=ExceptionLane(stores.db, playbook.org_id),
            absences=SqlAbsences(stores.db),
            provider=provider,
            notices=stores.notices,
            reachable=stores.reachable,
            slack=_slack(load(SlackSettings), load(SlackDoorSettings), stores.clock),
            preferences=SqlPreferences(stores.db),
            close=stores.close,
        )
    )


def _provider(
    oidc: OidcSettings, settings: UiSettings, secret: bytes, clock: Clock
) -> tuple[IdentityProvider | None, str]:
    """The provider, or a sentence why there is none. Raises `InputError` where the settings cannot work."""
    if not oidc.enabled:
        if not settings.local_accounts:
            raise InputError(f"{PREFIX}LOCAL_ACCOUNTS is off and no {PREFIX}OIDC_ISSUER is set: nobody could sign in")
        return None, ""
    for name, value in (("OIDC_CLIENT_ID", oidc.oidc_client_id), ("PUBLIC_URL", settings.public_url)):
        if not value:
            raise InputError(
                f"{PREFIX}{name} is not set, and {PREFIX}OIDC_ISSUER needs it; see 'Settings' in README.md"
            )
    if find_spec("authlib") is None:
        return None, (
            "Sign-in by an identity provider is configured but not installed. Install the extra `oidc` "
            "(pip install 'countersign[oidc]') and restart."
        )
    from approval_ui.identity_provider import ProviderAway
    from approval_ui.oidc import Provider, check_address

    try:
        check_address(oidc.oidc_issuer)
    except ProviderAway as wrong:
        raise InputError(f"{PREFIX}OIDC_ISSUER: {wrong.detail}") from None
    return Provider(oidc, public_url=settings.public_url, secret=secret, clock=clock), ""


def _slack(bot: SlackSettings, door: SlackDoorSettings, clock: Clock) -> SlackDoor | None:
    """None unless the organisation switched decisions in Slack on. Raises `InputError` where a part is missing."""
    if not bot.slack_decisions:
        return None
    token, secret = bot.slack_bot_token.get_secret_value(), door.slack_signing_secret.get_secret_value()
    if not token or not secret:
        raise InputError(
            "COUNTERSIGN_SLACK_DECISIONS is on, which needs COUNTERSIGN_SLACK_BOT_TOKEN and "
            "COUNTERSIGN_SLACK_SIGNING_SECRET; see 'Settings' in README.md"
        )
    # Its SDK is an extra, needed by those who use it.
    from gateways.notify.slack import SlackApp, web_client

    return SlackApp(web_client(token, bot.slack_base_url), secret, clock)
