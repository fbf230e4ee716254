"""Disruptions recorded once for a store (T9): which parcels they touch, who is told, and that each is told once."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from disputes.disruptions import Whereabouts, is_held_up
from disputes.firing import fire_due
from disputes.models import ActionItem
from disputes.services.disruptions import (
    Draft,
    UnusableDisruption,
    change_end,
    disruptions_of,
    lift_disruption,
    record_disruption,
    waiting_disruptions,
)
from disputes.services.foreseeing import preview
from disputes.telling import look_for_parcels, touch_order
from messaging.compose import load_phrases
from messaging.models import Message
from messaging.vocabulary import Language
from orders.events import Event, EventType
from orders.models import Disruption, DisruptionCause, Order, Store, TouchedOrder
from orders.services.verification import verify_timeline
from tests.cast import after, alices_store, at, clock_at, fact, happens, paid, placed_order, shipped, ticking, tracking

NOW = "03-20 13:00"  # within Maria's contact hours
STRIKE = {"cause": "strike", "region": "SP", "starts_at": at("03-19 00:00"), "ends_at": at("04-10 00:00")}


@pytest.fixture
def store(db: None) -> Store:
    return alices_store()


def parcel(store: Store, number: str = "1", *events: dict[str, Any], **buyer: str) -> Order:
    """An order to the state of São Paulo that left on 5 March, of a buyer of its own."""
    said = {"state": "SP", "email": f"buyer{number}@example.com"} | buyer
    parcels = {"tracking_number": f"LX{number}", "carrier": "Correios"}
    return placed_order(store, paid(), shipped(**parcels), *events, number=number, buyer=said)


def recorded(store: Store, now: str = NOW, **values: Any) -> Disruption:
    return record_disruption(store, Draft(**(STRIKE | values)), now=at(now), actor="7")


def look(disruption: Disruption, now: str = NOW) -> int:
    return look_for_parcels(disruption.pk, clock_at(now), until=at(after(now, minutes=1)))


def told(order: Order) -> list[str]:
    return list(order.messages.filter(purpose="delay_disruption").values_list("state", flat=True))


# --- what is touched --------------------------------------------------------------------------------------------------
PLACE = {"country": "BR", "state": "São Paulo", "city": "Campinas", "location": "CURITIBA / PR", "has_arrived": False}


def held_up(said: dict[str, str], **place: Any) -> bool:
    values = PLACE | {"carriers": frozenset({"Correios"})} | place
    return is_held_up(Event(EventType.DISRUPTION, at(NOW), data=said), Whereabouts(**values))


@pytest.mark.parametrize(
    "said",
    [
        {"region": "SP"},
        {"region": "BR-SP"},
        {"region": "sao paulo"},
        {"region": "BR"},
        {"region": "campinas"},
        {"carrier": "CORREIOS"},
        {"route": "curitiba"},
        {"route": "CN-BR"},
        {"region": "SP", "carrier": "Correios", "route": "Curitiba"},
    ],
)
def test_a_parcel_is_held_up_where_the_disruption_is(said: dict[str, str]) -> None:
    assert held_up(said)


@pytest.mark.parametrize(
    "said",
    [
        {"region": "RJ"},
        {"region": "PT"},
        {"carrier": "DHL"},
        {"route": "Curitib"},
        {"route": "CN-PT"},
        {"region": "SP", "carrier": "DHL"},
    ],
)
def test_a_parcel_that_is_elsewhere_is_not_held_up(said: dict[str, str]) -> None:
    assert not held_up(said)


def test_a_place_is_found_in_a_script_without_spaces() -> None:
    assert held_up({"route": "深圳"}, location="离开深圳市转运中心")


def test_a_parcel_that_reached_the_country_has_left_the_route_there() -> None:
    assert not held_up({"route": "CN-BR"}, has_arrived=True)


def test_a_parcel_that_was_seen_nowhere_is_at_no_place() -> None:
    assert not held_up({"route": "Curitiba"}, location="")


def test_what_is_not_known_of_buyer_or_carrier_excludes_nothing() -> None:
    assert held_up({"region": "BR-SP", "carrier": "DHL"}, state="", city="", carriers=frozenset())


# --- the preview ------------------------------------------------------------------------------------------------------
def test_the_preview_says_who_would_be_told_and_how_and_keeps_nothing(store: Store) -> None:
    parcel(store, "1")
    parcel(store, "2", email="")
    parcel(store, "3", state="RJ")
    parcel(store, "4", fact("03-18 10:00", "delivered"))
    parcel(store, "5", fact("03-18 10:00", "dispute_opened", reason="in_transit"))
    seen = preview(store, Draft(**STRIKE), at(NOW))
    assert (seen.count, seen.by_mail, seen.by_hand, seen.in_dispute, seen.told_before) == (3, 1, 1, 1, 0)
    assert [found.order_number for found in seen.sample] == ["1", "2", "5"]
    assert (seen.regions, seen.carriers["Correios"]) == ({"SP": 3}, 3)
    assert not Disruption.objects.exists()


def test_the_preview_tells_who_waits_for_his_contact_hours(store: Store) -> None:
    parcel(store, "1")
    seen = preview(store, Draft(**STRIKE), at("03-20 03:00"))
    assert (seen.by_mail, seen.waiting) == (1, 1)


def test_the_preview_counts_those_who_were_told_of_the_same_cause(store: Store) -> None:
    parcel(store, "1")
    look(recorded(store))
    assert preview(store, Draft(**STRIKE), at(NOW)).told_before == 1
    assert preview(store, Draft(**(STRIKE | {"cause": "snow"})), at(NOW)).told_before == 0
    later = STRIKE | {"starts_at": at("04-11 00:00"), "ends_at": None}
    assert preview(store, Draft(**later), at(NOW)).told_before == 0


def test_the_preview_and_the_telling_agree(store: Store) -> None:
    for number, state in enumerate(["SP", "RJ", "", "Sao Paulo", "São Paulo"]):
        parcel(store, str(number), state=state)
    expected = preview(store, Draft(**(STRIKE | {"region": "BR-SP"})), at(NOW)).count
    assert look(recorded(store, region="BR-SP")) == expected == 4


# --- recording --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"cause": "comet"}, "cause"),
        ({"cause": "other"}, "explanation"),
        ({"region": " "}, "region"),
        ({"ends_at": at("03-18 00:00")}, "ends_at"),
        ({"ends_at": at("03-20 12:00")}, "ends_at"),
        ({"starts_at": at("2027-03-22 00:00"), "ends_at": None}, "starts_at"),
        ({"ends_at": at("2027-03-22 00:00")}, "ends_at"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(store: Store, values: dict[str, Any], field: str) -> None:
    with pytest.raises(UnusableDisruption) as error:
        recorded(store, **values)
    assert error.value.field == field
    assert not Disruption.objects.exists()


def test_every_touched_order_is_told_once_and_its_timeline_names_the_disruption(store: Store) -> None:
    order = parcel(store, "1", tracking("03-10 10:00"))
    disruption = recorded(store)
    assert [look(disruption), look(disruption, "03-20 14:00")] == [1, 0]
    assert told(order) == ["pending"]
    event = order.timeline.get(type="disruption")
    assert (event.data["disruption"], event.data["cause"], event.actor) == (disruption.pk, "strike", "7")
    assert disruptions_of(order) == [disruption]
    assert verify_timeline(Order.objects.get(pk=order.pk)) == ""


def test_a_buyer_reads_the_cause_in_his_own_language_and_no_promise(store: Store) -> None:
    order = parcel(store, "1", language="es")
    look(recorded(store, cause="typhoon"))
    body = order.messages.get(purpose="delay_disruption").body
    assert "tifón" in body
    assert "hasta el 9 de abril" in body  # on her own clock


def test_a_buyer_without_an_address_is_told_by_hand(store: Store) -> None:
    order = parcel(store, "1", email="")
    look(recorded(store))
    assert told(order) == ["waiting"]
    assert ActionItem.objects.filter(order=order, kind="send_by_hand", subject="delay_disruption").exists()


def test_a_buyer_in_dispute_is_not_written_to_but_the_order_is_explained(store: Store) -> None:
    order = parcel(store, "1", fact("03-18 10:00", "dispute_opened", reason="in_transit"))
    disruption = recorded(store)
    assert look(disruption) == 1
    assert told(order) == []
    assert disruptions_of(order) == [disruption]


def test_the_same_cause_for_the_same_time_is_told_once(store: Store) -> None:
    order = parcel(store, "1")
    look(recorded(store))
    second = recorded(store, region="BR")
    assert look(second) == 1
    assert told(order) == ["pending"]
    assert order.timeline.filter(type="not_sent", data__reason="told_before").count() == 1
    look(recorded(store, cause="snow"))
    assert len(told(order)) == 2


def test_another_stores_parcels_are_left_alone(store: Store) -> None:
    order = parcel(alices_store("charlie"), "1")
    assert look(recorded(store)) == 0
    assert told(order) == []


def test_a_disruption_that_begins_later_tells_when_it_begins(store: Store) -> None:
    order = parcel(store, "1")
    disruption = recorded(store, starts_at=at("03-25 00:00"))
    assert preview(store, Draft(**(STRIKE | {"starts_at": at("03-25 00:00")})), at(NOW)).count == 1
    assert waiting_disruptions(at(NOW)) == []
    assert look(disruption) == 0
    assert waiting_disruptions(at("03-25 00:00")) == [disruption.pk]
    assert look(disruption, "03-25 13:00") == 1
    assert told(order) == ["pending"]


# --- broken off -------------------------------------------------------------------------------------------------------
def test_a_look_that_ran_out_of_time_goes_on_where_it_was(store: Store) -> None:
    for number in range(5):
        parcel(store, str(number))
    disruption = recorded(store)
    first = look_for_parcels(disruption.pk, ticking(NOW, seconds=10), until=at(NOW) + timedelta(seconds=65))
    assert 0 < first < 5
    assert waiting_disruptions(at(after(NOW, minutes=2))) == [disruption.pk]
    assert look(disruption, after(NOW, minutes=2)) == 5 - first
    assert Message.objects.filter(purpose="delay_disruption").count() == 5


def test_a_crash_in_the_middle_is_taken_up_again_and_tells_nobody_twice(store: Store) -> None:
    orders = [parcel(store, str(number)) for number in range(4)]
    disruption = recorded(store)
    with pytest.raises(KeyboardInterrupt):
        look_for_parcels(disruption.pk, dying_clock(NOW, looks=6), until=at("03-20 14:00"))
    assert 0 < TouchedOrder.objects.count() < 4
    assert look(disruption) == 0  # the dead worker still holds it
    look(disruption, after(NOW, minutes=6))
    assert [told(order) for order in orders] == [["pending"]] * 4
    assert Disruption.objects.get().applied_at == at(after(NOW, minutes=6))


def dying_clock(short: str, *, looks: int) -> Any:
    """A clock that kills its reader."""
    left = iter(range(looks))

    def read() -> datetime:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return at(short)

    return read


def test_a_second_worker_finds_the_disruption_taken(store: Store) -> None:
    order = parcel(store, "1")
    disruption = recorded(store)
    inner: list[int] = []

    def clock() -> datetime:
        if not inner:
            inner.append(-1)
        elif inner == [-1]:
            inner[0] = look(disruption)
        return at(NOW)

    assert look_for_parcels(disruption.pk, clock, until=at("03-20 14:00")) == 1
    assert inner == [0]
    assert told(order) == ["pending"]


def test_an_order_that_was_delivered_meanwhile_is_not_touched(store: Store) -> None:
    order = parcel(store, "1")
    disruption = recorded(store)
    happens(order, fact("03-20 12:30", "delivered"))
    assert not touch_order(disruption, order.pk, now=at(NOW))


# --- while it lasts ---------------------------------------------------------------------------------------------------
def test_a_parcel_that_leaves_while_it_lasts_is_told_too(store: Store) -> None:
    disruption = recorded(store)
    assert look(disruption) == 0
    late = placed_order(store, paid(), shipped("03-21 13:00"), number="2", buyer={"state": "SP"})
    assert look(disruption, "03-21 13:30") == 1
    assert told(late) == ["pending"]


def test_a_parcel_that_reaches_the_place_while_it_lasts_is_told_too(store: Store) -> None:
    order = parcel(store, "1", tracking("03-10 10:00", location="Shenzhen"))
    disruption = recorded(store, region="", route="Curitiba")
    assert look(disruption) == 0
    happens(order, tracking("03-21 13:00", location="Curitiba / PR"))
    assert look(disruption, "03-21 13:30") == 1
    assert told(order) == ["pending"]


def test_an_order_that_comes_in_as_history_is_explained_and_told_nothing(store: Store) -> None:
    disruption = recorded(store)
    look(disruption)
    old = placed_order(store, paid(), shipped(), number="2", now="03-21 13:00", buyer={"state": "SP"})
    assert look(disruption, "03-21 13:30") == 1
    assert told(old) == []
    assert old.timeline.filter(type="not_sent", data__reason="history").count() == 1
    assert disruptions_of(old) == [disruption]


def test_a_later_end_tells_nobody_twice_and_an_earlier_one_ends_it(store: Store) -> None:
    order = parcel(store, "1")
    disruption = recorded(store)
    look(disruption)
    change_end(disruption.pk, at("04-20 00:00"), now=at("03-21 13:00"))
    assert look(disruption, "03-21 13:00") == 0
    assert told(order) == ["pending"]
    change_end(disruption.pk, at("03-22 00:00"), now=at("03-21 13:00"))
    late = placed_order(store, paid(), shipped("03-22 13:00"), number="2", buyer={"state": "SP"})
    assert look(disruption, "03-22 13:30") == 0
    assert told(late) == []
    assert waiting_disruptions(at("05-01 00:00")) == []


def test_what_is_lifted_touches_no_more_and_what_has_not_left_stays_unsent(store: Store) -> None:
    mail, hand = parcel(store, "1"), parcel(store, "2", email="")
    disruption = recorded(store, now="03-20 03:00")
    look(disruption, "03-20 03:00")
    lift_disruption(disruption.pk, now=at("03-20 04:00"))
    later = placed_order(store, paid(), shipped("03-20 04:30"), number="3", buyer={"state": "SP"})
    look(disruption, "03-20 05:00")
    assert [told(order) for order in (mail, hand, later)] == [["cancelled"], ["cancelled"], []]
    assert mail.messages.get(purpose="delay_disruption").reason == "disruption_over"
    assert not ActionItem.objects.filter(order=hand, state="open", subject="delay_disruption").exists()
    assert verify_timeline(Order.objects.get(pk=hand.pk)) == ""


def test_a_disruption_lifted_while_it_is_told_tells_no_further(store: Store) -> None:
    order = parcel(store, "1")
    as_taken = recorded(store)
    lift_disruption(as_taken.pk, now=at(after(NOW, minutes=1)))
    assert not touch_order(as_taken, order.pk, now=at(after(NOW, minutes=1)))
    look(as_taken, after(NOW, minutes=2))
    assert told(order) == []
    assert waiting_disruptions(at("05-01 00:00")) == []


# --- explained --------------------------------------------------------------------------------------------------------
def test_the_next_contact_names_the_cause_and_its_end_only_while_it_lies_ahead(store: Store) -> None:
    order = parcel(store, "1")
    look(recorded(store, cause="snow"))
    fire_due(clock_at("04-04 13:00"), until=at("04-04 13:01"))
    first = order.messages.get(purpose="contact_30").body
    assert "Causa conhecida do atraso: neve forte no trajeto do pacote." in first
    assert "A situação deve durar até cerca de 9 de abril." in first
    fire_due(clock_at("04-19 13:00"), until=at("04-19 13:01"))
    second = order.messages.get(purpose="contact_45").body
    assert "neve forte" in second
    assert "deve durar" not in second


def test_a_contact_names_no_cause_where_none_is_known(store: Store) -> None:
    order = parcel(store, "1")
    fire_due(clock_at("04-04 13:00"), until=at("04-04 13:01"))
    assert "Causa conhecida" not in order.messages.get(purpose="contact_30").body


@pytest.mark.parametrize("cause", DisruptionCause)
@pytest.mark.parametrize("language", Language)
def test_every_cause_has_its_words_in_every_language(cause: str, language: Language) -> None:
    assert load_phrases(language)["disruption"][cause]
