"""One bundle as several readers see it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from tests.evidence.readers import tools

MANIFEST = "prazo-manifest.json"


@dataclass(frozen=True)
class Link:
    """A link: on which page (from 1), where on it (left, bottom, right, top), to which page, and what stands in it."""

    page: int
    left: float
    bottom: float
    right: float
    top: float
    target: int
    text: str

    def is_beside(self, other: "Link") -> bool:
        """Whether the two stand in one row."""
        return self.page == other.page and self.bottom < other.top and other.bottom < self.top


class Reading:
    """A bundle's file, read when something is asked of it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def pdf(self) -> PdfReader:
        """The structure, by pypdf."""
        return PdfReader(self.path)

    @cached_property
    def texts(self) -> list[str]:
        """The text of each page, by poppler."""
        return tools.page_texts(self.path)

    @cached_property
    def lines(self) -> list[str]:
        """The text of each page in one line, by PDFium."""
        with pypdfium2.PdfDocument(self.path) as document:
            return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The attached list."""
        content: dict[str, Any] = json.loads(self.pdf.attachments[MANIFEST][0])
        return content

    @cached_property
    def exhibits(self) -> list[dict[str, Any]]:
        """What the manifest says of each exhibit."""
        listed: list[dict[str, Any]] = self.manifest["exhibits"]
        return listed

    @cached_property
    def outline(self) -> list[tuple[str, int]]:
        """Every bookmark with its page, from 1."""
        return list(self._bookmarks(self.pdf.outline))

    def _bookmarks(self, items: Any) -> Iterator[tuple[str, int]]:
        for item in items:
            if isinstance(item, list):
                yield from self._bookmarks(item)
            else:
                yield str(item.title), (self.pdf.get_destination_page_number(item) or 0) + 1

    @cached_property
    def links(self) -> list[Link]:
        """Every link that leads to a page, by PDFium."""
        with pypdfium2.PdfDocument(self.path) as document:
            return [link for number in range(len(document)) for link in _links(document, number)]

    @cached_property
    def objects(self) -> list[Any]:
        """Every object that the document reaches, once; those inside others included."""
        return list(_walk(self.pdf.trailer))

    @cached_property
    def own_fonts(self) -> set[int]:
        """The numbers of the fonts that pages of text are set in; those inside an exhibit are somebody else's."""
        fonts = (page["/Resources"].get("/Font", {}).get_object() for page in self.pdf.pages)
        return {reference.idnum for found in fonts for reference in dict.values(found)}

    def drawn(self, page: int) -> list[StreamObject]:
        """The pictures and forms that a page (from 1) draws."""
        resources = self.pdf.pages[page - 1].get("/Resources", {})
        return [part.get_object() for part in resources.get("/XObject", {}).get_object().values()]


def _links(document: pypdfium2.PdfDocument, number: int) -> Iterator[Link]:
    page, position, link, rect = document[number], pdfium.c_int(0), pdfium.FPDF_LINK(), pdfium.FS_RECTF()
    words = page.get_textpage()
    while pdfium.FPDFLink_Enumerate(page.raw, position, link):
        pdfium.FPDFLink_GetAnnotRect(link, rect)
        bottom, top = sorted((rect.bottom, rect.top))
        target = pdfium.FPDFDest_GetDestPageIndex(document.raw, pdfium.FPDFLink_GetDest(document.raw, link))
        text = words.get_text_bounded(rect.left, bottom, rect.right, top).strip()
        yield Link(number + 1, rect.left, bottom, rect.right, top, target + 1, text)


def _walk(trailer: DictionaryObject) -> Iterator[Any]:
    waiting, seen = list(trailer.values()), set()
    while waiting:
        part = waiting.pop()
        if isinstance(part, IndirectObject):
            if part.idnum in seen:
                continue
            seen.add(part.idnum)
            part = part.get_object()
        yield part
        if isinstance(part, DictionaryObject):
            waiting += part.values()
        elif isinstance(part, ArrayObject):
            waiting += list(part)
