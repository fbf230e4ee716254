"""Whatever goes wrong under /api/ is a problem, and tokens open their own store only, as often as they may."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from disputes.models import ActionKind
from orders.models import ApiScope, ApiToken, AuditEntry, Order, Store
from orders.services.api_tokens import make_token, revoke_token
from orders.services.auditing import Doer
from tests.desk.api.conftest import API, Program, program_of
from tests.desk.conftest import open_item

pytestmark = pytest.mark.django_db


def problem(answer: Any) -> tuple[int, str]:
    """Its status and kind, once it is sure that it is a problem."""
    assert answer["Content-Type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == answer.status_code
    return answer.status_code, said["type"].partition("#")[2]


def test_everything_that_goes_wrong_is_a_problem(erp: Program, settings: LazySettings) -> None:
    text = erp.client.post(f"{API}/orders", "a=b", content_type="text/plain", headers=erp.headers())
    assert problem(text) == (415, "unsupported-media-type")
    assert problem(erp.get("/nothing")) == (404, "not-found")
    assert problem(erp.client.get("/api/")) == (404, "not-found")
    assert problem(erp.get("/orders/99")) == (404, "not-found")
    assert problem(erp.get("/orders/abc")) == (422, "invalid")
    assert problem(erp.get(f"/orders/{10**30}")) == (422, "invalid")
    assert problem(erp.get("/orders?q=%00")) == (400, "bad-request")
    wrong_method = erp.client.delete(f"{API}/orders", headers=erp.headers())
    assert problem(wrong_method) == (405, "method-not-allowed")
    assert set(wrong_method["Allow"].split(", ")) == {"GET", "POST"}
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert problem(erp.post("/orders", {"orders": ["x" * 200]})) == (413, "too-large")
    half = erp.client.post(f"{API}/orders", "{", content_type="application/json", headers=erp.headers())
    assert problem(half) == (400, "bad-request")


def test_a_fault_of_ours_is_a_problem_and_says_nothing_of_us(
    erp: Program, underway: Order, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(*_args: Any, **_given: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("desk.api.orders.record", break_down)
    answer = erp.post(f"/orders/{underway.pk}/events", {"type": "completed"}, key="k")
    assert problem(answer) == (500, "fault")
    assert "secret detail" not in answer.content.decode()
    assert "secret detail" in caplog.text


def test_only_a_good_token_opens_anything(store: Store, erp: Program, client: Client) -> None:
    now = timezone.now()
    assert erp.get("/orders").status_code == 200
    for header in ("", "Bearer ", f"Basic {erp.secret}", "Bearer prazo_wrong", f"Bearer {erp.secret}x"):
        answer = client.get(f"{API}/orders", headers={"Authorization": header})
        assert (problem(answer), answer["WWW-Authenticate"]) == ((401, "unauthorized"), "Bearer")
    revoke_token(erp.token, Doer(), now=now)
    over = make_token(store, name="old", scopes=ApiScope, expires_at=now - timedelta(1), doer=Doer(), now=now)[1]
    for secret in (erp.secret, over):
        assert client.get(f"{API}/orders", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    assert (
        list(AuditEntry.objects.values_list("kind", flat=True)) == ["token_made", "token_revoked", "token_made"][::-1]
    )


def test_the_database_holds_no_token(erp: Program) -> None:
    row = ApiToken.objects.filter(pk=erp.token.pk).values().get()
    assert erp.secret not in str(row)
    assert erp.secret.startswith(row["prefix"])


def test_a_log_in_opens_nothing_of_the_api(alice: Client) -> None:
    assert alice.get(f"{API}/orders").status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("get", "/orders", ApiScope.ORDERS_READ),
        ("get", "/orders/1", ApiScope.ORDERS_READ),
        ("post", "/orders", ApiScope.ORDERS_WRITE),
        ("get", "/order-files/1", ApiScope.ORDERS_READ),
        ("post", "/order-files", ApiScope.ORDERS_WRITE),
        ("get", "/actions", ApiScope.ACTIONS_READ),
        ("post", "/actions/1/complete", ApiScope.ACTIONS_WRITE),
        ("get", "/disputes", ApiScope.DISPUTES_READ),
        ("get", "/disputes/1", ApiScope.DISPUTES_READ),
        ("get", "/bundles", ApiScope.DISPUTES_READ),
        ("get", "/bundles/1/files/1", ApiScope.DISPUTES_READ),
        ("get", "/messages", ApiScope.MESSAGES_READ),
        ("get", "/cases", ApiScope.CASES_READ),
        ("get", "/cases/1", ApiScope.CASES_READ),
        ("get", "/reviews", ApiScope.REVIEWS_READ),
        ("get", "/reviews/1", ApiScope.REVIEWS_READ),
        ("post", "/reviews", ApiScope.REVIEWS_WRITE),
        ("get", "/webhooks", ApiScope.WEBHOOKS_MANAGE),
        ("post", "/deliveries/1/send-again", ApiScope.WEBHOOKS_MANAGE),
    ],
)
def test_a_token_may_do_what_its_scopes_say_and_no_more(store: Store, method: str, path: str, scope: ApiScope) -> None:
    may, may_not = program_of(store, scope), program_of(store, *(other for other in ApiScope if other != scope))
    assert problem(may_not.send(method, path)) == (403, "scope-missing")
    assert may.send(method, path).status_code in {200, 404, 422}


def test_a_token_that_asks_too_often_is_told_how_long_to_wait(erp: Program, settings: LazySettings) -> None:
    settings.API_RATE_PER_MINUTE = 2
    ApiToken.objects.filter(pk=erp.token.pk).update(minute=timezone.now() - timedelta(minutes=5), used=900)
    answers = [erp.get("/orders") for _turn in range(5)]  # a minute may end in between
    limited = [answer for answer in answers if answer.status_code == 429]
    assert limited
    assert 1 <= int(limited[0]["Retry-After"]) <= 60
    assert problem(limited[0]) == (429, "too-many-requests")


@pytest.mark.parametrize(
    ("kind", "subject", "status"),
    [
        (ActionKind.CONTACT_BUYER, "promise:1", 409),
        (ActionKind.REPLY_REVIEW, "review:1", 409),
        (ActionKind.REVIEW_MANUALLY, "case:1", 409),
        (ActionKind.CONTACT_BUYER, "question", 200),
        (ActionKind.SHIP, "", 200),
    ],
)
def test_work_with_a_step_of_its_own_is_not_closed_by_a_word(
    erp: Program, underway: Order, kind: ActionKind, subject: str, status: int
) -> None:
    item = open_item(underway, kind, subject=subject, store=underway.store)
    assert erp.post(f"/actions/{item.pk}/complete").status_code == status
    item.refresh_from_db()
    assert item.state == ("open" if status == 409 else "done")


def test_other_stores_rows_are_never_reached(rival: Program, erp: Program, underway: Order) -> None:
    item = open_item(underway, ActionKind.SHIP, store=underway.store)
    assert [row["id"] for row in erp.get("/actions", kind="ship").json()["items"]] == [item.pk]
    for path in ("/actions", "/disputes", "/messages", "/bundles", "/cases", "/reviews", "/webhooks"):
        assert rival.get(path).json()["items"] == []
    assert rival.post(f"/actions/{item.pk}/complete").status_code == 404
    done = erp.post(f"/actions/{item.pk}/complete", {"note": "left by truck"})
    assert (done.status_code, done.json()["state"]) == (200, "done")
