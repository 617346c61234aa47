"""A Slack Web API on this machine, as far as we ask it: the real methods' shapes, errors and rate limit.

Shapes: https://docs.slack.dev/reference/methods (chat.postMessage, chat.update, views.open, auth.test).
"""

import json
from typing import Any

from tests.fakes.http_servers import Answer, Asked, PostServer

TOKEN = "xoxb-test-token"


class FakeSlack(PostServer):
    """Holds messages by `channel/ts` and the views that were opened. `faults` are answered first, one per request."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[str, dict[str, Any]] = {}
        self.views: list[dict[str, Any]] = []
        self.faults: list[Answer] = []
        self.revoked = False
        self.users = {"U1", "U2"}

    def rate_limit(self, seconds: int) -> None:
        body = json.dumps({"ok": False, "error": "ratelimited"}).encode()
        self.faults.append(Answer(429, body, {"Retry-After": str(seconds)}))

    def error(self, code: str, status: int = 200) -> None:
        self.faults.append(Answer(status, json.dumps({"ok": False, "error": code}).encode()))

    def answer(self, asked: Asked) -> Answer:
        if self.faults:
            return self.faults.pop(0)
        if self.revoked or asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return _said(ok=False, error="token_revoked" if self.revoked else "invalid_auth")
        said: dict[str, Any] = json.loads(asked.body) if asked.body else {}
        match asked.path.rpartition("/")[2]:
            case "auth.test":
                return _said(ok=True, team="Acme", user="countersign", team_id="T1", user_id="B1")
            case "chat.postMessage":
                return self._post(said)
            case "chat.update":
                return self._update(said)
            case "views.open":
                if not said.get("trigger_id"):
                    return _said(ok=False, error="invalid_arguments")
                self.views.append(said["view"])
                return _said(ok=True, view={"id": f"V{len(self.views)}", **said["view"]})
            case _:
                return _said(ok=False, error="unknown_method")

    def _post(self, said: dict[str, Any]) -> Answer:
        if said["channel"] not in self.users:
            return _said(ok=False, error="channel_not_found")
        channel, stamp = f"D{said['channel']}", f"1700000000.{len(self.messages):06}"
        self.messages[f"{channel}/{stamp}"] = said
        return _said(ok=True, channel=channel, ts=stamp, message={"text": said["text"]})

    def _update(self, said: dict[str, Any]) -> Answer:
        key = f"{said['channel']}/{said['ts']}"
        if key not in self.messages:
            return _said(ok=False, error="message_not_found")
        self.messages[key] = said
        return _said(ok=True, channel=said["channel"], ts=said["ts"], text=said["text"])


def _said(**fields: Any) -> Answer:
    return Answer(body=json.dumps(fields).encode())
