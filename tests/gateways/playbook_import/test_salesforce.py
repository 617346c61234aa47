"""Salesforce assignment rules as rows: the order is kept, and what has no counterpart is named with its line."""

import pytest

from domain.errors import ErrorCode, InputError
from domain.playbook import Segment
from gateways.playbook_import.salesforce import read_assignment_rules

SEGMENTS = (Segment(name="small", at_least=0), Segment(name="mid", at_least=100), Segment(name="big", at_least=1000))

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<AssignmentRules xmlns="http://soap.sforce.com/2006/04/metadata">\n'


def item(field: str, operation: str, value: str) -> str:
    return (
        f"<criteriaItems><field>Lead.{field}</field><operation>{operation}</operation>"
        f"<value>{value}</value></criteriaItems>"
    )


def entry(*parts: str, to: str = "EMEA", kind: str = "Queue") -> str:
    return (
        f"<ruleEntry><assignedTo>{to}</assignedTo><assignedToType>{kind}</assignedToType>{''.join(parts)}</ruleEntry>\n"
    )


def rule(*entries: str, name: str = "Standard", active: str = "true") -> str:
    return (
        f"<assignmentRule><fullName>{name}</fullName><active>{active}</active>\n{''.join(entries)}</assignmentRule>\n"
    )


def read(*rules: str) -> tuple[list[dict[str, object]], list[tuple[int, str]], tuple[str, ...]]:
    body = (HEAD + "".join(rules) + "</AssignmentRules>").encode()
    found = read_assignment_rules(body, "Lead.xml", SEGMENTS)
    rows = [r.model_dump(exclude_defaults=True, mode="json") for r in found.rules]
    return rows, [(m.line, m.why) for m in found.not_translated], found.notes


def test_conditions_become_a_row() -> None:
    rows, missed, _ = read(
        rule(
            entry(
                item("Country", "equals", "Spain,Portugal,IT"),
                item("State", "equals", "Madrid"),
                item("LeadSource", "equals", "Web"),
                item("Industry", "equals", "Food &amp; Beverage"),
                item("NumberOfEmployees", "greaterOrEqual", "100"),
                item("NumberOfEmployees", "lessThan", "1000"),
                item("Product_Interest__c", "equals", "Analytics"),
                item("Preferred_Language__c", "equals", "Spanish"),
                item("PostalCode", "startsWith", "28,08"),
                item("Email", "contains", "@northwind.example"),
            )
        )
    )
    assert missed == []
    assert rows == [
        {
            "id": "Standard 1",
            "queue": "EMEA",
            "countries": ["ES", "PT", "IT"],
            "regions": ["Madrid"],
            "postal": ["28*", "08*"],
            "segments": ["mid"],
            "products": ["Analytics"],
            "languages": ["es"],
            "lead_sources": ["Web"],
            "industries": ["Food & Beverage"],
            "domains": ["northwind.example"],
        }
    ]


def test_the_order_of_the_entries_is_kept_and_a_user_is_named() -> None:
    rows, _, _ = read(
        rule(
            entry(item("Country", "equals", "US"), to="ada@acme.example", kind="User"),
            entry(item("Country", "equals", "US,CA"), to="North_America"),
            entry(to="Inbound"),
        )
    )
    assert [(r["id"], r.get("owner", r.get("queue")), r.get("countries")) for r in rows] == [
        ("Standard 1", "ada@acme.example", ["US"]),
        ("Standard 2", "North_America", ["US", "CA"]),
        ("Standard 3", "Inbound", None),
    ]


def test_filter_logic_becomes_one_row_per_alternative_in_place() -> None:
    logic = "<booleanFilter>1 AND (2 OR 3)</booleanFilter>"
    rows, missed, _ = read(
        rule(
            entry(
                logic,
                item("Country", "equals", "ES"),
                item("State", "equals", "Madrid"),
                item("LeadSource", "equals", "Web"),
            ),
            entry(to="Rest"),
        )
    )
    assert missed == []
    assert [(r["id"], r.get("regions"), r.get("lead_sources")) for r in rows] == [
        ("Standard 1a", ["Madrid"], None),
        ("Standard 1b", None, ["Web"]),
        ("Standard 2", None, None),
    ]


