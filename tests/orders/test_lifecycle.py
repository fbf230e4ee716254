"""The order's machine, pair by pair, and that nothing goes round it."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django_fsm import TransitionNotAllowed, can_proceed

from orders.lifecycle import OrderState
from orders.models import Order

BASE = Path(__file__).resolve().parents[2]
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
EARLIER = datetime(2026, 1, 1, tzinfo=UTC)

# Which transition (row) an order takes from which state (column): "x" it does, "." it refuses.
# P1: paid; shipped or delivered before the funds. P4, P5: expired, paid after all. C: a stage may be skipped.
# T10: ways back from a delivery. D9: a dispute after completion and refund too. D11: its ways back. G5, G6.
TABLE = """
                     payment payment                contact contact contact          dis-  refun- com-   canc-
                     pending expired paid   shipped 30      45      60      deliv'd  puted ded    pleted celld
confirm_payment      x       x       .      .       .       .       .       .        .     .      .      .
expire_payment       x       .       .      .       .       .       .       .        .     .      .      .
ship                 x       x       x      .       .       .       .       .        .     .      .      .
enter_contact_30     .       .       .      x       .       .       .       .        .     .      .      .
enter_contact_45     .       .       .      x       x       .       .       .        .     .      .      .
enter_contact_60     .       .       .      x       x       x       .       .        .     .      .      .
deliver              x       x       x      x       x       x       x       .        .     .      .      .
complete             x       x       x      x       x       x       x       x        .     .      .      .
open_dispute         x       x       x      x       x       x       x       x        .     x      x      x
refund               x       x       x      x       x       x       x       x        x     .      x      x
cancel               x       x       x      x       x       x       x       .        .     .      .      .
return_to_payment_pending .  .       .      .       .       .       .       x        x     .      .      .
return_to_payment_expired .  .       .      .       .       .       .       x        x     .      .      .
return_to_paid       .       .       .      .       .       .       .       x        x     .      .      .
return_to_cancelled  .       .       .      .       .       .       .       .        x     .      .      .
return_to_shipped    .       .       .      .       .       .       .       x        x     .      .      .
return_to_contact_30 .       .       .      .       .       .       .       x        x     .      .      .
return_to_contact_45 .       .       .      .       .       .       .       x        x     .      .      .
return_to_contact_60 .       .       .      .       .       .       .       x        x     .      .      .
return_to_delivered  .       .       .      .       .       .       .       .        x     .      .      .
return_to_completed  .       .       .      .       .       .       .       .        x     .      .      .
"""
COLUMNS = [
    "payment_pending",
    "payment_expired",
    "paid",
    "shipped",
    "contact_30",
    "contact_45",
    "contact_60",
    "delivered",
    "disputed",
    "refunded",
    "completed",
    "cancelled",
]
# Transition → where it leads, and the instants that it sets besides `state_since`.
EFFECTS = {
    "confirm_payment": ("paid", {"paid_at"}),
    "expire_payment": ("payment_expired", {"expired_at"}),
    "ship": ("shipped", {"shipped_at"}),
    "enter_contact_30": ("contact_30", set()),
    "enter_contact_45": ("contact_45", set()),
    "enter_contact_60": ("contact_60", set()),
    "deliver": ("delivered", {"delivered_at"}),
    "complete": ("completed", {"completed_at"}),
    "open_dispute": ("disputed", {"disputed_at"}),
    "refund": ("refunded", {"refunded_at"}),
    "cancel": ("cancelled", {"cancelled_at"}),
    "return_to_payment_pending": ("payment_pending", set()),
    "return_to_payment_expired": ("payment_expired", set()),
    "return_to_paid": ("paid", set()),
    "return_to_cancelled": ("cancelled", set()),
    "return_to_shipped": ("shipped", set()),
    "return_to_contact_30": ("contact_30", set()),
    "return_to_contact_45": ("contact_45", set()),
    "return_to_contact_60": ("contact_60", set()),
    "return_to_delivered": ("delivered", set()),
    "return_to_completed": ("completed", {"completed_at"}),
}
ROWS = {row.split()[0]: row.split()[1:] for row in TABLE.strip().splitlines()[2:]}
PAIRS = [
    (transition, state, mark == "x")
    for transition, marks in ROWS.items()
    for state, mark in zip(COLUMNS, marks, strict=True)
]


def declared() -> dict[str, list[tuple[str, str]]]:
    """Every transition of the model, with its (source, target) pairs."""
    found: dict[str, list[tuple[str, str]]] = {}
    for entry in Order._meta.get_field("state").get_all_transitions(Order):
        found.setdefault(entry.name, []).append((entry.source, entry.target))
    return found


def order_in(state: str) -> Order:
    return Order(state=state, state_since=EARLIER)


@pytest.mark.parametrize(("transition", "state", "allowed"), PAIRS, ids=[f"{t} from {s}" for t, s, _ in PAIRS])
def test_an_order_takes_a_transition_only_from_these_states(transition: str, state: str, allowed: bool) -> None:
    order = order_in(state)
    assert can_proceed(getattr(order, transition)) is allowed
    if allowed:
        getattr(order, transition)(AT)
    else:
        with pytest.raises(TransitionNotAllowed):
            getattr(order, transition)(AT)
    assert order.state == (EFFECTS[transition][0] if allowed else state)
    assert order.state_since == (AT if allowed else EARLIER)


@pytest.mark.parametrize(("transition", "effect"), EFFECTS.items())
def test_a_transition_sets_its_own_instants_and_nothing_else(transition: str, effect: tuple[str, set[str]]) -> None:
    order = order_in(COLUMNS[ROWS[transition].index("x")])
    before = dict(vars(order))
    getattr(order, transition)(AT)
    changed = {name for name, value in vars(order).items() if name != "_state" and before.get(name) != value}
    assert changed == {"state", "state_since", *effect[1]}


@pytest.mark.parametrize("transition", [name for name in ROWS if name.startswith("return_to")] + ["refund"])
def test_a_dispute_that_ended_is_open_no_more(transition: str) -> None:
    order = order_in("disputed")
    order.disputed_at = EARLIER
    getattr(order, transition)(AT)
    assert order.disputed_at is None


def test_an_order_completed_before_its_dispute_keeps_its_day() -> None:
    order = order_in("disputed")
    order.completed_at = EARLIER
    order.return_to_completed(AT)
    assert order.completed_at == EARLIER


def test_the_table_names_every_state_and_every_transition() -> None:
    assert set(OrderState.values) == set(COLUMNS)
    assert set(declared()) == set(ROWS) == set(EFFECTS)


def test_every_state_can_be_reached() -> None:
    assert {target for pairs in declared().values() for _, target in pairs} == set(COLUMNS)


def test_no_transition_leads_from_a_state_to_itself_or_from_any_state() -> None:
    assert not [(name, pair) for name, pairs in declared().items() for pair in pairs if pair[0] in {pair[1], "*", "+"}]


def test_a_new_order_waits_for_its_payment() -> None:
    assert Order().state == OrderState.PAYMENT_PENDING


def test_the_state_cannot_be_assigned() -> None:
    order = order_in("paid")
    with pytest.raises(AttributeError, match="Direct state modification is not allowed"):
        order.state = OrderState.SHIPPED
    assert order.state == OrderState.PAID


# --- ways round the machine ---
AN_ORDER = re.compile(r"(^|\.|_)order$")
ORDERS = re.compile(r"\bOrder\.(objects|_base_manager|_default_manager)\b|(^|\.)orders(\.|$)")
WRITES = {"update", "bulk_update", "update_or_create", "get_or_create"}


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for app in ("config", "orders", "messaging", "disputes", "evidence", "desk"):
        for path in sorted((BASE / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(BASE), ast.parse(path.read_text(encoding="utf-8"))


def names_state(call: ast.Call) -> bool:
    words = {keyword.arg for keyword in call.keywords}
    return "state" in words or any(
        isinstance(node, ast.Constant) and node.value == "state" for node in ast.walk(call) if node is not call.func
    )


def goes_round(node: ast.AST) -> bool:
    """Whether a statement writes an order's state without its machine."""
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(
            isinstance(target, ast.Attribute) and target.attr == "state" and AN_ORDER.search(ast.unparse(target.value))
            for target in targets
        )
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name):
        return (
            node.func.id == "setattr" and AN_ORDER.search(ast.unparse(node.args[0])) is not None and names_state(node)
        )
    return isinstance(node.func, ast.Attribute) and calls_round(node, node.func)


