"""The whole product on one machine: Temporal, the embedded CRM, workers, approval UI and mail sink.

When do you need to touch this? When a part joins the stack. Each is a process of its own, as in a cluster,
and each is given only the secrets that it needs.
"""

import fcntl
import json
import os
import secrets
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO

import httpx

from cli.children import Children, StackError
from cli.part_environment import CASES, CRM, MAIL, SIGNER, UI, environment_of
from cli.ports import Ports, choose, turn_to_start
from domain.decisions import KeyUse
from domain.errors import InputError
from persistence.database import Database, upgrade
from persistence.users import LocalUser, SqlUsers
from runtime.keys import KEYRING_FILE
from runtime.playbook_files import load_playbook
from runtime.settings import KeySettings, StoreSettings
from runtime.signing_keys import ensure_in_force
from workflows.visibility import SEARCH_ATTRIBUTES

MARKER = "countersign-local-stack"
"""Written into the data directory, so that a reset never removes a folder that is not ours."""

SAMPLE_ORG = "00DLc0000000001MAA"
"""The id of the embedded CRM's org."""

ENGINE_TUNING = (
    # The dev server checks its queues 20 times a second by default, which costs 50 ms at each step.
    "history.transferProcessorMaxPollRPS=2000",
    "history.timerProcessorMaxPollRPS=2000",
    'history.timerProcessorMaxTimeShift="10ms"',
)


@dataclass(frozen=True)
class Secrets:
    """Made once per data directory, kept in a file that only its owner can read."""

    crm_client_id: str
    crm_client_secret: str
    crm_control_token: str
    intake_secret: str
    site_key: str
    password: str


