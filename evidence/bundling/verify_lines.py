"""The verify line: one line by which a printed bundle can be told from another, in letters and as a QR code.

It names the bundle's exhibits by one hash, which anybody works out again from the manifest: SHA-256 over the lines
"MARK HASH" of the originals, in the manifest's order. It leads to no address, for a seller's own machine has none.
"""

import hashlib
from collections.abc import Iterable

import segno

from evidence.bundling.cases import CaseFile

FORMAT = "prazo-bundle/1"
QUIET = 2  # modules of white round the code


def exhibits_digest(originals: Iterable[tuple[str, str]]) -> str:
    """The hash that stands for all exhibits, given as (mark, SHA-256 of the original)."""
    lines = "".join(f"{mark} {sha256}\n" for mark, sha256 in originals)
    return hashlib.sha256(lines.encode()).hexdigest()


def verify_line(case: CaseFile) -> str:
    """The line of this case; `made` is the date of the newest thing in it (UTC)."""
    digest = exhibits_digest((exhibit.mark, exhibit.sha256) for exhibit in case.exhibits)
    made = f"{case.made_of:%Y-%m-%dT%H:%M:%SZ}"
    words = [FORMAT, f"order={case.order_number}", f"dispute={case.dispute_number}", f"made={made}"]
    return " ".join([*words, f"exhibits={len(case.exhibits)}", f"sha256={digest}"])


def draw_qr(text: str) -> str:
    """The text as a QR code: an SVG that fits the place it is given."""
    drawn: str = segno.make(text, error="m", micro=False).svg_inline(border=QUIET, omitsize=True, lineclass=None)
    return drawn
