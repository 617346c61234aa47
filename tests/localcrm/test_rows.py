"""Single rows by the unmodified client: life cycle, conditions, refusals, and what the org does by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from simple_salesforce.exceptions import (
    SalesforceError,
    SalesforceExpiredSession,
    SalesforceGeneralError,
    SalesforceMalformedRequest,
    SalesforceMoreThanOneRecord,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)

from localcrm import ids
from localcrm.stamps import http_date
from tests.localcrm.driving import Crm

QUIET = {"Sforce-Auto-Assign": "FALSE"}


def create(sf: Any, **more: Any) -> str:
    return str(sf.Lead.create({"LastName": "Ruiz", "Company": "Transportes Ruiz", **more}, headers=QUIET)["id"])


def code(error: pytest.ExceptionInfo[SalesforceError]) -> str:
    content: Any = error.value.content
    return str(content[0]["errorCode"])


def test_a_row_lives_and_goes_to_the_bin(sf: Any) -> None:
    record_id = create(sf, FirstName="Marta", Email="marta@ruiz.example")
    row = sf.Lead.get(record_id)
    assert (row["Name"], row["Status"], row["IsDeleted"]) == ("Marta Ruiz", "Open - Not Contacted", False)
    assert row["CreatedDate"] == row["SystemModstamp"] == "2026-03-02T09:00:00.000+0000"
    assert sf.Lead.update(record_id, {"LastName": "Ruiz Gil"}, headers=QUIET) == 204
    assert sf.Lead.get(record_id)["Name"] == "Marta Ruiz Gil"
    assert sf.Lead.delete(record_id) == 204
    with pytest.raises(SalesforceResourceNotFound) as gone:
        sf.Lead.get(record_id)
    assert code(gone) == "ENTITY_IS_DELETED"
    assert sf.query("SELECT Id FROM Lead")["totalSize"] == 0
    [found] = sf.query_all("SELECT Id, IsDeleted FROM Lead", include_deleted=True)["records"]
    assert found["IsDeleted"] is True


def test_ids_carry_the_checksum_and_15_characters_do(sf: Any) -> None:
    assert ids.to_18("001D000000IqhSL") == "001D000000IqhSLIAZ"
    record_id = create(sf)
    assert len(record_id) == 18
    assert sf.Lead.get(record_id[:15])["Id"] == record_id


def test_chosen_fields_only(crm: Crm, sf: Any) -> None:
    record_id = create(sf)
    answer = crm.http(
        "GET", f"/services/data/v62.0/sobjects/Lead/{record_id}?fields=company,Email", headers=crm.authorized()
    )
    assert set(answer.json()) == {"attributes", "Id", "Company", "Email"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"LastName": ""}, "REQUIRED_FIELD_MISSING"),
        ({"FirstName": "x" * 41}, "STRING_TOO_LONG"),
        ({"Email": "marta at ruiz"}, "INVALID_EMAIL_ADDRESS"),
        ({"Product_Interest__c": "Rockets"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ({"Status": "Sleeping"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"),
        ({"Favourite__c": "x"}, "INVALID_FIELD"),
        ({"SystemModstamp": "2026-01-01T00:00:00Z"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({"OwnerId": "00500000000000x"}, "INVALID_CROSS_REFERENCE_KEY"),
        ({"OwnerId": "nobody"}, "MALFORMED_ID"),
        ({"NumberOfEmployees": "many"}, "JSON_PARSER_ERROR"),
        ({"DoNotCall": "perhaps"}, "JSON_PARSER_ERROR"),
        ({"Company": {"Name": "x"}}, "JSON_PARSER_ERROR"),
    ],
)
def test_what_describe_forbids_is_refused(sf: Any, changes: dict[str, Any], expected: str) -> None:
    with pytest.raises(SalesforceMalformedRequest) as refused:
        create(sf, **changes)
    assert code(refused) == expected
    record_id = create(sf)
    with pytest.raises(SalesforceMalformedRequest) as refused:
        sf.Lead.update(record_id, changes, headers=QUIET)
    assert code(refused) == expected


def test_a_stale_condition_is_412_and_changes_nothing(crm: Crm, sf: Any) -> None:
    record_id = create(sf)
    stale = {**QUIET, "If-Unmodified-Since": http_date(crm.clock.now - timedelta(seconds=1))}
    with pytest.raises(SalesforceGeneralError) as refused:
        sf.Lead.update(record_id, {"Rating": "Hot"}, headers=stale)
    assert refused.value.status == 412
    assert sf.Lead.get(record_id)["Rating"] is None
    with pytest.raises(SalesforceMalformedRequest):
        sf.Lead.update(record_id, {"Rating": "Hot"}, headers={**QUIET, "If-Unmodified-Since": "yesterday"})


def test_unchanged_rows_need_no_body(crm: Crm, sf: Any) -> None:
    path = f"/services/data/v62.0/sobjects/Lead/{create(sf)}"
    first = crm.http("GET", path, headers=crm.authorized())
    again = crm.http("GET", path, headers={**crm.authorized(), "If-Modified-Since": first.headers["Last-Modified"]})
    assert (again.status_code, again.content) == (304, b"")


def test_accounts_have_etags(crm: Crm, sf: Any) -> None:
    account = sf.Account.create({"Name": "Fabrikam"})["id"]
    path = f"/services/data/v62.0/sobjects/Account/{account}"
    tag = crm.http("GET", path, headers=crm.authorized()).headers["ETag"]
    sf.Account.update(account, {"Phone": "+34 900 000 001"}, headers={"If-Match": tag})
    crm.clock.forward(1)
    sf.Account.update(account, {"Phone": "+34 900 000 002"})
    with pytest.raises(SalesforceGeneralError) as refused:
        sf.Account.update(account, {"Phone": "+34 900 000 003"}, headers={"If-Match": tag})
    assert refused.value.status == 412


def test_upsert_by_external_id(sf: Any) -> None:
    body = {"LastName": "Ruiz", "Company": "Ruiz"}
    with pytest.raises(SalesforceResourceNotFound):  # an unescaped slash is another address
        sf.Lead.upsert("Agent_Write_Key__c/k/1", body, headers=QUIET)
    made = sf.Lead.upsert("Agent_Write_Key__c/k%2F1", body, raw_response=True, headers=QUIET)
    assert (made.status_code, made.json()["created"]) == (201, True)
    again = sf.Lead.upsert("Agent_Write_Key__c/k%2F1", {"Company": "Ruiz S.L."}, raw_response=True, headers=QUIET)
    assert (again.status_code, again.json()["created"]) == (200, False)
    assert sf.Lead.get_by_custom_id("Agent_Write_Key__c", "k/1")["Company"] == "Ruiz S.L."
    create(sf, Agent_Write_Key__c="k/1")
    with pytest.raises(SalesforceMoreThanOneRecord):
        sf.Lead.get_by_custom_id("Agent_Write_Key__c", "k/1")
    with pytest.raises(SalesforceMalformedRequest) as refused:
        sf.Lead.upsert("Agent_Write_Key__c/k2", {**body, "Agent_Write_Key__c": "k2"})
    assert code(refused) == "INVALID_FIELD"


def test_upsert_finds_what_it_made_whatever_blanks_stand_around_the_key(crm: Crm) -> None:
    """Salesforce trims text when it stores it, so a key with a blank behind it is the same key."""
    address = "/services/data/v62.0/sobjects/Task/Agent_Write_Key__c"
    sent = [
        crm.http("PATCH", f"{address}/{key}", headers=crm.authorized(), json={"Subject": "Call"}).status_code
        for key in ("K1%20", "K1%20", "%20K1", "K1")
    ]
    assert sent == [201, 200, 200, 200]
    assert crm.http("GET", f"{address}/K1%20", headers=crm.authorized()).status_code == 200
    for key in ("%20", "%09"):
        blank = crm.http("PATCH", f"{address}/{key}", headers=crm.authorized(), json={"Subject": "Call"})
        assert (blank.status_code, blank.json()[0]["errorCode"]) == (400, "MISSING_ARGUMENT")
    assert crm.client().query("SELECT COUNT() FROM Task")["totalSize"] == 1


def test_a_ledger_key_is_unique_and_required(sf: Any) -> None:
    first = sf.Agent_Write__c.create({"External_Key__c": "k1"})["id"]
    with pytest.raises(SalesforceMalformedRequest, match=f"record with id: {first}") as refused:
        sf.Agent_Write__c.create({"External_Key__c": "k1"})
    assert code(refused) == "DUPLICATE_VALUE"
    with pytest.raises(SalesforceMalformedRequest) as refused:
        sf.Agent_Write__c.create({"Kind__c": "write"})
    assert code(refused) == "REQUIRED_FIELD_MISSING"


def test_the_duplicate_rule_asks_unless_told_to_save(sf: Any) -> None:
    first = create(sf, Email="marta@ruiz.example")
    with pytest.raises(SalesforceMalformedRequest) as refused:
        create(sf, Email="Marta@Ruiz.example")
    assert code(refused) == "DUPLICATES_DETECTED"
    content: Any = refused.value.content
    [match] = content[0]["duplicateResult"]["matchResults"]
    assert match["matchRecords"][0]["record"]["Id"] == first
    allowed = {**QUIET, "Sforce-Duplicate-Rule-Header": "allowSave=true"}
    body = {"LastName": "Ruiz", "Company": "Ruiz", "Email": "marta@ruiz.example"}
    assert sf.Lead.create(body, headers=allowed)["success"]


def test_forgetting_auto_assign_reroutes_the_owner(crm: Crm, sf: Any) -> None:
    queue = crm.control("POST", "Group/add", {"fields": {"Name": "North America", "Type": "Queue"}}).json()["id"]
    body = {"LastName": "Shaw", "Company": "Shaw Freight", "Country": "United States"}
    quiet = sf.Lead.create(body, headers=QUIET)["id"]
    me = sf.Lead.get(quiet)["OwnerId"]
    assert me.startswith("005")
    sf.Lead.update(quiet, {"Rating": "Hot"}, headers=QUIET)
    assert sf.Lead.get(quiet)["OwnerId"] == me
    sf.Lead.update(quiet, {"Rating": "Warm"})
    assert sf.Lead.get(quiet)["OwnerId"] == queue
    crm.control("POST", "rules", {"assignment": False})
    assert sf.Lead.get(sf.Lead.create(body)["id"])["OwnerId"] == me


def test_changes_of_tracked_fields_leave_history(sf: Any) -> None:
    record_id = create(sf)
    sf.Lead.update(record_id, {"Rating": "Hot"}, headers=QUIET)
    rows = sf.query(f"SELECT Field, OldValue, NewValue FROM LeadHistory WHERE LeadId = '{record_id}'")["records"]
    assert [(r["Field"], r["OldValue"], r["NewValue"]) for r in rows] == [
        ("created", None, None),
        ("Rating", None, "Hot"),
    ]


def test_tasks_date_the_last_activity_without_moving_the_version(crm: Crm, sf: Any) -> None:
    record_id = create(sf)
    before = sf.Lead.get(record_id)["SystemModstamp"]
    crm.clock.forward(60)
    sf.Task.create({"Subject": "Call", "WhoId": record_id, "Status": "Completed", "ActivityDate": "2026-03-02"})
    after = sf.Lead.get(record_id)
    assert (after["LastActivityDate"], after["SystemModstamp"]) == ("2026-03-02", before)
    account = sf.Account.create({"Name": "Fabrikam"})["id"]
    with pytest.raises(SalesforceMalformedRequest) as refused:
        sf.Task.create({"Subject": "Call", "WhoId": record_id, "WhatId": account})
    assert code(refused) == "FIELD_INTEGRITY_EXCEPTION"


def test_a_stage_brings_its_probability_and_outcome(sf: Any) -> None:
    made = sf.Opportunity.create({"Name": "Depots", "StageName": "Closed Won", "CloseDate": "2026-03-31"})["id"]
    row = sf.Opportunity.get(made)
    assert (row["Probability"], row["IsClosed"], row["IsWon"]) == (100, True, True)


def test_nobody_who_left_can_own(crm: Crm, sf: Any) -> None:
    crm.control("POST", "rules", {"assignment": False})
    gone = {"LastName": "Gone", "Username": "gone@acme-routing.example", "Email": "gone@acme-routing.example"}
    user = sf.User.create({**gone, "IsActive": False})["id"]
    with pytest.raises(SalesforceMalformedRequest) as refused:
        create(sf, OwnerId=user)
    assert code(refused) == "INACTIVE_OWNER_OR_USER"


def test_a_read_only_login_reads(crm: Crm, sf: Any) -> None:
    record_id = create(sf)
    reader = crm.client("reader")
    assert reader.Lead.get(record_id)["LastName"] == "Ruiz"
    writes: tuple[Callable[[], Any], ...] = (
        lambda: reader.Lead.update(record_id, {"Rating": "Hot"}),
        lambda: reader.Lead.create({"LastName": "A", "Company": "B"}),
        lambda: reader.Lead.delete(record_id),
    )
    for write in writes:
        with pytest.raises(SalesforceRefusedRequest) as refused:
            write()
        assert code(refused) == "INSUFFICIENT_ACCESS_OR_READONLY"


def test_unknown_things_are_404_and_a_wrong_token_401(crm: Crm, sf: Any) -> None:
    for path in ("sobjects/Nothing", "sobjects/Lead/00Q000000000001", "sobjects/Lead/zzz", "jobs/other", "query/x/y"):
        answer = crm.http("GET", f"/services/data/v62.0/{path}", headers=crm.authorized())
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (404, "NOT_FOUND"), path
    sf.headers["Authorization"] = "Bearer 00D!wrong"
    with pytest.raises(SalesforceExpiredSession) as refused:
        sf.query("SELECT Id FROM Lead")
    assert code(refused) == "INVALID_SESSION_ID"


def test_trailing_slashes_chunked_bodies_and_the_oauth_scheme(crm: Crm) -> None:
    token = crm.authorized()["Authorization"].removeprefix("Bearer ")
    headers = {"Authorization": f"OAuth {token}", "Content-Type": "application/json", **QUIET}
    chunks = iter([b'{"LastName": "Ruiz",', b'"Company": "Ruiz"}'])
    made = crm.http("POST", "/services/data/v62.0/sobjects/Lead/", headers=headers, data=chunks)
    assert made.status_code == 201
    assert crm.http("GET", f"{made.headers['Location']}/", headers=headers).json()["LastName"] == "Ruiz"


@pytest.mark.parametrize("raw", [b"{", b'{"LastName": NaN}', b'{"LastName": "\\ud800"}', b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_is_refused(crm: Crm, raw: bytes) -> None:
    answer = crm.http("POST", "/services/data/v62.0/sobjects/Lead", headers=crm.authorized(), data=raw)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "JSON_PARSER_ERROR")


def test_collections_report_each_row(sf: Any) -> None:
    def record(name: str) -> dict[str, Any]:
        return {"attributes": {"type": "Account"}, "Name": name}

    body = {"allOrNone": False, "records": [record("A"), record(""), record("C")]}
    made = sf.restful("composite/sobjects", method="POST", json=body)
    assert [m["success"] for m in made] == [True, False, True]
    assert made[1]["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    body["allOrNone"] = True
    made = sf.restful("composite/sobjects", method="POST", json=body)
    assert [m["errors"][0]["statusCode"] for m in made] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "REQUIRED_FIELD_MISSING",
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    ]
    assert sf.query("SELECT COUNT() FROM Account")["totalSize"] == 2
    keyed = [{"attributes": {"type": "Lead"}, "LastName": "R", "Company": "R", "Agent_Write_Key__c": k} for k in "ab"]
    path = "composite/sobjects/Lead/Agent_Write_Key__c"
    upserted = sf.restful(path, method="PATCH", json={"records": keyed}, headers=QUIET)
    assert [u["created"] for u in upserted] == [True, True]
    found = sf.restful("composite/sobjects/Lead", params={"ids": upserted[0]["id"], "fields": "Company"})
    assert found[0]["Company"] == "R"
    gone = sf.restful("composite/sobjects", method="DELETE", params={"ids": ",".join(u["id"] for u in upserted)})
    assert [g["success"] for g in gone] == [True, True]


def test_describe_tells_types_lengths_and_picklists(sf: Any) -> None:
    fields = {f["name"]: f for f in sf.Lead.describe()["fields"]}
    assert (fields["LastName"]["nillable"], fields["LastName"]["length"]) == (False, 80)
    assert fields["Product_Interest__c"]["restrictedPicklist"] is True
    assert fields["Product_Interest__c"]["picklistValues"][0]["value"] == "Route planning"
    assert fields["OwnerId"]["referenceTo"] == ["User", "Group"]
    assert fields["SystemModstamp"]["updateable"] is False
    ledger = {f["name"]: f for f in sf.Agent_Write__c.describe()["fields"]}["External_Key__c"]
    assert (ledger["externalId"], ledger["unique"], ledger["length"]) == (True, True, 64)
    assert "Agent_Write__c" in {s["name"] for s in sf.describe()["sobjects"]}


def test_usage_is_counted_and_limited(crm: Crm, sf: Any) -> None:
    answer = crm.http("GET", "/services/data/v62.0/sobjects", headers=crm.authorized())
    assert answer.headers["Sforce-Limit-Info"] == "api-usage=1/100000"
    assert sf.limits()["DailyApiRequests"] == {"Max": 100_000, "Remaining": 99_998}
    calls = crm.control("GET", "calls").json()
    assert {"client_id": "writer", "method": "GET", "resource": "limits", "count": 1} in calls["calls"]
