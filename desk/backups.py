"""Backups: the database as it stood at one instant, every file under MEDIA_ROOT by its hash, and a manifest of both.

A backup is a folder that is there whole or not at all. It is read and checked before anything is restored from it.
"""

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac

from desk.database_dumps import DUMP_NAMES, dump_database, load_dump
from evidence.storing import hash_file, read_chunks

FORMAT = 1
MANIFEST = "manifest.json"
FILES = "files"
# Worked out again or thrown away by those who own them.
PASSING = [("cache",), ("exhibits", "incoming")]


class UnusableBackup(ValueError):
    """A backup that cannot be made or restored; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of MEDIA_ROOT: its path below it, what it holds, and its permissions."""

    path: str
    sha256: str
    size: int
    mode: int


def back_up(target: Path, *, now: datetime) -> dict[str, Any]:
    """Make a backup in a new folder of `target`, named after the instant; returns what the manifest sums up.

    The database comes first: every file that its rows name was there before them. Raises UnusableBackup and OSError.
    """
    if not connection.introspection.table_names():
        raise UnusableBackup("the database is empty: check DATABASE_URL")
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = target / f"prazo-{now:%Y%m%dT%H%M%SZ}"
    if place.exists():
        raise UnusableBackup(f"{place} is there already")
    partial = target / f".{place.name}.{secrets.token_hex(4)}"
    partial.mkdir(mode=0o700)
    try:
        dump = partial / DUMP_NAMES[connection.vendor]
        rows = dump_database(dump)
        files = list(_keep_files(_media_files(), partial / FILES))
        manifest = _manifest(dump, rows, files, now)
        (partial / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        os.sync()  # what is named below is on the disk
        partial.rename(place)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return _summary(place, manifest)


def _manifest(dump: Path, rows: dict[str, int], files: list[StoredFile], now: datetime) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "made_at": now.isoformat(),
        "engine": connection.vendor,
        "database": {"file": dump.name, "sha256": hash_file(dump), "size": dump.stat().st_size},
        "rows": rows,
        "files": [asdict(file) for file in files],
        "key": _key_mark(settings.SECRET_KEY),
    }


def _summary(place: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    size = manifest["database"]["size"] + sum(file["size"] for file in manifest["files"])
    return {
        "backup": str(place),
        "made_at": manifest["made_at"],
        "rows": sum(manifest["rows"].values()),
        "files": len(manifest["files"]),
        "bytes": size,
    }


def _key_mark(key: str) -> str:
    """Tells whether a key is the one that a backup was made with, and nothing else about it."""
    return salted_hmac("prazo.backups", "", secret=key, algorithm="sha256").hexdigest()


def _media_files() -> Iterator[Path]:
    root = Path(settings.MEDIA_ROOT)
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        is_passing = any(parts[: len(start)] == start for start in PASSING) or path.name.startswith(".")
        if not is_passing and path.is_file() and not path.is_symlink():
            yield path


def _keep_files(paths: Iterable[Path], folder: Path) -> Iterator[StoredFile]:
    """Copy the files under their hashes; the same content is kept once."""
    for path in paths:
        try:
            stored = _keep_file(path, folder)
        except FileNotFoundError:  # erased since the list was made
            continue
        yield stored


def _keep_file(path: Path, folder: Path) -> StoredFile:
    folder.mkdir(mode=0o700, exist_ok=True)
    partial, digest, size = folder / ".partial", hashlib.sha256(), 0
    with partial.open("wb") as copy:
        for chunk in read_chunks(path):
            digest.update(chunk)
            size += copy.write(chunk)
    place = _place(folder, digest.hexdigest())
    place.parent.mkdir(exist_ok=True)
    partial.replace(place)
    name = str(path.relative_to(settings.MEDIA_ROOT))
    return StoredFile(name, digest.hexdigest(), size, path.stat().st_mode & 0o777)


def _place(folder: Path, sha256: str) -> Path:
    return folder / sha256[:2] / sha256


def read_backup(source: Path) -> dict[str, Any]:
    """The manifest of a backup in which nothing is missing or changed. Raises UnusableBackup."""
    try:
        manifest: dict[str, Any] = json.loads((source / MANIFEST).read_text(encoding="utf-8"))
        database, files = manifest["database"], [StoredFile(**file) for file in manifest["files"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnusableBackup(f"{source} is no backup of Prazo: name a folder that backup_data has made") from error
    if manifest["format"] != FORMAT or manifest["engine"] not in DUMP_NAMES:
        raise UnusableBackup(f"{source} was made by another version of the program: restore it with that one")
    _check_file(source / DUMP_NAMES[manifest["engine"]], database["sha256"])
    for sha256 in sorted({file.sha256 for file in files}):
        _check_file(_place(source / FILES, sha256), sha256)
    return manifest


def _check_file(path: Path, sha256: str) -> None:
    if not path.is_file():
        raise UnusableBackup(f"{path} is missing: take another backup")
    if hash_file(path) != sha256:
        raise UnusableBackup(f"{path} was changed or is damaged: take another backup")


def restore(source: Path) -> dict[str, Any]:
    """Bring a backup back into an empty installation; nothing that is there is ever overwritten.

    The files come first: the database, which names them, is restored in one piece or not at all, and the call can be
    repeated after a failure. Raises UnusableBackup and OSError.
    """
    manifest = read_backup(source)
    if manifest["engine"] != connection.vendor:
        raise UnusableBackup(f"the backup is of {manifest['engine']}, the database is {connection.vendor}")
    if connection.introspection.table_names():
        raise UnusableBackup("the database is not empty: a backup is restored into an empty one, never over another")
    files = [StoredFile(**file) for file in manifest["files"]]
    _refuse_other_files({file.path: file for file in files})
    for file in files:
        _bring_back(file, source / FILES)
    load_dump(source / DUMP_NAMES[manifest["engine"]], manifest["rows"])
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return _summary(source, manifest) | {"same_key": manifest["key"] in map(_key_mark, keys)}


def _refuse_other_files(wanted: dict[str, StoredFile]) -> None:
    """Files that an earlier try has brought back are no obstacle."""
    for path in _media_files():
        file = wanted.get(str(path.relative_to(settings.MEDIA_ROOT)))
        if file is None or hash_file(path) != file.sha256:
            raise UnusableBackup(f"{path} is there already: MEDIA_ROOT must be empty")


def _bring_back(file: StoredFile, folder: Path) -> None:
    root = Path(settings.MEDIA_ROOT).resolve()
    place = (root / file.path).resolve()
    if not place.is_relative_to(root):
        raise UnusableBackup(f"{file.path} leads out of MEDIA_ROOT: this is no backup of ours")
    place.parent.mkdir(parents=True, exist_ok=True)
    partial = place.with_name(f".{place.name}.restored")
    shutil.copyfile(_place(folder, file.sha256), partial)
    partial.chmod(file.mode)
    partial.replace(place)
