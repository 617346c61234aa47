"""What a run came to, beside the last committed one."""

from datetime import date
from pathlib import Path

from pydantic import ValidationError

from domain.errors import InputError
from domain.model import Value
from evals.suite.dangers import NAMES
from evals.suite.run import CaseResult, FamilyResult

BASELINE = Path(__file__).parents[1] / "baseline.json"
TOLERANCE = 0
"""How many cases of a family may fail that passed in the committed run. The template writer is deterministic, so none;
`--tolerance` allows more for a model."""


class Count(Value):
    cases: int
    passed: int


class Baseline(Value):
    """The committed run: which cases failed then, so that a new failure is told from a known one."""

    made_on: str
    writer: str
    families: dict[str, Count]
    failed: dict[str, tuple[str, ...]] = {}
    dangerous_errors: int = 0


class Report(Value):
    families: tuple[FamilyResult, ...]
    before: Baseline | None = None
    writer: str = ""
    partial: bool = False
    """Only some families were asked for, so a family that is not here is not missed."""

    @property
    def dangerous(self) -> tuple[tuple[str, str, str, str], ...]:
        """Error, family, case and what was found."""
        return tuple(
            (j.evaluator, f.family, c.name, j.reason) for f in self.families for c in f.cases for j in c.dangerous
        )

    @property
    def evaluators(self) -> tuple[str, ...]:
        """In the order in which they judged, the dangerous errors last."""
        seen = dict.fromkeys(j.evaluator for f in self.families for c in f.cases for j in c.judgements)
        return (*(e for e in seen if e not in NAMES), *(e for e in NAMES if e in seen))

    def counts(self, family: FamilyResult, evaluator: str) -> Count:
        """Only the cases that expected something of this evaluator."""
        found = [j.passed for c in family.cases for j in c.judgements if j.evaluator == evaluator]
        return Count(cases=len(found), passed=sum(found))

    def newly_failed(self, family: FamilyResult) -> tuple[CaseResult, ...]:
        """Cases that fail now and did not in the committed run; a new case has to pass."""
        known = self.before.failed.get(family.family, ()) if self.before is not None else ()
        return tuple(c for c in family.cases if not c.passed and c.name not in known)

    def regressions(self, tolerance: int = TOLERANCE) -> tuple[str, ...]:
        """Families that fail in more new cases than tolerated, or have lost cases that the committed run had."""
        known = self.before.families if self.before is not None and not self.partial else {}
        gone = sorted(set(known) - {f.family for f in self.families})
        found = [f"{name}: the family is gone" for name in gone]
        for family in self.families:
            new = self.newly_failed(family)
            if len(new) > tolerance:
                found.append(f"{family.family}: {', '.join(c.name for c in new)}")
            before = self.before.families.get(family.family) if self.before is not None else None
            if before is not None and len(family.cases) < before.cases:
                found.append(f"{family.family}: {before.cases - len(family.cases)} cases fewer than before")
        return tuple(found)

    def baseline(self, made_on: date) -> Baseline:
        return Baseline(
            made_on=made_on.isoformat(),
            writer=self.writer,
            families={f.family: Count(cases=len(f.cases), passed=f.passed) for f in self.families},
            failed={f.family: names for f in self.families if (names := _failed(f))},
            dangerous_errors=len(self.dangerous),
        )

    def summary(self, tolerance: int = TOLERANCE) -> dict[str, object]:
        """What `--json` prints."""
        return {
            "families": {f.family: {"cases": len(f.cases), "passed": f.passed} for f in self.families},
            "dangerous_errors": len(self.dangerous),
            "dangerous": [dict(zip(("error", "family", "case", "found"), d, strict=True)) for d in self.dangerous],
            "evaluators": {
                e: {
                    "cases": sum(self.counts(f, e).cases for f in self.families),
                    "passed": sum(self.counts(f, e).passed for f in self.families),
                }
                for e in self.evaluators
            },
            "failed": {f.family: list(_failed(f)) for f in self.families if _failed(f)},
            "regressions": list(self.regressions(tolerance)),
            "compared_with": self.before.made_on if self.before is not None else None,
            "writer": self.writer,
        }


def _failed(family: FamilyResult) -> tuple[str, ...]:
    return tuple(c.name for c in family.cases if not c.passed)


def read_baseline(file: Path = BASELINE) -> Baseline | None:
    """None where no run was committed. Raises `InputError`."""
    if not file.exists():
        return None
    try:
        return Baseline.model_validate_json(file.read_text("utf-8"))
    except (OSError, ValueError, ValidationError):
        raise InputError(f"{file} is no committed run; write it again with `countersign evals run --write`") from None


def as_markdown(report: Report) -> str:
    """Table per family and evaluator, and every case that fails."""
    evaluators = report.evaluators
    total, passed = sum(len(f.cases) for f in report.families), sum(f.passed for f in report.families)
    lines = [
        "# What the agent decides and writes",
        "",
        f"{passed} of {total} cases do what is expected of them; {len(report.dangerous)} dangerous errors. "
        f"Written by {report.writer}. The steps are the product's own, over the local CRM; "
        "the cases are in `evals/cases`.",
        "",
        "    countersign evals run --write",
        "",
        f"| family | passed | before | {' | '.join(e.replace('_', ' ') for e in evaluators)} |",
        f"|---|---:|---:|{'---:|' * len(evaluators)}",
    ]
    for f in report.families:
        cells = [_cell(report.counts(f, e)) for e in evaluators]
        lines.append(f"| {f.family} | {f.passed}/{len(f.cases)} | {_before(report, f)} | {' | '.join(cells)} |")
    lines += ["", "## Dangerous errors", ""]
    lines += [f"- {e}: {family}/{case}: {found}" for e, family, case, found in report.dangerous] or ["None."]
    lines += ["", "## Cases that fail", ""]
    lines += [
        f"- {f.family}/{c.name}: {why(c)}" for f in report.families for c in f.cases if not c.passed
    ] or ["None."]  # fmt: skip
    return "\n".join(lines) + "\n"


def why(case: CaseResult) -> str:
    return case.broken or "; ".join(f"{j.evaluator}: {j.reason}" for j in case.judgements if not j.passed)


def _cell(count: Count) -> str:
    return f"{count.passed}/{count.cases}" if count.cases else ""


def _before(report: Report, family: FamilyResult) -> str:
    known = report.before.families.get(family.family) if report.before is not None else None
    return f"{known.passed}/{known.cases}" if known is not None else "new"
