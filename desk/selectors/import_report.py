"""What became of a file, so that it adds up: its rows, the orders in them, and what the rules noted, by its cause."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from desk.import_words import NO_RATE, kind_of_note, note_words
from desk.rules import rule_sentence
from orders.models import OrderFile

SHOWN = 12  # rows of a note that are named

Words = str | Promise


@dataclass(frozen=True)
class Note:
    """Something noted about some rows; `currency` is the one that lacks an exchange rate, where that is the cause."""

    rule: str
    says: Words
    count: int
    rows: list[int]
    currency: str

    @property
    def more(self) -> int:
        """How many rows are not named."""
        return self.count - len(self.rows)


@dataclass(frozen=True)
class Sums:
    """Rows read are rows with errors and good ones; of an order file the good ones hold so many orders."""

    read: int
    bad: int
    landed: int

    @property
    def good(self) -> int:
        """Rows that could be used."""
        return max(self.read - self.bad, 0)


def sum_up(report: Mapping[str, Any]) -> Sums:
    """The numbers of a file's report; one row may hold several errors, and several rows one order."""
    bad = len({error["row"] for error in report.get("rejected", [])})
    landed = sum(report.get(name, 0) for name in ("created", "updated", "unchanged"))
    return Sums(report.get("read", 0), bad, landed)


def list_notes(file: OrderFile) -> list[Note]:
    """What was noted, one line for each cause, the most frequent first."""
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    for warning in file.report.get("warnings", []):
        found[warning["rule"], kind_of_note(warning.get("message", ""))].append(warning)
    notes = [_note(file, rule, kind, warnings) for (rule, kind), warnings in found.items()]
    return sorted(notes, key=lambda note: -note.count)


def _note(file: OrderFile, rule: str, kind: str, warnings: Sequence[Mapping[str, Any]]) -> Note:
    rows = [warning["row"] for warning in warnings if warning["row"] is not None][:SHOWN]
    says = note_words(kind) or rule_sentence(rule, file.store.current_policy)
    rate = NO_RATE.search(kind)
    return Note(rule, says, len(warnings), rows, rate[1] if rate else "")
