"""Delivery failed, or signed but not received: what the team is asked by the cause, what the buyer reads (T4, T5)."""

import pytest

from disputes.models import ActionItem, ActionState
from messaging.models import Message
from orders.models import Order
from tests.cast import alices_store, fact, happens, paid, placed_order, shipped, tracking

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    """Maria's parcel is on its way."""
    return placed_order(alices_store(), paid(), shipped(), tracking("03-10 10:00"))


def delivered(order: Order, when: str = "03-20 15:00", words: str = "Objeto entregue ao destinatário") -> None:
    happens(order, fact(when, "tracking", description=words, source="Correios"))


def denied(order: Order, when: str = "03-21 15:00", **keys: str) -> ActionItem:
    happens(order, fact(when, "receipt_denied", text="não recebi", **keys))
    return asked(order)


def asked(order: Order) -> ActionItem:
    item: ActionItem = order.actions.get(subject__startswith="tracking:", state=ActionState.OPEN)
    return item


# --- T4 ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("words", "detail"),
    [
        ("Destinatário ausente", "absent"),
        ("Objeto não entregue - endereço incorreto", "wrong_address"),
        ("因收件人电话无法接通，派送失败", "unreachable"),
        ("Could not be delivered: refused by the addressee", "refused"),
    ],
)
def test_a_failed_delivery_is_asked_about_by_its_cause(order: Order, words: str, detail: str) -> None:
    happens(order, fact("03-20 15:00", "tracking", description=words, source="Correios"))
    item = asked(order)
    assert (item.kind, item.rule, item.data["detail"]) == ("contact_buyer", "T4", detail)


def test_the_buyer_hears_of_a_failed_delivery_with_its_cause(order: Order) -> None:
    happens(order, fact("03-20 15:00", "tracking", description="Endereço incorreto", source="Correios"))
    message = Message.objects.get(order=order, purpose="failed_attempt")
    assert (message.rule, message.language) == ("T4", "pt-br")
    assert "endereço" in message.body


def test_a_parcel_that_moves_on_settles_what_was_asked(order: Order) -> None:
    happens(order, tracking("03-20 15:00", "failed_attempt"))
    happens(order, tracking("03-21 15:00", "out_for_delivery"))
    assert not order.actions.filter(subject__startswith="tracking:", state=ActionState.OPEN).exists()


# --- T5 ---------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("words", "kind", "signer"),
    [
        ("Objeto entregue ao vizinho", "contact_buyer", "neighbour"),
        ("快件已暂存至丰巢快递柜，已签收", "contact_buyer", "locker"),
        ("Objeto entregue ao destinatário", "verify_delivery", ""),
    ],
)
def test_who_signed_decides_whom_the_team_asks(order: Order, words: str, kind: str, signer: str) -> None:
    delivered(order, words=words)
    item = denied(order)
    assert (item.kind, item.rule, item.data["signed_by"]) == (kind, "T5", signer)


def test_what_a_person_says_of_the_signature_counts_first(order: Order) -> None:
    delivered(order)
    assert denied(order, signed_by="property_desk").kind == "contact_buyer"


@pytest.mark.parametrize(("when", "signer"), [("03-21 00:30", "courier"), ("03-20 15:00", "")])
def test_a_signature_late_in_the_evening_is_taken_for_the_couriers(order: Order, when: str, signer: str) -> None:
    delivered(order, when)  # 21:30 and noon of Maria's clock
    item = denied(order)
    assert (item.kind, item.data["signed_by"]) == ("verify_delivery", signer)


def test_nobody_is_asked_for_a_parcel_that_is_still_on_its_way(order: Order) -> None:
    happens(order, fact("03-20 15:00", "receipt_denied", text="onde está?"))
    assert not order.actions.filter(rule="T5").exists()
    assert not order.tracking_cases.filter(queue="not_received").exists()


@pytest.mark.parametrize("end", ["receipt_confirmed", "refund_issued"])
def test_the_parcel_or_the_money_ends_what_was_asked(order: Order, end: str) -> None:
    delivered(order)
    item = denied(order)
    happens(order, fact("03-25 15:00", end))
    item.refresh_from_db()
    assert item.state == ActionState.SETTLED
