"""A small server that speaks the chat completions protocol and misbehaves on request."""

import contextlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class ModelServer:
    """`replies` are used up in turn, the last one stays. `asked` holds every request body."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.asked: list[dict[str, object]] = []
        self.keys: list[str] = []
        self.base_url = ""
        self.release = threading.Event()
        """Set at the end: it lets go of a request that was left hanging."""

    def next_reply(self) -> "Reply":
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


class Reply:
    """One HTTP answer. `hangs` never answers, `drops` closes the connection."""

    def __init__(
        self,
        body: object = None,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        raw: bytes | None = None,
        content_type: str = "application/json",
        hangs: bool = False,
        drops: bool = False,
    ) -> None:
        self.status = status
        self.headers = headers or {}
        self.raw = json.dumps(body).encode() if raw is None else raw
        self.content_type = content_type
        self.hangs = hangs
        self.drops = drops


def completion(content: object, *, finish: str = "stop", refusal: str | None = None) -> Reply:
    """What a model server says when it wrote `content` (a string as it is, anything else as JSON)."""
    text = content if isinstance(content, str) or content is None else json.dumps(content)
    message = {"role": "assistant", "content": text, "refusal": refusal}
    return Reply(
        {
            "id": "c1",
            "object": "chat.completion",
            "created": 1,
            "model": "small",
            "choices": [{"index": 0, "finish_reason": finish, "message": message, "logprobs": None}],
            "usage": {"prompt_tokens": 900, "completion_tokens": 200, "total_tokens": 1100},
        }
    )


def failure(status: int, *, code: str = "", param: str = "", message: str = "no", **headers: str) -> Reply:
    error = {"message": message, "type": "error", "code": code or None, "param": param or None}
    return Reply({"error": error}, status=status, headers={k.replace("_", "-"): v for k, v in headers.items()})


@contextlib.contextmanager
def model_server() -> Iterator[ModelServer]:
    state = ModelServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            state.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            state.keys.append(self.headers.get("Authorization", ""))
            reply = state.next_reply()
            if reply.hangs:
                state.release.wait()
            if reply.hangs or reply.drops:
                self.close_connection = True
                return
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.raw)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.raw)

        def log_message(self, format: str, *args: object) -> None:
            """Tests read `asked`, not a log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        state.base_url = f"http://127.0.0.1:{server.server_port}/v1"
        try:
            yield state
        finally:
            state.release.set()
            server.shutdown()
            thread.join()
