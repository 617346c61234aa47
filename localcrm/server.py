"""HTTP around the service: an ASGI application, and running it."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import uvicorn
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from localcrm import elsewhere
from localcrm.faults import Fault, FaultKind, refused_by
from localcrm.oauth import OAuthError
from localcrm.options import Options, clients_from_environment
from localcrm.request import JSON, Call, Reply
from localcrm.service import Service

_LOG = logging.getLogger("localcrm")


class LocalCrm:
    """The ASGI application. `service` is the CRM behind it, for code in the same process."""

    def __init__(self, service: Service) -> None:
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            try:
                await self._http(scope, receive, send)
            except ClientDisconnect:
                _LOG.info("client left before its request was complete: %s", scope["path"])

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            ending = message["type"] == "lifespan.shutdown"
            if ending:
                # Before the answer: the server ends this task as soon as it has it.
                await run_in_threadpool(self.service.close)
            await send({"type": f"{message['type']}.complete"})
            if ending:
                return

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        segments = _segments(scope)
        raw = await _body(request)
        if raw is None:
            await _too_large()(scope, receive, send)
            return
        fault = self._fault(scope["method"], segments, scope, raw)
        if fault is not None:
            if fault.kind in (FaultKind.SLOW, FaultKind.DROP_BEFORE_COMMIT):
                await asyncio.sleep(fault.delay)
            if fault.kind is FaultKind.DROP_BEFORE_COMMIT:
                await _hang_up(send)
                return
        refused = refused_by(fault) if fault is not None else None
        if refused is not None:
            response = _response(refused)
        else:
            locked = fault is not None and fault.kind is FaultKind.LOCK
            try:
                response = await run_in_threadpool(self._route, scope, segments, raw, locked)
            except Exception:  # noqa: BLE001 - a full disk, a defect: the client still gets an answer it can read
                _LOG.exception("a call could not be answered: %s %s", scope["method"], scope["path"])
                response = _unexpected()
        if fault is not None and fault.kind is FaultKind.TIMEOUT_AFTER_COMMIT:
            await asyncio.sleep(fault.delay)
            await _hang_up(send)
            return
        await response(scope, receive, send)

    def _fault(self, method: str, segments: tuple[str, ...], scope: Scope, raw: bytes) -> Fault | None:
        if not self.service.faults.pending():
            return None
        resource = ""
        if segments[:2] == ("services", "data") and len(segments) > 3:
            resource = segments[3]
        elif segments[:3] == ("services", "oauth2", "token"):
            resource = "token"
        if not resource:
            return None
        text = unquote(scope["path"] + "?" + scope["query_string"].decode("latin-1")) + raw.decode("utf-8", "replace")
        return self.service.faults.take(method, resource, text)

    def _route(self, scope: Scope, segments: tuple[str, ...], raw: bytes, locked: bool) -> Response:
        headers = Headers(scope=scope)
        base = f"{scope.get('scheme', 'http')}://{headers.get('host', '127.0.0.1')}"
        authorization = headers.get("authorization")
        match segments:
            case ("services", "oauth2", "token") if scope["method"] == "POST":
                return self._token(raw, authorization, base)
            case ("services", "oauth2", "userinfo") | ("id", _, _):
                return _response(self.service.user_info(authorization, base))
            case ("services", "data"):
                return JSONResponse(self.service.versions())
            case ("services", "data", *rest):
                body = _csv(raw) if headers.get("content-type", "").startswith("text/csv") else _json(raw)
                if body is _UNREADABLE:
                    return _bad_json()
                call = _call(scope, tuple(rest), headers, body)
                return _response(self.service.data(call, lock=locked))
            case ("services", "Soap", *_):
                return elsewhere.soap_fault()
            case ("services", "async", *_):
                return elsewhere.bulk_one()
            case ("control", *rest):
                return self._control(scope, tuple(rest), headers, raw)
            case _:
                return _not_found()

    def _token(self, raw: bytes, authorization: str | None, base: str) -> Response:
        form = dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))
        try:
            session = self.service.sessions.grant(form, authorization, base)
        except OAuthError as error:
            return JSONResponse(error.body, status_code=400)
        return JSONResponse(
            {
                "access_token": session.access_token,
                "instance_url": base,
                "id": f"{base}/id/{session.org_id}/{session.user_id}",
                "token_type": "Bearer",
                **({"scope": session.scope} if session.scope else {}),
                "issued_at": str(int(session.issued_at.timestamp() * 1000)),
            }
        )

    def _control(self, scope: Scope, segments: tuple[str, ...], headers: Headers, raw: bytes) -> Response:
        token = self.service.options.control_token
        if token is None:
            return _not_found()
        given = headers.get("x-control-token", "")
        if not hmac.compare_digest(given.encode("latin-1", "replace"), token.encode()):
            return JSONResponse([{"errorCode": "FORBIDDEN", "message": "wrong control token"}], status_code=403)
        body = _json(raw)
        if body is _UNREADABLE:
            return _bad_json()
        return _response(self.service.control(_call(scope, segments, headers, body)))


def create_app(path_or_memory: str | Path, *, options: Options | None = None) -> LocalCrm:
    """`:memory:` or a database file, which is created where it is missing."""
    return LocalCrm(Service(path_or_memory, options or Options(clients=clients_from_environment())))


def run(
    db: str | Path,
    host: str = "127.0.0.1",
    port: int = 8100,
    *,
    options: Options | None = None,
    log_level: str = "warning",
) -> None:
    """Serves until the process is told to stop. Port 0 takes a free one; the address is printed either way."""
    app = create_app(db, options=options)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level=log_level,
        access_log=False,
        proxy_headers=False,
        lifespan="on",
        timeout_keep_alive=_IDLE_SECONDS,
    )
    server = uvicorn.Server(config)
    listener = config.bind_socket()
    listener.listen()  # before the address is told, so that nobody who reads it is turned away
    sys.stdout.write(f"localcrm listening on http://{host}:{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    server.run(sockets=[listener])


_UNREADABLE = object()
_MAX_BODY = 150_000_000
_IDLE_SECONDS = 75
"""Longer than clients keep an idle connection, so that none is closed under a request that is on its way."""


def _segments(scope: Scope) -> tuple[str, ...]:
    """Split before decoding, so that an external id may contain an encoded slash. Trailing slashes do not count."""
    raw = scope.get("raw_path") or scope["path"].encode()
    return tuple(unquote(part) for part in raw.decode("latin-1").split("/") if part)


def _call(scope: Scope, segments: tuple[str, ...], headers: Headers, body: Any) -> Call:
    params = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    lowered: Mapping[str, str] = dict(headers.items())
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    return Call(method, segments, params, lowered, body)


def _json(raw: bytes) -> Any:
    """None for no body, _UNREADABLE for one that is not strict JSON in UTF-8."""
    if not raw.strip():
        return None
    try:
        value = json.loads(raw, parse_constant=_refuse_constant)
        if b"\\u" in raw:
            # An escaped half of a surrogate pair is no text; SQLite could not store it.
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return _UNREADABLE
    return value


def _csv(raw: bytes) -> Any:
    """The text of an upload, or None where it is not UTF-8."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _bad_json() -> Response:
    return JSONResponse(
        [{"message": "The HTTP entity body is not readable as JSON", "errorCode": "JSON_PARSER_ERROR"}], status_code=400
    )


