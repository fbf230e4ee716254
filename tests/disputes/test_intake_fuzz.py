"""Whatever a file holds: it is unusable in one sentence, or every row is accounted for, and again it is unchanged."""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from disputes.intake import Intake, Report
from orders.importing.files import UnusableFile
from orders.models import Order, Store
from orders.services.verification import verify_timeline
from orders.triage import triage
from tests.cast import alices_store, at

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NOW = at("03-10 12:00")
MANY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60)
NASTY = [
    "",
    " ",
    "0",
    "-1",
    "1e400",
    "NaN",
    "=1+1",
    "\x00",
    "\ud800",
    "９９",
    "ß" * 300,
    "null",
    "'",
    '"',
    "\u202e",
    "9" * 25,
]
DATES = [
    "2026-03-09",
    "2026-03-09T12:00Z",
    "09/03/2026 10:00",
    "2026-02-30",
    "1999-01-01",
    "2026-03-09 25:00",
    "45000.5",
]
WORDS = st.sampled_from(NASTY) | st.text(max_size=12)
ORDER_CELLS: dict[str, st.SearchStrategy[str]] = {
    "order_number": st.sampled_from(["801", "802", "803", "80 4"]) | WORDS,
    "placed_at": st.sampled_from(DATES[:3]) | st.sampled_from(DATES) | WORDS,
    "paid_at": st.sampled_from(["", *DATES]) | WORDS,
    "shipped_at": st.sampled_from(["", *DATES]),
    "delivered_at": st.sampled_from(["", *DATES]),
    "status": st.sampled_from(["", "shipped", "refunded", "cancelled", "等待买家收货"]) | WORDS,
    "tracking_number": st.sampled_from(["", "LX1", "LX1;LX2"]) | WORDS,
    "buyer_email": st.sampled_from(["", "maria@example.com", "a@b"]) | WORDS,
    "buyer_name": WORDS,
    "total": st.sampled_from(["", "24.00", "R$ 1.234,56", "99999999999999"]) | WORDS,
    "currency": st.sampled_from(["", "USD", "R$", "ZZZ"]) | WORDS,
    "promised_days": st.sampled_from(["", "60", "999999999"]) | WORDS,
    "protection_ends_at": st.sampled_from(["", *DATES]),
    "sku": WORDS,
    "quantity": st.sampled_from(["", "1", "2.5", "99999999999"]) | WORDS,
    "unit_price": st.sampled_from(["", "6.00"]) | WORDS,
}
NEWS_CELLS: dict[str, st.SearchStrategy[str]] = {
    "tracking_number": st.sampled_from(["LX1", "LX2", ""]) | WORDS,
    "at": st.sampled_from(DATES) | WORDS,
    "status": st.sampled_from(["", "delivered", "in_transit", "Delivered"]) | WORDS,
    "description": st.sampled_from(["", "Objeto entregue", "Favor desconsiderar a informação anterior"]) | WORDS,
    "location": WORDS,
    "source": st.sampled_from(["", "17track"]) | WORDS,
}
Rows = list[dict[str, str]]


def tables(cells: dict[str, st.SearchStrategy[str]], *needed: str) -> st.SearchStrategy[Rows]:
    """Rows with the needed columns and any of the others."""
    columns = st.sets(st.sampled_from(sorted(cells))).map(lambda chosen: sorted({*chosen, *needed}))
    return columns.flatmap(
        lambda names: st.lists(st.fixed_dictionaries({name: cells[name] for name in names}), min_size=1, max_size=6)
    )


def written(rows: Rows) -> bytes:
    """The rows as a file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


class Door:
    """Where the files of one store come in."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.intake, self.path = Intake(store, NOW, "test"), folder / "file.csv"

    def orders(self, content: bytes) -> Report:
        """Take an order file in. Raises UnusableFile."""
        self.path.write_bytes(content)
        return self.intake.import_orders(self.path, timezone="Asia/Shanghai", mapping=None)

    def tracking(self, content: bytes) -> Report:
        """Take a tracking file in. Raises UnusableFile."""
        self.path.write_bytes(content)
        return self.intake.import_tracking(self.path, timezone="Asia/Shanghai")


@pytest.fixture
def door(tmp_path: Path) -> Door:
    """A store with one parcel on its way."""
    made = Door(alices_store(), tmp_path)
    line = b"LX,2026-02-20T12:00Z,2026-02-20T13:00Z,2026-02-25T10:00Z,LX1,maria@example.com\n"
    assert made.orders(b"order_number,placed_at,paid_at,shipped_at,tracking_number,buyer_email\n" + line).created == 1
    return made


def twice(take: Callable[[bytes], Report], content: bytes) -> tuple[Report, Report] | None:
    """Take a file in two times and back; None where it cannot be used at all."""
    with transaction.atomic():
        try:
            first, second = take(content), take(content)
        except UnusableFile as error:
            assert str(error)
            return None
        for order in Order.objects.all():
            assert verify_timeline(order) == ""
            assert order.tracking_queue == (finding.queue if (finding := triage(order, order.policy, now=NOW)) else "")
        transaction.set_rollback(True)
    return first, second


def counted(report: Report) -> int:
    return report.created + report.updated + report.unchanged + len({error.row for error in report.rejected})


@MANY
@given(tables(ORDER_CELLS, "order_number", "placed_at"))
def test_any_table_of_orders_is_taken_row_by_row(door: Door, rows: Rows) -> None:
    reports = twice(door.orders, written(rows))
    if reports is None:
        return
    first, second = reports
    assert first.read == second.read
    assert (second.created, second.updated) == (0, 0) or len({row["order_number"] for row in rows}) < len(rows)
    assert [row.as_json() for row in first.rejected] == [row.as_json() for row in second.rejected]
    if len({row["order_number"].strip() for row in rows}) == len(rows):
        assert counted(first) == counted(second) == first.read


@MANY
@given(tables(NEWS_CELLS, "tracking_number", "at"))
def test_any_table_of_news_is_taken_row_by_row(door: Door, rows: Rows) -> None:
    reports = twice(door.tracking, written(rows))
    if reports is None:
        return
    first, second = reports
    assert counted(first) == first.read
    assert second.updated == 0
    assert counted(second) == second.read == first.read


@MANY
@given(
    st.binary(max_size=400)
    | st.binary(max_size=200).map(lambda end: b"order_number,placed_at,at,tracking_number\n" + end)
)
def test_any_bytes_are_a_file_or_unusable(door: Door, content: bytes) -> None:
    for take in (door.orders, door.tracking):
        if reports := twice(take, content):
            assert counted(reports[0]) <= reports[0].read
