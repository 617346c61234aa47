"""What we rely on Salesforce to do, each with where it is written. The same tests run against a real sandbox:

    SALESFORCE_INSTANCE_URL=https://acme--uat.sandbox.my.salesforce.com \\
    SALESFORCE_ACCESS_TOKEN=… (or SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET) \\
    python -m pytest tests/localcrm/test_contract.py

An org that is no sandbox is refused. Made records are deleted afterwards; what needs our metadata (deploy/salesforce)
is skipped where it is not deployed. When do you need to touch this? When code comes to rely on another behaviour.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import requests
from simple_salesforce.api import Salesforce

from tests.localcrm.driving import WRITER, Crm, running

V = "/services/data/v62.0"
REAL = os.environ.get("SALESFORCE_INSTANCE_URL", "").rstrip("/")
QUIET = {"Sforce-Auto-Assign": "FALSE", "Sforce-Duplicate-Rule-Header": "allowSave=true"}


@dataclass
class Org:
    """One org over plain HTTP, and what was made there."""

    http: requests.Session
    base: str
    made: list[tuple[str, str]] = field(default_factory=list)

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        return self.http.request(method, f"{self.base}{V}/{path}", timeout=30, **more)

    def lead(self, **fields: Any) -> str:
        mark = uuid.uuid4().hex[:12]
        body = {"LastName": f"Contract {mark}", "Company": f"Contract {mark}", **fields}
        answer = self.call("POST", "sobjects/Lead", json=body, headers=QUIET)
        assert answer.status_code == 201, answer.text
        self.made.append(("Lead", str(answer.json()["id"])))
        return self.made[-1][1]

    def row(self, record_id: str) -> dict[str, Any]:
        answer = self.call("GET", f"sobjects/Lead/{record_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def composite(self, *parts: dict[str, Any], all_or_none: bool = True) -> list[dict[str, Any]]:
        body = {"allOrNone": all_or_none, "collateSubrequests": False, "compositeRequest": list(parts)}
        answer = self.call("POST", "composite", json=body)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["compositeResponse"])

    def query(self, soql: str) -> requests.Response:
        return self.call("GET", "query", params={"q": soql})

    def has_ledger(self) -> bool:
        return self.call("GET", "sobjects/Agent_Write__c/describe").status_code == 200

    def clean(self) -> None:
        for name, record_id in reversed(self.made):
            self.call("DELETE", f"sobjects/{name}/{record_id}")


@pytest.fixture(scope="module")
def org() -> Iterator[Org]:
    if REAL:
        found = _real_org()
        yield found
        found.clean()
        found.http.close()
        return
    with running() as crm, _local(crm) as http:
        yield Org(http, crm.base)


def _local(crm: Crm) -> requests.Session:
    http = requests.Session()
    http.trust_env = False
    http.headers["Authorization"] = f"Bearer {crm.service.issue(WRITER.client_id).access_token}"
    return http


def _real_org() -> Org:
    http = requests.Session()
    token = os.environ.get("SALESFORCE_ACCESS_TOKEN", "")
    if not token:
        form = {
            "grant_type": "client_credentials",
            "client_id": os.environ["SALESFORCE_CLIENT_ID"],
            "client_secret": os.environ["SALESFORCE_CLIENT_SECRET"],
        }
        token = http.post(f"{REAL}/services/oauth2/token", data=form, timeout=30).json()["access_token"]
    http.headers["Authorization"] = f"Bearer {token}"
    found = Org(http, REAL)
    (row,) = found.query("SELECT IsSandbox FROM Organization").json()["records"]
    if not row["IsSandbox"]:
        pytest.fail(f"{REAL} is no sandbox; these tests write, so they run nowhere else")
    return found


def source(text: str) -> Callable[[Any], Any]:
    """Where the behaviour is written down."""
    return pytest.mark.contract_source(text)


def part(method: str, path: str, name: str, body: Any = None, **headers: str) -> dict[str, Any]:
    sent = {"method": method, "url": f"{V}/{path}", "referenceId": name, "httpHeaders": headers}
    return {**sent, "body": body} if body is not None else sent


def long_ago() -> str:
    return format_datetime(datetime.now(UTC) - timedelta(days=3650), usegmt=True)


def ahead() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(days=3650), usegmt=True)


def codes(answer: Any) -> list[str]:
    return [str(item["errorCode"]) for item in answer]


# ---- records


@source("REST API Developer Guide, sObject Rows: ids in answers have 18 characters")
def test_ids_have_18_characters_and_15_find_the_same_row(org: Org) -> None:
    record_id = org.lead()
    assert len(record_id) == 18
    assert org.row(record_id[:15])["Id"] == record_id


@source("REST API Developer Guide, Status Codes and Error Responses: 404 for a record that is not there")
def test_a_row_that_is_not_there(org: Org) -> None:
    answer = org.call("GET", "sobjects/Lead/00Q000000000001AAA")
    assert (answer.status_code, codes(answer.json())) == (404, ["NOT_FOUND"])


@source("REST API Developer Guide, Status Codes and Error Responses; Object Reference, Lead: LastName and Company")
def test_a_required_field_that_is_missing_is_named(org: Org) -> None:
    answer = org.call("POST", "sobjects/Lead", json={"LastName": "x"}, headers=QUIET)
    assert (answer.status_code, codes(answer.json())) == (400, ["REQUIRED_FIELD_MISSING"])
    assert answer.json()[0]["fields"] == ["Company"]


@source("SOAP API Developer Guide, Core Data Types, StatusCode: STRING_TOO_LONG; Object Reference, Lead: LastName 80")
def test_a_value_that_is_too_long_is_refused(org: Org) -> None:
    answer = org.call("POST", "sobjects/Lead", json={"LastName": "x" * 81, "Company": "c"}, headers=QUIET)
    assert (answer.status_code, codes(answer.json())) == (400, ["STRING_TOO_LONG"])


@source("SOAP API Developer Guide, StatusCode: INVALID_EMAIL_ADDRESS")
def test_an_email_that_is_none_is_refused(org: Org) -> None:
    answer = org.call("POST", "sobjects/Lead", json={"LastName": "x", "Company": "c", "Email": "no"}, headers=QUIET)
    assert (answer.status_code, codes(answer.json())) == (400, ["INVALID_EMAIL_ADDRESS"])


@source("REST API Developer Guide, Status Codes and Error Responses: INVALID_FIELD")
def test_an_unknown_field_is_refused(org: Org) -> None:
    answer = org.call("PATCH", f"sobjects/Lead/{org.lead()}", json={"Nonsense__c": 1}, headers=QUIET)
    assert (answer.status_code, codes(answer.json())) == (400, ["INVALID_FIELD"])


@source("REST API Developer Guide, sObject Rows: 204 without a body after an update and a delete")
def test_update_and_delete_answer_204_and_what_was_deleted_is_gone(org: Org) -> None:
    record_id = org.lead()
    changed = org.call("PATCH", f"sobjects/Lead/{record_id}", json={"Title": "CTO"}, headers=QUIET)
    removed = org.call("DELETE", f"sobjects/Lead/{record_id}")
    gone = org.call("GET", f"sobjects/Lead/{record_id}")
    assert (changed.status_code, removed.status_code, gone.status_code) == (204, 204, 404)
    assert codes(gone.json())[0] in ("NOT_FOUND", "ENTITY_IS_DELETED")


# ---- conditions


@source("REST API Developer Guide, Conditional Request Headers: If-Unmodified-Since, 412 when it fails")
def test_a_condition_that_fails_changes_nothing(org: Org) -> None:
    record_id = org.lead(Title="before")
    headers = {**QUIET, "If-Unmodified-Since": long_ago()}
    answer = org.call("PATCH", f"sobjects/Lead/{record_id}", json={"Title": "after"}, headers=headers)
    assert (answer.status_code, org.row(record_id)["Title"]) == (412, "before")


@source("REST API Developer Guide, Conditional Request Headers: the change is made when the condition holds")
def test_a_condition_that_holds_lets_the_change_through(org: Org) -> None:
    record_id = org.lead(Title="before")
    headers = {**QUIET, "If-Unmodified-Since": ahead()}
    answer = org.call("PATCH", f"sobjects/Lead/{record_id}", json={"Title": "after"}, headers=headers)
    assert (answer.status_code, org.row(record_id)["Title"]) == (204, "after")


@source("REST API Developer Guide, Conditional Request Headers: 400 for a date that cannot be read")
def test_a_condition_that_is_no_date_is_refused(org: Org) -> None:
    headers = {**QUIET, "If-Unmodified-Since": "yesterday"}
    answer = org.call("PATCH", f"sobjects/Lead/{org.lead()}", json={"Title": "x"}, headers=headers)
    assert answer.status_code == 400


# ---- composite


@source("UNVERIFIED on a real org: REST API Developer Guide, Composite, allOrNone, with a conditional subrequest")
def test_a_412_inside_all_or_none_rolls_everything_back(org: Org) -> None:
    first, second = org.lead(Title="one"), org.lead(Title="two")
    answers = org.composite(
        part("PATCH", f"sobjects/Lead/{first}", "a", {"Title": "changed"}, **QUIET),
        part(
            "PATCH",
            f"sobjects/Lead/{second}",
            "b",
            {"Title": "changed"},
            **QUIET,
            **{"If-Unmodified-Since": long_ago()},
        ),
    )
    assert [a["httpStatusCode"] for a in answers] == [400, 412]
    assert codes(answers[0]["body"]) == ["PROCESSING_HALTED"]
    assert (org.row(first)["Title"], org.row(second)["Title"]) == ("one", "two")


@source("UNVERIFIED on a real org: REST API Developer Guide, Conditional Request Headers, on a read in allOrNone")
def test_a_read_whose_condition_fails_keeps_a_deletion_from_happening(org: Org) -> None:
    lead = org.lead(Title="worked on")
    answers = org.composite(
        part("GET", f"sobjects/Lead/{lead}?fields=Id", "unchanged", **{"If-Unmodified-Since": long_ago()}),
        part("DELETE", f"sobjects/Lead/{lead}", "delete"),
    )
    assert [a["httpStatusCode"] for a in answers] == [412, 400]
    assert org.row(lead)["Title"] == "worked on"


@source("UNVERIFIED on a real org: REST API Developer Guide, Composite: subrequests see what earlier ones did")
def test_a_read_back_within_the_composite_sees_the_write(org: Org) -> None:
    record_id = org.lead(Title="before")
    answers = org.composite(
        part("PATCH", f"sobjects/Lead/{record_id}", "write", {"Title": "after"}, **QUIET),
        part("GET", f"sobjects/Lead/{record_id}?fields=Title", "read"),
    )
    assert [a["httpStatusCode"] for a in answers] == [204, 200]
    assert answers[1]["body"]["Title"] == "after"


@source("UNVERIFIED on a real org: the text of DUPLICATE_VALUE names the field and the record that has it")
def test_a_second_row_with_a_unique_key_is_refused_with_the_first_ones_id(org: Org) -> None:
    if not org.has_ledger():
        pytest.skip("Agent_Write__c is not deployed in this org")
    body = {"External_Key__c": uuid.uuid4().hex * 2, "Digest__c": "d" * 64, "Kind__c": "write"}
    made = org.call("POST", "sobjects/Agent_Write__c", json=body)
    org.made.append(("Agent_Write__c", str(made.json()["id"])))
    again = org.call("POST", "sobjects/Agent_Write__c", json=body)
    assert (again.status_code, codes(again.json())) == (400, ["DUPLICATE_VALUE"])
    assert "External_Key__c" in again.json()[0]["message"]
    assert made.json()["id"][:15] in again.json()[0]["message"]


@source("REST API Developer Guide, Composite: @{referenceId.field} takes a value from an earlier answer")
def test_a_reference_is_filled_in_from_an_earlier_answer(org: Org) -> None:
    mark = uuid.uuid4().hex[:12]
    answers = org.composite(
        part("POST", "sobjects/Lead", "lead", {"LastName": mark, "Company": mark}, **QUIET),
        part("POST", "sobjects/Task", "task", {"Subject": mark, "WhoId": "@{lead.id}"}),
    )
    assert [a["httpStatusCode"] for a in answers] == [201, 201]
    org.made += [("Lead", answers[0]["body"]["id"]), ("Task", answers[1]["body"]["id"])]
    (task,) = org.query(f"SELECT WhoId FROM Task WHERE Subject = '{mark}'").json()["records"]
    assert task["WhoId"] == answers[0]["body"]["id"]


@source("REST API Developer Guide, Composite: up to 25 subrequests")
def test_twenty_six_parts_are_too_many(org: Org) -> None:
    parts = [part("GET", "sobjects/Lead/describe", f"p{n}") for n in range(26)]
    assert org.call("POST", "composite", json={"compositeRequest": parts}).status_code == 400


@source("REST API Developer Guide, Composite: up to 5 of the subrequests can be query or collection operations")
def test_six_queries_in_one_composite_are_too_many(org: Org) -> None:
    parts = [part("GET", "query/?q=SELECT+Id+FROM+Lead+LIMIT+1", f"p{n}") for n in range(6)]
    answer = org.call("POST", "composite", json={"compositeRequest": parts})
    refused = answer.status_code == 400 or any(a["httpStatusCode"] >= 400 for a in answer.json()["compositeResponse"])
    assert refused


# ---- queries


@pytest.mark.parametrize(
    "soql",
    [
        "SELECT Id, Owner.Name FROM Lead WHERE Company LIKE 'Contract%' ORDER BY CreatedDate DESC NULLS LAST LIMIT 5",
        "SELECT Status, COUNT(Id) n FROM Lead GROUP BY Status HAVING COUNT(Id) > 0 ORDER BY COUNT(Id) DESC",
        "SELECT COUNT() FROM Lead WHERE CreatedDate = LAST_N_DAYS:30",
        "SELECT Id, (SELECT Subject FROM Tasks ORDER BY CreatedDate LIMIT 1) FROM Lead LIMIT 2",
        "SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Opportunity WHERE IsClosed = false)",
        "SELECT Id FROM Lead WHERE (NOT Company LIKE 'x%') AND (Email = null OR Rating != 'Hot')",
        "SELECT FIELDS(STANDARD) FROM Lead LIMIT 1",
        "select id from lead where createddate > 2020-01-01T00:00:00Z limit 1 offset 1",
        "SELECT Id FROM Lead WHERE Company = 'it\\'s'",
    ],
)
@source("SOQL and SOSL Reference: SELECT, relationship queries, date literals, GROUP BY, HAVING, FIELDS()")
def test_what_an_agent_asks_is_answered(org: Org, soql: str) -> None:
    answer = org.query(soql)
    assert answer.status_code == 200, answer.text
    assert answer.json()["done"] is True


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Id FORM Lead", "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead WHERE", "MALFORMED_QUERY"),
        ("SELECT * FROM Lead", "MALFORMED_QUERY"),
        ('SELECT Id FROM Lead WHERE Company = "x"', "MALFORMED_QUERY"),
        ("SELECT Id FROM Lead; DELETE FROM Lead", "MALFORMED_QUERY"),
        ("SELECT FIELDS(ALL) FROM Lead", "MALFORMED_QUERY"),
        ("SELECT COUNT(Id) FROM Lead GROUP BY CreatedDate", "MALFORMED_QUERY"),
        ("SELECT COUNT(Id) FROM Lead GROUP BY AnnualRevenue", "MALFORMED_QUERY"),
        ("SELECT Id, Nonsense FROM Lead", "INVALID_FIELD"),
        ("SELECT Id FROM Nonsense", "INVALID_TYPE"),
        ("SELECT Id FROM Lead WHERE Description = 'x'", "INVALID_FIELD"),
    ],
)
@source("REST API Developer Guide, Query; the message gives Row and Column")
def test_what_cannot_be_answered_is_refused_by_name(org: Org, soql: str, code: str) -> None:
    answer = org.query(soql)
    assert (answer.status_code, codes(answer.json())) == (400, [code])


@source("REST API Developer Guide, Query: ERROR at Row:1:Column:n")
def test_a_refused_query_says_where(org: Org) -> None:
    assert "ERROR at Row:1:Column:" in org.query("SELECT Id, Nonsense FROM Lead").json()[0]["message"]


@source(
    "@salesforce/plugin-data 4.0, lib/commands/data/query.js, retrieveColumns: query?columns=true names the columns; "
    "Tooling API, Query: columnMetadata"
)
@pytest.mark.parametrize(
    ("soql", "named"),
    [
        ("SELECT Id, LastName FROM Lead", ["Id", "LastName"]),
        ("SELECT Name, Owner.Name, Owner.Id FROM Lead", ["Name", {"Owner": ["Name", "Id"]}]),
        ("SELECT Name, (SELECT LastName FROM Contacts) FROM Account", ["Name", {"Contacts": ["LastName"]}]),
        ("SELECT Status, COUNT(Id) n FROM Lead GROUP BY Status", ["Status", "n"]),
        ("SELECT Status, COUNT(Id) FROM Lead GROUP BY Status", ["Status", "expr0"]),
    ],
)
def test_the_columns_of_a_query_have_names(org: Org, soql: str, named: list[Any]) -> None:
    answer = org.call("GET", "query", params={"q": soql, "columns": "true"})
    assert answer.status_code == 200, answer.text
    columns = answer.json()["columnMetadata"]
    assert [_named(column) for column in columns] == named
    assert [c["aggregate"] for c in columns if c["columnName"] in ("expr0", "Contacts")] in ([], [True])


def _named(column: dict[str, Any]) -> Any:
    inner = column["joinColumns"]
    return {column["columnName"]: [c["columnName"] for c in inner]} if inner else column["columnName"]


@source("REST API Developer Guide, Query: ERROR at Row:1:Column:n, asked for the columns as well")
def test_columns_of_a_query_that_is_refused(org: Org) -> None:
    answer = org.call("GET", "query", params={"q": "SELECT Nonsense FROM Lead", "columns": "true"})
    assert (answer.status_code, codes(answer.json())) == (400, ["INVALID_FIELD"])


@source("REST API Developer Guide, Query: nextRecordsUrl leads to the next page; Sforce-Query-Options batchSize")
def test_pages_follow_the_locator(org: Org) -> None:
    for _ in range(3):
        org.lead()
    page = org.call(
        "GET",
        "query",
        params={"q": "SELECT Id FROM Lead"},
        headers={"Sforce-Query-Options": "batchSize=200"},
    ).json()
    seen = list(page["records"])
    while not page["done"]:
        page = org.http.get(f"{org.base}{page['nextRecordsUrl']}", timeout=30).json()
        seen += page["records"]
    assert len({row["Id"] for row in seen}) == page["totalSize"] == len(seen)


# ---- sign-in and limits


@source("REST API Developer Guide, Status Codes and Error Responses: 401 INVALID_SESSION_ID")
def test_a_token_that_is_none(org: Org) -> None:
    answer = org.call("GET", "limits", headers={"Authorization": "Bearer nonsense"})
    assert (answer.status_code, codes(answer.json())) == (401, ["INVALID_SESSION_ID"])


@source("REST API Developer Guide, Headers: Sforce-Limit-Info: api-usage=18/5000")
def test_every_answer_tells_the_api_usage(org: Org) -> None:
    name, _, figures = org.call("GET", "sobjects").headers["Sforce-Limit-Info"].split(";")[0].partition("=")
    used, _, limit = figures.partition("/")
    assert name.strip() == "api-usage"
    assert int(used) <= int(limit)


@source("OAuth 2.0 client credentials flow; RFC 6749, 5.2")
def test_a_wrong_secret_is_an_oauth_error(org: Org) -> None:
    form = {"grant_type": "client_credentials", "client_id": "nobody", "client_secret": "x"}
    answer = org.http.post(f"{org.base}/services/oauth2/token", data=form, timeout=30)
    assert answer.status_code in (400, 401)
    assert {"error", "error_description"} <= answer.json().keys()


def test_every_contract_names_its_source() -> None:
    tests = [found for name, found in globals().items() if name.startswith("test_")]
    unnamed = [
        test.__name__
        for test in tests
        if test is not test_every_contract_names_its_source
        and not any(mark.name == "contract_source" for mark in getattr(test, "pytestmark", ()))
    ]
    assert unnamed == []


@source("simple-salesforce 1.12: what its users call")
def test_the_usual_calls_of_simple_salesforce(org: Org) -> None:
    if REAL:
        pytest.skip("the client itself is known to work against Salesforce")
    token = str(org.http.headers["Authorization"]).removeprefix("Bearer ")
    from tests.localcrm.driving import plain_session

    sf: Any = Salesforce(session_id=token, instance_url=org.base, session=plain_session(org.base), version="62.0")
    record_id = org.lead(Email="sf@contract.example")
    assert sf.query("SELECT Id FROM Lead WHERE Email = 'sf@contract.example'")["totalSize"] == 1
    assert [row["Id"] for row in sf.query_all_iter("SELECT Id FROM Lead WHERE Email = 'sf@contract.example'")] == [
        record_id
    ]
    assert sf.Lead.metadata()["objectDescribe"]["name"] == "Lead"
    assert sf.Lead.describe()["keyPrefix"] == "00Q"
    assert sf.describe()["maxBatchSize"] == 200
    assert sf.limits()["DailyApiRequests"]["Max"] > 0
    window = (datetime.now(UTC) - timedelta(days=3650), datetime.now(UTC) + timedelta(days=3650))
    assert record_id in sf.Lead.updated(*window)["ids"]
    assert sf.toolingexecute("query/?q=SELECT+Id+FROM+EntityDefinition+LIMIT+1")["totalSize"] == 1
