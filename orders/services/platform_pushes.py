"""What the platform posts to us: checked, kept as it came, worked off later."""

import hashlib
from datetime import datetime
from enum import StrEnum

from django.db.models import F

from orders.encryption import UnreadableSecret
from orders.models import PlatformAccount, PlatformPush
from orders.models.platforms import PlatformPushState
from orders.platform.interface import PlatformError
from orders.platform.pushes import is_stale, read_push
from orders.platform.signing import is_signed
from orders.platform.terms import push_terms

ENDS = [PlatformPushState.DONE, PlatformPushState.UNKNOWN, PlatformPushState.UNREADABLE, PlatformPushState.DEAD]


class PlatformReception(StrEnum):
    """What became of a post at the door."""

    KEPT = "kept"
    NOBODY = "nobody"
    WRONG_SIGNATURE = "wrong_signature"
    TOO_OLD = "too_old"


def receive_platform_push(token: str, body: bytes, sign: str, *, now: datetime) -> PlatformReception:
    """Keep what the platform posted for the account of this token; the same again is one row, and no error.

    What says that it was sent long ago is refused: somebody posts again what he has overheard.
    """
    found = PlatformAccount.objects.filter(push_token=token)
    account = found.first()
    if account is None:
        return PlatformReception.NOBODY
    if not _is_signed(account, body, sign):
        found.update(wrong_signatures=F("wrong_signatures") + 1)
        return PlatformReception.WRONG_SIGNATURE
    if _is_stale(body, now):
        return PlatformReception.TOO_OLD
    push = PlatformPush(
        account=account, received_at=now, next_attempt_at=now, body=body, sha256=hashlib.sha256(body).hexdigest()
    )
    PlatformPush.objects.bulk_create([push], ignore_conflicts=True)
    found.update(last_push_at=now)
    return PlatformReception.KEPT


def _is_signed(account: PlatformAccount, body: bytes, sign: str) -> bool:
    try:
        return is_signed(account.app_key, body, account.secret, sign)
    except UnreadableSecret:
        return False


def _is_stale(body: bytes, now: datetime) -> bool:
    try:
        return is_stale(read_push(body), now=now)
    except PlatformError:
        return False  # kept, and told as unreadable by the worker


def tidy_platform_pushes(now: datetime) -> int:
    """Forget what was worked off long ago: later than a replay would be refused. Returns how many."""
    old = PlatformPush.objects.filter(state__in=ENDS, received_at__lt=now - push_terms().keep)
    return int(old.delete()[0])
