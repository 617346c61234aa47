"""Which column a field path means, and the joins that its parents need."""

from __future__ import annotations

from dataclasses import dataclass, field

from localcrm.fields import IDENTIFIER, Field, FieldType, SObject
from localcrm.schema import Schema
from localcrm.soql import refusal
from localcrm.soql.tree import Path

# What the platform shows of a record behind a reference that may point to several objects.
_NAME_FIELDS = frozenset(
    {"id", "name", "firstname", "lastname", "email", "title", "phone", "username", "isactive", "alias", "type"}
)
_MAX_HOPS = 5


@dataclass(frozen=True)
class Resolved:
    """`expression` is SQL; `plain` says that it is a bare column, with its collation and index."""

    expression: str
    field: Field
    parts: tuple[str, ...]
    plain: bool = True


@dataclass(frozen=True)
class Parent:
    """A joined parent: one alias an object it may be. `parts` are the canonical relationship names."""

    parts: tuple[str, ...]
    targets: tuple[tuple[str, SObject], ...]

    @property
    def polymorphic(self) -> bool:
        return len(self.targets) > 1

    @property
    def id_expression(self) -> str:
        if not self.polymorphic:
            return f'{self.targets[0][0]}."Id"'
        return "COALESCE(" + ", ".join(f'{alias}."Id"' for alias, _ in self.targets) + ")"


@dataclass
class Scope:
    """One FROM clause. `prefix` keeps the aliases of nested queries apart."""

    schema: Schema
    entity: SObject
    prefix: str
    aliases: frozenset[str]
    parents: dict[tuple[str, ...], Parent] = field(default_factory=dict)
    _joins: list[str] = field(default_factory=list)

    @property
    def root(self) -> str:
        return f"{self.prefix}0"

    @property
    def from_clause(self) -> str:
        return " ".join((f'FROM "{self.entity.name}" AS {self.root}', *self._joins))

    def resolve(self, path: Path) -> Resolved:
        parts = path.parts
        if len(parts) > 1 and parts[0].lower() in self.aliases and self.entity.parent_field(parts[0]) is None:
            parts = parts[1:]
        if len(parts) - 1 > _MAX_HOPS:
            raise refusal.at(path.place, f"Relationship path is longer than {_MAX_HOPS}: {path.text}")
        entity, alias = self.entity, self.root
        trail: tuple[str, ...] = ()
        parent: Parent | None = None
        for hop in parts[:-1]:
            if parent is not None and parent.polymorphic:
                raise refusal.no_such_relation(path.place, hop)
            via = entity.parent_field(hop)
            if via is None or via.parent is None:
                raise refusal.no_such_relation(path.place, hop)
            trail = (*trail, via.parent)
            parent = self._join(trail, alias, via)
            alias, entity = parent.targets[0]
        if parent is not None and parent.polymorphic:
            return self._resolve_name(path, parent, parts[-1])
        found = entity.field(parts[-1])
        if found is None:
            raise refusal.no_such_column(path.place, parts[-1], entity.name)
        return Resolved(f'{alias}."{found.name}"', found, (*trail, found.name))

    def _join(self, trail: tuple[str, ...], alias: str, via: Field) -> Parent:
        known = self.parents.get(trail)
        if known is not None:
            return known
        targets = []
        for name in via.refers:
            target = f"{self.prefix}{len(self._joins) + 1}"
            self._joins.append(f'LEFT JOIN "{name}" AS {target} ON {target}."Id" = {alias}."{via.name}"')
            targets.append((target, self.schema.get(name)))
        parent = self.parents[trail] = Parent(trail, tuple(targets))
        return parent

    def _resolve_name(self, path: Path, parent: Parent, name: str) -> Resolved:
        if name.lower() not in _NAME_FIELDS:
            raise refusal.no_such_column(path.place, name, "Name")
        if name.lower() == "type":
            cases = " ".join(
                f'WHEN {alias}."Id" IS NOT NULL THEN ' + (f'{alias}."Type"' if s.name == "Group" else f"'{s.name}'")
                for alias, s in parent.targets
            )
            shape = Field("Type", FieldType.STRING, length=80)
            return Resolved(f"CASE {cases} END", shape, (*parent.parts, "Type"), plain=False)
        columns = [(alias, s.field(name)) for alias, s in parent.targets]
        present = [(alias, f) for alias, f in columns if f is not None]
        if not present:
            raise refusal.no_such_column(path.place, name, "Name")
        shape = present[0][1]
        names = ", ".join(f'{alias}."{f.name}"' for alias, f in present)
        # What SQLite computes has no collation of its own: it would sort and group text by its capitals.
        collation = "" if shape.type is FieldType.BOOLEAN or shape.type in IDENTIFIER else " COLLATE NOCASE"
        expression = f"(COALESCE({names}){collation})" if len(present) > 1 else names
        return Resolved(expression, shape, (*parent.parts, shape.name), plain=len(present) == 1)
