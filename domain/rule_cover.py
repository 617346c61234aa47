"""Which ground routing rows cover, as sets: what a row can still reach after others, and what nobody reaches.

A box allows, per condition, a set of atoms: the values that any row names, and one more that stands for all others.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod

from domain.playbook import Playbook, RoutingStep
from domain.routing_rules import RULE_CONDITIONS, postal_span

OTHER = "*"
"""Every value that no row names, and a value that nobody knows."""
_MAX_PIECES = 20_000
"""Beyond this many pieces a question is left open; no hand-written playbook comes near."""

Path = tuple[str | int, ...]
Box = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Row:
    """One row of a routing step. `sure` rows always find an owner; a row that names one person may be passed over."""

    step: RoutingStep
    path: Path
    name: str
    goes_to: str
    rank: int
    box: Box
    narrowness: int = 0
    sure: bool = True
    number: int = 0
    """Its place within the step."""


class Ground:
    """All rows of a playbook that claim by conditions, in the order in which they are asked."""

    def __init__(self, playbook: Playbook) -> None:
        spans = sorted({postal_span(s) for specs in _all_values(playbook, "postal") for s in specs})
        edges = sorted({edge for low, high in spans for edge in (low, _end(high))})
        self._pieces = list(pairwise(edges))
        atoms: dict[str, set[str]] = {name: {OTHER} for name in RULE_CONDITIONS}
        for name in RULE_CONDITIONS:
            for values in _all_values(playbook, name):
                atoms[name] |= self._atoms(name, values)
        atoms["countries"] |= set(playbook.routing.markets)
        atoms["segments"] |= {s.name.casefold() for s in playbook.routing.segments}
        self.everything: Box = {name: frozenset(found) for name, found in atoms.items()}
        self.rows = tuple(self._rows(playbook))

    def box(self, conditions: Mapping[str, Sequence[str]]) -> Box:
        given = {name: frozenset(self._atoms(name, values)) for name, values in conditions.items() if values}
        return {**self.everything, **given}

    def uncovered(self, box: Box, rows: Iterable[Row]) -> Box | None:
        """A part of the box that none of the rows reaches; None where they reach all of it."""
        # The widest first, and one piece to its end before the next: most questions end after a few pieces.
        takers = sorted((r.box for r in rows if overlap(r.box, box)), key=_size, reverse=True)
        open_pieces = [(box, 0)]
        for _ in range(_MAX_PIECES):
            if not open_pieces:
                return None
            piece, seen = open_pieces.pop()
            while seen < len(takers) and not overlap(piece, takers[seen]):
                seen += 1
            if seen == len(takers):
                return piece
            open_pieces.extend((part, seen + 1) for part in _without(piece, takers[seen]))
        return box

    def before(self, row: Row) -> list[Row]:
        """The rows that are asked before this one and leave nothing for it where they fit."""
        earlier: list[Row] = []
        for other in self.rows:
            if other is row or not other.sure:
                continue
            if other.rank < row.rank or (other.step is row.step and self._goes_first(other, row)):
                earlier.append(other)
        return earlier

    def _goes_first(self, other: Row, row: Row) -> bool:
        match row.step:
            case RoutingStep.TERRITORY:
                return other.narrowness > row.narrowness
            case RoutingStep.RULES | RoutingStep.LANGUAGE:
                return other.number < row.number
            case _:
                return False

    def _atoms(self, name: str, values: Iterable[str]) -> set[str]:
        if name != "postal":
            return {v if name == "countries" else v.casefold() for v in values}
        spans = [postal_span(v) for v in values]
        return {f"{low}…" for low, high in self._pieces for begin, end in spans if begin <= low and high <= _end(end)}

    def _rows(self, playbook: Playbook) -> Iterator[Row]:
        for rank, steps in enumerate(playbook.routing.precedence):
            for step in steps:
                for name, n, title, goes_to, conditions in _listed(step, playbook):
                    path = ("routing", name, n)
                    narrow = playbook.routing.territories[n].narrowness if step is RoutingStep.TERRITORY else 0
                    sure = step is not RoutingStep.RULES or not playbook.routing.rules[n].owner
                    yield Row(step, path, title, goes_to, rank, self.box(conditions), narrow, sure, n)


def _listed(step: RoutingStep, playbook: Playbook) -> Iterator[tuple[str, int, str, str, Mapping[str, Sequence[str]]]]:
    """The rows of a step: list, position, name, owner and conditions. Steps that ask the CRM have none."""
    routing = playbook.routing
    match step:
        case RoutingStep.RULES:
            for n, rule in enumerate(routing.rules):
                yield "rules", n, f"rule {rule.id}", rule.goes_to, rule.conditions
        case RoutingStep.TERRITORY:
            for n, t in enumerate(routing.territories):
                conditions = {key: getattr(t, key) for key in ("countries", "regions", "postal", "segments")}
                yield "territories", n, f"territory {t.name}", t.team, conditions
        case RoutingStep.PRODUCT:
            for n, p in enumerate(routing.product_teams):
                yield "product_teams", n, f"product {p.product}", p.team, {"products": (p.product,)}
        case RoutingStep.SIZE:
            for n, s in enumerate(routing.segments):
                if s.team:
                    yield "segments", n, f"size {s.name}", s.team, {"segments": (s.name,)}
        case RoutingStep.LANGUAGE:
            for n, spoken in enumerate(routing.language_teams):
                yield "language_teams", n, f"language {spoken.language}", spoken.team, {"languages": (spoken.language,)}
        case _:
            return


def _end(high: str) -> str:
    """The first code after a range: the next number where codes are numbers, so that ranges can meet."""
    code = high.rstrip("\U0010ffff")
    following = str(int(code) + 1).zfill(len(code)) if code.isdecimal() else ""
    return following if len(following) == len(code) else f"{high}~"


def _all_values(playbook: Playbook, name: str) -> Iterator[Sequence[str]]:
    routing = playbook.routing
    for rule in routing.rules:
        yield getattr(rule, name)
    if name in {"countries", "regions", "postal", "segments"}:
        for territory in routing.territories:
            yield getattr(territory, name)
    if name == "products":
        yield [p.product for p in routing.product_teams]
    if name == "languages":
        yield [spoken.language for spoken in routing.language_teams]


def _size(box: Box) -> int:
    return prod(len(allowed) for allowed in box.values())


def overlap(one: Box, other: Box) -> bool:
    return all(one[name] & other[name] for name in one)


def _without(box: Box, taken: Box) -> Iterator[Box]:
    """What is left of a box, in disjoint boxes."""
    if not overlap(box, taken):
        yield box
        return
    rest = dict(box)
    for name, allowed in box.items():
        outside = allowed - taken[name]
        if outside:
            yield {**rest, name: outside}
        rest[name] = allowed & taken[name]
