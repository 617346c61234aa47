"""Asking the CRM for changed leads: how far was read, what comes next, and what inquiry a lead makes.

A change gets its SystemModstamp before it can be seen, and a long transaction in the CRM may show it minutes
later. So every look goes forward from the newest lead that was read, and reads the last minutes before it again.
"""

import re
from datetime import UTC, timedelta

from pydantic import ValidationError

from domain.leads import CrmRecord, Inquiry, InquirySource
from domain.model import Instant, Value
from domain.naming import country_code

OVERLAP = timedelta(minutes=10)
"""How much later than its SystemModstamp a change may become visible and is still found."""

PAGE = 200
"""Leads that one look takes forward, and as many that it reads again; the rest comes with the next look."""

_PLAIN = {
    "first_name": "FirstName",
    "last_name": "LastName",
    "company": "Company",
    "title": "Title",
    "website": "Website",
    "product_interest": "Product_Interest__c",
    "message": "Description",
}
_LANGUAGE = re.compile(r"[a-z]{2}(?:-[A-Z]{2})?")


class Mark(Value):
    """A place in the order of SystemModstamp and id. Without an id: before every lead of that moment."""

    at: Instant
    lead_id: str = ""


class PollCursor(Value):
    """How far an org's leads were read.

    `newest` is the last lead that was read going forward. `again` is how far the overlap behind it was re-read;
    where that takes several looks, the first of them was at `again_began`. Nothing before `since` is ever read.
    """

    since: Instant
    newest: Mark
    again: Mark
    again_began: Instant | None = None

    @classmethod
    def starting(cls, now: Instant) -> "PollCursor":
        """From now on: what was changed before is nobody's inquiry."""
        return cls(since=now, newest=Mark(at=now), again=Mark(at=now))


class ChangedLead(Value):
    """A lead in one version."""

    record: CrmRecord

    @property
    def lead_id(self) -> str:
        return self.record.id

    @property
    def modified_at(self) -> Instant:
        return self.record.modified_at

    @property
    def event_id(self) -> str:
        """The same version of the same lead is the same event, however often it is read."""
        return f"{self.lead_id}@{self.modified_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    @property
    def mark(self) -> Mark:
        return Mark(at=self.modified_at, lead_id=self.lead_id)


class ChangedPage(Value):
    """One look, made at `read_at` by the CRM's clock. Each part is in order of SystemModstamp and id."""

    read_at: Instant
    fresh: tuple[ChangedLead, ...] = ()
    again: tuple[ChangedLead, ...] = ()
    again_goes_on: bool = False
    """The overlap holds more than was re-read in this look."""

    def leads(self) -> tuple[ChangedLead, ...]:
        """Each version once, oldest first."""
        once = {lead.event_id: lead for lead in (*self.again, *self.fresh)}
        return tuple(sorted(once.values(), key=lambda lead: (lead.modified_at, lead.lead_id)))


def advanced(cursor: PollCursor, page: ChangedPage) -> PollCursor:
    """The cursor after a look whose leads are committed."""
    newest = page.fresh[-1].mark if page.fresh else cursor.newest
    began = cursor.again_began or page.read_at
    if page.again_goes_on and page.again:
        return PollCursor(since=cursor.since, newest=newest, again=page.again[-1].mark, again_began=began)
    # What became visible while the overlap was being re-read may lie behind the place that was reached. So the
    # next time starts ten minutes before this one began, not before it ended.
    return PollCursor(since=cursor.since, newest=newest, again=Mark(at=max(cursor.since, began - OVERLAP)))


def inquiry_of(lead: ChangedLead) -> Inquiry | None:
    """The lead as the inquiry it stands for, cut to an inquiry's limits; None where its fields make none.

    What would say something else when cut short (an address, a country, a language) is left out instead.
    """
    record = lead.record
    language = record.text("Preferred_Language__c").strip()
    said: dict[str, object] = {
        "event_id": lead.event_id,
        "source": InquirySource.CRM_POLL,
        "received_at": lead.modified_at,
        "lead_id": lead.lead_id,
        **{name: _cut(name, record.text(field)) for name, field in _PLAIN.items()},
        "email": _whole("email", record.text("Email")),
        "phone": _whole("phone", record.text("Phone")) or _whole("phone", record.text("MobilePhone")),
        "country": country_code(record.text("Country")),
        "language": language if _LANGUAGE.fullmatch(language) else "",
    }
    try:
        return Inquiry.model_validate(said)
    except ValidationError:
        # Such as half a surrogate pair, which JSON lets pass and which is no text.
        return None


def _limit(name: str) -> int:
    return next(int(rule.max_length) for rule in Inquiry.model_fields[name].metadata if hasattr(rule, "max_length"))


def _cut(name: str, text: str) -> str:
    return text.strip()[: _limit(name)]


def _whole(name: str, text: str) -> str:
    trimmed = text.strip()
    return trimmed if len(trimmed) <= _limit(name) else ""
