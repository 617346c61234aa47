"""A demo run with twenty leads, and then: what does Temporal know about the people in it?"""

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy

from cli.sample_stack import SampleStack
from domain.card_checks import contradictions
from domain.casefile import CaseFile
from domain.cases import DocumentKind
from localcrm.sample import inquiries
from persistence.database import Database
from persistence.documents import SqlDocuments
from persistence.queue import ReviewQueue
from persistence.reviews import SqlReviews
from runtime.clock import SystemClock
from runtime.engine import DATA_CONVERTER
from runtime.playbook_files import load_playbook
from tests.e2e.histories import KeptByEngine, everything_kept

pytestmark = [pytest.mark.server, pytest.mark.timeout(600)]

LEADS = 20
ROOT = Path(__file__).parents[2]


SOMEBODY_ELSES = {
    "COUNTERSIGN_DATABASE_URL": "postgresql://crm.acme.example:1/production",
    "COUNTERSIGN_KEYRING": "/nowhere/keyring.json",
    "COUNTERSIGN_CRM_USERNAME": "agent@acme.example",
    "COUNTERSIGN_CRM_PRIVATE_KEY_FILE": "/nowhere/key.pem",
    "COUNTERSIGN_SMTP_HOST": "mail.acme.example",
    "COUNTERSIGN_LOCAL_ACCOUNTS": "false",
    "TEMPORAL_API_KEY": "not-for-here",
    "TEMPORAL_TLS": "true",
}
"""A real installation's settings: the demo must neither use nor reach it."""


@pytest.fixture(scope="module")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Data directory and output of a scripted run that exited with 0, in a shell set up for something else."""
    data = tmp_path_factory.mktemp("demo")
    run = subprocess.run(
        [sys.executable, "-m", "cli.main", "demo", "--once", "--leads", str(LEADS), "--data-dir", str(data)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        env={**_quiet_environment(), **SOMEBODY_ELSES, "COLUMNS": "1000"},
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return data, run.stdout


def _quiet_environment() -> dict[str, str]:
    import os

    return {k: v for k, v in os.environ.items() if not k.startswith(("OPENAI_", "COUNTERSIGN_", "TEMPORAL_"))}


def test_the_demo_says_which_settings_it_leaves_alone(finished_run: tuple[Path, str]) -> None:
    assert f"Set here, and not used by the demo: {', '.join(sorted(SOMEBODY_ELSES))}" in finished_run[1]


@pytest.fixture(scope="module")
def kept(finished_run: tuple[Path, str]) -> Iterator[list[KeptByEngine]]:
    stack = SampleStack(finished_run[0] / "once", playbook=finished_run[0] / "once" / "playbook")
    stack.prepare()
    stack.start_engine()
    try:
        yield asyncio.run(_read_all(f"127.0.0.1:{stack.ports.temporal}", stack))
    finally:
        stack.stop()


async def _read_all(address: str, stack: SampleStack) -> list[KeptByEngine]:
    client = await _connected(address, stack)
    # The canary: an address where nobody may put one. The search has to find it.
    await client.start_workflow(
        "Canary",
        "canary.person@planted.example",
        id="canary",
        task_queue="nobody",
        memo={"note": "Canary Persson"},
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
    )
    kept: list[KeptByEngine] = []
    while not any(k.workflow_id == "canary" for k in kept):
        # Visibility lags behind the start by some milliseconds.
        kept = await everything_kept(client)
    return kept


async def _connected(address: str, stack: SampleStack) -> Client:
    while True:
        try:
            return await Client.connect(address, data_converter=DATA_CONVERTER)
        except RuntimeError:
            stack.check()
            await asyncio.sleep(0.1)


def test_no_card_contradicts_itself(finished_run: tuple[Path, str]) -> None:
    """Every card that the sample leads produce, held against its signed content, its ladder and the playbook."""
    data = finished_run[0] / "once"
    playbook = load_playbook(data / "playbook")
    db = Database(f"sqlite:///{data / 'countersign.db'}")
    reviews, documents = SqlReviews(db), SqlDocuments(db, SystemClock())
    found: list[str] = []
    seen = 0
    for item in ReviewQueue(db, playbook.org_id).cases(limit=200):
        for number in range(1, reviews.last_round(item.case.case_id) + 1):
            file = CaseFile(documents, item.case.case_id)
            opening = reviews.opening(item.case.case_id, number)
            if opening is None or not file.has(DocumentKind.CARD, str(number)):
                continue
            seen += 1
            said = contradictions(file.card(number), file.proposal(number), opening.ladder, playbook)
            found += [f"{opening.title}: {sentence}" for sentence in said]
    db.close()
    assert seen >= LEADS // 2
    assert found == []


def test_every_lead_reaches_a_named_outcome(finished_run: tuple[Path, str]) -> None:
    output = finished_run[1]
    assert "NONE YET" not in output
    assert "the CRM holds exactly what was approved" in output


def test_the_search_finds_a_planted_canary(kept: list[KeptByEngine]) -> None:
    canary = next(k for k in kept if k.workflow_id == "canary")
    assert canary.holds("canary.person@planted.example")
    assert canary.holds("Canary Persson")


def test_no_personal_data_in_any_history(kept: list[KeptByEngine]) -> None:
    cases = [k for k in kept if k.workflow_id != "canary"]
    assert len(cases) >= LEADS - 4, "joined and repeated deliveries aside, each lead is a workflow"
    terms = _personal_terms()
    assert len(terms) > 3 * LEADS
    leaks = [(case.workflow_id, term) for case in cases for term in terms if case.holds(term)]
    assert leaks == []


def _personal_terms() -> set[str]:
    terms: set[str] = set()
    for inquiry in inquiries(7, datetime.now(UTC).date(), LEADS):
        first, last = inquiry.first_name or "", inquiry.last_name
        terms |= {first, last, f"{first} {last}".strip(), inquiry.email or "", inquiry.phone or ""}
        terms |= {s.strip() for s in re.split(r"(?<=[.!?])\s+|\n+", inquiry.message) if len(s.strip()) >= 15}
    return {t for t in terms if len(t) >= 2}
