"""Times in the tables of the command line, in the reader's own zone. `--json` gives them as ISO 8601 instead."""

from datetime import UTC, datetime

from approval_ui.views.wording import ago, span


def how_far(said: str, now: datetime | None = None) -> str:
    """`3 h 05 ago`, `just now`, or `in 3 h 05`."""
    at, now = datetime.fromisoformat(said), now or datetime.now(UTC)
    return f"in {span(at - now)}" if span(at - now) != "now" and at > now else ago(at, now)


def local(said: str) -> str:
    """`2026-11-23 14:05:09` on this machine's clock."""
    return datetime.fromisoformat(said).astimezone().strftime("%Y-%m-%d %H:%M:%S")
