"""`python -m localcrm serve|seed|import|export`: the embedded CRM as a process of its own."""

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
from localcrm.transfer import TransferError, export_file, import_file


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
    if parsed.command in ("import", "export"):
        return _transfer(parsed)
    logging.basicConfig(level=parsed.log_level.upper())
    options = Options(
        clients=clients_from_environment(),
        control_token=parsed.control_token or os.environ.get("LOCALCRM_CONTROL_TOKEN") or None,
        daily_api_limit=parsed.daily_api_limit,
        assignment_rules=not parsed.no_assignment_rules,
    )
    server.run(parsed.db, parsed.host, parsed.port, options=options, log_level=parsed.log_level)
    return 0


def _transfer(parsed: argparse.Namespace) -> int:
    try:
        if parsed.command == "export":
            count = export_file(parsed.db, parsed.file, parsed.object)
            sys.stdout.write(f"{count} rows of {parsed.object} written to {parsed.file}\n")
            return 0
        columns = dict(pair.split("=", 1) for pair in parsed.map if "=" in pair)
        report = import_file(parsed.db, parsed.file, parsed.object, columns=columns, encoding=parsed.encoding or None)
    except TransferError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for refused in report.refused:
        sys.stderr.write(f"{parsed.file}:{refused.line}: {refused.reason}\n")
    if report.ignored_columns:
        sys.stderr.write(f"columns left out: {', '.join(report.ignored_columns)}\n")
    done = f"{report.created} rows of {parsed.object} imported, {report.updated} updated"
    sys.stdout.write(f"{done}, {len(report.refused)} refused\n")
    return 1 if report.refused else 0


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
    for name, text in (("import", "read rows from CSV or JSON"), ("export", "write rows to CSV or JSON")):
        moving = commands.add_parser(name, help=text)
        moving.add_argument("file")
        moving.add_argument("--db", required=True)
        moving.add_argument("--object", required=True)
        if name == "import":
            moving.add_argument("--map", action="append", default=[], metavar="HEADER=FIELD")
            moving.add_argument("--encoding", default="", help="of a file that is not UTF-8, for example cp1252")
    return parser


if __name__ == "__main__":
    sys.exit(main())
