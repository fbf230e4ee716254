"""The same bundle as one HTML document, for programs that print one, and as ready PDFs, for those that join them."""

from collections.abc import Mapping
from pathlib import Path

import pikepdf

from evidence.bundling.cases import CaseFile
from evidence.bundling.pages import Shown
from evidence.bundling.preparing import Prepared
from evidence.bundling.sections import EXHIBITS, STAMPS, lay_sections
from evidence.bundling.streams import bring_back
from evidence.bundling.telling import open_teller
from evidence.file_types import FileType
from evidence.recipients import Recipient

BASE_DIR = Path(__file__).resolve().parents[2]
STYLE = BASE_DIR / "evidence" / "templates" / "evidence" / "bundle.css"
# What such a document needs to number itself: WeasyPrint knows target-counter, Chromium does not.
PAGED = """
@page { @bottom-left { content: "Order 8012345678901234"; font-size: 7.5pt }
        @bottom-right { content: "Page " counter(page) " of " counter(pages); font-size: 7.5pt } }
a.number::after { content: target-counter(attr(href), page) }
.picture { break-before: page; text-align: center } .picture img { max-width: 176mm; max-height: 235mm }
"""


def write_html(case: CaseFile, shown: Mapping[str, Shown], recipient: Recipient, path: Path) -> None:
    """Every section, each exhibit's photo behind its heading; `<!--paper MARK-->` is where a paper's pages come."""
    sections = lay_sections(case, shown, open_teller(case, recipient), "")
    bodies = [
        _with_pictures(case, _body(section.html())) if section.name == EXHIBITS else _body(section.html())
        for section in sections
        if section.name != STAMPS
    ]
    text = "\n".join(bodies).replace("x-bundle:", "#").replace("x-page:", "#")
    style = STYLE.read_text(encoding="utf-8") + PAGED
    path.write_text(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><style>{style}</style><body>{text}</body></html>'
    )


def _body(html: str) -> str:
    return html.partition("<body>")[2].rpartition("</body>")[0]


def _with_pictures(case: CaseFile, body: str) -> str:
    pieces = body.split('<article id="frame:')
    told = [pieces[0]]
    by_mark = {exhibit.mark: exhibit for exhibit in case.exhibits}
    for piece in pieces[1:]:
        mark = piece.partition('"')[0]
        exhibit = by_mark[mark]
        is_paper = exhibit.file_type is FileType.PDF
        content = f"<!--paper {exhibit.path}-->" if is_paper else f'<p><img src="{exhibit.path.as_uri()}"></p>'
        heading, end, rest = piece.partition("</article>")
        told.append(f'<article id="{mark}" style="height:auto" data-frame="{heading}{end}')
        told.append(f'<div class="picture">{content}</div>{rest}')
    return "".join(told)


def write_parts(prepared: Mapping[str, Prepared], folder: Path) -> list[Path]:
    """Each exhibit's framed pages as a PDF, ready to be joined."""
    paths = []
    for mark, part in prepared.items():
        path = folder / f"{mark}.pdf"
        with pikepdf.open(part.path) as pdf:
            bring_back(pdf, part.path.parent)
            pdf.save(path)
        paths.append(path)
    return paths
