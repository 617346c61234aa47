"""One signature of a person over a list of single-record decisions."""

from collections.abc import Sequence

from domain.decision_groups import GroupMember, GroupMembers, digest_of_members
from domain.decisions import DecisionEnvelope, SignedDecision
from domain.ports import DecisionSigner


def sign_group(
    signer: DecisionSigner, like: DecisionEnvelope, members: Sequence[GroupMember]
) -> tuple[SignedDecision, ...]:
    """Each member as a decision of its own, in their order; who, when, for what and until when stand in `like`."""
    stored = GroupMembers(members=tuple(members)).to_bytes()
    envelope = like.model_copy(
        update={
            # The list alone says what is decided: the envelope by itself is about no case.
            "case_id": "",
            "round": 0,
            "proposal_digest": "",
            "final_digest": "",
            "quorum_position": 1,
            "members_digest": digest_of_members(stored),
        }
    )
    signed = signer.sign(envelope)
    return tuple(signed.model_copy(update={"members": stored, "place": place}) for place in range(len(members)))
