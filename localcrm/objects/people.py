"""The organisation, its users and queues, and the people whose consent is kept."""

from __future__ import annotations

from localcrm.fields import READ_ONLY, SObject, area, checkbox, email, moment, number, phone, picklist, reference, text

TEAMS = ("EMEA mid-market", "Enterprise", "North America", "Partner desk", "Management", "Operations")

GROUP_TYPES = (
    *("Regular", "Queue", "Role", "RoleAndSubordinates", "RoleAndSubordinatesInternal"),
    *("Territory", "TerritoryAndSubordinates"),
)

USER_ROLE = SObject(
    name="UserRole",
    prefix="00E",
    label="Role",
    plural="Roles",
    own_fields=(
        text("Name", 80, required=True),
        text("DeveloperName", 80),
        reference("ParentRoleId", "UserRole"),
    ),
)

TERRITORY_MODEL = SObject(
    name="Territory2Model",
    prefix="0MA",
    label="Territory Model",
    plural="Territory Models",
    own_fields=(
        text("Name", 80, required=True),
        picklist("State", ("Planning", "Active", "Archived"), restricted=True, default="Planning"),
    ),
)

TERRITORY = SObject(
    name="Territory2",
    prefix="0MI",
    label="Territory",
    plural="Territories",
    own_fields=(
        text("Name", 80, required=True),
        text("DeveloperName", 80),
        reference("Territory2ModelId", "Territory2Model", required=True),
        reference("ParentTerritory2Id", "Territory2"),
    ),
)

USER_TERRITORY = SObject(
    name="UserTerritory2Association",
    prefix="0MN",
    label="User Territory Association",
    plural="User Territory Associations",
    own_fields=(
        reference("UserId", "User", required=True),
        reference("Territory2Id", "Territory2", required=True, child="UserTerritory2Associations", cascade=True),
        checkbox("IsActive", default=True),
        text("RoleInTerritory2", 40),
    ),
)

TERRITORY_RULE = SObject(
    name="RuleTerritory2Association",
    prefix="0MR",
    label="Rule Territory Association",
    plural="Rule Territory Associations",
    own_fields=(
        text("RuleId", 18),
        reference("Territory2Id", "Territory2", required=True),
    ),
)

OBJECT_TERRITORY = SObject(
    name="ObjectTerritory2Association",
    prefix="0MS",
    label="Object Territory Association",
    plural="Object Territory Associations",
    own_fields=(
        reference("ObjectId", "Account", required=True, child="ObjectTerritory2Associations", cascade=True),
        reference("Territory2Id", "Territory2", required=True),
        picklist("AssociationCause", ("Territory2Manual", "Territory2AssignmentRule"), default="Territory2Manual"),
    ),
)

ORGANIZATION = SObject(
    name="Organization",
    prefix="00D",
    label="Organization",
    plural="Organizations",
    createable=False,
    deletable=False,
    own_fields=(
        text("Name", 80, required=True),
        text("OrganizationType", 40, **READ_ONLY),
        checkbox("IsSandbox", **READ_ONLY),
        text("InstanceName", 5, **READ_ONLY),
        text("NamespacePrefix", 15, **READ_ONLY),
        text("Country", 80),
        text("DefaultLocaleSidKey", 40),
        text("LanguageLocaleKey", 40),
        text("TimeZoneSidKey", 40),
        number("FiscalYearStartMonth", default=1),
        moment("TrialExpirationDate", **READ_ONLY),
    ),
)

USER = SObject(
    name="User",
    prefix="005",
    label="User",
    plural="Users",
    deletable=False,
    own_fields=(
        text("Username", 80, required=True),
        text("FirstName", 40),
        text("LastName", 80, required=True),
        text("Name", 121, **READ_ONLY),
        text("Alias", 8),
        email(required=True),
        text("Title", 80),
        text("Department", 80),
        phone(),
        checkbox("IsActive", default=True),
        picklist("UserType", ("Standard", "AutomatedProcess"), default="Standard", **READ_ONLY),
        reference("ManagerId", "User"),
        reference("UserRoleId", "UserRole"),
        text("LanguageLocaleKey", 40, default="en_US"),
        text("LocaleSidKey", 40, default="en_GB"),
        text("TimeZoneSidKey", 40, default="Europe/Madrid"),
        text("FederationIdentifier", 512),
        picklist("Team__c", TEAMS, restricted=True),
        text("Languages__c", 40),
    ),
)

