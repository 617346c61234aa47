"""Signed ends of the audit chain in files outside the database, so that entries cut off its end show.

When do you need to touch this? When heads are to be kept in another place. One file per org, one line per head; each
line carries the digest of the line before it, so a line taken out or put elsewhere shows as well. What goes with the
end of the database *and* the end of the file does not show: keep the file where whoever runs the database cannot
write, or compare it with the signer's log, which says each head too.
"""

import base64
import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import quote, unquote

import rfc8785
from pydantic import ValidationError

from domain.audit import ChainHead
from domain.countersign import SignatureVerifier
from domain.decisions import KeyUse, SignedDecision
from domain.errors import NotAuthorised, RefusalReason, StoreError
from domain.model import Instant, Value
from domain.ports import Clock
from runtime.keys import KeyFileError, read_keyring, sign_message
from runtime.signing_keys import in_force

logger = logging.getLogger("countersign.audit")

PURPOSE: Literal["countersign/audit-head/v1"] = "countersign/audit-head/v1"
_TAIL_BYTES = 16_384
"""More than a line and a torn one before it take."""


class HeadStatement(Value):
    """What is signed. `previous` is the SHA-256 of the line before it in the file, hex; empty in the first."""

    purpose: Literal["countersign/audit-head/v1"] = PURPOSE
    org_id: str
    position: int
    entry_hash: str
    previous: str
    signed_at: Instant
    key_id: str


class HeadLine(Value):
    """One line. `statement` is the signed text itself: it is verified first and parsed afterwards."""

    statement: str
    signature: str
    """Ed25519, base64."""


class KeptHeads(Value):
    """What the files say. Heads of a revoked key prove nothing and are left out, with a remark."""

    heads: tuple[ChainHead, ...] = ()
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    newest: HeadStatement | None = None


class HeadsDisagree(StoreError):
    """The database no longer holds what was signed; `detail` says where. Signing on would hide that."""


class Chain(Protocol):
    """The audit as far as its ends are concerned."""

    def heads(self) -> tuple[ChainHead, ...]: ...

    def hash_at(self, org_id: str, position: int) -> str | None: ...


class HeadKeeper:
    """Signs the chain's ends where they moved. Several processes may keep heads in one folder."""

    def __init__(
        self, chain: Chain, folder: Path, *, keys_dir: Path, keyring: Path, clock: Clock, pinned: str = ""
    ) -> None:
        self._chain = chain
        self._folder = folder
        self._keys_dir = keys_dir
        self._keyring = keyring
        self._clock = clock
        self._pinned = pinned

    def keep(self) -> int:
        """Add a line for each end that moved, on disk when this returns; how many.

        Raises `KeyFileError` without a key that may sign, `StoreError` where file or database cannot be used, and
        `HeadsDisagree` where the database was cut, changed or set back since the last head.
        """
        kept = 0
        for org_id in sorted({head.org_id for head in self._chain.heads()} | set(_orgs(self._folder))):
            kept += self._keep(org_id)
        return kept

    def _keep(self, org_id: str) -> int:
        path = _file(self._folder, org_id)
        with _exclusive(path) as descriptor:
            last_line, whole = _last_line(descriptor)
            last = _statement(last_line) if last_line else None
            # Read while the file is ours, so that a slower process cannot add an older end after a newer one.
            now = next((head for head in self._chain.heads() if head.org_id == org_id), None)
            if last is not None:
                found = self._chain.hash_at(org_id, last.position)
                if found != last.entry_hash:
                    what = "is gone" if found is None else "is another one"
                    raise HeadsDisagree(
                        f"the audit was tampered with or the database was set back: entry {org_id} #{last.position}, "
                        f"signed at {last.signed_at:%Y-%m-%d %H:%M} UTC, {what}; run: countersign audit verify"
                    )
            if now is None or (last is not None and now.position == last.position):
                return 0
            line = self._signed(now, sha256(last_line).hexdigest() if last_line else "")
            _append(descriptor, (b"" if whole else b"\n") + line + b"\n", path)
        logger.info("audit head %s #%d %s", org_id, now.position, now.entry_hash)
        return 1

    def _signed(self, head: ChainHead, previous: str) -> bytes:
        key_id = self._pinned
        if not key_id:
            key = in_force(read_keyring(self._keyring), KeyUse.AUDIT)
            if key is None:
                raise KeyFileError(f"{self._keyring}: no audit key is in force; run: countersign keys rotate audit")
            key_id = key.key_id
        statement = HeadStatement(**head.model_dump(), previous=previous, signed_at=self._clock.now(), key_id=key_id)
        message = rfc8785.dumps(statement.model_dump(mode="json"))
        signature = base64.b64encode(sign_message(self._keys_dir, key_id, message)).decode()
        return rfc8785.dumps(HeadLine(statement=message.decode(), signature=signature).model_dump())


