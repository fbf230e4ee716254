"""How a webhook's trouble ends: by itself, by its owner, by a program that catches up, or with the webhook."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from orders.delivering import deliver_due, deliver_now
from orders.models import OffReason, Order, Webhook, WebhookDelivery
from orders.services.auditing import Doer
from orders.services.outboxes import bound_outboxes, note_trouble, switch_off, troubled
from orders.services.webhooks import (
    change_webhook,
    queue_test,
    remove_webhook,
    renew_secret,
    send_again,
    send_dead_again,
    switch_webhook,
)
from tests.desk.api.conftest import Program, Receiver
from tests.desk.api.test_outboxes import START, ask_buyer, heard, proves, states, told_at
from tests.desk.conftest import Enter, enter
from tests.racing import apart, wait_for_a_lock
from tests.servers.chats import chat_server
from tests.servers.faulty_http import Fault

__all__ = ["enter", "heard"]  # fixtures
pytestmark = pytest.mark.django_db


def test_a_bad_day_and_a_hiccup_later_switch_nothing_off(heard: tuple[Webhook, Order], receiver: Receiver) -> None:
    webhook, order = heard
    ask_buyer(order, 1)
    receiver[1].faults.extend([Fault.BROKEN] * 999)
    for hour in range(60):
        told_at(START + timedelta(hours=hour))
    assert states() == {"dead": 1}
    ask_buyer(order, 1, first=1)
    days_later = START + timedelta(days=6)
    WebhookDelivery.objects.filter(state="pending").update(raised_at=days_later)
    told_at(days_later)
    webhook.refresh_from_db()
    assert (webhook.is_on, webhook.failing_since) == (True, days_later)


def test_another_address_has_its_own_failures(erp: Program, heard: tuple[Webhook, Order], receiver: Receiver) -> None:
    webhook, order = heard
    ask_buyer(order, 1)
    receiver[1].faults.append(Fault.BROKEN)
    told_at(START)
    assert erp.get(f"/webhooks/{webhook.pk}").json()["failing_since"]
    assert not erp.send("patch", f"/webhooks/{webhook.pk}", {"url": f"{receiver[1].url}new"}).json()["failing_since"]


def test_what_dies_again_is_not_counted_again_where_more_had_been_given_up(heard: tuple[Webhook, Order]) -> None:
    webhook, order = heard
    ask_buyer(order, 3)
    for turn in range(2):
        WebhookDelivery.objects.filter(state="pending").update(state="dead")
        bound_outboxes(START)
        if not turn:
            WebhookDelivery.objects.earliest("pk").delete()  # as one that is forgotten after a month
        assert send_dead_again(webhook, now=START) == 2
    webhook.refresh_from_db()
    assert webhook.given_up == 3


def test_who_catches_up_is_told_all_the_same_that_it_is_switched_off(
    erp: Program, heard: tuple[Webhook, Order], enter: Enter
) -> None:
    webhook, order = heard
    ask_buyer(order, 1)
    switch_off(webhook.pk, OffReason.GONE, now=timezone.now())
    said = erp.post(f"/webhooks/{webhook.pk}/caught-up").json()
    assert (said["given_up"], said["is_on"], said["off_reason"]) == (0, False, "gone")
    alice = enter("alice")
    assert "it is gone (410)" in alice.get("/").content.decode()
    assert erp.send("patch", f"/webhooks/{webhook.pk}", {"is_on": True}).json()["off_reason"] == ""
    switch_off(webhook.pk, OffReason.GONE, now=timezone.now())
    alice.post(f"/setup/webhooks/{webhook.pk}/note/")
    assert "it is gone (410)" not in alice.get("/").content.decode()


def test_an_event_that_was_refused_makes_nobody_slow(heard: tuple[Webhook, Order], receiver: Receiver) -> None:
    webhook, order = heard
    ask_buyer(order, 2)
    WebhookDelivery.objects.update(raised_at=START - timedelta(hours=2))
    receiver[0].answers.append((400, {}))
    assert told_at(START) == 1
    webhook.refresh_from_db()
    assert (states(), webhook.behind_since) == ({"pending": 1, "sent": 1}, None)


@pytest.mark.parametrize("is_noted", [True, False])
def test_an_event_that_is_sent_again_and_lost_again_is_told_again(heard: tuple[Webhook, Order], is_noted: bool) -> None:
    webhook, order = heard
    ask_buyer(order, 1)
    WebhookDelivery.objects.update(state="dead")
    bound_outboxes(START)
    if is_noted:
        note_trouble(webhook, Doer(), now=START)
    days_later = START + timedelta(days=3)
    assert send_again(WebhookDelivery.objects.get(), now=days_later)
    assert not troubled(days_later).exists()
    WebhookDelivery.objects.update(state="dead")
    bound_outboxes(days_later)
    assert [row.given_up for row in troubled(days_later)] == [1]


# --- changed while it is told -----------------------------------------------------------------------------------------
def told_while(receiver: Receiver, deed: Callable[[], object]) -> int:
    """A turn of the workers in which the owner does something after the first post."""
    done: list[object] = []

    def clock() -> datetime:
        if receiver[0].posts and not done:
            done.append(deed())
        return START

    return deliver_due(clock, until=START + timedelta(minutes=1))


def test_another_address_holds_from_the_next_post(heard: tuple[Webhook, Order], receiver: Receiver) -> None:
    webhook, order = heard
    ask_buyer(order, 3)
    with chat_server() as (other, wire):
        new = {"url": wire.url, "name": "", "event_types": webhook.event_types}
        assert told_while(receiver, lambda: change_webhook(webhook, **new, doer=Doer(), now=START)) == 3
        assert (len(receiver[0].posts), len(other.posts)) == (1, 2)


def test_a_new_secret_signs_from_the_next_post(heard: tuple[Webhook, Order], receiver: Receiver) -> None:
    webhook, order = heard
    ask_buyer(order, 2)
    assert told_while(receiver, lambda: renew_secret(webhook, Doer(), now=START)) == 2
    webhook.refresh_from_db()
    assert [proves(webhook.secret, receiver, number) for number in (0, 1)] == [False, True]


@pytest.mark.parametrize(("deed", "left"), [(switch_webhook, {"sent": 1, "cancelled": 2}), (remove_webhook, {})])
def test_nothing_is_posted_any_more_once_it_is_switched_off_or_removed(
    heard: tuple[Webhook, Order], receiver: Receiver, deed: Callable[..., object], left: dict[str, int]
) -> None:
    webhook, order = heard
    ask_buyer(order, 3)
    assert told_while(receiver, lambda: deed(webhook, Doer(), now=START)) == 1
    assert (len(receiver[0].posts), states()) == (1, left)


def test_a_test_of_a_webhook_that_was_removed_at_that_moment_goes_nowhere(
    heard: tuple[Webhook, Order], receiver: Receiver
) -> None:
    webhook, _order = heard
    remove_webhook(webhook, Doer(), now=START)
    assert deliver_now(queue_test(webhook, now=START), lambda: START).state == "pending"
    told_at(START)
    assert (receiver[0].posts, states()) == ([], {})


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_webhook_is_removed_while_a_worker_notes_its_failure(heard: tuple[Webhook, Order]) -> None:
    webhook, order = heard
    ask_buyer(order, 1)
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        Webhook.objects.filter(pk=webhook.pk).update(failures=1)
        removal = pool.submit(apart, lambda: remove_webhook(webhook, Doer(), now=START))
        wait_for_a_lock()
        WebhookDelivery.objects.update(next_attempt_at=START)
    removal.result()
    assert not Webhook.objects.exists()
