"""Steps that talk to the CRM. They run on the CRM queue, whose worker alone holds its credentials."""

from temporalio import activity

from activities.messages import (
    ApplyHead,
    ApplyInput,
    FetchHead,
    FetchInput,
    MatchHead,
    RejectionHead,
    RejectionInput,
    StepInput,
)
from activities.undo_messages import UndoApplyInput, UndoHead
from activities.undo_reports import carry_out
from activities.write_orders import undo_order, write_order
from domain.casefile import CaseFile
from domain.cases import DocumentKind, ExceptionCode
from domain.errors import CrmError, ErrorCode
from domain.identity import match
from domain.leads import MatchVerdict
from domain.ports import CaseDocuments, Cases, CrmReader, CrmWriter, Playbooks
from domain.proposals import Phase
from domain.receipts import WriteOutcome, WriteReceipt


class CrmActivities:
    """Reads, guarded writes and undo of one org."""

    def __init__(
        self,
        *,
        reader: CrmReader,
        writer: CrmWriter,
        cases: Cases,
        documents: CaseDocuments,
        playbooks: Playbooks,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._cases = cases
        self._documents = documents
        self._playbooks = playbooks

    @activity.defn
    def match(self, step: StepInput) -> MatchHead:
        """Find the person among leads, contacts and accounts. Ambiguity is an exception, not a guess.

        A person who is a contact already gets no second existence as a lead: the case is about the contact.
        """
        file = CaseFile(self._documents, step.case_id)
        result = file.match(step.round)
        if result is None:
            inquiries = file.inquiries(step.inquiries)
            result = match(inquiries, self._reader.candidates(inquiries[-1]), self._playbooks.current())
            if result.verdict is not MatchVerdict.MATCH:
                # A lead may have to be made, now or once a person has said that it is none of these.
                result = result.model_copy(update={"queues": self._reader.queues()})
            file.keep(DocumentKind.MATCH, str(step.round), result)
        named = file.inquiries(step.inquiries)[-1].lead_id
        if named and not any(c.record.id == named for c in result.candidates):
            # The sender knows the record. It may be merged, deleted or not exist: fetching it will say which.
            return MatchHead(verdict=MatchVerdict.MATCH, lead_id=named)
        if result.verdict is MatchVerdict.POSSIBLE:
            return MatchHead(verdict=result.verdict, exception=ExceptionCode.AMBIGUOUS_MATCH)
        person = result.lead or result.contact
        lead_id = person.id if person else ""
        if lead_id:
            self._cases.set_lead(step.case_id, lead_id)
        return MatchHead(verdict=result.verdict, lead_id=lead_id)

    @activity.defn
    def fetch(self, step: FetchInput) -> FetchHead:
        """Read the lead and what surrounds it, and keep that as the round's snapshot."""
        file = CaseFile(self._documents, step.case_id)
        if file.has(DocumentKind.SNAPSHOT, str(step.round)):
            snapshot = file.snapshot(step.round)
        else:
            try:
                snapshot = self._reader.snapshot(step.lead_id)
            except CrmError as missing:
                if missing.code is ErrorCode.CRM_RECORD_MISSING:
                    return FetchHead(found=False)
                raise
            file.keep(DocumentKind.SNAPSHOT, str(step.round), snapshot)
        person = snapshot.lead or snapshot.contact
        if person is None:
            return FetchHead(found=not step.lead_id)
        survivor = person.text("MasterRecordId") if person.flag("IsDeleted") else ""
        if not survivor:
            self._cases.set_lead(step.case_id, person.id)
        return FetchHead(
            found=True, converted=person.flag("IsConverted"), deleted=person.flag("IsDeleted"), survivor_id=survivor
        )

    @activity.defn
    def apply_changes(self, order: ApplyInput) -> ApplyHead:
        """One phase of an approved change, through the write guard, atomically, once."""
        outcome = self._writer.apply(write_order(order, order.phase, again=order.again))
        return self._head(order.case_id, outcome)

    def _head(self, case_id: str, outcome: WriteOutcome) -> ApplyHead:
        receipt = outcome.receipt
        lead_id = ""
        if receipt is not None:
            lead_id = next((i.record.id for i in receipt.records if i.created and i.record.object == "Lead"), "")
        if lead_id:
            self._cases.set_lead(case_id, lead_id)
        return ApplyHead(
            kind=outcome.kind,
            receipt_id=receipt.id if receipt else "",
            survivor_id=outcome.survivor_id,
            lead_id=lead_id,
            assigned_owner_id=_assigned(receipt) if receipt is not None else "",
        )

    @activity.defn
    def note_rejection(self, order: RejectionInput) -> RejectionHead:
        """The CRM's trail gets a row that says who rejected what; nothing else is written."""
        noted = self._writer.note_rejection(write_order(order, Phase.CRM))
        return RejectionHead(noted=noted)

    @activity.defn
    def undo(self, order: UndoApplyInput) -> UndoHead:
        """Take one receipt back as far as nobody has changed it since."""
        outcome = carry_out(
            self._writer,
            self._documents,
            undo_order(order),
        )
        return UndoHead(
            new_receipt_id=outcome.receipt.id if outcome.receipt else "",
            restored=len(outcome.restored),
            refusals=tuple(r.reason for r in outcome.refusals),
        )


def _assigned(receipt: WriteReceipt) -> str:
    """The owner whom a write gave a lead that was there before; a created one waits in its queue."""
    owners = (
        i.intended.get("OwnerId") for i in receipt.records if i.record.object == "Lead" and not (i.created or i.deleted)
    )
    return next((str(owner) for owner in owners if owner), "")
