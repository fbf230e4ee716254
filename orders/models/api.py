"""Who of a store's other programs may ask for what, and what each was answered for a key that it may send again."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from orders.models.accounts import Store
from orders.querysets import StoreScoped


class ApiScope(models.TextChoices):
    """What a token may be good for."""

    ORDERS_READ = "orders:read", _("read orders, and files of orders")
    ORDERS_WRITE = "orders:write", _("add orders, record events")
    ACTIONS_READ = "actions:read", _("read what there is to do")
    ACTIONS_WRITE = "actions:write", _("say that something is done")
    DISPUTES_READ = "disputes:read", _("read disputes, download bundles")
    DISPUTES_WRITE = "disputes:write", _("record events of disputes")
    MESSAGES_READ = "messages:read", _("read what is said to buyers")
    CASES_READ = "cases:read", _("read after-sale cases")
    REVIEWS_READ = "reviews:read", _("read reviews")
    REVIEWS_WRITE = "reviews:write", _("take in reviews")
    WEBHOOKS_MANAGE = "webhooks:manage", _("set up webhooks")


class ApiToken(models.Model):
    """One program's key to one store, for as long as it is neither over (`expires_at`) nor revoked (both UTC).

    Only the SHA-256 of the token is kept, and its first signs (`prefix`), so that people can tell two apart.
    `used` counts what it asked for within the minute that begins at `minute` (UTC).
    """

    store = models.ForeignKey(Store, models.CASCADE, related_name="api_tokens", verbose_name=_("store"))
    name = models.CharField(_("name"), max_length=60)
    prefix = models.CharField(_("begins with"), max_length=20)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(pgettext_lazy("a token", "may"), default=list)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("good until"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    minute = models.DateTimeField(null=True, editable=False)
    used = models.PositiveIntegerField(default=0, editable=False)

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return self.name

    def is_good(self, now: datetime) -> bool:
        """Whether it opens anything at this moment."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)

    @property
    def actor(self) -> str:
        """How the timeline names who did it."""
        return f"api:{self.pk}"


class KeyPart(StoreScoped):
    """Rows that belong to a token, and through it to a store."""

    store_path = "token__store"


class IdempotencyKey(models.Model):
    """What a request with this key was answered: the same request again gets the same answer, and does nothing.

    Without a `status` it is being worked on, by whoever set `claim`, until `claimed_until` (UTC). The `body` is locked
    away: an answer may hold a secret that is shown once.
    """

    token = models.ForeignKey(ApiToken, models.CASCADE, related_name="keys")
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    made_at = models.DateTimeField(db_index=True)
    claim = models.UUIDField()
    claimed_until = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    headers: Any = models.JSONField(default=dict)
    body = models.TextField(blank=True)

    objects = KeyPart.as_manager()

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return self.key
