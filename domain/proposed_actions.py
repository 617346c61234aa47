"""The actions of a proposal for one lead, and the values that they rest on."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from domain.consent import ConsentDecision, recipient_address
from domain.drafting import Draft, DraftOrigin
from domain.enrichment import Enrichment
from domain.field_mapping import RECORD_TYPE, Write, automatic, mapped_as, may_fill, only_suggested, takes
from domain.leads import CrmRecord, CrmSnapshot, Inquiry
from domain.model import Instant, Scalar
from domain.naming import NOT_PROVIDED, country_code
from domain.owners import find_queue, find_user, is_queue
from domain.playbook import Playbook, Seller
from domain.proposals import (
    Action,
    AddNote,
    AssignOwner,
    Disqualify,
    ExpectedValue,
    FieldChange,
    SendEmail,
    UpdateFields,
)
from domain.qualification import Fit, Qualification
from domain.routing import RoutingDecision
from domain.texts import clean, clean_block

DECISIVE = ("Status", "OwnerId", "IsConverted", "HasOptedOutOfEmail", "DoNotCall", "Email")
"""What decides whether to act at all, although it is mostly not touched."""
NO_DRAFT = Draft(origin=DraftOrigin.TEMPLATE, writer_version="", language="", summary="")
UNNAMED = "an unnamed sender"
_BUYING_FITS = frozenset({Fit.BUYER, Fit.CUSTOMER})


def may_write(playbook: Playbook, object_name: str, field: str) -> bool:
    return field in playbook.writable().get(object_name, frozenset())


def owner_action(snapshot: CrmSnapshot, routing: RoutingDecision, playbook: Playbook) -> AssignOwner | None:
    """The change of owner, if routing found another one."""
    lead = snapshot.lead
    if lead is None or not routing.owner_id or lead.text("OwnerId") == routing.owner_id:
        return None
    if not may_write(playbook, "Lead", "OwnerId"):
        return None
    before = lead.text("OwnerId")
    return AssignOwner(
        key="owner",
        record=lead.ref,
        before_owner_id=before,
        after_owner_id=routing.owner_id,
        first_assignment=is_queue(before) and not is_queue(routing.owner_id) and not routing.strategic,
        strategic=routing.strategic,
        evidence=routing.evidence,
    )


Wanted = tuple[str, Scalar, tuple[str, ...]]
"""A field, the value that the rules would give it, and its evidence."""


def qualification_action(
    snapshot: CrmSnapshot,
    qualification: Qualification,
    enrichment: Enrichment,
    draft: Draft,
    playbook: Playbook,
    cited: dict[str, str],
) -> UpdateFields | None:
    """Score, band, rating and summary, and empty company fields that a source can fill, as far as they may be written.

    `cited` maps an enrichment signal's name to its evidence. Only fields whose old value was read may change.
    """
    lead = snapshot.lead
    if lead is None:
        return None
    scored = _scored(qualification)
    changes = tuple(
        FieldChange(field=field, before=lead.fields[field], after=after, evidence=evidence)
        for field, after, evidence in _wanted(lead, qualification, enrichment, draft, playbook, cited)
        if may_write(playbook, "Lead", field)
    )
    return UpdateFields(key="qualification", record=lead.ref, changes=changes, evidence=scored) if changes else None


def suggested_values(
    snapshot: CrmSnapshot,
    qualification: Qualification,
    enrichment: Enrichment,
    draft: Draft,
    playbook: Playbook,
    cited: dict[str, str],
) -> tuple[FieldChange, ...]:
    """Each value that the mapping lets the agent suggest and not write."""
    lead = snapshot.lead
    if lead is None:
        return ()
    return tuple(
        FieldChange(field=field, before=lead.fields[field], after=after, evidence=evidence)
        for field, after, evidence in _wanted(lead, qualification, enrichment, draft, playbook, cited)
        if only_suggested(playbook.objects, "Lead", field)
    )


def automatic_action(
    snapshot: CrmSnapshot, qualification: Qualification, enrichment: Enrichment, playbook: Playbook
) -> UpdateFields | None:
    """What may be written before anybody looks: the values that need no draft, of fields mapped so."""
    fields = automatic(playbook.objects).get("Lead", frozenset())
    nothing = dict.fromkeys(("industry", "employees"), "")
    whole = qualification_action(snapshot, qualification, enrichment, NO_DRAFT, playbook, nothing)
    changes = tuple(c for c in whole.changes if c.field in fields) if whole is not None else ()
    # Evidence is numbered on the card, and there is none yet; the review that follows has it.
    bare = tuple(c.model_copy(update={"evidence": ()}) for c in changes)
    return whole.model_copy(update={"key": "automatic", "changes": bare, "evidence": ()}) if whole and bare else None


def _scored(qualification: Qualification) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ref for line in qualification.lines for ref in line.evidence))


def _wanted(
    lead: CrmRecord,
    qualification: Qualification,
    enrichment: Enrichment,
    draft: Draft,
    playbook: Playbook,
    cited: dict[str, str],
) -> tuple[Wanted, ...]:
    """What would change, whoever may write it."""
    scored = _scored(qualification)
    band = playbook.band_for(qualification.score)
    mapped = playbook.objects.get("Lead")
    types = mapped.record_types if mapped is not None else {}
    wanted: list[Wanted] = [
        ("Agent_Score__c", qualification.score, scored),
        ("Agent_Band__c", qualification.band, scored),
        ("Rating", band.rating, scored),
        ("Lead_Summary__c", clean_block(draft.summary, 32_000) or None, ()),
    ]
    for signal_name, field in (("industry", "Industry"), ("employees", "NumberOfEmployees")):
        signal = enrichment.best(signal_name)
        if (
            signal is not None
            and signal_name in cited
            and lead.fields.get(field) in (None, "", 0)
            and signal.confidence >= playbook.enrichment.fill_from_confidence
            and not enrichment.conflicts(signal_name)
            and may_fill(playbook.objects, "Lead", field)
        ):
            wanted.append((field, signal.value, (cited[signal_name],)))
    return tuple(
        (field, after, evidence)
        for field, after, evidence in wanted
        if after is not None
        and field in lead.fields
        and takes(types, lead.text(RECORD_TYPE), field, after)
        and lead.fields[field] != after
    )


def local_date(at: Instant, playbook: Playbook) -> str:
    """The day in the first office's time zone that has one."""
    zone = next((c.time_zone for c in playbook.calendars.values() if not c.always), "UTC")
    return at.astimezone(ZoneInfo(zone)).date().isoformat()


