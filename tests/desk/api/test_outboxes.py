"""A receiver that takes nothing: its outbox stays within bounds, its owner hears of it, and nothing is lost to him."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from disputes.services.alarming import Trouble, find_troubles
from orders.delivering import deliver_due, deliverers_wanted
from orders.models import Order, Store, TimelineEvent, Webhook, WebhookDelivery
from orders.services.auditing import Doer
from orders.services.claiming import claim_due, reap_expired
from orders.services.outboxes import bound_outboxes, troubled
from orders.services.webhooks import remove_webhook, send_dead_again, switch_webhook, tidy_deliveries
from orders.webhook_terms import WebhookTerms, webhook_terms
from tests.cast import at, happens, paid, placed_order
from tests.desk.api.conftest import Program, Receiver, subscribe
from tests.desk.conftest import Enter, enter
from tests.racing import apart
from tests.servers.chats import chat_server
from tests.servers.faulty_http import Fault

__all__ = ["enter"]  # a fixture
pytestmark = pytest.mark.django_db
START = at("03-05 10:00")
Narrow = Callable[..., WebhookTerms]


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> Narrow:
    """Other terms."""

    def change(**values: Any) -> WebhookTerms:
        terms = replace(webhook_terms(), **values)
        for module in ("orders.delivering", "orders.services.outboxes", "orders.services.webhooks"):
            monkeypatch.setattr(f"{module}.webhook_terms", lambda: terms)
        return terms

    return change


def told_at(now: datetime) -> int:
    """The workers' turn, and the look at the outboxes."""
    taken = deliver_due(lambda: now, until=now + timedelta(minutes=1))
    bound_outboxes(now)
    return taken


def ask_buyer(order: Order, count: int, *, first: int = 0) -> None:
    """Something that webhooks are told, so many times."""
    for number in range(first, first + count):
        happens(order, {"type": "buyer_message", "at": f"2026-03-05T09:{number:02}:00Z", "text": f"no {number}"})


@pytest.fixture
def heard(erp: Program, receiver: Receiver, store: Store) -> tuple[Webhook, Order]:
    """A webhook of Alice's store that hears of one type alone, and an order."""
    webhook, _secret = subscribe(erp, receiver, "order.buyer_message")
    return webhook, placed_order(Store.objects.get(pk=store.pk), paid())


def states() -> dict[str, int]:
    found = WebhookDelivery.objects.order_by().values_list("state", flat=True)
    return {state: list(found).count(state) for state in set(found)}


@pytest.mark.parametrize("hours", [1, 5])
def test_a_receiver_is_left_alone_as_long_as_it_asks_for_up_to_what_the_terms_say(
    receiver: Receiver, heard: tuple[Webhook, Order], narrow: Narrow, hours: int
) -> None:
    webhook, order = heard
    narrow(longest_retry_after=timedelta(hours=hours))
    receiver[1].faults.append(Fault.MUCH_LATER)
    ask_buyer(order, 1)
    told_at(START)
    webhook.refresh_from_db()
    assert webhook.next_post_at == START + timedelta(hours=hours)


# --- bounds -----------------------------------------------------------------------------------------------------------
def test_an_outbox_that_is_put_off_for_ever_stays_within_bounds_and_is_read_through_the_api(
    erp: Program, receiver: Receiver, heard: tuple[Webhook, Order], narrow: Narrow
) -> None:
    webhook, order = heard
    narrow(most_waiting=3, longest_wait=timedelta(days=2))
    receiver[1].faults.extend([Fault.TOO_MANY] * 999)
    ask_buyer(order, 5)
    for hours in range(8):
        told_at(START + timedelta(hours=hours))
    assert states() == {"pending": 3, "dead": 2}
    told_at(START + timedelta(days=3))
    assert states() == {"dead": 5}
    assert len(receiver[1].requests) == 9  # no oftener than once an hour, whatever it asks for
    said = erp.get(f"/webhooks/{webhook.pk}").json()
    assert said["given_up"] == 5
    missed = erp.get("/events", cursor=said["catch_up_cursor"], types="order.buyer_message").json()
    assert [row["data"]["event"]["sequence"] for row in missed["items"]] == list(
        TimelineEvent.objects.filter(type="buyer_message").order_by("pk").values_list("sequence", flat=True)
    )
    assert erp.post(f"/webhooks/{webhook.pk}/caught-up").json()["catch_up_cursor"] is None
    bound_outboxes(START + timedelta(days=4))
    assert erp.get(f"/webhooks/{webhook.pk}").json()["given_up"] == 0  # counted once


