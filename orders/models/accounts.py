"""Who works here: users, stores, and what each may do in which."""

import json
from functools import cached_property, lru_cache
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.arrivals import Lane, Span
from orders.policies import Policy, load_policy, override_policy
from orders.querysets import StoreScoped
from orders.roles import Role, Tier


class UserManager(BaseUserManager["User"]):
    """Makes users, who are named by their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user; without a password he can only come in by a one-time link."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A user who may use the back office."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user with this address, in whatever case he types it."""
        return self.get(email__iexact=username)


class User(AbstractUser):
    """A person of the team; `language` and `timezone` are the reader's own (his clock is the seller's).

    `digest_hour` is the hour on his clock at which he gets the day's digest by e-mail; none: he gets no digest.
    """

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)
    language = models.CharField(_("language"), max_length=10, blank=True)
    timezone = models.CharField(_("time zone"), max_length=50, blank=True)
    # The figures of his stores' week, by e-mail on Monday; switched off by himself.
    weekly_summary = models.BooleanField(_("weekly figures"), default=True, db_default=True)
    digest_hour = models.PositiveSmallIntegerField(_("daily digest"), null=True, blank=True, default=9, db_default=9)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()  # type: ignore[assignment,misc]

    def __str__(self) -> str:
        return self.get_full_name() or self.email


class StoreQuerySet(StoreScoped):
    """Stores, reached through their own memberships."""

    def for_member(self, user: Any) -> "StoreQuerySet":
        """The stores in which the user is a member."""
        return self.filter(memberships__user=user) if user.is_authenticated and user.is_active else self.none()


class Store(models.Model):
    """A shop on a marketplace: its policy, its clock (IANA zone), and the currency that it counts in."""

    slug = models.SlugField(_("short name"), unique=True)
    name = models.CharField(_("name"), max_length=100)
    policy_name = models.CharField(_("policy pack"), max_length=50)
    policy_version = models.PositiveIntegerField(_("version of the policy pack"), default=1, db_default=1)
    policy_overrides = models.JSONField(_("own values of the rules"), default=dict, blank=True)
    # Rises with every change of the version or the own values; an order with a lower one has yet to be brought along.
    rules_revision = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    timezone = models.CharField(_("time zone"), max_length=50, default="Asia/Shanghai")
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    # Currency → what one unit of it is worth in the store's own, as a decimal string.
    exchange_rates = models.JSONField(_("exchange rates"), default=dict, blank=True)
    reply_email = models.EmailField(_("reply address"), blank=True)
    # Days after the end of a buyer's last order until what names him is erased; none: only when somebody asks.
    retention_days = models.PositiveIntegerField(_("buyers' data are kept for (days)"), null=True, blank=True)
    # Whether anybody is told of what happens here: whoever records it need not ask.
    has_webhooks = models.BooleanField(default=False, db_default=False, editable=False)
    # Whether any buyer has his own agent: whoever asks for work need not look.
    has_kept_buyers = models.BooleanField(default=False, db_default=False, editable=False)
    users = models.ManyToManyField(User, through="Membership", related_name="stores")

    objects = StoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("store")
        verbose_name_plural = _("stores")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def current_policy(self) -> Policy:
        """The store's version of its pack with the store's own values: what a new order is planned with."""
        return self.policy_at(self.policy_version)

    @cached_property
    def learnt_spans(self) -> dict[Lane, Span]:
        """What the store's own parcels took, by lane, as it was learnt last (T1)."""
        lane, span = ("carrier", "country", "state"), ("parcels", "earliest_days", "median_days", "latest_days")
        rows = self.arrival_estimates.order_by().values_list(*lane, *span)
        return {Lane(*row[: len(lane)]): Span(*row[len(lane) :]) for row in rows}

    def policy_at(self, version: int) -> Policy:
        """The pack's version that an order pinned, with the store's own values. Raises UnusablePolicy."""
        return _own_policy(self.policy_name, version, json.dumps(self.policy_overrides, sort_keys=True))


@lru_cache(1024)
def _own_policy(name: str, version: int, overrides: str) -> Policy:
    """Read once in a process, not for every order of a page: what it is made of stands in its name."""
    return override_policy(load_policy(name, version), json.loads(overrides))


class Membership(models.Model):
    """A user's role in a store: what he may do, which line he stands in, and until when he is away (UTC)."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="memberships", verbose_name=_("store"))
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=10, choices=Role.choices)
    tier = models.CharField(
        _("line"), max_length=10, choices=Tier.choices, default=Tier.FIRST_LINE, db_default=Tier.FIRST_LINE.value
    )
    away_until = models.DateTimeField(_("away until"), null=True, blank=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["store", "user"], name="one_role_per_store")]

    def __str__(self) -> str:
        return f"{self.user} · {self.store} · {self.role}"
