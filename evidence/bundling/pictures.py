"""A photo or screenshot as a page: its pixels as they came, turned upright, without what it says of its maker."""

import io
import warnings
from pathlib import Path

import pi_heif  # type: ignore[import-untyped]
import pikepdf
from PIL import Image, ImageOps, UnidentifiedImageError

from evidence.bundling.jpegs import strip_jpeg
from evidence.bundling.layout import EXHIBIT, EXHIBIT_BOX, LARGEST_SCALE, PAGE_HEIGHT, PAGE_WIDTH, fit
from evidence.bundling.pngs import PngRows, read_rows
from evidence.bundling.problems import MAX_PIXELS, Problem, Unshowable
from evidence.file_types import FileType

pi_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
JPEG_QUALITY = 92  # of what has to be converted
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


def place_picture(path: Path, file_type: FileType, out: pikepdf.Pdf) -> None:
    """Add a page with the picture. Raises Unshowable."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            image, turn = _embed(path, file_type, out)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise Unshowable(Problem.TOO_MANY_PIXELS) from error
        except UnidentifiedImageError as error:
            raise Unshowable(Problem.UNREADABLE) from error
        except (OSError, SyntaxError, ValueError, EOFError) as error:
            raise Unshowable(Problem.DAMAGED) from error
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


def _embed(path: Path, file_type: FileType, out: pikepdf.Pdf) -> tuple[pikepdf.Stream, int]:
    """The picture as an object of the document, and its EXIF orientation."""
    with Image.open(path) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise Unshowable(Problem.TOO_MANY_PIXELS)
        if file_type is FileType.JPEG:
            turn = int(picture.getexif().get(ORIENTATION, 1))
            return _embed_jpeg(path.read_bytes(), out), turn if turn in TURNS else 1
        if file_type is FileType.PNG:
            return _embed_png(path.read_bytes(), picture, out), 1
        return _embed_jpeg(_as_jpeg(picture), out), 1


def _embed_jpeg(data: bytes, out: pikepdf.Pdf) -> pikepdf.Stream:
    with Image.open(io.BytesIO(data)) as picture:
        width, height, mode, info = picture.width, picture.height, picture.mode, picture.info
        # Reading it small reads every byte of the scan all the same: a file that ends early is found.
        picture.draft(None, (max(width // 8, 1), max(height // 8, 1)))
        picture.load()
    if mode not in CHANNELS:
        raise Unshowable(Problem.UNREADABLE)
    image = out.make_stream(strip_jpeg(data))
    _describe(image, width, height, depth=8, filter_name="/DCTDecode")
    image.ColorSpace = _colour_space(out, CHANNELS[mode], info.get("icc_profile"))
    if mode == "CMYK" and "adobe" in info:
        image.Decode = pikepdf.Array([1, 0] * 4)  # Adobe's files hold the ink inverted
    return image


def _embed_png(data: bytes, picture: Image.Image, out: pikepdf.Pdf) -> pikepdf.Stream:
    rows = read_rows(data)
    profile = picture.info.get("icc_profile")
    if rows is None:
        flat = io.BytesIO()
        _on_white(picture).save(flat, "PNG")
        rows = read_rows(flat.getvalue())
    if rows is None:
        raise Unshowable(Problem.UNREADABLE)
    image = out.make_stream(rows.data)
    _describe(image, rows.width, rows.height, depth=rows.depth, filter_name="/FlateDecode")
    image.DecodeParms = pikepdf.Dictionary(
        Predictor=15, Colors=rows.channels, BitsPerComponent=rows.depth, Columns=rows.width
    )
    image.ColorSpace = _palette(rows) or _colour_space(out, rows.channels, profile)
    return image


def _palette(rows: PngRows) -> pikepdf.Array | None:
    if not rows.palette:
        return None
    last = len(rows.palette) // 3 - 1
    return pikepdf.Array([pikepdf.Name.Indexed, pikepdf.Name.DeviceRGB, last, pikepdf.String(rows.palette)])


def _as_jpeg(picture: Image.Image) -> bytes:
    """WebP and HEIC, which no PDF can hold, in the best form that one can."""
    upright = ImageOps.exif_transpose(picture)
    profile = picture.info.get("icc_profile")
    converted = io.BytesIO()
    _on_white(upright).save(converted, "JPEG", quality=JPEG_QUALITY, subsampling=0, icc_profile=profile)
    return converted.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    """What a viewer shows of a picture with transparency on a white page."""
    if picture.mode in {"L", "RGB"} and "transparency" not in picture.info:
        return picture
    layer = picture.convert("RGBA")
    page = Image.new("RGBA", layer.size, "white")
    page.alpha_composite(layer)
    return page.convert("RGB")


def _describe(image: pikepdf.Stream, width: int, height: int, *, depth: int, filter_name: str) -> None:
    image.Type = pikepdf.Name.XObject
    image.Subtype = pikepdf.Name.Image
    image.Width, image.Height, image.BitsPerComponent = width, height, depth
    image.Filter = pikepdf.Name(filter_name)


def _colour_space(out: pikepdf.Pdf, channels: int, profile: bytes | None) -> pikepdf.Object:
    """The picture's own colour profile where it has a fitting one: a phone's colours are wider than a screen's."""
    if profile and PROFILE_SPACES.get(profile[16:20]) == channels:
        stream = out.make_stream(profile, N=channels, Alternate=COLOUR_SPACES[channels])
        return pikepdf.Array([pikepdf.Name.ICCBased, stream])
    return COLOUR_SPACES[channels]
