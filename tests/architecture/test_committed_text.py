"""Nothing committed names a package index or a folder of somebody's machine: both differ wherever it is cloned."""

import re

import pytest

from tests.architecture.source_tree import ROOT, source_files

# Written in pieces, so that this file does not match itself.
PACKAGE_INDEX = re.compile(
    r"--(?:extra-)?index" + r"-url|pypi\.org/" + r"simple|files\.python" + r"hosted\.org|registry\.npm" + r"js"
)
# A path that starts at the root of a file system and then in a home, as opposed to the path of an address.
MACHINE_PATH = re.compile(r"(?<![\w.:/}*-])/(?:work|root|farm|Users/[\w.]+|home/[\w.]+)/\w")


def complaints(text: str) -> list[str]:
    return [
        f"line {number}: {found[0]}"
        for number, line in enumerate(text.splitlines(), 1)
        for pattern in (PACKAGE_INDEX, MACHINE_PATH)
        if (found := pattern.search(line))
    ]


def test_no_committed_file_names_an_index_or_a_machine_path() -> None:
    found = []
    for path in source_files():
        try:
            text = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # A picture; its bytes name nothing.
        found += [f"{path}: {complaint}" for complaint in complaints(text)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "text",
    [
        "pip install --extra-index" + "-url=https://packages.example",
        "https://pypi.org/" + "simple",
        'open("/' + 'home/ada/notes.txt")',
        "cd /" + "root/project",
    ],
)
def test_what_is_looked_for_would_be_found(text: str) -> None:
    assert complaints(f"first line\n{text}") != []


@pytest.mark.parametrize(
    "text", ["https://example.com/root/items", "GET {base}/home/page/1", "./root/items", "/sobjects/Lead"]
)
def test_an_address_is_no_machine_path(text: str) -> None:
    assert complaints(text) == []
