"""Test controls under `/control`. They exist only where the server was started with a control token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from localcrm import by_hand
from localcrm.context import AutomationRule, Context, OrgRules
from localcrm.errors import ApiError, not_found
from localcrm.faults import FaultQueue, parse_fault
from localcrm.fields import SObject
from localcrm.meter import Meter
from localcrm.request import Call, Reply
from localcrm.schema import SCHEMA


@dataclass
class Controls:
    faults: FaultQueue
    meter: Meter
    rules: OrgRules

    def dispatch(self, call: Call, in_transaction: Callable[[Callable[[Context], Any], str | None], Any]) -> Reply:
        """`call.segments` follow `/control/`. `in_transaction(work, user_id)` runs work as a person would."""
        try:
            return self._settings(call) or _by_hand(call, in_transaction)
        except (ValueError, TypeError, KeyError) as error:
            raise ApiError(400, "INVALID_INPUT", f"control request not understood: {error}") from None

    def _settings(self, call: Call) -> Reply | None:
        match (call.method, call.segments):
            case ("POST", ("faults",)):
                body = call.body if isinstance(call.body, list) else [call.object_body()]
                for fault in [parse_fault(item) for item in body]:
                    self.faults.add(fault)
                return Reply(201, {"pending": len(self.faults.pending())})
            case ("GET", ("faults",)):
                return Reply(200, [asdict(fault) for fault in self.faults.pending()])
            case ("DELETE", ("faults",)):
                self.faults.clear()
                return Reply(204)
            case ("POST", ("automation",)):
                self.rules.automation.append(_rule(call.object_body()))
                return Reply(201, {"rules": len(self.rules.automation)})
            case ("DELETE", ("automation",)):
                self.rules.automation.clear()
                return Reply(204)
            case ("POST", ("rules",)):
                body_rules = call.object_body()
                self.rules.assignment = bool(body_rules.get("assignment", self.rules.assignment))
                self.rules.duplicates = bool(body_rules.get("duplicates", self.rules.duplicates))
                return Reply(200, {"assignment": self.rules.assignment, "duplicates": self.rules.duplicates})
            case ("POST", ("access",)):
                body_access = call.object_body()
                pair = (str(body_access["user_id"]), str(body_access["record_id"]))
                (self.rules.uneditable.discard if body_access["edit"] else self.rules.uneditable.add)(pair)
                return Reply(200, {"denied": len(self.rules.uneditable)})
            case ("GET", ("calls",)):
                calls = self.meter.calls()
                return Reply(200, {"total": sum(int(c["count"]) for c in calls), "calls": calls})
            case ("DELETE", ("calls",)):
                self.meter.reset_calls()
                return Reply(204)
            case _:
                return None


def _by_hand(call: Call, in_transaction: Callable[[Callable[[Context], Any], str | None], Any]) -> Reply:
    if call.method != "POST":
        raise not_found()
    body: dict[str, Any] = call.body if isinstance(call.body, dict) else {}
    user = body.get("user_id")
    match call.segments:
        case ("lead", record_id, "convert"):
            return Reply(200, in_transaction(lambda ctx: by_hand.convert_lead(ctx, record_id), user))
        case (name, loser, "merge_into", survivor):
            in_transaction(lambda ctx: by_hand.merge(ctx, ctx.schema.get(name), loser, survivor), user)
            return Reply(204)
        case (name, record_id, "undelete"):
            in_transaction(lambda ctx: by_hand.undelete(ctx, ctx.schema.get(name), record_id), user)
            return Reply(204)
        case (name, record_id, "edit"):
            in_transaction(lambda ctx: by_hand.edit(ctx, ctx.schema.get(name), record_id, body["fields"]), user)
            return Reply(204)
        case (name, "add"):
            made = in_transaction(lambda ctx: by_hand.add(ctx, ctx.schema.get(name), body["fields"]), user)
            return Reply(201, {"id": made})
        case _:
            raise not_found()


def _field(sobject: SObject, name: str) -> str:
    found = sobject.field(name)
    if found is None:
        raise ValueError(f"{sobject.name} has no field {name}")
    return found.name


def _rule(body: dict[str, Any]) -> AutomationRule:
    when = str(body.get("on", "both"))
    if when not in ("create", "update", "both"):
        raise ValueError("on must be create, update or both")
    values = body["set"]
    if not isinstance(values, dict) or not values:
        raise ValueError("set must name at least one field")
    sobject = SCHEMA.get(str(body["object"]))
    return AutomationRule(
        sobject=sobject.name,
        values={_field(sobject, name): value for name, value in values.items()},
        when_field=None if body.get("when_field") is None else _field(sobject, str(body["when_field"])),
        on_create=when != "update",
        on_update=when != "create",
    )
