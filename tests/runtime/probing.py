"""A workflow and an activity that fail with an address in the error, each in its own place."""

from datetime import timedelta
from enum import StrEnum

from pydantic import BaseModel, field_validator
from temporalio import activity, workflow
from temporalio.common import RetryPolicy

CANARY = "clara.canary@example.org"
TURNED = CANARY[::-1]
"""What travels in payloads: an input is in history anyway, but only the error shows it the right way round."""


class Place(StrEnum):
    """Where the validation error is raised."""

    ACTIVITY = "activity"
    ACTIVITY_ARGUMENT = "activity_argument"
    WORKFLOW = "workflow"
    WORKFLOW_ARGUMENT = "workflow_argument"
    UPDATE = "update"
    UPDATE_ARGUMENT = "update_argument"
    VALIDATOR = "validator"
    QUERY = "query"


class Strict(BaseModel):
    """Refuses every value, and repeats it the right way round, as validation errors do."""

    case_id: str = "c1"
    turned: str

    @field_validator("turned")
    @classmethod
    def _never(cls, turned: str) -> str:
        raise ValueError(f"{turned[::-1]} will not do")


class Probe(BaseModel):
    case_id: str = "c1"
    place: Place | None = None


def fail() -> None:
    """Raise a validation error that quotes the address."""
    Strict(turned=TURNED)


@activity.defn
def fail_in_activity(probe: Probe) -> None:
    """A bug that nobody foresaw."""
    fail()


@activity.defn
def take_strict(strict: Strict) -> None:
    """Its argument can never be decoded."""


@workflow.defn
class Probing:
    """Fails where it is told to; otherwise waits to be asked."""

    @workflow.run
    async def run(self, probe: Probe) -> None:
        match probe.place:
            case Place.ACTIVITY:
                await workflow.execute_activity(
                    fail_in_activity,
                    probe,
                    start_to_close_timeout=timedelta(seconds=10),
                    retry_policy=RetryPolicy(maximum_attempts=1),
                )
            case Place.ACTIVITY_ARGUMENT:
                await workflow.execute_activity(
                    "take_strict",
                    {"turned": TURNED},
                    start_to_close_timeout=timedelta(seconds=10),
                    retry_policy=RetryPolicy(maximum_attempts=1),
                )
            case Place.WORKFLOW:
                fail()
            case _:
                await workflow.wait_condition(lambda: False)

    @workflow.update
    async def update_fails(self) -> None:
        fail()

    @workflow.update
    async def update_takes(self, strict: Strict) -> None:
        """Its argument can never be decoded."""

    @workflow.update
    async def update_refuses(self) -> None:
        """Its validator never lets anybody in."""

    @update_refuses.validator
    def _refuse(self) -> None:
        fail()

    @workflow.query
    def query_fails(self) -> None:
        fail()


@workflow.defn
class StrictProbing:
    @workflow.run
    async def run(self, strict: Strict) -> None:
        """Its argument can never be decoded."""
