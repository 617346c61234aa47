"""Which fields are read. Standard ones exist in every org; the `__c` ones come with our Salesforce metadata.

An org that lacks a field, or wants another one read, passes its own `ReadFields`.
"""

from collections.abc import Iterable, Mapping

from domain.model import Value
from domain.playbook import Playbook

LEDGER = "Agent_Write__c"
LEDGER_KEY = "External_Key__c"
RECORD_KEY = "Agent_Write_Key__c"
"""On Lead and Task: which write created the record."""

SYSTEM = ("Id", "SystemModstamp")
VOLATILE = frozenset({"SystemModstamp", "LastModifiedDate", "LastModifiedById", "LastActivityDate", "IsUnreadByOwner"})
"""Move by themselves; never part of an image or a side effect."""

LEAD = (
    *("FirstName", "LastName", "Company", "Title", "Email", "Phone", "MobilePhone", "Website", "Status", "LeadSource"),
    *("Rating", "Industry", "AnnualRevenue", "NumberOfEmployees", "City", "State", "PostalCode", "Country"),
    *("Description", "OwnerId", "HasOptedOutOfEmail", "DoNotCall", "EmailBouncedReason"),
    *("EmailBouncedDate", "IndividualId"),
    *("IsConverted", "ConvertedAccountId", "ConvertedContactId", "ConvertedOpportunityId"),
    *("IsDeleted", "MasterRecordId", "CreatedDate", "LastModifiedById"),
    *("Product_Interest__c", "Lead_Summary__c", "Agent_Score__c", "Agent_Band__c", "Preferred_Language__c"),
)
LEAD_PARENTS = ("Owner.Name", "Owner.Type")
CONTACT = (
    *("FirstName", "LastName", "Title", "Email", "Phone", "MobilePhone", "MailingCountry"),
    *("AccountId", "OwnerId", "IndividualId", "IsDeleted", "MasterRecordId"),
    *("HasOptedOutOfEmail", "DoNotCall", "EmailBouncedReason", "EmailBouncedDate", "Preferred_Language__c"),
)
ACCOUNT = (
    *("Name", "Website", "Type", "Industry", "AnnualRevenue", "NumberOfEmployees", "OwnerId", "ParentId"),
    *("BillingCity", "BillingState", "BillingPostalCode", "BillingCountry", "Strategic__c", "Segment__c", "Partner__c"),
)
OPPORTUNITY = (
    *("Name", "AccountId", "OwnerId", "StageName", "Amount", "CloseDate", "IsClosed"),
    *("Probability", "ForecastCategoryName"),
)
INDIVIDUAL = ("HasOptedOutSolicit", "HasOptedOutProcessing", "HasOptedOutProfiling", "ShouldForget")
CONSENT = (
    *("PartyId", "ContactPointType", "PrivacyConsentStatus", "CaptureDate", "CaptureSource"),
    *("EffectiveFrom", "EffectiveTo"),
)
POINT_CONSENT = (
    *("ContactPointId", "PrivacyConsentStatus", "CaptureDate", "CaptureSource", "EffectiveFrom", "EffectiveTo"),
)
"""Consent for one address or number; which kind it is says the query."""
TASK = (
    *("Subject", "Status", "Priority", "ActivityDate", "WhoId", "WhatId", "OwnerId", "TaskSubtype", "IsClosed"),
    *("CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById"),
)
EVENT = (
    *("Subject", "StartDateTime", "ActivityDate", "WhoId", "WhatId", "OwnerId"),
    *("CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById"),
)
EMAIL = (
    *("Subject", "Incoming", "MessageDate", "Status", "RelatedToId"),
    *("CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById"),
)
CASE = (
    *("CaseNumber", "Subject", "Status", "Description", "AccountId", "ContactId", "IsClosed"),
    *("CreatedDate", "LastModifiedDate"),
)
VOICE_CALL = ("CallType", "CallStartDateTime", "CallDurationInSeconds", "RelatedRecordId", "CreatedDate")
USER = (
    *("Name", "FirstName", "LastName", "Alias", "Username", "Email", "Title", "IsActive", "UserType", "ManagerId"),
    *("TimeZoneSidKey", "LanguageLocaleKey", "Team__c", "Languages__c"),
)
QUEUE = ("Name", "DeveloperName", "Type")


OF_PEOPLE = ("Individual", "ContactPointTypeConsent")
"""Who stands behind leads and contacts, and what they refused. Not every org keeps them."""


class ReadFields(Value):
    """Per object the fields to read. `Id` and `SystemModstamp` are always read."""

    unkept: tuple[str, ...] = ()
    """Objects left out on the playbook's word that the org has none of them; it is held to that."""

    by_object: dict[str, tuple[str, ...]] = {
        "Lead": LEAD,
        "Contact": CONTACT,
        "Account": ACCOUNT,
        "Opportunity": OPPORTUNITY,
        "Individual": INDIVIDUAL,
        "ContactPointTypeConsent": CONSENT,
        "ContactPointConsent": POINT_CONSENT,
        "Task": TASK,
        "Event": EVENT,
        "EmailMessage": EMAIL,
        "Case": CASE,
        "VoiceCall": VOICE_CALL,
        "User": USER,
        "Group": QUEUE,
    }

    def of(self, object_name: str, extra: Iterable[str] = ()) -> tuple[str, ...]:
        """Without repetition, in a stable order."""
        return tuple(dict.fromkeys((*SYSTEM, *self.by_object.get(object_name, ()), *extra)))

    def behind(self, object_name: str) -> tuple[str, ...]:
        """What is read of the person behind a lead or contact; nothing where the org keeps nobody there."""
        if "IndividualId" not in self.of(object_name):
            return ()
        return tuple(f"Individual.{name}" for name in self.by_object.get("Individual", ()))

    def with_extra(self, extra: Mapping[str, Iterable[str]]) -> "ReadFields":
        """The same plus what else may be touched, such as the playbook's allow-list."""
        merged = dict(self.by_object)
        for name, fields in extra.items():
            merged[name] = tuple(dict.fromkeys((*merged.get(name, ()), *sorted(fields))))
        return self.model_copy(update={"by_object": merged})

    def without_people(self) -> "ReadFields":
        """The same for an org that keeps nobody beside its leads and contacts."""
        kept = {
            name: tuple(field for field in fields if field != "IndividualId")
            for name, fields in self.by_object.items()
            if name not in OF_PEOPLE
        }
        return ReadFields(by_object=kept, unkept=OF_PEOPLE)


def usual_fields(playbook: Playbook) -> ReadFields:
    """What is read of every record of an org that this playbook is for."""
    return ReadFields() if playbook.consent.keeps_individuals else ReadFields().without_people()