def calls_round(call: ast.Call, function: ast.Attribute) -> bool:
    holder = ast.unparse(function.value)
    if ORDERS.search(holder):
        # A row that is read without its state would be saved without a look at it.
        return (function.attr == "only" and not names_state(call)) or (
            function.attr in {*WRITES, "defer"} and names_state(call)
        )
    if AN_ORDER.search(holder):
        partial = function.attr == "save" and any(keyword.arg == "update_fields" for keyword in call.keywords)
        return partial or function.attr in {"refresh_from_db", "save_base"}
    return False


@pytest.mark.parametrize(
    "line",
    [
        "order.state = 'paid'",
        "ledger.order.state = OrderState.PAID",
        "setattr(order, 'state', 'paid')",
        "Order.objects.filter(pk=1).update(state='paid')",
        "store.orders.update(state='paid')",
        "Order.objects.bulk_update(orders, ['state', 'paid_at'])",
        "Order.objects.only('id')",
        "Order.objects.defer('state')",
        "order.save(update_fields=['paid_at'])",
        "order.refresh_from_db()",
    ],
)
def test_a_way_round_the_machine_is_found(line: str) -> None:
    assert any(goes_round(node) for node in ast.walk(ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    [
        "milestone.state = 'fired'",
        "Milestone.objects.filter(order=order).update(state='fired')",
        "Order.objects.filter(state='paid')",
        "Order.objects.update(total=1)",
        "Order.objects.only('state', 'total')",
        "order.save()",
        "previous = order.state",
    ],
)
def test_other_lines_are_left_in_peace(line: str) -> None:
    assert not any(goes_round(node) for node in ast.walk(ast.parse(line)))


def test_no_code_writes_an_orders_state_round_its_machine() -> None:
    found = [
        f"{path}:{node.lineno}: {ast.unparse(node)}"
        for path, module in sources()
        for node in ast.walk(module)
        if goes_round(node)
    ]
    assert found == []


def test_no_sql_writes_to_orders() -> None:
    update = re.compile(r'update\s+"?orders_order"?\b', re.IGNORECASE)
    assert [path for path, module in sources() if update.search(ast.unparse(module))] == []
