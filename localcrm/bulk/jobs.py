"""What is kept of a job: its description, what was uploaded, what came of it. Durable, as the rows themselves are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from localcrm import ids
from localcrm.bulk.csv_text import Dialect
from localcrm.context import Context
from localcrm.errors import ApiError, not_found
from localcrm.request import Reply


class JobKind(StrEnum):
    INGEST = "ingest"
    QUERY = "query"


class JobState(StrEnum):
    """Work is done while the upload is closed, so that no poll meets a state in between."""

    OPEN = "Open"
    UPLOAD_COMPLETE = "UploadComplete"
    JOB_COMPLETE = "JobComplete"
    ABORTED = "Aborted"
    FAILED = "Failed"


_TYPES = {JobKind.INGEST: "V2Ingest", JobKind.QUERY: "V2Query"}


@dataclass(frozen=True)
class Job:
    id: str
    kind: JobKind
    user_id: str
    created: str
    changed: str
    version: str
    state: JobState
    operation: str
    object: str
    dialect: Dialect
    external_id: str | None = None
    query: str | None = None
    processed: int = 0
    failed: int = 0
    error: str | None = None
    upload: str | None = None
    outcome: dict[str, Any] = field(default_factory=dict)

    def shown(self, state: JobState | None = None) -> dict[str, Any]:
        """The answer of the API; `state` where it tells an earlier one."""
        answer: dict[str, Any] = {
            "id": self.id,
            "operation": self.operation,
            "object": self.object,
            "createdById": self.user_id,
            "createdDate": self.created,
            "systemModstamp": self.changed,
            "state": str(state or self.state),
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(self.version),
            "jobType": _TYPES[self.kind],
            "lineEnding": self.dialect.line_ending,
            "columnDelimiter": self.dialect.delimiter,
            "retries": 0,
            "totalProcessingTime": 0,
            "numberRecordsProcessed": self.processed,
        }
        if self.kind is JobKind.INGEST:
            answer["numberRecordsFailed"] = self.failed
            answer["contentUrl"] = f"services/data/v{self.version}/jobs/ingest/{self.id}/batches"
        if self.external_id is not None:
            answer["externalIdFieldName"] = self.external_id
        if self.error is not None:
            answer["errorMessage"] = self.error
        return answer


_COLUMNS = (
    *("id", "kind", "user_id", "created", "changed", "version", "state", "operation", "object"),
    *("delimiter", "line_ending", "external_id", "query", "processed", "failed", "error", "upload", "outcome"),
)


def open_job(ctx: Context, kind: JobKind, **parts: Any) -> Job:
    """A new job of the caller."""
    made = Job(
        id=ctx.tx.mint("750"),
        kind=kind,
        user_id=ctx.caller.user_id,
        created=ctx.stamp,
        changed=ctx.stamp,
        version=ctx.version,
        **parts,
    )
    keep(ctx, made)
    return made


def keep(ctx: Context, job: Job) -> Job:
    job = replace(job, changed=ctx.stamp)
    ctx.tx.change(
        f"INSERT OR REPLACE INTO _job ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' for _ in _COLUMNS)})",
        (
            *(job.id, str(job.kind), job.user_id, job.created, job.changed, job.version, str(job.state)),
            *(job.operation, job.object, job.dialect.delimiter, job.dialect.line_ending, job.external_id, job.query),
            *(job.processed, job.failed, job.error, job.upload, json.dumps(job.outcome)),
        ),
    )
    return job


def find(ctx: Context, kind: JobKind, job_id: str) -> Job:
    """The caller's own job; another one's is not there, as in Salesforce without `Manage Data Integrations`."""
    wanted = ids.to_18(job_id)
    found = ctx.tx.select(
        f"SELECT {', '.join(_COLUMNS)} FROM _job WHERE id = ? AND kind = ? AND user_id = ?",
        (wanted, str(kind), ctx.caller.user_id),
    )
    if not found:
        raise not_found()
    return _job(found[0])


def every(ctx: Context, kind: JobKind) -> Reply:
    found = ctx.tx.select(
        f"SELECT {', '.join(_COLUMNS)} FROM _job WHERE kind = ? AND user_id = ? ORDER BY id",
        (str(kind), ctx.caller.user_id),
    )
    return Reply(200, {"done": True, "records": [_job(row).shown() for row in found], "nextRecordsUrl": None})


def remove(ctx: Context, job: Job) -> Reply:
    if job.state is JobState.OPEN:
        raise wrong_state(job, "deleted")
    ctx.tx.change("DELETE FROM _job WHERE id = ?", (job.id,))
    return Reply(204)


def wrong_state(job: Job, wanted: str) -> ApiError:
    return ApiError(400, "INVALIDJOBSTATE", f"Job {job.id} is {job.state} and cannot be {wanted}")


def _job(row: Sequence[Any]) -> Job:
    values = dict(zip(_COLUMNS, row, strict=True))
    dialect = Dialect(values.pop("delimiter"), values.pop("line_ending"))
    values |= {"kind": JobKind(values["kind"]), "state": JobState(values["state"])}
    values["outcome"] = json.loads(values["outcome"])
    return Job(dialect=dialect, **values)
