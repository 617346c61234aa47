"""Which part of the local stack is given which setting."""

from pathlib import Path

import pytest
from pydantic import SecretStr
from pydantic_settings import BaseSettings

from cli.children import Children
from cli.part_environment import CASES, CRM, MAIL, OURS, SIGNER, UI, environment_of, set_aside
from runtime import settings
from runtime.settings import variables_of

GROUPS = [g for g in vars(settings).values() if isinstance(g, type) and issubclass(g, BaseSettings)]
SECRETS = {
    name
    for group in GROUPS
    for name in variables_of(group)
    if group.model_fields[name.removeprefix(str(group.model_config.get("env_prefix"))).lower()].annotation is SecretStr
}
HOLDERS = {
    "COUNTERSIGN_CRM_CLIENT_SECRET": {CRM},
    "COUNTERSIGN_SMTP_PASSWORD": {CRM},
    "COUNTERSIGN_NOTIFY_WEBHOOK_SECRET": {CRM},
    "COUNTERSIGN_SLACK_BOT_TOKEN": {CRM, UI},
    "COUNTERSIGN_SLACK_SIGNING_SECRET": {UI},
    "COUNTERSIGN_INTAKE_SECRET": {UI},
    "COUNTERSIGN_OIDC_CLIENT_SECRET": {UI},
    "COUNTERSIGN_PDL_API_KEY": {CASES},
    "COUNTERSIGN_PERSON_KEY_SECRET": {UI, CASES, CRM, SIGNER, MAIL},
    "OPENAI_API_KEY": {CASES},
}
"""README: the CRM's secret is given to the CRM worker only, and so on."""


def test_each_secret_reaches_those_who_use_it_and_nobody_else() -> None:
    assert set(HOLDERS) == SECRETS
    given = dict.fromkeys(SECRETS, "s")
    for part in (*OURS, "temporal", "localcrm"):
        assert environment_of(part, given).keys() & SECRETS == {n for n, who in HOLDERS.items() if part in who}, part


@pytest.mark.parametrize("part", ["temporal", "localcrm"])
def test_what_is_not_ours_gets_none_of_our_settings(part: str) -> None:
    given = {"PATH": "/bin", "COUNTERSIGN_DATA_DIR": "d", "TEMPORAL_ADDRESS": "a", "OPENAI_MODEL": "m"}
    assert environment_of(part, given) == {"PATH": "/bin"}


def test_what_everybody_needs_reaches_every_part_of_ours() -> None:
    given = {"PATH": "/bin", "COUNTERSIGN_DATABASE_URL": "d", "COUNTERSIGN_POLL_SECONDS": "5", "OPENAI_MODEL": "m"}
    for part in OURS:
        assert environment_of(part, given) == given


def test_a_part_without_the_key_names_the_same_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a case that the pages took in would carry the version of the template writer."""
    for name in variables_of(settings.ModelSettings):
        monkeypatch.delenv(name, raising=False)
    seen = environment_of(UI, {"OPENAI_API_KEY": "k"})
    assert "OPENAI_API_KEY" not in seen
    for name, value in seen.items():
        monkeypatch.setenv(name, value)
    assert settings.ModelSettings().enabled


def test_setting_aside_leaves_the_model_and_the_metrics() -> None:
    kept = {"PATH": "/bin", "OPENAI_API_KEY": "k", "COUNTERSIGN_METRICS_PORT": "1"}
    environment = {**kept, "COUNTERSIGN_DATABASE_URL": "d", "TEMPORAL_ADDRESS": "a"}
    assert set_aside(environment) == ("COUNTERSIGN_DATABASE_URL", "TEMPORAL_ADDRESS")
    assert environment == kept


def test_a_part_inherits_nothing_that_it_was_not_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_CRM_CLIENT_SECRET", "not-for-you")
    children = Children(tmp_path)
    child = children.start("env", ["/usr/bin/env"], {"ONLY": "this"})
    child.process.wait(30)
    children.stop()
    assert child.log.read_text().split() == ["ONLY=this"]
