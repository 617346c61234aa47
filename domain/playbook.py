"""What RevOps decides, as values. The files are in `playbook/`; `runtime/playbook_files.py` reads them.

People and queues are named by what stays the same between orgs: a queue's developer name, and for people a key
that `environments` maps per org, or their e-mail or alias where there is one org only. `domain/owners.py` resolves
them against what the CRM says at the moment of use.
"""

import hashlib
from collections.abc import Sequence
from datetime import date, time
from enum import StrEnum
from typing import Annotated, Literal

import rfc8785
from pydantic import BeforeValidator, Field, model_validator

from domain.consent_rules import ConsentPolicy, Country, Texts
from domain.durations import Seconds
from domain.enrichment import Sensitive
from domain.exception_rules import ExceptionRules
from domain.field_mapping import MappedObject, Write, automatic, mapped_as, needing_approval, writable
from domain.first_touch_rules import FirstTouchRules
from domain.leads import CrmRecord, Motion
from domain.model import Value
from domain.model_budget import ModelCaps
from domain.owners import is_named
from domain.permissions import Level, RiskCategory, Role, WritePolicy
from domain.qualification import Fit
from domain.routing_rules import Absence, KnownPeople, LanguageTeam, Postal, RoutingRule, Share
from domain.scoring_rules import Band, Disqualifier, ScoreRule


def _rank(raw: object) -> object:
    return [raw] if isinstance(raw, str) else raw


class Seller(Value):
    name: str
    address: str
    sender_domain: str
    sender_name: str = ""
    """Used where the owner is a queue and has no name of their own."""
    sender_address: str = ""


class Calendar(Value):
    """When somebody works. `always` counts every second; else working days and hours in `time_zone`, less holidays."""

    always: bool = False
    time_zone: str = "UTC"
    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ("mon", "tue", "wed", "thu", "fri")
    opens: time = time(9)
    closes: time = time(18)
    holidays_country: str = ""
    holidays_region: str = ""
    closed_on: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _has_hours(self) -> "Calendar":
        if not self.always and (not self.days or self.closes <= self.opens):
            raise ValueError("the calendar has no working hours; set days, and opens before closes")
        return self


class LadderPlan(Value):
    """Times from the opening of a review, in the reviewer's business time, in rising order."""

    reminder: Seconds
    fallback: Seconds
    manager: Seconds
    expiry: Seconds

    @model_validator(mode="after")
    def _rises(self) -> "LadderPlan":
        if not 0 < self.reminder < self.fallback < self.manager < self.expiry:
            raise ValueError("the steps must rise: reminder, fallback, manager, expiry")
        return self


class Reviewer(Value):
    """A person who decides. `fallback` and `manager` are logins; `crm_user` is their e-mail or alias in the CRM."""

    login: str
    name: str
    role: Role = Role.REVIEWER
    email: str = ""
    team: str = ""
    fallback: str = ""
    manager: str = ""
    crm_user: str = ""
    calendar: str


class RejectReason(Value):
    code: str = Field(pattern=r"^[a-z0-9_]{1,40}$")
    label: str
    faults: Literal["", "owner", "score"] = ""
    """Which part of a proposal the reason finds wrong; counts as a correction of the line that made it."""


class Team(Value):
    """An owner pool. Its members are looked up live.

    Those listed, else a group's or territory's, else the users of that `Team__c`.
    """

    name: str
    queue: str
    members: tuple[str, ...] = ()
    group: str = ""
    """Developer name of a public group or queue whose members are the team's."""
    territory: str = ""
    """Developer name of a Salesforce territory whose users are the team's. A group counts before it."""
    shares: tuple[Share, ...] = ()
    """Members who take more or less than a full share."""
    capacity: int = Field(default=50, ge=1)
    calendar: str


class Territory(Value):
    """Countries (and their regions, postal ranges, sizes) that one team owns. The narrower of two that fit wins."""

    name: str
    countries: tuple[Country, ...] = Field(min_length=1)
    regions: tuple[str, ...] = ()
    postal: tuple[Postal, ...] = ()
    segments: tuple[str, ...] = ()
    team: str

    @property
    def narrowness(self) -> int:
        """A postal range is narrower than a region, a region than a country; a size narrows once more."""
        return (2 if self.postal else 1 if self.regions else 0) + bool(self.segments)


class ProductTeam(Value):
    product: str
    team: str


class Segment(Value):
    """A company size: employees from `at_least` to below the next segment's. `team` claims all of that size."""

    name: str
    at_least: int = Field(ge=0)
    team: str = ""
    respond_within: Seconds | None = None
    """The SLA for that size in business time; with a band's SLA, the shorter one counts."""


class StrategicAccount(Value):
    """An account that one named person always owns."""

    name: str
    domains: tuple[str, ...] = ()
    owner: str


class Partner(Value):
    name: str
    domains: tuple[str, ...] = Field(min_length=1)


