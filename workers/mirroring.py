"""The CRM tasks about exceptions: the activity with its parts.

When do you need to touch this? When what is written about an exception needs another part.
"""

from activities.mirroring import MirroringActivities
from runtime.settings import LinkSettings, load
from workers.crm import CrmDoor
from workers.stores import Stores


def exception_tasks(door: CrmDoor, stores: Stores) -> MirroringActivities:
    return MirroringActivities(
        users=door.reader,
        cases=stores.cases,
        documents=stores.documents,
        reviews=stores.reviews,
        receipts=stores.receipts,
        exceptions=stores.exceptions,
        playbooks=stores.playbooks,
        clock=stores.clock,
        public_url=load(LinkSettings).public_url,
    )
