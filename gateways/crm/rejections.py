"""The ledger row of a rejection: the CRM's own trail says who said no to what. Nothing else changes."""

from domain.audit import AuditEvent, AuditKind
from domain.ports import AuditLog, CaseDocuments, Clock, WriteOrder
from domain.proposals import Phase, ledger_key
from gateways.crm.atomic import AtomicWrite
from gateways.crm.client import SalesforceSession
from gateways.crm.guard import Signed, WriteGuard
from gateways.crm.judging import subject_of
from gateways.crm.ledger import LedgerEntry
from gateways.crm.snapshots import snapshot_of


class Rejections:
    """Notes signed rejections. Thread-safe."""

    def __init__(
        self,
        session: SalesforceSession,
        guard: WriteGuard,
        *,
        documents: CaseDocuments,
        audit: AuditLog,
        clock: Clock,
    ) -> None:
        self._atomic = AtomicWrite(session)
        self._guard = guard
        self._documents = documents
        self._audit = audit
        self._clock = clock

    def note(self, order: WriteOrder) -> bool:
        """See `CrmWriter.note_rejection`. One call."""
        signed = self._guard.authorise_rejection(order)
        if signed is None:
            return False
        key = ledger_key(order.org_id, order.decision_id, Phase.CRM, ())
        # The key is made of the decision: a row that has it was written by an earlier attempt.
        self._atomic.leave_row(
            _entry(order, signed, key), signed.content, target=self._target(order), reason=signed.envelope.reason_code
        )
        self._note(order, signed, key)
        return True

    def _target(self, order: WriteOrder) -> str:
        person = subject_of(snapshot_of(order, self._documents))
        return person.id if person is not None else ""

    def _note(self, order: WriteOrder, signed: Signed, key: str) -> None:
        self._audit.append(
            AuditEvent(
                key=f"rejection/{order.decision_id}/noted",
                kind=AuditKind.REJECTION_NOTED,
                org_id=order.org_id,
                case_id=order.case_id,
                actor=signed.envelope.reviewer,
                subject=order.decision_id,
                digest=signed.envelope.final_digest,
                agent_version=order.agent_version,
                code=key,
                at=self._clock.now(),
            )
        )


def _entry(order: WriteOrder, signed: Signed, key: str) -> LedgerEntry:
    return LedgerEntry(
        key=key,
        digest=signed.envelope.final_digest,
        decision_id=order.decision_id,
        case_id=order.case_id,
        agent_version=order.agent_version,
        approvers=(signed.envelope.reviewer,),
        kind="rejection",
    )
