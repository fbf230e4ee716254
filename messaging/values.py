"""What a text's variables stand for in one order: formatted in the message's language and in the buyer's zone."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from messaging import compose
from messaging.vocabulary import Language, Variable
from orders.models import Order, OrderItem, TouchedOrder
from orders.planning import handling_end, promise_end
from orders.services.arrivals import expected_span
from orders.services.ledger import OrderLedger
from orders.tracking_readings import explain
from orders.tracking_statuses import TrackingDetail, TrackingStatus

NOT_COMING = {TrackingStatus.RETURNING, TrackingStatus.RETURNED, TrackingStatus.LOST, TrackingStatus.DELIVERED}
DATES = {
    Variable.PAYMENT_DEADLINE: "payment_deadline",
    Variable.DUTY_DEADLINE: "duty_deadline",
    Variable.PICKUP_DEADLINE: "pickup_deadline",
    Variable.DISRUPTION_UNTIL: "disruption_until",
    Variable.ANSWER_BY: "answer_by",
    Variable.MONEY_BY: "money_by",
    Variable.RETURN_BY: "return_by",
}


def buyer_language(order: Order) -> Language:
    """The buyer's language, or the pack's where he has none or one that nobody here writes."""
    return known_language(order.buyer.language, Language(order.policy.language))


def known_language(code: str, default: Language) -> Language:
    """The language of ours that a code such as `pt-PT` or `zh_CN` stands for, else the default."""
    code = code.lower().replace("_", "-")
    bases = {"pt": Language.PT_BR, "es": Language.ES, "en": Language.EN, "zh": Language.ZH_HANS}
    try:
        return Language(code)
    except ValueError:
        return bases.get(code.split("-")[0], default)


def order_values(ledger: OrderLedger, language: Language, given: Mapping[str, Any]) -> dict[str, str]:
    """Every variable's value; `given` holds what only the message's cause knows (instants, amounts, words)."""
    order, zone = ledger.order, ledger.order.buyer.zone(ledger.policy)
    given = _explained(ledger) | dict(given)
    money = {Variable.REFUND_AMOUNT: given.get("refund_amount"), Variable.ORDER_TOTAL: order.total}
    values = {
        Variable.GREETING: compose.greeting(order.buyer.name, language),
        Variable.ORDER_NUMBER: order.order_number,
        Variable.ORDER_DATE: compose.format_date(order.placed_at, zone, language),
        Variable.ITEM_TITLES: compose.item_titles(_titles(ledger), language),
        Variable.PAYMENT_METHOD_NAME: compose.payment_method(order.payment_method, language),
        Variable.STORE_NAME: order.store.name,
        Variable.PICKUP_PLACE: str(given.get("pickup_place") or ""),
        Variable.DISRUPTION_CAUSE: _cause(given.get("disruption_cause"), language),
        **{
            name: compose.format_money(amount, order.currency, language) if amount else ""
            for name, amount in money.items()
        },
        **{name: _date(given.get(key), zone, language) for name, key in DATES.items()},
        **_case_values(given, order, language),
        **_parcel_values(ledger, zone, language),
        Variable.EXPECTED_WINDOW: "",
        Variable.ARRIVAL_ESTIMATE: "",
    }
    if given.get("disruption_cause") is None:  # what parcels normally take is no answer while something holds them up
        values |= _arrival_values(ledger, zone, language)
    return {str(name): value for name, value in values.items()}


def _explained(ledger: OrderLedger) -> dict[str, Any]:
    """The latest disruption that touched the parcel (T9) while it is on its way; its end where that lies ahead."""
    order = ledger.order
    if not order.pk or not order.shipped_at or order.delivered_at:
        return {}
    touched = max(ledger.rows_of(TouchedOrder), key=lambda row: (row.at, row.disruption_id), default=None)
    if touched is None:
        return {}
    latest = touched.disruption
    is_over = latest.over_at is not None and latest.is_over(ledger.now)
    return {"disruption_cause": latest.cause, "disruption_until": None if is_over else latest.over_at}


def _cause(code: object, language: Language) -> str:
    """A cause in words; empty where no disruption is spoken of at all."""
    return "" if code is None else compose.disruption_cause(str(code), language)


def _case_values(given: Mapping[str, Any], order: Order, language: Language) -> dict[Variable, str]:
    """What only an after-sale case knows; empty in any other message."""
    amount, currency = given.get("compensation_amount"), str(given.get("compensation_currency") or order.currency)
    return {
        Variable.RETURN_ADDRESS: " · ".join(str(given.get("return_address") or "").split("\n")),
        Variable.RETURN_COSTS: compose.return_costs(str(given.get("return_costs") or ""), language),
        Variable.INSPECTION_RESULT: compose.inspection(str(given.get("inspection_result") or ""), language),
        Variable.RESHIP_CARRIER: str(given.get("reship_carrier") or ""),
        Variable.RESHIP_NUMBER: str(given.get("reship_number") or ""),
        Variable.COMPENSATION_AMOUNT: compose.format_money(amount, currency, language) if amount else "",
    }


def _parcel_values(ledger: OrderLedger, zone: ZoneInfo, language: Language) -> dict[Variable, str]:
    order = ledger.order
    shipment = ledger.shipments[-1] if ledger.shipments else None
    days = (ledger.now - order.shipped_at).days if order.shipped_at else None
    promised = promise_end(order, ledger.policy)
    return {
        Variable.CARRIER: shipment.carrier if shipment else "",
        Variable.TRACKING_NUMBER: shipment.tracking_number if shipment else "",
        Variable.TRACKING_SUMMARY: compose.tracking_summary(
            order.tracking_status or ("" if order.last_tracking_at else "no_scan"),
            order.tracking_location,
            order.last_tracking_at,
            zone,
            language,
        ),
        Variable.TRACKING_SENTENCE: tracking_sentence(order, language),
        Variable.DAYS_SINCE_SHIPPING: compose.format_days(days, language) if days is not None else "",
        Variable.SHIPPED_DATE: _date(order.shipped_at, zone, language),
        Variable.PROMISED_DATE: _date(promised, zone, language),
        Variable.SHIP_DEADLINE: _date(handling_end(order, ledger.policy), zone, language),
    }


def tracking_sentence(order: Order, language: Language) -> str:
    """What the latest news means to the buyer; empty without news, and where "all is normal" would not be true (T1)."""
    if not order.tracking_status:
        return ""
    detail = order.tracking_detail if order.tracking_detail in set(TrackingDetail) else ""
    meaning = explain(TrackingStatus(order.tracking_status), TrackingDetail(detail))
    return "" if order.tracking_queue and meaning.is_normal else meaning.sentences[language]


def _arrival_values(ledger: OrderLedger, zone: ZoneInfo, language: Language) -> dict[Variable, str]:
    """When such parcels normally come (T1); nothing once that is over, or where the parcel will not come."""
    order, start = ledger.order, ledger.order.shipped_at
    carrier = ledger.shipments[-1].carrier if ledger.shipments else ""
    span = expected_span(order, carrier)
    end = start + timedelta(days=span.latest) if span and start else None
    if span is None or order.tracking_status in NOT_COMING or (end and end <= ledger.now):
        return {}
    # A window that has begun is told from today on.
    begin = max(start + timedelta(days=span.earliest), ledger.now) if start else None
    return {
        Variable.EXPECTED_WINDOW: compose.expected_window(begin, end, zone, language),
        Variable.ARRIVAL_ESTIMATE: compose.arrival_estimate(span.earliest, span.latest, language),
    }


def _date(instant: datetime | None, zone: ZoneInfo, language: Language) -> str:
    return compose.format_date(instant, zone, language) if instant else ""


def _titles(ledger: OrderLedger) -> list[str]:
    return [item.title for item in ledger.rows_of(OrderItem)]
