"""Setting a case's text: cover, index, record, the exhibits' headings and the manifest, as one PDF."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from evidence.bundling.cases import CaseFile
from evidence.bundling.pages import STAMPS_ANCHOR, Shown, page_context
from evidence.bundling.processes import start
from evidence.fonts import write_fonts_conf
from evidence.recipients import Recipient

SECONDS = 240  # after which a document is given up
APT_LINE = "sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
# fontTools stamps the fonts that it cuts with a date: always the same one.
EPOCH = "1767225600"


class UnusableRenderer(RuntimeError):
    """The text cannot be set on this machine, or not within its limits; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """The text as a PDF; `anchors` tell on which of its pages (from 0) each part begins."""

    path: Path
    pages: int
    anchors: Mapping[str, int]
    replaced: tuple[int, ...]

    @property
    def body_pages(self) -> int:
        """How many pages there are before the sheet of letters for stamps, which is no page of the bundle."""
        return self.anchors[STAMPS_ANCHOR]


def render(case: CaseFile, shown: Mapping[str, Shown], recipient: Recipient, folder: Path, letters: str) -> Rendered:
    """Set the text. `shown` says what became of each exhibit. Raises UnusableRenderer."""
    html = folder / "text.html"
    html.write_text(
        render_to_string("evidence/bundle.html", page_context(case, shown, recipient) | {"letters": letters}),
        encoding="utf-8",
    )
    return typeset(html, folder / "text.pdf", folder)


def typeset(html: Path, pdf: Path, folder: Path) -> Rendered:
    """Set an HTML file as a PDF, in the process for it. Raises UnusableRenderer."""
    answer = _ask({"html": str(html), "pdf": str(pdf)}, folder)
    if answer.get("error") == "pango":
        raise UnusableRenderer(f"Pango is not on this machine: install it, on Debian by `{APT_LINE}`")
    if "error" in answer:
        raise UnusableRenderer(f"the text could not be set: {answer['error']} {answer.get('message', '')}".strip())
    return Rendered(pdf, answer["pages"], answer["anchors"], tuple(answer["replaced"]))


def _ask(job: dict[str, str], folder: Path) -> dict[str, Any]:
    environment = {"FONTCONFIG_FILE": str(write_fonts_conf(folder)), "SOURCE_DATE_EPOCH": EPOCH}
    process = start("evidence.bundling.typesetting", environment=environment, errors=subprocess.PIPE)
    try:
        # WeasyPrint prints a banner of its own where a library is missing: the answer is the last line.
        said, errors = process.communicate(json.dumps(job) + "\n", timeout=SECONDS)
        answer: dict[str, Any] = json.loads(said.splitlines()[-1])
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return {"error": f"it took longer than {SECONDS} s"}
    except (IndexError, json.JSONDecodeError):
        last = (errors.splitlines() or ["at its limit of memory or time, it seems"])[-1]
        return {"error": f"its process ended without an answer ({process.returncode}): {last[:300]}"}
    return answer
