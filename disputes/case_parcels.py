"""News of the parcels of after-sale cases from tracking services: what they post, and what they answer when asked.

The parcels are few: they are asked for one account after the other, beside the orders' own, at the same pace. A worker
holds a parcel by moving its `next_look_at`; what a crash broke off is taken up again when that instant comes.
"""

import logging
import random
import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from disputes.models import CaseParcel
from disputes.recording import take_in
from disputes.tracking_answers import sort_lines, tracking_event
from orders.models import Store, TrackingAccount
from orders.providers.interface import Answer, Parcel, Provider, ProviderError, ProviderName, Standing
from orders.providers.limits import ServiceLimits, service_limits
from orders.providers.pacing import Journey, next_look
from orders.services.ledger import open_ledger, save_ledgers
from orders.services.tracking_accounts import (
    Clock,
    Resting,
    Sleep,
    awake_accounts,
    note_failure,
    note_success,
    open_provider,
)
from orders.tracking_statuses import TrackingStatus

logger = logging.getLogger(__name__)
LEASE = timedelta(minutes=15)
REFUSED = {Standing.REJECTED, Standing.STOPPED}
FOLLOWED = {Standing.TRACKED, Standing.ALREADY}


def case_parcels(store: Store | int, numbers: Iterable[str]) -> dict[str, list[CaseParcel]]:
    """The parcels of the store's cases by their numbers."""
    found: dict[str, list[CaseParcel]] = {}
    rows = CaseParcel.objects.filter(order__store=store, tracking_number__in=[number for number in numbers if number])
    for parcel in rows.select_related("case"):
        found.setdefault(parcel.tracking_number, []).append(parcel)
    return found


def take_answer(parcel: CaseParcel, answer: Answer, *, source: str, now: datetime) -> CaseParcel:
    """Record what is new in a service's answer as facts of `source`; the parcel as it stands then."""
    with transaction.atomic():
        ledger = open_ledger(parcel.order_id, now=now, actor=source)
        news = sort_lines(answer, ledger.order, now=now).news
        take_in(ledger, [tracking_event(line, parcel.tracking_number, source) for line in news])
        save_ledgers([ledger])
        rows: list[CaseParcel] = ledger.rows_of(CaseParcel)
    return next(row for row in rows if row.pk == parcel.pk)


def parcels_wait(now: datetime) -> bool:
    """Whether a parcel of a case is due at an account that may be called."""
    stores = awake_accounts(now).values("store")
    return bool(CaseParcel.objects.filter(next_look_at__lte=now, order__store__in=stores).exists())


def poll_case_parcels(clock: Clock, *, until: datetime, sleep: Sleep = time.sleep) -> int:
    """Ask for the parcels of cases whose turn has come; returns how many were answered for."""
    return sum(_poll_account(account, clock, until, sleep) for account in awake_accounts(clock()))


def _poll_account(account: TrackingAccount, clock: Clock, until: datetime, sleep: Sleep) -> int:
    terms = service_limits(ProviderName(account.provider))
    parcels = _take_turn(account, terms, clock())
    if not parcels or clock() >= until:
        return 0
    try:
        provider = open_provider(account, clock, sleep=sleep)
        return _ask(account, provider, terms, parcels, clock)
    except Resting:
        return 0
    except ProviderError as error:
        note_failure(account.pk, error, now=clock())
        return 0


def _take_turn(account: TrackingAccount, terms: ServiceLimits, now: datetime) -> list[CaseParcel]:
    """The account's due parcels, each held by this worker alone; one that the service cannot take is let go."""
    held = []
    for parcel in _due(account, now)[: terms.per_call]:
        is_over = parcel.arrived_at is not None or not terms.takes(parcel.tracking_number)
        same = CaseParcel.objects.filter(pk=parcel.pk, next_look_at=parcel.next_look_at)
        if same.update(next_look_at=None if is_over else now + LEASE) and not is_over:
            held.append(parcel)
    return held


def _due(account: TrackingAccount, now: datetime) -> QuerySet[CaseParcel]:
    mine = Q(followed_by="") | Q(followed_by=account.provider)
    due: QuerySet[CaseParcel] = CaseParcel.objects.filter(mine, order__store=account.store_id, next_look_at__lte=now)
    return due.exclude(tracking_number="").select_related("order__buyer", "case").order_by("next_look_at", "pk")


def _ask(
    account: TrackingAccount, provider: Provider, terms: ServiceLimits, parcels: Sequence[CaseParcel], clock: Clock
) -> int:
    """Have new ones followed, then ask for all; what is refused for good is asked for no more."""
    answered = 0
    new = [parcel for parcel in parcels if not parcel.followed_by]
    if new:
        answers = provider.register([_parcel(parcel, terms) for parcel in new])
        note_success(account.pk, now=clock())
        for parcel, answer in _pairs(new, answers):
            _note_registered(parcel, answer, account, terms, clock())
    known = [parcel for parcel in parcels if parcel.followed_by]
    if known:
        answers = provider.ask([_parcel(parcel, terms) for parcel in known])
        note_success(account.pk, now=clock())
        for parcel, answer in _pairs(known, answers):
            answered += _note_told(parcel, answer, account, clock())
    return answered


def _pairs(parcels: Sequence[CaseParcel], answers: Sequence[Answer]) -> list[tuple[CaseParcel, Answer]]:
    by_number = {answer.number: answer for answer in answers}
    return [(parcel, by_number[parcel.tracking_number]) for parcel in parcels if parcel.tracking_number in by_number]


def _parcel(parcel: CaseParcel, terms: ServiceLimits) -> Parcel:
    code = parcel.carrier_code or terms.carrier_code(parcel.carrier, parcel.tracking_number)
    digits = "".join(filter(str.isdigit, parcel.order.buyer.phone))[-4:] if code in terms.needs_phone else ""
    return Parcel(parcel.tracking_number, code, digits)


def _note_registered(
    parcel: CaseParcel, answer: Answer, account: TrackingAccount, terms: ServiceLimits, now: datetime
) -> None:
    rows = CaseParcel.objects.filter(pk=parcel.pk)
    if answer.standing in FOLLOWED:
        parcel.followed_by, parcel.carrier_code = account.provider, answer.carrier or parcel.carrier_code
        rows.update(followed_by=parcel.followed_by, carrier_code=parcel.carrier_code)
    elif answer.standing in REFUSED:
        rows.update(next_look_at=None)


def _note_told(parcel: CaseParcel, answer: Answer, account: TrackingAccount, now: datetime) -> bool:
    try:
        told = take_answer(parcel, answer, source=account.provider, now=now)
    except Exception:
        # The one broad net: an answer that cannot be recorded waits, and the others go on.
        logger.exception("the answer about the case's parcel %s could not be recorded", parcel.pk)
        return False
    is_refused = answer.standing in REFUSED
    look_at = None if is_refused else next_look(_journey(told), now=now, draw=random.uniform)
    CaseParcel.objects.filter(pk=parcel.pk).update(next_look_at=look_at)
    return True


def _journey(parcel: CaseParcel) -> Journey:
    status = TrackingStatus(parcel.tracking_status) if parcel.tracking_status else None
    began = parcel.sent_at or parcel.scanned_at or parcel.case.opened_at
    return Journey(began, TrackingStatus.DELIVERED if parcel.arrived_at else status, parcel.last_tracking_at)
