"""Checking a bundle from its file alone: no database, no network, nothing but what the file says and draws."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pikepdf

from evidence.bundling.digests import digest_pages, exhibit_of
from evidence.bundling.manifests import FORMAT, NAME, Seal, digest_of, read_attached, read_seal
from evidence.bundling.signatures import Signature, read_signatures
from evidence.bundling.verify_lines import line_of


class NotABundle(ValueError):
    """A file that Prazo did not make; the message says why it is taken for none."""


@dataclass(frozen=True, slots=True)
class Check:
    """One exhibit: what the manifest says of its drawing, and what the file draws. Both empty: a slip alone."""

    mark: str
    original_sha256: str
    stated: str
    found: str

    @property
    def holds(self) -> bool:
        """Whether what is drawn is what the manifest says."""
        return self.stated == self.found


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file inside the bundle: its hash as the manifest says, and as it is; either is empty where there is none."""

    name: str
    stated: str
    found: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What a look at a bundle found; `problems` is empty where all of it holds. It may be one part of several."""

    pages: int
    checks: tuple[Check, ...]
    problems: tuple[str, ...]
    part: int = 1
    parts: int = 1
    attached: tuple[AttachedFile, ...] = ()
    signatures: tuple[Signature, ...] = ()
    line: str = ""  # as the cover prints it, worked out from the manifest


def verify(path: Path, trusted: Sequence[Path] = (), sealed: Seal | None = None) -> Verification:
    """Work every hash out again: of each exhibit, each attached file and the whole; and check who signed, if anybody.

    `sealed` is the seal of a file that was sealed a moment ago, from its bytes on the disk: they are not hashed twice.
    `trusted` are certificates that a signature has to go back to. Raises NotABundle and UnusableCertificate.
    """
    try:
        with pikepdf.open(path, suppress_warnings=True) as pdf:
            manifest = _manifest(path, pdf)
            if manifest is None:
                return Verification(0, (), ("its manifest cannot be read: the file was changed or damaged",))
            return _verify(path, pdf, manifest, trusted, sealed)
    except (pikepdf.PdfError, pikepdf.PasswordError) as error:
        if _names_manifest(path):
            return Verification(0, (), (f"it was changed or damaged: {error}",))
        raise NotABundle(
            f"{path.name}: not a PDF that can be opened: choose a file that export_bundle wrote"
        ) from error


def _verify(
    path: Path, pdf: pikepdf.Pdf, manifest: dict[str, Any], trusted: Sequence[Path], sealed: Seal | None
) -> Verification:
    checks = tuple(_check(pdf, stated) for stated in manifest["exhibits"])
    attached = tuple(_attached(pdf, manifest))
    is_longer = (found := sealed or read_seal(path)) is not None and found.end < path.stat().st_size
    signatures = tuple(read_signatures(path, trusted)) if is_longer else ()
    problems = [
        *_exhibit_problems(checks),
        *_attached_problems(attached),
        *_file_problems(pdf, manifest),
        *_seal_problems(found, pdf),
        *(problem for signature in signatures for problem in signature.problems),
    ]
    if is_longer and not signatures:
        problems.append("something was added to the file after the export")
    if trusted and not signatures:
        problems.append("it is not signed, so that the given certificates vouch for nothing")
    line = line_of(manifest)
    part, parts = (int(manifest.get(name, 1)) for name in ("part", "parts"))
    return Verification(len(pdf.pages), checks, tuple(dict.fromkeys(problems)), part, parts, attached, signatures, line)


def _manifest(path: Path, pdf: pikepdf.Pdf) -> dict[str, Any] | None:
    """The manifest; None where the file had one that can no longer be read."""
    try:
        data = read_attached(pdf)
        manifest = json.loads(data) if data is not None else None
        if isinstance(manifest, dict) and manifest.get("format") == FORMAT and isinstance(manifest["exhibits"], list):
            return manifest
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError):
        pass
    if _names_manifest(path):
        return None
    raise NotABundle(f"{path.name}: a PDF without the manifest of a bundle: choose a file that export_bundle wrote")


def _names_manifest(path: Path) -> bool:
    """Whether the file's bytes name the manifest: a bundle, whatever became of it."""
    return NAME.encode() in path.read_bytes()


