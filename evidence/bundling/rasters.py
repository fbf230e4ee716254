"""Pages of a PDF as pictures: for a standard that wants every font inside, and where a picture takes fewer bytes."""

import io
from collections.abc import Iterator
from pathlib import Path

import pikepdf
from PIL import Image

from evidence.bundling.layout import EXHIBIT_BOX
from evidence.bundling.pictures import Easel, add_page
from evidence.bundling.treatments import Rung, Treatment

DEFAULT_RUNG = Rung(ppi=200, quality=80)
LARGEST_SIDE = 5_000  # pixels of a page
SMALL = 60_000  # bytes a page: less is not worth drawing it as a picture


def rasterise(part: Path, easel: Easel, treatment: Treatment) -> bool:
    """Add the part's pages as pictures to the easel's document, if that is wanted or saves bytes; say if it was."""
    rung = treatment.rung or DEFAULT_RUNG
    with pikepdf.open(part) as pdf:
        pages = len(pdf.pages)
    size = part.stat().st_size
    if not treatment.is_raster and size <= SMALL * pages:
        return False
    pictures = list(_draw(part, rung, treatment))
    if not treatment.is_raster and sum(len(data) for data, _size in pictures) >= size:
        return False
    for number, (data, (width, height)) in enumerate(pictures):
        place = easel.aside.with_name(f"{easel.aside.name}-{number}")
        sheet = Easel(easel.out, place)
        image = sheet.hang(data, width, height, depth=8, filter_name="/DCTDecode")
        image.ColorSpace = pikepdf.Name.DeviceGray if treatment.is_gray else pikepdf.Name.DeviceRGB
        add_page(easel.out, image, 1)
    return True


def _draw(part: Path, rung: Rung, treatment: Treatment) -> Iterator[tuple[bytes, tuple[int, int]]]:
    """Each page's place for an exhibit, as a JPEG."""
    import pypdfium2  # type: ignore[import-untyped]  # here: the process that starts children has no need of it

    with pypdfium2.PdfDocument(part) as document:
        for page in document:
            width, height = page.get_size()
            box = EXHIBIT_BOX
            crop = (box.left, box.bottom, width - box.right, height - box.top)
            scale = min(rung.ppi / 72, LARGEST_SIDE / max(box.width, box.height))
            drawn: Image.Image = page.render(scale=scale, crop=crop, grayscale=treatment.is_gray).to_pil()
            data = io.BytesIO()
            drawn.convert("L" if treatment.is_gray else "RGB").save(data, "JPEG", quality=rung.quality)
            yield data.getvalue(), drawn.size
