"""Calls to the CRM: one client and one connection per thread, a token that we renew, errors by name."""

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError, SalesforceExpiredSession

from domain.errors import CrmError, ErrorCode
from domain.model import Instant, Value
from domain.ports import Clock
from gateways.crm import faults
from gateways.crm.tokens import Token, TokenKeeper, TokenSource
from gateways.crm.transport import CONNECT_SECONDS, READ_SECONDS, open_session, plain_host
from gateways.crm.values import same_id

API_VERSION = "62.0"
Answer = TypeVar("Answer")
MAX_PARTS = 25
"""Subrequests of one composite call."""
MAX_QUERIES = 5
"""Of which may be queries."""
NO_AUTO_ASSIGN = {"Sforce-Auto-Assign": "FALSE"}
"""Salesforce reroutes owners on every create and update unless told not to."""


class Part(Value):
    """One subrequest of a composite call. `name` is its reference id; `path` is relative to the API version."""

    name: str
    method: str
    path: str
    body: dict[str, Any] | None = None
    headers: dict[str, str] = {}

    @property
    def is_query(self) -> bool:
        return self.path.startswith(("query/", "queryAll/"))


class PartAnswer(Value):
    """What came back for one subrequest."""

    status: int
    body: Any = None

    @property
    def ok(self) -> bool:
        return self.status < 300

    def faults(self) -> tuple[faults.Fault, ...]:
        return faults.faults_in(self.status, self.body)

    def records(self) -> list[dict[str, Any]]:
        """The rows of a query. Raises `CrmError` where the query failed or did not answer with rows."""
        if not self.ok:
            raise faults.error_for(self.faults())
        rows = self.body.get("records") if isinstance(self.body, dict) else None
        if not isinstance(rows, list):
            raise CrmError("a query answered without records", code=ErrorCode.CRM_PROTOCOL)
        return rows


class CompositeAnswer(Value):
    """Answers by part name, and the CRM's own time when it answered (whole seconds)."""

    parts: dict[str, PartAnswer]
    server_time: Instant


def query_part(name: str, soql: str, *, deleted_too: bool = False) -> Part:
    """A query as a composite part; `deleted_too` also finds rows in the recycle bin."""
    resource = "queryAll" if deleted_too else "query"
    return Part(name=name, method="GET", path=f"{resource}/?{urlencode({'q': soql})}")


def row_part(name: str, object_name: str, record_id: str, fields: Sequence[str]) -> Part:
    """A row by id, or by a reference to a created record (`@{part.id}`)."""
    where = record_id if record_id.startswith("@{") else quote(record_id, safe="")
    return Part(name=name, method="GET", path=f"sobjects/{object_name}/{where}?fields={','.join(sorted(set(fields)))}")


class _Door:
    """One thread's client, and what its last response said."""

    def __init__(self, token: Token, timeout: tuple[float, float], count: Callable[[requests.Response], None]) -> None:
        self.token = token
        self.server_time: datetime | None = None
        self._count = count
        session = open_session(plain_host(token.instance_url), timeout)
        session.hooks["response"].append(self._note)
        self.client = Salesforce(
            session_id=token.access_token, instance_url=token.instance_url, session=session, version=API_VERSION
        )

    def _note(self, response: requests.Response, *_: Any, **__: Any) -> None:
        self._count(response)
        try:
            self.server_time = parsedate_to_datetime(response.headers["Date"]).astimezone(UTC)
        except (KeyError, ValueError):
            self.server_time = None


