"""What people did and when they work: tasks, events, e-mails, business hours, holidays."""

from __future__ import annotations

from localcrm.fields import (
    READ_ONLY,
    Field,
    FieldType,
    SObject,
    area,
    checkbox,
    day,
    moment,
    number,
    picklist,
    reference,
    text,
)

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TASK_CLOSED = "Completed"


def _who(child: str) -> tuple[Field, Field, Field]:
    return (
        reference("WhoId", "Lead", "Contact", child=child, cascade=True),
        reference("WhatId", "Account", "Opportunity", child=child, cascade=True),
        reference("AccountId", "Account", **READ_ONLY),
    )


TASK = SObject(
    name="Task",
    prefix="00T",
    label="Task",
    plural="Tasks",
    own_fields=(
        text("Subject", 255),
        *_who("Tasks"),
        reference("OwnerId", "User", "Group"),
        picklist(
            "Status",
            ("Not Started", "In Progress", TASK_CLOSED, "Waiting on someone else", "Deferred"),
            restricted=True,
            default="Not Started",
            required=True,
        ),
        picklist("Priority", ("High", "Normal", "Low"), restricted=True, default="Normal", required=True),
        day("ActivityDate"),
        area("Description", 32000),
        picklist("Type", ("Call", "Email", "Meeting", "Other")),
        picklist("TaskSubtype", ("Task", "Email", "Call"), restricted=True, default="Task", updateable=False),
        checkbox("IsClosed", **READ_ONLY),
        moment("CompletedDateTime", **READ_ONLY),
        moment("ReminderDateTime"),
        checkbox("IsReminderSet"),
        text("Agent_Write_Key__c", 64, external_id=True),
    ),
)

EVENT = SObject(
    name="Event",
    prefix="00U",
    label="Event",
    plural="Events",
    own_fields=(
        text("Subject", 255),
        *_who("Events"),
        reference("OwnerId", "User"),
        moment("StartDateTime", required=True),
        moment("EndDateTime"),
        number("DurationInMinutes", FieldType.INT),
        day("ActivityDate", **READ_ONLY),
        text("Location", 255),
        area("Description", 32000),
        picklist("Type", ("Call", "Email", "Meeting", "Other")),
    ),
)

EMAIL_MESSAGE = SObject(
    name="EmailMessage",
    prefix="02s",
    label="Email Message",
    plural="Email Messages",
    own_fields=(
        text("Subject", 3000),
        area("TextBody", 131072),
        area("HtmlBody", 131072),
        text("FromAddress", 1000),
        text("FromName", 1000),
        text("ToAddress", 4000),
        text("MessageIdentifier", 765),
        # 0 new, 1 read, 2 replied, 3 sent, 4 forwarded, 5 draft.
        picklist("Status", ("0", "1", "2", "3", "4", "5"), restricted=True, default="5"),
        checkbox("Incoming"),
        moment("MessageDate"),
        # What it is about; whom it went to and came from are rows of EmailMessageRelation.
        reference("RelatedToId", "Account", "Opportunity", child="Emails", cascade=True),
    ),
)

EMAIL_MESSAGE_RELATION = SObject(
    name="EmailMessageRelation",
    prefix="0Ew",
    label="Email Message Relation",
    plural="Email Message Relations",
    own_fields=(
        reference("EmailMessageId", "EmailMessage", required=True, child="EmailMessageRelations", cascade=True),
        reference("RelationId", "Lead", "Contact", "User", child="EmailMessageRelations", cascade=True),
        picklist(
            "RelationType",
            ("ToAddress", "CcAddress", "BccAddress", "FromAddress", "OtherAddress"),
            restricted=True,
            default="ToAddress",
            required=True,
        ),
        text("RelationAddress", 1000),
    ),
)

CASE = SObject(
    name="Case",
    prefix="500",
    label="Case",
    plural="Cases",
    own_fields=(
        text("CaseNumber", 30),
        text("Subject", 255),
        area("Description", 32000),
        picklist("Status", ("New", "Working", "Escalated", "Closed"), default="New"),
        checkbox("IsClosed"),
        reference("ContactId", "Contact", child="Cases"),
        reference("AccountId", "Account", child="Cases"),
        reference("OwnerId", "User", "Group"),
    ),
)

VOICE_CALL = SObject(
    name="VoiceCall",
    prefix="0LQ",
    label="Voice Call",
    plural="Voice Calls",
    own_fields=(
        picklist("CallType", ("Inbound", "Outbound", "Transfer"), default="Inbound"),
        moment("CallStartDateTime"),
        number("CallDurationInSeconds", FieldType.INT),
        reference("RelatedRecordId", "Lead", "Contact", "Account", child="VoiceCalls"),
        reference("OwnerId", "User"),
    ),
)

BUSINESS_HOURS = SObject(
    name="BusinessHours",
    prefix="01m",
    label="Business Hours",
    plural="Business Hours",
    createable=False,
    deletable=False,
    own_fields=(
        text("Name", 80, required=True),
        checkbox("IsActive", default=True),
        checkbox("IsDefault"),
        text("TimeZoneSidKey", 40),
        # Times of day as HH:MM:SS.000Z in the zone above; empty means closed.
        *(text(f"{weekday}{edge}Time", 13) for weekday in _WEEKDAYS for edge in ("Start", "End")),
    ),
)

HOLIDAY = SObject(
    name="Holiday",
    prefix="0C0",
    label="Holiday",
    plural="Holidays",
    own_fields=(
        text("Name", 80, required=True),
        area("Description", 255),
        day("ActivityDate"),
        checkbox("IsAllDay", default=True),
        checkbox("IsRecurrence"),
    ),
)

ACTIVITY = (TASK, EVENT, EMAIL_MESSAGE, EMAIL_MESSAGE_RELATION, CASE, VOICE_CALL, BUSINESS_HOURS, HOLIDAY)
