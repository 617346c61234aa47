"""The suite takes the workflow's own steps, in the workflow's order: the committed histories, which the replay tests
hold to today's workflow, are the measure. A step that the workflow gains and the suite does not play fails here."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.evals_org import running_org
from domain.errors import InputError
from evals.suite.cases import EvalCase, load_families
from evals.suite.play import Play, activity_name
from evals.suite.stage import NOW, Theatre
from runtime.playbook_files import load_playbook

_ROOT = Path(__file__).parents[2]
_HISTORIES = _ROOT / "tests" / "replay" / "histories"
_WAITING = {
    "cancel", "close", "end_exception", "escalate", "remind_of_exception", "stop_mail", "supersede_round",
    "take_resolution",
}  # fmt: skip
"""What belongs to waiting, to people who resolve an exception, and to the end: the suite judges neither."""
_PLAYED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "new_lead": ("opt_out_leads", "no-on-the-form", {}),
    "approve": ("conflicting_routing", "lead-owner-beats-account-owner", {}),
    "approve_edited": ("opt_out_leads", "flag-on-the-lead", {}),
    "reject": ("opt_out_leads", "flag-on-the-lead", {"reviewer": "rejects"}),
    "expire": ("opt_out_leads", "flag-on-the-lead", {"reviewer": "silent"}),
    "conflict": (
        "opt_out_leads",
        "flag-on-the-lead",
        {"meanwhile": [{"record": "irma", "fields": {"OwnerId": "caleb.norwood@acme-routing.example"}}]},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def theatre() -> Iterator[Theatre]:
    playbook = load_playbook(_ROOT / "playbook")
    with running_org(NOW) as org, tempfile.TemporaryDirectory() as workplace:
        yield Theatre(org, playbook, _ROOT / "playbook" / "firmographics.csv", Path(workplace))


def _history(name: str) -> list[str]:
    """Names of the activities that a recorded run scheduled, waiting left aside."""
    events = json.loads((_HISTORIES / f"{name}.json").read_text("utf-8"))["events"]
    scheduled = [
        e["activityTaskScheduledEventAttributes"] for e in events if "activityTaskScheduledEventAttributes" in e
    ]
    names = [s["activityType"]["name"] for s in scheduled if s["activityType"]["name"] not in _WAITING]
    # Decisions that were refused are looked at, too; the suite's people send good ones only.
    return [n for place, n in enumerate(names) if n != "verify_decision" or names[place - 1] != n]


def _case(family: str, name: str, changes: dict[str, Any]) -> EvalCase:
    found = next(case for case in load_families(only=family)[0].cases if case.name == name)
    return EvalCase.model_validate({**found.model_dump(by_alias=True), **changes})


@pytest.mark.parametrize("history", sorted(_PLAYED))
def test_a_played_case_takes_the_steps_of_the_workflow(theatre: Theatre, history: str) -> None:
    case = _case(*_PLAYED[history])
    with theatre.stage(case) as stage:
        play = Play(case, stage)
        play.run()
    assert play.steps_taken == _history(history)


def test_every_step_of_the_recorded_runs_is_played_or_waiting() -> None:
    inbound = (n for n in _inbound() if n not in _PLAYED)
    played = {name for history in _PLAYED for name in _history(history)}
    assert {name for history in inbound for name in _history(history)} <= played


def test_a_step_that_no_worker_registers_is_refused() -> None:
    with pytest.raises(InputError, match="invalid_inquiry") as refused:
        activity_name(str.casefold)
    assert "no activity" in refused.value.detail


def _inbound() -> Iterator[str]:
    for file in sorted(_HISTORIES.glob("*.json")):
        first = json.loads(file.read_text("utf-8"))["events"][0]["workflowExecutionStartedEventAttributes"]
        if first["workflowType"]["name"] == "InboundLead":
            yield file.stem
