"""After-sale cases when the store's rules change, and when their buyer is erased."""

import json

import pytest

from disputes.models import AfterSaleCase, CaseStep, MoneyEntry
from disputes.services.after_sale_decisions import set_next_date, withdraw
from evidence.services.disclosure import disclose_buyer
from evidence.services.erasure import erase_buyer
from orders.models import Order, Store
from orders.services.auditing import Doer
from orders.services.erasure import ErasureCause, NotErasable, Obstacle
from orders.services.verification import verify_timeline
from tests.cast import at, fact, happens, paid
from tests.disputes.cases import alice, look_at, opened, order_of, step

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> AfterSaleCase:
    case = opened(
        order_of(paid()), "refund_before_shipping", "03-03 10:00", buyer_reason="other", words="I am Maria Souza"
    )
    step(case, "offer", "03-03 10:30", offer="for Maria", offer_outcome="accepted", cost="1.00")
    return case


def erase(order: Order) -> None:
    erase_buyer(order.buyer_id, cause=ErasureCause.REQUEST, now=at("06-01 10:00"), doer=Doer())


def ended(case: AfterSaleCase) -> Order:
    withdraw(case.pk, words="Maria keeps it", now=at("03-03 11:00"), actor=alice(case.order))
    happens(case.order, fact("03-04 10:00", "cancelled"))
    order: Order = Order.objects.get(pk=case.order_id)
    return order


def test_an_open_case_stands_against_erasing_its_buyer(case: AfterSaleCase) -> None:
    happens(case.order, fact("03-04 10:00", "cancelled"))
    with pytest.raises(NotErasable) as refused:
        erase(case.order)
    assert refused.value.obstacles == [Obstacle.CASE_OPEN]


def test_nothing_written_about_a_case_names_an_erased_buyer(case: AfterSaleCase) -> None:
    order = ended(case)
    assert "I am Maria Souza" in json.dumps(disclose_buyer(order.buyer_id, doer=Doer(), now=at("06-01 10:00")))
    erase(order)
    rows = [*AfterSaleCase.objects.values(), *CaseStep.objects.values(), *MoneyEntry.objects.values()]
    assert "Maria" not in str(rows)
    assert (AfterSaleCase.objects.get().result, CaseStep.objects.filter(name="offer").count()) == ("withdrawn", 1)
    assert verify_timeline(Order.objects.get(pk=order.pk)) == ""


def change_rules(case: AfterSaleCase, target: str, when: str = "03-03 10:45") -> AfterSaleCase:
    """The store gives itself another target for R1; the order hears of it with the next fact."""
    store: Store = case.order.store
    store.policy_overrides, store.rules_revision = {"R1": {"target": target}}, store.rules_revision + 1
    store.save()
    happens(case.order, fact(when, "buyer_message", text="?"))
    return look_at(AfterSaleCase.objects.get(pk=case.pk))


def test_a_date_of_the_playbook_moves_with_the_rules(case: AfterSaleCase) -> None:
    assert case.next_at == at("03-03 12:00")
    assert change_rules(case, "4 hours").next_at == at("03-03 14:00")


def test_nothing_is_late_by_a_change_of_the_rules(case: AfterSaleCase) -> None:
    assert change_rules(case, "1 hour", "03-03 11:30").next_at == at("03-03 12:00")


def test_a_date_that_a_person_set_stays(case: AfterSaleCase) -> None:
    set_next_date(case.pk, at("03-09 10:00"), now=at("03-03 10:40"), actor=alice(case.order))
    assert change_rules(case, "4 hours").next_at == at("03-09 10:00")
