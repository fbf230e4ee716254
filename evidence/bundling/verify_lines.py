"""The verify line: one line by which a printed bundle can be told from another, in letters and as a QR code.

It names the bundle's exhibits by one hash, which anybody works out again from the manifest: SHA-256 over the lines
"MARK HASH" of the originals, in the manifest's order. It leads to no address, for a seller's own machine has none.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import segno

from evidence.bundling.cases import CaseFile

FORMAT = "prazo-bundle/1"
QUIET = 2  # modules of white round the code


def exhibits_digest(originals: Iterable[tuple[str, str]]) -> str:
    """The hash that stands for all exhibits, given as (mark, SHA-256 of the original)."""
    lines = "".join(f"{mark} {sha256}\n" for mark, sha256 in originals)
    return hashlib.sha256(lines.encode()).hexdigest()


def verify_line(case: CaseFile) -> str:
    """The line of this case; `recorded_until` is the instant of the newest thing in it (UTC), not when it was made."""
    originals = [(exhibit.mark, exhibit.sha256) for exhibit in case.exhibits]
    about = {"review": case.review.number} if case.review else {"dispute": case.dispute_number}
    return _spell(case.order_number, about, f"recorded_until={case.made_of:%Y-%m-%dT%H:%M:%SZ}", originals)


def line_of(manifest: Mapping[str, Any]) -> str:
    """The line that a bundle with this manifest has on its cover; older ones called the record's end `made`."""
    originals = [(str(one.get("mark")), str(one.get("original_sha256"))) for one in manifest["exhibits"]]
    name = "review" if "review" in manifest else "dispute"
    until = manifest.get("recorded_until")
    end = f"recorded_until={until}" if until else f"made={manifest.get('made_of')}"
    return _spell(manifest.get("order"), {name: manifest.get(name)}, end, originals)


def _spell(order: object, about: Mapping[str, object], end: str, originals: Sequence[tuple[str, str]]) -> str:
    words = [FORMAT, f"order={order}", *(f"{name}={number}" for name, number in about.items()), end]
    return " ".join([*words, f"exhibits={len(originals)}", f"sha256={exhibits_digest(originals)}"])


def draw_qr(text: str) -> str:
    """The text as a QR code: an SVG that fits the place it is given."""
    drawn: str = segno.make(text, error="m", micro=False).svg_inline(border=QUIET, omitsize=True, lineclass=None)
    return drawn
