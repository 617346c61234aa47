"""Signing keys: private ones in files of their owner, public ones in a keyring that every verifier reads.

A key is retired when its successor takes over: it still verifies what it signed before. A revoked key
verifies nothing. Nothing in here shows a private key in a message, a `repr` or a log line.
"""

import base64
import contextlib
import fcntl
import json
import os
import re
import stat
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import ValidationError

from domain.decisions import DecisionEnvelope, KeyUse, SignedDecision
from domain.errors import NotAuthorised, RefusalReason, StoreError
from domain.model import Instant, Value

KEYRING_FILE = "keyring.json"
_KEY_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_RAW_BYTES = 32
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class KeyFileError(StoreError):
    """A key or keyring file cannot be used; `detail` names the file and what to do. Works again once that is done."""


class PublicKey(Value):
    """One line of the keyring. `public_key` is the raw 32 bytes in base64."""

    key_id: str
    public_key: str
    use: KeyUse
    created: Instant
    retired_at: Instant | None = None
    revoked: bool = False


class Keyring(Value):
    keys: tuple[PublicKey, ...] = ()


class Ed25519Signer:
    """`DecisionSigner` with one private key."""

    def __init__(self, key_id: str, private_key: Ed25519PrivateKey) -> None:
        self.key_id = key_id
        self._private_key = private_key

    def __repr__(self) -> str:
        return f"Ed25519Signer({self.key_id})"

    def sign(self, envelope: DecisionEnvelope) -> SignedDecision:
        """Raises `ValueError` when the envelope names another key: its signature could not be verified."""
        if envelope.key_id != self.key_id:
            raise ValueError(f"the envelope names key {envelope.key_id}, but this signer holds {self.key_id}")
        message = envelope.to_bytes()
        return SignedDecision(envelope_bytes=message, signature=self._private_key.sign(message))


class KeyringVerifier:
    """`SignatureVerifier` over a keyring file. It is read again when it changes, so a revocation works at once."""

    def __init__(self, keyring_path: Path) -> None:
        """Raises `KeyFileError` when the file is missing or unreadable."""
        self._path = keyring_path
        self._lock = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._keys: dict[str, PublicKey] = {}
        self._current()

    def verify(self, signed: SignedDecision, key_id: str, signed_at: Instant) -> KeyUse:
        """See the port. Raises `KeyFileError` too while the keyring cannot be read: nothing is verified then."""
        key = self._current().get(key_id)
        if key is None:
            raise NotAuthorised(RefusalReason.UNKNOWN_KEY, f"the keyring has no key {key_id}")
        try:
            _public(key).verify(signed.signature, signed.envelope_bytes)
        except InvalidSignature:
            raise NotAuthorised(RefusalReason.BAD_SIGNATURE) from None
        if key.revoked:
            raise NotAuthorised(RefusalReason.REVOKED_KEY, f"key {key_id} was revoked")
        if key.retired_at is not None and signed_at >= key.retired_at:
            raise NotAuthorised(RefusalReason.REVOKED_KEY, f"key {key_id} had retired when it signed this")
        return key.use

    def _current(self) -> dict[str, PublicKey]:
        with self._lock:
            try:
                found = self._path.stat()
            except OSError as error:
                raise _unreadable(self._path, error) from None
            seen = (found.st_ino, found.st_mtime_ns, found.st_size)
            if seen != self._seen:
                self._keys = {key.key_id: key for key in read_keyring(self._path).keys}
                self._seen = seen
            return self._keys


def generate_key(directory: Path, key_id: str, use: KeyUse, *, now: Instant, keyring: Path | None = None) -> PublicKey:
    """Make a key pair: `<key_id>.pem` (mode 0600) in `directory`, and its public half in the keyring.

    The keyring is `directory/keyring.json` unless given. Raises `KeyFileError` when the id is taken or no name
    for a file.
    """
    ring = keyring or directory / KEYRING_FILE
    with _exclusive(ring):
        return _generate(directory, key_id, use, ring, now)


def ensure_key(directory: Path, key_id: str, use: KeyUse, *, now: Instant, keyring: Path | None = None) -> PublicKey:
    """The key as `generate_key` makes it, unless it is there already. Safe when several processes start at once.

    Raises `KeyFileError` when the id is there for another use, or its private half is lost.
    """
    ring = keyring or directory / KEYRING_FILE
    with _exclusive(ring):
        known = _find(ring, key_id)
        path = directory / f"{key_id}.pem"
        if known is None and not path.exists():
            return _generate(directory, key_id, use, ring, now)
        public = known or _public_half(_load_private(path), key_id, use, now)
        if public.use is not use:
            raise KeyFileError(f"{ring}: key {key_id} is for {public.use.value}, not {use.value}; choose another id")
        if not path.exists():
            raise KeyFileError(f"{path} is missing; restore it, or retire {key_id} and make a key with another id")
        if known is None:
            # A crash between the two files left the private half alone.
            _change(ring, lambda keys: (*keys, public))
        return public


