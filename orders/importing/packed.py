"""Cells of platform exports that hold several things: carrier with number, all the items of an order."""

import re
from dataclasses import replace
from typing import NamedTuple
from unicodedata import normalize

from orders.importing.amounts import MoneyReader
from orders.importing.values import LONGEST_NUMBER, clean, count_reader, parse_code
from orders.records import ItemRecord

LONGEST_CELL = 20_000  # characters
LONGEST_TITLE = 500
LONGEST_SKU = 100
LONGEST_CARRIER = 100
MOST_UNITS = 1_000_000
MOST_ITEMS = 200

_LINE = re.compile(r"[\r\n]+")
_ITEM_START = re.compile(r"【\d+】")
_NUMBER_OF_ITEM = re.compile(r"^\s*(?:\d{1,3}\s*[.)、]|[-*•])\s+")
_DETAIL = re.compile(r"[(（]\s*([^:：()（）]{1,20})[:：]\s*([^\r\n]{0,300}?)\s*[)）]\s*(?=[\r\n]|$|[(（])")
_SKU = frozenset({"商家编码", "商品编码", "sku", "seller sku"})
_QUANTITY = frozenset({"产品数量", "商品数量", "数量", "quantity", "qty"})
_PRICE = frozenset({"产品单价", "商品单价", "单价", "价格", "price", "unit price"})
_KNOWN = _SKU | _QUANTITY | _PRICE | {"产品属性", "商品属性"}
_REMAINING = re.compile(
    r"\d+\s*(?:天|小时|时|分|秒|days?|hours?|hrs?|min|[dhm]\b)|已超|超时|剩余", re.IGNORECASE
)

_read_count = count_reader(MOST_UNITS)
_read_money = MoneyReader()


class PackedShipment(NamedTuple):
    """Who carries a parcel, and its number."""

    carrier: str
    tracking_number: str


def parse_packed_shipment(text: str) -> PackedShipment:
    """Read "carrier:number" lines; of several shipments the last, which is the one declared latest.

    A line without a colon is a number alone. Raises ValueError when the number is none.
    """
    line = _last_line(text)
    carrier, colon, number = normalize("NFKC", line).rpartition(":")
    if not colon:
        return PackedShipment("", parse_code(line))
    return PackedShipment(clean(carrier)[:LONGEST_CARRIER], parse_code(clean(number)))


def parse_tracking_numbers(text: str) -> str:
    """Read one tracking number, or the last of several on lines of their own or with commas between."""
    return parse_code(_last_line(text))


def _last_line(text: str) -> str:
    lines = [clean(line) for line in re.split(r"[\r\n,;，；]+", text)]
    lines = [line for line in lines if line]
    if not lines:
        raise ValueError("is missing")
    return lines[-1]


def is_remaining_time(text: str) -> bool:
    """Say whether a deadline's cell holds the time that was left on the day of the export, not a date."""
    return len(text) <= LONGEST_NUMBER and bool(_REMAINING.search(text)) and not re.search(r"\d{4}", text)


def parse_packed_items(text: str, fallback: ItemRecord) -> tuple[ItemRecord, ...]:
    """Read all items of one cell.

    `【1】title (产品属性:…) (商家编码:sku) (产品数量:2 piece)` per item, as AliExpress has it, gives title,
    SKU, quantity and, where it stands, price. Anything else is one item with the whole text as its title, and
    the row's own columns (`fallback`) for the rest. Titles are cut at 500 characters. Raises ValueError for
    a cell that is too long or whose quantity or price cannot be read.
    """
    if len(text) > LONGEST_CELL:
        raise ValueError(f"longer than {LONGEST_CELL:,} characters")
    parts = [part for part in _ITEM_START.split(text) if part.strip()] or [text]
    if len(parts) > MOST_ITEMS:
        raise ValueError(f"more than {MOST_ITEMS} items in one cell")
    items = [_item(part) for part in parts]
    if len(items) > 1:
        return _with_skus(items, fallback.sku)
    only = items[0]
    has_quantity = any(_name(found) in _QUANTITY for found in _DETAIL.finditer(text))
    return (
        replace(
            only,
            sku=only.sku or clean(fallback.sku)[:LONGEST_SKU],
            quantity=only.quantity if has_quantity else fallback.quantity,
            unit_price=only.unit_price if only.unit_price is not None else fallback.unit_price,
            unit_cost=fallback.unit_cost,
        ),
    )


def _item(part: str) -> ItemRecord:
    sku, quantity, price = "", 1, None
    for found in _DETAIL.finditer(part):
        name, value = _name(found), clean(found[2])
        if name in _SKU:
            sku = value[:LONGEST_SKU]
        elif name in _QUANTITY:
            quantity = _read_count(value)
        elif name in _PRICE:
            price = _read_money(value).amount
    # Brackets with other words belong to the title: "Lamp (colour: red)".
    details = next((found.start() for found in _DETAIL.finditer(part) if _name(found) in _KNOWN), len(part))
    title = _one_line(_NUMBER_OF_ITEM.sub("", part[:details]))
    return ItemRecord(sku=sku, title=title, quantity=quantity, unit_price=price)


def _name(found: re.Match[str]) -> str:
    return found[1].strip().lower()


def _one_line(text: str) -> str:
    title = " ".join(clean(text).split())
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"


def _with_skus(items: list[ItemRecord], skus: str) -> tuple[ItemRecord, ...]:
    """Hand out the lines of a SKU cell when there is exactly one for each item."""
    lines = [clean(line) for line in _LINE.split(skus) if line.strip()]
    if len(lines) != len(items):
        return tuple(items)
    return tuple(
        item if item.sku else replace(item, sku=sku[:LONGEST_SKU])
        for item, sku in zip(items, lines, strict=True)
    )
