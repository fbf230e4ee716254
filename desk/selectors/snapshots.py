"""Views of an order's days as they were frozen: each part in words, the content itself untouched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from desk import words
from orders.models import Order, Snapshot
from orders.policies import Policy

Words = str | Promise

OCCASIONS: dict[str, Words] = {"sale": _("Day of the sale"), "delivered": _("Delivery")}
# What the keys of a content are called.
KEYS: dict[str, Words] = {
    "at": _("When"),
    "carrier": _("Carrier"),
    "currency": _("Currency"),
    "delivered_at": _("Delivered"),
    "detail": _("Detail"),
    "items": _("Items"),
    "last_news_at": _("Latest news"),
    "news": _("Tracking news"),
    "own_values": _("The store's own values"),
    "pack": _("Policy pack"),
    "parcels": _("Parcels"),
    "place": _("Place"),
    "promised_at": _("Promised delivery"),
    "promised_days": _("Promised days"),
    "protection_ends_at": _("Protection ends"),
    "quantity": _("Quantity"),
    "read_at": _("Read at"),
    "ship_by": _("Ship by"),
    "shipped_at": _("Shipped"),
    "shipping_service": _("Shipping service"),
    "sku": _("Article number"),
    "source": _("Source"),
    "status": _("Status"),
    "taken_back_at": _("Taken back"),
    "title": _("Title"),
    "total": _("Total"),
    "tracking_number": _("Tracking number"),
    "unit_price": _("Price of one"),
    "version": _("Version"),
    "words": _("The carrier's words"),
}


@dataclass(frozen=True)
class Cell:
    """A value: an instant, or words."""

    text: str = ""
    instant: datetime | None = None


@dataclass(frozen=True)
class Part:
    """A table inside a content, such as its items."""

    name: Words
    header: list[Words] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)


@dataclass(frozen=True)
class Frozen:
    """A snapshot in the list of an order's page."""

    snapshot: Snapshot
    occasion: Words


def frozen_views(order: Order) -> list[Frozen]:
    """The views kept of an order, the latest first; their contents are left where they are."""
    rows = Snapshot.objects.filter(order=order).defer("content").order_by("-at", "-pk")
    return [Frozen(row, occasion_words(row.occasion, order.policy)) for row in rows]


def occasion_words(occasion: str, policy: Policy) -> Words:
    """Why a view was kept: a milestone, the sale, the delivery."""
    return OCCASIONS.get(occasion) or words.milestone_label(occasion, policy)


def read_content(content: Mapping[str, Any]) -> tuple[list[tuple[Words, Cell]], list[Part]]:
    """The single values of a content with their names, and its tables."""
    facts = [(_name(key), _cell(key, value)) for key, value in content.items() if not _is_table(value)]
    return facts, [_part(key, value) for key, value in content.items() if _is_table(value)]


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def _part(key: str, rows: list[dict[str, Any]]) -> Part:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return Part(
        _name(key),
        [_name(column) for column in columns],
        [[_cell(column, row.get(column)) for column in columns] for row in rows],
    )


def _name(key: str) -> Words:
    return KEYS.get(key, key.replace("_", " "))


def _cell(key: str, value: Any) -> Cell:
    if value in (None, "", {}, []):
        return Cell()
    if key == "status":
        return Cell(str(words.TRACKING.get(value, value)))
    if key == "at" or key.endswith(("_at", "_by")):
        try:
            return Cell(str(value), datetime.fromisoformat(str(value)))
        except ValueError:
            return Cell(str(value))
    return Cell(str(value))
