"""A parcel stands in the queue of the tracking desk that its facts call for, and leaves it by itself (T1)."""

from typing import Any

import pytest

from disputes.firing import fire_due
from disputes.reconciling import reconcile_orders
from orders.models import Order
from orders.policies import load_policy
from orders.triage import triage
from tests.cast import after, alices_store, at, fact, happens, paid, placed_order, shipped, tracking

pytestmark = pytest.mark.django_db
SHIPPED_AT = "03-05 10:00"


def lookup(when: str, source: str, *, found: bool) -> dict[str, Any]:
    return fact(when, "tracking_lookup", source=source, found=found)


def queue_after(*events: dict[str, Any], policy: str = "aliexpress-br") -> str:
    order = placed_order(alices_store(policy=policy), paid(), shipped(SHIPPED_AT), *events)
    return str(order.tracking_queue)


@pytest.mark.parametrize(
    ("events", "queue"),
    [
        ([], ""),
        ([tracking("03-06 10:00")], ""),
        ([tracking("03-06 10:00", "lost")], "lost"),
        ([tracking("03-06 10:00", "returning")], "returning"),
        ([tracking("03-06 10:00", "returned")], "returning"),
        ([tracking("03-06 10:00", "duty_due")], "duty_due"),
        ([tracking("03-06 10:00", "pickup_waiting")], "pickup_waiting"),
        ([tracking("03-06 10:00", "failed_attempt")], "failed_attempt"),
        ([tracking("03-06 10:00", "customs")], ""),
        ([tracking("03-06 10:00", "expired")], "stalled"),
        ([lookup("03-06 10:00", "a", found=False)], ""),
        ([lookup("03-06 10:00", "a", found=False), lookup("03-06 11:00", "b", found=False)], "untraceable"),
    ],
)
def test_the_latest_news_decides(events: list[dict[str, Any]], queue: str) -> None:
    assert queue_after(*events) == queue


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (tracking("03-06 10:00", "duty_due"), tracking("03-08 10:00", "released")),
        (tracking("03-06 10:00", "failed_attempt"), tracking("03-07 10:00", "delivered")),
        (tracking("03-06 10:00", "lost"), tracking("03-07 10:00", "in_transit")),
        (tracking("03-06 10:00", "lost"), fact("03-07 10:00", "refund_issued", amount="24.00")),
    ],
)
def test_a_parcel_leaves_its_queue_when_the_facts_change(first: dict[str, Any], then: dict[str, Any]) -> None:
    assert queue_after(first)
    order = Order.objects.get()
    happens(order, then)
    order.refresh_from_db()
    assert (order.tracking_queue, order.queued_at) == ("", None)


def test_a_number_that_one_source_knows_after_all_is_traceable() -> None:
    asked = [lookup("03-06 10:00", source, found=False) for source in ("a", "b")]
    assert queue_after(*asked, lookup("03-07 10:00", "b", found=True)) == ""


def test_a_scan_makes_a_number_traceable() -> None:
    asked = [lookup("03-06 10:00", source, found=False) for source in ("a", "b")]
    assert queue_after(*asked, tracking("03-07 10:00")) == ""


def test_a_parcel_that_the_buyer_does_not_have_is_looked_for_until_he_has_it() -> None:
    denied = fact("03-21 10:00", "receipt_denied", text="It is not here")
    assert queue_after(tracking("03-20 10:00", "delivered"), denied) == "not_received"
    order = Order.objects.get()
    happens(order, fact("03-22 10:00", "receipt_confirmed"))
    order.refresh_from_db()
    assert order.tracking_queue == ""


def test_a_dispute_about_a_signed_parcel_is_a_parcel_not_received() -> None:
    opened = fact("03-21 10:00", "dispute_opened", reason="signed_not_received", amount="24.00")
    assert queue_after(tracking("03-20 10:00", "delivered"), opened) == "not_received"


@pytest.mark.parametrize(
    ("news", "days", "queue"),
    [
        ([], 8, "no_first_scan"),
        ([tracking("03-06 10:00")], 12, "stalled"),
        ([tracking("03-06 10:00", "customs")], 12, "customs"),
        ([tracking(after(SHIPPED_AT, days=29))], 31, "not_in_destination"),
        ([tracking(after(SHIPPED_AT, days=29), "arrived")], 31, ""),
        ([tracking(after(SHIPPED_AT, days=59), "arrived")], 61, "past_tolerance"),
    ],
)
def test_a_date_that_passes_brings_a_parcel_into_its_queue(news: list[dict[str, Any]], days: int, queue: str) -> None:
    order = placed_order(alices_store(), paid(), shipped(SHIPPED_AT), *news)
    now = at(after(SHIPPED_AT, days=days))
    fire_due(lambda: now, until=at(after(SHIPPED_AT, days=days + 1)))
    order.refresh_from_db()
    assert order.tracking_queue == queue


def test_a_parcel_leaves_the_desk_when_nobody_can_complain_any_more() -> None:
    order = placed_order(alices_store(), paid(), shipped(SHIPPED_AT), tracking("03-06 10:00", "lost"))
    reconcile_orders(at(after(SHIPPED_AT, days=91)))
    order.refresh_from_db()
    assert order.tracking_queue == ""


def test_a_queue_names_its_rule_and_since_when() -> None:
    order = placed_order(alices_store(), paid(), shipped(SHIPPED_AT), tracking("03-06 10:00", "duty_due"))
    finding = triage(order, order.policy, now=at("03-09 10:00"))
    assert finding is not None
    assert (finding.rule, finding.since, order.queued_at) == ("T7", at("03-06 10:00"), at("03-06 10:00"))


def test_every_pack_sorts_parcels() -> None:
    assert all(load_policy(name).has("T1") for name in ("aliexpress-br", "taobao-cn"))
