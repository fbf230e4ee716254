"""The points catch what they are for: a bundle changed on purpose fails at the point that watches over it."""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import weasyprint
from pypdf import PdfReader

from tests.evidence.readers.conftest import Court
from tests.evidence.readers.glyphs import missing_letters
from tests.evidence.readers.points import NUMBER_COLUMN, POINTS
from tests.evidence.readers.reading import Reading

pytestmark = pytest.mark.slow
LINE = re.compile(rb"<([0-9a-f]+)> Tj")


def shift_a_page(pdf: pikepdf.Pdf) -> None:
    """A page comes twice, and all that follows stands one page later than it is said to."""
    pdf.pages.insert(3, pdf.pages[2])


def exchange_two_numbers(pdf: pikepdf.Pdf) -> None:
    """Two numbers of the index change places."""
    contents = next(page.obj.Contents for page in pdf.pages if len(_stamped(page)) > 4)
    data = contents[-1].read_bytes()
    first, second = sorted(set(LINE.findall(data)[2:]))[:2]
    swapped = data.replace(b"<%s> Tj" % first, b"<swap> Tj").replace(b"<%s> Tj" % second, b"<%s> Tj" % first)
    contents[-1].write(swapped.replace(b"<swap> Tj", b"<%s> Tj" % second))


def _stamped(page: pikepdf.Page) -> list[bytes]:
    return LINE.findall(page.obj.Contents[-1].read_bytes())


def lead_elsewhere(pdf: pikepdf.Pdf) -> None:
    """A link of the index leads to another page than it says."""
    link = next(link for link in _links(pdf) if float(link.Rect[0]) > NUMBER_COLUMN)
    link.Dest[0] = pdf.pages[-1].obj


def _links(pdf: pikepdf.Pdf) -> Iterator[Any]:
    return (link for page in pdf.pages for link in page.obj.get("/Annots", []))


def lead_outside(pdf: pikepdf.Pdf) -> None:
    """A link leads to somebody's server."""
    link = next(_links(pdf))
    del link["/Dest"]
    link.A = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("http://tracker.example"))


def run_something(pdf: pikepdf.Pdf) -> None:
    """The document does something when it is opened."""
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))


def move_a_bookmark(pdf: pikepdf.Pdf) -> None:
    """A bookmark leads to another exhibit."""
    with pdf.open_outline() as outline:
        group = next(item for item in outline.root if item.children)
        group.children[0].destination = pikepdf.make_page_destination(pdf, len(pdf.pages) - 1)


def smuggle_a_file(pdf: pikepdf.Pdf) -> None:
    """A file comes in that the manifest does not name."""
    pdf.attachments["more.txt"] = b"more"


def leave_a_trace(pdf: pikepdf.Pdf) -> None:
    """A photo says by what it was taken."""
    photo = next(
        part for part in pdf.objects if isinstance(part, pikepdf.Stream) and "/DCTDecode" in str(part.stream_dict)
    )
    data = photo.read_raw_bytes()
    photo.write(data[:2] + b"\xff\xe1\x00\x10Exif\0\0" + bytes(8) + data[2:], filter=pikepdf.Name.DCTDecode)


def take_the_fonts(pdf: pikepdf.Pdf) -> None:
    """The fonts are named, and no longer inside."""
    for part in pdf.objects:
        if isinstance(part, pikepdf.Dictionary):
            for name in ("/FontFile2", "/FontFile3"):
                if name in part:
                    del part[name]


def draw_boxes(pdf: pikepdf.Pdf) -> None:
    """A page shows the shape of a missing letter."""
    contents = pdf.pages[0].obj.Contents[-1]
    contents.write(contents.read_bytes() + b"BT /PrazoStamp 9 Tf 100 100 Td <0000> Tj ET\n")


def turn_a_page(pdf: pikepdf.Pdf) -> None:
    """A page lies on its side."""
    pdf.pages[1].rotate(90, relative=True)


def forge_the_manifest(pdf: pikepdf.Pdf) -> None:
    """The manifest names another file than the one that is printed."""
    stream = pdf.Root.AF[0].EF.F
    stream.write(re.sub(rb'("original_sha256": ")[0-9a-f]{8}', rb"\g<1>00000000", stream.read_bytes(), count=1))


def drop_the_title(pdf: pikepdf.Pdf) -> None:
    """Nobody can tell what the document is."""
    del pdf.docinfo["/Title"]


CHANGES: dict[Callable[[pikepdf.Pdf], None], str] = {
    shift_a_page: "numbers",
    exchange_two_numbers: "index",
    lead_elsewhere: "index",
    lead_outside: "links",
    run_something: "links",
    move_a_bookmark: "numbers",
    smuggle_a_file: "originals",
    leave_a_trace: "pictures",
    take_the_fonts: "letters",
    draw_boxes: "letters",
    turn_a_page: "pages",
    forge_the_manifest: "originals",
    drop_the_title: "description",
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_changed_bundle_fails_at_its_point(
    change: Callable[[pikepdf.Pdf], None], court: Court, tmp_path: Path
) -> None:
    path = tmp_path / "changed.pdf"
    with pikepdf.open(court.path) as pdf:
        change(pdf)
        pdf.save(path)
    assert list(POINTS[CHANGES[change]](Reading(path))) != []


def test_a_letter_that_no_font_has_is_found_where_nothing_is_done_about_it() -> None:
    written = io.BytesIO(weasyprint.HTML(string="<p>Prazo \ue000 заказ").write_pdf())
    found = list(missing_letters(PdfReader(written)))
    assert len(found) == 1
    assert "ue000" in found[0]
