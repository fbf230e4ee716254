"""A third party's PDF as pages: each drawn, as it looks, into a frame; nothing in it acts any more."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf

from evidence.bundling.jpegs import strip_jpeg
from evidence.bundling.layout import EXHIBIT, EXHIBIT_BOX, PAGE_HEIGHT, PAGE_WIDTH
from evidence.bundling.problems import MAX_OBJECTS, MAX_PAGES, Problem, Unshowable
from evidence.bundling.streams import ASIDE
from evidence.bundling.weighing import weigh

ACTIVE_KEYS = {"/JS", "/XFA", "/RichMediaContent", "/Movie"}
ACTIVE_ACTIONS = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Rendition", "/RichMediaExecute"}
# What a drawn stream has no use for: metadata, and references to other files or to its page's place elsewhere.
DROPPED = (ASIDE, "/Metadata", "/PieceInfo", "/StructParent", "/StructParents", "/OPI", "/Ref", "/Measure", "/PtData")
OUTSIDE = ("/F", "/FFilter", "/FDecodeParms")  # a stream's data in another file
SMALLEST, LARGEST = 3, 14_400  # points: the sides that a page may have
END = b"%%EOF"
TRACES = (b"Exif\0", b"http://ns.adobe.com/", b"Photoshop 3.0")  # what begins a photo's words about itself


def place_paper(path: Path, out: pikepdf.Pdf) -> Problem | None:
    """Add the document's pages as they are drawn, and say what a slip before them has to tell. Raises Unshowable."""
    try:
        with pikepdf.open(path, suppress_warnings=True) as paper:
            problem = _examine(paper, path)
            if "/AcroForm" in paper.Root:
                paper.generate_appearance_streams()
            paper.flatten_annotations("all")
            for page in paper.pages:
                _place_page(page, out)
            _clean(out)
            return Problem.REPAIRED if problem is None and paper.get_warnings() else problem
    except pikepdf.PasswordError as error:
        raise Unshowable(Problem.ENCRYPTED) from error
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, RuntimeError) as error:
        raise Unshowable(Problem.DAMAGED) from error


def _examine(paper: pikepdf.Pdf, path: Path) -> Problem | None:
    """What is wrong with a document that can be opened. Raises Unshowable for what must not be worked on."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 2048))
        if END not in file.read():
            raise Unshowable(Problem.DAMAGED)  # it ends early: pages and fonts may lack without a sign of it
    if len(paper.objects) > MAX_OBJECTS:
        raise Unshowable(Problem.TOO_COMPLEX)
    if len(paper.pages) > MAX_PAGES:
        raise Unshowable(Problem.TOO_MANY_PAGES)
    if not paper.pages:
        raise Unshowable(Problem.DAMAGED)
    weigh(paper)
    if any(_is_active(part) for part in _dictionaries(paper)):
        return Problem.ACTIVE
    return Problem.REPAIRED if paper.get_warnings() else None


def _is_active(part: pikepdf.Object) -> bool:
    return any(key in part for key in ACTIVE_KEYS) or str(part.get("/S", "")) in ACTIVE_ACTIONS


def _dictionaries(paper: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary of a document, those inside others and those of streams included."""
    waiting = list(paper.objects)
    while waiting:
        part: Any = waiting.pop()
        if isinstance(part, pikepdf.Dictionary | pikepdf.Stream):
            yield part
            children = [part[key] for key in part.keys()]  # noqa: SIM118  a stream is no mapping
        elif isinstance(part, pikepdf.Array):
            children = list(part)
        else:
            continue
        waiting.extend(child for child in children if isinstance(child, pikepdf.Object) and not child.is_indirect)


def _place_page(page: pikepdf.Page, out: pikepdf.Pdf) -> None:
    _settle_boxes(page)
    form = out.copy_foreign(page.as_form_xobject())
    frame = out.add_blank_page(page_size=(PAGE_WIDTH, PAGE_HEIGHT))
    box = pikepdf.Rectangle(EXHIBIT_BOX.left, EXHIBIT_BOX.bottom, EXHIBIT_BOX.right, EXHIBIT_BOX.top)
    frame.obj.Resources = pikepdf.Dictionary(XObject={EXHIBIT: form})
    place = frame.calc_form_xobject_placement
    drawing = place(
        form, pikepdf.Name(EXHIBIT), box, invert_transformations=False, allow_shrink=True, allow_expand=True
    )
    frame.obj.Contents = out.make_stream(drawing)


def _settle_boxes(page: pikepdf.Page) -> None:
    """What a viewer shows of a page is its crop box; an absurd one gives way to the media box, and that to A4."""
    whole = [Decimal(0), Decimal(0), Decimal("595.276"), Decimal("841.89")]
    for name in ("/CropBox", "/MediaBox"):
        box = page.obj.get(name, None) or (page.cropbox if name == "/CropBox" else page.mediabox)
        sides = [Decimal(str(side)) for side in box]
        if len(sides) == 4 and all(SMALLEST <= abs(sides[i + 2] - sides[i]) <= LARGEST for i in (0, 1)):
            whole = sides
            break
    for name in ("/MediaBox", "/CropBox", "/TrimBox"):
        page.obj[name] = pikepdf.Array(whole)


def _clean(out: pikepdf.Pdf) -> None:
    # Streams only: in a dictionary of resources any of these names may be that of a font.
    for part in out.objects:
        if isinstance(part, pikepdf.Stream):
            for name in (*DROPPED, *OUTSIDE):
                if name in part:
                    del part[name]
            if part.get("/Filter") == "/DCTDecode":
                _silence(part)


def _silence(photo: Any) -> None:
    """A photo in a document no longer says where and by what it was taken; its scan stays as it is."""
    data = photo.read_raw_bytes()
    try:
        photo.write(strip_jpeg(data), filter=pikepdf.Name.DCTDecode, decode_parms=photo.get("/DecodeParms"))
    except Unshowable:
        if any(trace in data for trace in TRACES):  # readers may show it all the same, and what it says with it
            raise
