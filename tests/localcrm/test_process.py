"""The server as a process of its own: what was answered survives `kill -9`; rows go in and out as files."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from simple_salesforce.api import Salesforce

from localcrm.__main__ import main
from localcrm.transfer import TransferError, export_file, import_file
from tests.localcrm.driving import plain_session, running

ENVIRON = {"LOCALCRM_CLIENT_ID": "writer", "LOCALCRM_CLIENT_SECRET": "w-secret"}


@contextmanager
def process(db: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "localcrm", "serve", "--db", str(db), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **ENVIRON}) as running_process:
        assert running_process.stdout is not None
        try:
            yield running_process, running_process.stdout.readline().rpartition(" ")[2].strip()
        finally:
            running_process.kill()


def sign_in(base: str) -> Any:
    return Salesforce(
        consumer_key="writer",
        consumer_secret="w-secret",
        domain="localcrm",
        session=plain_session(base),
        version="62.0",
    )


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    db = tmp_path / "crm.db"
    with process(db) as (server, base):
        made = sign_in(base).Agent_Write__c.create({"External_Key__c": "k1"})
        server.kill()
        server.wait()
    with process(db) as (_, base):
        found = sign_in(base).query("SELECT Id FROM Agent_Write__c")
    assert [r["Id"] for r in found["records"]] == [made["id"]]


def test_csv_with_other_peoples_headers(tmp_path: Path) -> None:
    source = tmp_path / "leads.csv"
    source.write_text(
        "First Name,LASTNAME,Firma,email,Do Not Call,Created Date,Favourite colour\n"
        "Marta,Ruiz,Transportes Ruiz,marta@ruiz.example,yes,2020-01-01,blue\n"
        "Nobody,,Nowhere,,no,,\n"
        "Iñigo,Beltrán,Beltrán S.L.,not an address,no,,\n"
        "Leire,Vidal,Vidal S.L.,leire@vidal.example,,,\n",
        "utf-8-sig",
    )
    db = tmp_path / "crm.db"
    report = import_file(db, source, "lead", columns={"Firma": "Company"})
    assert report.created == 2
    assert [(r.line, r.reason.split(":")[0]) for r in report.refused] == [
        (3, "Required fields are missing"),
        (4, "Email"),
    ]
    assert report.ignored_columns == ["Favourite colour"]
    with running(str(db)) as crm:
        rows = crm.client().query("SELECT Name, DoNotCall, CreatedDate FROM Lead ORDER BY Name")["records"]
    assert [(r["Name"], r["DoNotCall"]) for r in rows] == [("Leire Vidal", False), ("Marta Ruiz", True)]
    assert rows[1]["CreatedDate"] == "2020-01-01T00:00:00.000+0000"


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_what_goes_out_comes_back(tmp_path: Path, suffix: str) -> None:
    first, second = tmp_path / "a.db", tmp_path / "b.db"
    source = tmp_path / "accounts.json"
    accounts = [{"Name": 'Ñandú "Sur"', "NumberOfEmployees": 40, "Strategic__c": True}, {"Name": "a,b\nc"}]
    source.write_text(json.dumps(accounts), "utf-8")
    assert import_file(first, source, "Account").created == 2
    out = tmp_path / f"out.{suffix}"
    assert export_file(first, out, "Account") == 2
    text = out.read_text("utf-8")
    records = json.loads(text) if suffix == "json" else list(csv.DictReader(io.StringIO(text, newline="")))
    assert [r["Name"] for r in records] == ['Ñandú "Sur"', "a,b\nc"]
    again = import_file(second, out, "Account")
    assert (again.created, again.refused) == (2, [])
    assert "SystemModstamp" in again.ignored_columns


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}", "utf-8")
    (tmp_path / "y.csv").write_text("Colour\nblue\n", "utf-8")
    for path, name, message in (
        ("missing.csv", "Lead", "No such file"),
        ("x.json", "Lead", "expected a list of objects"),
        ("y.csv", "Lead", "no column names a field"),
        ("y.csv", "Leed", "there is no object 'Leed'"),
        ("z.xlsx", "Lead", "use .csv or .json"),
    ):
        with pytest.raises(TransferError, match=message):
            import_file(tmp_path / "crm.db", tmp_path / path, name)


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    db = str(tmp_path / "crm.db")
    assert main(["seed", "--db", db, "--today", "2026-03-02"]) == 0
    assert main(["seed", "--db", db]) == 1
    assert main(["export", str(tmp_path / "u.csv"), "--db", db, "--object", "User"]) == 0
    (tmp_path / "l.csv").write_text("LastName,Firma\nRuiz,Ruiz\n", "utf-8")
    importing = ["import", str(tmp_path / "l.csv"), "--db", db, "--object", "Lead"]
    assert main([*importing, "--map", "Firma=Company"]) == 0
    assert main(importing) == 1
    printed = capsys.readouterr()
    assert "1 rows of Lead imported, 0 updated, 0 refused" in printed.out
    assert "l.csv:2: Required fields are missing: [Company]" in printed.err
    assert "already holds an org" in printed.err
