"""Composite: up to 25 calls in one transaction, with references between them and `allOrNone`."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from localcrm.context import Context
from localcrm.errors import ApiError
from localcrm.query import Cursors
from localcrm.request import REFUSALS, Call, Reply, refusal
from localcrm.resources import dispatch

MAX_CALLS = 25
MAX_QUERIES = 5
_REFERENCE = re.compile(r"@\{([A-Za-z0-9_]+)((?:\.[A-Za-z0-9_]+|\[\d{1,6}\])*)\}")
_STEP = re.compile(r"\.([A-Za-z0-9_]+)|\[(\d+)\]")
_NAME = re.compile(r"[A-Za-z0-9_]+", re.ASCII)
_ADDRESS = re.compile(r"/services/data/v(\d+\.\d)(/.*)?", re.ASCII | re.DOTALL)
_BARRED_HEADERS = frozenset({"accept", "authorization", "content-type"})


class _RolledBack(Exception):
    """allOrNone met a failure at `position`: everything is undone."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


def run(ctx: Context, cursors: Cursors, body: dict[str, Any]) -> Reply:
    """Always 200 once the envelope is readable; each call's own status is inside.

    Calls run in the order given, which is what `collateSubrequests: false` asks for and what `true`
    allows. Headers of the outer request do not reach the inner calls.
    """
    parts = _envelope(body)
    all_or_none = body.get("allOrNone") is True
    answers: list[dict[str, Any]] = []
    replies: dict[str, Reply] = {}
    try:
        with ctx.tx.savepoint():
            for position, part in enumerate(parts):
                reply = _attempt(ctx, cursors, part, replies)
                replies[part["referenceId"]] = reply
                answers.append(_answer(part, reply))
                if reply.status >= 300 and all_or_none:
                    raise _RolledBack(position)
    except _RolledBack as failure:
        halted = refusal(
            _halted("The transaction was rolled back since another operation in the same transaction failed.")
        )
        answers = [
            answers[position] if position == failure.position else _answer(part, halted)
            for position, part in enumerate(parts)
        ]
    return Reply(200, {"compositeResponse": answers})


def _envelope(body: dict[str, Any]) -> list[dict[str, Any]]:
    parts = body.get("compositeRequest")
    if not isinstance(parts, list) or not parts:
        raise ApiError(400, "JSON_PARSER_ERROR", "compositeRequest must be a list with at least one subrequest")
    if len(parts) > MAX_CALLS:
        raise ApiError(
            400, "LIMIT_EXCEEDED", f"The number of subrequests {len(parts)} exceeds the limit of {MAX_CALLS}"
        )
    seen: set[str] = set()
    counted = 0
    for part in parts:
        if not isinstance(part, dict) or not all(
            isinstance(part.get(k), str) for k in ("method", "url", "referenceId")
        ):
            raise ApiError(400, "JSON_PARSER_ERROR", "each subrequest needs method, url and referenceId")
        reference = part["referenceId"]
        if _NAME.fullmatch(reference) is None:
            raise ApiError(400, "INVALID_INPUT", f"Invalid reference Id: {reference[:40]}")
        if reference in seen:
            raise ApiError(400, "DUPLICATE_VALUE", f"Duplicate ReferenceId provided in the request: {reference}")
        seen.add(reference)
        counted += bool(re.match(r"/services/data/v[\d.]+/(query|queryAll|composite/sobjects)\b", part["url"]))
    if counted > MAX_QUERIES:
        raise ApiError(
            400, "LIMIT_EXCEEDED", f"The number of queries and collections {counted} exceeds the limit of {MAX_QUERIES}"
        )
    return parts


def _attempt(ctx: Context, cursors: Cursors, part: dict[str, Any], replies: dict[str, Reply]) -> Reply:
    try:
        with ctx.tx.savepoint():
            return dispatch(ctx, cursors, _call(part, replies))
    except REFUSALS as error:
        return refusal(error)


def _answer(part: dict[str, Any], reply: Reply) -> dict[str, Any]:
    return {
        "body": reply.body,
        "httpHeaders": dict(reply.headers),
        "httpStatusCode": reply.status,
        "referenceId": part["referenceId"],
    }


def _call(part: dict[str, Any], replies: dict[str, Reply]) -> Call:
    address = urlsplit(str(_resolved(part["url"], replies)))
    match = _ADDRESS.fullmatch(address.path)
    if match is None:
        raise ApiError(400, "INVALID_INPUT", "Subrequest addresses must begin with /services/data/vXX.X/")
    segments = tuple(unquote(s) for s in (match[2] or "").strip("/").split("/") if s)
    if segments[:1] == ("composite",) and segments[1:2] != ("sobjects",):
        raise ApiError(400, "INVALID_INPUT", "A composite request cannot contain this resource")
    headers = part.get("httpHeaders") or {}
    if not isinstance(headers, dict):
        raise ApiError(400, "JSON_PARSER_ERROR", "httpHeaders must be an object")
    lowered = {str(k).lower(): str(_resolved(v, replies)) for k, v in headers.items()}
    barred = sorted(_BARRED_HEADERS & lowered.keys())
    if barred:
        raise ApiError(400, "INVALID_INPUT", f"httpHeaders must not contain: {', '.join(barred)}")
    return Call(
        method=part["method"].upper(),
        segments=segments,
        params=dict(parse_qsl(address.query, keep_blank_values=True)),
        headers=lowered,
        body=_resolved(part.get("body"), replies),
    )


def _resolved(value: Any, replies: dict[str, Reply]) -> Any:
    """`value` with every `@{reference}` filled in from an earlier answer."""
    if isinstance(value, dict):
        return {k: _resolved(v, replies) for k, v in value.items()}
    if isinstance(value, list):
        return [_resolved(v, replies) for v in value]
    if not isinstance(value, str) or "@{" not in value:
        return value
    whole = _REFERENCE.fullmatch(value)
    if whole is not None:
        return _look_up(whole, replies)
    return _REFERENCE.sub(lambda match: str(_look_up(match, replies)), value)


def _look_up(match: re.Match[str], replies: dict[str, Reply]) -> Any:
    reply = replies.get(match[1])
    node: Any = reply.body if reply is not None and reply.status < 300 else None
    for name, index in _STEP.findall(match[2]):
        if name and isinstance(node, dict):
            node = node.get(name)
        elif index and isinstance(node, list) and int(index) < len(node):
            node = node[int(index)]
        else:
            node = None
    if node is None or isinstance(node, dict | list):
        where = f"{match[1]}{match[2]}"
        raise _halted(f"Invalid reference specified. No value for {where} found in {match[1]}")
    return node


def _halted(message: str) -> ApiError:
    return ApiError(400, "PROCESSING_HALTED", message)
