"""Many requests to cancel answered at once: as one by one, only where one waits, and each once."""

from uuid import uuid4

import pytest

from disputes.bulk import NotPossible, count_items, start_runs, undo_run, work_on
from disputes.bulk_deeds import foresee
from disputes.models import ActionItem, BulkKind, BulkRun
from disputes.recording import record
from orders.events import Event, EventType
from orders.models import Order, User
from orders.models.orders import CANCELLING
from tests.cast import after, alices_store, at, clock_at, fact, paid, placed_order, shipped

pytestmark = pytest.mark.django_db
NOW = "03-04 10:00"
ASKED = fact("03-03 10:00", "cancellation_requested")


@pytest.fixture
def orders() -> list[Order]:
    """Two who wait, one whose request is in dispute, one who asked too late, one who did not, one refused before."""
    store = alices_store()
    refused = {"at": "2026-03-03T12:00:00Z", "type": "cancellation_refused"}
    stories = [
        [paid(), ASKED],
        [ASKED],
        [paid(), ASKED, fact("03-03 11:00", "dispute_opened", reason="different")],
        [paid(), shipped("03-03 08:00"), ASKED],
        [paid()],
        [paid(), ASKED, refused],
    ]
    for number, story in enumerate(stories):
        placed_order(store, *story, number=f"8{number}", buyer={"email": f"m{number}@example.com"})
    return list(Order.objects.select_related("buyer", "store").order_by("pk"))


def run_of(kind: BulkKind, orders: list[Order]) -> BulkRun:
    alice = User.objects.get(email="alice@example.com")
    (run,) = start_runs(alice, kind, {}, orders, token=uuid4(), now=at(NOW))
    work_on(run.pk, clock_at(NOW), until=at(after(NOW, minutes=2)))
    return run


@pytest.mark.parametrize(
    ("kind", "states", "whys"),
    [
        (
            BulkKind.CANCEL,
            ["cancelled", "cancelled", "disputed", "shipped", "paid", "paid"],
            ["", "", "dispute_open", "not_asked_to_cancel", "not_asked_to_cancel", "not_asked_to_cancel"],
        ),
        (
            BulkKind.NO_CANCEL,
            ["paid", "payment_pending", "disputed", "shipped", "paid", "paid"],
            ["", "", "", "not_asked_to_cancel", "not_asked_to_cancel", "not_asked_to_cancel"],
        ),
    ],
)
def test_those_who_wait_are_answered_and_the_preview_says_which(
    orders: list[Order], kind: BulkKind, states: list[str], whys: list[str]
) -> None:
    seen = foresee(kind, {}, orders, now=at(NOW))
    run = run_of(kind, orders)
    happened = [(item.state == "done", item.rule, item.reason) for item in run.items.all()]
    assert happened == [(verdict.is_done, verdict.rule, verdict.reason) for verdict in seen]
    assert happened == [(not why, "P8", why) for why in whys]
    assert [order.state for order in Order.objects.order_by("pk")] == states
    answered = [order.pk for order, why in zip(orders, whys, strict=True) if not why]
    assert not ActionItem.objects.filter(kind="answer_cancellation", state="open", order__in=answered).exists()
    with pytest.raises(NotPossible):
        undo_run(run.pk, User.objects.get(email="alice@example.com"))


def test_who_was_answered_between_the_preview_and_the_run_is_left_alone(orders: list[Order]) -> None:
    assert foresee(BulkKind.CANCEL, {}, orders[:1], now=at(NOW))[0].is_done
    record(orders[0].pk, Event(EventType.CANCELLATION_REFUSED, at(NOW), is_command=True), now=at(NOW), actor="bob")
    run = run_of(BulkKind.CANCEL, orders[:1])
    assert count_items(run) == {"skipped": 1}
    assert Order.objects.get(pk=orders[0].pk).state == "paid"


def test_the_condition_of_the_index_says_what_the_rule_says(orders: list[Order]) -> None:
    waiting = set(Order.objects.filter(CANCELLING).values_list("pk", flat=True))
    assert waiting == {order.pk for order in Order.objects.all() if order.is_cancelling} == {o.pk for o in orders[:3]}
