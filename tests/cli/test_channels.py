"""What doctor says about the ways of telling people."""

from pathlib import Path

import pytest

from cli.channels import check_channels
from domain.errors import InputError
from domain.playbook import Playbook
from gateways.mail.sink import running_sink
from tests.domain.scenes import playbook
from tests.fakes.http_servers import serving
from tests.fakes.slack import TOKEN, FakeSlack

NAMES = ("NOTIFY_FROM", "SLACK_BOT_TOKEN", "SLACK_DECISIONS", "SLACK_SIGNING_SECRET", "NOTIFY_WEBHOOK_URL")


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in NAMES:
        monkeypatch.delenv(f"COUNTERSIGN_{name}", raising=False)
    monkeypatch.setenv("COUNTERSIGN_PUBLIC_URL", "https://countersign.example")
    return monkeypatch


@pytest.fixture
def rules() -> Playbook:
    return playbook()


def test_nothing_configured_is_said(given: pytest.MonkeyPatch, rules: Playbook) -> None:
    assert check_channels(rules).startswith("nobody is told")


def test_mail_names_who_cannot_be_reached(given: pytest.MonkeyPatch, rules: Playbook, tmp_path: Path) -> None:
    given.setenv("COUNTERSIGN_NOTIFY_FROM", "countersign@acme.example")
    with running_sink(tmp_path / "mail") as sink:
        given.setenv("COUNTERSIGN_SMTP_PORT", str(sink.port))
        assert check_channels(rules) == (
            f"e-mail from countersign@acme.example through 127.0.0.1:{sink.port}, "
            "no address in reviewers.yaml for pat, tomas, boss"
        )
        assert sink.messages() == []
    with pytest.raises(InputError, match="invalid_inquiry") as down:
        check_channels(rules)
    assert "cannot be reached" in down.value.detail


def test_slack_is_asked_who_it_thinks_we_are(given: pytest.MonkeyPatch, rules: Playbook) -> None:
    slack = FakeSlack()
    with serving(slack):
        given.setenv("COUNTERSIGN_SLACK_BASE_URL", slack.url)
        given.setenv("COUNTERSIGN_SLACK_BOT_TOKEN", TOKEN)
        assert check_channels(rules) == "Slack Acme as countersign, decisions off"
        given.setenv("COUNTERSIGN_SLACK_DECISIONS", "true")
        with pytest.raises(InputError) as half:
            check_channels(rules)
        assert "COUNTERSIGN_SLACK_SIGNING_SECRET" in half.value.detail
        slack.revoked = True
        with pytest.raises(InputError) as revoked:
            check_channels(rules)
    assert "token_revoked" in revoked.value.detail
    assert TOKEN not in revoked.value.detail


def test_a_webhook_is_checked_without_calling_it(given: pytest.MonkeyPatch, rules: Playbook) -> None:
    given.setenv("COUNTERSIGN_NOTIFY_WEBHOOK_URL", "http://hooks.example/")
    given.setenv("COUNTERSIGN_NOTIFY_WEBHOOK_SECRET", "s")
    with pytest.raises(InputError) as plain:
        check_channels(rules)
    assert "https" in plain.value.detail
    given.setenv("COUNTERSIGN_NOTIFY_WEBHOOK_PRIVATE", "true")
    assert check_channels(rules) == "webhook, signed, private addresses allowed"
