"""The list of what a bundle embeds, attached to it as JSON, and the seal over the whole file.

The seal stands in the second half of the file's ID: the SHA-256 of all its bytes with the ID set to zeros, cut to the
ID's length. The first half is that of the manifest. Both tell of a change anywhere; neither proves who made the file:
that is what a signature is for, which is added behind the sealed bytes and leaves them as they are.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import SEEK_END
from pathlib import Path
from typing import IO, Any

import pikepdf

from evidence.storing import CHUNK

NAME = "prazo-manifest.json"
FORMAT = "prazo-bundle/1"
STATIC_ID = b"31415926535897932384626433832795"  # what qpdf writes when it is asked for the same ID every time
ID = re.compile(rb"/ID \[<([0-9a-f]{32})><([0-9a-f]{32})>\]")
NO_IDS = b"<" + b"0" * 32 + b"><" + b"0" * 32 + b">"
IDS_LENGTH = len(NO_IDS)
TAIL = 8192  # bytes at the file's end among which its ID stands
START = re.compile(rb"startxref\s+(\d+)")
PREVIOUS = re.compile(rb"/Prev (\d+)")
END_MARK = b"%%EOF"
MOST_REVISIONS = 20  # that are looked through: each signature or time stamp is one


@dataclass(frozen=True, slots=True)
class Seal:
    """The two halves of a file's ID, what the second should be, and how many bytes it stands for."""

    manifest: str
    file: str
    computed: str
    end: int


def spell(manifest: Mapping[str, Any]) -> bytes:
    """A manifest as bytes, with one spelling."""
    return json.dumps(manifest, sort_keys=True, indent=1, ensure_ascii=False).encode()


def attach(pdf: pikepdf.Pdf, data: bytes, date: str) -> None:
    """Attach the manifest, as an associated file of the document."""
    stream = pdf.make_stream(
        data,
        Type=pikepdf.Name.EmbeddedFile,
        Subtype=pikepdf.Name("/application/json"),
        Params=pikepdf.Dictionary(Size=len(data), ModDate=date),
    )
    file = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Filespec,
            F=NAME,
            UF=NAME,
            AFRelationship=pikepdf.Name.Data,
            EF=pikepdf.Dictionary(F=stream, UF=stream),
        )
    )
    pdf.Root.Names = pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=[pikepdf.String(NAME), file]))
    pdf.Root.AF = pikepdf.Array([file])


def read_attached(pdf: pikepdf.Pdf) -> bytes | None:
    """The attached manifest as it stands, or None where there is none."""
    for file in pdf.Root.get("/AF", []):
        if str(file.get("/F", "")) == NAME:
            data: bytes = file.EF.F.read_bytes()
            return data
    return None


def digest_of(manifest: bytes) -> str:
    """The half of the ID that stands for the manifest."""
    return hashlib.sha256(manifest).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A file that was just sealed: its SHA-256, and the seal that its bytes on the disk gave."""

    sha256: str
    seal: Seal


def seal(path: Path, manifest: bytes) -> Sealed:
    """Write the seal into a file that was saved with the static ID, worked out from its bytes as they lie there."""
    with path.open("r+b") as file:
        size = path.stat().st_size
        place = max(0, size - TAIL)
        file.seek(place)
        tail = file.read()
        at = tail.rfind(b"<" + STATIC_ID + b"><" + STATIC_ID + b">")
        if at < 0:
            raise RuntimeError(f"{path.name} has no static ID to write the seal into")
        before, after = tail[:at], tail[at + IDS_LENGTH :]
        hasher = _hash(file, place)
        computed = _computed(hasher, before + NO_IDS + after)
        ids = b"<" + digest_of(manifest).encode() + b"><" + computed.encode() + b">"
        hasher.update(before + ids + after)
        file.seek(place + at)
        file.write(ids)
    return Sealed(str(hasher.hexdigest()), Seal(digest_of(manifest), computed, computed, size))


def read_seal(path: Path) -> Seal | None:
    """The seal of a file, or None where it has none; what was added behind the sealed bytes is not looked at."""
    with path.open("rb") as file:
        end = sealed_end(file)
        place = max(0, end - TAIL)
        file.seek(place)
        tail = file.read(end - place)
        found = list(ID.finditer(tail))
        if not found:
            return None
        at = found[-1].start(1) - 1
        hasher = _hash(file, place)
        computed = _computed(hasher, tail[:at] + NO_IDS + tail[at + IDS_LENGTH :])
        return Seal(found[-1][1].decode(), found[-1][2].decode(), computed, end)


def sealed_end(file: IO[bytes]) -> int:
    """Where the file ended when it was first written: each later revision tells where the one before it lies."""
    end = file.seek(0, SEEK_END)
    table = _read_number(file, max(0, end - TAIL), end, START, last=True)
    for _revision in range(MOST_REVISIONS):
        if table is None or table >= end:
            return end
        stop = _find(file, table, END_MARK)
        if stop is None:
            return end
        before = _read_number(file, table, stop, PREVIOUS, last=False)
        if before is None:
            return min(end, stop + len(END_MARK) + 1)
        table = before
    return end


def _read_number(file: IO[bytes], start: int, stop: int, pattern: re.Pattern[bytes], *, last: bool) -> int | None:
    """The number that follows what the pattern says, in this stretch of the file."""
    file.seek(start)
    found = pattern.findall(file.read(stop - start))
    return int(found[-1 if last else 0]) if found else None


def _find(file: IO[bytes], start: int, mark: bytes) -> int | None:
    """Where the mark stands next."""
    file.seek(start)
    kept, place = b"", start
    while piece := file.read(CHUNK):
        at = (kept + piece).find(mark)
        if at >= 0:
            return place - len(kept) + at
        place += len(piece)
        kept = (kept + piece)[-len(mark) :]
    return None


def _hash(file: IO[bytes], length: int) -> Any:
    """The hash so far of a file's first bytes."""
    hasher = hashlib.sha256()
    file.seek(0)
    while length > 0 and (piece := file.read(min(CHUNK, length))):
        hasher.update(piece)
        length -= len(piece)
    return hasher


def _computed(hasher: Any, rest: bytes) -> str:
    whole = hasher.copy()
    whole.update(rest)
    digest: str = whole.hexdigest()
    return digest[:32]
