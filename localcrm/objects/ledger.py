"""The ledger of countersigned writes, as it is deployed to a real org."""

from __future__ import annotations

from localcrm.fields import SObject, area, picklist, reference, text

AGENT_WRITE = SObject(
    name="Agent_Write__c",
    prefix="a00",
    label="Agent Write",
    plural="Agent Writes",
    own_fields=(
        text("Name", 80, createable=False, updateable=False),
        reference("OwnerId", "User", "Group"),
        text("External_Key__c", 64, external_id=True, unique=True, required=True),
        text("Digest__c", 64),
        text("Decision_Id__c", 255),
        text("Case_Id__c", 255),
        text("Agent_Version__c", 255),
        text("Approver__c", 255),
        area("Sources__c", 32768),
        area("Before__c", 131072),
        area("After__c", 131072),
        area("How_To_Reverse__c", 32768),
        picklist("Kind__c", ("write", "undo", "rejection"), restricted=True),
        text("Target_Id__c", 18),
    ),
)

LEDGER = (AGENT_WRITE,)
