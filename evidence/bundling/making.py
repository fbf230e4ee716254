"""From a case to a verified file: prepare → render → assemble → verify, in a folder of its own."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.bundling.assembling import Span, assemble, footer_letters
from evidence.bundling.cases import CaseExhibit, CaseFile
from evidence.bundling.pages import Shown, exhibit_title
from evidence.bundling.preparing import Bench, Prepared, open_bench
from evidence.bundling.problems import Problem
from evidence.bundling.rendering import render
from evidence.bundling.sections import lay_sections
from evidence.bundling.telling import open_teller
from evidence.bundling.verifying import verify
from evidence.file_types import FileType
from evidence.phrasing import Phrasebook
from evidence.recipients import Recipient
from evidence.storing import hash_file

PREPARED, RENDERED, ASSEMBLED = 55, 80, 92  # per cent of the work, roughly


class UnfitBundle(RuntimeError):
    """A bundle that does not stand its own verification: never handed out."""


@dataclass(frozen=True, slots=True)
class Made:
    """A finished bundle's file, and what to say about it."""

    path: Path
    sha256: str
    size: int
    pages: int
    exhibits: list[dict[str, Any]]
    replaced: tuple[int, ...]


def make_bundle(case: CaseFile, recipient: Recipient, folder: Path, on_progress: Callable[[int], None]) -> Made:
    """Make the file in the folder. Raises UnusableRenderer or UnfitBundle."""
    book = Phrasebook(recipient.languages)
    prepared = {}
    for number, (mark, part) in enumerate(_prepare(case, folder), start=1):
        prepared[mark] = part
        on_progress(PREPARED * number // len(case.exhibits))
    shown = {mark: Shown(part.pages, part.sha256, part.problem) for mark, part in prepared.items()}
    sections = list(lay_sections(case, shown, open_teller(case, recipient), footer_letters(case, book)))
    rendered = []
    for document in render(sections, folder):
        rendered.append(document)
        on_progress(PREPARED + (RENDERED - PREPARED) * len(rendered) // len(sections))
    path = folder / "bundle.pdf"
    spans = assemble(case, prepared, rendered, book, path)
    on_progress(ASSEMBLED)
    verification = verify(path)
    if verification.problems:
        raise UnfitBundle(f"the bundle does not stand its own verification: {verification.problems[0]}")
    replaced = tuple(sorted({code for document in rendered for code in document.replaced}))
    exhibits = [_report(exhibit, spans, prepared, book) for exhibit in case.exhibits]
    return Made(path, hash_file(path), path.stat().st_size, verification.pages, exhibits, replaced)


def _prepare(case: CaseFile, folder: Path) -> Iterator[tuple[str, Prepared]]:
    with open_bench(folder) as bench:
        for exhibit in case.exhibits:
            yield exhibit.mark, _prepare_one(exhibit, bench)


def _prepare_one(exhibit: CaseExhibit, bench: Bench) -> Prepared:
    """An exhibit's pages, if the stored file is still the one that was added."""
    try:
        is_same = hash_file(exhibit.path) == exhibit.sha256
    except OSError:
        return Prepared(exhibit.path, 0, "", Problem.MISSING)
    if not is_same:
        return Prepared(exhibit.path, 0, "", Problem.ALTERED)
    if exhibit.file_type is FileType.TEXT:  # what it says is set as text
        return Prepared(exhibit.path, 0, "", None if exhibit.chat else Problem.UNREADABLE)
    return bench.prepare(exhibit.path, exhibit.file_type)


def _report(
    exhibit: CaseExhibit, spans: Mapping[str, Span], prepared: Mapping[str, Prepared], book: Phrasebook
) -> dict[str, Any]:
    span = spans[exhibit.mark]
    return {
        "mark": exhibit.mark,
        "title": exhibit_title(exhibit, book),
        "first_page": span.first,
        "last_page": span.last,
        "sha256": exhibit.sha256,
        "problem": prepared[exhibit.mark].problem or "",
    }
