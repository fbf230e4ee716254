"""How the services sign: their own recipes, older than HMAC."""

import hashlib
import hmac


def seventeen_track_sign(body: bytes, key: str) -> str:
    """The header `sign` of a post from 17TRACK: SHA-256 of the body, a slash and the key, as hexadecimal digits."""
    return hashlib.sha256(body + b"/" + key.encode()).hexdigest()


def is_signed(body: bytes, key: str, given: str) -> bool:
    """Whether 17TRACK signed the body with this key; takes the same time whatever the difference."""
    return hmac.compare_digest(seventeen_track_sign(body, key).encode(), given.strip().lower().encode())


def kuaidi100_sign(param: str, key: str, customer: str) -> str:
    """The field `sign` of a request to Kuaidi100: MD5 over the very text that is sent, as capital letters."""
    return hashlib.md5((param + key + customer).encode(), usedforsecurity=False).hexdigest().upper()
