"""What a person (or the policy signer) decided, and the signature that makes it count."""

from enum import StrEnum

import rfc8785
from pydantic import ValidationError

from domain.decision_groups import member_at, member_id
from domain.errors import NotAuthorised, RefusalReason
from domain.model import Instant, Value
from domain.permissions import Role


class Verdict(StrEnum):
    APPROVE = "approve"
    APPROVE_EDITED = "approve_edited"
    REJECT = "reject"
    RESPOND = "respond"


VERSION = 1
"""Of the envelope. In another one the same names may mean something else, so it is not read."""

APPROVALS = frozenset({Verdict.APPROVE, Verdict.APPROVE_EDITED})


class Purpose(StrEnum):
    """What a signature is for. One made for one purpose is worth nothing for another."""

    WRITE = "countersign/crm-write/v1"
    POLICY_WRITE = "countersign/policy-write/v1"
    UNDO = "countersign/undo/v1"
    RESUME = "countersign/resume/v1"


class KeyUse(StrEnum):
    HUMAN = "human"
    POLICY = "policy"
    AUDIT = "audit"
    """Signs the ends of the audit chain, and no decision."""


PURPOSES_OF_KEY: dict[KeyUse, frozenset[Purpose]] = {
    KeyUse.HUMAN: frozenset({Purpose.WRITE, Purpose.UNDO, Purpose.RESUME}),
    KeyUse.POLICY: frozenset({Purpose.POLICY_WRITE}),
    KeyUse.AUDIT: frozenset(),
}


class DecisionEnvelope(Value):
    """What is signed. `decided_at` comes from the signing process's clock; after `expires_at` it authorises nothing.

    `quorum_position` counts from 1. `final_digest` equals `proposal_digest` where nothing was edited or
    unticked, and for verdicts that write nothing.
    """

    version: int = VERSION
    purpose: Purpose
    org_id: str
    decision_id: str
    case_id: str
    round: int
    proposal_digest: str
    final_digest: str
    verdict: Verdict
    reason_code: str = ""
    reviewer: str
    role: Role
    attested_by: str = ""
    """What vouched for who decided: empty for a signed-in session of the approval UI, else `slack:TEAM/USER`, a linked
    user in a request that Slack signed."""
    quorum_position: int = 1
    decided_at: Instant
    expires_at: Instant
    key_id: str
    members_digest: str = ""
    """Set where one signature is about several changes: the digest of their list, see `domain/decision_groups.py`."""

    def to_bytes(self) -> bytes:
        """Canonical JSON (RFC 8785), the message that Ed25519 signs. Stored as signed, never rebuilt."""
        alone = set() if self.members_digest else {"members_digest"}
        return rfc8785.dumps(self.model_dump(mode="json", exclude=alone))


class SignedDecision(Value):
    """An envelope's stored bytes with their signature; verify first, parse afterwards.

    `members` is the stored list of a group, and `place` says which of them this decision is; empty for one alone.
    """

    envelope_bytes: bytes
    signature: bytes
    members: bytes = b""
    place: int = 0


def parse_envelope(signed: SignedDecision) -> DecisionEnvelope:
    """The envelope of a decision whose signature was verified. Raises `NotAuthorised` when it is none.

    For a member of a group what the signed list says about it, under an id of its own.
    """
    try:
        envelope = DecisionEnvelope.model_validate_json(signed.envelope_bytes)
    except ValidationError:
        raise NotAuthorised(RefusalReason.BAD_SIGNATURE, "the signed bytes are no decision") from None
    if envelope.version != VERSION:
        raise NotAuthorised(RefusalReason.BAD_SIGNATURE, f"the envelope has version {envelope.version}, not {VERSION}")
    if not envelope.members_digest and not signed.members:
        return envelope
    member = member_at(signed.members, envelope.members_digest, signed.place)
    if member is None:
        raise NotAuthorised(RefusalReason.BAD_SIGNATURE, "the list of the group is not the one that was signed")
    return envelope.model_copy(
        update={**member.model_dump(), "decision_id": member_id(envelope.decision_id, signed.place)}
    )


class RoundState(StrEnum):
    """A review round has one ending, and the decision store is the one arbiter of which."""

    OPEN = "open"
    DECIDED = "decided"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


class RoundOutcome(Value):
    state: RoundState
    decision_ids: tuple[str, ...] = ()
    verdict: Verdict | None = None


class Recorded(StrEnum):
    """What became of a decision that was offered to the store."""

    RECORDED = "recorded"
    RECORDED_QUORUM_OPEN = "recorded_quorum_open"
    SAME_AGAIN = "same_again"
    ALREADY_DECIDED = "already_decided"
    SAME_REVIEWER = "same_reviewer"
    LATE = "late"
    ROUND_CLOSED = "round_closed"
    DIGEST_MISMATCH = "digest_mismatch"
    UNKNOWN_ROUND = "unknown_round"
