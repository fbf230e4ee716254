"""Third parties' PDFs in a bundle: each page looks as it did, and is nothing but its looks."""

from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageChops

from evidence.bundling.layout import EXHIBIT, EXHIBIT_BOX
from evidence.bundling.preparing import Prepared, open_bench
from evidence.bundling.problems import Problem
from evidence.file_types import FileType
from tests.evidence import files
from tests.evidence.parts import whole


def prepared(content: bytes, folder: Path) -> Prepared:
    """The pages that a PDF becomes."""
    path = folder / "paper.pdf"
    path.write_bytes(content)
    with open_bench(folder) as bench:
        return bench.prepare(path, FileType.PDF)


def looks(document: pypdfium2.PdfDocument, number: int, box: tuple[int, int, int, int] | None = None) -> Image.Image:
    """What a reader shows of a page, cut to its drawing."""
    image = document[number].render(scale=2).to_pil().convert("L")
    image = image.crop(box) if box else image
    return image.crop(ImageChops.invert(image).getbbox())


def turn(degrees: int) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.Rotate = degrees

    return change


def crop(pdf: pikepdf.Pdf) -> None:
    """Show the upper half of the red box only, from an origin that is not zero."""
    pdf.pages[0].obj.MediaBox = [-100, -100, 400, 600]
    pdf.pages[0].obj.CropBox = [20, 60, 320, 260]


def unbalance(pdf: pikepdf.Pdf) -> None:
    """Leave the page turned and scaled for whoever draws next."""
    pdf.pages[0].obj.Contents = pdf.make_stream(b"q q 1 0 0 rg 40 40 120 60 re f .1 0 0 .1 9 9 cm")


@pytest.mark.parametrize("change", [turn(0), turn(90), turn(180), turn(270), crop, unbalance])
def test_a_page_looks_as_it_did(change: Callable[[pikepdf.Pdf], None], tmp_path: Path) -> None:
    content = files.paper(1, change)
    made = prepared(content, tmp_path)
    with pypdfium2.PdfDocument(content) as before, pypdfium2.PdfDocument(whole(made)) as after:
        old, new = looks(before, 0), looks(after, 0)
    assert abs(old.width / old.height - new.width / new.height) < 0.05
    with pypdfium2.PdfDocument(whole(made)) as after:
        box = ImageChops.invert(after[0].render(scale=1).to_pil().convert("L")).getbbox()
    assert box is not None
    assert box[0] >= EXHIBIT_BOX.left - 2
    assert box[2] <= EXHIBIT_BOX.right + 2


def test_fields_that_were_filled_in_are_shown(tmp_path: Path) -> None:
    def add_field(pdf: pikepdf.Pdf) -> None:
        field = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Tx,
                T=pikepdf.String("name"),
                V=pikepdf.String("FILLED"),
                DA=pikepdf.String("/Helv 12 Tf 0 g"),
                Rect=[50, 300, 250, 330],
                F=4,
            )
        )
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        pdf.pages[0].obj.Annots = pikepdf.Array([field])
        pdf.Root.AcroForm = pikepdf.Dictionary(
            Fields=[field], NeedAppearances=True, DA="/Helv 12 Tf 0 g", DR=pikepdf.Dictionary(Font={"/Helv": font})
        )

    made = prepared(files.paper(1, add_field), tmp_path)
    with pypdfium2.PdfDocument(whole(made)) as document:
        assert "FILLED" in document[0].get_textpage().get_text_bounded()


@pytest.mark.parametrize("box", [[0, 0, 0, 0], [0, 0, 1e9, 1e9], [0, 0, -5, 1]])
def test_an_absurd_page_size_breaks_nothing(box: list[float], tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.MediaBox = pikepdf.Array([int(side) for side in box])

    made = prepared(files.paper(1, change), tmp_path)
    assert made.pages == 1 or made.problem is Problem.DAMAGED


def test_a_slightly_damaged_paper_is_shown_with_a_word_about_it(tmp_path: Path) -> None:
    content = files.paper()
    start = content.rindex(b"startxref")
    made = prepared(content[:start] + b"startxref\n99\n%%EOF\n", tmp_path)
    assert (made.pages, made.problem) == (3, Problem.REPAIRED)


def test_a_name_of_a_font_is_no_action(tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        pdf.pages[0].obj.Resources = pikepdf.Dictionary(Font={"/A": font, "/F": font})
        pdf.pages[0].obj.Contents = pdf.make_stream(b"BT /A 20 Tf 50 300 Td (kept) Tj /F 20 Tf (too) Tj ET")

    made = prepared(files.paper(1, change), tmp_path)
    with pypdfium2.PdfDocument(whole(made)) as document:
        assert document[0].get_textpage().get_text_bounded() == "kepttoo"


def test_metadata_and_attachments_stay_behind(tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.attachments["secret.txt"] = b"SECRETFILE"
        pdf.docinfo.Author = "SECRETAUTHOR"
        pdf.pages[0].obj.Metadata = pdf.make_stream(b"<SECRETXMP/>")

    made = prepared(files.paper(1, change, compress_streams=False), tmp_path)
    with pikepdf.open(whole(made)) as pdf:
        streams = [part.read_bytes() for part in pdf.objects if isinstance(part, pikepdf.Stream)]
    assert made.problem is None
    assert b"SECRET" not in whole(made).read_bytes() + b"".join(streams)


def test_every_page_is_drawn_as_an_object_of_its_own(tmp_path: Path) -> None:
    with pikepdf.open(whole(prepared(files.paper(3), tmp_path))) as pdf:
        drawn = {page.obj.Resources.XObject[EXHIBIT].objgen for page in pdf.pages}
    assert len(drawn) == 3
