"""A parcel that needs somebody is followed through: four steps, a next date, and no end but the facts'."""

from datetime import timedelta
from typing import Any

import pytest

from disputes.firing import fire_due
from disputes.models import ActionItem, ActionKind, ActionState, TrackingCase
from disputes.reconciling import mend_cases
from disputes.replying import Draft, send_reply
from disputes.services.actions import complete_action
from disputes.services.tracking_cases import StepNotPossible, take_step
from disputes.tracking_lifecycle import CaseState, CaseStep
from orders.models import Milestone, Order, Store
from orders.models.milestones import MilestoneState
from tests.cast import alices_store, at, clock_at, fact, happens, paid, placed_order, shipped, tracking

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    return alices_store()


@pytest.fixture
def order(store: Store) -> Order:
    """Maria's parcel is on its way, and all is normal."""
    return placed_order(store, paid(), shipped(), tracking("03-06 10:00"))


@pytest.fixture
def case(order: Order) -> TrackingCase:
    """The carrier tried in vain on 20 March at 10:00."""
    happens(order, tracking("03-20 10:00", "failed_attempt"))
    return only_case(order)


def only_case(order: Order) -> TrackingCase:
    case: TrackingCase = order.tracking_cases.get()
    return case


def fire_at(short: str) -> None:
    fire_due(clock_at(short), until=at(short) + timedelta(seconds=1))


def dates(case: TrackingCase) -> list[tuple[Any, str]]:
    rows = Milestone.objects.filter(order=case.order_id, kind="tracking_follow_up", subject=case.subject)
    return [(row.due_at, row.state) for row in rows]


def reminders(order: Order) -> list[ActionItem]:
    return list(order.actions.filter(kind=ActionKind.REVIEW_MANUALLY, state=ActionState.OPEN))


def step_through(case: TrackingCase, *steps: CaseStep, now: str = "03-20 11:00") -> TrackingCase:
    for step in steps:
        case = take_step(case.pk, step, now=at(now), actor="test")
    return case


# --- with the queue ---------------------------------------------------------------------------------------------------
def test_a_normal_parcel_has_no_case(order: Order) -> None:
    assert not order.tracking_cases.exists()


def test_a_parcel_that_enters_a_queue_opens_a_case_with_a_next_date(case: TrackingCase) -> None:
    assert (case.queue, case.rule, case.state) == ("failed_attempt", "T4", CaseState.OPENED)
    assert case.next_at == at("03-21 10:00")
    assert dates(case) == [(case.next_at, MilestoneState.PENDING)]


@pytest.mark.parametrize(
    ("event", "result"),
    [
        (tracking("03-20 15:00", "out_for_delivery"), "moved_on"),
        (tracking("03-20 15:00", "delivered"), "delivered"),
        (fact("03-20 15:00", "refund_issued"), "refunded"),
        (tracking("03-20 15:00", "returning"), "queue_returning"),
    ],
)
def test_a_parcel_that_leaves_its_queue_closes_the_case_with_its_result(
    case: TrackingCase, event: dict[str, Any], result: str
) -> None:
    happens(case.order, event)
    case = TrackingCase.objects.get(pk=case.pk)
    assert (case.state, case.result, case.closed_at) == (CaseState.CLOSED, result, at("03-20 15:00"))
    assert dates(case) == [(at("03-21 10:00"), MilestoneState.CANCELLED)]
    assert case.order.timeline.filter(type="tracking_case_closed", data__result=result).exists()


def test_a_parcel_that_goes_on_to_another_queue_has_a_new_case(case: TrackingCase) -> None:
    happens(case.order, tracking("03-20 15:00", "returning"))
    newest = case.order.tracking_cases.get(closed_at=None)
    assert (newest.number, newest.queue, newest.state) == (2, "returning", CaseState.OPENED)


def test_a_parcel_without_news_enters_its_queue_on_the_day(order: Order) -> None:
    fire_at("03-16 10:00")
    assert only_case(order).queue == "stalled"
    assert only_case(order).opened_at == at("03-16 10:00")


# --- T5: until the buyer has it ---------------------------------------------------------------------------------------
@pytest.fixture
def denied(order: Order) -> TrackingCase:
    """The carrier says delivered, the buyer says no."""
    happens(order, tracking("03-18 10:00", "delivered"))
    happens(order, fact("03-20 10:00", "receipt_denied", text="nothing here"))
    return only_case(order)


@pytest.mark.parametrize(
    "event",
    [
        tracking("03-21 10:00", "delivered", description="Delivered again"),
        fact("03-21 10:00", "completed"),
        fact("03-21 10:00", "delivered"),
    ],
)
def test_signed_but_not_received_stays_open_whatever_the_carrier_says(
    denied: TrackingCase, event: dict[str, Any]
) -> None:
    happens(denied.order, event)
    assert only_case(denied.order).is_open


@pytest.mark.parametrize(("kind", "result"), [("receipt_confirmed", "received"), ("refund_issued", "refunded")])
def test_signed_but_not_received_ends_with_the_buyers_word_or_his_money(
    denied: TrackingCase, kind: str, result: str
) -> None:
    happens(denied.order, fact("03-21 10:00", kind))
    assert only_case(denied.order).result == result


# --- the next date ----------------------------------------------------------------------------------------------------
def test_a_next_date_that_comes_asks_the_team_to_look_again(denied: TrackingCase) -> None:
    denied.order.actions.all().delete()  # what the rules asked for
    fire_at("03-21 10:00")
    (item,) = reminders(denied.order)
    assert (item.rule, item.subject) == ("R12", denied.subject)
    assert only_case(denied.order).next_at == item.due_at


