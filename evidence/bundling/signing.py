"""Signing a sealed bundle: a PAdES signature added behind its bytes, with a time stamp where a server is named.

A bundle is due at a deadline, a signature is not: whatever goes wrong leaves the bundle as it was, and says so.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, TypeVar

from evidence.bundling.signing_keys import SigningKey, UnusableKey, load_signer
from evidence.bundling.stamps import make_stamper

T = TypeVar("T")

FIELD = "PrazoSignature"
CHUNK = 1 << 20  # bytes
RESERVED = 32_768  # bytes for the signature, its certificates and the time stamp


class SigningState(StrEnum):
    """How far signing came."""

    UNSIGNED = "unsigned"
    SIGNED = "signed"
    STAMPED = "stamped"  # signed, and a third party says when


@dataclass(frozen=True, slots=True)
class Signing:
    """What became of a signature; `note` is empty where all went as the settings ask."""

    state: SigningState
    signer: str = ""
    note: str = ""


def sign(path: Path, key: SigningKey | None) -> Signing:
    """Sign the finished file in place, so that nobody can change it unnoticed; its sealed bytes stay as they are.

    Never raises for what a key or a server does: without a time stamp it is signed all the same, without a usable key
    it stays as it was, and `note` says why.
    """
    if key is None:
        return Signing(SigningState.UNSIGNED)
    try:
        signer = load_signer(key)
    except UnusableKey as error:
        return Signing(SigningState.UNSIGNED, note=str(error))
    name = str(signer.subject_name)
    refusal = _attempt(path, lambda file: _write(file, signer, key.timestamp_url))
    if not refusal:
        return Signing(SigningState.STAMPED if key.timestamp_url else SigningState.SIGNED, name)
    if key.timestamp_url:
        note = f"signed without a time stamp: {key.timestamp_url} gave none ({refusal})"
        refusal = _attempt(path, lambda file: _write(file, signer, ""))
        if not refusal:
            return Signing(SigningState.SIGNED, name, note)
    return Signing(SigningState.UNSIGNED, note=f"it could not be signed: {refusal}")


def run_apart(work: Callable[[], T]) -> T:
    """Do it in a thread of its own: pyHanko runs an event loop, and this thread may have one already."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def _attempt(path: Path, write: Callable[[IO[bytes]], None]) -> str:
    """Let something be added to the file; what fails is taken away again, and the reason returned."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        try:
            run_apart(lambda: write(file))
        except Exception as error:  # whatever a key, a server or their libraries come up with, the bundle is worth more
            file.truncate(size)
            return " ".join(f"{type(error).__name__}: {error}".split())[:300]
    return ""


def _write(file: IO[bytes], signer: Any, timestamp_url: str) -> None:
    """Add the signature behind what is there."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

    said = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    stamper = make_stamper(timestamp_url) if timestamp_url else None
    pdf_signer = PdfSigner(said, signer, timestamper=stamper)
    writer: Any = IncrementalPdfFileWriter(file)
    writer._update_meta = lambda: None  # it would date the document anew, beside the metadata that we wrote
    pdf_signer.sign_pdf(writer, bytes_reserved=RESERVED, in_place=True, chunk_size=CHUNK)
