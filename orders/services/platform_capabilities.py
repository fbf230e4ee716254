"""What the platform lets a store do, as rows: when each is read again, how it answered, and what is switched off."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from orders.models import PlatformAccount, PlatformCapability
from orders.models.platforms import CapabilityState
from orders.platform.interface import FEEDS, OF_CAPABILITY, Capability, PlatformError
from orders.platform.terms import circuit_terms, every, feed_terms
from orders.services.claiming import MAX_ATTEMPTS, backoff

FREE: dict[str, Any] = {"claim_token": None, "lease_until": None}


def capability_of(store_id: int, name: Capability) -> PlatformCapability | None:
    """How this stands for the store, where it has an app at all."""
    rows = PlatformCapability.objects.filter(account__store=store_id, name=name)
    row: PlatformCapability | None = rows.select_related("account").first()
    return row


def usable(store_id: int, name: Capability) -> PlatformAccount | None:
    """The store's account, where it is connected and may do this as far as we know."""
    row = capability_of(store_id, name)
    is_ready = row is not None and row.account.is_connected and row.off_since is None
    return row.account if row and is_ready else None


def usable_stores(store_ids: Iterable[int], name: Capability) -> set[int]:
    """Those of the stores of which `usable` gives an account, read at once."""
    rows = PlatformCapability.objects.filter(account__store__in=store_ids, name=name, off_since=None)
    return {row.account.store_id for row in rows.select_related("account") if row.account.is_connected}


def may_use(store_id: int, name: Capability) -> bool:
    """Whether the store is connected and the platform has not switched this off, as far as we know."""
    return usable(store_id, name) is not None


def bring_forward(account_id: int, names: tuple[Capability, ...] = FEEDS, *, now: datetime) -> int:
    """Have these read as soon as may be, as after a post; returns how many.

    Nothing is read again sooner than a little after it was read last, and what is being read is left alone.
    """
    count = 0
    rows = PlatformCapability.objects.filter(account=account_id, name__in=names, state=CapabilityState.PENDING)
    for row in rows.filter(next_attempt_at__gt=now, off_since=None):
        soonest = max(now, row.last_tried_at + feed_terms().soonest) if row.last_tried_at else now
        if soonest < row.next_attempt_at:
            count += rows.filter(pk=row.pk).update(next_attempt_at=soonest)
    return count


def sync_now(account_id: int, *, now: datetime) -> int:
    """Have everything read at once because a person asks for it: what was off or given up, too. Returns how many."""
    feeds = PlatformCapability.objects.filter(account=account_id, name__in=FEEDS)
    feeds.filter(state=CapabilityState.DEAD).update(state=CapabilityState.PENDING)
    waiting = feeds.filter(state=CapabilityState.PENDING)
    return waiting.update(next_attempt_at=now, attempts=0, rows_done=0, rows_total=0, rows_new=0, started_at=None)


def due_feeds(now: datetime, accounts: QuerySet[PlatformAccount]) -> QuerySet[PlatformCapability]:
    """What is to be read now at these accounts, in the order of the feeds."""
    due: QuerySet[PlatformCapability] = PlatformCapability.objects.filter(
        state=CapabilityState.PENDING, next_attempt_at__lte=now, account__in=accounts
    )
    return due


# --- how it went ------------------------------------------------------------------------------------------------------
def note_read(row: PlatformCapability, *, now: datetime, cursor_at: datetime | None, problems: str = "") -> None:
    """Everything was read, up to `cursor_at` where it has dates: it is due again after its while.

    `problems` are what of it could not be taken in.
    """
    _settle(
        row,
        next_attempt_at=now + every(Capability(row.name)),
        position={},
        cursor_at=cursor_at or row.cursor_at,
        last_ok_at=now,
        last_tried_at=now,
        **FINE | {"last_error": problems[:2000]},
    )


def note_broken_off(row: PlatformCapability, *, now: datetime) -> None:
    """The time is over, and not all is read: it goes on at once where it stands."""
    _settle(row, next_attempt_at=now, last_ok_at=now, last_tried_at=now, **FINE)


def note_put_off(row: PlatformCapability, at: datetime) -> None:
    """The account rests: nothing is known of this capability, and it is tried at `at` (UTC)."""
    _settle(row, next_attempt_at=at)


def note_refused(row: PlatformCapability, error: PlatformError, *, now: datetime) -> None:
    """It could not be read: off where the platform says so, else tried again at growing distances."""
    is_off = error.trouble in OF_CAPABILITY
    _settle(
        row,
        next_attempt_at=now + (circuit_terms().off if is_off else backoff(row.attempts)),
        attempts=min(row.attempts, MAX_ATTEMPTS - 1),
        **_refusal(row, error, now),
    )


FINE: dict[str, Any] = {"attempts": 0, "trouble": "", "error_code": "", "last_error": "", "off_since": None}


def _refusal(row: PlatformCapability, error: PlatformError, now: datetime) -> dict[str, Any]:
    is_off = error.trouble in OF_CAPABILITY
    said = {"trouble": error.trouble, "error_code": error.code[:100], "last_error": str(error)[:2000]}
    return said | {"last_tried_at": now, "off_since": (row.off_since or now) if is_off else None}


def _settle(row: PlatformCapability, **values: Any) -> None:
    """Give the row back with these values, unless another worker has it by now."""
    held = PlatformCapability.objects.filter(pk=row.pk, claim_token=row.claim_token)
    held.update(state=CapabilityState.PENDING, **FREE, **values)


def note_used(account_id: int, name: Capability, error: PlatformError | None, *, now: datetime) -> None:
    """How something that a person asked for was answered: a refusal of this one order says nothing of the rest."""
    with transaction.atomic():
        row = PlatformCapability.objects.select_for_update().filter(account=account_id, name=name).first()
        if row is None:
            return
        is_off = error is not None and error.trouble in OF_CAPABILITY
        values = _refusal(row, error, now) if error and is_off else FINE | {"last_ok_at": now, "last_tried_at": now}
        values = {name: value for name, value in values.items() if name != "attempts"}
        PlatformCapability.objects.filter(pk=row.pk).update(**values)
