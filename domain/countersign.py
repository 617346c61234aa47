"""Does this signature authorise that change? The one place that answers; the guard and the workflow both ask it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from domain.decisions import (
    APPROVALS,
    PURPOSES_OF_KEY,
    DecisionEnvelope,
    KeyUse,
    Purpose,
    SignedDecision,
    parse_envelope,
)
from domain.errors import NotAuthorised, RefusalReason
from domain.model import Instant, Value
from domain.permissions import Permission, can


class SignatureVerifier(Protocol):
    """Ed25519 over stored bytes, with the public keys that configuration names."""

    def verify(self, signed: SignedDecision, key_id: str, signed_at: Instant) -> KeyUse:
        """The use of the key that made this signature.

        Raises `NotAuthorised` with `unknown_key`, `bad_signature` or `revoked_key`, in this order: what a revoked
        key has signed is genuine all the same. A retired key verifies what it signed before it retired.
        """
        ...


class Expected(Value):
    """What the caller knows independently of the decision."""

    org_id: str
    case_id: str
    round: int
    proposal_digest: str
    purpose: Purpose


def verified(signed: SignedDecision, expected: Expected, verifier: SignatureVerifier) -> DecisionEnvelope:
    """The envelope, if its signature is good and it speaks about exactly this proposal.

    Raises `NotAuthorised` naming the first check that failed. Says nothing about time, role or verdict.
    """
    claimed = parse_envelope(signed)
    use = verifier.verify(signed, claimed.key_id, claimed.decided_at)
    if claimed.purpose is not expected.purpose or claimed.purpose not in PURPOSES_OF_KEY[use]:
        raise NotAuthorised(RefusalReason.WRONG_PURPOSE)
    if claimed.org_id != expected.org_id:
        raise NotAuthorised(RefusalReason.WRONG_ORG)
    if claimed.case_id != expected.case_id:
        raise NotAuthorised(RefusalReason.WRONG_CASE)
    if claimed.round != expected.round:
        raise NotAuthorised(RefusalReason.WRONG_ROUND)
    if claimed.proposal_digest != expected.proposal_digest:
        raise NotAuthorised(RefusalReason.DIGEST_MISMATCH)
    return claimed


def authorises(
    envelopes: Sequence[DecisionEnvelope],
    *,
    needed: Permission,
    quorum: int,
    now: Instant | None,
    longest: timedelta | None = None,
) -> DecisionEnvelope:
    """The deciding envelope of a complete quorum of approvals by distinct people who may approve this.

    `now` is None where expiry does not apply (compensation and undo). No signature lasts longer than `longest`,
    whatever it says of itself: else a retired key could go on signing, in the past. Raises `NotAuthorised`.
    """
    if not envelopes:
        raise NotAuthorised(RefusalReason.UNKNOWN_DECISION)
    finals = {e.final_digest for e in envelopes}
    if len(finals) != 1:
        raise NotAuthorised(RefusalReason.DIGEST_MISMATCH, "the signatures are over different changes")
    for envelope in envelopes:
        if envelope.verdict not in APPROVALS:
            raise NotAuthorised(RefusalReason.NOT_AN_APPROVAL)
        if now is not None and now > _until(envelope, longest):
            raise NotAuthorised(RefusalReason.EXPIRED)
        if envelope.purpose is not Purpose.POLICY_WRITE and not can(envelope.role, needed):
            raise NotAuthorised(RefusalReason.ROLE_TOO_LOW)
    if len({e.reviewer for e in envelopes}) < quorum:
        raise NotAuthorised(RefusalReason.QUORUM_INCOMPLETE)
    return max(envelopes, key=lambda e: e.quorum_position)


def _until(envelope: DecisionEnvelope, longest: timedelta | None) -> Instant:
    return envelope.expires_at if longest is None else min(envelope.expires_at, envelope.decided_at + longest)
