"""One deed for many orders: each once, whatever becomes of the worker; stopped, taken back, and told order by order."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, connection, transaction

from disputes import bulk, bulk_deeds
from disputes.bulk import NotPossible, cancel_run, count_items, start_runs, undo_run, waiting_runs, work_on
from disputes.bulk_deeds import BULK_PURPOSES, foresee
from disputes.models import ActionItem, BulkItem, BulkKind, BulkRun
from messaging.models import Message
from orders.models import Membership, Order, Store, TimelineEvent, User
from orders.services.ledger import open_ledger
from tests.cast import after, alices_store, at, clock_at, happens, paid, placed_order, shipped, ticking
from tests.racing import apart, wait_for_a_lock

pytestmark = pytest.mark.django_db
NOW = "03-12 15:00"
CONTACT = {"purpose": "tracking_update"}


@pytest.fixture
def store() -> Store:
    return alices_store()


@pytest.fixture
def orders(store: Store) -> list[Order]:
    """Six parcels on their way, the last of them delivered, all of which have their first mails behind them."""
    made = [
        placed_order(store, paid(), shipped(), number=f"8{n}", buyer={"email": f"m{n}@example.com"}) for n in range(6)
    ]
    happens(made[-1], {"at": "2026-03-11T10:00:00Z", "type": "delivered", "source": "carrier"})
    return list(Order.objects.select_related("buyer", "store").order_by("pk"))


def alice() -> User:
    found: User = User.objects.get(email="alice@example.com")
    return found


def asked(kind: str, params: dict[str, Any], orders: list[Order]) -> BulkRun:
    (run,) = start_runs(alice(), BulkKind(kind), params, orders, token=uuid4(), now=at(NOW))
    return run


def done(run: BulkRun, now: str = NOW) -> dict[str, int]:
    work_on(run.pk, clock_at(now), until=at(after(now, minutes=2)))
    return count_items(run)


def updates() -> int:
    return Message.objects.filter(purpose="tracking_update").count()


def test_each_buyer_is_written_to_once_and_the_others_are_told_why_not(orders: list[Order]) -> None:
    run = asked("contact", CONTACT, orders)
    assert done(run) == {"done": 5, "skipped": 1}
    assert updates() == 5
    skipped = run.items.get(state="skipped")
    assert (skipped.rule, skipped.reason) == ("T1", "delivered")
    run.refresh_from_db()
    assert (run.state, run.ended_at) == ("done", at(NOW))


def test_the_preview_says_what_then_happens(orders: list[Order]) -> None:
    for kind, params in (("contact", CONTACT), ("extend", {"days": 20}), ("mark_sent", {})):
        seen = foresee(kind, params, orders, now=at(NOW))
        run = asked(kind, params, orders)
        done(run)
        happened = [(item.state == "done", item.rule, item.reason) for item in run.items.all()]
        assert [(verdict.is_done, verdict.rule, verdict.reason) for verdict in seen] == happened


def test_a_preview_changes_nothing(orders: list[Order], django_assert_num_queries: Any) -> None:
    events = TimelineEvent.objects.count()
    foresee("contact", CONTACT, orders, now=at(NOW))
    assert (TimelineEvent.objects.count(), updates()) == (events, 0)


def test_a_worker_that_dies_leaves_the_others_to_the_next_and_nothing_is_done_twice(
    orders: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = asked("contact", CONTACT, orders)
    before = bulk._work_on_item

    def dies_at_the_third(run: BulkRun, pk: int, *more: Any) -> None:
        if run.items.filter(state="done").count() == 2:
            raise KeyboardInterrupt
        before(run, pk, *more)

    monkeypatch.setattr(bulk, "_work_on_item", dies_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        done(run)
    monkeypatch.setattr(bulk, "_work_on_item", before)
    assert done(run) == {"waiting": 4, "done": 2}  # it is still held by the dead one
    later = after(NOW, minutes=3)
    assert waiting_runs(at(later)) == [run.pk]
    assert done(run, later) == {"done": 5, "skipped": 1}
    assert updates() == 5


def test_a_deed_that_fails_half_way_leaves_nothing_behind(
    orders: list[Order], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    run = asked("contact", CONTACT, orders)
    broken = orders[1].pk
    save = bulk_deeds.save_ledgers

    def fails_for_one(ledgers: list[Any]) -> None:
        save(ledgers)
        if ledgers[0].order.pk == broken:
            raise OSError("no more room")

    monkeypatch.setattr(bulk_deeds, "save_ledgers", fails_for_one)
    assert done(run) == {"done": 4, "failed": 1, "skipped": 1}
    assert not Message.objects.filter(order=broken, purpose="tracking_update").exists()
    assert "no more room" in caplog.text


def look_for_deadlocks_after(span: str, *, is_local: bool = False) -> None:
    """Who looks first breaks his own work off, and each looks once: on a busy machine the other may not wait yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('deadlock_timeout', %s, %s)", [span, is_local])


def looking_early(run: BulkRun) -> dict[str, int]:
    look_for_deadlocks_after("5s")
    return done(run)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_deadlock_costs_no_order_its_turn(orders: list[Order]) -> None:
    run = asked("contact", CONTACT, orders)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            open_ledger(orders[0].pk, now=at(NOW), actor="test")
            look_for_deadlocks_after("5min", is_local=True)
            worker = pool.submit(apart, lambda: looking_early(run))
            wait_for_a_lock()
            BulkRun.objects.select_for_update().get(pk=run.pk)  # the worker holds it: PostgreSQL breaks his work off
        assert worker.result() == {"done": 5, "skipped": 1}
    assert updates() == 5


