"""Precision, recall and F1 of one set, for what is matched alone and for what is at least possible."""

import hashlib
from collections.abc import Iterable

from pydantic import Field

from domain.identity import compare
from domain.leads import MatchVerdict
from domain.model import Value
from evals.identity.blocking import candidate_pairs
from evals.identity.sets import LabelledSet, Pair

ALL, TUNED, HELD_OUT = "all", "tuned on", "held out"


class Counts(Value):
    """Pairs: found and true, found and not, and true but not found."""

    right: int = Field(ge=0)
    wrong: int = Field(ge=0)
    missed: int = Field(ge=0)

    @property
    def precision(self) -> float:
        found = self.right + self.wrong
        return self.right / found if found else 1.0

    @property
    def recall(self) -> float:
        true = self.right + self.missed
        return self.right / true if true else 1.0

    @property
    def f1(self) -> float:
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else 1.0


class Measured(Value):
    """One set, or one part of it. `blocked` is how many true pairs the candidate search brought at all."""

    name: str
    what: str
    part: str
    records: int
    true_pairs: int
    compared: int
    blocked: int
    match: Counts
    match_or_possible: Counts


def parts_of(labelled: LabelledSet) -> tuple[str, ...]:
    if labelled.pairs:
        return (ALL,)
    return (ALL, TUNED, HELD_OUT) if labelled.tuned else (HELD_OUT,)


def measure(labelled: LabelledSet, part: str = ALL) -> Measured:
    """Compare the candidate pairs of one part. Entities fall into a part whole, by a digest of their label."""
    whole = part == ALL or not labelled.tuned
    kept = {n: r for n, r in labelled.records.items() if whole or _is_held_out(labelled, n) == (part == HELD_OUT)}
    truth = {pair for pair in labelled.truth if pair[0] in kept and pair[1] in kept}
    pairs = set(labelled.pairs) or candidate_pairs(labelled, kept)
    found: dict[MatchVerdict, set[Pair]] = {verdict: set() for verdict in MatchVerdict}
    for one, other in sorted(pairs):
        found[compare(kept[one], kept[other]).verdict].add((one, other))
    matched = found[MatchVerdict.MATCH]
    return Measured(
        name=labelled.name,
        what=labelled.what,
        part=part,
        records=len(kept),
        true_pairs=len(truth),
        compared=len(pairs),
        blocked=len(truth & pairs),
        match=counted(matched, truth),
        match_or_possible=counted(matched | found[MatchVerdict.POSSIBLE], truth),
    )


def counted(found: Iterable[Pair], truth: set[Pair]) -> Counts:
    pairs = set(found)
    right = len(pairs & truth)
    return Counts(right=right, wrong=len(pairs) - right, missed=len(truth) - right)


def _is_held_out(labelled: LabelledSet, record: str) -> bool:
    digest = hashlib.sha256(f"{labelled.name}:{labelled.entity[record]}".encode()).digest()
    return digest[0] % 2 == 1
