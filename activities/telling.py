"""Telling people what happened, through the channels that are configured. Never in the way of a case.

A case's workflow neither starts this nor waits for it: what happened was committed as a notice with the event itself.
Every step may be repeated; only a message that may have arrived is never sent again by itself.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta

from temporalio import activity

from activities.messages import TellHead, TellOrder
from domain.decisions import RoundState
from domain.errors import DomainError, ErrorCode, NotifyError
from domain.model import Instant
from domain.notice_spreading import address_of, spread
from domain.notices import (
    ASKS,
    Channel,
    Item,
    Notice,
    Notification,
    NotificationState,
    Notifier,
    Outbox,
    Outgoing,
    Reachable,
    ReviewSummary,
)
from domain.playbook import Playbook
from domain.ports import Clock, Playbooks, Reviews

_BATCH = 200
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=1)
_MOST_ATTEMPTS = 30
"""With these pauses, about a day."""
_DEAD_AFTER = timedelta(minutes=10)
"""Longer than any attempt: what is still in sending then was sent by a process that died."""
_UPDATE_PAUSE = timedelta(seconds=30)

_OF_THE_CHANNEL = frozenset(
    {ErrorCode.NOTIFY_UNAVAILABLE, ErrorCode.NOTIFY_UNAUTHORISED, ErrorCode.NOTIFY_RATE_LIMITED}
)
"""Failures that the next message would meet as well."""

logger = logging.getLogger("countersign.telling")


class TellingActivities:
    """`notifiers` holds the configured channels. `public_url` is where the approval page is reached."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        reachable: Reachable,
        reviews: Reviews,
        playbooks: Playbooks,
        notifiers: Mapping[Channel, Notifier],
        public_url: str,
        clock: Clock,
    ) -> None:
        self._outbox = outbox
        self._reachable = reachable
        self._reviews = reviews
        self._playbooks = playbooks
        self._notifiers = notifiers
        self._public_url = public_url.rstrip("/")
        self._clock = clock

    @activity.defn(name="tell_people")
    def tell(self, order: TellOrder) -> TellHead:
        """Spread what is new, then send what is due. Counts only; who was told what is in the store."""
        playbook = self._playbooks.readable()
        self._outbox.configure(frozenset(self._notifiers), now=self._clock.now())
        for notice in self._outbox.unspread(_BATCH):
            self._spread(notice, playbook)
        self._bury()
        counts: Counter[NotificationState] = Counter()
        stopped: set[Channel] = set()
        for batch in _batches(self._outbox.due(self._clock.now(), _BATCH)):
            if batch[0].channel not in stopped and batch[0].channel in self._notifiers:
                self._send(batch, playbook, counts, stopped)
        return TellHead(
            delivered=counts[NotificationState.DELIVERED],
            waiting=counts[NotificationState.WAITING],
            failed=counts[NotificationState.FAILED] + counts[NotificationState.UNCLEAR],
        )

    def _spread(self, notice: Notice, playbook: Playbook) -> None:
        now = self._clock.now()
        into = spread(
            notice,
            channels=frozenset(self._notifiers),
            preferences=self._reachable.preferences,
            slack_linked=lambda login: bool(self._reachable.slack_user(login)),
            asked_in_slack=self._outbox.asking(notice.case_id, notice.round, Channel.SLACK),
            playbook=playbook,
            now=now,
        )
        self._outbox.spread(notice, into, now=now)

    def _bury(self) -> None:
        """What somebody died over. The webhook's receiver knows an event it has seen; people would be told twice."""
        now = self._clock.now()
        for left in self._outbox.begun_before(now - _DEAD_AFTER):
            if left.channel is Channel.WEBHOOK or left.updates:
                self._outbox.wait((left.id,), now, now=now)
            else:
                self._outbox.end((left.id,), NotificationState.UNCLEAR, now=now, code=ErrorCode.NOTIFY_UNCLEAR.value)

    def _send(
        self,
        batch: tuple[Notification, ...],
        playbook: Playbook,
        counts: "Counter[NotificationState]",
        stopped: set[Channel],
    ) -> None:
        live = tuple(n for n in batch if self._still_wanted(n))
        mine = self._outbox.begin(tuple(n.id for n in live), now=self._clock.now())
        live = tuple(n for n in live if n.id in mine)
        if not live:
            return
        channel = live[0].channel
        try:
            reference = self._notifiers[channel].send(self._message(live, playbook))
        except NotifyError as failed:
            counts[self._failed(live, failed)] += len(live)
            if failed.code in _OF_THE_CHANNEL:
                stopped.add(channel)
                self._outbox.note_health(channel, failed.code.value, now=self._clock.now())
                if failed.retry_after_seconds:
                    self._outbox.hold(channel, self._clock.now() + timedelta(seconds=failed.retry_after_seconds))
            return
        self._outbox.end(mine, NotificationState.DELIVERED, now=self._clock.now(), reference=reference)
        self._outbox.note_health(channel, "", now=self._clock.now())
        counts[NotificationState.DELIVERED] += len(live)

    def _still_wanted(self, notification: Notification) -> bool:
        """Asked for a decision that was made meanwhile, it says nothing; an update waits for what it updates."""
        now = self._clock.now()
        notice = notification.notice
        if notification.updates:
            original = self._outbox.get(notification.updates)
            if original is not None and original.state in (NotificationState.WAITING, NotificationState.SENDING):
                self._outbox.wait((notification.id,), now + _UPDATE_PAUSE, now=now, tried=False)
                return False
            wanted = original is not None and bool(original.reference)
        elif notice.kind in ASKS and notification.channel is not Channel.WEBHOOK:
            wanted = self._reviews.outcome(notice.case_id, notice.round).state is RoundState.OPEN
        else:
            wanted = True
        if not wanted:
            self._outbox.end((notification.id,), NotificationState.OBSOLETE, now=now)
        return wanted

    def _message(self, live: tuple[Notification, ...], playbook: Playbook) -> Outgoing:
        first = live[0]
        replaces = ""
        if first.updates:
            original = self._outbox.get(first.updates)
            replaces = original.reference if original else ""
        reviewer = playbook.reviewer(first.login)
        return Outgoing(
            id=first.id,
            to=self._address(first, playbook),
            name=reviewer.name if reviewer else "",
            items=tuple(self._item(n.notice) for n in live),
            replaces=replaces,
        )

    def _address(self, notification: Notification, playbook: Playbook) -> str:
        match notification.channel:
            case Channel.MAIL:
                found = address_of(notification.login, playbook)
            case Channel.SLACK:
                found = self._reachable.slack_user(notification.login)
            case Channel.WEBHOOK:
                return ""
        if not found:
            raise NotifyError("nobody knows this person's address there", code=ErrorCode.NOTIFY_REFUSED)
        return found

    def _item(self, notice: Notice) -> Item:
        opening = self._reviews.opening(notice.case_id, notice.round) if notice.round else None
        case_url = f"{self._public_url}/cases/{notice.case_id}"
        if opening is None:
            return Item(notice=notice, url=case_url)
        return Item(
            notice=notice,
            url=case_url,
            review=ReviewSummary(
                case_id=opening.case_id,
                round=opening.round,
                motion=opening.motion,
                risk=opening.risk,
                score=opening.score,
                band=opening.band,
                expires_at=opening.ladder.expires_at,
                url=f"{self._public_url}/reviews/{opening.case_id}/{opening.round}",
            ),
        )

    def _failed(self, live: tuple[Notification, ...], failed: DomainError) -> NotificationState:
        """Try again later, or give up where it can be seen."""
        ids = tuple(n.id for n in live)
        now = self._clock.now()
        logger.warning("%d notifications (%s) not delivered: %s", len(ids), live[0].channel.value, failed.code.value)
        code = failed.code.value
        if failed.code is ErrorCode.NOTIFY_UNCLEAR and live[0].channel is not Channel.WEBHOOK and not live[0].updates:
            self._outbox.end(ids, NotificationState.UNCLEAR, now=now, code=code)
            return NotificationState.UNCLEAR
        if failed.code is ErrorCode.NOTIFY_REFUSED or live[0].attempts + 1 >= _MOST_ATTEMPTS:
            self._outbox.end(ids, NotificationState.FAILED, now=now, code=code)
            return NotificationState.FAILED
        self._outbox.wait(ids, _next_try(live[0].attempts, failed, now), now=now, code=code)
        return NotificationState.WAITING


def _next_try(attempts: int, failed: DomainError, now: Instant) -> Instant:
    pause = min(_FIRST_PAUSE * (1 << min(attempts, 10)), _LONGEST_PAUSE)
    if failed.retry_after_seconds is not None:
        pause = max(pause, timedelta(seconds=min(failed.retry_after_seconds, 3600)))
    return now + pause


def _batches(due: Iterable[Notification]) -> tuple[tuple[Notification, ...], ...]:
    """What leaves as one message: a person's grouped e-mails together, everything else alone."""
    together: dict[str, list[Notification]] = {}
    for notification in due:
        alone = not notification.grouped or bool(notification.updates)
        key = notification.id if alone else f"{notification.channel.value} {notification.login}"
        together.setdefault(key, []).append(notification)
    return tuple(tuple(sorted(group, key=lambda n: (n.notice.at, n.id))) for group in together.values())
