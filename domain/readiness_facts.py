"""What the readiness audit measures in an org: counts, never records. `gateways/crm/audit_reader.py` fills it in."""

from enum import StrEnum

from domain.field_mapping import SIGNAL_FIELDS, Objects
from domain.leads import CrmRecord, Motion
from domain.model import Instant, Value


class Area(StrEnum):
    """What is audited. The first eleven are data, the last three are set-up."""

    LEAD_SOURCE = "lead_source"
    LIFECYCLE_STAGE = "lifecycle_stage"
    COMPANY_SIZE = "company_size"
    INDUSTRY = "industry"
    GEOGRAPHY = "geography"
    OWNER = "owner"
    PRODUCT_INTEREST = "product_interest"
    INTERACTIONS = "previous_interactions"
    OPPORTUNITY_VALUE = "opportunity_value"
    CONSENT = "consent"
    LAST_ACTIVITY = "last_activity"
    WORKFLOW = "workflow_clarity"
    ACCESS = "integration_access"
    REVIEW = "human_review"


DATA_AREAS = tuple(Area)[:11]
SETUP_AREAS = tuple(Area)[11:]

FRESH_DAYS = 365
"""A filled value counts as fresh where its record changed within a year."""
ACTIVE_DAYS = 90
"""A record counts as worked on where somebody did something within a quarter."""
QUIET_DAYS = 14
"""A started conversation counts as waiting where nothing happened for two weeks."""


class AuditedField(Value):
    area: Area
    object: str
    field: str
    spread: bool = False
    """Whether its values are counted one by one."""


_STANDARD = (
    AuditedField(area=Area.LEAD_SOURCE, object="Lead", field="LeadSource", spread=True),
    AuditedField(area=Area.LEAD_SOURCE, object="Opportunity", field="LeadSource"),
    AuditedField(area=Area.LIFECYCLE_STAGE, object="Lead", field="Status", spread=True),
    AuditedField(area=Area.LIFECYCLE_STAGE, object="Opportunity", field="StageName", spread=True),
    AuditedField(area=Area.COMPANY_SIZE, object="Lead", field="NumberOfEmployees"),
    AuditedField(area=Area.COMPANY_SIZE, object="Account", field="NumberOfEmployees"),
    AuditedField(area=Area.INDUSTRY, object="Lead", field="Industry", spread=True),
    AuditedField(area=Area.INDUSTRY, object="Account", field="Industry", spread=True),
    AuditedField(area=Area.GEOGRAPHY, object="Lead", field="Country", spread=True),
    AuditedField(area=Area.GEOGRAPHY, object="Lead", field="State"),
    AuditedField(area=Area.GEOGRAPHY, object="Account", field="BillingCountry", spread=True),
    AuditedField(area=Area.OPPORTUNITY_VALUE, object="Opportunity", field="Amount"),
    AuditedField(area=Area.CONSENT, object="Lead", field="IndividualId"),
    AuditedField(area=Area.CONSENT, object="Contact", field="IndividualId"),
    AuditedField(area=Area.LAST_ACTIVITY, object="Lead", field="LastActivityDate"),
    AuditedField(area=Area.LAST_ACTIVITY, object="Account", field="LastActivityDate"),
    AuditedField(area=Area.LAST_ACTIVITY, object="Opportunity", field="LastActivityDate"),
)
_MEANINGS = {
    "lead_source": Area.LEAD_SOURCE,
    "lifecycle_stage": Area.LIFECYCLE_STAGE,
    "employees": Area.COMPANY_SIZE,
    "segment": Area.COMPANY_SIZE,
    "industry": Area.INDUSTRY,
    "country": Area.GEOGRAPHY,
    "region": Area.GEOGRAPHY,
    "product_interest": Area.PRODUCT_INTEREST,
    "opportunity_value": Area.OPPORTUNITY_VALUE,
}
AUDITED_OBJECTS = ("Lead", "Contact", "Account", "Opportunity")


def audited_fields(objects: Objects) -> tuple[AuditedField, ...]:
    """The standard fields of every area, and those that the playbook's mapping says mean the same."""
    found = {(f.object, f.field): f for f in _STANDARD}
    for name, mapped in objects.items():
        for field, rule in mapped.fields.items():
            area = _MEANINGS.get(rule.means or SIGNAL_FIELDS.get(field, ""))
            if area is not None and name in AUDITED_OBJECTS:
                known = area in (Area.PRODUCT_INTEREST, Area.INDUSTRY)
                found.setdefault((name, field), AuditedField(area=area, object=name, field=field, spread=known))
    return tuple(found.values())


class Counted(Value):
    value: str
    count: int


class FieldFacts(Value):
    """Counts over the object's live records: open leads, open opportunities, all accounts and contacts."""

    area: Area
    object: str
    field: str
    exists: bool = True
    records: int = 0
    filled: int = 0
    fresh: int = 0
    """Of the filled ones. For a date of activity: those within the last quarter."""
    spread: tuple[Counted, ...] = ()
    """The most frequent values."""
    listed: tuple[str, ...] = ()
    """The active values of its picklist; empty where any text is taken."""


class OwnerFacts(Value):
    object: str
    records: int
    inactive: int
    """Owned by users who cannot log in any more."""
    queued: int = 0


class Placed(Value):
    """How many open leads of one country one owner has."""

    country: str
    owner_id: str
    count: int


class ObjectAccess(Value):
    object: str
    exists: bool
    readable: bool = False
    createable: bool = False
    updateable: bool = False
    missing_fields: tuple[str, ...] = ()
    """Fields that the playbook maps or writes and that the org lacks or hides."""
    locked_fields: tuple[str, ...] = ()
    """Fields that the playbook writes and the integration user may not."""


class Activities(Value):
    """What was logged within the last quarter, and how much of it hangs on no person and no company."""

    tasks: int = 0
    events: int = 0
    emails: int = 0
    tasks_without_link: int = 0


class OrgFacts(Value):
    """Everything the audit found out. `unmeasured` names what the org did not answer, and why."""

    measured_at: Instant
    fields: tuple[FieldFacts, ...]
    owners: tuple[OwnerFacts, ...] = ()
    placed: tuple[Placed, ...] = ()
    opted_out: int = 0
    consents: tuple[Counted, ...] = ()
    activities: Activities = Activities()
    volumes: dict[Motion, int] = {}
    access: tuple[ObjectAccess, ...] = ()
    scopes: tuple[str, ...] | None = None
    """OAuth scopes of the integration user's token; None where the org does not say."""
    api_limit: int = 0
    api_left: int = 0
    users: tuple[CrmRecord, ...] = ()
    queues: tuple[CrmRecord, ...] = ()
    group_members: dict[str, tuple[str, ...]] = {}
    """Per developer name of a queue or group the ids of its users."""
    territory_members: dict[str, tuple[str, ...]] = {}
    """The same per active territory."""
    api_calls: int = 0
    unmeasured: tuple[str, ...] = ()

    def of(self, object_name: str, field: str) -> FieldFacts | None:
        return next((f for f in self.fields if (f.object, f.field) == (object_name, field)), None)
