"""How far one person has come in his by-hand run: kept in his session, so that two do not count each other's."""

from collections.abc import MutableMapping
from datetime import datetime, timedelta
from typing import Any

KEY = "by_hand"
MOST_SKIPPED, MOST_UNDONE = 500, 20  # what is remembered
PAUSE = timedelta(hours=4)  # after so long a run is another one, and counts from nothing


class Progress:
    """What he has marked and skipped in this run; `now` is in UTC."""

    def __init__(self, session: MutableMapping[str, Any], *, now: datetime) -> None:
        self.session, self.now = session, now.timestamp()
        kept = session.get(KEY, {})
        if self.now - kept.get("at", 0) > PAUSE.total_seconds():
            kept = {}
        self.state: dict[str, Any] = {"sent": 0, "last": [], "skipped": []} | kept

    @property
    def sent(self) -> int:
        """How many he has marked as sent."""
        return int(self.state["sent"])

    @property
    def skipped(self) -> set[int]:
        """What he wants to see later."""
        return set(self.state["skipped"])

    @property
    def last(self) -> int | None:
        """What he marked last and has not taken back."""
        return self.state["last"][-1] if self.state["last"] else None

    def note_sent(self, pk: int) -> None:
        """One more."""
        self._keep(sent=self.sent + 1, last=[*self.state["last"], pk][-MOST_UNDONE:])

    def note_skipped(self, pk: int) -> None:
        """Later."""
        self._keep(skipped=[*self.state["skipped"], pk][-MOST_SKIPPED:])

    def note_taken_back(self, pk: int) -> None:
        """It counts no more, and comes before him again."""
        known = pk in self.state["last"]
        rest = [other for other in self.state["last"] if other != pk]
        skipped = [other for other in self.state["skipped"] if other != pk]
        self._keep(sent=max(self.sent - known, 0), last=rest, skipped=skipped)

    def bring_back(self) -> None:
        """What he skipped is before him again."""
        self._keep(skipped=[])

    def _keep(self, **changes: Any) -> None:
        self.state |= changes | {"at": self.now}
        self.session[KEY] = self.state
