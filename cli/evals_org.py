"""The org that eval cases play in: the local CRM in a thread, put back to its staff before each case."""

import secrets
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import Message, Receive, Scope, Send

from domain.errors import CrmError
from domain.model import Scalar
from evals.suite.cases import CrmFault
from localcrm.bootstrap import ensure_value_sets
from localcrm.context import Access
from localcrm.faults import parse_fault
from localcrm.fields import Record
from localcrm.options import DEFAULT_USERNAME, Client, Options
from localcrm.request import Call
from localcrm.sample import DEFAULT_SEED, build_org
from localcrm.server import LocalCrm
from localcrm.service import Service
from localcrm.stamps import http_date
from localcrm.store import Store

_STAFF = ("Organization", "User", "Group", "GroupMember", "BusinessHours", "Holiday")


class LocalEvalOrg:
    """`EvalOrg`. One case at a time; the server asks whichever org is the current one."""

    client_id = "evals"

    def __init__(self, staff: Path, workplace: Path, now: datetime) -> None:
        self._staff = staff
        self._workplace = workplace
        self._now = now
        self._number = 0
        self.client_secret = secrets.token_hex(16)
        self._service: Service | None = None
        self.base_url = ""
        self.renew(now)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def dated(message: Message) -> None:
            # The CRM's own time, by which the product tells whether what it read is old.
            if message["type"] == "http.response.start":
                stamp = http_date(self._now).encode()
                message = {**message, "headers": [*message.get("headers", ()), (b"date", stamp)]}
            await send(message)

        await self._app(scope, receive, dated)

    def renew(self, now: datetime) -> None:
        self.close()
        self._now = now
        self._number += 1
        path = self._workplace / f"org-{self._number}.db"
        shutil.copy(self._staff, path)
        client = Client(self.client_id, DEFAULT_USERNAME, Access.READ_WRITE, client_secret=self.client_secret)
        options = Options(clients=(client,), clock=lambda: self._now, duplicate_rules=False)
        self._service = Service(path, options)
        self._app = LocalCrm(self._service)

    def close(self) -> None:
        if self._service is not None:
            self._service.close()
        for left in self._workplace.glob("org-*.db*"):
            left.unlink()

    def set_time(self, now: datetime) -> None:
        self._now = now

    def users(self) -> Mapping[str, str]:
        return {str(row["Email"]): str(row["Id"]) for row in self.rows("User")}

    def queues(self) -> Mapping[str, str]:
        return {str(row["DeveloperName"]): str(row["Id"]) for row in self.rows("Group")}

    def integration_user(self) -> str:
        return next(str(row["Id"]) for row in self.rows("User") if row["Username"] == DEFAULT_USERNAME)

    def add(self, object_name: str, fields: Mapping[str, Scalar]) -> str:
        # Somebody who has left owns records from before; the CRM takes a new one for active people only.
        gone = [row for row in self.rows("User") if row["Id"] == fields.get("OwnerId") and not row["IsActive"]]
        for row in gone:
            self.edit("User", str(row["Id"]), {"IsActive": True})
        made = str(self._by_hand(object_name, "add", fields=dict(fields))["id"])
        for row in gone:
            self.edit("User", str(row["Id"]), {"IsActive": False})
        return made

    def edit(self, object_name: str, record_id: str, fields: Mapping[str, Scalar]) -> None:
        self._by_hand(object_name, record_id, "edit", fields=dict(fields))

    def fault(self, fault: CrmFault) -> None:
        self._current.faults.add(parse_fault(fault.model_dump(exclude={"when"})))

    def clear_faults(self) -> None:
        self._current.faults.clear()

    def rows(self, object_name: str) -> tuple[Mapping[str, Scalar], ...]:
        service = self._current
        with service.store.transaction() as tx:
            return tuple(tx.find(service.store.schema.get(object_name), '"IsDeleted" = 0'))

    @property
    def _current(self) -> Service:
        if self._service is None:
            raise CrmError("the org of the evals is closed")
        return self._service

    def _by_hand(self, *segments: str, **body: Any) -> dict[str, Any]:
        reply = self._current.control(Call("POST", segments, body=body))
        if reply.status >= 300:
            raise CrmError(f"the case's record was refused by the local CRM: {reply.body}")
        return dict(reply.body or {})


@contextmanager
def running_org(now: datetime) -> Iterator[LocalEvalOrg]:
    """On loopback, on a free port."""
    with tempfile.TemporaryDirectory(prefix="countersign-evals-") as folder:
        staff = Path(folder) / "staff.db"
        _seed_staff(staff, now)
        org = LocalEvalOrg(staff, Path(folder), now)
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        org.base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(org, log_level="critical", access_log=False, date_header=False, lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield org
        finally:
            server.should_exit = True
            thread.join(timeout=20)
            listener.close()
            org.close()


def staff_addresses() -> tuple[str, ...]:
    """E-mail addresses of the sample org's made-up people, whom cases may name."""
    return tuple(str(row["Email"]) for row in build_org(DEFAULT_SEED, date(2026, 3, 3)).rows["User"])


def _seed_staff(path: Path, now: datetime) -> None:
    """The sample org's own people and queues, and no customer."""
    rows: dict[str, list[Record]] = build_org(DEFAULT_SEED, now.date()).rows
    with closing(Store(path)) as store, store.transaction() as tx:
        for name in _STAFF:
            for row in rows.get(name, []):
                tx.insert(store.schema.get(name), row)
            if rows.get(name):
                tx.reserve_ids(store.schema.get(name), len(rows[name]))
        first = rows["User"][0]
        ensure_value_sets(tx, store.schema, str(first["Id"]), str(first["CreatedDate"]))
