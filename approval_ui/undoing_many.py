"""Undo of many writes: which, a dry run, and one signature per two hundred over exactly what the dry run showed."""

import base64
import secrets
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from approval_ui.decision_requests import DecisionRefused, RefusalCode, Reviewer
from approval_ui.group_signing import sign_group
from domain.audit import AuditEvent, AuditKind
from domain.cases import DocumentKind
from domain.decision_groups import MAX_MEMBERS, GroupMember
from domain.decisions import DecisionEnvelope, Purpose, Verdict, parse_envelope
from domain.errors import DomainError, ErrorCode
from domain.permissions import can_undo
from domain.ports import AuditLog, CaseDocuments, Clock, DecisionSigner, Playbooks
from domain.proposals import digest_of
from domain.receipts import WriteReceipt
from domain.undo_batches import (
    MAX_ITEMS,
    BatchItem,
    BatchState,
    ItemResult,
    Reach,
    UndoBatch,
    UndoSelection,
    in_force,
)
from domain.undoing import undo_content
from persistence.cases import SqlCases
from persistence.receipts import SqlReceipts
from persistence.undo_batches import SignedItem, SqlUndoBatches

_NAMED = 3
"""Agent versions that a message about an unknown one names."""


@dataclass(frozen=True)
class UndoingMany:
    """Takes requests to undo many writes for one organisation."""

    org_id: str
    batches: SqlUndoBatches
    receipts: SqlReceipts
    cases: SqlCases
    documents: CaseDocuments
    audit: AuditLog
    signer: DecisionSigner
    playbooks: Playbooks
    clock: Clock

    def open(self, selection: UndoSelection, reviewer: Reviewer) -> UndoBatch:
        """Keep which writes are meant; nothing is signed. Raises `DecisionRefused` where there is none, or too many."""
        if not can_undo(reviewer.role):
            raise DecisionRefused(RefusalCode.ROLE_TOO_LOW, f"A {reviewer.role.value} cannot undo a write.")
        found = self._selected(selection)
        known = self.receipts.undos_of({r.case_id for r in found})
        due = in_force(found, known)
        if not due:
            raise DecisionRefused(RefusalCode.INVALID, self._nothing(selection, bool(found)))
        now = self.clock.now()
        batch = UndoBatch(
            batch_id="u" + base64.b32encode(secrets.token_bytes(10)).decode().lower(),
            org_id=self.org_id,
            selection=selection,
            requested_by=reviewer.login,
            requested_at=now,
            total=len(due),
        )
        motions = {case_id: self.cases.get(case_id).motion for case_id in {r.case_id for r in due}}
        self.batches.open(
            batch,
            [
                BatchItem(
                    number=number,
                    receipt_id=receipt.id,
                    case_id=receipt.case_id,
                    motion=motions[receipt.case_id],
                    records=tuple(dict.fromkeys(image.record.id for image in receipt.records)),
                )
                for number, receipt in enumerate(due)
            ],
        )
        self._note(AuditKind.UNDO_BATCH_ASKED, batch, reviewer, key=batch.batch_id)
        return batch

    def sign(self, batch_id: str, reviewer: Reviewer) -> int:
        """Sign the next two hundred of what the dry run found; how many are left to sign.

        With the last of them the batch is to be carried out. Raises `DecisionRefused`; then nothing was signed.
        """
        if not can_undo(reviewer.role):
            raise DecisionRefused(RefusalCode.ROLE_TOO_LOW, f"A {reviewer.role.value} cannot undo a write.")
        batch = self.find(batch_id)
        if batch.state is BatchState.LOOKING:
            raise DecisionRefused(RefusalCode.CHANGED, "The dry run is not done yet; look at it first.")
        if batch.state is BatchState.DONE:
            raise DecisionRefused(RefusalCode.ALREADY_DECIDED, "This batch was already carried out.")
        signed = self._signed(batch_id, reviewer)
        kept, left = self.batches.sign(batch_id, signed, now=self.clock.now())
        for item in kept:
            self._note_signed(item.envelope)
        if kept:
            self._note(AuditKind.UNDO_BATCH_SIGNED, batch, reviewer, key=f"{batch_id}/{kept[0].number}")
        return left

    def to_go_on(self, batch_id: str, reviewer: Reviewer) -> UndoBatch:
        """The batch whose dry run or undo may be started again. Raises `DecisionRefused`; nothing is signed."""
        if not can_undo(reviewer.role):
            raise DecisionRefused(RefusalCode.ROLE_TOO_LOW, f"A {reviewer.role.value} cannot undo a write.")
        batch = self.find(batch_id)
        if batch.state is BatchState.LOOKED:
            raise DecisionRefused(RefusalCode.CHANGED, "The dry run is done; what it found is to be signed.")
        if batch.state is BatchState.DONE:
            raise DecisionRefused(RefusalCode.ALREADY_DECIDED, "This batch was already carried out.")
        return batch

    def find(self, batch_id: str) -> UndoBatch:
        """Raises `DecisionRefused` (unknown) where there is none."""
        batch = self.batches.get(batch_id)
        if batch is None or batch.org_id != self.org_id:
            raise DecisionRefused(RefusalCode.UNKNOWN, "There is no such batch of undos.")
        return batch

    def _selected(self, wanted: UndoSelection) -> list[WriteReceipt]:
        if wanted.batch_id:
            self.find(wanted.batch_id)
            undone = (self.receipts.get(name) for name in self.batches.undone_by(wanted.batch_id))
            return [receipt for receipt in undone if receipt is not None]
        if wanted.case_id:
            try:
                self.cases.get(wanted.case_id)
            except DomainError:
                raise DecisionRefused(RefusalCode.UNKNOWN, "There is no such case.") from None
            return [r for r in self.receipts.of_case(wanted.case_id) if not r.undoes]
        if not wanted.agent_version or wanted.since is None:
            raise DecisionRefused(RefusalCode.INVALID, "Say of which agent version, and since when.")
        if wanted.until is not None and wanted.until < wanted.since:
            raise DecisionRefused(RefusalCode.INVALID, "The end of the time range lies before its start.")
        mine = (
            r
            for r in self.receipts.between(wanted.since, wanted.until)
            if r.agent_version == wanted.agent_version and not r.undoes
        )
        found = list(islice(mine, MAX_ITEMS + 1))
        if len(found) > MAX_ITEMS:
            raise DecisionRefused(
                RefusalCode.INVALID, f"These are more than {MAX_ITEMS} writes; take a shorter time range."
            )
        return found

    def _nothing(self, wanted: UndoSelection, was_there: bool) -> str:
        if was_there:
            return "All of these writes were already taken back."
        if not wanted.agent_version:
            return "Nothing was written there."
        others = (r.agent_version for r in self.receipts.between(wanted.since, wanted.until) if not r.undoes)
        names = tuple(islice(dict.fromkeys(others), _NAMED))
        known = f" Versions that wrote then: {', '.join(names)}." if names else ""
        return f"Agent version {wanted.agent_version} wrote nothing in that time.{known}"

    def _signed(self, batch_id: str, reviewer: Reviewer) -> list[SignedItem]:
        """One signature over the list of what each undo sets back."""
        members: dict[int, GroupMember] = {}
        for item in self.batches.unsigned(batch_id, MAX_MEMBERS):
            try:
                members[item.number] = self._member(item)
            except (ValueError, DomainError) as lost:
                if isinstance(lost, DomainError) and lost.code is not ErrorCode.DOCUMENT_MISSING:
                    raise
                # Its data was erased between the dry run and the signature.
                gone = ItemResult(reach=Reach.FAILED, code=ErrorCode.DOCUMENT_MISSING.value)
                self.batches.finish(batch_id, item.number, gone)
        if not members:
            return []
        decisions = sign_group(self.signer, self._like(reviewer), list(members.values()))
        return [SignedItem(n, d, parse_envelope(d)) for n, d in zip(members, decisions, strict=True)]

    def _member(self, item: BatchItem) -> GroupMember:
        receipt = self.receipts.get(item.receipt_id)
        if receipt is None:
            raise ValueError("the receipt is gone")
        content = undo_content(receipt, org_id=self.org_id, motion=item.motion)
        stored = content.to_bytes()
        digest = digest_of(stored)
        self.documents.put(receipt.case_id, DocumentKind.FINAL, digest, stored)
        return GroupMember(
            case_id=receipt.case_id, round=receipt.round, proposal_digest=receipt.digest, final_digest=digest
        )

    def _like(self, reviewer: Reviewer) -> DecisionEnvelope:
        now = self.clock.now()
        return DecisionEnvelope(
            purpose=Purpose.UNDO,
            org_id=self.org_id,
            decision_id="d" + base64.b32encode(secrets.token_bytes(15)).decode().lower(),
            case_id="",
            round=0,
            proposal_digest="",
            final_digest="",
            verdict=Verdict.APPROVE,
            reviewer=reviewer.login,
            role=reviewer.role,
            attested_by=reviewer.attested_by,
            decided_at=now,
            expires_at=now + timedelta(hours=self.playbooks.current().authorisation_hours),
            key_id=self.signer.key_id,
        )

    def _note_signed(self, envelope: DecisionEnvelope) -> None:
        self.audit.append(
            AuditEvent(
                key=f"decision/{envelope.decision_id}/recorded",
                kind=AuditKind.DECISION_RECORDED,
                org_id=self.org_id,
                case_id=envelope.case_id,
                actor=envelope.reviewer,
                subject=envelope.decision_id,
                digest=envelope.final_digest,
                code="undo",
                at=envelope.decided_at,
            )
        )

    def _note(self, kind: AuditKind, batch: UndoBatch, reviewer: Reviewer, *, key: str) -> None:
        self.audit.append(
            AuditEvent(
                key=f"{kind.value}/{key}",
                kind=kind,
                org_id=self.org_id,
                case_id=batch.selection.case_id,
                actor=reviewer.login,
                subject=batch.batch_id,
                agent_version=batch.selection.agent_version,
                code=str(batch.total),
                at=self.clock.now(),
            )
        )
