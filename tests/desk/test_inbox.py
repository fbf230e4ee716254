"""The inbox and the conversation: what buyers write is kept, filed, answered; what belongs elsewhere is not shown."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from disputes.models import ActionItem, ActionState
from messaging.models import FailedAddress, InboundAttachment, InboundMessage, Message, MessageState, Promise
from messaging.models.inbound import InboundChannel, InboundKind, Place
from orders.models import Order, Store
from tests.desk.disputing import order_underway

TEXT = "Olá, o pacote 1001 não chegou."


@pytest.fixture
def order(store: Store) -> Order:
    return order_underway(store, number="order-1001")


def wrote(store: Store, order: Order | None = None, *, hours: float = 5, **said: Any) -> InboundMessage:
    """Something that a buyer wrote so many hours ago."""
    at = timezone.now() - timedelta(hours=hours)
    values = {"text": TEXT, "channel": InboundChannel.EMAIL, "place": Place.EMAIL, "sender": "maria@example.com"}
    row: InboundMessage = InboundMessage.objects.create(
        store=store, order=order, received_at=at, recorded_at=at, **(values | said)
    )
    return row


def page(client: Client, address: str = "/inbox/") -> str:
    response = client.get(address)
    assert response.status_code == 200
    return str(response.content.decode())


def shown(client: Client, box: str) -> list[int]:
    return [row.inbound.pk for row in client.get(f"/inbox/?box={box}").context["page"].rows]


def reply(client: Client, order: Order, text: str = "O pacote está a caminho.", **more: str) -> Any:
    return client.post(f"/orders/{order.pk}/reply/", {"text": text, **more})


# --- the inbox --------------------------------------------------------------------------------------------------------
def test_who_waits_longest_comes_first_with_how_long(bob: Client, store: Store, order: Order) -> None:
    late, early = wrote(store, order, hours=3), wrote(store, order, hours=50)
    lost = wrote(store, hours=4)
    assert shown(bob, "waiting") == [early.pk, lost.pk, late.pk]
    assert shown(bob, "unmatched") == [lost.pk]
    assert "wrote 2 days ago" in page(bob)


def test_machines_and_answered_messages_stand_in_their_own_boxes(bob: Client, store: Store, order: Order) -> None:
    machine = wrote(store, order, kind=InboundKind.AUTOMATIC)
    done = wrote(store, order, answered_at=timezone.now())
    assert (shown(bob, "waiting"), shown(bob, "machines"), shown(bob, "done")) == ([], [machine.pk], [done.pk])


def test_nothing_of_another_store_is_shown(charlie: Client, store: Store, order: Order) -> None:
    wrote(store, order)
    assert shown(charlie, "waiting") == []
    assert "Nobody waits" in page(charlie)


def test_a_long_box_is_read_page_by_page(bob: Client, store: Store) -> None:
    rows = [wrote(store, hours=hours) for hours in range(70, 0, -1)]
    first = bob.get("/inbox/").context["page"]
    second = bob.get(f"/inbox/?box=waiting&after={first.more}").context["page"]
    seen = [row.inbound.pk for row in [*first.rows, *second.rows]]
    assert seen == [row.pk for row in rows[:60]]


def test_a_longer_inbox_asks_the_database_no_more_often(bob: Client, store: Store, order: Order) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            page(bob)
        return len(captured)

    wrote(store, order)
    few = queries()
    for hours in range(1, 15):
        wrote(store, order, hours=hours)
        wrote(store, hours=hours)
    assert queries() == few


def test_a_message_is_put_away_and_taken_out_again(bob: Client, store: Store, order: Order) -> None:
    row = wrote(store, order)
    answer = bob.post(f"/inbox/{row.pk}/dismiss/", {"box": "waiting"}, follow=True)
    assert f"/inbox/{row.pk}/bring-back/" in answer.content.decode()
    assert shown(bob, "waiting") == []
    bob.post(f"/inbox/{row.pk}/bring-back/")
    assert shown(bob, "waiting") == [row.pk]
    kept = order.timeline.order_by("-sequence").values_list("type", flat=True)[:2]
    assert list(kept) == ["message_brought_back", "message_put_away"]


def test_a_person_says_which_order_it_is(bob: Client, store: Store, order: Order) -> None:
    row = wrote(store)
    answer = bob.post(f"/inbox/{row.pk}/order/", {"order_number": " #order-1001 "})
    assert answer.headers["Location"] == f"/orders/{order.pk}/#conversation"
    row.refresh_from_db()
    assert (row.order, row.matched_by) == (order, "person")
    assert order.timeline.get(sequence=row.sequence).type == "buyer_message"
    assert ActionItem.objects.filter(order=order, subject="buyer_message", state=ActionState.OPEN).count() == 1


def test_an_order_that_the_store_has_not_is_said_so(bob: Client, store: Store) -> None:
    row = wrote(store)
    answer = bob.post(f"/inbox/{row.pk}/order/", {"order_number": "nine"}, follow=True)
    assert "has no order nine" in answer.content.decode()


def test_a_paste_finds_its_order_by_the_number(bob: Client, order: Order) -> None:
    answer = bob.post("/inbox/paste/", {"text": "About order-1001: where is it?", "place": "whatsapp"})
    assert answer.headers["Location"] == f"/orders/{order.pk}/#conversation"
    row = InboundMessage.objects.get()
    assert (row.order, row.place, row.matched_by, row.pasted_by.email) == (
        order,
        "whatsapp",
        "number",
        "bob@example.com",
    )


def test_a_paste_of_no_known_order_waits_for_a_person(bob: Client, order: Order) -> None:
    answer = bob.post("/inbox/paste/", {"text": "Where is it?", "place": "skype"}, follow=True)
    assert "say which one it is" in answer.content.decode()
    assert InboundMessage.objects.get().order is None


def test_a_wrong_paste_is_shown_again_with_its_words(bob: Client, order: Order) -> None:
    answer = bob.post("/inbox/paste/", {"text": "Hello", "place": "skype", "order_number": "nine"})
    assert answer.status_code == 422
    assert "Hello" in answer.content.decode()
    assert not InboundMessage.objects.exists()


def test_the_same_paste_twice_is_one_message(bob: Client, order: Order) -> None:
    for _click in range(2):
        bob.post(f"/orders/{order.pk}/paste/", {"text": TEXT, "place": "platform"})
    assert InboundMessage.objects.count() == 1
    assert order.timeline.filter(type="buyer_message").count() == 1


# --- the conversation -------------------------------------------------------------------------------------------------
def test_both_directions_stand_in_the_order_of_time(bob: Client, store: Store, order: Order) -> None:
    wrote(store, order, text="first words", hours=9)
    reply(bob, order, "second words")
    content = page(bob, f"/orders/{order.pk}/")
    assert content.index("first words") < content.index("second words")


def test_a_reply_goes_into_the_outbox_and_can_be_taken_back(bob: Client, order: Order) -> None:
    answer = bob.post(f"/orders/{order.pk}/reply/", {"text": "O pacote está a caminho."}, follow=True)
    message = Message.objects.get(purpose="reply")
    assert (message.state, message.to, message.language) == (MessageState.PENDING, order.buyer.email, "pt-br")
    assert f"/messages/{message.pk}/take-back/" in answer.content.decode()
    again = bob.post(f"/messages/{message.pk}/take-back/")
    assert "O pacote está a caminho." in again.content.decode()
    message.refresh_from_db()
    assert message.state == MessageState.CANCELLED


def test_bad_wording_is_shown_before_it_leaves_and_is_the_persons_to_decide(bob: Client, order: Order) -> None:
    text = "Deixe uma avaliação e ganhe um cupom."
    answer = reply(bob, order, text)
    assert answer.status_code == 422
    assert "offers something for a review" in answer.content.decode()
    assert text in answer.content.decode()
    assert not Message.objects.filter(purpose="reply").exists()
    assert reply(bob, order, text, confirmed="1").status_code == 302


def test_to_wait_needs_a_promise_and_one_button_makes_it(bob: Client, order: Order) -> None:
    answer = reply(bob, order, "Aguarde, por favor.", confirmed="1")
    assert answer.status_code == 422
    assert "promise until when you write again" in answer.content.decode()
    assert reply(bob, order, "Aguarde, por favor.", promise="within").status_code == 302
    promise = Promise.objects.get()
    assert timedelta(hours=23) < promise.due_at - timezone.now() < timedelta(hours=24, minutes=1)
    assert "Answer promised by" in page(bob, f"/orders/{order.pk}/")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Aguarde, por favor.", "say no date"),
        ("Chega amanhã.", "an exact day of arrival"),
        ("O pacote saiu.", "Nothing to object to"),
        ("", ""),
    ],
)
def test_a_reply_is_looked_at_while_it_is_written(bob: Client, order: Order, text: str, said: str) -> None:
    answer = bob.post(f"/orders/{order.pk}/reply/check/", {"text": text})
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Message.objects.filter(purpose="reply").exists()


def test_an_address_that_does_not_work_makes_the_reply_go_by_hand(bob: Client, store: Store, order: Order) -> None:
    FailedAddress.objects.create(
        store=store, address=order.buyer.email.lower(), reason="550 no such user", failed_at=timezone.now()
    )
    assert "does not take mail" in page(bob, f"/orders/{order.pk}/")
    reply(bob, order)
    message = Message.objects.get(purpose="reply")
    assert (message.state, message.channel) == (MessageState.WAITING, "by_hand")
    assert ActionItem.objects.filter(order=order, kind="send_by_hand", subject="reply").exists()


def test_another_address_than_the_buyers_own_is_pointed_out(bob: Client, store: Store, order: Order) -> None:
    wrote(store, order, sender="someone@example.net")
    assert "It came from another address" in page(bob, f"/orders/{order.pk}/")


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "{{ 7|add:7 }} {% csrf_token %}", "<img src=x onerror=y>"]
)
def test_what_a_buyer_writes_is_only_ever_words(bob: Client, store: Store, order: Order, text: str) -> None:
    wrote(store, order, text=text, subject=text, sender_name=text)
    for address in ("/inbox/", f"/orders/{order.pk}/"):
        content = page(bob, address)
        assert text not in content or "<" not in text
        assert "14 <input" not in content


def test_a_viewer_reads_and_writes_nothing(vera: Client, store: Store, order: Order) -> None:
    wrote(store, order)
    assert 'id="reply-text"' not in page(vera, f"/orders/{order.pk}/")
    assert reply(vera, order).status_code == 404


# --- files ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def photo(store: Store, order: Order) -> InboundAttachment:
    row = wrote(store, order)
    content = (b"\xff\xd8\xff\xe0" + b"\0" * 64) * 4
    return InboundAttachment.objects.create(
        message=row, position=1, name="<b>lamp</b>.jpg", size=len(content), sha256="", file=ContentFile(content, "lamp")
    )


def test_a_file_is_only_ever_a_download(bob: Client, charlie: Client, photo: InboundAttachment) -> None:
    answer = bob.get(f"/inbox/files/{photo.pk}/")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert charlie.get(f"/inbox/files/{photo.pk}/").status_code == 404
    answer.close()


def test_a_buyers_file_becomes_an_exhibit(bob: Client, photo: InboundAttachment, order: Order) -> None:
    bob.post(f"/inbox/files/{photo.pk}/exhibit/", {"kind": "buyer_photo"})
    exhibit = order.exhibits.get()
    assert (exhibit.kind, exhibit.source, exhibit.added_at) == (
        "buyer_photo",
        "maria@example.com",
        photo.message.received_at,
    )
