"""What came in (an inquiry) and what the CRM knew at that moment (a snapshot)."""

from enum import StrEnum

from pydantic import Field

from domain.field_facts import FieldFacts
from domain.model import Instant, Scalar, Value


class Motion(StrEnum):
    """The sales motions. Permission, ladders and metrics are kept per motion."""

    INBOUND = "inbound"
    RESEARCH = "research"
    FOLLOW_UP = "follow_up"
    HYGIENE = "hygiene"
    NUDGE = "nudge"


class InquirySource(StrEnum):
    WEBHOOK = "webhook"
    WEB_FORM = "web_form"
    FILE = "file"
    CRM_POLL = "crm_poll"


class Inquiry(Value):
    """One delivery by one person, as received after trimming. Untrusted text: data, never instructions.

    `event_id` is the sender's id of the delivery; the same id from the same source is the same inquiry.
    `lead_id` is set when the sender already knows the CRM record.
    """

    event_id: str = Field(min_length=1, max_length=200)
    source: InquirySource
    received_at: Instant
    first_name: str = Field(default="", max_length=80)
    last_name: str = Field(default="", max_length=80)
    email: str = Field(default="", max_length=254)
    phone: str = Field(default="", max_length=40)
    company: str = Field(default="", max_length=255)
    title: str = Field(default="", max_length=128)
    website: str = Field(default="", max_length=255)
    country: str = Field(default="", max_length=2, description="ISO 3166-1 alpha-2, or empty when not said")
    language: str = Field(default="", max_length=5, description="BCP 47, or empty when not said")
    product_interest: str = Field(default="", max_length=80)
    consent: bool | None = None
    message: str = Field(default="", max_length=20_000)
    lead_id: str = Field(default="", max_length=18)
    trusted: bool = True
    """False for public web forms, which raise the risk category."""


class RecordRef(Value):
    """One CRM record: object API name and 18-character id."""

    object: str
    id: str


class CrmRecord(Value):
    """A record as read. `modified_at` is its SystemModstamp; `fields` holds only what was asked for."""

    object: str
    id: str
    fields: dict[str, Scalar]
    modified_at: Instant

    @property
    def ref(self) -> RecordRef:
        return RecordRef(object=self.object, id=self.id)

    def text(self, field: str) -> str:
        """The field as text; empty where it is null or was not read."""
        value = self.fields.get(field)
        return "" if value is None else str(value)

    def flag(self, field: str) -> bool:
        return self.fields.get(field) is True


class CrmSnapshot(Value):
    """What the CRM said about one lead at `taken_at`, from at most two composite calls.

    Empty tuples mean "asked, and there is none".
    """

    taken_at: Instant
    lead: CrmRecord | None = None
    account: CrmRecord | None = None
    contact: CrmRecord | None = None
    owner: CrmRecord | None = None
    individual: CrmRecord | None = None
    consents: tuple[CrmRecord, ...] = ()
    sharing: tuple[CrmRecord, ...] = ()
    """Other contacts that have the same e-mail address: the same person once more, or somebody who shares it."""
    sharing_consents: tuple[CrmRecord, ...] = ()
    """Consent records of the contacts of this address. A no of theirs counts, a yes does not."""
    opportunities: tuple[CrmRecord, ...] = ()
    activities: tuple[CrmRecord, ...] = ()
    conversations: tuple[CrmRecord, ...] = ()
    """Support cases and voice calls, where the org has them."""
    users: tuple[CrmRecord, ...] = ()
    queues: tuple[CrmRecord, ...] = ()
    open_leads_by_owner: dict[str, int] = {}
    group_members: dict[str, tuple[str, ...]] = {}
    """Per developer name of a queue or public group the ids of its users, nested groups and roles included."""
    territory_members: dict[str, tuple[str, ...]] = {}
    """Per developer name of an active territory the ids of its users."""
    account_territories: tuple[str, ...] = ()
    """Developer names of the active territories that the account is in."""
    field_facts: FieldFacts = {}
    """What describe says the fields take that were read; empty where the reader does not ask."""


class MatchVerdict(StrEnum):
    MATCH = "match"
    POSSIBLE = "possible"
    NONE = "none"


class MatchPart(Value):
    """One piece of evidence for or against two records being one. `weight` is in bits; negative speaks against."""

    field: str
    weight: float
    likeness: float = Field(ge=0, le=1)
    reason: str
    one: str = ""
    other: str = ""


class MatchCandidate(Value):
    record: CrmRecord
    verdict: MatchVerdict
    score: float
    reasons: tuple[str, ...]
    parts: tuple[MatchPart, ...] = ()


class MatchResult(Value):
    """Whom the inquiry belongs to. More than one `match` of a kind is `possible`: a person decides."""

    verdict: MatchVerdict
    lead: CrmRecord | None = None
    contact: CrmRecord | None = None
    account: CrmRecord | None = None
    candidates: tuple[MatchCandidate, ...] = ()
    reasons: tuple[str, ...] = ()
    queues: tuple[CrmRecord, ...] = ()
    """The org's queues, kept where the person is new and a lead will need one."""
