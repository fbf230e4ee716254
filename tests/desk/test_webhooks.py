"""What 17TRACK posts: believed by its signature, kept at the door, taken in once, never lost."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from disputes.pushes import take_pushes
from orders.models import Order, Store, TrackingAccount, TrackingEvent, TrackingPush, TrackingSubscription
from orders.models.providers import PushState, SubscriptionState
from orders.providers.limits import push_limits
from orders.services.pushes import tidy_pushes
from orders.services.tracking_accounts import switch_account
from tests.cast import PARCEL, at, paid, placed_order, shipped
from tests.disputes.tracking import Desk, tracking_desk
from tests.servers.faulty_http import Fault
from tests.servers.seventeen_track import event, push, track_info

NUMBER = PARCEL["tracking_number"]
ACCEPTED = event("2026-03-06T08:00:00Z", "Accepted by carrier", location="Shenzhen")
DELIVERED = event("2026-03-20T08:00:00Z", "Delivered", stage="Delivered")
NOON = "03-21 12:00"


@pytest.fixture
def desk(store: Store) -> Iterator[Desk]:
    with tracking_desk(store, NOON) as desk:
        desk.open_account()
        yield desk


def post(body: bytes, sign: str, *, token: str = "", client: Client | None = None) -> int:
    """Post to the store's address, as 17TRACK does: without a session, a cookie or a token against forgery."""
    token = token or TrackingAccount.objects.get().push_token
    address = reverse("desk:webhook_17track", args=[token])
    sender = client or Client(enforce_csrf_checks=True)
    return sender.post(address, body, content_type="application/json", headers={"sign": sign}).status_code


def work(desk: Desk, short: str = NOON) -> int:
    desk.watch.now = max(at(short), datetime.now(tz=UTC))  # the door reads the real clock
    return take_pushes(desk.watch, until=desk.watch.now + timedelta(minutes=1))


# --- the door ---------------------------------------------------------------------------------------------------------
def test_a_post_is_kept_as_it_came(desk: Desk) -> None:
    body, sign = push(NUMBER, track_info(ACCEPTED))
    assert post(body, sign) == 200
    row = TrackingPush.objects.get()
    assert (bytes(row.body), row.sha256) == (body, hashlib.sha256(body).hexdigest())
    assert desk.account().last_push_at == row.received_at


def test_a_post_that_another_signed_is_counted_and_not_kept(desk: Desk) -> None:
    body, _sign = push(NUMBER)
    assert [post(body, sign) for sign in ("", "0" * 64, push(NUMBER, key="another")[1])] == [401, 401, 401]
    assert TrackingPush.objects.count() == 0
    assert desk.account().wrong_signatures == 3


def test_a_post_to_nobody_is_not_found(desk: Desk) -> None:
    assert post(*push(NUMBER), token="guessed") == 404
    switch_account(desk.account().pk)
    assert post(*push(NUMBER)) == 404


def test_a_post_without_end_is_not_read(desk: Desk) -> None:
    body = b"[" * (push_limits().max_bytes + 1)
    assert post(body, hashlib.sha256(body + b"/key").hexdigest()) == 413
    assert TrackingPush.objects.count() == 0


def test_only_a_post_is_a_post(desk: Desk) -> None:
    address = reverse("desk:webhook_17track", args=[desk.account().push_token])
    assert [getattr(Client(), method)(address).status_code for method in ("get", "put", "delete")] == [405, 405, 405]


def test_a_post_that_comes_again_is_one(desk: Desk) -> None:
    sent = push(NUMBER, track_info(ACCEPTED))
    assert [post(*sent) for _time in range(3)] == [200, 200, 200]
    assert TrackingPush.objects.count() == 1


# --- the work ---------------------------------------------------------------------------------------------------------
def test_news_that_are_posted_become_facts(desk: Desk, underway: Order) -> None:
    post(*push(NUMBER, track_info(ACCEPTED, DELIVERED)))
    assert work(desk) == 1
    assert list(TrackingEvent.objects.values_list("description", "source")) == [
        ("Accepted by carrier", "17track"),
        ("Delivered", "17track"),
    ]
    assert Order.objects.get(pk=underway.pk).delivered_at == at("03-20 08:00")
    assert TrackingPush.objects.get().state == PushState.DONE
    assert desk.row(underway).state == SubscriptionState.FINISHED
    assert desk.wire.requests == []


