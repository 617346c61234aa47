"""`countersign migrate`: the schema, by whoever owns it. Processes whose role owns it do this by themselves."""

from rich.console import Console

from persistence.audit_guards import restore_guards
from persistence.database import opened
from runtime.settings import StoreSettings, load


def migrate() -> None:
    """Bring the database's schema to this version, as its owner, and put back what keeps the audit append-only."""
    store = load(StoreSettings)
    store.make_data_dir()
    with opened(store.url) as database:
        restore_guards(database)
    Console().print("The schema is this version's.", highlight=False)
