"""`countersign up` where something is missing: one line with the next step, and no part is started."""

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.own_stack import OwnStack
from cli.part_environment import CASES, CRM, SIGNER, UI
from cli.ports import Ports
from cli.stack import claim
from cli.up import up
from localcrm.sample import seed
from runtime.clock import SystemClock
from tests.cli.calling import PLAYBOOK, Shell, nobody
from tests.localcrm.driving import Crm, running


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crm]:
    path = tmp_path_factory.mktemp("crm") / "crm.db"
    seed(path, 7, datetime.now(UTC).date())
    with running(str(path), clock=SystemClock().now) as crm:
        yield crm


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], org: Crm) -> Shell:
    """An installation that lacks nothing. Nobody may start a part in it."""
    (tmp_path / "here").mkdir()
    found = Shell(tmp_path / "here", monkeypatch, capfd)
    for name in ("TEMPORAL_ADDRESS", "TEMPORAL_CONFIG_FILE"):
        monkeypatch.delenv(name)
    shutil.copytree(PLAYBOOK, found.folder / "playbook")
    found.given(
        COUNTERSIGN_CRM_INSTANCE_URL=org.base,
        COUNTERSIGN_CRM_CLIENT_ID="writer",
        COUNTERSIGN_CRM_CLIENT_SECRET="w-secret",
    )
    assert found.call("account", "set", "ines", "--generate").code == 0
    monkeypatch.setattr(OwnStack, "start", _not_started)
    return found


def _not_started(stack: OwnStack) -> None:
    raise AssertionError("a part was started")


def refused(shell: Shell) -> str:
    said = shell.call("up", "--no-browser")
    assert said.code == 2, said.out + said.err
    return said.line


@pytest.mark.parametrize(
    ("given", "sentences"),
    [
        (
            {"COUNTERSIGN_CRM_INSTANCE_URL": "", "COUNTERSIGN_CRM_CLIENT_ID": ""},
            ("COUNTERSIGN_CRM_INSTANCE_URL: is not set", "CRM_CLIENT_ID: is not set", "countersign connect"),
        ),
        ({"COUNTERSIGN_CRM_CLIENT_SECRET": ""}, ("set COUNTERSIGN_CRM_CLIENT_SECRET", "countersign connect")),
        ({"COUNTERSIGN_CRM_CLIENT_SECRET": "guessed"}, ("invalid_client", "Next: the consumer secret is wrong")),
        ({"COUNTERSIGN_UI_PORT": "high"}, ("COUNTERSIGN_UI_PORT: ",)),
        ({"COUNTERSIGN_POLL_SECONDS": "often"}, ("COUNTERSIGN_POLL_SECONDS: ",)),
        ({"COUNTERSIGN_PLAYBOOK_DIR": "rules"}, ("rules: no playbook here",)),
        ({"COUNTERSIGN_LOCAL_ACCOUNTS": "false"}, ("nobody can sign in: COUNTERSIGN_LOCAL_ACCOUNTS is off",)),
    ],
)
def test_a_setting_that_is_missing_or_wrong(shell: Shell, given: dict[str, str], sentences: tuple[str, ...]) -> None:
    shell.given(**given)
    line = refused(shell)
    for sentence in sentences:
        assert sentence in line
    assert "guessed" not in line


def test_nobody_who_could_sign_in(shell: Shell) -> None:
    shell.call("account", "close", "ines")
    assert "nobody can sign in: there is no local account" in refused(shell)
    assert "run: countersign account set ines" in refused(shell)


def test_a_temporal_that_does_not_answer(shell: Shell) -> None:
    address = nobody()
    shell.given(TEMPORAL_ADDRESS=address)
    line = refused(shell)
    assert f"Temporal is not reachable at {address}" in line
    assert "unset TEMPORAL_ADDRESS" in line


def test_credentials_of_another_org_than_the_playbooks(shell: Shell) -> None:
    file = shell.folder / "playbook" / "organisation.yaml"
    file.write_text(file.read_text().replace("org_id: 00DLc0000000001MAA", "org_id: 00D000000000002AAA"))
    line = refused(shell)
    assert "is written for org 00D000000000002AAA" in line
    assert "is 00DLc0000000001MAA; correct org_id" in line


def test_a_production_org_is_told_of_no_e_mail_that_nobody_got(shell: Shell, org: Crm) -> None:
    with as_production(org):
        assert "is a production org, and without a mail server approved e-mails would end here" in refused(shell)
        shell.given(COUNTERSIGN_SMTP_HOST="mail.acme.example")
        with pytest.raises(AssertionError, match="a part was started"):
            up(no_browser=True)


@contextmanager
def as_production(org: Crm) -> Iterator[None]:
    organisations = org.service.store.schema.get("Organization")
    for sandbox in (False, True):
        with org.service.store.transaction() as tx:
            tx.update(organisations, str(tx.find(organisations, "1")[0]["Id"]), {"IsSandbox": sandbox})
        if not sandbox:
            yield


def test_a_directory_and_a_port_that_are_in_use(shell: Shell) -> None:
    root = shell.folder / ".countersign"
    with claim(root):
        assert "another stack runs with the data in" in refused(shell)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        shell.given(COUNTERSIGN_UI_PORT=str(port))
        assert f"Approval UI: port {port} is in use" in refused(shell)


def test_what_the_settings_configure_counts_and_what_they_do_not_is_a_part_here(shell: Shell) -> None:
    shell.given(COUNTERSIGN_UI_HOST="0.0.0.0", COUNTERSIGN_METRICS_HOST="0.0.0.0")
    alone = OwnStack()
    alone.ports = Ports(ui=1, temporal=2, temporal_web=3, smtp=4)
    assert (alone.own_engine, alone.own_sink) == (True, True)
    assert alone.environment["TEMPORAL_ADDRESS"] == "127.0.0.1:2"
    assert alone.settings_of(UI)["COUNTERSIGN_UI_HOST"] == "127.0.0.1"
    assert alone.settings_of(CASES)["COUNTERSIGN_METRICS_HOST"] == "127.0.0.1"
    assert alone.settings_of(CRM)["COUNTERSIGN_SMTP_PORT"] == "4"
    assert alone.settings_of(SIGNER) == {}

    shell.given(
        TEMPORAL_ADDRESS="engine.example:7233",
        COUNTERSIGN_SMTP_HOST="mail.acme.example",
        COUNTERSIGN_NOTIFY_FROM="bot@acme.example",
        COUNTERSIGN_PUBLIC_URL="https://countersign.acme.example",
    )
    given = OwnStack()
    given.ports = Ports(ui=1)
    assert (given.own_engine, given.own_sink) == (False, False)
    assert not any(name.startswith("TEMPORAL_") for name in given.environment)
    told = given.settings_of(CRM)
    assert not any("SMTP" in name or "SANDBOX" in name for name in told)
    assert told["COUNTERSIGN_PUBLIC_URL"] == "https://countersign.acme.example"
    assert "COUNTERSIGN_MAILDIR" not in given.settings_of(UI)
    assert os.environ["COUNTERSIGN_CRM_CLIENT_SECRET"] not in str([given.settings_of(p) for p in (UI, CASES, CRM)])