def test_why_an_event_was_given_up_stands_on_its_page_in_words(
    enter: Enter, receiver: Receiver, heard: tuple[Webhook, Order], narrow: Narrow
) -> None:
    webhook, order = heard
    narrow(most_waiting=2, longest_wait=timedelta(hours=30))
    receiver[1].faults.extend([Fault.TOO_MANY] * 99)
    ask_buyer(order, 3)
    told_at(START)
    told_at(START + timedelta(hours=31))
    said = WebhookDelivery.objects.order_by("pk").values_list("last_error", flat=True)
    assert list(said) == ["too_many_waited: 2", "waited_too_long: 30", "waited_too_long: 30"]
    WebhookDelivery.objects.filter(pk=WebhookDelivery.objects.latest("pk").pk).update(
        last_error="given up: it waited longer than 3 days"  # as it was kept before
    )
    page = enter("alice").get(f"/setup/webhooks/{webhook.pk}/").content.decode()
    for words in ("more than 2 waited", "it waited over 30 hours", "it waited longer than 3 days"):
        assert f"given up: {words}" in page


def test_what_was_given_up_is_sent_again_as_far_as_there_is_room(
    receiver: Receiver, heard: tuple[Webhook, Order], narrow: Narrow
) -> None:
    webhook, order = heard
    narrow(most_waiting=3)
    ask_buyer(order, 5)
    WebhookDelivery.objects.update(state="dead")
    late = START + timedelta(days=9)
    bound_outboxes(late)
    assert send_dead_again(webhook, now=late) == 3
    assert told_at(late) == 3  # though they wait for nine days: they were asked for just now
    assert send_dead_again(webhook, now=late) == 2
    assert told_at(late) == 2
    assert len(receiver[0].posts) == 5


def test_no_more_is_kept_than_is_allowed_however_new(heard: tuple[Webhook, Order], narrow: Narrow) -> None:
    _webhook, order = heard
    narrow(most_kept=2)
    ask_buyer(order, 4)
    WebhookDelivery.objects.filter(pk__in=list(WebhookDelivery.objects.values_list("pk", flat=True)[:3])).update(
        state="dead"
    )
    assert tidy_deliveries(START) == 0  # what is not counted yet is not forgotten
    bound_outboxes(START)
    assert tidy_deliveries(START) == 1
    assert states() == {"pending": 1, "dead": 2}


def test_who_takes_nothing_for_days_is_switched_off_and_its_owner_is_told(
    heard: tuple[Webhook, Order], receiver: Receiver, store: Store
) -> None:
    webhook, order = heard
    receiver[1].faults.extend([Fault.BROKEN] * 999)
    for day in range(7):
        ask_buyer(order, 1, first=day)
        for hour in range(24):
            told_at(START + timedelta(days=day, hours=hour))
    webhook.refresh_from_db()
    assert (webhook.is_on, webhook.off_reason, webhook.given_up) == (False, "failing", 6)
    now = START + timedelta(days=8)
    assert find_troubles([store.pk], now=now)[store.pk] == {Trouble.WEBHOOK: 1}
    switch_webhook(webhook, Doer(), now=now)
    assert not find_troubles([store.pk], now=now)[store.pk]


