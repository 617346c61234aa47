"""Conditional requests on rows. Dates have one-second resolution, so a change in the same second passes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from localcrm.errors import ApiError, NotModified
from localcrm.fields import Record, SObject
from localcrm.stamps import http_date, parse_http_date, parse_stamp

_ETAG_OBJECTS = frozenset({"Account"})


def check(headers: Mapping[str, str], sobject: SObject, row: Record, *, reading: bool) -> None:
    """`headers` have lower-case names. Raises 412, 400 for an unreadable date, or NotModified on reads.

    The errorCode of Salesforce's own 412 is not documented; clients should go by the status.
    """
    modified = _modified(row)
    limit = _date(headers, "if-unmodified-since")
    if limit is not None and modified > limit:
        raise _failed()
    if sobject.name in _ETAG_OBJECTS:
        tag = etag(row)
        wanted = headers.get("if-match")
        if wanted is not None and wanted.strip() not in ("*", tag):
            raise _failed()
        if reading and tag in (part.strip() for part in headers.get("if-none-match", "").split(",")):
            raise NotModified
    since = _date(headers, "if-modified-since")
    if since is not None and modified <= since:
        if reading:
            raise NotModified
        raise _failed()


def validators(sobject: SObject, row: Record) -> dict[str, str]:
    """The response headers that a later condition can name."""
    headers = {"Last-Modified": http_date(_modified(row))}
    if sobject.name in _ETAG_OBJECTS:
        headers["ETag"] = etag(row)
    return headers


def etag(row: Record) -> str:
    return '"' + sha256(f"{row['Id']}{row['SystemModstamp']}".encode()).hexdigest()[:24] + '"'


def _modified(row: Record) -> datetime:
    moment = parse_stamp(str(row["SystemModstamp"]))
    if moment is None:
        raise ValueError(f"row {row['Id']} has no readable SystemModstamp")
    return moment


def _date(headers: Mapping[str, str], name: str) -> datetime | None:
    text = headers.get(name)
    if text is None:
        return None
    moment = parse_http_date(text)
    if moment is None:
        raise ApiError(400, "INVALID_HEADER", f"{name}: not an HTTP date: {text[:60]}")
    return moment


def _failed() -> ApiError:
    return ApiError(412, "PRECONDITION_FAILED", "The record has been modified since the given condition.")
