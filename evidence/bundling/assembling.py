"""Putting a bundle together: the text's pages, the exhibits behind their headings, numbers, links, outline."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pikepdf

from evidence.bundling.attaching import attach_files
from evidence.bundling.cases import Attachment, CaseExhibit, CaseFile
from evidence.bundling.layout import EXHIBIT, FOOTER_LEFT, FOOTER_RIGHT, FOOTER_Y, STAMP_FONT
from evidence.bundling.manifests import FORMAT, Seal, attach, seal, spell
from evidence.bundling.ordering import Plan, Span
from evidence.bundling.pages import exhibit_title, section_title
from evidence.bundling.preparing import Prepared
from evidence.bundling.stamping import StampFont, read_stamp_font
from evidence.bundling.standards import declare_pdf_a
from evidence.bundling.streams import bring_back
from evidence.bundling.volumes import WHOLE, Volume
from evidence.phrasing import Phrasebook
from evidence.recipients import PDF_A

PRODUCER = "Prazo"
FOOTER_SIZE, INDEX_SIZE = 7.5, 9.0
LINK, NUMBER = "x-bundle", "x-page"  # what the template writes for a link, and for the number of a page


@dataclass(frozen=True, slots=True)
class Assembled:
    """The file that was written: its SHA-256 and seal, and where each section and exhibit stands."""

    path: Path
    sha256: str
    seal: Seal
    plan: Plan

    @property
    def spans(self) -> Mapping[str, Span]:
        """From which to which page each part goes."""
        return self.plan.spans


@dataclass(frozen=True, slots=True)
class Binding:
    """All that goes into one file; `letters` is the document in whose font the stamps are."""

    case: CaseFile
    book: Phrasebook
    prepared: Mapping[str, Prepared]
    plan: Plan
    letters: Path
    volume: Volume = WHOLE
    attachments: Sequence[Attachment] = ()
    standard: str = ""


def footer_letters(case: CaseFile, book: Phrasebook) -> str:
    """Every letter that a stamp may need, once."""
    texts = [*(_footer(case, book, mark) for mark in ["", *_marks(case)]), _page_of(book, 1234567890, 1234567890)]
    return "".join(sorted({letter for text in texts for letter in text} - {" "})) + " ./"


def assemble(binding: Binding, target: Path) -> Assembled:
    """Write the bundle, sealed."""
    case, book, plan = binding.case, binding.book, binding.plan
    with pikepdf.new() as out:
        _lay(out, plan, binding.prepared)
        with pikepdf.open(binding.letters) as sheet:
            _stamp(out, read_stamp_font(sheet.pages[0]), binding)
        _outline(out, plan, case, book)
        _describe(out, binding)
        manifest = spell(make_manifest(binding))
        attach(out, manifest, pdf_date(case.made_of))
        attach_files(out, binding.attachments, pdf_date(case.made_of))
        bring_back(out, target.parent)
        # What is large is compressed already, or does not become smaller.
        out.save(
            target,
            static_id=True,
            min_version="1.7",
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
        )
    sealed = seal(target, manifest)
    return Assembled(target, sealed.sha256, sealed.seal, plan)


def _lay(out: pikepdf.Pdf, plan: Plan, prepared: Mapping[str, Prepared]) -> None:
    """Add every page; what pages share is copied once."""
    opening, closing = out.make_stream(b"q\n"), out.make_stream(b"\nQ\n")
    copied: dict[Any, tuple[Any, Any]] = {}  # a page laid twice comes as it was changed the first time
    with ExitStack() as stack:
        paths = dict.fromkeys(leaf.text[0] for leaf in plan.leaves)
        texts = {path: stack.enter_context(pikepdf.open(path)) for path in paths}
        drawn = _drawings(out, plan, prepared)
        for leaf in plan.leaves:
            path, number = leaf.text
            out.pages.append(texts[path].pages[number])
            page: Any = out.pages[-1].obj
            shared, heading = copied.setdefault(leaf.text, (page.Resources, page.Contents))
            resources = pikepdf.Dictionary(dict(shared.items()))
            # The text's own drawing turns the page upside down: it is closed off before anything is drawn on it.
            contents = [opening, heading, closing]
            if leaf.part_page is not None:
                exhibit, drawing = next(drawn)
                resources.XObject = pikepdf.Dictionary({EXHIBIT: exhibit})
                contents.append(drawing)
            page.Resources = resources
            page.Contents = pikepdf.Array(contents)


def _drawings(out: pikepdf.Pdf, plan: Plan, prepared: Mapping[str, Prepared]) -> Iterator[tuple[Any, Any]]:
    """What each page of an exhibit draws, and how, in the order of the pages; one part is open at a time."""
    for mark in dict.fromkeys(leaf.mark for leaf in plan.leaves if leaf.part_page is not None):
        with pikepdf.open(prepared[mark].path) as part:
            for page in part.pages:
                drawn: Any = page.obj
                yield out.copy_foreign(drawn.Resources.XObject[EXHIBIT]), out.copy_foreign(drawn.Contents)


def _stamp(out: pikepdf.Pdf, font: StampFont, binding: Binding) -> None:
    """Number every page and say what it belongs to; turn the template's links into links inside the document."""
    case, book, plan = binding.case, binding.book, binding.plan
    embedded = out.copy_foreign(font.font)
    objects = [page.obj for page in out.pages]
    footers = {
        mark: font.line(_footer(case, book, mark), FOOTER_LEFT, FOOTER_Y, FOOTER_SIZE) for mark in _all_marks(plan)
    }
    for number, (leaf, page) in enumerate(zip(plan.leaves, objects, strict=True), start=1):
        resources: Any = page.Resources
        resources.Font = pikepdf.Dictionary({**dict(resources.get("/Font", {}).items()), STAMP_FONT: embedded})
        of = _page_of(book, number, len(plan.leaves))
        drawing = footers[leaf.mark] + font.line_to(of, FOOTER_RIGHT, FOOTER_Y, FOOTER_SIZE)
        drawing += b"".join(_link(out, page, binding, objects, font))
        page.Contents.append(out.make_stream(zlib.compress(drawing, 9), Filter=pikepdf.Name.FlateDecode))


