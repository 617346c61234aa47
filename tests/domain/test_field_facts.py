"""What describe says a field takes, held against what a person typed."""

import pytest

from domain.field_facts import FieldFact, misfit
from domain.model import Scalar

TEXT = FieldFact(kind="string", length=5)
LIST = FieldFact(kind="picklist", options=("Hot", "Cold"))
SEVERAL = FieldFact(kind="multipicklist", options=("A", "B"))


@pytest.mark.parametrize(
    ("value", "fact"),
    [
        ("12345", TEXT),
        (None, TEXT),
        ("hot", LIST),
        ("A;B", SEVERAL),
        (4, FieldFact(kind="int")),
        (4.0, FieldFact(kind="int")),
        (4.5, FieldFact(kind="currency")),
        (True, FieldFact(kind="boolean")),
        ("2027-01-31", FieldFact(kind="date")),
        ("2027-01-31T09:00:00Z", FieldFact(kind="datetime")),
        ("a@b.example", FieldFact(kind="email")),
    ],
)
def test_what_the_org_takes(value: Scalar, fact: FieldFact) -> None:
    assert misfit("Field", value, fact) == ""


@pytest.mark.parametrize(
    ("value", "fact", "sentence"),
    [
        ("123456", TEXT, "takes 5 characters, not 6"),
        ("Lukewarm", LIST, "only the values of its list: Hot, Cold"),
        ("A;C", SEVERAL, "only the values of its list"),
        (4.5, FieldFact(kind="int"), "a whole number"),
        ("four", FieldFact(kind="double"), "a number"),
        (True, FieldFact(kind="int"), "Field takes"),
        ("yes", FieldFact(kind="boolean"), "yes or no"),
        ("2027-02-31", FieldFact(kind="date"), "a day"),
        (7, FieldFact(kind="date"), "a day"),
        ("nobody", FieldFact(kind="email"), "an e-mail address"),
        ("", FieldFact(kind="string", required=True), "may not be empty"),
        ("x", FieldFact(kind="string", updateable=False), "cannot be written"),
    ],
)
def test_what_it_refuses(value: Scalar, fact: FieldFact, sentence: str) -> None:
    assert sentence in misfit("Field", value, fact)
