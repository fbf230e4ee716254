"""One order's page: commands, facts, the timeline in words, and the record."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from orders.lifecycle import OrderState
from orders.models import Order, Store
from tests.cast import fact, paid, placed_order, shipped, tracking


def state_of(order: Order) -> str:
    return str(Order.objects.get(pk=order.pk).state)


def page_of(client: Client, order: Order) -> str:
    return client.get(f"/orders/{order.pk}/").content.decode()


def test_a_command_moves_the_order(alice: Client, placed: Order) -> None:
    answer = alice.post(f"/orders/{placed.pk}/command/payment_confirmed/", follow=True)
    assert state_of(placed) == OrderState.PAID
    assert "Recorded: Confirm the payment" in answer.content.decode()


def test_the_timeline_names_who_did_it(bob: Client, alice: Client, placed: Order) -> None:
    bob.post(f"/orders/{placed.pk}/command/payment_confirmed/")
    assert "bob@example.com" in page_of(alice, placed)


def test_a_refused_command_shows_its_rule_and_is_kept(alice: Client, placed: Order) -> None:
    answer = alice.post(f"/orders/{placed.pk}/command/shipped/", {"carrier": "China Post"})
    assert answer.status_code == 422
    assert "cannot ship before the funds" in answer.content.decode()
    assert state_of(placed) == OrderState.PAYMENT_PENDING
    assert "Refused: Parcel shipped" in page_of(alice, placed)


@pytest.mark.parametrize(("kind", "data"), [("cancelled", {}), ("refund_issued", {"amount": "24.00"})])
def test_a_dangerous_command_asks_twice(alice: Client, placed: Order, kind: str, data: dict[str, str]) -> None:
    address = f"/orders/{placed.pk}/command/{kind}/"
    first = alice.post(address, data)
    assert first.status_code == 200
    assert "Are you sure?" in first.content.decode()
    assert state_of(placed) == OrderState.PAYMENT_PENDING
    alice.post(address, {**data, "confirmed": "1"})
    assert state_of(placed) in {OrderState.CANCELLED, OrderState.REFUNDED}


def test_what_cannot_be_done_says_why(alice: Client, placed: Order) -> None:
    page = page_of(alice, placed)
    assert "Only a delivered order can be completed." in page
    assert f"/orders/{placed.pk}/command/shipped/" not in page


def test_a_fact_is_recorded_with_its_date_though_no_rule_allows_it(alice: Client, placed: Order) -> None:
    alice.post(f"/orders/{placed.pk}/fact/shipped/", {"at": "2026-03-03T10:00", "carrier": "China Post"})
    order = Order.objects.get(pk=placed.pk)
    assert order.shipped_at is not None
    assert f"{order.shipped_at:%Y-%m-%d %H:%M}" == "2026-03-03 02:00"  # ten o'clock on Alice's clock, in Shanghai
    assert "Against the rule:" in page_of(alice, placed)


def test_a_fact_of_the_future_is_refused_by_the_form(alice: Client, placed: Order) -> None:
    answer = alice.post(f"/orders/{placed.pk}/fact/payment_confirmed/", {"at": "2199-01-01T00:00"})
    assert answer.status_code == 422
    assert state_of(placed) == OrderState.PAYMENT_PENDING


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("tax_id_provided", {"tax_id": "529.982.247-25"}),
        ("receipt_extended", {"days": "30"}),
        ("buyer_choice", {"choice": "wait"}),
        ("refund_issued", {"amount": "1.00", "confirmed": "1"}),
        ("delivered", {"source": "the buyer"}),
        ("tracking", {"status": "customs", "location": "Curitiba"}),
        ("buyer_message", {"text": "Where is it?"}),
    ],
)
def test_each_form_records_its_event(alice: Client, underway: Order, kind: str, data: dict[str, str]) -> None:
    assert alice.post(f"/orders/{underway.pk}/command/{kind}/", data).status_code == 302
    assert underway.timeline.filter(type=kind, kind="command").exists()


@pytest.mark.parametrize("kind", ["verdict", "nonsense", "placed"])
def test_an_event_that_has_no_form_is_not_found(alice: Client, placed: Order, kind: str) -> None:
    assert alice.post(f"/orders/{placed.pk}/command/{kind}/").status_code == 404


def test_the_stage_is_named_after_the_packs_own_day(alice: Client, store: Store) -> None:
    store.policy_name = "taobao-cn"
    store.save()
    order = placed_order(store, paid(), shipped())
    assert "First contact with the buyer (day 3)" in page_of(alice, order)


def test_the_future_says_why_on_three_clocks(alice: Client, underway: Order) -> None:
    entries = alice.get(f"/orders/{underway.pk}/").context["future"]
    assert [entry.at for entry in entries] == sorted((entry.at for entry in entries), reverse=True)
    page = page_of(alice, underway)
    assert "30 days after shipping, the buyer is told" in page
    assert "Los Angeles" in page


def test_cancelled_dates_stand_together_with_their_reason(alice: Client, underway: Order) -> None:
    alice.post(f"/orders/{underway.pk}/command/delivered/")
    assert "No longer needed: the parcel was delivered" in page_of(alice, underway)


def test_every_kind_of_event_can_be_read(alice: Client, store: Store) -> None:
    events = [
        paid(), shipped(), tracking("03-09 10:00"), fact("03-10 10:00", "buyer_message", text="Hello?"),
        fact("03-11 10:00", "dispute_opened", reason="in_transit", amount="5.00"),
        fact("03-12 10:00", "platform_notice"), fact("03-13 10:00", "evidence_submitted"),
        fact("03-14 10:00", "verdict", outcome="won"), fact("03-15 10:00", "delivered", source="17track"),
        fact("03-16 10:00", "review_received", stars=2, text="late"),
        fact("03-17 10:00", "funds_released", amount="1.00"),
    ]  # fmt: skip
    order = placed_order(store, *events, total=Decimal("24.00"))
    page = page_of(alice, order)
    for words in ("Dispute opened", "Not received: on the way", "Review received", "Hello?"):
        assert words in page


def test_the_record_is_checked(alice: Client, underway: Order) -> None:
    answer = alice.get(f"/orders/{underway.pk}/record/").content.decode()
    assert "none changed, left out or put in" in answer


def test_a_page_costs_the_same_looks_whatever_happened(
    alice: Client, underway: Order, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(33):
        page_of(alice, underway)
