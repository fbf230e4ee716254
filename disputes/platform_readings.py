"""One reading of one feed of the platform: how far it is, how much is done, and when its time is over."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from orders.models import PlatformAccount, PlatformCapability
from orders.platform.gateway import Gateway
from orders.platform.interface import Capability
from orders.platform.terms import feed_terms
from orders.services.platform_calls import Clock

MOST_PROBLEMS = 20


class Unfinished(Exception):
    """The time is over before all is read: it goes on from where it stands."""


@dataclass
class Reading:
    """A feed that this worker has claimed. What `keep` writes survives the worker."""

    account: PlatformAccount
    row: PlatformCapability
    gateway: Gateway
    clock: Clock
    until: datetime
    taken: list[str] = field(default_factory=list)

    @property
    def name(self) -> Capability:
        """Which feed it is."""
        return Capability(self.row.name)

    @property
    def position(self) -> dict[str, Any]:
        """Where the reading stands; empty at its beginning."""
        position: dict[str, Any] = self.row.position
        return position

    @property
    def problems(self) -> list[str]:
        """What could not be taken in, of this reading."""
        return list(self.position.get("problems", []))

    def span(self) -> tuple[datetime, datetime]:
        """The instants between which this reading looks (UTC): a little before the end of the last one, until now.

        A reading that was broken off keeps its own.
        """
        if "from" not in self.position:
            now, terms = self.clock(), feed_terms()
            begin = self.row.cursor_at - terms.overlap if self.row.cursor_at else now - terms.first
            self.begin(begin, now)
        return datetime.fromisoformat(self.position["from"]), datetime.fromisoformat(self.position["to"])

    def begin(self, begin: datetime, end: datetime) -> None:
        """Start anew: nothing is done yet."""
        self.row.position = {"from": begin.isoformat(), "to": end.isoformat()}
        self.row.rows_done = self.row.rows_total = self.row.rows_new = 0
        self.row.started_at = self.clock()
        self._store()

    def place(self, name: str) -> int:
        """A number of the position; 0 at the beginning."""
        return int(self.position.get(name) or 0)

    def keep(self, **place: Any) -> None:
        """Remember how far it is."""
        self.row.position = {**self.position, **place}
        self._store()

    def expect(self, rows: int) -> None:
        """So many more rows are to come."""
        self.row.rows_total += rows
        self._store()

    def count(self, rows: int, *, new: int) -> None:
        """So many rows were read, of which so many told something new."""
        self.row.rows_done += rows
        self.row.rows_new += new
        self._store()

    def note_problem(self, words: str) -> None:
        """One row could not be taken in: the others go on."""
        self.keep(problems=[*self.problems, words[:300]][-MOST_PROBLEMS:])

    def check_time(self) -> None:
        """Raises Unfinished when the time is over."""
        if self.clock() > self.until:
            raise Unfinished

    def _store(self) -> None:
        held = PlatformCapability.objects.filter(pk=self.row.pk, claim_token=self.row.claim_token)
        held.update(
            position=self.row.position,
            rows_done=self.row.rows_done,
            rows_total=self.row.rows_total,
            rows_new=self.row.rows_new,
            started_at=self.row.started_at,
        )
