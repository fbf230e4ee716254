"""A process of its own that sets HTML as PDF: `python -m evidence.bundling.typesetting` answers each job with JSON.

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


class Press:
    """Sets one document after the other in one style."""

    def __init__(self, style: Path) -> None:
        import weasyprint  # type: ignore[import-untyped]  # here: without Pango its import is the error to report
        from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]

        self.weasyprint = weasyprint
        self.nothing = weasyprint.URLFetcher(allowed_protocols=[], allow_redirects=False)
        self.fonts = FontConfiguration()
        self.style = weasyprint.CSS(
            string=style.read_text(encoding="utf-8"), url_fetcher=self.nothing, font_config=self.fonts
        )
        self.missing = MissingGlyphs()
        logger = logging.getLogger("weasyprint")
        logger.addHandler(self.missing)
        logger.propagate = False

    def typeset(self, source: Path, target: Path) -> dict[str, Any]:
        """Set a document; the answer has its anchors (name → page, from 0) and the characters written as codes."""
        html = source.read_text(encoding="utf-8")
        replaced: set[int] = set()
        for _turn in range(TURNS):
            self.missing.code_points.clear()
            page = self.weasyprint.HTML(string=html, url_fetcher=self.nothing)
            document = page.render(stylesheets=[self.style], font_config=self.fonts)
            document.write_pdf(target)
            if not self.missing.code_points - replaced:
                break
            replaced |= self.missing.code_points
            html = html.translate({code: f"[U+{code:04X}]" for code in self.missing.code_points})
        # What goes over several pages is an anchor on each: it begins on the first.
        numbered = reversed(list(enumerate(document.pages)))
        anchors = {name: number for number, page in numbered for name in page.anchors}
        return {"anchors": anchors, "pages": len(document.pages), "replaced": sorted(replaced)}


def set_limits() -> None:
    """Bound the process's memory for good, and its time for the next document."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.RLIM_INFINITY))


def main() -> None:
    """One job a line until the input ends; `error` is `pango` where the library is missing."""
    press: Press | None = None
    for line in sys.stdin:
        job = json.loads(line)
        set_limits()
        gc.set_threshold(LARGE_STEPS)
        try:
            press = press or Press(Path(job["style"]))
            answer = press.typeset(Path(job["html"]), Path(job["pdf"]))
        except OSError as error:
            answer = {
                "error": "pango" if "cannot load library" in str(error) else "system",
                "message": str(error)[:500],
            }
        except (MemoryError, RecursionError) as error:
            answer = {"error": "limit", "message": type(error).__name__}
        print(json.dumps(answer), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
