"""Checking a bundle from its file alone: no database, no network, nothing but what the file says and draws."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf

from evidence.bundling.digests import digest_pages, exhibit_of
from evidence.bundling.manifests import FORMAT, NAME, digest_of, read_attached, read_seal


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
class Verification:
    """What a look at a bundle found; `problems` is empty where all of it holds."""

    pages: int
    checks: tuple[Check, ...]
    problems: tuple[str, ...]


def verify(path: Path) -> Verification:
    """Work the hash of every embedded exhibit out again, and that of the whole file. Raises NotABundle."""
    try:
        with pikepdf.open(path, suppress_warnings=True) as pdf:
            manifest = _manifest(path, pdf)
            if manifest is None:
                return Verification(0, (), ("its manifest cannot be read: the file was changed or damaged",))
            checks = tuple(_check(pdf, stated) for stated in manifest["exhibits"])
            problems = [*_exhibit_problems(checks), *_file_problems(path, pdf, manifest)]
            return Verification(len(pdf.pages), checks, tuple(problems))
    except (pikepdf.PdfError, pikepdf.PasswordError) as error:
        if _names_manifest(path):
            return Verification(0, (), (f"it was changed or damaged: {error}",))
        raise NotABundle(
            f"{path.name}: not a PDF that can be opened: choose a file that export_bundle wrote"
        ) from error


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


def _file_problems(path: Path, pdf: pikepdf.Pdf, manifest: dict[str, Any]) -> Iterator[str]:
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
    found = read_seal(path)
    if found is None:
        yield "its seal is missing: the file was saved anew after the export"
    elif found.manifest != digest_of(read_attached(pdf) or b""):
        yield "the manifest is not the one that the file was sealed with"
    elif found.file != found.computed:
        yield "the file was changed after the export: its seal does not fit its bytes"
