"""One data directory serves one stack at a time, and the sample org one playbook's org."""

import shutil
from pathlib import Path

import pytest

from cli.sample_stack import MARKER, SAMPLE_ORG, SampleStack, reset
from cli.stack import claim
from domain.errors import InputError
from tests.cli.calling import PLAYBOOK
from tests.localcrm.driving import running


def test_a_directory_in_use_is_neither_taken_nor_removed(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    root.mkdir()
    (root / MARKER).touch()
    with claim(root):
        with pytest.raises(InputError) as refused:
            claim(root)
        assert "another stack runs" in refused.value.detail
        with pytest.raises(InputError):
            reset(root)
        assert (root / MARKER).exists()
    reset(root)
    assert not root.exists()


def test_a_playbook_of_another_org_is_turned_away_before_anything_is_made(tmp_path: Path) -> None:
    """The CRM worker serves the playbook's org and no other: no lead would ever come in."""
    shutil.copytree(PLAYBOOK, tmp_path / "mine")
    organisation = tmp_path / "mine" / "organisation.yaml"
    organisation.write_text(organisation.read_text().replace(SAMPLE_ORG, "00D000000000002AAA"))
    stack = SampleStack(tmp_path / "data", playbook=tmp_path / "mine")
    with pytest.raises(InputError) as refused:
        stack.prepare()
    assert f"org_id is 00D000000000002AAA, and the sample org is {SAMPLE_ORG}" in refused.value.detail
    assert [p.name for p in (tmp_path / "data").iterdir()] == ["logs"]


def test_the_embedded_crm_is_the_sample_org() -> None:
    with running() as crm:
        assert crm.client().query("SELECT Id FROM Organization")["records"][0]["Id"] == SAMPLE_ORG
