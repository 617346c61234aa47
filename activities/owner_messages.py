"""What the watch over owners and first touch takes and gives. The rules of `messages` hold here too."""

from datetime import datetime

from activities.messages import CaseRef
from domain.first_touch import Standing
from domain.model import Message
from domain.owner_notices import NoticeKind


class AssignmentRef(CaseRef):
    """One write that gave a lead an owner, by the round that wrote it."""

    round: int
    agent_version: str = ""


class WatchOrder(AssignmentRef):
    receipt_id: str
    number: int = 0


class WatchHead(Message):
    """The deadlines of the new owner. `watching` is False where the playbook wants none."""

    watching: bool = False
    owner_id: str = ""
    lead_id: str = ""
    look_at: datetime | None = None
    respond_by: datetime | None = None
    reassign_at: datetime | None = None


class NoticeOrder(AssignmentRef):
    notice: NoticeKind


class NoticeHead(Message):
    """How many were told. `not_told` were refused by the mail server, or nobody knows."""

    told: int = 0
    not_told: int = 0


class LookOrder(AssignmentRef):
    lead_id: str


class LookHead(Message):
    standing: Standing
    survivor_id: str = ""
    minutes: int = 0
    """Business minutes from the inquiry to the first touch."""


class BreachHead(Message):
    """Where another owner can be proposed: in a new round, or in the open one of a case that still waits."""

    case_open: bool = False
    case_workflow_id: str = ""
    open_round: int = 0
    next_round: int = 0


class ReassignOrder(AssignmentRef):
    """`round` is that of the assignment; `review_round` the new one, whose snapshot was read before."""

    review_round: int
    workflow_id: str
    keeps_ladder_of_round: int | None = None


class OwnerCheckOrder(Message):
    """Not about one case: all rounds that wait are looked at."""

    org_id: str


class UnfitOwner(Message):
    """A waiting round whose proposed owner can take nothing any more."""

    workflow_id: str
    case_id: str
    round: int
    reason: str
    """`domain.routing_people.Unfit` as text."""


class OwnerCheckHead(Message):
    looked_at: int
    unfit: tuple[UnfitOwner, ...] = ()
