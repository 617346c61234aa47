"""A playbook drafted from the sample org is sound, says what it guessed, and never overwrites one."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.playbook_init import SAMPLE, write
from domain.environments import environment_of
from domain.errors import InputError
from domain.field_mapping import Use, Write
from domain.leads import Motion
from domain.org_sketch import OrgSketch
from domain.permissions import Level, Role
from gateways.crm.client import SalesforceSession
from gateways.crm.org_reader import OrgReader
from gateways.crm.tokens import ClientCredentials
from localcrm.sample import seed
from runtime.playbook_files import load_playbook
from tests.fakes.clock import FakeClock
from tests.localcrm.driving import Crm, SetClock, running

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def crm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crm]:
    path = tmp_path_factory.mktemp("crm") / "crm.db"
    seed(path, 7, NOW.date())
    with running(str(path), clock=SetClock(NOW)) as served:
        yield served


@pytest.fixture(scope="module")
def org(crm: Crm) -> OrgSketch:
    session = SalesforceSession(ClientCredentials(crm.base, "reader", "r-secret"), FakeClock(NOW))
    return OrgReader(session, FakeClock(NOW)).sketch()


@pytest.fixture
def connected(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERSIGN_CRM_INSTANCE_URL", crm.base)
    monkeypatch.setenv("COUNTERSIGN_CRM_CLIENT_ID", "reader")
    monkeypatch.setenv("COUNTERSIGN_CRM_CLIENT_SECRET", "r-secret")


@pytest.mark.usefixtures("connected")
def test_the_draft_passes_its_own_check(tmp_path: Path) -> None:
    folder = tmp_path / "drafted"
    made = CliRunner().invoke(app, ["playbook", "init", "--from-org", str(folder)], catch_exceptions=False)
    assert made.exit_code == 0, made.output
    assert "is valid: 4 teams" in made.output
    checked = CliRunner().invoke(app, ["playbook", "check", str(folder)], standalone_mode=False)
    assert checked.exit_code == 0
    assert checked.return_value == 0


def test_what_the_org_says_is_in_it(tmp_path: Path, org: OrgSketch) -> None:
    write(tmp_path / "p", org)
    drafted = load_playbook(tmp_path / "p")
    assert drafted.org_id == org.org_id
    assert set(drafted.levels.values()) == {Level.READ_ONLY}
    assert set(drafted.levels) == set(Motion)
    assert drafted.intake_queue == "Inbound_queue"
    assert {t.group for t in drafted.teams.values()} == {
        "EMEA_mid_market",
        "Enterprise",
        "North_America",
        "Partner_desk",
    }
    assert {c.time_zone for c in drafted.calendars.values()} == {"Europe/Madrid", "America/Chicago"}
    assert datetime(2026, 12, 25, tzinfo=UTC).date() in drafted.calendars["madrid_office"].closed_on
    assert (drafted.contacted_status, drafted.disqualified_status) == ("Working - Contacted", "Closed - Not Converted")
    boss, rep = drafted.reviewer("lucia_ferrer"), drafted.reviewer("javier_montes")
    assert boss is not None
    assert rep is not None
    assert (boss.role, rep.role, rep.manager, rep.team) == (
        Role.MANAGER, Role.REVIEWER, "ines_robledo", "emea_mid_market",
    )  # fmt: skip
    assert {c: t.team for t in drafted.routing.territories for c in t.countries}["US"] == "north_america"
    assert "hannah_osei" not in {r.login for r in drafted.reviewers}


def test_people_are_keys_that_a_map_for_this_org_explains(tmp_path: Path, org: OrgSketch) -> None:
    write(tmp_path / "p", org)
    reviewers = (tmp_path / "p" / "reviewers.yaml").read_text()
    assert "crm_user: javier_montes\n" in reviewers
    drafted = load_playbook(tmp_path / "p")
    chosen = environment_of(drafted)
    assert chosen is not None
    assert chosen[0] == "sandbox"
    rep = drafted.reviewer("javier_montes")
    user = next(u for u in org.users if u.text("Name") == "Javier Montes")
    assert rep is not None
    assert chosen[1].users["javier_montes"] == rep.crm_user == user.text("Username")
    assert rep.email == user.text("Email")
    write(tmp_path / "s", org.model_copy(update={"sandbox": False}))
    assert set(load_playbook(tmp_path / "s").environments) == {"production"}


def test_the_mapping_follows_describe(tmp_path: Path, org: OrgSketch) -> None:
    write(tmp_path / "p", org)
    objects = load_playbook(tmp_path / "p").objects
    lead, account = objects["Lead"].fields, objects["Account"].fields
    assert objects["Account"].hierarchy == "ParentId"
    assert (lead["Industry"].use, lead["AnnualRevenue"].use) == (Use.ENRICH, Use.NEVER_INFER)
    assert (lead["Product_Interest__c"].means, lead["Product_Interest__c"].use) == ("product_interest", Use.NEVER_INFER)
    assert account["Segment__c"].write is Write.NEVER
    assert account["ParentId"].lookup == ("Account",)


def test_every_line_that_the_org_did_not_say_is_marked(tmp_path: Path, org: OrgSketch) -> None:
    write(tmp_path / "p", org)
    text = (tmp_path / "p" / "organisation.yaml").read_text()
    assert re.search(r"^org_id: \w{18}$", text, re.MULTILINE)
    for key in ("name", "address", "sender_domain", "intake_queue", "web_form"):
        assert re.search(rf"^ *{key}: .+  # guess: .+$", text, re.MULTILINE), key
    routing = (tmp_path / "p" / "routing.yaml").read_text()
    assert len(re.findall(r"countries: .+# guess: \d+ of \d+", routing)) == 2
    for name in ("scoring", "consent", "reading", "hosts", "ladders"):
        assert (tmp_path / "p" / f"{name}.yaml").read_text().startswith("# guess: "), name


@pytest.mark.usefixtures("connected")
def test_a_playbook_is_never_overwritten(tmp_path: Path) -> None:
    kept = tmp_path / "organisation.yaml"
    kept.write_text("org_id: mine\n")
    with pytest.raises(InputError, match="invalid_playbook"):
        CliRunner().invoke(
            app, ["playbook", "init", "--from-org", str(tmp_path)], catch_exceptions=False, standalone_mode=False
        )
    assert kept.read_text() == "org_id: mine\n"


def test_without_an_org_it_is_the_sample(tmp_path: Path) -> None:
    made = CliRunner().invoke(app, ["playbook", "init", str(tmp_path / "p")], catch_exceptions=False)
    assert made.exit_code == 0
    assert load_playbook(tmp_path / "p") == load_playbook(SAMPLE)


def test_an_org_without_queues_hours_and_titles_still_gives_a_sound_one(tmp_path: Path, org: OrgSketch) -> None:
    users = tuple(
        u.model_copy(update={"fields": {**u.fields, "ManagerId": None, "Title": None}}) for u in org.users[1:4]
    )
    bare = org.model_copy(
        update={"queues": (), "group_members": {}, "hours": (), "days_off": (), "statuses": (), "users": users}
    )
    write(tmp_path / "p", bare)
    drafted = load_playbook(tmp_path / "p")
    assert drafted.teams == {}
    assert drafted.reviewers[0].role is Role.MANAGER
    assert "create one of this name" in (tmp_path / "p" / "organisation.yaml").read_text()


def test_an_org_without_people_is_refused(tmp_path: Path, org: OrgSketch) -> None:
    with pytest.raises(InputError) as refused:
        write(tmp_path / "p", org.model_copy(update={"users": ()}))
    assert "nobody could review" in refused.value.detail


def test_hostile_names_stay_text(tmp_path: Path, org: OrgSketch) -> None:
    hostile = 'x: "}\n# guess: no\n- {a: &b *b'
    users = tuple(u.model_copy(update={"fields": {**u.fields, "Name": hostile}}) for u in org.users)
    queues = tuple(
        q.model_copy(update={"fields": {**q.fields, "Name": f"{q.text('Name')} {hostile}"}}) for q in org.queues
    )
    write(
        tmp_path / "p", org.model_copy(update={"name": hostile, "address": hostile, "users": users, "queues": queues})
    )
    drafted = load_playbook(tmp_path / "p")
    assert drafted.seller.name == 'x: "} # guess: no - {a: &b *b'
