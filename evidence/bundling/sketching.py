"""A page of a finished bundle as a picture, for phones that show no PDF in a page; drawn in a limited child."""

from pathlib import Path

QUALITY = 80  # of the JPEG
WIDEST = 1600  # pixels


def sketch_page(path: Path, number: int, width: int, target: Path) -> bool:
    """Draw a page (from 1) as a JPEG of so many pixels' width; says whether it could be drawn."""
    import pypdfium2  # type: ignore[import-untyped]  # here: the process that starts children has no need of it

    try:
        with pypdfium2.PdfDocument(path) as document:
            if not 1 <= number <= len(document):
                return False
            page = document[number - 1]
            scale = min(width, WIDEST) / page.get_width()
            page.render(scale=scale).to_pil().convert("RGB").save(target, "JPEG", quality=QUALITY)
    except (pypdfium2.PdfiumError, ValueError, OSError):
        return False
    return True