def _all_marks(plan: Plan) -> set[str]:
    return {leaf.mark for leaf in plan.leaves}


def _link(out: pikepdf.Pdf, page: Any, binding: Binding, objects: Sequence[Any], font: StampFont) -> Iterator[bytes]:
    """Set the page's links anew; yields the numbers to be drawn where the template left room for them.

    What is in another volume has that volume's number, as in 2/3, and no link.
    """
    links, elsewhere = [], binding.volume.elsewhere()
    for link in page.get("/Annots", []):
        scheme, _colon, name = str(link.get("/A", pikepdf.Dictionary()).get("/URI", "")).partition(":")
        target = binding.plan.page_of(name)
        if scheme == NUMBER and (target or name in elsewhere):
            yield _number(link, str(target or f"{elsewhere[name]}/{binding.volume.count}"), font)
        if target is not None and scheme in {LINK, NUMBER}:
            links.append(out.make_indirect(_goto(link.Rect, objects[target - 1])))
    page.Annots = pikepdf.Array(links)


def _number(link: Any, number: str, font: StampFont) -> bytes:
    _left, bottom, right, top = _corners(link.Rect)
    return font.line_to(number, right - 0.5, bottom + (top - bottom) / 2 - INDEX_SIZE * 0.36, INDEX_SIZE)


def _corners(rect: Any) -> tuple[float, float, float, float]:
    xs, ys = sorted((float(rect[0]), float(rect[2]))), sorted((float(rect[1]), float(rect[3])))
    return xs[0], ys[0], xs[1], ys[1]


def _goto(rect: pikepdf.Object, page: Any) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Link,
        Rect=rect,
        Border=[0, 0, 0],
        F=4,
        Dest=[page, pikepdf.Name.Fit],
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


def _describe(out: pikepdf.Pdf, binding: Binding) -> None:
    """Title and dates: those of the case, for the day of the export is none of its facts."""
    case, book = binding.case, binding.book
    date = pdf_date(case.made_of)
    title = f"{book.say('labels', 'title').text} · {_footer(case, book, '')}"
    out.docinfo.Title, out.docinfo.Producer = title, PRODUCER
    out.docinfo.CreationDate = out.docinfo.ModDate = date
    if binding.standard == PDF_A:
        declare_pdf_a(out, title=title, producer=PRODUCER, date=case.made_of)
    out.Root.Lang = book.languages[0]
    out.Root.PageMode = pikepdf.Name.UseOutlines
    out.Root.ViewerPreferences = pikepdf.Dictionary(DisplayDocTitle=True)


def make_manifest(binding: Binding) -> dict[str, Any]:
    """What the bundle embeds, exhibit by exhibit; `embedded_pages` are the last ones of its span."""
    case = binding.case
    originals = {(exhibit.mark, exhibit.sha256) for exhibit in case.exhibits}
    others = [one for one in binding.attachments if (one.description, one.sha256) not in originals]
    return {
        "format": FORMAT,
        "order": case.order_number,
        **({"review": case.review.number} if case.review else {"dispute": case.dispute_number}),
        "recorded_until": f"{case.made_of:%Y-%m-%dT%H:%M:%SZ}",
        "pages": len(binding.plan.leaves),
        "exhibits": [_spell_exhibit(exhibit, binding) for exhibit in case.exhibits],
        **({"attachments": [{"name": one.name, "sha256": one.sha256} for one in others]} if others else {}),
        **binding.volume.manifest(),
    }


def _spell_exhibit(exhibit: CaseExhibit, binding: Binding) -> dict[str, Any]:
    part, span = binding.prepared[exhibit.mark], binding.plan.spans[exhibit.mark]
    known = [one for one in binding.attachments if (one.description, one.sha256) == (exhibit.mark, exhibit.sha256)]
    return {
        "mark": exhibit.mark,
        "kind": exhibit.kind,
        "name": exhibit.name,
        "file_type": exhibit.file_type,
        "original_bytes": exhibit.size,
        "original_sha256": exhibit.sha256,
        "embedded_sha256": part.sha256,
        "embedded_pages": part.pages,
        "first_page": span.first,
        "last_page": span.last,
        "problem": part.problem or "",
        **({"attached": known[0].name} if known else {}),
    }


def _marks(case: CaseFile) -> list[str]:
    return [exhibit.mark for exhibit in case.exhibits]


def _footer(case: CaseFile, book: Phrasebook, mark: str) -> str:
    """What a page belongs to."""
    order = book.say("labels", "order").text
    about = book.say("labels", "review" if case.review else "dispute").text
    told = f"{order} {case.order_number} · {about} {case.review.number if case.review else case.dispute_number}"
    return f"{told} · {book.say('labels', 'exhibit').text} {mark}" if mark else told


def _page_of(book: Phrasebook, page: int, pages: int) -> str:
    return book.say("labels", "page_of", page=page, pages=pages).text


def pdf_date(at: datetime) -> str:
    return f"D:{at:%Y%m%d%H%M%S}Z"