# --- its owner --------------------------------------------------------------------------------------------------------
def test_the_owner_reads_what_to_do_until_it_works_again(
    heard: tuple[Webhook, Order], receiver: Receiver, enter: Enter
) -> None:
    _webhook, order = heard
    receiver[1].faults.append(Fault.BROKEN)
    ask_buyer(order, 1)
    now = timezone.now()
    WebhookDelivery.objects.update(raised_at=now - timedelta(hours=1))
    told_at(now - timedelta(hours=1))
    alice, bob = enter("alice"), enter("bob")
    assert "It takes nothing of what it is told" in alice.get("/").content.decode()
    assert "It takes nothing" in alice.get("/setup/webhooks/").content.decode()
    assert "It takes nothing" not in bob.get("/").content.decode()  # he can do nothing about it
    assert told_at(now) == 1
    assert "It takes nothing" not in alice.get("/").content.decode()


def test_what_was_given_up_is_told_for_a_day_or_until_it_is_noted(
    heard: tuple[Webhook, Order], enter: Enter, store: Store
) -> None:
    webhook, order = heard
    ask_buyer(order, 2)
    WebhookDelivery.objects.update(state="dead")
    now = timezone.now()
    bound_outboxes(now)
    alice: Client = enter("alice")
    page = alice.get(f"/setup/webhooks/{webhook.pk}/").content.decode()
    assert "2 events were given up" in alice.get("/").content.decode()
    assert "catch_up_cursor" in page
    assert not troubled(now + timedelta(days=2)).exists()
    alice.post(f"/setup/webhooks/{webhook.pk}/note/")
    assert "were given up" not in alice.get("/").content.decode()


def test_a_receiver_that_falls_behind_is_told(heard: tuple[Webhook, Order]) -> None:
    webhook, order = heard
    ask_buyer(order, 1)
    bound_outboxes(raised_at := WebhookDelivery.objects.get().raised_at)
    assert not troubled(raised_at).exists()
    bound_outboxes(raised_at + timedelta(hours=2))
    assert troubled(raised_at).get() == webhook
    deliver_due(lambda: raised_at, until=raised_at + timedelta(minutes=1))
    bound_outboxes(raised_at + timedelta(hours=2))
    assert not troubled(raised_at).exists()


# --- workers ----------------------------------------------------------------------------------------------------------
def test_who_is_killed_after_the_post_has_it_posted_again_with_the_same_id(
    heard: tuple[Webhook, Order], receiver: Receiver
) -> None:
    _webhook, order = heard
    ask_buyer(order, 1)
    claim_due(WebhookDelivery, now=START)  # and the worker is gone
    assert (deliverers_wanted(START), told_at(START)) == (0, 0)
    late = START + timedelta(minutes=6)
    reap_expired(WebhookDelivery, now=late)
    assert told_at(late) == 1
    row = WebhookDelivery.objects.get()
    assert receiver[0].headers[-1]["webhook-id"] == f"evt_{row.message_id.hex}"


def test_a_worker_that_tells_one_store_is_joined_by_no_other(
    heard: tuple[Webhook, Order], rival: Program, receiver: Receiver
) -> None:
    """Slow receivers would else take up every worker, and the deadlines wait."""
    webhook, order = heard
    subscribe(rival, receiver)
    placed_order(Store.objects.get(slug="charlie"), paid(), number="9")
    ask_buyer(order, 1)
    claim_due(WebhookDelivery, now=START, limit=1, among=WebhookDelivery.objects.filter(webhook=webhook))
    assert (deliverers_wanted(START), deliver_due(lambda: START, until=START + timedelta(seconds=30))) == (0, 0)
    soon = START + timedelta(seconds=61)  # it is dead, or its turn is over: the others wait no longer
    assert deliverers_wanted(soon) == 1
    assert told_at(soon) > 0
    assert {post["data"]["store"] for post in receiver[0].posts} == {"charlie"}


