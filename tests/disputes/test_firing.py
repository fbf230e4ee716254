"""Claiming and firing on the database: once each, in spite of races, faults and facts that come between."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from disputes import firing
from disputes.firing import fire_due, fire_together
from disputes.reconciling import reconcile_orders
from disputes.sweeping import look_for_work
from messaging.models import Message, MessageState
from orders.models import Milestone, Order, Store, TimelineEvent
from orders.models.milestones import MilestoneState
from orders.models.timeline import EventKind
from orders.planning import MilestoneKind
from orders.services.claiming import claim_due
from tests.cast import (
    after,
    alices_store,
    at,
    clock_at,
    due_milestones,
    fact,
    happens,
    paid,
    placed_order,
    shipped,
    tracking,
)

DAY_30 = "04-04 10:00"
EVENING = "04-04 22:00"


@pytest.fixture
def store(db: None) -> Store:
    return alices_store()


@pytest.fixture
def order(store: Store) -> Order:
    """Shipped on 5 March, with news since, so that day 30 brings the first contact and the wait for the country."""
    return placed_order(store, paid(), shipped(), tracking("04-01 00:00"))


def fire_at(short: str) -> int:
    return fire_due(clock_at(short), until=at(short) + timedelta(hours=1))


def fired(order: Order) -> list[str]:
    events = TimelineEvent.objects.filter(order=order, kind=EventKind.MILESTONE)
    return list(events.values_list("type", flat=True))


# --- firing -----------------------------------------------------------------------------------------------------------
def test_what_is_due_fires_with_its_move_its_line_and_its_message(order: Order) -> None:
    assert fire_at(DAY_30) == 2
    order = Order.objects.get(pk=order.pk)
    assert order.state == "contact_30"
    assert sorted(fired(order)) == ["contact_30", "not_in_destination"]
    message = order.messages.get(purpose="contact_30")
    assert (message.state, message.send_after) == (MessageState.PENDING, at("04-04 12:00"))


def test_nothing_fires_twice(order: Order) -> None:
    fire_at(DAY_30)
    assert fire_at(EVENING) == 0
    assert sorted(fired(order)) == ["contact_30", "not_in_destination"]


def test_what_is_not_due_waits(order: Order) -> None:
    assert fire_at("04-04 09:59") == 0
    assert due_milestones(order, "contact_30")[0].state == MilestoneState.PENDING


def test_an_outage_of_a_month_fires_what_was_missed_in_the_order_of_its_dates(order: Order) -> None:
    fire_at("05-05 10:00")
    kinds = [kind for kind in fired(order) if kind.startswith("contact")]
    assert kinds == ["contact_30", "contact_45", "contact_60"]


def test_a_fact_between_claim_and_fire_wins(order: Order) -> None:
    claim = claim_due(Milestone, now=at(DAY_30))
    happens(order, fact("04-04 10:01", "delivered"))
    assert [fire_together([pk], claim.token, now=at("04-04 10:02")) for pk in claim.ids] == [0, 0]
    row = due_milestones(order, "contact_30")[0]
    assert (row.state, row.reason, row.outcome_at) == (MilestoneState.CANCELLED, "delivered", at("04-04 10:01"))


def test_a_dispute_between_claim_and_fire_cancels_at_firing(order: Order) -> None:
    claim = claim_due(Milestone, now=at(DAY_30))
    happens(order, fact("04-04 10:01", "dispute_opened", reason="in_transit", amount="1.00"))
    for pk in claim.ids:
        fire_together([pk], claim.token, now=at("04-04 10:02"))
    row = due_milestones(order, "contact_30")[0]
    assert (row.state, row.reason) == (MilestoneState.CANCELLED, "dispute_open")


def test_a_worker_whose_lease_passed_fires_nothing(order: Order) -> None:
    late = claim_due(Milestone, now=at(DAY_30))
    look_for_work(at("04-04 11:00"))
    fresh = claim_due(Milestone, now=at("04-04 11:00"))
    assert not any(fire_together([pk], late.token, now=at("04-04 11:00")) for pk in late.ids)
    assert all(fire_together([pk], fresh.token, now=at("04-04 11:00")) for pk in fresh.ids)


# --- faults -----------------------------------------------------------------------------------------------------------
@pytest.fixture
def broken_contact(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The first contact cannot be made: a fault in the program."""

    def fail(*_given: Any) -> None:
        raise RuntimeError("a fault of ours")

    reactions: Any = firing.MILESTONE_REACTIONS
    monkeypatch.setitem(reactions, MilestoneKind.CONTACT_30, fail)
    return iter(())


