"""Stores' accounts at tracking services, the parcels asked for there, and what the services post to us."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.encryption import lock, unlock
from orders.models.accounts import Store
from orders.models.claims import Claimable, ClaimState
from orders.models.orders import Shipment
from orders.providers.interface import ErrorKind, ProviderName
from orders.querysets import StoreScoped


class TrackingAccount(models.Model):
    """A store's account at a service, with its key locked away, and how the service has answered lately.

    Instants are UTC. `next_call_at` is the next free turn under the service's rate limit, for all workers.
    After failures in a row the account rests until `rests_until`; `no_quota_until` holds back what costs a quota.
    """

    store = models.ForeignKey(Store, models.CASCADE, related_name="tracking_accounts", verbose_name=_("store"))
    provider = models.CharField(
        _("service"), max_length=20, choices=[(name.value, name.value) for name in ProviderName]
    )
    locked_key = models.TextField(editable=False)
    key_ending = models.CharField(_("key ends in"), max_length=4)
    customer = models.CharField(_("customer number"), max_length=100, blank=True)
    is_on = models.BooleanField(_("switched on"), default=True)
    # What stands in the address that the service posts to: who knows it may post, and the signature proves the rest.
    push_token = models.CharField(max_length=64, unique=True, editable=False)
    quota_left = models.IntegerField(_("quota left"), null=True, blank=True)
    quota_total = models.IntegerField(_("quota"), null=True, blank=True)
    quota_at = models.DateTimeField(_("quota as of"), null=True, blank=True)
    no_quota_until = models.DateTimeField(null=True, blank=True)
    next_call_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    rests_until = models.DateTimeField(_("rests until"), null=True, blank=True)
    last_ok_at = models.DateTimeField(_("last answer"), null=True, blank=True)
    last_error_at = models.DateTimeField(_("last error at"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    error_kind = models.CharField(max_length=20, blank=True, choices=[(kind.value, kind.value) for kind in ErrorKind])
    last_push_at = models.DateTimeField(_("last post"), null=True, blank=True)
    wrong_signatures = models.PositiveIntegerField(_("posts with a wrong signature"), default=0)

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("tracking account")
        verbose_name_plural = _("tracking accounts")
        ordering = ["store", "provider"]
        constraints = [models.UniqueConstraint(fields=["store", "provider"], name="one_account_per_service")]

    def __str__(self) -> str:
        return f"{self.store} · {self.provider}"

    @property
    def key(self) -> str:
        """The key in clear. Raises UnreadableSecret."""
        return unlock(self.locked_key)

    def set_key(self, key: str) -> None:
        """Lock a new key away; only its last four characters are ever shown again."""
        self.locked_key, self.key_ending = lock(key), key[-4:]

    @property
    def needs_key(self) -> bool:
        """Whether the service refused the key: nothing is asked before a person has looked at it."""
        return self.error_kind == ErrorKind.WRONG_KEY


class AccountPart(StoreScoped):
    """Rows that belong to an account, and through it to a store."""

    store_path = "account__store"


class SubscriptionState(models.TextChoices):
    """Where a parcel stands at a service."""

    PENDING = ClaimState.PENDING.value, _("waiting for its turn")
    CLAIMED = ClaimState.CLAIMED.value, _("being asked for")
    STOPPED = "stopped", _("no longer followed by the service")
    REJECTED = "rejected", _("refused by the service")
    FINISHED = "finished", _("over")
    DEAD = ClaimState.DEAD.value, _("given up")


class TrackingSubscription(Claimable):
    """One parcel at one account; while it is pending, it is asked for again at `next_attempt_at` (UTC).

    `found` is what the service last told us about knowing the number, None before it told anything. `last_error` is
    what of its last answer could not be read, or why there was none.
    """

    account = models.ForeignKey(TrackingAccount, models.CASCADE, related_name="subscriptions")
    shipment = models.ForeignKey(Shipment, models.CASCADE, related_name="subscriptions")
    state = models.CharField(max_length=10, choices=SubscriptionState.choices, default=SubscriptionState.PENDING)
    carrier = models.CharField(max_length=50, blank=True)
    registered_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    resumed_at = models.DateTimeField(null=True, blank=True)
    last_asked_at = models.DateTimeField(null=True, blank=True)
    last_news_at = models.DateTimeField(null=True, blank=True)
    found = models.BooleanField(null=True)

    objects = AccountPart.as_manager()

    class Meta:
        verbose_name = _("followed parcel")
        verbose_name_plural = _("followed parcels")
        constraints = [models.UniqueConstraint(fields=["account", "shipment"], name="one_subscription_per_account")]
        indexes = [
            models.Index(fields=["account", "next_attempt_at"], condition=Q(state="pending"), name="subscription_due"),
            models.Index(fields=["lease_until"], condition=Q(state="claimed"), name="subscription_lease"),
            models.Index(fields=["id"], condition=Q(state="dead"), name="subscription_dead"),
        ]

    def __str__(self) -> str:
        return f"{self.shipment} · {self.account.provider}"


class PushState(models.TextChoices):
    """Where a post stands."""

    PENDING = ClaimState.PENDING.value, _("waiting for its turn")
    CLAIMED = ClaimState.CLAIMED.value, _("being read")
    DONE = "done", _("taken in")
    UNKNOWN = "unknown", _("about no parcel of the store")
    UNREADABLE = "unreadable", _("not readable")
    DEAD = ClaimState.DEAD.value, _("given up")


class TrackingPush(Claimable):
    """What a service posted to us, as it came, until it is worked off; the same body twice is one row."""

    account = models.ForeignKey(TrackingAccount, models.CASCADE, related_name="pushes")
    state = models.CharField(max_length=10, choices=PushState.choices, default=PushState.PENDING)
    received_at = models.DateTimeField()
    body = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    objects = AccountPart.as_manager()

    class Meta:
        verbose_name = _("post of a tracking service")
        verbose_name_plural = _("posts of tracking services")
        constraints = [models.UniqueConstraint(fields=["account", "sha256"], name="one_row_per_push")]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(state="pending"), name="push_due"),
            models.Index(fields=["lease_until"], condition=Q(state="claimed"), name="push_lease"),
            models.Index(fields=["received_at"], name="push_age"),
            models.Index(fields=["id"], condition=Q(state="dead"), name="push_dead"),
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.received_at:%Y-%m-%d %H:%M}"
