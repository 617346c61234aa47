"""One e-mail or none: what was stopped is never sent, what was sent is never called stopped."""

from collections.abc import Callable

import pytest
from temporalio.testing import ActivityEnvironment

from activities.mailing import MailActivities
from activities.messages import MailHead, MailInput
from domain.audit import AuditKind
from domain.errors import ErrorCode, MailError, MailRefusal
from domain.model import Instant
from domain.ports import MailUnclear, WriteOrder
from domain.proposals import SendEmail
from domain.receipts import MailState
from gateways.mail.sending import send_once
from persistence.mail_log import SqlMailLog
from tests.activities.world import CASE, MAIL, World
from tests.fakes.examples import ORG

ORDER = MailInput(case_id=CASE, org_id=ORG, round=1, decision_id="d1", message_id="<d1@acme.example>")


class Mailbox:
    """`Mailer` and `MailGuard`: hands out the approved mail and keeps what was handed over."""

    def __init__(self) -> None:
        self.accepted: list[str] = []
        self.fails: list[Exception] = []
        self.refusal: MailError | None = None
        self.meanwhile: Callable[[], object] = lambda: None

    def authorised_mail(self, order: WriteOrder) -> SendEmail:
        assert (order.decision_id, order.snapshot_slot) == ("d1", "1")
        self.meanwhile()
        if self.refusal is not None:
            raise self.refusal
        return MAIL

    def send(self, mail: SendEmail, message_id: str) -> None:
        if self.fails:
            raise self.fails.pop(0)
        self.accepted.append(message_id)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


def mailing_of(world: World, mailbox: Mailbox, mail_log: SqlMailLog | None = None) -> MailActivities:
    return MailActivities(
        send_once=lambda order, message_id: send_once(world.mail_log, mailbox, mailbox, order, world.clock, message_id),
        mail_log=mail_log or world.mail_log,
        audit=world.audit,
        clock=world.clock,
    )


@pytest.fixture
def mailing(world: World, mailbox: Mailbox) -> MailActivities:
    return mailing_of(world, mailbox)


def send(mailing: MailActivities) -> MailHead:
    return ActivityEnvironment().run(mailing.send, ORDER)


def test_sending_twice_sends_once(world: World, mailing: MailActivities, mailbox: Mailbox) -> None:
    assert send(mailing) == send(mailing) == MailHead(state=MailState.ACCEPTED)
    assert mailbox.accepted == [ORDER.message_id]
    assert [e.kind for e in world.audited()] == [AuditKind.MAIL_ACCEPTED]


def test_what_was_stopped_is_never_sent(world: World, mailing: MailActivities, mailbox: Mailbox) -> None:
    assert mailing.stop(ORDER) == mailing.stop(ORDER) == MailHead(state=MailState.STOPPED)
    assert send(mailing).state is MailState.STOPPED
    assert mailbox.accepted == []
    assert [e.kind for e in world.audited()] == [AuditKind.MAIL_STOPPED]


def test_what_was_sent_cannot_be_stopped(world: World, mailing: MailActivities, mailbox: Mailbox) -> None:
    send(mailing)
    assert mailing.stop(ORDER).state is MailState.ACCEPTED
    assert world.mail_log.of_case(CASE) == ((ORDER.message_id, MailState.ACCEPTED),)
    assert [e.kind for e in world.audited()] == [AuditKind.MAIL_ACCEPTED]


def test_a_stop_while_the_mail_is_being_checked_wins(world: World, mailing: MailActivities, mailbox: Mailbox) -> None:
    mailbox.meanwhile = lambda: mailing.stop(ORDER)
    assert send(mailing).state is MailState.STOPPED
    assert mailbox.accepted == []


def test_a_stop_that_comes_too_late_says_so(world: World, mailbox: Mailbox) -> None:
    """Between its two looks at the log, an attempt that was thought dead hands the mail over."""

    class SentMeanwhile(SqlMailLog):
        def move(self, message_id: str, before: MailState, after: MailState, *, now: Instant) -> bool:
            if after is MailState.STOPPED:
                send(mailing_of(world, mailbox))
            return super().move(message_id, before, after, now=now)

    answer = mailing_of(world, mailbox, SentMeanwhile(world.database)).stop(ORDER)
    assert mailbox.accepted == [ORDER.message_id]
    assert answer.state is MailState.ACCEPTED
    assert world.audited(AuditKind.MAIL_STOPPED) == []


def test_what_an_attempt_took_along_before_it_died_is_unknown(world: World, mailing: MailActivities) -> None:
    """The case is closed and nobody sends any more: "being sent" would be said of it for ever."""
    now = world.clock.now()
    world.mail_log.begin(ORDER.message_id, CASE, ORDER.decision_id, now=now)
    world.mail_log.move(ORDER.message_id, MailState.INTENDED, MailState.SENDING, now=now)
    assert mailing.stop(ORDER).state is MailState.UNKNOWN
    assert [e.kind for e in world.audited()] == [AuditKind.MAIL_UNKNOWN]


def test_an_opt_out_before_sending_closes_the_intent(world: World, mailing: MailActivities, mailbox: Mailbox) -> None:
    mailbox.refusal = MailError("opted out", code=ErrorCode.MAIL_REFUSED, refusal=MailRefusal.OPTED_OUT)
    assert send(mailing).state is MailState.REFUSED
    mailbox.refusal = None
    assert send(mailing).state is MailState.REFUSED
    assert mailbox.accepted == []
    assert [(e.kind, e.code) for e in world.audited()] == [(AuditKind.MAIL_REFUSED, "opted_out")]


def test_why_it_was_refused_while_it_was_handed_over_is_on_record(
    world: World, mailing: MailActivities, mailbox: Mailbox
) -> None:
    mailbox.fails = [MailError("sandbox", code=ErrorCode.MAIL_REFUSED, refusal=MailRefusal.SANDBOX)]
    assert send(mailing) == send(mailing) == MailHead(state=MailState.REFUSED)
    assert [(e.kind, e.code) for e in world.audited()] == [(AuditKind.MAIL_REFUSED, "sandbox")]


def test_a_refusal_of_one_attempt_does_not_hide_that_another_has_sent(
    world: World, mailing: MailActivities, mailbox: Mailbox
) -> None:
    def sent_by_another() -> None:
        mailbox.meanwhile = lambda: None
        send(mailing)
        mailbox.refusal = MailError("opted out since", code=ErrorCode.MAIL_REFUSED)

    mailbox.meanwhile = sent_by_another
    assert send(mailing).state is MailState.ACCEPTED
    assert world.audited(AuditKind.MAIL_REFUSED) == []


def test_a_server_that_is_down_is_asked_again(world: World, mailing: MailActivities, mailbox: Mailbox) -> None:
    mailbox.fails = [MailError("busy", code=ErrorCode.MAIL_UNAVAILABLE)]
    with pytest.raises(MailError):
        send(mailing)
    assert world.audited() == []
    assert send(mailing).state is MailState.ACCEPTED
    assert mailbox.accepted == [ORDER.message_id]


def test_in_doubt_it_is_not_sent_again(world: World, mailing: MailActivities, mailbox: Mailbox) -> None:
    mailbox.fails = [MailUnclear()]
    assert send(mailing) == send(mailing) == MailHead(state=MailState.UNKNOWN)
    assert mailbox.accepted == []
    assert [e.kind for e in world.audited()] == [AuditKind.MAIL_UNKNOWN]
