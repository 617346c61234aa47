"""A signature outlives releases: it is over the stored bytes, and those are never made again from what was parsed.

`data/proposal_v1.json` holds the canonical bytes of a proposal as the first release stored it, one action of every
kind in it. It is never regenerated: a release that cannot read it would void every approval that still waits.
"""

import json
from pathlib import Path
from typing import get_args

import pytest
import rfc8785

from domain import proposals
from domain.errors import DomainError, ErrorCode
from domain.proposals import Action, ProposalContent, UpdateFields, digest_of, parse_content
from domain.revising import revise
from tests.domain.later_release import later_content

DATA = Path(__file__).parent / "data"
STORED = (DATA / "proposal_v1.json").read_bytes()
DIGEST = (DATA / "proposal_v1.sha256").read_text(encoding="ascii").strip()
KINDS = {model.model_fields["kind"].default for model in get_args(get_args(Action)[0])}


@pytest.fixture
def next_release(monkeypatch: pytest.MonkeyPatch) -> type[ProposalContent]:
    """From here on the process runs the later release."""
    later = later_content()
    monkeypatch.setattr(proposals, "ProposalContent", later)
    return later


def test_what_the_first_release_stored_still_has_its_digest_and_is_read() -> None:
    content = parse_content(STORED, DIGEST)
    assert {action.kind for action in content.actions} <= KINDS
    assert len(content.actions) == 10
    assert len(content.inverses) == len(content.actions)
    change = content.action("fields")
    assert isinstance(change, UpdateFields)
    assert [c.after for c in change.changes] == ["Hot", 72, "Zażółć gęślą jaźń – 40.000 €"]


def test_the_stored_bytes_are_canonical() -> None:
    assert rfc8785.dumps(json.loads(STORED)) == STORED


def test_a_digest_holds_after_a_release_that_added_fields(next_release: type[ProposalContent]) -> None:
    content = parse_content(STORED, DIGEST)
    assert isinstance(content, next_release)
    email = content.mail
    assert email is not None
    assert email.model_dump()["reply_to"] == ""
    # Made again from what was parsed, the bytes would be others: this is why they are stored.
    assert content.to_bytes() != STORED
    assert digest_of(content.to_bytes()) != DIGEST
    assert digest_of(STORED) == DIGEST


def test_what_a_later_release_stores_is_its_own_contract(next_release: type[ProposalContent]) -> None:
    stored = parse_content(STORED, DIGEST).to_bytes()
    again = parse_content(stored, digest_of(stored))
    assert again.to_bytes() == stored


def test_an_edit_after_the_release_signs_new_bytes_and_leaves_the_proposal_alone() -> None:
    content = parse_content(STORED, DIGEST)
    final = revise(content, ticked=frozenset({"fields", "task"}), edits=())
    assert digest_of(final.to_bytes()) != DIGEST
    assert parse_content(STORED, DIGEST) == content


@pytest.mark.parametrize("position", [0, len(STORED) // 3, len(STORED) // 2, len(STORED) - 1])
def test_one_changed_byte_is_refused(position: int) -> None:
    changed = STORED[:position] + bytes([STORED[position] ^ 1]) + STORED[position + 1 :]
    with pytest.raises(DomainError) as refused:
        parse_content(changed, DIGEST)
    assert refused.value.code is ErrorCode.DOCUMENT_MISSING


def test_the_same_meaning_in_other_bytes_is_refused() -> None:
    with pytest.raises(DomainError):
        parse_content(STORED + b"\n", DIGEST)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"case_id":"c1"', b'"case_id":"c1","approved":true'),
        (b'"subject":"Your inquiry"', b'"bcc":"all@acme.example","subject":"Your inquiry"'),
    ],
    ids=["in the proposal", "in an action"],
)
def test_a_field_that_this_release_does_not_know_is_refused(old: bytes, new: bytes) -> None:
    """It was signed by a release that meant something by it: acting without it would be another act."""
    assert STORED.count(old) == 1
    stored = STORED.replace(old, new)
    with pytest.raises(DomainError) as refused:
        parse_content(stored, digest_of(stored))
    assert refused.value.code is ErrorCode.DOCUMENT_MISSING


def test_what_a_later_release_signed_is_refused_by_this_one() -> None:
    stored = later_content().model_validate_json(STORED).to_bytes()
    with pytest.raises(DomainError):
        parse_content(stored, digest_of(stored))
