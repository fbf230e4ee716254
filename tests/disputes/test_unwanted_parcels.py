"""Shipping to a buyer who does not want it any more, and the money that he chose: asked again, and kept as he said."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from disputes.firing import fire_due
from disputes.models import ActionItem, ActionKind, ActionState, AfterSaleCase
from disputes.services.actions import raise_action
from disputes.services.after_sale_facts import forbids_shipping
from orders.models import Order
from orders.services.ledger import open_ledger, save_ledgers
from tests.cast import at, clock_at, command, fact, happens, paid, shipped
from tests.disputes.cases import opened, order_of
from tests.racing import apart, wait_for_a_lock

pytestmark = pytest.mark.django_db
NOW = "03-04 10:00"


def unwanted(why: str) -> Order:
    order = order_of(paid())
    if why == "R1":
        opened(order, "refund_before_shipping", NOW, buyer_reason="changed_mind")
    else:
        happens(order, fact(NOW, "cancellation_requested"))
    return order


@pytest.mark.parametrize("rule", ["P8", "R1"])
@pytest.mark.parametrize("despite", ["", "P8", "R1"])
def test_a_parcel_leaves_only_when_who_sends_it_knows_that_the_buyer_does_not_want_it(rule: str, despite: str) -> None:
    order = unwanted(rule)
    said = command("03-04 11:00", "shipped", carrier="Yanwen", **({"despite": despite} if despite else {}))
    outcome = happens(order, said)
    assert (outcome.refusal and outcome.refusal.rule) == (None if despite == rule else rule)
    assert (Order.objects.get(pk=order.pk).state == "shipped") is (despite == rule)


@pytest.mark.parametrize("rule", ["P8", "R1"])
def test_that_it_left_is_recorded_when_the_carrier_or_the_platform_says_so(rule: str) -> None:
    order = unwanted(rule)
    assert happens(order, shipped("03-04 11:00")).violations == []
    assert Order.objects.get(pk=order.pk).state == "shipped"


@pytest.mark.parametrize(("state", "forbids"), [("opened", True), ("approved", True), ("refused", False)])
def test_a_case_holds_the_parcel_while_the_buyer_may_get_his_money(state: str, *, forbids: bool) -> None:
    assert forbids_shipping(AfterSaleCase(kind="refund_before_shipping", state=state)) is forbids
    assert not forbids_shipping(AfterSaleCase(kind="damage", state=state))


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_request_to_cancel_that_comes_while_somebody_ships_holds_the_parcel() -> None:
    order = order_of(paid())
    said = command("03-04 11:00", "shipped", carrier="Yanwen")
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        open_ledger(order.pk, now=at(NOW), actor="test")
        shipping = pool.submit(apart, lambda: happens(order, said))
        wait_for_a_lock()
        happens(order, fact(NOW, "cancellation_requested"))
    assert shipping.result().refusal.rule == "P8"


# --- what the buyer chose (C2) ----------------------------------------------------------------------------------------
def chosen(*choices: dict[str, Any]) -> list[ActionItem]:
    order = order_of(paid(), shipped())
    for said in choices:
        outcome = happens(order, said)
        assert outcome.refusal is None
    return list(ActionItem.objects.filter(order=order, kind=ActionKind.REFUND).order_by("pk"))


def test_a_partial_refund_is_asked_for_with_its_amount_and_soon() -> None:
    (item,) = chosen(command("04-20 13:00", "buyer_choice", choice="partial_refund", amount="5"))
    assert (item.rule, item.due_at) == ("C2", at("04-21 13:00"))
    assert item.data == {"amount": "5.00", "currency": "USD", "choice": "partial_refund"}


def test_a_part_that_nobody_named_is_not_the_whole() -> None:
    (item,) = chosen(fact("04-20 13:00", "buyer_choice", choice="partial_refund"))
    assert item.data["amount"] is None


@pytest.mark.parametrize("amount", [{}, {"amount": "0.00"}, {"amount": "24.01"}])
def test_a_partial_refund_is_refused_without_an_amount_that_can_go_back(amount: dict[str, str]) -> None:
    order = order_of(paid(), shipped())
    outcome = happens(order, command("04-20 13:00", "buyer_choice", choice="partial_refund", **amount))
    assert outcome.refusal is not None
    assert outcome.refusal.rule == "C2"
    assert not order.actions.exists()


def test_the_refund_is_not_asked_for_any_more_when_the_buyer_waits_after_all() -> None:
    (item,) = chosen(
        command("04-20 13:00", "buyer_choice", choice="refund"), command("04-21 09:00", "buyer_choice", choice="wait")
    )
    assert item.state == ActionState.SETTLED


def test_a_chosen_refund_is_due_before_the_protection_ends_when_that_is_sooner() -> None:
    end = fact("04-20 12:00", "receipt_extended", protection_ends_at="2026-04-20T19:00:00Z")
    (item,) = chosen(end, command("04-20 13:00", "buyer_choice", choice="refund"))
    assert item.due_at == at("04-20 19:00")


def after_sixty_days(order: Order) -> None:
    fire_due(clock_at("05-04 12:00"), until=at("12-31 00:00"))
    assert order.milestones.get(kind="contact_60").state == "fired"


def open_refunds(order: Order) -> list[tuple[str, str, str]]:
    rows = ActionItem.objects.filter(order=order, kind=ActionKind.REFUND, state=ActionState.OPEN).order_by("pk")
    return [(row.rule, row.subject, row.data["amount"]) for row in rows]


@pytest.mark.parametrize("chosen_at", ["04-20 13:00", "05-05 13:00"])
def test_the_refund_of_the_third_contact_is_asked_for_again_when_the_buyer_waits_after_all(chosen_at: str) -> None:
    order = order_of(paid(), shipped())
    refund = command(chosen_at, "buyer_choice", choice="refund")
    turns = [lambda: happens(order, refund), lambda: after_sixty_days(order)]
    for turn in turns if at(chosen_at) < at("05-04 12:00") else reversed(turns):
        turn()
    assert open_refunds(order) == [("C2", "", "24.00")]
    happens(order, command("05-06 09:00", "buyer_choice", choice="wait"))
    assert open_refunds(order) == [("C3", "", "24.00")]


def test_the_refund_of_a_parcel_that_nobody_knows_is_asked_for_again_when_the_buyer_waits_after_all() -> None:
    order = order_of(paid(), shipped())
    for source in ("china_post", "correios", "17track"):
        happens(order, fact("04-20 12:00", "tracking_lookup", source=source, found=False))
    assert open_refunds(order) == [("T6", "", "24.00")]
    happens(order, command("04-20 13:00", "buyer_choice", choice="partial_refund", amount="5.00"))
    assert open_refunds(order) == [("C2", "", "5.00")]
    happens(order, command("04-21 09:00", "buyer_choice", choice="wait"))
    assert open_refunds(order) == [("T6", "", "24.00")]


def test_the_part_that_the_buyer_chose_stays_when_the_third_contact_comes() -> None:
    order = order_of(paid(), shipped())
    happens(order, command("04-20 13:00", "buyer_choice", choice="partial_refund", amount="5.00"))
    after_sixty_days(order)
    assert open_refunds(order) == [("C2", "", "5.00")]


def test_the_refund_of_a_case_stays_when_the_buyer_waits_for_his_parcel_after_all() -> None:
    order = order_of(paid(), shipped())
    ledger = open_ledger(order.pk, now=at("04-20 12:00"), actor="test")
    raise_action(ledger, ActionKind.REFUND, rule="R1", subject="case:1", data={"amount": "3.00"})
    save_ledgers([ledger])
    happens(order, command("04-20 13:00", "buyer_choice", choice="refund"))
    happens(order, command("04-21 09:00", "buyer_choice", choice="wait"))
    assert open_refunds(order) == [("R1", "case:1", "3.00")]


def test_the_part_goes_back_and_the_order_goes_on() -> None:
    (item,) = chosen(
        command("04-20 13:00", "buyer_choice", choice="partial_refund", amount="5.00"),
        command("04-20 14:00", "refund_issued", amount="5.00"),
    )
    order = Order.objects.get(pk=item.order_id)
    assert (item.state, order.refunded_amount, order.refunded_at) == (ActionState.SETTLED, Decimal("5.00"), None)
