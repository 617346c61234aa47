"""A running approval UI for the commands that talk to it."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn

from approval_ui.app import create_app
from tests.approval_ui.world import World, build_world
from tests.cli.calling import Shell
from tests.fakes.clock import FakeClock
from tests.fakes.databases import sqlite_template

__all__ = ["sqlite_template"]


@pytest.fixture
def ui(shell: Shell, sqlite_template: Path, tmp_path: Path) -> Iterator[World]:
    """The approval UI on a port of its own, where the shell's settings point."""
    path = tmp_path / "ui.db"
    path.write_bytes(sqlite_template.read_bytes())
    world = build_world(f"sqlite:///{path}", tmp_path, clock=FakeClock(datetime.now(UTC)))
    server = uvicorn.Server(
        uvicorn.Config(create_app(world.deps, redeliver=False), host="127.0.0.1", port=0, log_level="error")
    )
    started = threading.Event()
    startup = server.startup

    async def announced(sockets: object = None) -> None:
        await startup()
        started.set()

    server.startup = announced  # type: ignore[method-assign]
    thread = threading.Thread(target=server.run)
    thread.start()
    started.wait()
    port = server.servers[0].sockets[0].getsockname()[1]
    shell.given(COUNTERSIGN_URL=f"http://127.0.0.1:{port}")
    yield world
    server.should_exit = True
    thread.join()
    world.db.close()
