"""Rehearsed: what the carrier says, and what he does not say (rules T)."""

import pytest

from tests.cast import actions, after, fact, mails, milestones, moves, of, paid, replay, shipped, tracking, z

pytestmark = pytest.mark.django_db
TAOBAO = {"policy": "taobao-cn", "buyer": {"timezone": "", "country": "CN"}}
BR: dict[str, object] = {}


# --- T2, T3, T12 ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("order", "stalled", "absent"), [(BR, 10, 30), (TAOBAO, 3, 7)])
def test_a_parcel_without_news_is_looked_into(order: dict[str, object], stalled: int, absent: int) -> None:
    answer = replay(paid(), shipped(), until="04-10 00:00", **order)
    assert milestones(answer, "tracking_stalled") == [(z(after("03-05 10:00", days=stalled)), "fired", "")]
    assert milestones(answer, "not_in_destination") == [(z(after("03-05 10:00", days=absent)), "fired", "")]
    asked = actions(answer, "verify_tracking")
    assert (z(after("03-05 10:00", days=stalled)), "T2") in asked
    assert (z(after("03-05 10:00", days=absent)), "T3") in asked


def test_an_update_moves_the_pending_timer() -> None:
    answer = replay(paid(), shipped(), tracking("03-10 00:00"), until="03-15 10:00")
    assert milestones(answer, "tracking_stalled") == [(z("03-20 00:00"), "pending", "")]


def test_an_older_update_that_comes_later_moves_nothing_back() -> None:
    answer = replay(paid(), shipped(), tracking("03-10 00:00"), tracking("03-06 00:00"), until="03-15 10:00")
    assert milestones(answer, "tracking_stalled") == [(z("03-20 00:00"), "pending", "")]


def test_an_update_after_the_timer_fired_starts_it_anew() -> None:
    answer = replay(paid(), shipped(), tracking("03-20 00:00"), until="03-21 00:00")
    assert milestones(answer, "tracking_stalled") == [
        (z("03-15 10:00"), "fired", ""),
        (z("03-30 00:00"), "pending", ""),
    ]


def test_an_update_at_the_very_instant_is_in_time() -> None:
    answer = replay(paid(), shipped(), tracking("03-15 10:00"), until="03-15 10:00")
    assert milestones(answer, "tracking_stalled") == [(z("03-25 10:00"), "pending", "")]


@pytest.mark.parametrize("status", ["arrived", "customs", "duty_due", "released", "out_for_delivery", "returning"])
def test_a_parcel_in_the_country_is_no_longer_awaited_there(status: str) -> None:
    answer = replay(paid(), shipped(), tracking("03-20 00:00", status), until="04-10 00:00")
    assert milestones(answer, "not_in_destination") == [(z("04-04 10:00"), "cancelled", "arrived")]


@pytest.mark.parametrize("status", ["in_transit", "export_customs", "no_scan"])
def test_a_parcel_on_its_way_there_is_still_awaited(status: str) -> None:
    answer = replay(paid(), shipped(), tracking("03-20 00:00", status), until="04-10 00:00")
    assert milestones(answer, "not_in_destination") == [(z("04-04 10:00"), "fired", "")]


def test_words_without_a_status_are_classified() -> None:
    said = fact("03-20 00:00", "tracking", description="Arrived at destination country", source="17track")
    answer = replay(paid(), shipped(), said, until="04-10 00:00")
    assert milestones(answer, "not_in_destination")[0][1] == "cancelled"


def test_not_delivered_is_no_delivery() -> None:
    said = fact("03-20 00:00", "tracking", description="Could not be delivered: recipient absent", source="correios")
    assert replay(paid(), shipped(), said, until="03-21 00:00")["order"]["state"] == "shipped"


def test_a_carriers_delivery_acts_as_the_platforms() -> None:
    answer = replay(paid(), shipped(), tracking("03-20 13:00", "delivered"), until="03-21 00:00")
    assert moves(answer)[-1] == (z("03-20 13:00"), "delivered", "delivered")
    assert mails(answer)[-1] == (z("03-20 13:00"), "delivered")


def test_an_unknown_text_is_kept_and_guesses_nothing() -> None:
    said = fact("03-20 00:00", "tracking", description="Zug fährt ab", source="x")
    answer = replay(paid(), shipped(), said, until="03-21 00:00")
    assert answer["order"]["state"] == "shipped"
    assert milestones(answer, "tracking_stalled")[-1][0] == z("03-30 00:00")


def test_the_same_news_twice_is_told_once() -> None:
    news = tracking("03-20 13:00", "duty_due")
    answer = replay(paid(), shipped(), news, news, until="03-21 00:00")
    assert len(of(answer["messages"], purpose="duty_payment")) == 1


def test_of_two_parcels_the_last_one_delivers() -> None:
    second = shipped("03-06 10:00", tracking_number="LX2")
    first_came = tracking("03-20 13:00", "delivered", tracking_number="LX123456785CN")
    last_came = tracking("03-22 13:00", "delivered", tracking_number="LX2")
    assert replay(paid(), shipped(), second, first_came, until="03-21 00:00")["order"]["state"] == "shipped"
    answer = replay(paid(), shipped(), second, first_came, last_came, until="03-23 00:00")
    assert moves(answer)[-1] == (z("03-22 13:00"), "delivered", "delivered")


# --- T4, T6 -----------------------------------------------------------------------------------------------------------
def test_a_failed_attempt_asks_the_team_to_reach_the_buyer() -> None:
    answer = replay(paid(), shipped(), tracking("03-20 13:00", "failed_attempt"), until="03-21 00:00")
    assert actions(answer, "contact_buyer") == [(z("03-20 13:00"), "T4")]


