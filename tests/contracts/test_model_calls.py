"""The books of the language model, and the metrics that are read from them."""

import urllib.request
from datetime import timedelta

import pytest

from domain.model_budget import ClaimCount, ModelCall, ModelCaps, ModelSpend, over_cap
from domain.ports import ModelCalls
from persistence.database import Database
from persistence.model_calls import SqlModelCalls
from runtime.metrics import ModelMetrics, metrics_served
from runtime.settings import MetricsSettings
from tests.fakes.clock import START

DAY = timedelta(days=1)


def call(number: int, case_id: str = "c1", days: int = 0, cost: float | None = 0.5) -> ModelCall:
    return ModelCall(
        call_id=f"{case_id}.{number}", case_id=case_id, purpose="draft", model="m", agent_version="v1",
        at=START + days * DAY, input_tokens=100, output_tokens=10, cost_usd=cost,
        sent_fields=("inquiry.message", "crm:Account.Industry"),
    )  # fmt: skip


def test_spending_adds_up_by_case_and_by_day_and_no_call_counts_twice(db: Database) -> None:
    books: ModelCalls = SqlModelCalls(db)
    assert books.spent() == ModelSpend()
    for each in (call(1), call(2, cost=None), call(1), call(3, "c2", days=1)):
        books.record(each)
    assert books.of_case("c1") == (call(1), call(2, cost=None))
    assert books.spent(case_id="c1") == ModelSpend(calls=2, tokens=220, cost_usd=0.5)
    assert books.spent(since=START + DAY).calls == 1
    assert books.spent(since=START, until=START + DAY).calls == 2
    assert books.spent() == ModelSpend(calls=3, tokens=330, cost_usd=1.0)


def test_the_first_check_of_a_round_stays(db: Database) -> None:
    books: ModelCalls = SqlModelCalls(db)
    books.judged("c1", 1, "v1", ClaimCount(claims=4, unsupported=1), now=START)
    books.judged("c1", 1, "v1", ClaimCount(claims=9, unsupported=9), now=START)
    books.judged("c1", 2, "v1", ClaimCount(claims=6, unsupported=1), now=START)
    books.judged("c2", 1, "v2", ClaimCount(), now=START)
    assert books.claims() == {"v1": ClaimCount(claims=10, unsupported=2), "v2": ClaimCount()}
    assert books.claims()["v1"].rate == pytest.approx(0.2)
    assert books.claims()["v2"].rate == 0.0


def test_prometheus_reads_the_rate_per_agent_version(db: Database) -> None:
    books = SqlModelCalls(db)
    books.record(call(1))
    books.judged("c1", 1, "countersign 1, playbook ab, m/draft.v1", ClaimCount(claims=4, unsupported=1), now=START)
    served = metrics_served(MetricsSettings(metrics_port=0), ModelMetrics(books.claims, books.spent))
    with served as port, urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        said = answer.read().decode()
    assert 'countersign_hallucinated_claim_rate{agent_version="countersign 1, playbook ab, m/draft.v1"} 0.25' in said
    assert "countersign_claims_unsupported_total{" in said
    assert "countersign_model_tokens_total 110.0" in said


def test_without_a_port_nothing_listens() -> None:
    with metrics_served(MetricsSettings()) as port:
        assert port == 0


@pytest.mark.parametrize(
    ("case", "day", "says"),
    [
        (ModelSpend(calls=2), ModelSpend(), "2 times"),
        (ModelSpend(tokens=100), ModelSpend(), "100 tokens"),
        (ModelSpend(), ModelSpend(tokens=1000), "today's 1,000 tokens"),
        (ModelSpend(), ModelSpend(cost_usd=3.0), "$3.00"),
        (ModelSpend(calls=1, tokens=99), ModelSpend(tokens=999, cost_usd=2.99), ""),
    ],
)
def test_a_cap_that_is_reached_is_named(case: ModelSpend, day: ModelSpend, says: str) -> None:
    why = over_cap(ModelCaps(case_calls=2, case_tokens=100, day_tokens=1000, day_usd=3), case, day)
    assert (says in why) if says else why == ""