def load_signer(directory: Path, key_id: str) -> Ed25519Signer:
    """The signer of `<key_id>.pem`. Raises `KeyFileError`: missing, readable by others, or no Ed25519 key."""
    return Ed25519Signer(key_id, _load_private(directory / f"{key_id}.pem"))


def sign_message(directory: Path, key_id: str, message: bytes) -> bytes:
    """The signature of `<key_id>.pem` over a message that is no decision. Raises `KeyFileError`."""
    return _load_private(directory / f"{key_id}.pem").sign(message)


def retire_key(keyring: Path, key_id: str, *, at: Instant) -> None:
    """From `at` on the key's new signatures are refused. Raises `KeyFileError` for an unknown key."""
    _replace(keyring, key_id, lambda key: key.model_copy(update={"retired_at": key.retired_at or at}))


def revoke_key(keyring: Path, key_id: str) -> None:
    """Everything the key ever signed authorises nothing from now on. Raises `KeyFileError` for an unknown key."""
    _replace(keyring, key_id, lambda key: key.model_copy(update={"revoked": True}))


def read_keyring(path: Path) -> Keyring:
    """Raises `KeyFileError`."""
    try:
        keyring = Keyring.model_validate_json(path.read_bytes())
    except OSError as error:
        raise _unreadable(path, error) from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise KeyFileError(f"{path}: {place}: {first['msg']}") from None
    ids = [key.key_id for key in keyring.keys]
    doubled = sorted({key_id for key_id in ids if ids.count(key_id) > 1})
    if doubled:
        raise KeyFileError(f"{path}: key id {doubled[0]} is there twice; remove one")
    for key in keyring.keys:
        try:
            _public(key)
        except ValueError:
            raise KeyFileError(f"{path}: the public key of {key.key_id} is not {_RAW_BYTES} bytes in base64") from None
    return keyring


def _public(key: PublicKey) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(key.public_key, validate=True))


def _find(ring: Path, key_id: str) -> PublicKey | None:
    keys = read_keyring(ring).keys if ring.exists() else ()
    return next((key for key in keys if key.key_id == key_id), None)


def _generate(directory: Path, key_id: str, use: KeyUse, ring: Path, now: Instant) -> PublicKey:
    if not _KEY_ID.fullmatch(key_id):
        raise KeyFileError(f"{key_id!r} is no key id; use up to 64 lower-case letters, digits, dots, dashes")
    if _find(ring, key_id) is not None:
        raise KeyFileError(f"{ring} already has a key {key_id}; choose another id")
    private = Ed25519PrivateKey.generate()
    public = _public_half(private, key_id, use, now)
    _write_private(directory / f"{key_id}.pem", private)
    _change(ring, lambda keys: (*keys, public))
    return public


def _public_half(private: Ed25519PrivateKey, key_id: str, use: KeyUse, now: Instant) -> PublicKey:
    raw = private.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return PublicKey(key_id=key_id, public_key=base64.b64encode(raw).decode(), use=use, created=now)


def _load_private(path: Path) -> Ed25519PrivateKey:
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            pem = file.read()
    except OSError as error:
        raise _unreadable(path, error) from None
    if mode & _OTHERS:
        raise KeyFileError(f"{path} can be read by others (mode {mode:04o}); run: chmod 600 {path}")
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyFileError(f"{path} holds no readable private key; restore it or make a new one") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{path} holds another kind of key; Ed25519 is needed")
    return key


def _write_private(path: Path, key: Ed25519PrivateKey) -> None:
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeyFileError(f"{path} exists already; choose another key id") from None
    except OSError as error:
        raise KeyFileError(f"{path} cannot be written: {error.strerror}") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())


def _replace(path: Path, key_id: str, change: Callable[[PublicKey], PublicKey]) -> None:
    with _exclusive(path):
        if _find(path, key_id) is None:
            raise KeyFileError(f"{path} has no key {key_id}")
        _change(path, lambda keys: tuple(change(key) if key.key_id == key_id else key for key in keys))


@contextlib.contextmanager
def _exclusive(ring: Path) -> Iterator[None]:
    """One writer of a keyring at a time: reading and rewriting it must not lose another's key."""
    path = ring.with_name(ring.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise KeyFileError(f"{path} cannot be written: {error.strerror}") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _change(path: Path, change: Callable[[tuple[PublicKey, ...]], tuple[PublicKey, ...]]) -> None:
    """Rewrite in one step, so that no verifier ever reads half a keyring."""
    before = read_keyring(path) if path.exists() else Keyring()
    after = Keyring(keys=change(before.keys))
    text = json.dumps(after.model_dump(mode="json"), indent=2) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".new")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        # Public keys are no secret, and the worker that verifies may run as another user.
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise KeyFileError(f"{path} cannot be written: {error.strerror}") from None


def _unreadable(path: Path, error: OSError) -> KeyFileError:
    return KeyFileError(f"{path} cannot be read: {error.strerror}; make keys first, or correct the path")
