"""sObject tree: records with their children in one call, all or none."""

from __future__ import annotations

from typing import Any

from localcrm import rows
from localcrm.context import Context
from localcrm.errors import ApiError, MultipleMatches
from localcrm.fields import SObject
from localcrm.request import Call, Reply

_MAX_RECORDS = 200
_MAX_DEPTH = 5


class _RolledBack(Exception):
    """A record was refused: nothing of the tree stays."""


def run(ctx: Context, name: str, call: Call) -> Reply:
    """`POST composite/tree/<name>`: 201 with an id per reference, or 400 with what was refused."""
    ctx.require_write()
    sobject = ctx.schema.get(name)
    made: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    planned = _flat(ctx, sobject, call.object_body(), None, 1)
    if len(planned) > _MAX_RECORDS:
        raise ApiError(400, "EXCEEDED_ID_LIMIT", f"a tree holds at most {_MAX_RECORDS} records")
    ids: dict[str, str] = {}
    try:
        with ctx.tx.savepoint():
            for reference, target, body, link in planned:
                if reference in ids:
                    raise ApiError(400, "INVALID_INPUT", f"Duplicate ReferenceId provided in the request: {reference}")
                if link is not None and link[1] not in ids:
                    continue  # its parent was refused, which is the error to tell
                try:
                    with ctx.tx.savepoint():
                        ids[reference] = rows.create(
                            ctx, target, body if link is None else {**body, link[0]: ids[link[1]]}
                        )
                    made.append({"referenceId": reference, "id": ids[reference]})
                except ApiError as error:
                    refused.append({"referenceId": reference, "errors": [error.collection_item()]})
                except MultipleMatches as error:
                    told = ApiError(400, "DUPLICATE_EXTERNAL_ID", str(error)).collection_item()
                    refused.append({"referenceId": reference, "errors": [told]})
            if refused:
                raise _RolledBack
    except _RolledBack:
        return Reply(400, {"hasErrors": True, "results": refused})
    return Reply(201, {"hasErrors": False, "results": made})


_Planned = tuple[str, SObject, dict[str, Any], tuple[str, str] | None]
"""Reference, object, fields, and the field that points to which parent reference."""


def _flat(
    ctx: Context, sobject: SObject, body: dict[str, Any], link: tuple[str, str] | None, depth: int
) -> list[_Planned]:
    records = body.get("records")
    if not isinstance(records, list) or not all(isinstance(r, dict) for r in records):
        raise ApiError(400, "JSON_PARSER_ERROR", "records must be a list of objects")
    if depth > _MAX_DEPTH:
        raise ApiError(400, "INVALID_INPUT", f"a tree is at most {_MAX_DEPTH} levels deep")
    planned: list[_Planned] = []
    for record in records:
        attributes = record.get("attributes")
        reference = attributes.get("referenceId") if isinstance(attributes, dict) else None
        if not isinstance(reference, str) or not isinstance(attributes, dict):
            raise ApiError(400, "INVALID_INPUT", "Include a reference ID for each record in the request.")
        if str(attributes.get("type", "")).lower() != sobject.name.lower():
            raise ApiError(400, "INVALID_INPUT", f"the record {reference[:40]} is not of the type {sobject.name}")
        children = {
            k: ctx.schema.child(sobject, k) for k, v in record.items() if isinstance(v, dict) and "records" in v
        }
        planned.append((reference, sobject, {k: v for k, v in record.items() if not children.get(k)}, link))
        for key, relation in children.items():
            if relation is not None:
                planned += _flat(ctx, relation.child, record[key], (relation.field.name, reference), depth + 1)
    return planned
