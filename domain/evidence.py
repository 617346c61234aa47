"""Where a statement comes from. Every score, owner and claim points to one of these."""

from enum import StrEnum

from domain.model import Instant, Value


class EvidenceSource(StrEnum):
    INQUIRY = "inquiry"
    CRM = "crm"
    ENRICHMENT = "enrichment"
    CONTEXT = "context"
    """What was said or done before: a call, an activity, usage, a bill, a ticket, a visit."""
    PLAYBOOK = "playbook"
    MODEL = "model"
    REVIEWER = "reviewer"


class Evidence(Value):
    """One source of one statement. `value` is what a field held; `quote` is an exact span of a text."""

    id: str
    source: EvidenceSource
    system: str
    record: str
    field: str
    value: str | None = None
    quote: str | None = None
    observed_at: Instant
    confidence: float = 1.0


class EvidenceBook:
    """Collects evidence for one proposal and hands out its footnote ids (`e1`, `e2`, …). Same fact, same id."""

    def __init__(self, start: tuple[Evidence, ...] = ()) -> None:
        self._entries: list[Evidence] = list(start)

    def cite(
        self,
        source: EvidenceSource,
        system: str,
        record: str,
        field: str,
        *,
        observed_at: Instant,
        value: str | None = None,
        quote: str | None = None,
        confidence: float = 1.0,
    ) -> str:
        """Record the fact once and return its id."""
        fact = (source, system, record, field, value, quote)
        for known in self._entries:
            if (known.source, known.system, known.record, known.field, known.value, known.quote) == fact:
                return known.id
        entry = Evidence(
            id=f"e{len(self._entries) + 1}",
            source=source,
            system=system,
            record=record,
            field=field,
            value=value,
            quote=quote,
            observed_at=observed_at,
            confidence=confidence,
        )
        self._entries.append(entry)
        return entry.id

    def entries(self) -> tuple[Evidence, ...]:
        return tuple(self._entries)
