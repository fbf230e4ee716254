"""After-sale cases: when one may be opened, what stands against a decision, and what facts do to it (R1–R9, R12)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from disputes.case_fields import UnusableAnswer
from disputes.case_refusals import (
    AmountRefused,
    CaseRefused,
    KindRefused,
    SecondPersonNeeded,
    StepLocked,
    StepRefused,
)
from disputes.causes import CauseGroup
from disputes.firing import fire_due
from disputes.models import ActionItem, AfterSaleCase, CaseParcel, CaseStep
from disputes.services.actions import complete_action
from disputes.services.after_sale_decisions import (
    agree,
    change_cause,
    hand_over,
    send_back,
    set_next_date,
)
from disputes.services.after_sale_keeping import mend_after_sale
from messaging.models import Message
from orders.models import Order
from orders.services.verification import verify_timeline
from tests.cast import at, clock_at, fact, happens, paid, shipped, ticking, tracking
from tests.disputes.cases import AGAIN, BACK, DELIVERED, alice, colleague, look_at, opened, order_of, step

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
def under_way() -> AfterSaleCase:
    return opened(order_of(paid(), shipped()), "refund_after_shipping", "03-20 10:00", buyer_reason="too_slow")


@pytest.fixture
def returning() -> AfterSaleCase:
    case = opened(order_of(*DELIVERED), "return", buyer_reason="changed_mind")
    step(case, "review", "03-20 11:00", fault="buyer", eligibility="standard")
    step(case, "address", "03-20 11:00", return_address="Longhua, Shenzhen")
    return step(case, "number", "03-21 11:00", **BACK)


# --- opening ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("facts", "kind", "rule", "words"),
    [
        ([paid(), shipped()], "refund_before_shipping", "R1", "left already"),
        ([paid()], "refund_after_shipping", "R3", "nothing has left"),
        (DELIVERED, "refund_after_shipping", "R3", "open a return"),
        ([paid(), shipped()], "return", "R4", "not delivered yet"),
        ([], "refund_before_shipping", "R1", "not paid"),
        ([paid(), shipped()], "delay_compensation", "R9", "promised day"),
    ],
)
def test_a_kind_that_does_not_fit_the_order_is_refused_with_what_to_open_instead(
    facts: list[dict[str, Any]], kind: str, rule: str, words: str
) -> None:
    order = order_of(*facts)
    with pytest.raises(KindRefused, match=words) as refused:
        opened(order, kind, buyer_reason="other")
    assert refused.value.rule == rule
    assert not AfterSaleCase.objects.exists()


def test_a_case_has_a_cause_a_responsible_person_and_a_next_date(unsent: AfterSaleCase) -> None:
    case = now_of(unsent)
    assert (case.cause, str(case.responsible_id)) == (CauseGroup.AFTER_SALE, alice(case.order))
    assert (case.step, case.next_at) == ("approve", at("03-03 12:00"))  # R1: two hours


def test_one_order_has_one_open_case_of_a_kind_and_item(unsent: AfterSaleCase) -> None:
    with pytest.raises(KindRefused, match="case 1"):
        opened(unsent.order, "refund_before_shipping", "03-03 11:00", buyer_reason="other")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "buyer_reason"),
        ({"buyer_reason": "no such"}, "buyer_reason"),
        ({"buyer_reason": "other", "amount": "-1"}, "amount"),
        ({"buyer_reason": "other", "inspection": "damaged"}, "inspection"),
    ],
)
def test_an_answer_that_cannot_be_used_names_its_field(given: dict[str, str], field: str) -> None:
    order = order_of(paid())
    with pytest.raises(UnusableAnswer) as refused:
        opened(order, "refund_before_shipping", **given)
    assert refused.value.field == field


def test_nobody_asks_for_more_than_is_left_of_the_order() -> None:
    order = order_of(paid())
    with pytest.raises(AmountRefused, match=r"24\.00 USD"):
        opened(order, "refund_before_shipping", buyer_reason="other", amount="24.01")


# --- locks ------------------------------------------------------------------------------------------------------------
def test_approval_is_locked_until_the_carriers_answer_is_recorded(under_way: AfterSaleCase) -> None:
    step(under_way, "locate", "03-20 11:00")
    step(under_way, "intercept", "03-20 12:00", intercept="requested")
    with pytest.raises(StepLocked, match="carrier's answer") as locked:
        step(under_way, "approve", "03-20 13:00", **GRANTED)
    assert locked.value.rule == "R3"
    step(under_way, "intercept", "03-21 12:00", intercept="failed")
    assert step(under_way, "approve", "03-21 13:00", **GRANTED).state == "approved"


def test_a_standard_return_is_approved_once_it_heads_to_us(returning: AfterSaleCase) -> None:
    happens(returning.order, tracking("03-22 08:00", tracking_number=BACK["tracking_number"]))
    with pytest.raises(StepLocked, match="on its way to us"):
        step(returning, "approve", "03-22 09:00", **GRANTED)
    happens(returning.order, tracking("03-23 08:00", location="Hub", tracking_number=BACK["tracking_number"]))
    assert step(returning, "approve", "03-23 09:00", **GRANTED).state == "approved"


def test_what_has_arrived_is_inspected_before_it_is_approved(returning: AfterSaleCase) -> None:
    happens(returning.order, tracking("03-23 08:00", "delivered", tracking_number=BACK["tracking_number"]))
    case = now_of(returning)
    assert (case.step, case.next_at) == ("inspect", at("03-25 08:00"))  # R4: 48 hours after it arrived
    with pytest.raises(StepLocked, match="Inspect"):
        step(returning, "approve", "03-23 09:00", **GRANTED)
    step(returning, "inspect", "03-23 10:00", inspection="parts_missing")
    assert step(returning, "approve", "03-23 11:00", granted="12.00", arrives_at=MONEY_BY).granted == Decimal(12)


def test_the_buyer_is_promised_no_day_that_is_over(unsent: AfterSaleCase) -> None:
    with pytest.raises(UnusableAnswer, match="this day is over"):
        step(unsent, "approve", "03-03 11:00", granted="24.00", arrives_at="2026-03-02T12:00:00Z")
    assert now_of(unsent).state == "opened"


@pytest.mark.parametrize(("agreed_at", "is_told"), [("04-19 12:00", True), ("04-21 12:00", False)])
def test_a_day_that_passed_before_the_second_person_agreed_is_not_told(
    dear: AfterSaleCase, agreed_at: str, is_told: bool
) -> None:
    agree(dear.pk, now=at(agreed_at), actor=colleague())
    told = Message.objects.get(order=dear.order, purpose="refund_approved")
    assert ("O dinheiro normalmente chega até" in told.body) == is_told


def test_without_eligibility_a_reason_is_needed() -> None:
    case = opened(order_of(*DELIVERED), "return", buyer_reason="changed_mind")
    step(case, "review", "03-20 11:00", fault="buyer", eligibility="none")
    with pytest.raises(StepLocked, match="Why it is decided so"):
        step(case, "approve", "03-20 12:00", **GRANTED)
    assert step(case, "approve", "03-20 12:00", reason="a buyer of many years", **GRANTED).state == "approved"


def test_a_step_that_waits_for_money_is_no_persons_to_take(unsent: AfterSaleCase) -> None:
    step(unsent, "approve", "03-03 11:00", **GRANTED)
    with pytest.raises(StepRefused, match="record the refund"):
        step(unsent, "refunded", "03-03 12:00")


# --- two persons ------------------------------------------------------------------------------------------------------
@pytest.fixture
def dear() -> AfterSaleCase:
    """A case of more than the store lets one person grant: from 100 CNY on, at 7 CNY the dollar."""
    rules = {"R1": {"second_approval": 100}}
    order = order_of(
        paid(),
        store={"policy_overrides": rules, "currency": "CNY", "exchange_rates": {"USD": "7"}},
    )
    case = opened(order, "refund_before_shipping", "03-03 10:00", buyer_reason="quality")
    return step(case, "approve", "03-03 11:00", **GRANTED)


def test_a_second_person_agrees_over_the_packs_amount(dear: AfterSaleCase) -> None:
    assert (dear.state, asked(dear.order)) == ("approval_asked", [("case:1", "approve")])
    hand_over(dear.pk, int(alice(dear.order)), now=at("03-03 11:30"), actor=colleague())
    assert open_step().assignee_id is None  # anybody but her, whoever has the case
    with pytest.raises(SecondPersonNeeded) as refused:
        agree(dear.pk, now=at("03-03 12:00"), actor=alice(dear.order))
    assert refused.value.rule == "R1"
    agree(dear.pk, now=at("03-03 12:00"), actor=colleague())
    case = now_of(dear)
    assert (case.state, case.decided_by, case.approved_by) == ("approved", alice(case.order), colleague())
    assert case.order.messages.filter(purpose="refund_approved").count() == 1


def test_the_second_person_agrees_only_while_nothing_stands_against_it() -> None:
    rules = {"policy_overrides": {"R1": {"second_approval": 1}}, "currency": "USD"}
    case = opened(order_of(*DELIVERED, store=rules), "return", buyer_reason="changed_mind")
    step(case, "review", "03-20 11:00", fault="buyer", eligibility="standard")
    step(case, "address", "03-20 11:00", return_address="Longhua, Shenzhen")
    step(case, "number", "03-21 11:00", **BACK)
    for when in ("03-22 08:00", "03-23 08:00"):
        happens(case.order, tracking(when, location=when, tracking_number=BACK["tracking_number"]))
    assert step(case, "approve", "03-23 09:00", **GRANTED).state == "approval_asked"
    happens(case.order, tracking("03-24 08:00", "delivered", tracking_number=BACK["tracking_number"]))
    with pytest.raises(StepLocked, match="Inspect"):
        agree(case.pk, now=at("03-24 09:00"), actor=colleague())
    step(case, "inspect", "03-24 10:00", inspection="conforming")
    agree(case.pk, now=at("03-24 11:00"), actor=colleague())
    assert now_of(case).state == "approved"


def test_the_second_person_may_send_it_back(dear: AfterSaleCase) -> None:
    send_back(dear.pk, reason="half of it will do", now=at("03-03 12:00"), actor=colleague())
    case = now_of(dear)
    assert (case.state, case.granted, case.step) == ("opened", None, "approve")
    assert (open_step().due_at, open_step().assignee_id) == (case.next_at, case.responsible_id)
    assert step(case, "approve", "03-03 13:00", granted="12.00", arrives_at=MONEY_BY).state == "approved"


def test_an_amount_that_cannot_be_compared_needs_both() -> None:
    order = order_of(paid(), store={"policy_overrides": {"R1": {"second_approval": 1000}}, "currency": "CNY"})
    case = opened(order, "refund_before_shipping", "03-03 10:00", buyer_reason="quality")
    assert step(case, "approve", "03-03 11:00", **GRANTED).state == "approval_asked"


# --- the buyer hears -------------------------------------------------------------------------------------------------
def test_the_buyer_is_told_where_to_send_it_until_when_and_who_pays(returning: AfterSaleCase) -> None:
    body = returning.order.messages.get(purpose="return_address").body
    assert "Longhua, Shenzhen" in body
    assert "30 de março" in body  # R4: ten days
    assert "por sua conta" in body  # R8: his own fault


# --- dates ------------------------------------------------------------------------------------------------------------
def fire(when: str) -> None:
    fire_due(clock_at(when), until=at("12-31 00:00"))


def asked(order: Order) -> list[tuple[str, str]]:
    rows = ActionItem.objects.filter(order=order, kind="case_step", state="open")
    return [(row.subject, row.data["step"]) for row in rows]


def open_step() -> ActionItem:
    return ActionItem.objects.get(kind="case_step", state="open")


def test_a_step_is_asked_for_from_its_beginning_and_its_date_stays_when_it_is_missed(unsent: AfterSaleCase) -> None:
    assert asked(unsent.order) == [("case:1", "approve")]
    for _look in range(2):
        item, case = open_step(), now_of(unsent)
        assert (item.due_at, item.assignee_id) == (case.next_at, case.responsible_id)
        assert (item.due_at, str(item.assignee_id)) == (at("03-03 12:00"), alice(case.order))
        fire("03-03 12:30")


def test_a_granted_refund_is_the_one_thing_asked_for_and_has_the_date_of_its_case(unsent: AfterSaleCase) -> None:
    case = step(unsent, "approve", "03-03 13:00", **GRANTED)
    item = ActionItem.objects.get(state="open", subject="case:1")
    assert (item.kind, item.due_at, asked(unsent.order)) == ("refund", case.next_at, [])
    set_next_date(case.pk, at("03-06 10:00"), now=at("03-03 14:00"), actor=alice(case.order))
    item.refresh_from_db()
    assert item.due_at == now_of(case).next_at == at("03-06 10:00")


def test_the_step_that_wants_a_photo_asks_for_it_itself() -> None:
    case = opened(order_of(*DELIVERED), "wrong_item", item="A1", quantity="1")
    assert asked_of(case) == {"case_step", "request_buyer_photo"}
    step(case, "apologise", "03-20 12:00")
    assert (asked_of(case), now_of(case).step) == ({"case_step"}, "photo")


def asked_of(case: AfterSaleCase) -> set[str]:
    rows = ActionItem.objects.filter(order=case.order, state="open", subject__startswith=case.subject)
    return set(rows.values_list("kind", flat=True))


def test_a_case_of_an_older_version_is_asked_for_by_its_own_date(unsent: AfterSaleCase) -> None:
    ActionItem.objects.filter(kind="case_step").delete()
    assert (mend_after_sale(at("03-03 11:00")), mend_after_sale(at("03-03 11:00"))) == (1, 0)
    assert open_step().due_at == now_of(unsent).next_at == at("03-03 12:00")


def test_a_case_whose_action_was_called_done_gets_a_new_date(unsent: AfterSaleCase) -> None:
    fire("03-03 12:00")
    complete_action(open_step().pk, now=at("03-03 13:00"), actor="1")
    assert mend_after_sale(at("03-03 14:00")) == 1
    assert now_of(unsent).next_at == at("03-04 14:00")
    assert mend_after_sale(at("03-03 14:00")) == 0


def test_a_person_sets_the_date_hands_over_and_corrects_the_cause(unsent: AfterSaleCase) -> None:
    who = {"now": at("03-03 11:00"), "actor": alice(unsent.order)}
    set_next_date(unsent.pk, at("03-09 10:00"), **who)
    hand_over(unsent.pk, int(colleague()), **who)
    change_cause(unsent.pk, CauseGroup.PRE_SALE, **who)
    case = now_of(unsent)
    assert (case.next_at, case.cause, str(case.responsible_id)) == (at("03-09 10:00"), "pre_sale", colleague())
    with pytest.raises(CaseRefused, match="in the past"):
        set_next_date(unsent.pk, at("03-03 11:00"), **who)


# --- facts ------------------------------------------------------------------------------------------------------------
def test_what_the_platform_refunds_by_itself_decides_the_case(under_way: AfterSaleCase) -> None:
    happens(under_way.order, fact("03-22 10:00", "refund_issued"))
    assert (now_of(under_way).state, now_of(under_way).granted) == ("closed", Decimal(24))


def test_one_refund_pays_the_older_case_first() -> None:
    order = order_of(*DELIVERED)
    first = opened(order, "missing_item", item="A1", quantity="1")
    second = opened(order, "damage", item="A1", quantity="1", is_signed="yes")
    AfterSaleCase.objects.filter(pk__in=[first.pk, second.pk]).update(amount=6)
    happens(order, fact("03-22 10:00", "refund_issued", amount="8.00"))
    assert [now_of(case).refunded for case in (first, second)] == [Decimal(6), Decimal(2)]
    assert [now_of(case).state for case in (first, second)] == ["settled", "opened"]


def test_a_dispute_takes_over_and_the_case_is_not_lost(under_way: AfterSaleCase) -> None:
    happens(under_way.order, fact("03-21 10:00", "dispute_opened", reason="in_transit"))
    assert (now_of(under_way).state, now_of(under_way).next_at) == ("opened", at("03-26 10:00"))  # D1: five days
    assert (asked(under_way.order), mend_after_sale(at("03-21 10:30"))) == ([], 0)  # it is the dispute that is answered
    step(under_way, "locate", "03-21 11:00")
    step(under_way, "intercept", "03-21 12:00", intercept="failed")
    with pytest.raises(StepRefused, match="dispute") as refused:
        step(under_way, "approve", "03-21 13:00", **GRANTED)
    assert refused.value.rule == "D1"


@pytest.mark.parametrize("come", ["03-26 10:01", "03-27 10:03"])
def test_a_case_behind_a_dispute_has_a_next_date_again_when_one_has_come(under_way: AfterSaleCase, come: str) -> None:
    happens(under_way.order, fact("03-21 10:00", "dispute_opened", reason="in_transit"))
    for until in sorted({"03-26 10:01", come}):
        fire_due(clock_at(until), until=at("12-31 00:00"))
    case = look_at(now_of(under_way))
    assert (case.is_open, case.next_at, asked(case.order)) == (True, at(come) + timedelta(days=1), [])  # R12: 24 hours


def test_news_of_a_cases_parcel_moves_the_case_and_never_the_order(returning: AfterSaleCase) -> None:
    order = returning.order
    before = (order.tracking_status, order.last_tracking_at, order.delivered_at)
    news = tracking("03-22 08:00", tracking_number=BACK["tracking_number"], description="Accepted")
    assert happens(order, news).is_new
    assert not happens(order, news).is_new
    order = Order.objects.get(pk=order.pk)
    assert (order.tracking_status, order.last_tracking_at, order.delivered_at) == before
    parcel = CaseParcel.objects.get()
    assert (parcel.scanned_at, parcel.heading_at, parcel.tracking_status) == (at("03-22 08:00"), None, "in_transit")


def test_the_new_parcels_number_goes_to_the_buyer() -> None:
    case = opened(order_of(*DELIVERED), "exchange", buyer_reason="wrong_order")
    step(case, "review", "03-20 11:00", fault="seller")
    step(case, "approve", "03-20 12:00", remedy="exchange")
    step(case, "double_check", "03-20 13:00", is_double_checked="yes")
    step(case, "reship", "03-20 14:00", **AGAIN)
    message = case.order.messages.get(purpose="reship_sent")
    assert AGAIN["tracking_number"] in message.body
    happens(case.order, fact("04-10 10:00", "receipt_confirmed"))
    assert now_of(case).state == "settled"


def test_no_words_of_a_person_stand_in_the_timeline(unsent: AfterSaleCase) -> None:
    step(unsent, "approve", "03-03 11:00", reason="Maria is a friend", **GRANTED)
    events = unsent.order.timeline.all()
    assert "Maria" not in str([event.data for event in events])
    assert CaseStep.objects.get(name="approve").words == {"reason": "Maria is a friend"}
    assert verify_timeline(Order.objects.get(pk=unsent.order_id)) == ""


def test_many_dates_fire_once_each(unsent: AfterSaleCase) -> None:
    fire_due(ticking("03-03 12:00", seconds=1), until=at("03-03 12:10"))
    fire_due(ticking("03-03 12:20", seconds=1), until=at("03-03 12:30"))
    assert ActionItem.objects.filter(kind="case_step").count() == 1
