"""Keys of other programs: made, found by what they send, counted, revoked."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, Q, Value, When

from orders.models import ApiScope, ApiToken, AuditKind, Store
from orders.models.feeds import digest_of
from orders.querysets import StoreScoped
from orders.services.auditing import Doer, note_deed

MOST = 50  # good tokens of one store
SHOWN = 14  # signs of a token that stay readable


class TooManyTokens(ValueError):
    """The store has as many good tokens as one may have."""


def make_token(
    store: Store, *, name: str, scopes: Iterable[ApiScope], expires_at: datetime | None, doer: Doer, now: datetime
) -> tuple[ApiToken, str]:
    """A new token; it is given in clear this once, and only its digest is kept. Raises TooManyTokens."""
    with transaction.atomic():
        Store.objects.select_for_update().get(pk=store.pk)
        if good_tokens(store, now).count() >= MOST:
            raise TooManyTokens
        token = f"prazo_{secrets.token_urlsafe(32)}"
        kept = ApiToken.objects.create(
            store=store,
            name=name,
            prefix=token[:SHOWN],
            digest=digest_of(token),
            scopes=sorted(scopes),
            made_by=doer.user,
            made_at=now,
            expires_at=expires_at,
        )
        note_deed(AuditKind.TOKEN_MADE, doer, now=now, store=store, row=kept.pk, scopes=kept.scopes)
    return kept, token


def good_tokens(store: Store, now: datetime) -> StoreScoped:
    """The store's tokens that open something now."""
    rows = ApiToken.objects.filter(store=store, revoked_at=None)
    return rows.filter(Q(expires_at=None) | Q(expires_at__gt=now))


def find_token(token: str, *, now: datetime) -> ApiToken | None:
    """The token, with its store, if it is good; a wrong one tells nothing by the time that its answer takes."""
    found: ApiToken | None = ApiToken.objects.select_related("store").filter(digest=digest_of(token)).first()
    return found if found and found.is_good(now) else None


def count_request(token: ApiToken, *, most: int, now: datetime) -> timedelta | None:
    """Count a request within its minute; how long to wait where there were as many as `most` already, else None."""
    minute = now.replace(second=0, microsecond=0)
    is_same = Q(minute=minute)
    room = ApiToken.objects.filter(Q(pk=token.pk) & (~is_same | Q(minute=None) | Q(used__lt=most)))
    used = Case(When(is_same, then=F("used") + 1), default=Value(1))
    counted = room.update(used=used, minute=minute, last_used_at=now)
    return None if counted else minute + timedelta(minutes=1) - now


def revoke_token(token: ApiToken, doer: Doer, *, now: datetime) -> None:
    """Close it for good; nothing happens to one that is closed already."""
    with transaction.atomic():
        if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
            note_deed(AuditKind.TOKEN_REVOKED, doer, now=now, store=token.store, row=token.pk)
