"""A client that knows the OpenAPI document and nothing else drives an order from its file to its last item."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from disputes.firing import fire_due
from disputes.models import ActionItem
from disputes.order_files import import_file
from orders.models import Order, OrderFile, Store
from tests.cast import at, clock_at
from tests.desk.api.conftest import program_of

pytestmark = pytest.mark.django_db


class Generated:
    """One method for each operation of a document: `client.show_order(order_id=1)`."""

    def __init__(self, address: str, secret: str) -> None:
        self._client, self._headers = Client(), {"Authorization": f"Bearer {secret}"}
        document = self._client.get(address).json()
        self._operations = {
            said["operationId"]: (method, path, said)
            for path, methods in document["paths"].items()
            for method, said in methods.items()
        }

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method, path, said = self._operations[name]
        places = {given["name"]: given["in"] for given in said["parameters"]}

        def call(body: Any = None, **given: Any) -> Any:
            assert set(given) <= set(places), f"{name} takes {sorted(places)}"
            address = path.format(**{key: value for key, value in given.items() if places[key] == "path"})
            query = {key: value for key, value in given.items() if places[key] == "query"}
            request: dict[str, Any] = {"query_params": query, "headers": self._headers}
            if "requestBody" in said:
                request |= {"data": json.dumps(body), "content_type": "application/json"}
            answer = getattr(self._client, method)(address, **request)
            assert str(answer.status_code) in said["responses"]
            return answer.json()

        return call


@pytest.fixture
def client_of_alice(store: Store) -> Any:
    return Generated("/api/v1/openapi.json", program_of(store).secret)


def test_an_order_goes_from_its_file_over_an_event_to_work_that_is_done(client_of_alice: Any) -> None:
    given = {
        "order_number": "8012345678901234",
        "placed_at": "2026-03-02T12:00:00Z",
        "paid_at": "2026-03-02T13:00:00Z",
        "currency": "USD",
        "total": "24.00",
        "shipping_service": "postal",
        "promised_days": 60,
        "buyer": {"name": "Maria Souza", "country": "BR", "language": "pt-br"},
        "items": [{"sku": "A1", "title": "USB lamp", "quantity": 4, "unit_price": "6.00"}],
    }
    file = client_of_alice.add_orders({"orders": [given]})
    import_file(OrderFile.objects.get(pk=file["id"]).pk, clock_at("03-02 14:00"))
    report = client_of_alice.show_order_file(file_id=file["id"])["report"]
    assert (report["created"], report["rejected"]) == (1, [])
    (order,) = client_of_alice.list_orders(order_number="8012345678901234")["items"]
    parcel = {"type": "shipped", "at": "2026-03-05T10:00:00Z", "tracking_number": "LX123456785CN", "as": "command"}
    assert client_of_alice.record_event(parcel, order_id=order["id"])["violations"] == []
    opened = {"type": "dispute_opened", "reason": "lost", "amount": "24.00", "at": "2026-04-20T10:00:00Z"}
    assert client_of_alice.record_event(opened, order_id=order["id"])["state"] == "disputed"
    (dispute,) = client_of_alice.list_disputes(is_open=True)["items"]
    detail = client_of_alice.show_dispute(dispute_id=dispute["id"])
    assert detail["advice"]
    assert {row["kind"] for row in detail["deadlines"]} >= {"dispute_response_due"}
    items = client_of_alice.list_actions(order_id=order["id"], limit=200)["items"]
    (answer,) = [item for item in items if item["kind"] == "answer_dispute"]
    done = client_of_alice.complete({"note": "answered on the platform"}, action_id=answer["id"])
    assert done["state"] == "done"
    assert answer["id"] not in [item["id"] for item in client_of_alice.list_actions(limit=200)["items"]]
    assert Order.objects.get(pk=order["id"]).timeline.filter(type="done", actor__startswith="api:").count() == 1
    assert ActionItem.objects.get(pk=answer["id"]).closed_by.startswith("api:")
    fire_due(clock_at("04-21 10:00"), until=at("04-21 10:05"))
    assert [row["purpose"] for row in client_of_alice.list_messages(order_id=order["id"])["items"]]
