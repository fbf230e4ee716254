"""The one door to a store's rows: what a user may see, and what he may change."""

from typing import Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models

from orders.roles import Role


class StoreScoped(models.QuerySet[Any]):
    """Rows that belong to a store, reached by the path `store_path`."""

    store_path = "store"

    def for_member(self, user: Any) -> Self:
        """The rows of the stores in which the user is a member, whatever his role."""
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        return self.filter(**{f"{self.store_path}__memberships__user": user})

    def for_worker(self, user: Any) -> Self:
        """The rows that the user may change: an owner's or an agent's, not a viewer's."""
        return self.for_member(user).filter(
            **{
                f"{self.store_path}__memberships__role__in": [Role.OWNER, Role.AGENT],
            }
        )
