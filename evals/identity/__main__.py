"""`python -m evals.identity --data DIR [--sets a,b] [--write]`: exit code 1 where a match is wrong too often."""

import argparse
import sys
from pathlib import Path

from evals.identity.report import FLOOR, as_json, as_table, write
from evals.identity.run import run
from evals.identity.sets import READERS, SetMissing


def main(arguments: list[str] | None = None) -> int:
    """0 where the floor holds, 1 where it does not, 2 where a set is missing."""
    parser = argparse.ArgumentParser(prog="python -m evals.identity", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds the labelled sets")
    parser.add_argument("--sets", default="", help=f"which, comma-separated; all of {', '.join(READERS)} otherwise")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--write", action="store_true", help="renew REPORT.md and report.json beside the code")
    given = parser.parse_args(arguments)
    try:
        report = run(given.data, tuple(name for name in given.sets.split(",") if name))
    except SetMissing as missing:
        sys.stderr.write(f"evals.identity: {missing}\n")
        return 2
    sys.stdout.write(as_json(report) if given.json else f"{as_table(report.sets)}\n")
    if given.write:
        write(report, Path(__file__).parent)
    if low := report.below_floor():
        sys.stderr.write(f"evals.identity: precision of a match is below {FLOOR} in {low[0].name} ({low[0].part})\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
