"""What is known of the recipient's own company, for the brief: from its account in the CRM, else from enrichment. Pure.

Only records that say themselves that they belong to this account are read, so nothing of another customer gets in.
"""

from collections.abc import Iterator, Sequence

from domain.citing import cite_field, cite_signal
from domain.context import CaseContext, ContextKind, moment_of
from domain.drafting import BriefLine
from domain.enrichment import Enrichment
from domain.evidence import EvidenceBook, EvidenceSource
from domain.leads import CrmRecord, CrmSnapshot
from domain.model import Instant, Value
from domain.texts import clean

MOST_OPPORTUNITIES = 5
MOST_CASES = 5
MOST_FACTS = 6
_COMPANY = (
    ("Type", "type"), ("Industry", "industry"), ("NumberOfEmployees", "employees"), ("Segment__c", "segment"),
    ("AnnualRevenue", "annual revenue"), ("BillingCity", "city"), ("BillingCountry", "country"),
)  # fmt: skip
_MARKS = (("Strategic__c", "strategic account"), ("Partner__c", "partner"))
_SIGNALS = (
    "company_name", "industry", "employees", "country", "region", "segment", "annual_revenue", "founded", "description",
)  # fmt: skip
_FACT_KINDS = (ContextKind.USAGE, ContextKind.BILLING, ContextKind.SUPPORT)
_CLOSED = frozenset({"Closed", "Resolved"})


class AccountBrief(Value):
    """`lines` in the order of worth, each with the evidence of all that it says; empty where nothing is known."""

    lines: tuple[BriefLine, ...] = ()

    def evidence(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(e for line in self.lines for e in line.evidence))


def account_brief(
    snapshot: CrmSnapshot, enrichment: Enrichment, context: CaseContext, book: EvidenceBook, *, now: Instant
) -> AccountBrief:
    """Cites what it states in `book`."""
    account = snapshot.account
    if account is None:
        return AccountBrief(lines=tuple(_of_signals(enrichment, book)))
    lines = (
        *_of_company(account, book),
        *_of_owner(account, snapshot.users, book),
        *_of_opportunities(account, snapshot, book),
        *_of_cases(account, snapshot, book),
        *_of_last_activity(snapshot, book, now),
        *_of_facts(context, book),
    )
    return AccountBrief(lines=lines)


def _line(said: Sequence[tuple[str, str]], start: str = "", end: str = ".") -> Iterator[BriefLine]:
    """One line of what was said, with its evidence; none where nothing was."""
    if said:
        text = start + ", ".join(text for text, _ in said) + end
        yield BriefLine(text=text, evidence=tuple(dict.fromkeys(e for _, e in said)))


def _cited(record: CrmRecord, field: str, book: EvidenceBook, label: str = "") -> Iterator[tuple[str, str]]:
    said = clean(record.text(field), 255)
    if said and said != "0":
        yield f"{label} {_figure(record, field)}".strip(), cite_field(book, record, field)


def _figure(record: CrmRecord, field: str) -> str:
    """`41000.0` is 41000 to a reader."""
    value = record.fields.get(field)
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole and isinstance(value, float) else clean(record.text(field), 255)


def _of_company(account: CrmRecord, book: EvidenceBook) -> Iterator[BriefLine]:
    said = [part for field, label in _COMPANY for part in _cited(account, field, book, label)]
    said += [(label, cite_field(book, account, field)) for field, label in _MARKS if account.flag(field)]
    name = clean(account.text("Name"), 255)
    if name:
        yield from _line([(name, cite_field(book, account, "Name")), *said], "Account: ")
    else:
        yield from _line(said, "Account: ")


def _of_owner(account: CrmRecord, users: Sequence[CrmRecord], book: EvidenceBook) -> Iterator[BriefLine]:
    owner = next((u for u in users if u.id == account.text("OwnerId")), None)
    if owner is not None and owner.text("Name"):
        yield from _line([(clean(owner.text("Name"), 120), _owner(account, owner, book))], "Account owner: ")


