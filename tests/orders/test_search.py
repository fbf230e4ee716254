"""Orders are found by any part of their names, in any language; kept whenever a name changes, and forgotten with it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st

from disputes.recording import record
from orders.events import Event, EventType
from orders.models import Buyer, Order, OrderItem, SearchText, Shipment, Store
from orders.records import ItemRecord
from orders.search_index import INDEX, ensure_search_index, search_obstacles
from orders.search_text import SHORT, compose_search_text, fold, search_parts, telling_part
from orders.services.erasure import forget_buyer
from orders.services.intake import correct_order
from orders.services.ledger import open_ledger, save_ledgers
from orders.services.searching import index_buyers, index_missing, index_orders
from orders.weighing import as_in_memory
from tests.cast import alices_store, at, happens, order_record, paid, placed_order, shipped

WORDS = "abcxyzàãçéñöŠžß0129可折叠台灯青花瓷杯かがドー명동АБвг"
fields = st.text(alphabet=f"{WORDS} -,.@", min_size=1, max_size=12)


def is_found(line: str, query: str) -> bool:
    """What the database does with the parts."""
    return any(all(part in line for part in way) for way in search_parts(query))


@given(names=st.lists(fields, min_size=1, max_size=4), data=st.data())
def test_any_part_of_any_name_finds_it(names: list[str], data: st.DataObject) -> None:
    line = compose_search_text(names)
    word = data.draw(st.sampled_from([word for name in names for word in name.split()] or ["a"]))
    start = data.draw(st.integers(0, len(word) - 1))
    end = data.draw(st.integers(start + 1, len(word)))
    part = word[start:end]
    is_long = len(fold(part)) >= SHORT or start == 0
    if word != "a" and (is_long or all(letter >= "\u3041" for letter in fold(part))):
        assert is_found(line, part), (line, part, search_parts(part))


@given(names=st.lists(fields, min_size=1, max_size=4), pair=st.text(alphabet="台灯可叠", min_size=2, max_size=4))
def test_only_what_is_in_it_finds_it(names: list[str], pair: str) -> None:
    assert is_found(compose_search_text(names), pair) == any(pair in name for name in names)


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("João Conceição", "joao CONCEICAO"),
        ("Joao", "João"),
        ("Straße", "strasse"),
        ("可折叠USB台灯", "叠usb台"),
        ("可折叠台灯", "台灯"),
        ("可折叠台灯", "灯"),
        ("可折叠台灯", "可折叠台灯"),
        ("蓝牙耳机", "牙耳"),
        ("LED １２W", "12w"),
        ("maria@example.com", "ria@exa"),
        ("8012345678901234", "4567"),
    ],
)
def test_a_reader_finds_it_as_he_types_it(name: str, query: str) -> None:
    assert is_found(compose_search_text([name]), query)


@pytest.mark.parametrize("typed", ["+55 11 98765-4321", "98765 4321", "5511987654321", "(11) 98765-4321", "987654321"])
def test_a_phone_number_is_found_however_it_is_grouped(typed: str) -> None:
    for kept in ("+55 (11) 98765-4321", "+5511987654321"):
        assert is_found(compose_search_text([], phone=kept), typed)


@pytest.mark.parametrize(
    ("part", "looked_up"),
    [
        ("8012345678901234", "78901234"),
        ("rb183124577cn", "83124577"),
        ("98765432", "98765432"),
        ("maria@ex", "maria@ex"),
    ],
)
def test_a_long_number_is_looked_up_by_its_end(part: str, looked_up: str) -> None:
    assert telling_part(part) == looked_up


@pytest.mark.parametrize("query", ["台架", "灯台", "zebra", "%", "_", "USBlamp"])
def test_what_is_not_in_it_does_not_find_it(query: str) -> None:
    assert not is_found(compose_search_text(["可折叠台灯架", "USB lamp"]), query)


# --- kept in step -----------------------------------------------------------------------------------------------------
@pytest.fixture
def order(db: None) -> Order:
    return placed_order(alices_store(), paid(), shipped())


def found(query: str) -> list[str]:
    (parts, *_others) = search_parts(query)
    condition = Q()
    for part in parts:
        condition &= Q(search__text__contains=part)
    return list(Order.objects.filter(condition).values_list("order_number", flat=True))


def is_in_step() -> bool:
    """Whether reading everything anew changes nothing."""
    return index_orders(Order.objects.values_list("pk", flat=True)) == 0


@pytest.mark.parametrize("part", ["8012345678", "LX1234", "souza", "maria@EX", "usb LAMP", "A1"])
def test_an_order_is_found_by_everything_that_it_is_known_by(order: Order, part: str) -> None:
    assert found(part) == [order.order_number]
    assert is_in_step()


def test_another_parcel_of_it_finds_it_too(order: Order) -> None:
    happens(order, shipped("03-06 10:00", tracking_number="RB987654321CN"))
    assert found("RB9876") == found("LX1234") == [order.order_number]
    assert is_in_step()


def test_what_a_file_corrects_is_found_by_its_new_names_alone(order: Order) -> None:
    ledger = open_ledger(order.pk, now=at("03-07 10:00"), actor="test")
    said = order_record(buyer={"name": "Ana Lima"}, items=(ItemRecord(sku="B2", title="青花瓷茶具", quantity=1),))
    correct_order(ledger, said)
    save_ledgers([ledger])
    assert found("lima") == found("花瓷") == [order.order_number]
    assert found("souza") == found("lamp") == []
    assert is_in_step()


def test_a_buyers_new_name_finds_all_his_orders(order: Order) -> None:
    placed_order(order.store, number="81", buyer={"name": "Maria de Souza Lima"})
    assert sorted(found("souza lima")) == [order.order_number, "81"]
    assert is_in_step()


def test_who_changes_a_buyer_has_his_orders_found_anew(order: Order) -> None:
    Buyer.objects.filter(pk=order.buyer_id).update(phone="+55 11 91234-5678")
    assert index_buyers([order.buyer_id]) == 1
    assert found("912345678") == [order.order_number]


def test_an_erased_buyer_finds_nothing_any_more(order: Order) -> None:
    forget_buyer(Buyer.objects.get(pk=order.buyer_id), now=at("03-08 10:00"))
    assert found("souza") == found("maria@example") == []
    assert found("8012345678") == [order.order_number]
    assert is_in_step()


def test_an_order_of_an_older_version_is_found_after_the_next_reconciliation(order: Order) -> None:
    SearchText.objects.all().delete()
    assert found("souza") == []
    assert (index_missing(), index_missing()) == (1, 0)
    assert found("souza") == [order.order_number]


def test_an_event_that_changes_no_name_costs_no_look_at_the_texts(
    order: Order, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(60) as queries:
        record(order.pk, Event(EventType.PAYMENT_CHECKING, at("03-06 10:00")), now=at("03-06 10:00"), actor="test")
    assert [query for query in queries.captured_queries if "searchtext" in query["sql"]] == []


# --- PostgreSQL -------------------------------------------------------------------------------------------------------
@pytest.fixture
def many(db: None) -> Iterator[Store]:
    """Enough lines that a walk through all of them is no way."""
    store = alices_store()
    buyer = Buyer.objects.create(store=store, key="b")
    rows = [
        Order(store=store, buyer=buyer, order_number=f"{n:08}", policy_version=1, placed_at=at("03-02 12:00"),
              state_since=at("03-02 12:00") + timedelta(seconds=n))
        for n in range(3000)
    ]  # fmt: skip
    Order.objects.bulk_create(rows)
    lines = [SearchText(order=row, text=compose_search_text([row.order_number, f"台灯{row.pk}"])) for row in rows]
    SearchText.objects.bulk_create(lines)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE orders_searchtext")
    yield store
    assert not OrderItem.objects.exists()
    assert not Shipment.objects.exists()


@pytest.mark.postgresql
@pytest.mark.parametrize("query", ["00001234", "台灯1234", "maria@example", "xy"])
def test_postgresql_searches_by_the_index(many: Store, query: str) -> None:
    ((part, *_more),) = search_parts(query)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # the table is small
    plan = SearchText.objects.filter(text__contains=part).explain(analyze=True)
    (scan,) = [line for line in plan.splitlines() if f"Index Scan on {INDEX}" in line]
    found = int(scan.rpartition("rows=")[2].split()[0].partition(".")[0])
    assert found <= 300  # of 3,000: where the index knows nothing of a query, it gives every row


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_the_index_that_is_missing_is_told_and_made_by_the_next_migration() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {INDEX}")
    assert [INDEX in obstacle.problem for obstacle in search_obstacles(connection)] == [True]
    ensure_search_index(connection)
    assert list(search_obstacles(connection)) == []


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_what_a_search_tells_postgresql_is_forgotten_after_it() -> None:
    def page_cost() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW random_page_cost")
            return str(cursor.fetchone()[0])

    before = page_cost()
    with as_in_memory():
        assert page_cost() == "0.5"
    assert page_cost() == before != "0.5"
