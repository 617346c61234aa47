"""Composite by the unmodified client: one transaction, references, conditions, the ledger."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from simple_salesforce.exceptions import SalesforceMalformedRequest

from localcrm.stamps import http_date, parse_stamp
from tests.localcrm.driving import Crm

QUIET = {"Sforce-Auto-Assign": "FALSE"}
V = "/services/data/v62.0"


def lead(sf: Any, **more: Any) -> str:
    body = {"LastName": "Ruiz", "Company": "Transportes Ruiz", **more}
    return str(sf.Lead.create(body, headers=QUIET)["id"])


def modified(sf: Any, record_id: str) -> datetime:
    moment = parse_stamp(sf.Lead.get(record_id)["SystemModstamp"])
    assert moment is not None
    return moment


def ledger_part(key: str, **more: Any) -> dict[str, Any]:
    body = {"External_Key__c": key, "Digest__c": "d" * 64, "Kind__c": "write", **more}
    return {"method": "POST", "url": f"{V}/sobjects/Agent_Write__c", "referenceId": "ledger", "body": body}


def patch_part(record_id: str, body: dict[str, Any], unless: datetime | None = None) -> dict[str, Any]:
    headers = {**QUIET, **({"If-Unmodified-Since": http_date(unless)} if unless else {})}
    return {
        "method": "PATCH",
        "url": f"{V}/sobjects/Lead/{record_id}",
        "referenceId": "lead",
        "httpHeaders": headers,
        "body": body,
    }


def send(sf: Any, *parts: dict[str, Any], all_or_none: bool = True) -> list[dict[str, Any]]:
    envelope = {"allOrNone": all_or_none, "collateSubrequests": False, "compositeRequest": list(parts)}
    answer = sf.restful("composite", method="POST", json=envelope)
    return list(answer["compositeResponse"])


def test_ledger_write_and_read_back_commit_together(sf: Any) -> None:
    record_id = lead(sf)
    read_back = {"method": "GET", "url": f"{V}/sobjects/Lead/{record_id}?fields=Rating", "referenceId": "after"}
    answers = send(sf, ledger_part("k1"), patch_part(record_id, {"Rating": "Hot"}, modified(sf, record_id)), read_back)
    assert [a["httpStatusCode"] for a in answers] == [201, 204, 200]
    assert answers[2]["body"]["Rating"] == "Hot"
    assert sf.query("SELECT Id FROM Agent_Write__c WHERE External_Key__c = 'k1'")["totalSize"] == 1


def test_a_412_rolls_everything_back(crm: Crm, sf: Any) -> None:
    record_id = lead(sf)
    before = modified(sf, record_id)
    crm.clock.forward(2)
    sf.Lead.update(record_id, {"Rating": "Cold"}, headers=QUIET)
    answers = send(sf, ledger_part("k1"), patch_part(record_id, {"Rating": "Hot"}, before))
    assert [a["httpStatusCode"] for a in answers] == [400, 412]
    assert answers[0]["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert sf.Lead.get(record_id)["Rating"] == "Cold"
    assert sf.query("SELECT COUNT() FROM Agent_Write__c")["totalSize"] == 0


def test_a_change_within_the_same_second_passes_the_condition(crm: Crm, sf: Any) -> None:
    record_id = lead(sf)
    before = modified(sf, record_id)
    crm.clock.forward(0.4)
    sf.Lead.update(record_id, {"Rating": "Cold"}, headers=QUIET)
    [answer] = send(sf, patch_part(record_id, {"Rating": "Hot"}, before))
    assert answer["httpStatusCode"] == 204


def test_the_second_use_of_a_ledger_key_is_a_duplicate(sf: Any) -> None:
    record_id = lead(sf)
    [first, _] = send(sf, ledger_part("k1"), patch_part(record_id, {"Rating": "Hot"}))
    [second, halted] = send(sf, ledger_part("k1"), patch_part(record_id, {"Rating": "Cold"}))
    assert second["httpStatusCode"] == 400
    assert second["body"][0]["errorCode"] == "DUPLICATE_VALUE"
    assert second["body"][0]["message"] == (
        "duplicate value found: External_Key__c duplicates value on record with id: " + first["body"]["id"]
    )
    assert halted["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert sf.Lead.get(record_id)["Rating"] == "Hot"


def test_references_reach_addresses_and_bodies(sf: Any) -> None:
    answers = send(
        sf,
        {
            "method": "POST",
            "url": f"{V}/sobjects/Account",
            "referenceId": "acc",
            "body": {"Name": "Fabrikam"},
        },
        {
            "method": "POST",
            "url": f"{V}/sobjects/Contact",
            "referenceId": "con",
            "body": {"LastName": "Ibarra", "AccountId": "@{acc.id}", "Description": "of @{acc.id}"},
        },
        {"method": "GET", "url": f"{V}/sobjects/Contact/@{{con.id}}?fields=AccountId,Description", "referenceId": "g"},
        {
            "method": "GET",
            "url": f"{V}/query?q=SELECT+Id+FROM+Contact+WHERE+AccountId='@{{g.AccountId}}'",
            "referenceId": "q",
        },
    )
    account = answers[0]["body"]["id"]
    assert answers[2]["body"]["AccountId"] == account
    assert answers[2]["body"]["Description"] == f"of {account}"
    assert answers[3]["body"]["records"][0]["Id"] == answers[1]["body"]["id"]


def test_without_all_or_none_the_rest_goes_on_and_dependants_halt(sf: Any) -> None:
    answers = send(
        sf,
        {"method": "POST", "url": f"{V}/sobjects/Account", "referenceId": "bad", "body": {"Name": ""}},
        {"method": "GET", "url": f"{V}/sobjects/Account/@{{bad.id}}", "referenceId": "needs_bad"},
        {"method": "POST", "url": f"{V}/sobjects/Account", "referenceId": "good", "body": {"Name": "Tailspin"}},
        all_or_none=False,
    )
    assert [a["httpStatusCode"] for a in answers] == [400, 400, 201]
    assert answers[0]["body"][0]["errorCode"] == "REQUIRED_FIELD_MISSING"
    assert answers[1]["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert sf.query("SELECT COUNT() FROM Account")["totalSize"] == 1


def test_outer_headers_do_not_reach_the_inner_calls(crm: Crm, sf: Any) -> None:
    queue = crm.control("POST", "Group/add", {"fields": {"Name": "Inbound queue", "Type": "Queue"}}).json()["id"]
    part = {
        "method": "POST",
        "url": f"{V}/sobjects/Lead",
        "referenceId": "l",
        "body": {"LastName": "A", "Company": "B"},
    }
    answer = sf.restful("composite", method="POST", json={"compositeRequest": [part]}, headers=QUIET)
    record_id = answer["compositeResponse"][0]["body"]["id"]
    assert sf.Lead.get(record_id)["OwnerId"] == queue


@pytest.mark.parametrize(
    ("count", "url"), [(26, f"{V}/sobjects/Lead/describe"), (6, f"{V}/query?q=SELECT+Id+FROM+Lead")]
)
def test_the_limits_of_25_calls_and_5_queries(sf: Any, count: int, url: str) -> None:
    parts = [{"method": "GET", "url": url, "referenceId": f"r{i}"} for i in range(count)]
    with pytest.raises(SalesforceMalformedRequest, match="LIMIT_EXCEEDED"):
        send(sf, *parts)


def test_a_read_only_login_writes_nothing(crm: Crm, sf: Any) -> None:
    record_id = lead(sf)
    [answer] = send(crm.client("reader"), patch_part(record_id, {"Rating": "Hot"}, crm.clock.now + timedelta(days=1)))
    assert answer["httpStatusCode"] == 403
    assert answer["body"][0]["errorCode"] == "INSUFFICIENT_ACCESS_OR_READONLY"
