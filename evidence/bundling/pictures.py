"""A photo or screenshot as a page: its pixels as they came, turned upright, without what it says of its maker."""

import io
import re
import warnings
from dataclasses import dataclass
from pathlib import Path

import pi_heif  # type: ignore[import-untyped]
import pikepdf
from PIL import Image, ImageOps, UnidentifiedImageError

from evidence.bundling.jpegs import strip_jpeg
from evidence.bundling.layout import EXHIBIT, EXHIBIT_BOX, LARGEST_SCALE, PAGE_HEIGHT, PAGE_WIDTH, fit
from evidence.bundling.pngs import PngRows, read_rows
from evidence.bundling.problems import MAX_PIXELS, Problem, Unshowable
from evidence.bundling.streams import STUB, put_aside
from evidence.bundling.treatments import Handled, Handling, Rung, Treatment
from evidence.file_types import FileType

pi_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
JPEG_QUALITY = 92  # of what has to be converted
CONVERTED = Handled(Handling.CONVERTED, quality=JPEG_QUALITY)
ORIENTATION = 0x0112  # EXIF
# EXIF orientation → how the unit square of the stored picture lies in that of the upright one.
TURNS = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}
COLOUR_SPACES = {1: pikepdf.Name.DeviceGray, 3: pikepdf.Name.DeviceRGB, 4: pikepdf.Name.DeviceCMYK}
PROFILE_SPACES = {b"GRAY": 1, b"RGB ": 3, b"CMYK": 4}
CHANNELS = {"L": 1, "RGB": 3, "CMYK": 4}
BASELINE = re.compile(rb"\xff[\xc0\xc1\xc2]")  # the kinds of JPEG that every reader of PDF knows


@dataclass(frozen=True, slots=True)
class Easel:
    """Where a picture is drawn: the document, and the file for the picture's own bytes."""

    out: pikepdf.Pdf
    aside: Path

    def hang(self, raw: bytes, width: int, height: int, *, depth: int, filter_name: str) -> pikepdf.Stream:
        """A picture as an object of the document, its bytes beside it."""
        image = self.out.make_stream(STUB)
        image.Type = pikepdf.Name.XObject
        image.Subtype = pikepdf.Name.Image
        image.Width, image.Height, image.BitsPerComponent = width, height, depth
        image.Filter = pikepdf.Name(filter_name)
        put_aside(image, raw, self.aside)
        return image


