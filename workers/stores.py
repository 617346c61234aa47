"""The application's own data, opened once per process: adapters over one database, and the public keys.

When do you need to touch this? When a port gains an adapter that every process needs.
"""

import secrets
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from domain.cases import DocumentKind
from domain.ports import Clock, PlaybookLines, Playbooks
from domain.signed_pause import VerifiedPause
from persistence.assignments import SqlRotation
from persistence.audit import SqlAuditLog
from persistence.cases import SqlCases
from persistence.context import SqlContext
from persistence.cursors import SqlCursors
from persistence.database import Database, upgrade
from persistence.documents import SqlDocuments
from persistence.exceptions import SqlExceptions
from persistence.mail_log import SqlMailLog
from persistence.model_calls import SqlModelCalls
from persistence.notices import SqlNotices
from persistence.pause import SqlPauseSwitch
from persistence.playbooks import SqlPlaybooks
from persistence.reachable import SqlReachable
from persistence.receipts import SqlReceipts
from persistence.reviews import SqlReviews
from runtime.clock import SystemClock
from runtime.keys import KeyringVerifier
from runtime.playbook_files import FilePlaybooks
from runtime.settings import KeySettings, PlaybookSettings, StoreSettings
from workflows.messages import workflow_id


class PlaybookStore(Playbooks, PlaybookLines, Protocol):
    """The playbooks of every version, and where each line of the current one stands."""


@dataclass(frozen=True)
class Stores:
    """Adapters that share one database. Threads may share them; each call opens its own session.

    `switch` is the stop button as it is stored: whoever acts on it or shows it takes `pause`.
    """

    db: Database
    clock: Clock
    documents: SqlDocuments
    cases: SqlCases
    reviews: SqlReviews
    exceptions: SqlExceptions
    rotation: SqlRotation
    receipts: SqlReceipts
    context: SqlContext
    cursors: SqlCursors
    mail_log: SqlMailLog
    calls: SqlModelCalls
    notices: SqlNotices
    reachable: SqlReachable
    switch: SqlPauseSwitch
    audit: SqlAuditLog
    playbooks: PlaybookStore
    verifier: KeyringVerifier

    @cached_property
    def pause(self) -> VerifiedPause:
        """The stop button, as only a signature releases it. Raises `InputError` without a readable playbook."""
        org_id = self.playbooks.current().org_id
        return VerifiedPause(
            self.switch,
            resumed=self.switch.resumed,
            stopped=lambda: self.audit.last_stops(org_id),
            decision=self.reviews.decision,
            verifier=self.verifier,
            org_id=org_id,
        )

    def close(self) -> None:
        """Leave the database. The object can be used again."""
        self.db.close()

    def keep_failure(self, case_id: str, slot: str, text: str) -> str:
        """Keep the detail of a failure where only people with access to the case can read it."""
        return self.documents.put(case_id, DocumentKind.FAILURE, slot, text.encode()).id


def open_stores(store: StoreSettings, playbook: PlaybookSettings, keys: KeySettings) -> Stores:
    """Migrate the database if needed and open everything. Raises `StoreError` or `InputError`."""
    # Read first: without public keys nothing is to be begun, not even a database.
    verifier = KeyringVerifier(keys.keyring_in(store.data_dir))
    store.make_data_dir()
    upgrade(store.url)
    db = Database(store.url)
    clock = SystemClock()
    return Stores(
        db=db,
        clock=clock,
        documents=SqlDocuments(db, clock),
        cases=SqlCases(db, clock, _person_key_secret(store), workflow_id),
        reviews=SqlReviews(db),
        exceptions=SqlExceptions(db),
        rotation=SqlRotation(db),
        receipts=SqlReceipts(db),
        context=SqlContext(db, _person_key_secret(store)),
        cursors=SqlCursors(db),
        mail_log=SqlMailLog(db),
        calls=SqlModelCalls(db),
        notices=SqlNotices(db),
        reachable=SqlReachable(db),
        switch=SqlPauseSwitch(db),
        audit=SqlAuditLog(db),
        playbooks=FilePlaybooks(playbook.playbook_dir, SqlPlaybooks(db, clock)),
        verifier=verifier,
    )


def _person_key_secret(store: StoreSettings) -> bytes:
    """From the environment, else from a private file that is made once."""
    given = store.person_key_secret.get_secret_value()
    if given:
        return given.encode()
    return private_secret(store.data_dir / "person-key.secret")


def private_secret(path: Path) -> bytes:
    """A random secret kept in a file that only its owner can read; made when it is not there.

    Safe when several processes start at once: the file appears with its content or not at all.
    """
    if not path.exists():
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(32))
        try:
            path.hardlink_to(fresh)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_bytes()
