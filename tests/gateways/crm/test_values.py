"""Values, plans and queries: the pure parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import NotAuthorised
from domain.leads import RecordRef
from domain.model import Scalar
from domain.proposals import AddNote, CreateTask, FieldChange, UpdateFields
from gateways.crm.plan import make_plan, record_key
from gateways.crm.soql import children, select
from gateways.crm.values import flatten, http_date, is_id_of, parse_time, same_value

KEY = "f" * 64
LEAD = RecordRef(object="Lead", id="00Q000000000001")

scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text())


class TestSameValue:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (None, ""),
            ("", "  "),
            (5, 5.0),
            (" Hot ", "Hot"),
            ("a\r\nb", "a\nb"),
            ("2026-03-02T09:00:00.000+0000", "2026-03-02T10:00:00+01:00"),
            ("001D000000IqhSL", "001D000000IqhSLIAZ"),
        ],
    )
    def test_spelled_differently(self, one: Scalar, other: Scalar) -> None:
        assert same_value(one, other)
        assert same_value(other, one)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            (None, False),
            (None, 0),
            (True, 1),
            (False, 0),
            ("Hot", "hot"),
            ("5", 6),
            (None, "x"),
            ("001D000000IqhSL", "001D000000IqhSMIAZ"),
            ("2026-03-02T09:00:00Z", "2026-03-02T09:00:01Z"),
        ],
    )
    def test_different(self, one: Scalar, other: Scalar) -> None:
        assert not same_value(one, other)
        assert not same_value(other, one)

    @given(scalars)
    def test_everything_is_itself(self, value: Scalar) -> None:
        assert same_value(value, value)

    @given(scalars, scalars)
    def test_it_does_not_matter_who_is_first(self, one: Scalar, other: Scalar) -> None:
        assert same_value(one, other) is same_value(other, one)


class TestIds:
    @pytest.mark.parametrize("text", ["001D000000IqhSL", "001D000000IqhSLIAZ"])
    def test_ids(self, text: str) -> None:
        assert is_id_of("001", text)
        assert not is_id_of("00Q", text)

    @pytest.mark.parametrize("text", ["", "001", "001D000000IqhSLIAA", "001D000000Iqh-L", "001D000000IqhSLI"])
    def test_no_ids(self, text: str) -> None:
        assert not is_id_of("001", text)


class TestRows:
    def test_parents_are_dotted_and_missing_ones_are_no_fields(self) -> None:
        row = {
            "attributes": {"type": "Lead"},
            "Owner": {"attributes": {}, "Name": "Ines"},
            "Individual": None,
            "Tasks": {"records": []},
            "Rating": None,
        }
        assert flatten(row) == {"Owner.Name": "Ines", "Rating": None}

    def test_header_dates_are_whole_seconds_in_gmt(self) -> None:
        moment = parse_time("2026-03-02T10:00:00.000+0100")
        assert http_date(moment) == "Mon, 02 Mar 2026 09:00:00 GMT"


class TestPlan:
    def test_changes_of_one_record_are_one_change(self) -> None:
        def update(key: str, field: str) -> UpdateFields:
            change = FieldChange(field=field, before=None, after="x")
            return UpdateFields(key=key, record=LEAD, changes=(change,))

        (change,) = make_plan([update("a", "Rating"), update("b", "Industry"), update("c", "Rating")], KEY).changes
        assert change.values == {"Rating": "x", "Industry": "x"}
        assert change.action_keys == ("a", "b", "c")

    def test_two_minds_about_one_field_are_refused(self) -> None:
        actions = [
            UpdateFields(key=after, record=LEAD, changes=(FieldChange(field="Rating", before=None, after=after),))
            for after in ("hot", "cold")
        ]
        with pytest.raises(NotAuthorised):
            make_plan(actions, KEY)

    @pytest.mark.parametrize(
        ("who", "about"),
        [
            ("00Q000000000001", {"WhoId": "00Q000000000001"}),
            ("003000000000001", {"WhoId": "003000000000001", "WhatId": "001000000000001"}),
            ("", {"WhatId": "001000000000001"}),
        ],
    )
    def test_a_task_about_a_lead_is_about_nothing_else(self, who: str, about: dict[str, str]) -> None:
        task = CreateTask(key="t", subject="Call", owner_id="005000000000001", who_id=who, what_id="001000000000001")
        values = make_plan([task], KEY).inserts[0].values
        assert {name: values[name] for name in ("WhoId", "WhatId") if name in values} == about

    def test_each_created_record_has_a_key_of_its_own(self) -> None:
        notes = [AddNote(key=f"n{i}", subject="Note", owner_id="005000000000001") for i in range(3)]
        keys = [insert.values["Agent_Write_Key__c"] for insert in make_plan(notes, KEY).inserts]
        assert keys == [record_key(KEY, i) for i in range(3)]
        assert len(set(keys)) == 3
        assert all(len(str(key)) == 64 for key in keys)


class TestSoql:
    def test_values_are_quoted(self) -> None:
        soql = select("Lead", ("Id",), "LastName = {} AND Company LIKE '{:like}%'", "O'Hara", "50%_", tail="LIMIT 1")
        assert soql == "SELECT Id FROM Lead WHERE LastName = 'O\\'Hara' AND Company LIKE '50\\%\\_%' LIMIT 1"

    def test_children_stand_among_the_fields(self) -> None:
        tasks = children("Tasks", ("Id",), "LIMIT 5")
        assert (
            select("Lead", ("Id", tasks), "Id = {}", "x")
            == "SELECT Id, (SELECT Id FROM Tasks LIMIT 5) FROM Lead WHERE Id = 'x'"
        )

    @pytest.mark.parametrize("field", ["Id FROM User--", "(SELECT Id FROM User)", "", "Na me", "Owner."])
    def test_a_field_name_is_a_name(self, field: str) -> None:
        with pytest.raises(ValueError, match="not a field name"):
            select("Lead", (field,), "Id = {}", "x")

    def test_an_empty_list_is_refused(self) -> None:
        with pytest.raises(ValueError, match="empty"):
            select("Lead", ("Id",), "Id IN {}", [])
