"""The same correction of the same line is found, counted once per case, and forgotten once the line was mended."""

from datetime import timedelta

from domain.corrections import CorrectionKind, DecidedCard, corrections_of, mend_offers, standing
from domain.decisions import Verdict
from domain.playbook import Playbook
from domain.proposals import UpdateFields
from domain.proposing import propose
from domain.reviewer_notes import ReviewerNote
from domain.revising import Edit
from tests.domain.scenes import NOW, playbook, proposing

RULES: Playbook = playbook()
SOMEBODY = "005Lc0000000099MAA"


def decided(n: int = 1, *, verdict: Verdict = Verdict.APPROVE_EDITED, case: str = "", **said: object) -> DecidedCard:
    made = propose(proposing())
    assert made is not None
    case_id = case or f"case{n}"
    note = ReviewerNote.model_validate(
        {"decision_id": f"d{n}", "verdict": verdict.value, "reviewer": "ines", **said}, strict=False
    )
    return DecidedCard(
        card=made.card.model_copy(update={"case_id": case_id}),
        content=made.content.model_copy(update={"case_id": case_id}),
        note=note,
        decided_at=NOW + timedelta(minutes=n),
        playbook_digest=RULES.digest,
    )


def owner_edit(n: int, *, to: str = SOMEBODY, case: str = "") -> DecidedCard:
    return decided(n, case=case, edits=(Edit(action_key="owner", field="after_owner_id", value=to),))


def test_another_owner_points_to_the_row_that_chose_the_team() -> None:
    (found,) = corrections_of(owner_edit(1), RULES)
    card = owner_edit(1).card
    assert found.kind is CorrectionKind.OWNER
    assert found.became == SOMEBODY
    step, _, name = card.routing.rows[0].partition(" ")
    assert step == "territory"
    assert found.path[:2] == ("routing", "territories")
    assert RULES.routing.territories[int(found.path[2])].name == name


def test_owner_and_task_given_to_the_same_person_are_one_correction() -> None:
    edits = (
        Edit(action_key="owner", field="after_owner_id", value=SOMEBODY),
        Edit(action_key="task", field="owner_id", value=SOMEBODY),
    )
    assert len(corrections_of(decided(edits=edits), RULES)) == 1


def test_a_rating_points_to_its_band_and_a_score_to_the_rule_that_pushed_hardest() -> None:
    fields = next(a for a in decided().content.actions if isinstance(a, UpdateFields))
    rating = Edit(action_key=fields.key, field="Rating", value="Cold")
    score = Edit(action_key=fields.key, field="Agent_Score__c", value=1)
    by_about = {c.about: c for c in corrections_of(decided(edits=(rating, score)), RULES)}
    card = decided().card
    assert RULES.bands[int(by_about["Rating"].path[1])].name == card.qualification.band
    assert by_about["score"].became == "lower"
    hardest = max(card.qualification.lines, key=lambda line: line.points)
    assert RULES.score_rules[int(by_about["score"].path[1])].id == hardest.rule


def test_words_of_a_letter_are_no_line_of_the_playbook() -> None:
    edits = (Edit(action_key="email", field="subject", value="Thursday?"),)
    assert corrections_of(decided(edits=edits), RULES) == ()


def test_a_rejection_counts_by_what_its_reason_finds_wrong() -> None:
    (owner,) = corrections_of(decided(verdict=Verdict.REJECT, reason_code="wrong_owner"), RULES)
    assert owner.kind is CorrectionKind.OWNER
    assert corrections_of(decided(verdict=Verdict.REJECT, reason_code="other"), RULES) == ()


def test_a_redraft_and_an_approval_as_it_stands_correct_nothing() -> None:
    edits = (Edit(action_key="owner", field="after_owner_id", value=SOMEBODY),)
    assert corrections_of(decided(verdict=Verdict.RESPOND, edits=edits), RULES) == ()
    assert corrections_of(decided(verdict=Verdict.APPROVE), RULES) == ()


def test_three_times_the_same_is_an_offer_and_two_or_different_ones_are_not() -> None:
    same = [c for n in (1, 2, 3) for c in corrections_of(owner_edit(n), RULES)]
    other = list(corrections_of(owner_edit(4, to="005Lc0000000098MAA"), RULES))
    assert mend_offers(same[:2] + other, after=3) == ()
    (offer,) = mend_offers(same + other, after=3)
    assert [c.decision_id for c in offer.corrections] == ["d3", "d2", "d1"]


def test_one_case_corrected_three_times_is_one_case() -> None:
    same = [c for n in (1, 2, 3) for c in corrections_of(owner_edit(n, case="one"), RULES)]
    assert mend_offers(same, after=3) == ()
    assert mend_offers(same, after=1)[0].newest.decision_id == "d3"


def test_a_line_that_was_mended_since_is_not_offered_again() -> None:
    (found,) = corrections_of(owner_edit(1), RULES)
    n = int(found.path[2])
    rows = RULES.routing.territories
    team = next(t for t in RULES.teams if t != rows[n].team)
    mended = (*rows[:n], rows[n].model_copy(update={"team": team}), *rows[n + 1 :])
    now = RULES.model_copy(update={"routing": RULES.routing.model_copy(update={"territories": mended})})
    assert standing(owner_edit(1), RULES, RULES) == (found,)
    assert standing(owner_edit(1), RULES, now) == ()


def test_a_line_that_only_moved_is_the_same_line() -> None:
    rows = tuple(reversed(RULES.routing.territories))
    now = RULES.model_copy(update={"routing": RULES.routing.model_copy(update={"territories": rows})})
    (before,), (after,) = corrections_of(owner_edit(1), RULES), standing(owner_edit(1), RULES, now)
    assert after.says == before.says
    assert after.path != before.path
