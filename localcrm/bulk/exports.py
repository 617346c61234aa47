"""`/jobs/query`: a query whose rows are fetched as CSV, page by page."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from typing import Any

from localcrm import query
from localcrm.bulk import jobs
from localcrm.bulk.csv_text import Dialect, cell
from localcrm.bulk.jobs import Job, JobKind, JobState
from localcrm.context import Context
from localcrm.errors import ApiError, not_found
from localcrm.request import Call, Reply

_OPERATIONS = ("query", "queryAll")
_LARGEST_PAGE = 50_000


def dispatch(ctx: Context, rest: tuple[str, ...], call: Call) -> Reply:
    """`rest` follows `jobs/query`."""
    match (call.method, rest):
        case ("POST", ()):
            return _create(ctx, call.object_body())
        case ("GET", ()):
            return jobs.every(ctx, JobKind.QUERY)
        case (method, (job_id,)):
            job = jobs.find(ctx, JobKind.QUERY, job_id)
            if method == "GET":
                return Reply(200, job.shown())
            if method == "PATCH":
                return _abort(ctx, job, call.object_body())
            if method == "DELETE":
                return jobs.remove(ctx, job)
        case ("GET", (job_id, "results")):
            return _results(jobs.find(ctx, JobKind.QUERY, job_id), call)
        case _:
            pass
    raise not_found()


def _create(ctx: Context, body: dict[str, Any]) -> Reply:
    """The query runs at once, so a mistake in it is told here and not by a failed job."""
    operation, text = str(body.get("operation")), body.get("query")
    if operation not in _OPERATIONS:
        raise ApiError(400, "INVALIDJOB", f"operation must be one of {', '.join(_OPERATIONS)}")
    if not isinstance(text, str) or not text:
        raise ApiError(400, "MALFORMED_QUERY", "A query string has to be specified")
    table = query.table(ctx, text, include_deleted=operation == "queryAll")
    found = [[cell(field, value) for field, value in zip(table.fields, row, strict=True)] for row in table.rows]
    job = jobs.open_job(
        ctx,
        JobKind.QUERY,
        state=JobState.JOB_COMPLETE,
        operation=operation,
        object=table.entity,
        dialect=Dialect.of(body),
        query=text,
        processed=len(found),
        outcome={"header": list(table.header), "rows": found},
    )
    return Reply(200, replace(job, processed=0).shown(JobState.UPLOAD_COMPLETE))


def _abort(ctx: Context, job: Job, body: dict[str, Any]) -> Reply:
    if body.get("state") != JobState.ABORTED:
        raise ApiError(400, "INVALIDJOBSTATE", "state must be Aborted")
    raise jobs.wrong_state(job, "aborted")


def _results(job: Job, call: Call) -> Reply:
    """One page. The locator of the next is in `Sforce-Locator`, or the word null."""
    found = job.outcome["rows"]
    start, size = _start(call.params.get("locator"), len(found)), _size(call.params.get("maxRecords"))
    page = found[start : start + size]
    end = start + len(page)
    headers = {
        "Sforce-NumberOfRecords": str(len(page)),
        "Sforce-Locator": _locator(end) if end < len(found) else "null",
    }
    return Reply(200, job.dialect.write([job.outcome["header"], *page]), headers, media="text/csv")


def _locator(offset: int) -> str:
    return base64.urlsafe_b64encode(str(offset).encode()).decode().rstrip("=")


def _start(locator: str | None, count: int) -> int:
    if not locator:
        return 0
    try:
        text = base64.urlsafe_b64decode(locator + "=" * (-len(locator) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    if not text.isdigit() or len(text) > 12 or not 0 < int(text) < count:
        raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    return int(text)


def _size(text: str | None) -> int:
    if text is None:
        return _LARGEST_PAGE
    if not text.isascii() or not text.isdigit() or not int(text[:9]) > 0:
        raise ApiError(400, "INVALID_VALUE", "maxRecords must be a number from 1")
    return min(int(text[:9]), _LARGEST_PAGE)