@pytest.mark.usefixtures("broken_contact")
def test_a_row_that_cannot_be_fired_waits_and_the_others_go_on(order: Order) -> None:
    fire_at(DAY_30)
    row = due_milestones(order, "contact_30")[0]
    assert (row.state, row.attempts, row.claim_token) == (MilestoneState.PENDING, 1, None)
    assert "a fault of ours" in row.last_error
    assert at(DAY_30) < row.next_attempt_at < at("04-04 10:01")
    assert (row.due_at, Order.objects.get(pk=order.pk).state) == (at(DAY_30), "shipped")
    assert fired(order) == ["not_in_destination"]


@pytest.mark.usefixtures("broken_contact")
def test_a_row_that_never_fires_is_dead_after_eight_attempts(order: Order) -> None:
    for hours in range(0, 24, 2):
        fire_at(after(DAY_30, hours=hours))
    row = due_milestones(order, "contact_30")[0]
    assert (row.state, row.attempts) == (MilestoneState.DEAD, 8)


# --- re-planning ------------------------------------------------------------------------------------------------------
def test_a_fact_that_moves_a_date_moves_the_row(order: Order) -> None:
    before = due_milestones(order, "tracking_stalled")[-1]
    happens(order, tracking("04-03 00:00"))
    after = Milestone.objects.get(pk=before.pk)
    assert (after.due_at, after.next_attempt_at) == (at("04-13 00:00"), at("04-13 00:00"))


def test_a_row_that_is_claimed_and_then_moved_is_free_again(order: Order) -> None:
    now = "04-11 00:00"
    claim = claim_due(Milestone, now=at(now))
    happens(order, tracking("04-11 00:01"))
    row = due_milestones(order, "tracking_stalled")[-1]
    assert (row.state, row.claim_token, row.due_at) == (MilestoneState.PENDING, None, at("04-21 00:01"))
    assert not fire_together([row.pk], claim.token, now=at("04-11 00:02"))


def test_the_hourly_look_finds_a_milestone_that_was_deleted(order: Order) -> None:
    due_milestones(order, "contact_45")[0].delete()
    assert reconcile_orders(at("03-06 00:00")) == 0
    assert [row.due_at for row in due_milestones(order, "contact_45")] == [at("04-19 10:00")]


def test_the_hourly_look_changes_nothing_where_all_is_there(order: Order) -> None:
    before = list(order.milestones.values())
    reconcile_orders(at("03-06 00:00"))
    assert list(order.milestones.values()) == before


def test_the_hourly_look_brings_back_nothing_that_had_its_turn(order: Order) -> None:
    fire_at("04-20 00:00")
    before = fired(order)
    reconcile_orders(at("04-20 01:00"))
    fire_at("04-20 01:00")
    assert fired(order) == before


def test_a_milestone_that_was_deleted_and_is_past_fires_at_the_hourly_look(order: Order) -> None:
    due_milestones(order, "contact_30")[0].delete()
    reconcile_orders(at("04-04 11:00"))
    fire_at("04-04 11:00")
    assert "contact_30" in fired(order)


def test_a_parcel_that_is_told_of_forty_days_late_stands_at_its_stage_and_nobody_is_written_to(store: Store) -> None:
    order = placed_order(store, paid())
    happens(order, shipped("03-05 10:00"), now="04-14 10:00")
    fire_at("04-14 10:00")
    order = Order.objects.get(pk=order.pk)
    assert order.state == "contact_30"
    assert [row.state for row in due_milestones(order, "contact_30")] == [MilestoneState.STALE]
    assert not order.messages.filter(purpose__in=["shipped", "contact_30"]).exists()


