"""The command line as its user meets it: exit code and what was said, and nothing of this machine's settings."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.main import main

ROOT = Path(__file__).parents[2]
PLAYBOOK = ROOT / "playbook"


@dataclass(frozen=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The one line of a failure. More than one, or a traceback, fails the test."""
        assert "Traceback" not in self.err + self.out
        (line,) = self.err.splitlines()
        return line


class Shell:
    """An empty folder and an empty environment to call commands in."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch
        self._capture = capfd
        for name in [n for n in os.environ if n.startswith(("COUNTERSIGN_", "TEMPORAL_", "OPENAI_"))]:
            monkeypatch.delenv(name)
        self.given(TEMPORAL_CONFIG_FILE=str(folder / "no-temporal.toml"), TEMPORAL_ADDRESS=nobody())
        monkeypatch.chdir(folder)

    def given(self, **variables: str) -> None:
        for name, value in variables.items():
            self._monkeypatch.setenv(name, value)

    def call(self, *arguments: str) -> Said:
        self._capture.readouterr()
        code = main(arguments)
        said = self._capture.readouterr()
        return Said(code, said.out, said.err)

    def write(self, name: str, content: str | bytes) -> str:
        (self.folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return name

    @property
    def files(self) -> set[str]:
        return {p.relative_to(self.folder).as_posix() for p in self.folder.rglob("*") if p.is_file()}


def nobody() -> str:
    """An address on this machine where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{taken.getsockname()[1]}"
