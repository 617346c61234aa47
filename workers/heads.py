"""The signer keeps signed ends of the audit chain outside the database: at its start, then by the clock, at its end.

When do you need to touch this? When another process is to do it. The signer takes no input from outside and already
holds a key; nothing that it signs here authorises a write.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from domain.decisions import KeyUse
from domain.errors import DomainError
from runtime.audit_heads import HeadKeeper
from runtime.settings import AuditSettings, KeySettings, StoreSettings
from runtime.signing_keys import ensure_in_force
from workers.stores import Stores

logger = logging.getLogger("countersign.audit")


def head_keeper(stores: Stores, audit: AuditSettings, keys: KeySettings, store: StoreSettings) -> HeadKeeper:
    """With a key of its own, made on the first start. Raises `KeyFileError`."""
    directory, ring = keys.keys_in(store.data_dir), keys.keyring_in(store.data_dir)
    ensure_in_force(directory, ring, KeyUse.AUDIT, now=stores.clock.now(), pinned=keys.audit_key_id)
    return HeadKeeper(
        stores.audit,
        audit.heads_in(store.data_dir),
        keys_dir=directory,
        keyring=ring,
        clock=stores.clock,
        pinned=keys.audit_key_id,
    )


@contextlib.asynccontextmanager
async def heads_kept(
    stores: Stores, audit: AuditSettings, keys: KeySettings, store: StoreSettings
) -> AsyncIterator[None]:
    """While this is entered, heads are kept. That they cannot be is logged and stops no signature."""
    try:
        keeper = head_keeper(stores, audit, keys, store)
    except DomainError as failed:
        logger.error("no signed heads of the audit are kept: %s", failed.detail)
        yield
        return
    await asyncio.to_thread(_keep, keeper)
    timer = asyncio.create_task(_by_the_clock(keeper, audit.audit_head_seconds))
    try:
        yield
    finally:
        timer.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await timer
        await asyncio.to_thread(_keep, keeper)


async def _by_the_clock(keeper: HeadKeeper, seconds: int) -> None:
    while seconds:
        await asyncio.sleep(seconds)
        await asyncio.to_thread(_keep, keeper)


def _keep(keeper: HeadKeeper) -> None:
    try:
        keeper.keep()
    except DomainError as failed:
        logger.error("%s", failed.detail)
