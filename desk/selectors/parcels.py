"""Which orders stand behind a number of the scorecard: by carrier, region and what became of the parcel."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from desk import clocks
from desk.selectors.carriers import COMPLAINT, NO_STATE
from disputes.services.complaints import complaining_orders
from orders.arrivals import ParcelOutcome, carrier_key, lane_of
from orders.models import Buyer, Shipment, Store
from orders.services.arrivals import judged_parcels


@dataclass(frozen=True)
class ParcelFilter:
    """Parcels as an address names them; `region` is a state, or a dash for buyers without one."""

    carrier: str = ""
    country: str = ""
    region: str = ""
    outcome: str = ""

    def __bool__(self) -> bool:
        return bool(self.carrier or self.country or self.region or self.outcome)

    @property
    def place(self) -> str:
        """The region in words."""
        state = "" if self.region == NO_STATE else self.region
        country = clocks.format_country(self.country) if self.country else ""
        return ", ".join(part for part in (state, country) if part)


def orders_with(wanted: ParcelFilter, stores: Iterable[Store], *, now: datetime) -> Q:
    """The condition on orders: one of their parcels is such a one."""
    matching = Q(pk__in=[])
    for store in stores:
        matching |= Q(store=store) & _in_store(wanted, store, now)
    return matching


def _in_store(wanted: ParcelFilter, store: Store, now: datetime) -> Q:
    parcels = judged_parcels(Shipment.objects.filter(order=OuterRef("pk")), store.current_policy, now=now)
    if wanted.outcome in set(ParcelOutcome):
        parcels = parcels.filter(outcome=wanted.outcome)
    if wanted.carrier:
        parcels = parcels.filter(service__in=_spellings(wanted.carrier, store, now))
    condition = Q(Exists(parcels)) & _region(wanted, store)
    if wanted.outcome == COMPLAINT:
        condition &= Q(pk__in=complaining_orders(store, now=now))
    return condition


def _spellings(carrier: str, store: Store, now: datetime) -> list[str]:
    """Every way in which the store's files spell the carrier."""
    parcels = judged_parcels(Shipment.objects.filter(order__store=store), store.current_policy, now=now)
    spelt = parcels.order_by().values_list("service", flat=True).distinct()
    return [name for name in spelt if carrier_key(name) == carrier_key(carrier)]


def _region(wanted: ParcelFilter, store: Store) -> Q:
    own = store.current_policy.country
    country = wanted.country or own
    countries = Q(buyer__country__iexact=country) | (Q(buyer__country="") if country == own else Q(pk__in=[]))
    if not wanted.region:
        return countries if wanted.country else Q()
    state = "" if wanted.region == NO_STATE else lane_of("", country, wanted.region).state
    spelt = Buyer.objects.filter(store=store).order_by().values_list("state", flat=True).distinct()
    return countries & Q(buyer__state__in=[name for name in spelt if lane_of("", country, name).state == state])
