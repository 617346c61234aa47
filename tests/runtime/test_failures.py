"""No failure carries personal data into workflow history, wherever it is raised; and the search would find it."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from temporalio.api.enums.v1 import EventType
from temporalio.client import (
    Client,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowHistory,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
)
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.worker import Interceptor, Worker

from activities.errors import to_failure
from domain.errors import ErrorCode
from runtime.failures import CodedFailures
from tests.runtime.history_text import texts_of
from tests.runtime.probing import (
    CANARY,
    TURNED,
    Place,
    Probe,
    Probing,
    StrictProbing,
    fail_in_activity,
    take_strict,
)
from tests.workflows.engines import development_server
from workers.roles import SANDBOX

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.server]

FAILED_TASK = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED


@dataclass
class Kept:
    """Where details of failures are kept, in memory."""

    texts: dict[str, str] = field(default_factory=dict)

    def keep(self, case_id: str, slot: str, text: str) -> str:
        self.texts[f"{case_id}/{slot}"] = text
        return f"doc-{len(self.texts)}"


@dataclass(frozen=True)
class Setup:
    """A worker, and how to reach it."""

    client: Client
    queue: str


@dataclass(frozen=True)
class Setups:
    ours: Setup
    converter_alone: Setup
    careless: Setup
    kept: Kept


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def setups() -> AsyncIterator[Setups]:
    kept = Kept()
    interceptors = [CodedFailures(translate=to_failure, keep_detail=kept.keep)]
    async with development_server() as env, AsyncExitStack() as running:
        quiet = env.client
        careless = await env.connect_client(data_converter=pydantic_data_converter)

        async def serve(client: Client, queue: str, interceptors: list[CodedFailures]) -> Setup:
            given: list[Interceptor] = [*interceptors]
            worker = Worker(
                client,
                task_queue=queue,
                workflows=[Probing, StrictProbing],
                activities=[fail_in_activity, take_strict],
                activity_executor=running.enter_context(ThreadPoolExecutor(2)),
                max_concurrent_activities=2,
                workflow_runner=SANDBOX,
                interceptors=given,
            )
            await running.enter_async_context(worker)
            return Setup(client, queue)

        yield Setups(
            ours=await serve(quiet, "ours", interceptors),
            converter_alone=await serve(quiet, "converter-alone", []),
            careless=await serve(careless, "careless", []),
            kept=kept,
        )


async def failing(setup: Setup, place: Place) -> tuple[WorkflowHistory, str]:
    """Fail in that place; what the history then holds, and what the caller was told."""
    workflow_id = f"{setup.queue}-{place.value}"
    if place is Place.WORKFLOW_ARGUMENT:
        handle: WorkflowHandle[Probing, None] = await setup.client.start_workflow(
            "StrictProbing", {"turned": TURNED}, id=workflow_id, task_queue=setup.queue
        )
    else:
        handle = await setup.client.start_workflow(
            Probing.run, Probe(place=place), id=workflow_id, task_queue=setup.queue
        )
    told = await _provoke(handle, place)
    history = await handle.fetch_history()
    if place not in (Place.ACTIVITY, Place.ACTIVITY_ARGUMENT):
        await handle.terminate("end of test")
    return history, told


async def _provoke(handle: WorkflowHandle[Probing, None], place: Place) -> str:
    match place:
        case Place.ACTIVITY | Place.ACTIVITY_ARGUMENT:
            with pytest.raises(WorkflowFailureError) as failed:
                await handle.result()
            return _said(failed.value)
        case Place.WORKFLOW | Place.WORKFLOW_ARGUMENT:
            await _until_task_failed(handle)
            return ""
        case Place.UPDATE:
            # An error that is no failure keeps the task failing, so the update is never answered.
            waiting = asyncio.ensure_future(handle.execute_update(Probing.update_fails))
            await _until_task_failed(handle)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            return ""
        case Place.UPDATE_ARGUMENT:
            with pytest.raises(WorkflowUpdateFailedError) as refused:
                await handle.execute_update("update_takes", {"turned": TURNED})
            return _said(refused.value)
        case Place.VALIDATOR:
            with pytest.raises(WorkflowUpdateFailedError) as refused:
                await handle.execute_update(Probing.update_refuses)
            return _said(refused.value)
        case Place.QUERY:
            with pytest.raises(WorkflowQueryFailedError) as unanswered:
                await handle.query(Probing.query_fails)
            return _said(unanswered.value)


async def _until_task_failed(handle: WorkflowHandle[Probing, None]) -> None:
    async with asyncio.timeout(30):
        while not any(e.event_type == FAILED_TASK for e in (await handle.fetch_history()).events):
            pass


def _said(error: BaseException | None) -> str:
    """An exception with all its causes."""
    return "" if error is None else f"{error!r} {error}\n{_said(error.__cause__)}"


def _mentions(history: WorkflowHistory) -> list[str]:
    return [text for text in texts_of(history) if CANARY in text]


@pytest.mark.parametrize("place", Place)
async def test_history_never_holds_the_address(setups: Setups, place: Place) -> None:
    history, told = await failing(setups.ours, place)
    assert _mentions(history) == []
    assert CANARY not in told


@pytest.mark.parametrize("place", Place)
async def test_the_converter_alone_holds_the_door_too(setups: Setups, place: Place) -> None:
    history, told = await failing(setups.converter_alone, place)
    assert _mentions(history) == []
    assert CANARY not in told


@pytest.mark.parametrize("place", Place)
async def test_without_the_converter_the_same_search_finds_it(setups: Setups, place: Place) -> None:
    history, told = await failing(setups.careless, place)
    assert _mentions(history) or CANARY in told


async def test_what_failed_is_still_named(setups: Setups) -> None:
    history, _ = await failing(setups.converter_alone, Place.UPDATE)
    failures = [e.workflow_task_failed_event_attributes.failure for e in history.events if e.event_type == FAILED_TASK]
    assert failures[0].message == "ValidationError: details withheld from history"


async def test_the_detail_is_in_a_document_that_the_failure_names(setups: Setups) -> None:
    handle = await setups.ours.client.start_workflow(
        Probing.run, Probe(case_id="c7", place=Place.ACTIVITY), id="named", task_queue=setups.ours.queue
    )
    with pytest.raises(WorkflowFailureError) as failed:
        await handle.result()
    assert isinstance(failed.value.cause, ActivityError)
    coded = failed.value.cause.cause
    assert isinstance(coded, ApplicationError)
    assert coded.type == ErrorCode.UNEXPECTED
    assert coded.message.startswith("unexpected; detail in document doc-")
    assert CANARY in setups.kept.texts["c7/fail_in_activity.1.1"]
