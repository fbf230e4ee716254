"""Import from a page: look, assign columns, start, watch, read the report."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from desk.forms.files import guess_date_format
from disputes.order_files import import_file, waiting_files
from orders.models import Order, OrderFile, Store
from orders.models.files import OrderFileState
from tests.cast import PLACED, after, at, clock_at

GOOD = "order_number,placed_at,buyer_name\n801,2026-03-01 10:00,Maria\n802,2026-03-01 11:00,João\n"
STRANGE = "Pedido;Data\n801;01/03/2026 10:00\n"


def upload(client: Client, store: Store, text: str | bytes, name: str = "orders.csv") -> OrderFile:
    data = text.encode() if isinstance(text, str) else text
    given = {"store": store.slug, "content": "orders", "file": SimpleUploadedFile(name, data)}
    assert client.post("/import/", given).status_code == 302
    file: OrderFile = OrderFile.objects.get()
    return file


def start(client: Client, file: OrderFile, **values: str) -> OrderFile:
    columns = {"column-order_number": "order_number", "column-placed_at": "placed_at"}
    client.post(f"/import/{file.pk}/start/", {"timezone": "UTC", **columns, **values})
    file.refresh_from_db()
    return file


def test_a_file_is_shown_before_anything_changes(alice: Client, store: Store) -> None:
    file = upload(alice, store, GOOD)
    page = alice.get(f"/import/{file.pk}/").content.decode()
    assert "João" in page
    assert "America/Los_Angeles" in page
    assert not Order.objects.exists()


def test_the_file_lands_when_it_is_started(alice: Client, store: Store) -> None:
    file = start(alice, upload(alice, store, GOOD))
    assert file.state == OrderFileState.QUEUED
    import_file(file.pk, clock_at(PLACED))
    assert Order.objects.count() == 2
    assert "dd>2</dd" in alice.get(f"/import/{file.pk}/").content.decode()


def test_strange_headers_are_assigned_by_hand(alice: Client, store: Store) -> None:
    file = upload(alice, store, STRANGE)
    assert "This header is not known" in alice.get(f"/import/{file.pk}/").content.decode()
    columns = {"column-order_number": "Pedido", "column-placed_at": "Data", "date_format": "%d/%m/%Y %H:%M"}
    import_file(start(alice, file, **columns).pk, clock_at(PLACED))
    assert Order.objects.get().order_number == "801"


@pytest.mark.parametrize(
    "columns", [{"column-placed_at": ""}, {"column-placed_at": "order_number"}, {"timezone": "Mars/Olympus"}]
)
def test_a_mapping_that_cannot_be_is_refused(alice: Client, store: Store, columns: dict[str, str]) -> None:
    file = start(alice, upload(alice, store, GOOD), **columns)
    assert file.state == OrderFileState.UPLOADED


@pytest.mark.parametrize("data", [b"%PDF-1.7 no orders", b"\x89PNG\r\n", b"<html></html>"])
def test_a_file_of_another_kind_says_what_to_do(alice: Client, store: Store, data: bytes) -> None:
    file = upload(alice, store, data)
    page = alice.get(f"/import/{file.pk}/").content.decode()
    assert "The file cannot be used" in page
    assert "orders.csv: The file is" in page  # by the name that the person gave it


def test_a_missing_column_is_named(alice: Client, store: Store) -> None:
    page = alice.get(f"/import/{upload(alice, store, GOOD.replace('placed_at', 'when')).pk}/").content.decode()
    assert "No column is known as: placed at (placed_at)." in page


BOUGHT = """order_number,placed_at,paid_at,shipped_at,carrier,tracking_number,currency,total,sku,title,quantity
801,2026-03-01 10:00,2026-03-01 11:00,2026-03-02 10:00,China Post,LX123456784CN,BRL,35.86,A,Lamp,1
801,2026-03-01 10:00,2026-03-01 11:00,2026-03-02 10:00,China Post,LX123456784CN,BRL,35.86,B,Cable,1
802,2026-03-01 10:00,2026-03-01 11:00,2026-03-02 10:00,China Post,LX123456785CN,BRL,35.86,A,Lamp,1
803,never,,,,,,,,,
"""


def test_the_report_adds_up_and_says_each_cause_once_with_the_way_to_mend_it(alice: Client, store: Store) -> None:
    Store.objects.update(exchange_rates={})
    file = start(alice, upload(alice, store, BOUGHT), **{
        f"column-{name}": name
        for name in ("paid_at", "shipped_at", "carrier", "tracking_number", "currency", "total", "sku", "title")
    })  # fmt: skip
    import_file(file.pk, clock_at(PLACED))
    page = alice.get(f"/import/{file.pk}/").content.decode()
    assert "Rows: 4, with errors: 1, good: 3. Orders in the good rows: 2, since" in page  # right of one as well
    assert page.count("the store has no exchange rate for BRL") == 1
    assert f'href="/setup/stores/{store.slug}/">Set the rate for BRL' in page
    assert "The check digit of the tracking number does not fit" in page


def test_an_empty_file_is_refused_at_once(alice: Client, store: Store) -> None:
    given = {"store": store.slug, "content": "orders", "file": SimpleUploadedFile("a.csv", b"")}
    assert alice.post("/import/", given).status_code == 422
    assert not OrderFile.objects.exists()


def test_a_file_for_another_store_is_refused(alice: Client, store: Store) -> None:
    given = {"store": "charlie", "content": "orders", "file": SimpleUploadedFile("a.csv", GOOD.encode())}
    assert alice.post("/import/", given).status_code == 422


def test_bad_rows_are_listed_and_can_be_taken_home(alice: Client, store: Store) -> None:
    file = start(alice, upload(alice, store, GOOD + "803,=yesterday(),Ana\n"))
    import_file(file.pk, clock_at(PLACED))
    assert "=yesterday()" in alice.get(f"/import/{file.pk}/").content.decode()
    rows = list(csv.reader(io.StringIO(alice.get(f"/import/{file.pk}/errors.csv").content.decode("utf-8-sig"))))
    assert rows[1][:3] == ["4", "placed_at", "'=yesterday()"]


def test_an_unusable_file_waits_for_nobody_and_says_why_in_the_readers_language(alice: Client, store: Store) -> None:
    file = upload(alice, store, b"order_nu\0mber,placed_at\n")
    assert file.state == OrderFileState.FAILED
    page = alice.get(f"/import/{file.pk}/").content.decode()
    assert "orders.csv: This is no text file (line 1 holds what no text has)." in page
    assert page.count('class="refusal"') == 1
    assert "waiting for a look" not in page + alice.get("/import/").content.decode()


def test_errors_are_counted_as_errors_and_rows_as_rows(alice: Client, store: Store) -> None:
    file = start(alice, upload(alice, store, GOOD + "803,20/11/2026,Ana\n,never,Rui\n"))
    import_file(file.pk, clock_at(PLACED))
    page = alice.get(f"/import/{file.pk}/").content.decode()
    assert "Rows: 4, with errors: 2," in page
    assert 'Errors <span class="count">3</span>' in page
    assert "choose how dates are written before the import" in page
    assert "choose how dates are written" in alice.get(f"/import/{file.pk}/errors.csv").content.decode()


def test_progress_is_a_part_of_the_page_until_it_is_done(alice: Client, store: Store) -> None:
    file = start(alice, upload(alice, store, GOOD))
    OrderFile.objects.filter(pk=file.pk).update(state=OrderFileState.RUNNING, rows_done=1200)
    part = alice.get(f"/import/{file.pk}/", headers={"HX-Request": "true"})
    assert "1200 rows read" in part.content.decode()
    OrderFile.objects.filter(pk=file.pk).update(state=OrderFileState.DONE, report={})
    assert alice.get(f"/import/{file.pk}/", headers={"HX-Request": "true"})["HX-Refresh"] == "true"


def test_a_file_that_failed_may_be_started_again(alice: Client, store: Store) -> None:
    file = upload(alice, store, GOOD)
    OrderFile.objects.filter(pk=file.pk).update(state=OrderFileState.FAILED, error="no column")
    assert "no column" in alice.get(f"/import/{file.pk}/").content.decode()
    assert start(alice, file).state == OrderFileState.QUEUED


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["2026-03-01 10:00"], ""),
        (["01/03/2026 10:00", "28/02/2026 09:30"], "%d/%m/%Y %H:%M"),
        (["03/28/2026", "03/01/2026"], "%m/%d/%Y"),
        (["01/03/2026"], "%d/%m/%Y"),
        (["soon", "01/03/2026"], ""),
        ([""], ""),
    ],
)
def test_the_form_of_the_dates_is_guessed_from_the_first_rows(cells: list[str], expected: str) -> None:
    assert guess_date_format(cells) == expected


def test_a_file_that_breaks_off_says_so_and_is_not_taken_up_for_ever(alice: Client, store: Store) -> None:
    file = start(alice, upload(alice, store, GOOD))
    OrderFile.objects.update(mapping=[["order_number", "Pedido"]])  # as no page writes it
    import_file(file.pk, clock_at(PLACED))
    assert waiting_files(at(after(PLACED, minutes=5))) == []
    OrderFile.objects.update(mapping={})
    assert "start the import again" in alice.get(f"/import/{file.pk}/").content.decode()


def test_a_file_over_which_workers_die_is_given_up_and_can_be_started_again(alice: Client, store: Store) -> None:
    file = start(alice, upload(alice, store, GOOD))
    OrderFile.objects.filter(pk=file.pk).update(state=OrderFileState.RUNNING, attempts=3, heartbeat_at=at(PLACED))
    import_file(file.pk, clock_at(after(PLACED, minutes=5)))
    assert "3 workers broke down over it" in alice.get(f"/import/{file.pk}/").content.decode()
    start(alice, file)
    import_file(file.pk, clock_at(after(PLACED, minutes=6)))
    assert Order.objects.count() == 2
