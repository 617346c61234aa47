"""What the CRM itself knows about the company: the account first, then the lead."""

from collections.abc import Sequence
from datetime import timedelta

from domain.enrichment import Signal, Unknown
from domain.leads import CrmRecord, CrmSnapshot, Inquiry
from domain.model import Instant, Scalar
from domain.naming import country_code

_FIELDS = (
    ("industry", "Industry", "Industry"),
    ("employees", "NumberOfEmployees", "NumberOfEmployees"),
    ("annual_revenue", "AnnualRevenue", "AnnualRevenue"),
    ("country", "BillingCountry", "Country"),
    ("region", "BillingState", "State"),
    ("segment", "Segment__c", ""),
)
_OF_ACCOUNT = 0.95
_OF_LEAD = 0.8
_STALE_AFTER = timedelta(days=365)
_STALE_FACTOR = 0.8


class CrmEnricher:
    """Implements `domain.ports.Enricher` over the snapshot; it makes no call of its own."""

    name = "crm"

    def enrich(self, inquiry: Inquiry, snapshot: CrmSnapshot, *, now: Instant) -> Sequence[Signal]:
        """One signal per known value, and a typed unknown where neither account nor lead has one."""
        signals: list[Signal] = []
        for name, account_field, lead_field in _FIELDS:
            found = [
                *_signals(name, snapshot.account, account_field, _OF_ACCOUNT, now),
                *_signals(name, snapshot.lead, lead_field, _OF_LEAD, now),
            ]
            signals.extend(found or [_unknown(name, account_field, snapshot, now)])
        return signals


def _signals(name: str, record: CrmRecord | None, field: str, confidence: float, now: Instant) -> list[Signal]:
    value = record.fields.get(field) if record is not None and field else None
    if record is None or value is None or value in ("", 0) or isinstance(value, bool):
        return []
    known: Scalar = country_code(str(value)) if name == "country" else value
    if known == "":
        return []
    stale = now - record.modified_at > _STALE_AFTER
    return [
        Signal(
            name=name,
            value=known,
            system="Salesforce",
            record=f"{record.object}/{record.id}",
            field=field,
            observed_at=record.modified_at,
            confidence=round(confidence * (_STALE_FACTOR if stale else 1.0), 2),
            note="not changed for over a year" if stale else "",
            provider=CrmEnricher.name,
        )
    ]


def _unknown(name: str, field: str, snapshot: CrmSnapshot, now: Instant) -> Signal:
    return Signal(
        name=name,
        value=None,
        system="Salesforce",
        record=f"Account/{snapshot.account.id}" if snapshot.account is not None else "",
        field=field,
        observed_at=now,
        confidence=0.0,
        note="empty in the CRM" if snapshot.account is not None else "no account",
        provider=CrmEnricher.name,
        unknown=Unknown.EMPTY if snapshot.account is not None else Unknown.NOT_FOUND,
    )
