"""Setting a case's text: cover, index, record, the exhibits' headings and the manifest, a PDF each."""

import json
import select
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.bundling.caching import Cache, key_of
from evidence.bundling.engine import APT_LINE, engine_id
from evidence.bundling.processes import start
from evidence.bundling.sections import FLOWING, ROWS, Section
from evidence.fonts import write_fonts_conf
from evidence.storing import hash_file

SECONDS = 240  # after which a document is given up
TEXTS = "texts"  # the kind of entry in the cache
STYLE = Path(__file__).parent.parent / "templates/evidence/bundle.css"
# fontTools stamps the fonts that it cuts with a date: always the same one.
EPOCH = "1767225600"


class UnusableRenderer(RuntimeError):
    """The text cannot be set on this machine, or not within its limits; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Document:
    """Sections set together, as one PDF; `anchors` tell on which of its pages (from 0) each part begins."""

    path: Path
    pages: int
    anchors: Mapping[str, int]
    replaced: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A section's pages: those of the document from `first` (from 0) to before `end`.

    The last may be the first of the section that follows.
    """

    name: str
    document: Document
    first: int
    end: int


def render(
    sections: Sequence[Section], folder: Path, cache: Cache, on_progress: Callable[[int, int], None]
) -> list[Rendered]:
    """Set the sections, those that were set before from the cache. Raises UnusableRenderer.

    `on_progress` hears how many of how many documents are there.
    """
    laid: dict[int, Rendered] = {}
    groups = group(sections)
    with open_press(folder) as press:
        for done, numbers in enumerate(groups, start=1):
            document = _set(compose(sections, numbers), press, cache)
            starts = [document.anchors[f"part-{place}"] for place in range(len(numbers))]
            for number, first, end in zip(numbers, starts, [*starts[1:], document.pages], strict=True):
                shares = number + 1 in numbers and flows(sections, number + 1, numbers)
                laid[number] = Rendered(sections[number].name, document, first, end + shares)
            on_progress(done, len(groups))
    return [laid[number] for number in range(len(sections))]


def group(sections: Sequence[Section]) -> list[list[int]]:
    """Which sections to set together, by their numbers: few documents, for each repeats its fonts.

    What changes with every exhibit is never together with what does not.
    """
    groups: list[tuple[str, int, list[int]]] = []
    for number, section in enumerate(sections):
        for place, (kind, rows, numbers) in enumerate(groups):
            if kind == section.kind and rows + section.rows <= ROWS:
                groups[place] = (kind, rows + section.rows, [*numbers, number])
                break
        else:
            groups.append((section.kind, section.rows, [number]))
    return [numbers for _kind, _rows, numbers in groups]


def flows(sections: Sequence[Section], number: int, numbers: Sequence[int]) -> bool:
    """Whether a section of this document may begin on the page on which the one before it in the bundle ends."""
    name = sections[number].name
    return name in FLOWING and number - 1 in numbers and sections[number - 1].name != name


def compose(sections: Sequence[Section], numbers: Sequence[int]) -> str:
    """One HTML document with the bodies of these sections, each with an anchor `part-0`, `part-1` …

    Each is on new pages, or below the one before it.
    """
    documents = [sections[number].html() for number in numbers]
    head, _body, _rest = documents[0].partition("<body>")
    bodies = [document.partition("<body>")[2].rpartition("</body>")[0] for document in documents]
    classes = ["part flows" if flows(sections, number, numbers) else "part" for number in numbers]
    parts = [
        f'<div class="{name}" id="part-{place}">{body}</div>'
        for place, (name, body) in enumerate(zip(classes, bodies, strict=True))
    ]
    return f"{head}<body>{''.join(parts)}</body></html>"


def _set(html: str, press: "Press", cache: Cache) -> Document:
    key = key_of(TEXTS, engine_id(), _style_id(), html)
    path = press.folder / f"{key}.pdf"
    note = cache.take(TEXTS, key, press.folder)
    if note is not None and path.exists() and hash_file(path) == note["sha256"]:
        return _read(note, path)
    path.unlink(missing_ok=True)
    note = press.typeset(html, path)
    cache.drop(TEXTS, key)
    cache.keep(TEXTS, key, {**note, "sha256": hash_file(path)}, [path])
    return _read(note, path)


def _read(note: Mapping[str, Any], path: Path) -> Document:
    return Document(path, note["pages"], note["anchors"], tuple(note["replaced"]))


def _style_id() -> str:
    return hash_file(STYLE)


class Press:
    """The process that sets the documents, started with the first one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: Any = None

    def typeset(self, html: str, target: Path) -> dict[str, Any]:
        """Set a document; the answer has its pages, anchors and characters without a glyph. Raises UnusableRenderer."""
        source = target.with_suffix(".html")
        source.write_text(html, encoding="utf-8")
        answer = self._ask({"html": str(source), "pdf": str(target), "style": str(STYLE)})
        if answer.get("error") == "pango":
            raise UnusableRenderer(f"Pango is not on this machine: install it, on Debian by `{APT_LINE}`")
        if "error" in answer:
            raise UnusableRenderer(f"the text could not be set: {answer['error']} {answer.get('message', '')}".strip())
        return answer

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
