"""Whether we have spoken with this person before, so that an e-mail follows up instead of beginning anew. Pure."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from domain.context import moment_of
from domain.drafting import ContactKind, EarlierContact, Matter, Meeting
from domain.evidence import Evidence, EvidenceBook, EvidenceSource
from domain.leads import CrmRecord, CrmSnapshot
from domain.meeting_cues import matters_in
from domain.meetings import words_of
from domain.model import Instant

LAST_CONTACT = "last_contact"
"""The name under which the playbook lets a model know when and how we were last in touch."""
REACH = timedelta(days=365)
"""Nobody comes back to what is older."""
_EMAIL_DRAFT = "5"
"""`EmailMessage.Status` of one that was not sent."""
_SENT = re.compile(r"(?:e-?mail sent|email|e-mail|correo|courriel): ", re.IGNORECASE)
"""How Salesforce and this product begin the subject of a task that logs an e-mail."""
MOST_QUOTES = 3


def earlier_contact(
    snapshot: CrmSnapshot,
    meetings: Sequence[Meeting],
    recipient: str,
    book: EvidenceBook,
    *,
    now: Instant,
    day_of: Callable[[Instant], str],
) -> EarlierContact | None:
    """The newest of our e-mails, calls and meetings with the person, on their own record or by their name in a
    transcript. A colleague's notes give the day and no words."""
    spoken = {m.record: words_of(m, recipient) for m in meetings}
    touches = [t for record in snapshot.activities for t in _touches(record)]
    touches += [t for record in snapshot.conversations for t in _calls(record)]
    named = [m for m in meetings if spoken[m.record]]
    touches += [(m.occurred_at, _kind_of(m), m.system, m.record) for m in named]
    past = [t for t in touches if now - REACH <= t[0] <= now]
    if not past:
        return None
    at, kind, system, record = max(past, key=lambda t: (t[0], t[2], t[3]))
    day = day_of(at)
    date = book.cite(
        EvidenceSource.CONTEXT, system, record, LAST_CONTACT, observed_at=at, value=f"{kind.value} on {day}"
    )
    # A transcript of the same day is of the same conversation, however two systems file it.
    words = next((spoken[m.record] for m in named if m.record == record or m.day == day), ())
    entry = next(e for e in book.entries() if e.id == date)
    return EarlierContact(kind=kind, day=day, occurred_at=at, date=entry, quotes=_worth_recalling(words))


def _worth_recalling(words: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """What they agreed to first, then what they meant to do, then what they told us. A question or a doubt of theirs
    may have been answered since."""
    ranked = []
    for said in words:
        found = matters_in(said.quote or "")
        if Matter.OPEN not in found and not (said.quote or "").endswith("?"):
            ranked.append((0 if Matter.AGREED in found else 1 if Matter.NEXT in found else 2, said))
    ranked.sort(key=lambda pair: pair[0])
    return tuple(said for _, said in ranked[:MOST_QUOTES])


_Touch = tuple[Instant, ContactKind, str, str]
"""When, what, system, record."""


def _touches(record: CrmRecord) -> Iterator[_Touch]:
    """What a record of ours says for itself. A finished task without a kind may be anything, and counts for nothing."""
    kind: ContactKind | None = None
    match record.object:
        case "EmailMessage" if not record.flag("Incoming") and record.text("Status") != _EMAIL_DRAFT:
            kind = ContactKind.EMAIL
        case "Event":
            kind = ContactKind.MEETING
        case "Task" if record.flag("IsClosed") or record.text("Status") == "Completed":
            if record.text("TaskSubtype") == "Call":
                kind = ContactKind.CALL
            elif record.text("TaskSubtype") == "Email" or _SENT.match(record.text("Subject")):
                kind = ContactKind.EMAIL
    if kind is not None:
        yield moment_of(record), kind, "Salesforce", f"{record.object}/{record.id}"


def _calls(record: CrmRecord) -> Iterator[_Touch]:
    seconds = record.fields.get("CallDurationInSeconds")
    if record.object == "VoiceCall" and isinstance(seconds, int | float) and seconds > 0:
        yield moment_of(record), ContactKind.CALL, "Salesforce", f"{record.object}/{record.id}"


def _kind_of(meeting: Meeting) -> ContactKind:
    return ContactKind.MEETING if meeting.kind == "event" else ContactKind.CALL
