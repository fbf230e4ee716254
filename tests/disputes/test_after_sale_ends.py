"""How after-sale cases end: not while the buyer has nothing, and what happens when the trouble comes back."""

from decimal import Decimal
from typing import Any

import pytest

from disputes.case_fields import CaseField
from disputes.case_refusals import NotClosable, StepLocked
from disputes.models import ActionItem, AfterSaleCase, CaseParcel, CaseStep, MoneyEntry
from disputes.services.after_sale import take_step
from disputes.services.after_sale_decisions import (
    change_kind,
    close_case,
    reconsider,
    refuse,
    reopen,
    withdraw,
)
from disputes.services.after_sale_rows import read_case
from disputes.services.money import pay, void
from tests.cast import at, fact, happens, paid, tracking
from tests.disputes.cases import BACK, DELIVERED, alice, look_at, opened, order_of, step

pytestmark = pytest.mark.django_db
MONEY_BY = "2026-04-20T12:00:00Z"
GRANTED = {"granted": "24.00", "arrives_at": MONEY_BY}


def now_of(case: AfterSaleCase) -> AfterSaleCase:
    """The case as it is in the database by now."""
    return look_at(AfterSaleCase.objects.get(pk=case.pk))


@pytest.fixture
def unsent() -> AfterSaleCase:
    return opened(order_of(paid()), "refund_before_shipping", "03-03 10:00", buyer_reason="changed_mind")


@pytest.fixture
def returning() -> AfterSaleCase:
    case = opened(order_of(*DELIVERED), "return", buyer_reason="changed_mind")
    step(case, "review", "03-20 11:00", fault="buyer", eligibility="standard")
    step(case, "address", "03-20 11:00", return_address="Longhua, Shenzhen")
    return step(case, "number", "03-21 11:00", **BACK)


def test_a_case_is_not_closed_while_the_buyer_has_nothing(unsent: AfterSaleCase) -> None:
    with pytest.raises(NotClosable, match="nothing yet|no money yet"):
        close_case(unsent.pk, now=at("03-03 11:00"), actor=alice(unsent.order))
    step(unsent, "approve", "03-03 11:00", **GRANTED)
    with pytest.raises(NotClosable, match="no money yet"):
        close_case(unsent.pk, now=at("03-03 12:00"), actor=alice(unsent.order))


def test_a_refund_that_is_less_than_granted_does_not_settle_it(unsent: AfterSaleCase) -> None:
    step(unsent, "approve", "03-03 11:00", **GRANTED)
    happens(unsent.order, fact("03-04 10:00", "refund_issued", amount="10.00"))
    assert (now_of(unsent).state, now_of(unsent).refunded) == ("approved", Decimal(10))
    happens(unsent.order, fact("03-05 10:00", "refund_issued", amount="14.00"))
    assert (now_of(unsent).state, now_of(unsent).result) == ("closed", "refunded")


def test_what_went_back_before_the_case_was_opened_does_not_settle_it() -> None:
    order = order_of(paid(), fact("03-03 09:00", "refund_issued", amount="6.00"))
    case = opened(order, "refund_before_shipping", "03-03 10:00", buyer_reason="quality", amount="10.00")
    step(case, "approve", "03-03 11:00", granted="10.00", arrives_at=MONEY_BY)
    happens(order, fact("03-04 10:00", "refund_issued", amount="4.00"))
    assert (now_of(case).state, now_of(case).refunded) == ("approved", Decimal(4))
    happens(order, fact("03-05 10:00", "refund_issued", amount="6.00"))
    assert (now_of(case).result, now_of(case).refunded) == ("refunded", Decimal(10))


def test_a_refused_case_closes_when_the_orders_time_is_over(unsent: AfterSaleCase) -> None:
    refuse(unsent.pk, reason="no such order", now=at("03-03 11:00"), actor=alice(unsent.order))
    with pytest.raises(NotClosable, match="time is over"):
        close_case(unsent.pk, now=at("03-03 12:00"), actor=alice(unsent.order))
    happens(unsent.order, fact("03-05 10:00", "cancelled"))
    close_case(unsent.pk, now=at("03-05 12:00"), actor=alice(unsent.order))
    assert now_of(unsent).result == "refused"


