"""Putting a bundle together: the text's pages, the exhibits behind their headings, numbers, links, outline."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import pikepdf

from evidence.bundling.cases import CaseExhibit, CaseFile
from evidence.bundling.layout import EXHIBIT, FOOTER_LEFT, FOOTER_RIGHT, FOOTER_Y, STAMP_FONT
from evidence.bundling.manifests import FORMAT, attach, seal, spell
from evidence.bundling.pages import exhibit_title, section_title
from evidence.bundling.preparing import Prepared
from evidence.bundling.rendering import Rendered
from evidence.bundling.sections import CHAT, EXHIBITS, STAMPS
from evidence.bundling.stamping import StampFont, read_stamp_font
from evidence.phrasing import Phrasebook

FOOTER_SIZE, INDEX_SIZE = 7.5, 9.0
LINK, NUMBER = "x-bundle:", "x-page:"  # what the template writes for a link, and for the number of a page


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page to come: a page of the text, with a page of an exhibit drawn onto it or without."""

    text: tuple[int, int]  # which document, and which of its pages, both from 0
    footer: str
    part: pikepdf.Page | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """From which page to which page (from 1) something stands."""

    first: int
    last: int


@dataclass
class Plan:
    """Every page in its order, and where each section and exhibit stands."""

    leaves: list[Leaf] = field(default_factory=list)
    spans: dict[str, Span] = field(default_factory=dict)

    def add(self, name: str, leaves: list[Leaf]) -> None:
        """Put pages at the end, under a name."""
        self.spans[name] = Span(len(self.leaves) + 1, len(self.leaves) + len(leaves))
        self.leaves += leaves


def footer_letters(case: CaseFile, book: Phrasebook) -> str:
    """Every letter that a stamp may need, once."""
    texts = [*(_footer(case, book, mark) for mark in ["", *_marks(case)]), _page_of(book, 1234567890, 1234567890)]
    return "".join(sorted({letter for text in texts for letter in text} - {" "})) + " ."


def assemble(
    case: CaseFile,
    prepared: Mapping[str, Prepared],
    rendered: Sequence[Rendered],
    book: Phrasebook,
    target: Path,
) -> Mapping[str, Span]:
    """Write the bundle; returns where each section and exhibit stands."""
    with ExitStack() as stack:
        texts = [stack.enter_context(pikepdf.open(document.path)) for document in rendered]
        parts = {mark: stack.enter_context(pikepdf.open(part.path)) for mark, part in prepared.items() if part.pages}
        plan = plan_pages(case, rendered, parts, book)
        with pikepdf.new() as out:
            _lay(out, texts, plan)
            font = read_stamp_font(texts[-1].pages[0])
            _stamp(out, plan, font, book)
            _link(out, plan, font)
            _outline(out, plan, case, book)
            _describe(out, case, book)
            manifest = spell(make_manifest(case, prepared, plan))
            attach(out, manifest, _pdf_date(case.made_of))
            out.save(target, static_id=True, min_version="1.7", object_stream_mode=pikepdf.ObjectStreamMode.disable)
    seal(target, manifest)
    return plan.spans


def plan_pages(
    case: CaseFile, rendered: Sequence[Rendered], parts: Mapping[str, pikepdf.Pdf], book: Phrasebook
) -> Plan:
    """The order of the pages: that of the documents, with the exhibits at the first of their headings."""
    plan = Plan()
    anchors = {name: (n, page) for n, document in enumerate(rendered) for name, page in document.anchors.items()}
    chats = _chat_pages(rendered)
    for name, documents in groupby(enumerate(rendered), key=lambda numbered: numbered[1].name):
        if name == EXHIBITS:
            for exhibit in case.exhibits:
                footer = _footer(case, book, exhibit.mark)
                leaves = [Leaf(page, footer) for page in chats.get(exhibit.mark, ())]
                plan.add(exhibit.mark, [*_exhibit_leaves(exhibit, anchors, parts, footer), *leaves])
        elif name != STAMPS and not name.startswith(CHAT):
            footer = _footer(case, book, "")
            pages = [(number, page) for number, document in documents for page in range(document.pages)]
            plan.add(name, [Leaf(page, footer) for page in pages])
    return plan


