"""A process of its own that sets HTML as a PDF: `python -m evidence.bundling.typesetting` answers one job with JSON.

It fetches nothing, knows our fonts only, and has a limit on memory and time. A character that no font has is written
as its code, [U+E000], for a box would say nothing and nobody would notice.
"""

import gc
import json
import logging
import resource
import sys
from pathlib import Path
from typing import Any

MEMORY = 4 << 30  # bytes of address space
CPU_SECONDS = 300
LARGE_STEPS = 200_000  # of the garbage collector: a document is one large graph that lives to its end
TURNS = 3  # at most: the codes that are written for characters are in every font


class MissingGlyphs(logging.Handler):
    """Notes the characters for which WeasyPrint found no glyph."""

    def __init__(self) -> None:
        super().__init__()
        self.code_points: set[int] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the code points of the message that says so."""
        if record.msg.startswith(".notdef") and isinstance(record.args, tuple):
            self.code_points.add(int(str(record.args[1])))


def typeset(source: Path, target: Path) -> dict[str, Any]:
    """Set the document; the answer has its pages' anchors (name → page, from 0) and the characters written as codes."""
    import weasyprint  # type: ignore[import-untyped]  # here: without Pango its import is the error to report

    nothing = weasyprint.URLFetcher(allowed_protocols=[], allow_redirects=False)
    missing = MissingGlyphs()
    logger = logging.getLogger("weasyprint")
    logger.addHandler(missing)
    logger.propagate = False
    html = source.read_text(encoding="utf-8")
    replaced: set[int] = set()
    for _turn in range(TURNS):
        document = weasyprint.HTML(string=html, url_fetcher=nothing).render()
        document.write_pdf(target)
        if not missing.code_points - replaced:
            break
        replaced |= missing.code_points
        html = html.translate({code: f"[U+{code:04X}]" for code in missing.code_points})
    anchors = {name: number for number, page in enumerate(document.pages) for name in page.anchors}
    return {"anchors": anchors, "pages": len(document.pages), "replaced": sorted(replaced)}


def main() -> None:
    """One job, one answer: `error` is `pango` where the library is missing."""
    job = json.loads(sys.stdin.readline())
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    gc.set_threshold(LARGE_STEPS)
    try:
        answer = typeset(Path(job["html"]), Path(job["pdf"]))
    except OSError as error:
        answer = {"error": "pango" if "cannot load library" in str(error) else "system", "message": str(error)[:500]}
    except (MemoryError, RecursionError) as error:
        answer = {"error": "limit", "message": type(error).__name__}
    print(json.dumps(answer), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
