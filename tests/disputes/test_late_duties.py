"""What the team is asked for when an order comes in after its dates have passed: all that can still matter, no mail."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from disputes.intake import Intake
from disputes.models import ActionItem, ActionKind, ActionState
from disputes.reconciling import reconcile_orders
from disputes.recording import take_in
from messaging.models import Message
from orders.models import Order, Store
from orders.services.intake import buyer_key, start_order
from orders.services.ledger import open_ledger, save_ledgers
from tests.cast import (
    after,
    alices_store,
    as_events,
    at,
    fact,
    happens,
    order_record,
    paid,
    placed_order,
    shipped,
    tracking,
)
from tests.racing import apart, wait_for_a_lock

pytestmark = pytest.mark.django_db
PAID_AT = "03-02 13:00"
SHIP_BY = "03-09 13:00"
HEADER = "order_number,placed_at,paid_at,shipped_at,tracking_number,carrier,buyer_email,total,currency,status"


def learnt(*events: dict[str, Any], now: str, policy: str = "aliexpress-br", **values: Any) -> Order:
    """Maria's order with all that happened to it, first heard of at `now`."""
    said = order_record(**values)
    store = alices_store(policy=policy)
    ledger = start_order(said, store, now=at(now), actor="test", buyer=store.buyers.filter(key=buyer_key(said)).first())
    take_in(ledger, as_events(events))
    save_ledgers([ledger])
    return ledger.order


def asked(order: Order) -> list[tuple[str, str, str]]:
    """What the team is asked for: the kind, the rule, and until when."""
    items = ActionItem.objects.filter(order=order, state=ActionState.OPEN).order_by("kind")
    return [(item.kind, item.rule, f"{item.due_at:%m-%d %H:%M}") for item in items]


def test_an_overdue_parcel_is_asked_for_when_the_order_comes_in_after_its_handling_time() -> None:
    order = learnt(paid(), now="03-14 12:00")
    assert asked(order) == [("ship", "S4", SHIP_BY)]
    assert order.actions.get().data == {"overdue": True}
    assert not Message.objects.exists()


def test_the_parcel_is_asked_for_when_only_the_warning_of_its_handling_time_has_passed() -> None:
    order = learnt(paid(), now="03-07 12:00")
    assert asked(order) == [("ship", "S4", SHIP_BY)]
    assert order.actions.get().data == {}


@pytest.mark.parametrize("days", [81, 83])  # 7 to ship, 60 promised, 15 of protection after them
def test_a_parcel_is_asked_for_only_while_the_buyers_protection_would_run_had_it_left_in_time(days: int) -> None:
    order = learnt(paid(), now=after(PAID_AT, days=days))
    assert bool(asked(order)) is (days < 82)


@pytest.mark.parametrize("promised", [None, 20])
@pytest.mark.parametrize("late", [-1, 1])
def test_a_parcel_is_asked_for_only_for_a_while_when_the_pack_has_no_protection(
    promised: int | None, late: int
) -> None:
    now = after(SHIP_BY, days=90 + (promised or 0) + late)
    order = learnt(paid(), policy="ebay", ship_by=at(SHIP_BY), now=now, promised_days=promised)
    assert bool(asked(order)) is (late < 0)


@pytest.mark.parametrize(
    "events",
    [
        [],
        [paid(), shipped()],
        [paid(), fact("03-10 12:00", "cancelled")],
        [paid(), fact("03-10 12:00", "refund_issued")],
    ],
)
def test_no_parcel_is_asked_for_when_none_is_to_leave(events: list[dict[str, Any]]) -> None:
    order = learnt(*events, now="03-14 12:00")
    assert "ship" not in {kind for kind, _rule, _due in asked(order)}


def test_nobody_is_asked_to_ship_when_the_status_of_the_same_row_says_that_it_left(tmp_path: Path) -> None:
    store = alices_store()
    path = tmp_path / "orders.csv"
    row = "801,2026-03-02T12:00Z,2026-03-02T13:00Z,,,,maria@example.com,24.00,USD,{}"
    path.write_text("\n".join([HEADER, row.format("WAIT_BUYER_ACCEPT_GOODS"), row.replace("801", "802").format("")]))
    Intake(store, at("03-14 12:00"), "test").import_orders(path, timezone="UTC", mapping=None)
    assert list(ActionItem.objects.values_list("order__order_number", "kind")) == [("802", "ship")]


