"""At most one e-mail: intent is committed before the effect, and doubt never leads to a second one."""

from domain.errors import ErrorCode, MailError
from domain.ports import Clock, Mailer, MailGuard, MailLog, MailUnclear, WriteOrder
from domain.receipts import MailState

_ENDED = frozenset({MailState.ACCEPTED, MailState.REFUSED, MailState.STOPPED, MailState.UNKNOWN})


def send_once(
    mail_log: MailLog, mailer: Mailer, mail_guard: MailGuard, order: WriteOrder, clock: Clock, message_id: str
) -> MailState:
    """Send the decision's e-mail unless it was sent, stopped or refused before, and return how it stands.

    Found in `sending`, an earlier attempt died midway: nobody can know, so it ends as `delivery_unknown`.
    Raises `MailError` (mail_unavailable) where nothing was accepted and another attempt is safe, and what the
    guard raises, with nothing sent.
    """

    def move(before: MailState, after: MailState) -> MailState:
        if mail_log.move(message_id, before, after, now=clock.now()):
            return after
        # Somebody else ended it meanwhile (an overlapping attempt, the undo window): what the log says holds.
        return mail_log.begin(message_id, order.case_id, order.decision_id, now=clock.now())

    state = mail_log.begin(message_id, order.case_id, order.decision_id, now=clock.now())
    if state in _ENDED:
        return state
    if state is MailState.SENDING:
        return move(MailState.SENDING, MailState.UNKNOWN)
    mail = mail_guard.authorised_mail(order)
    if not mail_log.move(message_id, MailState.INTENDED, MailState.SENDING, now=clock.now()):
        return _taken(mail_log, order, clock, message_id)
    try:
        mailer.send(mail, message_id)
    except MailUnclear:
        return move(MailState.SENDING, MailState.UNKNOWN)
    except MailError as failure:
        if failure.code is ErrorCode.MAIL_REFUSED:
            return move(MailState.SENDING, MailState.REFUSED)
        move(MailState.SENDING, MailState.INTENDED)
        raise
    return move(MailState.SENDING, MailState.ACCEPTED)


def _taken(mail_log: MailLog, order: WriteOrder, clock: Clock, message_id: str) -> MailState:
    """Another attempt was quicker. Its end is ours; while it is still sending, this one asks again later."""
    state = mail_log.begin(message_id, order.case_id, order.decision_id, now=clock.now())
    if state in _ENDED:
        return state
    raise MailError("another attempt is sending this e-mail now", code=ErrorCode.MAIL_UNAVAILABLE)
