"""Each adapter is the port it stands for: mypy checks the assignments, the test that they work together."""

from datetime import UTC, timedelta
from pathlib import Path

from domain.audit import AuditEvent, AuditKind
from domain.cases import CaseOutcome, DocumentKind
from domain.countersign import SignatureVerifier
from domain.decisions import KeyUse, Recorded
from domain.leads import Motion
from domain.ports import (
    AuditLog,
    CaseDocuments,
    Cases,
    Clock,
    DecisionSigner,
    MailLog,
    PauseSwitch,
    Receipts,
    Reviews,
)
from domain.receipts import MailState
from persistence.audit import SqlAuditLog
from persistence.cases import SqlCases
from persistence.database import Database
from persistence.documents import SqlDocuments
from persistence.mail_log import SqlMailLog
from persistence.pause import SqlPauseSwitch
from persistence.receipts import SqlReceipts
from persistence.reviews import SqlReviews
from runtime.clock import SystemClock
from runtime.keys import KEYRING_FILE, KeyringVerifier, ensure_key, load_signer
from tests.fakes.clock import FakeClock
from tests.fakes.examples import ORG, decision, inquiry, opening


def test_one_case_through_every_store(db: Database, clock: FakeClock, tmp_path: Path) -> None:
    ensure_key(tmp_path, "ui-1", KeyUse.HUMAN, now=clock.now())
    signer: DecisionSigner = load_signer(tmp_path, "ui-1")
    verifier: SignatureVerifier = KeyringVerifier(tmp_path / KEYRING_FILE)
    documents: CaseDocuments = SqlDocuments(db, clock)
    cases: Cases = SqlCases(db, clock, b"secret", lambda motion, org, case_id: f"{motion.value}/{org}/{case_id}")
    reviews: Reviews = SqlReviews(db)
    receipts: Receipts = SqlReceipts(db)
    mail: MailLog = SqlMailLog(db)
    pause: PauseSwitch = SqlPauseSwitch(db)
    audit: AuditLog = SqlAuditLog(db)

    taken = cases.take_in(
        inquiry(), org_id=ORG, motion=Motion.INBOUND, playbook_digest="p", agent_version="v", now=clock.now()
    )
    case_id = taken.case.case_id
    documents.put(case_id, DocumentKind.CARD, "1", b"card")
    reviews.open_round(opening(case_id))
    clock.advance(timedelta(hours=1))
    signed = signer.sign(decision(case_id=case_id))
    verifier.verify(signed, "ui-1", clock.now())
    assert reviews.record(signed, decision(case_id=case_id), now=clock.now()) is Recorded.RECORDED
    assert not pause.paused(Motion.INBOUND)
    assert receipts.of_case(case_id) == ()
    assert mail.begin("<d1@example.org>", case_id, "d1", now=clock.now()) is MailState.INTENDED
    audit.append(AuditEvent(key="d1", kind=AuditKind.DECISION_RECORDED, org_id=ORG, case_id=case_id, at=clock.now()))
    assert cases.close(case_id, CaseOutcome.WRITTEN, seen_inquiries=1, now=clock.now())
    assert cases.get(case_id).outcome is CaseOutcome.WRITTEN


def test_the_system_clock_tells_utc() -> None:
    clock: Clock = SystemClock()
    first, second = clock.now(), clock.now()
    assert first <= second
    assert first.tzinfo is UTC
