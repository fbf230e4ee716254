"""The text layer of a third party's PDF, read in the bench's limited child: to compare with, never to print."""

import ctypes
from pathlib import Path

MAX_PAGES = 50  # a carrier's letter has few, and values stand on the first ones
MAX_LETTERS = 20_000


def read_text(path: Path) -> str:
    """The words of a document, page after page, up to a limit; empty where there are none or they cannot be read."""
    import pypdfium2  # type: ignore[import-untyped]  # here: the process that starts children has no need of it

    try:
        with pypdfium2.PdfDocument(path) as document:
            pages = (document[number] for number in range(min(len(document), MAX_PAGES)))
            texts, length = list[str](), 0
            for page in pages:
                texts.append(page.get_textpage().get_text_bounded())
                length += len(texts[-1])
                if length >= MAX_LETTERS:
                    break
    except (pypdfium2.PdfiumError, ValueError, ctypes.ArgumentError):
        return ""
    return "\n".join(texts).replace("\x00", " ")[:MAX_LETTERS]
