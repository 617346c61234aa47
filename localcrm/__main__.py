"""`python -m localcrm serve|seed`: the embedded CRM as a process of its own."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime

from localcrm import server
from localcrm.options import Options, clients_from_environment
from localcrm.sample import AlreadySeeded, seed


def main(arguments: Sequence[str] | None = None) -> int:
    parsed = _parser().parse_args(arguments)
    if parsed.command == "seed":
        today = date.fromisoformat(parsed.today) if parsed.today else datetime.now(UTC).date()
        try:
            counts = seed(parsed.db, parsed.seed, today)
        except AlreadySeeded as error:
            sys.stderr.write(f"{error}\n")
            return 1
        sys.stdout.write(", ".join(f"{name} {count}" for name, count in counts.items()) + "\n")
        return 0
    logging.basicConfig(level=parsed.log_level.upper())
    options = Options(
        clients=clients_from_environment(),
        control_token=parsed.control_token or os.environ.get("LOCALCRM_CONTROL_TOKEN") or None,
        daily_api_limit=parsed.daily_api_limit,
        assignment_rules=not parsed.no_assignment_rules,
    )
    server.run(parsed.db, parsed.host, parsed.port, options=options, log_level=parsed.log_level)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="localcrm", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="answer the Salesforce REST API from a database file")
    serve.add_argument("--db", required=True, help="database file, or :memory:")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8100, help="0 takes a free one")
    serve.add_argument("--control-token", help="opens the test controls under /control")
    serve.add_argument("--daily-api-limit", type=int, default=100_000)
    serve.add_argument("--no-assignment-rules", action="store_true")
    serve.add_argument("--log-level", default="warning")
    seeding = commands.add_parser("seed", help="fill an empty database with the sample org")
    seeding.add_argument("--db", required=True)
    seeding.add_argument("--seed", type=int, default=7)
    seeding.add_argument("--today", help="YYYY-MM-DD; the day the sample is written for")
    return parser


if __name__ == "__main__":
    sys.exit(main())
