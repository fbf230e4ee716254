"""Makes stores with any number of orders in minutes: the rows are invented by PostgreSQL, some come through the door.

`python -m benchmarks.web.generating COUNT` fills the database of DATABASE_URL, which has been migrated and is empty.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import django
from django.db import connection, models

django.setup()

from benchmarks.importing.generating import write_orders  # noqa: E402
from disputes.intake import Intake  # noqa: E402
from disputes.models import ActionItem, Dispute  # noqa: E402
from orders.models import (  # noqa: E402
    Buyer,
    Membership,
    Milestone,
    Order,
    OrderItem,
    SearchText,
    Shipment,
    Store,
    TimelineEvent,
    User,
)
from orders.roles import Role  # noqa: E402
from orders.search_index import INDEX, ensure_search_index  # noqa: E402
from orders.search_text import compose_search_text  # noqa: E402
from orders.services.searching import index_orders  # noqa: E402
from orders.services.stores import create_store  # noqa: E402

# Stores and the part of all orders that each has: the smallest has its few orders among everybody's many.
STORES = {"harbour": 0.60, "lantern": 0.25, "orchid": 0.10, "bamboo": 0.049, "pebble": 0.001}
OWNER, AGENT = "owner@example.com", "agent@example.com"  # of all stores, and of the smallest alone
THROUGH_THE_DOOR = 300  # orders that lived through everything: their pages are measured
CHECKED = 200  # generated lines that must be what the program itself would write
FIRST = "Maria José João Ana Antônio Francisco Carlos Paulo Pedro Lucas Luiz Marcos Gabriel Rafael Juliana Márcia"
FIRST += " Fernanda Patrícia Aline Camila Bruna Jéssica Letícia Júlia Amanda Larissa Mariana Beatriz Vitória Sofía"
FIRST += " Inés Andrés 小明 伟"
LAST = "Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Costa Ribeiro Martins Carvalho Almeida"
LAST += " Lopes Soares Fernandes Vieira Barbosa Rocha Dias Nascimento Andrade Moreira Nunes Marques Machado Mendes"
LAST += " Freitas Cardoso Ramos Gonçalves Santana Teixeira Araújo Conceição Assunção 王 李"
THINGS = (
    "USB lamp|Phone case|Silicone watch band|Wireless earphones|LED strip|可折叠台灯|Car charger|Yoga mat|不锈钢保温杯"
)
THINGS += (
    "|Kitchen scale|Cat toy|Fishing reel|无线充电器|Garden hose|Makeup brush set|Running socks|蓝牙耳机|Desk organizer"
)
THINGS += "|Bicycle light|Baby bib|手工皮钱包|Door hinge|Screwdriver set|Sewing kit|青花瓷茶具"
# What a plan's line is made into, in SQL; see `_plan`.
EMAIL = "CASE WHEN n % 3 = 0 THEN 'buyer' || n || '@example.com' ELSE '' END"
PHONE = "'+55 11 9' || lpad((n::bigint * 7919 % 100000000)::text, 8, '0')"
NUMBER = "'81' || lpad((n::bigint * 104729 % 100000000000000)::text, 14, '0')"
PARCEL = "'RB' || lpad((n::bigint * 7351 % 1000000000)::text, 9, '0') || 'CN'"
MODEL = "1 + (n % 97)"
LEFT = "placed_at + interval '2 days'"
IS_LEFT = "state NOT IN ('paid', 'payment_pending', 'cancelled')"
IS_OPEN = "state IN ('shipped', 'contact_30', 'contact_45', 'contact_60')"
DELIVERED = (
    "CASE WHEN state IN ('completed', 'refunded', 'delivered') THEN least(placed_at + interval '33 days', now()) END"
)
STATES = ("SP", "RJ", "MG", "BA", "PR", "RS", "PE", "CE")


def generate(count: int) -> None:
    """A database with so many orders, a few of them real, its planner told of them."""
    now = datetime.now(UTC)
    stores = _make_stores()
    _take_real_orders(next(iter(stores)), now)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX IF EXISTS {INDEX}")  # made at the end, in one go
        cursor.execute("SET session_replication_role = replica")  # what points where is right by construction
        _plan(cursor, stores, count)
        _fill(cursor)
        cursor.execute("SET session_replication_role = DEFAULT")
        for model in (Buyer, Order, Dispute, ActionItem):
            table = model._meta.db_table
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
    ensure_search_index(connection)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    changed = index_orders(Order.objects.order_by("-pk").values_list("pk", flat=True)[:CHECKED])
    if changed:
        raise AssertionError(f"{changed} of {CHECKED} generated search texts are not what the program would write")


def _make_stores() -> dict[Store, float]:
    made = {}
    for slug, share in STORES.items():
        policy = {"policy_name": "aliexpress-br", "timezone": "Asia/Shanghai", "currency": "USD"}
        made[create_store(slug, owner_email=OWNER, name=slug.title(), **policy).store] = share
    agent = User.objects.create_user(AGENT, language="en")
    Membership.objects.create(store=list(made)[-1], user=agent, role=Role.AGENT)
    User.objects.filter(email=OWNER).update(is_staff=True, is_superuser=True, language="en")
    return made


def _take_real_orders(store: Store, now: datetime) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        write_orders(path, THROUGH_THE_DOOR, now=now)
        Intake(store, now, "benchmark").import_orders(path, timezone="UTC", mapping=None)


def _plan(cursor: Any, stores: dict[Store, float], count: int) -> None:
    """What each order will be: its store by share, its age, and a state that goes with its age."""
    shares, bound = [], 0.0
    for store, share in stores.items():
        bound += share
        shares.append(f"WHEN r.store < {bound:.4f} THEN {store.pk}")
    first = {model: model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0 for model in (Order, Buyer)}
    cursor.execute("SELECT setseed(0.4825)")
    cursor.execute(
        f"""
        CREATE TEMPORARY TABLE plan AS
        SELECT n, {first[Order]} + n AS order_id, {first[Buyer]} + n AS buyer_id,
            CASE {" ".join(shares)} ELSE {list(stores)[-1].pk} END AS store_id,
            date_trunc('second', now()) - r.age * interval '1 day' AS placed_at, r.age, r.luck,
            CASE
                WHEN r.age > 100 THEN CASE WHEN r.luck < 0.92 THEN 'completed' WHEN r.luck < 0.96 THEN 'refunded'
                    ELSE 'cancelled' END
                WHEN r.age > 70 THEN CASE WHEN r.luck < 0.75 THEN 'completed' WHEN r.luck < 0.95 THEN 'contact_60'
                    ELSE 'disputed' END
                WHEN r.age > 50 THEN CASE WHEN r.luck < 0.5 THEN 'delivered' WHEN r.luck < 0.97 THEN 'contact_45'
                    ELSE 'disputed' END
                WHEN r.age > 35 THEN CASE WHEN r.luck < 0.3 THEN 'delivered' ELSE 'contact_30' END
                WHEN r.age > 3 THEN 'shipped'
                ELSE CASE WHEN r.luck < 0.7 THEN 'paid' ELSE 'payment_pending' END
            END AS state,
            r.name, r.thing
        FROM (
            SELECT n, 730 * power(random(), 1.3) AS age, random() AS luck, random() AS store, random() AS name,
                random() AS thing
            FROM generate_series(1, {count}) AS n
        ) AS r
        """
    )
    cursor.execute("ANALYZE plan")


def _fill(cursor: Any) -> None:
    names = [f"{first} {last}" for first in FIRST.split() for last in LAST.split()]
    things = THINGS.split("|")
    arrays = {"names": names, "folded_names": [compose_search_text([text]).strip() for text in names]}
    arrays |= {"things": things, "folded_things": [compose_search_text([f"{text},"]).strip() for text in things]}
    for table, values in arrays.items():
        cursor.execute(f"CREATE TEMPORARY TABLE {table} AS SELECT %s::text[] AS them", [values])
    # The square makes the first of them common, and the last ones rare.
    name, thing = (
        f"[1 + floor({len(them)} * p.{by} * p.{by})::int]" for them, by in ((names, "name"), (things, "thing"))
    )
    _fill_orders(cursor, f"names.them{name}")
    _fill_parts(cursor, f"things.them{thing}")
    _fill_dates(cursor)
    _fill_work(cursor)
    _fill_lines(cursor, f"folded_names.them{name}", f"folded_things.them{thing}")


def _fill_orders(cursor: Any, name: str) -> None:
    states = f"(ARRAY[{', '.join(map(repr, STATES))}])[1 + n % {len(STATES)}]"
    _insert(
        cursor, Buyer, id="buyer_id", store_id="store_id", key="'order:' || n", name=name, email=EMAIL,
        phone=PHONE, country="'BR'", state=states, city="'Campinas'", language="'pt-br'",
        timezone="'America/Sao_Paulo'",
    )  # fmt: skip
    _insert(
        cursor, Order, id="order_id", store_id="store_id", buyer_id="buyer_id", order_number=NUMBER,
        policy_version="1", placed_at="placed_at", state="state", state_since=LEFT, currency="'USD'",
        total="5 + (n % 9000) / 100.0", payment_method="(ARRAY['boleto', 'pix', 'credit_card'])[1 + n % 3]",
        promised_days="60", record_digest="md5(n::text) || md5(n::text)", timeline_length="2",
        paid_at="CASE WHEN state <> 'payment_pending' THEN placed_at + interval '3 hours' END",
        shipped_at=f"CASE WHEN {IS_LEFT} THEN {LEFT} END", delivered_at=DELIVERED,
        completed_at="CASE WHEN state = 'completed' THEN placed_at + interval '60 days' END",
        disputed_at="CASE WHEN state = 'disputed' THEN now() - interval '1 day' END",
        refunded_at="CASE WHEN state = 'refunded' THEN placed_at + interval '70 days' END",
        cancelled_at="CASE WHEN state = 'cancelled' THEN placed_at + interval '1 day' END",
        tracking_status=f"CASE WHEN {IS_LEFT} THEN 'in_transit' ELSE '' END",
        tracking_queue=f"CASE WHEN {IS_OPEN} AND n % 20 = 0 THEN 'stalled' ELSE '' END",
        queued_at=f"CASE WHEN {IS_OPEN} AND n % 20 = 0 THEN now() - interval '1 day' END",
        last_tracking_at=f"CASE WHEN {IS_LEFT} THEN {LEFT} + interval '5 days' END",
    )  # fmt: skip


def _fill_parts(cursor: Any, thing: str) -> None:
    title = f"{thing} || ', model ' || ({MODEL})"
    item = {"sku": f"'SKU-' || ({MODEL})", "title": title, "quantity": "1 + n % 3", "unit_price": "3.5"}
    _insert(cursor, OrderItem, order_id="order_id", position="1", **item)
    parcel = {"carrier": "'China Post'", "tracking_number": PARCEL, "shipped_at": LEFT, "delivered_at": DELIVERED}
    _insert(cursor, Shipment, IS_LEFT, order_id="order_id", **parcel)
    for sequence, kind in enumerate(("placed", "payment_confirmed"), start=1):
        at = f"placed_at + {sequence - 1} * interval '3 hours'"
        said = {"at": at, "recorded_at": at, "kind": "'fact'", "type": f"'{kind}'", "actor": "'import'"}
        chain = {"sequence": str(sequence), "hash": "md5(n::text) || md5(n::text)"}
        _insert(cursor, TimelineEvent, order_id="order_id", **said, **chain)


def _fill_dates(cursor: Any) -> None:
    ahead = "now() + (60 + n % 86400) * interval '1 minute'"  # none passes before all is filled
    for kind, rule in (("protection_check", "G1"), ("tracking_stalled", "T2"), ("contact_60", "C3")):
        dates = {"due_at": ahead, "next_attempt_at": ahead, "state": "'pending'", "sequence": "1"}
        _insert(cursor, Milestone, IS_OPEN, order_id="order_id", kind=f"'{kind}'", rule=f"'{rule}'", **dates)
    past = f"{LEFT} + interval '30 days'"
    ended = {"due_at": past, "next_attempt_at": past, "outcome_at": past, "reason": "'delivered'", "sequence": "1"}
    first = {"kind": "'contact_30'", "rule": "'C1'", "state": "'cancelled'"}
    _insert(cursor, Milestone, f"NOT ({IS_OPEN})", order_id="order_id", **first, **ended)


def _fill_work(cursor: Any) -> None:
    """What there is to do: cards on Today, and disputes."""
    due = "now() + (n % 20 - 2) * interval '12 hours' + (n % 719) * interval '1 minute'"  # few at the same instant
    before = "now() - interval '1 day'"
    card = {"kind": "'verify_tracking'", "rule": "'T2'", "raised_at": before, "due_at": due, "state": "'open'"}
    whose = {"order_id": "order_id", "store_id": "store_id", "stake": "5 + n % 90"}
    _insert(cursor, ActionItem, "state = 'contact_60' OR n % 500 = 0", **whose, **card)
    claim = {"reason": "'in_transit'", "opened_at": before, "changed_at": before, "respond_by": due, "amount": "5"}
    _insert(cursor, Dispute, "state = 'disputed'", order_id="order_id", number="1", state="'opened'", **claim)


def _fill_lines(cursor: Any, name: str, thing: str) -> None:
    """What the program would write of the same rows; the end of this module's run compares some of them."""
    line = (
        f"' ' || {NUMBER} || ' ' || CASE WHEN {IS_LEFT} THEN lower({PARCEL}) || ' ' ELSE '' END"
        f" || {name} || ' ' || CASE WHEN n % 3 = 0 THEN {EMAIL} || ' ' ELSE '' END"
        f" || {thing} || ' model ' || ({MODEL}) || ' sku-' || ({MODEL}) || ' '"
        f" || {PHONE} || ' ' || regexp_replace({PHONE}, '\\D', '', 'g') || ' '"
    )
    _insert(cursor, SearchText, order_id="order_id", text=line)


def _insert(cursor: Any, model: type[models.Model], where: str = "true", **values: str) -> None:
    """Rows of a model by SQL expressions; what is not named and may not be NULL is empty, or as the model says."""
    columns = dict(values)
    for field in model._meta.concrete_fields:
        if field.column not in columns and not field.null and not field.has_db_default() and not field.primary_key:
            columns[field.column] = _default(field)
    names = ", ".join(connection.ops.quote_name(name) for name in columns)
    cursor.execute(
        f"INSERT INTO {model._meta.db_table} ({names}) SELECT {', '.join(columns.values())}"
        f" FROM plan AS p, names, things, folded_names, folded_things WHERE {where}"
    )


def _default(field: Any) -> str:
    value = field.get_default()
    if isinstance(value, dict | list):
        return "'{}'" if isinstance(value, dict) else "'[]'"
    if isinstance(value, bool | int):
        return str(value)
    return f"'{value}'" if value not in (None, "") else "''"


if __name__ == "__main__":
    generate(int(sys.argv[1]))
