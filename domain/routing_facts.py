"""What routing rows ask about a lead: each fact with its value, its confidence and, once it is used, its evidence."""

from collections.abc import Callable
from dataclasses import dataclass

from domain.citing import cite_field, cite_inquiry, cite_signal
from domain.consent import countries_of, preferred_language
from domain.evidence import EvidenceBook
from domain.leads import CrmRecord, Inquiry
from domain.playbook import Segment
from domain.reading import language_written, said_language
from domain.routing_scene import Scene


def _nothing() -> tuple[str, ...]:
    return ()


@dataclass(frozen=True)
class Fact:
    """`value` is empty where nobody said it. `cite` notes the evidence and returns its ids."""

    value: str = ""
    cite: Callable[[], tuple[str, ...]] = _nothing
    confidence: float = 1.0


class Facts:
    """Looks things up in the order: the newest inquiry, the lead, the account, enrichment."""

    def __init__(self, scene: Scene, book: EvidenceBook) -> None:
        self._scene, self._book = scene, book

    def countries(self) -> dict[str, str]:
        """Country codes with their evidence; two where the sources disagree."""
        scene = self._scene
        found = countries_of(scene.inquiries, scene.snapshot, self._book)
        if not found:
            signal = scene.enrichment.best("country")
            found = {str(signal.value): cite_signal(self._book, signal)} if signal is not None else {}
        return found

    def region(self) -> Fact:
        return self._of_record("State", "BillingState")

    def postal(self) -> Fact:
        return self._of_record("PostalCode", "BillingPostalCode")

    def product(self) -> Fact:
        for inquiry in reversed(self._scene.inquiries):
            if inquiry.product_interest.strip():
                return Fact(inquiry.product_interest.strip(), self._citing_inquiry(inquiry, "product_interest"))
        return self._of_record("Product_Interest__c", "")

    def language(self) -> Fact:
        """As said or known; else as the words give it away; never the seller's own by default."""
        scene = self._scene
        known = preferred_language(scene.snapshot)
        for inquiry in reversed(scene.inquiries):
            if code := said_language([inquiry]):
                return Fact(code, self._citing_inquiry(inquiry, "language"))
        if code := said_language([], known):
            return Fact(code, self._known_language)
        newest = next((i for i in reversed(scene.inquiries) if i.message.strip()), None)
        if newest is None:
            return Fact()
        code = language_written(scene.inquiries, scene.playbook)
        own = next(iter(scene.playbook.languages), "")
        return Fact(
            "" if code == own else code, self._citing_inquiry(newest, "message", quote=newest.message[:80]), 0.8
        )

    def segment(self) -> tuple[Segment | None, Fact]:
        """The company's size as the playbook names it."""
        signal = self._scene.enrichment.best("employees")
        if signal is None or isinstance(signal.value, bool) or not isinstance(signal.value, int | float):
            return None, Fact()
        size = signal.value
        ordered = sorted(self._scene.playbook.routing.segments, key=lambda s: s.at_least, reverse=True)
        found = next((s for s in ordered if size >= s.at_least), None)
        if found is None:
            return None, Fact()
        return found, Fact(found.name, lambda: (cite_signal(self._book, signal),), signal.confidence)

    def lead_source(self) -> Fact:
        return self._of_record("LeadSource", "")

    def industry(self) -> Fact:
        signal = self._scene.enrichment.best("industry")
        if signal is not None:
            return Fact(str(signal.value), lambda: (cite_signal(self._book, signal),), signal.confidence)
        return self._of_record("Industry", "Industry")

    def domain(self) -> Fact:
        inquiry = next((i for i in reversed(self._scene.inquiries) if i.email.strip()), None)
        if inquiry is None:
            lead = self._scene.snapshot.lead
            return Fact(self._scene.domain, lambda: (cite_field(self._book, lead, "Email"),) if lead else ())
        return Fact(self._scene.domain, self._citing_inquiry(inquiry, "email"))

    def _known_language(self) -> tuple[str, ...]:
        records = (self._scene.snapshot.lead, self._scene.snapshot.contact)
        known = next((r for r in records if r is not None and r.text("Preferred_Language__c")), None)
        return (cite_field(self._book, known, "Preferred_Language__c"),) if known is not None else ()

    def _of_record(self, lead_field: str, account_field: str) -> Fact:
        for record, field in ((self._scene.snapshot.lead, lead_field), (self._scene.snapshot.account, account_field)):
            if record is not None and field and record.text(field).strip():
                return Fact(record.text(field).strip(), self._citing(record, field))
        return Fact()

    def _citing_inquiry(
        self, inquiry: Inquiry, field: str, *, quote: str | None = None
    ) -> Callable[[], tuple[str, ...]]:
        return lambda: (cite_inquiry(self._book, inquiry, field, quote=quote),)

    def _citing(self, record: CrmRecord, field: str) -> Callable[[], tuple[str, ...]]:
        return lambda: (cite_field(self._book, record, field),)
