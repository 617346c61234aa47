"""The pages over real adapters on SQLite, with a clock, an engine and keys that tests hold in their hands."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from approval_ui.dependencies import UiConfig, UiDependencies
from approval_ui.signing_in import hash_password
from domain.cases import DocumentKind
from domain.decisions import KeyUse, Purpose
from domain.errors import ErrorCode, InputError
from domain.leads import Motion
from domain.model import Instant
from domain.permissions import Level, Role
from domain.playbook import Playbook, Reviewer
from domain.proposals import Phase
from domain.receipts import RecordImage, WriteReceipt
from domain.signed_pause import VerifiedPause
from persistence.absences import SqlAbsences
from persistence.audit import SqlAuditLog
from persistence.cases import SqlCases
from persistence.claims import SqlClaims
from persistence.context import SqlContext
from persistence.database import Database
from persistence.decided_cards import DecidedCards
from persistence.documents import SqlDocuments
from persistence.exception_lane import ExceptionLane
from persistence.exceptions import SqlExceptions
from persistence.lanes import ReviewLanes
from persistence.mail_log import SqlMailLog
from persistence.notices import SqlNotices
from persistence.pause import SqlPauseSwitch
from persistence.playbooks import SqlPlaybooks
from persistence.preferences import SqlPreferences
from persistence.queue import ReviewQueue
from persistence.reachable import SqlReachable
from persistence.readiness import SqlReadiness
from persistence.receipts import SqlReceipts
from persistence.reviews import SqlReviews
from persistence.saved_views import SavedViews
from persistence.sessions import SqlSessions
from persistence.undo_batches import SqlUndoBatches
from persistence.users import LocalUser, SqlUsers
from runtime.keys import KeyringVerifier, generate_key, load_signer
from runtime.playbook_files import FilePlaybooks, load_playbook
from tests.approval_ui.fake_engine import FakeTemporal
from tests.approval_ui.sample_review import LEAD, QUEUE_ID, Sample, northwind
from tests.fakes.clock import FakeClock
from workflows.messages import workflow_id

SHIPPED = Path(__file__).parents[2] / "playbook"
PASSWORD = "correct horse battery"
INTAKE_SECRET = b"a secret between two systems"
SITE_KEY = "acme-site"
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PEOPLE = (
    ("oriol", "Oriol Puig", Role.REVIEWER),
    ("javier", "Javier Montes", Role.REVIEWER),
    ("ines", "Inés Robledo", Role.MANAGER),
    ("vera", "Vera Lorca", Role.VIEWER),
    ("tomas", "Tomás Aguilar", Role.OPS),
)


@lru_cache(maxsize=1)
def _password_hash() -> str:
    return hash_password(PASSWORD)


@lru_cache(maxsize=1)
def shipped_playbook() -> Playbook:
    """Ours, with somebody in it who may only look."""
    playbook = load_playbook(SHIPPED)
    levels = dict.fromkeys(Motion, Level.APPROVED_WRITEBACK)
    changed = with_person(playbook.model_copy(update={"levels": levels}), "vera", "Vera Lorca", Role.VIEWER)
    return changed.with_digest()


def with_person(playbook: Playbook, login: str, name: str, role: Role) -> Playbook:
    """The playbook with this person in it, in this role."""
    others = tuple(r for r in playbook.reviewers if r.login != login)
    person = Reviewer(login=login, name=name, role=role, calendar="madrid")
    return playbook.model_copy(update={"reviewers": (*others, person)})


class OnePlaybook:
    """`Playbooks` with one that a test may replace."""

    def __init__(self, playbook: Playbook) -> None:
        self.playbook = playbook
        self.broken = False

    def current(self) -> Playbook:
        if self.broken:
            raise InputError("scoring.yaml:3: not readable as YAML", code=ErrorCode.INVALID_PLAYBOOK)
        return self.playbook

    def readable(self) -> Playbook:
        return self.playbook

    def pinned(self, digest: str) -> Playbook:
        return self.playbook


@dataclass
class World:
    """Everything a test may look at or turn."""

    deps: UiDependencies
    clock: FakeClock
    engine: FakeTemporal
    playbooks: OnePlaybook
    db: Database

    @property
    def now(self) -> Instant:
        return self.clock.now()

    def seed(self, make: Callable[[str, str, Instant], Sample] = northwind) -> Sample:
        """Take the sample's inquiry in and open its review, as the workers would."""
        org = self.deps.config.org_id
        told = make("unborn", org, self.now).inquiry
        taken = self.deps.cases.take_in(
            told,
            org_id=org,
            motion=Motion.INBOUND,
            playbook_digest=self.playbooks.playbook.digest,
            agent_version="0.1.0",
            now=told.received_at,
        )
        self.deps.cases.inquiry_delivered(taken.case.case_id, taken.inquiry_number)
        self.deps.cases.set_lead(taken.case.case_id, LEAD.id)
        made = make(taken.case.case_id, org, self.now)
        self.open(made)
        return made

    def open(self, made: Sample) -> None:
        case_id, slot = made.opening.case_id, str(made.opening.round)
        self.deps.documents.put(case_id, DocumentKind.CARD, slot, made.card.model_dump_json().encode())
        self.deps.documents.put(case_id, DocumentKind.PROPOSAL, slot, made.content.to_bytes())
        self.deps.reviews.open_round(made.opening)

    def admit(self, login: str, name: str, role: Role) -> None:
        """One more person whom the playbook names, with everybody's password."""
        self.playbooks.playbook = with_person(self.playbooks.playbook, login, name, role)
        self.deps.users.save(LocalUser(login=login, display_name=name, role=role), password_hash=_password_hash())

    def dismiss(self, login: str) -> None:
        """Take somebody out of the playbook; the account stays."""
        left = tuple(r for r in self.playbooks.playbook.reviewers if r.login != login)
        self.playbooks.playbook = self.playbooks.playbook.model_copy(update={"reviewers": left})

    def write(self, made: Sample, decision_id: str) -> WriteReceipt:
        """The receipt that the CRM worker would leave."""
        receipt = WriteReceipt(
            id=f"{decision_id:0<64}"[:64],
            case_id=made.opening.case_id,
            round=made.opening.round,
            decision_id=decision_id,
            purpose=Purpose.WRITE,
            phase=Phase.CRM,
            digest=made.opening.proposal_digest,
            agent_version="0.1.0",
            ledger_record_id="a00Lc0000000001MAA",
            records=(
                RecordImage(
                    record=LEAD,
                    action_keys=("owner", "fields"),
                    before={"OwnerId": QUEUE_ID, "Rating": None},
                    after={"OwnerId": "005Lc0000000011MAA", "Rating": "Hot"},
                    modified_at=self.now,
                ),
            ),
            written_at=self.now,
        )
        self.deps.receipts.put(receipt)
        return receipt


