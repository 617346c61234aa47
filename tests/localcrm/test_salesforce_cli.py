"""The Salesforce CLI's data commands against the embedded CRM, signed in by access token.

Needs `sf` on the PATH (`npm install --global @salesforce/cli`, Node 22.19 or newer). Without it the test is skipped and
says so. When do you need to touch this? When the CRM is to answer another command of the CLI.
"""

import csv
import io
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.localcrm.driving import Crm, running

Sf = Callable[..., Any]


@pytest.fixture(scope="module")
def sf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sf]:
    """Calls the CLI, as the integration user of an empty org. What it keeps lies in a folder of its own."""
    command = shutil.which("sf")
    if command is None:
        pytest.skip("the embedded CRM was not driven by the Salesforce CLI: sf is not on the PATH")
    home = tmp_path_factory.mktemp("home")
    with running() as crm:
        environment = _environment(home, crm)

        def call(*arguments: str, code: int = 0, as_json: bool = True) -> Any:
            done = subprocess.run(
                [command, *arguments, *(("--json",) if as_json else ())],
                env=environment,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
            assert done.returncode == code, done.stdout + done.stderr
            return json.loads(done.stdout) if as_json else done.stdout

        call("org", "login", "access-token", "--instance-url", crm.base, "--no-prompt", "--set-default")
        yield call


def _environment(home: Path, crm: Crm) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "SF_ACCESS_TOKEN": crm.service.issue("writer").access_token,
        "SF_DISABLE_TELEMETRY": "true",
        "SF_AUTOUPDATE_DISABLE": "true",
        "SF_SKIP_NEW_VERSION_CHECK": "true",
        "SF_USE_GENERIC_UNIX_KEYCHAIN": "true",
        "SF_ORG_API_VERSION": "62.0",
    }


def test_the_data_commands(sf: Sf) -> None:
    assert sf("org", "display")["result"]["connectedStatus"] == "Connected"
    made = sf("data", "create", "record", "-s", "Lead", "-v", "LastName=Byron Company='Analytical Engines' Rating=Hot")
    lead = made["result"]["id"]
    soql = "SELECT Id, Rating, Owner.Name FROM Lead WHERE LastName = 'Byron'"
    (row,) = sf("data", "query", "-q", soql)["result"]["records"]
    assert (row["Id"], row["Rating"], row["Owner"]["Name"]) == (lead, "Hot", "Integration Writer")

    sf("data", "update", "record", "-s", "Lead", "-w", "LastName=Byron", "-v", "Rating=Cold")
    assert sf("data", "get", "record", "-s", "Lead", "-i", lead)["result"]["Rating"] == "Cold"
    table = sf("data", "query", "-q", soql, "--result-format", "csv", as_json=False)
    assert list(csv.reader(io.StringIO(table)))[-2:] == [
        ["Id", "Rating", "Owner.Name"],
        [lead, "Cold", row["Owner"]["Name"]],
    ]

    sf("data", "delete", "record", "-s", "Lead", "-i", lead)
    assert sf("data", "query", "-q", soql)["result"]["totalSize"] == 0
    (gone,) = sf("data", "query", "--all-rows", "-q", "SELECT Id, IsDeleted FROM Lead")["result"]["records"]
    assert gone["IsDeleted"] is True


def test_columns_of_a_grouped_query_stand_over_their_values(sf: Sf) -> None:
    for number in ("40", "2"):
        sf("data", "create", "record", "-s", "Account", "-v", f"Name=Grouped Type=Partner NumberOfEmployees={number}")
    soql = "SELECT COUNT(Id) n, Type, MAX(NumberOfEmployees), MIN(NumberOfEmployees) low FROM Account GROUP BY Type"
    shown = sf("data", "query", "-q", soql, "--result-format", "csv", as_json=False)
    assert list(csv.reader(io.StringIO(shown)))[-2:] == [
        ["n", "Type", "max(NumberOfEmployees)", "low"],
        ["2", "Partner", "40", "2"],
    ]


def test_the_bulk_and_tree_commands(sf: Sf, tmp_path: Path) -> None:
    def load(*command: str, rows: str, **more: Any) -> Any:
        file = tmp_path / "rows.csv"
        file.write_text(rows, "utf-8")
        return sf("data", *command, "--file", str(file), "--sobject", "Contact", "--wait", "1", **more)["result"]

    assert load("import", "bulk", rows="LastName,Title\nHopper,RDML\nByron,Lady\n")["successfulRecords"] == 2
    assert load("upsert", "bulk", "-i", "Agent_Write_Key__c", rows="Agent_Write_Key__c,LastName\nk,Noether\n")
    out = tmp_path / "out.csv"
    soql = "SELECT Id, LastName FROM Contact ORDER BY LastName"
    assert (
        sf("data", "export", "bulk", "-q", soql, "--output-file", str(out), "--wait", "1")["result"]["totalSize"] == 3
    )
    found = list(csv.DictReader(io.StringIO(out.read_text("utf-8"))))
    assert [row["LastName"] for row in found] == ["Byron", "Hopper", "Noether"]
    load("update", "bulk", rows=f"Id,Title\n{found[0]['Id']},Countess\n")
    assert sf("data", "get", "record", "-s", "Contact", "-i", found[0]["Id"])["result"]["Title"] == "Countess"
    load("delete", "bulk", rows=f"Id\n{found[1]['Id']}\n")

    tree = tmp_path / "tree"
    sf("data", "create", "record", "-s", "Account", "-v", "Name=Engines")
    nested = "SELECT Name, (SELECT LastName FROM Contacts) FROM Account WHERE Name = 'Engines'"
    sf("data", "export", "tree", "-q", nested, "--output-dir", str(tree))
    (file,) = tree.iterdir()
    assert len(sf("data", "import", "tree", "--files", str(file))["result"]) == 1
    assert sf("data", "query", "-q", nested)["result"]["totalSize"] == 2
    refused = sf("data", "search", "-q", "FIND {x} IN ALL FIELDS RETURNING Account(Name)", code=1)
    assert "search is not part of the embedded CRM" in refused["message"]


def test_what_is_refused_is_said_by_name(sf: Sf) -> None:
    assert sf("data", "query", "-q", "SELECT Id FROM Nothing", code=1)["name"] == "INVALID_TYPE"
    refused = sf("data", "create", "record", "-s", "Lead", "-v", "Company=Engines", code=1)
    assert refused["name"] == "REQUIRED_FIELD_MISSING"