class LocalStack:
    """Starts and stops everything in one data directory. The second start continues with the first one's data."""

    def __init__(self, root: Path, *, playbook: Path, seed: int = 7, today: date | None = None) -> None:
        self.root = root.resolve()
        self.playbook = playbook.resolve()
        self.seed = seed
        self.today = today or datetime.now(UTC).date()
        self._children = Children(self.root / "logs")
        self._claim: IO[str] | None = None
        self._turn: IO[bytes] | None = None
        self.ports: Ports
        self.secrets: Secrets

    @property
    def ui_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.ui}"

    @property
    def temporal_web_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.temporal_web}"

    @property
    def crm_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.crm}"

    @property
    def crm_database(self) -> Path:
        return self.root / "localcrm.db"

    def prepare(self) -> None:
        """Make the data directory, secrets, keys, users and the sample org where they are not there yet.

        Raises `InputError` while another stack runs in the directory: two engines on one file would ruin it; and where
        the playbook is for another org than the sample one, which would let nothing in.
        """
        org_id = load_playbook(self.playbook).org_id
        if org_id != SAMPLE_ORG:
            raise InputError(
                f"{self.playbook / 'organisation.yaml'}: org_id is {org_id}, and the sample org is {SAMPLE_ORG}; "
                "change it in a copy of the playbook to try that copy here"
            )
        self.root.mkdir(parents=True, exist_ok=True)
        self._claim = claim(self.root)
        (self.root / MARKER).touch()
        self.secrets = _secrets(self.root / "secrets.json")
        self._turn = turn_to_start()
        self.ports = choose(self.root / "ports.json")
        store = StoreSettings(data_dir=self.root)
        upgrade(store.url)
        keys = KeySettings()
        now = datetime.now(UTC)
        pinned = {
            KeyUse.HUMAN: keys.human_key_id,
            KeyUse.POLICY: keys.policy_key_id,
            KeyUse.AUDIT: keys.audit_key_id,
        }
        for use, key_id in pinned.items():
            directory = self.root / "keys"
            ensure_in_force(directory, directory / KEYRING_FILE, use, now=now, pinned=key_id)
        self._save_users(SqlUsers(Database(store.url)))
        if not self.crm_database.exists():
            from localcrm.sample import seed

            seed(str(self.crm_database), self.seed, self.today)

    def _save_users(self, users: SqlUsers) -> None:
        from approval_ui.signing_in import hash_password

        hashed = hash_password(self.secrets.password)
        for reviewer in load_playbook(self.playbook).reviewers:
            if users.get(reviewer.login) is None:
                users.save(
                    LocalUser(
                        login=reviewer.login,
                        display_name=reviewer.name,
                        role=reviewer.role,
                        crm_user_id="",
                        team=reviewer.team,
                    ),
                    password_hash=hashed,
                )

    def start(self) -> None:
        """Start every part and wait until each answers. Raises `StackError`; `stop` is still needed then."""
        self.start_engine()
        self.start_crm()
        self._start_own(MAIL, ["mail-sink", "--port", str(self.ports.smtp), "--maildir", str(self.root / "mail")], {})
        self.start_ui()
        for name in ("cases", "crm", "signer"):
            self.start_worker(name)
        self._children.wait_until(lambda: _answers(f"{self.crm_url}/services/data"), "the local CRM")
        self._children.wait_until(lambda: _answers(f"{self.ui_url}/healthz"), "the approval UI")
        self._children.wait_until(lambda: _answers(self.temporal_web_url), "Temporal Web")
        self._end_turn()

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

    def start_crm(self) -> None:
        self._children.start(
            "localcrm",
            [sys.executable, "-m", "localcrm", "serve", "--db", str(self.crm_database), "--port", str(self.ports.crm)],
            {
                **environment_of("localcrm", os.environ),
                "LOCALCRM_CLIENT_ID": self.secrets.crm_client_id,
                "LOCALCRM_CLIENT_SECRET": self.secrets.crm_client_secret,
                "LOCALCRM_CONTROL_TOKEN": self.secrets.crm_control_token,
            },
        )

    def start_worker(self, name: str) -> None:
        """`cases` serves the model queue too; `crm`, which also tells people, gets the addresses of CRM and mail."""
        match name:
            case "cases":
                self._start_own(CASES, ["worker", "cases", "model"], {})
            case "crm":
                self._start_own(
                    CRM,
                    ["worker", "crm", "notifier"],
                    {
                        "COUNTERSIGN_CRM_INSTANCE_URL": self.crm_url,
                        "COUNTERSIGN_CRM_CLIENT_ID": self.secrets.crm_client_id,
                        "COUNTERSIGN_CRM_CLIENT_SECRET": self.secrets.crm_client_secret,
                        "COUNTERSIGN_SMTP_PORT": str(self.ports.smtp),
                        # The server of the demo is a sink.
                        "COUNTERSIGN_SANDBOX_MAIL_TO": "*",
                        "COUNTERSIGN_NOTIFY_FROM": f"countersign@{load_playbook(self.playbook).seller.sender_domain}",
                        "COUNTERSIGN_NOTIFY_SECONDS": "5",
                        "COUNTERSIGN_PUBLIC_URL": self.ui_url,
                    },
                )
            case "signer":
                self._start_own(SIGNER, ["worker", "signer"], {})
            case _:
                raise InputError(f"no such worker: {name}")

    def start_ui(self) -> None:
        self._start_own(
            UI,
            ["ui"],
            {
                "COUNTERSIGN_UI_PORT": str(self.ports.ui),
                "COUNTERSIGN_ORG_KIND": "demo",
                "COUNTERSIGN_PUBLIC_URL": self.ui_url,
                "COUNTERSIGN_TEMPORAL_WEB_URL": self.temporal_web_url,
                "COUNTERSIGN_INTAKE_SECRET": self.secrets.intake_secret,
                "COUNTERSIGN_SITE_KEY": self.secrets.site_key,
                "COUNTERSIGN_MAILDIR": str(self.root / "mail"),
            },
        )

    def _start_own(self, name: str, arguments: list[str], environment: Mapping[str, str]) -> None:
        given = {**environment_of(name, os.environ), **self.environment, **environment}
        self._children.start(name, [sys.executable, "-m", "cli.main", *arguments], given)

    @property
    def environment(self) -> dict[str, str]:
        """What every part of ours needs to find the others. Holds no secret."""
        return {
            "COUNTERSIGN_DATA_DIR": str(self.root),
            "COUNTERSIGN_PLAYBOOK_DIR": str(self.playbook),
            "TEMPORAL_ADDRESS": f"127.0.0.1:{self.ports.temporal}",
            "TEMPORAL_NAMESPACE": "default",
            "PYTHONUNBUFFERED": "1",
        }

    def kill(self, part: str) -> None:
        """SIGKILL one part, as a power cut would."""
        self._children.kill(part)

    def until_answers(self, url: str, what: str) -> None:
        """Wait for a part that was started again. Raises `StackError`."""
        self._children.wait_until(lambda: _answers(url), what)

    def check(self) -> None:
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
        raise InputError(f"another demo runs with the data in {root}; stop it first, or use --data-dir") from None
    return held


def reset(root: Path) -> None:
    """Remove a data directory of the stack. Raises `InputError` where the folder is something else."""
    if not root.exists():
        return
    if not (root / MARKER).exists():
        raise InputError(f"{root} was not made by this program; remove it by hand if you mean it")
    with claim(root):
        shutil.rmtree(root)


def _secrets(path: Path) -> Secrets:
    if path.exists():
        return Secrets(**json.loads(path.read_text()))
    made = Secrets(
        crm_client_id="countersign-" + secrets.token_hex(4),
        crm_client_secret=secrets.token_urlsafe(24),
        crm_control_token=secrets.token_urlsafe(24),
        intake_secret=secrets.token_urlsafe(24),
        site_key="site-" + secrets.token_hex(8),
        password=secrets.token_urlsafe(9),
    )
    path.touch(mode=0o600)
    path.write_text(json.dumps(made.__dict__))
    return made


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2.0, follow_redirects=False).status_code < 500
    except httpx.HTTPError:
        return False
