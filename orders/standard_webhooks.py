"""What is posted to other programs, signed in the form of Standard Webhooks (HMAC-SHA256 over id, time and body)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

SHORTEST, LONGEST = 24, 64  # bytes of a key


def make_secret() -> str:
    """A secret of 32 random bytes, as people copy it: `whsec_` and base64."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"


def read_key(secret: str) -> bytes:
    """The key behind `whsec_…`. Raises ValueError where it is none, or shorter than 24 bytes."""
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    if not secret.startswith("whsec_") or not SHORTEST <= len(key) <= LONGEST:
        raise ValueError("expected whsec_ and 24 to 64 bytes in base64")
    return key


def signed_headers(
    message_id: str, body: bytes, *, secret: str, now: datetime, former: Sequence[str] = ()
) -> dict[str, str]:
    """The headers by which the receiver sees who posted, when (UTC), and whether he has had it already.

    There is a signature for the secret and for each of the `former` ones: any one that he knows proves it.
    """
    seconds = str(int(now.timestamp()))
    said = b".".join([message_id.encode(), seconds.encode(), body])
    keys = [read_key(one) for one in (secret, *former)]
    digests = [hmac.new(key, said, hashlib.sha256).digest() for key in keys]
    return {
        "Content-Type": "application/json",
        "User-Agent": "Prazo",
        "webhook-id": message_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests),
    }
