"""A small org, its stores and its keys: everything a guarded write needs, all of it real but the clock."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from domain.cases import DocumentKind
from domain.decisions import DecisionEnvelope, KeyUse, Purpose, Recorded, Verdict
from domain.leads import CrmSnapshot, Motion, RecordRef
from domain.model import Scalar
from domain.permissions import Level, Role, WritePolicy
from domain.ports import UndoOrder, WriteOrder
from domain.proposals import (
    Action,
    AddNote,
    AssignOwner,
    CreateTask,
    ExpectedValue,
    FieldChange,
    Phase,
    ProposalContent,
    SendEmail,
    StageChange,
    UpdateFields,
    digest_of,
    make_content,
)
from domain.receipts import WriteReceipt
from domain.undoing import undo_content
from gateways.crm.client import SalesforceSession
from gateways.crm.field_rules import FieldRules
from gateways.crm.fields import ReadFields
from gateways.crm.guard import WriteGuard
from gateways.crm.mail_guard import SalesforceMailGuard
from gateways.crm.plan import make_plan
from gateways.crm.reader import SalesforceReader
from gateways.crm.recent import RecentReads
from gateways.crm.tokens import ClientCredentials
from gateways.crm.writer import SalesforceWriter
from persistence.audit import SqlAuditLog
from persistence.database import Database
from persistence.documents import SqlDocuments
from persistence.pause import SqlPauseSwitch
from persistence.receipts import SqlReceipts
from persistence.reviews import SqlReviews
from runtime.keys import KeyringVerifier, generate_key, load_signer
from tests.fakes.examples import opening
from tests.localcrm.driving import Crm

ORG = "acme"
CASE = "c1"
START = datetime(2026, 3, 2, 9, 0, 0, tzinfo=UTC)
VERSION = "0.1.0/playbook-1/template"


LEAD_FIELDS = frozenset(
    {
        *("FirstName", "LastName", "Company", "Email", "HasOptedOutOfEmail", "OwnerId", "Status"),
        *("Rating", "Industry", "Lead_Summary__c", "Agent_Score__c"),
    }
)
TASK_FIELDS = frozenset({"Subject", "Description", "OwnerId", "ActivityDate", "Priority", "Status", "WhoId", "WhatId"})


class CrmTime:
    """`Clock`: the time of the CRM, which a test moves."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm

    def now(self) -> datetime:
        return self._crm.clock.now


