"""Which addresses a stack takes, and that two which start at once take different ones."""

import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cli.ports import DEFAULTS, choose, turn_to_start


@pytest.fixture
def usual(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Usual ports that nobody else on this machine means."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in DEFAULTS]
    ports = {name: int(server.getsockname()[1]) for name, server in zip(DEFAULTS, held, strict=True)}
    for server in held:
        server.close()
    for name, port in ports.items():
        monkeypatch.setitem(DEFAULTS, name, port)
    return ports


def test_the_usual_ports_are_kept_and_a_taken_one_is_named(tmp_path: Path, usual: dict[str, int]) -> None:
    assert choose(tmp_path / "ports.json").ui == usual["ui"]
    with socket.create_server(("127.0.0.1", usual["ui"])):
        moved = choose(tmp_path / "ports.json")
        assert moved.ui not in usual.values()
        assert moved.temporal == usual["temporal"]
        assert moved.moved == (f"Approval UI: port {usual['ui']} is in use, taking {moved.ui}",)
    assert choose(tmp_path / "ports.json").ui == moved.ui


def test_who_starts_meanwhile_waits_until_the_chosen_ports_are_taken(tmp_path: Path, usual: dict[str, int]) -> None:
    def second() -> int:
        with turn_to_start(tmp_path):
            return choose(tmp_path / "second.json").ui

    with ThreadPoolExecutor(1) as other:
        with turn_to_start(tmp_path):
            chosen = choose(tmp_path / "first.json").ui
            asked = other.submit(second)
            server = socket.create_server(("127.0.0.1", chosen))
        with server:
            assert asked.result() != chosen


def test_the_file_of_the_turn_is_never_somebody_elses(tmp_path: Path) -> None:
    with turn_to_start(tmp_path):
        (path,) = tmp_path.iterdir()
        assert path.stat().st_mode & 0o077 == 0
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        turn_to_start(tmp_path)
