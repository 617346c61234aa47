"""What resolves an exception, and when it fits. Pure: what may be chosen was kept with the exception itself."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Literal, Protocol, assert_never

from pydantic import Field

from domain.cases import Act, CaseException, ExceptionCode, Ladder, LadderStep
from domain.field_facts import misfit
from domain.leads import CrmRecord, Inquiry, MatchResult, MatchVerdict, Motion
from domain.model import Instant, Value
from domain.record_access import believed
from domain.texts import clean

MAX_REASON = 500
NEW_PERSON = ""
"""Chosen as the match: none of the candidates, but somebody new."""


class ChooseMatch(Value):
    """This candidate is the person; an empty id says that none of them is."""

    act: Literal[Act.CHOOSE_MATCH] = Act.CHOOSE_MATCH
    record_id: str = Field(max_length=18)


class ChooseOwner(Value):
    act: Literal[Act.CHOOSE_OWNER] = Act.CHOOSE_OWNER
    owner_id: str = Field(min_length=15, max_length=18)


class SupplyField(Value):
    """A value of the lead that somebody knows; `field` is the CRM's name of it."""

    act: Literal[Act.SUPPLY_FIELD] = Act.SUPPLY_FIELD
    field: str = Field(min_length=1, max_length=80)
    value: str = Field(min_length=1, max_length=255)


class Retry(Value):
    act: Literal[Act.RETRY] = Act.RETRY


class Close(Value):
    """Nothing more is to be done here, and why."""

    act: Literal[Act.CLOSE] = Act.CLOSE
    reason: str = Field(min_length=1, max_length=MAX_REASON)


Resolution = Annotated[ChooseMatch | ChooseOwner | SupplyField | Retry | Close, Field(discriminator="act")]


class Resolved(Value):
    """A resolution with who gave it. `inquiries` is how many the case held then."""

    resolution: Resolution
    by: str
    by_name: str
    at: Instant
    inquiries: int = 1


_AGAIN = (Act.RETRY, Act.CLOSE)

ACTS: dict[ExceptionCode, tuple[Act, ...]] = {
    ExceptionCode.AMBIGUOUS_MATCH: (Act.CHOOSE_MATCH, *_AGAIN),
    ExceptionCode.MISSING_IDENTITY: (Act.SUPPLY_FIELD, Act.CLOSE),
    ExceptionCode.ROUTING_CONFLICT: (Act.CHOOSE_OWNER, Act.SUPPLY_FIELD, *_AGAIN),
    ExceptionCode.NO_OWNER: (Act.CHOOSE_OWNER, Act.SUPPLY_FIELD, *_AGAIN),
    ExceptionCode.CRM_RECORD_MISSING: _AGAIN,
    ExceptionCode.CRM_REFUSED: (Act.SUPPLY_FIELD, *_AGAIN),
    ExceptionCode.CONFLICT_REPEATED: _AGAIN,
    ExceptionCode.TOO_MANY_REDRAFTS: _AGAIN,
    ExceptionCode.REVIEW_EXPIRED: _AGAIN,
    ExceptionCode.POLICY_SIGNER_REFUSED: _AGAIN,
    ExceptionCode.FORBIDDEN: _AGAIN,
    ExceptionCode.WRITE_NOT_AUTHORISED: _AGAIN,
    ExceptionCode.STEP_FAILED: _AGAIN,
    ExceptionCode.CRM_PROTOCOL: _AGAIN,
    ExceptionCode.WRITE_UNFINISHED: _AGAIN,
    ExceptionCode.BROKEN_OFF: (Act.CLOSE,),
}
"""What can be done about each, the likeliest first."""

OF_A_WATCH = (Act.CHOOSE_OWNER, *_AGAIN)
"""The same for a lead that nobody answered, whose case has closed before."""

INQUIRY_FIELDS: dict[str, str] = {
    "Email": "email",
    "Phone": "phone",
    "FirstName": "first_name",
    "LastName": "last_name",
    "Company": "company",
    "Title": "title",
    "Website": "website",
    "Country": "country",
    "CountryCode": "country",
    "Preferred_Language__c": "language",
    "Product_Interest__c": "product_interest",
}
"""What a person may state about a lead, by the CRM's name, and the part of an inquiry that says the same."""


def refusal(resolution: Resolution, raised: CaseException) -> str:
    """Why this does not resolve that exception, as a sentence; empty where it does."""
    if resolution.act not in raised.acts:
        return f"This exception is not resolved by {resolution.act.value.replace('_', ' ')}."
    match resolution:
        case ChooseMatch():
            known = {choice.id for choice in raised.matches} | {NEW_PERSON}
            return "" if resolution.record_id in known else "Choose one of the records that were found, or none."
        case ChooseOwner():
            known = {choice.id for choice in raised.owners}
            return "" if resolution.owner_id in known else "Choose an owner of the list; nobody else can take leads."
        case SupplyField():
            return _refusal_of_value(resolution, raised)
        case Close():
            return "" if resolution.reason.strip() else "Say why it is closed."
        case Retry():
            return ""
    assert_never(resolution)


