"""The draft answers of the workbench say of the claim, the parcel and the offer no more than the record does."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from desk.selectors.dispute_drafts import draft_answers
from disputes.models import Dispute
from orders.models import Store
from orders.services.ledger import view_ledger
from tests.cast import fact, happens, shipped, tracking
from tests.desk.disputing import ago, disputed, order_underway


def drafted(dispute: Dispute) -> list[str]:
    """The draft in each language."""
    ledger = view_ledger(dispute.order, now=timezone.now())
    return [draft.text for draft in draft_answers(ledger, dispute, dispute.offers.all(), {})]


@pytest.mark.parametrize("part", [{}, {"missing_quantity": 2}, {"item": "1"}])
def test_a_draft_names_the_whole_price_only_when_the_buyer_named_no_part(store: Store, part: dict[str, Any]) -> None:
    dispute = disputed(order_underway(store, total=Decimal("24.00")), reason="damaged", **part)
    assert ["24.00" in text for text in drafted(dispute)] == [part == {}] * 2


def test_a_draft_sends_the_right_item_only_when_that_was_offered(store: Store) -> None:
    dispute = disputed(order_underway(store), reason="wrong_item")
    assert ["at our cost" in drafted(dispute)[0], "补发" in drafted(dispute)[1]] == [False, False]
    happens(dispute.order, fact(ago(minutes=5), "counter_offer", remedy="reship"), now=ago())
    assert ["at our cost" in drafted(dispute)[0], "补发" in drafted(dispute)[1]] == [True, True]


def test_a_parcel_is_on_its_way_only_when_a_carrier_saw_it(store: Store) -> None:
    dispute = disputed(order_underway(store), reason="in_transit")
    assert "on its way" not in drafted(dispute)[0]
    happens(dispute.order, tracking(ago(minutes=5), "in_transit"), now=ago())
    dispute = Dispute.objects.get(pk=dispute.pk)
    assert "on its way" in drafted(dispute)[0]


def test_a_draft_names_the_first_parcel_with_its_date_when_there_are_two(store: Store) -> None:
    dispute = disputed(order_underway(store), reason="in_transit")
    happens(dispute.order, shipped(ago(minutes=5), tracking_number="RR123456785CN"), now=ago())
    told = drafted(Dispute.objects.get(pk=dispute.pk))
    assert [("LX123456785CN" in text, "RR123456785CN" in text) for text in told] == [(True, False)] * 2
