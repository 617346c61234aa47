"""`countersign readiness`: what it prints, what it keeps, and how it ends."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.crm_access import crm_access
from cli.main import app
from cli.sample_stack import MARKER
from domain.errors import CrmError, InputError
from domain.readiness_facts import Area
from domain.readiness_report import ReadinessReport
from localcrm.sample import seed
from persistence.database import Database
from persistence.readiness import SqlReadiness
from tests.localcrm.driving import Crm, running

SHIPPED = Path(__file__).parents[2] / "playbook"
ORG = "00DLc0000000001MAA"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crm]:
    path = tmp_path_factory.mktemp("crm") / "crm.db"
    seed(path, 7, datetime.now(UTC).date())
    with running(str(path)) as crm:
        yield crm


@pytest.fixture
def empty() -> Iterator[Crm]:
    with running() as crm:
        yield crm


class Shell:
    """The command line in an environment of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
        self._env = monkeypatch
        self.data = data
        for name in ("CRM_INSTANCE_URL", "CRM_CLIENT_ID", "CRM_CLIENT_SECRET", "DATABASE_URL"):
            monkeypatch.delenv(f"COUNTERSIGN_{name}", raising=False)
        monkeypatch.setenv("COUNTERSIGN_DATA_DIR", str(data))
        monkeypatch.setenv("COUNTERSIGN_PLAYBOOK_DIR", str(SHIPPED))

    def connect(self, crm: Crm) -> None:
        self._env.setenv("COUNTERSIGN_CRM_INSTANCE_URL", crm.base)
        self._env.setenv("COUNTERSIGN_CRM_CLIENT_ID", "reader")
        self._env.setenv("COUNTERSIGN_CRM_CLIENT_SECRET", "r-secret")

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, ["readiness", *arguments], catch_exceptions=False, standalone_mode=False)

    def kept(self) -> ReadinessReport | None:
        database = Database(f"sqlite:///{self.data}/countersign.db")
        try:
            return SqlReadiness(database).latest(ORG)
        finally:
            database.close()


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell:
    return Shell(monkeypatch, tmp_path / "data")


def test_the_report_is_printed_and_kept_for_the_pages(shell: Shell, sample: Crm) -> None:
    shell.connect(sample)
    done = shell.run()
    assert done.return_value == 0, done.output
    for said in ("of 100", "Worth most", "nothing written to the CRM", "Lead.Country", "human review"):
        assert said in done.output, said
    kept = shell.kept()
    assert kept is not None
    assert {a.area for a in kept.areas} == set(Area)


def test_json_is_the_whole_report_and_nothing_else(shell: Shell, sample: Crm) -> None:
    shell.connect(sample)
    report = ReadinessReport.model_validate(json.loads(shell.run("--json").stdout))
    assert report == shell.kept()
    assert len(report.motions) == 5


def test_nothing_is_kept_where_that_is_asked(shell: Shell, sample: Crm) -> None:
    shell.connect(sample)
    shell.run("--json", "--no-store")
    assert not (shell.data / "countersign.db").exists()


def test_not_yet_ends_with_one(shell: Shell, empty: Crm) -> None:
    shell.connect(empty)
    done = shell.run("--no-store")
    assert done.return_value == 1
    assert "copilot only" in done.output


def test_nowhere_to_go_names_the_variables_and_the_demo(shell: Shell) -> None:
    with pytest.raises(InputError) as refused:
        shell.run()
    assert "COUNTERSIGN_CRM_INSTANCE_URL" in refused.value.detail
    assert "countersign demo" in refused.value.detail


def test_a_wrong_secret_is_named(shell: Shell, sample: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.connect(sample)
    monkeypatch.setenv("COUNTERSIGN_CRM_CLIENT_SECRET", "wrong")
    with pytest.raises(CrmError) as refused:
        shell.run()
    assert "refused the sign-in" in refused.value.detail


def test_the_demo_on_this_machine_is_found(shell: Shell) -> None:
    root = shell.data / "demo"
    root.mkdir(parents=True)
    (root / MARKER).touch()
    (root / "ports.json").write_text(json.dumps({"crm": 4242}))
    (root / "secrets.json").write_text(json.dumps({"crm_client_id": "c", "crm_client_secret": "s"}))
    access = crm_access()
    assert (access.crm.crm_instance_url, access.crm.crm_client_id) == ("http://127.0.0.1:4242", "c")
    assert access.store.data_dir == root
    (root / "secrets.json").write_text("{")
    with pytest.raises(InputError) as refused:
        crm_access()
    assert "cannot be read" in refused.value.detail
