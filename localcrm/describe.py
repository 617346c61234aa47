"""What the describe resources tell about the declared objects."""

from __future__ import annotations

from typing import Any

from localcrm.fields import IDENTIFIER, NUMERIC, Field, FieldType, SObject
from localcrm.schema import Schema

_SOAP = {
    FieldType.ID: "tns:ID",
    FieldType.REFERENCE: "tns:ID",
    FieldType.BOOLEAN: "xsd:boolean",
    FieldType.INT: "xsd:int",
    FieldType.DATE: "xsd:date",
    FieldType.DATETIME: "xsd:dateTime",
}


def brief(sobject: SObject, version: str, *, writes: bool) -> dict[str, Any]:
    """`writes` is what the caller may do: describe tells each user its own rights."""
    base = f"/services/data/v{version}/sobjects/{sobject.name}"
    label = sobject.label or sobject.name
    return {
        "name": sobject.name,
        "label": label,
        "labelPlural": sobject.plural or label,
        "keyPrefix": sobject.prefix,
        "custom": sobject.custom,
        "createable": sobject.createable and writes,
        "updateable": sobject.updateable and writes,
        "deletable": sobject.deletable and writes,
        "undeletable": sobject.deletable and writes,
        "queryable": True,
        "retrieveable": True,
        "searchable": False,
        "mergeable": sobject.name in ("Account", "Contact", "Lead"),
        "replicateable": True,
        "layoutable": True,
        "triggerable": True,
        "feedEnabled": False,
        "customSetting": False,
        "deprecatedAndHidden": False,
        "urls": {"sobject": base, "describe": f"{base}/describe", "rowTemplate": base + "/{ID}"},
    }


def every(schema: Schema, version: str, *, writes: bool) -> dict[str, Any]:
    told = [brief(sobject, version, writes=writes) for sobject in schema]
    return {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": told}


def full(schema: Schema, sobject: SObject, version: str, *, writes: bool) -> dict[str, Any]:
    children = [
        {
            "childSObject": relation.child.name,
            "field": relation.field.name,
            "relationshipName": relation.name,
            "cascadeDelete": relation.field.cascade,
            "deprecatedAndHidden": False,
            "restrictedDelete": False,
        }
        for relation in schema.children(sobject)
    ]
    return {
        **brief(sobject, version, writes=writes),
        "fields": [describe_field(sobject, f, writes=writes) for f in sobject.fields],
        "childRelationships": children,
        "recordTypeInfos": [],
        "supportedScopes": [{"label": f"All {sobject.plural}", "name": "everything"}],
    }


def describe_field(sobject: SObject, field: Field, *, writes: bool) -> dict[str, Any]:
    boolean = field.type is FieldType.BOOLEAN
    numeric = field.type in NUMERIC
    name_field = sobject.name_field is not None and sobject.name_field.name == field.name
    defaulted = boolean or field.default is not None or field.name == "OwnerId"
    system = not field.createable and not field.updateable
    return {
        "name": field.name,
        "label": field.label or field.name.removesuffix("__c").replace("_", " "),
        "type": str(field.type),
        "soapType": _SOAP.get(field.type, "xsd:double" if numeric else "xsd:string"),
        "length": field.length,
        "byteLength": field.length * 3,
        "precision": 18 if numeric and field.type is not FieldType.INT else 0,
        "digits": 9 if field.type is FieldType.INT else 0,
        "scale": field.scale,
        "nillable": not (field.required or boolean or field.type is FieldType.ID or field.name in _NEVER_EMPTY),
        "createable": field.createable and sobject.createable and writes,
        "updateable": field.updateable and sobject.updateable and writes,
        "defaultedOnCreate": defaulted or system,
        "defaultValue": field.default if boolean or field.picklist == () else None,
        "custom": field.custom,
        "calculated": False,
        "autoNumber": False,
        "externalId": field.external_id,
        "unique": field.unique,
        "idLookup": field.external_id or field.type is FieldType.ID,
        "caseSensitive": False,
        "nameField": name_field,
        "filterable": not field.is_long_text,
        "sortable": field.sortable,
        "groupable": field.groupable,
        "aggregatable": field.aggregatable,
        "permissionable": (field.createable or field.updateable) and not field.required and field.name != "OwnerId",
        "polymorphicForeignKey": field.polymorphic,
        "referenceTo": list(field.refers),
        "relationshipName": field.parent if field.type in IDENTIFIER else None,
        "cascadeDelete": field.cascade,
        "restrictedPicklist": field.restricted,
        "picklistValues": [
            {"active": True, "defaultValue": value == field.default, "label": value, "validFor": None, "value": value}
            for value in field.picklist
        ],
        "htmlFormatted": False,
        "encrypted": False,
        "deprecatedAndHidden": False,
        "inlineHelpText": None,
    }


_NEVER_EMPTY = frozenset({"CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp"})
