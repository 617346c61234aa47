"""Addresses on this machine: keep the ones of the last run, take free ones where they are in use, and say so."""

import fcntl
import json
import os
import socket
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from domain.errors import InputError

DEFAULTS = {"ui": 8080, "temporal": 7233, "temporal_web": 8233, "crm": 8100, "smtp": 1025}
LABELS = {
    "ui": "Approval UI",
    "temporal": "Temporal",
    "temporal_web": "Temporal Web",
    "crm": "Local CRM",
    "smtp": "Mail sink",
}


@dataclass(frozen=True)
class Ports:
    """0 for what the stack does not have."""

    ui: int = 0
    temporal: int = 0
    temporal_web: int = 0
    crm: int = 0
    smtp: int = 0
    moved: tuple[str, ...] = ()
    """One sentence for each port that could not be the usual one."""


def turn_to_start(directory: Path | None = None) -> IO[bytes]:
    """Wait until no other stack of this user is starting; the turn lasts until the returned file is closed.

    A chosen port stays free until its server has come up, seconds later. Two stacks that choose in that time would take
    the same one, and one of them would talk to the other's pages.
    """
    path = (directory or Path(tempfile.gettempdir())) / f"countersign-starting-{os.getuid()}.lock"
    turn = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600), "rb")
    try:
        fcntl.flock(turn, fcntl.LOCK_EX)
    except BaseException:
        turn.close()
        raise
    return turn


def choose(remembered: Path, names: Collection[str] = DEFAULTS, fixed: Mapping[str, int] | None = None) -> Ports:
    """Usual or remembered ports where they are free, others where not; remembers the choice.

    They are ours only during a `turn_to_start`. Of `fixed` ones nothing else is taken: somebody said them, and others
    know them by that. Raises `InputError` where such a one is in use.
    """
    before: dict[str, int] = {}
    if remembered.exists():
        before = {k: int(v) for k, v in json.loads(remembered.read_text()).items() if k in DEFAULTS}
    taken: set[int] = set()
    chosen: dict[str, int] = {}
    moved: list[str] = []
    for name, wished in (fixed or {}).items():
        if not _is_free(wished):
            raise InputError(f"{LABELS[name]}: port {wished} is in use; stop what has it, or set another one")
        chosen[name] = wished
        taken.add(wished)
    for name in (n for n in DEFAULTS if n in names and n not in chosen):
        wished = before.get(name, DEFAULTS[name])
        port = wished if wished not in taken and _is_free(wished) else _free(taken)
        if port != wished:
            moved.append(f"{LABELS[name]}: port {wished} is in use, taking {port}")
        taken.add(port)
        chosen[name] = port
    remembered.write_text(json.dumps({**before, **chosen}))
    return Ports(**chosen, moved=tuple(moved))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a port in TIME_WAIT after a restart is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free(taken: set[int]) -> int:
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port not in taken:
            return port