GROUP = SObject(
    name="Group",
    prefix="00G",
    label="Group",
    plural="Groups",
    own_fields=(
        text("Name", 40, required=True),
        text("DeveloperName", 80),
        picklist("Type", GROUP_TYPES, restricted=True, default="Regular", updateable=False),
        # The role or territory that such a group stands for.
        reference("RelatedId", "UserRole", "Territory2", updateable=False),
        email(),
        checkbox("DoesSendEmailToMembers"),
    ),
)

GROUP_MEMBER = SObject(
    name="GroupMember",
    prefix="011",
    label="Group Member",
    plural="Group Members",
    updateable=False,
    own_fields=(
        reference("GroupId", "Group", required=True, child="GroupMembers", cascade=True),
        reference("UserOrGroupId", "User", "Group", required=True),
    ),
)

INDIVIDUAL = SObject(
    name="Individual",
    prefix="0PK",
    label="Individual",
    plural="Individuals",
    own_fields=(
        text("FirstName", 40),
        text("LastName", 80, required=True),
        text("Name", 121, **READ_ONLY),
        reference("OwnerId", "User"),
        checkbox("HasOptedOutSolicit"),
        checkbox("HasOptedOutProcessing"),
        checkbox("HasOptedOutProfiling"),
        checkbox("HasOptedOutTracking"),
        checkbox("ShouldForget"),
        checkbox("SendIndividualData"),
    ),
)

CONTACT_POINT_TYPE_CONSENT = SObject(
    name="ContactPointTypeConsent",
    prefix="0ZX",
    label="Contact Point Type Consent",
    plural="Contact Point Type Consents",
    own_fields=(
        text("Name", 255, required=True),
        reference("PartyId", "Individual", required=True, child="ContactPointTypeConsents", cascade=True),
        reference("OwnerId", "User"),
        picklist("ContactPointType", ("Email", "Phone", "MailingAddress", "Social", "Web"), restricted=True),
        picklist("PrivacyConsentStatus", ("Seen", "NotSeen", "OptIn", "OptOut"), restricted=True),
        moment("CaptureDate"),
        text("CaptureSource", 255),
        text("CaptureContactPointType", 40),
        moment("EffectiveFrom"),
        moment("EffectiveTo"),
        area("Description", 255),
    ),
)

CONTACT_POINT_EMAIL = SObject(
    name="ContactPointEmail",
    prefix="9Vl",
    label="Contact Point Email",
    plural="Contact Point Emails",
    own_fields=(
        reference("ParentId", "Individual", "Account", child="ContactPointEmails", cascade=True),
        reference("OwnerId", "User"),
        email("EmailAddress", required=True),
        checkbox("IsPrimary"),
    ),
)

CONTACT_POINT_CONSENT = SObject(
    name="ContactPointConsent",
    prefix="0ZY",
    label="Contact Point Consent",
    plural="Contact Point Consents",
    own_fields=(
        text("Name", 255, required=True),
        reference("ContactPointId", "ContactPointEmail", required=True, child="ContactPointConsents", cascade=True),
        reference("OwnerId", "User"),
        picklist("PrivacyConsentStatus", ("Seen", "NotSeen", "OptIn", "OptOut"), restricted=True),
        moment("CaptureDate"),
        text("CaptureSource", 255),
        text("CaptureContactPointType", 40),
        moment("EffectiveFrom"),
        moment("EffectiveTo"),
    ),
)

PEOPLE = (
    *(ORGANIZATION, USER_ROLE, USER, TERRITORY_MODEL, TERRITORY, USER_TERRITORY, TERRITORY_RULE),
    OBJECT_TERRITORY,
    *(GROUP, GROUP_MEMBER, INDIVIDUAL),
    *(CONTACT_POINT_TYPE_CONSENT, CONTACT_POINT_EMAIL, CONTACT_POINT_CONSENT),
)
