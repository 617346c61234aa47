"""What keeps the audit append-only in the database itself: whether it is all there, and how it is put back.

An entry that somebody changed shows in its hash. That a guard is gone shows only here, and before anything was changed.
"""

import re
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from persistence.database import Database

TABLE = "audit_entry"
_RESTORE = "put it back by countersign migrate, as the role that owns the schema"
SQLITE_TRIGGERS = {
    "audit_entry_no_update": """
        CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry
        BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END
        """,
    "audit_entry_no_delete": """
        CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
        BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END
        """,
    "audit_entry_no_replace": """
        CREATE TRIGGER audit_entry_no_replace BEFORE INSERT ON audit_entry
        WHEN EXISTS (
          SELECT 1 FROM audit_entry WHERE seq = NEW.seq
             OR (org_id = NEW.org_id AND (position = NEW.position OR key = NEW.key))
        )
        BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END
        """,
}
"""As the migrations make them: SQLite keeps their text."""

PG_TRIGGER = f"{TABLE}_append_only"
_PG_FUNCTION = f"{TABLE}_is_append_only"
_PG_BODY = "BEGIN RAISE EXCEPTION 'the audit is append-only'; END"
_PG_FIRES = 2 + 8 + 16 + 32
"""`pg_trigger.tgtype`: before, and once a statement, on DELETE, UPDATE and TRUNCATE."""
_PG_ENABLED = ("O", "A")
_FORBIDDEN = ("UPDATE", "DELETE", "TRUNCATE", "TRIGGER")
"""What a role may do to the table that lets it change entries, or take away what refuses that."""


def weaknesses(db: Database) -> tuple[str, ...]:
    """One line for each guard that is gone, altered or got round by a right, with what puts it back. Changes nothing.

    On PostgreSQL the role is the one of the address; that of another process is seen by its grants only.
    """
    with db.session() as session:
        connection = session.connection()
        found = _of_sqlite if connection.dialect.name == "sqlite" else _of_postgresql
        return tuple(found(connection))


def restore_guards(db: Database) -> None:
    """Make the guards anew where they are not as they should be. For the schema's owner."""
    with db.transaction() as session:
        _restore(session.connection())


def _restore(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        there = _sqlite_triggers(connection)
        for name, text in SQLITE_TRIGGERS.items():
            if _plain(there.get(name, "")) != _plain(text):
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
                connection.exec_driver_sql(text)
        return
    if any(_pg_trigger(connection)):
        connection.exec_driver_sql(
            f"CREATE OR REPLACE FUNCTION {_PG_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$ {_PG_BODY} $$"
        )
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {PG_TRIGGER} ON {TABLE}")
        connection.exec_driver_sql(
            f"CREATE TRIGGER {PG_TRIGGER} BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {_PG_FUNCTION}()"
        )


def _of_sqlite(connection: Connection) -> Iterator[str]:
    there = _sqlite_triggers(connection)
    for name, text in SQLITE_TRIGGERS.items():
        if name not in there:
            yield f"the trigger {name} is gone, so entries can be changed; {_RESTORE}"
        elif _plain(there[name]) != _plain(text):
            yield f"the trigger {name} was altered; {_RESTORE}"
    for name in sorted(there.keys() - SQLITE_TRIGGERS.keys()):
        yield f"the trigger {name} on {TABLE} is not ours; see what it does, and DROP TRIGGER {name}"


def _sqlite_triggers(connection: Connection) -> dict[str, str]:
    rows = connection.execute(
        sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) = :table"),
        {"table": TABLE},
    )
    return {str(name): str(text) for name, text in rows}


def _of_postgresql(connection: Connection) -> Iterator[str]:
    yield from _pg_trigger(connection)
    others = connection.execute(
        sa.text(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass(:table) AND NOT tgisinternal AND tgname <> :ours"
        ),
        {"table": TABLE, "ours": PG_TRIGGER},
    )
    for (name,) in others:
        yield f"the trigger {name} on {TABLE} is not ours; see what it does, and DROP TRIGGER {name} ON {TABLE}"
    rules = connection.execute(
        sa.text("SELECT rulename FROM pg_rewrite WHERE ev_class = to_regclass(:table)"), {"table": TABLE}
    )
    for (name,) in rules:
        yield f"the rule {name} on {TABLE} is not ours; see what it does, and DROP RULE {name} ON {TABLE}"
    yield from _grants(connection)
    yield from _own_role(connection)


def _pg_trigger(connection: Connection) -> Iterator[str]:
    """What is wrong with the trigger that refuses, or with its function."""
    row = connection.execute(
        sa.text(
            "SELECT t.tgenabled::text, t.tgtype, t.tgqual IS NOT NULL OR t.tgattr <> ''::int2vector, "
            "p.proname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE t.tgrelid = to_regclass(:table) AND t.tgname = :name"
        ),
        {"table": TABLE, "name": PG_TRIGGER},
    ).first()
    if row is None:
        yield f"the trigger {PG_TRIGGER} is gone, so entries can be changed; {_RESTORE}"
        return
    enabled, kind, narrowed, function, body = row
    if enabled not in _PG_ENABLED:
        yield f"the trigger {PG_TRIGGER} is switched off; {_RESTORE}"
    if kind != _PG_FIRES or narrowed or function != _PG_FUNCTION or _plain(body) != _plain(_PG_BODY):
        yield f"the trigger {PG_TRIGGER} or its function was altered; {_RESTORE}"


def _grants(connection: Connection) -> Iterator[str]:
    """Rights of others than the owner, on the table and on its columns."""
    rows = connection.execute(
        sa.text(
            "SELECT coalesce(r.rolname, 'PUBLIC'), string_agg(DISTINCT a.privilege_type, ', ') FROM ("
            "  SELECT relowner AS owner, relacl AS acl FROM pg_class WHERE oid = to_regclass(:table)"
            "  UNION ALL SELECT c.relowner, t.attacl FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid"
            "  WHERE c.oid = to_regclass(:table)"
            ") AS has CROSS JOIN LATERAL aclexplode(has.acl) AS a LEFT JOIN pg_roles r ON r.oid = a.grantee "
            "WHERE a.grantee <> has.owner AND a.privilege_type = ANY(:forbidden) GROUP BY 1 ORDER BY 1"
        ),
        {"table": TABLE, "forbidden": list(_FORBIDDEN)},
    )
    for role, rights in rows:
        yield (
            f"{role} has {rights} on {TABLE}; REVOKE {rights} ON {TABLE} FROM {role}, or run deploy/postgres/roles.sql"
        )


def _own_role(connection: Connection) -> Iterator[str]:
    """A superuser and the owner are bound by no grant: they can drop what refuses them."""
    name, superuser, owns = connection.execute(
        sa.text(
            "SELECT current_user, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user), "
            "(SELECT pg_has_role(current_user, relowner, 'MEMBER') FROM pg_class WHERE oid = to_regclass(:table))"
        ),
        {"table": TABLE},
    ).one()
    what = "a superuser" if superuser else "the owner of the schema" if owns else ""
    if what:
        yield (
            f"the role {name} of this address is {what}, whom nothing keeps from the entries; give the processes "
            "a login of countersign_app (deploy/postgres/roles.sql)"
        )


def _plain(text: str) -> str:
    """One spelling of the same statement."""
    return re.sub(r"\s*([(),;=])\s*", r"\1", " ".join(text.replace('"', "").split())).lower()
