"""Who can be given something to do."""

from collections.abc import Sequence

from desk.access import WORKERS, Reader
from orders.models import Membership, User


def short_name(user: User) -> str:
    """A person's name, or the part of his address before the @."""
    return user.get_full_name() or user.email.partition("@")[0]


def list_team(reader: Reader, stores: Sequence[int] | None = None) -> list[User]:
    """The people who work in all of these stores, or in any of the reader's; himself first, then by name."""
    ids = [store.pk for store in reader.stores] if stores is None else [*stores]
    rows = Membership.objects.filter(store__in=ids, role__in=WORKERS, user__is_active=True).select_related("user")
    people: dict[User, set[int]] = {}
    for row in rows:
        people.setdefault(row.user, set()).add(row.store_id)
    fitting = [user for user, where in people.items() if stores is None or where >= set(ids)]
    return sorted(fitting, key=lambda user: (user.pk != reader.user.pk, short_name(user).lower()))
