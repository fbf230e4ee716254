"""Who a bundle is for, what he gets to see and how much he takes: data in recipients.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from evidence.bundling.treatments import Rung, Treatment

DEFAULT = "archive"
PDF_A = "PDF/A-3b"


class UnknownRecipient(ValueError):
    """A profile that does not exist; the message names those that do."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a recipient takes; None is as much as there is."""

    file_bytes: int | None = None
    total_bytes: int | None = None
    pages: int | None = None  # of all files together
    files: int | None = None

    @property
    def one_file_bytes(self) -> int | None:
        """What a single file may have."""
        known = [limit for limit in (self.file_bytes, self.total_bytes) if limit is not None]
        return min(known, default=None)


@dataclass(frozen=True, slots=True)
class Recipient:
    """One profile; `image_bytes` is what each picture may have as a file of its own, None where none is wanted."""

    name: str
    languages: tuple[str, ...]
    timeline_without: frozenset[str]
    shows_missing: bool
    attaches: bool = False
    is_gray: bool = False
    standard: str = ""
    ladder: tuple[Rung, ...] = ()
    limits: Limits = Limits()
    image_bytes: int | None = None

    def treatments(self) -> list[Treatment]:
        """How exhibits may be treated, the best first."""
        is_raster = self.standard == PDF_A
        rungs = (None, *self.ladder) if self.limits != Limits() else (None,)
        return [Treatment(rung, is_gray=self.is_gray, is_raster=is_raster) for rung in rungs]


@cache
def recipients() -> dict[str, Recipient]:
    """Every profile by its name."""
    tables = tomllib.loads((Path(__file__).parent / "recipients.toml").read_text(encoding="utf-8"))
    return {name: _read(name, table) for name, table in tables.items()}


def _read(name: str, table: Mapping[str, Any]) -> Recipient:
    plain = {key: table[key] for key in ("shows_missing", "attaches", "is_gray", "standard") if key in table}
    return Recipient(
        name=name,
        languages=tuple(table["languages"]),
        timeline_without=frozenset(table["timeline_without"]),
        ladder=tuple(Rung(ppi, quality) for ppi, quality in table.get("ladder", ())),
        limits=Limits(**table.get("limits", {})),
        image_bytes=table.get("images", {}).get("bytes"),
        **plain,
    )


def find_recipient(name: str) -> Recipient:
    """The profile of this name. Raises UnknownRecipient."""
    if name not in recipients():
        raise UnknownRecipient(f"there is no recipient {name!r}: expected one of {', '.join(sorted(recipients()))}")
    return recipients()[name]
