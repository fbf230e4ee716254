"""Counting a store's figures (rules K) into a sheet, which pages read: fresh for an hour, or anew when asked for."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from disputes.days import Days
from disputes.lifecycle import AGAINST_US, GOOD_ENDS, DisputeState
from disputes.models import Dispute, FigureSheet, MoneyEntry
from disputes.models.figures import FRESH
from disputes.playbooks import measured_by
from disputes.services.asking import Question, ask
from disputes.services.complaints import complaining_between, lanes_of
from disputes.services.counting import (
    OF_NOW,
    Figure,
    closed_disputes,
    count_orders,
    disputes,
    has_figure,
    letters,
    open_disputes_of,
    orders_behind,
)
from disputes.services.counting_cases import booked, opened_cases, timed_cases
from disputes.spans import days_before, parts_of, span_days
from orders.arrivals import ParcelOutcome, lane_of
from orders.models import Order, Shipment, Store
from orders.services.arrivals import judged_parcels

PATIENCE = timedelta(minutes=2)  # a worker that was asked so long ago has died over it
HOUR = 3600  # seconds
DATED = {  # the figures of which the page draws lines, by the instant that puts an order into its part of the time
    Figure.PAID: "paid_at",
    Figure.SHIPPED_24H: "paid_at",
    Figure.SHIPPED_48H: "paid_at",
    Figure.SHIPPED_IN_TIME: "paid_at",
    Figure.SHIPPED_LATE: "paid_at",
    Figure.DELIVERED_IN_TIME: "delivered_at",
    Figure.DELIVERED_LATE: "delivered_at",
}


def find_sheet(store: Store, span: str, *, now: datetime) -> FigureSheet:
    """The store's sheet of a span, made empty where there is none. Raises ValueError for an unknown span."""
    days = span_days(span, store.timezone, now)
    sheet: FigureSheet
    sheet, _is_new = FigureSheet.objects.get_or_create(store=store, span=span, defaults={"last_day": days.last})
    sheet.store = store
    return sheet


def is_fresh(sheet: FigureSheet, *, now: datetime) -> bool:
    """Whether the sheet can be shown without counting again: of this hour, and of this day."""
    days = span_days(sheet.span, sheet.store.timezone, now)
    return sheet.counted_at is not None and now - sheet.counted_at < FRESH and sheet.last_day == days.last


def is_being_counted(sheet: FigureSheet, *, now: datetime) -> bool:
    """Whether a worker was asked for it, and may still be at it."""
    return sheet.queued_at is not None and now - sheet.queued_at < PATIENCE


def queue_sheet(sheet: FigureSheet, *, now: datetime) -> bool:
    """Note that a worker is asked to count; False when one was asked just now and may still be at it."""
    free = Q(queued_at=None) | Q(queued_at__lt=now - PATIENCE)
    asked: int = FigureSheet.objects.filter(free, pk=sheet.pk).update(queued_at=now)
    if asked:
        sheet.queued_at = now
    return bool(asked)


def count_sheet(sheet_id: int, *, now: datetime) -> FigureSheet:
    """Count a sheet anew and keep it."""
    sheet: FigureSheet = FigureSheet.objects.select_related("store").get(pk=sheet_id)
    days = span_days(sheet.span, sheet.store.timezone, now)
    sheet.data = count_figures(sheet.store, sheet.span, now=now)
    sheet.last_day, sheet.counted_at, sheet.queued_at = days.last, now, None
    with transaction.atomic():
        sheet.save(update_fields=["data", "last_day", "counted_at", "queued_at"])
    return sheet


