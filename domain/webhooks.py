"""How a webhook's body is signed: the sender and the receiver both ask here."""

import hmac
from hashlib import sha256

SIGNATURE_HEADER = "x-countersign-signature"


def sign_webhook(secret: bytes, timestamp: int, body: bytes) -> str:
    """The header value that a sender makes: HMAC-SHA-256 over timestamp, a dot and the body, in hex."""
    mac = hmac.new(secret, f"{timestamp}.".encode() + body, sha256).hexdigest()
    return f"t={timestamp},v1={mac}"
