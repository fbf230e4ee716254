"""PNG files whose compressed rows a PDF can take over as they are."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from evidence.bundling.problems import Problem, Unshowable

SIGNATURE = 8  # bytes
CHANNELS = {0: 1, 2: 3, 3: 1}  # of the colour types without transparency: grey, RGB, palette


@dataclass(frozen=True, slots=True)
class PngRows:
    """The rows of a PNG, compressed as they came; `palette` is empty where there is none."""

    width: int
    height: int
    depth: int
    channels: int
    palette: bytes
    data: bytes


def read_rows(data: bytes) -> PngRows | None:
    """The rows of a PNG that a PDF can show as they are; None for one with transparency or interlacing.

    Raises Unshowable when the file ends early, a checksum is wrong, or the rows are not as long as they should be.
    """
    chunks = list(_chunks(data))
    if not chunks or chunks[0][0] != b"IHDR" or len(chunks[0][1]) != 13 or chunks[-1][0] != b"IEND":
        raise Unshowable(Problem.DAMAGED)
    header = chunks[0][1]
    width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    depth, colour, interlaced = header[8], header[9], header[12]
    if colour not in CHANNELS or interlaced or any(name == b"tRNS" for name, _content in chunks):
        return None
    rows = b"".join(content for name, content in chunks if name == b"IDAT")
    row_bytes = 1 + (width * CHANNELS[colour] * depth + 7) // 8
    if _unpacked_length(rows, limit=row_bytes * height + 1) != row_bytes * height:
        raise Unshowable(Problem.DAMAGED)
    palette = next((content for name, content in chunks if name == b"PLTE"), b"") if colour == 3 else b""
    return PngRows(width, height, depth, CHANNELS[colour], palette, rows)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = SIGNATURE
    while position + 12 <= len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        end = position + 8 + length
        if end + 4 > len(data) or zlib.crc32(data[position + 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
            raise Unshowable(Problem.DAMAGED)
        name = data[position + 4 : position + 8]
        yield name, data[position + 8 : end]
        if name == b"IEND":
            return
        position = end + 4


def _unpacked_length(rows: bytes, *, limit: int) -> int:
    """How long the rows are unpacked, counted a piece at a time: a bomb takes no memory."""
    unpacker, total, packed = zlib.decompressobj(), 0, rows
    try:
        while packed and total < limit and not unpacker.eof:
            total += len(unpacker.decompress(packed, 1 << 20))
            packed = unpacker.unconsumed_tail
    except zlib.error as error:
        raise Unshowable(Problem.DAMAGED) from error
    return total