def count_figures(store: Store, span: str, *, now: datetime) -> dict[str, Any]:
    """All figures of a store over a span: as they stand now, in the time, and in the time before it.

    Numbers count orders; spans are histograms, of hours to an answer and of days to a dispute's end; amounts are texts
    by currency.
    """
    days = span_days(span, store.timezone, now)
    earlier_days = days_before(span, days)
    question, earlier = ask(store, days, now=now), ask(store, earlier_days, now=now)
    parts = parts_of(span, days)
    return {
        "days": [days.first.isoformat(), days.last.isoformat()],
        "days_before": [earlier_days.first.isoformat(), earlier_days.last.isoformat()],
        "parts": [[part.first.isoformat(), part.last.isoformat()] for part in parts],
        "counts": _count_all(store, question),
        "before": _count_all(store, earlier, without=OF_NOW),
        "opened": _by_reason(disputes(question).filter(question.within("opened_at"))),
        "open": _by_reason(open_disputes_of(question)),
        "closed": _by_reason(closed_disputes(question)),
        "answer_hours": _answer_hours(question),
        "answer_hours_before": _answer_hours(earlier),
        "settle_days": _settle_days(question),
        "settle_days_before": _settle_days(earlier),
        "causes": _causes(question),
        "refund_hours": {rule: _refund_hours(rule, question) for rule in measured_by()},
        "refund_hours_before": {rule: _refund_hours(rule, earlier) for rule in measured_by()},
        "money": _money(question),
        "booked": _booked(question, parts),
        "lanes": _lanes(question),
        "series": _series(question, parts),
        "ends": _ends(question, parts),
    }


def _count_all(store: Store, question: Question, *, without: Iterable[Figure] = ()) -> dict[str, int]:
    wanted = [figure for figure in Figure if figure not in set(without) and has_figure(figure, store)]
    return {figure.value: count_orders(figure, question) for figure in wanted}


def _by_reason(rows: QuerySet[Dispute]) -> dict[str, dict[str, int]]:
    """Orders by reason and state."""
    counted: dict[str, dict[str, int]] = defaultdict(dict)
    for reason, state, orders in rows.order_by().values_list("reason", "state").annotate(Count("order", distinct=True)):
        counted[reason][state] = orders
    return dict(counted)


