"""How a query is refused: code, and the place in the shape Salesforce prints it."""

from __future__ import annotations

from localcrm.errors import ApiError
from localcrm.soql.tree import Place


def at(place: Place, message: str, code: str = "MALFORMED_QUERY") -> ApiError:
    return ApiError(400, code, f"ERROR at Row:{place.line}:Column:{place.column}\n{message}")


def no_such_column(place: Place, column: str, entity: str) -> ApiError:
    return at(
        place,
        f"No such column '{column}' on entity '{entity}'. If you are attempting to use a custom field, be sure to "
        "append the '__c' after the custom field name. Please reference your WSDL or the describe call for the "
        "appropriate names.",
        "INVALID_FIELD",
    )


def no_such_relation(place: Place, relation: str) -> ApiError:
    return at(
        place,
        f"Didn't understand relationship '{relation}' in field path. If you are attempting to use a custom "
        "relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or "
        "the describe call for the appropriate names.",
        "INVALID_FIELD",
    )


def too_complicated(message: str) -> ApiError:
    return ApiError(400, "QUERY_TOO_COMPLICATED", message)
