"""The order of a bundle's pages: which page of the text each is, which page of an exhibit is drawn onto it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from evidence.bundling.cases import CaseExhibit, CaseFile
from evidence.bundling.preparing import Prepared
from evidence.bundling.rendering import Rendered
from evidence.bundling.sections import CHAT, EXHIBITS, STAMPS

Place = tuple[Path, int]  # a document of the text, and one of its pages, from 0


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page to come: a page of the text, and the page (from 0) of the marked exhibit that is drawn onto it."""

    text: Place
    mark: str = ""
    part_page: int | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """From which page to which page (from 1) something stands."""

    first: int
    last: int


@dataclass
class Plan:
    """Every page in its order, and where each section and exhibit stands."""

    leaves: list[Leaf] = field(default_factory=list)
    spans: dict[str, Span] = field(default_factory=dict)
    anchors: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, leaves: Sequence[Leaf]) -> None:
        """Put pages at the end, under a name; what begins on the page that was laid last shares it."""
        shared = int(bool(self.leaves and leaves and self.leaves[-1] == leaves[0]))
        first = len(self.leaves) + 1 - shared
        self.leaves += leaves[shared:]
        self.spans[name] = Span(first, first + len(leaves) - 1)

    def page_of(self, name: str) -> int | None:
        """The page (from 1) of a section, an exhibit, or anything else that has a name; None where there is none."""
        return self.spans[name].first if name in self.spans else self.anchors.get(name)


def plan_pages(case: CaseFile, rendered: Sequence[Rendered], prepared: Mapping[str, Prepared]) -> Plan:
    """The sections in their order, with every exhibit at the first of the exhibits' headings."""
    plan, anchors = Plan(), _anchors(rendered)
    chats = _chats(rendered)
    for name, sections in groupby(rendered, key=lambda section: section.name):
        if name == EXHIBITS:
            for exhibit in case.exhibits:
                leaves = _exhibit_leaves(exhibit, anchors, prepared[exhibit.mark].pages)
                plan.add(exhibit.mark, [*leaves, *chats.get(exhibit.mark, ())])
        elif name != STAMPS and not name.startswith(CHAT):
            plan.add(name, [leaf for section in sections for leaf in _leaves(section)])
    numbers = {leaf.text: number for number, leaf in reversed(list(enumerate(plan.leaves, start=1)))}
    plan.anchors = {name: numbers[place] for name, place in anchors.items() if place in numbers}
    return plan


def _chats(rendered: Sequence[Rendered]) -> dict[str, list[Leaf]]:
    """The pages of each exhibit that is set as text, by its mark; a long one is set in several documents."""
    chats: dict[str, list[Leaf]] = {}
    for section in rendered:
        if section.name.startswith(CHAT):
            mark = section.name.removeprefix(CHAT)
            chats.setdefault(mark, []).extend(_leaves(section, mark))
    return chats


def _anchors(rendered: Sequence[Rendered]) -> dict[str, Place]:
    documents = {section.document.path: section.document for section in rendered}
    return {name: (path, page) for path, document in documents.items() for name, page in document.anchors.items()}


def _leaves(section: Rendered, mark: str = "") -> Iterator[Leaf]:
    for page in range(section.first, section.end):
        yield Leaf((section.document.path, page), mark)


def _exhibit_leaves(exhibit: CaseExhibit, anchors: Mapping[str, Place], pages: int) -> Iterator[Leaf]:
    """An exhibit's slip, if it has one, and its own pages behind one heading."""
    if slip := anchors.get(f"slip:{exhibit.mark}"):
        yield Leaf(slip, exhibit.mark)
    for page in range(pages):
        yield Leaf(anchors[f"frame:{exhibit.mark}"], exhibit.mark, page)
