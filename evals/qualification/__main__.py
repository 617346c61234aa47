"""`python -m evals.qualification --leads N`: band and disqualification rates by country, language and company size."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from domain.errors import DomainError
from domain.playbook import Playbook
from evals.qualification.rates import FAR, LEAST, SAMPLE, Group, Judge, Judged, Swap, by_group, group, read_cases, swaps
from gateways.enrichment.crm import CrmEnricher
from gateways.enrichment.firmographics import FirmographicsEnricher
from runtime.playbook_files import load_playbook

_SWAPPED = 60
"""Leads that every swap is tried on."""
_FIRST = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report, or write it to `--out`. Exit code 1 where a name or country moved a score; 2: bad input."""
    parser = argparse.ArgumentParser(prog="python -m evals.qualification", description=__doc__)
    parser.add_argument("--leads", type=int, default=400, help="how many of the sample's inquiries")
    parser.add_argument("--file", type=Path, default=SAMPLE, help="other inquiries, one JSON object a line")
    parser.add_argument("--playbook", type=Path, default=Path("playbook"))
    parser.add_argument("--out", type=Path, help="write the report here")
    chosen = parser.parse_args(arguments)
    try:
        playbook = load_playbook(chosen.playbook)
        cases = read_cases(chosen.file, max(chosen.leads, 1))
    except DomainError as wrong:
        sys.stderr.write(f"{wrong.detail or wrong.code.value}\n")
        return 2
    judge = Judge(playbook, (CrmEnricher(), FirmographicsEnricher(chosen.playbook / "firmographics.csv")))
    judged = [judge.judge(case) for case in cases]
    moved = list(swaps(cases[:_SWAPPED], judge, judged[:_SWAPPED]))
    report = "\n".join(_report(judged, moved, playbook)) + "\n"
    if chosen.out is not None:
        chosen.out.write_text(report, "utf-8")
    else:
        sys.stdout.write(report)
    return 1 if any(s.scores_moved or s.disqualified_moved for s in moved) else 0


def _report(judged: Sequence[Judged], moved: Sequence[Swap], playbook: Playbook) -> Iterator[str]:
    bands = [b.name for b in sorted(playbook.bands, key=lambda b: -b.at_least)]
    yield "# Qualification: bands and disqualifications by group"
    yield ""
    yield f"{len(judged)} inquiries of the sample org, judged by the shipped playbook with what the CRM's accounts and"
    yield "`firmographics.csv` know. The inquiries are made up; this measures the rules, not a market."
    yield ""
    yield f"    python -m evals.qualification --leads {len(judged)} --out evals/qualification/REPORT.md"
    yield ""
    yield f"A group of at least {LEAST} leads whose share of the two best bands is more than {FAR:.0%} away from"
    yield "everybody's is marked ◆ and wants a look: most often the rules read its language less well, or know less"
    yield "about its companies."
    yield ""
    everybody = group("all", judged)
    for title, groups in (
        ("All", [everybody]),
        ("By country", by_group(judged, lambda j: j.country, bands[:2])),
        ("By language", by_group(judged, lambda j: j.language, bands[:2])),
        ("By company size (staff)", by_group(judged, lambda j: j.size, bands[:2])),
    ):
        yield f"## {title}"
        yield ""
        yield from _table(groups, bands)
        yield ""
    yield "## Only one thing changed"
    yield ""
    tried = min(_SWAPPED, len(judged))
    yield f"Each of the first {tried} inquiries again, with another name or another country and nothing else."
    yield ""
    yield "| changed | tried | scores moved | bands moved | disqualifications moved |"
    yield "|---|---:|---:|---:|---:|"
    for swap in moved:
        yield f"| {swap.what} | {swap.tried} | {swap.scores_moved} | {swap.bands_moved} | {swap.disqualified_moved} |"
    yield ""
    yield f"## The first {min(_FIRST, len(judged))} inquiries"
    yield ""
    yield "| inquiry | what makes it hard | score | band | kind of sender | proposed to close as |"
    yield "|---|---|---:|---|---|---|"
    for one in judged[:_FIRST]:
        q = one.qualification
        label = one.label.replace("_", " ")
        yield f"| {one.event_id} | {label} | {q.score} | {q.band} | {q.fit.value} | {q.disqualify_reason} |"


def _table(groups: Sequence[Group], bands: Sequence[str]) -> Iterator[str]:
    yield f"| | leads | {' | '.join(bands)} | proposed to disqualify |"
    yield f"|---|---:|{'---:|' * len(bands)}---:|"
    for g in groups:
        shares = " | ".join(f"{g.share(b):.0%}" for b in bands)
        rate = g.disqualified / g.leads if g.leads else 0.0
        yield f"| {g.name}{' ◆' if g.far else ''} | {g.leads} | {shares} | {rate:.0%} |"


if __name__ == "__main__":
    sys.exit(main())
