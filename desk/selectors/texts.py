"""A store's texts: which are its own, which came with the program, what is missing, out of date or badly worded."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from desk.text_words import CellState
from messaging.models import QuickReply, Template
from messaging.rendering import MissingText, Text, load_text, text_problems
from messaging.services.switching import is_gap, off_purposes, written_languages
from messaging.vocabulary import TEXT_GROUPS, Language, Purpose, TextGroup
from orders.models import Store

SOON = timedelta(days=14)  # so long before its last day a text is listed (M8)


@dataclass(frozen=True)
class Cell:
    """One purpose in one language: the text in use, and whose it is."""

    purpose: Purpose
    language: Language
    text: Text
    shipped: Text | None
    own: Template | None
    problems: tuple[str, ...]
    is_stale: bool
    is_gap: bool

    @property
    def state(self) -> CellState:
        """How the text stands."""
        if self.is_gap:
            return CellState.MISSING
        if self.problems:
            return CellState.PROBLEM
        if self.is_stale:
            return CellState.STALE
        return CellState.OWN if self.own else CellState.STANDARD


@dataclass(frozen=True)
class Row:
    """One purpose in all languages that the store writes."""

    purpose: Purpose
    cells: list[Cell]
    is_off: bool


@dataclass(frozen=True)
class Matrix:
    """The store's texts by group; `counts` says how many stand how, over all of them."""

    groups: list[tuple[TextGroup, list[Row]]]
    languages: list[Language]
    counts: Counter[str]
    off: int

    @property
    def rows(self) -> list[Row]:
        """All rows that are shown."""
        return [row for _group, rows in self.groups for row in rows]


@dataclass(frozen=True)
class Expiry:
    """A text or a quick reply that is past its last day, or nearly (M8)."""

    valid_until: date
    language: str
    purpose: str = ""
    reply: QuickReply | None = None
    is_over: bool = False


def text_matrix(store: Store, today: date, *, show: str = "") -> Matrix:
    """Every purpose in every written language; `show` keeps the rows with such a cell, or those switched off."""
    own = {(row.purpose, row.language): row for row in store.templates.all()}
    off, languages = off_purposes(store), written_languages(store)
    groups = {
        group: [
            Row(
                purpose,
                [_cell(store, purpose, language, own.get((purpose, language)), today) for language in languages],
                purpose in off,
            )
            for purpose in purposes
        ]
        for group, purposes in TEXT_GROUPS.items()
    }
    cells = [cell for rows in groups.values() for row in rows for cell in row.cells]
    shown = [(group, [row for row in rows if _is_shown(row, show)]) for group, rows in groups.items()]
    kept = [(group, rows) for group, rows in shown if rows or not show]
    counts = Counter(str(cell.state) for cell in cells)
    counts[CellState.STALE] = sum(cell.is_stale for cell in cells)  # one with a problem is out of date all the same
    return Matrix(kept, languages, counts, len(off))


def _is_shown(row: Row, show: str) -> bool:
    if show == CellState.STALE:
        return any(cell.is_stale for cell in row.cells)
    return not show or (show == "off" and row.is_off) or any(cell.state == show for cell in row.cells)


def find_cell(store: Store, purpose: Purpose, language: Language, today: date) -> Cell:
    """One cell of the matrix."""
    return _cell(store, purpose, language, store.templates.filter(purpose=purpose, language=language).first(), today)


def _cell(store: Store, purpose: Purpose, language: Language, own: Template | None, today: date) -> Cell:
    try:
        shipped = load_text(purpose, language, store.policy_name)
    except MissingText:
        shipped = None
    text = Text(own.subject, own.body) if own else shipped or Text("", "")
    problems = text_problems(text, language) if own else []
    is_stale = bool(own and own.valid_until and own.valid_until < today)
    gap = is_gap(store, purpose, language, own)
    return Cell(purpose, language, text, shipped, own, tuple(problems), is_stale, gap)


def list_expiries(stores: Iterable[Store], today: date) -> list[Expiry]:
    """The texts and quick replies whose last day is past or near, the oldest first; a text past it is still sent."""
    near = {"store__in": list(stores), "valid_until__lte": today + SOON}
    texts = [
        Expiry(row.valid_until, row.language, purpose=row.purpose, is_over=row.valid_until < today)
        for row in Template.objects.filter(**near)
    ]
    replies = [
        Expiry(row.valid_until, row.language, reply=row, is_over=row.valid_until < today)
        for row in QuickReply.objects.filter(**near)
    ]
    return sorted([*texts, *replies], key=lambda row: row.valid_until)
