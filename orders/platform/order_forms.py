"""Orders of the platform: how they are asked for, and what an answer says, as a record like that of a file."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from orders.importing.countries import parse_country
from orders.platform.interface import PlatformError, Trouble
from orders.platform.money import currency_of, read_money
from orders.platform.terms import feed_terms, method, order_terms
from orders.platform.times import read_time, write_start, write_time
from orders.providers.reading import number, rows, table, text
from orders.records import BuyerRecord, ItemRecord, OrderRecord

REFUNDED = "refunded"  # the packs' word
LONGEST_SPAN = 366 * 86_400_000  # milliseconds; what says more is no span


@dataclass(frozen=True, slots=True)
class Window:
    """What a reading covers: changed between two instants, of orders made between two others (UTC)."""

    changed_from: datetime
    changed_to: datetime
    made_from: datetime
    made_to: datetime
    is_finished: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list: its rows, how many there are in all, and on how many pages."""

    rows: tuple[dict[str, Any], ...]
    total: int
    pages: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel that left at `shipped_at` (UTC)."""

    shipped_at: datetime
    carrier: str
    number: str
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlatformOrder:
    """An order as the platform tells it.

    `children` are the numbers of its lines by position, `more_parcels` those beyond the record's. `refunded` has gone
    back at `refunded_at`. `left` is what is left of the time that its state allows, as of the answer.
    """

    record: OrderRecord
    status: str
    children: tuple[str, ...] = ()
    more_parcels: tuple[Parcel, ...] = ()
    refunded: Decimal | None = None
    refunded_at: datetime | None = None
    left: timedelta | None = None


def windows(changed_from: datetime, changed_to: datetime, *, is_finished: bool) -> list[Window]:
    """The questions that cover a span: of finished orders the platform takes only short spans of creation."""
    terms = order_terms()
    if not is_finished:
        return [Window(changed_from, changed_to, changed_to - terms.created_within, changed_to)]
    ends = []
    end, first = changed_to, changed_to - terms.created_within
    while end > first:
        ends.append(Window(changed_from, changed_to, max(end - terms.finished_within, first), end, is_finished=True))
        end -= terms.finished_within
    return ends


def list_question(window: Window, page: int) -> dict[str, str]:
    """The parameters that ask for a page of orders."""
    terms = order_terms()
    status: dict[str, Any] = (
        {"order_status": terms.finished} if window.is_finished else {"order_status_list": terms.statuses}
    )
    query = status | {
        "modified_date_start": write_start(window.changed_from),
        "modified_date_end": write_time(window.changed_to),
        "create_date_start": write_start(window.made_from),
        "create_date_end": write_time(window.made_to),
        "current_page": page,
        "page_size": feed_terms().page,
    }
    return {"param_aeop_order_query": json.dumps(query)}


def detail_question(order_number: str) -> dict[str, str]:
    """The parameters that ask for one order."""
    asked = {"order_id": order_number, "ext_info_bit_flag": order_terms().details}
    return {"param1": json.dumps(asked)}


def listed(value: Any) -> list[dict[str, Any]]:
    """The rows of a list, which stands by itself or under the name of what it lists."""
    if isinstance(value, dict):
        value = next((inner for inner in value.values() if isinstance(inner, list)), [])
    return [table(row) for row in rows(value) if isinstance(row, dict)]


def read_page(answer: dict[str, Any], at: str) -> Page:
    """A page of the list that stands under `at`. Raises PlatformError where the platform says that it failed."""
    result = table(answer.get("result")) or answer
    if result.get("success") is False or str(result.get("success")).lower() == "false":
        said = text(result.get("error_message")) or text(result.get("error_code")) or "no words"
        raise PlatformError(Trouble.REFUSED, said, code=text(result.get("error_code")))
    found = listed(result.get(at))
    total = number(result.get("total_count"))
    total = number(result.get("total_item")) if total is None else total
    total = len(found) if total is None else max(total, 0)
    pages = number(result.get("total_page"))
    return Page(tuple(found), total, pages if pages is not None else -(-total // feed_terms().page))


def order_number_of(row: dict[str, Any]) -> str:
    """The number of an order in a list; empty where it has none."""
    return text(row.get("order_id"))


def read_order(detail: dict[str, Any], row: dict[str, Any], *, disputes_are_read: bool) -> PlatformOrder:
    """An order of its detail, and of its row in the list where there is one. Raises PlatformError.

    Where disputes are read by themselves, the order's own word that there is one tells nothing more.
    """
    order = table(detail.get("target")) or table(table(detail.get("result")).get("data"))
    order_number, placed_at = text(order.get("id")) or order_number_of(row), read_time(order.get("gmt_create"))
    if not order_number or placed_at is None:
        raise PlatformError(Trouble.UNREADABLE, f"order {order_number or '?'}: no number, or no date of creation")
    status = text(order.get("order_status")) or text(row.get("order_status"))
    lines = listed(order.get("child_order_list"))
    parcels = sorted(_parcels(order), key=lambda parcel: parcel.shipped_at)
    refunded, refunded_at = _refund(order, lines)
    record = OrderRecord(
        order_number=order_number,
        placed_at=placed_at,
        status=_word(status, order, row, disputes_are_read=disputes_are_read, refunded=refunded),
        paid_at=_paid_at(status, order, row),
        currency=currency_of(order.get("order_amount")),
        total=read_money(order.get("order_amount")),
        payment_method=_payment(text(order.get("payment_type")) or text(row.get("payment_type"))),
        promised_days=_promised_days([*lines, *listed(row.get("product_list"))]),
        shipping_service=next((name for line in lines if (name := text(line.get("logistics_type")))), ""),
        buyer=_buyer(order),
        items=tuple(map(_item, lines)),
    )
    shown = [] if status in order_terms().partial else parcels
    return PlatformOrder(
        _with_parcel(record, shown),
        status,
        children=tuple(text(line.get("child_order_id")) or text(line.get("id")) for line in lines),
        more_parcels=tuple(shown[1:]),
        refunded=refunded,
        refunded_at=refunded_at,
        left=_left(order.get("timeout_left_time") or row.get("timeout_left_time")),
    )


def _word(
    status: str, order: dict[str, Any], row: dict[str, Any], *, disputes_are_read: bool, refunded: Decimal | None
) -> str:
    """The status as the policy packs know it: of a finished order why it ended decides, and what has gone back.

    Where the refund is told with its date and amount, the word tells it no second time.
    """
    terms = order_terms()
    if status == terms.disputed and disputes_are_read:
        return ""
    if status != terms.finished:
        return status
    lines = listed(order.get("child_order_list"))
    said = [order.get("order_end_reason"), order.get("end_reason"), row.get("end_reason"), row.get("order_end_reason")]
    reason = next((word for value in [*said, *(line.get("end_reason") for line in lines)] if (word := text(value))), "")
    word = terms.ends.get(reason, status)
    if word != REFUNDED or refunded is None:
        return word
    total = read_money(order.get("order_amount"))
    return "" if total is not None and refunded >= total else status


def _paid_at(status: str, order: dict[str, Any], row: dict[str, Any]) -> datetime | None:
    """None while the money is being checked, for the platform tells the date of the payment before it has arrived."""
    if status in order_terms().unpaid:
        return None
    return read_time(order.get("gmt_pay_success")) or read_time(row.get("gmt_pay_time"))


def _payment(code: str) -> str:
    return order_terms().payments.get(code.casefold(), code)


def _promised_days(lines: list[dict[str, Any]]) -> int | None:
    days = [number(line.get("freight_commit_day")) or number(line.get("freightCommitDay")) for line in lines]
    return max((day for day in days if day is not None and 0 < day <= 366), default=None)


def _buyer(order: dict[str, Any]) -> BuyerRecord:
    place = table(order.get("receipt_address"))
    phone = text(place.get("mobile_no")) or text(place.get("phone_number"))
    prefix = text(place.get("phone_country")).strip("+")
    tax_ids = [place.get("cpf"), place.get("tax_number"), order.get("cpf_number")]
    return BuyerRecord(
        name=text(place.get("contact_person")) or text(order.get("buyer_signer_fullname")),
        phone=f"+{prefix}{phone}" if phone and prefix and not phone.startswith("+") else phone,
        country=_country(text(place.get("country"))),
        state=text(place.get("province"))[:100],
        city=text(place.get("city")),
        tax_id=next((word for value in tax_ids if (word := text(value))), "")[:50],
    )


def _country(name: str) -> str:
    try:
        return parse_country(name)
    except ValueError:
        return ""


def _item(line: dict[str, Any]) -> ItemRecord:
    count = number(line.get("product_count"))
    return ItemRecord(
        sku=text(line.get("sku_code"))[:500],
        title=text(line.get("product_name"))[:500],
        quantity=count if count and 0 < count < 10**6 else 1,
        unit_price=read_money(line.get("product_price")),
    )


def _parcels(order: dict[str, Any]) -> Iterator[Parcel]:
    for row in listed(order.get("logistic_info_list")):
        if shipped_at := read_time(row.get("gmt_send")):
            has_come = text(row.get("receive_status")) in order_terms().received
            carrier = text(row.get("logistics_service_name")) or text(row.get("logistics_type_code"))
            came_at = read_time(row.get("gmt_received")) if has_come else None
            yield Parcel(shipped_at, carrier, text(row.get("logistics_no"))[:64], came_at)


def _with_parcel(record: OrderRecord, parcels: list[Parcel]) -> OrderRecord:
    """The order's first parcel; it is delivered when all have come."""
    if not parcels:
        return record
    came = [parcel.delivered_at for parcel in parcels]
    first = parcels[0]
    return replace(
        record,
        shipped_at=first.shipped_at,
        carrier=first.carrier,
        tracking_number=first.number,
        delivered_at=max(at for at in came if at) if all(came) else None,
    )


def _refund(order: dict[str, Any], lines: list[dict[str, Any]]) -> tuple[Decimal | None, datetime | None]:
    """What has gone back of all lines, and when the last of it did; the order's own word where no line has any."""
    told = [table(line.get("refund_info")) for line in lines]
    told = [info for info in told if info] or [table(order.get("refund_info"))]
    done = [info for info in told if text(info.get("refund_status")) in order_terms().refunded]
    amounts = [money for info in done if (money := read_money(info.get("refund_cash_amt"))) is not None]
    dates = [at for info in done if (at := read_time(info.get("refund_time")))]
    return (sum(amounts, Decimal(0)), max(dates)) if amounts and dates else (None, None)


def _left(value: Any) -> timedelta | None:
    span = number(value)
    return timedelta(milliseconds=span) if span is not None and 0 < span < LONGEST_SPAN else None


ORDER_LIST, ORDER_DETAIL = method("order_list"), method("order_detail")
