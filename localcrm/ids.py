"""18-character Salesforce ids: 15 case-sensitive characters and a 3-character checksum of their case."""

from __future__ import annotations

import re

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHAPE = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?", re.ASCII)
_POD = "Lc0"


def checksum(id15: str) -> str:
    """Per 5-character chunk, bit k is set if character k is an upper-case letter; the number indexes A-Z0-5."""
    chunks = (id15[start : start + 5] for start in (0, 5, 10))
    return "".join(_CHECK[sum(1 << k for k, ch in enumerate(chunk) if "A" <= ch <= "Z")] for chunk in chunks)


def to_18(value: str) -> str | None:
    """The 18-character form of a 15- or 18-character id, or None where the shape or checksum is wrong."""
    if not _SHAPE.fullmatch(value):
        return None
    id15 = value[:15]
    full = id15 + checksum(id15)
    if len(value) == 18 and value[15:].upper() != full[15:]:
        return None
    return full


def number_of(record_id: str) -> int:
    """The sequence number of an id that `mint` made, 0 for an id from elsewhere."""
    if record_id[3:6] != _POD:
        return 0
    number = 0
    for ch in record_id[6:15]:
        number = number * 62 + _BASE62.index(ch)
    return number


def mint(prefix: str, number: int) -> str:
    """The id with the given 3-character key prefix and sequence number (from 1)."""
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = _BASE62[rest] + digits
    id15 = prefix + _POD + digits.rjust(9, "0")
    return id15 + checksum(id15)
