"""Who of the team has an open item, until when it is put aside, and that no date is hidden by it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from disputes.firing import fire_due
from disputes.models import ActionItem, ActionKind, ActionState, AfterSaleCase, Chase
from disputes.services.actions import complete_action, file_items, raise_action, reopen_action
from disputes.services.after_sale import open_case
from disputes.services.after_sale_rows import store_case
from disputes.services.agents import keep_with
from disputes.services.chasing import register_chase
from disputes.services.handing import (
    NoHand,
    SnoozedTooLong,
    TakenMeanwhile,
    assign_action,
    free_all_work,
    latest_snooze,
    snooze_action,
    wake_action,
)
from disputes.services.review_steps import hand_review
from orders.models import Membership, Order, Store, TimelineEvent, User
from orders.roles import Role
from orders.services.ledger import open_ledger, save_ledgers
from orders.services.verification import verify_timeline
from tests.cast import alices_store, at, clock_at, fact, happens, paid, placed_order, shipped
from tests.disputes.claims import noticed, opened
from tests.disputes.reviewed import record_of, review_in
from tests.racing import apart, wait_for_a_lock

pytestmark = pytest.mark.django_db
NOW = at("04-10 09:00")
DUE = at("04-12 09:00")


@pytest.fixture
def store() -> Store:
    return alices_store()


@pytest.fixture
def order(store: Store) -> Order:
    return placed_order(store, paid(), shipped(), total=Decimal("24.00"))


@pytest.fixture
def item(order: Order) -> ActionItem:
    """Something to do within two days."""
    return asked(order, ActionKind.VERIFY_TRACKING)


def asked(order: Order, kind: ActionKind, **keys: Any) -> ActionItem:
    ledger = open_ledger(order.pk, now=NOW, actor="test")
    found = raise_action(ledger, kind, rule="T6", due_at=DUE, **keys)
    save_ledgers([ledger])
    return found


def member(store: Store, name: str, role: Role = Role.AGENT) -> User:
    user = User.objects.create_user(f"{name}@example.com")
    Membership.objects.create(store=store, user=user, role=role)
    return user


def said(order: Order) -> Iterator[str]:
    """What the team did, as the timeline tells it."""
    return order.timeline.filter(kind="action", recorded_at__gte=NOW, actor="bob").values_list("type", flat=True)


def test_an_item_is_given_taken_and_let_go(store: Store, order: Order, item: ActionItem) -> None:
    bob = member(store, "bob")
    assert assign_action(item.pk, bob.pk, now=NOW, actor="bob")
    assert not assign_action(item.pk, bob.pk, now=NOW, actor="bob")
    assert ActionItem.objects.get(pk=item.pk).assignee == bob
    assert assign_action(item.pk, None, now=NOW, actor="bob")
    assert ActionItem.objects.get(pk=item.pk).assignee is None
    assert list(said(order)) == ["assigned", "let_go"]
    assert order.timeline.get(type="assigned").data == {"kind": "verify_tracking", "member": bob.pk}


@pytest.mark.parametrize("role", [Role.VIEWER, None])
def test_who_does_not_work_in_the_store_gets_nothing(store: Store, item: ActionItem, role: Role | None) -> None:
    vera = member(store, "vera", role) if role else User.objects.create_user("charlie@example.com")
    with pytest.raises(NoHand):
        assign_action(item.pk, vera.pk, now=NOW, actor="bob")


def test_the_second_of_two_who_take_an_item_at_once_is_told(store: Store, item: ActionItem) -> None:
    bob, dora = member(store, "bob"), member(store, "dora")
    assign_action(item.pk, bob.pk, now=NOW, actor="bob", had=None)
    with pytest.raises(TakenMeanwhile) as told:
        assign_action(item.pk, dora.pk, now=NOW, actor="dora", had=None)
    assert told.value.holder == bob.pk
    assert assign_action(item.pk, dora.pk, now=NOW, actor="dora", had=bob.pk)  # knowingly


def test_a_person_who_leaves_keeps_nothing_and_each_orders_timeline_says_so(
    store: Store, order: Order, item: ActionItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("disputes.services.handing.BATCH", 1)
    other = placed_order(store, paid(), shipped(), number="2", buyer={"email": "b@example.com"})
    items = [item, asked(order, ActionKind.REFUND), asked(other, ActionKind.REFUND)]
    bob, dora = member(store, "bob"), member(store, "dora")
    for each in items:
        assign_action(each.pk, bob.pk, now=NOW, actor="bob")
    hers = asked(other, ActionKind.SHIP)
    assign_action(hers.pk, dora.pk, now=NOW, actor="bob")
    assert free_all_work(store, bob.pk, now=NOW, actor="alice") == 3
    assert not ActionItem.objects.filter(assignee=bob).exists()
    assert ActionItem.objects.get(pk=hers.pk).assignee == dora
    lines = TimelineEvent.objects.filter(type="let_go", actor="alice").order_by("pk")
    assert [(row.order_id, row.data["kind"]) for row in lines] == [
        (order.pk, "verify_tracking"),
        (order.pk, "refund"),
        (other.pk, "refund"),
    ]
    assert {verify_timeline(each) for each in Order.objects.all()} == {""}
    assert free_all_work(store, bob.pk, now=NOW, actor="alice") == 0


def test_cases_reviews_and_chases_of_a_person_who_leaves_are_nobodys_and_no_new_work_goes_to_him(
    store: Store, order: Order
) -> None:
    bob = member(store, "bob")
    case = open_case(order.pk, "refund_after_shipping", now=NOW, actor=str(bob.pk), given={"buyer_reason": "too_slow"})
    chase = register_chase(order.pk, now=NOW, actor=str(bob.pk))
    review = review_in(store, record_of(order_number=order.order_number), now="05-10 12:00")
    hand_review(review.pk, bob.pk, now=at("05-10 13:00"), actor="test")
    assert ActionItem.objects.filter(assignee=bob, state=ActionState.OPEN).count() == 3
    Membership.objects.filter(user=bob).delete()
    free_all_work(store, bob.pk, now=NOW, actor="alice")
    fire_due(clock_at("04-11 10:00"), until=at("04-11 10:01"))
    assert not ActionItem.objects.filter(assignee=bob, state=ActionState.OPEN).exists()
    for row, name in ((case, "responsible"), (chase, "owner"), (review, "responsible")):
        row.refresh_from_db(fields=[name])
        assert getattr(row, name) is None


@pytest.mark.parametrize("to", ["bob", ""])
def test_who_has_the_step_has_the_case_the_chase_and_the_review(store: Store, order: Order, to: str) -> None:
    alice, bob = store.memberships.get().user_id, member(store, "bob").pk
    case = open_case(order.pk, "refund_after_shipping", now=NOW, actor=str(alice), given={"buyer_reason": "too_slow"})
    chase = register_chase(order.pk, now=NOW, actor=str(alice))
    review = review_in(store, record_of(order_number=order.order_number), now="05-10 12:00")
    hand_review(review.pk, alice, now=at("05-10 13:00"), actor="test")
    for row in (case, chase, review):
        item = ActionItem.objects.get(order=order, subject=row.subject, state=ActionState.OPEN)
        assert item.assignee_id == alice
        assign_action(item.pk, bob if to else None, now=NOW, actor=str(alice))
        row.refresh_from_db()
        held = row.owner_id if isinstance(row, Chase) else row.responsible_id
        assert held == (bob if to else None)


def test_an_item_put_aside_is_back_by_itself_or_when_asked(order: Order, item: ActionItem) -> None:
    until = NOW + timedelta(hours=20)
    assert snooze_action(item.pk, until=until, reason="Maria is asked", now=NOW, actor="bob")
    item.refresh_from_db()
    assert (item.is_snoozed(NOW), item.is_snoozed(until), item.snooze_reason) == (True, False, "Maria is asked")
    assert wake_action(item.pk, now=NOW, actor="bob")
    assert not wake_action(item.pk, now=NOW, actor="bob")
    assert list(said(order)) == ["snoozed", "woken"]
    assert "Maria" not in str(order.timeline.get(type="snoozed").data)  # what a person wrote stays beside the chain


@pytest.mark.parametrize(("hours", "is_refused"), [(0, True), (48, False), (48.01, True)])
def test_no_item_is_put_aside_past_its_date(item: ActionItem, hours: float, is_refused: bool) -> None:
    until = NOW + timedelta(hours=hours)
    if not is_refused:
        assert snooze_action(item.pk, until=until, reason="", now=NOW, actor="bob")
        return
    with pytest.raises(SnoozedTooLong) as told:
        snooze_action(item.pk, until=until, reason="", now=NOW, actor="bob")
    assert told.value.latest == DUE


def test_a_disputes_item_is_back_with_the_margin_to_spare(order: Order) -> None:
    happens(order, opened("04-10 08:00"))
    item = order.actions.get(kind=ActionKind.ANSWER_DISPUTE)
    margin = order.policy.duration("D7", "margin")
    assert latest_snooze(item, order.policy) == item.due_at - margin
    with pytest.raises(SnoozedTooLong):
        snooze_action(item.pk, until=item.due_at - margin / 2, reason="", now=NOW, actor="bob")


def test_what_replaces_an_item_is_the_same_persons_and_in_sight(store: Store, order: Order, item: ActionItem) -> None:
    bob = member(store, "bob")
    assign_action(item.pk, bob.pk, now=NOW, actor="bob")
    snooze_action(item.pk, until=DUE, reason="later", now=NOW, actor="bob")
    newer = asked(order, ActionKind.VERIFY_TRACKING)
    assert (newer.assignee, newer.snoozed_until) == (bob, None)
    item.refresh_from_db()
    assert (item.state, item.assignee, item.snoozed_until) == (ActionState.SUPERSEDED, bob, None)


def test_who_answered_a_dispute_is_asked_for_its_evidence(store: Store, order: Order) -> None:
    bob = member(store, "bob")
    happens(order, opened("04-10 08:00"))
    assign_action(order.actions.get(kind=ActionKind.ANSWER_DISPUTE).pk, bob.pk, now=NOW, actor="bob")
    happens(order, noticed("04-11 08:00"))
    asked_for = order.actions.filter(state=ActionState.OPEN, subject__startswith="dispute:1")
    assert {row.kind for row in asked_for} >= {ActionKind.SUBMIT_EVIDENCE, ActionKind.PROVIDE_EXHIBIT}
    assert {row.assignee for row in asked_for} == {bob}


def test_the_stake_is_the_total_or_the_claim_in_the_stores_currency(store: Store, order: Order) -> None:
    store.exchange_rates = {"BRL": "0.2"}
    store.save()
    Order.objects.filter(pk=order.pk).update(currency="BRL")
    happens(order, opened("04-10 08:00", amount="10.00"))
    assert asked(order, ActionKind.REVIEW_MANUALLY).stake == Decimal("4.80")
    assert order.actions.get(kind=ActionKind.ANSWER_DISPUTE).stake == Decimal("2.00")
    Order.objects.filter(pk=order.pk).update(currency="ARS")
    assert asked(order, ActionKind.REVIEW_MANUALLY).stake is None


def test_a_word_of_done_can_be_taken_back_soon(order: Order, item: ActionItem) -> None:
    complete_action(item.pk, now=NOW, actor="bob")
    assert reopen_action(item.pk, now=NOW + timedelta(minutes=5), actor="bob")
    item.refresh_from_db()
    assert (item.state, item.closed_at) == (ActionState.OPEN, None)
    assert list(said(order)) == ["done", "reopened"]


def test_a_word_of_done_stands_when_it_is_old_or_something_else_happened(order: Order, item: ActionItem) -> None:
    complete_action(item.pk, now=NOW, actor="bob")
    assert not reopen_action(item.pk, now=NOW + timedelta(minutes=16), actor="bob")
    happens(order, opened("04-10 09:01"))
    assert not reopen_action(item.pk, now=at("04-10 09:02"), actor="bob")


def test_a_word_of_done_stands_when_the_same_is_asked_again(order: Order, item: ActionItem) -> None:
    complete_action(item.pk, now=NOW, actor="bob")
    asked(order, ActionKind.VERIFY_TRACKING)
    assert not reopen_action(item.pk, now=NOW, actor="bob")


def test_a_closed_item_is_left_alone(store: Store, item: ActionItem) -> None:
    bob = member(store, "bob")
    complete_action(item.pk, now=NOW, actor="bob")
    assert not assign_action(item.pk, bob.pk, now=NOW, actor="bob")
    assert not snooze_action(item.pk, until=DUE, reason="", now=NOW, actor="bob")
    assert not wake_action(item.pk, now=NOW, actor="bob")


def test_an_item_of_an_older_version_finds_its_list(store: Store, item: ActionItem) -> None:
    ActionItem.objects.filter(pk=item.pk).update(store=None)
    assert file_items() == 1
    assert ActionItem.objects.get(pk=item.pk).store == store


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_kept", [True, False])
def test_a_case_on_which_somebody_works_meanwhile_goes_with_the_buyer_and_from_whoever_leaves(
    store: Store, order: Order, is_kept: bool
) -> None:
    bob = member(store, "bob").pk
    open_case(order.pk, "refund_after_shipping", now=NOW, actor=str(bob), given={"buyer_reason": "too_slow"})
    happens(order, fact("04-19 10:00", "delivered"))
    happens(order, fact("04-20 10:00", "completed"))
    AfterSaleCase.objects.update(responsible=None if is_kept else bob)
    keep = partial(keep_with, order.buyer_id, bob, now=NOW, actor="1")
    free = partial(free_all_work, store, bob, now=NOW, actor="1")
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        (case,) = open_ledger(order.pk, now=NOW, actor="test").rows_of(AfterSaleCase)
        other = pool.submit(apart, keep if is_kept else free)
        wait_for_a_lock()
        store_case(case)
    other.result()
    assert AfterSaleCase.objects.get().responsible_id == (bob if is_kept else None)
