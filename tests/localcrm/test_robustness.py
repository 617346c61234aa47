"""No body breaks the server, and no two callers get past one another."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localcrm.fields import FieldType
from localcrm.options import Options
from localcrm.request import Call
from localcrm.schema import SCHEMA
from localcrm.service import Service
from tests.localcrm.driving import WRITER, SetClock, running

V = "/services/data/v62.0"


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    found = Service(":memory:", Options(clients=(WRITER,), clock=SetClock()))
    yield found
    found.close()


def send(service: Service, method: str, *segments: str, body: Any = None, params: dict[str, str] | None = None) -> Any:
    headers = {"authorization": f"Bearer {service.issue('writer').access_token}"}
    return service.data(Call(method, ("v62.0", *segments), params or {}, headers, body))


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    _TEXT,
    st.sampled_from(
        ["Hot", "a@b.example", "2026-03-02", "2026-03-02T00:00:00Z", "005Lc0000000001AAA", "true", "1e999"]
    ),
    st.sampled_from(["@{r0.id}", "@{r1.body[0].x}", "@{zzz}", "@{r0}", "00QLc0000000001", "0" * 18, "9" * 400]),
)
_JSON = st.recursive(_SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3))
_OBJECTS = st.sampled_from([o.name for o in SCHEMA])
_FIELDS = st.sampled_from(sorted({f.name for o in SCHEMA for f in o.fields}))
_BODIES = st.one_of(_JSON, st.dictionaries(st.one_of(_FIELDS, _TEXT), st.one_of(_SCALARS, _JSON), max_size=6))
_SEGMENTS = st.one_of(
    st.tuples(st.just("sobjects"), _OBJECTS),
    st.tuples(st.just("sobjects"), _OBJECTS, st.one_of(_TEXT, st.just("005Lc0000000001"))),
    st.tuples(st.just("sobjects"), _OBJECTS, _FIELDS, _TEXT),
    st.tuples(st.just("composite"), st.just("sobjects")),
    st.tuples(st.just("composite"), st.just("tree"), _OBJECTS),
    st.tuples(st.just("jobs"), st.sampled_from(["ingest", "query"])),
    st.tuples(st.just("jobs"), st.sampled_from(["ingest", "query"]), _TEXT, st.sampled_from(["results", "batches"])),
    st.lists(_TEXT, max_size=4).map(tuple),
)
_METHODS = st.sampled_from(["GET", "POST", "PATCH", "DELETE", "PUT"])


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(method=_METHODS, segments=_SEGMENTS, body=_BODIES)
def test_any_call_is_answered(service: Service, method: str, segments: tuple[str, ...], body: Any) -> None:
    reply = send(service, method, *segments, body=body)
    assert reply.status < 500


_CELLS = st.one_of(_TEXT, _FIELDS, st.sampled_from(["#N/A", "true", "1e999", "a,b", '"', "00QLc0000000001", "\x00"]))
_CSV = st.one_of(_TEXT, st.lists(st.lists(_CELLS, max_size=4).map(",".join), min_size=1, max_size=4).map("\n".join))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=_OBJECTS, operation=st.sampled_from(["insert", "update", "upsert", "delete"]), text=_CSV)
def test_any_upload_is_answered(service: Service, name: str, operation: str, text: str) -> None:
    body = {"object": name, "operation": operation, "externalIdFieldName": "Id"}
    made = send(service, "POST", "jobs", "ingest", body=body)
    if made.status != 200:
        assert made.status < 500
        return
    job = made.body["id"]
    assert send(service, "PUT", "jobs", "ingest", job, "batches", body=text).status == 201
    assert send(service, "PATCH", "jobs", "ingest", job, body={"state": "UploadComplete"}).status == 200
    shown = send(service, "GET", "jobs", "ingest", job).body
    assert shown["state"] == "Failed" or shown["numberRecordsProcessed"] >= shown["numberRecordsFailed"]


_PART = st.fixed_dictionaries(
    {
        "method": _METHODS,
        "url": st.one_of(
            st.builds("{}/sobjects/{}".format, st.just(V), _OBJECTS),
            st.builds("{}/sobjects/{}/@{{r0.id}}".format, st.just(V), _OBJECTS),
            st.builds("{}/query?q=SELECT+Id+FROM+{}".format, st.just(V), _OBJECTS),
            _TEXT,
        ),
    },
    optional={
        "body": _BODIES,
        "httpHeaders": st.one_of(_JSON, st.dictionaries(st.just("If-Unmodified-Since"), _SCALARS)),
    },
)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(parts=st.lists(_PART, max_size=4), all_or_none=st.booleans())
def test_any_composite_is_answered(service: Service, parts: list[dict[str, Any]], all_or_none: bool) -> None:
    named = [{**part, "referenceId": f"r{i}"} for i, part in enumerate(parts)]
    reply = send(service, "POST", "composite", body={"allOrNone": all_or_none, "compositeRequest": named})
    assert reply.status < 500
    if reply.status == 200:
        assert all(answer["httpStatusCode"] < 500 for answer in reply.body["compositeResponse"])


def test_an_answer_that_fails_is_still_one_that_clients_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with running() as crm:
        headers = crm.authorized()
        monkeypatch.setattr(crm.service.store, "transaction", full)
        answer = crm.http("GET", f"{V}/sobjects/Lead/00QLc0000000001", headers=headers)
        monkeypatch.undo()
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (500, "UNKNOWN_EXCEPTION")
    assert "disk" not in answer.text


def test_one_of_many_with_the_same_ledger_key_wins(tmp_path: Path) -> None:
    service = Service(tmp_path / "crm.db", Options(clients=(WRITER,)))
    with ThreadPoolExecutor(8) as pool:
        body = {"External_Key__c": "k1"}
        replies = list(pool.map(lambda _: send(service, "POST", "sobjects", "Agent_Write__c", body=body), range(24)))
    service.close()
    assert sorted(reply.status for reply in replies) == [201] + [400] * 23


def test_a_stopped_server_leaves_one_file_with_everything_in_it(tmp_path: Path) -> None:
    with running(str(tmp_path / "crm.db")) as crm:
        made = crm.http("POST", f"{V}/sobjects/Account", headers=crm.authorized(), json={"Name": "Acme"})
    assert made.status_code == 201
    assert [path.name for path in tmp_path.iterdir()] == ["crm.db"]
    with running(str(tmp_path / "crm.db")) as crm:
        found = crm.http("GET", f"{V}/sobjects/Account/{made.json()['id']}", headers=crm.authorized())
    assert found.json()["Name"] == "Acme"


def test_names_are_told_apart_by_their_prefixes() -> None:
    assert len({o.prefix for o in SCHEMA}) == len(list(SCHEMA))
    for sobject in SCHEMA:
        names = [f.name.lower() for f in sobject.fields]
        assert len(names) == len(set(names)), sobject.name
        for field in sobject.fields:
            assert (field.type is FieldType.REFERENCE) == bool(field.refers), (sobject.name, field.name)
