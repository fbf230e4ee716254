"""The hash of what a PDF really draws for an exhibit, worked out from its objects, whatever their numbers.

It goes through the page's drawing and everything that this draws with (pictures, fonts, forms): every dictionary in
one spelling, every stream with its bytes as they stand in the file. A changed bit in any of them changes the hash.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

import pikepdf

from evidence.bundling.layout import EXHIBIT
from evidence.bundling.streams import ASIDE, Reader

UNHASHED = {"/Length", ASIDE}  # the one follows from the bytes, the other is in no finished file


def read_raw(stream: Any) -> memoryview:
    """A stream's bytes as they stand in the file; not copied, for a bundle has hundreds of megabytes of them."""
    return memoryview(stream.get_raw_stream_buffer())


def digest_pages(pages: Iterable[tuple[pikepdf.Object, pikepdf.Object]], read: Reader = read_raw) -> str:
    """The hash of an exhibit's pages, given as (drawing, object drawn)."""
    hasher, numbers = hashlib.sha256(), dict[tuple[int, int], int]()
    for drawing, drawn in pages:
        for part in (drawing, drawn):
            _feed(part, hasher, numbers, read)
    return hasher.hexdigest()


def exhibit_of(page: pikepdf.Page) -> Any | None:
    """The object that a page shows as its exhibit, or None on a page of text."""
    resources = page.obj.get("/Resources", None)
    drawn = resources.get("/XObject", None) if isinstance(resources, pikepdf.Dictionary) else None
    return drawn.get(EXHIBIT, None) if isinstance(drawn, pikepdf.Dictionary) else None


def _feed(root: pikepdf.Object, hasher: Any, numbers: dict[tuple[int, int], int], read: Reader) -> None:
    """Hash an object and all that it refers to; a stack, for a document may nest deeper than Python calls."""
    waiting: list[Any] = [root]
    while waiting:
        part = waiting.pop()
        if isinstance(part, bytes):
            hasher.update(part)
            continue
        if isinstance(part, pikepdf.Object) and part.is_indirect:
            if part.objgen in numbers:
                hasher.update(b"seen %d;" % numbers[part.objgen])
                continue
            numbers[part.objgen] = len(numbers)
        if isinstance(part, pikepdf.Stream):
            raw = read(part)
            hasher.update(b"stream %d;" % len(raw))
            hasher.update(raw)
        waiting.extend(reversed(_spell(part)))


def _spell(part: Any) -> list[Any]:
    """An object as pieces to hash and objects to go on with."""
    if isinstance(part, pikepdf.Dictionary | pikepdf.Stream):
        keys = sorted(key for key in part.keys() if key not in UNHASHED)  # noqa: SIM118  a stream is no mapping
        pieces: list[Any] = [b"dictionary %d;" % len(keys)]
        for key in keys:
            pieces += [key.encode(errors="surrogateescape") + b";", part.get(key)]
        return pieces
    if isinstance(part, pikepdf.Array):
        return [b"array %d;" % len(part), *part]
    if isinstance(part, pikepdf.String):
        return [b"string %d;" % len(bytes(part)), bytes(part)]
    if isinstance(part, pikepdf.Object):
        return [b"object " + part.unparse() + b";"]
    return [f"{type(part).__name__} {part};".encode()]
