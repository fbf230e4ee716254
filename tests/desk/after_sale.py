"""After-sale cases in front of the pages."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from disputes.causes import CauseGroup
from disputes.models import AfterSaleCase, MoneyEntry, MoneyKind
from orders.models import Order, Store
from tests.desk.disputing import order_underway


def case_row(order: Order, kind: str = "refund_before_shipping", *, hours: float = 5, **values: Any) -> AfterSaleCase:
    """A case as a row, whose next date lies so many hours ahead (or back)."""
    now = timezone.now()
    said = {"cause": CauseGroup.AFTER_SALE, "opened_at": now, "amount": Decimal("12.00")} | values
    number = order.after_sale_cases.count() + 1
    made: AfterSaleCase = AfterSaleCase.objects.create(
        order=order, kind=kind, number=number, next_at=now + timedelta(hours=hours), **said
    )
    return made


def numbered_case(store: Store, number: int, **values: Any) -> AfterSaleCase:
    """A case of its own order; its last digits are the number."""
    order = Order.objects.filter(order_number=f"80123456789{number:05}").first()
    return case_row(order or order_underway(store, number=f"80123456789{number:05}"), **values)


def money_row(order: Order, amount: str = "5.00", **values: Any) -> MoneyEntry:
    """A line of the ledger as a row."""
    said = {"kind": MoneyKind.GOODWILL, "rule": "R9", "currency": "USD", "booked_at": timezone.now()} | values
    made: MoneyEntry = MoneyEntry.objects.create(order=order, amount=Decimal(amount), **said)
    return made
