"""Small pictures of exhibits for the list: made on demand, of pictures of a sensible size only."""

import warnings
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

SIDE = 240  # pixels of the longer side
MOST_PIXELS = 60_000_000  # of a JPEG, which is read at a fraction of its size
MOST_OTHER_PIXELS = 16_000_000
READABLE = ("JPEG", "PNG", "WEBP")


def make_thumbnail(path: Path) -> bytes | None:
    """A JPEG of the picture, turned as it was taken; None for what is no picture, damaged, or too large."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=READABLE) as picture:
                return _shrink(picture)
    except (OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombWarning):
        return None
    except Image.DecompressionBombError:
        return None


def _shrink(picture: Image.Image) -> bytes | None:
    most = MOST_PIXELS if picture.format == "JPEG" else MOST_OTHER_PIXELS
    if picture.width * picture.height > most:
        return None
    picture.draft("RGB", (SIDE * 2, SIDE * 2))
    small = ImageOps.exif_transpose(picture)
    small.thumbnail((SIDE, SIDE))
    out = BytesIO()
    small.convert("RGB").save(out, "JPEG", quality=80)
    return out.getvalue()
