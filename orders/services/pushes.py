"""What tracking services post to us: checked, kept as it came, worked off later."""

import hashlib
from datetime import datetime
from enum import StrEnum

from django.db.models import F

from orders.encryption import UnreadableSecret
from orders.models import TrackingAccount, TrackingPush
from orders.models.providers import PushState
from orders.providers.interface import ProviderName
from orders.providers.limits import push_limits
from orders.providers.signatures import is_signed

ENDS = [PushState.DONE, PushState.UNKNOWN, PushState.UNREADABLE, PushState.DEAD]


class Reception(StrEnum):
    """What became of a post at the door."""

    KEPT = "kept"
    NOBODY = "nobody"
    WRONG_SIGNATURE = "wrong_signature"


def receive_push(token: str, body: bytes, sign: str, *, now: datetime) -> Reception:
    """Keep what 17TRACK posted for the account of this token; the same again is one row, and no error."""
    found = TrackingAccount.objects.filter(push_token=token, is_on=True, provider=ProviderName.SEVENTEEN_TRACK)
    account = found.first()
    if account is None:
        return Reception.NOBODY
    if not _is_signed(account, body, sign):
        found.update(wrong_signatures=F("wrong_signatures") + 1)
        return Reception.WRONG_SIGNATURE
    push = TrackingPush(
        account=account, received_at=now, next_attempt_at=now, body=body, sha256=hashlib.sha256(body).hexdigest()
    )
    TrackingPush.objects.bulk_create([push], ignore_conflicts=True)
    found.update(last_push_at=now)
    return Reception.KEPT


def _is_signed(account: TrackingAccount, body: bytes, sign: str) -> bool:
    try:
        return is_signed(body, account.key, sign)
    except UnreadableSecret:
        return False


def tidy_pushes(now: datetime) -> int:
    """Forget what was worked off long ago. Returns how many."""
    old = TrackingPush.objects.filter(state__in=ENDS, received_at__lt=now - push_limits().keep)
    return int(old.delete()[0])
