"""A local stack: the engine, workers, the approval UI and a mail sink on one machine, in one data directory.

When do you need to touch this? When a part joins every local stack. Each is a process of its own, as in a cluster,
and each is given only the secrets that it needs. What the demo has beside them is in `sample_stack`, what an
installation of one's own has in `own_stack`.
"""

import fcntl
import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import httpx

from cli.children import Children, StackError
from cli.part_environment import CASES, CRM, MAIL, SIGNER, UI, environment_of
from cli.ports import DEFAULTS, Ports, choose, turn_to_start
from domain.decisions import KeyUse
from domain.errors import InputError
from persistence.database import upgrade
from runtime.playbook_files import load_playbook
from runtime.settings import KeySettings, StoreSettings
from runtime.signing_keys import ensure_in_force
from workflows.visibility import SEARCH_ATTRIBUTES

ENGINE_TUNING = (
    # The dev server checks its queues 20 times a second by default, which costs 50 ms at each step.
    "history.transferProcessorMaxPollRPS=2000",
    "history.timerProcessorMaxPollRPS=2000",
    'history.timerProcessorMaxTimeShift="10ms"',
)
_WORKERS = {"cases": (CASES, "cases", "model"), "crm": (CRM, "crm", "notifier"), "signer": (SIGNER, "signer")}
"""The part, and the work that its process does. What tells people shares the address of the mail server."""


