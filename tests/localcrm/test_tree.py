"""sObject Tree: a record with its children in one call. Source: REST API Developer Guide, sObject Tree."""

from __future__ import annotations

from typing import Any

import pytest
from simple_salesforce.exceptions import SalesforceMalformedRequest


def node(name: str, reference: str, **fields: Any) -> dict[str, Any]:
    return {"attributes": {"type": name, "referenceId": reference}, **fields}


def plant(sf: Any, *records: dict[str, Any], name: str = "Account") -> Any:
    return sf.restful(f"composite/tree/{name}", method="POST", json={"records": list(records)})


def test_children_point_to_their_parent(sf: Any) -> None:
    contacts = {"records": [node("Contact", "c1", LastName="Ibarra"), node("Contact", "c2", LastName="Zubiri")]}
    answer = plant(sf, node("Account", "a1", Name="Iberia", Contacts=contacts), node("Account", "a2", Name="Nordic"))
    assert (answer["hasErrors"], [r["referenceId"] for r in answer["results"]]) == (False, ["a1", "c1", "c2", "a2"])
    found = sf.query("SELECT LastName, Account.Name FROM Contact ORDER BY LastName")["records"]
    assert [(r["LastName"], r["Account"]["Name"]) for r in found] == [("Ibarra", "Iberia"), ("Zubiri", "Iberia")]


def test_one_refusal_and_nothing_of_the_tree_stays(sf: Any) -> None:
    contacts = {"records": [node("Contact", "c1", LastName="Ibarra"), node("Contact", "c2", FirstName="Nameless")]}
    with pytest.raises(SalesforceMalformedRequest) as refused:
        plant(sf, node("Account", "a1", Name="Iberia", Contacts=contacts))
    content: Any = refused.value.content
    assert content["hasErrors"] is True
    assert [(r["referenceId"], r["errors"][0]["statusCode"]) for r in content["results"]] == [
        ("c2", "REQUIRED_FIELD_MISSING")
    ]
    assert sf.query("SELECT COUNT() FROM Account")["totalSize"] == 0


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ([node("Account", f"a{n}", Name="x") for n in range(201)], "EXCEEDED_ID_LIMIT"),
        ([node("Account", "a", Name="x"), node("Account", "a", Name="y")], "INVALID_INPUT"),
        ([node("Lead", "a", LastName="x")], "INVALID_INPUT"),
        ([{"Name": "no reference"}], "INVALID_INPUT"),
        ([node("Account", "a", Name="x", Contacts={"records": "none"})], "JSON_PARSER_ERROR"),
    ],
)
def test_a_tree_that_cannot_be_is_refused(sf: Any, records: list[dict[str, Any]], code: str) -> None:
    with pytest.raises(SalesforceMalformedRequest, match=code):
        plant(sf, *records)
    assert sf.query("SELECT COUNT() FROM Account")["totalSize"] == 0


def test_an_unknown_relationship_is_an_unknown_field(sf: Any) -> None:
    with pytest.raises(SalesforceMalformedRequest) as refused:
        plant(sf, node("Account", "a", Name="x", Nonsenses={"records": []}))
    content: Any = refused.value.content
    assert content["results"][0]["errors"][0]["statusCode"] == "INVALID_FIELD"
