"""The report of a run, as JSON and as a page in Markdown. It holds figures only, no record and no path."""

import json
from collections.abc import Sequence
from pathlib import Path

from domain.model import Value
from evals.identity.measures import HELD_OUT, Counts, Measured

FLOOR = 0.99
"""What an automatic match must reach in precision on every set."""
BASELINES: dict[str, str] = {
    "patstat": "the same normalised name: precision 1.00, recall .30 (F1 .46)",
    "fake_1000": "the same e-mail address, or surname with birth date: F1 .634",
    "fodors_zagats": "the same phone number: F1 .952",
}
"""Simple rules, measured once on the whole sets."""

_HEAD = """# How well the matcher knows people and companies

Made by `{command}`; the figures are in `report.json` beside this page.

`domain.identity.compare` judged every candidate pair. A pair is right when the set's labels say that both are one.
"Match" counts what the product joins by itself, where precision must be at least {floor}; "match or possible" also
counts what it shows to a person. Pairs that the candidate search did not bring count as missed.
In the CRM accounts are looked up by beginnings of their name, so an inquiry in Latin letters does not find an account
that is kept in Greek or Chinese ones by its name alone: only by domain, address or phone number. One in Cyrillic is
found where the inquiry's country, or the end of its address, says by which letters it is written.

Each set is cut in two by a digest of the entity's label. Weights were looked at on the part "tuned on" only; "held out"
is the honest figure, "all" is the whole set, for comparison with other programs. `febrl4` was never tuned on. The FEBRL
sets are read without their social security number, so that names, dates and addresses have to do.
Two rules (names of common words only; a word of its own on each side) came from looking at the whole of
`fodors_zagats`, so its held-out part is less strict a test than the others'.
`adversarial` is ours and lies beside this page: rules were written while looking at it, so it shows what the matcher
does with each kind of trap, and is no estimate. Many of its true pairs (initials, a part of a name, another name of the
company) can be no more than possible without a domain, an address or a number.
"""


class Report(Value):
    command: str
    sets: tuple[Measured, ...]

    def below_floor(self) -> tuple[Measured, ...]:
        """Where an automatic match is wrong too often."""
        return tuple(m for m in self.sets if m.match.precision < FLOOR)


def as_json(report: Report) -> str:
    rows = [
        {
            "set": m.name,
            "part": m.part,
            "records": m.records,
            "true_pairs": m.true_pairs,
            "compared": m.compared,
            "blocking_recall": _share(m.blocked, m.true_pairs),
            "match": _figures(m.match),
            "match_or_possible": _figures(m.match_or_possible),
        }
        for m in report.sets
    ]
    return json.dumps({"command": report.command, "precision_floor": FLOOR, "sets": rows}, indent=2) + "\n"


def as_markdown(report: Report) -> str:
    lines = [_HEAD.format(command=report.command, floor=FLOOR)]
    for name in dict.fromkeys(m.name for m in report.sets):
        of_set = [m for m in report.sets if m.name == name]
        lines += [f"## {name}", "", f"{of_set[0].what[0].upper()}{of_set[0].what[1:]}.", ""]
        if name in BASELINES:
            lines += [f"Baseline on the whole set: {BASELINES[name]}.", ""]
        lines += [
            "| part | records | true pairs | compared | blocking | match P | R | F1 | with possible P | R | F1 |",
            "|---|---|---|---|---|---|---|---|---|---|---|",
            *(_row(m) for m in of_set),
            "",
        ]
    low = report.below_floor()
    lines.append(
        "Precision of a match is below the floor in: " + ", ".join(f"{m.name} ({m.part})" for m in low) + "."
        if low
        else f"Precision of a match is at least {FLOOR} in every set and part."
    )
    return "\n".join(lines) + "\n"


def as_table(sets: Sequence[Measured]) -> str:
    """For a terminal."""
    head = f"{'set':15}{'part':10}{'match P':>9}{'R':>7}{'F1':>7}{'possible P':>12}{'R':>7}{'F1':>7}"
    return "\n".join([head, *(_line(m) for m in sets)])


def write(report: Report, folder: Path) -> None:
    """`report.json` and `REPORT.md`."""
    (folder / "report.json").write_text(as_json(report), encoding="utf-8")
    (folder / "REPORT.md").write_text(as_markdown(report), encoding="utf-8")


def _line(m: Measured) -> str:
    a, b = m.match, m.match_or_possible
    return (
        f"{m.name:15}{m.part:10}{a.precision:9.4f}{a.recall:7.3f}{a.f1:7.3f}"
        f"{b.precision:12.4f}{b.recall:7.3f}{b.f1:7.3f}"
    )


def _row(m: Measured) -> str:
    cells = [
        f"**{m.part}**" if m.part == HELD_OUT else m.part,
        f"{m.records:,}",
        f"{m.true_pairs:,}",
        f"{m.compared:,}",
        f"{_share(m.blocked, m.true_pairs):.3f}",
    ]
    for counts in (m.match, m.match_or_possible):
        cells += [f"{counts.precision:.4f}", f"{counts.recall:.3f}", f"{counts.f1:.3f}"]
    return f"| {' | '.join(cells)} |"


def _figures(counts: Counts) -> dict[str, float | int]:
    return {
        "right": counts.right,
        "wrong": counts.wrong,
        "missed": counts.missed,
        "precision": round(counts.precision, 4),
        "recall": round(counts.recall, 4),
        "f1": round(counts.f1, 4),
    }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 1.0
