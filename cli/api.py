"""The approval UI's HTTP API, as the command line uses it: under a personal login, with the same checks."""

import json
import os
import time
from typing import Any

import httpx

from domain.errors import InputError
from domain.webhooks import SIGNATURE_HEADER, sign_webhook

_PAGE = 500
_REUSED_WITHIN = 1.0
"""Seconds after which an idle connection is given up for a new one: well before any server or proxy closes it, which
it may do just as the next request leaves."""
_SENT = (httpx.ReadError, httpx.ReadTimeout, httpx.RemoteProtocolError)


class Unreachable(InputError):
    """Nobody answers at the address, or somebody else does; `detail` says where a request may have been done."""


class ApiClient:
    """Raises `InputError` with the server's own sentence for every refusal."""

    def __init__(self, url: str, *, timeout: float = 30.0) -> None:
        self._url = url.rstrip("/")
        try:
            self._http = httpx.Client(
                base_url=self._url, timeout=timeout, limits=httpx.Limits(keepalive_expiry=_REUSED_WITHIN)
            )
        except httpx.InvalidURL as wrong:
            raise Unreachable(f"{url} is no address ({wrong}); correct COUNTERSIGN_URL") from None

    @classmethod
    def from_environment(cls) -> "ApiClient":
        """`COUNTERSIGN_URL`, signed in by `COUNTERSIGN_LOGIN` and `COUNTERSIGN_PASSWORD`."""
        client = cls(os.environ.get("COUNTERSIGN_URL", "http://127.0.0.1:8080"))
        login, password = os.environ.get("COUNTERSIGN_LOGIN", ""), os.environ.get("COUNTERSIGN_PASSWORD", "")
        if not login or not password:
            raise InputError("set COUNTERSIGN_LOGIN and COUNTERSIGN_PASSWORD to your own login of the approval UI")
        try:
            client.sign_in(login, password)
        except InputError:
            client.close()
            raise
        return client

    def sign_in(self, login: str, password: str) -> None:
        answer = self.call("POST", "/api/session", {"login": login, "password": password})
        self._http.headers["Authorization"] = f"Bearer {answer['token']}"

    def call(self, method: str, path: str, body: dict[str, Any] | None = None, **query: str | list[str]) -> Any:
        answer = self._send(method, path, json=body, params=query or None)
        if answer.status_code >= 400:
            raise InputError(f"{method} {path}: {_sentence(answer)}")
        return self._json(answer) if answer.content else None

    def pages(self, path: str, name: str, limit: int, **query: str | list[str]) -> tuple[list[Any], int]:
        """The first `limit` entries of a list that comes page by page, and how many there are."""
        found: list[Any] = []
        after = ""
        while True:
            asked = {**query, "limit": str(min(limit - len(found), _PAGE)), **({"after": after} if after else {})}
            answer = self.call("GET", path, None, **asked)
            found += answer[name]
            after = answer["next"] or ""
            if not after or len(found) >= limit:
                return found, answer["total"]

    def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **more)
        except (httpx.HTTPError, httpx.InvalidURL) as failed:
            how = type(failed).__name__
            if method != "GET" and isinstance(failed, _SENT):
                raise Unreachable(
                    f"{method} {path}: the approval UI at {self._url} took the request and gave no answer ({how}); "
                    "it may have done it: look before you try again"
                ) from None
            raise Unreachable(
                f"the approval UI does not answer at {self._url} ({how}); "
                "start it (countersign up does) or set COUNTERSIGN_URL"
            ) from None

    def _json(self, answer: httpx.Response) -> Any:
        try:
            return answer.json()
        except ValueError:
            raise Unreachable(f"what answers at {self._url} is not the approval UI; correct COUNTERSIGN_URL") from None

    def __enter__(self) -> "ApiClient":
        return self

    def __exit__(self, *_failure: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def deliver(self, fields: dict[str, Any], secret: str, path: str = "/intake/webhook") -> dict[str, Any]:
        """Hand in one inquiry, or what another door takes, signed. Raises `InputError`."""
        body = json.dumps(fields).encode()
        signature = sign_webhook(secret.encode(), int(time.time()), body)
        answer = self._send(
            "POST",
            path,
            content=body,
            headers={SIGNATURE_HEADER: signature, "Content-Type": "application/json"},
        )
        if answer.status_code >= 400:
            raise InputError(_sentence(answer))
        result: dict[str, Any] = self._json(answer)
        return result


def _sentence(answer: httpx.Response) -> str:
    try:
        body = answer.json()
    except ValueError:
        return f"HTTP {answer.status_code}"
    for name in ("error", "detail", "message"):
        said = body.get(name) if isinstance(body, dict) else None
        if isinstance(said, dict):
            # A refused decision: its code for scripts, its sentence for people.
            said = said.get("detail")
        if said:
            return str(said)
    return f"HTTP {answer.status_code}"
