"""`countersign playbook explain LEAD`: the sum, the route and why, for a case, a lead of the CRM or a file."""

import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError

from domain.casefile import Drafted, Qualified, Routed
from domain.cases import DocumentKind
from domain.context import CaseContext, crm_items
from domain.enrichment import Enrichment
from domain.errors import CrmError, DomainError, ErrorCode, InputError
from domain.explaining import Explanation, explain, queues_named, told
from domain.field_mapping import admitted, read_too
from domain.leads import CrmRecord, CrmSnapshot, Inquiry, InquirySource
from domain.naming import country_code
from domain.playbook import Playbook
from domain.ports import Enricher
from domain.settling import settle
from runtime.playbook_files import load_playbook
from runtime.settings import PlaybookSettings, load

if TYPE_CHECKING:
    from gateways.crm.own_org import OwnOrg

_LEAD_ID = re.compile(r"00Q[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?")
_CASE_ID = re.compile(r"[A-Za-z0-9_-]{4,64}")


def explain_lead(
    lead: Annotated[str, typer.Argument(help="A case's id, a CRM lead's id, or a JSON file; - reads standard input.")],
    folder: Annotated[Path | None, typer.Option("--playbook", help="Another playbook than the configured one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The explanation as JSON on standard output.")] = False,
) -> int:
    """Print the score as a sum with its evidence, the route and why, and who may be contacted. Writes nothing."""
    place = folder or load(PlaybookSettings).playbook_dir
    if lead == "-" or Path(lead).is_file():
        explanations = [_of_inquiry(i, load_playbook(place), place, lead) for i in _inquiries(lead)]
    elif _LEAD_ID.fullmatch(lead):
        explanations = [of_crm_lead(lead, load_playbook(place), place)]
    else:
        explanations = [_of_case(lead)]
    if as_json:
        for explanation in explanations:
            sys.stdout.write(explanation.model_dump_json() + "\n")
    else:
        sys.stdout.write("\n\n".join("\n".join(told(e)) for e in explanations) + "\n")
    return 0


def _inquiries(file: str) -> list[Inquiry]:
    """One inquiry, or each of a list. Raises `InputError` with the place."""
    name = "standard input" if file == "-" else file
    try:
        given: Any = json.loads(sys.stdin.read() if file == "-" else Path(file).read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as unreadable:
        raise InputError(f"{name} cannot be read as UTF-8 text ({type(unreadable).__name__})") from None
    except (ValueError, RecursionError) as broken:
        line = getattr(broken, "lineno", 1)
        raise InputError(f"{name}:{line}: not JSON; give one inquiry as an object, or a list of them") from None
    rows = given if isinstance(given, list) else [given]
    if not rows:
        raise InputError(f"{name}: the list is empty; give at least one inquiry")
    return [_inquiry(row, f"{name}: entry {n}" if len(rows) > 1 else name) for n, row in enumerate(rows, start=1)]


def _inquiry(row: Any, place: str) -> Inquiry:
    if not isinstance(row, dict):
        raise InputError(f"{place}: not an object with the fields of an inquiry")
    defaults = {"event_id": "explained", "source": InquirySource.FILE, "received_at": datetime.now(UTC)}
    try:
        return Inquiry.model_validate({**defaults, **{k: v for k, v in row.items() if v is not None}})
    except ValidationError as wrong:
        first = wrong.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(p) for p in first["loc"])
        raise InputError(f"{place}: {field}: {first['msg'].lower()}; correct it") from None


def _of_inquiry(inquiry: Inquiry, playbook: Playbook, place: Path, file: str) -> Explanation:
    """Without a CRM: queues are the playbook's, people unknown, so a route ends at a team's queue."""
    now = datetime.now(UTC)
    snapshot = CrmSnapshot(taken_at=now, queues=queues_named(playbook, now))
    enrichment = _enriched(inquiry, snapshot, playbook, place, now)
    source = f"{'standard input' if file == '-' else file}, without the CRM"
    return explain((inquiry,), snapshot, enrichment, playbook, source=source, now=now)


