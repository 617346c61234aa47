"""Temporal Schedules that a worker makes sure of when it starts."""

import dataclasses
from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

_CATCH_UP = timedelta(minutes=1)
"""A run that was missed for longer than this stays missed: the next one does its work too."""


async def ensure_schedule(
    client: Client, schedule_id: str, action: ScheduleActionStartWorkflow, every: timedelta
) -> None:
    """Run `action` at this interval, never two at once. Safe when several workers start at once.

    A schedule that is there keeps whatever ops did to it (a pause, a note); only another interval is changed.
    """
    spec = ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)])
    policy = SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=_CATCH_UP)
    try:
        await client.create_schedule(schedule_id, Schedule(action=action, spec=spec, policy=policy))
        return
    except ScheduleAlreadyRunningError:
        pass

    def at_this_interval(found: ScheduleUpdateInput) -> ScheduleUpdate | None:
        schedule = found.description.schedule
        if [interval.every for interval in schedule.spec.intervals] == [every]:
            return None
        return ScheduleUpdate(schedule=dataclasses.replace(schedule, spec=spec))

    await client.get_schedule_handle(schedule_id).update(at_this_interval)


async def remove_schedule(client: Client, schedule_id: str) -> None:
    """Make sure that there is no such schedule. What it started goes on."""
    try:
        await client.get_schedule_handle(schedule_id).delete()
    except RPCError as refused:
        if refused.status is not RPCStatusCode.NOT_FOUND:
            raise