def place_picture(path: Path, file_type: FileType, easel: Easel, treatment: Treatment) -> Handled:
    """Add a page with the picture. Raises Unshowable."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            image, turn, handled = _embed(path, file_type, easel, treatment)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise Unshowable(Problem.TOO_MANY_PIXELS) from error
        except UnidentifiedImageError as error:
            raise Unshowable(Problem.UNREADABLE) from error
        except (OSError, SyntaxError, ValueError, EOFError) as error:
            raise Unshowable(Problem.DAMAGED) from error
    add_page(easel.out, image, turn)
    return handled


def add_page(out: pikepdf.Pdf, image: pikepdf.Stream, turn: int) -> None:
    """A page with the picture, turned as its EXIF orientation says, at its place."""
    width, height = int(image.Width), int(image.Height)
    if turn >= 5:
        width, height = height, width
    box = fit(width, height, EXHIBIT_BOX, largest=LARGEST_SCALE)
    a, b, c, d, e, f = TURNS[turn]
    matrix = (
        a * box.width,
        b * box.height,
        c * box.width,
        d * box.height,
        e * box.width + box.left,
        f * box.height + box.bottom,
    )
    numbers = " ".join(f"{number:.3f}" for number in matrix)
    page = out.add_blank_page(page_size=(PAGE_WIDTH, PAGE_HEIGHT))
    page.obj.Resources = pikepdf.Dictionary(XObject={EXHIBIT: image})
    page.obj.Contents = out.make_stream(f"q {numbers} cm {EXHIBIT} Do Q\n".encode())


def _embed(path: Path, file_type: FileType, easel: Easel, treatment: Treatment) -> tuple[pikepdf.Stream, int, Handled]:
    """The picture as an object of the document, its EXIF orientation, and what was done to it."""
    with Image.open(path) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise Unshowable(Problem.TOO_MANY_PIXELS)
        if treatment.rung is not None or treatment.is_gray:
            return _shrink(path, picture, file_type, easel, treatment)
        if treatment.is_raster and picture.mode == "CMYK":  # an archive's file means one thing by its colours
            return _embed_jpeg_file(_as_rgb(picture), easel), 1, CONVERTED
        return _keep(path, picture, file_type, easel)


def _keep(path: Path, picture: Image.Image, file_type: FileType, easel: Easel) -> tuple[pikepdf.Stream, int, Handled]:
    """The picture as it came, where a PDF can hold it."""
    lossless = Handled(Handling.LOSSLESS)
    if file_type is FileType.JPEG:
        data = strip_jpeg(path.read_bytes())
        if picture.mode in CHANNELS and BASELINE.search(data):
            return _embed_jpeg(data, picture, easel), _turn(picture), lossless
    if file_type is FileType.PNG:
        return _embed_png(path.read_bytes(), picture, easel), 1, lossless
    return _embed_jpeg_file(_as_jpeg(picture, JPEG_QUALITY), easel), 1, CONVERTED


def _turn(picture: Image.Image) -> int:
    turn = int(picture.getexif().get(ORIENTATION, 1))
    return turn if turn in TURNS else 1


def _shrink(
    path: Path, picture: Image.Image, file_type: FileType, easel: Easel, treatment: Treatment
) -> tuple[pikepdf.Stream, int, Handled]:
    """The picture with no more pixels than the rung has for its place; as it came where that is smaller."""
    rung = treatment.rung or Rung(ppi=10_000, quality=JPEG_QUALITY)
    size, is_lying = picture.size, _turn(picture) >= 5
    width, height = size[::-1] if is_lying else size
    box = fit(width, height, EXHIBIT_BOX, largest=LARGEST_SCALE)
    upright = max(int(box.width * rung.ppi / 72), 1), max(int(box.height * rung.ppi / 72), 1)
    sides = upright[::-1] if is_lying else upright
    picture.draft(None, sides)
    picture.thumbnail(sides, Image.Resampling.LANCZOS, reducing_gap=2.0)
    data = _as_jpeg(picture, rung.quality, is_gray=treatment.is_gray)
    if treatment.may_stay and not treatment.is_gray and path.stat().st_size <= len(data):
        with Image.open(path) as unread:
            return _keep(path, unread, file_type, easel)
    return _embed_jpeg_file(data, easel), 1, Handled(Handling.RECOMPRESSED, rung.ppi, rung.quality)


def _embed_jpeg_file(data: bytes, easel: Easel) -> pikepdf.Stream:
    with Image.open(io.BytesIO(data)) as picture:
        return _embed_jpeg(data, picture, easel)


def _embed_jpeg(data: bytes, picture: Image.Image, easel: Easel) -> pikepdf.Stream:
    image = easel.hang(data, picture.width, picture.height, depth=8, filter_name="/DCTDecode")
    image.ColorSpace = _colour_space(easel.out, CHANNELS[picture.mode], picture.info.get("icc_profile"))
    if picture.mode == "CMYK" and "adobe" in picture.info:
        image.Decode = pikepdf.Array([1, 0] * 4)  # Adobe's files hold the ink inverted
    return image


def _embed_png(data: bytes, picture: Image.Image, easel: Easel) -> pikepdf.Stream:
    rows = read_rows(data)
    profile = picture.info.get("icc_profile")
    if rows is None:
        flat = io.BytesIO()
        _on_white(picture).save(flat, "PNG")
        rows = read_rows(flat.getvalue())
    if rows is None:
        raise Unshowable(Problem.UNREADABLE)
    image = easel.hang(rows.data, rows.width, rows.height, depth=rows.depth, filter_name="/FlateDecode")
    image.DecodeParms = pikepdf.Dictionary(
        Predictor=15, Colors=rows.channels, BitsPerComponent=rows.depth, Columns=rows.width
    )
    image.ColorSpace = _palette(rows) or _colour_space(easel.out, rows.channels, profile)
    return image


def _palette(rows: PngRows) -> pikepdf.Array | None:
    if not rows.palette:
        return None
    last = len(rows.palette) // 3 - 1
    return pikepdf.Array([pikepdf.Name.Indexed, pikepdf.Name.DeviceRGB, last, pikepdf.String(rows.palette)])


def _as_jpeg(picture: Image.Image, quality: int, *, is_gray: bool = False) -> bytes:
    """The picture, upright and opaque, as a JPEG; its colours as its profile has them, or as greys."""
    upright = _on_white(ImageOps.exif_transpose(picture))
    profile = None if is_gray else picture.info.get("icc_profile")
    converted = io.BytesIO()
    plain = upright.convert("L") if is_gray else upright
    plain.save(converted, "JPEG", quality=quality, subsampling=0 if quality > 90 else 2, icc_profile=profile)
    return converted.getvalue()


def _as_rgb(picture: Image.Image) -> bytes:
    converted = io.BytesIO()
    ImageOps.exif_transpose(picture).convert("RGB").save(converted, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return converted.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    """What a viewer shows of a picture with transparency on a white page."""
    if picture.mode in CHANNELS and "transparency" not in picture.info:
        return picture
    layer = picture.convert("RGBA")
    page = Image.new("RGBA", layer.size, "white")
    page.alpha_composite(layer)
    return page.convert("RGB")


def _colour_space(out: pikepdf.Pdf, channels: int, profile: bytes | None) -> pikepdf.Object:
    """The picture's own colour profile where it has a fitting one: a phone's colours are wider than a screen's."""
    if profile and PROFILE_SPACES.get(profile[16:20]) == channels:
        stream = out.make_stream(profile, N=channels, Alternate=COLOUR_SPACES[channels])
        return pikepdf.Array([pikepdf.Name.ICCBased, stream])
    return COLOUR_SPACES[channels]