def _refusal_of_value(given: SupplyField, raised: CaseException) -> str:
    fact = raised.fields.get("Lead", {}).get(given.field)
    if fact is None:
        return f"{given.field} cannot be stated here; choose a field of the list."
    value = clean(given.value, 255)
    if not value:
        return f"{given.field} needs a value."
    wrong = misfit(given.field, value, fact.model_copy(update={"updateable": True}))
    return f"{wrong}." if wrong else ""


class StatedInquiry(Inquiry):
    """An inquiry of which a person of ours stated parts. Made from resolutions only, never from what came in."""

    stated: dict[str, str]
    """Per attribute who said so."""


def as_stated(inquiries: Sequence[Inquiry], resolved: Sequence[Resolved]) -> tuple[Inquiry, ...]:
    """The inquiries with what people have stated since, each at the newest one that there was then."""
    told = list(inquiries)
    for each in resolved:
        given = each.resolution
        place = each.inquiries - 1
        if not isinstance(given, SupplyField) or not 0 <= place < len(told):
            continue
        attribute = INQUIRY_FIELDS.get(given.field)
        if attribute is None:
            continue
        before = told[place]
        said = dict(before.stated) if isinstance(before, StatedInquiry) else {}
        parts = before.model_dump(exclude={"stated"}) | {attribute: clean(given.value, 255)}
        told[place] = StatedInquiry(**parts, stated=said | {attribute: each.by_name})
    return tuple(told)


def as_chosen(found: MatchResult, resolved: Sequence[Resolved]) -> MatchResult:
    """The match with the record that a person chose among its candidates."""
    for each in reversed(resolved):
        if isinstance(each.resolution, ChooseMatch):
            record = next((c.record for c in found.candidates if c.record.id == each.resolution.record_id), None)
            if record is not None:
                return _chosen(found, record, each)
    return found


def _chosen(found: MatchResult, record: CrmRecord, by: Resolved) -> MatchResult:
    return found.model_copy(
        update={
            "verdict": MatchVerdict.MATCH,
            "lead": record if record.object == "Lead" else None,
            "contact": record if record.object == "Contact" else None,
            "reasons": (f"chosen by {by.by_name}", *found.reasons),
        }
    )


def chosen_owner(resolved: Sequence[Resolved]) -> tuple[str, Resolved] | None:
    """The owner whom a person chose last, with who that was."""
    return next(((r.resolution.owner_id, r) for r in reversed(resolved) if isinstance(r.resolution, ChooseOwner)), None)


class ExceptionState(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"
    UNRESOLVED = "unresolved"
    SUPERSEDED = "superseded"
    """Another inquiry joined, or ops cancelled the case."""


class ExceptionOpening(Value):
    """An exception as the list shows it. `key` names it within its case: the same key again is the same exception."""

    key: str
    case_id: str
    org_id: str
    round: int
    motion: Motion
    workflow_id: str
    code: ExceptionCode
    title: str
    subtitle: str = ""
    search_text: str = ""
    """In what it is found: `domain.review_queue.searchable`."""
    owner: str
    asked: str = ""
    """Login of who is asked."""
    opened_at: Instant
    ladder: Ladder

    @property
    def due_at(self) -> Instant:
        """The deadline: when the manager hears of it."""
        return next((d.at for d in self.ladder.deadlines if d.step is LadderStep.MANAGER), self.ladder.expires_at)


class OpenedException(Value):
    """An exception and how it stands. Its number counts from 1 within the case."""

    number: int
    opening: ExceptionOpening
    state: ExceptionState
    rung: LadderStep | None = None
    claimed_by: str = ""
    resolution_id: str = ""
    act: Act | None = None
    resolved_by: str = ""
    closed_at: Instant | None = None
    delivered_at: Instant | None = None
    denied: frozenset[str] = frozenset()
    """Logins of people whom the CRM kept from the records at `access_at`."""
    access_at: Instant | None = None

    def closed_to(self, login: str, now: Instant) -> bool:
        """Whether the CRM keeps this person from the records, as far as it was asked lately."""
        return self.state is ExceptionState.OPEN and login in self.denied and believed(self.access_at, now)


class Recording(StrEnum):
    """What became of a resolution that was offered."""

    RECORDED = "recorded"
    ALREADY_RESOLVED = "already_resolved"
    CLOSED = "closed"
    LATE = "late"
    UNKNOWN = "unknown"


class Exceptions(Protocol):
    """Exceptions and what resolves them: one ending each, decided by this store."""

    def open(self, opening: ExceptionOpening) -> OpenedException:
        """Idempotent by case and key."""
        ...

    def get(self, case_id: str, number: int) -> OpenedException | None: ...

    def of_case(self, case_id: str) -> tuple[OpenedException, ...]:
        """Oldest first."""
        ...

    def resolve(self, case_id: str, number: int, resolution_id: str, act: Act, by: str, *, now: Instant) -> Recording:
        """Offer a resolution; the first one wins. The same id again is recorded again."""
        ...

    def end(self, case_id: str, number: int, state: ExceptionState, *, now: Instant) -> OpenedException:
        """End it, unless it has ended already: then as it ended. Raises `DomainError` (case_unknown)."""
        ...

    def note_step(self, case_id: str, number: int, step: LadderStep) -> None: ...

    def delivered(self, case_id: str, number: int, *, now: Instant) -> None:
        """The workflow has taken the resolution in."""
        ...
