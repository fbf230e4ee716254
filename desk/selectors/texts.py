"""A store's texts: which are its own, which came with the program, what is wrong, and how a buyer would read one."""

from dataclasses import dataclass
from datetime import date, datetime

from desk.access import Reader
from messaging.models import Template
from messaging.rendering import MissingText, MissingVariables, Rendered, Text, load_text, render, text_problems
from messaging.values import order_values
from messaging.vocabulary import Language, Purpose
from orders.models import Order, Store
from orders.services.ledger import OrderLedger


@dataclass(frozen=True)
class Cell:
    """One purpose in one language: the text in use, and whose it is."""

    purpose: Purpose
    language: Language
    text: Text
    shipped: Text | None
    own: Template | None
    problems: tuple[str, ...]
    is_stale: bool


@dataclass(frozen=True)
class Example:
    """A text as the buyer of a real order would read it, or why he would not."""

    order: Order | None
    rendered: Rendered | None = None
    missing: tuple[str, ...] = ()


def list_cells(store: Store, today: date) -> list[tuple[Purpose, list[Cell]]]:
    """The matrix, a row for each purpose."""
    own = {(row.purpose, row.language): row for row in store.templates.all()}
    return [
        (purpose, [_cell(store, purpose, language, own.get((purpose, language)), today) for language in Language])
        for purpose in Purpose
    ]


def find_cell(store: Store, purpose: Purpose, language: Language, today: date) -> Cell:
    """One cell of the matrix."""
    return _cell(store, purpose, language, store.templates.filter(purpose=purpose, language=language).first(), today)


def _cell(store: Store, purpose: Purpose, language: Language, own: Template | None, today: date) -> Cell:
    try:
        shipped = load_text(purpose, language, store.policy_name)
    except MissingText:
        shipped = None
    text = Text(own.subject, own.body) if own else shipped or Text("", "")
    problems = text_problems(text, language) if own else []
    is_stale = bool(own and own.valid_until and own.valid_until < today)
    return Cell(purpose, language, text, shipped, own, tuple(problems), is_stale)


def preview_text(reader: Reader, store: Store, cell: Cell, text: Text, *, now: datetime) -> Example:
    """The text filled in for the store's latest order that left, else its latest one."""
    orders = Order.objects.for_member(reader.user).filter(store=store).select_related("store", "buyer")
    order = orders.exclude(shipped_at=None).order_by("-placed_at").first() or orders.order_by("-placed_at").first()
    if order is None:
        return Example(None)
    values = _example_values(order, cell.language, now)
    try:
        return Example(order, render(text, values))
    except MissingVariables as error:
        return Example(order, missing=error.names)


def _example_values(order: Order, language: Language, now: datetime) -> dict[str, str]:
    ledger = OrderLedger(
        order=order, now=now, actor="", milestones=list(order.milestones.all()), shipments=list(order.shipments.all())
    )
    given = {
        "payment_deadline": now,
        "duty_deadline": now,
        "pickup_deadline": now,
        "disruption_cause": "strike",
        "disruption_until": now,
        "refund_amount": order.total,
        "pickup_place": order.buyer.city,
    }
    return order_values(ledger, language, given)
