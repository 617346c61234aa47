"""An installation of one's own: an org that runs elsewhere, an account, and one lead through to a decision."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cli.api import ApiClient
from cli.short_playbook import with_short_deadlines
from domain.errors import InputError
from localcrm.sample import seed
from runtime.clock import SystemClock
from tests.cli.test_connect import BEARER, KEY, USER
from tests.e2e.conftest import PATIENCE, ROOT
from tests.localcrm.driving import Crm, running

pytestmark = [pytest.mark.server, pytest.mark.timeout(600)]

INTAKE = "a secret between two systems"
PARTS = {"temporal", "mail-sink", "ui", "cases", "crm", "signer"}


@dataclass
class Installation:
    """A folder, an environment and an org; no part of it runs until `up`."""

    folder: Path
    environment: dict[str, str]
    crm: Crm
    process: "subprocess.Popen[str] | None" = None
    seen: list[str] = field(default_factory=list)

    def call(self, *arguments: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "cli.main", *arguments, "--json"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def up(self) -> str:
        """Start it and read until it says that it runs; the address of the pages."""
        self.seen.clear()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", "up", "--no-browser"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.seen.append(line)
            if "Ctrl-C stops everything" in line:
                break
        found = re.search(r"Approval UI\s+(http://127\.0\.0\.1:\d+)", self.said)
        assert found, self.said
        return found[1]

    @property
    def said(self) -> str:
        return "".join(self.seen)

    def parts(self) -> dict[str, int]:
        """What `up` started: the part by its command, and its process."""
        assert self.process is not None
        listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True)
        found: dict[str, int] = {}
        for line in listed.stdout.splitlines():
            pid, parent, arguments = line.split(None, 2)
            if int(parent) == self.process.pid:
                name = next((n for n in PARTS if f" {n}" in arguments.removeprefix(sys.executable)), "temporal")
                found[name] = int(pid)
        return found

    def ended(self) -> int:
        """Wait for the end; its exit code. What it said meanwhile is in `said`."""
        assert self.process is not None
        rest, _ = self.process.communicate(timeout=PATIENCE)
        self.seen.append(rest)
        code, self.process = self.process.returncode, None
        return code


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("own")
    ladder = {"reminder": "20m", "fallback": "30m", "manager": "40m", "expiry": "60m"}
    with_short_deadlines(ROOT / "playbook", folder / "playbook", ladder=ladder, undo_window="1s")
    key = folder / "integration.pem"
    key.touch(mode=0o600)
    key.write_bytes(_pem())
    seed(folder / "crm.db", 7, datetime.now(UTC).date())
    ours = ("COUNTERSIGN_", "TEMPORAL_", "OPENAI_")
    with running(str(folder / "crm.db"), clients=(BEARER,), clock=SystemClock().now) as crm:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(ours)},
            "PYTHONPATH": str(ROOT),
            "COUNTERSIGN_CRM_INSTANCE_URL": crm.base,
            "COUNTERSIGN_CRM_CLIENT_ID": BEARER.client_id,
            "COUNTERSIGN_CRM_USERNAME": USER,
            "COUNTERSIGN_CRM_PRIVATE_KEY_FILE": str(key),
            "COUNTERSIGN_INTAKE_SECRET": INTAKE,
            "COUNTERSIGN_UI_HOST": "0.0.0.0",
        }
        made = Installation(folder, environment, crm)
        yield made
        if made.process is not None:
            made.process.terminate()
            made.process.communicate(timeout=PATIENCE)
    shutil.rmtree(folder, ignore_errors=True)


def _pem() -> bytes:
    from cryptography.hazmat.primitives import serialization

    return KEY.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def until(happened: Callable[[], Any], what: str) -> Any:
    give_up = time.monotonic() + PATIENCE
    while not (result := happened()):
        assert time.monotonic() < give_up, f"{what} did not happen"
        time.sleep(0.2)
    return result


def test_from_an_account_to_the_first_decision_over_a_part_that_dies(own: Installation) -> None:
    password = str(own.call("account", "set", "ines", "--generate")["password"])

    first = own.up()
    assert "Acme Routing S.L. (sandbox)" in own.said
    assert "delivered to nobody" in own.said
    assert own.parts().keys() == PARTS
    with ApiClient(first) as api:
        case_id = api.deliver(_lead(), INTAKE)["case_id"]
        with pytest.raises(InputError):
            api.sign_in("oriol", password)
        api.sign_in("ines", password)
        until(lambda: _waiting(api, case_id), "the review")

    # A part dies as in a power cut: it is named, the others stop, and nothing is left behind.
    parts = own.parts()
    os.kill(parts["crm"], signal.SIGKILL)
    assert own.ended() == 2
    assert "worker-crm ended by itself (exit code -9)" in own.said
    _all_gone(parts)

    # The second run goes on with the data of the first one.
    with ApiClient(own.up()) as api:
        api.sign_in("ines", password)
        round = until(lambda: _waiting(api, case_id), "the review, again")
        path = f"/api/reviews/{case_id}/{round}"
        shown = api.call("GET", path)["digest"]
        api.call("POST", f"{path}/decide", {"verdict": "approve", "shown_digest": shown})
        until(lambda: _case(api, case_id)["state"] == "closed", "the end of the case")
        assert _case(api, case_id)["outcome"] == "written"
    (lead,) = own.crm.client("bearer").query("SELECT OwnerId FROM Lead WHERE LastName = 'Verhoeven'")["records"]
    assert lead["OwnerId"].startswith("005")
    rows = {a["login"]: a for a in own.call("account", "list")["accounts"]}
    assert rows["ines"]["last_sign_in"]
    assert rows["oriol"]["last_sign_in"] is None

    parts = own.parts()
    assert own.process is not None
    own.process.send_signal(signal.SIGINT)
    assert own.ended() == 0
    assert "Stopping" in own.said
    _all_gone(parts)


def _lead() -> dict[str, str]:
    return {
        "event_id": "own-1",
        "last_name": "Verhoeven",
        "email": "j.verhoeven@kaasvervoer.example",
        "company": "Kaasvervoer",
        "country": "NL",
        "source": "web_form",
        "message": "Could we see a demo of route planning next week?",
    }


def _waiting(api: ApiClient, case_id: str) -> int:
    found = api.call("GET", "/api/reviews", state="open")["reviews"]
    return max((int(item["round"]) for item in found if item["case_id"] == case_id), default=0)


def _case(api: ApiClient, case_id: str) -> dict[str, Any]:
    found: dict[str, Any] = api.call("GET", f"/api/cases/{case_id}")["case"]
    return found


def _all_gone(parts: dict[str, int]) -> None:
    left = []
    for name, pid in parts.items():
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            continue
        left.append(name)
    assert left == []
