"""Knowing an unchanged case again: one hash of all that its bundle follows from."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from evidence.bundling.caching import key_of
from evidence.bundling.cases import CaseFile
from evidence.bundling.engine import engine_id
from evidence.recipients import Recipient


def inputs_of(case: CaseFile, recipient: Recipient, *more: str) -> str:
    """The hash of the case, the profile, our code and fonts, and of what else the bytes follow from.

    A file counts by its hash on record and by its size and date on the disk: while these stay, nobody wrote to it.
    """
    told = asdict(case)
    for exhibit in told["exhibits"] + told["attachments"]:
        exhibit["path"] = _state_of(exhibit["path"])
    profile = asdict(recipient) | {"timeline_without": sorted(recipient.timeline_without)}
    return key_of("bundle", engine_id(), repr(told), repr(profile), *more)


def _state_of(path: Path) -> list[Any]:
    try:
        stat = path.stat()
    except OSError:
        return ["missing"]
    return [stat.st_size, stat.st_mtime_ns]
