"""Views of the day: kept when they matter, named by the timeline, and never changed."""

import pytest
from django.db import DatabaseError, transaction

from disputes.firing import fire_due
from orders.models import Order, Snapshot
from orders.models.snapshots import content_digest
from tests.cast import after, alices_store, at, paid, placed_order, shipped, tracking

pytestmark = pytest.mark.django_db
SHIPPED_AT = "03-05 10:00"


@pytest.fixture
def order() -> Order:
    return placed_order(
        alices_store(), paid(), shipped(SHIPPED_AT), tracking("03-20 10:00", description="Left Shenzhen")
    )


def test_the_listing_and_the_policy_of_the_sale_are_kept(order: Order) -> None:
    listing, policy = order.snapshots.filter(occasion="sale").order_by("kind")
    assert listing.content["items"][0]["title"] == "USB lamp"
    assert (policy.content["pack"], policy.content["version"]) == ("aliexpress-br", order.policy_version)


def test_the_tracking_is_kept_when_the_buyer_is_told_where_his_parcel_is(order: Order) -> None:
    day_30 = at(after(SHIPPED_AT, days=30))
    fire_due(lambda: day_30, until=at(after(SHIPPED_AT, days=31)))
    kept = order.snapshots.get(kind="tracking")
    assert (kept.occasion, kept.at, kept.source) == ("contact_30", day_30, "17track")
    assert kept.content["news"][0]["words"] == "Left Shenzhen"


def test_the_tracking_is_kept_at_the_delivery() -> None:
    order = placed_order(alices_store(), paid(), shipped(SHIPPED_AT), tracking("03-20 10:00", "delivered"))
    kept = order.snapshots.get(occasion="delivered")
    assert kept.content["parcels"][0]["delivered_at"] == at("03-20 10:00").isoformat()


def test_a_delivery_of_long_ago_is_no_view_of_today() -> None:
    order = placed_order(
        alices_store(), paid(), shipped(SHIPPED_AT), tracking("03-20 10:00", "delivered"), now="05-20 10:00"
    )
    assert not order.snapshots.filter(kind="tracking").exists()


def test_the_timeline_names_the_hash_of_every_view(order: Order) -> None:
    named = {event.data["sha256"] for event in order.timeline.filter(type="snapshot")}
    assert named == {content_digest(view.content) for view in order.snapshots.all()}


@pytest.mark.parametrize("change", [lambda rows: rows.update(source="me"), lambda rows: rows.delete()])
def test_the_database_refuses_to_change_a_view(order: Order, change: object) -> None:
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        change(Snapshot.objects.all())  # type: ignore[operator]
