"""Process metrics for Prometheus. They are read from the database at each scrape, so that no restart loses a count.

When do you need to touch this? When a metric is added. A scrape that fails fails no work.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from domain.model_budget import ClaimCount, ModelSpend
from runtime.settings import MetricsSettings

_BY = ["agent_version"]


class ModelMetrics(Collector):
    """`hallucinated_claim_rate` per agent version, and what the model has used."""

    def __init__(self, claims: Callable[[], Mapping[str, ClaimCount]], spent: Callable[[], ModelSpend]) -> None:
        self._claims = claims
        self._spent = spent

    def describe(self) -> Iterator[Metric]:
        """Nothing in advance: a database that is not up yet must not stop a worker's start."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        counted = self._claims()
        rate = GaugeMetricFamily(
            "countersign_hallucinated_claim_rate",
            "Share of a model's statements, in its first answers, that no evidence bore out.",
            labels=_BY,
        )
        made = CounterMetricFamily("countersign_claims", "Statements in first answers of a model.", labels=_BY)
        wrong = CounterMetricFamily(
            "countersign_claims_unsupported", "Those of them that no evidence bore out.", labels=_BY
        )
        for version, count in sorted(counted.items()):
            rate.add_metric([version], count.rate)
            made.add_metric([version], count.claims)
            wrong.add_metric([version], count.unsupported)
        spent = self._spent()
        yield from (rate, made, wrong)
        yield CounterMetricFamily("countersign_model_calls", "Questions to the model.", value=spent.calls)
        yield CounterMetricFamily("countersign_model_tokens", "Tokens of questions and answers.", value=spent.tokens)
        yield CounterMetricFamily(
            "countersign_model_cost_usd", "What has a price, in US dollars.", value=spent.cost_usd
        )


@contextmanager
def metrics_served(settings: MetricsSettings, *collectors: Collector) -> Iterator[int]:
    """Serve them while the worker runs; yields the port, 0 where none is wanted."""
    if settings.metrics_port is None:
        yield 0
        return
    registry = CollectorRegistry()
    for collector in collectors:
        registry.register(collector)
    server, thread = start_http_server(settings.metrics_port, settings.metrics_host, registry)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
