"""Requests that a program may send twice: worked on once, by one worker, and answered the same.

The key is claimed first; its answer is kept in the transaction of the work itself, so that a worker that dies leaves
either both or neither.
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import IntegrityError, transaction

from orders.encryption import lock, unlock
from orders.models import ApiScope, ApiToken, IdempotencyKey, Store

LEASE = timedelta(minutes=1)  # longer than a request may take
KEPT = timedelta(days=7)


class Reception(StrEnum):
    """What is known of a key."""

    NEW = "new"
    ANSWERED = "answered"
    BUSY = "busy"  # another request with it is being worked on
    OTHER_REQUEST = "other request"  # it came with something else before


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a request was answered."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""


class LostClaim(Exception):
    """Another worker has taken the key: what was done for it must not be kept."""


def claim_key(
    token: ApiToken, key: str, request_digest: str, *, now: datetime
) -> tuple[Reception, IdempotencyKey | None]:
    """Claim a key that is new, or whose worker died; else what is known of it. Not within a transaction."""
    said = {"request_digest": request_digest, "claim": uuid.uuid4(), "claimed_until": now + LEASE}
    try:
        with transaction.atomic():
            return Reception.NEW, IdempotencyKey.objects.create(token=token, key=key, made_at=now, **said)
    except IntegrityError:
        return _claim_known(token, key, request_digest, now=now)


def _claim_known(
    token: ApiToken, key: str, request_digest: str, *, now: datetime
) -> tuple[Reception, IdempotencyKey | None]:
    with transaction.atomic():
        row: IdempotencyKey | None = IdempotencyKey.objects.select_for_update().filter(token=token, key=key).first()
        if row is None:  # its work failed this very moment
            return Reception.BUSY, None
        if row.request_digest != request_digest:
            return Reception.OTHER_REQUEST, row
        if row.status is not None:
            return Reception.ANSWERED, row
        if row.claimed_until > now:
            return Reception.BUSY, row
        row.claim, row.claimed_until = uuid.uuid4(), now + LEASE
        row.save(update_fields=["claim", "claimed_until"])
    return Reception.NEW, row


def keep_answer(row: IdempotencyKey, answer: KeptAnswer) -> None:
    """Keep what was answered, in the transaction of the work. Raises LostClaim."""
    mine = IdempotencyKey.objects.filter(pk=row.pk, claim=row.claim, status=None)
    if not mine.update(status=answer.status, headers=answer.headers, body=lock(answer.body)):
        raise LostClaim


def kept_answer(row: IdempotencyKey) -> KeptAnswer:
    """What the key's request was answered. Raises UnreadableSecret."""
    return KeptAnswer(row.status or 0, row.headers, unlock(row.body))


def drop_key(row: IdempotencyKey) -> None:
    """Nothing was done for it: the same request may come again."""
    IdempotencyKey.objects.filter(pk=row.pk, claim=row.claim, status=None).delete()


def forget_keys(now: datetime) -> int:
    """Forget keys of long ago; returns how many."""
    count, _by_model = IdempotencyKey.objects.filter(made_at__lt=now - KEPT).delete()
    return count


def forget_answers(store: Store, scope: ApiScope) -> int:
    """Forget what requests of this scope were answered for a store, words of buyers among it; returns how many.

    The same request then counts as new: what it brings in is known already, by its own number.
    """
    tokens = [token.pk for token in ApiToken.objects.filter(store=store) if scope in token.scopes]
    count, _by_model = IdempotencyKey.objects.filter(token__in=tokens, status__isnull=False).delete()
    return count
