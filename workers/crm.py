"""The door to the CRM, put together: one session, one guard, and nothing else that can write.

When do you need to touch this? When the way in to the org changes, or the guard needs to know more.
"""

from dataclasses import dataclass

from domain.audit import AuditEvent, AuditKind
from domain.casefile import CaseFile
from domain.cases import DocumentKind
from domain.field_mapping import read_too
from domain.owners import find_user
from domain.ports import WriteOrder
from domain.routing_people import owner_problem, with_absences_of
from gateways.crm.client import SalesforceSession
from gateways.crm.field_rules import FieldRules
from gateways.crm.fields import usual_fields
from gateways.crm.forecast import UndoForecasts
from gateways.crm.guard import WriteGuard
from gateways.crm.mail_guard import SalesforceMailGuard
from gateways.crm.poll import SalesforceChangedLeads
from gateways.crm.reader import SalesforceReader
from gateways.crm.recent import RecentReads
from gateways.crm.touches import SalesforceTouches
from gateways.crm.writer import SalesforceWriter
from runtime.settings import CrmSettings
from workers.signing_in import crm_session
from workers.stores import Stores


@dataclass(frozen=True)
class CrmDoor:
    reader: SalesforceReader
    writer: SalesforceWriter
    forecasts: UndoForecasts
    mail_guard: SalesforceMailGuard
    leads: SalesforceChangedLeads
    touches: SalesforceTouches
    session: SalesforceSession


def crm_door(settings: CrmSettings, stores: Stores) -> CrmDoor:
    """The session signs in by itself and renews its token. It serves the playbook's org and no other."""
    org_id = stores.playbooks.current().org_id
    session = crm_session(
        settings, stores.clock, org_id=org_id, on_wrong_org=lambda found: _note_wrong_org(org_id, found, stores)
    )
    usual = usual_fields(stores.playbooks.current())
    # What the playbook maps is read too. A field mapped later is read from the next start on.
    fields = usual.with_extra(read_too(stores.playbooks.current().objects))
    rules = FieldRules(session, stores.clock)
    reader = SalesforceReader(session, stores.clock, fields, rules)
    guard = WriteGuard(
        org_id=org_id,
        documents=stores.documents,
        reviews=stores.reviews,
        receipts=stores.receipts,
        verifier=stores.verifier,
        pause=stores.pause,
        policy=lambda: stores.playbooks.current().write_policy(reader.users()),
        audit=stores.audit,
        clock=stores.clock,
    )
    recent = RecentReads()
    writer = SalesforceWriter(
        session,
        guard,
        documents=stores.documents,
        receipts=stores.receipts,
        audit=stores.audit,
        clock=stores.clock,
        rules=rules,
        fields=usual,
        owner_problem=lambda order, owner_id: _owner_problem(order, owner_id, stores, reader),
        crm_user_of=lambda login: _crm_user_of(login, stores, reader),
        recent=recent,
    )
    return CrmDoor(
        reader=reader,
        writer=writer,
        forecasts=UndoForecasts(session, org_id=org_id, receipts=stores.receipts, fields=usual),
        mail_guard=SalesforceMailGuard(
            session,
            guard,
            documents=stores.documents,
            fields=usual,
            recent=recent,
            clock=stores.clock,
            crm_user_of=lambda login: _crm_user_of(login, stores, reader),
        ),
        leads=SalesforceChangedLeads(session),
        touches=SalesforceTouches(session),
        session=session,
    )


def _note_wrong_org(org_id: str, found: str, stores: Stores) -> None:
    stores.audit.append(
        AuditEvent(
            key=f"wrong_org/{org_id}/{found}",
            kind=AuditKind.WRONG_ORG,
            org_id=org_id,
            actor="crm worker",
            subject=found,
            at=stores.clock.now(),
        )
    )


def _crm_user_of(login: str, stores: Stores, reader: SalesforceReader) -> tuple[str, str] | None:
    """By `crm_user` of the playbook's reviewer. Somebody whom it names and the CRM does not know may edit nothing."""
    reviewer = stores.playbooks.current().reviewer(login)
    if reviewer is None or not reviewer.crm_user:
        return None
    user = find_user(reviewer.crm_user, reader.users())
    return (user.id, user.text("Name")) if user is not None else ("", reviewer.crm_user)


def _owner_problem(order: WriteOrder, owner_id: str, stores: Stores, reader: SalesforceReader) -> str:
    """By the case's own rules, with today's absences and load. Whom a reviewer chose instead is not questioned."""
    file = CaseFile(stores.documents, order.case_id)
    if not file.has(DocumentKind.ROUTING, str(order.round)) or file.routed(order.round).routing.owner_id != owner_id:
        return ""
    team = file.routed(order.round).routing.team
    pinned = stores.playbooks.pinned(stores.cases.get(order.case_id).playbook_digest)
    rules = with_absences_of(pinned, stores.playbooks.current())
    return owner_problem(owner_id, reader.snapshot(""), rules, now=stores.clock.now(), team=team)
