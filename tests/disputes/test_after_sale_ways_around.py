"""Ways around the rules of after-sale cases, and that none of them leads anywhere (R1, R3, R5, R9, R12)."""

from decimal import Decimal
from typing import Any

import pytest

from disputes.case_refusals import AmountRefused, CaseRefused, KindRefused, StepLocked
from disputes.models import AfterSaleCase, MoneyEntry
from disputes.services.after_sale_decisions import agree, change_kind, reconsider, reopen, withdraw
from disputes.services.money import pay
from disputes.services.money_undoing import unvoid
from orders.models import Order
from tests.cast import at, fact, happens, paid, shipped, tracking
from tests.disputes.cases import BACK, DELIVERED, alice, colleague, opened, order_of, step

pytestmark = pytest.mark.django_db
GRANTED: dict[str, Any] = {"granted": "24.00", "arrives_at": "2026-03-30T10:00:00Z"}


def now_of(case: AfterSaleCase) -> AfterSaleCase:
    found: AfterSaleCase = AfterSaleCase.objects.select_related("order").get(pk=case.pk)
    return found


def test_a_refund_before_shipping_is_not_agreed_to_once_the_parcel_has_left() -> None:
    rules = {"policy_overrides": {"R1": {"second_approval": 1}}, "currency": "USD"}
    case = opened(order_of(paid(), store=rules), "refund_before_shipping", "03-03 10:00", buyer_reason="quality")
    assert step(case, "approve", "03-03 11:00", **GRANTED).state == "approval_asked"
    happens(case.order, shipped("03-04 10:00"))
    with pytest.raises(StepLocked, match="has left already"):
        agree(case.pk, now=at("03-04 11:00"), actor=colleague())


def test_a_refund_in_an_exchange_waits_for_the_goods_as_in_a_return() -> None:
    case = opened(order_of(*DELIVERED), "exchange", buyer_reason="changed_mind")
    step(case, "review", "03-20 11:00", fault="buyer")
    money = {"remedy": "refund", **GRANTED}
    with pytest.raises(StepLocked, match="on its way to us"):
        step(case, "approve", "03-20 12:00", **money)
    step(case, "address", "03-20 12:00", return_address="Longhua, Shenzhen")
    step(case, "number", "03-21 11:00", **BACK)
    for when in ("03-22 08:00", "03-23 08:00"):
        happens(case.order, tracking(when, location=when, tracking_number=BACK["tracking_number"]))
    assert step(case, "approve", "03-23 09:00", **money).state == "approved"


def late(**rules: Any) -> Order:
    """An order that has not come on its promised day, in a store that counts in CNY."""
    store = {"policy_overrides": rules, "currency": "CNY", "exchange_rates": {"USD": "7"}}
    return order_of(paid(), shipped("03-03 10:00"), policy="taobao-cn", store=store, promised_days=7)


def test_a_delay_is_compensated_for_the_days_since_and_not_anew() -> None:
    order = late()
    first = step(opened(order, "delay_compensation", "03-11 12:00"), "approve", "03-11 12:00")
    for entry in MoneyEntry.objects.all():
        pay(entry.pk, now=at("03-11 13:00"), actor=alice(order))
    assert now_of(first).state == "closed"
    again = opened(order, "delay_compensation", "03-11 14:00")
    with pytest.raises(AmountRefused, match="compensated already"):
        step(again, "approve", "03-11 14:00")
    step(again, "approve", "03-13 12:00")
    assert [row.amount for row in MoneyEntry.objects.order_by("pk")] == [first.granted, Decimal(20)]


def test_a_delays_own_currency_decides_whether_two_have_to_agree() -> None:
    case = opened(late(R1={"second_approval": 100}, R9={"currency": "USD"}), "delay_compensation", "03-12 12:00")
    assert step(case, "approve", "03-12 12:00", granted="15").state == "approval_asked"  # 105 CNY


def test_a_line_that_went_with_its_decision_does_not_stand_again_beside_the_next_one() -> None:
    case = opened(late(), "delay_compensation", "03-12 12:00")
    step(case, "approve", "03-12 12:00")
    alices = alice(case.order)
    reconsider(case.pk, reason="it came in time", now=at("03-12 12:05"), actor=alices)
    with pytest.raises(CaseRefused, match="approve it anew"):
        unvoid(MoneyEntry.objects.get().pk, now=at("03-12 12:06"), actor=alices)


def test_one_trouble_is_one_open_case_whichever_way_it_was_opened() -> None:
    first = opened(order_of(paid()), "refund_before_shipping", "03-03 10:00", buyer_reason="quality")
    alices = alice(first.order)
    withdraw(first.pk, words="I keep it", now=at("03-03 11:00"), actor=alices)
    opened(first.order, "refund_before_shipping", "03-03 12:00", buyer_reason="quality")
    with pytest.raises(KindRefused, match="case 2"):
        reopen(first.pk, reason="again", now=at("03-03 13:00"), actor=alices)


def test_a_case_does_not_change_into_one_that_is_open_already() -> None:
    order = order_of(*DELIVERED)
    opened(order, "return", buyer_reason="quality")
    taste = opened(order, "taste")
    with pytest.raises(KindRefused, match="case 1"):
        change_kind(taste.pk, "return", now=at("03-20 12:00"), actor=alice(order))
    assert now_of(taste).kind == "taste"


HERE = fact("03-21 10:00", "delivered")


def asked_of_the_carrier(answer: str) -> AfterSaleCase:
    """A refund after shipping whose parcel the carrier was asked to bring back."""
    case = opened(order_of(paid(), shipped()), "refund_after_shipping", "03-20 10:00", buyer_reason="too_slow")
    step(case, "locate", "03-20 11:00")
    return step(case, "intercept", "03-20 12:00", intercept=answer)


def test_a_refund_after_shipping_is_not_approved_once_the_buyer_has_the_parcel() -> None:
    case = asked_of_the_carrier("failed")
    happens(case.order, HERE)
    with pytest.raises(StepLocked, match="open a return"):
        step(case, "approve", "03-21 11:00", **GRANTED)
    change_kind(case.pk, "return", now=at("03-21 12:00"), actor=alice(case.order))
    assert now_of(case).kind == "return"


def test_what_the_carrier_brought_back_is_looked_at_before_the_money_goes() -> None:
    case = asked_of_the_carrier("confirmed")
    happens(case.order, HERE)  # to us, or to the buyer after all: the word alone does not tell
    with pytest.raises(StepLocked, match="what came back"):
        step(case, "approve", "03-21 11:00", **GRANTED)
    step(case, "came_back", "03-21 12:00", inspection="conforming")
    assert step(case, "approve", "03-21 13:00", **GRANTED).state == "approved"


def test_the_second_person_does_not_agree_once_the_buyer_has_the_parcel() -> None:
    rules = {"policy_overrides": {"R1": {"second_approval": 1}}, "currency": "USD"}
    order = order_of(paid(), shipped(), store=rules)
    case = opened(order, "refund_after_shipping", "03-20 10:00", buyer_reason="too_slow")
    step(case, "locate", "03-20 11:00")
    step(case, "intercept", "03-20 12:00", intercept="failed")
    assert step(case, "approve", "03-20 13:00", **GRANTED).state == "approval_asked"
    happens(case.order, HERE)
    with pytest.raises(StepLocked, match="open a return"):
        agree(case.pk, now=at("03-21 11:00"), actor=colleague())
