"""Promised replies: the promise is a date, it reminds and asks, and the next message that goes out settles it (M7)."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from disputes.firing import fire_due
from disputes.models import ActionItem, ActionKind, ActionState
from disputes.receiving import Pasted, paste_message
from disputes.replying import Draft, ReplyProblem, UnusableReply, send_reply, take_back
from disputes.services import promises
from disputes.services.by_hand import say_sent, take_back_sent
from disputes.services.promises import settle_kept_promises
from messaging.models import Channel, InboundMessage, Message, MessageState, Promise
from messaging.models.inbound import Place
from messaging.models.promises import PromiseMilestone
from orders.models import Order, Store, User
from tests.cast import alices_store, at, clock_at, due_milestones, paid, placed_order, shipped

NOW, DUE = "03-10 13:00", "03-11 15:00"
WAIT = "Olá Maria, aguarde por favor."


@pytest.fixture
def store(db: None) -> Store:
    return alices_store()


@pytest.fixture
def order(store: Store) -> Order:
    return placed_order(store, paid(), shipped())


@pytest.fixture
def bob(store: Store) -> User:
    return User.objects.create_user("bob@example.com")


def say(order: Order, text: str = WAIT, *, now: str = NOW, due: str | None = DUE, **said: Channel) -> Message:
    draft = Draft(text, promised_at=at(due) if due else None, **said)
    return send_reply(order.pk, draft, now=at(now), actor="7")


def ask(order: Order, bob: User, text: str = "Cadê meu pedido?", *, when: str = "03-10 12:00") -> InboundMessage:
    pasted = Pasted(text, Place.WHATSAPP, at(when))
    return paste_message(order.store, pasted, now=at(when), user=bob, order=order)


def fire(until: str) -> None:
    fire_due(clock_at(until), until=at(until) + timedelta(minutes=1))


def open_asks(order: Order) -> list[str]:
    items = ActionItem.objects.filter(order=order, kind=ActionKind.CONTACT_BUYER, state=ActionState.OPEN)
    return list(items.order_by("pk").values_list("subject", flat=True))


def test_a_bare_please_wait_is_refused_until_it_carries_a_time(order: Order) -> None:
    with pytest.raises(UnusableReply) as refused:
        say(order, due=None)
    assert refused.value.problem is ReplyProblem.PROMISE_NEEDED
    assert not Message.objects.filter(purpose="reply").exists()


@pytest.mark.parametrize("text", ["Please wait because of the strike.", "请您耐心等待", "Por favor, espera"])
def test_to_wait_asks_for_a_promise_in_whatever_language(order: Order, text: str) -> None:
    with pytest.raises(UnusableReply):
        say(order, text, due=None)


def test_a_wait_that_names_its_date_needs_no_promise(order: Order) -> None:
    message = say(order, "Aguarde até o dia 15, por favor.", due=None)
    assert message.state == MessageState.PENDING
    assert not Promise.objects.exists()


def test_the_promise_is_told_on_the_buyers_clock_and_in_his_language(order: Order) -> None:
    assert say(order).body == f"{WAIT}\n\nVoltamos a escrever até 11 de março, 12:00 (no seu horário)."


@pytest.mark.parametrize(("due", "problem"), [("03-10 12:59", "promise_past"), ("06-10 12:00", "promise_far")])
def test_a_promise_lies_ahead_and_not_too_far(order: Order, due: str, problem: str) -> None:
    with pytest.raises(UnusableReply, match=problem):
        say(order, due=due)


def test_the_promise_is_a_date_with_a_reminder_before_it(order: Order) -> None:
    say(order)
    (due,), (reminder,) = (due_milestones(order, kind) for kind in (PromiseMilestone.DUE, PromiseMilestone.REMINDER))
    assert (due.rule, due.subject, due.due_at) == ("M7", "promise:1", at(DUE))
    assert reminder.due_at == at(DUE) - timedelta(hours=2)


def test_the_team_is_reminded_then_asked_aloud(order: Order) -> None:
    say(order, channel=Channel.BY_HAND)
    fire("03-11 13:00")
    item = ActionItem.objects.get(order=order, subject="promise:1", state=ActionState.OPEN)
    assert (item.rule, item.due_at, item.data.get("overdue")) == ("M7", at(DUE), None)
    fire(DUE)
    item = ActionItem.objects.get(order=order, subject="promise:1", state=ActionState.OPEN)
    assert item.data["overdue"] is True


def test_the_message_that_makes_a_promise_does_not_keep_it(order: Order) -> None:
    message = say(order, channel=Channel.BY_HAND)
    say_sent(message.pk, now=at("03-10 14:00"), actor="7")
    assert Promise.objects.get().settled_at is None


def test_the_next_message_that_reaches_the_buyer_keeps_it(order: Order) -> None:
    say(order)
    fire("03-11 13:00")
    news = say(order, "O pacote chegou ao Brasil.", now="03-11 13:30", due=None, channel=Channel.BY_HAND)
    assert open_asks(order) == []
    assert Promise.objects.get().settled_at is None
    say_sent(news.pk, now=at("03-11 14:00"), actor="7")
    assert Promise.objects.get().settled_at == at("03-11 14:00")
    assert [row.reason for row in due_milestones(order, PromiseMilestone.DUE)] == ["answered"]
    fire(DUE)
    assert open_asks(order) == []


def test_an_action_whose_promise_was_kept_by_the_mail_server_is_closed_by_the_sweep(order: Order) -> None:
    say(order)
    fire("03-11 13:00")
    Promise.objects.update(settled_at=at("03-11 13:10"), reason="answered")
    assert settle_kept_promises(at("03-11 13:11")) == 1
    assert open_asks(order) == []
    assert settle_kept_promises(at("03-11 13:12")) == 0


def test_kept_promises_are_found_in_one_question_behind_all_that_are_still_open(
    store: Store, order: Order, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(promises, "BATCH", 1)
    other = placed_order(store, paid(), shipped(), number="2")
    say(order)
    say(other)
    with django_assert_num_queries(1):
        assert settle_kept_promises(at("03-10 14:00")) == 0
    Promise.objects.filter(order=other).update(settled_at=at("03-10 14:10"), reason="answered")
    assert settle_kept_promises(at("03-10 14:11")) == 1
    assert (open_asks(order), open_asks(other)) == (["promise:1"], [])


def test_a_second_click_is_no_second_reply(order: Order) -> None:
    assert say(order).pk == say(order, now="03-10 13:01").pk
    assert Promise.objects.count() == 1


def test_a_reply_takes_up_what_the_buyer_asked(order: Order, bob: User) -> None:
    asked = ask(order, bob)
    assert open_asks(order) == ["buyer_message"]
    message = say(order, channel=Channel.BY_HAND)
    asked.refresh_from_db()
    assert (asked.answer, asked.answered_at, open_asks(order)) == (message, None, ["promise:1"])
    say_sent(message.pk, now=at("03-10 13:30"), actor="7")
    asked.refresh_from_db()
    assert asked.answered_at == at("03-10 13:30")


def test_a_reply_that_is_taken_back_asks_again(order: Order, bob: User) -> None:
    asked = ask(order, bob)
    message = say(order)
    assert take_back(message.pk, now=at("03-10 13:01"), actor="7")
    asked.refresh_from_db()
    assert (asked.answer, open_asks(order)) == (None, ["buyer_message"])
    assert [row.state for row in due_milestones(order, PromiseMilestone.DUE)] == ["cancelled"]
    assert not take_back(message.pk, now=at("03-10 13:02"), actor="7")


def test_a_promise_asks_again_when_the_reply_that_was_to_keep_it_is_taken_back(order: Order) -> None:
    say(order)
    news = say(order, "O pacote chegou ao Brasil.", now="03-10 14:00", due=None)
    assert open_asks(order) == []
    assert take_back(news.pk, now=at("03-10 14:05"), actor="7")
    assert open_asks(order) == ["promise:1"]
    item = ActionItem.objects.get(order=order, subject="promise:1", state=ActionState.OPEN)
    assert (item.due_at, item.data.get("overdue")) == (at(DUE), None)


def test_a_promise_asks_again_when_the_message_that_kept_it_was_not_sent_after_all(order: Order) -> None:
    say(order)
    news = say(order, "O pacote chegou ao Brasil.", now="03-11 12:00", due=None, channel=Channel.BY_HAND)
    fire("03-11 13:00")
    assert say_sent(news.pk, now=at("03-11 14:50"), actor="7")
    settle_kept_promises(at("03-11 14:51"))
    assert open_asks(order) == []
    assert take_back_sent(news.pk, now=at("03-11 15:01"), actor="7")
    assert open_asks(order) == ["promise:1"]
    assert ActionItem.objects.get(subject="promise:1", state=ActionState.OPEN).data["overdue"] is True


@pytest.mark.parametrize("text", ["{order_number} {% now %} {{ x }}", "? {tracking_number}", "=?utf-8?b?x?="])
def test_nothing_in_a_reply_is_read_as_a_template(order: Order, text: str) -> None:
    assert say(order, text, due=None).body == text


def test_a_reply_by_hand_asks_for_a_hand(order: Order) -> None:
    message = say(order, "Oi", due=None, channel=Channel.BY_HAND)
    assert (message.state, message.to) == (MessageState.WAITING, "")
    assert ActionItem.objects.filter(order=order, kind=ActionKind.SEND_BY_HAND, subject="reply").exists()
