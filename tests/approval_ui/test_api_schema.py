"""The HTTP API against its own description: whatever is sent, the answer is one that the description names."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from approval_ui.app import create_app
from tests.approval_ui.sample_exception import stuck
from tests.approval_ui.sample_review import northwind, quiet, student
from tests.approval_ui.world import PASSWORD, World, build_world

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
EXAMPLES = 12
"""Per operation. A run finds what a sentence of the description forgets; hunting is for longer runs."""


class Api:
    """A world with something in every list, and somebody signed in."""

    def __init__(self, world: World) -> None:
        self.app = create_app(world.deps, redeliver=False)
        self.http = TestClient(self.app, raise_server_exceptions=False)
        made = [world.seed(northwind), world.seed(student)]
        made.append(world.seed(lambda *who: quiet(*who, title="A", company="A", minutes=9, email="a@a.example")))
        exception = stuck(world, about=lambda *who: quiet(*who, title="B", company="B", minutes=9, email="b@b.example"))
        self.cases = [*(m.opening.case_id for m in made), exception.opening.case_id]

    def token(self) -> str:
        signed_in = self.http.post("/api/session", json={"login": "ines", "password": PASSWORD})
        return str(signed_in.json()["token"])


@pytest.fixture(scope="module")
def api(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    folder = tmp_path_factory.mktemp("schema")
    path = folder / "ui.db"
    path.write_bytes(sqlite_template.read_bytes())
    world = build_world(f"sqlite:///{path}", folder)
    yield Api(world)
    world.db.close()


def test_every_answer_is_one_that_the_description_names(api: Api) -> None:
    described = schemathesis.openapi.from_dict(api.app.openapi()).include(path_regex="^/api/")
    described.app = api.app
    token = api.token()
    operations = [found.ok() for found in described.get_all_operations() if isinstance(found, Ok)]
    paths = {path: acts for path, acts in api.app.openapi()["paths"].items() if path.startswith("/api/")}
    assert len(operations) == sum(map(len, paths.values())) > 0
    for operation in operations:

        @settings(
            max_examples=EXAMPLES,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck),
            database=None,
        )
        @given(case=operation.as_strategy(), seat=st.integers(min_value=0, max_value=5))
        def holds(case: Any, seat: int) -> None:
            if "case_id" in case.path_parameters and seat < len(api.cases):
                # Most of the time about something that is there.
                case.path_parameters["case_id"] = api.cases[seat]
                if "round" in case.path_parameters:
                    case.path_parameters["round"] = 1
            opens, ends = (case.path == "/api/session" and case.method == method for method in ("POST", "DELETE"))
            if not opens:
                case.headers["Authorization"] = f"Bearer {api.token() if ends else token}"
            case.call_and_validate(checks=CHECKS)

        holds()


def test_the_description_names_who_may_ask_and_what_may_go_wrong(api: Api) -> None:
    paths = api.app.openapi()["paths"]
    decide = paths["/api/reviews/{case_id}/{round}/decide"]["post"]
    assert {"200", "401", "403", "404", "409", "422", "503"} <= set(decide["responses"])
    assert decide["security"]
    assert "security" not in paths["/api/session"]["post"]
