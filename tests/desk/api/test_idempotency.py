"""A request that comes twice with one key is worked on once, whatever happens in between."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from orders.models import IdempotencyKey, Order, Store
from orders.services.idempotency import LEASE, LostClaim, forget_keys
from tests.cast import paid, placed_order
from tests.desk.api.conftest import Program, program_of

NOTE = {"type": "buyer_message", "text": "where is it?", "at": "2026-03-06T10:00:00Z"}


def messages(order: Order) -> int:
    return order.timeline.filter(type="buyer_message").count()


@pytest.mark.django_db
def test_the_same_request_with_the_same_key_gets_the_same_answer_and_does_nothing(
    erp: Program, underway: Order
) -> None:
    path = f"/orders/{underway.pk}/events"
    first, second = erp.post(path, NOTE, key="a"), erp.post(path, NOTE, key="a")
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert (second["Idempotency-Replayed"], "Idempotency-Replayed" in first) == ("true", False)
    assert messages(underway) == 1
    assert erp.post(path, NOTE, key="b").status_code == 201
    assert messages(underway) == 2


@pytest.mark.django_db
def test_a_key_is_a_tokens_own_and_for_one_request(store: Store, erp: Program, underway: Order) -> None:
    path = f"/orders/{underway.pk}/events"
    erp.post(path, NOTE, key="a")
    other = erp.post(path, NOTE | {"text": "other"}, key="a")
    assert (other.status_code, other.json()["type"]) == (422, "/api/v1/docs#key-reused")
    assert program_of(store).post(path, NOTE, key="a").status_code == 201
    assert erp.post(path, NOTE, key="ä").status_code == 422


@pytest.mark.django_db
def test_a_secret_in_an_answer_is_kept_locked(erp: Program) -> None:
    given = {"url": "https://erp.example.com/hook"}
    first, second = erp.post("/webhooks", given, key="a"), erp.post("/webhooks", given, key="a")
    assert first.json()["secret"] == second.json()["secret"]
    assert first.json()["secret"] not in IdempotencyKey.objects.get().body


@pytest.mark.django_db
def test_a_refusal_is_kept_and_a_slip_is_not(store: Store, erp: Program) -> None:
    order = placed_order(store)
    path = f"/orders/{order.pk}/events"
    forbidden = {"type": "shipped", "as": "command"}
    assert [erp.post(path, forbidden, key="a").status_code for _turn in range(2)] == [409, 409]
    assert order.timeline.filter(kind="refused").count() == 1
    assert erp.post(path, {"type": "flown"}, key="b").status_code == 422
    assert erp.post(path, NOTE, key="b").status_code == 201


@pytest.mark.django_db
def test_a_key_that_is_worked_on_is_in_use_until_its_worker_is_given_up(erp: Program, underway: Order) -> None:
    path = f"/orders/{underway.pk}/events"
    erp.post(path, NOTE, key="a")
    IdempotencyKey.objects.update(status=None, claimed_until=timezone.now() + LEASE)
    busy = erp.post(path, NOTE, key="a")
    assert (busy.status_code, busy.json()["type"], busy["Retry-After"]) == (409, "/api/v1/docs#key-in-use", "1")
    IdempotencyKey.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert erp.post(path, NOTE, key="a").status_code == 201
    assert messages(underway) == 2


@pytest.mark.django_db
def test_what_a_worker_did_that_was_given_up_is_not_kept(
    erp: Program, underway: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(*_given: Any) -> None:
        raise LostClaim

    monkeypatch.setattr("desk.api.guarding.keep_answer", lose)
    assert erp.post(f"/orders/{underway.pk}/events", NOTE, key="a").status_code == 409
    assert messages(underway) == 0


@pytest.mark.django_db
def test_keys_of_long_ago_are_forgotten(erp: Program, underway: Order) -> None:
    erp.post(f"/orders/{underway.pk}/events", NOTE, key="a")
    assert forget_keys(timezone.now() + timedelta(days=6)) == 0
    assert forget_keys(timezone.now() + timedelta(days=8)) == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_of_many_requests_at_once_one_is_worked_on(store: Store) -> None:
    order, erp = placed_order(store, paid()), program_of(store)
    start, answers = threading.Barrier(8), list[Any]()

    def ask() -> None:
        start.wait()
        answers.append(erp.post(f"/orders/{order.pk}/events", NOTE, key="a"))
        connection.close()

    threads = [threading.Thread(target=ask) for _turn in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert messages(order) == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert 201 in {answer.status_code for answer in answers}
