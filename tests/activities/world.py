"""The stores, keys and rules that activities work with; all real but the clock and the rules' folder."""

from pathlib import Path
from typing import Any

from sqlalchemy import update
from sqlmodel import col

from domain.audit import AuditEvent, AuditKind
from domain.cases import Case, DocumentKind
from domain.decisions import DecisionEnvelope, KeyUse, Purpose, Recorded, SignedDecision
from domain.errors import ErrorCode, InputError
from domain.leads import Inquiry, Motion, RecordRef
from domain.permissions import Level
from domain.playbook import Playbook
from domain.proposals import (
    Action,
    AddNote,
    AssignOwner,
    CreateLead,
    Disqualify,
    FieldChange,
    ProposalContent,
    SendEmail,
    UpdateFields,
    digest_of,
    make_content,
)
from persistence.assignments import SqlRotation
from persistence.audit import SqlAuditLog
from persistence.cases import SqlCases
from persistence.database import Database
from persistence.documents import SqlDocuments
from persistence.mail_log import SqlMailLog
from persistence.reviews import SqlReviews
from persistence.tables import DecisionRow, ReviewRow
from runtime.keys import KEYRING_FILE, KeyringVerifier, generate_key, load_signer
from tests.domain.scenes import playbook
from tests.fakes.clock import FakeClock
from tests.fakes.examples import ORG, decision, opening
from workflows.messages import workflow_id

CASE = "c1"
QUEUE = "00GLc0000000000001"
SELLER = "005Lc0000000000001"
LEAD = RecordRef(object="Lead", id="00QLc0000000001AAA")

CREATE = CreateLead(key="create", fields={"LastName": "Byron", "Company": "Analytical Engines"}, owner_id=QUEUE)
RATING = UpdateFields(key="rating", record=LEAD, changes=(FieldChange(field="Rating", before=None, after="Hot"),))
NOTE = AddNote(key="note", subject="Brief", owner_id=SELLER, who_id=LEAD.id)
TAKE_OVER = AssignOwner(key="owner", record=LEAD, before_owner_id=SELLER, after_owner_id="005Lc0000000000002")
DROP = Disqualify(
    key="drop",
    record=LEAD,
    before_status="Open - Not Contacted",
    after_status="Closed - Not Converted",
    reason_code="student",
)
MAIL = SendEmail(
    key="mail",
    to_address="ada@engines.example",
    from_name="Ines Ruiz",
    from_address="ines@acme.example",
    subject="Your inquiry",
    body="Good morning.",
    footer="Acme, 1 Road.",
)
CONTACTED = UpdateFields(
    key="contacted",
    record=LEAD,
    changes=(FieldChange(field="Status", before="Open - Not Contacted", after="Working - Contacted"),),
    after_mail=True,
)


class HeldPlaybooks:
    """`Playbooks` whose current rules a test replaces; earlier ones stay pinned."""

    def __init__(self, first: Playbook) -> None:
        self._pinned: dict[str, Playbook] = {}
        self.now_in_force = first
        self.change()

    def change(self, **fields: Any) -> Playbook:
        """Somebody edits the rules."""
        self.now_in_force = self.now_in_force.model_copy(update=fields).with_digest()
        self._pinned[self.now_in_force.digest] = self.now_in_force
        return self.now_in_force

    def level(self, level: Level) -> Playbook:
        return self.change(levels={**self.now_in_force.levels, Motion.INBOUND: level})

    def current(self) -> Playbook:
        return self.now_in_force

    def readable(self) -> Playbook:
        return self.now_in_force

    def pinned(self, digest: str) -> Playbook:
        try:
            return self._pinned[digest]
        except KeyError:
            raise InputError(f"no playbook {digest}", code=ErrorCode.DOCUMENT_MISSING) from None


