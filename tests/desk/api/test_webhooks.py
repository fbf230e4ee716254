"""What other programs are told: signed, again after failures, each of its own store, and nothing of the buyer."""

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from disputes.recording import take_in
from disputes.sweeping import look_for_work
from orders.delivering import PAUSES, deliver_due
from orders.models import Order, Store, Webhook, WebhookDelivery
from orders.services.intake import dated_facts, start_order
from orders.services.ledger import save_ledgers
from orders.services.outboxes import bound_outboxes
from orders.services.webhooks import mark_stores, tidy_deliveries
from tests.cast import at, clock_at, happens, order_record, paid, placed_order, shipped
from tests.desk.api.conftest import Program, Receiver, subscribe
from tests.servers.chats import chat_server
from tests.servers.faulty_http import Fault

pytestmark = pytest.mark.django_db
NOW = "03-05 10:00"


def tell(now: str = NOW) -> int:
    return deliver_due(clock_at(now), until=at(now) + timedelta(minutes=1))


def types(receiver: Receiver) -> list[str]:
    return [post["type"] for post in receiver[0].posts]


def test_what_happens_is_posted_signed_and_without_the_buyer(store: Store, erp: Program, receiver: Receiver) -> None:
    _webhook, secret = subscribe(erp, receiver)
    order = placed_order(fresh(store), paid())
    assert tell() == WebhookDelivery.objects.count() > 2
    assert {"order.placed", "order.payment_confirmed", "message.queued"} <= set(types(receiver))
    chat = receiver[0]
    for headers, body in zip(chat.headers, chat.bodies, strict=True):
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        key = base64.b64decode(secret.removeprefix("whsec_"))
        digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{digest}"
        assert datetime.fromtimestamp(int(headers["webhook-timestamp"]), tz=at(NOW).tzinfo) == at(NOW)
    assert len({headers["webhook-id"] for headers in chat.headers}) == len(chat.headers)
    said = next(post for post in chat.posts if post["type"] == "order.payment_confirmed")
    assert said["data"]["order"] == {"id": order.pk, "order_number": order.order_number}
    assert said["timestamp"] == "2026-03-02T13:00:00Z"
    assert "Maria" not in json.dumps(chat.posts)


def test_a_webhook_hears_the_types_that_it_chose_of_its_own_store(
    erp: Program, rival: Program, store: Store, receiver: Receiver
) -> None:
    subscribe(erp, receiver, "order.shipped")
    subscribe(rival, receiver)
    placed_order(fresh(store), paid(), shipped())
    tell()
    assert types(receiver) == ["order.shipped"]


def test_the_past_of_an_order_that_comes_in_is_told_to_nobody(store: Store, erp: Program, receiver: Receiver) -> None:
    subscribe(erp, receiver)
    record = order_record("7", paid_at=at("03-02 13:00"), shipped_at=at("03-05 09:00"))
    ledger = start_order(record, fresh(store), now=at(NOW), actor="file:1", buyer=None)
    take_in(ledger, dated_facts(record, ledger.order))
    save_ledgers([ledger])
    told = set(WebhookDelivery.objects.values_list("type", flat=True))
    assert "order.shipped" in told
    assert not {"order.placed", "order.payment_confirmed"} & told


def fresh(store: Store) -> Store:
    return Store.objects.get(pk=store.pk)


def test_a_failure_pauses_growing_and_ends_and_can_be_sent_again(
    store: Store, erp: Program, receiver: Receiver, underway: Order
) -> None:
    webhook, _secret = subscribe(erp, receiver, "order.buyer_message")
    happens(underway, {"type": "buyer_message", "at": "2026-03-06T10:00:00Z", "text": "hi"})
    receiver[1].faults.extend([Fault.BROKEN, Fault.DROP, *[Fault.BUSY] * 20])
    now, ids = at("03-06 10:00"), set()
    for pause in (timedelta(0), *PAUSES):
        now += pause
        deliver_due(lambda now=now: now, until=now + timedelta(minutes=1))  # type: ignore[misc]
        ids |= {headers["webhook-id"] for headers in receiver[0].headers}
    delivery = WebhookDelivery.objects.get()
    assert (delivery.state, delivery.attempts, len(receiver[1].requests)) == ("dead", 10, 10)
    assert now - at("03-06 10:00") > timedelta(hours=23)
    receiver[1].faults.clear()
    again = erp.post(f"/deliveries/{delivery.pk}/send-again")
    assert (again.status_code, again.json()["state"]) == (202, "pending")
    later = datetime.now(tz=now.tzinfo) + timedelta(minutes=1)
    assert deliver_due(lambda: later, until=later + timedelta(minutes=1)) == 1
    webhook.refresh_from_db()
    assert (webhook.failures, webhook.last_error) == (0, "")
    assert receiver[0].headers[-1]["webhook-id"] == again.json()["message_id"]


