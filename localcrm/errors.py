"""Salesforce error answers: one exception, carrying what the REST body shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class ApiError(Exception):
    """A refused call. `status` is the HTTP status, `code` the Salesforce errorCode.

    `fields` is shown only where Salesforce shows it (field errors on writes). `extra` is merged
    into the body item, e.g. `duplicateResult`.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        fields: Sequence[str] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.fields = None if fields is None else list(fields)
        self.extra = extra or {}

    def body(self) -> list[dict[str, Any]]:
        """The body of a row, query or composite subrequest."""
        item: dict[str, Any] = {**self.extra, "message": self.message, "errorCode": self.code}
        if self.fields is not None:
            item["fields"] = self.fields
        return [item]

    def collection_item(self) -> dict[str, Any]:
        """The shape inside a collections answer, where the code is called statusCode."""
        return {**self.extra, "statusCode": self.code, "message": self.message, "fields": self.fields or []}


class MultipleMatches(Exception):
    """An external id that several rows carry: HTTP 300 with the addresses to choose from."""

    def __init__(self, urls: Sequence[str]) -> None:
        super().__init__(f"{len(urls)} rows match")
        self.urls = list(urls)


class NotModified(Exception):
    """If-Modified-Since held: HTTP 304 without a body."""


def not_found(message: str = "The requested resource does not exist") -> ApiError:
    return ApiError(404, "NOT_FOUND", message)


def entity_deleted() -> ApiError:
    return ApiError(404, "ENTITY_IS_DELETED", "entity is deleted")


def invalid_type(name: str) -> ApiError:
    return ApiError(
        400,
        "INVALID_TYPE",
        f"sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append "
        "the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.",
    )


def field_error(code: str, message: str, *fields: str) -> ApiError:
    return ApiError(400, code, message, fields=fields)


def read_only() -> ApiError:
    return ApiError(
        403, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights: this login may read but not write"
    )
