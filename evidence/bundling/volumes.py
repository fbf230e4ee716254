"""The volumes of a bundle that does not fit into one file: each is whole in itself and names the others."""

from dataclasses import dataclass
from typing import Any

from evidence.bundling.sections import Section
from evidence.bundling.telling import Teller

PARTS = "parts"


@dataclass(frozen=True, slots=True)
class Volume:
    """One of them, by its number from 1; `marks` are the exhibits of each."""

    number: int
    marks: tuple[tuple[str, ...], ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.marks)

    @property
    def file_name(self) -> str:
        """The file's name, before it gets one of its own."""
        return "bundle.pdf" if self.number == 1 else f"bundle-{self.number}.pdf"

    def manifest(self) -> dict[str, Any]:
        """What the manifest says of them."""
        if self.count == 1:
            return {}
        others = [{"part": number, "exhibits": list(marks)} for number, marks in enumerate(self.marks, start=1)]
        return {"part": self.number, "parts": self.count, "all_parts": others}

    def elsewhere(self) -> dict[str, int]:
        """In which other volume an exhibit is, by its mark."""
        numbered = enumerate(self.marks, start=1)
        return {mark: number for number, marks in numbered for mark in marks if number != self.number}


WHOLE = Volume(1, ((),))


def volume_section(volume: Volume, teller: Teller, beside: Section) -> Section:
    """The page that says which volume this is, and what is in the others; in the words of the section beside it."""
    title = teller.book.say("labels", "part_of", part=volume.number, parts=volume.count)
    rows = [(number, marks, number == volume.number) for number, marks in enumerate(volume.marks, start=1)]
    words = {name: beside.context[name] for name in ("language", "say")}
    return Section(PARTS, PARTS, {**words, "part_title": title, "parts": rows})
