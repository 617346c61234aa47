"""Asks providers outside this machine: by company domain alone, from a cache while that is fresh, never failing."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Protocol

import structlog

from domain.enrichment import Signal, Unknown
from domain.leads import CrmSnapshot, Inquiry
from domain.model import Instant
from domain.ports import SignalCache
from gateways.enrichment.company import company_domain_of

KEEP_FOR = timedelta(days=7)
"""Where the playbook says nothing."""
_log = structlog.get_logger(__name__)


class ProviderFailed(Exception):
    """The provider gave no answer. `unknown` says which kind of no, `sentence` says it to a person."""

    def __init__(self, unknown: Unknown, sentence: str) -> None:
        super().__init__(sentence)
        self.unknown = unknown
        self.sentence = sentence


class CompanyProvider(Protocol):
    """A source that knows companies by their domain."""

    name: str
    signals: tuple[str, ...]
    """The names of everything it may say."""

    def look_up(self, domain: str, *, now: Instant) -> Sequence[Signal]:
        """What is known. Raises `ProviderFailed`."""
        ...


class OutsideEnricher:
    """Implements `domain.ports.Enricher` over a `CompanyProvider`.

    Answers are kept by company domain, "not known there" included; a provider that is down is asked again.
    """

    def __init__(self, provider: CompanyProvider, cache: SignalCache, keep_for: Callable[[], timedelta]) -> None:
        self.name = provider.name
        self._provider = provider
        self._cache = cache
        self._keep_for = keep_for

    def enrich(self, inquiry: Inquiry, snapshot: CrmSnapshot, *, now: Instant) -> Sequence[Signal]:
        """One signal per name that the provider may know; typed unknowns where it says nothing. Raises `StoreError`."""
        domain = company_domain_of(inquiry, snapshot)
        if not domain:
            return self._nothing(Unknown.NOT_ALLOWED, "there is no company domain to ask by", "", now)
        kept = self._cache.find(self.name, domain, since=now - self._keep_for())
        if kept is not None:
            return kept
        try:
            answer = tuple(self._provider.look_up(domain, now=now))
        except ProviderFailed as failed:
            nothing = self._nothing(failed.unknown, failed.sentence, domain, now)
            if failed.unknown is Unknown.DOWN:
                _log.warning("enrichment provider down", provider=self.name)
                return nothing
            answer = nothing
        said = {s.name for s in answer}
        silent = self._nothing(Unknown.EMPTY, "not said there", domain, now)
        whole = (*answer, *(s for s in silent if s.name not in said))
        self._cache.keep(self.name, domain, whole, now=now)
        return whole

    def _nothing(self, kind: Unknown, note: str, domain: str, now: Instant) -> tuple[Signal, ...]:
        return unknown_signals(self._provider, kind, note, domain, now)


class SwitchedOff:
    """Stands where the playbook names a provider that this installation has not set up; says how to."""

    def __init__(self, name: str, signals: tuple[str, ...], how: str) -> None:
        self.name = name
        self.signals = signals
        self._how = how

    def enrich(self, inquiry: Inquiry, snapshot: CrmSnapshot, *, now: Instant) -> Sequence[Signal]:
        return unknown_signals(self, Unknown.SWITCHED_OFF, self._how, "", now)


class _Named(Protocol):
    name: str
    signals: tuple[str, ...]


def unknown_signals(source: _Named, kind: Unknown, note: str, domain: str, now: Instant) -> tuple[Signal, ...]:
    """A typed unknown for everything that the source might have said."""
    return tuple(
        Signal(
            name=name,
            value=None,
            system=source.name,
            record=domain,
            field=name,
            observed_at=now,
            confidence=0.0,
            note=note,
            provider=source.name,
            unknown=kind,
        )
        for name in source.signals
    )
