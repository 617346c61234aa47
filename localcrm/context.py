"""Who calls, when, and with which conveniences on: what every write needs to know."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from localcrm.errors import ApiError, read_only
from localcrm.fields import Record
from localcrm.schema import Schema
from localcrm.stamps import stamp
from localcrm.store import Transaction


class Access(StrEnum):
    READ_ONLY = "read_only"
    READ_WRITE = "read_write"


@dataclass(frozen=True)
class Caller:
    """A signed-in API client and the user it runs as."""

    client_id: str
    user_id: str
    access: Access

    @property
    def writes(self) -> bool:
        return self.access is Access.READ_WRITE


@dataclass(frozen=True)
class AutomationRule:
    """After a write that changes `when_field` (any, where None), set `values`, as an org's own flow would."""

    sobject: str
    values: Record
    when_field: str | None = None
    on_create: bool = True
    on_update: bool = True


@dataclass
class OrgRules:
    """The org's own switches. A control call may change them while the server runs."""

    assignment: bool = True
    duplicates: bool = True
    automation: list[AutomationRule] = field(default_factory=list)
    uneditable: set[tuple[str, str]] = field(default_factory=set)
    """User and record that the org's sharing keeps apart, for UserRecordAccess."""
    inactive_owners: bool = False
    """May a record belong to somebody who has left? A permission that imports have."""


@dataclass
class Context:
    """One call inside its transaction. `lock` makes the next write meet a row lock (a test fault)."""

    tx: Transaction
    schema: Schema
    caller: Caller
    now: datetime
    rules: OrgRules
    version: str
    auto_assign: bool = True
    allow_duplicates: bool = False
    lock: bool = False

    @property
    def stamp(self) -> str:
        return stamp(self.now)

    def require_write(self) -> None:
        if not self.caller.writes:
            raise read_only()
        if self.lock:
            raise ApiError(
                400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record or 1 records", fields=[]
            )

    def address(self, sobject_name: str, record_id: str) -> str:
        return f"/services/data/v{self.version}/sobjects/{sobject_name}/{record_id}"