def build_world(url: str, folder: Path, *, clock: FakeClock | None = None) -> World:
    """A world over a migrated database at `url`; keys and mail lie in `folder`."""
    clock = clock or FakeClock(NOON)
    db = Database(url)
    playbook = shipped_playbook()
    generate_key(folder / "keys", "human-1", KeyUse.HUMAN, now=NOON - timedelta(days=1))
    verifier = KeyringVerifier(folder / "keys" / "keyring.json")
    engine, playbooks, users = FakeTemporal(), OnePlaybook(playbook), SqlUsers(db)
    for login, name, role in PEOPLE:
        users.save(LocalUser(login=login, display_name=name, role=role), password_hash=_password_hash())
    deps = UiDependencies(
        config=UiConfig(
            org_id=playbook.org_id,
            org_name="Acme Routing",
            agent_version="0.1.0",
            temporal_web_url="http://127.0.0.1:8233",
            crm_url="http://127.0.0.1:8090",
            intake_secret=INTAKE_SECRET,
            site_key=SITE_KEY,
            maildir=folder / "mail",
            secure_cookies=False,
        ),
        documents=SqlDocuments(db, clock),
        cases=SqlCases(db, clock, b"person key", workflow_id),
        context=SqlContext(db, b"person key"),
        reviews=SqlReviews(db),
        queue=ReviewQueue(db, playbook.org_id),
        lanes=ReviewLanes(db, playbook.org_id),
        saved_views=SavedViews(db, playbook.org_id),
        receipts=SqlReceipts(db),
        undo_batches=SqlUndoBatches(db),
        mail_log=SqlMailLog(db),
        pause=_pause(db, playbook.org_id, verifier),
        audit=SqlAuditLog(db),
        users=users,
        sessions=SqlSessions(db),
        signer=load_signer(folder / "keys", "human-1"),
        verifier=verifier,
        playbooks=playbooks,
        lines=FilePlaybooks(SHIPPED, SqlPlaybooks(db, clock)),
        decided_cards=DecidedCards(db, playbook.org_id),
        clock=clock,
        temporal=engine,
        readiness=SqlReadiness(db),
        claims=SqlClaims(db),
        exceptions=SqlExceptions(db),
        exception_lane=ExceptionLane(db, playbook.org_id),
        notices=SqlNotices(db),
        reachable=SqlReachable(db),
        preferences=SqlPreferences(db),
        absences=SqlAbsences(db),
    )
    return World(deps=deps, clock=clock, engine=engine, playbooks=playbooks, db=db)


def _pause(db: Database, org_id: str, verifier: KeyringVerifier) -> VerifiedPause:
    switch, audit = SqlPauseSwitch(db), SqlAuditLog(db)
    return VerifiedPause(
        switch,
        resumed=switch.resumed,
        stopped=lambda: audit.last_stops(org_id),
        decision=SqlReviews(db).decision,
        verifier=verifier,
        org_id=org_id,
    )
