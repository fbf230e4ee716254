"""The cast of the tests: Maria's order in Alice's store, what happens to it, and the instants at which it does.

Instants are written short, "03-05 10:00" being 2026-03-05T10:00:00Z. Maria orders on Monday 2 March at 09:00 of
her clock in São Paulo (12:00 UTC), and her contact hours are 12:00 to 23:00 UTC.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from disputes.recording import record, take_in
from disputes.rehearsing import RuleSet, rehearse
from disputes.scenarios import read_scenario
from orders.events import Event, read_event
from orders.models import Milestone, Order, Store
from orders.records import BuyerRecord, ItemRecord, OrderRecord
from orders.services.intake import buyer_key, start_order
from orders.services.ledger import save_ledgers
from orders.services.stores import create_store

YEAR = "2026"
PLACED = "03-02 12:00"
MARIA = {
    "name": "Maria Souza",
    "email": "maria@example.com",
    "country": "BR",
    "language": "pt-br",
    "timezone": "America/Sao_Paulo",
    "tax_id": "",
}
LAMP = {"sku": "A1", "title": "USB lamp", "quantity": 4, "unit_price": "6.00"}
PARCEL = {"carrier": "China Post", "tracking_number": "LX123456785CN"}
GOOD_CPF = "529.982.247-25"


def z(short: str) -> str:
    """An instant as the contract prints it: "03-05 10:00" is 2026-03-05T10:00:00Z."""
    day, time = short.split()
    return f"{day if len(day) > 5 else f'{YEAR}-{day}'}T{time}:00Z"


def at(short: str) -> datetime:
    """The instant (UTC) behind its short spelling."""
    return datetime.fromisoformat(z(short))


def after(short: str, **span: float) -> str:
    """The short spelling of the instant so long after another: `after("03-05 10:00", days=30)`."""
    return f"{at(short) + timedelta(**span):%Y-%m-%d %H:%M}"


def fact(when: str, kind: str, **keys: Any) -> dict[str, Any]:
    """Something that happened, as a scenario writes it."""
    return {"at": z(when), "type": kind, **keys}


def command(when: str, kind: str, **keys: Any) -> dict[str, Any]:
    """Something that the seller asks for."""
    return fact(when, kind, **keys) | {"as": "command"}


def paid(when: str = "03-02 13:00") -> dict[str, Any]:
    """The funds arrived, by default an hour after the order."""
    return fact(when, "payment_confirmed")


def shipped(when: str = "03-05 10:00", **keys: Any) -> dict[str, Any]:
    """The parcel left, by default three days after the order at 07:00 of Maria's clock."""
    return fact(when, "shipped", **(PARCEL | keys))


def tracking(when: str, status: str = "in_transit", **keys: Any) -> dict[str, Any]:
    """A carrier's news."""
    return fact(when, "tracking", status=status, source="17track", **keys)


def scenario(
    *events: dict[str, Any],
    policy: str = "aliexpress-br",
    until: str = "06-10 00:00",
    buyer: dict[str, Any] | None = None,
    **order: Any,
) -> dict[str, Any]:
    """A scenario of Maria's order; `buyer` and `order` replace what is said about them."""
    return {
        "policy": policy,
        "order": {
            "order_number": "8012345678901234",
            "placed_at": z(PLACED),
            "payment_method": "credit_card",
            "currency": "USD",
            "total": "24.00",
            "shipping_service": "postal",
            "promised_days": 60,
            "items": [LAMP],
            "buyer": MARIA | (buyer or {}),
            **order,
        },
        "events": list(events),
        "until": z(until),
    }


def replay(*events: dict[str, Any], **said: Any) -> dict[str, Any]:
    """The answer to `scenario(…)`."""
    read = read_scenario(scenario(*events, **said), "scenario")
    assert read.until is not None
    return rehearse(read.record, read.events, rules=RuleSet(read.policy_name), until=read.until)


Rows = list[dict[str, Any]]