def test_what_a_rule_asks_for_already_is_the_reminder(case: TrackingCase) -> None:
    fire_at("03-21 10:00")
    assert reminders(case.order) == []
    (asked,) = case.order.actions.filter(kind=ActionKind.CONTACT_BUYER)
    assert only_case(case.order).next_at == asked.due_at


def promised(order: Order) -> None:
    """What the rule asked for is done with a promise to the buyer, for ten days later."""
    draft = Draft("Aguarde, por favor.", promised_at=at("03-30 12:00"))
    send_reply(order.pk, draft, now=at("03-20 11:00"), actor="test")
    for item in order.actions.filter(state=ActionState.OPEN).exclude(subject__startswith="promise:"):
        complete_action(item.pk, now=at("03-20 11:00"), actor="test")


def test_somebody_looks_on_the_day_though_the_buyer_was_promised_an_answer_later(case: TrackingCase) -> None:
    promised(case.order)
    fire_at("03-21 10:00")
    assert [item.subject for item in reminders(case.order)] == [case.subject]
    assert only_case(case.order).next_at == at("03-21 10:00")


def test_a_promise_to_the_buyer_is_no_next_date_of_the_parcel(case: TrackingCase) -> None:
    promised(case.order)
    fire_at("03-21 10:00")
    for item in reminders(case.order):
        complete_action(item.pk, now=at("03-21 11:00"), actor="test")
    Milestone.objects.filter(subject=case.subject).update(state=MilestoneState.FIRED)
    assert (mend_cases(at("03-21 12:00")), mend_cases(at("03-21 12:00"))) == (1, 0)
    assert only_case(case.order).next_at == at("03-22 12:00")


def test_an_action_that_is_done_while_the_parcel_stands_still_gets_a_new_date(case: TrackingCase) -> None:
    fire_at("03-21 10:00")
    for item in case.order.actions.filter(state=ActionState.OPEN):
        complete_action(item.pk, now=at("03-21 11:00"), actor="test")
    assert mend_cases(at("03-21 12:00")) == 1
    assert only_case(case.order).next_at == at("03-22 12:00")
    assert dates(case)[-1] == (at("03-22 12:00"), MilestoneState.PENDING)


def test_the_hourly_look_leaves_alone_what_is_as_it_should_be(case: TrackingCase) -> None:
    assert mend_cases(at("03-20 12:00")) == 0


def test_the_hourly_look_opens_and_closes_what_was_forgotten(case: TrackingCase, store: Store) -> None:
    other = placed_order(store, paid(), shipped(), number="2")
    Order.objects.filter(pk=case.order_id).update(tracking_status="released")
    Order.objects.filter(pk=other.pk).update(
        tracking_queue="lost", tracking_status="lost", last_tracking_at=at("03-19 00:00")
    )
    TrackingCase.objects.filter(pk=case.pk).update(queue="customs")
    assert mend_cases(at("03-20 12:00")) == 2
    assert not only_case(case.order).is_open
    assert only_case(other).queue == "lost"


# --- the steps --------------------------------------------------------------------------------------------------------
def test_each_step_is_kept_with_who_took_it_and_when(case: TrackingCase) -> None:
    owner = case.order.store.memberships.get().user
    take_step(case.pk, CaseStep.QUERY, now=at("03-20 11:00"), actor=str(owner.pk), text="17TRACK says the same")
    note = case.order.timeline.get(type="tracking_step")
    assert (note.actor, note.at, note.data["step"]) == (str(owner.pk), at("03-20 11:00"), "query")
    assert note.private.data == {"text": "17TRACK says the same"}
    case = TrackingCase.objects.get(pk=case.pk)
    assert (case.queried_at, case.responsible) == (at("03-20 11:00"), owner)


def test_the_steps_come_in_their_order(case: TrackingCase) -> None:
    with pytest.raises(StepNotPossible, match="next step of this case is query"):
        take_step(case.pk, CaseStep.REASSURE, now=at("03-20 11:00"), actor="test")
    assert step_through(case, *CaseStep).state == CaseState.FOLLOWED


def test_following_up_is_done_again_and_again(case: TrackingCase) -> None:
    case = step_through(case, *CaseStep, CaseStep.FOLLOW_UP, CaseStep.FOLLOW_UP)
    assert case.order.timeline.filter(type="tracking_step").count() == 6


def test_a_step_sets_the_next_date_and_answers_the_reminder(denied: TrackingCase) -> None:
    denied.order.actions.all().delete()
    fire_at("03-21 10:00")
    asked_for = at("03-25 09:00")
    take_step(denied.pk, CaseStep.QUERY, now=at("03-21 11:00"), actor="test", next_at=asked_for)
    assert [item.due_at for item in reminders(denied.order)] == [asked_for]
    assert dates(denied)[-1] == (asked_for, MilestoneState.PENDING)


def test_a_next_date_in_the_past_is_refused(case: TrackingCase) -> None:
    with pytest.raises(StepNotPossible, match="in the past"):
        take_step(case.pk, CaseStep.QUERY, now=at("03-20 11:00"), actor="test", next_at=at("03-20 11:00"))


def test_no_step_is_taken_on_a_closed_case(case: TrackingCase) -> None:
    happens(case.order, tracking("03-20 15:00", "out_for_delivery"))
    with pytest.raises(StepNotPossible, match="closed"):
        take_step(case.pk, CaseStep.QUERY, now=at("03-20 16:00"), actor="test")
