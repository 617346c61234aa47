"""`countersign migrate`: the schema, by whoever owns it. Processes whose role owns it do this by themselves."""

from rich.console import Console

from persistence.database import upgrade
from runtime.settings import StoreSettings, load


def migrate() -> None:
    """Bring the database's schema to this version, as its owner."""
    store = load(StoreSettings)
    store.make_data_dir()
    upgrade(store.url)
    Console().print("The schema is this version's.", highlight=False)
