"""What people are told about a review, through which channel, and how it stands.

A notice is one thing that happened. It is committed with the event itself, and spread later into notifications: one
per person and channel, each told once. Neither carries anything about the lead; who wants to know more opens the card.
"""

from datetime import time
from enum import StrEnum
from typing import Protocol

from pydantic import model_validator

from domain.cases import LadderStep, ReviewOpening
from domain.decisions import DecisionEnvelope
from domain.leads import Motion
from domain.model import Instant, Value
from domain.permissions import RiskCategory


class NoticeKind(StrEnum):
    OPENED = "review_opened"
    REMINDER = "reminder"
    ESCALATED = "escalated"
    SECOND_SIGNATURE = "second_signature"
    """Somebody has signed, and another person must sign the same change."""
    EXPIRED = "expired"
    DECIDED = "decided"
    REPLACED = "replaced"
    """The round ended without a decision because its proposal no longer fits."""
    EXCEPTION = "exception"
    OWNER_TOLD = "owner_told"
    """Nobody decided in time; who takes the lead over by hand hears of it."""


ASKS = frozenset({NoticeKind.OPENED, NoticeKind.REMINDER, NoticeKind.ESCALATED, NoticeKind.SECOND_SIGNATURE})
"""These ask for a decision and say nothing once there is one."""

ENDS = frozenset({NoticeKind.DECIDED, NoticeKind.EXPIRED, NoticeKind.REPLACED})
"""After these, a message that asked for the decision is out of date."""


class Notice(Value):
    """One thing that happened. `to` are logins, `by` is who caused it; `code` is a step, a verdict or a reason."""

    key: str
    kind: NoticeKind
    org_id: str
    case_id: str
    round: int = 0
    to: tuple[str, ...] = ()
    by: str = ""
    code: str = ""
    at: Instant


def opened_notice(opening: ReviewOpening) -> Notice | None:
    """For the person who is asked first; None where nobody is, because policy signs."""
    if opening.round < 1 or not opening.assignee:
        return None
    return _of_round(opening, NoticeKind.OPENED, "opened", opening.opened_at, to=(opening.assignee,))


def reassigned_notice(opening: ReviewOpening, to: str, by: str, at: Instant) -> Notice | None:
    """For the person who is asked from now on; None where they took it themselves."""
    if to == by:
        return None
    return _of_round(opening, NoticeKind.OPENED, f"reassigned.{at.isoformat()}", at, to=(to,), by=by)


def step_notice(opening: ReviewOpening, step: LadderStep, notified: str, at: Instant) -> Notice:
    """For the person whom this step of the ladder names."""
    match step:
        case LadderStep.REMINDER:
            kind = NoticeKind.REMINDER
        case LadderStep.FALLBACK | LadderStep.MANAGER:
            kind = NoticeKind.ESCALATED
        case LadderStep.EXPIRY:
            kind = NoticeKind.EXPIRED
    return _of_round(opening, kind, step.value, at, to=(notified,) if notified else (), code=step.value)


def second_notice(opening: ReviewOpening, envelope: DecisionEnvelope, signed: tuple[str, ...]) -> Notice:
    """For everybody on the ladder who has not signed: one of them is enough."""
    ladder = (opening.assignee, *(d.notify for d in opening.ladder.deadlines))
    others = dict.fromkeys(login for login in ladder if login and login not in {envelope.reviewer, *signed})
    return _of_round(
        opening,
        NoticeKind.SECOND_SIGNATURE,
        f"second.{envelope.decision_id}",
        envelope.decided_at,
        to=tuple(others),
        by=envelope.reviewer,
    )


def decided_notice(opening: ReviewOpening, envelope: DecisionEnvelope) -> Notice:
    """For those who were asked and did not decide."""
    return _of_round(
        opening,
        NoticeKind.DECIDED,
        "decided",
        envelope.decided_at,
        to=(opening.assignee,) if opening.assignee and opening.assignee != envelope.reviewer else (),
        by=envelope.reviewer,
        code=envelope.verdict.value,
    )


def replaced_notice(opening: ReviewOpening, at: Instant) -> Notice:
    """Tells nobody anew; messages that still ask are brought up to date."""
    return _of_round(opening, NoticeKind.REPLACED, "replaced", at)


def _of_round(
    opening: ReviewOpening,
    kind: NoticeKind,
    slot: str,
    at: Instant,
    *,
    to: tuple[str, ...] = (),
    by: str = "",
    code: str = "",
) -> Notice:
    return Notice(
        key=f"{opening.case_id}/{opening.round}/{slot}",
        kind=kind,
        org_id=opening.org_id,
        case_id=opening.case_id,
        round=opening.round,
        to=to,
        by=by,
        code=code,
        at=at,
    )


class Channel(StrEnum):
    MAIL = "mail"
    SLACK = "slack"
    WEBHOOK = "webhook"
    """One receiver for the whole organisation; people choose nothing here."""


class Digest(StrEnum):
    EACH = "each"
    HOURLY = "hourly"
    DAILY = "daily"


