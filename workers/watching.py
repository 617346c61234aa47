"""The watch over new owners: its activities with their parts.

When do you need to touch this? When telling or watching an owner needs another part.
"""

from urllib.parse import quote

from activities.watching import WatchingActivities
from domain.owner_notices import Links
from domain.ports import NoticeMailer
from gateways.mail.sending import send_notice_once
from runtime.settings import CrmSettings, LinkSettings, load
from workers.crm import CrmDoor
from workers.stores import Stores


def owner_watch(door: CrmDoor, stores: Stores, mailer: NoticeMailer) -> WatchingActivities:
    links, crm = load(LinkSettings), load(CrmSettings)
    return WatchingActivities(
        reader=door.reader,
        touches=door.touches,
        tell_once=lambda notice, message_id, case_id: send_notice_once(
            stores.mail_log, mailer, notice, stores.clock, case_id=case_id, message_id=message_id
        ),
        links_of=lambda case_id, record_id: links_of(links, crm.crm_instance_url, case_id, record_id),
        documents=stores.documents,
        cases=stores.cases,
        reviews=stores.reviews,
        receipts=stores.receipts,
        playbooks=stores.playbooks,
        pause=stores.pause,
        audit=stores.audit,
        clock=stores.clock,
    )


def links_of(settings: LinkSettings, crm_url: str, case_id: str, record_id: str) -> Links:
    """The case's page and the record's; the record is looked for where the API is, unless the settings say else."""
    public, crm = settings.public_url.rstrip("/"), (settings.crm_web_url or crm_url).rstrip("/")
    return Links(
        case=f"{public}/cases/{quote(case_id, safe='')}" if public else "",
        record=f"{crm}/{quote(record_id, safe='')}" if crm else "",
    )
