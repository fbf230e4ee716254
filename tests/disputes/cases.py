"""After-sale cases for the tests: opening one on Maria's order, taking its steps, and what has to hold of it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from disputes.models import ActionItem, ActionState, AfterSaleCase, MoneyEntry
from disputes.services.after_sale import open_case, take_step
from disputes.services.money import pay
from orders.models import Milestone, Order, User
from orders.services.ledger import OPEN_STATES
from tests.cast import alices_store, at, fact, happens, paid, placed_order, shipped, tracking

BACK = {"tracking_number": "SF1000000001", "carrier": "SF"}
AGAIN = {"tracking_number": "LX999999991CN", "carrier": "China Post"}
OPENED_AT = "03-20 10:00"
DELIVERED = [paid(), shipped(), fact("03-20 09:00", "delivered")]


def order_of(*events: dict[str, Any], **values: Any) -> Order:
    """Maria's order in a store of Alice's by the packs' second version."""
    policy = values.pop("policy", "aliexpress-br")
    store = alices_store(policy=policy, policy_version=2, **values.pop("store", {}))
    return placed_order(store, *events, total=Decimal("24.00"), **values)


def alice(order: Order) -> str:
    """The id of the owner of its store, as an actor."""
    return str(order.store.users.get(email="alice@example.com").pk)


def colleague() -> str:
    """Bob's id, as an actor."""
    user, _made = User.objects.get_or_create(email="bob@example.com")
    return str(user.pk)


def opened(order: Order, kind: str, when: str = OPENED_AT, **given: Any) -> AfterSaleCase:
    """A case of a kind, opened by Alice."""
    return open_case(order.pk, kind, now=at(when), actor=alice(order), given=given)


def step(case: AfterSaleCase, name: str, when: str, **given: Any) -> AfterSaleCase:
    """Alice takes a step."""
    return take_step(case.pk, name, now=at(when), actor=alice(case.order), given=given)


def turn(case: AfterSaleCase, told: tuple[str, str, dict[str, Any]]) -> AfterSaleCase:
    """One turn of a story: a fact, the payment of what is booked, or a step."""
    when, name, given = told
    if name == "fact":
        happens(case.order, given)
    elif name == "pay":
        for entry in MoneyEntry.objects.filter(case=case, paid_at=None):
            pay(entry.pk, now=at(when), actor=alice(case.order))
    else:
        step(case, name, when, **given)
    return look_at(AfterSaleCase.objects.get(pk=case.pk))


def scan(when: str, parcel: dict[str, str], status: str = "in_transit", **more: Any) -> tuple[str, str, dict[str, Any]]:
    """A carrier's news of a case's parcel."""
    return when, "fact", tracking(when, status, tracking_number=parcel["tracking_number"], **more)


def look_at(case: AfterSaleCase) -> AfterSaleCase:
    """What holds of a case at any moment."""
    dates = Milestone.objects.filter(order=case.order, kind="case_step_due", subject=case.subject)
    asked = ActionItem.objects.filter(order=case.order, state=ActionState.OPEN, subject__startswith=case.subject)
    is_dated = dates.filter(state__in=OPEN_STATES).exists() or asked.filter(kind="case_step").exists()
    if case.is_open:
        assert is_dated, "an open case has a next date"
        assert not case.result
    else:
        assert case.result
        assert not is_dated
        assert not asked.exists()
    assert not case.approved_by or case.approved_by != case.decided_by
    assert all(entry.amount > 0 for entry in MoneyEntry.objects.filter(order=case.order))
    assert case.refunded >= 0
    return case


def later(case: AfterSaleCase, **span: float) -> str:
    """The short spelling of an instant so long after the case was opened."""
    return f"{case.opened_at + timedelta(**span):%Y-%m-%d %H:%M}"
