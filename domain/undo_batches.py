"""Taking back many writes at once: which, what can be foreseen of each, and what became of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Protocol

from pydantic import Field

from domain.leads import Motion, RecordRef
from domain.model import Instant, Scalar, Value
from domain.receipts import RecordImage, UndoOutcome, UndoRefusal, WriteReceipt

MAX_ITEMS = 5_000
"""A selection that finds more is refused: it is to be made narrower."""


class UndoSelection(Value):
    """Which writes are meant: an agent version's within a time range, a case's, or those that a batch took back."""

    agent_version: str = Field(default="", max_length=255)
    since: Instant | None = None
    until: Instant | None = None
    """Not after this moment; open at the end where None."""
    case_id: str = Field(default="", max_length=64)
    batch_id: str = Field(default="", max_length=64)


class BatchState(StrEnum):
    LOOKING = "looking"
    """The dry run."""
    LOOKED = "looked"
    """Waits for a signature."""
    UNDOING = "undoing"
    DONE = "done"


class Reach(StrEnum):
    """What can be taken back of one write, or was."""

    ALL = "all"
    IN_PART = "in_part"
    NOTHING = "nothing"
    """Every change of it is refused, each by its reason."""
    FAILED = "failed"
    """It could not be looked at or taken back; the code says why."""


class TakenBack(Value):
    """One record: the fields that get their old value again, or that the record itself goes."""

    record: RecordRef
    fields: tuple[str, ...] = ()
    deleted: bool = False


class ItemResult(Value):
    reach: Reach
    taken_back: tuple[TakenBack, ...] = ()
    refusals: tuple[UndoRefusal, ...] = ()
    receipt_id: str = ""
    """The undo's own receipt; empty before it and where nothing was written."""
    code: str = ""


class UndoBatch(Value):
    batch_id: str
    org_id: str
    selection: UndoSelection
    requested_by: str
    requested_at: Instant
    state: BatchState = BatchState.LOOKING
    total: int
    stopped_at: Instant | None = None
    """When it was found that ops had ended its workflow; None while that goes on, and once it was started again."""


class BatchItem(Value):
    """`number` counts from 0, the newest write first: what was written over another comes off before it."""

    number: int
    receipt_id: str
    case_id: str
    motion: Motion
    records: tuple[str, ...] = ()
    """Ids of the records that the write touched."""
    decision_id: str = ""
    """The signed undo; empty before it is signed, and where there is nothing to sign."""
    foreseen: ItemResult | None = None
    result: ItemResult | None = None


class BatchCounts(Value):
    """How far a batch is, by reach."""

    foreseen: Mapping[Reach, int] = {}
    results: Mapping[Reach, int] = {}

    def so_far(self, *, signed: bool, total: int) -> Mapping[Reach, int]:
        """What was looked at; once it is signed, what was taken back.

        Of what nothing could be taken back of nothing is signed, so it gets no result of its own.
        """
        if not signed:
            return self.foreseen
        if sum(self.results.values()) >= total:
            return self.results
        left = {reach: self.foreseen.get(reach, 0) for reach in (Reach.NOTHING, Reach.FAILED)}
        return {reach: self.results.get(reach, 0) + left.get(reach, 0) for reach in Reach}


class UndoBatches(Protocol):
    """The batches and their items. Every method may be repeated."""

    def get(self, batch_id: str) -> UndoBatch | None: ...

    def item(self, batch_id: str, number: int) -> BatchItem | None: ...

    def unforeseen(self, batch_id: str, limit: int) -> tuple[BatchItem, ...]:
        """The next items that nobody has looked at."""
        ...

    def unfinished(self, batch_id: str, limit: int) -> tuple[BatchItem, ...]:
        """The next signed items without a result."""
        ...

    def newer_on(self, batch_id: str, item: BatchItem) -> tuple[BatchItem, ...]:
        """Items that come off before this one and touch one of its records."""
        ...

    def foresee(self, batch_id: str, number: int, result: ItemResult) -> None:
        """First wins."""
        ...

    def finish(self, batch_id: str, number: int, result: ItemResult) -> None:
        """First wins."""
        ...

    def move(self, batch_id: str, state: BatchState) -> None: ...


