"""The look at the owners of waiting proposals: the activity with its parts, and the schedule that starts it.

When do you need to touch this? When the look gains a setting.
"""

from datetime import timedelta

from temporalio.client import Client, ScheduleActionStartWorkflow

from activities.access import AccessLook
from activities.owners import OwnerActivities
from gateways.crm.access import RecordAccess
from persistence.record_access import SqlRecordAccess
from runtime.schedules import ensure_schedule, remove_schedule
from runtime.settings import OwnerCheckSettings
from workers.crm import CrmDoor
from workers.stores import Stores
from workflows.messages import OwnerCheckInput, TaskQueue, owner_check_workflow_id
from workflows.owner_check import CheckOwners


def owner_check(door: CrmDoor, stores: Stores) -> OwnerActivities:
    return OwnerActivities(
        reader=door.reader,
        reviews=stores.reviews,
        documents=stores.documents,
        cases=stores.cases,
        playbooks=stores.playbooks,
        audit=stores.audit,
        clock=stores.clock,
        look_at_access=AccessLook(
            users=door.reader,
            access=RecordAccess(door.session),
            kept=SqlRecordAccess(stores.db),
            documents=stores.documents,
            lead_of=lambda case_id: stores.cases.get(case_id).lead_id,
            playbooks=stores.playbooks,
            clock=stores.clock,
        ).look,
    )


async def schedule_owner_check(client: Client, org_id: str, settings: OwnerCheckSettings) -> None:
    """Look as often as the settings say; 0 takes the schedule away."""
    name = owner_check_workflow_id(org_id)
    if not settings.owner_check_seconds:
        await remove_schedule(client, name)
        return
    action = ScheduleActionStartWorkflow(
        CheckOwners.run,
        OwnerCheckInput(org_id=org_id),
        # Temporal adds the time of each run.
        id=name,
        task_queue=TaskQueue.CASES,
    )
    await ensure_schedule(client, name, action, timedelta(seconds=settings.owner_check_seconds))