class RoutingStep(StrEnum):
    STRATEGIC = "strategic"
    LEAD_OWNER = "lead_owner"
    ACCOUNT_OWNER = "account_owner"
    OPPORTUNITY_OWNER = "opportunity_owner"
    PARTNER = "partner"
    RULES = "rules"
    TERRITORY = "territory"
    PRODUCT = "product"
    SIZE = "size"
    LANGUAGE = "language"


Rank = Annotated[tuple[RoutingStep, ...], BeforeValidator(_rank)]


class RoutingRules(Value):
    """`precedence`: ranks in order, the first that names somebody decides; a rank that disagrees is a conflict."""

    precedence: tuple[Rank, ...] = Field(min_length=1)
    strategic: tuple[StrategicAccount, ...] = ()
    strategic_owner: str = ""
    """Who takes accounts that only the CRM marks as strategic and that nobody active owns."""
    partners: tuple[Partner, ...] = ()
    partner_team: str = ""
    territories: tuple[Territory, ...] = ()
    product_teams: tuple[ProductTeam, ...] = ()
    segments: tuple[Segment, ...] = ()
    language_teams: tuple[LanguageTeam, ...] = ()
    rules: tuple[RoutingRule, ...] = ()
    """The first that fits decides; asked where the precedence says `rules`."""
    markets: tuple[Country, ...] = ()
    """Countries that are sold to: each must reach a team."""
    fallback_queue: str
    first_touch: FirstTouchRules = FirstTouchRules()
    """What happens between an assignment and the first human activity."""


class ReadingRules(Value):
    """Phrases of one language. `*` stands for up to four words; `<money>`, `<number>`, `<when>` for such."""

    common_words: tuple[str, ...] = ()
    """Words that give the language away where nobody said it."""
    negations: tuple[str, ...] = ()
    intents: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    facts: dict[Literal["budget", "authority", "need", "timeline"], tuple[str, ...]] = Field(default_factory=dict)
    fits: dict[Fit, tuple[str, ...]] = Field(default_factory=dict)
    injection: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    """What `<when>` stands for: month names, `next quarter`, …"""


class ProductStatement(Value):
    """An approved sentence about our own product."""

    id: str
    product: str = ""
    texts: Texts


Provider = Literal["crm", "firmographics", "website", "people_data_labs"]


class EnrichmentRules(Value):
    providers: tuple[Provider, ...]
    """In the order in which they are asked and, where `wins` says nothing, believed."""
    wins: dict[str, tuple[Provider, ...]] = Field(default_factory=dict)
    """Per signal who is believed first where sources disagree."""
    allowed: dict[Provider, tuple[str, ...]] = Field(default_factory=dict)
    """The signals that a provider may contribute; all that it has where it is not listed."""
    approved: tuple[Sensitive, ...] = ()
    """Sensitive kinds of signal that may be used at all."""
    keep_for: dict[Provider, Seconds] = Field(default_factory=dict)
    """How long an outside provider's answer about a company is kept before it is asked again."""
    never_infer: tuple[str, ...] = ()
    fill_from_confidence: float = Field(default=0.8, ge=0, le=1)
    """From which confidence an empty CRM field may be proposed."""


class Question(Value):
    """What a first answer may ask. It is not asked where a source already answers it."""

    id: str = Field(pattern=r"^[a-z0-9_]{1,40}$")
    texts: Texts = Field(min_length=1)
    fields: tuple[str, ...] = ()
    """Names of signals, CRM fields and context facts that answer it."""
    said: tuple[str, ...] = ()
    """Phrases, as in reading.yaml, that answer it where somebody said or wrote them."""
    asks: tuple[str, ...] = Field(min_length=1)
    """Phrases by which any draft's question is known to ask this."""


class Environment(Value):
    """One org that the playbook serves, and who its keys stand for there."""

    org_id: str = Field(min_length=15, max_length=18)
    users: dict[str, str] = Field(default_factory=dict)
    """Key to the e-mail, user name, alias or id of the CRM user."""


