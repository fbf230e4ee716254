"""Calendar addresses: made, found by their token, revoked."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from orders.models import AuditKind, CalendarFeed, Store, User
from orders.models.feeds import digest_of
from orders.services.auditing import Doer, note_deed

MOST = 20  # addresses of one person
NOTED_EVERY = timedelta(minutes=15)


class TooMany(ValueError):
    """The person has as many addresses as one may have."""


def make_feed(
    user: User,
    *,
    name: str,
    stores: Iterable[Store],
    kinds: Sequence[str],
    only_mine: bool,
    language: str = "",
    doer: Doer,
    now: datetime,
) -> tuple[CalendarFeed, str]:
    """A new address; its token is given this once, and only its digest is kept. Raises TooMany."""
    with transaction.atomic():
        if user.calendar_feeds.count() >= MOST:
            raise TooMany
        token = secrets.token_urlsafe(32)
        feed = CalendarFeed.objects.create(
            user=user,
            name=name,
            token_digest=digest_of(token),
            kinds=list(kinds),
            only_mine=only_mine,
            language=language,
            made_at=now,
        )
        feed.stores.set(stores)
        note_deed(AuditKind.CALENDAR_MADE, doer, now=now, row=feed.pk)
    return feed, token


def find_feed(token: str) -> CalendarFeed | None:
    """The feed of this token, if its person may still log in."""
    feeds = CalendarFeed.objects.select_related("user").filter(token_digest=digest_of(token), user__is_active=True)
    return feeds.first()


def note_reading(feed: CalendarFeed, *, now: datetime) -> None:
    """Note that a program fetched it; a fetch every few minutes is worth no write each."""
    if feed.read_at is None or now - feed.read_at > NOTED_EVERY:
        CalendarFeed.objects.filter(pk=feed.pk).update(read_at=now)


def note_language(feeds: Iterable[CalendarFeed], language: str) -> None:
    """Note the language in which their person looks at his addresses now."""
    others = [feed.pk for feed in feeds if feed.language != language]
    if others:
        CalendarFeed.objects.filter(pk__in=others).update(language=language)


def revoke_feed(feed: CalendarFeed, doer: Doer, *, now: datetime) -> None:
    """Close the address for good."""
    with transaction.atomic():
        note_deed(AuditKind.CALENDAR_REVOKED, doer, now=now, row=feed.pk)
        CalendarFeed.objects.filter(pk=feed.pk).delete()