def test_what_was_asked_for_already_is_no_news_when_it_is_posted(desk: Desk, underway: Order) -> None:
    desk.poll("03-07 08:00")
    desk.service.known[NUMBER] = track_info(ACCEPTED)
    desk.poll("03-07 09:00")
    post(*push(NUMBER, track_info(ACCEPTED)))
    post(*push(NUMBER, track_info(ACCEPTED) | {"misc_info": {"risk_factor": 1}}))
    assert work(desk) == 2
    assert TrackingEvent.objects.count() == 1


def test_a_post_moves_the_next_question(desk: Desk, underway: Order) -> None:
    desk.poll("03-07 08:00")
    fresh = event(f"{datetime.now(tz=UTC) - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}", "Out for delivery")
    TrackingSubscription.objects.update(next_attempt_at=at("03-08 08:00"))
    Order.objects.filter(pk=underway.pk).update(placed_at=datetime.now(tz=UTC) - timedelta(days=20))
    underway.shipments.update(shipped_at=datetime.now(tz=UTC) - timedelta(days=15))
    post(*push(NUMBER, track_info(ACCEPTED, fresh)))
    work(desk)
    wait = desk.row(underway).next_attempt_at - desk.watch.now
    assert timedelta(hours=2.5) < wait < timedelta(hours=3.5)


def test_a_number_that_no_order_has_waits_for_its_order(desk: Desk, store: Store) -> None:
    post(*push(NUMBER, track_info(ACCEPTED)))
    assert work(desk) == 0
    row = TrackingPush.objects.get()
    assert (row.state, row.last_error) == (PushState.PENDING, "no order of the store has this parcel")
    placed_order(store, paid(), shipped())
    desk.watch.now += timedelta(hours=2)
    assert take_pushes(desk.watch, until=desk.watch.now + timedelta(minutes=1)) == 1
    assert TrackingEvent.objects.count() == 1


def test_a_number_that_no_order_ever_has_is_listed_as_such(desk: Desk) -> None:
    post(*push(NUMBER, track_info(ACCEPTED)))
    TrackingPush.objects.update(received_at=at("03-01 00:00"))
    work(desk)
    assert TrackingPush.objects.get().state == PushState.UNKNOWN


def test_the_parcel_of_another_store_is_not_touched(desk: Desk) -> None:
    other = Store.objects.get(slug="charlie")
    placed_order(other, paid(), shipped(), number="81")
    post(*push(NUMBER, track_info(ACCEPTED)))
    work(desk)
    assert TrackingEvent.objects.count() == 0


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"event": "SOMETHING"}', b'{"event": "TRACKING_UPDATED", "data": 7}'])
def test_a_post_that_cannot_be_read_is_kept_with_its_reason(desk: Desk, body: bytes) -> None:
    sign = hashlib.sha256(body + b"/" + desk.account().key.encode()).hexdigest()
    assert post(body, sign) == 200
    work(desk)
    row = TrackingPush.objects.get()
    assert row.state == PushState.UNREADABLE
    assert row.last_error


def test_a_post_that_a_service_stopped_has_the_parcel_taken_up_again(desk: Desk, underway: Order) -> None:
    desk.poll("03-07 08:00")
    desk.service.followed[NUMBER].is_stopped = True
    post(*push(NUMBER, event_name="TRACKING_STOPPED"))
    work(desk)
    assert desk.row(underway).stopped_at == desk.watch.now
    Order.objects.filter(pk=underway.pk).update(placed_at=desk.watch.now - timedelta(days=40))
    desk.poll()
    assert desk.wire.paths() == ["register", "retrack"]
    assert (desk.row(underway).stopped_at, desk.row(underway).resumed_at) == (None, desk.watch.now)


def test_a_post_is_taken_in_while_the_service_is_down(desk: Desk, underway: Order) -> None:
    desk.wire.faults.extend([Fault.BUSY] * 10)
    desk.poll("03-07 08:00")
    post(*push(NUMBER, track_info(ACCEPTED)))
    assert work(desk) == 1


def test_old_posts_are_forgotten_once_they_are_worked_off(desk: Desk, underway: Order) -> None:
    post(*push(NUMBER, track_info(ACCEPTED)))
    now = datetime.now(tz=UTC) + push_limits().keep + timedelta(days=1)
    assert tidy_pushes(now) == 0
    work(desk)
    assert tidy_pushes(datetime.now(tz=UTC)) == 0
    assert tidy_pushes(now) == 1
