"""Faults, automation, and what people do in the screens while an agent waits."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from simple_salesforce.exceptions import SalesforceError, SalesforceResourceNotFound

from localcrm.faults import FaultKind
from tests.localcrm.driving import CONTROL, Crm, running

QUIET = {"Sforce-Auto-Assign": "FALSE"}
LEAD = {"LastName": "Ruiz", "Company": "Transportes Ruiz"}


def ledger_write(sf: Any, key: str) -> Any:
    body = {"External_Key__c": key}
    part = {"method": "POST", "url": "/services/data/v62.0/sobjects/Agent_Write__c", "referenceId": "l", "body": body}
    return sf.restful("composite", method="POST", json={"allOrNone": True, "compositeRequest": [part]})


def ledger_rows(sf: Any) -> int:
    return int(sf.query("SELECT COUNT() FROM Agent_Write__c")["totalSize"])


def test_controls_need_their_token(crm: Crm) -> None:
    assert crm.http("GET", "/control/calls").status_code == 403
    assert crm.http("GET", "/control/calls", headers={"X-Control-Token": "wrong"}).status_code == 403
    with running(control_token=None) as closed:
        assert closed.http("GET", "/control/calls", headers={"X-Control-Token": ""}).status_code == 404


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("503", 503, "SERVER_UNAVAILABLE"),
        ("500", 500, "UNKNOWN_EXCEPTION"),
        ("429", 429, "REQUEST_LIMIT_EXCEEDED"),
        ("limit", 403, "REQUEST_LIMIT_EXCEEDED"),
        ("session", 401, "INVALID_SESSION_ID"),
    ],
)
def test_a_fault_answers_instead_of_the_org(crm: Crm, sf: Any, kind: str, status: int, code: str) -> None:
    crm.control("POST", "faults", {"match": "composite", "kind": kind})
    with pytest.raises(SalesforceError) as refused:
        ledger_write(sf, "k1")
    content: Any = refused.value.content
    assert (refused.value.status, content[0]["errorCode"]) == (status, code)
    assert ledger_rows(sf) == 0
    assert ledger_write(sf, "k1")["compositeResponse"][0]["httpStatusCode"] == 201


def test_timeout_after_commit_commits_and_never_answers(crm: Crm, sf: Any) -> None:
    crm.control("POST", "faults", {"match": "composite", "kind": "timeout_after_commit", "delay": 0})
    with pytest.raises(requests.ConnectionError):
        ledger_write(sf, "k1")
    assert ledger_rows(sf) == 1
    [again] = ledger_write(sf, "k1")["compositeResponse"]
    assert again["body"][0]["errorCode"] == "DUPLICATE_VALUE"


def test_drop_before_commit_leaves_nothing(crm: Crm, sf: Any) -> None:
    crm.control("POST", "faults", {"match": "composite", "kind": "drop_before_commit", "delay": 0})
    with pytest.raises(requests.ConnectionError):
        ledger_write(sf, "k1")
    assert ledger_rows(sf) == 0


def test_a_lock_refuses_the_write_inside_the_composite(crm: Crm, sf: Any) -> None:
    crm.control("POST", "faults", {"match": "composite", "kind": "lock"})
    [answer] = ledger_write(sf, "k1")["compositeResponse"]
    assert (answer["httpStatusCode"], answer["body"][0]["errorCode"]) == (400, "UNABLE_TO_LOCK_ROW")
    assert ledger_rows(sf) == 0


def test_faults_wait_their_turn_and_look_inside(crm: Crm, sf: Any) -> None:
    faults = [
        {"match": "composite", "kind": "503", "after": 1, "count": 2},
        {"match": "*", "kind": "500", "contains": "poisoned-key"},
    ]
    crm.control("POST", "faults", faults)
    ledger_write(sf, "k1")
    for key in ("k2", "k3"):
        with pytest.raises(SalesforceError, match="SERVER_UNAVAILABLE"):
            ledger_write(sf, key)
    ledger_write(sf, "k4")
    assert [f["kind"] for f in crm.control("GET", "faults").json()] == [FaultKind.SERVER_ERROR]
    with pytest.raises(SalesforceError, match="UNKNOWN_EXCEPTION"):
        ledger_write(sf, "poisoned-key")
    assert ledger_rows(sf) == 2
    wrong = crm.http("POST", "/control/faults", json={"kind": "flood"}, headers={"X-Control-Token": CONTROL})
    assert (wrong.status_code, wrong.json()[0]["errorCode"]) == (400, "INVALID_INPUT")


@pytest.mark.parametrize(
    "rule", [{"object": "Leed", "set": {"Rating": "Cold"}}, {"object": "Lead", "set": {"Mood": 1}}]
)
def test_automation_of_what_is_not_there_is_refused(crm: Crm, rule: dict[str, Any]) -> None:
    answer = crm.http("POST", "/control/automation", json=rule, headers={"X-Control-Token": CONTROL})
    assert answer.status_code == 400


def test_automation_rewrites_after_a_write(crm: Crm, sf: Any) -> None:
    lead = sf.Lead.create(LEAD, headers=QUIET)["id"]
    rule = {"object": "Lead", "on": "update", "when_field": "Status", "set": {"Rating": "Cold"}}
    crm.control("POST", "automation", rule)
    sf.Lead.update(lead, {"Title": "Gerente", "Rating": "Hot"}, headers=QUIET)
    assert sf.Lead.get(lead)["Rating"] == "Hot"
    sf.Lead.update(lead, {"Status": "Working - Contacted", "Rating": "Hot"}, headers=QUIET)
    row = sf.Lead.get(lead)
    assert row["Rating"] == "Cold"
    writer = sf.query("SELECT LastModifiedBy.Name FROM Lead")["records"][0]["LastModifiedBy"]["Name"]
    assert writer == "Automated Process"
    crm.control("DELETE", "automation")
    sf.Lead.update(lead, {"Status": "Open - Not Contacted", "Rating": "Hot"}, headers=QUIET)
    assert sf.Lead.get(lead)["Rating"] == "Hot"


def test_a_person_converts(crm: Crm, sf: Any) -> None:
    lead = sf.Lead.create({**LEAD, "Email": "ruiz@ruiz.example"}, headers=QUIET)["id"]
    made = crm.control("POST", f"lead/{lead}/convert").json()
    row = sf.Lead.get(lead)
    assert (row["IsConverted"], row["Status"]) == (True, "Closed - Converted")
    assert row["ConvertedContactId"] == made["contactId"]
    assert sf.Contact.get(made["contactId"])["Email"] == "ruiz@ruiz.example"
    with pytest.raises(SalesforceError, match="CANNOT_UPDATE_CONVERTED_LEAD"):
        sf.Lead.update(lead, {"Rating": "Hot"}, headers=QUIET)


def test_a_person_merges_edits_and_undeletes(crm: Crm, sf: Any) -> None:
    loser, survivor = (sf.Lead.create(LEAD, headers=QUIET)["id"] for _ in range(2))
    task = sf.Task.create({"Subject": "Call", "WhoId": loser})["id"]
    crm.control("POST", f"lead/{loser}/merge_into/{survivor}")
    with pytest.raises(SalesforceResourceNotFound, match="ENTITY_IS_DELETED"):
        sf.Lead.get(loser)
    gone = sf.query_all(f"SELECT MasterRecordId FROM Lead WHERE Id = '{loser}'", include_deleted=True)["records"]
    assert gone[0]["MasterRecordId"] == survivor
    assert sf.Task.get(task)["WhoId"] == survivor
    user = sf.query("SELECT Id FROM User WHERE Name = 'Integration Reader'")["records"][0]["Id"]
    crm.control("POST", f"lead/{survivor}/edit", {"fields": {"Rating": "Hot"}, "user_id": user})
    assert sf.Lead.get(survivor)["LastModifiedById"] == user
    sf.Lead.delete(survivor)
    crm.control("POST", f"lead/{survivor}/undelete")
    assert sf.Lead.get(survivor)["Rating"] == "Hot"