class SalesforceSession:
    """The API of one org. Thread-safe. Every method raises `CrmError` and nothing else."""

    def __init__(
        self,
        source: TokenSource,
        clock: Clock,
        *,
        org_id: str = "",
        on_wrong_org: Callable[[str], None] = lambda found: None,
        timeout: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS),
        observe: Callable[[int, int], None] = lambda used, limit: None,
    ) -> None:
        """`observe` hears the org's API usage (used, limit) after each call that reports it.

        With `org_id` no call is made in any other org (crm_wrong_org): a full sandbox has its production's record ids,
        so that nothing else would tell the two apart. `on_wrong_org` hears which one it was.
        """
        self._org_id = org_id
        self._on_wrong_org = on_wrong_org
        self._checked: Token | None = None
        self._keeper = TokenKeeper(source)
        self._clock = clock
        self._timeout = timeout
        self._observe = observe
        self._local = threading.local()
        self._lock = threading.Lock()
        self._calls = 0
        self._user_id = ""

    @property
    def clock(self) -> Clock:
        """The one that it was given."""
        return self._clock

    @property
    def calls(self) -> int:
        """API calls made since the start, sign-in excluded."""
        return self._calls

    def user_id(self) -> str:
        """The integration user's id, asked for once."""
        if not self._user_id:
            self._user_id = self._keeper.current().user_id or self._run(_user_named)
        return self._user_id

    def scopes(self) -> tuple[str, ...] | None:
        """What the current token may be used for; None where the sign-in does not say."""
        return self._keeper.current().scopes

    def describe(self, object_name: str) -> dict[str, Any]:
        """Fields of an object and what the integration user may do with them."""
        answer = self._run(lambda client: client.restful(f"sobjects/{object_name}/describe"))
        if not isinstance(answer, dict):
            raise CrmError(f"describe of {object_name} is no object", code=ErrorCode.CRM_PROTOCOL)
        return answer

    def limits(self) -> dict[str, Any]:
        """The org's limits by name, each with `Max` and `Remaining`."""
        answer = self._run(lambda client: client.limits())
        if not isinstance(answer, dict):
            raise CrmError("the limits are no object", code=ErrorCode.CRM_PROTOCOL)
        return answer

    def rows(self, soql: str, *, tooling: bool = False) -> list[dict[str, Any]]:
        """The first page of a query, of the data API or of the Tooling API, which knows what an org is made of."""
        path = "tooling/query" if tooling else "query"
        answer = self._run(lambda client: client.restful(path, params={"q": soql}))
        rows = answer.get("records") if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            raise CrmError("a query answered without records", code=ErrorCode.CRM_PROTOCOL)
        return rows

    def composite(self, parts: Sequence[Part], *, all_or_none: bool) -> CompositeAnswer:
        """Run the parts in order in one API call. A failed part is an answer, not an exception.

        With `all_or_none` the first failure undoes all of them. Where the connection breaks, whether the
        call was carried out is unknown: `crm_unavailable`.
        """
        if len(parts) > MAX_PARTS or sum(p.is_query for p in parts) > MAX_QUERIES:
            raise CrmError(f"{len(parts)} parts are too many for one call", code=ErrorCode.CRM_PROTOCOL)
        body = {
            "allOrNone": all_or_none,
            "collateSubrequests": False,
            "compositeRequest": [_spelled(part) for part in parts],
        }
        answer = self._run(
            lambda client: client.restful("composite", method="POST", json=body, headers=dict(NO_AUTO_ASSIGN))
        )
        return CompositeAnswer(parts=_answers(answer, parts), server_time=self._server_time())

    def _run(self, call: Callable[[Salesforce], Answer]) -> Answer:
        door = self._door()
        try:
            self._in_the_right_org(door)
            return self._once(door, call)
        except SalesforceExpiredSession:
            # A 401 means that nothing was done, so running the call again, headers and all, is safe.
            self._local.door = None
            self._keeper.renew(door.token)
        try:
            door = self._door()
            self._in_the_right_org(door)
            return self._once(door, call)
        except SalesforceExpiredSession as still:
            self._local.door = None
            raise faults.from_call(still) from None

    def _in_the_right_org(self, door: _Door) -> None:
        """Once for each token; most sign-ins name the org, so that it costs no call."""
        if not self._org_id or door.token == self._checked:
            return
        found = door.token.org_id or self._once(door, _org_named)
        if not same_id(found, self._org_id):
            self._on_wrong_org(found)
            raise CrmError(
                f"the CRM's credentials are those of org {found}, and the playbook is for {self._org_id}",
                code=ErrorCode.CRM_WRONG_ORG,
            )
        self._checked = door.token

    @staticmethod
    def _once(door: _Door, call: Callable[[Salesforce], Answer]) -> Answer:
        try:
            return call(door.client)
        except SalesforceExpiredSession:
            raise
        except SalesforceError as refused:
            raise faults.from_call(refused) from None
        except requests.RequestException as broken:
            raise faults.from_wire(broken) from None
        except ValueError as malformed:
            raise CrmError(f"the CRM's answer is malformed: {malformed}", code=ErrorCode.CRM_PROTOCOL) from None

    def _door(self) -> _Door:
        token = self._keeper.current()
        door: _Door | None = getattr(self._local, "door", None)
        if door is None or door.token != token:
            door = _Door(token, self._timeout, self._count)
            self._local.door = door
        return door

    def _server_time(self) -> datetime:
        door: _Door | None = getattr(self._local, "door", None)
        return (door.server_time if door is not None else None) or self._clock.now()

    def _count(self, response: requests.Response) -> None:
        with self._lock:
            self._calls += 1
        usage = _usage(response.headers)
        if usage is not None:
            self._observe(*usage)


def _user_named(client: Salesforce) -> str:
    return _named(client, "user_id")


def _org_named(client: Salesforce) -> str:
    return _named(client, "organization_id")


def _named(client: Salesforce, what: str) -> str:
    answer = client.oauth2("userinfo")
    name = answer.get(what) if isinstance(answer, dict) else None
    if not isinstance(name, str) or not name:
        raise CrmError(f"the CRM does not say what the {what} of its credentials is", code=ErrorCode.CRM_PROTOCOL)
    return name


def _spelled(part: Part) -> dict[str, Any]:
    spelled: dict[str, Any] = {
        "method": part.method,
        "url": f"/services/data/v{API_VERSION}/{part.path}",
        "referenceId": part.name,
    }
    if part.body is not None:
        spelled["body"] = part.body
    headers = {**part.headers, **(NO_AUTO_ASSIGN if part.method in ("POST", "PATCH") else {})}
    if headers:
        spelled["httpHeaders"] = headers
    return spelled


def _answers(answer: Any, parts: Sequence[Part]) -> dict[str, PartAnswer]:
    listed = answer.get("compositeResponse") if isinstance(answer, dict) else None
    found: dict[str, PartAnswer] = {}
    for item in listed if isinstance(listed, list) else ():
        status = item.get("httpStatusCode") if isinstance(item, dict) else None
        if isinstance(status, int):
            found[str(item.get("referenceId"))] = PartAnswer(status=status, body=item.get("body"))
    missing = [part.name for part in parts if part.name not in found]
    if missing:
        raise CrmError(f"no answer for {', '.join(missing)} in a composite call", code=ErrorCode.CRM_PROTOCOL)
    return found


def _usage(headers: Mapping[str, str]) -> tuple[int, int] | None:
    """`Sforce-Limit-Info: api-usage=18/5000`; anything else is no statement."""
    for entry in headers.get("Sforce-Limit-Info", "").split(";"):
        name, _, figures = entry.strip().partition("=")
        used, _, limit = figures.partition("/")
        if name == "api-usage" and used.isdecimal() and limit.isdecimal():
            return int(used), int(limit)
    return None
