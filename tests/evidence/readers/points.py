"""What must hold of every bundle, point by point; each point yields a sentence for whatever does not."""

import hashlib
import re
from collections.abc import Callable, Iterator

import pypdfium2
from pypdf.generic import DictionaryObject, NameObject, StreamObject

from tests.evidence.readers import tools
from tests.evidence.readers.glyphs import missing_letters
from tests.evidence.readers.reading import MANIFEST, Reading

A4 = (595.276, 841.89)
ACTIVE = {
    "/JS", "/JavaScript", "/AA", "/OpenAction", "/Launch", "/URI", "/XFA", "/RichMedia", "/SubmitForm", "/GoToR",
    "/GoToE", "/ImportData", "/Rendition", "/Movie", "/Sound", "/3D", "/Widget", "/FileAttachment", "/AcroForm",
}  # fmt: skip
NUMBER_COLUMN = 500  # points from the left: links there hold a page's number
TRACES = (b"Exif", b"GPS", b"http://ns.adobe.com", b"Photoshop", b"SECRET")
Point = Callable[[Reading], Iterator[str]]


def sound_pages(reading: Reading) -> Iterator[str]:
    """1: qpdf finds nothing, the readers agree on the number of pages, and all are upright A4."""
    if complaint := tools.complaint(reading.path):
        yield f"qpdf: {complaint}"
    with pypdfium2.PdfDocument(reading.path) as document:
        counts = {len(reading.pdf.pages), len(document), int(tools.info(reading.path)["Pages"]), len(reading.texts)}
    if counts != {reading.manifest["pages"]}:
        yield f"the readers count {sorted(counts)} pages, the manifest says {reading.manifest['pages']}"
    for number, page in enumerate(reading.pdf.pages, start=1):
        sides = (float(page.mediabox.width), float(page.mediabox.height))
        if any(abs(side - whole) > 0.5 for side, whole in zip(sides, A4, strict=True)) or page.rotation:
            yield f"page {number} is {sides} turned by {page.rotation}"


def numbered_pages(reading: Reading) -> Iterator[str]:
    """2: every page says its number once, every page of an exhibit its mark, and all ways lead to its first page."""
    whole = len(reading.lines)
    for number, text in enumerate(reading.lines, start=1):
        if re.findall(r"Page \d+ of \d+", text).count(f"Page {number} of {whole}") != 1:
            yield f"page {number} does not say once that it is page {number} of {whole}"
    bookmarks = {title.split(" · ")[0]: page for title, page in reading.outline}
    for exhibit in reading.exhibits:
        mark, first = exhibit["mark"], exhibit["first_page"]
        stamped = [n for n, text in enumerate(reading.lines, start=1) if re.search(rf"Exhibit {mark}\b(?! ·)", text)]
        if stamped != list(range(first, exhibit["last_page"] + 1)):
            yield f"exhibit {mark} is stamped on pages {stamped}, and should begin on {first}"
        if bookmarks.get(mark) != first:
            yield f"the bookmark of {mark} leads to page {bookmarks.get(mark)}, not {first}"


def indexed_pages(reading: Reading) -> Iterator[str]:
    """3: the number printed beside each line of the index is that of the page to which the line leads."""
    numbers = [link for link in reading.links if link.left > NUMBER_COLUMN]
    if not numbers:
        yield "the index has no numbers"
    for link in numbers:
        if link.text != str(link.target):
            yield f"the index says {link.text!r} for page {link.target}"
    for exhibit in reading.exhibits:
        rows = [link for link in reading.links if link.text == exhibit["mark"] and link.left < 100]
        beside = {number.text for row in rows for number in numbers if number.is_beside(row)}
        if beside != {str(exhibit["first_page"])}:
            yield f"beside {exhibit['mark']} the index says {sorted(beside)}, not {exhibit['first_page']}"


