"""Draft requests that several tests share."""

from datetime import UTC, datetime

from domain.drafting import DraftRequest, Person
from domain.evidence import Evidence, EvidenceSource

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HUB = "our Valencia hub opens in March and we still plan in spreadsheets"
OFFERS = {
    "en": ("Thursday at 10:00", "Friday at 15:00"),
    "es": ("el jueves a las 10:00", "el viernes a las 15:00"),
    "de": ("Donnerstag um 10 Uhr", "Freitag um 15 Uhr"),
    "fr": ("jeudi à 10 h", "vendredi à 15 h"),
}
STATEMENTS = {
    "en": "Route Planner plans delivery routes for mixed fleets.",
    "es": "Route Planner planifica las rutas de reparto de flotas mixtas.",
    "de": "Route Planner plant die Touren für gemischte Flotten.",
    "fr": "Route Planner planifie les tournées de livraison des flottes mixtes.",
}


def fact(
    id: str, field: str, *, value: str | None = None, quote: str | None = None, source: EvidenceSource | None = None
) -> Evidence:
    return Evidence(
        id=id,
        source=source or EvidenceSource.INQUIRY,
        system="test",
        record="r1",
        field=field,
        value=value,
        quote=quote,
        observed_at=NOW,
    )


def a_request(language: str = "en", **changes: object) -> DraftRequest:
    request = DraftRequest(
        case_id="case-1",
        round=1,
        recipient=Person(name="Marta Ruiz", email="marta.ruiz@northwind.example", title="VP Operations"),
        company="Northwind Traders",
        sender=Person(name="Irene Castell", email="irene@acme.example", title="Account Executive"),
        seller="Acme Routing",
        language=language,
        voice="warm and direct",
        facts=(
            fact("e1", "message", quote=HUB),
            fact("e2", "product_interest", value="Route Planner"),
            fact("e3", "Account.NumberOfEmployees", value="450", source=EvidenceSource.CRM),
            fact("e4", "Account.Industry", value="Logistics", source=EvidenceSource.CRM),
        ),
        inquiry_message=f"Hello, {HUB}.",
        product_statements=(
            fact("p1", "statement", value=STATEMENTS.get(language, STATEMENTS["en"]), source=EvidenceSource.PLAYBOOK),
        ),
        meeting_offers=OFFERS.get(language, ()),
        mail_allowed=True,
    )
    return DraftRequest.model_validate({**dict(request), **changes})
