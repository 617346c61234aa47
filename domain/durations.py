"""Durations as people write them in the playbook."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def _seconds(raw: object) -> object:
    """`20s`, `30m`, `4h` or `3d` as seconds; whole numbers pass as seconds."""
    if not isinstance(raw, str):
        return raw
    match = re.fullmatch(r"\s*(\d{1,7})\s*([smhd])\s*", raw)
    if match is None:
        raise ValueError("not a duration; write 20s, 30m, 4h or 3d")
    return int(match[1]) * _UNITS[match[2]]


Seconds = Annotated[int, BeforeValidator(_seconds), Field(ge=0, le=366 * 86_400)]
"""A duration in seconds; in the files as `20s`, `30m`, `4h`, `3d`. A `d` is 24 hours of counted time."""
