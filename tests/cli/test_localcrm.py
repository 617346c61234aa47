"""Rows into the embedded CRM and out of it, from the command line."""

import csv
from pathlib import Path

import pytest

from tests.cli.calling import Shell

ACCOUNTS = """Firma,Account Website,billing country,Mitarbeiter,Note
"Ölwerke, Süd",https://oel.example,Germany,120,x
Nordlicht AS,,Norway,twelve,x
,https://nameless.example,Spain,5,x
"""


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Shell:
    return Shell(tmp_path, monkeypatch, capfd)


def import_accounts(shell: Shell, *more: str) -> tuple[int, str, str]:
    file = shell.write("accounts.csv", ACCOUNTS)
    said = shell.call("localcrm", "import", file, "--object", "Account", "--db", "crm.db", *more)
    return said.code, said.out, said.err


MAPPED = ("--map", "Firma=Name", "--map", "Account Website=Website", "--map", "Mitarbeiter=NumberOfEmployees")


def test_mapped_headers_bring_rows_in_and_a_bad_row_is_told_by_its_line(shell: Shell) -> None:
    code, out, _ = import_accounts(shell, *MAPPED)
    assert code == 1
    lines = out.splitlines()
    assert lines[-1] == "1 rows of Account imported, 2 refused"
    assert [line.split(":")[1] for line in lines[:2]] == ["3", "4"]
    assert "columns left out: Note" in lines
    done = shell.call("localcrm", "export", "out.csv", "--object", "Account", "--db", "crm.db")
    assert done.code == 0
    (row,) = csv.DictReader((shell.folder / "out.csv").read_text("utf-8").splitlines())
    found = (row["Name"], row["Website"], row["BillingCountry"], row["NumberOfEmployees"])
    assert found == ("Ölwerke, Süd", "https://oel.example", "Germany", "120")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--map", "Firma"), "give HEADER=FIELD"),
        (("--map", "=Name"), "give HEADER=FIELD"),
        (("--map", "Firma=Nome"), "which Account does not have"),
        (("--map", "Firm=Name"), "there is no column 'Firm' to map; the file has Firma, Account Website"),
        (("--map", "Firma=SystemModstamp"), "which the CRM sets by itself"),
    ],
)
def test_a_mapping_that_cannot_be_is_named(shell: Shell, more: tuple[str, ...], words: str) -> None:
    code, _, err = import_accounts(shell, *more)
    assert code == 2
    assert words in err


@pytest.mark.parametrize(
    ("name", "content", "object_name", "words"),
    [
        ("a.csv", b"Name\nM\xfcller\n", "Account", "line 2 is not readable as UTF-8; save it as CSV UTF-8, or name"),
        ("a.csv", b"\xff\xfe\x00", "Account", "not readable as UTF-16"),
        ("a.csv", b"", "Account", "there is no header"),
        ("a.csv", b"Name,Website,name\nx,y,z\n", "Account", "columns 'Name' and 'name' both fill Name"),
        ("a.csv", b"Name,Phone,Phone\nx,y,z\n", "Account", "two columns are called 'Phone'"),
        ("a.json", b'{"Name": "x"}', "Account", "expected a list of objects"),
        ("a.xlsx", b"", "Account", "use .csv or .json"),
        ("a.csv", b"Name\nx\n", "Acount", "there is no object 'Acount'"),
        ("a.csv", b"Eins,Zwei\n1,2\n", "Account", "no column names a field"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_line(
    shell: Shell, name: str, content: bytes, object_name: str, words: str
) -> None:
    said = shell.call("localcrm", "import", shell.write(name, content), "--object", object_name, "--db", "crm.db")
    assert said.code == 2
    assert words in said.line


def test_what_is_no_database_is_left_alone(shell: Shell) -> None:
    for command in (("import", shell.write("a.csv", "Name\nx\n")), ("export", "out.csv")):
        said = shell.call("localcrm", *command, "--object", "Account", "--db", shell.write("crm.db", "a letter"))
        assert said.code == 2
        assert "cannot be used as the CRM's database" in said.line
    assert (shell.folder / "crm.db").read_text() == "a letter"


def test_nothing_is_made_where_there_is_no_database_to_export(shell: Shell) -> None:
    said = shell.call("localcrm", "export", "out.csv", "--object", "Lead", "--db", "none.db")
    assert (said.code, shell.files) == (2, set())
    assert "localcrm seed" in said.line
