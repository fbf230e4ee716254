"""Services that fail: shown on the account, tried again in their time, never a parcel lost or a worker stopped."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import connections
from django.utils import timezone

from disputes.polling import LostClaim, Turn, poll_due, workers_wanted
from disputes.sweeping import look_for_work
from disputes.tasks import subscribe, track
from orders.models import Order, Store, TrackingAccount, TrackingEvent, TrackingSubscription
from orders.models.providers import SubscriptionState
from orders.providers.interface import ErrorKind, ProviderName, Quota
from orders.providers.limits import circuit, service_limits
from orders.services.claiming import claim_due, reap_expired
from orders.services.pushes import receive_push
from orders.services.subscriptions import revive_refused, subscribe_parcels
from orders.services.tracking_accounts import (
    Resting,
    check_account,
    note_quota,
    open_provider,
    save_account,
    switch_account,
)
from tests.cast import PARCEL, alices_store, at, paid, placed_order, shipped
from tests.disputes.tracking import Desk, tracking_desk
from tests.servers import seventeen_track
from tests.servers.faulty_http import Fault
from tests.servers.seventeen_track import event, push, track_info

NUMBER = PARCEL["tracking_number"]
ACCEPTED = event("2026-03-06T08:00:00Z", "Accepted by carrier")
MORNING = "03-07 08:00"
KUAIDI100 = ProviderName.KUAIDI100


@pytest.fixture
def store(db: None) -> Store:
    return alices_store()


@pytest.fixture
def order(store: Store) -> Order:
    return placed_order(store, paid(), shipped())


@pytest.fixture
def desk(store: Store, order: Order) -> Iterator[Desk]:
    with tracking_desk(store, MORNING) as desk:
        desk.open_account()
        yield desk


def fail_for_good(desk: Desk) -> None:
    """The service is down until somebody mends it."""
    desk.wire.faults.extend([Fault.BUSY] * 1000)


# --- the circuit ------------------------------------------------------------------------------------------------------
def test_a_stumble_costs_a_parcel_half_a_minute(desk: Desk, order: Order) -> None:
    desk.wire.faults.append(Fault.BUSY)
    assert desk.poll() == 0
    row = desk.row(order)
    assert (row.state, row.last_error) == (SubscriptionState.PENDING, "HTTP 503: an error of the service")
    assert at(MORNING) + timedelta(seconds=20) < row.next_attempt_at < at(MORNING) + timedelta(seconds=40)
    assert desk.account().failures == 1
    assert desk.poll("03-07 08:01") == 1
    assert (desk.account().failures, desk.account().error_kind) == (0, "")


def test_failures_in_a_row_make_the_account_rest_longer_each_time(desk: Desk) -> None:
    fail_for_good(desk)
    rests = []
    for _day in range(10):
        TrackingSubscription.objects.update(next_attempt_at=desk.watch.now)
        desk.poll()
        account = desk.account()
        if account.rests_until:
            rests.append((account.rests_until - account.last_error_at).total_seconds() / 60)
            desk.watch.now = account.rests_until
    assert rests == [2, 4, 8, 16, 32, 64]
    assert desk.account().failures == 10


def test_an_account_that_rests_is_not_called(desk: Desk) -> None:
    TrackingAccount.objects.update(rests_until=at(MORNING) + timedelta(minutes=2))
    assert desk.poll() == 0
    assert desk.wire.requests == []
    assert workers_wanted(desk.watch.now) == 0
    assert desk.poll("03-07 08:03") == 1


def test_an_outage_of_a_week_gives_no_parcel_up(desk: Desk, order: Order) -> None:
    fail_for_good(desk)
    for hour in range(7 * 24):
        desk.poll()
        desk.watch.now = at(MORNING) + timedelta(hours=hour)
    assert desk.row(order).state == SubscriptionState.PENDING
    assert len(desk.wire.requests) < 110
    desk.wire.faults.clear()
    assert desk.poll("03-15 08:00") == 1


def test_a_service_that_is_down_does_not_hold_the_other_one_up(desk: Desk, order: Order) -> None:
    desk.open_account(KUAIDI100)
    fail_for_good(desk)
    desk.poll()
    assert desk.row(order, KUAIDI100).last_asked_at is not None


@pytest.mark.parametrize("fault", [Fault.TRUNCATED, Fault.PAGE, Fault.REDIRECT, Fault.DROP, Fault.CUT_OFF])
def test_an_answer_that_cannot_be_read_is_said_and_asked_for_again(desk: Desk, order: Order, fault: Fault) -> None:
    desk.poll()
    desk.service.known[NUMBER] = track_info(ACCEPTED)
    desk.wire.faults.extend([fault] * 2)
    desk.poll("03-07 09:00")
    assert desk.account().last_error
    assert TrackingEvent.objects.count() == 0
    desk.wire.faults.clear()
    assert desk.poll("03-07 10:00") == 1
    assert TrackingEvent.objects.count() == 1


def test_an_answer_that_cannot_be_recorded_costs_the_others_nothing(
    desk: Desk, store: Store, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = placed_order(store, paid(), shipped(tracking_number="LX223456785CN"), number="81")
    desk.poll()
    desk.service.known |= {number: track_info(ACCEPTED) for number in (NUMBER, "LX223456785CN")}
    store.orders.filter(pk=order.pk).update(policy_version=99)  # a pack that is not there any more
    assert desk.poll("03-07 09:00") == 1
    assert "99" in desk.row(order).last_error
    assert TrackingEvent.objects.get().order_id == other.pk


# --- keys and quotas --------------------------------------------------------------------------------------------------
def test_a_wrong_key_stops_the_calls_until_it_is_replaced(desk: Desk, store: Store) -> None:
    save_account(store, ProviderName.SEVENTEEN_TRACK, key="wrong")
    desk.poll()
    desk.poll("03-08 08:00")
    assert len(desk.wire.requests) == 1
    account = desk.account()
    assert (account.error_kind, account.needs_key, account.failures) == (ErrorKind.WRONG_KEY, True, 0)
    desk.open_account()
    assert desk.poll() == 1


def test_a_key_that_another_secret_locked_away_asks_for_a_new_one(desk: Desk, settings: LazySettings) -> None:
    settings.SECRET_KEY = "another"
    assert desk.poll() == 0
    assert desk.account().last_error == "locked with another SECRET_KEY: enter it again"


def test_a_former_secret_still_opens_the_key(desk: Desk, settings: LazySettings) -> None:
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    assert desk.poll() == 1


def test_no_key_stands_in_the_database(desk: Desk) -> None:
    account = desk.account()
    assert seventeen_track.KEY not in account.locked_key
    assert account.key == seventeen_track.KEY
    assert account.key_ending == "CDEF"


def test_a_used_up_quota_holds_back_new_parcels_only(desk: Desk, store: Store, order: Order) -> None:
    desk.poll()
    desk.service.quota = 0
    other = placed_order(store, paid(), shipped(tracking_number="LX223456785CN"), number="81")
    desk.service.known[NUMBER] = track_info(ACCEPTED)
    desk.poll("03-07 09:00")
    assert TrackingEvent.objects.filter(order=order).count() == 1
    assert desk.account().no_quota_until == at("03-07 15:00")
    assert "-18019908" in desk.row(other).last_error
    desk.service.quota = 5
    desk.poll("03-07 15:01")
    assert desk.row(other).registered_at is not None


def test_where_each_question_costs_a_used_up_quota_stops_all(desk: Desk) -> None:
    desk.open_account(KUAIDI100)
    desk.kuaidi.quota = 0
    desk.poll()
    calls = len(desk.kuaidi_wire.requests)
    desk.poll("03-07 09:00")
    assert len(desk.kuaidi_wire.requests) == calls == 1


def test_the_connection_can_be_tested(desk: Desk) -> None:
    desk.service.quota = 42
    TrackingAccount.objects.update(rests_until=at("03-09 00:00"), failures=9, error_kind=ErrorKind.WRONG_KEY)
    assert check_account(desk.account().pk, desk.watch, sleep=desk.watch.sleep) is None
    account = desk.account()
    assert (account.quota_left, account.quota_total, account.quota_at) == (42, 200, at(MORNING))
    assert (account.failures, account.rests_until, account.needs_key) == (0, None, False)


def test_a_test_of_the_connection_says_what_is_wrong(desk: Desk) -> None:
    desk.service.key = "another"
    error = check_account(desk.account().pk, desk.watch, sleep=desk.watch.sleep)
    assert error is not None
    assert error.kind == ErrorKind.WRONG_KEY


def test_no_quota_is_no_quota_however_it_is_learnt(desk: Desk) -> None:
    note_quota(desk.account().pk, Quota(0, 200), now=at(MORNING))
    desk.poll()
    assert desk.wire.requests == []


# --- turns ------------------------------------------------------------------------------------------------------------
def test_calls_keep_to_three_a_second(desk: Desk) -> None:
    provider = open_provider(desk.account(), desk.watch, sleep=desk.watch.sleep)
    for _call in range(10):
        provider.check()
    assert desk.watch.slept == pytest.approx(3.0)


def test_too_many_calls_are_waited_for_as_long_as_the_service_says(desk: Desk, order: Order) -> None:
    desk.wire.faults.append(Fault.TOO_MANY)
    desk.poll()
    account = desk.account()
    assert (account.rests_until, account.failures) == (at(MORNING) + timedelta(seconds=7), 0)
    assert desk.poll("03-07 08:01") == 1


def test_nobody_waits_for_ever_for_a_turn(desk: Desk) -> None:
    far = at(MORNING) + circuit().longest_wait + timedelta(seconds=1)
    TrackingAccount.objects.update(next_call_at=far)
    with pytest.raises(Resting):
        open_provider(desk.account(), desk.watch, sleep=desk.watch.sleep).check()
    assert desk.poll() == 0
    assert TrackingSubscription.objects.get().attempts == 0  # the attempt that was none does not count


def test_an_account_that_is_switched_off_in_between_is_not_called(desk: Desk) -> None:
    provider = open_provider(desk.account(), desk.watch, sleep=desk.watch.sleep)
    switch_account(desk.account().pk)
    with pytest.raises(Resting):
        provider.check()
    assert desk.wire.requests == []


# --- the doors --------------------------------------------------------------------------------------------------------
def test_the_sweep_wakes_workers_for_parcels_and_posts(desk: Desk) -> None:
    assert look_for_work(desk.watch.now).track_workers == 0
    subscribe_parcels(desk.watch.now)
    assert look_for_work(desk.watch.now).track_workers == 1
    TrackingSubscription.objects.all().delete()
    receive_push(desk.account().push_token, *push(NUMBER), now=desk.watch.now)
    assert look_for_work(desk.watch.now).track_workers == 1


def test_the_doors_do_the_whole_way_by_themselves(desk: Desk, order: Order) -> None:
    left = timezone.now() - timedelta(days=3)
    Order.objects.filter(pk=order.pk).update(placed_at=left)
    order.shipments.update(shipped_at=left)
    desk.service.known[NUMBER] = track_info(event(f"{left:%Y-%m-%dT%H:%M:%SZ}", "Accepted by carrier"))
    subscribe()
    track()
    TrackingSubscription.objects.update(next_attempt_at=left)
    track()
    assert TrackingEvent.objects.get().order_id == order.pk


# --- claims -----------------------------------------------------------------------------------------------------------
def test_a_worker_whose_lease_passed_records_nothing(desk: Desk, order: Order) -> None:
    desk.poll()
    desk.service.known[NUMBER] = track_info(ACCEPTED)
    desk.watch.now = at("03-07 09:00")
    claim = claim_due(TrackingSubscription, now=desk.watch.now)
    desk.watch.now = at("03-07 10:00")
    reap_expired(TrackingSubscription, now=desk.watch.now)
    claim_due(TrackingSubscription, now=desk.watch.now)
    provider = open_provider(desk.account(), desk.watch, sleep=desk.watch.sleep)
    turn = Turn(desk.account().pk, provider, service_limits(ProviderName.SEVENTEEN_TRACK), claim, desk.watch)
    turn.work()
    assert turn.answered == 0
    with pytest.raises(LostClaim), turn._held(desk.row(order)):
        pass
    assert TrackingEvent.objects.count() == 0


def test_what_was_refused_is_asked_for_again_when_a_person_says_so(desk: Desk, order: Order) -> None:
    desk.poll()
    TrackingSubscription.objects.update(state=SubscriptionState.REJECTED, last_error="no")
    assert desk.poll("03-07 09:00") == 0
    assert revive_refused(desk.account(), now=desk.watch.now) == 1
    assert desk.poll() == 1


@pytest.mark.postgresql
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_many_workers_ask_for_each_parcel_once_and_keep_to_the_limit(desk: Desk, store: Store) -> None:
    for number in range(199):
        placed_order(store, paid(), shipped(tracking_number=f"LX{number:09}CN"), number=f"9{number}")
    subscribe_parcels(desk.watch.now)
    done: list[int] = []

    def work() -> None:
        done.append(poll_due(desk.watch, until=desk.watch.now + timedelta(hours=1), sleep=desk.watch.sleep))
        connections.close_all()

    workers = [threading.Thread(target=work) for _worker in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(done) == 200
    assert desk.service.quota == 0
    assert desk.wire.paths() == ["register"] * 5
