"""The stack of the demo: everything a local stack has, and the embedded CRM with a sample org and sample accounts.

When do you need to touch this? When the demo gains a part, or a measurement that runs on one.
"""

import json
import os
import secrets
import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from cli.part_environment import CRM, UI, environment_of
from cli.stack import LocalStack, claim
from domain.errors import InputError
from persistence.database import opened
from persistence.users import LocalUser, SqlUsers
from runtime.playbook_files import load_playbook
from runtime.settings import StoreSettings

MARKER = "countersign-local-stack"
"""Written into the data directory, so that a reset never removes a folder that is not ours."""

SAMPLE_ORG = "00DLc0000000001MAA"
"""The id of the embedded CRM's org."""


@dataclass(frozen=True)
class Secrets:
    """Made once per data directory, kept in a file that only its owner can read."""

    crm_client_id: str
    crm_client_secret: str
    crm_control_token: str
    intake_secret: str
    site_key: str
    password: str


class SampleStack(LocalStack):
    """A local stack against a sample org of its own."""

    def __init__(self, root: Path, *, playbook: Path, seed: int = 7, today: date | None = None) -> None:
        super().__init__(StoreSettings(data_dir=root), playbook=playbook)
        self.seed = seed
        self.today = today or datetime.now(UTC).date()
        self.secrets: Secrets

    @property
    def crm_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.crm}"

    @property
    def crm_database(self) -> Path:
        return self.root / "localcrm.db"

    def prepare(self) -> None:
        """As every stack, and make secrets, accounts and the sample org where they are not there yet.

        Raises `InputError` where the playbook is for another org than the sample one, which would let nothing in.
        """
        org_id = load_playbook(self.playbook).org_id
        if org_id != SAMPLE_ORG:
            raise InputError(
                f"{self.playbook / 'organisation.yaml'}: org_id is {org_id}, and the sample org is {SAMPLE_ORG}; "
                "change it in a copy of the playbook to try that copy here, or run countersign up for your own org"
            )
        self.root.mkdir(parents=True, exist_ok=True)
        (self.root / MARKER).touch()
        super().prepare()
        self.secrets = _secrets(self.root / "secrets.json")
        with opened(self.store.url) as database:
            self._save_users(SqlUsers(database))
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

    def start_beside(self) -> None:
        self.start_crm()

    def until_beside_answers(self) -> None:
        self.until_answers(f"{self.crm_url}/services/data", "the local CRM")

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

    def settings_of(self, part: str) -> dict[str, str]:
        told = super().settings_of(part)
        if part == UI:
            told |= {
                "COUNTERSIGN_ORG_KIND": "demo",
                "COUNTERSIGN_PUBLIC_URL": self.ui_url,
                "COUNTERSIGN_INTAKE_SECRET": self.secrets.intake_secret,
                "COUNTERSIGN_SITE_KEY": self.secrets.site_key,
            }
        elif part == CRM:
            told |= {
                "COUNTERSIGN_CRM_INSTANCE_URL": self.crm_url,
                "COUNTERSIGN_CRM_CLIENT_ID": self.secrets.crm_client_id,
                "COUNTERSIGN_CRM_CLIENT_SECRET": self.secrets.crm_client_secret,
                "COUNTERSIGN_NOTIFY_SECONDS": "5",
                "COUNTERSIGN_PUBLIC_URL": self.ui_url,
            }
        return told


def reset(root: Path) -> None:
    """Remove a data directory of the demo. Raises `InputError` where the folder is something else."""
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
