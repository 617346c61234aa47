"""The doors for other systems, pressed by machines: signed nonsense is refused by name, the unsigned gets nowhere."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from approval_ui.app import create_app
from domain.context_intake import FIELDS
from domain.leads import Inquiry
from domain.webhooks import sign_webhook
from gateways.notify.slack import SlackApp, web_client
from tests.approval_ui.conftest import Answer, Browser, Script, field
from tests.approval_ui.test_slack_door import SECRET, signature
from tests.approval_ui.world import INTAKE_SECRET, SITE_KEY, World, build_world
from tests.fakes.databases import Postgres, postgres
from tests.fakes.http_servers import serving
from tests.fakes.slack import TOKEN, FakeSlack

__all__ = ["postgres"]

DOORS = ("/intake/webhook", "/intake/webhook/context")
SLACK = ("/slack/commands", "/slack/interactions")
SECRET_PHRASE = "kingfisher"
"""In every value that is sent: an answer that repeats it hands a stranger's text on."""
INSIDE = ("Traceback", "sqlite", "pydantic", "site-packages", ".py", "Exception", INTAKE_SECRET.decode(), SECRET)

_hunt = settings(
    max_examples=60,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
    database=None,
    deadline=None,
    derandomize=True,
)

# Half surrogates, zero bytes, directions, very long: whatever JSON can carry.
_text = st.one_of(
    st.text(st.characters(), max_size=40),
    st.sampled_from(["", "\x00", "\ud800", "\u202e", "a" * 400, "00Q000000000001AAA", "2026-11-20T10:00:00Z", "-1"]),
).map(lambda text: f"{text}{SECRET_PHRASE}" if len(text) % 3 == 0 else text)
_scalar = st.one_of(st.none(), st.booleans(), st.integers(), st.just(10**400), st.floats(), _text)
_value = st.recursive(
    _scalar,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=6,
)


