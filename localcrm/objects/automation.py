"""What an org does by itself, as it tells about it: flows, triggers, assignment, duplicate and validation rules.

Rows only describe: the embedded CRM runs its own assignment and duplicate rule (`org_rules`) and those flows that a
test asks for. Sources: Object Reference (FlowDefinitionView, ApexTrigger, AssignmentRule, DuplicateRule) and Tooling
API (ValidationRule, EntityDefinition).
"""

from __future__ import annotations

from typing import Any

from localcrm.fields import SObject, area, checkbox, picklist, reference, text

_DESCRIBES: dict[str, Any] = {"createable": False, "updateable": False, "deletable": False}

FLOW = SObject(
    name="FlowDefinitionView",
    prefix="3dd",
    label="Flow Definition",
    plural="Flow Definitions",
    own_fields=(
        text("ApiName", 80),
        text("Label", 255),
        text("ProcessType", 40),
        text("TriggerType", 40),
        text("RecordTriggerType", 40),
        text("TriggerObjectOrEventLabel", 255),
        text("TriggerObjectOrEventId", 255),
        checkbox("IsActive"),
    ),
    **_DESCRIBES,
)

TRIGGER = SObject(
    name="ApexTrigger",
    prefix="01q",
    label="Apex Trigger",
    plural="Apex Triggers",
    own_fields=(
        text("Name", 255),
        text("TableEnumOrId", 80),
        picklist("Status", ("Active", "Inactive", "Deleted")),
        *(checkbox(f"Usage{when}{what}") for when in ("Before", "After") for what in ("Insert", "Update", "Delete")),
    ),
    **_DESCRIBES,
)

ASSIGNMENT_RULE = SObject(
    name="AssignmentRule",
    prefix="01Y",
    label="Assignment Rule",
    plural="Assignment Rules",
    own_fields=(text("Name", 120), text("SobjectType", 40), checkbox("Active")),
    **_DESCRIBES,
)

DUPLICATE_RULE = SObject(
    name="DuplicateRule",
    prefix="0Bm",
    label="Duplicate Rule",
    plural="Duplicate Rules",
    own_fields=(
        text("DeveloperName", 80),
        text("MasterLabel", 80),
        text("SobjectType", 40),
        checkbox("IsActive"),
    ),
    **_DESCRIBES,
)

ENTITY_DEFINITION = SObject(
    name="EntityDefinition",
    prefix="4ie",
    label="Entity Definition",
    plural="Entity Definitions",
    own_fields=(text("QualifiedApiName", 80), text("DeveloperName", 80)),
    **_DESCRIBES,
)

VALIDATION_RULE = SObject(
    name="ValidationRule",
    prefix="03d",
    label="Validation Rule",
    plural="Validation Rules",
    own_fields=(
        text("ValidationName", 40),
        reference("EntityDefinitionId", "EntityDefinition"),
        area("ErrorMessage", 255),
        text("ErrorDisplayField", 80),
        checkbox("Active"),
    ),
    **_DESCRIBES,
)

AUTOMATION = (FLOW, TRIGGER, ASSIGNMENT_RULE, DUPLICATE_RULE)
TOOLING = (ENTITY_DEFINITION, VALIDATION_RULE)
"""Answered by the Tooling API alone."""