# --- how long it took -------------------------------------------------------------------------------------------------
def _answer_hours(question: Question) -> dict[str, int]:
    """Of the letters that were answered, the hours that it took, rounded up."""
    answered = letters(question).exclude(answered_at=None).values_list("received_at", "answered_at")
    took = ((answer - came).total_seconds() for came, answer in answered.iterator() if answer)
    return _histogram(-(-max(seconds, 0) // HOUR) for seconds in took)


def _settle_days(question: Question) -> dict[str, int]:
    """Of the disputes that ended, the days that it took, rounded up."""
    ended = closed_disputes(question).values_list("opened_at", "closed_at")
    took = ((closed - opened).total_seconds() for opened, closed in ended.iterator() if closed)
    return _histogram(-(-max(seconds, 0) // (24 * HOUR)) for seconds in took)


def _refund_hours(rule: str, question: Question) -> dict[str, int]:
    """Of the refunds of this rule that the buyer has, the hours that it took, rounded up (R1, R3, R4)."""
    settled = timed_cases(rule, question).exclude(settled_at=None).values_list("began_at", "settled_at")
    took = ((done - began).total_seconds() for began, done in settled.iterator())
    return _histogram(-(-max(seconds, 0) // HOUR) for seconds in took)


def _causes(question: Question) -> dict[str, int]:
    """Orders with a case by the group of its cause (R12)."""
    rows = opened_cases(question).order_by().values_list("cause").annotate(Count("order", distinct=True))
    return dict(rows)


def _histogram(values: Iterable[float]) -> dict[str, int]:
    return {str(int(value)): number for value, number in sorted(Counter(values).items())}


# --- money ------------------------------------------------------------------------------------------------------------
def _money(question: Question) -> dict[str, dict[str, str]]:
    """Sums by the orders' currencies: at stake now; kept and paid by the disputes that ended."""
    claim = Coalesce("amount", "order__total")
    ended = closed_disputes(question)
    settled = ended.filter(state=DisputeState.SETTLED)
    return {
        "at_stake": _sums(open_disputes_of(question), claim),
        "kept": _add(_sums(ended.filter(state__in=GOOD_ENDS), claim), _sums(settled, claim - F("awarded"))),
        "paid": _add(
            _sums(ended.filter(state__in=AGAINST_US), Coalesce("awarded", claim)), _sums(settled, F("awarded"))
        ),
        "booked": _booked_sums(booked(question)),
    }


def _booked(question: Question, parts: list[Days]) -> dict[str, list[str]]:
    """What was booked for buyers, part by part, by its own currency (R9)."""
    found: dict[str, list[str]] = {}
    for place, days in enumerate(parts):
        for currency, total in _booked_sums(booked(ask(question.store, days, now=question.now))).items():
            found.setdefault(currency, ["0"] * len(parts))[place] = total
    return found


def _sums(rows: QuerySet[Dispute], amount: Any) -> dict[str, str]:
    found = rows.order_by().values_list("order__currency").annotate(total=Sum(amount))
    return {currency: str(total) for currency, total in found if total is not None}


def _booked_sums(rows: QuerySet[MoneyEntry]) -> dict[str, str]:
    found = rows.order_by().values_list("currency").annotate(total=Sum("amount"))
    return {currency: str(total) for currency, total in found}


def _add(*sums: dict[str, str]) -> dict[str, str]:
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for by_currency in sums:
        for currency, total in by_currency.items():
            totals[currency] += Decimal(total)
    return {currency: str(total) for currency, total in totals.items()}


# --- carriers and regions ---------------------------------------------------------------------------------------------
def _lanes(question: Question) -> list[dict[str, Any]]:
    """By carrier and region: orders delivered in time and late, and orders complained of; the busiest first."""
    rows: dict[Any, dict[str, Any]] = {}
    own = question.store.current_policy.country
    for service, country, state, outcome, orders in _delivered_parcels(question):
        row = _row(rows, lane_of(service, country or own, state), service)
        row[outcome] += orders
    complaining = complaining_between(question.store, question.start, question.end)
    seen = {(lane, order_id): name for lane, name, order_id in lanes_of(question.store, complaining)}
    for (lane, _order_id), name in seen.items():
        _row(rows, lane, name)["complained"] += 1
    return sorted(rows.values(), key=lambda row: -sum(value for value in row.values() if isinstance(value, int)))


def _delivered_parcels(question: Question) -> Iterable[tuple[str, str, str, str, int]]:
    parcels = Shipment.objects.filter(question.within("order__delivered_at"), order__store=question.store)
    judged = judged_parcels(parcels, question.store.current_policy, now=question.now)
    found = judged.filter(outcome__in=[ParcelOutcome.ON_TIME, ParcelOutcome.LATE]).order_by()
    grouped = found.values_list("service", "order__buyer__country", "order__buyer__state", "outcome")
    rows: Iterable[tuple[str, str, str, str, int]] = grouped.annotate(Count("order", distinct=True))
    return rows


def _row(rows: dict[Any, dict[str, Any]], lane: Any, carrier: str) -> dict[str, Any]:
    empty = {"carrier": carrier, "country": lane.country, "state": lane.state, "on_time": 0, "late": 0, "complained": 0}
    return rows.setdefault(lane, empty)


# --- over time --------------------------------------------------------------------------------------------------------
def _series(question: Question, parts: list[Days]) -> dict[str, list[int]]:
    """Each dated figure, part by part."""
    found = {}
    for figure, field in DATED.items():
        if has_figure(figure, question.store):
            orders = Order.objects.filter(orders_behind(figure, question))
            found[figure.value] = _by_part(orders, field, question, parts)
    opened = disputes(question).filter(question.within("opened_at"))
    return found | {Figure.DISPUTES_OPENED.value: _by_part(opened, "opened_at", question, parts, of="order")}


def _ends(question: Question, parts: list[Days]) -> dict[str, list[int]]:
    """The orders whose disputes ended, part by part, by how they ended."""
    closed = closed_disputes(question)
    states = closed.order_by().values_list("state", flat=True).distinct()
    return {state: _by_part(closed.filter(state=state), "closed_at", question, parts, of="order") for state in states}


def _by_part(rows: QuerySet[Any], field: str, question: Question, parts: list[Days], *, of: str = "pk") -> list[int]:
    questions = [ask(question.store, part, now=question.now) for part in parts]
    counts = {
        f"part{number}": Count(of, distinct=True, filter=part.within(field)) for number, part in enumerate(questions)
    }
    found = rows.order_by().aggregate(**counts)
    return [found[name] for name in counts]
