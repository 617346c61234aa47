"""`CaseDocuments`."""

from datetime import timedelta
from functools import partial
from hashlib import sha256

import pytest

from domain.cases import DocumentKind
from domain.errors import DomainError, ErrorCode
from persistence.database import Database
from persistence.documents import SqlDocuments
from tests.fakes.clock import FakeClock
from tests.fakes.races import at_once

DRAFT = DocumentKind.DRAFT


@pytest.fixture
def documents(db: Database, clock: FakeClock) -> SqlDocuments:
    return SqlDocuments(db, clock)


def test_a_document_comes_back_as_it_was(documents: SqlDocuments) -> None:
    body = bytes(range(256))
    ref = documents.put("c1", DRAFT, "1", body)
    assert ref.id == "c1.draft.1"
    assert documents.get(ref.id) == body
    assert documents.find("c1", DRAFT, "1") == body


def test_the_first_of_a_slot_wins(documents: SqlDocuments) -> None:
    first = documents.put("c1", DRAFT, "1", b"first")
    assert documents.put("c1", DRAFT, "1", b"second") == first
    assert documents.get(first.id) == b"first"


def test_digests_are_salted_per_case(documents: SqlDocuments) -> None:
    one = documents.put("c1", DRAFT, "1", b"same")
    other = documents.put("c2", DRAFT, "1", b"same")
    again = documents.put("c1", DRAFT, "2", b"same")
    assert one.digest == again.digest
    assert one.digest not in {other.digest, sha256(b"same").hexdigest()}


def test_latest_and_order_follow_insertion_not_slot_or_time(documents: SqlDocuments, clock: FakeClock) -> None:
    for slot in ("10", "9", "x"):
        documents.put("c1", DRAFT, slot, slot.encode())
        clock.advance(timedelta(hours=-1))
    documents.put("c1", DocumentKind.CARD, "1", b"card")
    documents.put("c2", DRAFT, "1", b"other case")
    assert documents.all_of("c1", DRAFT) == (b"10", b"9", b"x")
    assert documents.latest("c1", DRAFT) == b"x"


def test_what_is_not_there(documents: SqlDocuments) -> None:
    assert documents.find("c1", DRAFT, "1") is None
    assert documents.latest("c1", DRAFT) is None
    assert documents.all_of("c1", DRAFT) == ()
    with pytest.raises(DomainError) as caught:
        documents.get("c1.draft.1")
    assert caught.value.code is ErrorCode.DOCUMENT_MISSING
    assert "c1.draft.1" in caught.value.detail


def test_erasing_takes_the_bodies_and_leaves_ids_and_digests(documents: SqlDocuments) -> None:
    kept = documents.put("c2", DRAFT, "1", b"somebody else")
    ref = documents.put("c1", DRAFT, "1", b"Ada Byron")
    documents.put("c1", DRAFT, "2", b"Ada again")
    assert documents.erase("c1") == 2
    assert documents.erase("c1") == 0
    assert documents.find("c1", DRAFT, "1") is None
    assert documents.all_of("c1", DRAFT) == ()
    with pytest.raises(DomainError, match="document_missing"):
        documents.get(ref.id)
    assert documents.put("c1", DRAFT, "1", b"Ada Byron") == ref
    assert documents.get(kept.id) == b"somebody else"


def test_an_erased_case_takes_no_more_documents(documents: SqlDocuments) -> None:
    documents.erase("c1")
    with pytest.raises(DomainError) as caught:
        documents.put("c1", DRAFT, "1", b"too late")
    assert caught.value.code is ErrorCode.DOCUMENT_MISSING
    assert documents.find("c1", DRAFT, "1") is None


def test_racing_writers_of_one_slot_agree(documents: SqlDocuments) -> None:
    refs = at_once([partial(documents.put, "c1", DRAFT, "1", f"writer {n}".encode()) for n in range(6)])
    assert len(set(refs)) == 1
    assert len(documents.all_of("c1", DRAFT)) == 1


def test_racing_writers_of_one_case_share_its_salt(documents: SqlDocuments) -> None:
    refs = at_once([partial(documents.put, "c1", DRAFT, str(n), b"same") for n in range(6)])
    assert len({ref.digest for ref in refs}) == 1
    assert len(documents.all_of("c1", DRAFT)) == 6
