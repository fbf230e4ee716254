"""What a document costs whoever draws it, worked out before anybody does: bytes unpacked, pixels, things drawn."""

import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import pikepdf

from evidence.bundling.problems import MAX_DRAWN, MAX_PIXELS, MAX_UNPACKED, Problem, Unshowable

STEP = 1 << 20  # bytes
UNPACKABLE = {"/FlateDecode", "/Fl"}
DRAWN = re.compile(rb"/([^\s/\[\]()<>{}%]+)\s+Do\b")


def weigh(paper: pikepdf.Pdf) -> None:
    """Let a document pass that others can draw as well. Raises Unshowable for one that only means to cost them.

    A few kilobytes can unpack to gigabytes, hold a picture of a thousand million pixels, or draw a drawing that draws
    ten others, and so on. Such a document goes no further: the court's own viewer would suffer.
    """
    room, contents = MAX_UNPACKED, dict[tuple[int, int], bytes]()
    for part in paper.objects:
        if not isinstance(part, pikepdf.Stream):
            continue
        if part.get("/Subtype") == "/Image":
            _check_pixels(part)
            continue
        data = _unpack(part, limit=room)
        room -= len(data)
        contents[part.objgen] = data
    _check_drawings(paper, contents)


def _check_pixels(image: Any) -> None:
    try:
        pixels = int(image.get("/Width", 0)) * int(image.get("/Height", 0))
    except (TypeError, ValueError) as error:
        raise Unshowable(Problem.DAMAGED) from error
    if pixels > MAX_PIXELS:
        raise Unshowable(Problem.TOO_MANY_PIXELS)


def _unpack(stream: Any, *, limit: int) -> bytes:
    """What is in a stream; what is not packed by zlib stays as it is. Raises Unshowable when it is too long."""
    data: bytes = stream.read_raw_bytes()
    filters = stream.get("/Filter", [])
    for name in [filters] if isinstance(filters, pikepdf.Name) else list(filters):
        if str(name) not in UNPACKABLE:
            break
        data = b"".join(_inflate(data, limit))
    if len(data) > limit:
        raise Unshowable(Problem.TOO_COSTLY)
    return data


def _inflate(data: bytes, limit: int) -> Iterator[bytes]:
    """Piece by piece, so that what is too long is not held in memory."""
    unpacker, total = zlib.decompressobj(), 0
    try:
        while data and not unpacker.eof:
            piece = unpacker.decompress(data, STEP)
            data = unpacker.unconsumed_tail
            total += len(piece)
            if total > limit:
                raise Unshowable(Problem.TOO_COSTLY)
            yield piece
    except zlib.error:
        return  # readers draw what they get to; whether the document is damaged is asked elsewhere


def _check_drawings(paper: pikepdf.Pdf, contents: Mapping[tuple[int, int], bytes]) -> None:
    """Count what all pages draw, drawings inside drawings included."""
    known: dict[tuple[int, int], int] = {}
    drawn = 0
    for page in paper.pages:
        parts = page.obj.get("/Contents", None)
        for part in list(parts) if isinstance(parts, pikepdf.Array) else [parts]:
            if isinstance(part, pikepdf.Stream):
                drawn += _count(contents.get(part.objgen, b""), page.obj.get("/Resources", None), contents, known)
        if drawn > MAX_DRAWN:
            raise Unshowable(Problem.TOO_COMPLEX)


def _count(
    content: bytes, resources: Any, contents: Mapping[tuple[int, int], bytes], known: dict[tuple[int, int], int]
) -> int:
    """How many things a content draws; a drawing that leads back to itself counts once."""
    drawn = resources.get("/XObject", None) if isinstance(resources, pikepdf.Dictionary) else None
    if not isinstance(drawn, pikepdf.Dictionary):
        return 0
    total = 0
    for name in DRAWN.findall(content):
        part: Any = drawn.get("/" + name.decode("latin-1"), None)
        if not isinstance(part, pikepdf.Stream):
            continue
        if part.objgen not in known:
            known[part.objgen] = 1
            if part.get("/Subtype") == "/Form":
                inside = contents.get(part.objgen, b"")
                known[part.objgen] += _count(inside, part.get("/Resources", None) or resources, contents, known)
        total += known[part.objgen]
    return total