def lookup(when: str, source: str, *, found: bool) -> dict[str, object]:
    return fact(when, "tracking_lookup", source=source, found=found)


def test_one_source_that_does_not_know_the_number_is_not_enough() -> None:
    answer = replay(paid(), shipped(), lookup("03-20 13:00", "17track", found=False), until="03-21 00:00")
    assert actions(answer, "refund") == []
    assert (z("03-20 13:00"), "T6") in actions(answer, "verify_tracking")


def test_two_sources_that_do_not_know_the_number_ask_for_the_refund() -> None:
    asked = [lookup("03-20 13:00", "17track", found=False), lookup("03-20 14:00", "correios", found=False)]
    answer = replay(paid(), shipped(), *asked, until="03-21 00:00")
    assert actions(answer, "refund") == [(z("03-20 14:00"), "T6")]


@pytest.mark.parametrize(
    "asked",
    [
        [("17track", False), ("17track", False)],  # one source, asked twice
        [("17track", False), ("correios", True)],
        [("17track", False), ("17track", True), ("correios", False)],  # its latest answer counts
    ],
)
def test_a_number_that_some_source_may_know_is_not_refunded(asked: list[tuple[str, bool]]) -> None:
    lookups = [lookup(f"03-20 1{hour}:00", source, found=found) for hour, (source, found) in enumerate(asked)]
    assert actions(replay(paid(), shipped(), *lookups, until="03-21 00:00"), "refund") == []


def test_taobao_knows_no_untraceable_parcel() -> None:
    asked = [lookup("03-20 13:00", "17track", found=False), lookup("03-20 14:00", "correios", found=False)]
    assert actions(replay(paid(), shipped(), *asked, until="03-21 00:00", **TAOBAO), "refund") == []


@pytest.mark.parametrize("over", ["refund_issued", "delivered", "cancelled"])
def test_an_order_that_is_over_is_not_refunded_for_its_number(over: str) -> None:
    asked = [lookup("03-20 13:00", "17track", found=False), lookup("03-20 14:00", "correios", found=False)]
    answer = replay(paid(), shipped(), fact("03-20 12:00", over), *asked, until="03-21 00:00")
    assert actions(answer, "refund") == []


# --- T7, T8 -----------------------------------------------------------------------------------------------------------
def test_duty_to_pay_is_told_at_once_with_its_deadline() -> None:
    answer = replay(paid(), shipped(), tracking("03-20 13:00", "duty_due"), until="03-20 13:00")
    told = of(answer["messages"], purpose="duty_payment")[0]
    assert told["at"] == z("03-20 13:00")
    assert "9 de abril" in told["body"]  # 20 days


def test_duty_that_is_paid_before_the_window_opens_is_not_asked_for() -> None:
    answer = replay(
        paid(), shipped(), tracking("03-20 03:00", "duty_due"), tracking("03-20 10:00", "released"), until="03-21 00:00"
    )
    assert of(answer["messages"], purpose="duty_payment") == []


@pytest.mark.parametrize(("order", "deadline"), [(BR, "27 de março"), (TAOBAO, "3月23日")])
def test_a_parcel_at_a_pickup_point_is_told_with_its_deadline(order: dict[str, object], deadline: str) -> None:
    order = order | {"buyer": {"language": "zh-hans"}} if order else order
    arrived = tracking("03-20 13:00", "pickup_waiting", location="Agência Centro")
    answer = replay(paid(), shipped(), arrived, until="03-20 13:00", **order)
    body = of(answer["messages"], purpose="pickup_waiting")[0]["body"]
    assert deadline in body
    assert "Agência Centro" in body


def test_taobao_knows_no_customs_duty() -> None:
    answer = replay(paid(), shipped(), tracking("03-20 03:00", "duty_due"), until="03-21 00:00", **TAOBAO)
    assert of(answer["messages"], purpose="duty_payment") == []


# --- T9 ---------------------------------------------------------------------------------------------------------------
def disruption(when: str = "03-20 13:00", **keys: str) -> dict[str, object]:
    return fact(when, "disruption", **({"region": "", "carrier": "", "cause": "strike"} | keys))


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"region": "BR"},
        {"region": "SP"},
        {"region": "BR-SP"},
        {"carrier": "china post"},
        {"from": z("03-19 00:00"), "to": z("04-01 00:00")},
    ],
)
@pytest.mark.parametrize("policy", ["aliexpress-br", "taobao-cn"])
def test_a_buyer_whose_parcel_is_touched_is_told(policy: str, keys: dict[str, str]) -> None:
    answer = replay(paid(), shipped(), disruption(**keys), policy=policy, buyer={"state": "SP"}, until="03-20 13:00")
    assert [row["at"] for row in of(answer["messages"], purpose="delay_disruption")] == [z("03-20 13:00")]


@pytest.mark.parametrize(
    "keys",
    [{"region": "RJ"}, {"region": "PT"}, {"carrier": "DHL"}, {"to": z("03-19 00:00")}, {"from": z("03-21 00:00")}],
)
def test_a_buyer_whose_parcel_is_not_touched_is_left_alone(keys: dict[str, str]) -> None:
    answer = replay(paid(), shipped(), disruption(**keys), buyer={"state": "SP"}, until="03-20 13:00")
    assert of(answer["messages"], purpose="delay_disruption") == []


def test_a_parcel_that_has_come_is_not_touched() -> None:
    answer = replay(paid(), shipped(), fact("03-19 13:00", "delivered"), disruption(), until="03-20 13:00")
    assert of(answer["messages"], purpose="delay_disruption") == []
