"""Claiming due rows: any number of workers, each row to one of them, and back to the queue when a worker dies.

PostgreSQL skips rows that another worker holds; SQLite has one writer at a time, which comes to the same.
"""

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction

from orders.models.claims import Claimable, ClaimState

BATCH = 100
MAX_ATTEMPTS = 8
# A row that has failed this often is claimed alone: if it kills its worker, it burns no neighbour's attempts.
SUSPECT_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Claim:
    """The rows that a worker owns until `lease_until` (UTC); every mark names the token.

    Nothing is begun after `work_until`, half-way: what is begun late could end when another worker has the row.
    """

    ids: list[int]
    token: uuid.UUID
    work_until: datetime
    lease_until: datetime


def claim_due(
    model: type[Claimable],
    *,
    now: datetime,
    limit: int = BATCH,
    among: models.QuerySet[Any] | None = None,
    order: Sequence[str] = ("next_attempt_at",),
) -> Claim:
    """Take up to `limit` rows that are due, oldest first; of all the model's rows, or of those `among` them."""
    with transaction.atomic():
        rows = model._default_manager.all() if among is None else among
        due = rows.filter(state=ClaimState.PENDING, next_attempt_at__lte=now)
        healthy = due.filter(attempts__lt=SUSPECT_ATTEMPTS)
        ids = _lock(healthy.order_by(*order), limit) or _lock(due.order_by(*order), 1)
        lease = timedelta(seconds=settings.CLAIM_LEASE_SECONDS)
        claim = Claim(ids, uuid.uuid4(), now + lease / 2, now + lease)
        model._default_manager.filter(pk__in=ids).update(
            state=ClaimState.CLAIMED,
            claim_token=claim.token,
            lease_until=claim.lease_until,
            attempts=models.F("attempts") + 1,
        )
    return claim


def release_claim(model: type[Claimable], claim: Claim) -> None:
    """Give back what was claimed and not worked on; the attempt does not count."""
    model._default_manager.filter(claim_token=claim.token, pk__in=claim.ids).update(
        state=ClaimState.PENDING, claim_token=None, lease_until=None, attempts=models.F("attempts") - 1
    )


def fail_claimed(
    model: type[Claimable],
    pk: int,
    token: uuid.UUID,
    *,
    error: str,
    now: datetime,
    pauses: Sequence[timedelta] | None = None,
) -> None:
    """Try the row again later, at growing distances; after the last attempt it is dead and waits for a person.

    `pauses` are distances of its own, one after each attempt but the last.
    """
    row = model._default_manager.filter(pk=pk, claim_token=token).first()
    if row is None:
        return  # the lease was lost; whoever has the row now decides
    is_dead = row.attempts >= (MAX_ATTEMPTS if pauses is None else len(pauses) + 1)
    pause = timedelta(0) if is_dead else backoff(row.attempts) if pauses is None else pauses[row.attempts - 1]
    model._default_manager.filter(pk=pk, claim_token=token).update(
        state=ClaimState.DEAD if is_dead else ClaimState.PENDING,
        next_attempt_at=row.next_attempt_at if is_dead else now + pause,
        claim_token=None,
        lease_until=None,
        last_error=error[:2000],
    )


def backoff(attempts: int) -> timedelta:
    """How long to wait after the n-th failure: 30 s, 1 min … up to 1 h, spread so that many do not come at once."""
    seconds = min(30 * 2 ** max(attempts - 1, 0), 3600)
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311  spreads load, guards nothing


def reap_expired(model: type[Claimable], *, now: datetime) -> int:
    """Take rows back from workers whose lease has passed; past the last attempt they are dead. Returns how many."""
    with transaction.atomic():
        expired = model._default_manager.filter(state=ClaimState.CLAIMED, lease_until__lt=now)
        ids = _lock(expired.order_by("lease_until"), 1000)
        rows = model._default_manager.filter(pk__in=ids)
        free = {"claim_token": None, "lease_until": None}
        rows.filter(attempts__gte=MAX_ATTEMPTS).update(
            state=ClaimState.DEAD, last_error="its worker died each time", **free
        )
        rows.filter(attempts__lt=MAX_ATTEMPTS).update(state=ClaimState.PENDING, **free)
    return len(ids)


def _lock(rows: models.QuerySet[Any], limit: int) -> list[int]:
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return list(rows.values_list("pk", flat=True)[:limit])
