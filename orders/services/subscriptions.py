"""Parcels at tracking services: which are followed, when each is asked for next, and when that is over."""

import random
from datetime import datetime
from enum import Enum
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from orders.lifecycle import UNDERWAY, OrderState
from orders.models import Shipment, TrackingAccount, TrackingSubscription
from orders.models.providers import SubscriptionState
from orders.providers.interface import Parcel, ProviderName
from orders.providers.limits import service_limits
from orders.providers.pacing import Journey, load_pace, next_look
from orders.services.claiming import MAX_ATTEMPTS, Claim, backoff

BATCH = 1000
PHONE_DIGITS = 4
FOLLOWED = [*UNDERWAY, OrderState.DISPUTED]
REFUSED = [SubscriptionState.REJECTED, SubscriptionState.STOPPED, SubscriptionState.DEAD]


def subscribe_parcels(now: datetime) -> int:
    """Have each account that is switched on follow its store's parcels on their way. Returns how many are new."""
    return sum(_subscribe(account, now) for account in TrackingAccount.objects.filter(is_on=True).order_by("pk"))


def _subscribe(account: TrackingAccount, now: datetime) -> int:
    terms = service_limits(ProviderName(account.provider))
    rows = [
        TrackingSubscription(
            account=account,
            shipment=shipment,
            next_attempt_at=now,
            carrier=terms.carrier_code(shipment.carrier, shipment.tracking_number),
        )
        for shipment in _new_parcels(account, now)[:BATCH]
    ]
    TrackingSubscription.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _new_parcels(account: TrackingAccount, now: datetime) -> QuerySet[Shipment]:
    known = TrackingSubscription.objects.filter(account=account, shipment=OuterRef("pk"))
    parcels: QuerySet[Shipment] = Shipment.objects.filter(
        ~Exists(known),
        order__store=account.store_id,
        order__state__in=FOLLOWED,
        delivered_at=None,
        shipped_at__gt=now - load_pace().give_up,
    )
    return parcels.exclude(tracking_number="").order_by("pk")


def parcel_of(subscription: TrackingSubscription) -> Parcel:
    """How the service is asked for it; the buyer's telephone only where the carrier answers nobody without it."""
    terms = service_limits(ProviderName(subscription.account.provider))
    digits = ""
    if subscription.carrier in terms.needs_phone:
        digits = "".join(filter(str.isdigit, subscription.shipment.order.buyer.phone))[-PHONE_DIGITS:]
    return Parcel(subscription.shipment.tracking_number, subscription.carrier, digits)


class Need(Enum):
    """What a parcel's turn brings it."""

    NOTHING_MORE = "nobody waits for it any more"
    OTHER_NUMBER = "the service takes no number of this form"
    REGISTER = "the service does not follow it yet"
    QUOTA = "it can only be registered when there is a quota again"
    RESUME = "the service has stopped following it, or seems to"
    NO_RESUME = "the service follows a number again only once"
    ASK = "there may be news"


def need_of(row: TrackingSubscription, now: datetime) -> Need:
    """What is to be done about the parcel, by what is known now."""
    terms = service_limits(ProviderName(row.account.provider))
    if _is_over(row):
        return Need.NOTHING_MORE
    if not terms.takes(row.shipment.tracking_number):
        return Need.OTHER_NUMBER
    if row.registered_at is None:
        is_used_up = row.account.no_quota_until is not None and row.account.no_quota_until > now
        return Need.QUOTA if is_used_up else Need.REGISTER
    if row.resumed_at is not None:
        return Need.NO_RESUME if row.stopped_at is not None else Need.ASK
    signs = [row.registered_at, *([row.last_news_at] if row.last_news_at else [])]
    is_quiet = terms.stops_after is not None and now - max(signs) >= terms.stops_after
    return Need.RESUME if row.stopped_at is not None or is_quiet else Need.ASK


def _is_over(row: TrackingSubscription) -> bool:
    """A refunded order still waits for its parcel: the buyer may pay again when it comes."""
    order = row.shipment.order
    return bool(row.shipment.delivered_at or order.cancelled_at or order.completed_at)


def ask_again(row: TrackingSubscription, journey: Journey, *, now: datetime, problems: str) -> None:
    """Settle when the parcel is asked for next, or that this was the last time."""
    at = next_look(journey, now=now, draw=random.uniform)
    if at is None:
        end_subscription(row, SubscriptionState.FINISHED, error=problems)
    else:
        put_off(row, at, error=problems)


def put_off(row: TrackingSubscription, at: datetime, *, error: str = "") -> None:
    """Ask for the parcel at `at` (UTC); what went wrong before counts no more."""
    row.state, row.next_attempt_at, row.attempts = SubscriptionState.PENDING, at, 0
    _let_go(row, error)


def end_subscription(row: TrackingSubscription, state: SubscriptionState, *, error: str = "") -> None:
    """Ask for the parcel no more."""
    row.state = state
    _let_go(row, error)


def fail_subscription(row: TrackingSubscription, *, now: datetime, error: str) -> None:
    """Ask again later, at growing distances; an answer that does not come is never the parcel's end."""
    row.state, row.next_attempt_at = SubscriptionState.PENDING, now + backoff(row.attempts)
    row.attempts = min(row.attempts, MAX_ATTEMPTS - 1)
    _let_go(row, error)


def _let_go(row: TrackingSubscription, error: str) -> None:
    row.claim_token = row.lease_until = None
    row.last_error = error[:2000]
    row.save()


def put_back(claim: Claim, ids: list[int], *, now: datetime, error: str) -> None:
    """The whole call failed: its rows wait, and are asked for alone when that happens again and again."""
    rows = TrackingSubscription.objects.filter(pk__in=ids, claim_token=claim.token)
    for attempts in set(rows.values_list("attempts", flat=True)):
        rows.filter(attempts=attempts).update(
            state=SubscriptionState.PENDING,
            next_attempt_at=now + backoff(attempts),
            attempts=min(attempts, MAX_ATTEMPTS - 1),
            claim_token=None,
            lease_until=None,
            last_error=error[:2000],
        )


def revive_refused(account: TrackingAccount, *, now: datetime) -> int:
    """Ask again for what was refused, stopped or given up, as after a correction. Returns how many."""
    fresh: dict[str, Any] = {"state": SubscriptionState.PENDING, "next_attempt_at": now, "attempts": 0}
    refused = TrackingSubscription.objects.filter(account=account, state__in=REFUSED)
    return int(refused.update(**fresh, last_error=""))
