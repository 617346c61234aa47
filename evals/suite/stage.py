"""Where a case plays: the production's own parts over a fresh database and org. Only time and mailbox differ."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from activities.assigning import AssigningActivities
from activities.crm import CrmActivities
from activities.deciding import DecidingActivities
from activities.drafting import DraftingActivities
from activities.listening import ListeningActivities
from activities.mailing import MailActivities
from activities.resolving import ResolvingActivities
from activities.reviewing import ReviewActivities
from activities.signing import SigningActivities
from domain.bant import RulesReader
from domain.decisions import KeyUse
from domain.errors import ErrorCode, InputError
from domain.model import Instant
from domain.playbook import Playbook
from domain.ports import DecisionSigner, DraftWriter
from domain.proposals import SendEmail
from evals.suite.cases import EvalCase
from evals.suite.org import EvalOrg
from gateways.enrichment.crm import CrmEnricher
from gateways.enrichment.firmographics import FirmographicsEnricher
from gateways.llm.template_writer import TemplateWriter
from gateways.mail.sending import send_once
from persistence.assignments import SqlRotation
from persistence.audit import SqlAuditLog
from persistence.cases import SqlCases
from persistence.context import SqlContext
from persistence.cursors import SqlCursors
from persistence.database import Database, upgrade
from persistence.documents import SqlDocuments
from persistence.exceptions import SqlExceptions
from persistence.mail_log import SqlMailLog
from persistence.model_calls import SqlModelCalls
from persistence.notices import SqlNotices
from persistence.pause import SqlPauseSwitch
from persistence.reachable import SqlReachable
from persistence.receipts import SqlReceipts
from persistence.reviews import SqlReviews
from runtime.keys import KEYRING_FILE, KeyringVerifier, generate_key, load_signer
from runtime.settings import CrmSettings
from workers.crm import CrmDoor, crm_door
from workers.stores import Stores
from workflows.messages import workflow_id

NOW = datetime(2026, 3, 3, 9, 24, tzinfo=UTC)
"""When every case happens: a Tuesday, 10:24 in Madrid."""

_SECRET = b"person keys of cases that nobody keeps"


class StoppedClock:
    """`Clock` that a case sets."""

    def __init__(self, now: Instant) -> None:
        self.at = now

    def now(self) -> Instant:
        return self.at


class CasePlaybooks:
    """`Playbooks` of one case: the shipped one with what the case changes."""

    def __init__(self, playbook: Playbook) -> None:
        self._playbook = playbook

    def current(self) -> Playbook:
        return self._playbook

    def readable(self) -> Playbook:
        return self._playbook

    def pinned(self, digest: str) -> Playbook:
        if digest != self._playbook.digest:
            raise InputError(f"no playbook {digest}", code=ErrorCode.DOCUMENT_MISSING)
        return self._playbook

    def place_of(self, path: tuple[str | int, ...]) -> str:
        """No file holds the changed playbook of a case: its place is its path."""
        return ".".join(map(str, path))


@dataclass
class Mailbox:
    """`Mailer` that accepts everything and keeps it."""

    sent: list[SendEmail] = field(default_factory=list)

    def send(self, mail: SendEmail, message_id: str) -> None:
        self.sent.append(mail)


def with_rules(playbook: Playbook, rules: Mapping[str, Any]) -> Playbook:
    """The playbook with some of its fields replaced, nested ones one by one. Raises `InputError`."""
    if not rules:
        return playbook
    try:
        return Playbook.model_validate(_merged(playbook.model_dump(), rules)).with_digest()
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InputError(f"the case's rules: {where}: {first['msg'].lower()}; correct the case") from None


def _merged(before: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(before)
    for key, value in changes.items():
        held = merged.get(key)
        merged[key] = _merged(held, value) if isinstance(held, Mapping) and isinstance(value, Mapping) else value
    return merged


@dataclass(frozen=True)
class Steps:
    """The steps of a case as the workers register them."""

    resolving: ResolvingActivities
    assigning: AssigningActivities
    deciding: DecidingActivities
    drafting: DraftingActivities
    listening: ListeningActivities
    reviewing: ReviewActivities
    signing: SigningActivities
    crm: CrmActivities
    mail: MailActivities


@dataclass(frozen=True)
class Stage:
    org: EvalOrg
    stores: Stores
    clock: StoppedClock
    playbook: Playbook
    door: CrmDoor
    steps: Steps
    mailbox: Mailbox
    people: DecisionSigner


class Theatre:
    """What all cases share: an empty database to copy, keys, and the shipped rules."""

    def __init__(
        self,
        org: EvalOrg,
        playbook: Playbook,
        firmographics: Path,
        workplace: Path,
        writer: DraftWriter | None = None,
    ) -> None:
        self._org = org
        self._playbook = playbook
        self._workplace = workplace
        self._enrichers = (CrmEnricher(), FirmographicsEnricher(firmographics))
        self._writer: DraftWriter = writer or TemplateWriter()
        self._template = workplace / "empty.db"
        upgrade(f"sqlite:///{self._template}")
        self._keys = workplace / "keys"
        self._keys.mkdir(mode=0o700)
        generate_key(self._keys, "people", KeyUse.HUMAN, now=NOW)
        generate_key(self._keys, "policy", KeyUse.POLICY, now=NOW)

    @contextmanager
    def stage(self, case: EvalCase) -> Iterator[Stage]:
        """An org with the staff only, and nothing in the database."""
        path = self._workplace / "case.db"
        shutil.copy(self._template, path)
        database = Database(f"sqlite:///{path}")
        try:
            yield self._built(case, database)
        finally:
            database.close()
            for left in self._workplace.glob("case.db*"):
                left.unlink()

    def _built(self, case: EvalCase, db: Database) -> Stage:
        self._org.renew(NOW)
        clock = StoppedClock(NOW)
        playbook = with_rules(self._playbook, case.rules)
        stores = Stores(
            db=db,
            clock=clock,
            documents=SqlDocuments(db, clock),
            cases=SqlCases(db, clock, _SECRET, workflow_id),
            reviews=SqlReviews(db),
            exceptions=SqlExceptions(db),
            rotation=SqlRotation(db),
            receipts=SqlReceipts(db),
            context=SqlContext(db, _SECRET),
            cursors=SqlCursors(db),
            mail_log=SqlMailLog(db),
            calls=SqlModelCalls(db),
            notices=SqlNotices(db),
            reachable=SqlReachable(db),
            switch=SqlPauseSwitch(db),
            audit=SqlAuditLog(db),
            playbooks=CasePlaybooks(playbook),
            verifier=KeyringVerifier(self._keys / KEYRING_FILE),
        )
        settings = CrmSettings(
            crm_instance_url=self._org.base_url,
            crm_client_id=self._org.client_id,
            crm_client_secret=SecretStr(self._org.client_secret),
        )
        door, mailbox = crm_door(settings, stores), Mailbox()
        return Stage(
            org=self._org,
            stores=stores,
            clock=clock,
            playbook=playbook,
            door=door,
            steps=self._steps(stores, door, mailbox),
            mailbox=mailbox,
            people=load_signer(self._keys, "people"),
        )

    def _steps(self, s: Stores, door: CrmDoor, mailbox: Mailbox) -> Steps:
        kept: dict[str, Any] = {"documents": s.documents, "playbooks": s.playbooks, "clock": s.clock}
        audited: dict[str, Any] = {**kept, "reviews": s.reviews, "audit": s.audit}
        return Steps(
            resolving=ResolvingActivities(cases=s.cases, exceptions=s.exceptions, notices=s.notices, **audited),
            assigning=AssigningActivities(cases=s.cases, reviews=s.reviews, **kept),
            deciding=DecidingActivities(
                cases=s.cases, rotation=s.rotation, enrichers=self._enrichers, context=s.context, **audited
            ),
            drafting=DraftingActivities(writer=self._writer, template=TemplateWriter(), calls=s.calls, **kept),
            listening=ListeningActivities(reader=RulesReader(), calls=s.calls, **kept),
            reviewing=ReviewActivities(verifier=s.verifier, **audited),
            signing=SigningActivities(signer=load_signer(self._keys, "policy"), **audited),
            crm=CrmActivities(
                reader=door.reader, writer=door.writer, cases=s.cases, documents=s.documents, playbooks=s.playbooks
            ),
            mail=MailActivities(
                send_once=lambda order, message_id: send_once(
                    s.mail_log, mailbox, door.mail_guard, order, s.clock, message_id
                ),
                mail_log=s.mail_log,
                audit=s.audit,
                clock=s.clock,
            ),
        )
