"""Between an assignment and the first human activity: deadlines, what counts as a touch, and how soon it came. Pure."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from domain.ladder import business_add, business_between
from domain.leads import CrmRecord, CrmSnapshot
from domain.model import Instant, Value
from domain.owners import is_queue
from domain.playbook import Calendar, Playbook
from domain.routing_people import Staff
from domain.texts import clean

_DRAFT = "5"
"""`EmailMessage.Status` of an e-mail that was not sent."""


class Assignment(Value):
    """Who was given the lead by one write, and the deadlines that follow from it."""

    case_id: str
    round: int
    receipt_id: str
    lead_id: str
    owner_id: str
    owner_name: str
    time_zone: str = "UTC"
    calendar: Calendar
    """The owner's working time."""
    received_at: Instant
    """When the newest inquiry came in."""
    assigned_at: Instant
    look_at: Instant
    respond_by: Instant
    reassign_at: Instant | None = None
    """None where a breach is only reminded of."""
    number: int = 0
    """How many times the lead was taken from somebody who did not answer, before this assignment."""

    @property
    def to_queue(self) -> bool:
        return is_queue(self.owner_id)


class TouchKind(StrEnum):
    TASK = "task"
    EVENT = "event"
    EMAIL = "email"
    CONVERTED = "converted"


class Touch(Value):
    """The first time that a person worked with the lead."""

    kind: TouchKind
    record_id: str
    by: str
    """The CRM user."""
    at: Instant


class FirstTouch(Value):
    """How soon it came. Minutes are business minutes of the owner, whole ones."""

    touch: Touch
    owner_id: str
    by_name: str
    assigned_at: Instant
    respond_by: Instant
    minutes_from_inquiry: int
    minutes_from_assignment: int
    in_time: bool


class Breach(Value):
    """Nobody had worked on the lead by the deadline."""

    owner_id: str
    owner_name: str
    lead_id: str
    assigned_at: Instant
    respond_by: Instant
    noticed_at: Instant

    def said(self) -> str:
        """For a reviewer, in a sentence."""
        day = f"{self.respond_by:%d %b %Y, %H:%M} UTC"
        return f"{self.owner_name} was to answer by {day}, and nobody has worked on the lead since it was assigned."


class LeadNow(Value):
    """What the CRM says about one lead now. `lead` is None where it is gone for good."""

    read_at: Instant
    lead: CrmRecord | None
    activities: tuple[CrmRecord, ...] = ()


class Standing(StrEnum):
    """How the watch over one assignment stands."""

    UNTOUCHED = "untouched"
    TOUCHED = "touched"
    OWNER_CHANGED = "owner_changed"
    """Somebody gave the lead to another owner."""
    UNDONE = "undone"
    """The assignment was taken back."""
    GONE = "gone"
    MERGED = "merged"
    """The watch goes on with the record that survived."""


def assignment(
    *,
    case_id: str,
    round: int,
    receipt_id: str,
    lead_id: str,
    owner_id: str,
    team: str,
    respond_by: Instant | None,
    received_at: Instant,
    assigned_at: Instant,
    people: CrmSnapshot,
    playbook: Playbook,
    number: int = 0,
) -> Assignment:
    """The deadlines of a new owner. `respond_by` is the SLA as routing computed it.

    Whoever is told late, because the approval took its time, has at least `at_least` of their own business time.
    """
    rules = playbook.routing.first_touch
    owner = next((u for u in (*people.users, *people.queues) if u.id == owner_id), None)
    calendar = _calendar(owner, team, people, playbook, assigned_at)
    given = business_add(assigned_at, timedelta(seconds=rules.at_least), calendar)
    due = max(respond_by or given, given)
    whole = business_between(assigned_at, due, calendar)
    proposes = rules.reassign_after > 0 and number < rules.most_reassignments
    zone = owner.text("TimeZoneSidKey") if owner is not None else ""
    return Assignment(
        case_id=case_id,
        round=round,
        receipt_id=receipt_id,
        lead_id=lead_id,
        owner_id=owner_id,
        owner_name=clean(owner.text("Name"), 80) if owner is not None else "The owner",
        time_zone=zone or calendar.time_zone,
        calendar=calendar,
        received_at=received_at,
        assigned_at=assigned_at,
        look_at=business_add(assigned_at, whole * rules.look_at_percent / 100, calendar),
        respond_by=due,
        reassign_at=business_add(due, timedelta(seconds=rules.reassign_after), calendar) if proposes else None,
        number=number,
    )