def test_an_order_over_which_the_database_stumbles_each_time_is_told_and_the_others_go_on(
    orders: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = asked("contact", CONTACT, orders)
    save = bulk_deeds.save_ledgers

    def stumbles_over_one(ledgers: list[Any]) -> None:
        if ledgers[0].order.pk == orders[1].pk:
            raise OperationalError("deadlock detected")
        save(ledgers)

    monkeypatch.setattr(bulk_deeds, "save_ledgers", stumbles_over_one)
    assert done(run) == {"done": 4, "failed": 1, "skipped": 1}


def test_work_goes_on_in_another_turn_when_the_time_is_up(orders: list[Order], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 2)
    run = asked("contact", CONTACT, orders)
    clock = ticking(NOW, seconds=10)
    turns = 0
    while waiting_runs(clock()):
        work_on(run.pk, clock, until=clock() + timedelta(seconds=25))
        turns += 1
    assert turns > 1
    assert count_items(run) == {"done": 5, "skipped": 1}


def test_a_run_that_was_stopped_does_no_more(orders: list[Order]) -> None:
    run = asked("contact", CONTACT, orders)
    cancel_run(run.pk, now=at(NOW))
    assert done(run) == {"waiting": 6}
    with pytest.raises(NotPossible):
        cancel_run(run.pk, now=at(NOW))


def test_a_worker_at_a_run_does_no_more_once_it_is_stopped_and_taken_back(
    orders: list[Order], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = asked("contact", CONTACT, orders)
    before = bulk._work_on_item

    def is_overtaken(*given: Any) -> None:
        before(*given)
        monkeypatch.setattr(bulk, "_work_on_item", before)
        cancel_run(run.pk, now=at(NOW))
        undo_run(run.pk, alice())
        assert done(run) == {"waiting": 5, "undone": 1}

    monkeypatch.setattr(bulk, "_work_on_item", is_overtaken)
    assert done(run) == {"waiting": 5, "undone": 1}
    assert not Message.objects.filter(purpose="tracking_update").exclude(state="cancelled").exists()


def test_who_takes_a_run_back_stands_on_the_timeline_also_when_the_other_left(
    orders: list[Order], store: Store
) -> None:
    run = asked("contact", CONTACT, orders[:1])
    done(run)
    bob = User.objects.create(email="bob@example.com")
    Membership.objects.create(store=store, user=bob, role="agent")
    Membership.objects.filter(user=alice()).delete()
    undo_run(run.pk, bob)
    assert done(run) == {"undone": 1}
    assert orders[0].timeline.filter(type="not_sent").latest("sequence").actor == str(bob.pk)


def test_messages_that_have_not_left_are_taken_back(orders: list[Order]) -> None:
    run = asked("contact", CONTACT, orders)
    done(run)
    first = Message.objects.filter(purpose="tracking_update").order_by("pk")[0]
    Message.objects.filter(pk=first.pk).update(state="sent", sent_at=at(NOW))
    undo_run(run.pk, alice())
    assert done(run) == {"undone": 4, "kept": 1, "skipped": 1}
    states = Message.objects.filter(purpose="tracking_update").values_list("state", flat=True)
    assert sorted(states) == ["cancelled"] * 4 + ["sent"]
    run.refresh_from_db()
    assert run.state == "undone"
    with pytest.raises(NotPossible):
        undo_run(run.pk, alice())


def test_the_receipt_time_is_extended_by_the_rule_and_stays(orders: list[Order]) -> None:
    run = asked("extend", {"days": 20}, orders)
    assert done(run) == {"done": 5, "skipped": 1}
    skipped = run.items.get(state="skipped")
    assert (skipped.rule, skipped.order_id) == ("G1", orders[-1].pk)
    assert Order.objects.exclude(protection_extended_at=None).count() == 5
    with pytest.raises(NotPossible):
        undo_run(run.pk, alice())


def test_messages_that_wait_for_a_hand_are_marked_and_wait_again_when_it_is_undone(store: Store) -> None:
    made = [placed_order(store, paid(), shipped(), number=f"9{n}", buyer={"email": ""}) for n in range(3)]
    waiting = Message.objects.filter(state="waiting").count()
    run = asked("mark_sent", {"note": "in the chat"}, made)
    assert done(run) == {"done": 3}
    assert not Message.objects.filter(state="waiting").exists()
    assert not ActionItem.objects.filter(kind="send_by_hand", state="open").exists()
    undo_run(run.pk, alice())
    assert done(run) == {"undone": 3}
    assert Message.objects.filter(state="waiting").count() == waiting > 0


def test_the_same_page_sent_twice_is_one_run(orders: list[Order]) -> None:
    token = uuid4()
    for _time in range(2):
        start_runs(alice(), BulkKind.CONTACT, CONTACT, orders, token=token, now=at(NOW))
    assert (BulkRun.objects.count(), BulkItem.objects.count()) == (1, 6)


def test_a_person_who_left_the_store_has_nothing_done_any_more(orders: list[Order], store: Store) -> None:
    run = asked("contact", CONTACT, orders)
    Membership.objects.filter(user=alice()).delete()
    assert done(run) == {"waiting": 6}
    run.refresh_from_db()
    assert (run.state, run.error) == ("cancelled", "no_worker")
    assert start_runs(alice(), BulkKind.CONTACT, CONTACT, orders, token=uuid4(), now=at(NOW)) == []


def test_no_message_waits_twice_for_one_buyer(orders: list[Order]) -> None:
    done(asked("contact", CONTACT, orders))
    again = asked("contact", CONTACT, orders)
    assert done(again) == {"skipped": 6}
    assert {item.reason for item in again.items.all()} == {"waits_already", "delivered"}


def test_every_text_offered_for_many_has_a_rule_of_the_pack(store: Store) -> None:
    assert [rule for rule in BULK_PURPOSES.values() if not store.current_policy.has(rule)] == []
