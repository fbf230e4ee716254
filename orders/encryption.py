"""Texts that the database must not hold in clear: locked with a key that follows from SECRET_KEY."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class UnreadableSecret(ValueError):
    """What was locked cannot be unlocked: SECRET_KEY is another, and the old one is not in SECRET_KEY_FALLBACKS."""


def lock(text: str) -> str:
    """The text, locked with SECRET_KEY."""
    return _locks().encrypt(text.encode()).decode()


def unlock(locked: str) -> str:
    """The text in clear; what was locked with one of SECRET_KEY_FALLBACKS opens too. Raises UnreadableSecret."""
    try:
        return _locks().decrypt(locked.encode()).decode()
    except InvalidToken as error:
        raise UnreadableSecret("locked with another SECRET_KEY: enter it again") from error


def _locks() -> MultiFernet:
    return MultiFernet([Fernet(_derive(secret)) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _derive(secret: str) -> bytes:
    derived = HKDF(SHA256(), length=32, salt=None, info=b"prazo: keys of tracking services").derive(secret.encode())
    return base64.urlsafe_b64encode(derived)
