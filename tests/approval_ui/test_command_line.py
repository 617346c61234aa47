"""The command line over the API: what strangers wrote is text there too, and a refusal is one sentence."""

import pytest
from rich.console import Console

import cli.cases
import cli.reviews
from cli.api import ApiClient
from domain.cases import DocumentKind
from domain.decisions import Verdict
from domain.errors import InputError
from domain.model import Instant
from domain.proposals import CreateTask, UpdateFields, parse_content
from tests.approval_ui.conftest import Door, Script
from tests.approval_ui.sample_review import Sample, quiet
from tests.approval_ui.test_edits import described
from tests.approval_ui.world import World

MARKUP = "[/] [link=http://elsewhere.example]Ltd[/link]"


def hostile(case_id: str, org_id: str, now: Instant) -> Sample:
    return quiet(case_id, org_id, now, title=f"Reply to {MARKUP}", company=MARKUP, minutes=5, email="a@b.example")


class AsCommandLine(ApiClient):
    """The real client's calls, answered by the application in this process."""

    def __init__(self, script: Script) -> None:
        super().__init__("http://testserver")
        script.client.headers.update(script.headers)
        vars(self)["_http"] = script.client


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, world: World, door: Door) -> Console:
    """A wide terminal that remembers, for commands of a signed-in reviewer."""
    console = Console(record=True, width=200, force_terminal=False)
    for module in (cli.cases, cli.reviews):
        monkeypatch.setattr(module, "console", console)
    monkeypatch.setattr(ApiClient, "from_environment", classmethod(lambda _: AsCommandLine(door.script())))
    return console


def test_lists_and_traces_show_what_a_stranger_wrote_as_text(world: World, said: Console) -> None:
    made = world.seed(hostile)
    cli.reviews.list_reviews()
    cli.cases.list_cases()
    cli.cases.show_case(made.opening.case_id)
    cli.cases.trace_case(made.opening.case_id)
    shown = said.export_text()
    assert shown.count(f"Reply to {MARKUP}") >= 2
    assert made.opening.case_id in shown


def test_a_refused_decision_is_one_sentence(world: World, said: Console) -> None:
    made = world.seed()
    with pytest.raises(InputError) as refused:
        cli.reviews.decide(made.opening.case_id, made.opening.round, Verdict.APPROVE, digest="0" * 64)
    assert refused.value.detail.endswith("The proposal changed while you looked at it. This is the current one.")
    assert "{" not in refused.value.detail


def test_a_number_is_edited_as_one(world: World, said: Console) -> None:
    made = world.seed(described)
    case_id, digest = made.opening.case_id, made.opening.proposal_digest
    edits = ["fields.NumberOfEmployees=many"]
    with pytest.raises(InputError) as refused:
        cli.reviews.decide(case_id, 1, Verdict.APPROVE_EDITED, digest=digest, edit=edits)
    assert refused.value.detail == "--edit fields.NumberOfEmployees=many: give a number"
    edits = ["fields.NumberOfEmployees=460", "task.subject=2027"]
    cli.reviews.decide(case_id, 1, Verdict.APPROVE_EDITED, digest=digest, edit=edits)
    (decision,) = world.deps.queue.decisions_of(made.opening.case_id)
    body = world.deps.documents.find(made.opening.case_id, DocumentKind.FINAL, decision.final_digest)
    assert body is not None
    final = parse_content(body, decision.final_digest)
    values = {c.field: c.after for a in final.actions if isinstance(a, UpdateFields) for c in a.changes}
    assert values["NumberOfEmployees"] == 460
    assert [a.subject for a in final.actions if isinstance(a, CreateTask)] == ["2027"]
