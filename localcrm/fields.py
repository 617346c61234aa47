"""How an sObject is declared: typed fields with what describe tells a client about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

Value = str | int | float | bool | None
Record = dict[str, Value]


class FieldType(StrEnum):
    """The `type` values of describe that are used here."""

    ID = "id"
    REFERENCE = "reference"
    STRING = "string"
    TEXTAREA = "textarea"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    PICKLIST = "picklist"
    MULTIPICKLIST = "multipicklist"
    BOOLEAN = "boolean"
    INT = "int"
    DOUBLE = "double"
    CURRENCY = "currency"
    PERCENT = "percent"
    DATE = "date"
    DATETIME = "datetime"


NUMERIC = frozenset({FieldType.INT, FieldType.DOUBLE, FieldType.CURRENCY, FieldType.PERCENT})
IDENTIFIER = frozenset({FieldType.ID, FieldType.REFERENCE})


@dataclass(frozen=True)
class Field:
    """One field. `length` counts characters; `scale` counts decimals of a number.

    `refers` names the objects a reference may point to, `parent` the relationship from here to
    them, `child` the relationship back; `cascade` deletes this row with its parent.
    """

    name: str
    type: FieldType
    length: int = 0
    required: bool = False
    default: Value = None
    createable: bool = True
    updateable: bool = True
    external_id: bool = False
    unique: bool = False
    picklist: tuple[str, ...] = ()
    restricted: bool = False
    refers: tuple[str, ...] = ()
    parent: str | None = None
    child: str | None = None
    cascade: bool = False
    scale: int = 0
    label: str = ""

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")

    @property
    def is_long_text(self) -> bool:
        """Long text areas can be neither filtered nor sorted nor grouped on."""
        return self.type is FieldType.TEXTAREA and self.length > 255

    @property
    def groupable(self) -> bool:
        """What GROUP BY takes: as describe says of each type in real orgs (ktema.org/articles/soql-group-by-fields)."""
        if self.type in NUMERIC:
            return self.type is FieldType.INT and not self.custom
        return self.sortable and self.type is not FieldType.DATETIME

    @property
    def sortable(self) -> bool:
        """What ORDER BY takes, by the SOQL and SOSL Reference."""
        return not self.is_long_text and self.type is not FieldType.MULTIPICKLIST

    @property
    def aggregatable(self) -> bool:
        """What COUNT, MIN and MAX take: SOQL Reference, Support for Field Types in Aggregate Functions."""
        return self.sortable and self.type is not FieldType.BOOLEAN

    @property
    def polymorphic(self) -> bool:
        return len(self.refers) > 1


@dataclass(frozen=True)
class SObject:
    """One object: key prefix of its ids, its fields, and what the API may do with its rows."""

    name: str
    prefix: str
    own_fields: tuple[Field, ...]
    label: str = ""
    plural: str = ""
    createable: bool = True
    updateable: bool = True
    deletable: bool = True
    tracked: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        return (_ID, *self.own_fields, *_SYSTEM)

    @cached_property
    def _by_lower(self) -> dict[str, Field]:
        return {f.name.lower(): f for f in self.fields}

    @cached_property
    def _by_parent(self) -> dict[str, Field]:
        return {f.parent.lower(): f for f in self.fields if f.parent}

    def field(self, name: str) -> Field | None:
        """Field names are case-insensitive in SOQL and in bodies."""
        return self._by_lower.get(name.lower())

    def parent_field(self, relationship: str) -> Field | None:
        return self._by_parent.get(relationship.lower())

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")

    @cached_property
    def name_field(self) -> Field | None:
        return self.field("Name") or self.field("Subject")


def text(name: str, length: int = 255, **more: Any) -> Field:
    return _make(name, FieldType.STRING, length=length, **more)


def area(name: str, length: int = 32000, **more: Any) -> Field:
    return _make(name, FieldType.TEXTAREA, length=length, **more)


def email(name: str = "Email", **more: Any) -> Field:
    return _make(name, FieldType.EMAIL, length=80, **more)


def phone(name: str = "Phone", **more: Any) -> Field:
    return _make(name, FieldType.PHONE, length=40, **more)


def url(name: str = "Website", **more: Any) -> Field:
    return _make(name, FieldType.URL, length=255, **more)


def picklist(name: str, values: Iterable[str], *, restricted: bool = False, **more: Any) -> Field:
    return _make(name, FieldType.PICKLIST, length=255, picklist=tuple(values), restricted=restricted, **more)


def checkbox(name: str, *, default: bool = False, **more: Any) -> Field:
    return _make(name, FieldType.BOOLEAN, default=default, **more)


def number(name: str, kind: FieldType = FieldType.DOUBLE, *, scale: int = 0, **more: Any) -> Field:
    return _make(name, kind, scale=scale, **more)


def day(name: str, **more: Any) -> Field:
    return _make(name, FieldType.DATE, **more)


def moment(name: str, **more: Any) -> Field:
    return _make(name, FieldType.DATETIME, **more)


def reference(name: str, *refers: str, child: str | None = None, cascade: bool = False, **more: Any) -> Field:
    parent = name[:-1] + "r" if name.endswith("__c") else name.removesuffix("Id")
    return _make(
        name, FieldType.REFERENCE, length=18, refers=refers, parent=parent, child=child, cascade=cascade, **more
    )


def _make(name: str, kind: FieldType, **more: Any) -> Field:
    return Field(name=name, type=kind, **more)


def _system(name: str, kind: FieldType, **more: Any) -> Field:
    return _make(name, kind, createable=False, updateable=False, **more)


READ_ONLY: dict[str, Any] = {"createable": False, "updateable": False}

_ID = _system("Id", FieldType.ID, length=18)
_SYSTEM = (
    _system("IsDeleted", FieldType.BOOLEAN, default=False),
    _system("CreatedDate", FieldType.DATETIME),
    _system("CreatedById", FieldType.REFERENCE, length=18, refers=("User",), parent="CreatedBy"),
    _system("LastModifiedDate", FieldType.DATETIME),
    _system("LastModifiedById", FieldType.REFERENCE, length=18, refers=("User",), parent="LastModifiedBy"),
    _system("SystemModstamp", FieldType.DATETIME),
)
