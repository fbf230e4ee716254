"""After-sale cases and reviews over the API."""

import pytest
from django.utils import timezone

from disputes.causes import CauseGroup
from disputes.models import AfterSaleCase, Review
from orders.models import Order
from tests.desk.api.conftest import Program

pytestmark = pytest.mark.django_db
BAD = {"stars": 1, "created_at": "2026-03-20T12:00:00Z", "text": "Chegou quebrado", "review_id": "r-1"}


def test_a_review_is_taken_in_once_and_joined_to_its_order(erp: Program, rival: Program, underway: Order) -> None:
    given = BAD | {"order_number": underway.order_number}
    first, again = erp.post("/reviews", given), erp.post("/reviews", given)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["order_id"] == underway.pk
    assert [row["id"] for row in erp.get("/reviews", order_number=underway.order_number).json()["items"]] == [
        Review.objects.get().pk
    ]
    assert rival.get(f"/reviews/{first.json()['id']}").status_code == 404
    assert rival.post("/reviews", given).json()["order_id"] is None


def test_a_review_of_tomorrow_is_refused(erp: Program) -> None:
    assert erp.post("/reviews", BAD | {"created_at": "2099-01-01T00:00:00Z"}).status_code == 422


def test_a_case_is_shown_with_what_belongs_to_it(erp: Program, rival: Program, underway: Order) -> None:
    now = timezone.now()
    case = AfterSaleCase.objects.create(
        order=underway, number=1, kind="return", cause=CauseGroup.values[0], next_at=now, opened_at=now
    )
    case.steps.create(order=underway, name="look", taken_at=now, taken_by="1")
    said = erp.get(f"/cases/{case.pk}").json()
    assert ([step["name"] for step in said["steps"]], said["state"], said["money"]) == (["look"], "opened", [])
    assert [row["id"] for row in erp.get("/cases", is_open="true").json()["items"]] == [case.pk]
    assert erp.get("/cases", is_open="false").json()["items"] == []
    assert rival.get(f"/cases/{case.pk}").status_code == 404
