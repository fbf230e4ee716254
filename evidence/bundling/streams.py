"""Large streams beside their document: a part holds stubs, their bytes lie in files, and saving brings them together.

So a photo passes from its file into the bundle a piece at a time, however many there are.
"""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf

ASIDE = "/PrazoAside"  # in a stub: the name of the file with its bytes
LARGE = 32_768  # bytes: smaller streams stay where they are
STUB = b"-"  # of a stream without bytes qpdf forgets the filter
HEADER = {"jsonversion": 2, "pdfversion": "1.7", "pushedinheritedpageresources": False, "calledgetallpages": False}

Reader = Callable[[Any], bytes | memoryview]


def put_aside(stream: pikepdf.Stream, raw: bytes, path: Path) -> None:
    """Make the stream a stub of these bytes (as its filter has them), which go into the file."""
    path.write_bytes(raw)
    stream[ASIDE] = pikepdf.String(path.name)


def put_large_aside(pdf: pikepdf.Pdf, folder: Path, name: str) -> None:
    """Empty every large stream of the document into a file of its own."""
    for number, stream in enumerate(part for part in pdf.objects if isinstance(part, pikepdf.Stream)):
        raw = stream.read_raw_bytes() if int(stream.get("/Length", 0)) >= LARGE else b""
        if len(raw) >= LARGE:
            kept = {key: stream[key] for key in ("/Filter", "/DecodeParms") if key in stream}
            stream.write(STUB)
            for key, value in kept.items():
                stream[key] = value
            put_aside(stream, raw, folder / f"{name}-{number}")


def read_from(folder: Path) -> Reader:
    """Reads a stream's raw bytes, those of a stub from its file."""

    def read(stream: Any) -> bytes:
        name = stream.get(ASIDE, None)
        return bytes(stream.read_raw_bytes()) if name is None else (folder / str(name)).read_bytes()

    return read


def names_aside(pdf: pikepdf.Pdf) -> list[str]:
    """The files with the bytes of its stubs."""
    return sorted(str(part[ASIDE]) for part in pdf.objects if isinstance(part, pikepdf.Stream) and ASIDE in part)


def bring_back(pdf: pikepdf.Pdf, folder: Path) -> None:
    """Give every stub its bytes, which are read when the document is saved. The last step before that."""
    stubs = [part for part in pdf.objects if isinstance(part, pikepdf.Stream) and ASIDE in part]
    objects = {f"obj:{stub.objgen[0]} {stub.objgen[1]} R": _spell(stub, folder) for stub in stubs}
    if objects:
        header = {**HEADER, "maxobjectid": len(pdf.objects)}
        pdf.update_from_qpdf_json(io.BytesIO(json.dumps({"qpdf": [header, objects]}).encode()))


def _spell(stub: pikepdf.Stream, folder: Path) -> dict[str, Any]:
    kept = {key: stub[key] for key in stub.keys() if key not in {ASIDE, "/Length"}}  # noqa: SIM118  no mapping
    spelled = json.loads(pikepdf.Dictionary(kept).to_json(dereference=False, schema_version=2))
    return {"stream": {"dict": spelled, "datafile": str(folder / str(stub[ASIDE]))}}
