"""At most once, wherever an attempt dies."""

from datetime import UTC, datetime

import pytest

from domain.errors import ErrorCode, MailError, MailRefusal, NotAuthorised, RefusalReason
from domain.leads import Motion
from domain.model import Instant
from domain.ports import MailUnclear, WriteOrder
from domain.proposals import Phase, SendEmail
from domain.receipts import MailState
from gateways.mail.sending import send_once

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
MESSAGE_ID = "<case-7.1@acme.example>"
ORDER = WriteOrder(
    org_id="00D000000000001AAA",
    case_id="case-7",
    round=1,
    decision_id="d-1",
    phase=Phase.MAIL,
    motion=Motion.INBOUND,
    attempt=1,
    agent_version="a",
)
MAIL = SendEmail(
    key="mail",
    to_address="marta@northwind.example",
    from_name="Irene",
    from_address="irene@acme.example",
    subject="Hi",
    body="Hello",
    footer="Acme",
)


class StoppedClock:
    def now(self) -> Instant:
        return NOW


class RememberedLog:
    """A mail log in memory; `history` is every state that the message was in."""

    def __init__(self, *history: MailState) -> None:
        self.history = list(history)

    def begin(self, message_id: str, case_id: str, decision_id: str, *, now: Instant) -> MailState:
        if not self.history:
            self.history.append(MailState.INTENDED)
        return self.history[-1]

    def move(self, message_id: str, before: MailState, after: MailState, *, now: Instant) -> bool:
        if self.history[-1] is not before:
            return False
        self.history.append(after)
        return True

    def of_case(self, case_id: str) -> tuple[tuple[str, MailState], ...]:
        return ((MESSAGE_ID, self.history[-1]),)


class Guard:
    def __init__(self, refusal: Exception | None = None, log: RememberedLog | None = None) -> None:
        self._refusal = refusal
        self._log = log

    def authorised_mail(self, order: WriteOrder) -> SendEmail:
        if self._refusal:
            raise self._refusal
        if self._log:  # A reviewer stops it in this very moment.
            self._log.history.append(MailState.STOPPED)
        return MAIL


class Mailer:
    """Counts what it sent; fails as told, once each."""

    def __init__(self, *failures: Exception) -> None:
        self.sent: list[str] = []
        self._failures = list(failures)

    def send(self, mail: SendEmail, message_id: str) -> None:
        if self._failures:
            raise self._failures.pop(0)
        self.sent.append(message_id)


def attempt(log: RememberedLog, mailer: Mailer, guard: Guard | None = None) -> MailState:
    return send_once(log, mailer, guard or Guard(), ORDER, StoppedClock(), MESSAGE_ID)


def test_sent_once_however_often_it_is_asked() -> None:
    log, mailer = RememberedLog(), Mailer()
    assert [attempt(log, mailer) for _ in range(3)] == [MailState.ACCEPTED] * 3
    assert mailer.sent == [MESSAGE_ID]
    assert log.history == [MailState.INTENDED, MailState.SENDING, MailState.ACCEPTED]


def test_tried_again_where_nothing_was_accepted() -> None:
    log, mailer = RememberedLog(), Mailer(MailError(code=ErrorCode.MAIL_UNAVAILABLE))
    with pytest.raises(MailError):
        attempt(log, mailer)
    assert log.history[-1] is MailState.INTENDED
    assert attempt(log, mailer) is MailState.ACCEPTED
    assert mailer.sent == [MESSAGE_ID]


def test_a_final_no_ends_it() -> None:
    log, mailer = RememberedLog(), Mailer(MailError(code=ErrorCode.MAIL_REFUSED))
    with pytest.raises(MailError) as refused:
        attempt(log, mailer)
    assert refused.value.refusal is MailRefusal.SERVER
    assert attempt(log, mailer) is MailState.REFUSED
    assert mailer.sent == []


@pytest.mark.parametrize("failure", [MailUnclear(), RuntimeError("a defect after the text was handed over")])
def test_doubt_never_sends_again(failure: Exception) -> None:
    log, mailer = RememberedLog(), Mailer(failure)
    try:
        attempt(log, mailer)
    except RuntimeError:
        assert log.history[-1] is MailState.SENDING
    assert [attempt(log, mailer) for _ in range(2)] == [MailState.UNKNOWN] * 2
    assert mailer.sent == []


def test_an_attempt_that_died_midway_is_unknown() -> None:
    mailer = Mailer()
    assert attempt(RememberedLog(MailState.INTENDED, MailState.SENDING), mailer) is MailState.UNKNOWN
    assert mailer.sent == []


@pytest.mark.parametrize("state", [MailState.STOPPED, MailState.REFUSED, MailState.UNKNOWN, MailState.ACCEPTED])
def test_what_has_ended_stays_ended(state: MailState) -> None:
    log, mailer = RememberedLog(state), Mailer()
    assert attempt(log, mailer, Guard(NotAuthorised(RefusalReason.EXPIRED))) is state
    assert mailer.sent == []


def test_the_guard_comes_before_the_mail() -> None:
    log, mailer = RememberedLog(), Mailer()
    with pytest.raises(NotAuthorised):
        attempt(log, mailer, Guard(NotAuthorised(RefusalReason.LEVEL_TOO_LOW)))
    assert mailer.sent == []
    assert log.history == [MailState.INTENDED]


def test_stopped_in_the_last_moment() -> None:
    log, mailer = RememberedLog(MailState.INTENDED), Mailer()
    assert attempt(log, mailer, Guard(log=log)) is MailState.STOPPED
    assert mailer.sent == []


def test_an_overlapping_attempt_sends_nothing_and_asks_again() -> None:
    class Overtaken(Guard):
        def authorised_mail(self, order: WriteOrder) -> SendEmail:
            log.history.append(MailState.SENDING)
            return MAIL

    log, mailer = RememberedLog(MailState.INTENDED), Mailer()
    with pytest.raises(MailError) as busy:
        attempt(log, mailer, Overtaken())
    assert busy.value.code is ErrorCode.MAIL_UNAVAILABLE
    assert mailer.sent == []
    assert log.history[-1] is MailState.SENDING
