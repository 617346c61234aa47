"""Which key signs now, and its life: made on first start, succeeded by another, retired, revoked.

When do you need to touch this? When keys are made or chosen in another way. What a signature is worth is decided in
`runtime/keys.py` by whoever reads the keyring.
"""

from pathlib import Path

from domain.decisions import DecisionEnvelope, KeyUse, SignedDecision
from domain.model import Instant
from runtime.keys import (
    KeyFileError,
    Keyring,
    PublicKey,
    ensure_key,
    generate_key,
    load_signer,
    read_keyring,
    retire_key,
)


def in_force(ring: Keyring, use: KeyUse) -> PublicKey | None:
    """The newest key of this use that may still sign."""
    alive = [key for key in ring.keys if key.use is use and not key.revoked and key.retired_at is None]
    return max(alive, key=lambda key: key.created, default=None)


class CurrentSigner:
    """`DecisionSigner` with whichever key is in force: a rotation counts from the next signature on, unrestarted."""

    def __init__(self, directory: Path, keyring: Path, use: KeyUse, *, pinned: str = "") -> None:
        """`pinned` names one key for good. Raises `KeyFileError` where there is none that can sign."""
        self._directory = directory
        self._keyring = keyring
        self._use = use
        self._pinned = pinned
        load_signer(directory, self.key_id)

    @property
    def key_id(self) -> str:
        """Raises `KeyFileError` while no key is in force."""
        if self._pinned:
            return self._pinned
        key = in_force(read_keyring(self._keyring), self._use)
        if key is None:
            raise KeyFileError(
                f"{self._keyring}: no {self._use.value} key is in force; run: countersign keys rotate {self._use.value}"
            )
        return key.key_id

    def sign(self, envelope: DecisionEnvelope) -> SignedDecision:
        """See the port. By the key that the envelope names, which was in force when it was drawn up."""
        return load_signer(self._directory, envelope.key_id).sign(envelope)


def ensure_in_force(directory: Path, keyring: Path, use: KeyUse, *, now: Instant, pinned: str = "") -> str:
    """The id of the key that signs; made where this use never had one. Raises `KeyFileError`.

    A ring whose keys were all retired or revoked gets none by itself: somebody ended them for a reason.
    """
    if pinned:
        return ensure_key(directory, pinned, use, now=now, keyring=keyring).key_id
    known = read_keyring(keyring) if keyring.exists() else Keyring()
    if not any(key.use is use for key in known.keys):
        return ensure_key(directory, f"{use.value}-1", use, now=now, keyring=keyring).key_id
    key = in_force(known, use)
    return key.key_id if key is not None else ""


def rotate(directory: Path, keyring: Path, use: KeyUse, *, now: Instant) -> tuple[PublicKey, tuple[str, ...]]:
    """A successor, and the keys that retired for it. The public half is in the ring before anything is signed by it."""
    known = read_keyring(keyring) if keyring.exists() else Keyring()
    taken = {key.key_id for key in known.keys}
    number = 1
    while f"{use.value}-{number}" in taken or (directory / f"{use.value}-{number}.pem").exists():
        number += 1
    made = generate_key(directory, f"{use.value}-{number}", use, now=now, keyring=keyring)
    before = tuple(k.key_id for k in known.keys if k.use is use and not k.revoked and k.retired_at is None)
    for key_id in before:
        retire_key(keyring, key_id, at=now)
    return made, before
