"""Rehearsed: several disputes on one order. Of one item there is at most one open at a time."""

from typing import Any

import pytest

from disputes.models import ActionItem, ActionState, Dispute
from tests.cast import LAMP, alices_store, fact, happens, milestones, moves, of, paid, placed_order, shipped, z
from tests.disputes.claims import accepted, disputed, noticed, opened, states, steps, submitted, verdict, withdrawn

pytestmark = pytest.mark.django_db
CABLE = {"sku": "B2", "title": "Cable", "quantity": 2, "unit_price": "3.00"}
BOTH = {"items": [LAMP, CABLE], "total": "30.00"}


def on(item: str | int, when: str = "04-10 08:00", **keys: Any) -> dict[str, Any]:
    return opened(when, item=item, **keys)


def test_a_second_dispute_on_another_item_stands_beside_the_first() -> None:
    answer = disputed(on("A1"), on("B2", "04-12 00:00"), until="04-12 00:00", **BOTH)
    assert of(answer["transitions"], of="order")[-1]["at"] == z("04-10 08:00")
    assert steps(answer)[-1] == (z("04-12 00:00"), "opened", "dispute_opened")
    assert answer["dispute"]["respond_by"] == z("04-17 00:00")
    assert len(milestones(answer, "dispute_response_due")) == 2


@pytest.mark.parametrize("again", ["A1", 1, "1"])
def test_a_second_notice_of_one_item_is_a_change_of_its_claim(again: str | int) -> None:
    answer = disputed(on("A1"), on(again, "04-12 00:00", amount="12.00"), until="04-12 00:00", **BOTH)
    assert states(answer) == ["opened"]
    assert answer["dispute"]["respond_by"] == z("04-17 00:00")


def test_an_event_that_names_no_item_speaks_of_the_latest_dispute() -> None:
    answer = disputed(on("A1"), on("B2", "04-12 00:00"), noticed("04-13 00:00"), until="04-13 00:00", **BOTH)
    assert answer["dispute"]["state"] == "evidence_due"
    assert len([row for row in milestones(answer, "dispute_response_due") if row[1] == "pending"]) == 1


def test_an_event_that_names_its_item_speaks_of_that_dispute() -> None:
    events = [on("A1"), on("B2", "04-12 00:00"), accepted("04-13 00:00") | {"item": 1}]
    answer = disputed(*events, until="04-13 00:00", **BOTH)
    assert (answer["dispute"]["state"], states(answer)) == ("opened", ["opened", "opened", "accepted"])


def test_the_order_comes_back_when_its_last_dispute_ends() -> None:
    events = [on("A1"), on("B2", "04-12 00:00"), withdrawn("04-13 00:00"), withdrawn("04-14 00:00")]
    answer = disputed(*events, until="04-14 00:00", **BOTH)
    assert moves(answer)[-2:] == [
        (z("04-10 08:00"), "disputed", "dispute_opened"),
        (z("04-14 00:00"), "contact_30", "dispute_withdrawn"),
    ]


def test_a_refund_of_everything_ends_every_dispute() -> None:
    events = [on("A1"), on("B2", "04-12 00:00"), fact("04-13 00:00", "refund_issued")]
    answer = disputed(*events, until="04-13 00:00", **BOTH)
    assert sorted(states(answer)) == ["accepted", "accepted", "opened", "opened"]
    assert answer["order"]["state"] == "refunded"


def test_a_refund_answers_the_open_dispute_when_the_latest_is_closed() -> None:
    events = [on("A1", amount="20.00"), on("B2", "04-12 00:00", amount="6.00"), withdrawn("04-13 00:00")]
    answer = disputed(*events, fact("04-14 00:00", "refund_issued", amount="20.00"), until="04-14 00:00", **BOTH)
    assert states(answer)[-2:] == ["withdrawn", "accepted"]
    assert moves(answer)[-1] == (z("04-14 00:00"), "contact_30", "refund_issued")


def test_a_lost_dispute_keeps_the_order_until_its_refund_though_another_ends_well() -> None:
    events = [
        on("A1", amount="20.00"),
        verdict("04-11 00:00", "lost"),
        on("B2", "04-12 00:00"),
        withdrawn("04-13 00:00"),
    ]
    answer = disputed(*events, until="04-13 00:00", **BOTH)
    assert answer["order"]["state"] == "disputed"
    paid_off = disputed(*events, fact("04-14 00:00", "refund_issued", amount="20.00"), until="04-14 00:00", **BOTH)
    assert paid_off["order"]["state"] == "contact_30"


def test_what_ends_one_dispute_leaves_the_others_work_alone() -> None:
    order = placed_order(alices_store(), paid(), shipped(), on("A1"), on("B2"), noticed("04-11 00:00"))
    happens(order, submitted("04-12 00:00"))
    happens(order, withdrawn("04-12 00:00"))
    left = set(ActionItem.objects.filter(state=ActionState.OPEN).values_list("kind", "subject"))
    assert left >= {("answer_dispute", "dispute:1")}
    assert not {subject for _kind, subject in left if subject.startswith("dispute:2")}
    assert [dispute.state for dispute in Dispute.objects.all()] == ["opened", "withdrawn"]
