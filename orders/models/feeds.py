"""Calendars that a person's calendar program reads: who may read which deadlines by which secret address."""

import hashlib
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models.accounts import Store, User


class FeedQuerySet(models.QuerySet["CalendarFeed"]):
    """Feeds, and whose they are."""

    def for_member(self, user: Any) -> "FeedQuerySet":
        """The person's own."""
        return self.filter(user=user) if user.is_authenticated and user.is_active else self.none()


class CalendarFeed(models.Model):
    """One calendar address of a person, for as long as he does not revoke it.

    Only the SHA-256 of its token is kept; without `stores` it shows all of his, without `kinds` all that there is to
    do. `read_at` (UTC) is when a program last fetched it. `language` is that of the page on which it was made or last
    looked at: what the file speaks where the person chose none, for a calendar program's own says nothing of him.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="calendar_feeds", verbose_name=_("user"))
    name = models.CharField(_("name"), max_length=60)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    stores = models.ManyToManyField(Store, blank=True, related_name="+", verbose_name=_("stores"))
    kinds = models.JSONField(default=list, blank=True)
    only_mine = models.BooleanField(_("only what is mine"), default=False)
    language = models.CharField(max_length=10, blank=True, editable=False, db_default="", default="")
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    objects = FeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
        ordering = ["made_at", "id"]

    def __str__(self) -> str:
        return self.name


def digest_of(token: str) -> str:
    """What is kept of a token: looked up by it, a wrong token tells nothing by the time that its answer takes."""
    return hashlib.sha256(token.encode()).hexdigest()