def mail_action(
    inquiries: Sequence[Inquiry],
    snapshot: CrmSnapshot,
    qualification: Qualification,
    routing: RoutingDecision,
    consent: ConsentDecision,
    draft: Draft,
    playbook: Playbook,
) -> SendEmail | None:
    """The e-mail, where the law allows it, somebody wants to buy, and there is something left to say."""
    body = clean_block(draft.body(), 32_000).strip()
    subject = clean(draft.subject, 255)
    address = recipient_address(inquiries, snapshot)
    if not (consent.allowed and qualification.fit in _BUYING_FITS and body and subject and address):
        return None
    sender_name, sender_address = sender_of(routing, snapshot, playbook.seller)
    if not sender_address:
        return None
    return SendEmail(
        key="email",
        to_address=address,
        to_name=person_name_of(inquiries, snapshot),
        from_name=sender_name,
        from_address=sender_address,
        subject=subject,
        body=body,
        footer=consent.footer,
        language=draft.language,
        evidence=consent.evidence,
    )


def after_mail_actions(mail: SendEmail, snapshot: CrmSnapshot, owner_id: str, playbook: Playbook) -> tuple[Action, ...]:
    """What may be said only once the mail server accepted it."""
    actions: list[Action] = []
    lead = snapshot.lead
    status = lead.text("Status") if lead is not None else ""
    open_status = bool(status) and not status.startswith("Closed") and status != playbook.contacted_status
    if lead is not None and open_status and may_write(playbook, "Lead", "Status"):
        change = FieldChange(
            field="Status", before=lead.fields["Status"], after=playbook.contacted_status, evidence=mail.evidence
        )
        actions.append(UpdateFields(key="status", record=lead.ref, changes=(change,), after_mail=True))
    who = lead or snapshot.contact
    if who is not None and owner_id:
        actions.append(
            AddNote(
                key="email_log",
                subject=clean(f"E-mail sent: {mail.subject}", 255),
                owner_id=owner_id,
                who_id=who.id,
                what_id=snapshot.account.id if lead is None and snapshot.account is not None else "",
                after_mail=True,
            )
        )
    return tuple(actions)


def disqualify_action(snapshot: CrmSnapshot, qualification: Qualification, playbook: Playbook) -> Disqualify | None:
    """What the rules would close, with their reason. It is high risk: a person always decides."""
    lead = snapshot.lead
    if lead is None or not qualification.disqualify_reason or lead.text("Status").startswith("Closed"):
        return None
    return Disqualify(
        key="disqualify",
        record=lead.ref,
        before_status=lead.text("Status"),
        after_status=playbook.disqualified_status,
        reason_code=qualification.disqualify_reason,
        evidence=qualification.fit_evidence,
    )


