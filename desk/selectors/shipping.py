"""What the one who ships has to know: what goes into the parcel, and that the buyer may not want it any more."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _

from disputes.models import ActionItem, ActionKind, AfterSaleCase
from disputes.services.after_sale_facts import REFUND_FIRST, forbids_shipping
from orders.models import Order, OrderItem
from orders.planning import is_cancelling

MOST_GOODS = 4  # lines on a card; the order's page has them all


@dataclass(frozen=True)
class Wish:
    """What the buyer waits for while his parcel is still here: by which rule, in words, and where to answer him."""

    rule: str
    words: str
    address: str


@dataclass
class Packing:
    """What goes into the parcel, how many lines more there are, and what the buyer wants instead of it."""

    goods: list[OrderItem] = field(default_factory=list)
    more: int = 0
    wishes: list[Wish] = field(default_factory=list)


def wishes_of(order: Order, cases: Iterable[AfterSaleCase]) -> list[Wish]:
    """What speaks against sending the parcel: he asks to cancel (P8), or for his money before it ships (R1)."""
    found = []
    if is_cancelling(order) and order.policy.has("P8"):
        address = f"{reverse('desk:order', args=[order.pk])}#commands"
        found.append(Wish("P8", _("The buyer asks to cancel the order."), address))
    for case in cases:
        if forbids_shipping(case):
            words = _("The buyer wants his money back before it ships: case %(number)s is open.")
            found.append(Wish(REFUND_FIRST, words % {"number": case.number}, reverse("desk:case", args=[case.pk])))
    return found


def order_wishes(order: Order) -> list[Wish]:
    """The same for one order."""
    return wishes_of(order, order.after_sale_cases.filter(closed_at=None))


def packings(items: Iterable[ActionItem], cases: Iterable[AfterSaleCase]) -> dict[int, Packing]:
    """By order, for those of the items that ask to ship, with their after-sale cases: in one question."""
    orders = {item.order_id: item.order for item in items if item.kind == ActionKind.SHIP}
    if not orders:
        return {}
    goods: dict[int, list[OrderItem]] = defaultdict(list)
    for row in OrderItem.objects.filter(order__in=orders).order_by("order", "position"):
        goods[row.order_id].append(row)
    its_cases: dict[int, list[AfterSaleCase]] = defaultdict(list)
    for case in cases:
        its_cases[case.order_id].append(case)
    return {
        pk: Packing(goods[pk][:MOST_GOODS], len(goods[pk][MOST_GOODS:]), wishes_of(order, its_cases[pk]))
        for pk, order in orders.items()
    }
