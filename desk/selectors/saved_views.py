"""The views above the list of orders: the reader's own and those of his stores, and which one is shown."""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from django.db.models import Q, QuerySet

from desk.access import Reader
from desk.selectors.order_filters import Filters, read_filters
from orders.models import SavedView


@dataclass(frozen=True)
class View:
    """A kept view; `key` is the digit that opens it, `is_workable` whether the reader may rename and remove it."""

    kept: SavedView
    is_shown: bool
    is_workable: bool
    key: str = ""


def saved_views(reader: Reader, filters: Filters) -> list[View]:
    """The views that the reader may open, by name."""
    stores = {store.pk: store for store in reader.stores}
    kept = list(SavedView.objects.for_member(reader.user))
    for view in kept:
        view.store = stores.get(view.store_id)
    return [
        View(
            view,
            is_shown=read_filters(dict(parse_qsl(view.query))).given == filters.given,
            is_workable=is_workable(reader, view),
            key=str(number) if number < 10 else "",
        )
        for number, view in enumerate(kept, start=1)
    ]


def is_workable(reader: Reader, view: SavedView) -> bool:
    """Whose view it is; a shared one is also the store owner's."""
    is_own = view.user_id == reader.user.pk and (view.store_id is None or reader.works_in(view.store_id))
    return is_own or any(store.pk == view.store_id for store in reader.own_stores)


def workable_views(reader: Reader) -> QuerySet[SavedView]:
    """Those that the reader may change, removed ones included."""
    works = [store.pk for store in reader.work_stores]
    own = Q(user=reader.user.pk) & (Q(store=None) | Q(store__in=works))
    return SavedView.objects.filter(own | Q(store__in=[store.pk for store in reader.own_stores]))
