"""The list of what a bundle embeds, attached to it as JSON, and the seal over the whole file.

The seal stands in the second half of the file's ID: the SHA-256 of all its bytes with the ID set to zeros, cut to the
ID's length. The first half is that of the manifest. Both tell of a change anywhere; neither proves who made the file.
"""

import hashlib
import json
import mmap
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf

NAME = "prazo-manifest.json"
FORMAT = "prazo-bundle/1"
STATIC_ID = b"31415926535897932384626433832795"  # what qpdf writes when it is asked for the same ID every time
ID = re.compile(rb"/ID \[<([0-9a-f]{32})><([0-9a-f]{32})>\]")
ZEROS = b"0" * 32
TAIL = 8192  # bytes at the file's end among which its ID stands


@dataclass(frozen=True, slots=True)
class Seal:
    """The two halves of a file's ID, and what they should be."""

    manifest: str
    file: str
    computed: str


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


def seal(path: Path, manifest: bytes) -> None:
    """Write the seal into a file that was saved with the static ID."""
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as data:
        start = data.rfind(b"<" + STATIC_ID + b"><" + STATIC_ID + b">")
        if start < 0:
            raise RuntimeError(f"{path.name} has no static ID to write the seal into")
        first, second = start + 1, start + 35
        data[first : first + 32] = ZEROS
        data[second : second + 32] = ZEROS
        computed = hashlib.sha256(data).hexdigest()[:32].encode()
        data[first : first + 32] = digest_of(manifest).encode()
        data[second : second + 32] = computed


def read_seal(path: Path) -> Seal | None:
    """The seal of a file, or None where it has none."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY) as data:
        found = list(ID.finditer(data[-TAIL:]))
        if not found:
            return None
        start = max(0, len(data) - TAIL) + found[-1].start()
        first, second = start + 6, start + 40
        manifest, file_half = bytes(data[first : first + 32]), bytes(data[second : second + 32])
        data[first : first + 32] = ZEROS
        data[second : second + 32] = ZEROS
        return Seal(manifest.decode(), file_half.decode(), hashlib.sha256(data).hexdigest()[:32])
