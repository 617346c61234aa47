"""Past leads decided again: as they came in, deterministic, and compared with what people did."""

from datetime import timedelta

import pytest

from domain.enrichment import Signal
from domain.leads import CrmSnapshot, Inquiry
from domain.model import Instant
from domain.past_leads import OwnerChange, PastLead, as_inquiry, backtest, chosen_by_people, compare, decide_again
from domain.playbook import Playbook, Territory
from domain.round_robin import LocalTurns
from tests.domain.scenes import AWAY, INTAKE, IRENE, NORA, NOW, SOFIA, TOMAS, lead, playbook, record, snapshot

ROBOT = "005Lc0000000000777"
MACHINES = frozenset({ROBOT})


def no_signals(_playbook: Playbook, _inquiry: Inquiry, _snapshot: CrmSnapshot, _now: Instant) -> tuple[Signal, ...]:
    return ()


def change(owner: str, by: str = IRENE.id, hours: int = 1) -> OwnerChange:
    return OwnerChange(owner_id=owner, by=by, at=NOW + timedelta(hours=hours))


def past(number: int = 1, *changes: OwnerChange, owner: str = IRENE.id, **fields: str) -> PastLead:
    made = lead(OwnerId=owner, **fields)
    made = made.model_copy(update={"id": f"00QLc{number:013d}"})
    return PastLead(
        snapshot=snapshot(lead=made, open_leads_by_owner={IRENE.id: 99, TOMAS.id: 99}),
        changes=changes,
        created_at=NOW + timedelta(minutes=number),
    )


def test_a_lead_is_decided_without_its_owner_and_without_todays_load() -> None:
    decided = decide_again(past(owner=SOFIA.id), playbook(), no_signals, LocalTurns())
    assert decided.routing.rule == "territory"
    assert decided.routing.owner_id in {IRENE.id, TOMAS.id}


def test_work_that_was_done_later_does_not_score() -> None:
    later = record(
        "Task", "00TLc0000000001", Subject="Call", ActivityDate="2026-11-18", CreatedDate="2026-11-18T09:00:00Z"
    )
    busy = past().model_copy(update={"snapshot": past().snapshot.model_copy(update={"activities": (later,)})})
    assert decide_again(busy, playbook(), no_signals, LocalTurns()) == decide_again(
        past(), playbook(), no_signals, LocalTurns()
    )


def test_whatever_a_lead_holds_becomes_an_inquiry() -> None:
    odd = past(FirstName="x" * 500, Email="e" * 400, Country="Atlantis", Description="y" * 50_000, Title="🚚" * 200)
    said = as_inquiry(odd)
    assert (said.country, len(said.message), len(said.first_name)) == ("", 20_000, 80)


@pytest.mark.parametrize(
    ("changes", "owner", "truth"),
    [
        ((), IRENE.id, (IRENE.id, False)),
        ((), INTAKE.id, None),
        ((change(TOMAS.id),), TOMAS.id, (TOMAS.id, True)),
        ((change(TOMAS.id), change(NORA.id, hours=2)), NORA.id, (NORA.id, True)),
        ((change(TOMAS.id, by=ROBOT),), TOMAS.id, None),
        ((change(TOMAS.id), change(NORA.id, by=ROBOT, hours=2)), NORA.id, (TOMAS.id, True)),
        ((change(TOMAS.id), change(INTAKE.id, hours=2)), INTAKE.id, (TOMAS.id, True)),
    ],
)
def test_the_newest_owner_that_a_person_set_is_the_truth(
    changes: tuple[OwnerChange, ...], owner: str, truth: tuple[str, bool] | None
) -> None:
    found = chosen_by_people(past(1, *changes, owner=owner), MACHINES)
    assert (None if found is None else (found.owner_id, found.reassigned)) == truth


def test_agreement_is_counted_per_rule_and_over_all() -> None:
    leads = [
        past(1, owner=IRENE.id),
        past(2, change(TOMAS.id), owner=TOMAS.id),
        past(3, change(NORA.id), owner=NORA.id),
        past(4, owner=INTAKE.id),
        past(5, owner="005Lc0000000000999"),
        past(6, owner=NORA.id, Country="Canada"),
    ]
    report = backtest(leads, playbook(), no_signals, LocalTurns(), MACHINES)
    assert (report.leads, report.judged, report.same_team) == (6, 4, 3)
    assert report.left_out == {"nobody chose an owner": 1, "the owner has left": 1}
    by_rule = {r.rule: r for r in report.rules}
    iberia = by_rule["territory Iberia and Italy"]
    assert (iberia.leads, iberia.same_team, iberia.reassigned) == (3, 2, 2)
    assert by_rule["territory United States and Canada"].same_owner == 1
    ((missed),) = report.disagreements
    assert (missed.chosen, missed.team) == ("Nora North", "EMEA mid-market")
    assert report == backtest(list(reversed(leads)), playbook(), no_signals, LocalTurns(), MACHINES)


def test_a_conflict_agrees_with_nobody() -> None:
    report = backtest([past(1, Country="Atlantis")], playbook(), no_signals, LocalTurns(), MACHINES)
    assert (report.judged, report.same_team) == (1, 0)
    assert report.disagreements[0].conflict


def test_a_changed_territory_shows_as_a_changed_owner_and_nothing_else() -> None:
    spain = Territory(name="Spain", countries=("ES",), team="enterprise")
    routing = playbook().routing
    kept = tuple(
        t.model_copy(update={"countries": tuple(c for c in t.countries if c != "ES")}) for t in routing.territories
    )
    after = playbook().model_copy(update={"routing": routing.model_copy(update={"territories": (*kept, spain)})})
    both = [decide_again(past(), rules, no_signals, LocalTurns()) for rules in (playbook(), after)]
    moved = compare(past(), *both)
    assert moved.owner_moved
    assert not moved.score_moved
    assert (moved.rule_before, moved.rule_after) == ("territory Iberia and Italy", "territory Spain")
    assert moved.owner_after == "Sofia Enterprise"
    assert not compare(past(), both[0], both[0]).owner_moved
    assert AWAY.text("Name") not in {moved.owner_before, moved.owner_after}
