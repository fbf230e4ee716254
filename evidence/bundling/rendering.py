"""Setting a case's text: cover, index, record, the exhibits' headings and the manifest, a PDF each."""

import json
import select
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.bundling.processes import start
from evidence.bundling.sections import Section
from evidence.fonts import write_fonts_conf

SECONDS = 240  # after which a document is given up
STYLE = Path(__file__).parent.parent / "templates/evidence/bundle.css"
APT_LINE = "sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
# fontTools stamps the fonts that it cuts with a date: always the same one.
EPOCH = "1767225600"


class UnusableRenderer(RuntimeError):
    """The text cannot be set on this machine, or not within its limits; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A section's document as a PDF; `anchors` tell on which of its pages (from 0) each part begins."""

    name: str
    path: Path
    pages: int
    anchors: Mapping[str, int]
    replaced: tuple[int, ...]


def render(sections: Iterable[Section], folder: Path) -> Iterator[Rendered]:
    """Set the sections one after the other. Raises UnusableRenderer."""
    with open_press(folder) as press:
        for section in sections:
            yield press.render(section)


class Press:
    """The process that sets the documents."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0
        self.process: Any = None

    def render(self, section: Section) -> Rendered:
        """Set a section in a new file of the folder. Raises UnusableRenderer."""
        self.count += 1
        html, pdf = (self.folder / f"text-{self.count}.{kind}" for kind in ("html", "pdf"))
        html.write_text(section.html(), encoding="utf-8")
        answer = self._ask({"html": str(html), "pdf": str(pdf), "style": str(STYLE)})
        if answer.get("error") == "pango":
            raise UnusableRenderer(f"Pango is not on this machine: install it, on Debian by `{APT_LINE}`")
        if "error" in answer:
            raise UnusableRenderer(f"the text could not be set: {answer['error']} {answer.get('message', '')}".strip())
        return Rendered(section.name, pdf, answer["pages"], answer["anchors"], tuple(answer["replaced"]))

    def _ask(self, job: dict[str, str]) -> dict[str, Any]:
        if self.process is None:
            environment = {"FONTCONFIG_FILE": str(write_fonts_conf(self.folder)), "SOURCE_DATE_EPOCH": EPOCH}
            with self._errors.open("wb") as errors:
                self.process = start("evidence.bundling.typesetting", environment=environment, errors=errors)
        try:
            self.process.stdin.write(json.dumps(job) + "\n")
            self.process.stdin.flush()
            return self._answer()
        except BrokenPipeError:
            return self._told_by_its_end()

    def _answer(self) -> dict[str, Any]:
        """The next line that is an answer: where a library is missing, WeasyPrint prints a banner before it."""
        while select.select([self.process.stdout], [], [], SECONDS)[0]:
            line = self.process.stdout.readline()
            if not line:
                return self._told_by_its_end()
            if line.startswith("{"):
                answer: dict[str, Any] = json.loads(line)
                return answer
        return {"error": f"it took longer than {SECONDS} s"}

    def _told_by_its_end(self) -> dict[str, Any]:
        code = self.process.wait()
        lines = self._errors.read_text(encoding="utf-8", errors="replace").splitlines()
        last = (lines or ["at its limit of memory or time, it seems"])[-1]
        return {"error": f"its process ended without an answer ({code}): {last[:300]}"}

    @property
    def _errors(self) -> Path:
        return self.folder / "text-errors.txt"

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
            self.process.stdout.close()
            self.process = None


@contextmanager
def open_press(folder: Path) -> Iterator[Press]:
    """A press that writes into the folder."""
    press = Press(folder)
    try:
        yield press
    finally:
        press.close()
