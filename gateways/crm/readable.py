"""What of the fields we read an org has and opens to us, by its own describe: before our metadata is there, or without
a right or a feature, much of it is missing. Reads only.

When do you need to touch this? When an org may do without another object.
"""

from collections.abc import Callable, Mapping
from typing import Any

from domain.errors import CrmError, ErrorCode
from domain.model import Value
from gateways.crm.fields import ReadFields

_MAY_BE_ABSENT = frozenset({"Case", "VoiceCall", "ContactPointConsent", "EmailMessage"})
"""Read where an org has them, and done without where it has not."""


class Readable(Value):
    """`fields` can be asked for. `lacking` names the rest by object; nothing named means the object itself."""

    fields: ReadFields
    lacking: dict[str, tuple[str, ...]] = {}


def readable(describe: Callable[[str], Mapping[str, Any]], wanted: ReadFields) -> Readable:
    """One describe an object. Raises `CrmError` where the org does not answer."""
    kept: dict[str, tuple[str, ...]] = {}
    lacking: dict[str, tuple[str, ...]] = {}
    for name, fields in wanted.by_object.items():
        try:
            there = {str(field["name"]) for field in describe(name).get("fields") or ()}
        except CrmError as refused:
            if refused.code not in (ErrorCode.CRM_RECORD_MISSING, ErrorCode.CRM_FORBIDDEN):
                raise
            if name not in _MAY_BE_ABSENT:
                lacking[name] = ()
            continue
        # A field of a parent is described there.
        kept[name] = tuple(field for field in fields if "." in field or field in there)
        absent = tuple(field for field in fields if field not in kept[name])
        if absent:
            lacking[name] = absent
    return Readable(fields=ReadFields(by_object=kept), lacking=lacking)
