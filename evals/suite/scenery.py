"""What a case finds in the CRM, and what befalls it there."""

from collections.abc import Iterator
from datetime import timedelta

from domain.context import ContextEvent, ContextItem, ContextSubject
from domain.errors import InputError
from domain.model import Scalar
from evals.suite.cases import CrmRow, EvalCase
from evals.suite.org import EvalOrg
from evals.suite.stage import NOW


class Scenery:
    """Builds the records of a case and knows them by alias."""

    def __init__(self, case: EvalCase, org: EvalOrg) -> None:
        self._case = case
        self._org = org
        self._users = org.users()
        self._queues = org.queues()
        self.records: dict[str, tuple[str, str]] = {}
        """Alias to object and id."""

    def build(self) -> dict[str, str]:
        """Id by alias. Older records first, as they came into being."""
        for row in sorted(self._case.crm, key=lambda r: -r.days_ago):
            self._org.set_time(NOW - timedelta(days=row.days_ago))
            made = self._org.add(row.object, self._fields(row))
            if row.alias:
                self.records[row.alias] = (row.object, made)
        self._org.set_time(NOW)
        return {alias: made for alias, (_, made) in self.records.items()}

    def happened(self) -> Iterator[ContextEvent]:
        """What other systems handed in, in the order of the case."""
        for number, row in enumerate(self._case.context, start=1):
            yield ContextEvent(
                subject=ContextSubject(email=row.email, company=row.company),
                item=ContextItem(
                    kind=row.kind,
                    occurred_at=NOW - timedelta(days=row.days_ago),
                    quote=row.text,
                    system=row.system,
                    record=f"{self._case.name}-{number}",
                    facts=row.facts,
                ),
            )

    def meanwhile(self) -> None:
        for edit in self._case.meanwhile:
            if edit.record not in self.records:
                raise InputError(f"case {self._case.name}: there is no record {edit.record!r} to edit")
            object_name, record_id = self.records[edit.record]
            self._org.edit(object_name, record_id, {k: self._value(k, v) for k, v in edit.fields.items()})

    def faults(self, when: str) -> None:
        self._org.clear_faults()
        for fault in self._case.faults:
            if fault.when == when:
                self._org.fault(fault)

    def alias(self, record_id: str) -> str:
        return next((alias for alias, (_, made) in self.records.items() if made == record_id), "")

    def who(self, owner_id: str) -> str:
        """E-mail of a user or developer name of a queue; the id where it is neither."""
        known = {**{v: k for k, v in self._queues.items()}, **{v: k for k, v in self._users.items()}}
        return known.get(owner_id, owner_id)

    def _fields(self, row: CrmRow) -> dict[str, Scalar]:
        return {name: self._value(name, value) for name, value in row.fields.items()}

    def _value(self, field: str, value: Scalar) -> Scalar:
        if not field.endswith("Id") or not isinstance(value, str):
            return value
        if value in self.records:
            return self.records[value][1]
        found = self._users.get(value) or self._queues.get(value)
        if found is None:
            raise InputError(f"case {self._case.name}: {field} names {value!r}, which is no record, user or queue")
        return found
