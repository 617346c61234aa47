"""At most one e-mail: intent is committed before the effect, and doubt never leads to a second one."""

from collections.abc import Callable

from domain.errors import ErrorCode, MailError
from domain.owner_notices import OwnerNotice
from domain.ports import Clock, Mailer, MailGuard, MailLog, MailUnclear, NoticeMailer, WriteOrder
from domain.receipts import MailState

_ENDED = frozenset({MailState.ACCEPTED, MailState.REFUSED, MailState.STOPPED, MailState.UNKNOWN})

Send = Callable[[], None]


def send_once(
    mail_log: MailLog, mailer: Mailer, mail_guard: MailGuard, order: WriteOrder, clock: Clock, message_id: str
) -> MailState:
    """Send the decision's e-mail unless it was sent, stopped or refused before, and return how it stands.

    Found in `sending`, an earlier attempt died midway: nobody can know, so it ends as `delivery_unknown`.
    Raises `MailError` where nothing was accepted: mail_unavailable where another attempt is safe, mail_refused where
    this one has ended it; and what the guard raises, with nothing sent.
    """

    def ready() -> Send:
        mail = mail_guard.authorised_mail(order)
        return lambda: mailer.send(mail, message_id)

    return _Log(mail_log, clock, message_id, order.case_id, order.decision_id).once(ready)


def send_notice_once(
    mail_log: MailLog, mailer: NoticeMailer, notice: OwnerNotice, clock: Clock, *, case_id: str, message_id: str
) -> MailState:
    """The same for a notice to one of our own people, which rests on no decision. Raises as `send_once`."""
    return _Log(mail_log, clock, message_id, case_id, "").once(lambda: lambda: mailer.send_notice(notice, message_id))


class _Log:
    """The state of one e-mail, and the way through it."""

    def __init__(self, log: MailLog, clock: Clock, message_id: str, case_id: str, decision_id: str) -> None:
        self._log = log
        self._clock = clock
        self._message_id = message_id
        self._case_id = case_id
        self._decision_id = decision_id

    def once(self, ready: Callable[[], Send]) -> MailState:
        """`ready` gives the sending itself, or raises what forbids it."""
        state = self._state()
        if state in _ENDED:
            return state
        if state is MailState.SENDING:
            return self._move(MailState.SENDING, MailState.UNKNOWN)
        send = ready()
        if not self._log.move(self._message_id, MailState.INTENDED, MailState.SENDING, now=self._clock.now()):
            return self._taken()
        try:
            send()
        except MailUnclear:
            return self._move(MailState.SENDING, MailState.UNKNOWN)
        except MailError as failure:
            if failure.code is ErrorCode.MAIL_REFUSED:
                ended = self._move(MailState.SENDING, MailState.REFUSED)
                if ended is not MailState.REFUSED:
                    return ended
                raise
            self._move(MailState.SENDING, MailState.INTENDED)
            raise
        return self._move(MailState.SENDING, MailState.ACCEPTED)

    def _state(self) -> MailState:
        return self._log.begin(self._message_id, self._case_id, self._decision_id, now=self._clock.now())

    def _move(self, before: MailState, after: MailState) -> MailState:
        if self._log.move(self._message_id, before, after, now=self._clock.now()):
            return after
        # Somebody else ended it meanwhile (an overlapping attempt, the undo window): what the log says holds.
        return self._state()

    def _taken(self) -> MailState:
        """Another attempt was quicker. Its end is ours; while it is still sending, this one asks again later."""
        state = self._state()
        if state in _ENDED:
            return state
        raise MailError("another attempt is sending this e-mail now", code=ErrorCode.MAIL_UNAVAILABLE)
