"""Ways to look at the list of orders that people keep."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.models.accounts import Store, User
from orders.querysets import StoreScoped


class SavedViews(StoreScoped):
    """Kept views: a person's own, and those that are shared with his stores."""

    def for_member(self, user: Any) -> "SavedViews":
        """What the user keeps himself, and what his stores share; of what was removed nothing."""
        if not (user.is_authenticated and user.is_active):
            return self.none()
        shared = Q(store__in=Store.objects.filter(memberships__user=user))
        return self.filter(Q(user=user, store=None) | shared, removed_at=None)


class SavedView(models.Model):
    """Filters and search of the list of orders under a name: for one person, or shared with a store.

    `query` is the address's query. A view that was removed stays for its undoing; its instants are in UTC.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="saved_views", verbose_name=_("kept by"))
    store = models.ForeignKey(
        Store, models.CASCADE, null=True, blank=True, related_name="saved_views", verbose_name=_("shared with")
    )
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("filters"), max_length=1000)
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = SavedViews.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name
