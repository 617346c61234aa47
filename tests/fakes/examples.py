"""Inquiries, rounds and decisions to test stores with. Every argument has a plain default."""

from datetime import timedelta
from hashlib import sha256

from domain.cases import Deadline, ExceptionCode, Ladder, LadderStep, ReviewOpening
from domain.decisions import DecisionEnvelope, Purpose, SignedDecision, Verdict
from domain.leads import Inquiry, InquirySource, Motion
from domain.model import Instant
from domain.permissions import RiskCategory, Role
from domain.resolutions import ExceptionOpening
from domain.review_queue import searchable
from tests.fakes.clock import START

ORG = "acme"
PROPOSED = sha256(b"proposal").hexdigest()
EDITED = sha256(b"edited").hexdigest()
EXPIRY = START + timedelta(hours=8)


def inquiry(event_id: str = "evt-1", **said: object) -> Inquiry:
    """A web-form delivery by Ada Byron, unless said otherwise."""
    told: dict[str, object] = {
        "first_name": "Ada",
        "last_name": "Byron",
        "email": "ada@example.org",
        "company": "Analytical Engines",
        "message": "We need forty seats.",
        **said,
    }
    return Inquiry.model_validate({"event_id": event_id, "source": InquirySource.WEBHOOK, "received_at": START, **told})


def opening(case_id: str = "c1", round: int = 1, *, quorum: int = 1, digest: str = PROPOSED) -> ReviewOpening:
    """A round opened at `START` that expires eight hours later."""
    return ReviewOpening(
        case_id=case_id,
        org_id=ORG,
        round=round,
        motion=Motion.INBOUND,
        workflow_id=f"inbound/{ORG}/{case_id}",
        title="Ada Byron",
        subtitle="Analytical Engines",
        risk=RiskCategory.MEDIUM,
        score=72,
        band="A",
        owner_name="Grace",
        assignee="sam",
        proposal_digest=digest,
        quorum=quorum,
        opened_at=START,
        ladder=Ladder(
            deadlines=(
                Deadline(step=LadderStep.REMINDER, at=START + timedelta(hours=2), notify="sam"),
                Deadline(step=LadderStep.FALLBACK, at=START + timedelta(hours=4), notify="kim"),
                Deadline(step=LadderStep.EXPIRY, at=EXPIRY, notify="queue"),
            )
        ),
    )


def stopped(
    case_id: str = "c1", *, org_id: str = ORG, now: Instant = START, due: int = 8, **changes: object
) -> ExceptionOpening:
    """An exception that asks Sam and is due after so many hours."""
    steps = ((LadderStep.REMINDER, 1, "sam"), (LadderStep.MANAGER, due, "kim"), (LadderStep.EXPIRY, 3 * due, "kim"))
    made = ExceptionOpening(
        key="stopped",
        case_id=case_id,
        org_id=org_id,
        round=1,
        motion=Motion.INBOUND,
        workflow_id=f"inbound/{org_id}/{case_id}",
        code=ExceptionCode.NO_OWNER,
        title="Ada Byron",
        subtitle="Analytical Engines",
        search_text=searchable("Ada Byron", "Analytical Engines", "ada@example.org"),
        owner="Sam",
        asked="sam",
        opened_at=now,
        ladder=Ladder(
            deadlines=tuple(Deadline(step=s, at=now + timedelta(hours=h), notify=who) for s, h, who in steps)
        ),
    )
    return made.model_copy(update=changes)


def decision(
    decision_id: str = "d1",
    *,
    case_id: str = "c1",
    round: int = 1,
    verdict: Verdict = Verdict.APPROVE,
    reviewer: str = "sam",
    decided_at: Instant = START + timedelta(hours=1),
    proposed: str = PROPOSED,
    final: str = "",
    purpose: Purpose = Purpose.WRITE,
    position: int = 1,
    org_id: str = ORG,
    key_id: str = "ui-1",
) -> DecisionEnvelope:
    """Sam approves what was proposed, an hour after it was opened."""
    return DecisionEnvelope(
        purpose=purpose,
        org_id=org_id,
        decision_id=decision_id,
        case_id=case_id,
        round=round,
        proposal_digest=proposed,
        final_digest=final or proposed,
        verdict=verdict,
        reviewer=reviewer,
        role=Role.REVIEWER,
        quorum_position=position,
        decided_at=decided_at,
        expires_at=decided_at + timedelta(days=1),
        key_id=key_id,
    )


def unverified(envelope: DecisionEnvelope) -> SignedDecision:
    """Stored bytes with a signature that no store looks at: verifying is the caller's part."""
    return SignedDecision(envelope_bytes=envelope.to_bytes(), signature=b"\x00\xff" * 32)