def _calendar(owner: CrmRecord | None, team: str, people: CrmSnapshot, playbook: Playbook, now: Instant) -> Calendar:
    """The member's own, else the team's, else the first of the playbook."""
    staff = Staff(people, playbook, now)
    found = next((t for t in playbook.teams.values() if team and t.name == team), None)
    if owner is not None and owner.object == "User":
        found = found or staff.team_of(owner)
    key = ""
    if found is not None:
        key = found.calendar
        if owner is not None and owner.object == "User":
            key = staff.share(owner, found).calendar or key
    first = next(iter(playbook.calendars.values()), Calendar(always=True))
    return playbook.calendars.get(key, first)


def standing(now: LeadNow, given: Assignment, *, undone: bool) -> Standing:
    """How things stand, touches left aside: whether there is still something to watch."""
    if undone:
        return Standing.UNDONE
    if now.lead is None:
        return Standing.GONE
    if now.lead.flag("IsDeleted"):
        return Standing.MERGED if now.lead.text("MasterRecordId") else Standing.GONE
    if not now.lead.flag("IsConverted") and now.lead.text("OwnerId") != given.owner_id:
        return Standing.OWNER_CHANGED
    return Standing.UNTOUCHED


def first_touch(now: LeadNow, since: Instant, machines: Collection[str]) -> Touch | None:
    """The first human activity since: a completed task, an event, an e-mail that was sent, or the conversion.

    `machines` are the users who are nobody: what they do is no touch. An e-mail by the lead is none either, nor a
    task that somebody only planned.
    """
    # The CRM counts whole seconds.
    since = since.replace(microsecond=0)
    found = [t for a in now.activities if (t := _touch(a)) is not None and t.at >= since and t.by not in machines]
    if now.lead is not None and now.lead.flag("IsConverted"):
        by = now.lead.text("LastModifiedById")
        if by not in machines and now.lead.modified_at >= since:
            found.append(Touch(kind=TouchKind.CONVERTED, record_id=now.lead.id, by=by, at=now.lead.modified_at))
    return min(found, key=lambda t: (t.at, t.record_id), default=None)


def _touch(activity: CrmRecord) -> Touch | None:
    changed = _instant(activity.text("LastModifiedDate")) or activity.modified_at
    made = _instant(activity.text("CreatedDate")) or activity.modified_at
    match activity.object:
        case "Task" if activity.flag("IsClosed"):
            done = _instant(activity.text("CompletedDateTime")) or changed
            return Touch(kind=TouchKind.TASK, record_id=activity.id, by=activity.text("LastModifiedById"), at=done)
        case "Event":
            return Touch(kind=TouchKind.EVENT, record_id=activity.id, by=activity.text("CreatedById"), at=made)
        case "EmailMessage" if not activity.flag("Incoming") and activity.text("Status") != _DRAFT:
            sent = _instant(activity.text("MessageDate")) or made
            return Touch(kind=TouchKind.EMAIL, record_id=activity.id, by=activity.text("CreatedById"), at=sent)
    return None


def _instant(text: str) -> Instant | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def timed(touch: Touch, given: Assignment, people: CrmSnapshot) -> FirstTouch:
    """The touch with how soon it came."""
    who = next((u.text("Name") for u in people.users if u.id == touch.by), "")
    return FirstTouch(
        touch=touch,
        owner_id=given.owner_id,
        by_name=clean(who, 80) or "Somebody",
        assigned_at=given.assigned_at,
        respond_by=given.respond_by,
        minutes_from_inquiry=_minutes(given.received_at, touch.at, given.calendar),
        minutes_from_assignment=_minutes(given.assigned_at, touch.at, given.calendar),
        in_time=touch.at <= given.respond_by,
    )


def _minutes(start: Instant, end: Instant, calendar: Calendar) -> int:
    return int(business_between(start, end, calendar).total_seconds() // 60)
