"""Reads the rows of an order file: the contract's columns, amounts with their currency, packed cells."""

from collections.abc import Iterator
from datetime import tzinfo
from typing import Any

from orders.importing.amounts import Money, MoneyReader, parse_currency
from orders.importing.columns import Mapping
from orders.importing.countries import parse_country
from orders.importing.packed import (
    PackedShipment,
    is_remaining_time,
    parse_packed_items,
    parse_packed_shipment,
    parse_tracking_numbers,
)
from orders.importing.rows import Reader, RowReader, Values, row_error
from orders.importing.values import (
    InstantReader,
    clean,
    count_reader,
    parse_code,
    parse_email,
    parse_language,
    parse_timezone,
    text_reader,
)
from orders.records import ItemRecord, RowError

TEXT_LIMIT = 500  # characters
TEXTS = {
    "payment_method": TEXT_LIMIT,
    "carrier": TEXT_LIMIT,
    "status": TEXT_LIMIT,
    "shipping_service": TEXT_LIMIT,
    "buyer_name": TEXT_LIMIT,
    "buyer_phone": 100,
    "buyer_state": 100,
    "buyer_city": TEXT_LIMIT,
    "buyer_tax_id": 50,
    "title": TEXT_LIMIT,
}
INSTANTS = ("placed_at", "paid_at", "shipped_at", "delivered_at", "promised_at", "protection_ends_at")
MONEY = ("total", "unit_price", "unit_cost")
ITEM_FIELDS = ("sku", "title", "quantity", "unit_price", "unit_cost")
LONGEST_PROMISE = 1_000  # days
MOST_UNITS = 1_000_000
_RAW = frozenset({"packed_items", "packed_shipment", "tracking_number", "sku"})  # their lines mean something

_read_sku = text_reader(TEXT_LIMIT)


class CellError(ValueError):
    """A cell that turned out bad only beside the row's other cells."""

    def __init__(self, field: str, value: str, error: str) -> None:
        """Say which field and what stood there."""
        super().__init__(error)
        self.field, self.value = field, value


class OrderRows:
    """Reads the rows of an order file into values by field; `items` holds the row's ItemRecords."""

    def __init__(self, header: list[str], mapping: Mapping, zone: tzinfo, *, serials: bool) -> None:
        """Prepare a reader for each mapped column; `serials` says that bare numbers can be Excel's dates."""
        instant = InstantReader(zone, mapping.date_format, serials)
        readers = _readers(instant, MoneyReader(mapping.decimal_comma))
        self._rows = RowReader(header, mapping, readers, _RAW)
        self._number_column = header.index(mapping.columns["order_number"])

    def order_number(self, cells: list[str]) -> str:
        """Give a row's order number alone, empty where there is none that can be used."""
        if self._number_column >= len(cells):
            return ""
        try:
            return parse_code(clean(cells[self._number_column]))
        except ValueError:
            return ""

    def read(self, row: int, cells: list[str]) -> tuple[Values, tuple[ItemRecord, ...], list[RowError]]:
        """Give the values by OrderRecord's fields (the buyer's with `buyer_`), the items, and all errors."""
        values, errors = self._rows.read(row, cells)
        errors += _unpack_money(row, values)
        _unpack_shipment(values)
        if "order_number" not in values and all(error.field != "order_number" for error in errors):
            errors.append(RowError(row, "order_number", "", "is missing"))
        try:
            items = _items(values)
        except CellError as error:
            errors.append(row_error(row, error.field, error.value, str(error)))
            items = ()
        return values, items, errors


def _readers(instant: InstantReader, money: MoneyReader) -> dict[str, Reader]:
    readers: dict[str, Reader] = {name: text_reader(limit) for name, limit in TEXTS.items()}
    readers |= dict.fromkeys(INSTANTS, instant) | dict.fromkeys(MONEY, money)
    return readers | {
        "order_number": parse_code,
        "tracking_number": parse_tracking_numbers,
        "packed_shipment": parse_packed_shipment,
        "packed_items": str,  # read with the row's other item fields, see _items
        "sku": str,
        "ship_by": lambda text: None if is_remaining_time(text) else instant(text),
        "promised_days": count_reader(LONGEST_PROMISE),
        "quantity": count_reader(MOST_UNITS),
        "currency": parse_currency,
        "buyer_country": parse_country,
        "buyer_email": parse_email,
        "buyer_language": parse_language,
        "buyer_timezone": parse_timezone,
    }


def _unpack_shipment(values: Values) -> None:
    packed: PackedShipment | None = values.pop("packed_shipment", None)
    if packed is not None:
        values.setdefault("tracking_number", packed.tracking_number)
        if packed.carrier:
            values.setdefault("carrier", packed.carrier)


def _unpack_money(row: int, values: Values) -> Iterator[RowError]:
    """Replace Money by its amount; its currency fills an empty currency, and must not contradict another."""
    for name in MONEY:
        money: Money | None = values.get(name)
        if money is None:
            continue
        values[name] = money.amount
        if not money.currency:
            continue
        stated = values.setdefault("currency", money.currency)
        if money.certain and stated != money.currency:
            value = f"{money.currency} {money.amount}"
            yield RowError(row, name, value, f"the currency is {money.currency} here and {stated} elsewhere in the row")


def _items(values: Values) -> tuple[ItemRecord, ...]:
    """Take the item's fields out of the row's values. Raises CellError."""
    packed = values.pop("packed_items", "")
    item: dict[str, Any] = {name: values.pop(name) for name in ITEM_FIELDS if name in values}
    name, cell = ("packed_items", packed) if packed else ("sku", item.get("sku", ""))
    try:
        if packed:
            return parse_packed_items(packed, ItemRecord(**item))
        if cell:
            item["sku"] = _read_sku(clean(cell))
    except ValueError as error:
        raise CellError(name, cell, str(error)) from error
    return (ItemRecord(**item),) if item else ()
