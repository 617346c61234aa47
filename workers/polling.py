"""Intake by polling: the activity with its parts, and the schedule that starts it.

When do you need to touch this? When polling gains a setting.
"""

from datetime import timedelta

from temporalio.client import Client, ScheduleActionStartWorkflow

from activities.polling import PollingActivities
from runtime.schedules import ensure_schedule, remove_schedule
from runtime.settings import ModelSettings, PollSettings, load
from workers.crm import CrmDoor
from workers.stores import Stores
from workers.version import agent_version
from workers.writer import draft_writer
from workflows.messages import PollInput, TaskQueue, poll_workflow_id
from workflows.polling import PollCrm


def polling(door: CrmDoor, stores: Stores) -> PollingActivities:
    writer = draft_writer(load(ModelSettings))
    return PollingActivities(
        leads=door.leads,
        cursors=stores.cursors,
        cases=stores.cases,
        playbooks=stores.playbooks,
        audit=stores.audit,
        clock=stores.clock,
        agent_version_of=lambda digest: agent_version(digest, writer.version),
    )


async def schedule_polling(client: Client, org_id: str, settings: PollSettings) -> None:
    """Poll as often as the settings say; 0 takes the schedule away."""
    name = poll_workflow_id(org_id)
    if not settings.poll_seconds:
        await remove_schedule(client, name)
        return
    action = ScheduleActionStartWorkflow(
        PollCrm.run,
        PollInput(org_id=org_id),
        # Temporal adds the time of each run.
        id=name,
        task_queue=TaskQueue.CASES,
    )
    await ensure_schedule(client, name, action, timedelta(seconds=settings.poll_seconds))
