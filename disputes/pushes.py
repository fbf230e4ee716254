"""Working off what tracking services posted: a post's news become facts like those of any other door."""

import logging
import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from disputes.case_parcels import case_parcels, take_answer
from disputes.tracking_answers import journey_of, note_answer, take_news
from orders.models import Shipment, TrackingAccount, TrackingPush, TrackingSubscription
from orders.models.providers import PushState, SubscriptionState
from orders.providers.interface import Answer, Unreadable
from orders.providers.limits import push_limits
from orders.providers.pacing import Journey, load_pace
from orders.providers.seventeen_track import PushEvent, read_push
from orders.services.claiming import claim_due, fail_claimed, release_claim
from orders.services.ledger import open_ledger, save_ledgers
from orders.services.subscriptions import ask_again, put_off
from orders.services.tracking_accounts import Clock

logger = logging.getLogger(__name__)


def take_pushes(clock: Clock, *, until: datetime) -> int:
    """Work off what is due, until nothing is left or the time budget ends at `until`. Returns how many posts."""
    taken = 0
    while clock() < until:
        claim = claim_due(TrackingPush, now=clock())
        if not claim.ids:
            break
        for pk in claim.ids:
            if clock() > min(until, claim.work_until):
                break
            taken += _take_one(pk, claim.token, clock())
        release_claim(TrackingPush, claim)
    return taken


def _take_one(pk: int, token: uuid.UUID, now: datetime) -> bool:
    held = TrackingPush.objects.filter(pk=pk, claim_token=token)
    push = held.select_related("account").first()
    if push is None:
        return False
    free = {"claim_token": None, "lease_until": None}
    try:
        event, answer = read_push(bytes(push.body))
        parcels = _parcels(push.account, answer.number)
        for parcel in parcels:
            _take_in(push.account, parcel, event, answer, now)
        of_cases = [] if parcels else case_parcels(push.account.store_id, [answer.number]).get(answer.number, [])[-1:]
        for case_parcel in of_cases:
            take_answer(case_parcel, answer, source=push.account.provider, now=now)
    except Unreadable as error:
        held.update(state=PushState.UNREADABLE, last_error=str(error), **free)
        return False
    except Exception as error:
        logger.exception("post %s could not be taken in", pk)
        fail_claimed(TrackingPush, pk, token, error=f"{type(error).__name__}: {error}", now=now)
        return False
    if parcels or of_cases:
        held.update(state=PushState.DONE, last_error="", **free)
    else:
        _wait_for_order(push, now)
    return bool(parcels or of_cases)


def _wait_for_order(push: TrackingPush, now: datetime) -> None:
    """The order may be imported later: the post is looked at again, for some days."""
    limits = push_limits()
    is_late = now - push.received_at >= limits.keep_unknown
    TrackingPush.objects.filter(pk=push.pk, claim_token=push.claim_token).update(
        state=PushState.UNKNOWN if is_late else PushState.PENDING,
        next_attempt_at=now + limits.look_again,
        attempts=0,
        claim_token=None,
        lease_until=None,
        last_error="no order of the store has this parcel",
    )


def _parcels(account: TrackingAccount, number: str) -> list[Shipment]:
    """The parcels that the number means now: those that are followed, else the youngest of the store."""
    of_store = Shipment.objects.filter(order__store=account.store_id, tracking_number=number)
    followed = of_store.filter(
        ~Q(subscriptions__state=SubscriptionState.FINISHED), subscriptions__account=account, delivered_at=None
    )
    return list(followed.distinct()) or list(of_store.order_by("-shipped_at", "-pk")[:1])


def _take_in(account: TrackingAccount, parcel: Shipment, event: PushEvent, answer: Answer, now: datetime) -> None:
    with transaction.atomic():
        ledger = open_ledger(parcel.order_id, now=now, actor=account.provider)
        mine = TrackingSubscription.objects.select_for_update(of=("self",)).filter(account=account, shipment=parcel)
        row = mine.first() or TrackingSubscription(account=account, shipment=parcel, next_attempt_at=now)
        shipment = next(known for known in ledger.shipments if known.pk == parcel.pk)
        if event is PushEvent.STOPPED:
            row.stopped_at = now
        else:
            telling, row.found = take_news(ledger, shipment, answer, source=account.provider, found_before=row.found)
            save_ledgers([ledger])
            row.last_error = note_answer(row, answer, telling, row.found)
        row.registered_at = row.registered_at or now
        _settle(row, journey_of(ledger, shipment), now)


def _settle(row: TrackingSubscription, journey: Journey, now: datetime) -> None:
    """A post moves the parcel's next turn; one that is being asked for just now is settled by whoever asks."""
    if row.state == SubscriptionState.CLAIMED:
        row.save()
    elif row.stopped_at is not None and journey.status not in load_pace().finished:
        put_off(row, now)
    else:
        ask_again(row, journey, now=now, problems=row.last_error)
