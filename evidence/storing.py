"""Keeping a file under its hash: written once, whole, read-only; the same content is kept once."""

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CHUNK = 1 << 20  # bytes
READ_ONLY = 0o440


class TooLarge(ValueError):
    """More bytes than allowed."""


@dataclass(frozen=True, slots=True)
class Received:
    """A file that has come in whole and waits for its place."""

    path: Path
    sha256: str
    size: int
    head: bytes


@contextmanager
def receive(chunks: Iterable[bytes], *, folder: Path, max_bytes: int) -> Iterator[Received]:
    """Take a stream in, hashing on the way; what is not moved away by then is gone at the end. Raises TooLarge."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / secrets.token_hex(16)
    digest, size, head = hashlib.sha256(), 0, b""
    try:
        with path.open("xb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > max_bytes:
                    raise TooLarge(f"more than {max_bytes // 1_000_000} MB")
                head = head or chunk[:4096]
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        yield Received(path, digest.hexdigest(), size, head)
    finally:
        path.unlink(missing_ok=True)


def freeze(received: Received, place: Path) -> None:
    """Put the file where its hash says, or renew the date of the one that lies there already."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.exists() and place.stat().st_size == received.size:
        os.utime(place)  # the removal of files that no row names leaves young ones alone
        return
    received.path.chmod(READ_ONLY)
    received.path.replace(place)


def read_chunks(path: Path) -> Iterator[bytes]:
    """A file, piece by piece."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def hash_file(path: Path) -> str:
    """The SHA-256 of a file."""
    digest = hashlib.sha256()
    for chunk in read_chunks(path):
        digest.update(chunk)
    return digest.hexdigest()
