"""Messages that wait for a hand: each is asked for until it is sent, however many of one kind wait at once."""

import pytest

from disputes.models import ActionItem, ActionState
from disputes.reconciling import ask_for_hands
from disputes.replying import Draft, send_reply, take_back
from disputes.services.actions import complete_action
from disputes.services.by_hand import say_sent, send_again, take_back_sent
from messaging.models import Channel, Message, MessageState
from orders.models import Buyer, Order, Store
from tests.cast import alices_store, at, paid, placed_order

pytestmark = pytest.mark.django_db
BOB = "7"


@pytest.fixture
def store() -> Store:
    return alices_store()


@pytest.fixture
def order(store: Store) -> Order:
    """Nobody can mail its buyer."""
    return placed_order(store, paid(), buyer={"email": ""})


@pytest.fixture
def replies(order: Order) -> list[Message]:
    """Bob wrote twice."""
    written = (("Bom dia, Maria", "03-03 15:00"), ("E mais uma coisa", "03-03 16:00"))
    return [send_reply(order.pk, Draft(text), now=at(short), actor=BOB) for text, short in written]


def cards() -> int:
    return ActionItem.objects.filter(subject="reply", state=ActionState.OPEN).count()


def asked_again(short: str) -> int:
    """What the sweep asks for."""
    return ask_for_hands(at(short))


@pytest.mark.parametrize("first", [0, 1])
def test_the_second_message_is_still_asked_for_when_the_first_is_sent(replies: list[Message], first: int) -> None:
    assert cards() == 1
    assert say_sent(replies[first].pk, now=at("03-03 17:00"), actor=BOB)
    assert cards() == 1
    assert say_sent(replies[1 - first].pk, now=at("03-03 18:00"), actor=BOB)
    assert cards() == 0
    assert asked_again("03-03 19:00") == 0


def test_a_word_that_is_taken_back_asks_no_more_than_once(replies: list[Message]) -> None:
    say_sent(replies[0].pk, now=at("03-03 17:00"), actor=BOB)
    assert take_back_sent(replies[0].pk, now=at("03-03 17:05"), actor=BOB)
    assert cards() == 1
    for number, reply in enumerate(replies):
        assert cards() == 1
        assert say_sent(reply.pk, now=at(f"03-03 18:0{number}"), actor=BOB)
    assert cards() == 0


def test_the_sweep_asks_for_a_message_whose_card_closed_with_another_one(replies: list[Message]) -> None:
    sent = {"state": MessageState.SENT, "channel": Channel.BY_HAND, "sent_at": at("03-03 17:00")}
    Message.objects.filter(pk=replies[1].pk).update(**sent)
    complete_action(ActionItem.objects.get(subject="reply", state="open").pk, now=at("03-03 17:00"), actor=BOB)
    assert (asked_again("03-03 17:01"), asked_again("03-03 17:02"), cards()) == (1, 0, 1)


def test_a_reply_that_is_taken_back_leaves_the_other_one_asked_for(replies: list[Message]) -> None:
    take_back(replies[1].pk, now=at("03-03 17:00"), actor=BOB)
    assert (asked_again("03-03 17:01"), cards()) == (1, 1)


def test_a_mail_that_is_refused_after_a_card_of_its_kind_was_done_is_asked_for(store: Store) -> None:
    order = placed_order(store, paid())
    mailed = send_reply(order.pk, Draft("Bom dia, Maria"), now=at("03-03 15:00"), actor=BOB)
    by_hand = Draft("E mais uma coisa", Channel.BY_HAND)
    say_sent(send_reply(order.pk, by_hand, now=at("03-03 15:01"), actor=BOB).pk, now=at("03-03 15:05"), actor=BOB)
    Message.objects.filter(pk=mailed.pk).update(state=MessageState.WAITING, channel=Channel.BY_HAND)
    assert (asked_again("03-03 15:10"), asked_again("03-03 15:11"), cards()) == (1, 0, 1)


def test_a_card_that_a_person_closes_by_his_word_stays_closed(order: Order) -> None:
    send_reply(order.pk, Draft("Bom dia, Maria"), now=at("03-03 15:00"), actor=BOB)
    complete_action(ActionItem.objects.get(subject="reply", state="open").pk, now=at("03-03 17:00"), actor=BOB)
    assert (asked_again("03-03 17:01"), cards()) == (0, 0)


def test_a_message_that_goes_into_the_outbox_again_leaves_the_other_one_asked_for(replies: list[Message]) -> None:
    Buyer.objects.update(email="maria@example.com")
    assert send_again(replies[0].pk, now=at("03-03 17:00"), actor=BOB)
    assert (cards(), Message.objects.get(pk=replies[1].pk).state) == (1, MessageState.WAITING)