def test_a_refusal_is_reconsidered(unsent: AfterSaleCase) -> None:
    refuse(unsent.pk, reason="no such order", now=at("03-03 11:00"), actor=alice(unsent.order))
    reconsider(unsent.pk, reason="there is one", now=at("03-03 12:00"), actor=alice(unsent.order))
    assert step(unsent, "approve", "03-03 13:00", **GRANTED).state == "approved"


def test_a_return_that_is_not_ours_is_refused_by_its_rule(returning: AfterSaleCase) -> None:
    step(returning, "back_arrived", "03-23 10:00")
    step(returning, "inspect", "03-23 10:00", inspection="other_goods")
    refuse(returning.pk, reason="a stone", now=at("03-23 11:00"), actor=alice(returning.order))
    assert returning.order.timeline.filter(type="case_refused", rule="R6").exists()


def test_the_buyer_takes_his_request_back(unsent: AfterSaleCase) -> None:
    step(unsent, "offer", "03-03 10:30", offer="a coupon", offer_outcome="accepted", cost="2.00")
    withdraw(unsent.pk, words="I keep it", now=at("03-03 11:00"), actor=alice(unsent.order))
    assert now_of(unsent).result == "withdrawn"
    assert MoneyEntry.objects.get().rule == "R2"


def test_an_offer_that_is_declined_costs_nothing(unsent: AfterSaleCase) -> None:
    step(unsent, "offer", "03-03 10:30", offer="a coupon", offer_outcome="declined", cost="2.00")
    assert not MoneyEntry.objects.exists()
    assert CaseStep.objects.get(name="offer").data["offer_outcome"] == "declined"


def test_the_trouble_comes_back(unsent: AfterSaleCase) -> None:
    withdraw(unsent.pk, words="I keep it", now=at("03-03 11:00"), actor=alice(unsent.order))
    reopen(unsent.pk, reason="he does not", now=at("03-04 11:00"), actor=alice(unsent.order))
    case = now_of(unsent)
    assert (case.state, case.result, case.step) == ("opened", "", "approve")


def test_a_reopened_case_begins_anew_and_what_went_back_stays_so() -> None:
    case = opened(order_of(paid()), "refund_before_shipping", "03-03 10:00", buyer_reason="quality", amount="10.00")
    step(case, "approve", "03-03 11:00", granted="10.00", arrives_at=MONEY_BY)
    happens(case.order, fact("03-04 10:00", "refund_issued", amount="10.00"))
    reopen(case.pk, reason="more was wrong", now=at("03-05 11:00"), actor=alice(case.order))
    case = step(case, "approve", "03-05 12:00", granted="5.00", arrives_at=MONEY_BY)
    assert (case.state, case.granted, case.refunded) == ("approved", Decimal(15), Decimal(10))
    assert ActionItem.objects.get(kind="refund", state="open").data["amount"] == "5.00"
    happens(case.order, fact("03-06 10:00", "refund_issued", amount="5.00"))
    assert (now_of(case).result, now_of(case).refunded) == ("refunded", Decimal(15))


def test_a_reship_that_was_lost_is_sent_anew_once_reconsidered() -> None:
    case = opened(order_of(*DELIVERED), "exchange", buyer_reason="wrong_order")
    step(case, "review", "03-20 11:00", fault="seller")
    for day in ("20", "28"):
        step(case, "approve", f"03-{day} 12:00", remedy="exchange")
        step(case, "double_check", f"03-{day} 13:00", is_double_checked="yes")
        step(case, "reship", f"03-{day} 14:00", carrier="China Post", tracking_number=f"LX0000000{day}CN")
        if day == "20":
            reconsider(case.pk, reason="it is lost", now=at("03-27 12:00"), actor=alice(case.order))
    assert (now_of(case).state, CaseParcel.objects.filter(way="out").count()) == ("approved", 2)
    happens(case.order, tracking("04-10 08:00", "delivered", tracking_number="LX000000028CN"))
    assert now_of(case).state == "settled"


