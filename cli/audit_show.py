"""`countersign audit show WRITE|CASE`: what one write, or every write of a case, answers for itself."""

import json
import sys
from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import Console

from cli.existing_store import existing_store
from domain.cards import ReviewCard
from domain.cases import DocumentKind
from domain.decisions import DecisionEnvelope, Purpose, SignedDecision, parse_envelope
from domain.errors import DomainError, InputError
from domain.leads import Inquiry
from domain.proposals import ProposalContent, parse_content
from domain.receipts import WriteReceipt
from domain.write_answer import WriteAnswer, answer
from persistence.audit import AuditEntry, SqlAuditLog
from persistence.database import Database, opened
from persistence.documents import SqlDocuments
from persistence.receipts import SqlReceipts
from persistence.reviews import SqlReviews
from runtime.clock import SystemClock
from runtime.keys import KeyFileError, KeyringVerifier
from runtime.settings import KeySettings, StoreSettings, load

console = Console()


def show(
    write: Annotated[str, typer.Argument(help="A receipt's id, or a case's for every write of it.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")] = False,
) -> None:
    """Who asked, which agent version, which sources, who approved, from what to what, and how to reverse it."""
    store = existing_store()
    with opened(store.url) as database:
        receipts = SqlReceipts(database)
        one = receipts.get(write)
        case_id = one.case_id if one is not None else write
        every = receipts.of_case(case_id)
        trail = SqlAuditLog(database).of_case(case_id)
        if one is None and not every and not trail:
            raise InputError(f"there is no write and no case {write!r}; countersign case list shows the cases")
        told = _Stored(database, store)
        answers = [told.answer(receipt, every) for receipt in ((one,) if one is not None else every)]
    if as_json:
        document = {
            "case_id": case_id,
            "writes": [a.model_dump(mode="json") for a in answers],
            "audit": [entry.model_dump(mode="json") for entry in trail],
        }
        sys.stdout.write(json.dumps(document) + "\n")
        return
    if not answers:
        _say(f"Case {case_id}: nothing was written.")
    for each in answers:
        for line in _lines(each):
            _say(line)
        _say("")
    for entry in trail:
        _say(_step(entry))


class _Stored:
    """Where the answers lie."""

    def __init__(self, database: Database, store: StoreSettings) -> None:
        self._documents = SqlDocuments(database, SystemClock())
        self._reviews = SqlReviews(database)
        try:
            self._verifier: KeyringVerifier | None = KeyringVerifier(load(KeySettings).keyring_in(store.data_dir))
        except KeyFileError:
            self._verifier = None

    def answer(self, receipt: WriteReceipt, every: tuple[WriteReceipt, ...]) -> WriteAnswer:
        inquiries = self._documents.all_of(receipt.case_id, DocumentKind.INQUIRY)
        card = self._documents.find(receipt.case_id, DocumentKind.CARD, str(receipt.round))
        return answer(
            receipt,
            inquiries=[Inquiry.model_validate_json(body) for body in inquiries],
            content=self._content(receipt),
            evidence=ReviewCard.model_validate_json(card).evidence if card else (),
            signatures=list(self._signatures(receipt)),
            receipts=every,
        )

    def _content(self, receipt: WriteReceipt) -> ProposalContent | None:
        """The signed bytes; None where they were erased."""
        places = (
            (DocumentKind.FINAL, receipt.digest),
            (DocumentKind.PROPOSAL, str(receipt.round)),
            (DocumentKind.PROPOSAL, receipt.digest),
        )
        for kind, slot in places:
            stored = self._documents.find(receipt.case_id, kind, slot)
            if stored is not None:
                try:
                    return parse_content(stored, receipt.digest)
                except DomainError:
                    continue
        return None

    def _signatures(self, receipt: WriteReceipt) -> Iterator[tuple[DecisionEnvelope, str]]:
        own = self._reviews.decision(receipt.decision_id)
        signed: tuple[SignedDecision, ...] = () if own is None else (own,)
        if receipt.purpose is not Purpose.UNDO:
            signed = self._reviews.decisions_of_round(receipt.case_id, receipt.round) or signed
        for each in signed:
            envelope = parse_envelope(each)
            if envelope.final_digest == receipt.digest:
                yield envelope, self._worth(each, envelope)

    def _worth(self, signed: SignedDecision, envelope: DecisionEnvelope) -> str:
        if self._verifier is None:
            return "not checked: no keyring here"
        try:
            self._verifier.verify(signed, envelope.key_id, envelope.decided_at)
        except DomainError as refused:
            return refused.detail or refused.code.value
        return "valid"


def _lines(told: WriteAnswer) -> Iterator[str]:
    yield f"{told.kind.capitalize()} {told.receipt_id} ({told.phase}), case {told.case_id} round {told.round}"
    yield f"  written       {told.written_at:%Y-%m-%d %H:%M:%S} UTC, ledger row {told.ledger_record_id or '–'}"
    for asked in told.asked:
        at = f"{asked.at:%Y-%m-%d %H:%M} UTC" if asked.at else "–"
        yield f"  asked by      {asked.who or 'erased'} ({asked.source}, {at})"
    if not told.asked:
        yield "  asked by      not kept: the person was erased"
    yield f"  agent         {told.agent_version}"
    for source in told.sources:
        said = source.quote if source.quote is not None else source.value
        yield f"  source        {source.id} {source.system} {source.record} {source.field}: {said}"
    if missing := [name for name in told.source_ids if name not in {s.id for s in told.sources}]:
        yield f"  source        {', '.join(missing)} (the text is not kept)"
    for approval in told.approvals:
        at = f"{approval.decided_at:%Y-%m-%d %H:%M:%S} UTC"
        vouched = f", attested by {approval.attested_by}" if approval.attested_by else ""
        yield f"  approved by   {approval.who} ({approval.role}), {approval.verdict}, {at}, {approval.key_id}{vouched}"
        yield f"                signature: {approval.signature}"
    for change in told.changes:
        before, after = (json.dumps(v, ensure_ascii=False) for v in (change.before, change.after))
        yield f"  changed       {change.record} {change.field}: {before} -> {after}"
    if told.undoes:
        yield f"  takes back    {told.undoes}"
    for line in told.reverse:
        yield f"  how to undo   {line}"


def _step(entry: AuditEntry) -> str:
    event = entry.event
    words = " ".join(part for part in (event.actor, event.code, event.subject) if part)
    return f"#{entry.position} {event.at:%Y-%m-%d %H:%M:%S} {event.kind.value} {words}"


def _say(line: str) -> None:
    # What prospects wrote is shown: no control character of theirs reaches the terminal.
    clean = "".join(c if c.isprintable() else " " for c in line)
    console.print(clean, highlight=False, markup=False, soft_wrap=True)