def test_a_postal_range_from_two_comparisons() -> None:
    rows, _, _ = read(
        rule(entry(item("PostalCode", "greaterOrEqual", "28000"), item("PostalCode", "lessThan", "29000")))
    )
    assert rows[0]["postal"] == ["28000..28999"]


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ((item("Country", "notEqual", "US"),), "Country notEqual: a row can only ask for equal values"),
        ((item("Country", "equals", "Atlantis"),), "Atlantis is no known country"),
        ((item("AnnualRevenue", "greaterThan", "5"),), "nothing in a playbook row asks AnnualRevenue"),
        ((item("Country", "equals", ""),), "asked to be empty"),
        ((item("Lead_Source__c", "equals", "Web"),), "Lead_Source__c is the org's own field"),
        ((item("Region__c", "equals", "EMEA"),), "Region__c is the org's own field"),
        ((item("NumberOfEmployees", "greaterThan", "499"),), "no size of the playbook begins at 500 employees"),
        ((item("Country", "equals", "ES"), item("Country", "equals", "US")), "exclude each other"),
        (("<formula>ISPICKVAL(Rating, &quot;Hot&quot;)</formula>",), "decides by the formula ISPICKVAL"),
        (("<booleanFilter>NOT 1</booleanFilter>", item("Country", "equals", "ES")), "has a NOT"),
        (("<booleanFilter>1 AND 4</booleanFilter>", item("Country", "equals", "ES")), "names a condition"),
        (("<booleanFilter>(1 OR 1</booleanFilter>", item("Country", "equals", "ES")), "not closed"),
    ],
)  # fmt: skip
def test_what_has_no_counterpart_is_named_with_its_line_and_takes_no_leads(parts: tuple[str, ...], why: str) -> None:
    rows, missed, _ = read(rule(entry(to="First"), entry(*parts), entry(to="Last")))
    assert [r["queue"] for r in rows] == ["First", "Last"]
    ((line, said),) = missed
    assert line == 5
    assert why in said


def test_of_an_or_what_nobody_knows_is_left_out_and_named() -> None:
    """As orgs write them: the row takes fewer leads, and never other ones."""
    rows, missed, _ = read(rule(entry(item("Country", "equals", "Mexico,Turks,Panama,CDN"), to="LATAM")))
    assert [(r["id"], r["countries"]) for r in rows] == [("Standard 1", ["MX", "PA"])]
    assert [why for _, why in missed] == [
        "Turks is no known country; correct it and import again",
        "CDN is no known country; correct it and import again",
    ]


def test_a_reason_is_told_once_however_many_alternatives_it_stops() -> None:
    logic = "<booleanFilter>1 or 2</booleanFilter>"
    rows, missed, _ = read(rule(entry(logic, item("Market__c", "equals", "A"), item("Market__c", "equals", "B"))))
    assert rows == []
    assert [why for _, why in missed] == ["nothing in a playbook row asks Market__c"]


def test_an_entry_without_an_owner_and_one_of_another_kind() -> None:
    bare = "<ruleEntry><criteriaItems/></ruleEntry>"
    rows, missed, _ = read(rule(bare, entry(to="Team", kind="Role")))
    assert rows == []
    assert "names no owner" in missed[0][1]
    assert "Role" in missed[1][1]


def test_only_the_active_rule_is_read_and_the_rest_is_told() -> None:
    rows, _, notes = read(rule(entry(to="Old"), name="Old", active="false"), rule(entry(to="New"), name="New"))
    assert [r["queue"] for r in rows] == ["New"]
    assert notes == ("Lead.xml:3: rule Old is not active and was left out",)


def test_templates_and_teams_are_noted() -> None:
    _, missed, notes = read(rule(entry("<template>unfiled/New</template>", "<team>Closers</team>")))
    assert missed == []
    assert [n.partition(": ")[2] for n in notes] == [
        "Standard 1: the notification template unfiled/New is not used",
        "Standard 1: predefined teams are not used",
    ]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("<AssignmentRules><a></AssignmentRules>", "not readable as XML"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><AssignmentRules>&a;</AssignmentRules>', "document type is not allowed"),
        ("<Workflow/>", "no assignment rules here"),
        ("<AssignmentRules/>", "no assignment rules here"),
    ],
)
def test_files_that_are_none(body: str, says: str) -> None:
    with pytest.raises(InputError) as refused:
        read_assignment_rules(body.encode(), "Lead.xml", SEGMENTS)
    assert refused.value.code is ErrorCode.INVALID_PLAYBOOK
    assert says in refused.value.detail
    assert refused.value.detail.startswith("Lead.xml:1: ")