class Ahead(Value):
    """What newer items of the same batch will have put back before a write is taken back."""

    values: Mapping[str, Mapping[str, Scalar]] = {}
    """By record id and field."""
    deleted: frozenset[str] = frozenset()


class UndoForecaster(Protocol):
    """Says what an undo would do now. Writes nothing and needs no signature."""

    def foresee(self, receipt: WriteReceipt, *, motion: Motion, ahead: Ahead) -> ItemResult:
        """Raises `CrmError`."""
        ...


def ahead_of(newer: Iterable[tuple[WriteReceipt, ItemResult]]) -> Ahead:
    """From the foreseen items that come off first, in that order."""
    values: dict[str, dict[str, Scalar]] = {}
    deleted: set[str] = set()
    for receipt, result in newer:
        images = {image.record: image for image in receipt.records}
        for taken in result.taken_back:
            if taken.deleted:
                deleted.add(taken.record.id)
            image = images.get(taken.record)
            old = {field: image.before.get(field) for field in taken.fields} if image is not None else {}
            values.setdefault(taken.record.id, {}).update(old)
    return Ahead(values=values, deleted=frozenset(deleted))


def reach_of(taken_back: Sequence[TakenBack], refusals: Sequence[UndoRefusal]) -> Reach:
    if not taken_back:
        return Reach.NOTHING
    return Reach.IN_PART if refusals else Reach.ALL


def result_of(outcome: UndoOutcome) -> ItemResult:
    """What a finished undo came to."""
    images = outcome.receipt.records if outcome.receipt is not None else ()
    taken = tuple(_taken(image) for image in images)
    return ItemResult(
        reach=reach_of(taken, outcome.refusals),
        taken_back=taken,
        refusals=outcome.refusals,
        receipt_id=outcome.receipt.id if outcome.receipt is not None else "",
    )


def _taken(image: RecordImage) -> TakenBack:
    return TakenBack(record=image.record, fields=tuple(sorted(image.intended)), deleted=image.deleted)


_Place = tuple[RecordRef, str]
"""A record and its field; the field is empty where the record itself came or went."""


def _places(image: RecordImage) -> Iterator[_Place]:
    yield from ((image.record, field) for field in ("",) if image.created or image.deleted)
    yield from ((image.record, field) for field in image.intended)


def _owed(image: RecordImage) -> Iterator[_Place]:
    """What of it an undo would take back."""
    if image.created:
        yield image.record, ""
    elif not image.deleted:
        yield from ((image.record, f) for f, old in image.before.items() if image.after.get(f) != old)


def _standing(receipt: WriteReceipt, undoing: Mapping[str, Sequence[WriteReceipt]]) -> Iterator[WriteReceipt]:
    """The write itself, and what did it again. An undo in part may be followed by one for the rest: each counts."""
    undos = undoing.get(receipt.id, ())
    done = {place for undo in undos for image in undo.records for place in _places(image)}
    if not undos or not done.issuperset(place for image in receipt.records for place in _owed(image)):
        yield receipt
    for undo in undos:
        for again in undoing.get(undo.id, ()):
            yield from _standing(again, undoing)


def in_force(receipts: Iterable[WriteReceipt], known: Iterable[WriteReceipt]) -> tuple[WriteReceipt, ...]:
    """What has to be taken back so that these writes no longer stand, newest first.

    `known` holds every undo of their cases. A write that was taken back is left out, and one that was taken back in
    part stays for its rest. Where that undo was undone in turn, the write stands again by that one, which comes
    instead of it.
    """
    undoing: dict[str, list[WriteReceipt]] = {}
    for receipt in known:
        if receipt.undoes:
            undoing.setdefault(receipt.undoes, []).append(receipt)
    found = {each.id: each for receipt in receipts for each in _standing(receipt, undoing)}
    return tuple(sorted(found.values(), key=lambda r: (r.written_at, r.id), reverse=True))
