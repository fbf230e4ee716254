"""The by-hand run: one message after the other, each with one person at a time, and what is taken back waits again."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from desk.running import PAUSE, Progress
from disputes.models import ActionKind, ActionState
from disputes.services.by_hand import say_sent, take_back_sent
from evidence.models import Exhibit
from messaging.models import Channel, Message, MessageState
from messaging.services.by_hand import HELD_FOR, UNDO_WITHIN, hold_message
from orders.models import Order, Store
from orders.services.verification import verify_timeline
from tests.cast import alices_store, at, fact, happens, paid, placed_order, shipped
from tests.desk.conftest import open_item
from tests.desk.disputing import picture

RUN = "/messages/run/"
NOON = "03-06 15:00"  # noon in São Paulo
Wait = Callable[..., Message]


def zone_where_it_is(hour: int) -> str:
    """A zone where it is about this hour now, so that its buyers are awake, or asleep, whenever the test runs."""
    return f"Etc/GMT{(timezone.now().hour - hour + 12) % 24 - 12:+d}"


def waiting(order: Order, *, hours: float = 1, **values: Any) -> Message:
    """A message of the order that has waited for a person for so long."""
    since = timezone.now() - timedelta(hours=hours)
    given = {"purpose": "shipped", "language": "pt-br", "state": MessageState.WAITING, "subject": "Pedido"}
    made: Message = Message.objects.create(
        order=order, sequence=70, rule="S7", queued_at=since, send_after=since, next_attempt_at=since,
        **(given | {"body": f"Olá {order.order_number}", "channel": Channel.BY_HAND} | values),
    )  # fmt: skip
    return made


@pytest.fixture
def wait(store: Store) -> Wait:
    """One more order of the store, whose message waits; its buyer is awake unless it is said what time he has."""
    numbers = iter(range(10**15, 10**15 + 1000))

    def make(*, hour: int = 12, hours: float = 1, buyer: dict[str, Any] | None = None, **values: Any) -> Message:
        number = str(next(numbers))  # the order's own messages leave by e-mail
        said = {"timezone": zone_where_it_is(hour), "email": f"{number}@example.com"} | (buyer or {})
        order = placed_order(store, paid(), shipped(), number=number, buyer=said)
        return waiting(order, hours=hours, **values)

    return make


def shown(client: Client, query: str = "") -> Message | None:
    message: Message | None = client.get(RUN + query).context["message"]
    return message


def step(client: Client, message: Message, do: str = "sent", **values: Any) -> Any:
    return client.post(f"/messages/{message.pk}/run/", {"do": do, **values})


# --- the order of the run ---------------------------------------------------------------------------------------------
def test_the_oldest_comes_first_and_the_next_one_after_it(alice: Client, wait: Wait) -> None:
    younger, older = wait(hours=1), wait(hours=9)
    assert shown(alice) == older
    step(alice, older)
    assert shown(alice) == younger
    step(alice, younger)
    page = alice.get(RUN)
    assert page.context["message"] is None
    assert "2 messages sent by hand." in page.content.decode()


def test_a_buyer_who_may_be_written_to_now_comes_before_one_who_sleeps(alice: Client, wait: Wait) -> None:
    asleep, awake = wait(hour=3, hours=9), wait(hours=1)
    assert shown(alice) == awake
    step(alice, awake)
    page = alice.get(RUN)
    assert page.context["message"] == asleep
    assert "Not an hour to write" in page.content.decode()


def test_a_message_whose_buyer_sleeps_waits_since_it_was_written_and_not_since_his_morning(
    alice: Client, wait: Wait
) -> None:
    message = wait(hour=3)
    message.send_after = timezone.now() + timedelta(hours=5)
    message.save()
    page = alice.get(RUN).content.decode()
    (since,) = re.findall(r'<dt>Waits since</dt><dd><time datetime="([^"]+)"', page)
    assert abs(datetime.fromisoformat(since) - message.queued_at) < timedelta(minutes=1)


@pytest.mark.parametrize("state", [MessageState.STOPPED, MessageState.DEAD])
def test_what_could_not_leave_waits_for_a_hand_too(alice: Client, wait: Wait, state: MessageState) -> None:
    message = wait(state=state)
    assert shown(alice) == message


def test_the_run_is_filtered_by_store_message_and_language(alice: Client, wait: Wait, store: Store) -> None:
    other = alices_store("second")
    there = waiting(placed_order(other, number="7", buyer={"timezone": zone_where_it_is(12)}), hours=9)
    spanish, third = wait(hours=5, language="es"), wait(hours=1, purpose="contact_45")
    assert shown(alice) == there
    assert shown(alice, f"?store={store.slug}") == spanish
    assert shown(alice, "?purpose=contact_45") == third
    assert shown(alice, "?language=es") == spanish
    answer = alice.post(f"/messages/{spanish.pk}/run/?language=es", {"do": "sent"})
    assert answer["Location"] == f"{RUN}?language=es"


def test_a_skipped_one_comes_back_when_it_is_asked_for(alice: Client, wait: Wait) -> None:
    first, second = wait(hours=9), wait(hours=1)
    step(alice, first, "skip")
    assert shown(alice) == second
    step(alice, second, "skip")
    page = alice.get(RUN)
    assert (page.context["message"], page.context["run"].skipped) == (None, 2)
    assert alice.get(f"{RUN}?skipped=again", follow=True).context["message"] == first


def test_the_page_says_how_to_reach_the_buyer(alice: Client, wait: Wait) -> None:
    message = wait(buyer={"phone": "+55 11 91234-5678"})
    page = alice.get(RUN).content.decode()
    number = message.order.order_number
    assert f'href="https://trade.aliexpress.com/order_detail.htm?orderId={number}" target="_blank"' in page
    assert "https://wa.me/5511912345678?text=Ol%C3%A1" in page
    assert f"Olá {number}" in page


def test_progress_is_counted(alice: Client, wait: Wait) -> None:
    messages = [wait(hours=hours) for hours in (5, 4, 3)]
    assert "<strong>0 of 3</strong>" in alice.get(RUN).content.decode()
    step(alice, messages[0])
    assert "<strong>1 of 3</strong>" in alice.get(RUN).content.decode()


# --- two at once ------------------------------------------------------------------------------------------------------
def test_two_agents_have_different_messages_before_them(alice: Client, bob: Client, wait: Wait) -> None:
    first, second = wait(hours=9), wait(hours=1)
    assert (shown(alice), shown(bob)) == (first, second)
    assert (shown(alice), shown(bob)) == (first, second)
    step(alice, first)
    page = alice.get(RUN)
    assert page.context["message"] is None
    assert "The rest is with others" in page.content.decode()
    step(bob, second, "skip")
    assert shown(alice) == second


def test_what_one_has_before_him_is_free_again_after_a_while(wait: Wait) -> None:
    message, now = wait(), timezone.now()
    assert hold_message(message.pk, now=now, actor="1")
    assert not hold_message(message.pk, now=now + timedelta(minutes=1), actor="2")
    assert hold_message(message.pk, now=now + timedelta(minutes=1), actor="1")
    assert hold_message(message.pk, now=now + timedelta(minutes=1) + HELD_FOR, actor="2")


def test_the_second_who_sent_it_is_told_who_was_first(alice: Client, bob: Client, wait: Wait) -> None:
    message = wait()
    step(alice, message)
    page = bob.post(f"/messages/{message.pk}/run/", {"do": "sent"}, follow=True).content.decode()
    assert "alice@example.com noted this message as sent at" in page
    assert "the buyer has it twice" in page
    assert message.order.timeline.filter(type="sent_by_hand").count() == 1


def test_the_second_is_told_when_it_is_not_wanted_any_more(alice: Client, wait: Wait) -> None:
    message = wait()
    shown(alice)
    happens(message.order, fact("03-20 10:00", "delivered"))
    page = alice.post(f"/messages/{message.pk}/run/", {"do": "sent"}, follow=True).content.decode()
    assert "This message is not wanted any more: the parcel was delivered." in page


def test_a_viewer_has_nothing_before_him(vera: Client, wait: Wait) -> None:
    message = wait()
    assert shown(vera) is None
    assert step(vera, message).status_code == 404
    message.refresh_from_db()
    assert (message.state, message.held_by) == (MessageState.WAITING, "")


# --- sent, and taken back ---------------------------------------------------------------------------------------------
def test_saying_it_was_sent_closes_what_asked_for_it_and_taking_it_back_opens_that_again(
    alice: Client, wait: Wait
) -> None:
    message = wait()
    item = open_item(message.order, ActionKind.SEND_BY_HAND, subject="shipped")
    step(alice, message, note="in the chat")
    item.refresh_from_db()
    assert (item.state, item.reason) == (ActionState.DONE, "in the chat")
    step(alice, message, "undo")
    item.refresh_from_db()
    message.refresh_from_db()
    assert (item.state, item.closed_by) == (ActionState.OPEN, "")
    assert (message.state, message.sent_at, message.sent_by) == (MessageState.WAITING, None, "")
    assert shown(alice) == message
    assert verify_timeline(message.order) == ""
    types = list(message.order.timeline.order_by("-sequence").values_list("type", flat=True)[:4])
    assert types == ["reopened", "sent_by_hand_undone", "done", "sent_by_hand"]


def test_undo_goes_back_one_at_a_time(alice: Client, wait: Wait) -> None:
    first, second = wait(hours=9), wait(hours=5)
    step(alice, first)
    step(alice, second)
    assert alice.get(RUN).context["last"] == second
    step(alice, second, "undo")
    assert alice.get(RUN).context["last"] == first
    assert alice.get(RUN).context["sent"] == 1


@pytest.mark.parametrize(("actor", "later", "undone"), [("7", 1, True), ("8", 1, False), ("7", 16, False)])
def test_only_he_who_said_it_takes_it_back_and_only_soon(wait: Wait, actor: str, later: int, undone: bool) -> None:
    message = wait()
    assert say_sent(message.pk, now=at(NOON), actor="7")
    assert take_back_sent(message.pk, now=at(NOON) + timedelta(minutes=later), actor=actor) is undone
    assert timedelta(minutes=16) > UNDO_WITHIN
    message.refresh_from_db()
    assert message.state == (MessageState.WAITING if undone else MessageState.SENT)


def test_a_mail_that_left_is_not_taken_back(wait: Wait) -> None:
    message = wait(state=MessageState.SENT, channel=Channel.EMAIL, sent_by="7", sent_at=at(NOON))
    assert not take_back_sent(message.pk, now=at(NOON), actor="7")


def test_what_has_lost_its_sense_since_is_cancelled_when_it_is_taken_back(wait: Wait) -> None:
    message = wait()
    say_sent(message.pk, now=at(NOON), actor="7")
    happens(message.order, fact("03-06 14:00", "delivered"), now=NOON)
    assert take_back_sent(message.pk, now=at(NOON) + timedelta(minutes=1), actor="7")
    message.refresh_from_db()
    assert (message.state, message.reason) == (MessageState.CANCELLED, "delivered")


def test_too_late_to_take_back_says_so(alice: Client, wait: Wait) -> None:
    message = wait()
    step(alice, message)
    Message.objects.filter(pk=message.pk).update(sent_at=timezone.now() - UNDO_WITHIN * 2)
    page = alice.post(f"/messages/{message.pk}/run/", {"do": "undo"}, follow=True).content.decode()
    assert "This cannot be taken back any more" in page


def test_a_screenshot_becomes_an_exhibit_of_the_order(alice: Client, wait: Wait) -> None:
    message = wait()
    step(alice, message, proof=SimpleUploadedFile("chat.png", picture("PNG"), "image/png"))
    exhibit = Exhibit.objects.get(order=message.order)
    assert (exhibit.kind, exhibit.source, exhibit.caption) == ("chat_record", "by hand", "Parcel shipped")
    message.refresh_from_db()
    assert message.state == MessageState.SENT


def test_a_file_that_is_no_picture_stops_nothing_but_itself(alice: Client, wait: Wait) -> None:
    message = wait()
    answer = step(alice, message, proof=SimpleUploadedFile("chat.exe", b"MZ\x90\x00" * 9))
    assert answer.status_code == 422
    assert "chat.exe" in answer.content.decode()
    assert answer.context["message"] == message
    assert not Exhibit.objects.exists()


# --- its cost ---------------------------------------------------------------------------------------------------------
def test_a_step_takes_the_same_queries_however_many_wait(alice: Client, wait: Wait) -> None:
    messages = [wait(hours=50 - number) for number in range(3)]
    open_item(messages[0].order, ActionKind.SEND_BY_HAND, subject="shipped")
    counts = []
    for number in range(2):
        shown(alice)
        with CaptureQueriesContext(connection) as queries:
            alice.post(f"/messages/{messages[number].pk}/run/", {"do": "sent"}, headers={"HX-Request": "true"})
        counts.append(len(queries))
        for hours in range(15 * (1 - number)):
            open_item(wait(hours=hours).order, ActionKind.SEND_BY_HAND, subject="shipped")
        open_item(messages[1].order, ActionKind.SEND_BY_HAND, subject="shipped")
    assert counts[0] == counts[1] <= 32


def test_a_run_after_a_pause_is_another_run() -> None:
    session: dict[str, Any] = {}
    Progress(session, now=at(NOON)).note_sent(7)
    assert Progress(session, now=at(NOON) + PAUSE).sent == 1
    assert Progress(session, now=at(NOON) + PAUSE + timedelta(seconds=1)).sent == 0
