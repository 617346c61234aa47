"""The fakes are asked and answer as the real steps do, or the tests of this folder prove nothing."""

import inspect

import pytest
from temporalio import activity

from activities.assigning import AssigningActivities
from activities.cases import CaseActivities
from activities.crm import CrmActivities
from activities.deciding import DecidingActivities
from activities.drafting import DraftingActivities
from activities.listening import ListeningActivities
from activities.mailing import MailActivities
from activities.measuring import MeasuringActivities
from activities.mirroring import MirroringActivities
from activities.owners import OwnerActivities
from activities.polling import PollingActivities
from activities.reassigning import ReassigningActivities
from activities.recovering import CommitFinder, RecoveringActivities
from activities.resolving import ResolvingActivities
from activities.reviewing import ReviewActivities
from activities.signing import SigningActivities
from activities.stopped_undos import StoppedUndoActivities
from activities.telling import TellingActivities
from activities.undoing import UndoBookActivities, UndoingActivities
from activities.watching import WatchingActivities
from tests.workflows.scripted import ScriptedActivities

REAL = (
    CaseActivities,
    CrmActivities,
    AssigningActivities,
    DecidingActivities,
    DraftingActivities,
    ListeningActivities,
    MailActivities,
    MirroringActivities,
    OwnerActivities,
    MeasuringActivities,
    PollingActivities,
    ReassigningActivities,
    CommitFinder,
    RecoveringActivities,
    ResolvingActivities,
    ReviewActivities,
    SigningActivities,
    StoppedUndoActivities,
    TellingActivities,
    UndoBookActivities,
    UndoingActivities,
    WatchingActivities,
)


def steps_of(kind: type) -> dict[str, inspect.Signature]:
    """The activities of a class, as they are registered, with what they take and give."""
    made = {}
    for _, method in inspect.getmembers(kind, inspect.isfunction):
        try:
            definition = activity._Definition.must_from_callable(method)
        except TypeError:
            continue
        made[str(definition.name)] = inspect.signature(method)
    return made


def types_of(signature: inspect.Signature) -> list[object]:
    return [*(p.annotation for p in signature.parameters.values()), signature.return_annotation]


@pytest.mark.parametrize("real", REAL)
def test_every_step_has_its_fake(real: type) -> None:
    fakes = steps_of(ScriptedActivities)
    for name, signature in steps_of(real).items():
        assert types_of(fakes[name]) == types_of(signature), name


def test_there_is_no_fake_of_a_step_that_is_gone() -> None:
    assert set(steps_of(ScriptedActivities)) == {name for real in REAL for name in steps_of(real)}
