"""Letters that are boxes: for every letter that a page of text draws, whether its font holds a drawing of it.

A missing letter hides from a search of the text: the typesetter gives it a glyph that is not there, and still says
which letter it stands for. So the fonts are opened, by fontTools, and asked.
"""

import io
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont
from pypdf import PdfReader
from pypdf.generic import ContentStream

SHOW, FONT = {b"Tj", b"TJ", b"'", b'"'}, b"Tf"
MAPPED = re.compile(rb"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>")
UNSEEN = {"Zs", "Zl", "Zp", "Cc", "Cf"}  # categories of letters without a drawing


class Face:
    """An embedded font: what its codes stand for, and what it draws for them."""

    def __init__(self, font: Any) -> None:
        self.name = str(font["/BaseFont"])
        descendant = font["/DescendantFonts"][0].get_object()
        descriptor = descendant["/FontDescriptor"].get_object()
        file = descriptor.get("/FontFile2") or descriptor.get("/FontFile3")
        self.file = TTFont(io.BytesIO(file.get_object().get_data())) if file is not None else None
        mapped = MAPPED.findall(font["/ToUnicode"].get_object().get_data()) if "/ToUnicode" in font else []
        self.letters = {int(code, 16): bytes.fromhex(to.decode()).decode("utf-16-be", "replace") for code, to in mapped}
        self.drawn: dict[int, bool] = {}

    def is_drawn(self, code: int) -> bool:
        """Whether the font holds an outline for the code; the shape of `.notdef` is none."""
        if code not in self.drawn:
            self.drawn[code] = self._outline(code) not in ([], self._outline(0))
        return self.drawn[code]

    def _outline(self, code: int) -> list[Any]:
        assert self.file is not None
        glyphs, names = self.file.getGlyphSet(), self.file.getGlyphOrder()
        name = f"cid{code:05d}" if f"cid{code:05d}" in glyphs else names[code] if code < len(names) else None
        if name is None:
            return []
        pen = RecordingPen()
        glyphs[name].draw(pen)
        return list(pen.value)


def missing_letters(pdf: PdfReader) -> Iterator[str]:
    """A sentence for every letter that some page's own text (not an exhibit's) shows as a box or not at all."""
    faces: dict[int, Face] = {}
    for number, page in enumerate(pdf.pages, start=1):
        fonts = page["/Resources"].get("/Font", {}).get_object()
        for name, code in _codes(page, pdf):
            reference = fonts.raw_get(name)
            face = faces.get(reference.idnum) or faces.setdefault(reference.idnum, Face(reference.get_object()))
            letter = face.letters.get(code, "")
            if face.file is None:
                yield f"page {number}: {face.name} is not embedded"
                break
            if letter and all(unicodedata.category(one) in UNSEEN for one in letter):
                continue
            if code == 0 or not face.is_drawn(code):  # the second part of a joined letter stands for none
                yield f"page {number}: {face.name} has no drawing of code {code}, {letter!a}"


def _codes(page: Any, pdf: PdfReader) -> Iterator[tuple[str, int]]:
    """Every two-byte code that a page shows, once, with the name of its font."""
    font, seen = "", set()
    for operands, operator in ContentStream(page["/Contents"], pdf).operations:
        if operator == FONT:
            font = operands[0]
        elif operator in SHOW:
            pieces = operands[-1] if isinstance(operands[-1], list) else [operands[-1]]
            for piece in pieces:
                data = getattr(piece, "original_bytes", piece)
                if isinstance(data, bytes):
                    seen |= {(font, int.from_bytes(data[i : i + 2], "big")) for i in range(0, len(data), 2)}
    yield from sorted(seen)