def test_a_persons_next_date_stands_instead_of_the_playbooks(unsent: AfterSaleCase) -> None:
    who: dict[str, Any] = {"now": at("03-03 11:00"), "actor": alice(unsent.order)}
    take_step(unsent.pk, "approve", given=GRANTED, next_at=at("03-10 09:00"), **who)
    assert (now_of(unsent).step, now_of(unsent).next_at) == ("refunded", at("03-10 09:00"))


def test_an_explanation_that_does_not_help_goes_on_as_a_return() -> None:
    case = opened(order_of(*DELIVERED), "taste")
    step(case, "listen", "03-20 11:00", words="too small")
    change_kind(case.pk, "return", now=at("03-21 11:00"), actor=alice(case.order))
    assert (now_of(case).kind, now_of(case).step, now_of(case).remedy) == ("return", "review", "refund")
    assert case.steps.filter(name="listen").exists()


@pytest.fixture
def missing() -> AfterSaleCase:
    case = opened(order_of(*DELIVERED), "missing_item", quantity="1")
    happens(case.order, fact("03-20 12:00", "evidence_added") | {"kind": "buyer_photo"})
    step(case, "apologise", "03-21 09:00")
    return step(case, "check", "03-21 10:00", fault="seller")


def test_a_gift_is_not_the_compensation_that_was_voided(missing: AfterSaleCase) -> None:
    step(missing, "approve", "03-21 11:00", remedy="compensation", granted="5.00")
    step(missing, "gift", "03-21 12:00", offer="a sample", cost="6.00")
    void(MoneyEntry.objects.get(paid_at=None).pk, "wrong sum", now=at("03-21 13:00"), actor=alice(missing.order))
    assert now_of(missing).state == "approved"


def test_nobody_says_that_he_has_what_was_never_sent(missing: AfterSaleCase) -> None:
    step(missing, "approve", "03-21 11:00", remedy="reship")
    with pytest.raises(StepLocked):
        step(missing, "call_back", "03-21 12:00", buyer_says="has_it")
    assert now_of(missing).state == "approved"


def test_what_the_buyer_has_is_closed_with_steps_left_only_for_a_reason(missing: AfterSaleCase) -> None:
    step(missing, "approve", "03-21 11:00", remedy="compensation", granted="5.00")
    pay(MoneyEntry.objects.get().pk, now=at("03-21 12:00"), actor=alice(missing.order))
    who: dict[str, Any] = {"now": at("04-21 12:00"), "actor": alice(missing.order)}
    for note in ("", " "):
        with pytest.raises(NotClosable, match="Call the buyer back"):
            close_case(missing.pk, note=note, **who)
    close_case(missing.pk, note="Five calls, no answer.", **who)
    assert now_of(missing).result == "compensated"


def test_what_was_said_before_a_reopening_counts_no_more() -> None:
    case = opened(order_of(paid()), "refund_before_shipping", "03-03 10:00", buyer_reason="quality", amount="10.00")
    step(case, "approve", "03-03 11:00", granted="10.00", arrives_at=MONEY_BY)
    happens(case.order, fact("03-04 10:00", "refund_issued", amount="10.00"))
    reopen(case.pk, reason="more was wrong", now=at("03-05 11:00"), actor=alice(case.order))
    facts = read_case(AfterSaleCase.objects.get(), now=at("03-05 12:00"))
    assert facts.answer(CaseField.ARRIVES_AT) is None
    assert not facts.rows("refunded"), "the money of before is no news of the new decision"


def test_a_new_approval_promises_no_date_of_an_older_one(missing: AfterSaleCase) -> None:
    step(missing, "approve", "03-21 11:00", remedy="compensation", granted="5.00", arrives_at=MONEY_BY)
    reconsider(missing.pk, reason="too much", now=at("03-21 12:00"), actor=alice(missing.order))
    step(missing, "approve", "03-21 13:00", remedy="compensation", granted="3.00")
    first, second = missing.order.messages.filter(purpose="compensation").order_by("pk")
    assert "20 de abril" in first.body
    assert "20 de abril" not in second.body
