"""A change of a store's rules: looked at before it is applied, then brought to the open orders one chunk at a time."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from orders.models import Store
from orders.querysets import StoreScoped


class PolicyChangeState(models.TextChoices):
    """Where a change stands."""

    DRAFT = "draft", _("being looked at")
    PREVIEWED = "previewed", _("ready to be applied")
    APPLYING = "applying", _("being applied")
    APPLIED = "applied", _("applied")
    CANCELLED = "cancelled", _("called off")


UNDER_WAY = [PolicyChangeState.DRAFT, PolicyChangeState.APPLYING]


class PolicyChange(models.Model):
    """A store's version of its pack and its own values, as they are and as they shall be.

    `revision` is that of the store's rules on which the change stands: applied on any other it would undo what
    somebody changed meanwhile. `reached` is the last order done of those up to `last_order`; a worker that takes the
    change up goes on from there. `preview` and `result` hold what moves and what moved, as `disputes.date_moves` sums
    it up.
    """

    store = models.ForeignKey(Store, models.CASCADE, related_name="policy_changes", verbose_name=_("store"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name=_("changed by"))
    state = models.CharField(max_length=10, choices=PolicyChangeState.choices, default=PolicyChangeState.DRAFT)
    version_before = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    overrides_before = models.JSONField(default=dict, blank=True)
    overrides = models.JSONField(default=dict, blank=True)
    revision = models.PositiveIntegerField()
    undoes = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="undone_by")
    created_at = models.DateTimeField()
    previewed_at = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    orders_total = models.PositiveIntegerField(default=0)
    orders_done = models.PositiveIntegerField(default=0)
    last_order = models.PositiveBigIntegerField(default=0)
    reached = models.PositiveBigIntegerField(default=0)
    preview = models.JSONField(default=dict, blank=True)
    result = models.JSONField(default=dict, blank=True)

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("change of the rules")
        verbose_name_plural = _("changes of the rules")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["store"], condition=models.Q(state=PolicyChangeState.APPLYING), name="one_applying_change"
            ),
        ]
        indexes = [
            models.Index(fields=["state"], condition=models.Q(state__in=UNDER_WAY), name="policy_change_under_way"),
        ]

    def __str__(self) -> str:
        return f"{self.store} · {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def is_under_way(self) -> bool:
        """Whether a worker is at it, or will be."""
        return self.state in UNDER_WAY
