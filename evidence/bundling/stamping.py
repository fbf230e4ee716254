"""Stamps: short lines drawn onto finished pages, in the font that the text was set in, cut to the letters used."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pikepdf

from evidence.bundling.layout import STAMP_FONT

MAPPED = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>")
GREY = 0.33


@dataclass(frozen=True, slots=True)
class StampFont:
    """A font of the text, with the code and the width (thousandths of its size) of each letter."""

    font: pikepdf.Object
    codes: Mapping[str, int]
    widths: Mapping[int, float]

    def width(self, text: str, size: float) -> float:
        """How long a line is, in points; letters that the font lacks count for nothing."""
        return sum(self.widths.get(self.codes[letter], 0) for letter in text if letter in self.codes) * size / 1000

    def line(self, text: str, x: float, y: float, size: float) -> bytes:
        """The drawing of a line that begins at (x, y)."""
        codes = "".join(f"{self.codes[letter]:04x}" for letter in text if letter in self.codes)
        return f"/Artifact BMC BT {STAMP_FONT} {size} Tf {GREY} g {x:.2f} {y:.2f} Td <{codes}> Tj ET EMC\n".encode()

    def line_to(self, text: str, right: float, y: float, size: float) -> bytes:
        """The drawing of a line that ends at `right`."""
        return self.line(text, right - self.width(text, size), y, size)


def read_stamp_font(sheet: pikepdf.Page) -> StampFont:
    """The font in which the sheet of letters is set."""
    fonts = sheet.obj.Resources.Font
    used = [
        str(operation.operands[0])
        for operation in pikepdf.parse_content_stream(sheet)
        if str(operation.operator) == "Tf"
    ]
    font = fonts[used[0]]
    mapped = MAPPED.findall(font.ToUnicode.read_bytes())
    codes = {bytes.fromhex(to.decode()).decode("utf-16-be"): int(code, 16) for code, to in mapped if len(to) == 4}
    return StampFont(font, codes, _widths(font.DescendantFonts[0].W))


def _widths(array: pikepdf.Object) -> dict[int, float]:
    """A font's widths, from pairs of a first code and the widths from it on."""
    widths, rest = dict[int, float](), list(array)
    while len(rest) >= 2:
        first, listed = int(rest[0]), list(rest[1])
        widths.update({first + offset: float(width) for offset, width in enumerate(listed)})
        rest = rest[2:]
    return widths
