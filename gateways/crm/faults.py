"""What the CRM's error answers mean to us. One table, used for whole calls and for composite parts."""

from collections.abc import Sequence
from typing import Any

import requests
from simple_salesforce.exceptions import SalesforceError

from domain.errors import CrmError, ErrorCode, FieldRefused
from domain.model import Value

_BY_ERROR_CODE = {
    "REQUEST_LIMIT_EXCEEDED": ErrorCode.CRM_RATE_LIMITED,
    "CONCURRENT_REQUEST_LIMIT_EXCEEDED": ErrorCode.CRM_RATE_LIMITED,
    "UNABLE_TO_LOCK_ROW": ErrorCode.CRM_LOCKED,
    "SERVER_UNAVAILABLE": ErrorCode.CRM_UNAVAILABLE,
    "UNKNOWN_EXCEPTION": ErrorCode.CRM_UNAVAILABLE,
    "INVALID_SESSION_ID": ErrorCode.CRM_UNAUTHORISED,
    "INSUFFICIENT_ACCESS_OR_READONLY": ErrorCode.CRM_FORBIDDEN,
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": ErrorCode.CRM_FORBIDDEN,
    "API_DISABLED_FOR_ORG": ErrorCode.CRM_FORBIDDEN,
    # The org lacks the field or object, or hides it from the integration user: set-up, not traffic.
    "INVALID_FIELD": ErrorCode.CRM_FORBIDDEN,
    "INVALID_TYPE": ErrorCode.CRM_FORBIDDEN,
    "MALFORMED_QUERY": ErrorCode.CRM_PROTOCOL,
    "MALFORMED_ID": ErrorCode.CRM_PROTOCOL,
    # A value of the wrong shape: sending it again changes nothing.
    "JSON_PARSER_ERROR": ErrorCode.CRM_REFUSED_VALUE,
    "NOT_FOUND": ErrorCode.CRM_RECORD_MISSING,
    "ENTITY_IS_DELETED": ErrorCode.CRM_RECORD_MISSING,
    "DUPLICATES_DETECTED": ErrorCode.CRM_DUPLICATE_RULE,
}


class Fault(Value):
    """One error item of an answer, as the CRM words it."""

    status: int
    code: str
    message: str
    fields: tuple[str, ...] = ()


def faults_in(status: int, body: Any) -> tuple[Fault, ...]:
    """The error items of a body, however malformed; at least one."""
    items = body if isinstance(body, list) else [body]
    found = [
        Fault(
            status=status,
            code=str(item.get("errorCode") or item.get("statusCode") or ""),
            message=str(item.get("message") or ""),
            fields=tuple(str(f) for f in item.get("fields") or ()),
        )
        for item in items
        if isinstance(item, dict)
    ]
    return tuple(found) or (Fault(status=status, code="", message=""),)


def error_for(faults: Sequence[Fault]) -> CrmError:
    """The domain error of a refused call; the first item decides."""
    first = faults[0]
    detail = "; ".join(f"{f.code}: {f.message}" for f in faults)
    code = code_for(first)
    if code in (ErrorCode.CRM_REFUSED_VALUE, ErrorCode.CRM_DUPLICATE_RULE):
        fields = tuple(dict.fromkeys(name for f in faults for name in f.fields))
        return FieldRefused(detail, fields=fields, code=code)
    return CrmError(detail, code=code)


def code_for(fault: Fault) -> ErrorCode:
    known = _BY_ERROR_CODE.get(fault.code)
    if known is not None:
        return known
    match fault.status:
        case 401:
            return ErrorCode.CRM_UNAUTHORISED
        case 403:
            return ErrorCode.CRM_FORBIDDEN
        case 404:
            return ErrorCode.CRM_RECORD_MISSING
        case 412:
            return ErrorCode.CRM_CONFLICT
        case 429:
            return ErrorCode.CRM_RATE_LIMITED
        case 400:
            return ErrorCode.CRM_REFUSED_VALUE
        case status if status >= 500:
            return ErrorCode.CRM_UNAVAILABLE
        case _:
            return ErrorCode.CRM_PROTOCOL


def from_call(failure: SalesforceError) -> CrmError:
    return error_for(faults_in(failure.status, failure.content))


def from_wire(failure: requests.RequestException) -> CrmError:
    """No usable answer. Whether the CRM did what was asked is unknown."""
    if isinstance(failure, requests.exceptions.InvalidJSONError):
        return CrmError("the CRM's answer is no JSON", code=ErrorCode.CRM_PROTOCOL)
    return CrmError(f"no answer from the CRM: {type(failure).__name__}", code=ErrorCode.CRM_UNAVAILABLE)
