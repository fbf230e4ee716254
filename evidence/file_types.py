"""What kind of file something is: told by its content, never by its name."""

from enum import StrEnum
from pathlib import Path

HEAD = 4096  # bytes that tell the type
HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
ZIP_END = b"PK\x05\x06"  # the record that ends a ZIP archive: 22 bytes and a comment of the length that it tells
ZIP_END_BYTES = 22


class FileType(StrEnum):
    """The types that an exhibit may have."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    HEIC = "heic"
    PDF = "pdf"
    TEXT = "text"  # a chat record


MEDIA_TYPES = {
    FileType.JPEG: "image/jpeg",
    FileType.PNG: "image/png",
    FileType.WEBP: "image/webp",
    FileType.HEIC: "image/heic",
    FileType.PDF: "application/pdf",
    FileType.TEXT: "text/plain; charset=utf-8",
}


def sniff(head: bytes) -> FileType | None:
    """The type of a file that begins with `head`, or None where it is none of ours."""
    if head.startswith(b"\xff\xd8\xff"):
        return FileType.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileType.PNG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return FileType.WEBP
    if head[4:8] == b"ftyp" and head[8:12] in HEIF_BRANDS:
        return FileType.HEIC
    # A byte-order mark and blank lines before the header are common in carriers' files, and harmless.
    return FileType.PDF if head.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"%PDF-") else None


def is_polyglot(path: Path, file_type: FileType) -> bool:
    """Whether the file is meant to be read as something else as well: an archive, a web page, a program, a PDF."""
    with path.open("rb") as file:
        head = file.read(HEAD)
        size = file.seek(0, 2)
        file.seek(max(0, size - 65_557))
        tail = file.read()
    low = head.lower()
    if any(sign in low for sign in (b"<html", b"<script", b"<!doctype", b"<?php")):
        return True
    if file_type is not FileType.PDF and (b"%PDF-" in head or b"%PDF-" in tail):
        return True
    return _ends_as_zip(tail)


def _ends_as_zip(tail: bytes) -> bool:
    start = tail.rfind(ZIP_END)
    if start < 0 or len(tail) - start < ZIP_END_BYTES:
        return False
    comment = int.from_bytes(tail[start + 20 : start + 22], "little")
    return start + ZIP_END_BYTES + comment == len(tail)
