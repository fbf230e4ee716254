"""The one door to a store's rows: what a user may see."""

from typing import Any, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models.lookups import In


class StoreScoped(models.QuerySet[Any]):
    """Rows that belong to a store, reached by the path `store_path`."""

    store_path = "store"

    def for_member(self, user: Any) -> Self:
        """The rows of the stores in which the user is a member, whatever his role."""
        if isinstance(user, AnonymousUser) or not user.is_active:
            return self.none()
        return self.filter(**{f"{self.store_path}__memberships__user": user})

    def for_store(self, store_id: int) -> Self:
        """The rows of one store: what another program may see, whose key is for one store."""
        return self.filter(**{self.store_path: store_id})


@models.BigAutoField.register_lookup
class Among(In):
    """`pk__among=rows`: as `in`, but PostgreSQL makes an array of what the rows hold, and looks each of them up."""

    lookup_name = "among"

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """The question inside is asked once, before all else."""
        left, parameters = self.process_lhs(compiler, connection)
        rows, inside = self.process_rhs(compiler, connection)
        return f"{left} = ANY(ARRAY{rows})", (*parameters, *inside)
