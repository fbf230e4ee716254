"""Files of orders over the API: kept once for their key, taken in as from the import page, and refused as there."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from disputes.order_files import import_file
from orders.models import ApiScope, Order, OrderFile, Store, TimelineEvent
from tests.cast import at, clock_at, paid, placed_order, shipped, ticking
from tests.desk.api.conftest import API, Program, program_of

pytestmark = pytest.mark.django_db

ORDERS = "order_number,placed_at,buyer_country\n8012,2026-03-02 09:00,BR\n,2026-03-02 09:00,BR\n"


def send(program: Program, rows: bytes | str = ORDERS, *, name: str = "orders.csv", key: str = "", **form: str) -> Any:
    data = rows.encode() if isinstance(rows, str) else rows
    headers = program.headers() | ({"Idempotency-Key": key} if key else {})
    return program.client.post(f"{API}/order-files", {"file": SimpleUploadedFile(name, data), **form}, headers=headers)


def taken_in(program: Program, answer: Any) -> dict[str, Any]:
    """What became of the file, asked at the address that the answer names."""
    import_file(answer.json()["id"], clock_at("03-10 12:00"))
    found: dict[str, Any] = program.client.get(answer["Location"], headers=program.headers()).json()
    return found


def test_a_file_is_taken_in_by_workers_and_tells_its_progress_at_the_address_it_names(erp: Program) -> None:
    answer = send(erp, timezone="America/Sao_Paulo")
    assert (answer.status_code, answer.json()["state"], answer.json()["name"]) == (202, "queued", "orders.csv")
    report = taken_in(erp, answer)["report"]
    assert (report["created"], len(report["rejected"])) == (1, 1)
    order = Order.objects.get(order_number="8012", store=erp.token.store)
    assert f"{order.placed_at:%H:%M}" == "12:00"  # nine o'clock in São Paulo


def test_tracking_news_are_taken_in_as_well(erp: Program, store: Store) -> None:
    order = placed_order(store, paid(), shipped())
    news = "tracking_number,at,status,description,location,source\nLX123456785CN,2026-03-08T08:00Z,in_transit,,,file\n"
    assert taken_in(erp, send(erp, news, content="tracking"))["report"]["created"] == 1
    order.refresh_from_db()
    assert order.tracking_status == "in_transit"


def test_the_same_file_with_the_same_key_is_one_file(erp: Program) -> None:
    first, second = send(erp, key="monday"), send(erp, key="monday")
    assert (second["Idempotency-Replayed"], second["Location"]) == ("true", first["Location"])
    assert second.content == first.content
    assert OrderFile.objects.count() == 1
    assert send(erp, ORDERS + " ", key="monday").status_code == 422
    assert send(erp, key="monday", content="tracking").status_code == 422


@pytest.mark.parametrize(
    ("rows", "form"),
    [("", {}), (b"x" * 1_001, {}), (ORDERS, {"timezone": "Mars/Base"}), (ORDERS, {"content": "reviews"})],
)
def test_what_cannot_be_used_is_refused_and_leaves_nothing(
    erp: Program, settings: LazySettings, rows: bytes | str, form: dict[str, str]
) -> None:
    settings.IMPORT_MAX_BYTES = 1_000
    answer = send(erp, rows, **form)
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert not OrderFile.objects.exists()


def test_what_is_written_late_in_a_long_file_is_recorded_late(erp: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("disputes.intake.BATCH", 1)
    rows = "order_number,placed_at\n" + "".join(f"80{number},2026-03-02 09:00\n" for number in range(3))
    assert import_file(send(erp, rows).json()["id"], ticking("03-10 12:00", seconds=3600)) is None
    said = list(TimelineEvent.objects.order_by("pk").values_list("recorded_at", flat=True))
    assert said == sorted(said)
    assert len(set(said)) == 3
    late = erp.get("/events", since=said[-1].isoformat(), types="order.placed").json()["items"]
    assert "802" in [row["data"]["order"]["order_number"] for row in late]
    assert said[-1] > at("03-10 14:00")


def test_nobody_may_send_a_file_whose_token_may_not(store: Store) -> None:
    orders_only = program_of(store, ApiScope.ORDERS_READ)
    assert post_raw(orders_only, b"--x", "multipart/form-data") == 403  # it is not even looked at
    assert post_raw(orders_only, b"--x", "multipart/form-data", **{"Idempotency-Key": "again"}) == 403


def post_raw(program: Program, body: bytes, content_type: str, **headers: str) -> int:
    said = {"content_type": content_type, "headers": program.headers() | headers}
    return int(program.client.generic("POST", f"{API}/order-files", body, **said).status_code)


@pytest.mark.parametrize("key", ["", "again"])
def test_a_body_that_is_no_upload_is_a_problem(erp: Program, settings: LazySettings, key: str) -> None:
    headers = {"Idempotency-Key": key} if key else {}
    parts = encode_multipart(BOUNDARY, {"file": SimpleUploadedFile("a.csv", b"x" * 200_000)})
    assert post_raw(erp, b"order_number", "text/csv", **headers) == 415
    assert post_raw(erp, b"--x", "multipart/form-data", **headers) == 400
    assert post_raw(erp, b"{}", "application/json", **headers) == 422
    settings.IMPORT_MAX_BYTES = 1_000
    assert post_raw(erp, parts, MULTIPART_CONTENT, **headers) == 413
    assert not OrderFile.objects.exists()


def zip_bomb() -> bytes:
    return b"PK\x03\x04" + b"\x00" * 2_000


@pytest.mark.parametrize(
    ("name", "make"), [("orders.xlsx", zip_bomb), ("../../etc/passwd.csv", lambda: b"\x00\xff" * 9)]
)
def test_a_hostile_file_ends_as_failed_with_its_reason(erp: Program, name: str, make: Callable[[], bytes]) -> None:
    found = taken_in(erp, send(erp, make(), name=name))
    assert (found["state"], bool(found["error"])) == ("failed", True)
    assert Path(OrderFile.objects.get().file.name).parts[0] == "order-files"
    assert found["name"] == Path(name).name


def test_another_stores_program_sees_no_file_and_one_without_the_scope_sends_none(
    erp: Program, rival: Program, store: Store
) -> None:
    answer = send(erp)
    assert rival.client.get(answer["Location"], headers=rival.headers()).status_code == 404
    assert send(program_of(store, ApiScope.ORDERS_READ)).status_code == 403
    assert OrderFile.objects.get().store == store
