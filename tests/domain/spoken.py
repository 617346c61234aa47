"""A call with Marta, her account, and the draft request that follows from them, for several tests."""

from datetime import timedelta

from domain.context import CaseContext, ContextItem, ContextKind
from domain.drafting import DraftRequest
from domain.drafting_requests import drafting_request
from domain.evidence import EvidenceBook
from domain.leads import CrmSnapshot
from domain.model import Scalar
from domain.playbook import Playbook
from domain.proposing import ProposingInput
from tests.domain.scenes import NOW, SOFIA, TOMAS, account, inquiry, lead, proposing, record, snapshot

CALL = """Irene Castell: Hi Marta, thanks for taking the time. How many vehicles do you run?
Marta Ruiz: We run 120 vans out of Valencia.
Irene Castell: And does your order system export a file?
Marta Ruiz: I'm not sure whether it does, I need to ask our IT.
Marta Ruiz: We'll start with the depot in Valencia.
Irene Castell: I'll send you the list of data fields by Friday. We might add Madrid later.
Irene Castell: Let's schedule a talk with your IT on 24 November.
"""
DEAL = "006Lc0000000001AAA"


def call(
    text: str = CALL, *, kind: ContextKind = ContextKind.TRANSCRIPT, days: int = 5, record: str = "call-1"
) -> ContextItem:
    return ContextItem(kind=kind, occurred_at=NOW - timedelta(days=days), quote=text, system="recorder", record=record)


def around(*items: ContextItem) -> CaseContext:
    return CaseContext(items=items)


def opportunity(**changes: Scalar) -> object:
    fields: dict[str, Scalar] = {
        "Name": "Valencia docks", "AccountId": account().id, "OwnerId": SOFIA.id, "StageName": "Qualification",
        "Amount": 41000.0, "CloseDate": "2026-12-30", "IsClosed": False, **changes,
    }  # fmt: skip
    return record("Opportunity", DEAL, **fields)


def support_case(**changes: Scalar) -> object:
    fields: dict[str, Scalar] = {
        "CaseNumber": "00001034", "Subject": "Import fails", "Status": "New", "AccountId": account().id,
        "IsClosed": False, "CreatedDate": "2026-11-01T10:00:00Z", **changes,
    }  # fmt: skip
    return record("Case", "500Lc0000000001AAA", **fields)


def known_company(**changes: object) -> CrmSnapshot:
    """Marta's account with a deal and a case."""
    return snapshot(
        lead=lead(), account=account(OwnerId=TOMAS.id), opportunities=(opportunity(),), conversations=(support_case(),)
    ).model_copy(update=changes)


def request_for(
    snap: CrmSnapshot | None = None, *items: ContextItem, language: str = "en", rules: Playbook | None = None
) -> tuple[ProposingInput, DraftRequest, EvidenceBook]:
    given = proposing(snap=snap or snapshot(), inquiries=(inquiry(language=language),), book_of_rules=rules)
    book = EvidenceBook(given.evidence)
    request = drafting_request(
        case_id="case-1", round=1, inquiries=given.inquiries, snapshot=given.snapshot, enrichment=given.enrichment,
        facts=given.facts, qualification=given.qualification, routing=given.routing, consent=given.consent,
        playbook=given.playbook, book=book, now=NOW, context=around(*items),
    )  # fmt: skip
    return given, request, book
