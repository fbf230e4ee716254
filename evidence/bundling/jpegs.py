"""JPEG files without what they say about their maker: the picture's own bytes stay as they are."""

import re

from evidence.bundling.problems import MAX_SCANS, Problem, Unshowable

SOI, EOI, SOS, COM = 0xD8, 0xD9, 0xDA, 0xFE
APP0, APP2, APP14, APP15 = 0xE0, 0xE2, 0xEE, 0xEF
ALONE = {0x01, *range(0xD0, 0xD8)}  # markers without a length
# In a scan, FF 00 is data and FF D0–D7 restart it; any other marker ends it. It begins with one letter, which makes the
# search ten times faster than one for FF+.
SCAN_END = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")


def strip_jpeg(data: bytes) -> bytes:
    """The picture alone: no EXIF, GPS, thumbnail, comment or second picture.

    Raises Unshowable when it ends early, or comes in so many scans that showing it takes minutes.

    What decoders need stays: JFIF, the colour profile, Adobe's colour transform, and every table and scan.
    """
    kept, position, scans = [data[:2]], 2, 0
    while True:
        marker, position = _next_marker(data, position)
        if marker == EOI:
            return b"".join([*kept, b"\xff\xd9"])
        if marker in ALONE:
            kept.append(bytes([0xFF, marker]))
            continue
        end = position + int.from_bytes(data[position : position + 2], "big")
        if end > len(data) or end < position + 2:
            raise Unshowable(Problem.DAMAGED)
        if _is_needed(marker, data[position + 2 : end]):
            kept.append(bytes([0xFF, marker]) + data[position:end])
        position = end
        if marker == SOS:
            scans += 1
            if scans > MAX_SCANS:
                raise Unshowable(Problem.TOO_COSTLY)
            found = SCAN_END.search(data, position)
            if found is None:
                raise Unshowable(Problem.DAMAGED)
            kept.append(data[position : found.start()])
            position = found.start()


def _next_marker(data: bytes, position: int) -> tuple[int, int]:
    """The marker that stands here, and the position after it; fill bytes are skipped."""
    if data[position : position + 1] != b"\xff":
        raise Unshowable(Problem.DAMAGED)
    while data[position : position + 1] == b"\xff":
        position += 1
    if position >= len(data):
        raise Unshowable(Problem.DAMAGED)
    return data[position], position + 1


def _is_needed(marker: int, content: bytes) -> bool:
    if marker == APP0:
        return content.startswith(b"JFIF\0")
    if marker == APP2:
        return content.startswith(b"ICC_PROFILE\0")
    if marker == APP14:
        return content.startswith(b"Adobe")
    return marker != COM and not APP0 <= marker <= APP15
