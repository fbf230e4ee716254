"""Following parcels at tracking services: registered once, asked for in their turn, told as facts of their source."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from disputes.models import ActionItem, ActionKind
from orders.models import Order, Store, TimelineEvent, TrackingEvent, TrackingSubscription
from orders.models.providers import SubscriptionState
from orders.providers.interface import ProviderName
from orders.services.tracking_accounts import switch_account
from tests.cast import PARCEL, alices_store, at, fact, happens, paid, placed_order, shipped
from tests.disputes.tracking import Desk, tracking_desk
from tests.servers.kuaidi100 import line
from tests.servers.seventeen_track import NOT_FOUND, event, track_info

NUMBER = PARCEL["tracking_number"]
ACCEPTED = event("2026-03-06T08:00:00Z", "Accepted by carrier", location="Shenzhen", stage="PickedUp")
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


def facts(order: Order, kind: str) -> list[TimelineEvent]:
    return list(order.timeline.filter(type=kind).order_by("sequence"))


def follow(desk: Desk, *events: object, status: str = "InTransit", sub_status: str = "InTransit_Other") -> None:
    """The parcel is registered, and the service has this to tell at the next question."""
    desk.poll()
    desk.service.known[NUMBER] = track_info(*events, status=status, sub_status=sub_status)  # type: ignore[arg-type]
    desk.watch.now += timedelta(hours=1)


# --- what is followed -------------------------------------------------------------------------------------------------
def test_a_parcel_that_left_is_registered_once(desk: Desk, order: Order) -> None:
    assert desk.poll() == 1
    assert desk.poll() == 0
    assert desk.wire.paths() == ["register"]
    row = desk.row(order)
    assert (row.registered_at, row.carrier, row.state) == (at(MORNING), "3011", SubscriptionState.PENDING)


def test_an_order_without_a_parcel_is_not_followed(desk: Desk, store: Store) -> None:
    placed_order(store, paid(), number="81")
    placed_order(store, paid(), shipped(tracking_number=""), number="82")
    assert desk.poll() == 1


def test_a_store_without_an_account_asks_nobody(store: Store, order: Order) -> None:
    with tracking_desk(store, MORNING) as desk:
        assert desk.poll() == 0
        assert desk.wire.requests == []


def test_an_account_that_is_switched_off_is_not_called(desk: Desk) -> None:
    switch_account(desk.account().pk)
    assert desk.poll() == 0
    assert desk.wire.requests == []


def test_two_orders_in_one_parcel_are_one_number_there_and_both_told(desk: Desk, store: Store, order: Order) -> None:
    other = placed_order(store, paid(), shipped(), number="81")
    follow(desk, ACCEPTED)
    desk.poll()
    assert desk.service.quota == 199
    assert [facts(one, "tracking") != [] for one in (order, other)] == [True, True]


def test_parcels_are_asked_for_by_forty(desk: Desk, store: Store) -> None:
    for number in range(44):
        placed_order(store, paid(), shipped(tracking_number=f"LX{number:09}CN"), number=f"9{number}")
    assert desk.poll() == 45
    assert desk.wire.paths() == ["register", "register"]
    desk.watch.now += timedelta(hours=1)
    assert desk.poll() == 45
    assert desk.wire.paths()[2:] == ["gettrackinfo", "gettrackinfo"]


# --- what is told -----------------------------------------------------------------------------------------------------
def test_news_become_facts_of_their_source(desk: Desk, order: Order) -> None:
    follow(desk, ACCEPTED)
    desk.poll()
    row = TrackingEvent.objects.get(order=order)
    assert (row.at, row.description, row.location) == (at("03-06 08:00"), "Accepted by carrier", "Shenzhen")
    assert (row.source, row.status, row.recorded_at) == ("17track", "in_transit", desk.watch.now)
    (line,) = facts(order, "tracking")
    assert (line.actor, line.kind) == ("17track", "fact")


def test_the_same_news_again_are_no_news(desk: Desk, order: Order) -> None:
    follow(desk, ACCEPTED, ACCEPTED)
    desk.poll()
    length = Order.objects.get(pk=order.pk).timeline_length
    desk.watch.now += timedelta(days=2)
    assert desk.poll() == 1
    assert Order.objects.get(pk=order.pk).timeline_length == length
    assert TrackingEvent.objects.count() == 1


def test_what_the_words_do_not_tell_the_service_may(desk: Desk, order: Order) -> None:
    strange = event("2026-03-06T08:00:00Z", "Xyzzy plugh", sub_status="InTransit_CustomsRequiringInformation")
    correios = event("2026-03-06T09:00:00Z", "Objeto não entregue - cliente recusou-se a receber", stage="Delivered")
    follow(desk, strange, correios)
    desk.poll()
    assert list(TrackingEvent.objects.values_list("status", "detail", "is_unknown")) == [
        ("customs", "data_missing", True),
        ("failed_attempt", "refused", False),
    ]


def test_a_delivery_ends_the_asking(desk: Desk, order: Order) -> None:
    follow(desk, ACCEPTED, event("2026-03-06T20:00:00Z", "Delivered", stage="Delivered"), status="Delivered")
    desk.poll()
    assert Order.objects.get(pk=order.pk).delivered_at == at("03-06 20:00")
    assert desk.row(order).state == SubscriptionState.FINISHED
    assert desk.poll("05-01 00:00") == 0


def test_a_delivery_told_elsewhere_ends_the_asking(desk: Desk, order: Order) -> None:
    follow(desk, ACCEPTED)
    happens(order, fact("03-07 08:30", "delivered"))
    calls = len(desk.wire.requests)
    desk.poll()
    assert len(desk.wire.requests) == calls
    assert desk.row(order).state == SubscriptionState.FINISHED


def test_lines_of_an_earlier_parcel_with_the_number_are_left_out(desk: Desk, order: Order) -> None:
    follow(desk, event("2024-11-02T08:00:00Z", "Delivered"), ACCEPTED, event("2027-03-06T08:00:00Z", "Delivered"))
    desk.poll()
    assert TrackingEvent.objects.count() == 1
    assert desk.row(order).last_error == (
        "1 lines tell of an earlier parcel with this number; 1 lines lie in the future"
    )


def test_what_can_be_read_is_taken_and_the_rest_is_said(desk: Desk, order: Order) -> None:
    follow(desk, ACCEPTED, ACCEPTED | {"time_utc": None, "time_iso": None, "time_raw": None})
    desk.poll()
    assert TrackingEvent.objects.count() == 1
    assert desk.row(order).last_error == "a line without an instant: Accepted by carrier"


# --- numbers that nobody knows ----------------------------------------------------------------------------------------
def test_a_number_that_is_young_may_be_unknown(desk: Desk, order: Order) -> None:
    desk.service.known[NUMBER] = NOT_FOUND
    desk.poll()
    desk.poll("03-08 08:00")
    assert facts(order, "tracking_lookup") == []


def test_a_number_that_stays_unknown_is_one_fact_for_each_source(desk: Desk, order: Order) -> None:
    desk.open_account(KUAIDI100)
    desk.service.known[NUMBER] = NOT_FOUND
    desk.poll()
    for day in (16, 18, 20):
        desk.poll(f"03-{day} 08:00")
    told = [(row.data["source"], row.data["found"]) for row in facts(order, "tracking_lookup")]
    assert sorted(told) == [("17track", False), ("kuaidi100", False)]
    assert ActionItem.objects.filter(order=order, kind=ActionKind.REFUND, rule="T6").exists()


def test_a_number_that_is_known_after_all_is_a_fact_too(desk: Desk, order: Order) -> None:
    desk.service.known[NUMBER] = NOT_FOUND
    desk.poll()
    desk.poll("03-16 08:00")
    desk.service.known[NUMBER] = track_info(event("2026-03-16T20:00:00Z", "Accepted by carrier"))
    desk.poll("03-18 08:00")
    assert [row.data["found"] for row in facts(order, "tracking_lookup")] == [False, True]
    assert desk.row(order).found is True


# --- half-answers -----------------------------------------------------------------------------------------------------
def test_a_refused_number_waits_for_a_person_and_the_others_go_on(desk: Desk, store: Store, order: Order) -> None:
    bad = placed_order(store, paid(), shipped(tracking_number="UNKNOWNCARRIER1"), number="81")
    desk.poll()
    row = desk.row(bad)
    assert (row.state, row.last_error) == (SubscriptionState.REJECTED, "-18019903: Carrier cannot be detected.")
    assert desk.row(order).registered_at is not None


def test_a_number_of_another_form_is_not_asked_for(desk: Desk, store: Store, order: Order) -> None:
    odd = placed_order(store, paid(), shipped(tracking_number="(see chat)"), number="81")
    desk.poll()
    row = desk.row(odd)
    assert (row.state, row.last_error) == (SubscriptionState.REJECTED, "the service takes no number of this form")


def test_a_number_that_the_answer_passes_over_is_asked_again(desk: Desk, order: Order) -> None:
    desk.service.forgotten.add(NUMBER)
    desk.poll()
    row = desk.row(order)
    assert (row.state, row.registered_at) == (SubscriptionState.PENDING, None)
    assert row.next_attempt_at > desk.watch.now
    desk.service.forgotten.clear()
    desk.poll("03-07 09:00")
    assert desk.row(order).registered_at is not None


def test_a_number_that_the_service_forgot_is_registered_again(desk: Desk, order: Order) -> None:
    desk.poll()
    desk.service.followed.clear()
    desk.poll("03-07 09:00")
    assert desk.row(order).registered_at is None
    desk.poll("03-07 10:00")
    assert desk.wire.paths() == ["register", "gettrackinfo", "register"]


# --- numbers that the service stops -----------------------------------------------------------------------------------
def test_a_number_that_was_stopped_for_its_silence_is_taken_up_again_once(desk: Desk, order: Order) -> None:
    follow(desk, ACCEPTED)
    desk.poll()
    desk.service.followed[NUMBER].is_stopped = True
    desk.poll("04-20 08:00")
    row = desk.row(order)
    assert (row.resumed_at, desk.wire.paths()[-1]) == (at("04-20 08:00"), "retrack")
    assert not desk.service.followed[NUMBER].is_stopped


def test_a_quiet_number_that_was_not_stopped_is_asked_for_all_the_same(desk: Desk, order: Order) -> None:
    follow(desk, ACCEPTED)
    desk.poll()
    desk.poll("04-20 08:00")
    assert desk.wire.paths()[-2:] == ["retrack", "gettrackinfo"]
    assert desk.row(order).resumed_at is None


def test_a_number_that_is_stopped_twice_waits_for_a_person(desk: Desk, order: Order) -> None:
    desk.poll()
    TrackingSubscription.objects.update(resumed_at=at(MORNING), stopped_at=at("04-20 08:00"))
    desk.poll("04-20 08:00")
    row = desk.row(order)
    assert (row.state, row.last_error) == (
        SubscriptionState.STOPPED,
        "the service follows a number again only once",
    )


# --- two services -----------------------------------------------------------------------------------------------------
def test_each_service_tells_in_its_own_name(desk: Desk, order: Order) -> None:
    desk.open_account(KUAIDI100)
    desk.kuaidi.known[NUMBER] = ("0", [line("2026-03-06 16:00:00", "已揽收")])
    follow(desk, ACCEPTED)
    desk.poll()
    assert sorted(TrackingEvent.objects.values_list("source", "at")) == [
        ("17track", at("03-06 08:00")),
        ("kuaidi100", at("03-06 08:00")),
    ]
    assert desk.kuaidi.asked[0]["com"] == "youzhengguoji"  # by the number's last letters


def test_the_buyers_telephone_goes_only_to_a_carrier_that_asks_for_it(desk: Desk, store: Store) -> None:
    sf = shipped(carrier="SF Express", tracking_number="SF1234567890")
    placed_order(store, paid(), sf, number="81", buyer={"phone": "+55 41 99876-5432"})
    desk.open_account(KUAIDI100)
    desk.poll()
    assert {param["num"]: param.get("phone") for param in desk.kuaidi.asked} == {NUMBER: None, "SF1234567890": "5432"}
