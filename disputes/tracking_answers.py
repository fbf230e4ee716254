"""From what a tracking service says about a parcel to facts on its order, and to when it is asked again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from disputes.recording import take_in
from orders.events import Event, EventType
from orders.models import Order, Shipment, TrackingEvent, TrackingSubscription
from orders.providers.interface import Answer, News, Standing
from orders.providers.pacing import Journey, load_pace
from orders.services.ledger import OrderLedger
from orders.tracking_phrases import read_words
from orders.tracking_statuses import TrackingStatus

AHEAD = timedelta(days=1)  # clocks of carriers go wrong by a time zone, not by more


@dataclass(frozen=True, slots=True)
class Telling:
    """An answer's lines that are about this parcel, and in words what of it was left out."""

    news: tuple[News, ...]
    problems: tuple[str, ...]


def sort_lines(answer: Answer, order: Order, *, now: datetime) -> Telling:
    """Leave out what tells of an earlier parcel with the same number, or of the future."""
    first, last = order.placed_at - load_pace().before_order, now + AHEAD
    kept = tuple(news for news in answer.news if first <= news.at <= last)
    early = sum(news.at < first for news in answer.news)
    late = sum(news.at > last for news in answer.news)
    problems = [*answer.problems]
    if early:
        problems.append(f"{early} lines tell of an earlier parcel with this number")
    if late:
        problems.append(f"{late} lines lie in the future")
    return Telling(kept, tuple(problems))


def take_news(
    ledger: OrderLedger, shipment: Shipment, answer: Answer, *, source: str, found_before: bool | None
) -> tuple[Telling, bool | None]:
    """Record what is new in the answer as facts of `source`; gives what was told, and whether the number is known.

    That nobody knows the number is a fact only once a scan can be expected, and each change of it is one fact (T6).
    """
    telling = sort_lines(answer, ledger.order, now=ledger.now)
    found = _is_found(answer, telling, shipment, found_before, now=ledger.now)
    facts = [tracking_event(news, shipment.tracking_number, source) for news in telling.news]
    if found is False and found_before is not False:
        facts.append(_lookup(shipment, source, ledger.now, found=False))
    elif found and found_before is False:
        facts.insert(0, _lookup(shipment, source, ledger.now, found=True))
    take_in(ledger, facts)
    return telling, found


def _is_found(
    answer: Answer, telling: Telling, shipment: Shipment, before: bool | None, *, now: datetime
) -> bool | None:
    if telling.news:
        return True
    is_late = now - shipment.shipped_at >= load_pace().unknown_after
    is_unknown = answer.standing is Standing.NOT_FOUND or bool(answer.news)  # all of it was another parcel's
    return False if is_unknown and is_late else before


def _lookup(shipment: Shipment, source: str, at: datetime, *, found: bool) -> Event:
    data = {"source": source, "found": found, "tracking_number": shipment.tracking_number}
    return Event(EventType.TRACKING_LOOKUP, at, data=data)


def tracking_event(news: News, number: str, source: str) -> Event:
    """The line as a fact; the service's own word for it counts only where the carrier's words are unknown."""
    data: dict[str, Any] = {
        "tracking_number": number,
        "description": news.description,
        "location": news.location,
        "source": source,
    }
    if not read_words(news.description).is_known:
        reading = read_words(news.code)
        data |= {"status": str(reading.status or ""), "detail": str(reading.detail), "unknown": True}
    return Event(EventType.TRACKING, news.at, data=data)


def journey_of(ledger: OrderLedger, shipment: Shipment) -> Journey:
    """How far the parcel is, by all that is known of it."""
    rows = [row for row in ledger.rows_of(TrackingEvent) if row.shipment_id == shipment.pk and row.voided_at is None]
    rows.sort(key=lambda row: row.at)
    status = next((row.status for row in reversed(rows) if row.status), "")
    return Journey(
        shipped_at=shipment.shipped_at,
        status=TrackingStatus.DELIVERED if shipment.delivered_at else TrackingStatus(status) if status else None,
        last_news_at=rows[-1].at if rows else None,
    )


def note_answer(row: TrackingSubscription, answer: Answer, telling: Telling, found: bool | None) -> str:
    """Keep on the subscription what the answer says about it; gives what could not be read, in words."""
    row.found = found
    row.carrier = answer.carrier or row.carrier
    row.last_news_at = max((news.at for news in telling.news), default=row.last_news_at)
    return "; ".join(telling.problems)
