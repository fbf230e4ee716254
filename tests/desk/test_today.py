"""Today: what is due, in its order, done in place."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from disputes.models import ActionItem, ActionKind, ActionState, Heartbeat
from messaging.models import Channel, Message, MessageState
from orders.models import Milestone, Order, Store
from orders.models.milestones import MilestoneState
from orders.services.stores import create_store
from tests.cast import paid, placed_order, shipped
from tests.desk.conftest import open_item

Post = Callable[..., Any]
LOOKS = 31  # at the database, for the whole page, however long the list and however many the stores; PostgreSQL: fewer


def due_in(order: Order, kind: str, **span: float) -> ActionItem:
    item = open_item(order, kind)
    item.due_at = timezone.now() + timedelta(**span)
    item.save()
    return item


@pytest.fixture
def press(alice: Client) -> Post:
    """A button of a card, pressed in place."""

    def post(item: ActionItem, **data: Any) -> Any:
        return alice.post(f"/actions/{item.pk}/", data, headers={"HX-Request": "true"})

    return post


def is_open(item: ActionItem) -> bool:
    item.refresh_from_db()
    return bool(item.state == ActionState.OPEN)


def test_cards_stand_under_their_day_when_they_fall_due_on_different_days(alice: Client, placed: Order) -> None:
    for kind, days in ((ActionKind.SHIP, -2), (ActionKind.REVIEW_MANUALLY, 3), (ActionKind.RESHIP, 30)):
        due_in(placed, kind, days=days)
    sections = alice.get("/").context["sections"]
    assert [(section.name, section.count) for section in sections] == [("overdue", 1), ("week", 1), ("later", 1)]


def test_a_day_is_the_readers_day_when_his_clock_is_ahead(alice: Client, placed: Order) -> None:
    midnight = timezone.now().astimezone(alice.get("/").wsgi_request.reader.zone).replace(hour=0, minute=0)  # type: ignore[attr-defined]
    item = due_in(placed, ActionKind.SHIP)
    item.due_at = midnight + timedelta(days=1, minutes=5)
    item.save()
    assert [section.name for section in alice.get("/").context["sections"]] == ["tomorrow"]


def test_a_filter_leaves_only_its_kind(alice: Client, placed: Order) -> None:
    due_in(placed, ActionKind.SHIP, days=-1)
    due_in(placed, ActionKind.RESHIP, days=-1)
    sections = alice.get("/?kind=reship").context["sections"]
    assert [card.item.kind for section in sections for card in section.cards] == [ActionKind.RESHIP]


def many(order: Order, count: int) -> None:
    ActionItem.objects.bulk_create(
        ActionItem(order=order, store=order.store, kind=ActionKind.SHIP, rule="S4", subject=str(n),
                   raised_at=order.placed_at, due_at=order.placed_at) for n in range(count)
    )  # fmt: skip


def test_the_rest_of_a_section_is_a_page_away_when_it_is_long(alice: Client, placed: Order) -> None:
    many(placed, 80)
    first = alice.get("/").context["sections"][0]
    assert (len(first.cards), first.count) == (8, 80)
    second = alice.get(f"/?when=overdue&after={first.more}").context["sections"][0]
    assert second.cards[0].item.pk == first.cards[-1].item.pk + 1
    assert len(second.cards) == 15


def test_the_next_cards_come_alone_when_the_reader_reaches_the_last(alice: Client, placed: Order) -> None:
    many(placed, 40)
    pks = [*ActionItem.objects.order_by("pk").values_list("pk", flat=True)]
    seen = [int(pk) for pk in re.findall(r'id="action-(\d+)"', alice.get("/").content.decode())]
    while len(seen) < 40:
        address = f"/?when=overdue&after={seen[-1]}"
        fragment = alice.get(address, headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in fragment
        seen += [int(pk) for pk in re.findall(r'id="action-(\d+)"', fragment)]
    assert seen == pks
    assert "More of these" not in fragment


def test_an_urgent_section_takes_the_room_and_leaves_the_others_a_little(alice: Client, placed: Order) -> None:
    many(placed, 30)
    for n in range(5):
        due_in(placed, ActionKind.RESHIP, days=30, minutes=n)
    sections = alice.get("/").context["sections"]
    assert [(section.name, len(section.cards), section.count) for section in sections] == [
        ("overdue", 8, 30),
        ("later", 1, 5),
    ]


def test_a_word_of_a_person_closes_an_item_that_has_no_command(press: Post, placed: Order) -> None:
    item = open_item(placed, ActionKind.VERIFY_TRACKING)
    answer = press(item, do="done", note="17track knows it")
    assert answer.status_code == 200
    assert not is_open(item)
    assert item.reason == "17track knows it"


def test_shipping_in_place_ships_the_order(press: Post, store: Store) -> None:
    order = placed_order(store, paid())
    item = open_item(order, ActionKind.SHIP)
    press(item, do="event", carrier="China Post", tracking_number="LX123456785CN")
    order = Order.objects.get(pk=order.pk)
    assert order.state == "shipped"
    assert order.shipments.get().tracking_number == "LX123456785CN"
    assert not is_open(item)


def test_shipping_in_place_asks_once_more_for_a_number_that_looks_mistyped(press: Post, store: Store) -> None:
    order, odd = placed_order(store, paid()), {"tracking_number": "LX123456784CN"}
    item = open_item(order, ActionKind.SHIP)
    page = press(item, do="event", **odd)
    assert (page.status_code, order.shipments.count()) == (422, 0)
    assert "The check digit does not fit." in page.content.decode()
    assert page.content.decode().count('value="LX123456784CN"') == 2  # as it was typed, and for the yes
    press(item, do="event", **odd, sure_of="LX123456784CN")
    assert order.shipments.get().tracking_number == "LX123456784CN"
    assert "sure_of" not in order.timeline.get(type="shipped").data


def test_a_refusal_is_shown_with_its_rule_when_the_funds_have_not_arrived(press: Post, placed: Order) -> None:
    item = open_item(placed, ActionKind.SHIP)
    answer = press(item, do="event", carrier="China Post")
    assert answer.status_code == 422
    assert "cannot ship before the funds" in answer.content.decode()
    assert is_open(item)


def test_a_refund_asks_twice(press: Post, underway: Order) -> None:
    item = open_item(underway, ActionKind.REFUND, data={"amount": "24.00", "currency": "USD"})
    first = press(item, do="event", amount="24.00")
    assert "Are you sure?" in first.content.decode()
    assert is_open(item)
    press(item, do="event", amount="24.00", confirmed="1")
    assert Order.objects.get(pk=underway.pk).refunded_amount == Decimal("24.00")
    assert not is_open(item)


def test_a_refund_above_the_total_is_refused_by_the_form(press: Post, underway: Order) -> None:
    item = open_item(underway, ActionKind.REFUND)
    assert press(item, do="event", amount="24.01", confirmed="1").status_code == 422
    assert is_open(item)


@pytest.mark.parametrize("choice", ["wait", "refund"])
def test_the_buyers_choice_is_one_press(press: Post, underway: Order, choice: str) -> None:
    item = open_item(underway, ActionKind.RECORD_CHOICE)
    press(item, do="event", choice=choice)
    assert Order.objects.get(pk=underway.pk).buyer_choice == choice
    assert not is_open(item)


def test_the_receipt_time_is_extended_by_the_days_that_were_suggested(press: Post, underway: Order) -> None:
    item = open_item(underway, ActionKind.EXTEND_RECEIPT_TIME, data={"days": 21})
    press(item, do="event", days="21")
    end = Order.objects.get(pk=underway.pk).protection_ends_at
    assert end is not None
    assert end - timezone.now() > timedelta(days=20)


def by_hand(order: Order, phone: str, sequence: int = 50) -> Message:
    order.buyer.phone = phone
    order.buyer.save()
    now = timezone.now()
    return Message.objects.create(
        order=order, purpose="shipped", sequence=sequence, rule="S7", channel=Channel.BY_HAND, language="pt-br",
        subject="Pedido", body="Olá, Maria", state=MessageState.WAITING, queued_at=now, send_after=now,
        next_attempt_at=now,
    )  # fmt: skip


def test_of_two_messages_that_wait_the_one_on_the_card_is_noted_as_sent_and_the_other_is_asked_for(
    alice: Client, press: Post, underway: Order
) -> None:
    other, shown = by_hand(underway, "", 50), by_hand(underway, "", 51)
    item = open_item(underway, ActionKind.SEND_BY_HAND, subject="shipped", data={"purpose": "shipped"})
    assert f'name="message" value="{shown.pk}"' in alice.get("/").content.decode()
    press(item, do="sent", message=shown.pk)
    other.refresh_from_db()
    shown.refresh_from_db()
    assert (other.state, shown.state, is_open(item)) == (MessageState.WAITING, MessageState.SENT, False)
    assert f'name="message" value="{other.pk}"' in alice.get("/").content.decode()


@pytest.mark.parametrize(("phone", "has_chat"), [("+55 11 91234-5678", True), ("11 91234-5678", False), ("", False)])
def test_a_chat_is_prepared_when_the_number_is_international(
    alice: Client, underway: Order, phone: str, has_chat: bool
) -> None:
    by_hand(underway, phone)
    open_item(underway, ActionKind.SEND_BY_HAND, subject="shipped", data={"purpose": "shipped"})
    page = alice.get("/").content.decode()
    assert "Olá, Maria" in page
    assert ("https://wa.me/5511912345678?text=Ol%C3%A1%2C%20Maria" in page) is has_chat


def test_a_message_sent_by_hand_is_noted_and_the_item_closed(press: Post, underway: Order) -> None:
    message = by_hand(underway, "")
    item = open_item(underway, ActionKind.SEND_BY_HAND, subject="shipped", data={"purpose": "shipped"})
    press(item, do="sent", note="by chat")
    message.refresh_from_db()
    assert (message.state, message.sent_by) == (MessageState.SENT, item.order.timeline.last().actor)
    assert underway.timeline.filter(kind="message", type="sent_by_hand").exists()
    assert not is_open(item)


def test_without_javascript_the_page_comes_back_with_a_word(alice: Client, placed: Order) -> None:
    item = open_item(placed, ActionKind.VERIFY_TRACKING)
    page = alice.post(f"/actions/{item.pk}/", {"do": "done"}, follow=True)
    assert "Done: Verify the tracking" in page.content.decode()


def test_nothing_but_the_next_step_is_shown_before_the_first_order(alice: Client) -> None:
    page = alice.get("/").content.decode()
    assert "Import your orders" in page
    assert "placed_at" in page


def test_a_banner_says_that_the_sweep_has_stopped(alice: Client, underway: Order) -> None:
    Heartbeat.objects.create(name="sweep", at=timezone.now() - timedelta(minutes=11))
    late = Milestone.objects.filter(order=underway, state=MilestoneState.PENDING)
    late.update(next_attempt_at=timezone.now() - timedelta(minutes=11))
    page = alice.get("/").content.decode()
    assert "The sweep has stopped" in page
    assert "at risk" in page


def test_no_banner_is_shown_while_everything_works(alice: Client, store: Store) -> None:
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    assert not alice.get("/").context["alarms"]


def test_what_comes_from_outside_is_text_on_a_card(alice: Client, store: Store) -> None:
    buyer = {"email": "b@example.com", "name": "<b>Ana", "country": "BR", "state": '"><i>'}
    due_in(placed_order(store, paid(), number="7<u>", buyer=buyer), ActionKind.VERIFY_TRACKING, days=1)
    page = alice.get("/").content.decode()
    assert "<span>&lt;b&gt;Ana</span>" in page
    assert "Brazil, &quot;&gt;&lt;i&gt;</span>" in page
    assert "data-open>7&lt;u&gt;</a>" in page


def test_a_long_list_costs_no_more_looks_at_the_database(
    alice: Client, store: Store, django_assert_max_num_queries: Any
) -> None:
    for n in range(4):
        order = placed_order(store, paid(), shipped(), number=f"80{n}", buyer={"email": f"m{n}@example.com"})
        for kind in (ActionKind.SHIP, ActionKind.SEND_BY_HAND, ActionKind.REFUND):
            due_in(order, kind, days=n - 2)
    alice.get("/")  # counts the complaints for the next ten minutes
    with django_assert_max_num_queries(LOOKS):
        assert alice.get("/").status_code == 200
    for other in ("second", "third"):
        create_store(other, policy_name="aliexpress-br", owner_email="alice@example.com", name=other,
                     timezone="Asia/Shanghai", currency="USD")  # fmt: skip
    alice.get("/")
    with django_assert_max_num_queries(LOOKS):
        assert alice.get("/").status_code == 200


def test_what_is_much_is_counted_up_to_a_round_number_and_alone_to_a_larger_one(alice: Client, placed: Order) -> None:
    some = open_item(placed, ActionKind.VERIFY_TRACKING, store=placed.store)
    values = {name: getattr(some, name) for name in ("order", "store", "kind", "rule", "raised_at", "due_at")}
    ActionItem.objects.bulk_create(ActionItem(**values, subject=str(n)) for n in range(250))
    (late,) = [row for row in alice.get("/").context["sections"] if row.name == "overdue"]
    (alone,) = alice.get("/?when=overdue").context["sections"]
    assert (late.is_capped, late.most, alone.is_capped, alone.count) == (True, 199, False, 251)
    assert "199+" in alice.get("/").content.decode()


def test_work_that_an_older_version_filed_under_no_store_is_done_all_the_same(bob: Client, placed: Order) -> None:
    item = open_item(placed, ActionKind.VERIFY_TRACKING)
    ActionItem.objects.filter(pk=item.pk).update(store=None)
    assert bob.post(f"/actions/{item.pk}/", {"do": "done"}, headers={"hx-request": "true"}).status_code == 200
    item.refresh_from_db()
    assert item.state == "done"


def test_each_key_goes_to_one_place(alice: Client, placed: Order) -> None:
    keys = re.findall('data-go="(.)"', alice.get("/").content.decode())
    assert len(keys) > 10
    assert len(keys) == len(set(keys))
