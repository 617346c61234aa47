"""The database for commands that only read: they make none where there is none."""

import os

from domain.errors import InputError
from persistence.database import exists
from runtime.settings import PREFIX, StoreSettings, load


def existing_store(because: str = "") -> StoreSettings:
    """The configured store, else the demo's on this machine. Raises `InputError` where neither is there.

    `because` begins the sentence where the database is only one of several places that were looked at.
    """
    configured = load(StoreSettings)
    if exists(configured.url):
        return configured
    demo = StoreSettings(data_dir=configured.data_dir / "demo")
    if f"{PREFIX}DATABASE_URL" not in os.environ and exists(demo.url):
        return demo
    raise InputError(
        f"{because}{'; ' if because else ''}there is no database yet at {place_of(configured)}: set {PREFIX}DATA_DIR "
        f"or {PREFIX}DATABASE_URL to where it is, or start `countersign demo`, which makes one"
    )


def place_of(store: StoreSettings) -> str:
    """Where it is, without a password."""
    return f"the address in {PREFIX}DATABASE_URL" if store.database_url else str(store.data_dir / "countersign.db")
