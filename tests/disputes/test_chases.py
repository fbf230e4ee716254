"""Chases: registered by hand or from the buyer's words, told at each move, asked of the team again, ended by facts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from disputes.firing import fire_due
from disputes.models import ActionItem, ActionKind, ActionState, Chase, ChaseSource
from disputes.receiving import Pasted, paste_message
from disputes.services.actions import complete_action
from disputes.services.agents import keep_with
from disputes.services.chasing import (
    CarrierWord,
    ChaseClosed,
    ChaseEnd,
    NothingToChase,
    close_chase,
    mend_chases,
    note_carrier,
    note_check,
    register_chase,
    reopen_chase,
)
from disputes.services.moods import set_mood
from messaging.models import Message, MessageState
from messaging.models.inbound import Place
from orders.models import Membership, Order, Store, User
from orders.moods import Mood
from orders.roles import Role
from orders.services.ledger import open_ledger
from tests.cast import (
    alices_store,
    at,
    clock_at,
    due_milestones,
    fact,
    happens,
    paid,
    placed_order,
    replay,
    shipped,
    tracking,
)
from tests.racing import apart, wait_for_a_lock

NOW = "03-10 13:00"


@pytest.fixture
def store(db: None) -> Store:
    return alices_store()


@pytest.fixture
def order(store: Store) -> Order:
    return placed_order(store, paid(), shipped())


@pytest.fixture
def bob(store: Store) -> User:
    user = User.objects.create_user("bob@example.com")
    Membership.objects.create(store=store, user=user, role=Role.AGENT)
    return user


def asks(order: Order, user: User, text: str, *, when: str = NOW) -> None:
    paste_message(order.store, Pasted(text, Place.PLATFORM, at(when)), now=at(when), user=user, order=order)


def moved(order: Order) -> list[str]:
    return list(Message.objects.filter(order=order, purpose="parcel_moved").values_list("state", flat=True))


def test_a_buyer_who_asks_where_it_is_is_registered_with_the_words_that_told(order: Order, bob: User) -> None:
    asks(order, bob, "Oi! CADÊ meu pedido?")
    asks(order, bob, "Ainda não chegou nada", when="03-11 13:00")
    chase = Chase.objects.get(order=order)
    assert (chase.source, chase.times, chase.found) == (ChaseSource.MESSAGE, 2, "Ainda não chegou")
    assert (chase.next_at, chase.asked_at) == (at("03-11 13:00"), at("03-11 13:00"))
    assert Order.objects.get(pk=order.pk).chased_at == at(NOW)


@pytest.mark.parametrize("text", ["Obrigada, chegou tudo certo!", "Tem na cor azul?", "ok\n\n> cadê meu pedido?"])
def test_other_words_register_nothing(order: Order, bob: User, text: str) -> None:
    asks(order, bob, text)
    assert not Chase.objects.exists()


def test_the_buyer_is_told_of_each_move_in_his_language_with_no_exact_date(order: Order, bob: User) -> None:
    register_chase(order.pk, now=at(NOW), actor=str(bob.pk))
    happens(order, tracking("03-12 15:00", location="Guangzhou"))
    message = Message.objects.get(order=order, purpose="parcel_moved")
    assert (message.state, message.rule, message.language) == (MessageState.PENDING, "T1", "pt-br")
    assert "normalmente" in message.body
    assert "Guangzhou" in message.body
    assert Chase.objects.get().next_at == at("03-13 15:00")


def test_the_same_status_at_the_same_place_is_no_move_and_a_waiting_message_is_replaced(order: Order) -> None:
    register_chase(order.pk, now=at(NOW), actor="test")
    for when, place in [("03-12 01:00", "Guangzhou"), ("03-12 02:00", "Guangzhou"), ("03-12 03:00", "Shenzhen")]:
        happens(order, tracking(when, location=place))
    assert moved(order) == [MessageState.CANCELLED, MessageState.PENDING]


def test_bad_news_is_a_persons_to_tell(order: Order, bob: User) -> None:
    register_chase(order.pk, now=at(NOW), actor=str(bob.pk))
    happens(order, tracking("03-12 15:00", "returning", location="Guangzhou"))
    item = ActionItem.objects.get(order=order, subject="chase:1", state=ActionState.OPEN)
    assert (moved(order), item.due_at, item.assignee_id) == ([], Chase.objects.get().next_at, bob.pk)


@pytest.mark.parametrize("words", ["Scanned in error", "Arrived at facility"])
def test_a_delivery_that_the_carrier_takes_back_opens_the_chase_and_the_reports_again(
    order: Order, bob: User, words: str
) -> None:
    register_chase(order.pk, now=at(NOW), actor=str(bob.pk))
    set_mood(order.pk, Mood.FURIOUS, now=at(NOW), actor=str(bob.pk))
    happens(order, tracking("03-10 15:00", "delivered"))
    assert Chase.objects.get().result == "delivered"
    happens(order, tracking("03-10 16:00", "", description=words))
    is_back = words == "Scanned in error"
    chase, order = Chase.objects.get(), Order.objects.get()
    reports = [row.state for row in due_milestones(order, "progress_report")]
    asked = ActionItem.objects.filter(subject="chase:1", state=ActionState.OPEN, assignee_id=bob.pk)
    assert (chase.is_open, order.chased_at is not None, asked.exists()) == (is_back, is_back, is_back)
    assert reports == (["cancelled", "pending"] if is_back else ["cancelled"])


def test_a_chase_that_a_person_closed_stays_closed_when_a_delivery_is_taken_back(order: Order) -> None:
    chase = register_chase(order.pk, now=at(NOW), actor="test")
    close_chase(chase.pk, ChaseEnd.CONTENT, now=at(NOW), actor="test")
    happens(order, tracking("03-10 15:00", "delivered"))
    happens(order, tracking("03-10 16:00", "", description="Scanned in error"))
    assert not Chase.objects.get().is_open


def test_the_next_check_is_a_date_that_asks_the_owner(order: Order, bob: User) -> None:
    chase = register_chase(order.pk, now=at(NOW), actor=str(bob.pk))
    item = ActionItem.objects.get(order=order, subject="chase:1")
    assert (item.kind, item.rule, item.assignee_id) == (ActionKind.REVIEW_MANUALLY, "R12", bob.pk)
    fire_due(clock_at("03-11 14:00"), until=at("03-11 14:01"))
    item = ActionItem.objects.get(order=order, subject="chase:1")
    assert (item.state, item.due_at) == (ActionState.OPEN, Chase.objects.get().next_at)
    note_check(chase.pk, next_at=at("03-14 10:00"), text="", now=at("03-11 15:00"), actor=str(bob.pk))
    item.refresh_from_db()
    assert (item.state, Chase.objects.get().next_at) == (ActionState.SETTLED, at("03-14 10:00"))


def test_a_card_called_done_without_a_look_is_dated_anew(order: Order, bob: User) -> None:
    register_chase(order.pk, now=at(NOW), actor=str(bob.pk))
    assert mend_chases(at(NOW)) == 0
    fire_due(clock_at("03-11 14:00"), until=at("03-11 14:01"))
    assert mend_chases(at("03-11 14:30")) == 0
    complete_action(ActionItem.objects.get(subject="chase:1").pk, now=at("03-11 15:00"), actor=str(bob.pk))
    assert mend_chases(at("03-11 16:00")) == 1
    assert [row.due_at for row in order.milestones.filter(subject="chase:1", state="pending")] == [at("03-12 16:00")]
    assert mend_chases(at("03-11 17:00")) == 0


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_what_one_look_asked_for_and_somebody_put_aside_stays_so_when_two_look_at_once(order: Order) -> None:
    register_chase(order.pk, now=at(NOW), actor="test")
    complete_action(ActionItem.objects.get(subject="chase:1").pk, now=at("03-10 15:00"), actor="test")
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        open_ledger(order.pk, now=at("03-10 16:00"), actor="test")
        other = pool.submit(apart, lambda: mend_chases(at("03-10 16:00")))
        wait_for_a_lock()
        assert mend_chases(at("03-10 16:00")) == 1
        ActionItem.objects.filter(state=ActionState.OPEN).update(snoozed_until=at("03-11 10:00"))
    assert other.result() == 0
    assert ActionItem.objects.get(subject="chase:1", state=ActionState.OPEN).snoozed_until == at("03-11 10:00")


@pytest.mark.django_db
def test_a_rehearsed_buyer_who_asks_chases_nobody() -> None:
    asked = fact("03-10 13:00", "buyer_message", text="Oi! CADÊ meu pedido?")
    moved = tracking("03-11 15:00", location="Guangzhou")
    answer = replay(paid(), shipped(), asked, moved, until="03-20 00:00")
    assert "chase_check" not in {row["kind"] for row in answer["milestones"]}
    assert "parcel_moved" not in {row["purpose"] for row in answer["messages"]}
    assert "R12" not in {row["rule"] for row in answer["actions"]}


def test_what_was_asked_of_the_carrier_and_its_answer_are_kept(order: Order) -> None:
    chase = register_chase(order.pk, now=at(NOW), actor="test")
    note_carrier(chase.pk, CarrierWord(), now=at("03-10 14:00"), actor="test")
    note_carrier(chase.pk, CarrierWord("It waits for a flight"), now=at("03-11 14:00"), actor="test")
    chase.refresh_from_db()
    assert (chase.carrier_asked_at, chase.carrier_answer) == (at("03-10 14:00"), "It waits for a flight")
    event = order.timeline.get(type="carrier_answered")
    assert (event.data, event.private.data) == ({}, {"text": "It waits for a flight"})


@pytest.mark.parametrize("end", ["delivered", "refund_issued"])
def test_it_ends_when_the_parcel_is_there_or_the_money_went_back(order: Order, end: str) -> None:
    register_chase(order.pk, now=at(NOW), actor="test")
    happens(order, fact("03-20 15:00", end))
    chase = Chase.objects.get()
    assert chase.result == {"delivered": "delivered", "refund_issued": "refunded"}[end]
    assert due_milestones(order, "chase_check")[0].state == "cancelled"
    assert Order.objects.get(pk=order.pk).chased_at is None
    with pytest.raises(NothingToChase):
        register_chase(order.pk, now=at("03-21 15:00"), actor="test")


def test_closing_by_hand_is_taken_back_and_a_closed_one_takes_no_more(order: Order) -> None:
    chase = register_chase(order.pk, now=at(NOW), actor="test")
    close_chase(chase.pk, ChaseEnd.MISTAKE, now=at(NOW), actor="test")
    with pytest.raises(ChaseClosed):
        note_check(chase.pk, next_at=None, text="", now=at(NOW), actor="test")
    assert reopen_chase(chase.pk, now=at("03-10 13:05"), actor="test")
    assert [row.state for row in due_milestones(order, "chase_check")] == ["cancelled", "pending"]


def test_the_buyers_own_agent_looks_after_it_unless_he_is_away(order: Order, bob: User) -> None:
    keep_with(order.buyer_id, bob.pk, now=at(NOW), actor="test")
    chase = register_chase(order.pk, now=at(NOW), actor="mailbox")
    assert chase.owner_id == bob.pk
    close_chase(chase.pk, ChaseEnd.CONTENT, now=at(NOW), actor="test")
    Membership.objects.filter(user=bob).update(away_until=at("03-20 00:00"))
    assert register_chase(order.pk, now=at(NOW), actor="mailbox").owner_id is None


def test_the_database_itself_keeps_one_open_chase(order: Order) -> None:
    register_chase(order.pk, now=at(NOW), actor="test")
    values: dict[str, Any] = {"source": "hand", "opened_at": at(NOW), "asked_at": at(NOW), "next_at": at(NOW)}
    with pytest.raises(IntegrityError), transaction.atomic():
        Chase.objects.create(order=order, number=2, **values)


PLACES, STATUSES = ["", "Guangzhou", "Curitiba"], ["in_transit", "export_customs", "arrived", "customs", "released"]
NEWS = st.tuples(st.integers(1, 30), st.sampled_from(STATUSES), st.sampled_from(PLACES))


class ChaseSequences(TestCase):
    """Whatever carriers say in whatever order: told at most once a move, and nothing after the delivery."""

    @settings(max_examples=12)
    @given(news=st.lists(NEWS, max_size=8), delivered=st.booleans())
    def test_a_buyer_is_told_once_a_move_and_no_more_when_he_has_it(
        self, news: list[tuple[int, str, str]], delivered: bool
    ) -> None:
        order = placed_order(alices_store(), paid(), shipped())
        register_chase(order.pk, now=at(NOW), actor="test")
        told: list[str] = []
        for hours, status, place in news:
            when = f"{at(NOW) + timedelta(hours=hours):%m-%d %H:%M}"
            happens(order, tracking(when, status, location=place), now=f"{at(NOW) + timedelta(hours=31):%m-%d %H:%M}")
            told.append(Chase.objects.get().told)
        if delivered:
            happens(order, fact("03-14 15:00", "delivered"))
            happens(order, tracking("03-14 16:00", location="São Paulo"))
        chase = Chase.objects.get()
        moves = [after for before, after in pairwise(["", *told]) if after and before != after]
        assert len(moved(order)) == len(moves)
        assert chase.is_open != delivered
        assert moved(order).count("pending") <= 1  # and that one the guard keeps back once it is delivered
