"""Accounts, contacts, leads and opportunities, with the custom fields of the sample seller."""

from __future__ import annotations

from typing import NamedTuple

from localcrm.fields import (
    READ_ONLY,
    Field,
    FieldType,
    SObject,
    area,
    checkbox,
    day,
    email,
    moment,
    number,
    phone,
    picklist,
    reference,
    text,
    url,
)

PRODUCTS = ("Route planning", "Fleet tracking", "Depot management", "Analytics")
SEGMENTS = ("SMB", "Mid-Market", "Enterprise")
INDUSTRIES = (
    "Agriculture",
    "Apparel",
    "Banking",
    "Biotechnology",
    "Chemicals",
    "Communications",
    "Construction",
    "Consulting",
    "Education",
    "Electronics",
    "Energy",
    "Engineering",
    "Entertainment",
    "Environmental",
    "Finance",
    "Food & Beverage",
    "Government",
    "Healthcare",
    "Hospitality",
    "Insurance",
    "Machinery",
    "Manufacturing",
    "Media",
    "Not For Profit",
    "Recreation",
    "Retail",
    "Shipping",
    "Technology",
    "Telecommunications",
    "Transportation",
    "Utilities",
    "Other",
)
LEAD_STATUSES = ("Open - Not Contacted", "Working - Contacted", "Closed - Converted", "Closed - Not Converted")
LEAD_SOURCES = (
    "Web",
    "Phone Inquiry",
    "Partner Referral",
    "Purchased List",
    "Trade Show",
    "Customer Referral",
    "Other",
)
RATINGS = ("Hot", "Warm", "Cold")
FORECASTS = ("Omitted", "Pipeline", "Best Case", "Commit", "Closed")


class Stage(NamedTuple):
    """A deal that comes to the stage gets its `probability` (percent) and `forecast`, unless it brings others."""

    name: str
    probability: int
    forecast: str = "Pipeline"
    closed: bool = False
    won: bool = False


STAGES = (
    Stage("Prospecting", 10),
    Stage("Qualification", 20),
    Stage("Needs Analysis", 35),
    Stage("Proposal/Price Quote", 60, "Best Case"),
    Stage("Negotiation/Review", 80, "Commit"),
    Stage("Closed Won", 100, "Closed", closed=True, won=True),
    Stage("Closed Lost", 0, "Omitted", closed=True),
)


def _address(prefix: str) -> tuple[Field, ...]:
    return (
        area(f"{prefix}Street", 255),
        text(f"{prefix}City", 40),
        text(f"{prefix}State", 80),
        text(f"{prefix}PostalCode", 20),
        text(f"{prefix}Country", 80),
    )


ACCOUNT = SObject(
    name="Account",
    prefix="001",
    label="Account",
    plural="Accounts",
    own_fields=(
        text("Name", 255, required=True),
        reference("ParentId", "Account", child="ChildAccounts"),
        reference("OwnerId", "User"),
        picklist("Type", ("Prospect", "Customer", "Partner", "Competitor", "Other")),
        picklist("Industry", INDUSTRIES),
        url(),
        phone(),
        number("AnnualRevenue", FieldType.CURRENCY),
        number("NumberOfEmployees", FieldType.INT),
        *_address("Billing"),
        area("Description", 32000),
        text("AccountNumber", 40),
        day("LastActivityDate", **READ_ONLY),
        reference("MasterRecordId", "Account", **READ_ONLY),
        checkbox("Strategic__c"),
        picklist("Segment__c", SEGMENTS, restricted=True),
        checkbox("Partner__c"),
        Field("Products_Owned__c", FieldType.MULTIPICKLIST, length=4099, picklist=PRODUCTS, restricted=True),
    ),
    tracked=frozenset({"OwnerId"}),
)

CONTACT = SObject(
    name="Contact",
    prefix="003",
    label="Contact",
    plural="Contacts",
    own_fields=(
        text("FirstName", 40),
        text("LastName", 80, required=True),
        text("Name", 121, **READ_ONLY),
        reference("AccountId", "Account", child="Contacts", cascade=True),
        reference("OwnerId", "User"),
        reference("ReportsToId", "Contact"),
        reference("IndividualId", "Individual", child="Contacts"),
        text("Title", 128),
        text("Department", 80),
        email(),
        phone(),
        phone("MobilePhone"),
        *_address("Mailing"),
        picklist("LeadSource", LEAD_SOURCES),
        area("Description", 32000),
        checkbox("HasOptedOutOfEmail"),
        checkbox("DoNotCall"),
        text("EmailBouncedReason", 255),
        moment("EmailBouncedDate"),
        day("LastActivityDate", **READ_ONLY),
        reference("MasterRecordId", "Contact", **READ_ONLY),
        text("Agent_Write_Key__c", 64, external_id=True),
        text("Preferred_Language__c", 5),
    ),
)

