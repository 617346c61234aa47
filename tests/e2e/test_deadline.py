"""Expiry against decision, with the engine down across the deadline."""

import pytest

from domain.cases import CaseOutcome, LadderStep
from domain.decisions import RoundState
from persistence.queue import ReviewQueue
from tests.e2e.conftest import Running

pytestmark = [pytest.mark.server, pytest.mark.timeout(600)]

PERSON = {"company": "Pohjola Kuljetus Oy", "country": "FI", "source": "web_form"}


def test_a_decision_stored_in_time_counts_although_the_engine_was_down(hasty: Running) -> None:
    case_id = hasty.hand_in(
        **PERSON,
        event_id="in-time",
        last_name="Aalto",
        email="v.aalto@pohjola.example",
        message="Please show us a demo.",
    )
    round = hasty.review_of(case_id)
    opening = hasty.stores.reviews.opening(case_id, round)
    assert opening is not None

    hasty.stack.kill("temporal")
    answer = hasty.approve(case_id, round)
    assert answer["delivery"] == "later"
    hasty.until(lambda: hasty.stores.clock.now() > opening.ladder.expires_at, "the deadline")
    hasty.stack.start_engine()

    assert hasty.outcome(case_id) in (CaseOutcome.WRITTEN, CaseOutcome.PARTLY_WRITTEN)
    assert hasty.stores.receipts.of_case(case_id)


def test_nobody_decides_and_nothing_is_written(hasty: Running) -> None:
    case_id = hasty.hand_in(
        **PERSON,
        event_id="silence",
        last_name="Koskinen",
        email="m.koskinen@pohjola.example",
        message="Please show us a demo.",
    )
    round = hasty.review_of(case_id)
    hasty.resolve(case_id, act="close", reason="taken over by hand")
    assert hasty.outcome(case_id) is CaseOutcome.EXPIRED
    assert hasty.stores.reviews.outcome(case_id, round).state is RoundState.EXPIRED
    written = [r for r in hasty.stores.receipts.of_case(case_id) if r.round == round]
    assert written == []
    assert _steps(hasty, case_id) == ["reminder", "fallback", "manager", "expiry"]


def _steps(running: Running, case_id: str) -> list[str]:
    queue = ReviewQueue(running.stores.db, running.stores.playbooks.current().org_id)
    ladder = {step.value for step in LadderStep}
    return [e.kind for e in queue.events_of(case_id) if e.kind in ladder]
