"""Start the workers of one process, wait for the engine, stop gracefully.

When do you need to touch this? When a worker needs another part: this is where adapters meet their ports.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Sequence
from contextlib import AsyncExitStack, closing

from temporalio.client import Client
from temporalio.worker import Worker

from activities.assigning import AssigningActivities
from activities.cases import CaseActivities
from activities.crm import CrmActivities
from activities.deciding import DecidingActivities
from activities.drafting import DraftingActivities
from activities.listening import ListeningActivities
from activities.mailing import MailActivities
from activities.measuring import MeasuringActivities
from activities.reassigning import ReassigningActivities
from activities.recovering import CommitFinder
from activities.resolving import ResolvingActivities
from activities.reviewing import ReviewActivities
from activities.signing import SigningActivities
from activities.undoing import UndoBookActivities, UndoingActivities
from domain.decisions import KeyUse
from domain.errors import CrmError
from gateways.crm.audit_reader import AuditReader
from gateways.crm.own_org import OwnOrg
from gateways.llm.template_writer import TemplateWriter
from gateways.mail.sandbox import SandboxMailer
from gateways.mail.sending import send_once
from gateways.mail.smtp import SmtpMailer
from persistence.absences import SqlAbsences
from persistence.org_profiles import SqlOrgProfiles
from persistence.readiness import SqlReadiness
from persistence.undo_batches import SqlUndoBatches
from runtime.clock import SystemClock
from runtime.engine import EngineUnreachable, connect
from runtime.metrics import ModelMetrics, metrics_served
from runtime.search_attributes import ensure_search_attributes
from runtime.settings import (
    AuditSettings,
    CrmSettings,
    EnrichmentSettings,
    KeySettings,
    MailSettings,
    MetricsSettings,
    ModelSettings,
    NotifySettings,
    OwnerCheckSettings,
    PlaybookSettings,
    PollSettings,
    ReconcileSettings,
    StoreSettings,
    load,
)
from runtime.signing_keys import CurrentSigner, ensure_in_force
from workers.crm import crm_door
from workers.enrichment import enrichers
from workers.heads import heads_kept
from workers.known_org import KnownOrg
from workers.mirroring import exception_tasks
from workers.owners import owner_check, schedule_owner_check
from workers.polling import polling, schedule_polling
from workers.recovering import recovering, schedule_reconciling, stopped_undos
from workers.roles import Role, cases_worker, crm_worker, model_worker, notifier_worker, signer_worker
from workers.stores import Stores, open_stores
from workers.telling import schedule_telling, telling
from workers.watching import owner_watch
from workers.writer import draft_writer, transcript_reader
from workflows.visibility import SEARCH_ATTRIBUTES

logger = logging.getLogger("countersign.worker")


async def run_workers(roles: Sequence[Role]) -> None:
    """Serve until SIGTERM or SIGINT. Waits for a Temporal that is not up yet."""
    if Role.SIGNER in roles:
        first_policy_key(load(KeySettings), load(StoreSettings))
    with closing(open_stores(load(StoreSettings), load(PlaybookSettings), load(KeySettings))) as stores:
        for role in roles:
            _check_settings(role)
        await _serve(roles, stores)


async def _serve(roles: Sequence[Role], stores: Stores) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    client = await _connected(stopping)
    if client is None:
        return
    await ensure_search_attributes(client, SEARCH_ATTRIBUTES)
    async with AsyncExitStack() as running:
        if Role.CRM in roles:
            org_id = stores.playbooks.current().org_id
            await schedule_polling(client, org_id, load(PollSettings))
            await schedule_owner_check(client, org_id, load(OwnerCheckSettings))
        if Role.CASES in roles:
            await schedule_reconciling(client, stores.playbooks.current().org_id, load(ReconcileSettings))
        if Role.NOTIFIER in roles:
            await schedule_telling(client, stores.playbooks.current().org_id, load(NotifySettings))
        if Role.SIGNER in roles:
            await running.enter_async_context(
                heads_kept(stores, load(AuditSettings), load(KeySettings), load(StoreSettings))
            )
        if Role.MODEL in roles:
            running.enter_context(
                metrics_served(load(MetricsSettings), ModelMetrics(stores.calls.claims, stores.calls.spent))
            )
        for role in roles:
            await running.enter_async_context(_build(role, client, stores))
        logger.info("serving %s", ", ".join(role.value for role in roles))
        await stopping.wait()


def first_policy_key(keys: KeySettings, store: StoreSettings) -> None:
    """Make the policy key on the first start of the process that holds it. Raises `KeyFileError`."""
    directory, ring = keys.keys_in(store.data_dir), keys.keyring_in(store.data_dir)
    ensure_in_force(directory, ring, KeyUse.POLICY, now=SystemClock().now(), pinned=keys.policy_key_id)


def policy_signer(keys: KeySettings, store: StoreSettings) -> CurrentSigner:
    """Raises `KeyFileError`."""
    directory, ring = keys.keys_in(store.data_dir), keys.keyring_in(store.data_dir)
    return CurrentSigner(directory, ring, KeyUse.POLICY, pinned=keys.policy_key_id)


def _check_settings(role: Role) -> None:
    """Raises `InputError` or `KeyFileError` before the wait for Temporal, which may be long."""
    match role:
        case Role.CRM:
            load(CrmSettings)
            load(MailSettings)
        case Role.SIGNER:
            keys = load(KeySettings)
            policy_signer(keys, load(StoreSettings))
        case Role.CASES | Role.MODEL:
            load(ModelSettings)
        case Role.NOTIFIER:
            load(NotifySettings)
            load(MailSettings)


async def _connected(stopping: asyncio.Event) -> Client | None:
    while not stopping.is_set():
        try:
            return await connect()
        except EngineUnreachable as unreachable:
            logger.warning("%s; trying again in 2 s", unreachable.detail)
            try:
                await asyncio.wait_for(stopping.wait(), 2)
            except TimeoutError:
                continue
    return None


def _build(role: Role, client: Client, stores: Stores) -> Worker:
    match role:
        case Role.CASES:
            return cases_worker(
                client,
                stores.keep_failure,
                cases=CaseActivities(
                    cases=stores.cases,
                    reviews=stores.reviews,
                    exceptions=stores.exceptions,
                    audit=stores.audit,
                    clock=stores.clock,
                ),
                resolving=ResolvingActivities(
                    cases=stores.cases,
                    documents=stores.documents,
                    reviews=stores.reviews,
                    exceptions=stores.exceptions,
                    audit=stores.audit,
                    playbooks=stores.playbooks,
                    notices=stores.notices,
                    clock=stores.clock,
                ),
                assigning=AssigningActivities(
                    documents=stores.documents,
                    cases=stores.cases,
                    reviews=stores.reviews,
                    playbooks=stores.playbooks,
                    clock=stores.clock,
                ),
                deciding=_deciding(stores),
                reviewing=ReviewActivities(
                    reviews=stores.reviews,
                    documents=stores.documents,
                    playbooks=stores.playbooks,
                    verifier=stores.verifier,
                    audit=stores.audit,
                    clock=stores.clock,
                    absences=SqlAbsences(stores.db),
                ),
                drafting=_drafting(stores),
                listening=_listening(stores),
                reassigning=ReassigningActivities(
                    documents=stores.documents,
                    cases=stores.cases,
                    reviews=stores.reviews,
                    rotation=stores.rotation,
                    playbooks=stores.playbooks,
                    audit=stores.audit,
                    clock=stores.clock,
                ),
                recovering=recovering(client, stores),
                undo_book=UndoBookActivities(
                    batches=SqlUndoBatches(stores.db),
                    documents=stores.documents,
                    audit=stores.audit,
                    clock=stores.clock,
                ),
                stopped_undos=stopped_undos(client, stores),
            )
        case Role.CRM:
            return _crm(client, stores)
        case Role.MODEL:
            return model_worker(client, stores.keep_failure, drafting=_drafting(stores), listening=_listening(stores))
        case Role.NOTIFIER:
            return notifier_worker(client, stores.keep_failure, telling=telling(load(NotifySettings), stores))
        case Role.SIGNER:
            keys, store = load(KeySettings), load(StoreSettings)
            signer = policy_signer(keys, store)
            return signer_worker(
                client,
                stores.keep_failure,
                signing=SigningActivities(
                    signer=signer,
                    reviews=stores.reviews,
                    documents=stores.documents,
                    playbooks=stores.playbooks,
                    audit=stores.audit,
                    clock=stores.clock,
                ),
            )


def _deciding(stores: Stores) -> DecidingActivities:
    return DecidingActivities(
        documents=stores.documents,
        cases=stores.cases,
        reviews=stores.reviews,
        rotation=stores.rotation,
        playbooks=stores.playbooks,
        enrichers=enrichers(load(EnrichmentSettings), load(PlaybookSettings), stores),
        context=stores.context,
        audit=stores.audit,
        clock=stores.clock,
    )


def _listening(stores: Stores) -> ListeningActivities:
    return ListeningActivities(
        reader=transcript_reader(load(ModelSettings)),
        documents=stores.documents,
        playbooks=stores.playbooks,
        calls=stores.calls,
        clock=stores.clock,
    )


def _drafting(stores: Stores) -> DraftingActivities:
    return DraftingActivities(
        writer=draft_writer(load(ModelSettings)),
        template=TemplateWriter(),
        documents=stores.documents,
        playbooks=stores.playbooks,
        calls=stores.calls,
        clock=stores.clock,
    )


def _crm(client: Client, stores: Stores) -> Worker:
    door = crm_door(load(CrmSettings), stores)
    mail = load(MailSettings)
    mailer = SmtpMailer(
        mail.smtp_host,
        mail.smtp_port,
        clock=stores.clock,
        starttls=mail.smtp_starttls,
        username=mail.smtp_user,
        password=mail.smtp_password.get_secret_value(),
    )
    known = KnownOrg(OwnOrg(door.session, stores.clock).organisation, SqlOrgProfiles(stores.db), stores.clock)
    with contextlib.suppress(CrmError):
        # For the pages. Where the org does not answer yet, the first e-mail asks again, and waits for the answer.
        known.organisation()
    to_leads = SandboxMailer(
        mailer, is_sandbox=known.is_sandbox, allowed=mail.sandbox_mail_to, sink=mail.sandbox_mail_sink
    )
    return crm_worker(
        client,
        stores.keep_failure,
        crm=CrmActivities(
            reader=door.reader,
            writer=door.writer,
            cases=stores.cases,
            documents=stores.documents,
            playbooks=stores.playbooks,
        ),
        mail=MailActivities(
            send_once=lambda order, message_id: send_once(
                stores.mail_log, to_leads, door.mail_guard, order, stores.clock, message_id
            ),
            mail_log=stores.mail_log,
            audit=stores.audit,
            clock=stores.clock,
        ),
        polling=polling(door, stores),
        owners=owner_check(door, stores),
        measuring=MeasuringActivities(
            measure=AuditReader(door.session, stores.clock).measure,
            reports=SqlReadiness(stores.db),
            playbooks=stores.playbooks,
        ),
        watching=owner_watch(door, stores, mailer),
        mirroring=exception_tasks(door, stores),
        commits=CommitFinder(door.writer),
        undoing=UndoingActivities(
            batches=SqlUndoBatches(stores.db),
            receipts=stores.receipts,
            documents=stores.documents,
            forecaster=door.forecasts,
            writer=door.writer,
        ),
    )
