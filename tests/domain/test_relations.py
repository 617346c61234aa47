"""How the parts of a sentence hang together, where the sentence of the evidence has more than one clause."""

import pytest

from domain.claims import verify


@pytest.mark.parametrize(
    ("evidence", "right", "wrong"),
    [
        ("Prices rose in Spain and fell in France.", "Prices fell in France.", "Prices rose in France."),
        (
            "Hartwell exports glass to Oman and imports sand from Chile.",
            "Hartwell imports sand from Chile.",
            "Hartwell exports sand to Chile.",
        ),
        (
            "Brigg accepted the bid from Olten in June and declined the one from Visp.",
            "Brigg accepted the bid from Olten.",
            "Brigg accepted the bid from Visp.",
        ),
        (
            "We use Sage for billing and have never used Xero.",
            "They use Sage for billing.",
            "They use Xero for billing.",
        ),
        (
            "Die Firma Kestrel übernahm 2024 die Firma Lindau.",
            "Kestrel übernahm 2024 die Firma Lindau.",
            "Lindau übernahm 2024 die Firma Kestrel.",
        ),
        (
            "They bought 40 scanners from Merrow in June.",
            "They bought 40 scanners from Merrow.",
            "Merrow bought 40 scanners from them.",
        ),
        (
            "Wendel joined in 2019; before that she led training at Orsk.",
            "Wendel led training at Orsk.",
            "Wendel led purchasing at Orsk.",
        ),
        (
            "The humidity in the old archive is kept below 40 percent.",
            "The humidity in the archive is kept below 40 percent.",
            "The humidity in the kitchen is kept below 40 percent.",
        ),
    ],
)  # fmt: skip
def test_each_clause_says_its_own(evidence: str, right: str, wrong: str) -> None:
    assert verify(right, evidence).supported, verify(right, evidence).reasons
    assert not verify(wrong, evidence).supported


@pytest.mark.parametrize("claim", ["They have never used Xero.", "You told us that you never used Xero."])
def test_a_no_that_is_repeated_is_none_against_the_evidence(claim: str) -> None:
    assert verify(claim, "We use Sage for billing and have never used Xero.").supported


@pytest.mark.parametrize("subject", ["Costs", "Operating costs"])
def test_a_clause_with_a_subject_of_its_own_inherits_none(subject: str) -> None:
    evidence = "Revenue rose by 12 percent to $48 million, while operating costs fell by 4 percent."
    assert verify(f"{subject} fell by 4 percent.", evidence).supported
    assert not verify("Revenue fell by 12 percent to $48 million.", evidence).supported


def test_a_field_with_its_value_is_no_sentence() -> None:
    assert verify("You have 450 employees.", "Account.NumberOfEmployees: 450").supported
    assert not verify("You have 450 trucks.", "Account.NumberOfEmployees: 450").supported
    assert not verify("Sie haben 450 Fahrzeuge.", "Account.NumberOfEmployees: 450").supported
    assert verify("They meet on Monday.", "Note: they meet on Monday.").supported
