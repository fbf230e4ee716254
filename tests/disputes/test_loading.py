"""A scenario that is kept ends where its rehearsal does; what has passed mails nobody, what is to come is live."""

from typing import Any

import pytest
from django.db import IntegrityError

from disputes.loading import load_order
from disputes.models import ActionItem, AdviceEntry, Dispute
from disputes.scenarios import read_scenario
from messaging.models import Message
from orders.models import Milestone, Order
from orders.services.verification import verify_timeline
from tests.cast import alices_store, at, fact, order_record, paid, replay, scenario, shipped, tracking, z
from tests.disputes.claims import (
    OPENED,
    accepted,
    changed,
    exhibit,
    noticed,
    offered,
    opened,
    submitted,
    verdict,
    withdrawn,
)

pytestmark = pytest.mark.django_db
NOW = "05-10 00:00"


def load(*events: dict[str, Any], now: str = NOW, **order: Any) -> Order:
    read = read_scenario(scenario(*events, **order), "scenario")
    return load_order(read.record, read.events, alices_store(), now=at(now), actor="test")


STORIES = {
    "nothing happened": [],
    "waiting": [paid(), shipped()],
    "delivered": [paid(), shipped(), fact("04-12 00:00", "delivered")],
    "silence": [paid(), shipped(), opened()],
    "promise over": [paid(), shipped(), opened(), offered()],
    "changed": [paid(), shipped(), opened(), offered(), changed("04-13 00:00", reason="lost")],
    "missed": [paid(), shipped(), opened(), noticed()],
    "late": [paid(), shipped(), opened(), noticed(), submitted("04-22 00:00")],
    "won": [paid(), shipped(), opened(), noticed(), submitted("04-18 00:00"), verdict("04-25 00:00", "won")],
    "lost": [paid(), shipped(), opened(), noticed(), verdict("04-25 00:00", "lost")],
    "refunded": [paid(), shipped(), opened(), accepted("04-12 00:00"), fact("04-14 00:00", "refund_issued")],
    "withdrawn before a stage": [paid(), shipped(), opened("04-01 00:00"), withdrawn("04-03 00:00")],
    "withdrawn after a stage": [paid(), shipped(), opened("04-01 00:00"), withdrawn("04-10 00:00")],
    "delivered meanwhile": [paid(), shipped(), opened(), tracking("04-12 00:00", "delivered")],
    "proven": [paid(), shipped(), opened(), exhibit("04-11 00:00", "waybill_receipt")],
}


@pytest.mark.parametrize("story", STORIES)
def test_a_kept_scenario_ends_where_its_rehearsal_does(story: str) -> None:
    answer = replay(*STORIES[story], until=NOW)
    order = load(*STORIES[story])
    assert order.state == answer["order"]["state"]
    dispute = Dispute.objects.last()
    assert (dispute.state if dispute else None) == (answer["dispute"] or {}).get("state")
    assert advice_of(order) == [(row["at"], row["rule"], row["missing"]) for row in answer["advice"]]
    assert (Message.objects.count(), verify_timeline(order)) == (0, "")


def advice_of(order: Order) -> list[tuple[str, str, list[str]]]:
    entries = AdviceEntry.objects.filter(order=order)
    return [(z(f"{row.at:%m-%d %H:%M}"), row.rule, row.missing) for row in entries]


@pytest.mark.parametrize("story", STORIES)
def test_what_has_passed_is_stale_and_what_is_to_come_is_live(story: str) -> None:
    load(*STORIES[story])
    for row in Milestone.objects.all():
        assert row.state in {"pending", "stale", "cancelled"}
        assert (row.state == "pending") == (row.due_at >= at(NOW) and not row.reason)


def test_the_dates_of_a_dispute_that_is_open_are_live() -> None:
    load(paid(), shipped(), opened("05-09 00:00"))
    due = Milestone.objects.get(kind="dispute_response_due")
    assert (due.state, due.due_at) == ("pending", at("05-14 00:00"))
    (action,) = ActionItem.objects.filter(kind="answer_dispute")
    assert (action.state, action.due_at) == ("open", at("05-13 12:00"))


def test_the_orders_own_dates_are_facts_too() -> None:
    order = load(paid_at=z("03-02 13:00"), shipped_at=z("03-05 10:00"), carrier="China Post", now="04-10 00:00")
    assert (order.state, order.paid_at, order.shipped_at) == ("contact_30", at("03-02 13:00"), at("03-05 10:00"))
    assert [parcel.carrier for parcel in order.shipments.all()] == ["China Post"]


def test_what_is_still_to_happen_is_left_out() -> None:
    order = load(paid(), shipped(), opened("06-01 00:00"))
    assert (order.state, Dispute.objects.count()) == ("contact_60", 0)


def test_an_order_that_the_store_has_is_not_loaded_again() -> None:
    store = alices_store()
    load_order(order_record(), [], store, now=at(NOW), actor="test")
    with pytest.raises(IntegrityError):
        load_order(order_record(), [], store, now=at(NOW), actor="test")


def test_what_is_kept_where_programs_read_is_recorded_when_it_is_written() -> None:
    read = read_scenario(scenario(paid(), shipped(), opened()), "scenario")
    order = load_order(read.record, read.events, alices_store(), now=at(NOW), actor="test", recorded_at=at(NOW))
    assert set(order.timeline.values_list("recorded_at", flat=True)) == {at(NOW)}
    assert order.timeline.get(type="shipped").at == at("03-05 10:00")
    assert (order.state, verify_timeline(order)) == ("disputed", "")
    assert Dispute.objects.get().opened_at == at(OPENED)
