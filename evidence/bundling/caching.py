"""What can be worked out again: files kept under the hash of all that they follow from. Safe to delete at any time."""

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

MAX_BYTES = 8_000_000_000  # of all that is kept
WORK = "work"  # where bundles are made: on the disk of what is kept, so that files pass without being copied
FONTS = "fonts"  # lie here where the environment cannot be written to
NOTE = "entry.json"


def key_of(*values: object) -> str:
    """The hash of these values, which have to be such as JSON can spell."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Cache:
    """What is kept below a folder, each entry a folder of files with a note about them."""

    folder: Path

    def take(self, kind: str, key: str, target: Path) -> dict[str, Any] | None:
        """Bring an entry's files into the target folder and return its note; None where there is no whole one."""
        place = self._place(kind, key)
        try:
            kept = _read_note(place / NOTE)
            for name in kept["files"]:
                bring(place / name, target / name)
            os.utime(place)
        except (OSError, ValueError):
            self.drop(kind, key)
            return None
        note: dict[str, Any] = kept["note"]
        return note

    def keep(self, kind: str, key: str, note: Mapping[str, Any], files: list[Path]) -> None:
        """Keep these files and a note. What cannot be kept, on a full disk, is worked out again another time."""
        place = self._place(kind, key)
        partial = place.with_name(f".{secrets.token_hex(8)}")
        try:
            partial.mkdir(parents=True)
            for file in files:
                bring(file, partial / file.name)
            _write_note(partial / NOTE, {"note": note, "files": [file.name for file in files]})
            partial.rename(place)
        except OSError:
            shutil.rmtree(partial, ignore_errors=True)

    def drop(self, kind: str, key: str) -> None:
        """Forget an entry."""
        shutil.rmtree(self._place(kind, key), ignore_errors=True)

    @contextmanager
    def work(self) -> Iterator[Path]:
        """A folder to work in, gone at the end."""
        place = self.folder / WORK
        place.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=place) as folder:
            yield Path(folder)

    def tidy(self, *, before: float, max_bytes: int = MAX_BYTES) -> int:
        """Remove what was used longest ago until the rest fits, and work that broke off `before` (seconds since 1970).

        Returns how many entries are gone.
        """
        for left in self._dated(WORK, depth=1):
            if left[0] < before:
                shutil.rmtree(left[1], ignore_errors=True)
        kept, removed = 0, 0
        entries = sorted((entry for kind in self._kinds() for entry in self._dated(kind, depth=2)), reverse=True)
        for _used_at, place in entries:
            kept += sum(file.stat().st_size for file in place.glob("*"))
            if kept > max_bytes:
                shutil.rmtree(place, ignore_errors=True)
                removed += 1
        return removed

    def _place(self, kind: str, key: str) -> Path:
        return self.folder / kind / key[:2] / key

    def _kinds(self) -> list[str]:
        return [place.name for place in self.folder.glob("*") if place.name not in {WORK, FONTS}]

    def _dated(self, kind: str, *, depth: int) -> list[tuple[float, Path]]:
        found = []
        for place in (self.folder / kind).glob("/".join(["*"] * depth)):
            with suppress(OSError):  # somebody else tidies as well
                found.append((place.stat().st_mtime, place))
        return found


def bring(source: Path, target: Path) -> None:
    """The same file in another place, without copying it where the disk allows."""
    try:
        os.link(source, target)
    except FileExistsError:
        return
    except OSError:
        _copy(source, target)


def _copy(source: Path, target: Path) -> None:
    """Whole or not at all: half a file would be taken for the whole one."""
    try:
        shutil.copyfile(source, target)
    except OSError:
        target.unlink(missing_ok=True)
        raise


def _write_note(path: Path, note: Mapping[str, Any]) -> None:
    text = json.dumps(note)
    path.write_text(f"{hashlib.sha256(text.encode()).hexdigest()}\n{text}", encoding="utf-8")


def _read_note(path: Path) -> dict[str, Any]:
    """Raises ValueError when it is not as it was written."""
    digest, _newline, text = path.read_text(encoding="utf-8").partition("\n")
    if hashlib.sha256(text.encode()).hexdigest() != digest:
        raise ValueError(f"{path} is damaged")
    note: dict[str, Any] = json.loads(text)
    return note