LEAD = SObject(
    name="Lead",
    prefix="00Q",
    label="Lead",
    plural="Leads",
    own_fields=(
        text("FirstName", 40),
        text("LastName", 80, required=True),
        text("Name", 121, **READ_ONLY),
        text("Company", 255, required=True),
        text("Title", 128),
        email(),
        phone(),
        phone("MobilePhone"),
        url(),
        # Restricted here, so that a client which invents a status is told at once.
        picklist("Status", LEAD_STATUSES, restricted=True, default=LEAD_STATUSES[0], required=True),
        picklist("LeadSource", LEAD_SOURCES),
        picklist("Rating", RATINGS),
        picklist("Industry", INDUSTRIES),
        number("AnnualRevenue", FieldType.CURRENCY),
        number("NumberOfEmployees", FieldType.INT),
        *_address(""),
        area("Description", 32000),
        reference("OwnerId", "User", "Group"),
        reference("IndividualId", "Individual", child="Leads"),
        checkbox("HasOptedOutOfEmail"),
        checkbox("DoNotCall"),
        text("EmailBouncedReason", 255),
        moment("EmailBouncedDate"),
        checkbox("IsUnreadByOwner", default=True),
        checkbox("IsConverted", **READ_ONLY),
        reference("ConvertedAccountId", "Account", **READ_ONLY),
        reference("ConvertedContactId", "Contact", **READ_ONLY),
        reference("ConvertedOpportunityId", "Opportunity", **READ_ONLY),
        day("ConvertedDate", **READ_ONLY),
        day("LastActivityDate", **READ_ONLY),
        reference("MasterRecordId", "Lead", **READ_ONLY),
        text("Agent_Write_Key__c", 64, external_id=True),
        picklist("Product_Interest__c", PRODUCTS, restricted=True),
        area("Lead_Summary__c", 32000),
        number("Agent_Score__c"),
        text("Agent_Band__c", 1),
        text("Preferred_Language__c", 5),
    ),
    tracked=frozenset({"OwnerId", "Status", "Rating", "Email", "Company", "HasOptedOutOfEmail", "DoNotCall"}),
)

LEAD_HISTORY = SObject(
    name="LeadHistory",
    prefix="017",
    label="Lead History",
    plural="Lead History",
    createable=False,
    updateable=False,
    deletable=False,
    own_fields=(
        reference("LeadId", "Lead", child="Histories", cascade=True),
        text("Field", 80),
        text("DataType", 40),
        text("OldValue", 255),
        text("NewValue", 255),
    ),
)

LEAD_STATUS = SObject(
    name="LeadStatus",
    prefix="01J",
    label="Lead Status Value",
    plural="Lead Status Values",
    createable=False,
    updateable=False,
    deletable=False,
    own_fields=(
        text("MasterLabel", 255),
        text("ApiName", 255),
        number("SortOrder", FieldType.INT),
        checkbox("IsDefault"),
        checkbox("IsConverted"),
    ),
)

OPPORTUNITY = SObject(
    name="Opportunity",
    prefix="006",
    label="Opportunity",
    plural="Opportunities",
    own_fields=(
        text("Name", 120, required=True),
        reference("AccountId", "Account", child="Opportunities", cascade=True),
        reference("ContactId", "Contact", child="Opportunities", updateable=False),
        reference("OwnerId", "User"),
        picklist("StageName", (stage.name for stage in STAGES), restricted=True, required=True),
        day("CloseDate", required=True),
        number("Amount", FieldType.CURRENCY, scale=2),
        number("Probability", FieldType.PERCENT),
        picklist("ForecastCategoryName", FORECASTS, restricted=True),
        picklist("Type", ("New Customer", "Existing Customer - Upgrade", "Existing Customer - Replacement")),
        picklist("LeadSource", LEAD_SOURCES),
        text("NextStep", 255),
        area("Description", 32000),
        checkbox("IsClosed", **READ_ONLY),
        checkbox("IsWon", **READ_ONLY),
        day("LastActivityDate", **READ_ONLY),
        moment("LastStageChangeDate", **READ_ONLY),
        picklist("Product_Interest__c", PRODUCTS, restricted=True),
    ),
)

OPPORTUNITY_STAGE = SObject(
    name="OpportunityStage",
    prefix="01Q",
    label="Opportunity Stage",
    plural="Opportunity Stages",
    createable=False,
    updateable=False,
    deletable=False,
    own_fields=(
        text("MasterLabel", 255),
        text("ApiName", 255),
        number("SortOrder", FieldType.INT),
        number("DefaultProbability", FieldType.PERCENT),
        picklist("ForecastCategoryName", FORECASTS, restricted=True),
        checkbox("IsActive"),
        checkbox("IsClosed"),
        checkbox("IsWon"),
    ),
)

SALES = (ACCOUNT, CONTACT, LEAD, LEAD_HISTORY, LEAD_STATUS, OPPORTUNITY, OPPORTUNITY_STAGE)