class World:
    def __init__(self, database: Database, keys: Path) -> None:
        self.database = database
        self.keys = keys
        self.clock = FakeClock()
        self.documents = SqlDocuments(database, self.clock)
        self.reviews = SqlReviews(database)
        self.cases = SqlCases(database, self.clock, b"secret", workflow_id)
        self.audit = SqlAuditLog(database)
        self.mail_log = SqlMailLog(database)
        self.rotation = SqlRotation(database)
        self.playbooks = HeldPlaybooks(playbook())
        for key_id, use in (("ui-1", KeyUse.HUMAN), ("ui-2", KeyUse.HUMAN), ("policy-1", KeyUse.POLICY)):
            generate_key(keys, key_id, use, now=self.clock.now())
        self.keyring = keys / KEYRING_FILE
        self.verifier = KeyringVerifier(self.keyring)

    # ---- what earlier steps left

    def take_in(self, inquiry: Inquiry) -> Case:
        """The case that this inquiry opens, or joins."""
        return self.cases.take_in(
            inquiry,
            org_id=ORG,
            motion=Motion.INBOUND,
            playbook_digest=self.playbooks.current().digest,
            agent_version="test",
            now=self.clock.now(),
        ).case

    def propose(self, *actions: Action, case_id: str = CASE, round: int = 1, **shown: Any) -> str:
        """Store a proposal and open its review; its digest."""
        stored = content_of(*actions, case_id=case_id, round=round).to_bytes()
        digest = digest_of(stored)
        self.documents.put(case_id, DocumentKind.PROPOSAL, str(round), stored)
        self.reviews.open_round(opening(case_id, round, digest=digest).model_copy(update=shown))
        return digest

    # ---- deciding

    def sign(self, envelope: DecisionEnvelope) -> SignedDecision:
        return load_signer(self.keys, envelope.key_id).sign(envelope)

    def decide(self, digest: str, decision_id: str = "d1", **said: Any) -> DecisionEnvelope:
        """A decision that the store took, signed by a real key."""
        envelope = decision(decision_id, proposed=digest).model_copy(update={"final_digest": digest, **said})
        recorded = self.reviews.record(self.sign(envelope), envelope, now=envelope.decided_at)
        assert recorded in (Recorded.RECORDED, Recorded.RECORDED_QUORUM_OPEN), recorded
        return envelope

    def plant(self, signed: SignedDecision, decision_id: str = "d1", **columns: Any) -> None:
        """A row put straight into the table, as somebody with access to the database could."""
        said: dict[str, Any] = {
            "decision_id": decision_id,
            "org_id": ORG,
            "case_id": CASE,
            "round": 1,
            "purpose": Purpose.WRITE.value,
            "quorum_position": 1,
            "reviewer": "sam",
            "role": "reviewer",
            "verdict": "approve",
            "final_digest": "",
            "envelope_bytes": signed.envelope_bytes,
            "signature": signed.signature,
            "counts": True,
            "decided_at": self.clock.now(),
            "recorded_at": self.clock.now(),
            **columns,
        }
        with self.database.transaction() as session:
            session.add(DecisionRow(**said))

    def alter_decision(self, decision_id: str, **columns: Any) -> None:
        self._alter(DecisionRow, col(DecisionRow.decision_id) == decision_id, columns)

    def alter_review(self, case_id: str = CASE, **columns: Any) -> None:
        self._alter(ReviewRow, col(ReviewRow.case_id) == case_id, columns)

    def _alter(self, table: Any, which: Any, columns: dict[str, Any]) -> None:
        with self.database.transaction() as session:
            assert session.connection().execute(update(table).where(which).values(**columns)).rowcount == 1

    # ---- what is on record

    def audited(self, kind: AuditKind | None = None) -> list[AuditEvent]:
        assert self.audit.verify() == []
        return [e.event for e in self.audit.export() if kind is None or e.event.kind is kind]


def content_of(*actions: Action, case_id: str = CASE, round: int = 1) -> ProposalContent:
    return make_content(org_id=ORG, case_id=case_id, round=round, motion=Motion.INBOUND, actions=actions, expected=())
