"""The documents that a bundle's text is set from, each on its own: a part that did not change is not set again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string

from evidence.bundling.cases import CaseFile
from evidence.bundling.claims import claims_context
from evidence.bundling.pages import (
    Shown,
    change_rows,
    cover_context,
    disruption_rows,
    exhibit_rows,
    index_context,
    message_rows,
    sections_of,
    snapshot_rows,
    timeline_context,
    timeline_rows,
    tracking_context,
    tracking_rows,
    words_context,
)
from evidence.bundling.telling import Teller

ROWS = 250  # in one document: fewer repeat the fonts too often, more cost memory and are set again for one new row
EXHIBITS = "exhibits"  # the slips and the headings behind which the exhibits' own pages are drawn
CHAT = "chat:"  # before an exhibit's mark: its own pages, where it is a text
FEW = 10  # the rows that a section without a long table counts as
STEADY = {"timeline", "tracking", "disruptions", "snapshots", "messages"}  # what a new exhibit does not change
# What begins below its neighbour on the same page: only an exhibit, a drawing or a long part begins a new one.
FLOWING = {"index", "changes", "tracking", "disruptions", "snapshots", "messages"}
STAMPS = "stamps"  # the letters for stamps: no page of the bundle
ALONE = {"claims", STAMPS}  # set by themselves: few new exhibits change what they say


@dataclass(frozen=True, slots=True)
class Section:
    """One document; several of one name follow each other as one section. `name` is a label, and a link's target."""

    name: str
    template: str
    context: Mapping[str, Any]
    rows: int = FEW

    @property
    def kind(self) -> str:
        """Sections of one kind may be set together."""
        if self.name in ALONE:
            return self.name
        return "steady" if self.name in STEADY else "by exhibits"

    def html(self) -> str:
        """The document's text."""
        return render_to_string(f"evidence/sections/{self.template}.html", dict(self.context))


def lay_sections(case: CaseFile, shown: Mapping[str, Shown], teller: Teller, letters: str) -> Iterator[Section]:
    """Every document, in the order in which the bundle has them; `shown` says what became of each exhibit."""
    words, exhibits = words_context(case, teller), exhibit_rows(case, shown, teller)
    claims = claims_context(case, teller, sections_of(case))
    proofs = sum(len(proofs) for _statement, proofs in claims["assertions"])
    yield Section("claims", "claims", words | claims, rows=FEW + proofs)
    yield Section("cover", "cover", words | cover_context(case, teller))
    yield from _chunks("index", words | index_context(case, teller), EXHIBITS, exhibits)
    if case.changes:
        yield from _chunks("changes", words, "changes", change_rows(case, teller))
    yield from _record(case, teller, words)
    if exhibits:
        yield from _chunks(EXHIBITS, words, EXHIBITS, exhibits)
    for exhibit in exhibits:
        chat = exhibit["file"].chat
        if chat and not exhibit["problem"]:
            yield from _chunks(f"{CHAT}{exhibit['file'].mark}", words | {"exhibit": exhibit}, "chat", chat, "chat")
    yield from _chunks("manifest", words, EXHIBITS, exhibits)
    yield Section(STAMPS, STAMPS, words | {"letters": letters})


def _record(case: CaseFile, teller: Teller, words: Mapping[str, Any]) -> Iterator[Section]:
    """The order's own record."""
    yield from _chunks("timeline", {**words, **timeline_context(case, teller)}, "timeline", timeline_rows(case, teller))
    if case.tracking:
        context = {**words, **tracking_context(case, teller)}
        yield from _chunks("tracking", context, "tracking", tracking_rows(case, teller))
    if case.disruptions:
        yield from _chunks("disruptions", words, "disruptions", disruption_rows(case, teller))
    if case.snapshots:
        yield from _chunks("snapshots", words, "snapshots", snapshot_rows(case, teller))
    if case.messages:
        yield from _chunks("messages", words, "messages", message_rows(case, teller))


def _chunks(
    name: str, words: Mapping[str, Any], key: str, rows: Sequence[Any], template: str = ""
) -> Iterator[Section]:
    """A section with as many documents as its rows need, at least one; its first has the heading."""
    starts = range(0, max(len(rows), 1), ROWS)
    for start in starts:
        place = {"is_first": start == 0, "is_last": start == starts[-1]}
        piece = rows[start : start + ROWS]
        yield Section(name, template or name, {**words, **place, key: piece}, rows=max(len(piece), FEW))
