"""Where the gateways' notes go: beside what a command prints, which may be read by a script."""

import sys

import structlog


def beside_output(level: int) -> None:
    """`level` as in `logging`; what is below it is not shown."""
    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
