"""XLSX and XLS workbooks: checks the archive, has a limited process dump each sheet, and streams that."""

import json
import os
import subprocess
import sys
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orders.importing.tables import FileKind, Row, Table, UnusableFile, is_blank

MAX_UNPACKED = 300 << 20  # bytes, all members of the archive together
MAX_RATIO = 200  # unpacked over packed; repetitive order sheets reach about 40
RATIO_FROM = 20 << 20  # bytes unpacked below which the ratio does not matter
MAX_MEMBERS = 5_000
MAX_SHEETS = 20
SECONDS = 300
CHUNK = 1 << 20
UNUSABLE = 3  # sheet_dump.py's exit code with a reason

_DUMP = Path(__file__).with_name("sheet_dump.py")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream in which Office keeps a workbook with a password


@dataclass(frozen=True)
class SheetTable(Table):
    """One sheet, dumped to a temporary file that goes when this object goes."""

    dump: Path = Path()

    def __post_init__(self) -> None:
        """Tie the dump's life to this object's."""
        weakref.finalize(self, self.dump.unlink, missing_ok=True)

    def rows(self) -> Iterator[Row]:
        """See Table.rows."""
        with self.dump.open(encoding="utf-8") as stream:
            next(stream)
            for number, line in enumerate(stream, start=1):
                cells: list[str] = json.loads(line)
                if not is_blank(cells):
                    yield number, cells


def open_sheets(path: Path, kind: FileKind, *, row_limit: int = 0) -> Iterator[SheetTable]:
    """Give the workbook's sheets in order, each read only when asked for; `row_limit` 0 means all rows.

    Raises UnusableFile for a damaged, encrypted or exploding workbook.
    """
    check = check_archive if kind == FileKind.XLSX else _check_not_encrypted
    check(path)
    names: tuple[str, ...] = ("",)
    index = 0
    while index < min(len(names), MAX_SHEETS):
        dump, names = _dump(path, index, row_limit)
        sheet = names[index] if index < len(names) else ""
        yield SheetTable(path.name, kind, sheet=sheet, sheet_names=names, dump=dump)
        index += 1


def check_archive(path: Path) -> None:
    """Raise UnusableFile unless the archive is a whole XLSX that unpacks to a sane size.

    The sizes in the directory are checked first, then every member is unpacked in small pieces and its
    checksum verified, because a directory can lie.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_directory(path, archive)
            for member in archive.infolist():
                with archive.open(member) as stream:
                    while stream.read(CHUNK):
                        pass
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise UnusableFile(
            f"{path.name}: the workbook is damaged or cut off ({error}); export or upload it again"
        ) from error


def _check_directory(path: Path, archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    names = {member.filename for member in members}
    unpacked = sum(member.file_size for member in members)
    packed = max(1, path.stat().st_size)
    if "xl/workbook.bin" in names:
        raise UnusableFile(f"{path.name}: a binary workbook (XLSB); save it as XLSX or CSV UTF-8")
    if "xl/workbook.xml" not in names:
        raise UnusableFile(f"{path.name}: a ZIP archive, not a workbook; upload the XLSX or CSV file itself")
    if any(member.flag_bits & 1 for member in members):
        raise UnusableFile(f"{path.name}: the workbook is protected with a password; save it without one")
    if len(members) > MAX_MEMBERS or len(names) < len(members):
        raise UnusableFile(f"{path.name}: not an ordinary workbook ({len(members)} parts); save it as CSV UTF-8")
    if unpacked > MAX_UNPACKED or (unpacked > RATIO_FROM and unpacked > MAX_RATIO * packed):
        raise UnusableFile(
            f"{path.name}: the workbook unpacks to {unpacked >> 20} MB from {packed >> 10} kB, "
            "which is refused; save the orders as CSV UTF-8"
        )


def _check_not_encrypted(path: Path) -> None:
    kept = b""
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            if _ENCRYPTED in kept + chunk:
                raise UnusableFile(f"{path.name}: the workbook is protected with a password; save it without one")
            kept = chunk[-len(_ENCRYPTED) :]


def _dump(path: Path, index: int, row_limit: int) -> tuple[Path, tuple[str, ...]]:
    handle, name = tempfile.mkstemp(prefix="prazo-sheet-", suffix=".jsonl")
    dump = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            _run_dump([str(path.resolve()), str(index), str(row_limit)], path.name, out.fileno())
        with dump.open(encoding="utf-8") as stream:
            return dump, tuple(json.loads(stream.readline())["sheets"])
    except BaseException:
        dump.unlink(missing_ok=True)
        raise


def _run_dump(arguments: list[str], name: str, out: int) -> None:
    # -P: this folder stays off the import path, so that no module of ours can stand in for a library.
    command = [sys.executable, "-P", str(_DUMP), *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - our own script, arguments are not read by a shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.PIPE,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnusableFile(f"{name}: the workbook takes too long to read; save it as CSV UTF-8") from error
    if done.returncode == UNUSABLE:
        raise UnusableFile(f"{name}: the workbook cannot be read: {done.stderr.decode(errors='replace').strip()}")
    if done.returncode:
        raise UnusableFile(
            f"{name}: the workbook needs too much memory or time (cells far away from the others?); "
            "copy the orders into a new sheet, or save them as CSV UTF-8"
        )