def _owner(record: CrmRecord, owner: CrmRecord, book: EvidenceBook) -> str:
    return book.cite(
        EvidenceSource.CRM,
        "Salesforce",
        f"{record.object}/{record.id}",
        "Owner.Name",
        observed_at=record.modified_at,
        value=clean(owner.text("Name"), 120),
    )


def _of_opportunities(account: CrmRecord, snapshot: CrmSnapshot, book: EvidenceBook) -> Iterator[BriefLine]:
    theirs = [o for o in snapshot.opportunities if o.text("AccountId") == account.id and not o.flag("IsClosed")]
    for deal in theirs[:MOST_OPPORTUNITIES]:
        said = [
            *_cited(deal, "Name", book),
            *_cited(deal, "StageName", book, "stage"),
            *_cited(deal, "Amount", book, "amount"),
            *_cited(deal, "CloseDate", book, "close date"),
        ]
        owner = next((u for u in snapshot.users if u.id == deal.text("OwnerId")), None)
        if owner is not None and owner.id != account.text("OwnerId") and owner.text("Name"):
            said.append((f"owner {clean(owner.text('Name'), 120)}", _owner(deal, owner, book)))
        yield from _line(said, "Open opportunity: ")


def _of_cases(account: CrmRecord, snapshot: CrmSnapshot, book: EvidenceBook) -> Iterator[BriefLine]:
    """Those that are filed under this account; a person may have opened others for somebody else."""
    theirs = [
        c
        for c in snapshot.conversations
        if c.object == "Case" and c.text("AccountId") == account.id and not _is_closed(c)
    ]
    for case in theirs[:MOST_CASES]:
        said = [
            *_cited(case, "CaseNumber", book),
            *_cited(case, "Subject", book),
            *_cited(case, "Status", book, "status"),
        ]
        yield from _line(said, "Open case: ")


def _is_closed(case: CrmRecord) -> bool:
    return case.flag("IsClosed") or case.text("Status") in _CLOSED


def _of_last_activity(snapshot: CrmSnapshot, book: EvidenceBook, now: Instant) -> Iterator[BriefLine]:
    """The newest one with this person, whoever of ours it was."""
    past = [a for a in snapshot.activities if moment_of(a) <= now]
    if past:
        last = max(past, key=lambda a: (moment_of(a), a.id))
        day = book.cite(
            EvidenceSource.CRM,
            "Salesforce",
            f"{last.object}/{last.id}",
            "Date",
            observed_at=last.modified_at,
            value=moment_of(last).date().isoformat(),
        )
        said = [(moment_of(last).date().isoformat(), day), *_cited(last, "Subject", book)]
        yield from _line(said, "Last activity with this person: ")


def _of_facts(context: CaseContext, book: EvidenceBook) -> Iterator[BriefLine]:
    """The newest statement of each fact that product, billing and support hand in."""
    newest: dict[str, tuple[str, str]] = {}
    for item in context.of_kind(*_FACT_KINDS):
        for name, value in item.facts.items():
            if value in (None, "") or name in newest or len(newest) >= MOST_FACTS:
                continue
            said = clean(str(value), 255)
            cited = book.cite(
                EvidenceSource.CONTEXT, item.system, item.record, name, observed_at=item.occurred_at, value=said
            )
            newest[name] = (f"{name.replace('_', ' ')} {said}", cited)
    yield from _line(list(newest.values()), "Other systems: ")


def _of_signals(enrichment: Enrichment, book: EvidenceBook) -> Iterator[BriefLine]:
    """Without an account: what providers say, each in its own line, since they may know different things."""
    found = [s for name in _SIGNALS if (s := enrichment.best(name)) is not None]
    for signal in (s for s in found if s.provider != "crm"):
        label = signal.name.replace("_", " ").capitalize()
        yield BriefLine(text=f"{label}: {clean(str(signal.value), 200)}", evidence=(cite_signal(book, signal),))
