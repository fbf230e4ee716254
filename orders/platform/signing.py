"""How the platform signs: HMAC-SHA256 over the sorted parameters, and over what it posts to us."""

import hashlib
import hmac
from collections.abc import Mapping


def sign_call(api: str, params: Mapping[str, str], secret: str) -> str:
    """The parameter `sign` of a call, as capital hexadecimal digits.

    `api` is the method, or the path of a system call; only a path stands before the parameters. Those are sorted by
    their names as ASCII; `sign` itself and what is empty are left out.
    """
    given = "".join(f"{name}{params[name]}" for name in sorted(params) if name != "sign" and params[name] != "")
    text = f"{api if '/' in api else ''}{given}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest().upper()


def sign_push(app_key: str, body: bytes, secret: str) -> str:
    """The header of a post from the platform: over the app's key and the body, as small hexadecimal digits."""
    return hmac.new(secret.encode(), app_key.encode() + body, hashlib.sha256).hexdigest()


def is_signed(app_key: str, body: bytes, secret: str, given: str) -> bool:
    """Whether the platform signed the body for this app; takes the same time whatever the difference."""
    return hmac.compare_digest(sign_push(app_key, body, secret).encode(), given.strip().lower().encode())
