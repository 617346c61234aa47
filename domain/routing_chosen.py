"""An owner that a person chose, in place of what the rules found."""

from collections.abc import Mapping

from domain.evidence import EvidenceBook, EvidenceSource
from domain.leads import CrmSnapshot
from domain.owners import is_active_person
from domain.resolutions import Resolved
from domain.routing import Candidate, RoutingDecision


def with_chosen_owner(
    found: RoutingDecision,
    chosen: tuple[str, Resolved] | None,
    snapshot: CrmSnapshot,
    book: EvidenceBook,
    *,
    set_aside: Mapping[str, str],
) -> RoutingDecision:
    """The decision with the chosen owner; as it was where nobody chose, or who was chosen can take nothing now."""
    if chosen is None:
        return found
    owner_id, by = chosen
    owner = next((r for r in (*snapshot.users, *snapshot.queues) if r.id == owner_id), None)
    if owner is None or owner_id in set_aside or (owner.object == "User" and not is_active_person(owner)):
        return found
    name = owner.text("Name") or owner_id
    note = book.cite(
        EvidenceSource.REVIEWER, by.by_name, by.by, "owner", observed_at=by.at, value=f"{name}, chosen by {by.by_name}"
    )
    before = tuple(c.model_copy(update={"chosen": False}) for c in found.considered if c.owner_id != owner_id)
    return found.model_copy(
        update={
            "owner_id": owner_id,
            "owner_name": name,
            "owner_is_queue": owner.object != "User",
            "rule": "chosen_by_person",
            "reason": f"Chosen by {by.by_name}." + (f" The rules had said: {found.conflict}" if found.conflict else ""),
            "confidence": 1.0,
            "conflict": "",
            "evidence": (note, *found.evidence),
            "considered": (
                Candidate(owner_id=owner_id, name=name, chosen=True, why=f"chosen by {by.by_name}"),
                *before,
            ),
        }
    )
