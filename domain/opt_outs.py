"""Every form in which a person can have said no, per channel. One is enough, whatever else is known."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Literal

from domain.citing import cite_field, cite_inquiry
from domain.evidence import EvidenceBook
from domain.leads import CrmRecord, CrmSnapshot, Inquiry
from domain.model import Instant
from domain.playbook import Playbook
from domain.reading import read


class Channel(StrEnum):
    EMAIL = "email"
    PHONE = "phone"


_FLAGS: dict[Channel, tuple[tuple[str, str], ...]] = {
    Channel.EMAIL: (("HasOptedOutOfEmail", "opted out of e-mail"),),
    Channel.PHONE: (("DoNotCall", "asked not to be called"),),
}
_INDIVIDUAL = (
    ("HasOptedOutSolicit", "asked not to be solicited"),
    ("HasOptedOutProcessing", "objected to processing"),
    ("HasOptedOutProfiling", "objected to profiling, and a score is one"),
    ("ShouldForget", "asked to be forgotten"),
)
_POINT = {Channel.EMAIL: "Email", Channel.PHONE: "Phone"}
_SAID = {Channel.EMAIL: "e-mail", Channel.PHONE: "calls"}


def opt_outs(
    inquiries: Sequence[Inquiry],
    snapshot: CrmSnapshot,
    playbook: Playbook,
    book: EvidenceBook,
    *,
    channel: Channel,
    now: Instant,
) -> list[tuple[str, str]]:
    """Each refusal in words, with its evidence."""
    found: list[tuple[str, str]] = []
    people = [record for record in (snapshot.lead, snapshot.contact, *snapshot.sharing) if record is not None]
    for record in people:
        found += [
            (f"{text} ({record.object})", cite_field(book, record, f)) for f, text in _FLAGS[channel] if _set(record, f)
        ]
        if channel is Channel.EMAIL:
            bounced = [f for f in ("EmailBouncedReason", "EmailBouncedDate") if record.text(f).strip()]
            found += [("the address bounced", cite_field(book, record, field)) for field in bounced[:1]]
    person = snapshot.individual
    if person is not None:
        found += [(text, cite_field(book, person, field)) for field, text in _INDIVIDUAL if _set(person, field)]
    for record in people[1:]:
        # Read with the contact itself, since each may be tied to another individual.
        fields = ((f"Individual.{field}", text) for field, text in _INDIVIDUAL)
        found += [(f"{text} ({record.object})", cite_field(book, record, f)) for f, text in fields if _set(record, f)]
    found += [
        (f"opted out of {_SAID[channel]} (consent record)", cite_field(book, consent, "PrivacyConsentStatus"))
        for consent in {c.id: c for c in (*snapshot.consents, *snapshot.sharing_consents)}.values()
        if concerns(consent, channel, refusing=True)
        and consent.text("PrivacyConsentStatus") == "OptOut"
        and in_force(consent, now, refusing=True)
    ]
    newest = next((i for i in reversed(inquiries) if i.consent is not None), None)
    if newest is not None and newest.consent is False:
        found.append(("said no to messages on the form", cite_inquiry(book, newest, "consent")))
    if inquiries:
        wrote = next((f for f in read(inquiries, playbook).intents if f.name == "unsubscribe"), None)
        if wrote is not None:
            ref = cite_inquiry(book, inquiries[wrote.inquiry], wrote.field, quote=wrote.quote)
            found.append(("wrote that they want no messages", ref))
    return found


def _set(record: CrmRecord, field: str) -> bool:
    """A flag however an import spelled it; what is there and not clearly no is a yes."""
    return record.text(field).strip().casefold() not in {"", "false", "0", "no"}


def concerns(consent: CrmRecord, channel: Channel, *, refusing: bool) -> bool:
    """Whether a consent record is about a channel. One that names none refuses all and allows none."""
    if consent.object == "ContactPointConsent":
        # Read by the person's e-mail address, so that is what it is about.
        return channel is Channel.EMAIL
    kind = consent.text("ContactPointType").strip()
    if consent.object == "ContactPointTypeConsent":
        return kind == _POINT[channel] or (refusing and not kind)
    return refusing


def in_force(consent: CrmRecord, now: Instant, *, refusing: bool) -> bool:
    """Both days count in full. A date that nobody can read keeps a refusal and ends a permission."""
    since, until = (_day(consent.text(f)) for f in ("EffectiveFrom", "EffectiveTo"))
    if since is False or until is False:
        return refusing
    today = now.astimezone(UTC).date()
    return (since is None or since <= today) and (until is None or until >= today)


def _day(text: str) -> date | Literal[False] | None:
    """The UTC day; None where there is none, False where it cannot be read."""
    if not text.strip():
        return None
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return False
    try:
        return (moment.astimezone(UTC) if moment.tzinfo is not None else moment).date()
    except (OverflowError, ValueError):
        return False
