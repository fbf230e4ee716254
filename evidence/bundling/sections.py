"""The documents that a bundle's text is set from, each on its own: a part that did not change is not set again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from evidence.bundling.cases import CaseFile
from evidence.bundling.pages import (
    Shown,
    Teller,
    cover_context,
    exhibit_rows,
    index_context,
    message_rows,
    timeline_rows,
    tracking_rows,
    words_context,
)

ROWS = 250  # in one document: fewer repeat the fonts too often, more cost memory and are set again for one new row
EXHIBITS = "exhibits"  # the slips and the headings behind which the exhibits' own pages are drawn
STAMPS = "stamps"  # the letters for stamps: no page of the bundle


@dataclass(frozen=True, slots=True)
class Section:
    """One document; several of one name follow each other as one section. `name` is a label, and a link's target."""

    name: str
    template: str
    context: Mapping[str, Any]

    def html(self) -> str:
        """The document's text."""
        return render_to_string(f"evidence/sections/{self.template}.html", dict(self.context))


def lay_sections(case: CaseFile, shown: Mapping[str, Shown], teller: Teller, letters: str) -> Iterator[Section]:
    """Every document, in the order in which the bundle has them; `shown` says what became of each exhibit."""
    words, exhibits = words_context(case, teller), exhibit_rows(case, shown, teller)
    yield Section("cover", "cover", words | cover_context(case, teller))
    yield from _chunks("index", words | index_context(case, teller), EXHIBITS, exhibits)
    yield from _chunks("timeline", words, "timeline", timeline_rows(case, teller))
    if case.tracking:
        yield from _chunks("tracking", words, "tracking", tracking_rows(case, teller))
    if case.messages:
        yield from _chunks("messages", words, "messages", message_rows(case, teller))
    if exhibits:
        yield from _chunks(EXHIBITS, words, EXHIBITS, exhibits)
    yield from _chunks("manifest", words, EXHIBITS, exhibits)
    yield Section(STAMPS, STAMPS, words | {"letters": letters})


def _chunks(name: str, words: Mapping[str, Any], key: str, rows: Sequence[Any]) -> Iterator[Section]:
    """A section with as many documents as its rows need, at least one; its first has the heading."""
    starts = range(0, max(len(rows), 1), ROWS)
    for start in starts:
        place = {"is_first": start == 0, "is_last": start == starts[-1]}
        yield Section(name, name, {**words, **place, key: rows[start : start + ROWS]})
