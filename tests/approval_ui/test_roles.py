"""Every route, asked as every role and as nobody, against the table in docs/roles.md."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from approval_ui.app import create_app
from domain.permissions import ROLE_PERMISSIONS, Permission, Role, can_decide, can_undo
from tests.approval_ui.conftest import Answer, Browser, Door, Script
from tests.approval_ui.world import World

TABLES = (Path(__file__).parents[2] / "docs" / "roles.md").read_text(encoding="utf-8")
_ROUTE = re.compile(r"^\| ((?:GET|POST|PUT|PATCH|DELETE) /[^ |]*)(?: \((\w+)\))? \|(.+)\|$", re.MULTILINE)


def _rows() -> tuple[dict[tuple[str, str], dict[Role, bool]], set[str]]:
    """By route and variant who may; and the routes that are open."""
    guarded: dict[tuple[str, str], dict[Role, bool]] = {}
    open_ones: set[str] = set()
    for route, variant, rest in _ROUTE.findall(TABLES):
        cells = [cell.strip() for cell in rest.split("|")]
        if len(cells) == len(Role):
            guarded[(route, variant)] = {role: cells[n] == "yes" for n, role in enumerate(Role)}
            assert set(cells) <= {"yes", "no"}, route
        else:
            open_ones.add(route)
    return guarded, open_ones


GUARDED, OPEN = _rows()
ENDING = {"POST /logout", "DELETE /api/session"}


def _send(browser: Browser, script: Script, route: str, variant: str) -> Answer:
    method, path = route.split(" ")
    path = re.sub(r"\{(\w+)\}", lambda found: "1" if found[1] in ("round", "number") else "nothing", path)
    wanted: dict[str, Any] = {"paused": variant == "pause"} if "pause" in path else {}
    if path == "/events":
        # Without this the answer does not end.
        path = "/events?once=true"
    if path.startswith("/api/"):
        if method == "DELETE":
            return script.client.delete(path, headers=script.headers)
        if "decide" in path:
            wanted = {"verdict": "approve", "shown_digest": "0" * 64}
        if "resolve" in path:
            wanted = {"resolution": {"act": "retry"}}
        return script.get(path) if method == "GET" else script.post(path, wanted)
    return (
        browser.get(path) if method == "GET" else browser.post(path, **{k: str(v).lower() for k, v in wanted.items()})
    )


def test_the_table_names_every_route_of_the_application(world: World) -> None:
    paths: Mapping[str, Mapping[str, Any]] = create_app(world.deps, redeliver=False).openapi()["paths"]
    existing = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert existing == {route for route, _ in GUARDED} | OPEN


@pytest.mark.parametrize("role", list(Role))
def test_every_route_lets_in_whom_the_table_says(world: World, door: Door, role: Role) -> None:
    world.admit("somebody", "Some Body", role)
    differing: list[str] = []
    browser, script = door.browser("somebody"), door.script("somebody")
    # What ends a session comes last.
    for (route, variant), allowed in sorted(GUARDED.items(), key=lambda item: item[0][0] in ENDING):
        status = _send(browser, script, route, variant).status_code
        if (status != 403) is not allowed[role]:
            differing.append(f"{route} {variant}: {role} got {status}")
    assert differing == []


def test_strangers_get_in_nowhere_but_through_the_door(world: World, door: Door) -> None:
    client = door.stranger()
    let_in: list[str] = []
    for route, variant in GUARDED:
        status = _send(_Nobody(client), _NoScript(client), route, variant).status_code
        # A browser stops listening at 204; it would follow no redirect.
        if status != 204 if route == "GET /events" else status not in (303, 401):
            let_in.append(f"{route}: {status}")
    assert let_in == []


class _Nobody(Browser):
    def __init__(self, client: TestClient) -> None:
        self.client, self.csrf = client, "made up"


class _NoScript(Script):
    def __init__(self, client: TestClient) -> None:
        self.client, self.headers = client, {"Authorization": "Bearer made-up"}


def test_who_runs_it_or_hands_out_roles_signs_nothing() -> None:
    for role in (Role.VIEWER, Role.OPS, Role.ADMIN):
        assert not can_decide(role)
        assert not can_undo(role)
    assert {r for r in Role if Permission.ADMINISTER in ROLE_PERMISSIONS[r]} == {Role.ADMIN}
