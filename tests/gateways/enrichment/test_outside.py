"""Asking outside providers: what they are told, what is kept, and what a failure becomes."""

from collections.abc import Sequence
from datetime import timedelta

from domain.enrichment import Signal, Unknown
from domain.model import Instant
from gateways.enrichment.outside import OutsideEnricher, ProviderFailed, SwitchedOff
from tests.domain.scenes import NOW, inquiry, lead, snapshot


class Provider:
    """`CompanyProvider` that a test turns off and on."""

    name = "website"
    signals: tuple[str, ...] = ("industry", "employees")

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.failure: ProviderFailed | None = None

    def look_up(self, domain: str, *, now: Instant) -> Sequence[Signal]:
        self.asked.append(domain)
        if self.failure is not None:
            raise self.failure
        known = Signal(
            name="employees", value=450, system="website", record="https://x", field="f", observed_at=now,
            confidence=0.7, provider="website",
        )  # fmt: skip
        return [known]


class Cache:
    """`SignalCache` in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], tuple[tuple[Signal, ...], Instant]] = {}

    def find(self, provider: str, company: str, *, since: Instant) -> tuple[Signal, ...] | None:
        signals, at = self.kept.get((provider, company), ((), since - timedelta(1)))
        return signals if at >= since else None

    def keep(self, provider: str, company: str, signals: Sequence[Signal], *, now: Instant) -> None:
        self.kept[provider, company] = (tuple(signals), now)


def setup() -> tuple[OutsideEnricher, Provider, Cache]:
    provider, cache = Provider(), Cache()
    return OutsideEnricher(provider, cache, lambda: timedelta(days=7)), provider, cache


def test_a_provider_hears_the_companys_domain_and_the_key_is_that_domain() -> None:
    enricher, provider, cache = setup()
    found = {
        s.name: s for s in enricher.enrich(inquiry(email="Marta.Soler@mail.Northwind.example"), snapshot(), now=NOW)
    }
    assert provider.asked == ["northwind.example"]
    assert list(cache.kept) == [("website", "northwind.example")]
    assert found["employees"].value == 450
    assert (found["industry"].value, found["industry"].unknown) == (None, Unknown.EMPTY)


def test_an_answer_is_kept_until_it_is_old_and_keeps_its_time() -> None:
    enricher, provider, _ = setup()
    for days in (0, 3, 7):
        found = enricher.enrich(inquiry(), snapshot(), now=NOW + timedelta(days=days))
        assert {s.observed_at for s in found} == {NOW}
    assert len(provider.asked) == 1
    enricher.enrich(inquiry(), snapshot(), now=NOW + timedelta(days=7, seconds=1))
    assert len(provider.asked) == 2


def test_one_that_is_down_is_a_typed_unknown_and_is_asked_again() -> None:
    enricher, provider, cache = setup()
    provider.failure = ProviderFailed(Unknown.DOWN, "the site did not answer in time")
    found = enricher.enrich(inquiry(), snapshot(), now=NOW)
    assert {(s.name, s.value, s.unknown, s.note, s.confidence) for s in found} == {
        (name, None, Unknown.DOWN, "the site did not answer in time", 0.0) for name in ("industry", "employees")
    }
    assert cache.kept == {}
    provider.failure = None
    assert any(s.value == 450 for s in enricher.enrich(inquiry(), snapshot(), now=NOW))


def test_not_known_there_is_an_answer_and_is_kept() -> None:
    enricher, provider, _ = setup()
    provider.failure = ProviderFailed(Unknown.NOT_FOUND, "not known")
    for _ in range(2):
        assert {s.unknown for s in enricher.enrich(inquiry(), snapshot(), now=NOW)} == {Unknown.NOT_FOUND}
    assert len(provider.asked) == 1


def test_a_free_mail_address_asks_nobody() -> None:
    enricher, provider, cache = setup()
    nobody = snapshot(lead=lead(Email="m@gmail.com", Website=None))
    found = enricher.enrich(inquiry(email="m@gmail.com", website=""), nobody, now=NOW)
    assert ({s.unknown for s in found}, provider.asked, cache.kept) == ({Unknown.NOT_ALLOWED}, [], {})


def test_a_provider_that_is_not_set_up_says_how_to() -> None:
    off = SwitchedOff("website", ("industry",), "switched off; set COUNTERSIGN_WEB_ENRICHMENT=true")
    (signal,) = off.enrich(inquiry(), snapshot(), now=NOW)
    assert (signal.value, signal.unknown, signal.provider) == (None, Unknown.SWITCHED_OFF, "website")
    assert "COUNTERSIGN_WEB_ENRICHMENT" in signal.note
