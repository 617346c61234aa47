"""Notifications and channels as the pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.errors import ErrorCode
from domain.model import Instant
from domain.notices import Channel, ChannelHealth, NoticeKind, Notification, NotificationState

CHANNEL: dict[Channel, str] = {Channel.MAIL: "e-mail", Channel.SLACK: "Slack", Channel.WEBHOOK: "webhook"}

KIND: dict[NoticeKind, str] = {
    NoticeKind.OPENED: "Review opened",
    NoticeKind.REMINDER: "Reminder",
    NoticeKind.ESCALATED: "Escalated",
    NoticeKind.SECOND_SIGNATURE: "Second signature",
    NoticeKind.EXPIRED: "Expired",
    NoticeKind.DECIDED: "Decided",
    NoticeKind.REPLACED: "Replaced by a newer proposal",
    NoticeKind.EXCEPTION: "Needs a person",
    NoticeKind.OWNER_TOLD: "Owner told",
}

STATE: dict[NotificationState, str] = {
    NotificationState.WAITING: "waiting",
    NotificationState.SENDING: "being sent",
    NotificationState.DELIVERED: "delivered",
    NotificationState.FAILED: "given up",
    NotificationState.UNCLEAR: "may have arrived",
    NotificationState.OBSOLETE: "decided before it was told",
}

CAUSE: dict[str, str] = {
    ErrorCode.NOTIFY_UNAVAILABLE: "the channel cannot be reached",
    ErrorCode.NOTIFY_UNAUTHORISED: "the channel refuses our token; ops must renew it",
    ErrorCode.NOTIFY_RATE_LIMITED: "the channel asks us to slow down",
    ErrorCode.NOTIFY_REFUSED: "the address is missing or was refused",
    ErrorCode.NOTIFY_UNCLEAR: "the connection broke after it was handed over, so it is not sent again by itself",
}

_TONE = {
    NotificationState.DELIVERED: "low",
    NotificationState.FAILED: "high",
    NotificationState.UNCLEAR: "medium",
}


@dataclass(frozen=True)
class DeliveryLine:
    id: str
    what: str
    who: str
    channel: str
    case_id: str
    state: str
    tone: str
    cause: str
    at: Instant


@dataclass(frozen=True)
class ChannelLine:
    name: str
    works: bool
    cause: str
    since: Instant


def delivery_lines(found: Iterable[Notification], people: dict[str, str]) -> tuple[DeliveryLine, ...]:
    return tuple(
        DeliveryLine(
            id=n.id,
            what=KIND[n.notice.kind] + (", message not brought up to date" if n.updates else ""),
            who=people.get(n.login, n.login),
            channel=CHANNEL[n.channel],
            case_id=n.notice.case_id,
            state=_state(n),
            tone=_TONE.get(n.state, "medium" if n.attempts and n.state is NotificationState.WAITING else "flat"),
            cause=CAUSE.get(n.code, ""),
            at=n.due_at if n.state is NotificationState.WAITING else n.moved_at,
        )
        for n in found
    )


def _state(notification: Notification) -> str:
    if notification.state is NotificationState.WAITING and notification.attempts:
        return f"tried {notification.attempts} ×, next"
    if notification.state is NotificationState.WAITING:
        return "waiting until"
    return STATE[notification.state]


def channel_lines(healths: Iterable[ChannelHealth]) -> tuple[ChannelLine, ...]:
    return tuple(
        ChannelLine(
            name=CHANNEL[h.channel][:1].upper() + CHANNEL[h.channel][1:],
            works=not h.code,
            cause=CAUSE.get(h.code, h.code.replace("_", " ")),
            since=h.since,
        )
        for h in healths
    )
