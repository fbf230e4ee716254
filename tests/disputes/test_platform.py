"""A store connected to AliExpress: what it reads becomes facts, what people ask is sent, and nothing counts twice."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from disputes.lifecycle import DisputeState
from disputes.models import Dispute
from disputes.platform_commands import queue_command
from orders.lifecycle import OrderState
from orders.models import Order, PlatformCommand, PlatformIssue, Store
from orders.models.platforms import CommandKind, CommandState
from tests.cast import alices_store, at
from tests.disputes.aliexpress import Shop, open_shop
from tests.servers.aliexpress import parcel

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    return alices_store()


@pytest.fixture
def shop(store: Store) -> Iterator[Shop]:
    with open_shop(store, "03-10 12:00") as opened:
        yield opened


def kinds(order: Order) -> list[str]:
    return list(order.timeline.filter(kind__in=["fact", "command"]).values_list("type", flat=True))


@pytest.mark.slow
def test_an_order_is_driven_from_its_placing_through_a_counter_offer_to_the_verdict(shop: Shop) -> None:
    told = shop.order(status="WAIT_BUYER_ACCEPT_GOODS", parcels=[parcel("LX123456785CN", at("03-05 10:00"))])
    shop.sync()
    order = Order.objects.get(order_number=told.number)
    assert (order.state, order.paid_at, order.shipped_at) == (OrderState.SHIPPED, at("03-02 13:00"), at("03-05 10:00"))
    assert (order.buyer.country, order.total, order.payment_method) == ("BR", Decimal("24.00"), "boleto")

    shop.pass_time(days=20)
    issue = shop.issue(told)
    shop.sync()
    dispute = Dispute.objects.get(order=order)
    assert (dispute.state, dispute.reason, dispute.amount) == (DisputeState.OPENED, "in_transit", Decimal("24.00"))
    assert dispute.opened_at == shop.now

    shop.pass_time(days=1)
    params = {"amount": "5.00", "currency": "USD", "text": "We will wait with you"}
    queue_command(shop.account, order.pk, CommandKind.OFFER, params, subject=issue.number, now=shop.now, actor="1")
    shop.work()
    assert PlatformCommand.objects.get().state == CommandState.DONE
    assert [plan["refund_money"] for plan in issue.plans["seller"]] == ["5.00"]
    dispute.refresh_from_db()
    assert (dispute.state, dispute.answered_at) == (DisputeState.NEGOTIATING, shop.now)
    assert [offer.amount for offer in dispute.offers.all()] == [Decimal("5.00")]

    shop.pass_time(days=6)
    issue.step("seller_initiate_arbitration", "waiter", shop.now)
    shop.sync()
    dispute.refresh_from_db()
    assert dispute.state == DisputeState.EVIDENCE_DUE

    shop.pass_time(days=4)
    plan = issue.plan("platform", "10.00", shop.now, status="reached")
    plan |= {"reached_type": "platform_arbitrate"}
    issue.status = "finish"
    told.status, told.changed_at = "FINISH", shop.now
    shop.sync()
    dispute.refresh_from_db()
    assert (dispute.state, dispute.awarded) == (DisputeState.SETTLED, Decimal("10.00"))
    assert PlatformIssue.objects.get().buyer_login == ""

    before = kinds(order)
    assert [kind for kind in before if kind in {"dispute_opened", "counter_offer", "platform_notice", "verdict"}] == [
        "dispute_opened", "counter_offer", "platform_notice", "verdict",
    ]  # fmt: skip
    shop.pass_time(hours=1)
    shop.sync()
    assert kinds(order) == before
