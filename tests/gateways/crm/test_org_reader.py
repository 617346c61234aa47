"""What an org says about itself: the sample org as it is, and one with record types and sales territories."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from domain.draft_text import key_of, quoted
from domain.errors import CrmError
from domain.field_mapping import Use
from domain.mapping_draft import fields_file
from domain.org_sketch import OrgSketch, SalesTerritory
from domain.playbook_draft import PlaybookDraft
from gateways.crm.client import CompositeAnswer, Part, PartAnswer, SalesforceSession
from gateways.crm.org_reader import OrgReader
from gateways.crm.tokens import ClientCredentials
from localcrm.sample import seed
from tests.fakes.clock import FakeClock
from tests.localcrm.driving import SetClock, running

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REFUSED = PartAnswer(status=400, body=[{"errorCode": "INVALID_FIELD", "message": "No such column"}])


def rows(*found: dict[str, Any]) -> PartAnswer:
    return PartAnswer(status=200, body={"records": list(found)})


class LargerOrg(SalesforceSession):
    """The real session, with answers of its own for what the embedded CRM does not have."""

    def __init__(self, base: str, answers: dict[str, PartAnswer], change: Callable[[str, Any], Any]) -> None:
        super().__init__(ClientCredentials(base, "reader", "r-secret"), FakeClock(NOW))
        self._answers = answers
        self._change = change

    def composite(self, parts: Sequence[Part], *, all_or_none: bool) -> CompositeAnswer:
        own = {p.name: self._answers[key] for p in parts if (key := self._key(p)) in self._answers}
        others = [p for p in parts if p.name not in own]
        found = super().composite(others, all_or_none=all_or_none) if others else None
        given = {
            n: a.model_copy(update={"body": self._change(n, a.body)}) for n, a in (found.parts if found else {}).items()
        }
        return CompositeAnswer(parts={**given, **own}, server_time=NOW)

    @staticmethod
    def _key(part: Part) -> str:
        if part.is_query:
            soql = parse_qs(part.path.partition("?")[2])["q"][0]
            return f"from {soql.split(' FROM ')[-1].split()[0]}"
        return part.path


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path: Path = tmp_path_factory.mktemp("crm") / "crm.db"
    seed(path, 7, NOW.date())
    with running(str(path), clock=SetClock(NOW)) as crm:
        yield crm.base


def sketch_of(
    base: str, answers: dict[str, PartAnswer] | None = None, change: Callable[[str, Any], Any] = lambda _, b: b
) -> OrgSketch:
    return OrgReader(LargerOrg(base, answers or {}, change), FakeClock(NOW)).sketch()


@pytest.fixture(scope="module")
def org(base: str) -> OrgSketch:
    return sketch_of(base)


def test_the_sample_org(org: OrgSketch) -> None:
    assert (org.org_id, org.country, org.time_zone, org.language) == (
        "00DLc0000000001MAA",
        "Spain",
        "Europe/Madrid",
        "en",
    )
    assert [s.label for s in org.statuses if s.default] == ["Open - Not Contacted"]
    madrid = next(h for h in org.hours if h.default)
    assert (madrid.days, madrid.opens, madrid.closes, madrid.uneven) == (
        ("mon", "tue", "wed", "thu", "fri"), time(9), time(18), False,
    )  # fmt: skip
    assert date(2026, 12, 25) in {d.day for d in org.days_off}
    assert org.object("Lead").listed("Product_Interest__c")[0] == "Route planning"
    parent = org.object("Account").field("ParentId")
    assert parent is not None
    assert parent.refers == ("Account",)
    assert [n for n in org.notes if "Territory2" in n] != []
    assert org.territories == ()


def with_record_types(name: str, body: Any) -> Any:
    if name != "Lead" or not isinstance(body, dict):
        return body
    types = [
        {"recordTypeId": "012000000000001AAA", "developerName": "Business", "active": True, "master": False},
        {"recordTypeId": "012000000000002AAA", "developerName": "Old", "active": False, "master": False},
        {"recordTypeId": "012000000000000AAA", "developerName": "Master", "active": True, "master": True},
    ]
    return {**body, "recordTypeInfos": types}


LAYOUTS = PartAnswer(
    status=200,
    body={
        "recordTypeMappings": [
            {
                "recordTypeId": "012000000000001AAA",
                "picklistsForRecordType": [
                    {
                        "picklistName": "Industry",
                        "picklistValues": [{"value": "Retail", "active": True}, {"value": "Media", "active": False}],
                    }
                ],
            }
        ]
    },
)


def test_record_types_come_with_their_picklists(base: str) -> None:
    org = sketch_of(base, {"sobjects/Lead/describe/layouts": LAYOUTS}, with_record_types)
    assert org.object("Lead").record_types == {"Business": {"Industry": ("Retail",)}}
    text = fields_file(org, {"Lead": ("Industry",)}, ("message", "Industry", "Nowhere__c"))
    assert "    record_types:\n      Business:\n        Industry: [Retail]\n" in text
    assert "model_may_see: [message, Industry]" in text


def test_record_types_that_cannot_be_read_are_noted(base: str) -> None:
    org = sketch_of(base, {"sobjects/Lead/describe/layouts": REFUSED}, with_record_types)
    assert org.object("Lead").record_types == {}
    assert "the record types of Lead could not be read" in org.notes


def described(*fields: str) -> PartAnswer:
    return PartAnswer(status=200, body={"fields": [{"name": f, "type": "string"} for f in fields]})


def test_territories_come_with_their_users_and_country_rules(base: str, org: OrgSketch) -> None:
    rep = next(u.id for u in org.users if u.text("Email").startswith("jonas"))
    answers = {
        "sobjects/Territory2/describe": described("Id", "Name"),
        "sobjects/ObjectTerritory2AssignmentRuleItem/describe": described("RuleId"),
        "from Territory2": rows({"Id": "0MI1", "Name": "DACH"}, {"Id": "0MI2", "Name": "Spain"}),
        "from UserTerritory2Association": rows(
            {"Territory2Id": "0MI1", "UserId": rep}, {"Territory2Id": "0MI2", "UserId": rep}
        ),
        "from RuleTerritory2Association": rows({"Territory2Id": "0MI1", "RuleId": "0Mr1"}),
        "from ObjectTerritory2AssignmentRuleItem": rows(
            {"RuleId": "0Mr1", "Field": "Account.BillingCountry", "Operation": "equals", "Value": "Germany, Austria"},
            {"RuleId": "0Mr1", "Field": "Account.Industry", "Operation": "equals", "Value": "Retail"},
        ),
    }
    found = sketch_of(base, answers)
    assert found.territories == (
        SalesTerritory(name="DACH", conditions=("Germany", "Austria"), users=(rep,)),
        SalesTerritory(name="Spain", users=(rep,)),
    )
    routing = PlaybookDraft(found).files()["routing.yaml"]
    assert '- name: DACH\n      countries: ["DE", "AT"]  # guess: the team that shares most users' in routing
    assert "its countries by its name alone" in routing
    assert routing.count('"DE"') == 1, "a country belongs to one territory"


def test_what_the_org_refuses_is_noted_and_the_rest_goes_on(base: str) -> None:
    org = sketch_of(base, {"from Holiday": REFUSED, "from LeadStatus": REFUSED})
    assert (org.days_off, org.statuses) == ((), ())
    assert len([n for n in org.notes if "could not be read" in n]) == 2
    assert "contacted_status" in PlaybookDraft(org).files()["reviewers.yaml"]


def test_an_org_that_does_not_say_who_it_is_is_an_error(base: str) -> None:
    with pytest.raises(CrmError, match="crm_protocol"):
        sketch_of(base, {"from Organization": rows()})


def test_hours_of_odd_weeks(base: str) -> None:
    row = {"Name": "Odd", "IsDefault": True, "TimeZoneSidKey": "Europe/Lisbon"}
    weekday = {"StartTime": "10:00:00.000Z", "EndTime": "17:30:00.000Z"}
    spans = {f"{day}{edge}": at for day in ("Monday", "Tuesday", "Friday") for edge, at in weekday.items()}
    short = {"SaturdayStartTime": "10:00:00.000Z", "SaturdayEndTime": "12:00:00.000Z"}
    night = {"Name": "Always", "MondayStartTime": "00:00:00.000Z", "MondayEndTime": "00:00:00.000Z"}
    (odd,) = sketch_of(base, {"from BusinessHours": rows({**row, **spans, **short}, night)}).hours
    assert (odd.days, odd.opens, odd.closes, odd.uneven) == (("mon", "tue", "fri", "sat"), time(10), time(17, 30), True)


def test_every_custom_field_and_lookup_is_mapped(org: OrgSketch) -> None:
    text = fields_file(org, {"Lead": ("Industry", "Missing__c")}, ())
    for name in ("Strategic__c", "Segment__c", "Products_Owned__c", "Preferred_Language__c"):
        assert f"{name}: {{use: " in text, name
    assert f"AccountId: {{use: {Use.TRUST.value}, write: never, lookup: [Account]}}" in text
    assert "# the org has no Lead.Missing__c" in text
    assert "Agent_Score__c" not in text


@pytest.mark.parametrize(
    ("raw", "written"),
    [
        ("Web", "Web"),
        ("Food & Beverage", "Food & Beverage"),
        ("No", '"No"'),
        ("12", '"12"'),
        ("a: b", '"a: b"'),
        ("x # y", '"x # y"'),
        ("", '""'),
        ("España", '"España"'),
    ],
)
def test_scalars_are_quoted_where_yaml_would_read_them_otherwise(raw: str, written: str) -> None:
    assert quoted(raw) == written


def test_keys_are_short_and_never_twice() -> None:
    assert key_of("EMEA mid-market") == "emea_mid_market"
    assert key_of("EMEA", ("emea", "emea_2")) == "emea_3"
    assert key_of("日本") == "unnamed"