async def _body(request: Request) -> bytes | None:
    """None where it outgrows what Salesforce takes of a CSV upload, which is more than it takes of anything else."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > _MAX_BODY:
            return None
        parts.append(part)
    return b"".join(parts)


def _too_large() -> Response:
    message = f"The request body is larger than {_MAX_BODY // 1_000_000} MB"
    return JSONResponse([{"message": message, "errorCode": "REQUEST_ENTITY_TOO_LARGE"}], status_code=413)


def _unexpected() -> Response:
    message = "An unexpected error occurred. The server's log has the details."
    return JSONResponse([{"message": message, "errorCode": "UNKNOWN_EXCEPTION"}], status_code=500)


def _not_found() -> Response:
    return JSONResponse(
        [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}], status_code=404
    )


def _response(reply: Reply) -> Response:
    headers = dict(reply.headers)
    if reply.body is None:
        return Response(status_code=reply.status, headers=headers)
    if reply.media != JSON:
        return Response(reply.body, status_code=reply.status, headers=headers, media_type=reply.media)
    return JSONResponse(reply.body, status_code=reply.status, headers=headers)


async def _hang_up(send: Send) -> None:
    """Closes the connection without an answer.

    ASGI has no word for it: uvicorn's own `send` knows the transport. Under another server the
    answer is begun and left unfinished, which a client takes for a lost connection as well.
    """
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if isinstance(transport, asyncio.Transport):
        transport.abort()
        return
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000000")]})
