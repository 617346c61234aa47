"""Bulk API 2.0 through the unmodified simple-salesforce client, and where it would not go far enough over plain HTTP.

Sources: Bulk API 2.0 and Bulk API Developer Guide (Create a Job, Upload Job Data, Close or Abort a Job, Get Job
Successful/Failed/Unprocessed Record Results, Get Results for a Query Job, Valid CSV Record Rows).
"""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from simple_salesforce.exceptions import SalesforceMalformedRequest, SalesforceRefusedRequest

from tests.localcrm.driving import Crm, running

V = "/services/data/v62.0"


def table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


class Ingest:
    """One ingest job, step by step."""

    def __init__(self, crm: Crm, operation: str = "insert", **more: Any) -> None:
        self._crm = crm
        self._headers = crm.authorized()
        body = {"object": "Lead", "operation": operation, "contentType": "CSV", **more}
        made = crm.http("POST", f"{V}/jobs/ingest", json=body, headers=self._headers)
        assert made.status_code == 200, made.text
        self.shown = made.json()

    def call(self, method: str, below: str = "", **more: Any) -> Any:
        headers = {**self._headers, **more.pop("headers", {})}
        return self._crm.http(method, f"{V}/jobs/ingest/{self.shown['id']}{below}", headers=headers, **more)

    def run(self, text: str | bytes) -> dict[str, Any]:
        data = text.encode() if isinstance(text, str) else text
        assert self.call("PUT", "/batches", data=data, headers={"Content-Type": "text/csv"}).status_code == 201
        closed = self.call("PATCH", json={"state": "UploadComplete"})
        assert closed.json()["state"] == "UploadComplete"
        return dict(self.call("GET").json())

    def results(self, which: str) -> list[list[str]]:
        answer = self.call("GET", f"/{which}")
        assert answer.headers["Content-Type"].startswith("text/csv")
        return table(answer.text)


def test_rows_go_in_and_out_with_bulk2(sf: Any) -> None:
    records = [{"LastName": f"L{n}", "Company": "Bulk"} for n in range(3)]
    (done,) = sf.bulk2.Lead.insert(records=[*records, {"LastName": "", "Company": "Nameless"}], wait=0)
    assert (done["numberRecordsProcessed"], done["numberRecordsFailed"]) == (4, 1)
    failed = table(sf.bulk2.Lead.get_failed_records(done["job_id"]))
    assert failed[0][:2] == ["sf__Id", "sf__Error"]
    assert failed[1][1] == "REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --"
    made = table(sf.bulk2.Lead.get_successful_records(done["job_id"]))
    assert [row[1] for row in made] == ["sf__Created", "true", "true", "true"]

    ids = [row[0] for row in made[1:]]
    sf.bulk2.Lead.update(records=[{"Id": record_id, "Rating": "Hot", "Title": "#N/A"} for record_id in ids], wait=0)
    pages = [
        table(text) for text in sf.bulk2.Lead.query("SELECT Id, Rating, Owner.Name, IsConverted FROM Lead", wait=0)
    ]
    assert pages == [
        [["Id", "Rating", "Owner.Name", "IsConverted"], *([i, "Hot", "Integration Writer", "false"] for i in ids)]
    ]
    sf.bulk2.Lead.delete(records=[{"Id": ids[0]}], wait=0)
    assert sf.query("SELECT COUNT() FROM Lead")["totalSize"] == 2
    (everything,) = sf.bulk2.Lead.query_all("SELECT Id FROM Lead WHERE IsDeleted = true", wait=0)
    assert table(everything) == [["Id"], [ids[0]]]


def test_upsert_makes_what_is_not_there_and_changes_what_is(sf: Any) -> None:
    def load(company: str, *keys: str) -> list[tuple[str, str]]:
        rows = [{"Agent_Write_Key__c": key, "LastName": key or "none", "Company": company} for key in keys]
        (done,) = sf.bulk2.Lead.upsert(records=rows, external_id_field="Agent_Write_Key__c", wait=0)
        assert done["numberRecordsFailed"] == keys.count("")
        made = csv.DictReader(io.StringIO(sf.bulk2.Lead.get_successful_records(done["job_id"])))
        return [(row["sf__Created"], row["Agent_Write_Key__c"]) for row in made]

    assert load("One", "a") == [("true", "a")]
    assert load("Two", "a", "b", "") == [("false", "a"), ("true", "b")]
    assert [r["Company"] for r in sf.query("SELECT Company FROM Lead ORDER BY Agent_Write_Key__c")["records"]] == [
        "Two",
        "Two",
    ]


