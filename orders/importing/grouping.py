"""Brings the lines of one order together, in constant memory where they stand together in the file."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from orders.importing.rows import Values
from orders.records import BuyerRecord, ItemRecord, OrderRecord, RowError

# Order numbers share this many counters when scattered lines are looked for. A shared counter only costs
# memory: both orders wait until the end of the file.
COUNTERS = 1 << 24

_OF_BUYER = "buyer_"


class ScatteredNumbers:
    """Remembers, in a fixed amount of memory, which order numbers have lines apart from each other.

    Numbers are counted by a hash, so that now and then one is called scattered that is not.
    """

    def __init__(self) -> None:
        """Start with no numbers met."""
        self._runs = bytearray(COUNTERS)
        self._last = ""

    def meet(self, number: str) -> None:
        """Take the number of the next row; an empty one breaks no run."""
        if number and number != self._last:
            self._last = number
            slot = hash(number) % COUNTERS
            self._runs[slot] = min(2, self._runs[slot] + 1)

    def contains(self, number: str) -> bool:
        """Say whether a number's lines may stand apart from each other."""
        return self._runs[hash(number) % COUNTERS] > 1


@dataclass
class OrderLines:
    """The lines of one order so far."""

    number: str
    row: int
    values: Values = field(default_factory=dict)
    items: list[ItemRecord] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)

    def add(self, row: int, values: Values, items: tuple[ItemRecord, ...]) -> None:
        """Take one more line: what it fills first counts."""
        self.rows.append(row)
        self.items += items
        self.values = values | self.values if self.values else values

    def finish(self) -> Iterator[OrderRecord | RowError]:
        """Give the order, or an error for each of its lines when none says when it was placed."""
        placed_at: datetime | None = self.values.get("placed_at")
        if placed_at is None:
            yield from (RowError(row, "placed_at", "", "is missing") for row in self.rows)
            return
        own, buyer = {}, {}
        for name, value in self.values.items():
            if name.startswith(_OF_BUYER):
                buyer[name.removeprefix(_OF_BUYER)] = value
            else:
                own[name] = value
        yield OrderRecord(**own, buyer=BuyerRecord(**buyer), items=tuple(self.items), row=self.row)