def expected_values(actions: Sequence[Action], snapshot: CrmSnapshot) -> tuple[ExpectedValue, ...]:
    """The before-value of every touched field, and those that decide, of the person's records as they were read."""
    expected: dict[tuple[str, str], ExpectedValue] = {}

    def note(record: CrmRecord, field: str, *, decisive: bool) -> None:
        if field in record.fields:
            expected[(record.id, field)] = ExpectedValue(
                record=record.ref, field=field, value=record.fields[field], decisive=decisive
            )

    lead = snapshot.lead
    for action in actions:
        if lead is None:
            break
        match action:
            case UpdateFields():
                for change in action.changes:
                    note(lead, change.field, decisive=False)
            case AssignOwner():
                note(lead, "OwnerId", decisive=True)
            case Disqualify():
                note(lead, "Status", decisive=True)
            case _:
                continue
    who = lead or snapshot.contact
    if who is not None:
        for field in DECISIVE:
            note(who, field, decisive=True)
    return tuple(expected.values())


def sender_of(routing: RoutingDecision, snapshot: CrmSnapshot, seller: Seller) -> tuple[str, str]:
    """Name and address of who writes: the owner where they are a person of the seller's domain, else the seller."""
    owner = next((u for u in snapshot.users if u.id == routing.owner_id), None)
    address = owner.text("Email") if owner is not None else ""
    if owner is not None and address.casefold().endswith(f"@{seller.sender_domain.casefold()}"):
        return clean(owner.text("Name"), 120), address
    return seller.sender_name or seller.name, seller.sender_address


def person_name_of(inquiries: Sequence[Inquiry], snapshot: CrmSnapshot) -> str:
    """What the CRM calls the person, else what they call themselves."""
    who = snapshot.lead or snapshot.contact
    if who is not None and who.text("LastName") not in {"", NOT_PROVIDED}:
        return clean(f"{who.text('FirstName')} {who.text('LastName')}", 120)
    newest = next((i for i in reversed(inquiries) if i.last_name.strip() or i.first_name.strip()), None)
    return clean(f"{newest.first_name} {newest.last_name}", 120) if newest is not None else ""


def company_of(inquiries: Sequence[Inquiry], snapshot: CrmSnapshot) -> str:
    """What the CRM calls the company, else what the person does."""
    if snapshot.account is not None and snapshot.account.text("Name"):
        return clean(snapshot.account.text("Name"), 120)
    if snapshot.lead is not None and snapshot.lead.text("Company") not in {"", NOT_PROVIDED}:
        return clean(snapshot.lead.text("Company"), 120)
    return clean(next((i.company for i in reversed(inquiries) if i.company.strip()), ""), 120)


def called(inquiries: Sequence[Inquiry]) -> str:
    """How to call somebody of whom only what they sent is known: by company, else by name. Never empty."""
    for said in reversed(inquiries):
        name = clean(said.company, 60) or clean(f"{said.first_name} {said.last_name}", 60)
        if name:
            return name
    return UNNAMED


def lead_fields(inquiries: Sequence[Inquiry], playbook: Playbook) -> dict[str, Scalar]:
    """Sent fields only, newest first, held to what the CRM's columns take and the playbook allows."""

    def newest(field: str, limit: int) -> str:
        sent = (clean(str(getattr(i, field)), 20_000) for i in reversed(inquiries))
        return clean(next((v for v in sent if v), ""), limit)

    email = newest("email", 254)
    product = newest("product_interest", 80)
    products = (*(p.product for p in playbook.products), *(t.product for t in playbook.routing.product_teams))
    offered = {name.casefold(): name for name in products if name}
    source = inquiries[-1].source.value
    consent = next((i.consent for i in reversed(inquiries) if i.consent is not None), None)
    message = next((i.message for i in reversed(inquiries) if i.message.strip()), "")
    sent: dict[str, Scalar] = {
        "FirstName": newest("first_name", 40),
        "LastName": newest("last_name", 80) or NOT_PROVIDED,
        "Company": newest("company", 255) or NOT_PROVIDED,
        "Title": newest("title", 128),
        "Email": email if len(email) <= 80 else "",
        "Phone": newest("phone", 40),
        "Website": newest("website", 255),
        "Country": country_code(newest("country", 2)),
        "Preferred_Language__c": newest("language", 5),
        "Product_Interest__c": offered.get(product.casefold(), "") if product else "",
        "Description": clean_block(message, 32_000),
        "LeadSource": playbook.lead_sources.get(source, ""),
        "HasOptedOutOfEmail": True if consent is False else "",
    }
    drafted = mapped_as(playbook.objects, Write.DRAFT).get("Lead", frozenset())
    return {
        field: value
        for field, value in sent.items()
        # Nobody ticks anything where a lead is created: a draft is left for the review that follows.
        if value != "" and field not in drafted and may_write(playbook, "Lead", field)
    }


def intake_owner(playbook: Playbook, queues: Sequence[CrmRecord], users: Sequence[CrmRecord] = ()) -> str:
    """The id of the intake queue; empty where the org has none of that name."""
    found = find_queue(playbook.intake_queue, queues) or find_user(playbook.intake_queue, users)
    return found.id if found is not None else ""