class World:
    """One org with a queue, two sellers and one open lead of the queue."""

    def __init__(self, crm: Crm, db: Database, keys: Path) -> None:
        self.crm = crm
        self.clock = CrmTime(crm)
        self.keys = keys
        self.database = db
        self.documents = SqlDocuments(db, self.clock)
        self.reviews = SqlReviews(db)
        self.receipts = SqlReceipts(db)
        self.pause = SqlPauseSwitch(db)
        self.audit = SqlAuditLog(db)
        for key_id, use in (("ui-1", KeyUse.HUMAN), ("policy-1", KeyUse.POLICY)):
            generate_key(keys, key_id, use, now=crm.clock.now)
        self.policy = WritePolicy(
            org_id=ORG,
            levels={Motion.INBOUND: Level.APPROVED_WRITEBACK},
            allowed_fields={"Lead": LEAD_FIELDS, "Task": TASK_FIELDS},
        )
        self.session = self.new_session("writer")
        self.guard = WriteGuard(
            org_id=ORG,
            documents=self.documents,
            reviews=self.reviews,
            receipts=self.receipts,
            verifier=KeyringVerifier(keys / "keyring.json"),
            pause=self.pause,
            policy=lambda: self.policy,
            audit=self.audit,
            clock=self.clock,
        )
        self.rules = FieldRules(self.session, self.clock)
        self.crm_users: dict[str, tuple[str, str]] = {}
        """Id and name of the CRM user behind an approver's login."""
        self.recent = RecentReads()
        self.writer = self.new_writer()
        self.mail_guard = SalesforceMailGuard(
            self.session,
            self.guard,
            self.documents,
            recent=self.recent,
            clock=self.clock,
            crm_user_of=self.crm_users.get,
        )
        self.reads = self.new_session("reader")
        self.reader = SalesforceReader(self.reads, self.clock)
        self._decisions = 0
        self._seed()

    def _seed(self) -> None:
        self.queue = self.add("Group", Name="Inbound queue", DeveloperName="Inbound", Type="Queue")
        self.ines = self.add("User", LastName="Ruiz", Username="ines@acme.example", Email="ines@acme.example")
        self.tom = self.add("User", LastName="Baker", Username="tom@acme.example", Email="tom@acme.example")
        self.lead = self.add(
            "Lead",
            FirstName="Ada",
            LastName="Byron",
            Company="Analytical Engines",
            Email="ada@engines.example",
            Website="https://www.engines.example",
            Status="Open - Not Contacted",
            OwnerId=self.queue,
        )
        self.lead_ref = RecordRef(object="Lead", id=self.lead)
        self.crm.clock.forward(60)
        self.session.user_id()
        self.rules.broken_by(make_plan([self.rating(), self.note()], "0" * 64))
        self.reset_calls()

    def new_session(self, client: str, **more: Any) -> SalesforceSession:
        secret = {"writer": "w-secret", "reader": "r-secret"}[client]
        return SalesforceSession(ClientCredentials(self.crm.base, client, secret), self.clock, **more)

    def new_writer(
        self, session: SalesforceSession | None = None, fields: ReadFields | None = None
    ) -> SalesforceWriter:
        """Waiting moves the CRM's clock, so that nobody sleeps."""
        return SalesforceWriter(
            session or self.session,
            self.guard,
            documents=self.documents,
            receipts=self.receipts,
            audit=self.audit,
            clock=self.clock,
            rules=self.rules,
            fields=fields,
            wait=self.crm.clock.forward,
            crm_user_of=self.crm_users.get,
            recent=self.recent,
        )

    def add(self, object_name: str, *, by: str | None = None, **fields: Scalar) -> str:
        """A record that somebody makes by hand."""
        made = self.crm.control("POST", f"{object_name}/add", {"fields": fields, "user_id": by})
        return str(made.json()["id"])

    def email(self, *, about: str = "", by: str | None = None, **fields: Scalar) -> str:
        """One that went to the lead, or to somebody else."""
        made = self.add("EmailMessage", by=by, **fields)
        self.add("EmailMessageRelation", by=by, EmailMessageId=made, RelationId=about or self.lead)
        return made

    def edit(self, record_id: str, *, object_name: str = "Lead", by: str | None = None, **fields: Scalar) -> None:
        self.crm.control("POST", f"{object_name}/{record_id}/edit", {"fields": fields, "user_id": by})

    def row(self, record_id: str, object_name: str = "Lead") -> dict[str, Any]:
        return dict(getattr(self.crm.client(), object_name).get(record_id))

    def rows(self, soql: str) -> list[dict[str, Any]]:
        return [dict(row) for row in self.crm.client().query_all(soql)["records"]]

    def ledger(self) -> list[dict[str, Any]]:
        fields = "Id, External_Key__c, Digest__c, Kind__c, Approver__c, Target_Id__c, How_To_Reverse__c, Before__c"
        more = "After__c, Agent_Version__c, Sources__c, Decision_Id__c, Case_Id__c"
        return self.rows(f"SELECT {fields}, {more} FROM Agent_Write__c ORDER BY CreatedDate, Id")

    def fault(self, kind: str, **more: Any) -> None:
        self.crm.control("POST", "faults", {"kind": kind, **more})

    def calls(self) -> int:
        """API calls that reached the CRM since the last reset, sign-ins and test controls aside."""
        return int(self.crm.control("GET", "calls").json()["total"])

    def reset_calls(self) -> None:
        self.crm.control("DELETE", "calls")

    def deal(self) -> tuple[str, str]:
        """A contact and an open opportunity of their account, whose stage may be written."""
        allowed = {**self.policy.allowed_fields, "Opportunity": frozenset({"StageName"})}
        self.policy = self.policy.model_copy(update={"allowed_fields": allowed})
        account = self.add("Account", Name="Analytical Engines")
        contact = self.add("Contact", LastName="Byron", AccountId=account)
        deal = self.add("Opportunity", Name="Mill", AccountId=account, StageName="Prospecting", CloseDate="2026-05-01")
        self.crm.clock.forward(5)
        return contact, deal

    # ---- what the agent proposes

    def rating(self, after: Scalar = "Hot", before: Scalar = None, key: str = "rating", **more: Any) -> UpdateFields:
        change = FieldChange(field="Rating", before=before, after=after)
        return UpdateFields(key=key, record=self.lead_ref, changes=(change,), **more)

    def assign(self, after: str = "", **more: Any) -> AssignOwner:
        return AssignOwner(
            key="owner",
            record=self.lead_ref,
            before_owner_id=self.queue,
            after_owner_id=after or self.ines,
            **{"first_assignment": True, **more},
        )

    def task(self, key: str = "task", **more: Any) -> CreateTask:
        wanted = {"subject": "Call Ada", "owner_id": self.ines, "who_id": self.lead, "due_date": "2026-03-03", **more}
        return CreateTask(key=key, **wanted)

    def note(self, key: str = "note", **more: Any) -> AddNote:
        return AddNote(key=key, **{"subject": "Brief", "owner_id": self.ines, "who_id": self.lead, **more})

    def stage(self, deal: str, contact: str) -> tuple[StageChange, AddNote]:
        """A deal goes one stage on, with a note at the contact."""
        moved = StageChange(
            key="stage",
            record=RecordRef(object="Opportunity", id=deal),
            before_stage="Prospecting",
            after_stage="Qualification",
        )
        return moved, self.note(who_id=contact, what_id=deal)

    def mail(self) -> SendEmail:
        return SendEmail(
            key="mail",
            to_address="ada@engines.example",
            from_name="Ines Ruiz",
            from_address="ines@acme.example",
            subject="Your inquiry",
            body="Good morning.",
            footer="Acme, 1 Road.",
        )

    def contacted(self) -> UpdateFields:
        change = FieldChange(field="Status", before="Open - Not Contacted", after="Working - Contacted")
        return UpdateFields(key="contacted", record=self.lead_ref, changes=(change,), after_mail=True)

    def decisive(self, field: str, value: Scalar) -> ExpectedValue:
        return ExpectedValue(record=self.lead_ref, field=field, value=value, decisive=True)

    def content(
        self,
        *actions: Action,
        round: int = 1,
        expected: tuple[ExpectedValue, ...] = (),
        org_id: str = ORG,
        case_id: str = CASE,
    ) -> ProposalContent:
        return make_content(
            org_id=org_id, case_id=case_id, round=round, motion=Motion.INBOUND, actions=actions, expected=expected
        )

    # ---- what happens before a write

    def propose(
        self, content: ProposalContent, *, quorum: int = 1, review: bool = True, knows_lead: bool = True
    ) -> str:
        """Snapshot, stored proposal and open review of a round; the digest that is to be signed."""
        stored = content.to_bytes()
        slot = str(content.round)
        snapshot: CrmSnapshot = self.reader.snapshot(self.lead if knows_lead else "")
        self.documents.put(content.case_id, DocumentKind.SNAPSHOT, slot, snapshot.model_dump_json().encode())
        self.documents.put(content.case_id, DocumentKind.PROPOSAL, slot, stored)
        digest = digest_of(stored)
        if review:
            shown = opening(content.case_id, content.round, quorum=quorum, digest=digest)
            self.reviews.open_round(shown.model_copy(update={"org_id": ORG}))
        return digest

    def envelope(self, content: ProposalContent, **more: Any) -> DecisionEnvelope:
        """An approval by a reviewer, valid for a day."""
        self._decisions += 1
        digest = digest_of(content.to_bytes())
        said: dict[str, Any] = {
            "purpose": Purpose.WRITE,
            "org_id": ORG,
            "decision_id": f"d{self._decisions}",
            "case_id": content.case_id,
            "round": content.round,
            "proposal_digest": digest,
            "final_digest": more.get("proposal_digest", digest),
            "verdict": Verdict.APPROVE,
            "reviewer": "sam",
            "role": Role.REVIEWER,
            "decided_at": self.crm.clock.now,
            "expires_at": self.crm.clock.now + timedelta(days=1),
            "key_id": "ui-1",
        }
        return DecisionEnvelope(**{**said, **more})

    def record(self, envelope: DecisionEnvelope) -> str:
        signed = load_signer(self.keys, envelope.key_id).sign(envelope)
        recorded = self.reviews.record(signed, envelope, now=self.crm.clock.now)
        assert recorded in (Recorded.RECORDED, Recorded.RECORDED_QUORUM_OPEN), recorded
        return envelope.decision_id

    def edited(self, proposed: ProposalContent, final: ProposalContent, **more: Any) -> str:
        """The reviewer signs another content than was proposed."""
        stored = final.to_bytes()
        digest = digest_of(stored)
        self.documents.put(final.case_id, DocumentKind.FINAL, digest, stored)
        return self.record(self.envelope(proposed, final_digest=digest, verdict=Verdict.APPROVE_EDITED, **more))

    def order(self, decision_id: str, *, round: int = 1, phase: Phase = Phase.CRM, **more: Any) -> WriteOrder:
        said: dict[str, Any] = {
            "org_id": ORG,
            "case_id": CASE,
            "round": round,
            "decision_id": decision_id,
            "phase": phase,
            "motion": Motion.INBOUND,
            "attempt": 1,
            "agent_version": VERSION,
            "snapshot_slot": str(round),
        }
        return WriteOrder(**{**said, **more})

    def approved(self, *actions: Action, expected: tuple[ExpectedValue, ...] = (), **more: Any) -> WriteOrder:
        """Proposed, shown, approved: the order to write it."""
        content = self.content(*actions, expected=expected, round=more.pop("round", 1))
        self.propose(content, knows_lead=more.pop("knows_lead", True))
        order = self.order(self.record(self.envelope(content, **more)), round=content.round)
        self.reset_calls()
        return order

    def undo_order(self, receipt: WriteReceipt, **more: Any) -> UndoOrder:
        """A signed undo of a receipt."""
        content = undo_content(receipt, org_id=ORG, motion=Motion.INBOUND)
        stored = content.to_bytes()
        digest = digest_of(stored)
        self.documents.put(receipt.case_id, DocumentKind.FINAL, digest, stored)
        said = {"purpose": Purpose.UNDO, "proposal_digest": receipt.digest, "final_digest": digest, **more}
        decision_id = self.record(self.envelope(content, **said))
        self.reset_calls()
        return UndoOrder(
            org_id=ORG,
            case_id=receipt.case_id,
            receipt_id=receipt.id,
            decision_id=decision_id,
            motion=Motion.INBOUND,
            attempt=1,
            agent_version=VERSION,
        )
