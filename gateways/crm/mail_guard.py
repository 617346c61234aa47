"""The e-mail of a decision, given out only while it may be sent: the write guard, then the person's word of now."""

from domain.errors import ErrorCode, MailError, MailRefusal, NotAuthorised, RefusalReason
from domain.ports import CaseDocuments, Clock, WriteOrder
from domain.proposals import Phase, SendEmail, in_phase
from gateways.crm.client import SalesforceSession
from gateways.crm.fields import ReadFields
from gateways.crm.guard import WriteGuard
from gateways.crm.judging import basis_of, gone, people_in, refused
from gateways.crm.live import LiveReader
from gateways.crm.origin import key_of
from gateways.crm.plan import make_plan
from gateways.crm.recent import RecentReads
from gateways.crm.snapshots import snapshot_of
from gateways.crm.writer import CrmUserOf, access_of


class SalesforceMailGuard:
    """Implements `MailGuard`. Thread-safe. One API call for each e-mail."""

    def __init__(
        self,
        session: SalesforceSession,
        guard: WriteGuard,
        documents: CaseDocuments,
        fields: ReadFields | None = None,
        recent: RecentReads | None = None,
        clock: Clock | None = None,
        crm_user_of: CrmUserOf = lambda _login: None,
    ) -> None:
        """What is read here is left in `recent` for the step that follows, which claims what the e-mail did.

        So is whether the approvers, by `crm_user_of`, may edit what that step changes.
        """
        self._crm_user_of = crm_user_of
        self._recent = recent
        self._clock = clock
        self._guard = guard
        self._documents = documents
        self._reader = LiveReader(session, fields or ReadFields())

    def authorised_mail(self, order: WriteOrder) -> SendEmail:
        """The e-mail, exactly as signed.

        Raises what the guard raises, `CrmError`, and `MailError` (mail_refused) where the person opted out,
        was deleted or was converted since the CRM step, or that step was taken back: within the undo window much
        can happen.
        """
        authorised = self._guard.authorise(order)
        mail = authorised.content.mail
        if mail is None or order.phase is not Phase.MAIL:
            raise NotAuthorised(RefusalReason.FORBIDDEN_ACTION, "this decision holds no e-mail")
        if self._guard.taken_back(order):
            raise _refused(MailRefusal.TAKEN_BACK)
        basis = basis_of(authorised.content, order, snapshot=snapshot_of(order, self._documents))
        people = people_in(basis.about)
        if people:
            approvers = {login: self._crm_user_of(login) for login in authorised.approvers}
            following = make_plan(in_phase(authorised.content, Phase.AFTER_MAIL), "")
            live = self._reader.read(
                basis.wanted(),
                ledger_key=key_of(order, authorised.content),
                since=None,
                addresses=(mail.to_address,),
                access=access_of(approvers, following),
            )
            if self._recent is not None and self._clock is not None:
                self._recent.keep(order, live, now=self._clock.now())
            stopped = gone(people, live)
            if stopped is not None:
                raise _refused(MailRefusal.RECORD_GONE)
            if refused(people, live):
                raise _refused(MailRefusal.OPTED_OUT)
            self._guard.still_running(order)
        return mail


def _refused(why: MailRefusal) -> MailError:
    return MailError(_SENTENCES[why], code=ErrorCode.MAIL_REFUSED, refusal=why)


_SENTENCES = {
    MailRefusal.TAKEN_BACK: "what was written before it was taken back",
    MailRefusal.RECORD_GONE: "the recipient's record was deleted, merged or converted",
    MailRefusal.OPTED_OUT: "the recipient opted out of e-mail",
}