def read_heads(folder: Path, verifier: SignatureVerifier) -> KeptHeads:
    """Every head in the folder whose signature holds, and what is wrong with the rest. Raises `StoreError`."""
    heads: list[ChainHead] = []
    problems: list[str] = []
    remarks: list[str] = []
    newest: HeadStatement | None = None
    for org_id in _orgs(folder):
        path = _file(folder, org_id)
        previous = ""
        torn = ""
        for number, line in enumerate(_lines(path), start=1):
            place = f"{path} line {number}"
            statement = _statement(line)
            if statement is None:
                torn = torn or place
                continue
            if statement.previous != previous:
                problems += [f"{torn}: altered, it is no head"] if torn else []
                problems.append(f"{place}: does not follow the line before it; lines were removed, altered or moved")
            elif torn:
                # The next head follows the one before it: this one was never finished.
                remarks.append(f"{torn}: only half of it was written, and another head follows")
            torn = ""
            previous = sha256(line).hexdigest()
            wrong = _refusal(line, statement, org_id, verifier)
            if wrong is None:
                heads.append(ChainHead(**statement.model_dump(include={"org_id", "position", "entry_hash"})))
                newest = statement if newest is None or statement.signed_at > newest.signed_at else newest
            elif wrong.reason is RefusalReason.REVOKED_KEY:
                remarks.append(f"{place}: proves nothing, {wrong.detail}")
            else:
                forged = wrong.reason is RefusalReason.BAD_SIGNATURE
                problems.append(f"{place}: {'altered, its signature does not fit' if forged else wrong.detail}")
        if torn:
            problems.append(f"{torn}: altered or half written, it is no head")
    return KeptHeads(heads=tuple(heads), problems=tuple(problems), remarks=tuple(remarks), newest=newest)


def _refusal(line: bytes, statement: HeadStatement, org_id: str, verifier: SignatureVerifier) -> NotAuthorised | None:
    parsed = HeadLine.model_validate_json(line)
    try:
        signature = base64.b64decode(parsed.signature, validate=True)
    except ValueError:
        return NotAuthorised(RefusalReason.BAD_SIGNATURE)
    signed = SignedDecision(envelope_bytes=parsed.statement.encode(), signature=signature)
    try:
        use = verifier.verify(signed, statement.key_id, statement.signed_at)
    except NotAuthorised as refused:
        return refused
    if use is not KeyUse.AUDIT:
        return NotAuthorised(RefusalReason.WRONG_PURPOSE, f"{statement.key_id} is no audit key")
    if statement.org_id != org_id:
        return NotAuthorised(RefusalReason.WRONG_ORG, f"it is a head of {statement.org_id}")
    return None


def _statement(line: bytes) -> HeadStatement | None:
    try:
        return HeadStatement.model_validate_json(HeadLine.model_validate_json(line).statement)
    except ValidationError:
        return None


def _file(folder: Path, org_id: str) -> Path:
    return folder / f"{quote(org_id, safe='')}.jsonl"


def _orgs(folder: Path) -> list[str]:
    return sorted(unquote(path.stem) for path in folder.glob("*.jsonl"))


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            for line in file:
                if line.strip():
                    yield line.rstrip(b"\n")
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from None


@contextmanager
def _exclusive(path: Path) -> Iterator[int]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_APPEND, 0o600)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}; set COUNTERSIGN_AUDIT_HEADS_DIR") from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _last_line(descriptor: int) -> tuple[bytes, bool]:
    """The last line that is a head, and whether the file ends with a line's end."""
    size = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, _TAIL_BYTES, max(0, size - _TAIL_BYTES))
    lines = [line for line in tail.split(b"\n") if line]
    return next((line for line in reversed(lines) if _statement(line) is not None), b""), tail[-1:] in {b"", b"\n"}


def _append(descriptor: int, data: bytes, path: Path) -> None:
    try:
        written = os.write(descriptor, data)
        os.fsync(descriptor)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}") from None
    if written != len(data):
        raise StoreError(f"{path} took only a part of a head; is the disk full?")