def test_results_of_a_query_come_in_pages(crm: Crm, sf: Any) -> None:
    sf.bulk2.Lead.insert(records=[{"LastName": f"L{n:03}", "Company": "Pages"} for n in range(25)], wait=0)
    pages = list(sf.bulk2.Lead.query("SELECT LastName FROM Lead ORDER BY LastName", max_records=10, wait=0))
    assert [len(table(page)) - 1 for page in pages] == [10, 10, 5]
    assert table(pages[2])[-1] == ["L024"]
    job = crm.http("GET", f"{V}/jobs/query", headers=crm.authorized()).json()["records"][0]["id"]
    lost = crm.http("GET", f"{V}/jobs/query/{job}/results?locator=zz", headers=crm.authorized())
    assert (lost.status_code, lost.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")


def test_cells_hold_delimiters_quotes_and_line_breaks(crm: Crm, sf: Any) -> None:
    text = 'LastName;Company;Description\r\n"O;Hara";"""Quoted"" Ltd";"two\r\nlines"\r\n\r\n'
    job = Ingest(crm, columnDelimiter="SEMICOLON", lineEnding="CRLF")
    assert job.run("\ufeff" + text)["numberRecordsFailed"] == 0
    (row,) = sf.query("SELECT LastName, Company, Description FROM Lead")["records"]
    assert (row["LastName"], row["Company"], row["Description"]) == ("O;Hara", '"Quoted" Ltd', "two\r\nlines")


@pytest.mark.parametrize(
    ("upload", "said"),
    [
        ("LastName,Nonsense\nx,y\n", "Field name not found : Nonsense"),
        ("LastName,Company\nx,y\nonly\n", "line 3 has 1 fields, expected 2"),
        ('LastName,Company\n"x,y\n', "unexpected end of data"),
        ("LastName,lastname\nx,y\n", "named twice"),
        ("", "there is no header"),
        (b"LastName,Company\nM\xfcller,Bahn\n", None),
    ],
)
def test_an_upload_that_cannot_be_read_fails_as_a_whole(crm: Crm, sf: Any, upload: Any, said: str | None) -> None:
    job = Ingest(crm)
    if said is None:  # not UTF-8: refused at once
        answer = job.call("PUT", "/batches", data=upload, headers={"Content-Type": "text/csv"})
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALIDBATCH")
    else:
        done = job.run(upload)
        assert (done["state"], said in done["errorMessage"]) == ("Failed", True), done
        assert job.call("GET", "/unprocessedrecords").text == upload
    assert sf.query("SELECT COUNT() FROM Lead")["totalSize"] == 0


def test_a_job_takes_its_steps_in_order(crm: Crm) -> None:
    job = Ingest(crm)
    assert job.shown["state"] == "Open"
    csv_headers = {"Content-Type": "text/csv"}

    def refused(method: str, below: str = "", **more: Any) -> str:
        answer = job.call(method, below, **more)
        assert answer.status_code == 400, answer.text
        return str(answer.json()[0]["errorCode"])

    assert refused("GET", "/successfulResults") == "INVALIDJOBSTATE"
    assert refused("DELETE") == "INVALIDJOBSTATE"
    job.run("LastName,Company\nx,y\n")
    assert refused("PUT", "/batches", data=b"LastName\n", headers=csv_headers) == "INVALIDJOBSTATE"
    assert refused("PATCH", json={"state": "UploadComplete"}) == "INVALIDJOBSTATE"
    assert refused("PATCH", json={"state": "Whatever"}) == "INVALIDJOBSTATE"
    assert job.call("DELETE").status_code == 204
    assert job.call("GET").status_code == 404
    stopped = Ingest(crm)
    assert stopped.call("PATCH", json={"state": "Aborted"}).json()["state"] == "Aborted"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"object": "Lead", "operation": "merge"}, "INVALIDJOB"),
        ({"object": "Nothing", "operation": "insert"}, "INVALIDENTITY"),
        ({"object": "Lead", "operation": "insert", "columnDelimiter": "DOT"}, "INVALIDJOB"),
        ({"object": "Lead", "operation": "insert", "contentType": "XML"}, "INVALIDJOB"),
        ({"object": "Lead", "operation": "hardDelete"}, "FEATURENOTENABLED"),
        ({"object": "Lead", "operation": "upsert", "externalIdFieldName": "Company"}, "NOT_FOUND"),
    ],
)
def test_a_job_that_cannot_be_is_refused(crm: Crm, body: dict[str, str], code: str) -> None:
    answer = crm.http("POST", f"{V}/jobs/ingest", json=body, headers=crm.authorized())
    assert (answer.status_code < 500, answer.json()[0]["errorCode"]) == (True, code)


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Id FORM Lead", "MALFORMED_QUERY"),
        ("SELECT COUNT(Id) FROM Lead", "API_ERROR"),
        ("SELECT Id, (SELECT Id FROM Contacts) FROM Account", "API_ERROR"),
        ("SELECT Id FROM Lead OFFSET 1", "API_ERROR"),
        ("SELECT RecordId FROM UserRecordAccess WHERE UserId = 'x'", "API_ERROR"),
    ],
)
def test_a_query_that_bulk_does_not_take_is_refused_at_once(crm: Crm, soql: str, code: str) -> None:
    body = {"operation": "query", "query": soql}
    answer = crm.http("POST", f"{V}/jobs/query", json=body, headers=crm.authorized())
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)


