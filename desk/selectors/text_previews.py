"""A text as the buyer of a real order would read it, with what is wrong with it and where."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from django.http import HttpRequest

from desk.access import Reader
from desk.selectors.order_filters import Filters, filtered_orders
from messaging.guards import order_obstacle
from messaging.rendering import Rendered, Text, places_of, render, stray_braces, variables_of
from messaging.services.previews import reading_ledgers
from messaging.services.texts import wording_problems
from messaging.values import buyer_language, order_values
from messaging.vocabulary import Language, Purpose, Variable
from messaging.wording import WordingProblem, mark_words
from orders.models import Order, Store
from orders.services.ledger import OrderLedger

LOOKED_AT = 30  # of the latest orders, to find one that a text suits
# What only the cause of a message knows: in a preview it is made up.
CAUSED = {
    Variable.PAYMENT_DEADLINE: "payment_deadline",
    Variable.DUTY_DEADLINE: "duty_deadline",
    Variable.PICKUP_DEADLINE: "pickup_deadline",
    Variable.PICKUP_PLACE: "pickup_place",
    Variable.DISRUPTION_CAUSE: "disruption_cause",
    Variable.DISRUPTION_UNTIL: "disruption_until",
    Variable.REFUND_AMOUNT: "refund_amount",
}


@dataclass(frozen=True)
class Fault:
    """What keeps a text from leaving: a variable that is unknown, or empty for this order, or a lone brace (M3).

    Line 0 is the subject, the body begins at line 1. `meant` is a known variable that is written alike.
    """

    line: int
    name: str = ""
    is_known: bool = False
    meant: str = ""


@dataclass(frozen=True)
class Run:
    """A run of characters; marked where the wording check takes offence at it."""

    text: str
    is_marked: bool = False


@dataclass(frozen=True)
class Example:
    """A text as the buyer of a real order would read it, or why he would not."""

    order: Order | None
    subject: Sequence[Run] = ()
    body: Sequence[Run] = ()
    faults: Sequence[Fault] = ()
    wording: Sequence[tuple[int, WordingProblem]] = ()  # with the line
    invented: Sequence[str] = ()

    @property
    def is_whole(self) -> bool:
        """Whether there is something to read."""
        return bool(self.body)


def find_order(reader: Reader, store: Store, number: str, *, now: datetime) -> Order | None:
    """The order with this number, else the latest whose number, buyer or parcel matches it."""
    if not number:
        return None
    orders = filtered_orders(reader, Filters({"store": store.slug}), now=now).select_related("store", "buyer")
    exact: Order | None = orders.filter(order_number=number).first()
    if exact:
        return exact
    matching = filtered_orders(reader, Filters({"store": store.slug, "q": number}), now=now)
    found: Order | None = matching.select_related("store", "buyer").order_by("-placed_at", "-id").first()
    return found


def picked_number(request: HttpRequest) -> str:
    """The order that the reader named, else the one that he has been looking at while he writes."""
    given = request.POST if request.method == "POST" else request.GET
    return (given.get("order", "").strip() or given.get("shown_order", ""))[:100]


def suitable_order(
    reader: Reader, store: Store, purpose: Purpose | None, language: Language, text: Text, *, now: datetime
) -> Order | None:
    """Of the store's latest orders the one that such a message would go to, or that at least fills the text."""
    orders = filtered_orders(reader, Filters({"store": store.slug}), now=now).select_related("store", "buyer")
    ledgers = reading_ledgers(list(orders.order_by("-placed_at", "-id")[:LOOKED_AT]), now=now)

    def fitness(ledger: OrderLedger) -> tuple[bool, bool, bool]:
        is_whole = not _missing(text, _values(ledger, language, text)[0])
        is_meant = purpose is None or not order_obstacle(purpose, ledger.order)
        return is_whole, is_meant, buyer_language(ledger.order) == language

    best = max(ledgers, key=fitness, default=None)  # the latest of those that fit alike
    return best.order if best else None


def preview_text(text: Text, order: Order | None, language: Language, *, now: datetime) -> Example:
    """The text filled in for the order, with its faults and the words that a buyer should better not read."""
    values: Mapping[str, str] = {}
    invented: list[str] = []
    if order:
        [ledger] = reading_ledgers([order], now=now)
        values, invented = _values(ledger, language, text)
    faults = list(_faults(text, values if order else None))
    wording = [(_line(text, found), found) for found in wording_problems(text, language)]
    rendered = render(text, values) if order and not faults else Rendered("", "")
    subject, body = _runs(rendered.subject, language), _runs(rendered.body, language)
    return Example(order, subject, body, faults, wording, invented)


def _values(ledger: OrderLedger, language: Language, text: Text) -> tuple[dict[str, str], list[str]]:
    """Every variable's value, and the names of those that the text needs and that are made up."""
    order, now = ledger.order, ledger.now
    known = order_values(ledger, language, {})
    made_up: dict[str, Any] = {
        "payment_deadline": now,
        "duty_deadline": now,
        "pickup_deadline": now,
        "pickup_place": order.buyer.city,
        "disruption_cause": "strike",
        "disruption_until": now,
        "refund_amount": order.total,
    }
    required, _optional = variables_of(text)
    invented = [name for name in CAUSED if name in required and not known[name]]
    if not invented:
        return known, []
    filled = order_values(ledger, language, {CAUSED[name]: made_up[CAUSED[name]] for name in invented})
    return known | {name: filled[name] for name in invented}, [name for name in invented if filled[name]]


def _missing(text: Text, values: Mapping[str, str]) -> bool:
    return any(not optional and not values.get(name) for _line, name, optional in places_of(text))


def _faults(text: Text, values: Mapping[str, str] | None) -> Iterator[Fault]:
    """Without values only the unknown variables and the lone braces."""
    for line in stray_braces(text):
        yield Fault(line)
    for line, name, optional in places_of(text):
        if name not in set(Variable):
            yield Fault(line, name, meant=next(iter(get_close_matches(name, list(Variable), 1)), ""))
        elif values is not None and not optional and not values.get(name):
            yield Fault(line, name, is_known=True)


def _line(text: Text, found: WordingProblem) -> int:
    """The line of a wording problem; the checked words have the subject and an empty line before the body."""
    whole = f"{text.subject}\n\n{text.body}"
    plain = "\n".join(line.removeprefix("? ") for line in whole.splitlines())
    return max(plain.count("\n", 0, found.start) - 1, 0)


def _runs(text: str, language: Language) -> list[Run]:
    runs, at = [], 0
    for start, end in mark_words(text, language):
        runs += [Run(text[at:start]), Run(text[start:end], is_marked=True)]
        at = end
    return [run for run in (*runs, Run(text[at:])) if run.text]
