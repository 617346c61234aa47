"""The CRM itself, without HTTP: one call in, one answer out, each in its own durable transaction."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from localcrm import composite, nested
from localcrm.bootstrap import ensure_org, switch_rules
from localcrm.bulk import exports, ingest
from localcrm.context import Access, Caller, Context, OrgRules
from localcrm.control import Controls
from localcrm.errors import not_found
from localcrm.faults import FaultQueue
from localcrm.meter import Meter
from localcrm.oauth import Session, Sessions
from localcrm.options import Options
from localcrm.org_rules import AUTOMATED_USERNAME
from localcrm.query import Cursors
from localcrm.request import REFUSALS, Call, Reply, refusal
from localcrm.resources import dispatch, with_headers
from localcrm.schema import DATA
from localcrm.stamps import stamp
from localcrm.store import Store

_VERSIONS = tuple(f"{number}.0" for number in range(50, 67))
_VERSION = re.compile(r"v(\d+\.\d)", re.ASCII)
_DEFAULT_VERSION = "62.0"


class Service:
    """Thread-safe. `path` is a file or `:memory:`."""

    def __init__(self, path: str | Path, options: Options) -> None:
        self.options = options
        self.store = Store(path)
        with self.store.transaction() as tx:
            ensure_org(tx, self.store.schema, stamp(options.clock()))
            switch_rules(tx, self.store.schema, assignment=options.assignment_rules, duplicates=options.duplicate_rules)
        self.sessions = Sessions(self.store, options)
        self.rules = OrgRules(assignment=options.assignment_rules, duplicates=options.duplicate_rules)
        self.meter = Meter(options.daily_api_limit)
        self.faults = FaultQueue()
        self.controls = Controls(self.faults, self.meter, self.rules)
        self._cursors = Cursors()

    def issue(self, client_id: str) -> Session:
        return self.sessions.issue(client_id)

    def versions(self) -> list[dict[str, str]]:
        return [{"label": f"API {v}", "url": f"/services/data/v{v}", "version": v} for v in _VERSIONS]

    def data(self, call: Call, *, lock: bool = False) -> Reply:
        """A call below `/services/data/`: `segments` begin with `vX.Y`. Never raises a refusal."""
        try:
            caller = self.sessions.caller(call.headers.get("authorization"))
            version, inner = self._versioned(call)
            now = self.options.clock()
            used = self.meter.count(caller.client_id, inner.method, inner.segments[0] if inner.segments else "", now)
            try:
                reply = self._answer(caller, version, inner, lock=lock)
            except REFUSALS as error:
                reply = refusal(error)
            usage = {"Sforce-Limit-Info": f"api-usage={used}/{self.meter.daily_limit}"}
            return replace(reply, headers={**reply.headers, **usage})
        except REFUSALS as error:
            return refusal(error)

    def control(self, call: Call) -> Reply:
        try:
            return self.controls.dispatch(call, self._as_person)
        except REFUSALS as error:
            return refusal(error)

    def user_info(self, authorization: str | None, base: str) -> Reply:
        try:
            caller = self.sessions.caller(authorization)
        except REFUSALS as error:
            return refusal(error)
        with self.store.transaction() as tx:
            user = tx.fetch(self.store.schema.get("User"), caller.user_id) or {}
        org = self.sessions.org_id
        return Reply(
            200,
            {
                "sub": f"{base}/id/{org}/{caller.user_id}",
                "user_id": caller.user_id,
                "organization_id": org,
                "preferred_username": user.get("Username"),
                "name": user.get("Name"),
                "email": user.get("Email"),
                "zoneinfo": user.get("TimeZoneSidKey"),
                "active": user.get("IsActive"),
                "urls": {"rest": f"{base}/services/data/v{{version}}/"},
            },
        )

    def close(self) -> None:
        self.store.close()

    def _versioned(self, call: Call) -> tuple[str, Call]:
        match = _VERSION.fullmatch(call.segments[0]) if call.segments else None
        if match is None or match[1] not in _VERSIONS:
            raise not_found()
        return match[1], replace(call, segments=call.segments[1:])

    def _answer(self, caller: Caller, version: str, call: Call, *, lock: bool) -> Reply:
        if call.segments == ("limits",) and call.method == "GET":
            return self._limits()
        with self.store.transaction() as tx:
            ctx = Context(
                tx=tx,
                schema=DATA,
                caller=caller,
                now=self.options.clock(),
                rules=self.rules,
                version=version,
                lock=lock,
            )
            # What composite is not made of; the rest is `dispatch`.
            match (call.method, call.segments):
                case ("POST", ("composite",)):
                    return composite.run(ctx, self._cursors, call.object_body())
                case ("POST", ("composite", "tree", name)):
                    return nested.run(with_headers(ctx, call), name, call)
                case (_, ("jobs", "ingest", *rest)):
                    return ingest.dispatch(with_headers(ctx, call), tuple(rest), call)
                case (_, ("jobs", "query", *rest)):
                    return exports.dispatch(ctx, tuple(rest), call)
                case _:
                    return dispatch(ctx, self._cursors, call)

    def _limits(self) -> Reply:
        limit = self.meter.daily_limit
        left = limit - self.meter.used(self.options.clock())
        names = ("DailyBulkApiBatches", "DailyAsyncApexExecutions", "SingleEmail")
        others = {name: {"Max": 15000, "Remaining": 15000} for name in names}
        storage = {"DataStorageMB": {"Max": 1024, "Remaining": 1024}}
        return Reply(200, {"DailyApiRequests": {"Max": limit, "Remaining": left}, **others, **storage})

    def _as_person(self, work: Callable[[Context], Any], user_id: str | None) -> Any:
        with self.store.transaction() as tx:
            users = self.store.schema.get("User")
            user = user_id or str(tx.find(users, '"Username" = ?', (AUTOMATED_USERNAME,))[0]["Id"])
            ctx = Context(
                tx=tx,
                schema=self.store.schema,
                caller=Caller("control", user, Access.READ_WRITE),
                now=self.options.clock(),
                rules=self.rules,
                version=_DEFAULT_VERSION,
            )
            return work(ctx)