def test_a_store_of_receivers_that_hang_costs_the_others_one_turn(
    erp: Program, rival: Program, store: Store, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orders.outward.READ", 1.0)
    receiver[1].faults.extend([Fault.HANG] * 10)
    for _webhook in range(5):
        subscribe(erp, receiver, "order.placed")
    placed_order(Store.objects.get(pk=store.pk))
    with chat_server() as other:
        subscribe(rival, other, "order.placed")
        placed_order(Store.objects.get(slug="charlie"), number="9")
        ticks = lambda: START + timedelta(seconds=3 * len(receiver[1].requests))  # noqa: E731  only what hangs takes time
        deliver_due(ticks, until=START + timedelta(seconds=6))
        assert len(other[0].posts) == 1


def test_an_answer_that_no_database_takes_is_an_answer(heard: tuple[Webhook, Order], receiver: Receiver) -> None:
    _webhook, order = heard
    ask_buyer(order, 1)
    receiver[1].faults.append(Fault.BINARY)
    assert told_at(START) == 1
    assert WebhookDelivery.objects.get().answer.startswith("HTTP 200 taken")


def test_an_event_that_alone_is_refused_keeps_no_other_waiting(
    heard: tuple[Webhook, Order], receiver: Receiver
) -> None:
    webhook, order = heard
    ask_buyer(order, 3)
    receiver[0].answers.append((422, {"error": "I know no such thing"}))
    assert told_at(START) == 2
    assert states() == {"pending": 1, "sent": 2}
    receiver[0].answers.append((422, {}))
    assert told_at(START + timedelta(minutes=1)) == 0
    ask_buyer(order, 2, first=5)
    receiver[0].answers.extend([(422, {}), (400, {})])
    assert told_at(START + timedelta(minutes=1)) == 0  # the next fared no better: a pause
    webhook.refresh_from_db()
    assert webhook.failures == 2


def test_what_waited_for_the_end_of_an_outage_is_told_at_once(heard: tuple[Webhook, Order], receiver: Receiver) -> None:
    _webhook, order = heard
    ask_buyer(order, 1)
    receiver[1].faults.extend([Fault.BUSY] * 7)
    for hours in range(8):
        told_at(START + timedelta(hours=hours))
    assert WebhookDelivery.objects.get().next_attempt_at > START + timedelta(hours=10)
    ask_buyer(order, 1, first=1)
    assert told_at(START + timedelta(hours=8)) == 2


# --- secrets ----------------------------------------------------------------------------------------------------------
def test_a_new_secret_and_the_one_before_it_prove_a_post_for_a_day(
    heard: tuple[Webhook, Order], receiver: Receiver, enter: Enter
) -> None:
    webhook, order = heard
    former = webhook.secret
    enter("alice").post(f"/setup/webhooks/{webhook.pk}/secret/", {"confirmed": "1"})
    webhook.refresh_from_db()
    now = timezone.now()
    for number, moment in enumerate((now, now + timedelta(days=2))):
        ask_buyer(order, 1, first=number)
        assert told_at(moment) == 1
    proofs = [[proves(secret, receiver, number) for secret in (webhook.secret, former)] for number in (0, 1)]
    assert proofs == [[True, True], [True, False]]


def proves(secret: str, receiver: Receiver, number: int) -> bool:
    """Whether a program that knows this secret believes the post, by the exact bytes that came."""
    headers, body = receiver[0].headers[number], receiver[0].bodies[number]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}" in headers["webhook-signature"].split()


# --- several at once --------------------------------------------------------------------------------------------------
@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_what_happens_is_recorded_though_its_webhook_is_removed_meanwhile(
    heard: tuple[Webhook, Order], receiver: Receiver
) -> None:
    webhook, order = heard
    with transaction.atomic():
        ask_buyer(order, 1)
        apart(lambda: remove_webhook(webhook, Doer(), now=START))
    assert TimelineEvent.objects.filter(order=order, type="buyer_message").exists()
    assert told_at(START) == 0
    assert not WebhookDelivery.objects.exists()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_workers_that_begin_together_post_each_event_once(heard: tuple[Webhook, Order], receiver: Receiver) -> None:
    _webhook, order = heard
    ask_buyer(order, 30)
    with ThreadPoolExecutor(2) as pool:
        turns = [pool.submit(apart, lambda: deliver_due(lambda: START, until=START + timedelta(1))) for _n in range(2)]
    assert sum(turn.result() for turn in turns) == 30
    assert len({headers["webhook-id"] for headers in receiver[0].headers}) == len(receiver[0].posts) == 30
