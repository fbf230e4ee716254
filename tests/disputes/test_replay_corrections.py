"""Rehearsed: a carrier takes back what it said (rule T10)."""

from typing import Any

import pytest

from tests.cast import (
    actions,
    alices_store,
    at,
    fact,
    mails,
    milestones,
    moves,
    of,
    paid,
    placed_order,
    replay,
    shipped,
    tracking,
    z,
)

pytestmark = pytest.mark.django_db
DISREGARD = "Favor desconsiderar a informação anterior"


def correction(when: str, source: str = "17track") -> dict[str, Any]:
    """The carrier's words that void what it said before."""
    return fact(when, "tracking", description=DISREGARD, source=source)


def test_a_delivery_that_was_taken_back_sets_the_parcel_on_its_way_again() -> None:
    answer = replay(
        paid(), shipped(), tracking("03-20 10:00", "delivered"), correction("03-21 10:00"), until="04-05 00:00"
    )
    assert moves(answer)[-3:] == [
        (z("03-20 10:00"), "delivered", "delivered"),
        (z("03-21 10:00"), "shipped", "tracking"),
        (z("04-04 10:00"), "contact_30", "contact_30"),
    ]
    assert of(answer["messages"], purpose="contact_30")


def test_a_delivery_that_was_taken_back_asks_for_no_review_and_completes_nothing() -> None:
    answer = replay(
        paid(), shipped(), tracking("03-20 10:00", "delivered"), correction("03-21 10:00"), until="06-10 00:00"
    )
    assert [outcome for _due, outcome, _why in milestones(answer, "review_request")] == ["cancelled"]
    assert [outcome for _due, outcome, _why in milestones(answer, "completion")] == ["cancelled"]
    assert not of(answer["messages"], purpose="review_request")


def test_a_delivery_that_comes_true_after_all_counts_from_its_second_day() -> None:
    events = tracking("03-20 10:00", "delivered"), correction("03-21 10:00"), tracking("03-25 10:00", "delivered")
    answer = replay(paid(), shipped(), *events, until="06-10 00:00")
    assert (z("03-28 10:00"), "fired", "") in milestones(answer, "review_request")
    assert answer["order"]["state"] == "completed"


def test_a_delivery_that_the_platform_confirmed_too_stands() -> None:
    events = tracking("03-20 10:00", "delivered"), fact("03-20 09:00", "delivered", source="platform")
    answer = replay(paid(), shipped(), events[1], events[0], correction("03-21 10:00"), until="03-22 00:00")
    assert answer["order"]["state"] == "delivered"


def test_a_correction_voids_only_the_news_of_its_own_source() -> None:
    events = tracking("03-10 10:00", "arrived"), fact("03-12 10:00", "tracking", status="customs", source="correios")
    answer = replay(paid(), shipped(), *events, correction("03-13 10:00"), until="04-05 00:00")
    # `arrived` is void, but customs, which only a parcel in the country sees, stands.
    assert milestones(answer, "not_in_destination")[0][1:] == ("cancelled", "arrived")


def test_an_arrival_that_was_taken_back_is_awaited_again() -> None:
    answer = replay(
        paid(), shipped(), tracking("03-10 10:00", "arrived"), correction("03-11 10:00"), until="04-05 00:00"
    )
    assert (z("04-04 10:00"), "fired", "") in milestones(answer, "not_in_destination")
    assert (z("04-04 10:00"), "T3") in actions(answer, "verify_tracking")


def test_a_correction_of_nothing_changes_nothing() -> None:
    answer = replay(paid(), shipped(), correction("03-10 10:00"), until="03-14 00:00")
    assert answer["order"]["state"] == "shipped"
    assert "delivered" not in [purpose for _when, purpose in mails(answer)]


def test_the_team_applies_for_no_funds_of_a_parcel_that_is_under_way() -> None:
    delivered, taken_back = tracking("03-20 10:00", "delivered"), correction("03-21 10:00")
    order = placed_order(alices_store(), paid(), shipped(), delivered, taken_back)
    assert (order.state, order.delivered_at, order.tracking_status) == ("shipped", None, "")
    released = order.actions.get(kind="release_funds")
    assert (released.state, released.reason) == ("settled", "taken_back")


def test_what_was_taken_back_stays_on_record() -> None:
    order = placed_order(
        alices_store(), paid(), shipped(), tracking("03-20 10:00", "customs"), correction("03-21 10:00")
    )
    voided, correcting = order.tracking_events.all()
    assert (voided.status, voided.voided_at) == ("customs", at("03-21 10:00"))
    assert (correcting.status, correcting.voided_at, correcting.is_unknown) == ("", None, False)
