"""The one e-mail of a decision, at most once. Runs beside the CRM writes, behind the same guard."""

from collections.abc import Callable

from temporalio import activity

from activities.messages import MailHead, MailInput
from activities.write_orders import write_order
from domain.audit import AuditEvent, AuditKind
from domain.errors import ErrorCode, MailError, MailRefusal
from domain.ports import AuditLog, Clock, MailLog, WriteOrder
from domain.proposals import Phase
from domain.receipts import MailState

SendOnce = Callable[[WriteOrder, str], MailState]
"""Sends the mail of an order under a Message-ID, unless it was ever handed over before."""

_AUDIT = {
    MailState.ACCEPTED: AuditKind.MAIL_ACCEPTED,
    MailState.STOPPED: AuditKind.MAIL_STOPPED,
    MailState.REFUSED: AuditKind.MAIL_REFUSED,
    MailState.UNKNOWN: AuditKind.MAIL_UNKNOWN,
}


class MailActivities:
    def __init__(self, *, send_once: SendOnce, mail_log: MailLog, audit: AuditLog, clock: Clock) -> None:
        self._send_once = send_once
        self._mail_log = mail_log
        self._audit = audit
        self._clock = clock

    @activity.defn(name="send_mail")
    def send(self, order: MailInput) -> MailHead:
        """Send it. A final refusal is a result, since what was written before it stays right."""
        try:
            state = self._send_once(write_order(order, Phase.MAIL), order.message_id)
        except MailError as refused:
            if refused.code is not ErrorCode.MAIL_REFUSED:
                raise
            # Refused before it was handed over (the person opted out meanwhile): close the intent as well.
            state = self._end(order, MailState.REFUSED)
            self._note(order, state, refused.refusal if state is MailState.REFUSED else None)
            return MailHead(state=state)
        self._note(order, state)
        return MailHead(state=state)

    @activity.defn(name="stop_mail")
    def stop(self, order: MailInput) -> MailHead:
        """Stop it, so that no later attempt can send it. One that an attempt handed over before it died is unknown."""
        state = self._log(order)
        if state is MailState.INTENDED:
            state = self._end(order, MailState.STOPPED)
        elif state is MailState.SENDING:
            state = self._end(order, MailState.UNKNOWN, found=MailState.SENDING)
        self._note(order, state)
        return MailHead(state=state)

    def _end(self, order: MailInput, ending: MailState, *, found: MailState = MailState.INTENDED) -> MailState:
        """End it as it was found. Where another attempt was quicker, how that one ended."""
        if self._mail_log.move(order.message_id, found, ending, now=self._clock.now()):
            return ending
        return self._log(order)

    def _log(self, order: MailInput) -> MailState:
        return self._mail_log.begin(order.message_id, order.case_id, order.decision_id, now=self._clock.now())

    def _note(self, order: MailInput, state: MailState, why: MailRefusal | None = None) -> None:
        if state not in _AUDIT:
            return
        self._audit.append(
            AuditEvent(
                key=f"mail/{order.message_id}/{state.value}",
                kind=_AUDIT[state],
                org_id=order.org_id,
                case_id=order.case_id,
                subject=order.decision_id,
                agent_version=order.agent_version,
                code=why.value if why is not None else "",
                at=self._clock.now(),
            )
        )
