"""The run as one page that needs nothing else: plots are SVG, drawn here."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from domain.model import Value
from evals.suite.report import Report, why

_BAR = 320.0
_ROW = 26
_TEMPLATES = Path(__file__).parent


class Bar(Value):
    """`width` is what passed now, `before` the mark of the committed run; both in units of the drawing."""

    name: str
    y: int
    width: float
    before: float | None
    tone: str
    says: str


class Cell(Value):
    text: str
    tone: str


class Row(Value):
    name: str
    about: str
    passed: str
    before: str
    cells: tuple[Cell, ...]


def as_html(report: Report) -> str:
    """Everything from cases is escaped; no script and no outside address."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    bars = _bars(report)
    return environment.get_template("page.html").render(
        bars=bars,
        rows=_rows(report),
        evaluators=[e.replace("_", " ") for e in report.evaluators],
        total=sum(len(f.cases) for f in report.families),
        passed=sum(f.passed for f in report.families),
        dangerous=report.dangerous,
        failing=[(f.family, c.name, why(c)) for f in report.families for c in f.cases if not c.passed],
        height=len(bars) * _ROW + 24,
        bar_width=_BAR,
        compared=report.before.made_on if report.before is not None else "",
        writer=report.writer,
    )


def _bars(report: Report) -> tuple[Bar, ...]:
    found = []
    for number, family in enumerate(report.families):
        known = report.before.families.get(family.family) if report.before is not None else None
        share = family.passed / len(family.cases)
        dangerous = any(c.dangerous for c in family.cases)
        found.append(
            Bar(
                name=family.family.replace("_", " "),
                y=number * _ROW,
                width=round(_BAR * share, 1),
                before=round(_BAR * known.passed / known.cases, 1) if known is not None and known.cases else None,
                tone="bad" if dangerous or share < 0.8 else "good" if share == 1 else "warn",
                says=f"{family.passed} of {len(family.cases)}",
            )
        )
    return tuple(found)


def _rows(report: Report) -> tuple[Row, ...]:
    rows = []
    for family in report.families:
        counts = [report.counts(family, e) for e in report.evaluators]
        known = report.before.families.get(family.family) if report.before is not None else None
        rows.append(
            Row(
                name=family.family.replace("_", " "),
                about=family.about,
                passed=f"{family.passed}/{len(family.cases)}",
                before=f"{known.passed}/{known.cases}" if known is not None else "new",
                cells=tuple(
                    Cell(
                        text=f"{c.passed}/{c.cases}" if c.cases else "",
                        tone="" if not c.cases else "good" if c.passed == c.cases else "bad",
                    )
                    for c in counts
                ),
            )
        )
    return tuple(rows)
