"""What an org says about itself, as far as a first playbook can be drafted from it."""

from datetime import date, time

from domain.leads import CrmRecord
from domain.model import Value
from domain.readiness_facts import Placed


class LeadStatus(Value):
    label: str
    default: bool = False
    converted: bool = False


class Hours(Value):
    """Business hours: working days as `mon`, `tue`, …, and the times that most of them share."""

    name: str
    default: bool
    time_zone: str
    days: tuple[str, ...]
    opens: time
    closes: time
    uneven: bool = False
    """Whether some day has other times, which a playbook's calendar cannot say."""


class DayOff(Value):
    name: str
    day: date
    recurs: bool = False


class SalesTerritory(Value):
    """A territory of the active model. `conditions` are the values that its rules ask of a country field."""

    name: str
    conditions: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    """Ids."""


class OrgField(Value):
    """One field as describe tells it. `listed` are the active values of a picklist."""

    name: str
    label: str
    type: str
    custom: bool
    writable: bool
    calculated: bool = False
    listed: tuple[str, ...] = ()
    refers: tuple[str, ...] = ()


class OrgObject(Value):
    name: str
    fields: tuple[OrgField, ...] = ()
    record_types: dict[str, dict[str, tuple[str, ...]]] = {}
    """By developer name the values that each picklist takes there."""

    def field(self, name: str) -> OrgField | None:
        return next((f for f in self.fields if f.name == name), None)

    def listed(self, name: str) -> tuple[str, ...]:
        found = self.field(name)
        return found.listed if found is not None else ()


class OrgSketch(Value):
    """`notes` say what the org did not answer."""

    org_id: str
    sandbox: bool = False
    name: str
    address: str = ""
    country: str = ""
    time_zone: str = "UTC"
    language: str = "en"
    users: tuple[CrmRecord, ...] = ()
    queues: tuple[CrmRecord, ...] = ()
    group_members: dict[str, tuple[str, ...]] = {}
    statuses: tuple[LeadStatus, ...] = ()
    hours: tuple[Hours, ...] = ()
    days_off: tuple[DayOff, ...] = ()
    territories: tuple[SalesTerritory, ...] = ()
    placed: tuple[Placed, ...] = ()
    objects: tuple[OrgObject, ...] = ()
    notes: tuple[str, ...] = ()

    def object(self, name: str) -> OrgObject:
        return next((o for o in self.objects if o.name == name), OrgObject(name=name))
