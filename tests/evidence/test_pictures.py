"""Photos in a bundle: the same pixels, the right side up, and nothing of what the camera said."""

from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from evidence.bundling.jpegs import strip_jpeg
from evidence.bundling.layout import EXHIBIT
from evidence.bundling.preparing import open_bench
from evidence.bundling.problems import Unshowable
from evidence.file_types import FileType, sniff
from tests.evidence import files
from tests.evidence.parts import whole

RED, GREEN, BLUE, WHITE = (254, 0, 0), (0, 128, 0), (0, 0, 254), (255, 255, 255)
# EXIF orientation → the quarters of the upright picture: upper left, upper right, lower left, lower right.
UPRIGHT = {
    1: (RED, GREEN, BLUE, WHITE),
    2: (GREEN, RED, WHITE, BLUE),
    3: (WHITE, BLUE, GREEN, RED),
    4: (BLUE, WHITE, RED, GREEN),
    5: (RED, BLUE, GREEN, WHITE),
    6: (BLUE, RED, WHITE, GREEN),
    7: (WHITE, GREEN, BLUE, RED),
    8: (GREEN, WHITE, RED, BLUE),
}


def page_of(content: bytes, folder: Path) -> Path:
    """The page that a picture's file becomes."""
    path = folder / "picture"
    path.write_bytes(content)
    file_type = sniff(content)
    assert file_type is not None
    with open_bench(folder) as bench:
        made = bench.prepare(path, file_type)
    assert made.problem is None
    return whole(made)


def drawn(path: Path) -> pikepdf.Object:
    """The picture as an object of its page."""
    with pikepdf.open(path) as pdf:
        image: pikepdf.Object = pdf.pages[0].obj.Resources.XObject[EXHIBIT]
        return pikepdf.Dictionary(raw=bytes(image.read_raw_bytes()), width=image.Width, height=image.Height)


def quarters(path: Path) -> tuple[tuple[int, ...], ...]:
    """The colours that a reader sees in the four quarters of the picture, which fills its page's upper middle."""
    with pypdfium2.PdfDocument(path) as document:
        page = document[0].render(scale=1).to_pil().convert("RGB")
    box = Image.eval(page.convert("L"), lambda value: 255 - value).getbbox()
    assert box is not None
    return tuple(page.getpixel(point) for point in centres(page, box))  # type: ignore[misc]


def centres(page: Image.Image, box: tuple[int, int, int, int]) -> list[tuple[int, int]]:
    """The middles of the quarters of a picture that is centred on its page; a white quarter may hide its edge."""
    left, top = min(box[0], page.width - box[2]), box[1]
    width = page.width - 2 * left
    height = max(box[3] - top, 1)
    return [(left + width * x // 4, top + height * y // 4) for y in (1, 3) for x in (1, 3)]


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_a_photo_stands_upright_whatever_side_its_camera_called_up(orientation: int, tmp_path: Path) -> None:
    seen = quarters(page_of(files.phone_photo(orientation), tmp_path))
    for found, expected in zip(seen, UPRIGHT[orientation], strict=True):
        assert all(abs(a - b) < 16 for a, b in zip(found, expected, strict=True))


def test_a_photo_keeps_its_scan_and_loses_what_it_says(tmp_path: Path) -> None:
    photo = files.phone_photo(6)
    raw = bytes(drawn(page_of(photo, tmp_path))["/raw"])
    assert raw.split(b"\xff\xda", 1)[1] == photo.split(b"\xff\xda", 1)[1]
    assert b"Exif" not in raw
    assert b"SECRET" not in raw


def test_what_hangs_on_behind_a_photo_is_cut_off() -> None:
    photo = files.phone_photo()
    assert strip_jpeg(photo + photo) == strip_jpeg(photo)
    assert strip_jpeg(strip_jpeg(photo)) == strip_jpeg(photo)


@pytest.mark.parametrize("end", [3, 20, 400, -400, -2])
def test_a_photo_that_ends_early_is_not_taken_for_whole(end: int) -> None:
    with pytest.raises(Unshowable, match="damaged"):
        strip_jpeg(files.phone_photo()[:end])


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "1"])
def test_a_screenshot_keeps_every_pixel(mode: str, tmp_path: Path) -> None:
    image = files.picture((63, 41), mode)
    page = page_of(files.encoded(image, "PNG"), tmp_path)
    with pikepdf.open(page) as pdf:
        shown = pikepdf.PdfImage(pdf.pages[0].obj.Resources.XObject[EXHIBIT]).as_pil_image()
    assert shown.convert("RGB").tobytes() == image.convert("RGB").tobytes()


def test_what_is_clear_in_a_screenshot_is_white(tmp_path: Path) -> None:
    image = files.picture((64, 64), "RGBA")
    image.putalpha(0)
    page = page_of(files.encoded(image, "PNG"), tmp_path)
    with pikepdf.open(page) as pdf:
        shown = pikepdf.PdfImage(pdf.pages[0].obj.Resources.XObject[EXHIBIT]).as_pil_image()
    assert shown.convert("RGB").getcolors() == [(64 * 64, WHITE)]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(files.encoded(files.picture(), "WEBP", lossless=True), id="webp"),
        pytest.param(files.encoded(files.picture(), "JPEG", progressive=True, quality=95), id="progressive"),
        pytest.param(files.encoded(files.picture(mode="CMYK"), "JPEG", quality=95), id="cmyk"),
    ],
)
def test_other_kinds_of_picture_look_as_they_did(content: bytes, tmp_path: Path) -> None:
    red, _green, blue, white = quarters(page_of(content, tmp_path))
    assert red[0] > 120 > red[2]  # ink is duller than light
    assert blue[2] > 120 > blue[0]
    assert min(white) > 240


def test_a_photo_of_an_iphone_is_shown(tmp_path: Path) -> None:
    image = drawn(page_of(files.HEIC, tmp_path))
    assert (image["/width"], image["/height"]) == (64, 48)


@pytest.mark.parametrize(
    ("content", "file_type"),
    [
        (files.phone_photo(), FileType.JPEG),
        (files.encoded(files.picture(), "PNG"), FileType.PNG),
        (files.encoded(files.picture(), "WEBP"), FileType.WEBP),
        (files.HEIC, FileType.HEIC),
        (files.paper(), FileType.PDF),
        (files.archive(), None),
        (files.encoded(files.picture(), "GIF"), None),
        (b"", None),
    ],
)
def test_the_type_is_told_by_the_content(content: bytes, file_type: FileType | None) -> None:
    assert sniff(content[:4096]) is file_type
