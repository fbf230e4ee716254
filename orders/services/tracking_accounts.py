"""Stores' accounts at tracking services: keys, turns under the rate limit, the circuit breaker, the quota.

All of it stands in the account's row, so that any number of workers keep to it together.
"""

import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from orders.encryption import UnreadableSecret
from orders.models import Store, TrackingAccount
from orders.providers.http import Caller
from orders.providers.interface import ErrorKind, Provider, ProviderError, ProviderName, Quota, RateLimited, WrongKey
from orders.providers.kuaidi100 import Kuaidi100
from orders.providers.limits import HttpLimits, circuit, http_limits, service_limits
from orders.providers.seventeen_track import SeventeenTrack

Clock = Callable[[], datetime]
Sleep = Callable[[float], None]


class Resting(Exception):
    """No call now: the account rests, is switched off, or too many wait for their turn. No fault of the service."""


# --- keys -------------------------------------------------------------------------------------------------------------
def save_account(store: Store, provider: ProviderName, *, key: str, customer: str = "") -> TrackingAccount:
    """The store's account with this key, new or in place of the old one; what was wrong with the old one is forgotten.

    An empty `key` keeps the one that is there.
    """
    with transaction.atomic():
        known = TrackingAccount.objects.select_for_update().filter(store=store, provider=provider).first()
        account = known or TrackingAccount(store=store, provider=provider, push_token=secrets.token_urlsafe(32))
        if key:
            account.set_key(key)
        account.customer = customer
        _forget_errors(account)
        account.save()
    return account


def switch_account(account_id: int) -> TrackingAccount:
    """Switch the account off when it is on, and on when it is off."""
    with transaction.atomic():
        account: TrackingAccount = TrackingAccount.objects.select_for_update().get(pk=account_id)
        account.is_on = not account.is_on
        account.save(update_fields=["is_on"])
    return account


def open_provider(
    account: TrackingAccount, clock: Clock, *, sleep: Sleep = time.sleep, limits: HttpLimits | None = None
) -> Provider:
    """The service, called with the account's key and in its turns. Raises WrongKey where the key cannot be unlocked."""
    name = ProviderName(account.provider)
    url = settings.TRACKING_URLS[name] or service_limits(name).base_url
    caller = Caller(
        url,
        take_turn=lambda: wait_for_turn(account.pk, clock, sleep=sleep),
        sleep=sleep,
        limits=limits or http_limits(),
    )
    try:
        key = account.key
    except UnreadableSecret as error:
        raise WrongKey(str(error)) from error
    if name is ProviderName.SEVENTEEN_TRACK:
        return SeventeenTrack(caller, key)
    return Kuaidi100(caller, key, account.customer)


def check_account(account_id: int, clock: Clock, *, sleep: Sleep = time.sleep) -> ProviderError | None:
    """Ask the service for the quota, whatever happened before; gives the error that it answered with, and soon.

    Raises Resting where the account is switched off or the turn does not come.
    """
    account: TrackingAccount = TrackingAccount.objects.get(pk=account_id)
    TrackingAccount.objects.filter(pk=account_id).update(rests_until=None, no_quota_until=None, error_kind="")
    try:
        quota = open_provider(account, clock, sleep=sleep, limits=http_limits().hurried()).check()
    except ProviderError as error:
        note_failure(account_id, error, now=clock())
        return error
    note_success(account_id, now=clock())
    note_quota(account_id, quota, now=clock())
    return None


# --- turns ------------------------------------------------------------------------------------------------------------
def awake_accounts(now: datetime) -> QuerySet[TrackingAccount]:
    """The accounts that may be called now."""
    rests = Q(rests_until__gt=now) | Q(error_kind=ErrorKind.WRONG_KEY) | _needs_quota(now)
    awake: QuerySet[TrackingAccount] = TrackingAccount.objects.filter(is_on=True).exclude(rests).order_by("pk")
    return awake


def _needs_quota(now: datetime) -> Q:
    """Where every question costs, a used-up quota stops all; 17TRACK answers for what is registered already."""
    return Q(provider=ProviderName.KUAIDI100, no_quota_until__gt=now)


def wait_for_turn(account_id: int, clock: Clock, *, sleep: Sleep) -> None:
    """Take the next free turn under the service's rate limit, and wait until it has come. Raises Resting."""
    with transaction.atomic():
        now = clock()
        account = awake_accounts(now).select_for_update(of=("self",)).filter(pk=account_id).first()
        if account is None:
            raise Resting("the account rests or is switched off")
        turn = max(now, account.next_call_at or now)
        if turn - now > circuit().longest_wait:
            raise Resting("too many wait for their turn")
        pause = timedelta(seconds=1 / service_limits(ProviderName(account.provider)).calls_per_second)
        account.next_call_at = turn + pause
        account.save(update_fields=["next_call_at"])
    sleep((turn - now).total_seconds())


# --- how it went ------------------------------------------------------------------------------------------------------
def note_success(account_id: int, *, now: datetime) -> None:
    """The service answered: whatever failed before is over."""
    fine = {"failures": 0, "rests_until": None, "error_kind": "", "last_ok_at": now}
    TrackingAccount.objects.filter(pk=account_id).update(**fine)


def note_failure(account_id: int, error: ProviderError, *, now: datetime) -> None:
    """The service did not answer: after failures in a row the account rests, longer each time.

    Several workers that fail at once count as one failure.
    """
    with transaction.atomic():
        account: TrackingAccount = TrackingAccount.objects.select_for_update().get(pk=account_id)
        account.last_error, account.last_error_at, account.error_kind = str(error)[:2000], now, error.kind
        if error.kind is ErrorKind.QUOTA_USED_UP:
            account.no_quota_until = now + circuit().quota_rest
        elif isinstance(error, RateLimited):
            account.rests_until = now + (error.wait or circuit().rest)
        elif error.kind is not ErrorKind.WRONG_KEY and not (account.rests_until and account.rests_until > now):
            account.failures += 1
            account.rests_until = _rest(account.failures, now)
        account.save()


def _rest(failures: int, now: datetime) -> datetime | None:
    over = failures - circuit().failures
    return now + min(circuit().rest * 2 ** min(over, 20), circuit().longest_rest) if over >= 0 else None


def note_quota(account_id: int, quota: Quota, *, now: datetime) -> None:
    """What is left, as the service tells it."""
    told = {} if quota.left is None else {"quota_left": quota.left, "quota_total": quota.total, "quota_at": now}
    none_until = now + circuit().quota_rest if quota.left is not None and quota.left <= 0 else None
    TrackingAccount.objects.filter(pk=account_id).update(**told, no_quota_until=none_until)


def _forget_errors(account: TrackingAccount) -> None:
    account.failures, account.error_kind, account.last_error = 0, "", ""
    account.rests_until = account.no_quota_until = account.next_call_at = account.last_error_at = None
