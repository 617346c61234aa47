"""CRM values: read from JSON, compared as the CRM would, spelled for conditional headers."""

import re
import string
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from domain.errors import CrmError, ErrorCode
from domain.leads import CrmRecord
from domain.model import Scalar

_ID_LENGTH = 15
_CHECK = string.ascii_uppercase + "012345"
_PARENTS = frozenset({"Account", "Individual", "Owner"})
"""Relationships that queries ask through; without a parent they come as null, and are no fields."""


def parse_time(text: object) -> datetime:
    """A Salesforce date-time (`2024-05-01T10:00:00.000+0000`). Raises `CrmError` (crm_protocol)."""
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        raise CrmError(f"not a date-time: {text!r}", code=ErrorCode.CRM_PROTOCOL) from None


def http_date(moment: datetime) -> str:
    """For `If-Unmodified-Since`; whole seconds, as the header has no finer ones."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def soql_time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def scalar(value: object) -> Scalar:
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)


def flatten(row: Mapping[str, Any]) -> dict[str, Scalar]:
    """The fields of a row; a parent's become dotted (`Owner.Name`). Child lists and attributes are left out."""
    flat: dict[str, Scalar] = {}
    for name, value in row.items():
        if name == "attributes":
            continue
        if isinstance(value, Mapping):
            if "records" not in value:
                flat.update({f"{name}.{inner}": inner_value for inner, inner_value in flatten(value).items()})
        elif not isinstance(value, list) and name not in _PARENTS:
            flat[name] = scalar(value)
    return flat


def record_from(object_name: str, row: Mapping[str, Any]) -> CrmRecord:
    """A row with Id and SystemModstamp. Raises `CrmError` (crm_protocol) where they are missing."""
    if "Id" not in row or "SystemModstamp" not in row:
        raise CrmError(f"a {object_name} row came without Id or SystemModstamp", code=ErrorCode.CRM_PROTOCOL)
    fields = {name: value for name, value in flatten(row).items() if name not in ("Id", "SystemModstamp")}
    return CrmRecord(
        object=object_name, id=str(row["Id"]), fields=fields, modified_at=parse_time(row["SystemModstamp"])
    )


def records_from(object_name: str, rows: Iterable[Mapping[str, Any]]) -> tuple[CrmRecord, ...]:
    return tuple(record_from(object_name, row) for row in rows)


def is_id_of(prefix: str, text: str) -> bool:
    """Whether this can be an id of that kind: 15 characters, or 18 whose last three are their checksum."""
    if not re.fullmatch(r"[A-Za-z0-9]{15}(?:[A-Z0-5]{3})?", text) or not text.startswith(prefix):
        return False
    chunks = (text[start : start + 5] for start in (0, 5, 10))
    bits = (sum(1 << place for place, char in enumerate(chunk) if char.isupper()) for chunk in chunks)
    return text[15:] in ("", "".join(_CHECK[value] for value in bits))


def same_id(one: str, other: str) -> bool:
    """15 characters name a record; the three that may follow are their checksum."""
    return len(one) >= _ID_LENGTH and one[:_ID_LENGTH] == other[:_ID_LENGTH]


def same_value(one: Scalar, other: Scalar) -> bool:
    """Equal as the CRM keeps them: it stores empty text as null, trims text, and spells one moment in many ways."""
    if _empty(one) or _empty(other):
        return _empty(one) and _empty(other)
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, str) and isinstance(other, str):
        return _same_text(one, other)
    if isinstance(one, str) or isinstance(other, str):
        return str(one) == str(other)
    return one == other


def _empty(value: Scalar) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _same_text(one: str, other: str) -> bool:
    # A proposal spells `@{` apart, since the CRM would resolve it; the record it was read from does not.
    first, second = (text.replace("\r\n", "\n").replace("@{", "@ {").strip() for text in (one, other))
    if first == second:
        return True
    shorter, longer = sorted((first, second), key=len)
    if len(shorter) == 15 and longer[:15] == shorter and is_id_of("", longer):
        return True
    return _moment(first) is not None and _moment(first) == _moment(second)


def _moment(text: str) -> datetime | None:
    if "T" not in text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
