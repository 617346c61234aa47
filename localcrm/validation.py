"""What describe promises about a field, enforced on every write, with Salesforce's codes."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from localcrm import ids
from localcrm.errors import ApiError, field_error
from localcrm.fields import NUMERIC, Field, FieldType, Record, SObject, Value
from localcrm.schema import Schema
from localcrm.stamps import parse_date, parse_stamp, stamp
from localcrm.store import Transaction

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\-]+@[A-Za-z0-9](?:[A-Za-z0-9.\-]*[A-Za-z0-9])?\.[A-Za-z]{2,}")
_TEXTUAL = frozenset({FieldType.STRING, FieldType.TEXTAREA, FieldType.EMAIL, FieldType.PHONE, FieldType.URL})


def coerce_body(
    tx: Transaction, schema: Schema, sobject: SObject, body: Mapping[str, Any], *, creating: bool
) -> Record:
    """The changes a body asks for, under canonical field names and in stored form.

    Raises the first refusal as Salesforce words it. Fields that are absent stay absent.
    """
    values: Record = {}
    blocked: list[str] = []
    for name, raw in body.items():
        if name == "attributes":
            continue
        field = sobject.field(name)
        if field is None:
            raise ApiError(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}")
        if field.type is FieldType.ID:
            raise ApiError(400, "INVALID_FIELD", "The Id field should not be specified in the sobject data.")
        if not (field.createable if creating else field.updateable):
            blocked.append(field.name)
            continue
        values[field.name] = coerce(tx, schema, field, raw)
    if blocked:
        raise field_error(
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            f"Unable to create/update fields: {', '.join(blocked)}. Please check the security settings of this field "
            "and verify that it is read/write for your profile or permission set.",
            *blocked,
        )
    return values


def check_required(sobject: SObject, record: Mapping[str, Value]) -> None:
    """`record` is the whole new row, or the changes to an old one."""
    missing = [f.name for f in sobject.own_fields if f.required and f.name in record and record[f.name] is None]
    if missing:
        raise field_error("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", *missing)


def coerce(tx: Transaction, schema: Schema, field: Field, raw: Any) -> Value:
    """One value in stored form. Raises what Salesforce answers where it does not fit the field."""
    if raw is None or raw == "":
        return False if field.type is FieldType.BOOLEAN else None
    if isinstance(raw, list | dict):
        raise _wrong_type(field, raw)
    if field.type is FieldType.BOOLEAN:
        return _boolean(field, raw)
    if field.type in NUMERIC:
        return _number(field, raw)
    if not isinstance(raw, str):
        raise _wrong_type(field, raw)
    if field.type is FieldType.DATE:
        return _date(field, raw)
    if field.type is FieldType.DATETIME:
        moment = parse_stamp(raw)
        if moment is None:
            raise _wrong_type(field, raw)
        return stamp(moment)
    if field.type is FieldType.REFERENCE:
        return _reference(tx, schema, field, raw)
    return _text(field, raw)


def _text(field: Field, raw: str) -> Value:
    # Salesforce trims what it stores; a text of blanks is no text.
    value = raw.strip()
    if not value:
        return None
    if len(value) > field.length:
        shown = value[:40] + ("…" if len(value) > 40 else "")
        raise field_error(
            "STRING_TOO_LONG", f"{field.name}: data value too large: {shown} (max length={field.length})", field.name
        )
    if field.type is FieldType.EMAIL and _EMAIL.fullmatch(value) is None:
        raise field_error("INVALID_EMAIL_ADDRESS", f"{field.name}: invalid email address: {value}", field.name)
    if field.type is FieldType.PICKLIST:
        return _picklist(field, value)
    if field.type is FieldType.MULTIPICKLIST:
        chosen = [str(_picklist(field, part.strip())) for part in value.split(";") if part.strip()]
        ordered = [v for v in field.picklist if v in chosen] + [v for v in chosen if v not in field.picklist]
        return ";".join(dict.fromkeys(ordered)) or None
    return value


def _picklist(field: Field, value: str) -> Value:
    for allowed in field.picklist:
        if allowed.casefold() == value.casefold():
            return allowed
    if field.restricted:
        raise field_error(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"{_label(field)}: bad value for restricted picklist field: {value}",
            field.name,
        )
    return value


def _boolean(field: Field, raw: Any) -> Value:
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and raw.lower() in ("true", "false"):
        return raw.lower() == "true"
    raise _wrong_type(field, raw)


def _number(field: Field, raw: Any) -> Value:
    if isinstance(raw, bool):
        raise _wrong_type(field, raw)
    try:
        value = float(raw)
    except (ValueError, OverflowError):
        raise _wrong_type(field, raw) from None
    if not math.isfinite(value) or abs(value) >= 1e16:
        raise field_error("NUMBER_OUTSIDE_VALID_RANGE", f"{_label(field)}: value outside of valid range", field.name)
    if field.type is FieldType.INT:
        if not value.is_integer():
            raise _wrong_type(field, raw)
        if abs(value) > 2**31 - 1:
            raise field_error(
                "NUMBER_OUTSIDE_VALID_RANGE", f"{_label(field)}: value outside of valid range", field.name
            )
        return round(value)
    return round(value, field.scale)


def _date(field: Field, raw: str) -> Value:
    moment = parse_stamp(raw)
    found = moment.date() if moment is not None else parse_date(raw)
    if found is None:
        raise _wrong_type(field, raw)
    return found.isoformat()


def _reference(tx: Transaction, schema: Schema, field: Field, raw: str) -> Value:
    record_id = ids.to_18(raw.strip())
    if record_id is None:
        raise field_error("MALFORMED_ID", f"{_label(field)}: id value of incorrect type: {raw}", field.name)
    target = schema.of_id(record_id)
    if target is None or target.name not in field.refers:
        raise field_error(
            "FIELD_INTEGRITY_EXCEPTION", f"{_label(field)}: id value of incorrect type: {raw}", field.name
        )
    row = tx.fetch(target, record_id)
    if row is None or row["IsDeleted"]:
        raise field_error("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", field.name)
    return record_id


def _wrong_type(field: Field, raw: Any) -> ApiError:
    kind = "date" if field.type is FieldType.DATE else str(field.type)
    shown = str(raw)[:60]
    return ApiError(
        400, "JSON_PARSER_ERROR", f"Cannot deserialize instance of {kind} from value {shown} for field {field.name}"
    )


def _label(field: Field) -> str:
    return field.label or field.name.removesuffix("__c").replace("_", " ").removesuffix("Id")
