"""The only way into the CRM: guard, ledger, re-read, one atomic write, receipt.

When do you need to touch this? When the order of these steps changes. What is refused is in `guard.py`,
what stops a write at the last moment in `judging.py`, what is sent in `plan.py` and `atomic.py`.
"""

import time
from collections.abc import Callable, Mapping, Sequence

from domain.audit import AuditEvent, AuditKind
from domain.decisions import DecisionEnvelope
from domain.errors import CrmError, ErrorCode, RefusalReason
from domain.field_mapping import RECORD_TYPE
from domain.leads import CrmSnapshot
from domain.ports import AuditLog, CaseDocuments, Clock, Receipts, UndoOrder, WriteOrder
from domain.proposals import AssignOwner, Phase, ProposalContent, in_phase
from domain.receipts import UndoOutcome, WriteOutcome, WriteOutcomeKind, WriteReceipt
from gateways.crm.access import AccessQuestion, RecordAccess
from gateways.crm.atomic import AlreadyWritten, AtomicWrite, ChangedMeanwhile, Committed, CrmSaysNo
from gateways.crm.client import SalesforceSession
from gateways.crm.field_rules import Broken, FieldRules, untaken
from gateways.crm.fields import ReadFields
from gateways.crm.guard import Authorised, WriteGuard
from gateways.crm.judging import Basis, addresses_in, basis_of, claims_contact, since, verdict
from gateways.crm.ledger import LedgerEntry
from gateways.crm.live import Live, LiveReader
from gateways.crm.noted import noted
from gateways.crm.origin import key_of
from gateways.crm.plan import Plan, make_plan
from gateways.crm.recent import RecentReads
from gateways.crm.rejections import Rejections
from gateways.crm.replay import LedgerRowGone, Replay
from gateways.crm.snapshots import snapshot_of
from gateways.crm.undo import Undoer

OwnerProblem = Callable[[WriteOrder, str], str]
"""Why the owner of that id no longer fits what the rules chose; empty where they do, or a person chose them."""

CrmUser = tuple[str, str]
"""Id and name; without an id where the CRM does not know them."""

CrmUserOf = Callable[[str], CrmUser | None]
"""The CRM user that an approver's login stands for; None where they are mapped to none."""

ROUNDS = 2
"""A write that finds its record changed is judged anew once; then a person looks."""


ROW_GONE = "an earlier attempt has made its records already, and somebody deleted its ledger row; nothing was written"


