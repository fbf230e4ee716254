"""Calling the platform for a store: turns under the rate limit, rests after failures, and what is noted of both.

All of it stands in the account's row, so that any number of workers keep to it together.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from orders.encryption import UnreadableSecret
from orders.models import PlatformAccount
from orders.platform.gateway import Gateway
from orders.platform.interface import OF_ACCOUNT, OF_CAPABILITY, PlatformError, Trouble
from orders.platform.terms import circuit_terms, gateway
from orders.providers.http import Caller
from orders.providers.limits import HttpLimits, http_limits

Clock = Callable[[], datetime]
Sleep = Callable[[float], None]
# These say nothing of how the platform or the account is.
NO_FAILURES = {Trouble.REFUSED, *OF_CAPABILITY}


class PlatformResting(Exception):
    """No call now: the account rests, waits for a person, or too many wait for their turn. No fault of the platform."""


def awake_accounts(now: datetime) -> QuerySet[PlatformAccount]:
    """The connected accounts that may be called now."""
    stuck = Q(rests_until__gt=now) | Q(trouble__in=OF_ACCOUNT) | Q(locked_access="")
    awake: QuerySet[PlatformAccount] = PlatformAccount.objects.exclude(stuck).order_by("pk")
    return awake


def open_gateway(
    account: PlatformAccount, clock: Clock, *, sleep: Sleep = time.sleep, limits: HttpLimits | None = None
) -> Gateway:
    """The platform, called with the account's key and token in its turns. Raises PlatformError, as every call does."""
    caller = Caller(
        settings.ALIEXPRESS_URL or gateway().base_url,
        take_turn=lambda: wait_for_turn(account.pk, clock, sleep=sleep),
        sleep=sleep,
        limits=limits or http_limits(),
    )
    try:
        return Gateway(caller, clock, account.app_key, account.secret, account.access_token)
    except UnreadableSecret as error:
        raise PlatformError(Trouble.WRONG_SECRET, str(error)) from error


def wait_for_turn(account_id: int, clock: Clock, *, sleep: Sleep) -> None:
    """Take the next free turn under the rate limit, and wait until it has come. Raises PlatformResting."""
    with transaction.atomic():
        now = clock()
        resting = Q(rests_until__gt=now)
        accounts = PlatformAccount.objects.exclude(resting).select_for_update(of=("self",))
        account = accounts.filter(pk=account_id).first()
        if account is None:
            raise PlatformResting("the account rests")
        turn = max(now, account.next_call_at or now)
        if turn - now > circuit_terms().longest_wait:
            raise PlatformResting("too many wait for their turn")
        account.next_call_at = turn + timedelta(seconds=1 / gateway().calls_per_second)
        account.save(update_fields=["next_call_at"])
    sleep((turn - now).total_seconds())


def note_success(account_id: int, *, now: datetime) -> None:
    """The platform answered: whatever failed before is over."""
    fine = {"failures": 0, "rests_until": None, "trouble": "", "last_error": "", "last_ok_at": now}
    PlatformAccount.objects.filter(pk=account_id).update(**fine)


def note_failure(account_id: int, error: PlatformError, *, now: datetime) -> None:
    """The platform did not answer: after failures in a row the account rests, longer each time.

    Several workers that fail at once count as one failure. An ended log-in has new tokens asked for at once.
    """
    if error.trouble in NO_FAILURES:
        note_success(account_id, now=now)
        return
    with transaction.atomic():
        account: PlatformAccount = PlatformAccount.objects.select_for_update().get(pk=account_id)
        account.last_error, account.last_error_at, account.trouble = str(error)[:2000], now, error.trouble
        if error.trouble is Trouble.RATE_LIMITED:
            account.rests_until = now + (error.wait or circuit_terms().rest)
        elif error.trouble is Trouble.LOG_IN_AGAIN and account.locked_refresh:
            account.refresh_due_at = min(account.refresh_due_at or now, now)
        elif error.trouble not in OF_ACCOUNT and not (account.rests_until and account.rests_until > now):
            account.failures += 1
            account.rests_until = _rest(account.failures, now)
        account.save()


def _rest(failures: int, now: datetime) -> datetime | None:
    over, terms = failures - circuit_terms().failures, circuit_terms()
    return now + min(terms.rest * 2 ** min(over, 20), terms.longest_rest) if over >= 0 else None
