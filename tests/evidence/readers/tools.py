"""The programs that read PDF files: poppler's and qpdf."""

import hashlib
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

PAGE_END = "\f"


def run(tool: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a reader to its end; where the machine lacks it, the test is skipped, and in CI that fails."""
    if shutil.which(tool) is None:
        pytest.skip(f"no {tool} on this machine: make system")
    return subprocess.run([tool, *map(str, words)], capture_output=True, text=True, errors="replace", timeout=900)


def page_texts(path: Path) -> list[str]:
    """Each page's text as poppler reads it, laid out as on the page."""
    return run("pdftotext", "-layout", "-enc", "UTF-8", path, "-").stdout.split(PAGE_END)[:-1]


def info(path: Path) -> dict[str, str]:
    """What poppler says of the document."""
    lines = run("pdfinfo", path).stdout.splitlines()
    return {key.strip(): value.strip() for key, _colon, value in (line.partition(":") for line in lines)}


@dataclass(frozen=True)
class Font:
    """A font as poppler finds it, by the number of its object."""

    number: int
    name: str
    is_embedded: bool
    can_be_copied: bool


def fonts(path: Path) -> list[Font]:
    """Every font of the document."""
    rows = [line.split() for line in run("pdffonts", path).stdout.splitlines()[2:]]
    return [Font(int(row[-2]), row[0], row[-5] == "yes", row[-3] == "yes") for row in rows]


def attached_hashes(path: Path) -> dict[str, str]:
    """The SHA-256 of every attached file, as poppler takes it out."""
    with TemporaryDirectory() as folder:
        run("pdfdetach", "-saveall", "-o", folder, path)
        return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in Path(folder).iterdir()}


def image_files(path: Path) -> list[bytes]:
    """Every picture as it lies in the document, as poppler takes it out."""
    with TemporaryDirectory() as folder:
        run("pdfimages", "-all", path, Path(folder) / "image")
        return [file.read_bytes() for file in sorted(Path(folder).iterdir())]


def complaint(path: Path) -> str:
    """What qpdf finds wrong with the file; an empty string when nothing."""
    checked = run("qpdf", "--check", path)
    return "" if checked.returncode == 0 else f"{checked.stdout}{checked.stderr}"[:500]
