"""A stack of real processes per test module, in a directory of its own."""

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.api import ApiClient
from cli.crm_check import CrmReading, Records, approved_writes, compare, ledger_keys
from cli.sample_stack import SampleStack
from cli.short_playbook import with_short_deadlines
from domain.cases import Case, CaseOutcome, CaseState
from domain.resolutions import ExceptionState
from runtime.settings import KeySettings, PlaybookSettings, StoreSettings
from workers.stores import Stores, open_stores

ROOT = Path(__file__).parents[2]
PATIENCE = 150.0
"""Seconds until a test gives up waiting for something that should have happened; never a measured time."""


@dataclass
class Running:
    """A started stack with what a test needs to act on it and to look inside."""

    stack: SampleStack
    stores: Stores
    api: ApiClient
    crm: CrmReading

    def hand_in(self, **fields: Any) -> str:
        """Deliver one inquiry at the signed webhook; the id of its case."""
        return str(self.deliver(**fields)["case_id"])

    def deliver(self, **fields: Any) -> dict[str, Any]:
        return self.api.deliver(fields, self.stack.secrets.intake_secret)

    def until(self, happened: Callable[[], Any], what: str) -> Any:
        """Poll until it happened; the parts must stay alive meanwhile."""
        give_up = time.monotonic() + PATIENCE
        while not (result := happened()):
            self.stack.check()
            assert time.monotonic() < give_up, f"{what} did not happen"
            time.sleep(0.1)
        return result

    def review_of(self, case_id: str, *, newer_than: int = 0) -> int:
        """Wait for an open review of the case; its round."""

        def newest() -> int:
            items = self.api.call("GET", "/api/reviews", state="open")["reviews"]
            rounds = [int(i["round"]) for i in items if i["case_id"] == case_id and int(i["round"]) > newer_than]
            return max(rounds, default=0)

        return int(self.until(newest, f"a review of case {case_id}"))

    def approve(self, case_id: str, round: int) -> dict[str, Any]:
        path = f"/api/reviews/{case_id}/{round}"
        review = self.api.call("GET", path)
        answer: dict[str, Any] = self.api.call(
            "POST", f"{path}/decide", {"verdict": "approve", "shown_digest": review["digest"]}
        )
        return answer

    def resolve(self, case_id: str, **resolution: str) -> None:
        """Wait until the case asks a person, and answer."""
        self.until(
            lambda: any(e.state is ExceptionState.OPEN for e in self.stores.exceptions.of_case(case_id)),
            f"an exception of case {case_id}",
        )
        self.api.call("POST", f"/api/cases/{case_id}/resolve", {"resolution": resolution})

    def closed(self, case_id: str) -> Case:
        """Wait for the case to close."""
        self.until(lambda: self.stores.cases.get(case_id).state is CaseState.CLOSED, f"the end of case {case_id}")
        return self.stores.cases.get(case_id)

    def outcome(self, case_id: str) -> CaseOutcome | None:
        return self.closed(case_id).outcome

    def control(self, path: str, body: Any = None) -> Any:
        """A test control of the local CRM."""
        answer = httpx.post(
            f"{self.stack.crm_url}/control/{path}",
            json=body,
            headers={"X-Control-Token": self.stack.secrets.crm_control_token},
            timeout=30,
        )
        return answer.raise_for_status().json() if answer.content else None

    def close(self) -> None:
        self.api.close()
        self.crm.close()
        self.stores.close()
        self.stack.stop()

    def differences(self, before: dict[str, Records], case_ids: list[str]) -> list[str]:
        """What the CRM holds against what was approved, record by record."""
        after = self.crm.all_records()
        approved = approved_writes(
            tuple(self.stores.cases.get(c) for c in case_ids),
            reviews=self.stores.reviews,
            documents=self.stores.documents,
            mail_log=self.stores.mail_log,
            rounds_of=self.stores.reviews.last_round,
            in_ledger=ledger_keys(after),
        )
        return compare(before, after, approved)


def start(root: Path, ladder: dict[str, str]) -> Running:
    """Start everything in `root`. Whoever starts it stops `stack`."""
    playbook = with_short_deadlines(ROOT / "playbook", root / "playbook", ladder=ladder, undo_window="1s")
    stack = SampleStack(root / "data", playbook=playbook)
    try:
        stack.prepare()
        stack.start()
        stores = open_stores(
            StoreSettings(data_dir=stack.root), PlaybookSettings(playbook_dir=stack.playbook), KeySettings()
        )
        api = ApiClient(stack.ui_url)
        manager = next(r for r in stores.playbooks.current().reviewers if r.role.value == "manager")
        api.sign_in(manager.login, stack.secrets.password)
        crm = CrmReading(stack.crm_url, stack.secrets.crm_client_id, stack.secrets.crm_client_secret)
    except BaseException:
        stack.stop()
        raise
    return Running(stack=stack, stores=stores, api=api, crm=crm)


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A stack whose reviews wait long enough for any test."""
    root = tmp_path_factory.mktemp("stack")
    running = start(root, {"reminder": "20m", "fallback": "30m", "manager": "40m", "expiry": "60m"})
    yield running
    running.close()
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A stack whose reviews expire after half a minute."""
    root = tmp_path_factory.mktemp("stack")
    running = start(root, {"reminder": "10s", "fallback": "15s", "manager": "20s", "expiry": "30s"})
    yield running
    running.close()
    shutil.rmtree(root, ignore_errors=True)
