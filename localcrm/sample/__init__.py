"""The sample org of Acme Routing S.L., and inquiries that fit it. Everything follows from a seed and a day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from localcrm.bootstrap import ensure_value_sets
from localcrm.fields import Record
from localcrm.sample.inquiries import inquiries
from localcrm.sample.inquiry import HardCase, Inquiry
from localcrm.sample.org import DEFAULT_SEED, Org, build_org
from localcrm.store import Store

__all__ = [
    "DEFAULT_SEED",
    "AlreadySeeded",
    "HardCase",
    "Inquiry",
    "Org",
    "build_org",
    "inquiries",
    "is_seeded",
    "seed",
]
_USED = 'SELECT COUNT(*) FROM "Organization"'


class AlreadySeeded(Exception):
    """The database holds an org already; seeding never mixes two."""


def is_seeded(db: str | Path) -> bool:
    """Whether a database file exists and holds an org."""
    if not Path(db).exists():
        return False
    store = Store(db)
    try:
        with store.transaction() as tx:
            return bool(tx.select(_USED)[0][0])
    finally:
        store.close()


def seed(db: str | Path, seed: int, today: date) -> dict[str, int]:
    """Fills an empty database; returns the number of rows per object. Raises AlreadySeeded."""

    store = Store(db)
    try:
        with store.transaction() as tx:
            if tx.select(_USED)[0][0]:
                raise AlreadySeeded(f"{db} already holds an org; choose another file or delete this one first")
            org = build_org(seed, today)
            for name, rows in org.rows.items():
                sobject = store.schema.get(name)
                for row in rows:
                    tx.insert(sobject, row)
                if rows:
                    tx.reserve_ids(sobject, len(rows))
            first_user: Record = org.rows["User"][0]
            ensure_value_sets(tx, store.schema, str(first_user["Id"]), str(first_user["CreatedDate"]))
        return {name: len(rows) for name, rows in org.rows.items() if rows}
    finally:
        store.close()
