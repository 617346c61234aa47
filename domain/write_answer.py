"""What a write answers for itself: who asked, which agent, which sources, who approved, from what to what, how back."""

import json
from collections.abc import Iterable, Iterator, Sequence

from domain.decisions import DecisionEnvelope, Purpose
from domain.evidence import Evidence, EvidenceSource
from domain.leads import Inquiry
from domain.model import Instant, Scalar, Value
from domain.proposals import CreateLead, NoInverse, ProposalContent, cited_by
from domain.receipts import RecordImage, WriteReceipt


class Asked(Value):
    """One delivery that the case answers. `who` is empty once the person was erased."""

    source: str
    at: Instant | None = None
    who: str = ""


class Approval(Value):
    """One signature under the write. `signature` says what it is worth today, by the keyring."""

    who: str
    role: str
    verdict: str
    decided_at: Instant
    key_id: str
    attested_by: str = ""
    signature: str


class Change(Value):
    """One field of one record. `before` is None where the write created the record."""

    record: str
    field: str
    before: Scalar
    after: Scalar


class WriteAnswer(Value):
    receipt_id: str
    case_id: str
    round: int
    kind: str
    phase: str
    written_at: Instant
    digest: str
    ledger_record_id: str
    agent_version: str
    asked: tuple[Asked, ...]
    sources: tuple[Evidence, ...]
    source_ids: tuple[str, ...]
    """What the signed actions cite; more than `sources` where no card with the evidence is kept."""
    approvals: tuple[Approval, ...]
    changes: tuple[Change, ...]
    reverse: tuple[str, ...]
    undoes: str = ""
    undone_by: tuple[str, ...] = ()


def answer(
    receipt: WriteReceipt,
    *,
    inquiries: Iterable[Inquiry],
    content: ProposalContent | None,
    evidence: Iterable[Evidence],
    signatures: Iterable[tuple[DecisionEnvelope, str]],
    receipts: Iterable[WriteReceipt],
) -> WriteAnswer:
    """From what is stored about one write; `receipts` are the case's, among them what took this one back."""
    done = {key for image in receipt.records for key in image.action_keys}
    actions = [a for a in content.actions if a.key in done] if content else []
    cited = tuple(dict.fromkeys(name for action in actions for name in cited_by(action)))
    known = list(inquiries)
    sent = tuple(e for action in actions if isinstance(action, CreateLead) for e in _sent(action, known))
    undone = tuple(other.id for other in receipts if other.undoes == receipt.id)
    return WriteAnswer(
        receipt_id=receipt.id,
        case_id=receipt.case_id,
        round=receipt.round,
        kind="undo" if receipt.purpose is Purpose.UNDO else "write",
        phase=receipt.phase.value,
        written_at=receipt.written_at,
        digest=receipt.digest,
        ledger_record_id=receipt.ledger_record_id,
        agent_version=receipt.agent_version,
        asked=tuple(map(_asked, known)),
        sources=(*(e for e in evidence if e.id in cited), *sent),
        source_ids=cited,
        approvals=tuple(_approval(envelope, worth) for envelope, worth in signatures),
        changes=tuple(change for image in receipt.records for change in _changes(image)),
        reverse=tuple(_reverse(receipt, content, done, undone)),
        undoes=receipt.undoes,
        undone_by=undone,
    )


def _asked(inquiry: Inquiry) -> Asked:
    name = f"{inquiry.first_name} {inquiry.last_name}".strip()
    who = ", ".join(part for part in (name, inquiry.company, inquiry.email) if part)
    return Asked(source=inquiry.source.value, at=inquiry.received_at, who=who)


_SENT = ("first_name", "last_name", "email", "phone", "company", "title", "website", "country", "product_interest")
"""What of an inquiry becomes a field of a new lead."""


def _sent(action: CreateLead, inquiries: Sequence[Inquiry]) -> Iterator[Evidence]:
    """A new lead holds what its person sent, so each such field has the inquiry that said it as its source."""
    for field, value in action.fields.items():
        said = next(
            ((i, name) for i in reversed(inquiries) for name in _SENT if value and getattr(i, name) == value), None
        )
        if said is not None:
            inquiry, name = said
            yield Evidence(
                id=f"sent:{field}",
                source=EvidenceSource.INQUIRY,
                system=inquiry.source.value,
                record=inquiry.event_id,
                field=name,
                value=str(value),
                observed_at=inquiry.received_at,
            )


def _approval(envelope: DecisionEnvelope, worth: str) -> Approval:
    return Approval(
        who=envelope.reviewer,
        role=envelope.role.value,
        verdict=envelope.verdict.value,
        decided_at=envelope.decided_at,
        key_id=envelope.key_id,
        attested_by=envelope.attested_by,
        signature=worth,
    )


def _changes(image: RecordImage) -> Iterator[Change]:
    name = f"{image.record.object}/{image.record.id}"
    if image.deleted:
        yield Change(record=name, field="IsDeleted", before=False, after=True)
        return
    for field in sorted({*image.intended, *image.after}):
        after = image.after.get(field, image.intended.get(field))
        yield Change(record=name, field=field, before=image.before.get(field), after=after)


def _reverse(
    receipt: WriteReceipt, content: ProposalContent | None, done: set[str], undone: tuple[str, ...]
) -> Iterator[str]:
    if undone:
        yield f"It was taken back by {', '.join(undone)}."
    else:
        yield f"countersign undo {receipt.id}"
    for image in receipt.records:
        name = f"{image.record.object} {image.record.id}"
        if image.created:
            yield f"By hand: {name}: delete it"
        elif image.deleted:
            yield f"By hand: {name}: restore it from the recycle bin"
        else:
            for field in sorted({*image.intended, *image.after}):
                old = json.dumps(image.before.get(field), ensure_ascii=False)
                yield f"By hand: {name}: set {field} back to {old}"
    for inverse in content.inverses if content else ():
        if isinstance(inverse, NoInverse) and inverse.action_key in done:
            yield f"{inverse.action_key}: {inverse.reason}"
