"""Telling open pages that the queue changed, whichever process changed it: server-sent events over one shared look."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterator

from starlette.concurrency import run_in_threadpool

from domain.errors import DomainError

EVERY_SECONDS = 1.0
"""How often the database is asked while anybody listens: once for all listeners of this process."""
STILL_HERE_SECONDS = 15.0
"""Proxies close what stays silent; and a session that is over is noticed at the latest then."""
MOST_LISTENERS = 500

logger = logging.getLogger(__name__)


class TooManyListeners(Exception):
    """This process holds as many open streams as it may."""


class QueueWatch:
    """Looks at the queue's version while somebody listens, and at nothing otherwise. Belongs to one event loop."""

    def __init__(self, version: Callable[[], str], *, every: float = EVERY_SECONDS) -> None:
        self._version = version
        self._every = every
        self._listeners: set[asyncio.Event] = set()
        self._task: asyncio.Task[None] | None = None
        self._known = ""

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    async def stream(self, seen: str, admitted: Callable[[], bool], *, once: bool = False) -> AsyncIterator[str]:
        """The text of an event stream: one `queue` event per change since `seen`, with the version as its id.

        With `once` it ends behind the first, for who cannot hold a stream. Ends with `over` once `admitted` no longer
        holds. Raises `TooManyListeners` at its first step.
        """
        with self._listening() as news:
            yield "retry: 2000\n\n"
            while True:
                if self._known and self._known != seen:
                    seen = self._known
                    yield f"id: {seen}\nevent: queue\ndata: {seen}\n\n"
                    if once:
                        return
                news.clear()
                try:
                    await asyncio.wait_for(news.wait(), STILL_HERE_SECONDS)
                except TimeoutError:
                    if not await run_in_threadpool(admitted):
                        yield "event: over\ndata: signed out\n\n"
                        return
                    yield ": still here\n\n"

    @contextlib.contextmanager
    def _listening(self) -> Iterator[asyncio.Event]:
        if len(self._listeners) >= MOST_LISTENERS:
            raise TooManyListeners
        news = asyncio.Event()
        self._listeners.add(news)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._look())
        try:
            yield news
        finally:
            self._listeners.discard(news)

    async def _look(self) -> None:
        while self._listeners:
            try:
                found = await run_in_threadpool(self._version)
            except DomainError:
                # The pages themselves say that the database is away; the next look finds it again.
                logger.warning("the queue's version cannot be read")
                found = self._known
            if found != self._known:
                self._known = found
                for news in tuple(self._listeners):
                    news.set()
            await asyncio.sleep(self._every)
        self._task = None
