"""The org behind the CRM worker, asked once, and kept where processes without access to the CRM read it."""

import threading
from collections.abc import Callable

from domain.organisation import Organisation
from domain.ports import Clock
from persistence.org_profiles import SqlOrgProfiles


class KnownOrg:
    """Thread-safe. Raises `CrmError` until the org has answered once."""

    def __init__(self, read: Callable[[], Organisation], profiles: SqlOrgProfiles, clock: Clock) -> None:
        self._read = read
        self._profiles = profiles
        self._clock = clock
        self._lock = threading.Lock()
        self._found: Organisation | None = None

    def organisation(self) -> Organisation:
        with self._lock:
            if self._found is None:
                self._found = self._read()
                self._profiles.keep(self._found, now=self._clock.now())
            return self._found

    def is_sandbox(self) -> bool:
        return self.organisation().sandbox
