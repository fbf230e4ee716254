"""Parts of bundles as files that a reader can open."""

from pathlib import Path

import pikepdf

from evidence.bundling.preparing import Prepared
from evidence.bundling.streams import bring_back


def whole(part: Prepared) -> Path:
    """The part with what lies beside it, in one file."""
    path = part.path.with_name("whole.pdf")
    with pikepdf.open(part.path) as pdf:
        bring_back(pdf, part.path.parent)
        pdf.save(path)
    return path
