"""Which parcels a disruption touches (T9): found before it is recorded, and again while it lasts."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Q, QuerySet

from disputes.disruptions import Whereabouts, is_held_up, lasts
from disputes.services.disruptions import Draft, told_before
from messaging.contact_hours import next_window
from messaging.services.outbox import usable_address
from orders.lifecycle import OPEN, OrderState
from orders.models import Order, Store
from orders.policies import Policy
from orders.zones import buyer_zone

SAMPLE = 10  # orders
COLUMNS = (
    "pk",
    "order_number",
    "state",
    "tracking_queue",
    "buyer__country",
    "buyer__state",
    "buyer__city",
    "buyer__email",
    "buyer__timezone",
    "tracking_location",
    "has_arrived",
    "is_disputed",
    "shipments__carrier",
)


@dataclass(frozen=True, slots=True)
class Parcel:
    """An order on its way, with what tells whether and how its buyer would hear of a delay."""

    order_id: int
    order_number: str
    state: str
    queue: str
    email: str
    timezone: str
    is_disputed: bool
    place: Whereabouts


@dataclass
class Preview:
    """What a disruption would touch at `at` (UTC), and who would be told how.

    `waiting` of those by mail hear of it when their contact hours begin. `sample` are the first orders.
    """

    at: datetime
    count: int = 0
    by_mail: int = 0
    waiting: int = 0
    by_hand: int = 0
    told_before: int = 0
    in_dispute: int = 0
    queues: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    carriers: Counter[str] = field(default_factory=Counter)
    regions: Counter[str] = field(default_factory=Counter)
    sample: list[Parcel] = field(default_factory=list)


def preview(store: Store, draft: Draft, now: datetime) -> Preview:
    """Which parcels the draft would touch now, or as things stand when it begins later; nothing is kept or sent."""
    seen = Preview(at=max(now, draft.starts_at))
    if not store.current_policy.has("T9") or not lasts(draft.as_event(now), seen.at):
        return seen
    told = set(told_before(store, draft).values_list("order_id", flat=True))
    is_open_hour = _contact_hours(store.current_policy, seen.at)
    for parcel in touched_parcels(store, draft, now=seen.at):
        _count(seen, parcel, was_told=parcel.order_id in told, is_open_hour=is_open_hour)
    return seen


def _count(seen: Preview, parcel: Parcel, *, was_told: bool, is_open_hour: Callable[[Parcel], bool]) -> None:
    seen.count += 1
    seen.queues[parcel.queue] += 1
    seen.states[parcel.state] += 1
    seen.regions[parcel.place.state or parcel.place.country] += 1
    seen.carriers.update(parcel.place.carriers or [""])
    if len(seen.sample) < SAMPLE:
        seen.sample.append(parcel)
    if was_told:
        seen.told_before += 1
    elif parcel.is_disputed:
        seen.in_dispute += 1
    elif not usable_address(parcel.email):
        seen.by_hand += 1
    else:
        seen.by_mail += 1
        seen.waiting += not is_open_hour(parcel)


def _contact_hours(policy: Policy, at: datetime) -> Callable[[Parcel], bool]:
    """Whether the buyer of a parcel may be written to at this instant; each place is worked out once."""

    @cache
    def is_open(timezone: str, country: str, state: str) -> bool:
        zone = buyer_zone(timezone=timezone, country=country, state=state, default=policy.platform_zone)
        return next_window(at, zone, opens=policy.value("C", "opens"), closes=policy.value("C", "closes")) == at

    return lambda parcel: is_open(parcel.timezone, parcel.place.country or policy.country, parcel.place.state)


def touched_parcels(store: Store, draft: Draft, *, now: datetime) -> Iterator[Parcel]:
    """The parcels that are held up, by rising order id: narrowed by the database, decided as `touches` decides."""
    event = draft.as_event(now)
    rows = _underway(store).values_list(*COLUMNS).order_by("pk").iterator(chunk_size=5000)
    for _pk, lines in groupby(rows, key=itemgetter(0)):
        parcel = _read(list(lines))
        if is_held_up(event, parcel.place):
            yield parcel


def _underway(store: Store) -> QuerySet[Order]:
    states = [state for state in OPEN if state != OrderState.DELIVERED]
    underway: QuerySet[Order] = (
        Order.objects.filter(store=store, state__in=states, shipped_at__isnull=False)
        .filter(delivered_at=None, refunded_at=None, cancelled_at=None)
        .annotate(has_arrived=Q(arrived_at__isnull=False), is_disputed=Q(disputed_at__isnull=False))
    )
    return underway


def _read(lines: list[tuple[Any, ...]]) -> Parcel:
    pk, number, state, queue, country, region, city, email, timezone, location, has_arrived, is_disputed, _ = lines[0]
    carriers = frozenset(line[-1] for line in lines if line[-1])
    return Parcel(
        order_id=pk,
        order_number=number,
        state=state,
        queue=queue,
        email=email,
        timezone=timezone,
        is_disputed=is_disputed,
        place=Whereabouts(country, region, city, carriers, location, has_arrived),
    )
