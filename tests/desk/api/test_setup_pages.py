"""The owner's pages of tokens and webhooks: what is secret is shown once, and every deed is noted."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from desk.address_words import REFUSALS
from orders.models import ApiToken, AuditEntry, Store, User, Webhook, WebhookDelivery
from orders.services.webhooks import queue_test
from tests.cast import at, paid, placed_order
from tests.desk.api.conftest import Receiver
from tests.desk.conftest import Enter, enter
from tests.servers.faulty_http import Fault

__all__ = ["enter"]  # a fixture
pytestmark = pytest.mark.django_db
TOKENS, HOOKS = "/setup/api/", "/setup/webhooks/"


@pytest.fixture
def alice(enter: Enter) -> Client:
    return enter("alice")


@pytest.fixture
def webhook(alice: Client, receiver: Receiver) -> Webhook:
    page = alice.post(f"{HOOKS}alice/add/", {"name": "ERP", "url": f"{receiver[1].url}hook"}).content.decode()
    assert re.search(r'value="whsec_[^"]+"', page)
    return Webhook.objects.get()


def text_of(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def kinds() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("kind", flat=True))


def test_a_token_is_shown_once_opens_the_api_and_is_revoked_after_a_question(alice: Client) -> None:
    assert "No other program has a key" in text_of(alice, TOKENS)
    page = alice.post(f"{TOKENS}?store=alice", {"name": "ERP", "scopes": ["orders:read"], "days": "30"})
    found = re.search(r'value="(prazo_[^"]+)"', page.content.decode())
    assert found
    headers = {"Authorization": f"Bearer {found[1]}"}
    assert Client().get("/api/v1/orders", headers=headers).status_code == 200
    assert found[1] not in text_of(alice, TOKENS)
    token = ApiToken.objects.get()
    assert token.expires_at is not None
    assert (token.expires_at - token.made_at).days == 30
    assert "Revoke ERP?" in alice.post(f"{TOKENS}{token.pk}/revoke/").content.decode()
    assert Client().get("/api/v1/orders", headers=headers).status_code == 200
    alice.post(f"{TOKENS}{token.pk}/revoke/", {"confirmed": "1"})
    assert Client().get("/api/v1/orders", headers=headers).status_code == 401
    assert kinds() == ["token_made", "token_revoked"]


def test_a_token_needs_a_name_and_something_that_it_may_do(alice: Client) -> None:
    answer = alice.post(TOKENS, {"name": "", "scopes": ["orders:eat"], "days": "12"})
    assert answer.status_code == 422
    assert not ApiToken.objects.exists()


def test_a_webhook_is_tested_with_its_answer_shown_changed_and_removed(
    alice: Client, webhook: Webhook, receiver: Receiver
) -> None:
    path = f"{HOOKS}{webhook.pk}/"
    assert "not tested yet" in text_of(alice, HOOKS)
    assert "It took the test: HTTP 200" in alice.post(f"{path}test/", follow=True).content.decode()
    receiver[1].faults.append(Fault.BROKEN)
    assert "did not take the test: HTTP 500" in alice.post(f"{path}test/", follow=True).content.decode()
    assert "in trouble" in text_of(alice, HOOKS)
    assert "1 event is sent again" not in alice.post(f"{path}retry/", follow=True).content.decode()
    alice.post(f"{path}change/", {"name": "WMS", "url": webhook.url, "event_types": ["order.shipped"]})
    webhook.refresh_from_db()
    assert (webhook.name, webhook.event_types) == ("WMS", ["order.shipped"])
    before = webhook.secret
    assert "A new secret for WMS?" in alice.post(f"{path}secret/").content.decode()
    alice.post(f"{path}secret/", {"confirmed": "1"})
    webhook.refresh_from_db()
    assert webhook.secret != before
    alice.post(f"{path}switch/")
    assert "Remove WMS?" in alice.post(f"{path}remove/").content.decode()
    alice.post(f"{path}remove/", {"confirmed": "1"})
    assert not Webhook.objects.exists()
    assert kinds() == ["webhook_saved"] * 3 + ["webhook_switched", "webhook_removed"]


@pytest.mark.parametrize("url", ["http://erp.example.com/", "https://192.168.0.1/", "nothing", ""])
def test_an_address_that_cannot_be_is_refused_and_nothing_typed_is_lost(alice: Client, url: str) -> None:
    answer = alice.post(f"{HOOKS}alice/add/", {"name": "My own ERP", "url": url})
    assert answer.status_code == 422
    assert "My own ERP" in answer.content.decode()


def test_what_was_told_stands_there_and_is_sent_again(alice: Client, webhook: Webhook, store: Store) -> None:
    store.refresh_from_db()
    order = placed_order(store, paid())
    WebhookDelivery.objects.update(state="dead", last_error="HTTP 500", attempts=10)
    page = text_of(alice, f"{HOOKS}{webhook.pk}/")
    for word in (order.order_number, "order.payment_confirmed", "HTTP 500", "could not be sent"):
        assert word in page
    told = WebhookDelivery.objects.filter(type="order.payment_confirmed").get()
    alice.post(f"{HOOKS}told/{told.pk}/again/")
    told.refresh_from_db()
    assert (told.state, told.attempts) == ("pending", 0)
    assert "Given up" in text_of(alice, HOOKS)


def test_many_deliveries_cost_no_more_queries_than_one(alice: Client, webhook: Webhook) -> None:
    queue_test(webhook, now=at("03-05 10:00"))
    alice.get(f"{HOOKS}{webhook.pk}/")
    counts = []
    for _turn in range(2):
        with CaptureQueriesContext(connection) as asked:
            text_of(alice, f"{HOOKS}{webhook.pk}/")
            text_of(alice, HOOKS)
        counts.append(len(asked))
        for _more in range(60):
            queue_test(webhook, now=at("03-05 10:00"))
    assert counts[0] == counts[1]
    assert "Older" in text_of(alice, f"{HOOKS}{webhook.pk}/")


def test_the_reference_names_every_operation(client: Client) -> None:
    page = client.get("/api/v1/docs").content.decode()
    document = client.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    for path in document["paths"]:
        assert path in page


@pytest.mark.parametrize("url", ["http://shop.example/x", "https://127.0.0.1/x", "https://a b.example", "https://[x"])
def test_an_address_that_is_not_taken_is_refused_in_the_readers_language(alice: Client, url: str) -> None:
    User.objects.filter(email="alice@example.com").update(language="zh-hans")
    answer = alice.post(f"{HOOKS}alice/add/", {"name": "ERP", "url": url})
    assert answer.status_code == 422
    (said,) = answer.context["form"].errors["url"]
    with override("zh-hans"):
        assert said in {str(words) for words in REFUSALS.values()}