class LocalStack:
    """Starts and stops everything in one data directory. The second start continues with the first one's data."""

    own_engine = True
    """Whether the Temporal dev server is one of the parts."""
    own_sink = True
    """Whether e-mail ends in a Maildir here."""

    def __init__(self, store: StoreSettings, *, playbook: Path, keys: KeySettings | None = None) -> None:
        self.store = store
        self.root = store.data_dir.resolve()
        self.playbook = playbook.resolve()
        self.keys = keys or KeySettings()
        self._children = Children(self.root / "logs")
        self._claim: IO[str] | None = None
        self._turn: IO[bytes] | None = None
        self.ports: Ports

    @property
    def ui_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.ui}"

    @property
    def temporal_web_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.temporal_web}"

    @property
    def maildir(self) -> Path:
        return self.root / "mail"

    def prepare(self) -> None:
        """Make the data directory, schema and keys where they are not there yet, and choose the addresses.

        Raises `InputError` while another stack runs in the directory: two engines on one file would ruin it.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        self._claim = claim(self.root)
        self._turn = turn_to_start()
        self.ports = self.choose_ports()
        upgrade(self.store.url)
        now = datetime.now(UTC)
        pinned = {
            KeyUse.HUMAN: self.keys.human_key_id,
            KeyUse.POLICY: self.keys.policy_key_id,
            KeyUse.AUDIT: self.keys.audit_key_id,
        }
        directory, ring = self.keys.keys_in(self.root), self.keys.keyring_in(self.root)
        for use, key_id in pinned.items():
            ensure_in_force(directory, ring, use, now=now, pinned=key_id)

    def choose_ports(self) -> Ports:
        return choose(self.root / "ports.json", tuple(DEFAULTS))

    def start(self) -> None:
        """Start every part and wait until each answers. Raises `StackError`; `stop` is still needed then."""
        if self.own_engine:
            self.start_engine()
        self.start_beside()
        if self.own_sink:
            self._start_own(MAIL, ["mail-sink", "--port", str(self.ports.smtp), "--maildir", str(self.maildir)])
        self.start_ui()
        for name in _WORKERS:
            self.start_worker(name)
        self.until_beside_answers()
        self.until_answers(f"{self.ui_url}/healthz", "the approval UI")
        if self.own_engine:
            self.until_answers(self.temporal_web_url, "Temporal Web")
        self._end_turn()

    def start_beside(self) -> None:
        """What this kind of stack has beside the parts of every one."""

    def until_beside_answers(self) -> None:
        """Wait for it. Raises `StackError`."""

    def start_engine(self) -> None:
        binary = shutil.which("temporal", path=str(Path(sys.executable).parent))
        if binary is None:
            raise StackError("the Temporal server is not installed; run make demo, which installs it")
        command = [binary, "server", "start-dev", "--ip", "127.0.0.1", "--log-level", "error"]
        command += ["--port", str(self.ports.temporal), "--ui-port", str(self.ports.temporal_web)]
        command += ["--db-filename", str(self.root / "temporal.db")]
        for key in SEARCH_ATTRIBUTES:
            command += ["--search-attribute", f"{key.name}=Keyword"]
        for value in ENGINE_TUNING:
            command += ["--dynamic-config-value", value]
        self._children.start("temporal", command, environment_of("temporal", os.environ))

    def start_worker(self, name: str) -> None:
        """`cases` serves the model queue too; `crm` also tells people."""
        if name not in _WORKERS:
            raise InputError(f"no such worker: {name}")
        part, *roles = _WORKERS[name]
        self._start_own(part, ["worker", *roles])

    def start_ui(self) -> None:
        self._start_own(UI, ["ui"])

    def settings_of(self, part: str) -> dict[str, str]:
        """What this part is told by the stack; it counts before what the environment says."""
        if part == UI:
            told = {"COUNTERSIGN_UI_HOST": "127.0.0.1", "COUNTERSIGN_UI_PORT": str(self.ports.ui)}
            if self.own_engine:
                told["COUNTERSIGN_TEMPORAL_WEB_URL"] = self.temporal_web_url
            if self.own_sink:
                told["COUNTERSIGN_MAILDIR"] = str(self.maildir)
            return told
        if part == CRM and self.own_sink:
            return {
                "COUNTERSIGN_SMTP_HOST": "127.0.0.1",
                "COUNTERSIGN_SMTP_PORT": str(self.ports.smtp),
                # A sink asks for neither.
                "COUNTERSIGN_SMTP_STARTTLS": "false",
                "COUNTERSIGN_SMTP_USER": "",
                "COUNTERSIGN_SMTP_PASSWORD": "",
                # Nothing leaves it, whoever it is for.
                "COUNTERSIGN_SANDBOX_MAIL_TO": "*",
                "COUNTERSIGN_SANDBOX_MAIL_SINK": "",
                "COUNTERSIGN_NOTIFY_FROM": f"countersign@{load_playbook(self.playbook).seller.sender_domain}",
            }
        return {}

    def _start_own(self, part: str, arguments: list[str]) -> None:
        given = environment_of(part, os.environ)
        if self.own_engine:
            # A key or certificate for another engine does not fit this one, and is nobody's business here.
            given = {name: value for name, value in given.items() if not name.startswith("TEMPORAL_")}
        told = {**given, **self.environment, **self.settings_of(part)}
        self._children.start(part, [sys.executable, "-m", "cli.main", *arguments], told)

    @property
    def environment(self) -> dict[str, str]:
        """What every part of ours needs to find the others. Holds no secret."""
        told = {
            "COUNTERSIGN_DATA_DIR": str(self.root),
            "COUNTERSIGN_PLAYBOOK_DIR": str(self.playbook),
            "PYTHONUNBUFFERED": "1",
        }
        if not self.own_engine:
            return told
        return {
            **told,
            "TEMPORAL_ADDRESS": f"127.0.0.1:{self.ports.temporal}",
            "TEMPORAL_NAMESPACE": "default",
            # No such file: the profiles of this user are for other engines.
            "TEMPORAL_CONFIG_FILE": str(self.root / "no-temporal.toml"),
        }

    def kill(self, part: str) -> None:
        """SIGKILL one part, as a power cut would."""
        self._children.kill(part)

    def until_answers(self, url: str, what: str) -> None:
        """Wait for a part that was started. Raises `StackError`."""
        self._children.wait_until(lambda: _answers(url), what)

    def check(self) -> None:
        """Raises `StackError` naming a part that ended by itself."""
        self._children.check()

    def stop(self) -> None:
        self._children.stop()
        self._end_turn()
        if self._claim is not None:
            self._claim.close()
            self._claim = None

    def _end_turn(self) -> None:
        """What was to listen listens, or never will."""
        if self._turn is not None:
            self._turn.close()
            self._turn = None


def claim(root: Path) -> IO[str]:
    """Hold the directory for as long as the returned file is open. Raises `InputError` where somebody holds it."""
    held = (root / "lock").open("w")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        raise InputError(f"another stack runs with the data in {root}; stop it first, or take another folder") from None
    return held


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2.0, follow_redirects=False).status_code < 500
    except httpx.HTTPError:
        return False
