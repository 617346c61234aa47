"""SOQL over the wire: meaning, paging, refusals with their place, and that no text breaks the server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from simple_salesforce.exceptions import SalesforceMalformedRequest
from simple_salesforce.format import format_soql

from localcrm.options import Options
from localcrm.request import Call
from localcrm.service import Service
from localcrm.soql import dates
from tests.localcrm.driving import START, WRITER, Crm, SetClock

QUIET = {"Sforce-Auto-Assign": "FALSE", "Sforce-Duplicate-Rule-Header": "allowSave=true"}


@pytest.fixture
def org(sf: Any) -> dict[str, str]:
    """Two accounts with contacts and opportunities, and three leads."""

    def add(name: str, **body: Any) -> str:
        return str(getattr(sf, name).create(body, headers=QUIET)["id"])

    iberia = add(
        "Account", Name="Iberia Carga", Industry="Transportation", Products_Owned__c="Analytics;Route planning"
    )
    nordic = add("Account", Name="Nordic Haul", AnnualRevenue=5_000_000, Products_Owned__c="Analytics")
    add("Contact", LastName="Ibarra", FirstName="Ana", AccountId=iberia, Email="ana@iberia.example")
    add("Contact", LastName="Zubiri", AccountId=iberia)
    add("Opportunity", Name="Pilot", AccountId=iberia, StageName="Prospecting", CloseDate="2026-03-10", Amount=1000)
    add("Opportunity", Name="Roll-out", AccountId=iberia, StageName="Closed Won", CloseDate="2025-12-01", Amount=9000)
    add("Lead", LastName="Núñez", Company="Ñandú", Rating="Hot")
    add("Lead", LastName="O'Hara", Company="100% Freight", NumberOfEmployees=40)
    add("Lead", LastName="Weiß", Company="a_b", Rating="Cold", NumberOfEmployees=400)
    return {"iberia": iberia, "nordic": nordic}


def names(sf: Any, where: str, field: str = "LastName", source: str = "Lead") -> list[str]:
    return [r[field] for r in sf.query(f"SELECT {field} FROM {source} WHERE {where} ORDER BY {field}")["records"]]


@pytest.mark.usefixtures("org")
@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("Rating = 'hot'", ["Núñez"]),
        ("LastName = 'NÚÑEZ'", ["Núñez"]),
        ("LastName LIKE 'nú%'", ["Núñez"]),
        ("Rating = null", ["O'Hara"]),
        ("Rating = ''", ["O'Hara"]),
        ("Rating != 'Hot'", ["O'Hara", "Weiß"]),
        ("NOT Rating = 'Hot'", ["O'Hara", "Weiß"]),
        ("Rating NOT IN ('Hot', 'Cold')", ["O'Hara"]),
        ("Rating IN ('Hot', null)", ["Núñez", "O'Hara"]),
        ("NOT NumberOfEmployees < 100", ["Núñez", "Weiß"]),
        ("NumberOfEmployees >= 40 AND (Rating = 'Cold' OR Rating = 'Hot')", ["Weiß"]),
        ("LastName = 'O\\'Hara'", ["O'Hara"]),
        ("LastName = '\\u004Fu0027Hara'", []),
        ("LastName = 'O\\u0027Hara'", ["O'Hara"]),
        ("Company LIKE '100\\u0025%'", ["O'Hara"]),
        ("LastName = 'WEISS'", []),
        ("LastName = 'WEIß'", ["Weiß"]),
        ("Company LIKE '100\\%%'", ["O'Hara"]),
        ("Company LIKE 'a\\_b'", ["Weiß"]),
        ("Company LIKE 'a\\_'", []),
        ("HasOptedOutOfEmail = false AND DoNotCall != true", ["Núñez", "O'Hara", "Weiß"]),
        ("CreatedDate = TODAY", ["Núñez", "O'Hara", "Weiß"]),
        ("CreatedDate = LAST_N_DAYS:3", ["Núñez", "O'Hara", "Weiß"]),
        ("CreatedDate < TODAY OR CreatedDate > TODAY", []),
        ("CreatedDate >= 2026-03-02T10:00:00+01:00", ["Núñez", "O'Hara", "Weiß"]),
        ("CreatedDate > 2026-03-02T09:00:00Z", []),
        ("Owner.Name = 'Integration Writer'", ["Núñez", "O'Hara", "Weiß"]),
        ("Owner.Type = 'Queue'", []),
    ],
)
def test_conditions_mean_what_they_mean_in_salesforce(sf: Any, where: str, expected: list[str]) -> None:
    assert names(sf, where) == expected


@pytest.mark.usefixtures("org")
def test_joins_both_ways(sf: Any, org: dict[str, str]) -> None:
    records = sf.query("SELECT Name, Account.Name, Account.Owner.Name FROM Contact ORDER BY LastName")["records"]
    assert records[0]["Account"]["Name"] == "Iberia Carga"
    assert records[0]["Account"]["attributes"]["url"].endswith(org["iberia"])
    assert records[0]["Account"]["Owner"]["Name"] == "Integration Writer"
    accounts = sf.query(
        "SELECT Name, (SELECT LastName, Account.Industry FROM Contacts ORDER BY LastName DESC LIMIT 1), "
        "(SELECT Id FROM Opportunities WHERE IsClosed = false) FROM Account a ORDER BY a.Name"
    )["records"]
    assert [c["LastName"] for c in accounts[0]["Contacts"]["records"]] == ["Zubiri"]
    assert accounts[0]["Contacts"]["records"][0]["Account"]["Industry"] == "Transportation"
    assert accounts[0]["Opportunities"]["totalSize"] == 1
    assert accounts[1]["Contacts"] is None
    assert names(sf, "Id IN (SELECT AccountId FROM Opportunity WHERE IsWon = true)", "Name", "Account") == [
        "Iberia Carga"
    ]
    assert names(sf, "Id NOT IN (SELECT AccountId FROM Opportunity)", "Name", "Account") == ["Nordic Haul"]
    assert names(sf, "Account.Industry != 'Transportation'", "LastName", "Contact") == []


@pytest.mark.usefixtures("org")
def test_a_checkbox_of_a_parent_that_is_not_there_is_false(sf: Any) -> None:
    """SOQL and SOSL Reference, null Values in Lookup Relationships and Outer Joins."""
    sf.Contact.create({"LastName": "Alone"})
    everybody = ["Alone", "Ibarra", "Zubiri"]
    assert names(sf, "Account.Strategic__c = false", "LastName", "Contact") == everybody
    assert names(sf, "Account.Strategic__c = null", "LastName", "Contact") == everybody
    assert names(sf, "Account.Strategic__c IN (false)", "LastName", "Contact") == everybody
    assert names(sf, "Account.Strategic__c != false", "LastName", "Contact") == []


def test_names_of_owners_are_sorted_and_grouped_without_their_capitals(crm: Crm, sf: Any) -> None:
    for name in ("Zoe", "adam"):
        user = {"Username": f"{name}@x.example", "LastName": name, "Email": f"{name}@x.example"}
        owner = crm.control("POST", "User/add", {"fields": user}).json()["id"]
        sf.Lead.create({"LastName": name, "Company": "x", "OwnerId": owner}, headers=QUIET)
    found = sf.query("SELECT Owner.Name FROM Lead ORDER BY Owner.Name DESC")["records"]
    assert [r["Owner"]["Name"] for r in found] == ["Zoe", "adam"]


@pytest.mark.usefixtures("org")
def test_multi_picklists(sf: Any) -> None:
    def owning(condition: str) -> list[str]:
        return names(sf, f"Products_Owned__c {condition}", "Name", "Account")

    assert owning("INCLUDES ('Route planning')") == ["Iberia Carga"]
    assert owning("INCLUDES ('Analytics;Route planning', 'Depot management')") == ["Iberia Carga"]
    assert owning("EXCLUDES ('Route planning')") == ["Nordic Haul"]


@pytest.mark.usefixtures("org")
def test_counting_and_grouping(sf: Any) -> None:
    assert sf.query("SELECT COUNT() FROM Lead WHERE Rating != null")["totalSize"] == 2
    rows = sf.query(
        "SELECT AccountId, Account.Name, COUNT(Id) deals, SUM(Amount), MAX(CloseDate) FROM Opportunity "
        "GROUP BY AccountId, Account.Name HAVING COUNT(Id) > 1 ORDER BY COUNT(Id) DESC"
    )["records"]
    assert [(r["Name"], r["deals"], r["expr0"], r["expr1"]) for r in rows] == [
        ("Iberia Carga", 2, 10000.0, "2026-03-10")
    ]
    assert sf.query("SELECT COUNT_DISTINCT(Rating) FROM Lead")["records"][0]["expr0"] == 2


@pytest.mark.usefixtures("org")
def test_parts_of_dates(sf: Any) -> None:
    """SOQL and SOSL Reference, Date Functions: in UTC, weeks from the first day, Sunday the first of its week."""
    rows = sf.query(
        "SELECT CALENDAR_YEAR(CloseDate) year, CALENDAR_QUARTER(CloseDate), COUNT(Id) n FROM Opportunity "
        "GROUP BY CALENDAR_YEAR(CloseDate), CALENDAR_QUARTER(CloseDate) ORDER BY CALENDAR_YEAR(CloseDate) DESC"
    )["records"]
    assert [(r["year"], r["expr0"], r["n"]) for r in rows] == [(2026, 1, 1), (2025, 4, 1)]
    # Roll-out closed on Monday, 1 December 2025; the leads came on Monday, 2 March 2026, at nine.
    for condition in ("CALENDAR_MONTH(CloseDate) = 12", "DAY_IN_WEEK(CloseDate) = 2 AND DAY_IN_YEAR(CloseDate) > 300"):
        assert names(sf, condition, "Name", "Opportunity") == ["Roll-out"]
    for condition in ("DAY_ONLY(CreatedDate) = 2026-03-02", "DAY_ONLY(CreatedDate) = TODAY"):
        assert len(names(sf, f"{condition} AND WEEK_IN_YEAR(CreatedDate) = 9")) == 3
    assert names(sf, "HOUR_IN_DAY(CreatedDate) = 9 AND DAY_IN_MONTH(CreatedDate) != 2") == []
    never_bounced = "CALENDAR_YEAR(EmailBouncedDate) = null AND WEEK_IN_MONTH(CreatedDate) = 1"
    assert names(sf, f"{never_bounced} AND Rating = 'Hot'") == ["Núñez"]


@pytest.mark.usefixtures("org")
def test_order_limit_and_offset(sf: Any) -> None:
    def ordered(rest: str) -> list[Any]:
        return [r["Rating"] for r in sf.query(f"SELECT Rating FROM Lead ORDER BY Rating {rest}")["records"]]

    assert ordered("") == [None, "Cold", "Hot"]
    assert ordered("DESC NULLS LAST") == ["Hot", "Cold", None]
    assert ordered("ASC NULLS LAST LIMIT 1 OFFSET 1") == ["Hot"]


@pytest.mark.usefixtures("org")
def test_groups_are_an_object_although_group_is_a_word(sf: Any) -> None:
    assert sf.query("SELECT Type, COUNT(Id) FROM Group GROUP BY Type")["records"] == []


@pytest.mark.usefixtures("org")
def test_all_fields_need_a_limit(sf: Any) -> None:
    assert "Agent_Score__c" in sf.query("SELECT FIELDS(ALL) FROM Lead LIMIT 1")["records"][0]
    assert "Agent_Score__c" not in sf.query("SELECT FIELDS(STANDARD) FROM Lead")["records"][0]
    with pytest.raises(SalesforceMalformedRequest, match="LIMIT of at most 200"):
        sf.query("SELECT FIELDS(ALL) FROM Lead")


def test_text_written_by_format_soql_is_only_text(sf: Any, org: dict[str, str]) -> None:
    hostile = "x' OR Name != '\\"
    assert sf.query(format_soql("SELECT Id FROM Account WHERE Name = {}", hostile))["totalSize"] == 0
    sf.Account.update(org["nordic"], {"Name": hostile})
    assert sf.query(format_soql("SELECT Id FROM Account WHERE Name = {}", hostile))["totalSize"] == 1
    brackets = "'((" * 80
    assert sf.query(format_soql("SELECT Id FROM Account WHERE Name = {}", brackets))["totalSize"] == 0


_CONTACTS = "Id IN (SELECT AccountId FROM Contact)"


@pytest.mark.parametrize(
    ("soql", "code", "column"),
    [
        ("SELECT Id FORM Lead", "MALFORMED_QUERY", 16),
        ("SELECT Id FROM Lead WHERE Rating = 'Hot' FOR UPDATE", "MALFORMED_QUERY", 42),
        ("SELECT Id FROM Lead WITH SECURITY_ENFORCED", "MALFORMED_QUERY", 26),
        ("SELECT Id FROM Lead USING SCOPE mine", "MALFORMED_QUERY", 27),
        ("SELECT Id FROM Lead FOR", "MALFORMED_QUERY", 21),
        ("SELECT Id FROM Lead with LIMIT 1", "MALFORMED_QUERY", 21),
        ("SELECT Id FROM Lead WHERE Rating = 'a' AND Rating = 'b' OR Rating = 'c'", "MALFORMED_QUERY", 57),
        ("SELECT TYPEOF What WHEN Account THEN Phone END FROM Task", "MALFORMED_QUERY", 20),
        ("SELECT Id FROM Lead WHERE Rating IN ()", "MALFORMED_QUERY", 38),
        ("SELECT toLabel(Status) FROM Lead", "MALFORMED_QUERY", 8),
        ("SELECT Id FROM Lead WHERE CALENDAR_YEAR(LastName) = 2026", "MALFORMED_QUERY", 27),
        ("SELECT Id FROM Lead WHERE CENTURY(CreatedDate) = 21", "MALFORMED_QUERY", 27),
        ("SELECT Id FROM Opportunity WHERE HOUR_IN_DAY(CloseDate) = 1", "MALFORMED_QUERY", 34),
        ("SELECT CALENDAR_YEAR(CreatedDate), COUNT(Id) FROM Lead", "MALFORMED_QUERY", 8),
        ("SELECT CALENDAR_YEAR(CreatedDate) FROM Lead", "MALFORMED_QUERY", 8),
        ("SELECT Id FROM Lead ORDER BY CALENDAR_YEAR(CreatedDate)", "MALFORMED_QUERY", 30),
        ("SELECT Id FROM Lead WHERE CreatedDate = SOMEDAY", "MALFORMED_QUERY", 41),
        ("SELECT Id FROM Lead WHERE LastName = 'a\\q'", "MALFORMED_QUERY", 38),
        ("SELECT Id FROM Lead WHERE LastName = 'a\\u00e'", "MALFORMED_QUERY", 38),
        ("SELECT Id FROM Lead WHERE LastName = 'a\\ud800'", "MALFORMED_QUERY", 38),
        ("SELECT Id FROM Lead WHERE LastName = 'a\\%'", "MALFORMED_QUERY", 38),
        ("SELECT Id FROM Lead WHERE LastName IN ('x', 'a\\_')", "MALFORMED_QUERY", 45),
        ("SELECT Name, COUNT(Id) FROM Lead", "MALFORMED_QUERY", 8),
        ("SELECT COUNT() n FROM Lead", "MALFORMED_QUERY", 8),
        ("SELECT Id FROM Lead GROUP BY ROLLUP(Rating)", "MALFORMED_QUERY", 30),
        ("SELECT COUNT(Id) FROM Lead GROUP BY CreatedDate", "MALFORMED_QUERY", 37),
        ("SELECT COUNT(Id) FROM Opportunity GROUP BY Amount", "MALFORMED_QUERY", 44),
        ("SELECT COUNT(Id) FROM Account GROUP BY Products_Owned__c", "MALFORMED_QUERY", 40),
        ("SELECT COUNT(Products_Owned__c) FROM Account", "MALFORMED_QUERY", 8),
        ("SELECT COUNT_DISTINCT(HasOptedOutOfEmail) FROM Lead", "MALFORMED_QUERY", 8),
        ("SELECT Id FROM Account ORDER BY Products_Owned__c", "MALFORMED_QUERY", 33),
        ("SELECT Id FROM Account WHERE Products_Owned__c LIKE 'A%'", "INVALID_FIELD", 53),
        ("SELECT Nope FROM Lead", "INVALID_FIELD", 8),
        ("SELECT Boss.Name FROM Lead", "INVALID_FIELD", 8),
        ("SELECT Id FROM Lead WHERE LastName = 5", "INVALID_FIELD", 38),
        ("SELECT Id FROM Lead WHERE CreatedDate = '2026-01-01'", "INVALID_FIELD", 41),
        ("SELECT Id FROM Lead WHERE Description = 'x'", "INVALID_FIELD", 41),
        ("SELECT Id FROM Nope", "INVALID_TYPE", 16),
        ("SELECT Id, (SELECT Id FROM Contacts) FROM Lead", "INVALID_FIELD", 28),
        (
            "SELECT Id, (SELECT Id FROM Contacts), (SELECT Name FROM contacts LIMIT 1) FROM Account",
            "MALFORMED_QUERY",
            57,
        ),
        ("SELECT Id FROM Account WHERE Id IN (SELECT Name FROM Contact)", "MALFORMED_QUERY", 44),
        (f"SELECT Id FROM Account WHERE Name = 'x' OR {_CONTACTS}", "MALFORMED_QUERY", 73),
        (f"SELECT Id FROM Account WHERE NOT {_CONTACTS}", "MALFORMED_QUERY", 63),
        (f"SELECT Id FROM Account WHERE {_CONTACTS} AND {_CONTACTS} AND {_CONTACTS}", "MALFORMED_QUERY", 143),
        ("SELECT Id FROM Account WHERE Id IN (SELECT ParentId FROM Account)", "MALFORMED_QUERY", 58),
        (
            f"SELECT Id FROM Lead WHERE OwnerId IN (SELECT OwnerId FROM Account WHERE {_CONTACTS})",
            "MALFORMED_QUERY",
            59,
        ),
        ("SELECT", "MALFORMED_QUERY", 7),
    ],
)
def test_what_is_not_understood_is_refused_with_its_place(sf: Any, soql: str, code: str, column: int) -> None:
    with pytest.raises(SalesforceMalformedRequest) as refused:
        sf.query(soql)
    content: Any = refused.value.content
    assert content[0]["errorCode"] == code
    assert f"ERROR at Row:1:Column:{column}\n" in content[0]["message"]


def test_paging_by_locator(crm: Crm, sf: Any) -> None:
    for start in range(0, 450, 150):
        records = [{"attributes": {"type": "Account"}, "Name": f"A{i:03}"} for i in range(start, start + 150)]
        sf.restful("composite/sobjects", method="POST", json={"records": records})
    sf.headers["Sforce-Query-Options"] = "batchSize=200"
    first = sf.query("SELECT Name FROM Account ORDER BY Name")
    assert (first["totalSize"], first["done"], len(first["records"])) == (450, False, 200)
    second = sf.query_more(first["nextRecordsUrl"], identifier_is_url=True)
    third = sf.query_more(second["nextRecordsUrl"], identifier_is_url=True)
    assert (third["done"], third["records"][-1]["Name"], len(third["records"])) == (True, "A449", 50)
    assert len(sf.query_all("SELECT Name FROM Account")["records"]) == 450
    with pytest.raises(SalesforceMalformedRequest, match="INVALID_QUERY_LOCATOR"):
        sf.query_more(first["nextRecordsUrl"] + "9999", identifier_is_url=True)


def test_groups_do_not_go_on_to_a_second_page(sf: Any) -> None:
    """SOQL and SOSL Reference, GROUP BY: queryMore() is not supported, so what does not fit one batch is refused."""
    for start in range(0, 2001, 200):
        records = [{"attributes": {"type": "Account"}, "Name": f"A{i}"} for i in range(start, min(start + 200, 2001))]
        sf.restful("composite/sobjects", method="POST", json={"records": records})
    grouped = "SELECT Name, COUNT(Id) FROM Account GROUP BY Name"
    with pytest.raises(SalesforceMalformedRequest, match=r"use LIMIT to restrict the results.*EXCEEDED_ID_LIMIT"):
        sf.query(grouped)
    first = sf.query(f"{grouped} LIMIT 2000")
    assert (first["totalSize"], first["done"]) == (2000, True)


def test_date_literals() -> None:
    today = START.date()  # Monday, 2 March 2026

    def days(name: str, count: int = 0) -> tuple[str, str]:
        span = dates.span(name, count, today)
        return span.start.isoformat(), span.end.isoformat()

    assert days("YESTERDAY") == ("2026-03-01", "2026-03-02")
    assert days("LAST_N_DAYS", 7) == ("2026-02-23", "2026-03-03")
    assert days("NEXT_N_DAYS", 7) == ("2026-03-03", "2026-03-10")
    assert days("LAST_90_DAYS") == ("2025-12-02", "2026-03-03")
    assert days("LAST_WEEK") == ("2026-02-23", "2026-03-02")
    assert days("THIS_MONTH") == ("2026-03-01", "2026-04-01")
    assert days("LAST_QUARTER") == ("2025-10-01", "2026-01-01")
    assert days("NEXT_FISCAL_YEAR") == ("2027-01-01", "2028-01-01")
    assert days("LAST_N_MONTHS", 2) == ("2026-01-01", "2026-03-01")
    assert days("N_DAYS_AGO", 30) == ("2026-01-31", "2026-02-01")
    assert days("LAST_N_YEARS", 999_999)[0] == "0001-01-01"


_PIECES = (
    "SELECT FROM WHERE AND OR NOT IN LIKE INCLUDES GROUP BY HAVING ORDER ASC NULLS FIRST LIMIT OFFSET COUNT SUM "
    "FIELDS Id Name Lead Account Contact Contacts Owner.Name OwnerId Rating CreatedDate AnnualRevenue TODAY "
    "LAST_N_DAYS:30 null true 'x' 'é\\'' '%' 5 -1.5 2026-01-01 2026-01-01T00:00:00Z ( ) ( ) , , = != < . : \\ '"
)
_WORDS = st.sampled_from(_PIECES.split())
_VALUES = (
    *("'x'", "''", "null", "5", "TODAY", "('a', null)", "(SELECT OwnerId FROM Lead)", "LAST_N_YEARS:99999", "1e5"),
    *("9" * 500, "2026-02-31", "9999-12-31T23:59:59-12:00", "true", "'" + "a" * 18 + "'", "'\ud800'"),
)
_NEARLY = st.builds(
    "SELECT {} FROM {} WHERE {} {} {} {}".format,
    st.sampled_from(["Id", "Id, Owner.Name", "COUNT(Id)", "COUNT()", "FIELDS(ALL)", "Id, (SELECT Id FROM Contacts)"]),
    st.sampled_from(["Account", "Lead", "Task", "Group"]),
    st.sampled_from(
        ["Id", "Name", "Owner.Name", "CreatedDate", "AnnualRevenue", "IsDeleted", "Who.Type", "Products_Owned__c"]
    ),
    st.sampled_from(["=", "<", "LIKE", "INCLUDES", "IN", "NOT IN"]),
    st.sampled_from(_VALUES),
    st.sampled_from(["", "LIMIT 5", "ORDER BY Id", "GROUP BY Id", "LIMIT 0 OFFSET 3000", "ORDER BY COUNT(Id)"]),
)


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    found = Service(":memory:", Options(clients=(WRITER,), clock=SetClock()))
    yield found
    found.close()


def answered(service: Service, soql: str) -> bool:
    """Rows, or a refusal that says why."""
    headers = {"authorization": f"Bearer {service.issue('writer').access_token}"}
    reply = service.data(Call("GET", ("v62.0", "query"), {"q": soql}, headers))
    if reply.status == 200:
        return reply.body["done"] is True
    return reply.status == 400 and bool(reply.body[0]["errorCode"] and reply.body[0]["message"])


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(soql=st.one_of(st.text(max_size=80), st.lists(_WORDS, max_size=25).map(" ".join), _NEARLY))
def test_no_text_is_worse_than_a_refusal(service: Service, soql: str) -> None:
    assert answered(service, soql)


@pytest.mark.parametrize(
    "soql",
    [
        "SELECT Id FROM Lead WHERE " + "(" * 500 + "Id = null" + ")" * 500,
        "SELECT Id FROM Lead WHERE " + " AND ".join(["Rating = 'x'"] * 3000),
        "SELECT Id FROM Lead WHERE Rating IN (" + ",".join(["'x'"] * 20_000) + ")",
        "SELECT Id FROM Lead WHERE " + "NOT " * 3000 + "Rating = 'x'",
        "SELECT Id FROM Lead WHERE Name LIKE '" + "%a" * 40_000 + "'",
        "SELECT " + ",".join(f"Account.{'Parent.' * n}Name" for n in range(1, 5)) + " FROM Contact",
        "SELECT Id FROM Lead" + " " * 200_000,
        "SELECT Id FROM Lead WHERE Rating = '\ud800'",
    ],
)
def test_a_query_that_is_too_much_is_no_server_error(service: Service, soql: str) -> None:
    assert answered(service, soql)