def _check(pdf: pikepdf.Pdf, stated: dict[str, Any]) -> Check:
    original = str(stated.get("original_sha256", ""))
    return Check(str(stated.get("mark", "?")), original, str(stated.get("embedded_sha256", "")), _found(pdf, stated))


def _found(pdf: pikepdf.Pdf, stated: dict[str, Any]) -> str:
    """The hash of what the exhibit's pages draw; empty where they draw none."""
    try:
        pages = pdf.pages[int(stated["first_page"]) - 1 : int(stated["last_page"])]
        drawn = [(page.obj.Contents[-2], exhibit) for page in pages if (exhibit := exhibit_of(page)) is not None]
        if len(drawn) != int(stated["embedded_pages"]):
            return f"{len(drawn)} pages instead of {stated['embedded_pages']}"
        return digest_pages(drawn) if drawn else ""
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        return f"unreadable: {type(error).__name__}"


def _exhibit_problems(checks: tuple[Check, ...]) -> Iterator[str]:
    for check in checks:
        if not check.holds:
            yield f"exhibit {check.mark} is not what the manifest says: {check.found or 'nothing is drawn'}"


def _attached(pdf: pikepdf.Pdf, manifest: dict[str, Any]) -> Iterator[AttachedFile]:
    """Every file inside, but the manifest; and every one that the manifest tells of and that is not there."""
    stated = {str(one["attached"]): str(one["original_sha256"]) for one in manifest["exhibits"] if one.get("attached")}
    stated |= {str(one["name"]): str(one["sha256"]) for one in manifest.get("attachments", [])}
    own, missing = sha256(read_attached(pdf) or b"").hexdigest(), set(stated)
    for file in pdf.attachments.values():
        found = sha256(_content(file)).hexdigest()
        if (file.filename, found) != (NAME, own):
            yield AttachedFile(file.filename, stated.get(file.filename, ""), found)
            missing.discard(file.filename)
    for name in sorted(missing):
        yield AttachedFile(name, stated[name], "")


def _content(file: pikepdf.AttachedFileSpec) -> bytes:
    try:
        return file.get_file().read_bytes()
    except (pikepdf.PdfError, ValueError, KeyError, TypeError, AttributeError):
        return b""


def _attached_problems(attached: tuple[AttachedFile, ...]) -> Iterator[str]:
    for file in attached:
        if not file.found:
            yield f"the attached file {file.name} was removed"
        elif not file.stated:
            yield f"the attached file {file.name} is none that the manifest names"
        elif file.stated != file.found:
            yield f"the attached file {file.name} is not what the manifest says"


def _file_problems(pdf: pikepdf.Pdf, manifest: dict[str, Any]) -> Iterator[str]:
    """What else in the file is not as it was written."""
    if warnings := pdf.get_warnings():  # reading them empties the list
        yield f"the file is damaged: {warnings[0]}"
    if len(pdf.pages) != manifest.get("pages"):
        yield f"the file has {len(pdf.pages)} pages, the manifest says {manifest.get('pages')}"
    shown = {page for stated in manifest["exhibits"] for page in range(stated["first_page"], stated["last_page"] + 1)}
    drawn = [number for number, page in enumerate(pdf.pages, start=1) if exhibit_of(page) is not None]
    extra = [number for number in drawn if number not in shown]
    if extra:
        yield f"page {extra[0]} draws an exhibit that the manifest does not name"


def _seal_problems(found: Seal | None, pdf: pikepdf.Pdf) -> Iterator[str]:
    if found is None:
        yield "its seal is missing: the file was saved anew after the export"
    elif found.manifest != digest_of(read_attached(pdf) or b""):
        yield "the manifest is not the one that the file was sealed with"
    elif found.file != found.computed:
        yield "the file was changed after the export: its seal does not fit its bytes"
