"""Files as people have them: what other programs write, what is broken in them, and what was imported before."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from localcrm import ids
from localcrm.store import Store, StoreError
from localcrm.transfer import ImportReport, TransferError, export_file, import_file
from tests.localcrm.driving import running

Load = Callable[..., ImportReport]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Puts a text or bytes into a file and imports it."""

    def call(content: str | bytes, name: str = "Lead", suffix: str = "csv", **more: Any) -> ImportReport:
        file = tmp_path / f"rows.{suffix}"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return import_file(tmp_path / "crm.db", file, name, **more)

    return call


def stored(tmp_path: Path, soql: str) -> list[dict[str, Any]]:
    with running(str(tmp_path / "crm.db")) as crm:
        return [{k: v for k, v in row.items() if k != "attributes"} for row in crm.client().query(soql)["records"]]


@pytest.mark.parametrize(
    "content",
    [
        "LastName;Company\nMüller;Bahn, Süd\n",
        "sep=;\nLastName;Company\nMüller;Bahn, Süd\n",
        "LastName\tCompany\r\nMüller\tBahn, Süd\r\n",
        'LastName|Company\n"Müller"|"Bahn, Süd"\n\n',
        'LastName,Company\nMüller,"Bahn, Süd"\n'.encode("utf-16"),
        'LastName,Company\nMüller,"Bahn, Süd"\n'.encode("utf-8-sig"),
        'LastName;Company\rMüller;"Bahn, Süd"\r',
        '"LastName";"a, b, c";"Company"\nMüller;;Bahn, Süd\n',
        '"Last\nName";Company\nMüller;Bahn, Süd\n',
        'LastName,Company\nMüller,"Bahn, Süd",,\n,\n , ,\n',
    ],
)
def test_what_spreadsheets_write_is_read(load: Load, tmp_path: Path, content: str | bytes) -> None:
    assert load(content).created == 1
    assert stored(tmp_path, "SELECT LastName, Company FROM Lead") == [{"LastName": "Müller", "Company": "Bahn, Süd"}]


def test_another_encoding_is_named_and_not_guessed(load: Load, tmp_path: Path) -> None:
    content = "LastName,Company\nMüller,Bahn\n".encode("cp1252")
    with pytest.raises(TransferError, match=r"line 2 is not readable as UTF-8.*--encoding cp1252"):
        load(content)
    with pytest.raises(TransferError, match="there is no encoding 'nonsense'"):
        load(content, encoding="nonsense")
    assert load(content, encoding="cp1252").created == 1
    assert stored(tmp_path, "SELECT LastName FROM Lead") == [{"LastName": "Müller"}]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_no_garbage(load: Load, tmp_path: Path, encoding: str) -> None:
    content = "LastName,Company\nMiller,Railways\n".encode(encoding)
    with pytest.raises(TransferError, match=r"line 1 holds a zero character.*--encoding utf-16-le"):
        load(content)
    assert load(content, encoding=encoding).created == 1
    assert stored(tmp_path, "SELECT LastName FROM Lead") == [{"LastName": "Miller"}]


def test_a_cell_of_any_size_is_its_rows_fault(load: Load) -> None:
    report = load(f"LastName,Company,Description\nA,B,{'x' * 1_200_000}\nC,D,short\n")
    assert report.created == 1
    assert [(r.line, r.reason[:33]) for r in report.refused] == [(2, "Description: data value too large")]


def test_the_headers_of_a_lead_report_are_known(load: Load, tmp_path: Path) -> None:
    report = load(
        "Lead ID,First Name,Last Name,Company / Account,Lead Status,No. of Employees,Email Opt Out,State/Province,"
        "Mobile,Created Date,Lead Owner\n"
        "00Q5g00000AbCdE,Ada,Byron,Engines,Working - Contacted,12,1,CA,+44 1,2026-01-31,Somebody\n"
    )
    assert (report.created, report.ignored_columns) == (1, ["Lead Owner"])
    (row,) = stored(tmp_path, "SELECT FIELDS(ALL) FROM Lead LIMIT 1")
    assert row["Id"] == ids.to_18("00Q5g00000AbCdE")
    names = ("Company", "Status", "NumberOfEmployees", "HasOptedOutOfEmail", "State", "MobilePhone")
    assert [row[name] for name in names] == ["Engines", "Working - Contacted", 12, True, "CA", "+44 1"]