def of_crm_lead(lead_id: str, playbook: Playbook, place: Path, org: "OwnOrg | None" = None) -> Explanation:
    """What the rules say about a lead of the CRM, as it is now. Raises `CrmError` where there is none."""
    from cli.crm_access import crm_access
    from gateways.crm.fields import usual_fields
    from gateways.crm.own_org import OwnOrg
    from runtime.clock import SystemClock

    clock = SystemClock()
    # What the playbook maps is read too, as the CRM worker does.
    wanted = usual_fields(playbook).with_extra(read_too(playbook.objects))
    asked = org or OwnOrg(crm_access().session(clock), clock)
    # An org before its set-up lacks some of them; doctor says which.
    snapshot = asked.reader(asked.readable(wanted).fields).snapshot(lead_id)
    if snapshot.lead is None:
        raise CrmError(f"there is no lead {lead_id} in the CRM", code=ErrorCode.CRM_RECORD_MISSING)
    inquiry = _as_inquiry(snapshot.lead)
    now = clock.now()
    enrichment = _enriched(inquiry, snapshot, playbook, place, now)
    said = CaseContext(items=crm_items(snapshot))
    return explain(
        (inquiry,), snapshot, enrichment, playbook, source=f"lead {lead_id} as the CRM has it", now=now, context=said
    )


def _as_inquiry(lead: CrmRecord) -> Inquiry:
    """The lead as an inquiry that was found in the CRM, received when the lead was created."""
    try:
        received = datetime.fromisoformat(lead.text("CreatedDate"))
    except ValueError:
        received = lead.modified_at
    return Inquiry(
        event_id=lead.id,
        source=InquirySource.CRM_POLL,
        received_at=received if received.tzinfo is not None else received.replace(tzinfo=UTC),
        first_name=lead.text("FirstName")[:80],
        last_name=lead.text("LastName")[:80],
        email=lead.text("Email")[:254],
        phone=lead.text("Phone")[:40],
        company=lead.text("Company")[:255],
        title=lead.text("Title")[:128],
        website=lead.text("Website")[:255],
        country=country_code(lead.text("Country")),
        language=lead.text("Preferred_Language__c")[:5],
        product_interest=lead.text("Product_Interest__c")[:80],
        message=lead.text("Description")[:20_000],
        lead_id=lead.id,
    )


def _enriched(inquiry: Inquiry, snapshot: CrmSnapshot, playbook: Playbook, place: Path, now: datetime) -> Enrichment:
    """What the providers on this machine know; none of them leaves it."""
    from gateways.enrichment.crm import CrmEnricher
    from gateways.enrichment.firmographics import FirmographicsEnricher

    file = load(PlaybookSettings).firmographics_file or place / "firmographics.csv"
    by_name: dict[str, Enricher] = {"crm": CrmEnricher(), "firmographics": FirmographicsEnricher(file)}
    signals = [
        signal
        for name in playbook.enrichment.providers
        if (provider := by_name.get(name)) is not None
        for signal in provider.enrich(inquiry, snapshot, now=now)
    ]
    # As a case does it: what the mapping and the playbook do not admit never scores.
    return settle(admitted(signals, playbook.objects), playbook.enrichment)


def _of_case(case_id: str) -> Explanation:
    """What was decided for a case, from its own documents: the rules of that time, not today's."""
    from cli.existing_store import existing_store
    from persistence.database import opened
    from persistence.documents import SqlDocuments
    from runtime.clock import SystemClock

    unknown = f"{case_id[:80]} is no case here, no CRM lead id (00Q…) and no file"
    if not _CASE_ID.fullmatch(case_id):
        raise InputError(f"{unknown}; `countersign case list` shows the cases")
    settings = existing_store(unknown)
    with opened(settings.url) as database:
        documents = SqlDocuments(database, SystemClock())
        body = documents.latest(case_id, DocumentKind.QUALIFICATION)
        if body is None:
            raise DomainError(
                f"{unknown}, or it was not qualified yet; `countersign case list` shows the cases",
                code=ErrorCode.CASE_UNKNOWN,
            )
        qualified = Qualified.model_validate_json(body)
        routed_body = documents.latest(case_id, DocumentKind.ROUTING)
        drafted_body = documents.latest(case_id, DocumentKind.DRAFT)
    routed = Routed.model_validate_json(routed_body) if routed_body is not None else None
    drafted = Drafted.model_validate_json(drafted_body) if drafted_body is not None else None
    last = drafted or routed or qualified
    return Explanation(
        source=f"case {case_id} as it was decided",
        decided_at=max((e.observed_at for e in last.evidence), default=datetime.now(UTC)),
        qualification=qualified.qualification,
        routing=routed.routing if routed is not None else None,
        consent=drafted.consent if drafted is not None else None,
        facts=qualified.facts,
        evidence=last.evidence,
    )