def _chat_pages(rendered: Sequence[Rendered]) -> dict[str, list[tuple[int, int]]]:
    """The pages of each exhibit that is set as text, by its mark."""
    pages: dict[str, list[tuple[int, int]]] = {}
    for number, document in enumerate(rendered):
        if document.name.startswith(CHAT):
            pages.setdefault(document.name.removeprefix(CHAT), []).extend((number, p) for p in range(document.pages))
    return pages


def _exhibit_leaves(
    exhibit: CaseExhibit, anchors: Mapping[str, tuple[int, int]], parts: Mapping[str, pikepdf.Pdf], footer: str
) -> Iterator[Leaf]:
    """An exhibit's slip, if it has one, and its own pages behind one heading."""
    if slip := anchors.get(f"slip:{exhibit.mark}"):
        yield Leaf(slip, footer)
    if part := parts.get(exhibit.mark):
        for page in part.pages:
            yield Leaf(anchors[f"frame:{exhibit.mark}"], footer, page)


def _lay(out: pikepdf.Pdf, texts: Sequence[pikepdf.Pdf], plan: Plan) -> None:
    """Add every page; what pages share is copied once."""
    opening, closing = out.make_stream(b"q\n"), out.make_stream(b"\nQ\n")
    copied: dict[tuple[int, int], tuple[Any, Any]] = {}  # a page laid twice comes as it was changed the first time
    for leaf in plan.leaves:
        out.pages.append(texts[leaf.text[0]].pages[leaf.text[1]])
        page: Any = out.pages[-1].obj
        shared, heading = copied.setdefault(leaf.text, (page.Resources, page.Contents))
        resources = pikepdf.Dictionary(dict(shared.items()))
        # The text's own drawing turns the page upside down: it is closed off before anything is drawn on it.
        drawing = [opening, heading, closing]
        if leaf.part is not None:
            part: Any = leaf.part.obj
            resources.XObject = pikepdf.Dictionary({EXHIBIT: out.copy_foreign(part.Resources.XObject[EXHIBIT])})
            drawing.append(out.copy_foreign(part.Contents))
        page.Resources = resources
        page.Contents = pikepdf.Array(drawing)


def _stamp(out: pikepdf.Pdf, plan: Plan, font: StampFont, book: Phrasebook) -> None:
    """Number every page, and say what it belongs to."""
    embedded = out.copy_foreign(font.font)
    for number, (leaf, page) in enumerate(zip(plan.leaves, out.pages, strict=True), start=1):
        resources: Any = page.obj.Resources
        resources.Font = pikepdf.Dictionary({**dict(resources.get("/Font", {}).items()), STAMP_FONT: embedded})
        of = _page_of(book, number, len(plan.leaves))
        drawing = font.line(leaf.footer, FOOTER_LEFT, FOOTER_Y, FOOTER_SIZE)
        drawing += font.line_to(of, FOOTER_RIGHT, FOOTER_Y, FOOTER_SIZE)
        page.obj.Contents.append(out.make_stream(drawing))


def _link(out: pikepdf.Pdf, plan: Plan, font: StampFont) -> None:
    """Turn the template's links into links inside the document, and write the numbers where it left room for them."""
    for page in out.pages:
        links = []
        for link in page.obj.get("/Annots", []):
            address = str(link.get("/A", pikepdf.Dictionary()).get("/URI", ""))
            span = plan.spans.get(address.split(":", 1)[-1])
            if span is None or not address.startswith((LINK, NUMBER)):
                continue
            if address.startswith(NUMBER):
                page.obj.Contents[-1].write(page.obj.Contents[-1].read_bytes() + _number(link, span.first, font))
            links.append(out.make_indirect(_goto(link.Rect, out.pages[span.first - 1])))
        page.obj.Annots = pikepdf.Array(links)


