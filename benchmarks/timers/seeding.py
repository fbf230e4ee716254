"""A store with any number of orders and dates, made in seconds: one order through the door, the others its copies."""

from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection
from django.db.models import Model

from disputes.intake import Intake
from orders.models import Buyer, Milestone, Order, OrderItem, Shipment
from orders.models.milestones import MilestoneState
from orders.planning import MilestoneKind
from orders.services.stores import create_store

HEADER = (
    "order_number,placed_at,paid_at,shipped_at,carrier,tracking_number,buyer_name,buyer_email,buyer_country,"
    "buyer_timezone,promised_days,total,currency,sku,title,quantity,unit_price"
)
FIRST_COPY = 1000  # sequences from here on are dates that were copied for their number alone
SHIPPED_BEFORE = timedelta(days=2)


def seed_store(now: datetime) -> Order:
    """A store, and its first order as a file brings it: shipped two days ago, its dates all ahead."""
    store = create_store(
        "alice",
        policy_name="aliexpress-br",
        owner_email="alice@example.com",
        name="Alice",
        timezone="Asia/Shanghai",
        currency="USD",
    ).store
    left = (now - SHIPPED_BEFORE).isoformat()
    values = (
        f"B0,{left},{left},{left},Yanwen,UG123456789CN,Maria Souza,maria@example.com,BR,{_noon_zone(now)},"
        "60,23.50,USD,A1,USB lamp,2,11.75"
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        path.write_text(f"{HEADER}\n{values}\n", encoding="utf-8")
        report = Intake(store, now, "benchmark").import_orders(path, timezone="UTC", mapping=None)
    if report.created != 1:
        raise RuntimeError(f"the first order was not taken: {report.as_json()}")
    order: Order = Order.objects.get(store=store)
    return order


def _noon_zone(now: datetime) -> str:
    """A zone whose clock stands around noon, so that every message may leave."""
    offset = 12 - now.hour  # hours east of Greenwich; POSIX names count them the other way round
    return f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT"


def copy_orders(order: Order, count: int) -> None:
    """Copies of an order with its buyer, items, parcel and open dates, the dates a second apart.

    Their timelines begin empty: what the copies live through is chained from there, and can be verified.
    """
    fresh = {"timeline_length": "0", "timeline_head": "''", "order_number": "'B' || n"}
    _copy(Buyer, f"id = {order.buyer_id}", count, {"id": f"{order.buyer_id} + n", "key": "'buyer' || n"})
    own = {"id": f"{order.pk} + n", "buyer_id": f"{order.buyer_id} + n"}
    _copy(Order, f"id = {order.pk}", count, own | fresh)
    belongs = {"order_id": "order_id + n"}
    for model in (OrderItem, Shipment):
        _copy(model, f"order_id = {order.pk}", count, belongs)
    spread = {name: f"{name} + n * interval '1 second'" for name in ("due_at", "next_attempt_at")}
    own_dates = f"order_id = {order.pk} AND state = 'pending' AND sequence < {FIRST_COPY}"
    _copy(Milestone, own_dates, count, belongs | spread)
    _settle([Buyer, Order])


def copy_dates(order: Order, count: int) -> None:
    """So many more dates ahead of one order: the table grows, and nothing else does."""
    spread = dict.fromkeys(("due_at", "next_attempt_at"), "now() + interval '1 day' + n * interval '1 second'")
    first = Milestone.objects.filter(order=order, state=MilestoneState.PENDING).order_by("pk").first()
    if first is None:
        raise RuntimeError("the order has no open date")
    begin = FIRST_COPY + Milestone.objects.count()
    _copy(Milestone, f"id = {first.pk}", count, spread | {"sequence": f"{begin} + n"})
    _settle([])


def make_due(kind: MilestoneKind, count: int, *, now: datetime) -> None:
    """Let the dates of one kind fall due, on so many of the copies: a second apart, the last one a second ago."""
    rows = Milestone.objects.filter(kind=kind, state=MilestoneState.PENDING, order__order_number__gt="B0")
    ids = list(rows.order_by("order_id").values_list("pk", flat=True)[:count])
    if len(ids) < count:
        raise RuntimeError(f"{len(ids)} orders have a {kind} ahead, {count} are wanted")
    table = Milestone._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET due_at = %s - (id %% 3600) * interval '1 second',"
            f" next_attempt_at = %s - (id %% 3600) * interval '1 second' WHERE id = ANY(%s)",
            [now - timedelta(seconds=1), now - timedelta(seconds=1), ids],
        )
    _settle([])


def _copy(model: type[Model], where: str, count: int, changed: dict[str, str]) -> None:
    """Copy rows in the database itself, past the checks of foreign keys, which hold by construction."""
    columns = [field.column for field in model._meta.concrete_fields if field.column != "id" or "id" in changed]
    values = [changed.get(column, column) for column in columns]
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) "
            f"SELECT {', '.join(values)} FROM {table}, generate_series(1, {count}) AS n WHERE {where}"
        )
        cursor.execute("SET session_replication_role = DEFAULT")


def _settle(models: list[type[Model]]) -> None:
    """Let sequences go on after the ids that were given, and the planner know what the tables hold now."""
    with connection.cursor() as cursor:
        for model in models:
            table = model._meta.db_table
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        cursor.execute("VACUUM ANALYZE orders_milestone, orders_order, orders_shipment, orders_orderitem, orders_buyer")
