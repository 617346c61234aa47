"""Who is asked for a review, who looks at it, and what this person may arrange about it."""

from dataclasses import dataclass

from approval_ui.arranging import SNOOZES, Arranging
from approval_ui.decision_requests import Reviewer
from approval_ui.views.review import Facts
from domain.model import Instant
from domain.permissions import can_arrange, can_release_others


@dataclass(frozen=True)
class Desk:
    """Names, not logins, but for `takers`, whose first part is what a form sends."""

    asked: str
    asked_first: str
    """Who was asked when the review opened, where that is somebody else."""
    claimed_by: str
    mine: bool
    may_arrange: bool
    may_release: bool
    snoozed_until: Instant | None
    snoozes: tuple[tuple[str, str], ...]
    takers: tuple[tuple[str, str], ...]


def desk_of(arranging: Arranging, facts: Facts, asked_first: str, reviewer: Reviewer, now: Instant) -> Desk:
    item = facts.item
    mine = item.claimed_by == reviewer.login
    snoozed = item.snoozed_until if item.snoozed_until is not None and item.snoozed_until > now else None
    left = item.ladder.expires_at - now
    return Desk(
        asked=facts.name(item.assignee),
        asked_first=facts.name(asked_first) if asked_first and asked_first != item.assignee else "",
        claimed_by=facts.name(item.claimed_by) if item.claimed_by else "",
        mine=mine,
        may_arrange=can_arrange(reviewer.role),
        may_release=mine or bool(item.claimed_by and can_release_others(reviewer.role)),
        snoozed_until=snoozed,
        snoozes=tuple((code, label) for code, (label, span) in SNOOZES.items() if span < left),
        takers=tuple((u.login, u.display_name) for u in arranging.takers(item.risk) if u.login != item.assignee),
    )