# --- the sweep --------------------------------------------------------------------------------------------------------
def test_a_sweep_with_nothing_due_looks_twice_at_each_kind_of_work(order: Order) -> None:
    with CaptureQueriesContext(connection) as queries:
        work = look_for_work(at("03-06 00:00"))
    assert (work.fire_workers, work.send_workers) == (0, 1)  # the order's own mails wait for their window
    reads = [query["sql"] for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(reads) <= 24, "\n".join(reads)


def test_a_sweep_counts_what_is_due_and_takes_back_what_a_dead_worker_held(order: Order) -> None:
    claim_due(Milestone, now=at(DAY_30))
    assert look_for_work(at("04-04 10:01")).fire_workers == 0
    assert look_for_work(at("04-04 10:06")).fire_workers == 1


# --- on PostgreSQL ----------------------------------------------------------------------------------------------------
def in_threads(count: int, work: Any) -> list[Any]:
    results: list[Any] = []

    def run() -> None:
        try:
            results.append(work())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_racing_workers_fire_each_milestone_once() -> None:
    store = alices_store()
    orders = [
        placed_order(store, paid(), shipped(), number=f"80{n}", buyer={"email": f"maria{n}@example.com"})
        for n in range(40)
    ]
    results = in_threads(4, lambda: fire_at("04-04 11:00"))
    due = Milestone.objects.filter(due_at__lte=at("04-04 11:00"), state=MilestoneState.FIRED).count()
    lines = TimelineEvent.objects.filter(kind=EventKind.MILESTONE)
    assert sum(results) == due == lines.count()
    assert len(set(lines.values_list("order", "type", "data__sequence"))) == due
    assert Message.objects.filter(purpose="contact_30").count() == len(orders)
    assert Order.objects.filter(state="contact_30").count() == len(orders)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_claims_never_share_a_row() -> None:
    store = alices_store()
    for n in range(20):
        placed_order(store, paid(), shipped(), number=f"80{n}")
    claims = in_threads(4, lambda: claim_due(Milestone, now=at(DAY_30), limit=15))
    ids = [pk for claim in claims for pk in claim.ids]
    assert len(ids) == len(set(ids)) == 60


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_fact_that_races_with_the_timer_ends_in_one_of_two_whole_stories() -> None:
    store = alices_store()
    orders = [placed_order(store, paid(), shipped(), number=f"80{n}") for n in range(10)]
    jobs = [
        lambda: fire_at("04-04 11:00"),
        *(
            (lambda order=order: happens(order, fact("04-04 10:30", "delivered"), now="04-04 11:00"))
            for order in orders
        ),
    ]
    pending = iter(jobs)
    in_threads(len(jobs), lambda: next(pending)())
    for order in Order.objects.all():
        assert order.state == "delivered"
        row = due_milestones(order, "contact_30")[0]
        assert row.state in {MilestoneState.FIRED, MilestoneState.CANCELLED}
        assert (row.state == MilestoneState.FIRED) is ("contact_30" in fired(order))


@pytest.mark.postgresql
@pytest.mark.django_db
def test_the_sweeps_look_stays_on_the_partial_index_among_twenty_thousand_future_rows(order: Order) -> None:
    row = due_milestones(order, "contact_30")[0]
    Milestone.objects.bulk_create(
        Milestone(
            order=order,
            kind="contact_30",
            sequence=number,
            rule=row.rule,
            due_at=at("06-01 00:00") + timedelta(minutes=number),
            next_attempt_at=at("06-01 00:00") + timedelta(minutes=number),
        )
        for number in range(100, 20_100)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE orders_milestone")
    due = Milestone.objects.filter(state=MilestoneState.PENDING, next_attempt_at__lte=at(DAY_30))
    assert "milestone_due" in due.order_by("next_attempt_at")[:400].explain()
    with CaptureQueriesContext(connection) as queries:
        claim_due(Milestone, now=at(DAY_30))
    claiming = next(query["sql"] for query in queries if "SKIP LOCKED" in query["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {claiming}")
        assert "milestone_due" in str(cursor.fetchall())
