"""The engines that tests run on: one that skips time, and the real development server."""

import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.converter import DataConverter
from temporalio.testing import WorkflowEnvironment

from runtime.engine import DATA_CONVERTER
from runtime.search_attributes import ensure_search_attributes
from workflows.visibility import SEARCH_ATTRIBUTES

PROMPT = (
    "history.transferProcessorMaxPollRPS=2000",
    "history.timerProcessorMaxPollRPS=2000",
    'history.timerProcessorMaxTimeShift="10ms"',
    "limit.historyCount.suggestContinueAsNew=300",
)
"""The development server's own pace is 50 ms a workflow task, and it lets histories grow to 4096 events."""


def program(name: str) -> str:
    """A server beside this interpreter, or on the PATH. Raises `FileNotFoundError` naming it."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise FileNotFoundError(f"{name} is missing; make test installs it")
    return found


@asynccontextmanager
async def time_skipping() -> AsyncIterator[WorkflowEnvironment]:
    """The engine whose clock jumps from one event to the next while a result is awaited."""
    env = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=program("temporal-test-server"), data_converter=DATA_CONVERTER
    )
    async with env:
        # Before any worker polls: an unknown search attribute stalls every workflow task without a word.
        await env.client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace=env.client.namespace,
                search_attributes={key.name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD for key in SEARCH_ATTRIBUTES},
            )
        )
        yield env


@asynccontextmanager
async def development_server(
    data_converter: DataConverter = DATA_CONVERTER, *, identity: str = "tests"
) -> AsyncIterator[WorkflowEnvironment]:
    """The real server, in memory, on a free port. Its time is real."""
    env = await WorkflowEnvironment.start_local(
        dev_server_existing_path=program("temporal"),
        dev_server_extra_args=[arg for value in PROMPT for arg in ("--dynamic-config-value", value)],
        data_converter=data_converter,
        identity=identity,
    )
    async with env:
        await ensure_search_attributes(env.client, SEARCH_ATTRIBUTES)
        yield env
