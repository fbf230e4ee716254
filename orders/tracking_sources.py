"""Several sources of one parcel's news: what each says now, and whether they say the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from orders.tracking_statuses import TrackingStatus

Told = tuple[datetime, TrackingStatus]


@dataclass(frozen=True, slots=True)
class Word:
    """What a source said last, and when it happened (UTC)."""

    source: str
    status: TrackingStatus
    at: datetime


@dataclass(frozen=True, slots=True)
class Disagreement:
    """The newest word of each source, newest first, and since when (UTC) they differ; None where they agree."""

    words: tuple[Word, ...]
    since: datetime | None = None

    def __bool__(self) -> bool:
        return self.since is not None


def disagreement(events_by_source: Mapping[str, Iterable[Told]]) -> Disagreement:
    """Compare what sources say: each source's events as (instant, status), in any order; no status is left out.

    A source that is only behind disagrees too: that is what one wants to see. A source without events says nothing.
    """
    told = {source: sorted(events) for source, events in events_by_source.items()}
    words = [Word(source, events[-1][1], events[-1][0]) for source, events in told.items() if events]
    words.sort(key=lambda word: (word.at, word.source), reverse=True)
    return Disagreement(tuple(words), _since({word.source: told[word.source] for word in words}))


def _since(told: Mapping[str, list[Told]]) -> datetime | None:
    """The instant from which on the sources that had spoken by then have differed without a break."""
    since = None
    latest: dict[str, TrackingStatus] = {}
    by_instant: dict[datetime, list[tuple[str, TrackingStatus]]] = {}
    for source, events in told.items():
        for at, status in events:
            by_instant.setdefault(at, []).append((source, status))
    for at in sorted(by_instant):
        latest.update(by_instant[at])
        since = (since or at) if len(set(latest.values())) > 1 else None
    return since
