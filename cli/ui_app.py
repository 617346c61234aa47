"""The approval UI, put together. Only this process is given the key that signs people's decisions."""

from datetime import timedelta

from fastapi import FastAPI

from approval_ui.app import create_app
from approval_ui.dependencies import UiConfig, UiDependencies
from cli.engine_gateway import EngineGateway
from persistence.claims import SqlClaims
from persistence.queue import ReviewQueue
from persistence.readiness import SqlReadiness
from persistence.sessions import SqlSessions
from persistence.users import SqlUsers
from runtime.keys import load_signer
from runtime.settings import KeySettings, ModelSettings, PlaybookSettings, StoreSettings, UiSettings, load
from workers.stores import open_stores
from workers.version import agent_version
from workers.writer import draft_writer


def build(settings: UiSettings) -> FastAPI:
    """The application with real adapters. Raises `InputError` where something is missing."""
    store, keys = load(StoreSettings), load(KeySettings)
    stores = open_stores(store, load(PlaybookSettings), keys)
    playbook = stores.playbooks.current()
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
                secure_cookies=settings.secure_cookies,
            ),
            documents=stores.documents,
            cases=stores.cases,
            context=stores.context,
            reviews=stores.reviews,
            queue=ReviewQueue(stores.db, playbook.org_id),
            receipts=stores.receipts,
            mail_log=stores.mail_log,
            pause=stores.pause,
            audit=stores.audit,
            users=SqlUsers(stores.db),
            sessions=SqlSessions(stores.db),
            signer=load_signer(keys.keys_in(store.data_dir), keys.human_key_id),
            verifier=stores.verifier,
            playbooks=stores.playbooks,
            clock=stores.clock,
            temporal=EngineGateway(playbook.org_id),
            readiness=SqlReadiness(stores.db),
            claims=SqlClaims(stores.db),
        )
    )