def lifeless_objects(reading: Reading) -> Iterator[str]:
    """4: links lead to pages of the document, and nothing in it acts, asks or fetches."""
    for link in reading.links:
        if not 1 <= link.target <= len(reading.pdf.pages):
            yield f"a link of page {link.page} leads to page {link.target}"
    for part in reading.objects:
        if isinstance(part, DictionaryObject):
            found = ACTIVE & {*part.keys(), *(value for value in part.values() if isinstance(value, NameObject))}
            if found:
                yield f"the document holds {sorted(found)}"
            if part.get("/Subtype") == "/Link" and "/Dest" not in part:
                yield f"a link without a page: {dict(part)}"
    embedded = [part for part in reading.objects if isinstance(part, DictionaryObject) and "/EF" in part]
    allowed = {MANIFEST, *stated_attachments(reading)}
    if {str(part.get("/UF", part.get("/F"))) for part in embedded} - allowed:
        yield "the document holds files that its manifest does not name"


def stated_attachments(reading: Reading) -> dict[str, str]:
    """The files that the manifest says are attached, with their hashes."""
    stated = {one["attached"]: one["original_sha256"] for one in reading.exhibits if one.get("attached")}
    return stated | {one["name"]: one["sha256"] for one in reading.manifest.get("attachments", [])}


def silent_pictures(reading: Reading) -> Iterator[str]:
    """5: no picture says where, when or by what it was taken."""
    streams = [part for part in reading.objects if isinstance(part, StreamObject) and part.get("/Subtype") == "/Image"]
    for data in [*(bytes(part._data) for part in streams), *tools.image_files(reading.path)]:
        for trace in TRACES:
            if trace in data:
                yield f"a picture still holds {trace.decode()}"


def kept_originals(reading: Reading) -> Iterator[str]:
    """6: every hash of the manifest stands in the text, and every attached file is what the manifest says."""
    printed = "".join("".join(text.split()) for text in reading.lines)
    for exhibit in reading.exhibits:
        for name in ("original_sha256", "embedded_sha256"):
            if exhibit[name] not in printed:
                yield f"the {name} of {exhibit['mark']} is not printed"
    attached = {name: sha for name, sha in tools.attached_hashes(reading.path).items() if name != MANIFEST}
    files = [(file.alternative_name, hashlib.sha256(file.content).hexdigest()) for file in reading.pdf.attachment_list]
    if sorted(attached.values()) != sorted(stated_attachments(reading).values()):
        yield f"attached are {sorted(attached)}, stated {sorted(stated_attachments(reading))}"
    if sorted(sha for name, sha in files if name != MANIFEST) != sorted(attached.values()):
        yield "pypdf and poppler find other attached files"


def drawn_letters(reading: Reading) -> Iterator[str]:
    """7: every font of ours is embedded, and holds a drawing of every letter that is shown."""
    for font in tools.fonts(reading.path):
        if font.number in reading.own_fonts and not font.is_embedded:
            yield f"the font {font.name} is not embedded"
        if font.number in reading.own_fonts and not font.can_be_copied:
            yield f"the letters of {font.name} cannot be copied"
    yield from missing_letters(reading.pdf)


def told_document(reading: Reading) -> Iterator[str]:
    """9: title, language and view are told, twice alike where they are told twice."""
    root, info = reading.pdf.trailer["/Root"].get_object(), tools.info(reading.path)
    order = reading.manifest["order"]
    if order not in info.get("Title", ""):
        yield f"the title is {info.get('Title')!r}"
    if not root.get("/Lang") or root.get("/PageMode") != "/UseOutlines":
        yield "the language or the view is not told"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        yield "a viewer would show the file's name instead of its title"
    xmp = reading.pdf.xmp_metadata
    if xmp is not None and xmp.dc_title and order not in str(xmp.dc_title):
        yield "the two titles differ"


POINTS: dict[str, Point] = {
    "pages": sound_pages,
    "numbers": numbered_pages,
    "index": indexed_pages,
    "links": lifeless_objects,
    "pictures": silent_pictures,
    "originals": kept_originals,
    "letters": drawn_letters,
    "description": told_document,
}


def problems(reading: Reading) -> list[str]:
    """Whatever does not hold, at every point."""
    return [f"{name}: {problem}" for name, point in POINTS.items() for problem in point(reading)]
