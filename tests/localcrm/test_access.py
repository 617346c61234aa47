"""UserRecordAccess as Salesforce answers it: one user, named records, nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from simple_salesforce.exceptions import SalesforceError

from tests.localcrm.driving import Crm


def ask(sf: Any, where: str, fields: str = "RecordId, HasEditAccess") -> list[dict[str, Any]]:
    found = sf.query(f"SELECT {fields} FROM UserRecordAccess WHERE {where}")["records"]
    return [{k: v for k, v in row.items() if k != "attributes"} for row in found]


@pytest.fixture
def lead(sf: Any) -> str:
    return str(sf.Lead.create({"LastName": "Hopper", "Company": "Cobol"})["id"])


@pytest.fixture
def user(crm: Crm) -> str:
    fields = {"LastName": "Ruiz", "Username": "ines@acme.example", "Email": "ines@acme.example"}
    return str(crm.control("POST", "User/add", {"fields": fields}).json()["id"])


def test_everybody_edits_but_for_what_was_taken_away(crm: Crm, sf: Any, lead: str, user: str) -> None:
    where = f"UserId = '{user}' AND RecordId IN ('{lead}', '00Q000000009999AAA')"
    assert ask(sf, where) == [{"RecordId": lead, "HasEditAccess": True}]
    crm.control("POST", "access", {"user_id": user, "record_id": lead, "edit": False})
    assert ask(sf, where, "RecordId, HasReadAccess, HasEditAccess") == [
        {"RecordId": lead, "HasReadAccess": True, "HasEditAccess": False}
    ]
    crm.control("POST", "access", {"user_id": user, "record_id": lead, "edit": True})
    assert ask(sf, f"RecordId = '{lead}' AND UserId = '{user}'") == [{"RecordId": lead, "HasEditAccess": True}]


def test_a_user_who_left_edits_nothing(crm: Crm, sf: Any, lead: str, user: str) -> None:
    crm.control("POST", f"User/{user}/edit", {"fields": {"IsActive": False}})
    assert ask(sf, f"UserId = '{user}' AND RecordId = '{lead}'") == [{"RecordId": lead, "HasEditAccess": False}]


@pytest.mark.parametrize(
    "where",
    [
        "UserId = '{user}'",
        "RecordId = '{lead}'",
        "UserId IN ('{user}', '{lead}') AND RecordId = '{lead}'",
        "UserId = '{user}' AND RecordId != '{lead}'",
        "UserId = '{user}' OR RecordId = '{lead}'",
        "UserId = '{user}' AND RecordId = '{lead}' LIMIT 1",
        "UserId = '{user}' AND RecordId = '{lead}' AND HasEditAccess = true",
        "UserId = '{user}' AND RecordId IN ({many})",
    ],
)
def test_any_other_shape_is_an_error(sf: Any, lead: str, user: str, where: str) -> None:
    many = ", ".join(f"'00Q{n:012d}AAA'" for n in range(201))
    with pytest.raises(SalesforceError):
        ask(sf, where.format(user=user, lead=lead, many=many))


def test_describe_tells_each_user_its_own_rights(crm: Crm) -> None:
    """Object Reference, describe: createable and updateable are those of the caller."""

    def rights(client_id: str) -> set[tuple[bool, bool]]:
        told = crm.client(client_id).Lead.describe()
        field = next(f for f in told["fields"] if f["name"] == "Rating")
        return {(told["createable"], told["updateable"]), (field["createable"], field["updateable"])}

    assert rights("writer") == {(True, True)}
    assert rights("reader") == {(False, False)}
