"""What is read of an org before it is trusted with a write: who it is, what acts there, how its leads were worked."""

from collections.abc import Sequence
from typing import Any

from domain.leads import CrmRecord
from domain.organisation import Baseline, Organisation, OrgRule
from domain.ports import Clock
from gateways.crm.baseline import newest_open_leads, read_baseline
from gateways.crm.client import SalesforceSession
from gateways.crm.fields import ReadFields
from gateways.crm.names import OrgNames, read_names
from gateways.crm.org_rules import rules_on
from gateways.crm.organisation import read_organisation
from gateways.crm.readable import Readable, readable
from gateways.crm.reader import SalesforceReader


class OwnOrg:
    """Reads only. Every method raises `CrmError`."""

    def __init__(self, session: SalesforceSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock
        self._described: dict[str, dict[str, Any]] = {}

    def organisation(self) -> Organisation:
        return read_organisation(self._session)

    def signed_in_as(self) -> str:
        """The integration user's id."""
        return self._session.user_id()

    def users(self) -> tuple[CrmRecord, ...]:
        """Deactivated ones included."""
        return self.names().users

    def names(self) -> OrgNames:
        """Of everybody and every queue, group and territory."""
        return read_names(self._session, self.readable(ReadFields()).fields)

    def describe(self, object_name: str) -> dict[str, Any]:
        """Asked once."""
        if object_name not in self._described:
            self._described[object_name] = self._session.describe(object_name)
        return self._described[object_name]

    def has(self, object_name: str) -> bool:
        """Whether the org shows it to the integration user."""
        return object_name in self.readable(ReadFields(by_object={object_name: ()})).fields.by_object

    def readable(self, wanted: ReadFields) -> Readable:
        """What of these fields there is to read."""
        return readable(self.describe, wanted)

    def rules_on(self, objects: Sequence[str]) -> tuple[tuple[OrgRule, ...], tuple[str, ...]]:
        """Active rules, and a sentence for each kind that could not be read."""
        return rules_on(self._session, objects)

    def baseline(self, org_id: str) -> Baseline:
        return read_baseline(self._session, self._clock, org_id)

    def newest_open_leads(self, count: int) -> tuple[str, ...]:
        return newest_open_leads(self._session, count)

    def reader(self, fields: ReadFields) -> SalesforceReader:
        """Reads leads as a case reads them."""
        return SalesforceReader(self._session, self._clock, fields)