@pytest.mark.parametrize(
    ("now", "rule", "news"),
    [("03-14 12:00", "S5", []), ("03-25 12:00", "T2", ["03-08 12:00"]), ("04-06 12:00", "T3", ["04-05 12:00"])],
)
def test_a_parcel_awaited_is_to_be_verified_when_its_dates_passed_before_it_was_known(
    now: str, rule: str, news: list[str]
) -> None:
    order = learnt(paid(), shipped(), *map(tracking, news), now=now)
    assert asked(order) == [("verify_tracking", rule, f"{at(after(now, days=1)):%m-%d %H:%M}")]


def test_a_refund_alone_is_asked_for_when_the_parcel_should_have_come_long_ago() -> None:
    order = learnt(paid(), shipped(), now="05-10 12:00")
    assert {kind for kind, *_more in asked(order)} == {"extend_receipt_time", "refund"}


def test_the_history_of_a_parcel_asks_once_when_its_news_comes_in_one_file(tmp_path: Path) -> None:
    order = learnt(paid(), shipped(), now="03-06 12:00")
    lines = [f"LX123456785CN,2026-03-{day:02}T10:00Z,in_transit,,,17track" for day in (7, 9, 11)]
    path = tmp_path / "tracking.csv"
    path.write_text("\n".join(["tracking_number,at,status,description,location,source", *lines]))
    Intake(order.store, at("03-30 12:00"), "test").import_tracking(path, timezone="UTC")
    items = ActionItem.objects.filter(order=order, kind=ActionKind.VERIFY_TRACKING)
    assert [(item.rule, item.state) for item in items] == [("T2", "open")]


@pytest.mark.parametrize(("now", "is_asked"), [("04-02 12:00", True), ("04-06 12:00", False)])
def test_proof_and_funds_are_asked_for_when_a_delivery_is_learnt_before_the_order_completes(
    now: str, is_asked: bool
) -> None:
    order = learnt(paid(), shipped(), fact("03-20 12:00", "delivered"), now=now)
    due = [("keep_delivery_proof", "G2", "04-04 12:00"), ("release_funds", "G2", "04-04 12:00")]
    assert asked(order) == (due if is_asked else [])
    assert not Message.objects.exists()


def test_a_request_to_cancel_is_overdue_when_it_is_learnt_after_its_answer_was_due(store: Store) -> None:
    order = placed_order(store, paid(), fact("03-03 12:00", "cancellation_requested"), now="03-08 12:00")
    assert ("answer_cancellation", "P8", "03-05 12:00") in asked(order)


@pytest.fixture
def store() -> Store:
    return alices_store(policy_version=2)


def test_the_hourly_look_finds_the_orders_that_an_older_version_asked_nobody_to_ship() -> None:
    order = learnt(paid(), now="03-14 12:00")
    old = learnt(paid("2025-11-02 13:00"), placed_at=at("2025-11-02 12:00"), now="03-14 12:00", number="802")
    ActionItem.objects.all().delete()
    reconcile_orders(at("03-14 13:00"))
    assert asked(order) == [("ship", "S4", SHIP_BY)]
    assert not asked(old)


def test_the_hourly_look_asks_once_when_the_work_was_called_done() -> None:
    order = learnt(paid(), now="03-14 12:00")
    ActionItem.objects.update(state=ActionState.DONE)
    reconcile_orders(at("03-14 13:00"))
    assert not asked(order)


def test_the_late_parcel_is_settled_when_it_leaves() -> None:
    order = learnt(paid(), now="03-14 12:00")
    happens(order, shipped("03-14 15:00"), now="03-14 15:00")
    assert not asked(order)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_nobody_is_asked_twice_when_two_hourly_looks_find_the_same_order() -> None:
    order = learnt(paid(), now="03-14 12:00")
    ActionItem.objects.all().delete()
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        open_ledger(order.pk, now=at("03-14 13:00"), actor="test")
        other = pool.submit(apart, lambda: reconcile_orders(at("03-14 13:00")))
        wait_for_a_lock()
        reconcile_orders(at("03-14 13:00"))
    other.result()
    assert asked(order) == [("ship", "S4", SHIP_BY)]