def test_who_may_only_read_exports_and_loads_nothing(crm: Crm) -> None:
    reader = crm.client("reader")
    with pytest.raises(SalesforceRefusedRequest, match="INSUFFICIENT_ACCESS"):
        reader.bulk2.Lead.insert(records=[{"LastName": "x", "Company": "y"}], wait=0)
    assert list(reader.bulk2.Lead.query("SELECT Id FROM Lead", wait=0)) == ['"Id"\n']
    writers = Ingest(crm)
    other = crm.http("GET", f"{V}/jobs/ingest/{writers.shown['id']}", headers=crm.authorized("reader"))
    assert other.status_code == 404


def test_a_job_outlives_the_server(tmp_path: Path) -> None:
    path = str(tmp_path / "crm.db")
    with running(path) as crm:
        job = Ingest(crm)
        job.run("LastName,Company\nx,y\n")
    with running(path) as crm:
        shown = crm.http("GET", f"{V}/jobs/ingest/{job.shown['id']}", headers=crm.authorized()).json()
    assert (shown["state"], shown["numberRecordsProcessed"]) == ("JobComplete", 1)


# ---- what Salesforce has beside, and this server has not


def test_the_older_bulk_api_is_refused_in_its_own_shape(sf: Any) -> None:
    with pytest.raises(SalesforceMalformedRequest, match="FeatureNotEnabled"):
        sf.bulk.Lead.insert([{"LastName": "x", "Company": "y"}])


def test_a_search_is_refused_by_name(sf: Any) -> None:
    for name, words in (("search", "FIND {x} IN ALL FIELDS"), ("quick_search", "x")):
        with pytest.raises(SalesforceRefusedRequest, match=r"search is not part of.*FUNCTIONALITY_NOT_ENABLED"):
            getattr(sf, name)(words)
    with pytest.raises(SalesforceRefusedRequest, match=r"explain is not part of.*FUNCTIONALITY_NOT_ENABLED"):
        sf.restful("query", params={"explain": "SELECT Id FROM Lead"})
    with pytest.raises(SalesforceRefusedRequest, match=r"tooling is not part of.*FUNCTIONALITY_NOT_ENABLED"):
        sf.toolingexecute("executeAnonymous/?anonymousBody=x")


def test_a_soap_login_is_told_how_to_sign_in(crm: Crm) -> None:
    answer = crm.http("POST", "/services/Soap/u/62.0", data="<x/>", headers={"Content-Type": "text/xml"})
    assert "<sf:exceptionCode>FUNCTIONALITY_NOT_ENABLED</sf:exceptionCode>" in answer.text
    assert "client credentials" in answer.text
