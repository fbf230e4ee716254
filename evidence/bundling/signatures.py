"""Reading the signature of a bundle: who signed, when, and whether anything was added but the signature. Offline."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from evidence.bundling.signing import run_apart

ROOT_KEYS = {"/AcroForm", "/Extensions", "/Perms"}  # of the document's root, which a signature adds
FORM_KEYS = {"/Fields", "/SigFlags"}
DRAWN = {"/AP", "/A", "/AA", "/MK", "/Kids"}


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature. `is_trusted` is None where no certificate to trust was given: then the name is only a claim.

    `signed_at` is what the signer's clock said, `stamped_at` what a time-stamp server confirmed (both UTC).
    """

    signer: str
    issuer: str
    fingerprint: str
    signed_at: datetime | None
    stamped_at: datetime | None
    stamped_by: str
    is_trusted: bool | None
    problems: tuple[str, ...]


def read_signatures(path: Path, trusted: Sequence[Path]) -> list[Signature]:
    """The signatures behind a bundle's sealed bytes, checked; empty where there is none.

    `trusted` are files (PEM or DER) with certificates of authorities, or of the signer himself.
    Raises UnusableCertificate for one that holds none.
    """
    # Here, for an unsigned bundle need not pay for it: half a second.
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko_certvalidator import ValidationContext

    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # what it finds comes back as our own sentences
    logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)
    roots = [certificate for file in trusted for certificate in _load(file)]
    context = ValidationContext(trust_roots=roots, allow_fetching=False)
    with path.open("rb") as file:
        try:
            reader: Any = PdfFileReader(file)
            found = [_check(signature, context, has_roots=bool(roots)) for signature in reader.embedded_signatures]
            additions = _additions(reader) if found else ()
        except (PdfError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            return [_unreadable(f"the signature cannot be read: {' '.join(str(error).split())[:200]}")]
    return [
        Signature(one.signer, one.issuer, one.fingerprint, one.signed_at, one.stamped_at, one.stamped_by,
                  one.is_trusted, (*one.problems, *additions))
        for one in found
    ]  # fmt: skip


class UnusableCertificate(ValueError):
    """A file without a certificate; the message says what to choose instead."""


def _load(path: Path) -> list[Any]:
    from pyhanko import keys

    load: Any = keys.load_certs_from_pemder
    try:
        certificates = list(load([str(path)]))
    except (ValueError, TypeError) as error:
        raise UnusableCertificate(f"{path}: no certificate: choose a PEM or DER file") from error
    if not certificates:
        raise UnusableCertificate(f"{path}: no certificate: choose a PEM or DER file")
    return certificates


def _unreadable(problem: str) -> Signature:
    return Signature("", "", "", None, None, "", None, (problem,))


def _check(signature: Any, context: Any, *, has_roots: bool) -> Signature:
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.errors import SignatureValidationError

    try:
        status: Any = run_apart(lambda: validate_pdf_signature(signature, context, context))
    except (SignatureValidationError, ValueError) as error:
        return _unreadable(f"the signature is not valid: {' '.join(str(error).split())[:200]}")
    certificate, stamp = status.signing_cert, status.timestamp_validity
    is_stamped = stamp is not None and stamp.intact and stamp.valid
    return Signature(
        signer=certificate.subject.human_friendly,
        issuer=certificate.issuer.human_friendly,
        fingerprint=certificate.sha256.hex(),
        signed_at=status.signer_reported_dt,
        stamped_at=stamp.timestamp if is_stamped else None,
        stamped_by=stamp.signing_cert.subject.human_friendly if is_stamped else "",
        is_trusted=(status.trusted and (stamp is None or stamp.trusted)) if has_roots else None,
        problems=tuple(_problems(status, has_roots=has_roots)),
    )


def _problems(status: Any, *, has_roots: bool) -> list[str]:
    """What is wrong with a signature, in sentences."""
    from pyhanko.sign.validation.status import SignatureCoverageLevel

    stamp, problems = status.timestamp_validity, []
    if not (status.intact and status.valid):
        problems.append("the signature is not valid: the file is not what was signed")
    elif status.coverage is None or status.coverage < SignatureCoverageLevel.ENTIRE_FILE:
        problems.append("the signature does not cover the whole file: something was added after it")
    if stamp is not None and not (stamp.intact and stamp.valid):
        problems.append("the time stamp is not valid")
    if has_roots and not status.trusted:
        problems.append("the signature is of nobody whom the given certificates vouch for")
    elif has_roots and stamp is not None and not stamp.trusted:
        problems.append("the time stamp is of nobody whom the given certificates vouch for")
    return problems


def _additions(reader: Any) -> tuple[str, ...]:
    """What stands behind the sealed bytes besides signatures that show nothing."""
    before, trailer = reader.get_historical_resolver(0), reader.trailer
    is_moved = any(trailer.flatten(0).get(key) != trailer.flatten().get(key) for key in ("/Root", "/Info"))
    for number in range(1, reader.total_revisions):
        after = reader.get_historical_resolver(number)
        known = [
            ref for ref in after.explicit_refs_in_revision() if reader.xrefs.get_historical_ref(ref, 0) is not None
        ]
        is_moved |= bool(after.refs_freed_in_revision()) or not all(_is_same(before(ref), after(ref)) for ref in known)
    form = reader.root["/AcroForm"]
    if is_moved or set(form) - FORM_KEYS or not all(_is_unseen(field) for field in form["/Fields"]):
        return ("more than a signature was added to the sealed file",)
    return ()


def _is_same(before: Any, after: Any) -> bool:
    """Whether an object is as it was, but for what a signature has to change: the root, and a page's annotations."""
    is_stream = [hasattr(part, "encoded_data") for part in (before, after)]
    if any(is_stream):  # two streams are equal to pyHanko when their dictionaries are
        return all(is_stream) and before == after and before.encoded_data == after.encoded_data
    if before == after:
        return True
    if not all(hasattr(part, "raw_get") for part in (before, after)):
        return False
    kind = before.get("/Type", "")
    free = ROOT_KEYS if kind == "/Catalog" else {"/Annots"} if kind == "/Page" else set()
    was, now = ({key: part.raw_get(key) for key in part if key not in free} for part in (before, after))
    if was != now:
        return False
    old, new = (list(part["/Annots"]) if "/Annots" in part else [] for part in (before, after))
    return new[: len(old)] == old and all(_is_unseen(field) for field in new[len(old) :])


def _is_unseen(field: Any) -> bool:
    """Whether a form's field is a signature that is drawn nowhere and does nothing."""
    part = field.get_object()
    return part.get("/FT") == "/Sig" and not set(part) & DRAWN and all(side == 0 for side in part["/Rect"])
