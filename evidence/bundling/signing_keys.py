"""The key that bundles are signed with: which one the settings name, and whether it can be used."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from evidence.storing import hash_file


class UnusableKey(ValueError):
    """A key that cannot sign; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A PKCS#12 file with key and certificates, and the address of an RFC 3161 server or an empty string."""

    path: Path
    passphrase: str
    timestamp_url: str = ""


def signing_key() -> SigningKey | None:
    """The key that the settings name, or None where bundles stay unsigned."""
    if not settings.BUNDLE_SIGNING_KEY:
        return None
    return SigningKey(
        Path(settings.BUNDLE_SIGNING_KEY), settings.BUNDLE_SIGNING_PASSPHRASE, settings.BUNDLE_TIMESTAMP_URL
    )


def signed_by(key: SigningKey | None) -> str:
    """What tells one key and server from another, without the passphrase; an empty string without a key."""
    if key is None:
        return ""
    try:
        return f"{hash_file(key.path)} {key.timestamp_url}"
    except OSError:
        return f"none {key.timestamp_url}"


def load_signer(key: SigningKey) -> Any:
    """The key and its certificates, ready to sign. Raises UnusableKey."""
    from pyhanko.sign import SimpleSigner  # here: costs an unsigned bundle 0.6 s

    try:
        data = key.path.read_bytes()
        return SimpleSigner.load_pkcs12_data(data, other_certs=[], passphrase=key.passphrase.encode())
    except OSError as error:
        raise UnusableKey(
            f"the signing key {key.path.name} cannot be read ({error.strerror}): check BUNDLE_SIGNING_KEY"
        ) from error
    except (ValueError, TypeError) as error:
        raise UnusableKey(
            f"the signing key {key.path.name} cannot be opened: check BUNDLE_SIGNING_PASSPHRASE,"
            " and that it is a PKCS#12 file"
        ) from error
