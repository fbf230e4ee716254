"""Bundles that have to fit: recompressed step by step, divided into parts, or refused with what is over."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdf
import pypdfium2
import pytest
from PIL import Image

from evidence.bundling.fitting import OverLimit, Weight, check, foresee, share_out
from evidence.bundling.making import Made, make_bundle
from evidence.bundling.treatments import Handling, Rung
from evidence.bundling.verifying import verify
from evidence.recipients import Limits, Recipient, find_recipient, recipients
from tests.evidence import files
from tests.evidence.cases import case_of

SHARP = (1600, 2000)  # pixels: more than an A4 page shows at 200 an inch


def photo(number: int = 0) -> bytes:
    """A picture that does not pack well."""
    sheet = Image.effect_noise(SHARP, 40 + number).convert("RGB")
    return files.encoded(sheet, "JPEG", quality=92)


def make(folder: Path, recipient: Recipient, photos: int, **more: bytes) -> Made:
    """A bundle with so many photos."""
    folder.mkdir(exist_ok=True)
    given = {f"{number}.jpg": photo(number) for number in range(photos)} | more
    work = folder / "work"
    work.mkdir()
    return make_bundle(case_of(folder, given), recipient, work, lambda _percent: None)


def small(**limits: int) -> Recipient:
    """A recipient who takes little."""
    return replace(find_recipient("paypal"), limits=Limits(**limits))


def texts_of(path: Path) -> list[str]:
    """Each page's text, by another reader."""
    with pypdfium2.PdfDocument(path) as document:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def test_every_recipient_has_a_ladder_that_goes_down_or_no_limits() -> None:
    for profile in recipients().values():
        assert (profile.limits == Limits()) == (profile.ladder == ())
        assert list(profile.ladder) == sorted(profile.ladder, key=lambda rung: -rung.ppi)
        assert all(rung.ppi >= 96 and 30 <= rung.quality <= 95 for rung in profile.ladder)


def test_too_many_pages_are_told_before_any_work() -> None:
    with pytest.raises(OverLimit, match="it has 64 pages, 49 are allowed: 15 too many"):
        foresee([20, 20, 20], find_recipient("stripe"))
    foresee([20, None, 20], find_recipient("stripe"))
    foresee([2000], find_recipient("archive"))


def test_what_is_over_is_told_in_numbers() -> None:
    told = check([Weight(9_000_000, 30), Weight(12_000_000, 40)], small(file_bytes=10_000_000, pages=60, files=1))
    assert told == [
        "it has 70 pages, 60 are allowed: 10 too many",
        "file 2 has 12.0 MB, 10.0 MB are allowed: 2.0 MB too much",
        "it takes 2 files, 1 are allowed",
    ]


@pytest.mark.parametrize(
    ("room", "parts"), [(10, ["1 2 3 4"]), (5, ["1 2", "3 4"]), (3, ["1", "2", "3", "4"]), (0, ["1", "2", "3", "4"])]
)
def test_exhibits_are_shared_out_in_their_order(room: int, parts: Sequence[str], tmp_path: Path) -> None:
    case = case_of(tmp_path, {f"{number}.jpg": b"" for number in range(4)})
    shares = share_out(case.exhibits, {exhibit.mark: 2 for exhibit in case.exhibits}, room)
    assert [" ".join(exhibit.mark[2:] for exhibit in share) for share in shares] == list(parts)


@pytest.mark.slow
def test_a_bundle_that_fits_is_not_recompressed(tmp_path: Path) -> None:
    made = make(tmp_path, small(file_bytes=20_000_000), 2)
    assert [exhibit["handling"] for exhibit in made.exhibits] == [Handling.LOSSLESS] * 2
    assert len(made.files) == 1


@pytest.mark.slow
def test_photos_are_recompressed_until_they_fit_and_none_is_cut(tmp_path: Path) -> None:
    made = make(tmp_path, small(file_bytes=2_500_000), 3, **{"letter.pdf": files.paper()})
    assert made.size <= 2_500_000
    photos, letter = made.exhibits[:3], made.exhibits[3]
    assert {(one["handling"], one["ppi"], one["quality"]) for one in photos} <= {
        (Handling.RECOMPRESSED, rung.ppi, rung.quality) for rung in find_recipient("paypal").ladder
    }
    assert letter["handling"] == Handling.LOSSLESS
    assert letter["last_page"] - letter["first_page"] == 2


@pytest.mark.slow
def test_a_bundle_that_fits_no_file_comes_in_parts_that_name_each_other(tmp_path: Path) -> None:
    recipient = replace(small(file_bytes=1_700_000, files=4), ladder=(Rung(200, 80),))
    made = make(tmp_path, recipient, 4)
    assert 2 <= len(made.files) <= 4
    for number, file in enumerate(made.files, start=1):
        found = verify(file.path)
        assert (found.problems, found.part, found.parts) == ((), number, len(made.files))
        assert file.size <= 1_700_000
        assert any(f"Part {number} of {len(made.files)}" in text for text in texts_of(file.path))
    assert [exhibit["mark"] for exhibit in made.exhibits] == ["A-1", "A-2", "A-3", "A-4"]
    assert {exhibit["part"] for exhibit in made.exhibits} == set(range(1, len(made.files) + 1))


@pytest.mark.slow
def test_what_fits_no_way_is_refused_with_what_is_over(tmp_path: Path) -> None:
    with pytest.raises(OverLimit, match=r"more than paypal takes.*0\.3 MB are allowed.*leave exhibits out"):
        make(tmp_path, replace(small(total_bytes=300_000, files=1), ladder=(Rung(110, 60),)), 2)


@pytest.mark.slow
def test_aliexpress_gets_each_photo_as_an_upright_picture_as_well(tmp_path: Path) -> None:
    case = case_of(tmp_path, {"a.jpg": files.phone_photo(6), "b.pdf": files.paper(1)})
    (tmp_path / "work").mkdir()
    made = make_bundle(case, find_recipient("aliexpress"), tmp_path / "work", lambda _percent: None)
    (image,) = made.images
    assert image.mark == "A-1"
    with Image.open(image.path) as picture, Image.open(case.exhibits[0].path) as original:
        assert picture.size == original.size[::-1]
        assert not picture.getexif()
    assert image.size <= 2_000_000


@pytest.mark.slow
def test_pages_of_a_scan_are_drawn_anew_where_that_saves_bytes(tmp_path: Path) -> None:
    def fill(pdf: pikepdf.Pdf) -> None:
        image = pdf.make_stream(
            photo(),
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=SHARP[0],
            Height=SHARP[1],
            BitsPerComponent=8,
            ColorSpace=pikepdf.Name.DeviceRGB,
            Filter=pikepdf.Name.DCTDecode,
        )
        pdf.pages[0].obj.Resources = pikepdf.Dictionary(XObject={"/I": image})
        pdf.pages[0].obj.Contents = pdf.make_stream(b"q 400 0 0 600 0 0 cm /I Do Q")

    made = make(tmp_path, small(file_bytes=1_200_000), 0, **{"scan.pdf": files.paper(1, fill)})
    assert made.exhibits[0]["handling"] == Handling.RASTERISED
    assert made.size <= 1_200_000
    assert len(pypdf.PdfReader(made.path).pages) == made.pages
