"""SQLite underneath: one table an object, one writer at a time, durable commits.

A transaction is `BEGIN IMMEDIATE` under one process-wide lock; part of it can be undone through a
savepoint. WAL with synchronous=FULL: what was answered survives `kill -9` and a power cut.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from localcrm import ids
from localcrm.errors import ApiError
from localcrm.fields import IDENTIFIER, NUMERIC, Field, FieldType, Record, SObject, Value
from localcrm.schema import SCHEMA, Schema
from localcrm.soql import date_functions


class StoreError(Exception):
    """The database cannot be used; the message says which and why."""


class Transaction:
    """Raw rows. No rules: who calls this has validated."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._depth = 0

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What happens inside is undone if it raises; the transaction itself goes on."""
        self._depth += 1
        name = f"part_{self._depth}"
        self._connection.execute(f"SAVEPOINT {name}")
        try:
            yield
        except BaseException:
            self._connection.execute(f"ROLLBACK TO {name}")
            raise
        finally:
            self._connection.execute(f"RELEASE {name}")
            self._depth -= 1

    def select(self, sql: str, parameters: Sequence[Value] = ()) -> list[tuple[Value, ...]]:
        return self._connection.execute(sql, parameters).fetchall()

    def fetch(self, sobject: SObject, record_id: str) -> Record | None:
        """The row with this 18-character id, deleted or not."""
        return self._one(sobject, '"Id" = ?', (record_id,))

    def find(self, sobject: SObject, where: str, parameters: Sequence[Value] = ()) -> list[Record]:
        """Rows for a condition written by this package, in order of creation."""
        cursor = self._connection.execute(
            f'SELECT {_columns(sobject)} FROM "{sobject.name}" WHERE {where} ORDER BY rowid', parameters
        )
        return [_record(sobject, row) for row in cursor.fetchall()]

    def insert(self, sobject: SObject, record: Record) -> None:
        names = ", ".join(f'"{name}"' for name in record)
        marks = ", ".join("?" for _ in record)
        self._connection.execute(
            f'INSERT INTO "{sobject.name}" ({names}) VALUES ({marks})', tuple(_stored(v) for v in record.values())
        )

    def update(self, sobject: SObject, record_id: str, changes: Record) -> None:
        if not changes:
            return
        sets = ", ".join(f'"{name}" = ?' for name in changes)
        self._connection.execute(
            f'UPDATE "{sobject.name}" SET {sets} WHERE "Id" = ?', (*(_stored(v) for v in changes.values()), record_id)
        )

    def change(self, sql: str, parameters: Sequence[Value]) -> None:
        """A change to a table that is no object, in SQL written by this package."""
        self._connection.execute(sql, parameters)

    def next_id(self, sobject: SObject) -> str:
        return self.mint(sobject.prefix)

    def mint(self, prefix: str) -> str:
        return ids.mint(prefix, self._bump(prefix))

    def reserve_ids(self, sobject: SObject, upto: int) -> None:
        """Ids with sequence numbers up to `upto` were given out by other means (the sample org)."""
        self._connection.execute(
            "INSERT INTO _sequence (prefix, last) VALUES (?, ?) "
            "ON CONFLICT (prefix) DO UPDATE SET last = MAX(last, excluded.last)",
            (sobject.prefix, upto),
        )

    def setting(self, name: str) -> str | None:
        row = self._connection.execute("SELECT value FROM _setting WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_setting(self, name: str, value: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO _setting (name, value) VALUES (?, ?)", (name, value))

    def _bump(self, prefix: str) -> int:
        row = self._connection.execute(
            "INSERT INTO _sequence (prefix, last) VALUES (?, 1) "
            "ON CONFLICT (prefix) DO UPDATE SET last = last + 1 RETURNING last",
            (prefix,),
        ).fetchone()
        return int(row[0])

    def _one(self, sobject: SObject, where: str, parameters: Sequence[Value]) -> Record | None:
        row = self._connection.execute(
            f'SELECT {_columns(sobject)} FROM "{sobject.name}" WHERE {where}', parameters
        ).fetchone()
        return None if row is None else _record(sobject, row)


def _unusable(path: str | Path, error: sqlite3.DatabaseError) -> StoreError:
    return StoreError(f"{path} cannot be used as the CRM's database: {error}")


class Store:
    """One database file, or `:memory:`. Safe to share between threads.

    Another process that writes is waited for, then it is a `StoreError` here and a 503 in a transaction.
    """

    def __init__(self, path: str | Path, schema: Schema = SCHEMA, *, wait_seconds: float = 10) -> None:
        self.schema = schema
        self._lock = threading.RLock()
        try:
            self._connection = sqlite3.connect(
                str(path), isolation_level=None, check_same_thread=False, timeout=wait_seconds
            )
        except sqlite3.DatabaseError as error:
            raise _unusable(path, error) from None
        try:
            self._prepare(path)
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, path: str | Path) -> None:
        try:
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
        except sqlite3.DatabaseError as error:
            raise _unusable(path, error) from None
        # Comparing beyond ASCII needs Unicode case folding, which SQLite's NOCASE has not.
        self._connection.create_function("fold", 1, _fold, deterministic=True)
        self._connection.create_function(date_functions.SQL_NAME, 2, date_functions.part, deterministic=True)
        try:
            with self.transaction():
                self._migrate()
        except ApiError as busy:
            raise StoreError(f"{path}: {busy.message}") from None

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Commits at the end, rolls back on any exception. Raises 503 where another process keeps the database."""
        with self._lock:
            self._begin()
            try:
                yield Transaction(self._connection)
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _begin(self) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            raise ApiError(
                503, "SERVER_UNAVAILABLE", "another process is writing to the CRM's database: try again when it is done"
            ) from None

    def _migrate(self) -> None:
        """Creates missing tables and adds missing columns; a declared field is never taken away."""
        execute = self._connection.execute
        execute("CREATE TABLE IF NOT EXISTS _sequence (prefix TEXT PRIMARY KEY, last INTEGER NOT NULL)")
        execute("CREATE TABLE IF NOT EXISTS _setting (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
        execute(
            "CREATE TABLE IF NOT EXISTS _job (id TEXT PRIMARY KEY, kind TEXT NOT NULL, user_id TEXT NOT NULL, "
            "created TEXT NOT NULL, changed TEXT NOT NULL, version TEXT NOT NULL, state TEXT NOT NULL, "
            "operation TEXT NOT NULL, object TEXT NOT NULL, delimiter TEXT NOT NULL, line_ending TEXT NOT NULL, "
            "external_id TEXT, query TEXT, processed INTEGER NOT NULL, failed INTEGER NOT NULL, error TEXT, "
            "upload TEXT, outcome TEXT NOT NULL)"
        )
        for sobject in self.schema:
            declared = ", ".join(_declaration(f) for f in sobject.fields)
            execute(f'CREATE TABLE IF NOT EXISTS "{sobject.name}" ({declared})')
            present = {str(row[1]) for row in execute(f'PRAGMA table_info("{sobject.name}")').fetchall()}
            for field in sobject.fields:
                if field.name not in present:
                    execute(f'ALTER TABLE "{sobject.name}" ADD COLUMN {_declaration(field)}')
                if field.type is FieldType.REFERENCE or field.external_id or field.type is FieldType.EMAIL:
                    index = f"{sobject.name}_{field.name}"
                    execute(f'CREATE INDEX IF NOT EXISTS "{index}" ON "{sobject.name}" ("{field.name}")')


def _declaration(field: Field) -> str:
    if field.type is FieldType.ID:
        return f'"{field.name}" TEXT PRIMARY KEY'
    if field.type in IDENTIFIER or field.type in (FieldType.DATE, FieldType.DATETIME):
        return f'"{field.name}" TEXT'
    if field.type is FieldType.BOOLEAN:
        return f'"{field.name}" INTEGER NOT NULL DEFAULT 0'
    if field.type is FieldType.INT:
        return f'"{field.name}" INTEGER'
    if field.type in NUMERIC:
        return f'"{field.name}" REAL'
    return f'"{field.name}" TEXT COLLATE NOCASE'


def _columns(sobject: SObject) -> str:
    return ", ".join(f'"{f.name}"' for f in sobject.fields)


def _record(sobject: SObject, row: Sequence[Value]) -> Record:
    return {f.name: present(f, value) for f, value in zip(sobject.fields, row, strict=True)}


def present(field: Field, value: Value) -> Value:
    """The JSON value of a stored one."""
    return bool(value) if field.type is FieldType.BOOLEAN else value


def _stored(value: Value) -> Value:
    return int(value) if isinstance(value, bool) else value


def _fold(value: Value) -> Value:
    # Lower case and not casefold: ß is no ss, here as in SQLite's own comparison.
    return value.lower() if isinstance(value, str) else value
