"""One signature over several single-record decisions: the list of their digests is what is signed.

Each member stands in the store, at the guard and in the ledger as a decision of its own; only the signature is
shared. Nobody can add, drop or exchange a member without breaking it.
"""

import hashlib

import rfc8785
from pydantic import Field, ValidationError

from domain.model import Value

SCHEMA = 1
MAX_MEMBERS = 200
"""More than this nobody has looked at; a longer list takes another signature."""


class GroupMember(Value):
    """What a decision of its own would say about one record's change."""

    case_id: str
    round: int
    proposal_digest: str
    final_digest: str


class GroupMembers(Value):
    """In the order in which they are numbered, from 0."""

    schema_number: int = SCHEMA
    members: tuple[GroupMember, ...] = Field(min_length=1, max_length=MAX_MEMBERS)

    def to_bytes(self) -> bytes:
        """Canonical JSON (RFC 8785). Call once, store, and hash the stored bytes from then on."""
        return rfc8785.dumps(self.model_dump(mode="json"))


def digest_of_members(stored: bytes) -> str:
    """SHA-256 of the stored bytes, in hex."""
    return hashlib.sha256(stored).hexdigest()


def member_at(stored: bytes, digest: str, place: int) -> GroupMember | None:
    """The member of that number, if these are the bytes that were signed; hashed first, parsed afterwards."""
    if digest_of_members(stored) != digest:
        return None
    try:
        group = GroupMembers.model_validate_json(stored)
    except ValidationError:
        return None
    if group.schema_number != SCHEMA:
        return None
    return group.members[place] if 0 <= place < len(group.members) else None


def member_id(group_id: str, place: int) -> str:
    """The decision id of one member."""
    return f"{group_id}.{place}"
