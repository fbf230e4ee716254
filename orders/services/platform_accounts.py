"""A store's connection to the platform: the app's key, the way there and back, tokens and their renewal."""

import secrets
import time
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from orders.encryption import UnreadableSecret, lock
from orders.models import PlatformAccount, PlatformCapability, Store
from orders.models.platforms import CapabilityState
from orders.platform.gateway import Tokens
from orders.platform.interface import FEEDS, Capability, PlatformError, Trouble
from orders.platform.terms import gateway, log_in_terms
from orders.providers.limits import http_limits
from orders.services.platform_calls import Clock, PlatformResting, Sleep, note_failure, open_gateway

ALWAYS_ASK = "true"  # force_auth: a person says yes each time, also where the browser is logged in


def save_app(store: Store, *, app_key: str, secret: str, now: datetime) -> PlatformAccount:
    """The store's app, new or in place of the old one; tokens of another app are worth nothing and go.

    An empty `secret` keeps the one that is there.
    """
    with transaction.atomic():
        known = PlatformAccount.objects.select_for_update().filter(store=store).first()
        account = known or PlatformAccount(store=store, push_token=secrets.token_urlsafe(32))
        if account.app_key != app_key:
            _drop_tokens(account)
        account.app_key = app_key
        if secret:
            account.set_secret(secret)
        account.trouble = account.last_error = ""
        account.failures, account.rests_until = 0, None
        account.save()
        for name in Capability:
            state = CapabilityState.PENDING if name in FEEDS else CapabilityState.ON_CALL
            fresh = {"next_attempt_at": now, "state": state}
            PlatformCapability.objects.get_or_create(account=account, name=name, defaults=fresh)
    return account


def authorize_address(account: PlatformAccount, *, state: str, back: str) -> str:
    """Where a person's browser goes to let us in; `state` comes back with it to the address `back`."""
    base = settings.ALIEXPRESS_URL or gateway().base_url
    said = {"response_type": "code", "force_auth": ALWAYS_ASK, "client_id": account.app_key}
    return f"{base}{gateway().authorize}?{urlencode(said | {'redirect_uri': back, 'state': state})}"


def connect_account(account_id: int, code: str, clock: Clock, *, sleep: Sleep = time.sleep) -> PlatformAccount:
    """Exchange the code that a person brought back for tokens, and begin to read. Raises PlatformError."""
    PlatformAccount.objects.filter(pk=account_id).update(rests_until=None, failures=0)
    account: PlatformAccount = PlatformAccount.objects.get(pk=account_id)
    try:
        tokens = open_gateway(account, clock, sleep=sleep, limits=http_limits().hurried()).create_token(code)
    except PlatformResting as error:
        raise PlatformError(Trouble.RATE_LIMITED, str(error)) from error
    now = clock()
    with transaction.atomic():
        account = _keep_tokens(account_id, tokens, now=now)
        account.connected_at = now
        account.save()
        feeds = account.capabilities.filter(name__in=FEEDS).exclude(state=CapabilityState.CLAIMED)
        feeds.update(state=CapabilityState.PENDING, next_attempt_at=now, attempts=0)
        account.capabilities.update(off_since=None, trouble="", error_code="", last_error="")
    return account


def disconnect_account(account_id: int) -> None:
    """Forget the tokens: nothing is read or sent any more. What has been read stays."""
    with transaction.atomic():
        account: PlatformAccount = PlatformAccount.objects.select_for_update().get(pk=account_id)
        _drop_tokens(account)
        account.trouble = account.last_error = ""
        account.save()


def _drop_tokens(account: PlatformAccount) -> None:
    account.locked_access = account.locked_refresh = account.seller = account.seller_id = ""
    account.access_ends_at = account.refresh_ends_at = account.refresh_due_at = account.connected_at = None


# --- renewal ----------------------------------------------------------------------------------------------------------
def due_renewals(now: datetime) -> QuerySet[PlatformAccount]:
    """The accounts whose tokens are to be renewed now."""
    due: QuerySet[PlatformAccount] = PlatformAccount.objects.filter(refresh_due_at__lte=now).exclude(locked_refresh="")
    return due.order_by("refresh_due_at")


def renew_tokens(account: PlatformAccount, clock: Clock, *, sleep: Sleep = time.sleep) -> PlatformError | None:
    """Ask for new tokens, one worker at a time; gives the error that kept them, which the account keeps too.

    A refusal is final: a person has to let us in again. Anything else is tried again.
    """
    now = clock()
    mine = PlatformAccount.objects.filter(pk=account.pk, refresh_due_at=account.refresh_due_at)
    if not mine.update(refresh_due_at=now + log_in_terms().again):
        return None  # another worker is at it
    try:
        tokens = open_gateway(account, clock, sleep=sleep).renew_token(account.refresh_token)
    except PlatformResting:
        return None
    except UnreadableSecret as error:
        return _note_renewal_failed(account, PlatformError(Trouble.WRONG_SECRET, str(error)), clock)
    except PlatformError as error:
        return _note_renewal_failed(account, error, clock)
    with transaction.atomic():
        same = PlatformAccount.objects.select_for_update().filter(pk=account.pk, locked_refresh=account.locked_refresh)
        if same.first() is None:
            return None  # disconnected, or let in anew, while we asked
        renewed = _keep_tokens(account.pk, tokens, now=clock())
        renewed.save()
    return None


def _note_renewal_failed(account: PlatformAccount, error: PlatformError, clock: Clock) -> PlatformError:
    """After a refusal the tokens that are there are used to their end."""
    if error.trouble not in {Trouble.REFUSED, Trouble.LOG_IN_AGAIN, Trouble.NO_RIGHT}:
        note_failure(account.pk, error, now=clock())
        return error
    error, now = PlatformError(Trouble.LOG_IN_AGAIN, str(error), code=error.code), clock()
    refused = {"refresh_due_at": None, "locked_refresh": "", "last_error": str(error)[:2000], "last_error_at": now}
    same = PlatformAccount.objects.filter(pk=account.pk, locked_refresh=account.locked_refresh)
    if same.update(**refused):  # unless somebody let us in anew meanwhile
        ended = PlatformAccount.objects.filter(pk=account.pk, access_ends_at__lte=now)
        ended.update(trouble=Trouble.LOG_IN_AGAIN)
    return error


def _keep_tokens(account_id: int, tokens: Tokens, *, now: datetime) -> PlatformAccount:
    """The account, locked, with new tokens; whoever asked for them saves it."""
    account: PlatformAccount = PlatformAccount.objects.select_for_update().get(pk=account_id)
    account.locked_access = lock(tokens.access)
    account.access_ends_at = tokens.access_ends_at
    if tokens.refresh:
        account.locked_refresh, account.refresh_ends_at = lock(tokens.refresh), tokens.refresh_ends_at
    account.refresh_due_at = _renewal_date(account, now) if account.locked_refresh else None
    account.seller = tokens.seller[:200] or account.seller
    account.seller_id = tokens.seller_id[:64] or account.seller_id
    account.trouble, account.last_error, account.failures, account.rests_until = "", "", 0, None
    account.last_ok_at = now
    return account


def _renewal_date(account: PlatformAccount, now: datetime) -> datetime:
    """Well before the tokens end: so many days, or at half of a life that is shorter than twice that."""
    ends = [end for end in (account.access_ends_at, account.refresh_ends_at) if end and end > now]
    end = min(ends, default=now + log_in_terms().life)
    return max(end - log_in_terms().before_end, now + (end - now) / 2)
