"""The one door to a store's rows: what a user may see."""

from typing import Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models


class StoreScoped(models.QuerySet[Any]):
    """Rows that belong to a store, reached by the path `store_path`."""

    store_path = "store"

    def for_member(self, user: Any) -> Self:
        """The rows of the stores in which the user is a member, whatever his role."""
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        return self.filter(**{f"{self.store_path}__memberships__user": user})
