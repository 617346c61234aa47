"""`countersign playbook import`: what it prints loads, routes in the same order, and misses nothing in silence."""

import shutil
from pathlib import Path

import pytest

from cli.playbook_import import as_yaml, import_rules, read_file
from domain.errors import InputError
from runtime.playbook_files import load_playbook

SHIPPED = Path(__file__).parents[2] / "playbook"
MATRIX = "country,postal,queue\nES,28000-28999,EMEA_mid_market\nXX,,Enterprise\nNorway,,Enterprise\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "playbook"))


@pytest.fixture
def matrix(tmp_path: Path) -> Path:
    path = tmp_path / "matrix.csv"
    path.write_text(MATRIX)
    return path


def test_written_rows_load_in_their_order(folder: Path, matrix: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert import_rules(matrix, playbook=folder, write=True, as_json=False) == 1
    rules = load_playbook(folder).routing.rules
    assert [(r.countries, r.queue) for r in rules] == [(("ES",), "EMEA_mid_market"), (("NO",), "Enterprise")]
    said = capsys.readouterr()
    assert "matrix.csv:3: row 3 is not translated: XX is no known country" in said.err
    assert "Add `rules` to routing.precedence" in said.err
    assert said.out == ""
    assert "# Not translated: row 3 (line 3)" in (folder / "routing.yaml").read_text()


def test_printed_rows_stand_where_the_untranslated_ones_are_noted(matrix: Path) -> None:
    text = as_yaml(read_file(matrix, load_playbook(SHIPPED)))
    kinds = [line.strip()[0] for line in text.splitlines()]
    assert kinds == ["-", "#", "-"]


def test_rows_are_never_put_over_rows(folder: Path, matrix: Path) -> None:
    import_rules(matrix, playbook=folder, write=True, as_json=False)
    with pytest.raises(InputError) as refused:
        import_rules(matrix, playbook=folder, write=True, as_json=False)
    assert "merge by hand" in refused.value.detail


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        read_file(tmp_path / "none.xml", None)
    assert "cannot be read" in refused.value.detail
