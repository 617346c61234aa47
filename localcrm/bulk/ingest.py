"""`/jobs/ingest`: rows come as one CSV and are written one by one, each with its own outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from localcrm import rows
from localcrm.bulk import jobs
from localcrm.bulk.csv_text import NULL, Dialect, UnreadableCsv
from localcrm.bulk.jobs import Job, JobKind, JobState
from localcrm.context import Context
from localcrm.errors import ApiError, MultipleMatches, not_found
from localcrm.fields import SObject
from localcrm.request import Call, Reply

_OPERATIONS = ("insert", "update", "upsert", "delete", "hardDelete")
_RESULTS = {"successfulResults": "successful", "failedResults": "failed", "unprocessedrecords": "unprocessed"}


def dispatch(ctx: Context, rest: tuple[str, ...], call: Call) -> Reply:
    """`rest` follows `jobs/ingest`."""
    match (call.method, rest):
        case ("POST", ()):
            return _create(ctx, call.object_body())
        case ("GET", ()):
            return jobs.every(ctx, JobKind.INGEST)
        case (method, (job_id,)):
            job = jobs.find(ctx, JobKind.INGEST, job_id)
            if method == "GET":
                return Reply(200, job.shown())
            if method == "PATCH":
                return _close(ctx, job, call.object_body())
            if method == "DELETE":
                return jobs.remove(ctx, job)
        case ("PUT", (job_id, "batches")):
            return _upload(ctx, jobs.find(ctx, JobKind.INGEST, job_id), call)
        case ("GET", (job_id, which)) if which in _RESULTS:
            job = jobs.find(ctx, JobKind.INGEST, job_id)
            if job.state is JobState.OPEN:
                raise jobs.wrong_state(job, "asked for its results")
            return Reply(200, str(job.outcome.get(_RESULTS[which], "")), media="text/csv")
    raise not_found()


def _create(ctx: Context, body: dict[str, Any]) -> Reply:
    ctx.require_write()
    operation, name = str(body.get("operation")), str(body.get("object"))
    if operation not in _OPERATIONS:
        raise ApiError(400, "INVALIDJOB", f"operation must be one of {', '.join(_OPERATIONS)}")
    if operation == "hardDelete":
        raise ApiError(400, "FEATURENOTENABLED", "hardDelete needs a permission that no user of this org has")
    if body.get("contentType") not in (None, "CSV"):
        raise ApiError(400, "INVALIDJOB", "contentType must be CSV")
    sobject = ctx.schema.find(name)
    if sobject is None:
        raise ApiError(400, "INVALIDENTITY", f"Unable to find object: {name[:80]}")
    external = None
    if operation == "upsert":
        external = rows.external_field(sobject, str(body.get("externalIdFieldName"))).name
    job = jobs.open_job(
        ctx,
        JobKind.INGEST,
        state=JobState.OPEN,
        operation=operation,
        object=sobject.name,
        dialect=Dialect.of(body),
        external_id=external,
    )
    return Reply(200, job.shown())


def _upload(ctx: Context, job: Job, call: Call) -> Reply:
    if job.state is not JobState.OPEN or job.upload is not None:
        raise jobs.wrong_state(job, "given (more) data; one job takes one upload")
    if not isinstance(call.body, str):
        raise ApiError(400, "INVALIDBATCH", "The data must be sent as text/csv in UTF-8")
    jobs.keep(ctx, replace(job, upload=call.body))
    return Reply(201)


def _close(ctx: Context, job: Job, body: dict[str, Any]) -> Reply:
    state = body.get("state")
    if state not in (JobState.UPLOAD_COMPLETE, JobState.ABORTED):
        raise ApiError(400, "INVALIDJOBSTATE", "state must be UploadComplete or Aborted")
    if job.state is not JobState.OPEN:
        raise jobs.wrong_state(job, "closed")
    if state == JobState.ABORTED:
        return Reply(200, jobs.keep(ctx, replace(job, state=JobState.ABORTED, upload=None)).shown())
    ctx.require_write()
    done = jobs.keep(ctx, _carried_out(ctx, job))
    return Reply(200, replace(done, processed=0, failed=0, error=None).shown(JobState.UPLOAD_COMPLETE))


def _carried_out(ctx: Context, job: Job) -> Job:
    """Every row in its own savepoint. An upload that cannot be read as a whole fails the job and writes nothing."""
    sobject = ctx.schema.get(job.object)
    # A job runs no assignment rule unless it names one.
    ctx = replace(ctx, auto_assign=False)
    try:
        if job.upload is None:
            raise UnreadableCsv("no data was uploaded")
        header, found = job.dialect.read(job.upload)
        _check_header(sobject, job, header)
    except UnreadableCsv as error:
        outcome = {"unprocessed": job.upload or ""}
        return replace(job, state=JobState.FAILED, error=f"InvalidBatch : {error}", upload=None, outcome=outcome)
    work = _work(ctx, sobject, job)
    good = [["sf__Id", "sf__Created", *header]]
    bad = [["sf__Id", "sf__Error", *header]]
    for row in found:
        try:
            with ctx.tx.savepoint():
                record_id, created = work(_body(header, row))
        except ApiError as error:
            bad.append([_own_id(header, row), f"{error.code}:{error.message}:{' '.join(error.fields or ())} --", *row])
        except MultipleMatches as error:
            bad.append([_own_id(header, row), f"DUPLICATE_EXTERNAL_ID:{error}: --", *row])
        else:
            good.append([record_id, "true" if created else "false", *row])
    return replace(
        job,
        state=JobState.JOB_COMPLETE,
        processed=len(found),
        failed=len(bad) - 1,
        upload=None,
        outcome={
            "successful": job.dialect.write(good),
            "failed": job.dialect.write(bad),
            "unprocessed": job.dialect.write([header]),
        },
    )


def _check_header(sobject: SObject, job: Job, header: list[str]) -> None:
    for name in header:
        if sobject.field(name) is None:
            raise UnreadableCsv(f"Field name not found : {name}")
    lowered = [name.lower() for name in header]
    if len(set(lowered)) < len(lowered):
        raise UnreadableCsv("a field is named twice in the header")
    key = {"update": "Id", "delete": "Id", "upsert": job.external_id}.get(job.operation)
    if key is not None and key.lower() not in lowered:
        raise UnreadableCsv(f"Field name not found : {key}")
    if job.operation == "delete" and len(header) > 1:
        raise UnreadableCsv("a delete takes the Id and nothing else")


def _body(header: list[str], row: list[str]) -> dict[str, Any]:
    return {name: None if value == NULL else value for name, value in zip(header, row, strict=True) if value != ""}


def _own_id(header: list[str], row: list[str]) -> str:
    return next((value for name, value in zip(header, row, strict=True) if name.lower() == "id"), "")


def _work(ctx: Context, sobject: SObject, job: Job) -> Callable[[dict[str, Any]], tuple[str, bool]]:
    """What is done with one row: its id and whether it is new."""

    def taken(body: dict[str, Any], name: str) -> str | None:
        key = next((k for k in body if k.lower() == name.lower()), None)
        value = body.pop(key) if key is not None else None
        return None if value is None else str(value)

    def known(body: dict[str, Any]) -> str:
        own_id = taken(body, "Id")
        if own_id is None:
            raise ApiError(400, "MISSING_ARGUMENT", "Id not specified in an update call", fields=["Id"])
        return rows.record_id_of(sobject, own_id)

    def insert(body: dict[str, Any]) -> tuple[str, bool]:
        return rows.create(ctx, sobject, body), True

    def update(body: dict[str, Any]) -> tuple[str, bool]:
        record_id = known(body)
        rows.update(ctx, sobject, record_id, body)
        return record_id, False

    def delete(body: dict[str, Any]) -> tuple[str, bool]:
        record_id = known(body)
        rows.delete(ctx, sobject, record_id)
        return record_id, False

    def upsert(body: dict[str, Any]) -> tuple[str, bool]:
        field = rows.external_field(sobject, str(job.external_id))
        value = taken(body, field.name)
        if value is None and field.name == "Id":
            return insert(body)
        if value is None:
            raise ApiError(400, "MISSING_ARGUMENT", f"{field.name} not specified", fields=[])
        done = rows.upsert(ctx, sobject, field, value, body)
        return done.record_id, done.created

    return {"insert": insert, "update": update, "delete": delete, "upsert": upsert}[job.operation]