class Playbook(Value):
    """All rules of one org at one moment. `digest` is the SHA-256 of everything else in canonical JSON."""

    digest: str = ""
    org_id: str = Field(min_length=15, max_length=18)
    seller: Seller
    intake_queue: str
    levels: dict[Motion, Level]
    allowed_fields: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """What may be written and is not mapped; a field that `objects` maps follows its mapping."""
    objects: dict[str, MappedObject] = Field(default_factory=dict)
    """Per CRM object what its fields are to the agent."""
    quorum: dict[RiskCategory, Annotated[int, Field(ge=1, le=5)]] = Field(default_factory=dict)
    policy_daily_cap: int = Field(default=200, ge=0)
    model_caps: ModelCaps = ModelCaps()
    undo_window_seconds: Seconds = 60
    authorisation_hours: int = Field(default=72, ge=1)
    teams: dict[str, Team]
    routing: RoutingRules
    score_rules: tuple[ScoreRule, ...]
    bands: tuple[Band, ...] = Field(min_length=1)
    disqualifiers: tuple[Disqualifier, ...] = ()
    consent: ConsentPolicy
    enrichment: EnrichmentRules
    free_mail_hosts: tuple[str, ...] = ()
    disposable_hosts: tuple[str, ...] = ()
    academic_hosts: tuple[str, ...] = ()
    competitor_domains: tuple[str, ...] = ()
    languages: dict[str, ReadingRules]
    """The first is the seller's own, used where nothing else is known."""
    calendars: dict[str, Calendar]
    absences: tuple[Absence, ...] = ()
    people: KnownPeople = KnownPeople()
    """Written down so that a misspelt name is found without the CRM."""
    environments: dict[str, Environment] = Field(default_factory=dict)
    """Sandboxes and production, by name; none where the playbook serves one org. See `domain/environments.py`."""
    ladders: dict[RiskCategory, LadderPlan]
    """`medium` serves for what is not listed."""
    motion_ladders: dict[Motion, dict[RiskCategory, LadderPlan]] = Field(default_factory=dict)
    """A motion's own, before the common ones; its `medium` serves for what it does not list."""
    exceptions: ExceptionRules = ExceptionRules()
    reviewers: tuple[Reviewer, ...] = Field(min_length=1)
    reject_reasons: tuple[RejectReason, ...] = Field(min_length=1, max_length=7)
    motion_reject_reasons: dict[Motion, Annotated[tuple[RejectReason, ...], Field(min_length=1, max_length=7)]] = Field(
        default_factory=dict
    )
    """A motion's own, instead of the common ones."""
    mend_after: int = Field(default=3, ge=2, le=100)
    """From how many cases with the same correction the line that caused them is offered for mending."""
    disqualify_reasons: dict[Fit, str] = Field(default_factory=dict)
    """Fit to a reject reason's code: what the rules propose to disqualify."""
    disqualified_status: str = "Closed - Not Converted"
    contacted_status: str = "Working - Contacted"
    lead_sources: dict[str, str] = Field(default_factory=dict)
    """Inquiry source to `LeadSource`, for leads that are created."""
    model_may_see: tuple[str, ...] = ()
    """Names of fields and signals that a writer gets as facts."""
    products: tuple[ProductStatement, ...] = ()
    questions: tuple[Question, ...] = ()
    """In the order in which they are worth asking."""
    voice: str = ""
    meeting_offers: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Per language the times that may be offered."""

    def write_policy(self, users: Sequence[CrmRecord] = ()) -> WritePolicy:
        """What the guard enforces. With `users`, strategic owners are known by id and raise the risk by themselves."""
        named = {*(s.owner for s in self.routing.strategic), self.routing.strategic_owner}
        strategic = frozenset(u.id for u in users if any(is_named(u, name) for name in named))
        return WritePolicy(
            org_id=self.org_id,
            levels=self.levels,
            allowed_fields=self.writable(),
            approval_fields=needing_approval(self.objects),
            drafted_fields=mapped_as(self.objects, Write.DRAFT),
            automatic_fields=automatic(self.objects),
            record_types={name: mapped.record_types for name, mapped in self.objects.items() if mapped.record_types},
            quorum=self.quorum,
            strategic_owner_ids=strategic,
            authorisation_hours=self.authorisation_hours,
        )

    def reasons_to_reject(self, motion: Motion) -> tuple[RejectReason, ...]:
        """At most seven, in the order of their keys."""
        return self.motion_reject_reasons.get(motion, self.reject_reasons)

    def writable(self) -> dict[str, frozenset[str]]:
        """Per object the fields that may be written at all: the plain list and the mapping together."""
        return writable(self.objects, self.allowed_fields)

    def with_digest(self) -> "Playbook":
        """The same playbook with its digest set."""
        content = self.model_dump(mode="json", exclude={"digest"})
        return self.model_copy(update={"digest": hashlib.sha256(rfc8785.dumps(content)).hexdigest()})

    def band_for(self, score: int) -> Band:
        """The band with the highest threshold that the score reaches; the lowest band where it reaches none."""
        ordered = sorted(self.bands, key=lambda b: b.at_least, reverse=True)
        return next((b for b in ordered if score >= b.at_least), ordered[-1])

    def reviewer(self, login: str) -> Reviewer | None:
        return next((r for r in self.reviewers if r.login == login), None)

    def ladder_for(self, risk: RiskCategory, motion: Motion = Motion.INBOUND) -> LadderPlan:
        own = self.motion_ladders.get(motion, {})
        return (
            own.get(risk) or own.get(RiskCategory.MEDIUM) or self.ladders.get(risk, self.ladders[RiskCategory.MEDIUM])
        )