def test_bad_rows_are_named_by_the_line_where_they_begin(load: Load) -> None:
    report = load(
        "LastName,Company,NumberOfEmployees,DoNotCall\n"
        '"two\nlines",,,\n'
        "Good,Co,5,no\n"
        "Whole,Co,5.5,\n"
        "Many,Co,1,no,more\n"
        "Perhaps,Co,1,maybe\n"
        "Short\n"
    )
    assert report.created == 1
    assert [(r.line, r.reason.split(":")[0].split(" from ")[0]) for r in report.refused] == [
        (2, "Required fields are missing"),
        (5, "Cannot deserialize instance of int"),
        (6, "5 values for 4 columns"),
        (7, "Cannot deserialize instance of boolean"),
        (8, "Required fields are missing"),
    ]


def test_the_same_file_again_makes_nothing_twice(load: Load, tmp_path: Path) -> None:
    content = "Id,LastName,Company\n00Q5g00000AbCdE,Byron,Engines\n"
    assert load(content).created == 1
    before = stored(tmp_path, "SELECT SystemModstamp FROM Lead")
    again = load(content)
    assert (again.created, again.updated, again.refused) == (0, 0, [])
    assert stored(tmp_path, "SELECT SystemModstamp FROM Lead") == before
    changed = load(content.replace("Engines", "Looms"))
    assert (changed.created, changed.updated) == (0, 1)
    assert stored(tmp_path, "SELECT Company FROM Lead") == [{"Company": "Looms"}]
    assert load("Id,LastName,Company\n0015g00000AbCdE,X,Y\n").refused[0].reason.endswith("is no id of Lead")


def test_rows_point_to_the_same_records_after_a_move(tmp_path: Path, load: Load) -> None:
    """Out of one org and into another that has other records already; a parent may stand below its child."""
    first = tmp_path / "first.db"
    with running(str(first)) as crm:
        sf = crm.client()
        parent = sf.Account.create({"Name": "Parent"})["id"]
        child = sf.Account.create({"Name": "Child", "ParentId": parent})["id"]
        sf.Contact.create({"LastName": "Ibarra", "AccountId": child})
    load("Name\nSomebody else's\n", "Account")
    moved = {}
    for name in ("User", "Account", "Contact"):
        assert export_file(first, tmp_path / f"{name}.csv", name) > 0
        text = (tmp_path / f"{name}.csv").read_text("utf-8")
        header, *lines = text.splitlines()
        moved[name] = load("\n".join([header, *reversed(lines)]), name)
    assert [r.reason for report in moved.values() for r in report.refused] == []
    (row,) = stored(tmp_path, "SELECT LastName, Account.Name, Account.Parent.Name FROM Contact")
    assert (row["Account"]["Name"], row["Account"]["Parent"]["Name"]) == ("Child", "Parent")
    # What is made afterwards takes none of the ids that came.
    with running(str(tmp_path / "crm.db")) as crm:
        assert crm.client().Contact.create({"LastName": "New"})["success"] is True


def test_a_parent_that_is_not_there_is_named(load: Load) -> None:
    report = load("LastName,AccountId\nIbarra,0015g00000AbCdE\n", "Contact")
    assert [(r.line, r.reason) for r in report.refused] == [
        (2, "AccountId points to a record that is not here; import that first, or leave the column out")
    ]


def test_a_database_that_somebody_writes_to_is_no_crash(load: Load, tmp_path: Path) -> None:
    load("LastName,Company\nx,y\n")
    other = sqlite3.connect(tmp_path / "crm.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StoreError, match="another process is writing"):
            Store(tmp_path / "crm.db", wait_seconds=0)
    finally:
        other.close()
