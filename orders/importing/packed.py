"""Cells of platform exports that hold several things: carrier with number, all the items of an order."""

import re
import tomllib
from dataclasses import replace
from pathlib import Path
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
NO_COLUMNS = ItemRecord()

_LINE = re.compile(r"[\r\n]+")
_ITEM_START = re.compile(r"【\d+】")
_NUMBER_OF_ITEM = re.compile(r"^\s*(?:\d{1,3}\s*[.)、]|[-*•])\s+")
_PIECE_END = re.compile(r"[\r\n]+|(?<=[)）])[ \t]{0,9}(?=[(（])")
_WORDS = tomllib.loads(Path(__file__).with_name("packed.toml").read_text(encoding="utf-8"))
_DETAILS = {word: field for field, words in _WORDS["details"].items() for word in words}
_REMAINING = re.compile(
    rf"\d\s*(?:{'|'.join(_WORDS['remaining_time']['units'])})(?![a-z])|{'|'.join(_WORDS['remaining_time']['words'])}",
    re.IGNORECASE,
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
    if len(parts) > 1:
        return _with_skus([_item(part, NO_COLUMNS) for part in parts], fallback.sku)
    return (_item(parts[0], fallback),)


def _item(part: str, fallback: ItemRecord) -> ItemRecord:
    title, details = _title_and_details(part)
    price = details.get("unit_price")
    quantity = details.get("quantity")
    return replace(
        fallback,
        sku=clean(details.get("sku") or fallback.sku)[:LONGEST_SKU],
        title=_one_line(_NUMBER_OF_ITEM.sub("", title)),
        quantity=_read_count(quantity) if quantity else fallback.quantity,
        unit_price=_read_money(price).amount if price else fallback.unit_price,
    )


def _title_and_details(part: str) -> tuple[str, dict[str, str]]:
    """Part the title from the platform's brackets behind it; other brackets belong to it: "Lamp (colour: red)"."""
    title: list[str] = []
    details: dict[str, str] = {}
    for piece in _PIECE_END.split(part):
        name, colon, value = piece.strip("\r\n\t ()（）").replace("：", ":").partition(":")
        field = _DETAILS.get(name.strip().lower()) if colon and piece.strip()[:1] in "(（" else None
        if field:
            details[field] = value.strip()
        elif not details:
            title.append(piece)
    return " ".join(title), details


def _one_line(text: str) -> str:
    title = " ".join(clean(text).split())
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"


def _with_skus(items: list[ItemRecord], skus: str) -> tuple[ItemRecord, ...]:
    """Hand out the lines of a SKU cell when there is exactly one for each item."""
    lines = [clean(line) for line in _LINE.split(skus) if line.strip()]
    if len(lines) != len(items):
        return tuple(items)
    return tuple(
        item if item.sku else replace(item, sku=sku[:LONGEST_SKU]) for item, sku in zip(items, lines, strict=True)
    )
