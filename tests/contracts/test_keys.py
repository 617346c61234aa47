"""`DecisionSigner` and `SignatureVerifier` over key files."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from domain.countersign import Expected, verified
from domain.decisions import KeyUse, Purpose, SignedDecision
from domain.errors import NotAuthorised, RefusalReason
from runtime.keys import (
    KEYRING_FILE,
    Ed25519Signer,
    KeyFileError,
    KeyringVerifier,
    ensure_key,
    generate_key,
    load_signer,
    read_keyring,
    retire_key,
    revoke_key,
)
from tests.fakes.clock import START
from tests.fakes.examples import ORG, PROPOSED, decision
from tests.fakes.races import at_once

LATER = START + timedelta(days=30)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    directory = tmp_path / "keys"
    generate_key(directory, "ui-1", KeyUse.HUMAN, now=START)
    return directory


@pytest.fixture
def verifier(keys: Path) -> KeyringVerifier:
    return KeyringVerifier(keys / KEYRING_FILE)


def refusal(verifier: KeyringVerifier, signed: SignedDecision, key_id: str = "ui-1") -> RefusalReason:
    with pytest.raises(NotAuthorised) as caught:
        verifier.verify(signed, key_id, START)
    return caught.value.reason


def test_a_signed_decision_verifies(keys: Path, verifier: KeyringVerifier) -> None:
    envelope = decision()
    signed = load_signer(keys, "ui-1").sign(envelope)
    assert signed.envelope_bytes == envelope.to_bytes()
    expected = Expected(org_id=ORG, case_id="c1", round=1, proposal_digest=PROPOSED, purpose=Purpose.WRITE)
    assert verified(signed, expected, verifier) == envelope


def test_the_use_of_the_key_is_told(keys: Path, verifier: KeyringVerifier) -> None:
    generate_key(keys, "policy-1", KeyUse.POLICY, now=START)
    by_policy = load_signer(keys, "policy-1").sign(decision(key_id="policy-1"))
    assert verifier.verify(by_policy, "policy-1", START) is KeyUse.POLICY
    by_person = load_signer(keys, "ui-1").sign(decision())
    assert verifier.verify(by_person, "ui-1", START) is KeyUse.HUMAN


def test_altered_bytes_and_other_keys_are_refused(keys: Path, verifier: KeyringVerifier) -> None:
    signed = load_signer(keys, "ui-1").sign(decision())
    altered = signed.envelope_bytes.replace(b'"approve"', b'"reject"')
    assert altered != signed.envelope_bytes
    assert refusal(verifier, signed.model_copy(update={"envelope_bytes": altered})) is RefusalReason.BAD_SIGNATURE
    assert refusal(verifier, signed.model_copy(update={"signature": b""})) is RefusalReason.BAD_SIGNATURE
    generate_key(keys, "ui-2", KeyUse.HUMAN, now=START)
    assert refusal(verifier, signed, "ui-2") is RefusalReason.BAD_SIGNATURE
    assert refusal(verifier, signed, "nobody") is RefusalReason.UNKNOWN_KEY


def test_a_revocation_works_at_once(keys: Path, verifier: KeyringVerifier) -> None:
    signed = load_signer(keys, "ui-1").sign(decision())
    assert verifier.verify(signed, "ui-1", START) is KeyUse.HUMAN
    revoke_key(keys / KEYRING_FILE, "ui-1")
    assert refusal(verifier, signed) is RefusalReason.REVOKED_KEY


def test_a_retired_key_verifies_what_it_signed_before(keys: Path, verifier: KeyringVerifier) -> None:
    signer = load_signer(keys, "ui-1")
    retire_key(keys / KEYRING_FILE, "ui-1", at=LATER)
    retire_key(keys / KEYRING_FILE, "ui-1", at=LATER + timedelta(days=1))
    before = signer.sign(decision())
    assert verifier.verify(before, "ui-1", LATER - timedelta(seconds=1)) is KeyUse.HUMAN
    after = signer.sign(decision(decided_at=LATER))
    with pytest.raises(NotAuthorised) as caught:
        verifier.verify(after, "ui-1", LATER)
    assert caught.value.reason is RefusalReason.REVOKED_KEY


def test_a_signer_signs_under_its_own_name_only(keys: Path) -> None:
    with pytest.raises(ValueError, match="ui-1"):
        load_signer(keys, "ui-1").sign(decision(key_id="policy-1"))


def test_private_files_are_for_their_owner(keys: Path) -> None:
    path = keys / "ui-1.pem"
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(KeyFileError) as caught:
        load_signer(keys, "ui-1")
    assert f"chmod 600 {path}" in caught.value.detail


def test_no_secret_shows(keys: Path) -> None:
    pem = (keys / "ui-1.pem").read_text()
    secret = pem.splitlines()[1]
    signer = load_signer(keys, "ui-1")
    assert repr(signer) == "Ed25519Signer(ui-1)"
    assert str(signer) == repr(signer)
    (keys / "ui-1.pem").write_text(pem.replace("PRIVATE KEY", "SECRET"))
    with pytest.raises(KeyFileError) as caught:
        load_signer(keys, "ui-1")
    assert secret not in f"{caught.value!r} {caught.value} {caught.value.detail}"
    assert secret not in (keys / KEYRING_FILE).read_text()


def test_another_kind_of_key_is_refused(keys: Path) -> None:
    pem = generate_private_key(SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (keys / "ui-1.pem").write_bytes(pem)
    with pytest.raises(KeyFileError) as caught:
        load_signer(keys, "ui-1")
    assert "Ed25519" in caught.value.detail


def _again(keys: Path) -> object:
    return generate_key(keys, "ui-1", KeyUse.HUMAN, now=START)


def _bad_name(keys: Path) -> object:
    return generate_key(keys, "../ui", KeyUse.HUMAN, now=START)


def _missing(keys: Path) -> Ed25519Signer:
    return load_signer(keys, "ui-9")


def _unknown(keys: Path) -> None:
    revoke_key(keys / KEYRING_FILE, "ui-9")


def _no_ring(keys: Path) -> KeyringVerifier:
    return KeyringVerifier(keys / "none.json")


def _other_use(keys: Path) -> object:
    return ensure_key(keys, "ui-1", KeyUse.POLICY, now=START)


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (_again, "choose another id"),
        (_bad_name, "no key id"),
        (_missing, "ui-9.pem"),
        (_unknown, "has no key ui-9"),
        (_no_ring, "none.json"),
        (_other_use, "for human, not policy"),
    ],
)
def test_mistakes_are_named(keys: Path, act: Callable[[Path], object], told: str) -> None:
    with pytest.raises(KeyFileError) as caught:
        act(keys)
    assert told in caught.value.detail


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "Invalid JSON"),
        ('{"keys": [{"key_id": "a"}]}', "keys.0.public_key"),
        ('{"keys": [], "extra": 1}', "extra"),
        (
            '{"keys": [{"key_id": "a", "public_key": "AAAA", "use": "human", "created": "2026-03-02T09:00:00Z"}]}',
            "32 bytes",
        ),
    ],
)
def test_a_broken_keyring_is_named_and_verifies_nothing(
    keys: Path, verifier: KeyringVerifier, text: str, told: str
) -> None:
    signed = load_signer(keys, "ui-1").sign(decision())
    ring = keys / KEYRING_FILE
    ring.write_text(text)
    with pytest.raises(KeyFileError) as caught:
        verifier.verify(signed, "ui-1", START)
    assert str(ring) in caught.value.detail
    assert told in caught.value.detail


def test_a_doubled_key_id_is_refused(keys: Path) -> None:
    ring = keys / KEYRING_FILE
    both = read_keyring(ring).model_copy(update={"keys": read_keyring(ring).keys * 2})
    ring.write_text(both.model_dump_json())
    with pytest.raises(KeyFileError) as caught:
        read_keyring(ring)
    assert "ui-1 is there twice" in caught.value.detail


def test_ensuring_a_key_makes_it_once(tmp_path: Path) -> None:
    made = at_once([partial(ensure_key, tmp_path, "ui-1", KeyUse.HUMAN, now=START) for _ in range(6)])
    assert len(set(made)) == 1
    assert read_keyring(tmp_path / KEYRING_FILE).keys == (made[0],)


def test_processes_that_make_keys_at_once_lose_none(tmp_path: Path) -> None:
    at_once([partial(generate_key, tmp_path, f"k{n}", KeyUse.HUMAN, now=START) for n in range(6)])
    assert {key.key_id for key in read_keyring(tmp_path / KEYRING_FILE).keys} == {f"k{n}" for n in range(6)}
    assert not list(tmp_path.glob("*.new"))


def test_ensuring_mends_a_crash_between_the_two_files(keys: Path) -> None:
    known = read_keyring(keys / KEYRING_FILE).keys[0]
    (keys / KEYRING_FILE).unlink()
    assert ensure_key(keys, "ui-1", KeyUse.HUMAN, now=START) == known
    assert read_keyring(keys / KEYRING_FILE).keys == (known,)


def test_a_lost_private_half_is_not_replaced_silently(keys: Path) -> None:
    (keys / "ui-1.pem").unlink()
    with pytest.raises(KeyFileError) as caught:
        ensure_key(keys, "ui-1", KeyUse.HUMAN, now=START)
    assert "missing" in caught.value.detail
