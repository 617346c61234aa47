"""One playbook for a sandbox and for production: people by keys, and a map per org."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.environments import for_environment, strangers
from domain.errors import InputError
from domain.leads import CrmRecord
from domain.lint_names import NameKind, live, names_in, unknown_names
from domain.model import Scalar
from domain.owners import find_user
from domain.playbook import Playbook
from runtime.playbook_files import examine, load_playbook

ROOT = Path(__file__).parents[2]
PRODUCTION, SANDBOX = "00D000000000001AAA", "00D000000000002AAA"
WHO = "amelie.rousseau@acme-routing.example"
MAP = f"""environments:
  production:
    org_id: {PRODUCTION}
    users:
      amelie: {WHO}
  sandbox:
    org_id: {SANDBOX}
    users:
      amelie: {WHO}.uat
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample, in which one person is named by a key wherever she is named."""
    made = Path(shutil.copytree(ROOT / "playbook", tmp_path / "rules"))
    for path in made.glob("*.yaml"):
        path.write_text(path.read_text().replace(WHO, "amelie"))
    (made / "environments.yaml").write_text(MAP)
    return made


def line_of(folder: Path, file: str, text: str) -> int:
    lines = (folder / file).read_text().splitlines()
    return next(n for n, line in enumerate(lines, 1) if text in line)


@pytest.mark.parametrize(
    ("name", "org_id", "called"), [("production", PRODUCTION, WHO), ("sandbox", SANDBOX, f"{WHO}.uat")]
)
def test_an_environment_says_which_org_it_is_and_who_the_keys_are(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, org_id: str, called: str
) -> None:
    monkeypatch.setenv("COUNTERSIGN_ENVIRONMENT", name)
    playbook = load_playbook(folder)
    assert playbook.org_id == org_id
    amelie = playbook.reviewer("amelie")
    assert amelie is not None
    assert amelie.crm_user == called
    named = [n for _, kind, n in names_in(playbook) if kind is NameKind.USER]
    assert "amelie" not in named
    assert named.count(called) == [n for _, _, n in names_in(load_playbook(ROOT / "playbook", ""))].count(WHO)
    assert load_playbook(folder, "sandbox").digest != load_playbook(folder, "production").digest


def test_every_place_that_names_a_user_takes_a_key(folder: Path) -> None:
    """Each name of the playbook becomes a key: none is left over for the CRM."""
    written = load_playbook(ROOT / "playbook", "")
    people = {n for _, kind, n in names_in(written) if kind is NameKind.USER and n}
    users = {name: f"user{n}@elsewhere.example" for n, name in enumerate(sorted(people))}
    block = {"there": {"org_id": SANDBOX, "users": users}}
    mapped, missing = for_environment(Playbook.model_validate({**written.model_dump(), "environments": block}), "there")
    assert missing == ()
    assert {n for _, kind, n in names_in(mapped) if kind is NameKind.USER and n} <= set(users.values())


def test_the_org_of_the_playbook_itself_needs_no_setting(folder: Path) -> None:
    place = folder / "organisation.yaml"
    place.write_text(place.read_text().replace("00DLc0000000001MAA", SANDBOX))
    reviewer = load_playbook(folder).reviewer("amelie")
    assert reviewer is not None
    assert reviewer.crm_user == f"{WHO}.uat"


def test_a_key_without_an_entry_is_named_with_its_file_and_line(folder: Path) -> None:
    path = folder / "environments.yaml"
    path.write_text(path.read_text().replace(f"      amelie: {WHO}.uat\n", "      tom: tom@acme.example\n"))
    load_playbook(folder, "production")
    with pytest.raises(InputError) as refused:
        load_playbook(folder, "sandbox")
    place = f"reviewers.yaml:{line_of(folder, 'reviewers.yaml', 'crm_user: amelie')}"
    said = "amelie is nobody in the environment sandbox; add it under environments.sandbox.users with the e-mail"
    assert f"{place}: {said}" in refused.value.detail
    assert "routing.yaml:" in refused.value.detail


def test_check_looks_at_every_environment(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_ENVIRONMENT", "production")
    assert [f for f in examine(folder, ())[1] if not f.warning] == []
    path = folder / "environments.yaml"
    path.write_text(path.read_text().replace(f"      amelie: {WHO}.uat\n", "      tom: tom@acme.example\n"))
    assert {"sandbox" in f.text for f in examine(folder, ())[1]} == {True}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("staging", "COUNTERSIGN_ENVIRONMENT is staging, which is no environment; use one of: production, sandbox"),
        ("", "none of them is org 00DLc0000000001MAA; set COUNTERSIGN_ENVIRONMENT to one of: production, sandbox"),
    ],
)
def test_an_environment_that_cannot_be_chosen(folder: Path, name: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        load_playbook(folder, name)
    assert refused.value.detail == f"environments.yaml:1: {said}"


def test_two_environments_of_one_org_are_refused(folder: Path) -> None:
    path = folder / "environments.yaml"
    path.write_text(path.read_text().replace(SANDBOX, PRODUCTION))
    with pytest.raises(InputError) as refused:
        load_playbook(folder, "production")
    place = f"environments.yaml:{line_of(folder, 'environments.yaml', '  sandbox:') + 1}"
    assert refused.value.detail == f"{place}: production is the same org; keep one of the two"


def test_a_playbook_of_one_org_has_no_environment_to_choose() -> None:
    assert load_playbook(ROOT / "playbook", "").environments == {}
    with pytest.raises(InputError) as refused:
        load_playbook(ROOT / "playbook", "sandbox")
    assert "add it under environments, or unset COUNTERSIGN_ENVIRONMENT" in refused.value.detail


def test_a_user_that_the_org_does_not_know_is_named_once_at_the_map(folder: Path) -> None:
    playbook = load_playbook(folder, "sandbox")
    everybody = {n for _, kind, n in names_in(playbook) if kind is NameKind.USER and n}
    here = [user(n, name) for n, name in enumerate(sorted(everybody))]
    assert strangers(playbook, here) == ()
    assert unknown(playbook, here) == []
    gone = [u for u in here if u.text("Email") != f"{WHO}.uat"]
    assert strangers(playbook, gone) == (("amelie", f"{WHO}.uat"),)
    assert unknown(playbook, gone) == [("environments", "sandbox", "users", "amelie")]


def test_a_user_may_be_named_by_id(folder: Path) -> None:
    amelie = user(1, "somebody@else.example")
    for name in (amelie.id, amelie.id[:15]):
        path = folder / "environments.yaml"
        path.write_text(MAP.replace(f"{WHO}.uat", name))
        playbook = load_playbook(folder, "sandbox")
        reviewer = playbook.reviewer("amelie")
        assert reviewer is not None
        assert find_user(reviewer.crm_user, [user(2, WHO), amelie]) == amelie
        assert strangers(playbook, [amelie]) == ()
    assert find_user(amelie.id.lower(), [amelie]) is None


def user(n: int, email: str) -> CrmRecord:
    fields: dict[str, Scalar] = {
        "Email": email,
        "Username": email,
        "Alias": f"u{n}",
        "IsActive": True,
        "UserType": "Standard",
    }
    at = datetime(2026, 11, 17, 9, 24, tzinfo=UTC)
    return CrmRecord(object="User", id=f"0055g00000Ab{n:03d}QAZ", fields=fields, modified_at=at)


def unknown(playbook: Playbook, users: list[CrmRecord]) -> list[object]:
    found = unknown_names(playbook, live(users, (), ()))
    return [f.path for f in found if f.what.startswith("unknown user")]
