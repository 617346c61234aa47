"""Runs `domain.claims.verify` over labelled pairs and counts. The class that matters is "supported"."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from domain.claims import verify
from domain.model import Value

OWN = Path(__file__).with_name("pairs.jsonl")
WICE = Path("grounding") / "wice_entailment_retrieval_claim_dev.jsonl"


class SetMissing(Exception):
    """A labelled set is not in the folder."""


class Pair(Value):
    kind: str = "pair"
    claim: str
    evidence: tuple[str, ...]
    supported: bool


class Counts(Value):
    """`right`: supported and said so; `let_through`: not supported, said to be; `struck`: supported, said not to be."""

    right: int = 0
    let_through: int = 0
    struck: int = 0
    caught: int = 0

    def figures(self) -> dict[str, dict[str, float | int]]:
        """Precision, recall and F1 of each class."""
        return {
            "supported": _figures(self.right, self.let_through, self.struck),
            "not_supported": _figures(self.caught, self.struck, self.let_through),
        }

    def plus(self, *, truth: bool, verdict: bool) -> "Counts":
        name = {(True, True): "right", (False, True): "let_through", (True, False): "struck"}.get(
            (truth, verdict), "caught"
        )
        return self.model_copy(update={name: getattr(self, name) + 1})


class Measured(Value):
    name: str
    pairs: int
    counts: Counts
    kinds: dict[str, Counts]


def own_pairs() -> tuple[Pair, ...]:
    return read_pairs(OWN)


def read_pairs(file: Path) -> tuple[Pair, ...]:
    """One pair a line. Raises `SetMissing` with the line that is none."""
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError:
        raise SetMissing(f"{file} cannot be read") from None
    return tuple(_pair(line, f"{file}:{number}") for number, line in enumerate(lines, start=1) if line.strip())


def _pair(line: str, place: str) -> Pair:
    try:
        row = json.loads(line)
        return Pair.model_validate({k: row[k] for k in Pair.model_fields if k in row})
    except (ValueError, TypeError):
        raise SetMissing(f"{place}: no pair; it takes claim, evidence (a list of texts) and supported") from None


def wice_pairs(data: Path) -> tuple[Pair, ...]:
    """A claim that is supported in part is not supported. All sentences of the source are the evidence."""
    path = data / WICE
    if not path.is_file():
        raise SetMissing(f"{WICE} is not in the folder; give the one that holds the labelled sets")
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return tuple(
        Pair(
            kind=row["label"],
            claim=row["claim"],
            evidence=tuple(row["evidence"]),
            supported=row["label"] == "supported",
        )
        for row in rows
    )


def measure(name: str, pairs: Sequence[Pair]) -> Measured:
    total = Counts()
    kinds: defaultdict[str, Counts] = defaultdict(Counts)
    for pair in pairs:
        verdict = verify(pair.claim, _evidence(pair.evidence)).supported
        total = total.plus(truth=pair.supported, verdict=verdict)
        kinds[pair.kind] = kinds[pair.kind].plus(truth=pair.supported, verdict=verdict)
    return Measured(name=name, pairs=len(pairs), counts=total, kinds=dict(sorted(kinds.items())))


def run(data: Path | None) -> tuple[Measured, ...]:
    """Our own pairs, and the shared set where a folder is given. Raises `SetMissing`."""
    return tuple(measure(name, pairs) for name, pairs in _sets(data))


def as_json(results: Sequence[Measured]) -> str:
    rows = [{"set": m.name, "pairs": m.pairs, **m.counts.model_dump(), **m.counts.figures()} for m in results]
    return json.dumps({"command": "countersign evals grounding --data DIR", "sets": rows}, indent=2) + "\n"


def as_table(results: Sequence[Measured]) -> str:
    lines = [f"{'set':16}{'class':16}{'P':>8}{'R':>8}{'F1':>8}"]
    for m in results:
        for name, row in m.counts.figures().items():
            lines.append(f"{m.name:16}{name:16}{row['precision']:8.3f}{row['recall']:8.3f}{row['f1']:8.3f}")
    return "\n".join(lines)


def as_markdown(results: Sequence[Measured]) -> str:
    lines = [_HEAD]
    for m in results:
        lines += [f"## {m.name}: {m.pairs} pairs", "", "| class | precision | recall | F1 |", "|---|---|---|---|"]
        lines += [
            f"| {name} | {row['precision']:.3f} | {row['recall']:.3f} | {row['f1']:.3f} |"
            for name, row in m.counts.figures().items()
        ]
        lines += ["", "| kind | supported, kept | supported, struck | unsupported, struck | let through |"]
        lines += ["|---|---|---|---|---|"]
        lines += [f"| {k} | {c.right} | {c.struck} | {c.caught} | {c.let_through} |" for k, c in m.kinds.items()]
        lines.append("")
    return "\n".join(lines)


def write(results: Sequence[Measured], folder: Path) -> None:
    (folder / "report.json").write_text(as_json(results), encoding="utf-8")
    (folder / "REPORT.md").write_text(as_markdown(results), encoding="utf-8")


def _sets(data: Path | None) -> Iterator[tuple[str, tuple[Pair, ...]]]:
    yield "own", own_pairs()
    if data is not None:
        yield "wice", wice_pairs(data)


def _evidence(pieces: Sequence[str]) -> list[dict[str, object]]:
    """A piece such as `Account.NumberOfEmployees: 450` is a bare value in a field."""
    found: list[dict[str, object]] = []
    for piece in pieces:
        field, colon, value = piece.partition(": ")
        bare = colon and "." in field and " " not in field
        found.append({"field": field, "value": value} if bare else {"quote": piece})
    return found


def _figures(right: int, wrong: int, missed: int) -> dict[str, float | int]:
    precision = right / (right + wrong) if right + wrong else 0.0
    recall = right / (right + missed) if right + missed else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": round(precision, 3), "recall": round(recall, 3), "f1": round(f1, 3)}


_HEAD = """# How well the grounding checker tells what the evidence supports

Made by `countersign evals grounding --data DIR --write`; the figures are in `report.json` beside this page.

`domain.claims.verify` judged every pair. `wice` (WiCE, claims of Wikipedia against whole sources; partly supported
counts as not supported) needs world knowledge and inference over long texts that a deterministic checker does not
have; some rules were narrowed while looking at it. `own` lies beside this page as `pairs.jsonl`: short business
statements in four languages with one thing changed. Rules were written while looking at it, so it shows what the
checker does with each kind of trap and is no estimate.
"""
