"""The metadata that is deployed to an org holds what the code reads and writes, and nothing else."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus
from xml.etree import ElementTree as ET

import pytest

from gateways.crm.client import CompositeAnswer, Part, SalesforceSession
from gateways.crm.fields import LEDGER, LEDGER_KEY
from gateways.crm.ledger import LedgerEntry, insert_part
from gateways.crm.names import read_names
from gateways.crm.org_reader import OrgReader
from gateways.crm.org_rules import rules_on
from gateways.crm.plan import make_plan
from gateways.crm.tokens import ClientCredentials
from localcrm.fields import Field, FieldType
from localcrm.schema import SCHEMA
from tests.architecture.source_tree import ROOT
from tests.gateways.crm import salesforce_access as access
from tests.gateways.crm.world import CrmTime, World
from tests.localcrm.driving import Crm

FOLDER = ROOT / "deploy" / "salesforce"
SOURCE = FOLDER / "force-app" / "main" / "default"
_NS = "{http://soap.sforce.com/2006/04/metadata}"

TYPES = {
    FieldType.STRING: "Text",
    FieldType.TEXTAREA: "LongTextArea",
    FieldType.DOUBLE: "Number",
    FieldType.BOOLEAN: "Checkbox",
    FieldType.PICKLIST: "Picklist",
}


def parsed(path: Path) -> ET.Element:
    return ET.fromstring(path.read_text(encoding="utf-8"))


def text(element: ET.Element, name: str) -> str:
    return element.findtext(_NS + name, "")


def deployed() -> dict[str, frozenset[str]]:
    """Custom fields on activities are Task's and Event's at once."""
    found: dict[str, set[str]] = {}
    for path in SOURCE.glob("objects/*/fields/*.field-meta.xml"):
        name = path.parts[-3]
        found.setdefault("Task" if name == "Activity" else name, set()).add(path.name.removesuffix(".field-meta.xml"))
    return {name: frozenset(fields) for name, fields in found.items()}


def test_every_custom_field_that_is_used_is_deployed_and_no_other() -> None:
    assert deployed() == access.custom_fields()


def each_field() -> list[tuple[str, str]]:
    return [(name, one) for name, fields in sorted(access.custom_fields().items()) for one in sorted(fields)]


@pytest.mark.parametrize(("name", "one"), each_field())
def test_a_deployed_field_is_the_one_that_the_embedded_crm_has(name: str, one: str) -> None:
    folder = "Activity" if name == "Task" else name
    xml = parsed(SOURCE / "objects" / folder / "fields" / f"{one}.field-meta.xml")
    declared: Field | None = SCHEMA.get(name).field(one)
    assert declared is not None
    assert (text(xml, "fullName"), text(xml, "type")) == (one, TYPES[declared.type])
    if declared.type in (FieldType.STRING, FieldType.TEXTAREA):
        assert int(text(xml, "length")) == declared.length
    flags = {"externalId": declared.external_id, "unique": declared.unique, "required": declared.required}
    for flag, value in flags.items():
        assert (text(xml, flag) == "true") is value, flag
    listed = xml.findall(f"{_NS}valueSet/{_NS}valueSetDefinition/{_NS}value")
    assert tuple(text(value, "fullName") for value in listed) == declared.picklist
    if declared.picklist:
        restricted = xml.findtext(f"{_NS}valueSet/{_NS}restricted", "")
        assert (restricted == "true") is declared.restricted


def test_the_ledger_has_exactly_the_fields_that_a_write_fills(world: World) -> None:
    entry = LedgerEntry(
        key="k", digest="d", decision_id="1", case_id="c", agent_version="v", approvers=("sam",), kind="write"
    )
    part = insert_part(entry, make_plan([world.rating()], "k"), {}, world.content(world.rating()))
    assert part.body is not None
    assert frozenset(part.body) == access.custom_fields()[LEDGER]
    ledger = parsed(SOURCE / "objects" / LEDGER / f"{LEDGER}.object-meta.xml")
    assert (text(ledger, "sharingModel"), text(ledger, "deploymentStatus")) == ("Read", "Deployed")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("Countersign_Reader", access.reader()),
        ("Countersign_Writer", access.writer()),
        ("Countersign_Setup_Reader", access.setup_reader()),
    ],
)
def test_a_permission_set_grants_what_is_needed_and_no_more(name: str, wanted: access.Access) -> None:
    xml = parsed(SOURCE / "permissionsets" / f"{name}.permissionset-meta.xml")
    fields = {text(f, "field"): text(f, "editable") == "true" for f in xml.findall(f"{_NS}fieldPermissions")}
    assert fields == wanted.fields
    assert all(text(f, "readable") == "true" for f in xml.findall(f"{_NS}fieldPermissions"))
    rights = {"allowCreate": "create", "allowEdit": "edit", "allowDelete": "delete", "viewAllRecords": "all"}
    objects = xml.findall(f"{_NS}objectPermissions")
    granted = {
        text(o, "object"): frozenset(right for tag, right in rights.items() if text(o, tag) == "true") for o in objects
    }
    assert granted == wanted.objects
    assert not [o for o in objects if text(o, "modifyAllRecords") != "false" or text(o, "allowRead") != "true"]
    user = {text(u, "name") for u in xml.findall(f"{_NS}userPermissions")}
    assert user == wanted.user


class Listening(SalesforceSession):
    """Notes which objects are asked about."""

    def __init__(self, crm: Crm, clock: CrmTime) -> None:
        super().__init__(ClientCredentials(crm.base, "reader", "r-secret"), clock)
        self.objects: set[str] = set()

    def composite(self, parts: Sequence[Part], *, all_or_none: bool) -> CompositeAnswer:
        self._note(*(part.path for part in parts))
        return super().composite(parts, all_or_none=all_or_none)

    def rows(self, soql: str, *, tooling: bool = False) -> list[dict[str, Any]]:
        self._note(soql)
        return super().rows(soql, tooling=tooling)

    def _note(self, *asked: str) -> None:
        for each in asked:
            found = re.findall(r"\bFROM (\w+)|sobjects/(\w+)/describe", unquote_plus(each))
            self.objects.update(queried or described for queried, described in found)


def test_the_setup_that_is_read_is_the_setup_that_the_readme_names(world: World) -> None:
    session = Listening(world.crm, world.clock)
    role = world.add("UserRole", Name="Sales", DeveloperName="Sales")
    members = world.add("Group", Name="Sales", DeveloperName="Sales", Type="Role", RelatedId=role)
    world.add("GroupMember", GroupId=world.queue, UserOrGroupId=members)
    OrgReader(session, world.clock).sketch()
    rules_on(session, ("Lead",))
    read_names(session)
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    told = text[text.index("The three commands read") : text.index("What they may not read")]
    assert set(re.findall(r"`(\w+)`", told)) == session.objects - {*access.OBJECTS, "Tasks"}


def test_nobody_may_change_or_delete_a_ledger_row() -> None:
    assert access.writer().objects[LEDGER] == {"create"}
    assert f"{LEDGER}.{LEDGER_KEY}" not in access.writer().fields  # required: it comes with the object


def test_the_project_file_names_the_folder() -> None:
    project = json.loads((FOLDER / "sfdx-project.json").read_text(encoding="utf-8"))
    assert [p["path"] for p in project["packageDirectories"]] == ["force-app"]


def test_the_salesforce_cli_takes_the_project_for_one(tmp_path: Path) -> None:
    """Converting needs no org: each file must be a component that the CLI knows, in its place."""
    command = shutil.which("sf")
    if command is None:
        pytest.skip("the metadata was not read by the Salesforce CLI: sf is not on the PATH")
    project = Path(shutil.copytree(FOLDER, tmp_path / "project"))
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "SF_DISABLE_TELEMETRY": "true"}
    converting = ["project", "convert", "source", "--root-dir", "force-app", "--output-dir", "out", "--json"]
    done = subprocess.run(
        [command, *converting], cwd=project, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout
    listed = ET.fromstring((project / "out" / "package.xml").read_text("utf-8"))
    members = {member.text for member in listed.iter(f"{_NS}members")}
    fields = {f"{path.parts[-3]}.{path.name.split('.')[0]}" for path in SOURCE.glob("objects/*/fields/*.xml")}
    sets = {path.name.split(".")[0] for path in SOURCE.glob("permissionsets/*.xml")}
    assert members == fields | sets | {LEDGER}