def _objects(names: tuple[str, ...], fixed: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """What is nearly right: known fields, each with anything in it; now and then one that nobody knows."""
    known = st.dictionaries(st.sampled_from(names), _value, max_size=6)
    odd = st.dictionaries(_text, _value, max_size=1)
    return st.tuples(known, odd).map(lambda parts: {**fixed, **parts[0], **parts[1]})


_inquiries = _objects(
    (*Inquiry.model_fields, "source"), {"event_id": "e", "email": "a@engines.example", "last_name": "Ada"}
)
_events = _objects(
    (*FIELDS, "fact.size", "fact.Size!"),
    {
        "kind": "billing",
        "occurred_at": "2026-11-20",
        "system": "s",
        "event_id": "e",
        "domain": "e.example",
        "text": "t",
    },
)
_bodies = st.one_of(
    st.one_of(_inquiries, _events, _value).map(lambda said: json.dumps(said).encode()),
    st.binary(max_size=60),
    st.sampled_from([b"[" * 9_000, b'{"a":' * 3_000, b"\xff\xfe{", b'{"source": []}', b'{"event_id": 1e999}']),
)
_payloads = st.one_of(
    _value,
    _objects(
        ("type", "team", "user", "actions", "view", "trigger_id"),
        {"type": "block_actions", "team": {"id": "T1"}, "user": {"id": "U1"}},
    ),
    _objects(
        ("callback_id", "private_metadata", "state"),
        {"callback_id": "decide"},
    ).map(lambda view: {"type": "view_submission", "team": {"id": "T1"}, "user": {"id": "U1"}, "view": view}),
)


class Doors:
    """The application with every door open, over a store whose rows can be counted."""

    def __init__(self, world: World, slack: FakeSlack) -> None:
        self.world = world
        door = SlackApp(web_client(TOKEN, slack.url), SECRET, world.clock)
        self.http = TestClient(
            create_app(replace(world.deps, slack=door), redeliver=False),
            raise_server_exceptions=False,
            follow_redirects=False,
        )
        self.made = world.seed()

    def pressed(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        """The answer, which is of this product's making and repeats nothing."""
        # A minute later, so that what is counted per minute stands in nobody's way.
        self.world.clock.advance(timedelta(seconds=61))
        answer = self.http.post(path, content=body, headers=headers)
        assert answer.status_code < 500, (answer.status_code, body[:200])
        assert not [word for word in INSIDE if word in answer.text], answer.text[:300]
        return answer

    def to_intake(self, path: str, body: bytes, secret: bytes = INTAKE_SECRET) -> Answer:
        at = int((self.world.now + timedelta(seconds=61)).timestamp())
        return self.pressed(path, body, {"X-Countersign-Signature": sign_webhook(secret, at, body)})

    def to_slack(self, path: str, body: bytes, secret: str = SECRET) -> Answer:
        stamp = str(int((self.world.now + timedelta(seconds=61)).timestamp()))
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": signature(body, stamp, secret),
        }
        return self.pressed(path, body, headers)

    def rows(self) -> dict[str, int]:
        """How much the store holds of what a delivery may leave."""
        tables = ("sales_case", "inquiry_key", "context_event", "decision", "ui_session", "slack_link")
        with self.world.db.session() as session:
            there = set(sa.inspect(session.connection()).get_table_names())
            return {
                name: int(session.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar_one())
                for name in tables
                if name in there
            }


@pytest.fixture(scope="module")
def doors(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    folder = tmp_path_factory.mktemp("doors")
    path = folder / "ui.db"
    path.write_bytes(sqlite_template.read_bytes())
    world = build_world(f"sqlite:///{path}", folder)
    slack = FakeSlack()
    with serving(slack):
        yield Doors(world, slack)
    world.db.close()


@pytest.mark.parametrize("path", DOORS)
def test_well_signed_nonsense_is_taken_in_or_refused_by_name(doors: Doors, path: str) -> None:
    @_hunt
    @given(body=_bodies)
    @example(body=b'{"event_id": "e", "email": "a@b.example", "source": []}')
    @example(body=b'{"event_id": "e", "email": "a@b.example", "source": {"a": 1}}')
    @example(body=b'{"event_id": "\\u0000", "email": "a@b.example"}')
    @example(body=b'{"\\ud800": 1}')
    def holds(body: bytes) -> None:
        answer = doors.to_intake(path, body)
        said = answer.json()
        assert answer.status_code in (202, 400, 422)
        if answer.status_code == 202:
            assert said["kind"] in ("new", "joined", "repeated", "kept")
        else:
            assert set(said) == {"detail"}
            assert 0 < len(said["detail"]) < 600

    holds()


@pytest.mark.parametrize("path", DOORS)
def test_a_refusal_repeats_no_value(doors: Doors, path: str) -> None:
    names = (*Inquiry.model_fields, "source") if path == DOORS[0] else FIELDS

    @_hunt
    @given(name=st.sampled_from(names), value=_value)
    def holds(name: str, value: Any) -> None:
        body = json.dumps({name: [SECRET_PHRASE, value]}).encode()
        answer = doors.to_intake(path, body)
        assert answer.status_code == 422
        assert SECRET_PHRASE not in answer.text

    holds()


@pytest.mark.parametrize("path", SLACK)
def test_slack_signed_nonsense_is_taken_for_nothing(doors: Doors, path: str) -> None:
    before = doors.rows()

    @_hunt
    @given(payload=_payloads, text=_text, raw=st.none() | st.text(st.characters(codec="utf-8"), max_size=60))
    @example(payload={"type": []}, text="link \x00", raw=None)
    @example(
        payload={"type": "view_submission", "view": {"callback_id": "decide", "state": {"values": []}}},
        text="",
        raw=None,
    )
    def holds(payload: Any, text: str, raw: str | None) -> None:
        form = {"payload": json.dumps(payload), "text": text.encode("utf-8", "replace").decode()}
        form |= {"team_id": "T1", "user_id": "U1"}
        answer = doors.to_slack(path, (urlencode(form) if raw is None else raw).encode())
        assert answer.status_code in (200, 400, 409)

    holds()
    assert doors.rows() == before


@pytest.mark.parametrize("path", [*DOORS, *SLACK])
def test_what_is_not_signed_leaves_nothing(doors: Doors, path: str) -> None:
    before = doors.rows()

    @_hunt
    @given(body=_bodies, header=st.text(st.characters(codec="latin-1", exclude_characters="\r\n\x00"), max_size=60))
    @example(body=b"{}", header="t=\xb2,v1=00")
    @example(body=b"{}", header="t=1,v1=\xe9")
    def holds(body: bytes, header: str) -> None:
        wrong = doors.to_slack(path, body, "another") if path in SLACK else doors.to_intake(path, body, b"another")
        forged = doors.pressed(
            path,
            body,
            {
                "X-Countersign-Signature": header.encode("latin-1"),  # type: ignore[dict-item]
                "x-slack-signature": header.encode("latin-1"),  # type: ignore[dict-item]
                "x-slack-request-timestamp": header.encode("latin-1"),  # type: ignore[dict-item]
            },
        )
        for answer in (wrong, forged):
            assert answer.status_code == 401, answer.text
            assert set(answer.json()) == {"detail"}

    holds()
    assert doors.rows() == before


def test_the_public_form_takes_any_body(doors: Doors) -> None:
    kinds = (
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/form-data; boundary=b",
        "text/plain",
    )

    @_hunt
    @given(
        body=_bodies,
        kind=st.sampled_from(kinds),
        values=st.dictionaries(
            st.sampled_from(["email", "last_name", "company", "event_id", "message", "country", "fax", "consent"]),
            _text,
            max_size=5,
        ),
    )
    def holds(body: bytes, kind: str, values: dict[str, str]) -> None:
        clean = {name: value.encode("utf-8", "replace").decode() for name, value in values.items()}
        for sent, said in ((urlencode(clean).encode(), kinds[0]), (body, kind)):
            answer = doors.pressed(f"/intake/form/{SITE_KEY}", sent, {"content-type": said})
            assert answer.status_code in (202, 400, 422)

    holds()


# A zero byte: SQLite keeps it, PostgreSQL refuses it wherever it comes.
LOOKED_UP = (
    "/cases/%00",
    "/reviews/%00/1",
    "/exceptions/%00/1",
    "/bulk?verdict=approve&pick=%00.1",
    "/?q=%00&territory=%00&after=%00",
    "/cases?q=%00",
    "/views/%00",
)
ASKED = ("/api/reviews/%00/1", "/api/cases/%00", "/api/exceptions/%00/1", "/api/undo-batches/%00")


def test_a_zero_byte_is_refused_by_name_on_postgresql_too(postgres: Postgres, tmp_path: Path) -> None:
    url = postgres.migrated()
    world = build_world(url, tmp_path)
    app = create_app(world.deps, redeliver=False)

    def somebody() -> TestClient:
        return TestClient(app, raise_server_exceptions=False, follow_redirects=False)

    try:
        page, script = Browser(somebody(), "ines"), Script(somebody(), "ines")
        stranger = somebody()
        door = field(stranger.get("/login"), "csrf")
        answers = [
            *(page.get(path) for path in LOOKED_UP),
            *(script.get(path) for path in ASKED),
            page.post("/notifications/replay", id="\x00"),
            page.post("/reviews/%00/1/claim"),
            stranger.post("/login", data={"login": "a\x00", "password": "\x00", "csrf": door, "next": "/"}),
            stranger.post("/api/session", json={"login": "a\x00", "password": "\x00"}),
            stranger.post(
                f"/intake/form/{SITE_KEY}", data={"email": "a@b.example", "company": "\x00", "event_id": "\x00"}
            ),
        ]
        assert {answer.status_code for answer in answers} <= {200, 202, 401, 404, 409, 422}
        refused = [answer.text for answer in answers if answer.status_code == 422]
        assert len(refused) > 5
        assert all("zero byte" in text for text in refused)
    finally:
        world.db.close()
        postgres.drop(url)
