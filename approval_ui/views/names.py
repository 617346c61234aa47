"""What people call the CRM's records: names by id, from what the case has read and shown."""

import re
from collections.abc import Iterable

from approval_ui.dependencies import UiDependencies
from domain.cards import ReviewCard
from domain.casefile import CaseFile
from domain.cases import CaseException, DocumentKind
from domain.errors import DomainError
from domain.leads import CrmRecord, CrmSnapshot, MatchResult
from domain.model import Scalar

_ID = re.compile(r"^[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?$")
_OBJECTS = {
    "005": "a user",
    "00G": "a queue",
    "00Q": "a lead",
    "003": "a contact",
    "001": "an account",
    "00T": "a task",
}


def names_of(deps: UiDependencies, case_id: str) -> dict[str, str]:
    """Users, queues, people and accounts by id; what another release stored is left out."""
    names: dict[str, str] = {}
    file = CaseFile(deps.documents, case_id)
    try:
        snapshot, match = file.newest_snapshot(), deps.documents.latest(case_id, DocumentKind.MATCH)
        if match is not None:
            found = MatchResult.model_validate_json(match)
            names |= _called((*(c.record for c in found.candidates), *found.queues))
        if snapshot is not None:
            names |= _called(_records(snapshot))
    except (ValueError, DomainError):
        pass
    for body in deps.documents.all_of(case_id, DocumentKind.CARD):
        try:
            card = ReviewCard.model_validate_json(body)
        except ValueError:
            continue
        names |= {c.owner_id: c.name for c in card.routing.considered if c.owner_id} | card.names
    return names


def offered_names(raised: CaseException | None) -> dict[str, str]:
    """What an exception calls the records among which somebody chose."""
    return {c.id: c.label for c in (*raised.matches, *raised.owners)} if raised is not None else {}


def looks_like_an_id(value: Scalar) -> bool:
    return isinstance(value, str) and bool(_ID.match(value)) and value[:3] in _OBJECTS


def kind_of(value: str) -> str:
    """`a user` for an id whose record nobody here knows by name."""
    return _OBJECTS.get(value[:3], "a record")


def _records(snapshot: CrmSnapshot) -> Iterable[CrmRecord]:
    single = (snapshot.lead, snapshot.account, snapshot.contact, snapshot.owner)
    return (*(record for record in single if record is not None), *snapshot.users, *snapshot.queues)


def _called(records: Iterable[CrmRecord]) -> dict[str, str]:
    named = ((r.id, r.text("Name") or f"{r.text('FirstName')} {r.text('LastName')}".strip()) for r in records)
    return {record_id: name for record_id, name in named if name}
