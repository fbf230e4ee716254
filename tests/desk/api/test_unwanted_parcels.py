"""Over the API: an unwanted parcel leaves by a word that says so, and a part of the money back has its amount."""

from decimal import Decimal

from orders.models import Store
from tests.cast import fact, paid, placed_order, shipped
from tests.desk.api.conftest import Program


def test_a_parcel_that_the_buyer_called_off_is_a_problem_until_the_program_says_that_it_knows(
    store: Store, erp: Program
) -> None:
    store.policy_version = 2
    store.save()
    order = placed_order(store, paid(), fact("03-04 10:00", "cancellation_requested"))
    event = {"type": "shipped", "as": "command", "carrier": "Yanwen", "tracking_number": "LX123456785CN"}
    refused = erp.post(f"/orders/{order.pk}/events", event)
    assert (refused.status_code, refused.json()["rule"]) == (409, "P8")
    assert "despite = P8" in refused.json()["detail"]
    done = erp.post(f"/orders/{order.pk}/events", event | {"despite": "P8"})
    assert (done.status_code, done.json()["state"]) == (201, "shipped")


def test_a_partial_refund_carries_its_amount_to_what_is_to_be_done(store: Store, erp: Program) -> None:
    order = placed_order(store, paid(), shipped(), total=Decimal("24.00"))
    choice = {"type": "buyer_choice", "as": "command", "choice": "partial_refund"}
    assert erp.post(f"/orders/{order.pk}/events", choice).json()["rule"] == "C2"
    assert erp.post(f"/orders/{order.pk}/events", choice | {"amount": "5.00"}).status_code == 201
    (item,) = erp.get("/actions", kind="refund").json()["items"]
    assert (item["amount"], item["choice"], item["rule"]) == ("5.00", "partial_refund", "C2")
