"""The stack for a cluster of one: its structure and names, which is what can be checked without containers."""

from typing import Any

import pytest
import yaml
from pydantic_settings import BaseSettings

from runtime import settings
from tests.architecture.source_tree import ROOT, source_files
from workflows.messages import TaskQueue

ENV = "deploy/env/"
KEYS = {"keys-people": "ui", "keys-signer": "worker-signer"}
"""What makes keys, and for which part."""
GROUPS = [value for value in vars(settings).values() if isinstance(value, type) and issubclass(value, BaseSettings)]
OPTIONAL = [group for group in GROUPS if not any(field.is_required() for field in group.model_fields.values())]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return loaded


def ours(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: service for name, service in compose["services"].items() if "build" in service}


def parts(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What signs in to the database as the parts do: everything of ours but what makes the schema as its owner."""
    return {name: service for name, service in ours(compose).items() if name != "schema"}


def known_settings() -> set[str]:
    return {name for group in GROUPS for name in settings.variables_of(group)}


def example(path: str) -> dict[str, str]:
    lines = (ROOT / f"{path}.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_every_image_has_an_exact_version(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        _, _, tag = service["image"].rpartition(":")
        assert tag[:1].isdigit(), f"{name}: {service['image']}"


def test_every_port_is_bound_to_this_machine(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_what_is_referred_to_is_declared(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert set(service.get("depends_on", {})) <= set(compose["services"])
        named = {volume.split(":")[0] for volume in service.get("volumes", []) if not volume.startswith("./")}
        assert named <= set(compose["volumes"])
        assert {config["source"] for config in service.get("configs", [])} <= set(compose["configs"])


def test_there_is_a_worker_for_every_task_queue_and_the_pages(compose: dict[str, Any]) -> None:
    commands = [service["command"] for service in parts(compose).values()]
    workers = [["worker", queue.value.removeprefix("countersign-")] for queue in TaskQueue]
    assert sorted(commands) == sorted([["ui"], *workers, *[["list"]] * len(KEYS)])


def test_every_setting_is_one_that_the_product_reads(compose: dict[str, Any]) -> None:
    for service in parts(compose).values():
        given = set(service["environment"])
        for path in service["env_file"]:
            given |= set(example(path))
        assert {name for name in given if not name.startswith("TEMPORAL_")} <= known_settings()


def test_secrets_reach_only_the_part_that_uses_them(compose: dict[str, Any]) -> None:
    readers: dict[str, list[str]] = {}
    running = {name: service for name, service in parts(compose).items() if name not in KEYS}
    for name, service in running.items():
        for path in service["env_file"]:
            readers.setdefault(path.removeprefix(ENV), []).append(name)
        for volume in service["volumes"]:
            if volume.startswith("./deploy/keys/"):
                readers.setdefault(volume.split(":")[0].removeprefix("./deploy/keys/"), []).append(name)
    assert readers.pop("common.env") == readers.pop("public") == list(running)
    assert readers == {
        "ui.env": ["ui"],
        "ui": ["ui"],
        "crm.env": ["worker-crm"],
        "model.env": ["worker-model"],
        "signer.env": ["worker-signer"],
        "signer": ["worker-signer"],
        "notifier.env": ["worker-notifier"],
    }


def test_keys_are_made_by_hand_where_their_signer_reads_them(compose: dict[str, Any]) -> None:
    """And by nobody else: what runs all the time may not change the keyring, or it could let in a key of its own."""
    services = parts(compose)
    written = {name: s for name, s in services.items() if any("public:" in v and v[-3:] != ":ro" for v in s["volumes"])}
    assert set(written) == set(KEYS)
    for name, reader in KEYS.items():
        service, private = services[name], services[reader]["volumes"]
        assert service["profiles"] == ["keys"]
        assert service["entrypoint"] == ["countersign", "keys"]
        assert [v for v in service["volumes"] if f"{v}:ro" in private and "public" not in v and "playbook" not in v]
        assert service["environment"].items() <= services[reader]["environment"].items()


def test_every_part_reads_the_same_playbook(compose: dict[str, Any]) -> None:
    for name, service in parts(compose).items():
        folder = service["environment"]["COUNTERSIGN_PLAYBOOK_DIR"]
        assert f"./playbook:{folder}:ro" in service["volumes"], name


def test_no_part_owns_the_schema_and_all_of_them_wait_for_their_role(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert "countersign:${POSTGRES_PASSWORD" in services["schema"]["environment"]["COUNTERSIGN_DATABASE_URL"]
    assert services["schema"]["command"] == ["migrate"]
    assert list(services["database-roles"]["depends_on"]) == ["schema"]
    for name, service in parts(compose).items():
        assert "//countersign_process:" in service["environment"]["COUNTERSIGN_DATABASE_URL"], name
        assert "POSTGRES_PASSWORD" not in str(service), name
        assert service["depends_on"]["database-roles"] == {"condition": "service_completed_successfully"}, name


def test_an_account_can_be_set_in_the_container_of_the_pages(compose: dict[str, Any]) -> None:
    """`docker compose run ui account set …`: the same database, a data directory that it may write, an open input."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert "run --rm ui account set LOGIN" in text
    pages = compose["services"]["ui"]
    folder = pages["environment"]["COUNTERSIGN_DATA_DIR"]
    assert [volume for volume in pages["volumes"] if volume.split(":")[1:] == [folder]] == ["ui-data:" + folder]
    assert "COUNTERSIGN_DATABASE_URL" in pages["environment"]
    assert pages["command"] == ["ui"]
    assert 'ENTRYPOINT ["countersign"]' in (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_every_part_names_the_agent_by_the_same_model(compose: dict[str, Any]) -> None:
    """The pages take cases in and the CRM worker polls for them: both write down which agent acts."""
    shared = set(example(f"{ENV}common.env"))
    assert settings.variables_of(settings.ModelSettings) & shared == {"OPENAI_BASE_URL", "OPENAI_MODEL"}
    assert "OPENAI_API_KEY" in example(f"{ENV}model.env")


@pytest.mark.parametrize("group", OPTIONAL)
def test_a_line_that_nobody_filled_in_counts_as_not_set(
    group: type[BaseSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in settings.variables_of(group):
        monkeypatch.delenv(name, raising=False)
    unset = group()
    for name in settings.variables_of(group):
        monkeypatch.setenv(name, "")
    assert group() == unset


def test_no_filled_in_environment_file_is_committed() -> None:
    committed = [path.name for path in source_files() if path.as_posix().startswith(ENV)]
    assert committed
    assert all(name.endswith(".env.example") for name in committed)


def test_the_examples_hold_no_secret() -> None:
    for path in (ROOT / ENV).glob("*.env.example"):
        for name, value in example(path.as_posix().removesuffix(".example")).items():
            if name.endswith(("SECRET", "PASSWORD", "API_KEY", "SITE_KEY", "TOKEN")):
                assert value == "", f"{path.name}: {name}"
