"""What may be done to an exhibit to make it fit, and what was done."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Handling(StrEnum):
    """What became of an exhibit's content; a word in the report."""

    LOSSLESS = "lossless"  # every pixel, or every page's drawing, as it came
    CONVERTED = "converted"  # a type of picture that no PDF can hold, at its full size
    RECOMPRESSED = "recompressed"
    RASTERISED = "rasterised"  # pages of a PDF as pictures
    SLIP = "slip"  # not shown, and the slip says why


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder: pixels an inch at the size at which the bundle shows it, and JPEG quality (1–95)."""

    ppi: int
    quality: int


@dataclass(frozen=True, slots=True)
class Treatment:
    """How to place an exhibit. Without a rung it stays as it came.

    With one, a picture or document that takes fewer bytes as it came still does, unless it may not stay. `is_raster`
    draws every page of a PDF as a picture.
    """

    rung: Rung | None = None
    is_gray: bool = False
    is_raster: bool = False
    may_stay: bool = True

    def spell(self) -> dict[str, Any]:
        """As plain values, for a job or a key."""
        return asdict(self)

    @classmethod
    def read(cls, spelled: dict[str, Any]) -> "Treatment":
        """The treatment that was spelled so."""
        rung = spelled["rung"]
        return cls(**{**spelled, "rung": Rung(**rung) if rung else None})


@dataclass(frozen=True, slots=True)
class Handled:
    """What was done to one exhibit; ppi and quality are 0 where nothing was recompressed."""

    handling: Handling
    ppi: int = 0
    quality: int = 0

    def told(self) -> dict[str, Any]:
        """For the report."""
        numbers = {"ppi": self.ppi, "quality": self.quality} if self.ppi else {}
        return {"handling": self.handling.value, **numbers}