def _number(link: Any, number: int, font: StampFont) -> bytes:
    _left, bottom, right, top = _corners(link.Rect)
    return font.line_to(str(number), right - 0.5, bottom + (top - bottom) / 2 - INDEX_SIZE * 0.36, INDEX_SIZE)


def _corners(rect: Any) -> tuple[float, float, float, float]:
    xs, ys = sorted((float(rect[0]), float(rect[2]))), sorted((float(rect[1]), float(rect[3])))
    return xs[0], ys[0], xs[1], ys[1]


def _goto(rect: pikepdf.Object, page: pikepdf.Page) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Link,
        Rect=rect,
        Border=[0, 0, 0],
        F=4,
        Dest=[page.obj, pikepdf.Name.Fit],
    )


def _outline(out: pikepdf.Pdf, plan: Plan, case: CaseFile, book: Phrasebook) -> None:
    titles = {exhibit.mark: f"{exhibit.mark} · {exhibit_title(exhibit, book)}" for exhibit in case.exhibits}
    group = None
    with out.open_outline() as outline:
        for name, span in plan.spans.items():
            if name not in titles:
                outline.root.append(pikepdf.OutlineItem(section_title(book, name).text, span.first - 1, "Fit"))
                continue
            if group is None:
                group = pikepdf.OutlineItem(book.say("labels", "exhibits").text, span.first - 1, "Fit")
                outline.root.append(group)
            group.children.append(pikepdf.OutlineItem(titles[name], span.first - 1, "Fit"))


def _describe(out: pikepdf.Pdf, case: CaseFile, book: Phrasebook) -> None:
    """Title and dates: those of the case, for the day of the export is none of its facts."""
    date = _pdf_date(case.made_of)
    out.docinfo.Title = f"{book.say('labels', 'title').text} · {_footer(case, book, '')}"
    out.docinfo.Producer = "Prazo"
    out.docinfo.CreationDate = out.docinfo.ModDate = date
    out.Root.Lang = book.languages[0]
    out.Root.PageMode = pikepdf.Name.UseOutlines
    out.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)


def make_manifest(case: CaseFile, prepared: Mapping[str, Prepared], plan: Plan) -> dict[str, Any]:
    """What the bundle embeds, exhibit by exhibit; `embedded_pages` are the last ones of its span."""
    return {
        "format": FORMAT,
        "order": case.order_number,
        "dispute": case.dispute_number,
        "made_of": f"{case.made_of:%Y-%m-%dT%H:%M:%SZ}",
        "pages": len(plan.leaves),
        "exhibits": [
            {
                "mark": exhibit.mark,
                "kind": exhibit.kind,
                "name": exhibit.name,
                "file_type": exhibit.file_type,
                "original_bytes": exhibit.size,
                "original_sha256": exhibit.sha256,
                "embedded_sha256": prepared[exhibit.mark].sha256,
                "embedded_pages": prepared[exhibit.mark].pages,
                "first_page": plan.spans[exhibit.mark].first,
                "last_page": plan.spans[exhibit.mark].last,
                "problem": prepared[exhibit.mark].problem or "",
            }
            for exhibit in case.exhibits
        ],
    }


def _marks(case: CaseFile) -> list[str]:
    return [exhibit.mark for exhibit in case.exhibits]


def _footer(case: CaseFile, book: Phrasebook, mark: str) -> str:
    """What a page belongs to."""
    order, dispute = book.say("labels", "order").text, book.say("labels", "dispute").text
    told = f"{order} {case.order_number} · {dispute} {case.dispute_number}"
    return f"{told} · {book.say('labels', 'exhibit').text} {mark}" if mark else told


def _page_of(book: Phrasebook, page: int, pages: int) -> str:
    return book.say("labels", "page_of", page=page, pages=pages).text


def _pdf_date(at: datetime) -> str:
    return f"D:{at:%Y%m%d%H%M%S}Z"