class SalesforceWriter:
    """Implements `CrmWriter`. Thread-safe."""

    def __init__(
        self,
        session: SalesforceSession,
        guard: WriteGuard,
        *,
        documents: CaseDocuments,
        receipts: Receipts,
        audit: AuditLog,
        clock: Clock,
        rules: FieldRules | None = None,
        fields: ReadFields | None = None,
        wait: Callable[[float], None] = time.sleep,
        owner_problem: OwnerProblem = lambda _order, _owner_id: "",
        crm_user_of: CrmUserOf = lambda _login: None,
        recent: RecentReads | None = None,
    ) -> None:
        """`fields` are read again before each write; `wait` lets the second pass in which a record changed.

        `owner_problem` says why somebody whom the rules chose can take nothing any more; then the review reopens.
        """
        self._session = session
        self._guard = guard
        self._documents = documents
        self._receipts = receipts
        self._audit = audit
        self._clock = clock
        self._owner_problem = owner_problem
        self._crm_user_of = crm_user_of
        self._access = RecordAccess(session)
        self._recent = recent or RecentReads()
        self._reader = LiveReader(session, fields or ReadFields(), wait)
        self._atomic = AtomicWrite(session)
        self._replay = Replay(session)
        self._rules = rules or FieldRules(session, clock)
        self._rejections = Rejections(session, guard, documents=documents, audit=audit, clock=clock)
        self._undoer = Undoer(session, guard, receipts=receipts, audit=audit, reader=self._reader)

    @noted
    def apply(self, order: WriteOrder) -> WriteOutcome:
        """Write one step of one decision, or say why not.

        Raises `NotAuthorised` and `Paused` from the guard; `CrmError` where trying again may help. After
        `crm_unavailable` the write may have happened: try again with the next attempt number.
        """
        signed = self._guard.signed(order)
        key = key_of(order, signed.content)
        filed = self._receipts.get(key)
        if filed is not None and filed.digest == signed.envelope.final_digest:
            return self._done(order, signed.envelope, filed)
        plan = make_plan(in_phase(signed.content, order.phase), key)
        if order.attempt > 1 and not plan.empty:
            try:
                committed = self._replay.find(plan, key, signed.envelope.final_digest)
            except LedgerRowGone:
                return WriteOutcome(kind=WriteOutcomeKind.CONFLICT, message=ROW_GONE)
            if committed is not None:
                return self._file(order, signed.envelope, key, committed, replayed=True)
        authorised = self._guard.authorise(order)
        if plan.empty and (authorised.content.mail is None or order.phase is Phase.AFTER_MAIL):
            return WriteOutcome(kind=WriteOutcomeKind.NOTHING_TO_WRITE)
        broken = self._rules.broken_by(plan)
        if broken:
            return _refused(broken)
        return self._write(order, authorised, plan)

    def undo(self, order: UndoOrder) -> UndoOutcome:
        """Take one receipt back as far as nobody changed it since. Raises as `apply` does."""
        return self._undoer.undo(order)

    def find_undone(self, order: UndoOrder) -> UndoOutcome | None:
        """See `CrmWriter`. At most one call, and no write."""
        return self._undoer.find(order)

    @noted
    def find_written(self, order: WriteOrder) -> WriteReceipt | None:
        """See `CrmWriter`. At most one call, and no write."""
        signed = self._guard.signed(order)
        key = key_of(order, signed.content)
        filed = self._receipts.get(key)
        if filed is not None:
            return filed
        plan = make_plan(in_phase(signed.content, order.phase), key)
        try:
            committed = None if plan.empty else self._replay.find(plan, key, signed.envelope.final_digest)
        except LedgerRowGone:
            return None
        if committed is None:
            return None
        return self._file(order, signed.envelope, key, committed, replayed=True).receipt

    def note_rejection(self, order: WriteOrder) -> bool:
        """See `CrmWriter`. Raises as `apply` does."""
        return self._rejections.note(order)

    def _write(self, order: WriteOrder, authorised: Authorised, plan: Plan) -> WriteOutcome:
        content = authorised.content
        snapshot = snapshot_of(order, self._documents)
        basis = basis_of(content, order, snapshot=snapshot, receipts=self._receipts.of_case(order.case_id))
        approvers = {login: self._crm_user_of(login) for login in authorised.approvers}
        for attempt in range(ROUNDS):
            live = self._read_before(order, basis, plan) if attempt == 0 else None
            live = live or self._reread(order, basis, plan, authorised, snapshot, access_of(approvers, plan))
            if live.ledger is not None:
                # An overlapping attempt was quicker: what moved, we moved.
                return self._written_before(order, authorised, plan)
            stopped = verdict(content, order, basis, live, snapshot=snapshot, integration_user=self._session.user_id())
            if stopped is not None:
                return stopped
            if plan.empty:
                return WriteOutcome(kind=WriteOutcomeKind.NOTHING_TO_WRITE)
            broken = untaken(plan, live.records, authorised.record_types)
            if broken:
                return _refused(broken)
            named = self._checked_approvers(order, approvers, plan, live)
            unfit = self._unfit_owner(order, content)
            if unfit:
                return WriteOutcome(kind=WriteOutcomeKind.CONFLICT, message=unfit)
            self._guard.still_running(order)
            try:
                committed = self._atomic.run(plan, live.records, _entry(order, authorised, named), content)
            except ChangedMeanwhile:
                continue
            except AlreadyWritten:
                return self._written_before(order, authorised, plan)
            except CrmSaysNo as no:
                return WriteOutcome(kind=WriteOutcomeKind.REFUSED_BY_CRM, refused_fields=no.fields, message=no.message)
            return self._file(order, authorised.envelope, authorised.ledger_key, committed, replayed=False)
        return WriteOutcome(kind=WriteOutcomeKind.CONFLICT, message="the record keeps changing while it is written")

    def _checked_approvers(
        self, order: WriteOrder, approvers: Mapping[str, CrmUser | None], plan: Plan, live: Live
    ) -> tuple[str, ...]:
        """The approvers as the ledger names them. Raises `NotAuthorised` where one may not edit what is written.

        Who was not asked about in the re-read is asked about by a call of their own.
        """
        named: list[str] = []
        records = [change.record.id for change in plan.changes]
        for login, user in approvers.items():
            if user is None:
                named.append(login)
                continue
            user_id, name = user
            if user_id in live.editable:
                denied = tuple(record for record in records if record not in live.editable[user_id])
            else:
                denied = self._access.denied(user_id, records) if user_id else tuple(records)
            if denied:
                self._guard.refuse(
                    order, RefusalReason.APPROVER_NO_ACCESS, f"{login} may not edit {', '.join(denied[:5])} in the CRM"
                )
            named.append(f"{login} ({name}, {user_id})")
        return tuple(named)

    def _unfit_owner(self, order: WriteOrder, content: ProposalContent) -> str:
        owners = [a.after_owner_id for a in in_phase(content, order.phase) if isinstance(a, AssignOwner)]
        return next((problem for owner in owners if (problem := self._owner_problem(order, owner))), "")

    def _read_before(self, order: WriteOrder, basis: Basis, plan: Plan) -> Live | None:
        """What was read for the e-mail a moment ago, where all that the last step touches is in it and at rest."""
        if order.phase is not Phase.AFTER_MAIL or order.attempt > 1:
            return None
        live = self._recent.take(order, now=self._clock.now())
        if live is None or not live.settled([change.record.id for change in plan.changes]):
            return None
        whole = all(
            ref.id in live.records and values.keys() <= live.records[ref.id].fields.keys()
            for ref, values in basis.expected.items()
        )
        return live.model_copy(update={"ledger": None}) if whole else None

    def _reread(
        self,
        order: WriteOrder,
        basis: Basis,
        plan: Plan,
        authorised: Authorised,
        snapshot: CrmSnapshot | None,
        access: AccessQuestion,
    ) -> Live:
        """What the CRM says now about everything that the change rests on; nothing where it rests on nothing."""
        if not basis.about:
            return Live(server_time=self._clock.now())
        last = order.phase is Phase.AFTER_MAIL
        changing = [change.record.id for change in plan.changes]
        # Only leads are read by a query, which can ask for what a record's type is called.
        typed = "Lead" if "Lead" in authorised.record_types else ""
        wanted = {
            ref: fields | {RECORD_TYPE} if ref.object == typed else fields for ref, fields in basis.wanted().items()
        }
        return self._reader.read_settled(
            wanted,
            changing,
            ledger_key=authorised.ledger_key,
            # That it was sent is to be recorded whatever was said or done since.
            since=None if last else since(snapshot),
            with_consents=not last and claims_contact(authorised.content),
            addresses=() if last else addresses_in(authorised.content, snapshot),
            access=access,
        )

    def _written_before(self, order: WriteOrder, authorised: Authorised, plan: Plan) -> WriteOutcome:
        digest = authorised.envelope.final_digest
        committed = self._replay.find(plan, authorised.ledger_key, digest)
        if committed is None:
            raise CrmError("the ledger row of this write came and went", code=ErrorCode.CRM_CONFLICT)
        return self._file(order, authorised.envelope, authorised.ledger_key, committed, replayed=True)

    def _file(
        self, order: WriteOrder, envelope: DecisionEnvelope, key: str, committed: Committed, *, replayed: bool
    ) -> WriteOutcome:
        receipt = WriteReceipt(
            id=key,
            case_id=order.case_id,
            round=order.round,
            decision_id=order.decision_id,
            purpose=envelope.purpose,
            phase=order.phase,
            digest=envelope.final_digest,
            agent_version=order.agent_version,
            ledger_record_id=committed.ledger_id,
            records=committed.images,
            side_effects=committed.side_effects,
            written_at=committed.at,
            replayed=replayed,
        )
        self._receipts.put(receipt)
        return self._done(order, envelope, receipt)

    def _done(self, order: WriteOrder, envelope: DecisionEnvelope, receipt: WriteReceipt) -> WriteOutcome:
        """The audit entry is made again for a filed receipt: a crash may have come between the two."""
        self._audit.append(
            AuditEvent(
                key=f"write/{receipt.id}/written",
                kind=AuditKind.WRITTEN,
                org_id=order.org_id,
                case_id=order.case_id,
                actor=envelope.reviewer,
                subject=receipt.id,
                digest=receipt.digest,
                agent_version=receipt.agent_version,
                code=receipt.phase.value,
                at=receipt.written_at,
            )
        )
        return WriteOutcome(kind=WriteOutcomeKind.WRITTEN, receipt=receipt)


def access_of(approvers: Mapping[str, CrmUser | None], plan: Plan) -> AccessQuestion:
    """May these approvers edit what the plan changes? About who is mapped to nobody there is nothing to ask."""
    users = dict.fromkeys(user[0] for user in approvers.values() if user is not None and user[0])
    return AccessQuestion(users=tuple(users), records=tuple(dict.fromkeys(c.record.id for c in plan.changes)))


def _refused(broken: Sequence[Broken]) -> WriteOutcome:
    fields = tuple(dict.fromkeys(b.field for b in broken))
    message = "; ".join(b.message for b in broken)
    return WriteOutcome(kind=WriteOutcomeKind.REFUSED_BY_CRM, refused_fields=fields, message=message)


def _entry(order: WriteOrder, authorised: Authorised, approvers: tuple[str, ...]) -> LedgerEntry:
    return LedgerEntry(
        key=authorised.ledger_key,
        digest=authorised.envelope.final_digest,
        decision_id=order.decision_id,
        case_id=order.case_id,
        agent_version=order.agent_version,
        approvers=approvers,
        kind="write",
    )