def test_a_receiver_that_hangs_holds_up_no_other(
    store: Store, erp: Program, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orders.outward.READ", 3.0)
    subscribe(erp, receiver, "order.payment_confirmed")
    placed_order(fresh(store), paid())
    with chat_server() as other:
        subscribe(erp, other, "order.payment_confirmed")
        placed_order(fresh(store), paid(), number="2")
        receiver[1].faults.append(Fault.HANG)
        tell()
        assert types(other) == ["order.payment_confirmed"]
    waiting = WebhookDelivery.objects.filter(state="pending")
    assert waiting.count() == 2
    assert not waiting.filter(next_attempt_at__lte=at(NOW)).exists()
    assert look_for_work(at(NOW)).webhook_workers == 0


def test_a_name_that_no_resolver_takes_holds_up_no_other(store: Store, erp: Program, receiver: Receiver) -> None:
    subscribe(erp, receiver, "order.payment_confirmed")
    broken = Webhook.objects.get(pk=erp.post("/webhooks", {"url": "https://a..b/hook"}).json()["id"])
    placed_order(fresh(store), paid())
    assert tell() == 1
    assert types(receiver) == ["order.payment_confirmed"]
    broken.refresh_from_db()
    assert broken.failures == 1


def test_a_receiver_that_says_gone_is_told_nothing_more(store: Store, erp: Program, receiver: Receiver) -> None:
    webhook, _secret = subscribe(erp, receiver, "order.payment_confirmed")
    placed_order(fresh(store), paid())
    placed_order(fresh(store), paid(), number="2")
    receiver[0].answers.append((410, {}))
    tell()
    tell("03-05 12:00")
    bound_outboxes(at("03-05 12:01"))
    webhook.refresh_from_db()
    assert (webhook.is_on, webhook.off_reason, webhook.given_up) == (False, "gone", 2)
    assert len(receiver[1].requests) == 1


def test_too_many_requests_cost_no_attempt(store: Store, erp: Program, receiver: Receiver) -> None:
    webhook, _secret = subscribe(erp, receiver, "order.payment_confirmed")
    placed_order(fresh(store), paid())
    receiver[1].faults.append(Fault.TOO_MANY)
    tell()
    delivery = WebhookDelivery.objects.get()
    webhook.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("pending", 0)
    assert webhook.next_post_at == delivery.next_attempt_at == at(NOW) + timedelta(seconds=7)


def test_a_store_without_webhooks_pays_no_query(store: Store, erp: Program, receiver: Receiver) -> None:
    orders = [placed_order(store, number=str(number)) for number in range(3)]
    happens(orders[0], paid())  # whatever is read once for the process
    with CaptureQueriesContext(connection) as without:
        happens(orders[1], paid())
    assert not [query for query in without.captured_queries if "webhook" in query["sql"].replace("has_webhooks", "")]
    subscribe(erp, receiver)
    with CaptureQueriesContext(connection) as with_one:
        happens(orders[2], paid())
    assert len(with_one) == len(without) + 2


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "http://example.com/", "https://10.0.0.1/", "ftp://x", "x"])
def test_no_webhook_leads_into_a_private_network(erp: Program, url: str) -> None:
    answer = erp.post("/webhooks", {"url": url})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "body.url")


def test_a_webhook_is_changed_switched_tested_and_removed(store: Store, erp: Program, receiver: Receiver) -> None:
    webhook, _secret = subscribe(erp, receiver)
    path = f"/webhooks/{webhook.pk}"
    assert erp.send("patch", path, {"name": "ERP", "event_types": ["order.shipped"]}).json()["name"] == "ERP"
    test = erp.post(f"{path}/test")
    later = datetime.now(tz=at(NOW).tzinfo) + timedelta(minutes=1)
    assert deliver_due(lambda: later, until=later + timedelta(minutes=1)) == 1
    assert types(receiver) == ["webhook.test"]
    listed = erp.get(f"{path}/deliveries").json()["items"]
    assert [(row["message_id"], row["state"]) for row in listed] == [(test.json()["message_id"], "sent")]
    assert erp.send("patch", path, {"is_on": False}).json()["is_on"] is False
    assert erp.post(f"{path}/test").status_code == 409
    placed_order(fresh(store), paid())
    assert WebhookDelivery.objects.count() == 1
    assert erp.send("delete", path).status_code == 204
    assert erp.get(path).status_code == 404


def test_what_was_told_long_ago_is_forgotten_and_stores_are_mended(
    store: Store, erp: Program, receiver: Receiver
) -> None:
    subscribe(erp, receiver, "order.payment_confirmed")
    placed_order(fresh(store), paid())
    tell()
    Store.objects.update(has_webhooks=False)
    assert tidy_deliveries(at("03-20 10:00")) == 0
    assert fresh(store).has_webhooks
    assert tidy_deliveries(at("04-20 10:00")) == 1
    Webhook.objects.all().delete()
    mark_stores()
    assert not Store.objects.filter(has_webhooks=True).exists()


def test_another_stores_webhooks_are_not_there(rival: Program, erp: Program, receiver: Receiver) -> None:
    webhook, _secret = subscribe(erp, receiver)
    delivery = erp.post(f"/webhooks/{webhook.pk}/test").json()["id"]
    for method, path in (
        ("get", f"/webhooks/{webhook.pk}"),
        ("patch", f"/webhooks/{webhook.pk}"),
        ("delete", f"/webhooks/{webhook.pk}"),
        ("post", f"/webhooks/{webhook.pk}/test"),
        ("post", f"/webhooks/{webhook.pk}/caught-up"),
        ("get", f"/webhooks/{webhook.pk}/deliveries"),
        ("post", f"/deliveries/{delivery}/send-again"),
    ):
        assert rival.send(method, path).status_code == 404
