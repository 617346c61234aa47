"""`python -m evals.grounding [--data DIR] [--json] [--write]`: exit code 1 where too much is let through."""

import argparse
import sys
from pathlib import Path

from evals.grounding.run import Measured, SetMissing, as_json, as_table, run, write

FLOOR = 0.85
"""What the pairs of our own must reach in precision of "supported"."""


def too_much_let_through(results: tuple[Measured, ...]) -> bool:
    return any(m.name == "own" and m.counts.figures()["supported"]["precision"] < FLOOR for m in results)


def main(arguments: list[str] | None = None) -> int:
    """0 where the floor holds, 1 where it does not, 2 where a set is missing."""
    parser = argparse.ArgumentParser(prog="python -m evals.grounding", description=__doc__)
    parser.add_argument(
        "--data", type=Path, help="the folder that holds the labelled sets; our own pairs alone if left"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.add_argument("--write", action="store_true", help="renew REPORT.md and report.json beside the code")
    given = parser.parse_args(arguments)
    try:
        results = run(given.data)
    except SetMissing as missing:
        sys.stderr.write(f"evals.grounding: {missing}\n")
        return 2
    sys.stdout.write(as_json(results) if given.json else f"{as_table(results)}\n")
    if given.write:
        write(results, Path(__file__).parent)
    return 1 if too_much_let_through(results) else 0


if __name__ == "__main__":
    sys.exit(main())
