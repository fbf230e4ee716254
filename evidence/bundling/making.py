"""From a case to a verified file: prepare → render → assemble → verify, in a folder of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.bundling.assembling import Assembled, assemble, footer_letters
from evidence.bundling.caching import Cache
from evidence.bundling.cases import CaseExhibit, CaseFile
from evidence.bundling.ordering import Span, plan_pages
from evidence.bundling.pages import Shown, exhibit_title
from evidence.bundling.preparing import AS_IT_CAME, Prepared, Workshop, open_bench
from evidence.bundling.rendering import Rendered, render
from evidence.bundling.sections import lay_sections
from evidence.bundling.telling import open_teller
from evidence.bundling.verifying import verify
from evidence.phrasing import Phrasebook
from evidence.recipients import Recipient

TURNS = 2  # the second without what turned out to be damaged in the cache
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


def make_bundle(
    case: CaseFile,
    recipient: Recipient,
    folder: Path,
    on_progress: Callable[[int], None],
    cache: Cache | None = None,
) -> Made:
    """Make the file in the folder. Raises UnusableRenderer or UnfitBundle.

    What the cache holds is not worked out again; the bytes are the same with and without it.
    """
    book = Phrasebook(recipient.languages)
    cache = cache or Cache(folder / "cache")
    with open_bench(folder) as bench:
        workshop = Workshop(cache, bench)
        for turn in range(TURNS):
            assembled, prepared, rendered = _assemble(case, recipient, workshop, on_progress)
            verification = verify(assembled.path)
            broken = {check.mark for check in verification.checks if not check.holds}
            if turn + 1 < TURNS:
                for exhibit in case.exhibits:
                    if exhibit.mark in broken:  # what was kept of it is damaged
                        workshop.forget(exhibit, AS_IT_CAME)
            if not broken:
                break
    if verification.problems:
        raise UnfitBundle(f"the bundle does not stand its own verification: {verification.problems[0]}")
    replaced = tuple(sorted({code for section in rendered for code in section.document.replaced}))
    exhibits = [_report(exhibit, assembled.spans, prepared, book) for exhibit in case.exhibits]
    size = assembled.path.stat().st_size
    return Made(assembled.path, assembled.sha256, size, verification.pages, exhibits, replaced)


def _assemble(
    case: CaseFile, recipient: Recipient, workshop: Workshop, on_progress: Callable[[int], None]
) -> tuple[Assembled, dict[str, Prepared], list[Rendered]]:
    book, folder = Phrasebook(recipient.languages), workshop.bench.folder
    prepared = {}
    for number, exhibit in enumerate(case.exhibits, start=1):
        prepared[exhibit.mark] = workshop.prepare(exhibit, AS_IT_CAME)
        on_progress(PREPARED * number // len(case.exhibits))
    workshop.bench.close()  # its memory is needed elsewhere
    shown = {mark: Shown(part.pages, part.sha256, part.problem) for mark, part in prepared.items()}
    sections = list(lay_sections(case, shown, open_teller(case, recipient), footer_letters(case, book)))

    def note(done: int, of: int) -> None:
        on_progress(PREPARED + (RENDERED - PREPARED) * done // of)

    rendered = render(sections, folder, workshop.cache, note)
    plan = plan_pages(case, rendered, prepared)
    assembled = assemble(case, prepared, plan, rendered[-1].document.path, book, folder / "bundle.pdf")
    on_progress(ASSEMBLED)
    return assembled, prepared, rendered


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
        **prepared[exhibit.mark].handled.told(),
    }
