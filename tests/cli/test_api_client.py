"""The command line's connection to the approval UI."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from cli.api import ApiClient, Unreachable

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@contextlib.contextmanager
def hanging_up(*, after: int) -> Iterator[str]:
    """A server that answers so many requests of each connection, and hangs up on the next."""
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_serve, args=(listener, after), daemon=True).start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    # Wakes the one that waits for the next connection, which closing alone does not.
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def _serve(listener: socket.socket, answers: int) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_answer, args=(connection, answers), daemon=True).start()


def _answer(connection: socket.socket, answers: int) -> None:
    with connection:
        for _ in range(answers):
            connection.recv(65536)
            connection.sendall(ANSWER)
        connection.recv(65536)


def test_a_connection_that_lay_idle_is_not_trusted_with_the_next_request() -> None:
    """As where the server's patience ends just as the next request leaves."""
    with hanging_up(after=1) as url, ApiClient(url) as api:
        for _ in range(3):
            assert api.call("GET", "/api/reviews") == {}
            time.sleep(1.2)


def test_a_request_that_was_taken_and_not_answered_may_have_been_done() -> None:
    with hanging_up(after=0) as url, ApiClient(url) as api:
        with pytest.raises(Unreachable) as failed:
            api.call("POST", "/api/reviews/c1/1/decide", {"verdict": "approve"})
        assert "may have done it" in failed.value.detail
        with pytest.raises(Unreachable) as failed:
            api.call("GET", "/api/reviews")
        assert "start it" in failed.value.detail
