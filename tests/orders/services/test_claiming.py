"""Claims and leases: each row to one worker at a time, and back to the queue when that worker dies."""

import uuid
from datetime import timedelta

import pytest
from django.conf import LazySettings

from orders.models import Milestone, Order
from orders.models.milestones import MilestoneState
from orders.services.claiming import (
    MAX_ATTEMPTS,
    SUSPECT_ATTEMPTS,
    Claim,
    backoff,
    claim_due,
    fail_claimed,
    reap_expired,
    release_claim,
)
from tests.cast import alices_store, at, placed_order

NOW = at("04-04 10:00")
LEASE = timedelta(seconds=300)


@pytest.fixture(autouse=True)
def lease(settings: LazySettings) -> None:
    settings.CLAIM_LEASE_SECONDS = 300


@pytest.fixture
def order(db: None) -> Order:
    order = placed_order(alices_store())
    order.milestones.all().delete()
    return order


def add_rows(order: Order, *ages: int, attempts: int = 0) -> list[int]:
    """Rows that fell due so many minutes ago; a negative age is in the future."""
    rows = [
        Milestone(
            order=order,
            kind="contact_30",
            sequence=order.milestones.count() + number,
            rule="C1",
            due_at=NOW - timedelta(minutes=age),
            next_attempt_at=NOW - timedelta(minutes=age),
            attempts=attempts,
        )
        for number, age in enumerate(ages, start=1)
    ]
    return [row.pk for row in Milestone.objects.bulk_create(rows)]


def row(pk: int) -> Milestone:
    return Milestone.objects.get(pk=pk)


def test_a_claim_takes_what_is_due_oldest_first(order: Order) -> None:
    young, old, _future = add_rows(order, 1, 9, -1)
    assert claim_due(Milestone, now=NOW, limit=1).ids == [old]
    assert claim_due(Milestone, now=NOW).ids == [young]
    assert claim_due(Milestone, now=NOW).ids == []


def test_what_is_due_at_this_very_instant_is_due(order: Order) -> None:
    add_rows(order, 0)
    assert not claim_due(Milestone, now=NOW - timedelta(seconds=1)).ids
    assert claim_due(Milestone, now=NOW).ids


def test_a_claim_says_who_owns_the_row_and_how_long(order: Order) -> None:
    (pk,) = add_rows(order, 1)
    claim = claim_due(Milestone, now=NOW)
    assert claim == Claim([pk], claim.token, NOW + LEASE / 2, NOW + LEASE)
    assert (row(pk).state, row(pk).claim_token, row(pk).lease_until, row(pk).attempts) == (
        MilestoneState.CLAIMED,
        claim.token,
        NOW + LEASE,
        1,
    )


def test_a_row_is_taken_back_only_when_its_lease_has_passed(order: Order) -> None:
    (pk,) = add_rows(order, 1)
    claim_due(Milestone, now=NOW)
    assert reap_expired(Milestone, now=NOW + LEASE) == 0
    assert reap_expired(Milestone, now=NOW + LEASE + timedelta(seconds=1)) == 1
    assert (row(pk).state, row(pk).claim_token, row(pk).lease_until) == (MilestoneState.PENDING, None, None)


def test_the_settings_lease_counts(order: Order, settings: LazySettings) -> None:
    settings.CLAIM_LEASE_SECONDS = 2
    add_rows(order, 1)
    assert claim_due(Milestone, now=NOW).lease_until == NOW + timedelta(seconds=2)


def test_what_was_not_worked_on_is_given_back_and_costs_no_attempt(order: Order) -> None:
    first, second = add_rows(order, 2, 1)
    claim = claim_due(Milestone, now=NOW)
    fail_claimed(Milestone, first, claim.token, error="fault", now=NOW)
    release_claim(Milestone, claim)
    assert (row(second).state, row(second).attempts, row(second).claim_token) == (MilestoneState.PENDING, 0, None)
    assert row(first).attempts == 1


def test_a_failed_row_waits_and_keeps_its_deadline(order: Order) -> None:
    (pk,) = add_rows(order, 1)
    claim = claim_due(Milestone, now=NOW)
    fail_claimed(Milestone, pk, claim.token, error="x" * 3000, now=NOW)
    failed = row(pk)
    assert NOW + timedelta(seconds=20) < failed.next_attempt_at < NOW + timedelta(seconds=40)
    assert failed.due_at == NOW - timedelta(minutes=1)
    assert len(failed.last_error) == 2000
    assert claim_due(Milestone, now=NOW).ids == []


def test_after_the_last_attempt_the_row_is_dead(order: Order) -> None:
    (pk,) = add_rows(order, 1, attempts=MAX_ATTEMPTS - 1)
    claim = claim_due(Milestone, now=NOW)
    fail_claimed(Milestone, pk, claim.token, error="fault", now=NOW)
    assert row(pk).state == MilestoneState.DEAD
    assert claim_due(Milestone, now=NOW + timedelta(days=9)).ids == []


def test_a_row_that_kills_its_worker_each_time_is_dead_in_the_end(order: Order) -> None:
    (pk,) = add_rows(order, 1)
    now = NOW
    for _attempt in range(MAX_ATTEMPTS):
        assert claim_due(Milestone, now=now).ids == [pk]
        now += LEASE + timedelta(seconds=1)
        reap_expired(Milestone, now=now)
    assert (row(pk).state, row(pk).last_error) == (MilestoneState.DEAD, "its worker died each time")


def test_a_row_that_may_be_poison_is_claimed_alone_and_last(order: Order) -> None:
    (suspect,) = add_rows(order, 9, attempts=SUSPECT_ATTEMPTS)
    healthy = add_rows(order, 2, 1)
    assert claim_due(Milestone, now=NOW).ids == healthy
    assert claim_due(Milestone, now=NOW).ids == [suspect]


def test_another_workers_token_changes_nothing(order: Order) -> None:
    (pk,) = add_rows(order, 1)
    claim = claim_due(Milestone, now=NOW)
    stranger = Claim([pk], uuid.uuid4(), claim.work_until, claim.lease_until)
    fail_claimed(Milestone, pk, stranger.token, error="not mine", now=NOW)
    release_claim(Milestone, stranger)
    assert (row(pk).state, row(pk).claim_token, row(pk).last_error) == (MilestoneState.CLAIMED, claim.token, "")


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 30), (2, 60), (3, 120), (8, 3600), (50, 3600)])
def test_the_wait_grows_to_an_hour_and_is_spread(attempts: int, seconds: int) -> None:
    waits = {backoff(attempts) for _ in range(50)}
    assert all(seconds * 0.8 <= wait.total_seconds() <= seconds * 1.2 for wait in waits)
    assert len(waits) > 1