class Preferences(Value):
    """How a person wants to be told. Quiet hours are in the time zone of the person's calendar; both ends or none."""

    mail: bool = True
    digest: Digest = Digest.EACH
    slack: bool = True
    decided_by_others: bool = False
    quiet_from: time | None = None
    quiet_until: time | None = None
    working_hours_only: bool = False

    @model_validator(mode="after")
    def _both_ends(self) -> "Preferences":
        if (self.quiet_from is None) != (self.quiet_until is None):
            raise ValueError("quiet hours need a beginning and an end")
        if self.quiet_from is not None and self.quiet_from == self.quiet_until:
            raise ValueError("quiet hours that end when they begin are none; leave both empty")
        return self


class NotificationState(StrEnum):
    WAITING = "waiting"
    """For its time, its digest, or another try."""
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNCLEAR = "unclear"
    """The connection broke after it was handed over: it may have arrived, so it is not sent again by itself."""
    OBSOLETE = "obsolete"
    """Decided before it was told."""


TROUBLE = frozenset({NotificationState.FAILED, NotificationState.UNCLEAR})


class Notification(Value):
    """One notice for one person (or the webhook) through one channel. `code` says why the last try did not work.

    `grouped` ones of the same person that are due together leave as one message. `updates` is the notification whose
    message this one changes instead of sending another; `reference` is what the channel calls the message.
    """

    id: str
    notice: Notice
    login: str = ""
    channel: Channel
    grouped: bool = False
    updates: str = ""
    state: NotificationState = NotificationState.WAITING
    due_at: Instant
    attempts: int = 0
    code: str = ""
    reference: str = ""
    moved_at: Instant


class ReviewSummary(Value):
    """What may be said of a review outside the approval page. `url` leads to the card."""

    case_id: str
    round: int
    motion: Motion
    risk: RiskCategory
    score: int | None = None
    band: str = ""
    expires_at: Instant
    url: str = ""


class Item(Value):
    """`review` is None where the notice is about a case without an open review; `url` leads to what there is."""

    notice: Notice
    review: ReviewSummary | None = None
    url: str = ""


class Outgoing(Value):
    """One message. `id` stays the same over retries; `to` is an address in the channel's own terms."""

    id: str
    to: str = ""
    name: str = ""
    items: tuple[Item, ...]
    replaces: str = ""


class Notifier(Protocol):
    """A channel."""

    def send(self, message: Outgoing) -> str:
        """Hand over, and return what the channel calls the message.

        Raises `NotifyError`: `notify_unavailable` where another try is safe, `notify_refused` for a final no to this
        one message, `notify_unclear` where nobody can know whether it arrived.
        """
        ...


class ChannelHealth(Value):
    """Whether a channel works, as of its last use. `code` is empty while it does."""

    channel: Channel
    code: str = ""
    since: Instant
    checked_at: Instant


class Notices(Protocol):
    def tell(self, notice: Notice) -> None:
        """Keep it for spreading. Idempotent by key."""
        ...


class Outbox(Notices, Protocol):
    """Notices and the notifications made of them."""

    def unspread(self, limit: int) -> tuple[Notice, ...]: ...

    def spread(self, notice: Notice, into: tuple[Notification, ...], *, now: Instant) -> None:
        """Commit the notifications and that the notice is spread, together. Idempotent by id."""
        ...

    def due(self, now: Instant, limit: int) -> tuple[Notification, ...]:
        """Waiting ones whose time has come; those tried least come first."""
        ...

    def get(self, id: str) -> Notification | None: ...

    def begin(self, ids: tuple[str, ...], *, now: Instant) -> tuple[str, ...]:
        """Move from waiting to sending, in one transaction; the ids that nobody else took meanwhile."""
        ...

    def end(
        self, ids: tuple[str, ...], state: NotificationState, *, now: Instant, code: str = "", reference: str = ""
    ) -> None: ...

    def wait(self, ids: tuple[str, ...], until: Instant, *, now: Instant, code: str = "", tried: bool = True) -> None:
        """Back to waiting. `tried` counts an attempt."""
        ...

    def hold(self, channel: Channel, until: Instant) -> None:
        """Nothing leaves through this channel before then."""
        ...

    def asking(self, case_id: str, round: int, channel: Channel) -> tuple[Notification, ...]:
        """What was, or will be, sent to ask for a decision on this round."""
        ...

    def begun_before(self, at: Instant) -> tuple[Notification, ...]:
        """Still in `sending` since before then: whoever sent them died."""
        ...

    def note_health(self, channel: Channel, code: str, *, now: Instant) -> None: ...

    def configure(self, channels: frozenset[Channel], *, now: Instant) -> None:
        """Know these channels from now on and no others. What is known of their health stays."""
        ...


class Reachable(Protocol):
    """How people want to be told, and who they are elsewhere."""

    def preferences(self, login: str) -> Preferences: ...

    def slack_user(self, login: str) -> str:
        """The linked Slack user's id; empty where there is none."""
        ...
