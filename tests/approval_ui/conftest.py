import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import sync_playwright

from approval_ui.app import create_app
from approval_ui.site import Site
from domain.model import Instant
from tests.approval_ui.sample_review import Sample
from tests.approval_ui.served import Served, launched, serving
from tests.approval_ui.world import PASSWORD, World, build_world
from tests.fakes.databases import sqlite_template

__all__ = ["sqlite_template"]


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Chromium]:
    """One Chromium per file: Playwright's synchronous API keeps a loop running, which no asynchronous test may meet."""
    with sync_playwright() as playwright:
        started = launched(playwright, chromium)
        yield started
        started.close()


@pytest.fixture
def served(sqlite_template: Path, tmp_path: Path) -> Iterator[Served]:
    """The pages at a real address, with reviews to decide."""
    with serving(sqlite_template, tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def kept(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The same, kept for all tests of a file: each must take reviews of its own."""
    with serving(sqlite_template, tmp_path_factory.mktemp("desk")) as made:
        yield made


@pytest.fixture
def world(sqlite_template: Path, tmp_path: Path) -> Iterator[World]:
    path = tmp_path / "ui.db"
    path.write_bytes(sqlite_template.read_bytes())
    made = build_world(f"sqlite:///{path}", tmp_path)
    yield made
    made.db.close()


class Answer(Protocol):
    """What tests look at of a response, whichever client library the test client stands on."""

    @property
    def status_code(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    def json(self) -> Any: ...


class Browser:
    """Somebody at the pages, signed in; follows no redirect by itself."""

    def __init__(self, client: TestClient, login: str) -> None:
        self.client = client
        page = client.get("/login")
        answer = self.client.post(
            "/login", data={"login": login, "password": PASSWORD, "csrf": field(page, "csrf"), "next": "/"}
        )
        assert answer.status_code == 303, answer.text
        self.csrf = field(self.get("/cases"), "csrf")

    def get(self, path: str) -> Answer:
        return self.client.get(path)

    def post(self, path: str, **fields: Any) -> Answer:
        return self.client.post(path, data={"csrf": self.csrf, **fields})

    def decide(self, made: Sample, verdict: str = "approve", **fields: Any) -> Answer:
        """What the page's form sends: every action ticked, unless said otherwise."""
        opening = made.opening
        sent = {
            "verdict": verdict,
            "shown_digest": opening.proposal_digest,
            "tick": [a.key for a in made.content.actions],
            **fields,
        }
        return self.post(f"/reviews/{opening.case_id}/{opening.round}/decide", **sent)


class Script:
    """Somebody at the JSON API."""

    def __init__(self, client: TestClient, login: str) -> None:
        self.client = client
        token = client.post("/api/session", json={"login": login, "password": PASSWORD}).json()["token"]
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> Answer:
        return self.client.get(path, headers=self.headers)

    def post(self, path: str, body: dict[str, Any]) -> Answer:
        return self.client.post(path, json=body, headers=self.headers)

    def decide(self, made: Sample, **body: Any) -> Answer:
        opening = made.opening
        sent = {"verdict": "approve", "shown_digest": opening.proposal_digest, **body}
        return self.post(f"/api/reviews/{opening.case_id}/{opening.round}/decide", sent)


def field(page: Answer, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, f"no field {name} on the page"
    return found[1]


class Door:
    """Makes clients of one running application."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._app = create_app(world.deps, redeliver=False)

    @property
    def site(self) -> Site:
        site: Site = self._app.state.site
        return site

    @property
    def now(self) -> Instant:
        return self._world.now

    def running(self, app: FastAPI) -> TestClient:
        """An application with its lifespan, to be used in a `with`."""
        return TestClient(app)

    def stranger(self) -> TestClient:
        return TestClient(self._app, follow_redirects=False)

    def browser(self, login: str = "oriol") -> Browser:
        return Browser(self.stranger(), login)

    def script(self, login: str = "oriol") -> Script:
        return Script(self.stranger(), login)


@pytest.fixture
def door(world: World) -> Door:
    return Door(world)
