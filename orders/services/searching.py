"""Keeping the line by which an order is found: for new orders from what is at hand, for others read anew."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef

from orders.models import Buyer, Order, OrderItem, SearchText, Shipment
from orders.search_text import compose_search_text

BATCH = 500  # orders


def new_search_text(order: Order, shipments: Iterable[Shipment], items: Iterable[OrderItem]) -> SearchText:
    """The line of an order whose parts are known, not stored yet."""
    return SearchText(order=order, text=_compose(order, shipments, items))


def index_buyers(buyer_ids: Collection[int]) -> int:
    """Bring the lines of these buyers' orders in step with their names, addresses and phones; says how many changed.

    Whoever changes a buyer calls it, last in his transaction: it holds the lines until its end.
    """
    if not buyer_ids:
        return 0
    return index_orders(Order.objects.filter(buyer__in=buyer_ids).order_by("pk").values_list("pk", flat=True))


def index_orders(order_ids: Iterable[int]) -> int:
    """Bring the lines of these orders in step with what the tables say; says how many changed."""
    ids = sorted(set(order_ids))
    return sum(_index_batch(ids[start : start + BATCH]) for start in range(0, len(ids), BATCH))


def index_missing() -> int:
    """Make the lines of a batch of orders that have none, such as an older version of the program added."""
    missing = Order.objects.filter(~Exists(SearchText.objects.filter(order=OuterRef("pk"))))
    return index_orders(missing.order_by("-pk").values_list("pk", flat=True)[:BATCH])


def _index_batch(ids: Sequence[int]) -> int:
    with transaction.atomic():
        # The lock first: of two who change different names of an order, the second one reads what the first wrote.
        lines = SearchText.objects.select_for_update().filter(order__in=ids).order_by("order")
        stored: dict[int, str] = dict(lines.values_list("order_id", "text"))
        changed = [line for line in _read_lines(ids) if stored.get(line.order_id) != line.text]
        SearchText.objects.bulk_create(changed, update_conflicts=True, unique_fields=["order"], update_fields=["text"])
    return len(changed)


def _read_lines(ids: Sequence[int]) -> list[SearchText]:
    parcels: dict[int, list[Shipment]] = defaultdict(list)
    items: dict[int, list[OrderItem]] = defaultdict(list)
    for parcel in Shipment.objects.filter(order__in=ids).order_by("order", "pk"):
        parcels[parcel.order_id].append(parcel)
    for item in OrderItem.objects.filter(order__in=ids).order_by("order", "position"):
        items[item.order_id].append(item)
    orders = Order.objects.filter(pk__in=ids).select_related("buyer")
    return [SearchText(order=order, text=_compose(order, parcels[order.pk], items[order.pk])) for order in orders]


def _compose(order: Order, shipments: Iterable[Shipment], items: Iterable[OrderItem]) -> str:
    buyer: Buyer = order.buyer
    names = [order.order_number, *(parcel.tracking_number for parcel in shipments), buyer.name, buyer.email]
    for item in items:
        names += [item.title, item.sku]
    return compose_search_text(names, phone=buyer.phone)