def of(rows: Rows, **wanted: Any) -> Rows:
    """The rows that have these values."""
    return [row for row in rows if all(row[key] == value for key, value in wanted.items())]


def moves(answer: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The order's moves, as (instant, new state, what moved it)."""
    return [(row["at"], row["to"], row["by"]) for row in answer["transitions"] if row["of"] == "order"]


def mails(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """The messages, as (instant, purpose)."""
    return [(row["at"], row["purpose"]) for row in answer["messages"]]


def milestones(answer: dict[str, Any], kind: str) -> list[tuple[str, str, str]]:
    """The milestones of one kind, as (due, outcome, reason)."""
    return [(row["due_at"], row["outcome"], row["reason"]) for row in of(answer["milestones"], kind=kind)]


def actions(answer: dict[str, Any], kind: str) -> list[tuple[str, str]]:
    """The actions of one kind, as (instant, rule)."""
    return [(row["at"], row["rule"]) for row in of(answer["actions"], kind=kind)]


def broken(answer: dict[str, Any]) -> list[str]:
    """The rules that facts broke."""
    return [row["rule"] for row in answer["violations"]]


# --- rows in the database ---------------------------------------------------------------------------------------------
def alices_store(slug: str = "alice", policy: str = "aliexpress-br", **values: Any) -> Store:
    """A store of Alice's."""
    made = create_store(
        slug,
        policy_name=policy,
        owner_email="alice@example.com",
        name="Alice's lamps",
        timezone="Asia/Shanghai",
        currency="USD",
    )
    for name, value in values.items():
        setattr(made.store, name, value)
    made.store.save()
    return made.store


def order_record(number: str = "8012345678901234", **values: Any) -> OrderRecord:
    """What a file says about Maria's order; `buyer` is a dict."""
    buyer = BuyerRecord(**(MARIA | values.pop("buyer", {})))
    placed_at = values.pop("placed_at", at(PLACED))
    items = (ItemRecord(sku="A1", title="USB lamp", quantity=4),)
    said = {"currency": "USD", "promised_days": 60, "shipping_service": "postal", "items": items} | values
    return OrderRecord(order_number=number, placed_at=placed_at, buyer=buyer, **said)


def placed_order(store: Store, *events: dict[str, Any], now: str = PLACED, **values: Any) -> Order:
    """Maria's order, kept, with what happened to it, learnt of as it happened or, if that is later, at `now`."""
    said = order_record(**values)
    buyer = store.buyers.filter(key=buyer_key(said)).first()
    ledger = start_order(said, store, now=at(now), actor="test", buyer=buyer)
    take_in(ledger, [])
    save_ledgers([ledger])
    for event in events:
        happens(ledger.order, event, now=now)
    return Order.objects.get(pk=ledger.order.pk)


def happens(order: Order, event: dict[str, Any], *, now: str = PLACED) -> Any:
    """One more event of a kept order; gives its outcome."""
    read = read_event(event, "event")
    return record(order.pk, read, now=max(read.at, at(now)), actor="test")


def due_milestones(order: Order, kind: str) -> list[Milestone]:
    """The order's milestones of a kind, in time order."""
    return list(order.milestones.filter(kind=kind))


def clock_at(short: str) -> Callable[[], datetime]:
    """A clock that stands still."""
    return lambda: at(short)


def ticking(short: str, *, seconds: float = 0.0) -> Callable[[], datetime]:
    """A clock that goes on by so many seconds at every look."""
    state = {"now": at(short)}

    def look() -> datetime:
        state["now"] += timedelta(seconds=seconds)
        return state["now"]

    return look


def as_events(facts: Iterable[dict[str, Any]]) -> list[Event]:
    """Scenario events, read."""
    return [read_event(event, "event") for event in facts]


def is_utc(text: str) -> bool:
    """Whether this is an instant as the contract prints it."""
    return text.endswith("Z") and datetime.fromisoformat(text).tzinfo == UTC
