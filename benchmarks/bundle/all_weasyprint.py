"""`python -m benchmarks.bundle.all_weasyprint HTML OUT`: all of it by WeasyPrint, papers as pictures of 150 dpi."""

import re
import sys
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import weasyprint  # type: ignore[import-untyped]

PAPER = re.compile(r"<!--paper (.+?)-->")


def draw(match: re.Match[str], folder: Path) -> str:
    """A paper's pages as pictures."""
    told = []
    source = Path(match[1])
    with pypdfium2.PdfDocument(source) as document:
        for number, page in enumerate(document):
            path = folder / f"{source.stem}-{number}.jpg"
            page.render(scale=150 / 72).to_pil().convert("RGB").save(path, "JPEG", quality=80)
            told.append(f'<p><img src="{path.as_uri()}"></p>')
    return "".join(told)


def main(html: Path, out: Path) -> None:
    """Draw the papers, set the document."""
    text = PAPER.sub(lambda match: draw(match, out.parent), html.read_text(encoding="utf-8"))
    weasyprint.HTML(string=text).write_pdf(out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
