"""Review files taken in: what lands, what is rejected and why, what waits for its order, and that nothing leaves."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core import mail
from django.core.files.base import ContentFile

from disputes.intake import Intake, Report
from disputes.models import ActionItem, Review
from disputes.order_files import import_file
from messaging.models import Message
from orders.importing.files import UnusableFile
from orders.models import Order, OrderFile, Store
from orders.models.files import OrderFileState
from tests.cast import alices_store, at, clock_at, paid, placed_order, shipped

NOW = "05-10 15:00"
HEADER = "order_number,stars,title,text,created_at,answered_at"
ORDERS = "order_number,placed_at,paid_at,shipped_at\n801,2026-03-02 12:00,2026-03-02 13:00,2026-03-05 10:00\n"
Bring = Callable[..., Report]
pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    return alices_store()


@pytest.fixture
def bring(store: Store, tmp_path: Path) -> Bring:
    """Take a review file in."""

    def take(*lines: str, header: str = HEADER, encoding: str = "utf-8") -> Report:
        path = tmp_path / "reviews.csv"
        path.write_text("\n".join([header, *lines]), encoding=encoding)
        return Intake(store, at(NOW), "file:7").import_reviews(path, timezone="America/Sao_Paulo")

    return take


def counts(report: Report) -> tuple[int, int, int, int, int]:
    return report.read, report.created, report.updated, report.unchanged, len(report.rejected)


def test_a_file_lands_once_and_its_times_are_the_files_own(bring: Bring, store: Store) -> None:
    placed_order(store, paid(), shipped(), number="801")
    lines = ["801,1,,Não recebi,2026-05-10 09:00,", "802,5,,Adorei,2026-05-09,2026-05-09 10:00"]
    assert counts(bring(*lines)) == (2, 2, 0, 0, 0)
    assert counts(bring(*lines)) == (2, 0, 0, 2, 0)
    bad, good = Review.objects.order_by("order_number")
    assert (bad.reviewed_at, bad.state, bad.order_id) == (at("05-10 12:00"), "received", Order.objects.get().pk)
    assert (good.answered_at, good.state, good.order_id) == (at("05-09 13:00"), "replied", None)


def test_a_bad_row_is_told_with_its_field_and_stops_no_other(bring: Bring) -> None:
    report = bring(
        "801,6,,x,2026-05-10,", ",3,,x,2026-05-10,", "801,3,,x,,", "801,3,,x,10/05/2026,", "803,★★,,ok,2026-05-10,"
    )
    assert counts(report) == (5, 1, 0, 0, 4)
    assert [(row.row, row.field, row.value) for row in report.rejected] == [
        (2, "stars", "6"), (3, "order_number", ""), (4, "created_at", ""), (5, "created_at", "10/05/2026"),
    ]  # fmt: skip


def test_one_order_may_have_two_reviews_and_a_later_addition(bring: Bring) -> None:
    header = "订单号,星级,评价内容,评价时间,追评,买家"
    lines = ["801,1,还没收到货,2026-05-09 10:00,,王", "801,1,还是没收到,2026-05-10 10:00,是,王"]
    assert counts(bring(*lines, header=header, encoding="gb18030")) == (2, 2, 0, 0, 0)
    assert list(Review.objects.order_by("reviewed_at").values_list("is_follow_up", "author", "cause")) == [
        (False, "王", "logistics"),
        (True, "王", "logistics"),
    ]


def test_a_waiting_review_is_joined_when_its_order_is_imported(bring: Bring, store: Store, tmp_path: Path) -> None:
    bring("801,1,,Não recebi,2026-05-10 09:00,")
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS, encoding="utf-8")
    Intake(store, at(NOW), "file:8").import_orders(path, timezone="UTC", mapping=None)
    order = Order.objects.get()
    assert (Review.objects.get().order_id, order.reviewed_at) == (order.pk, at("05-10 12:00"))
    assert ActionItem.objects.get(kind="reply_review").due_at == at("05-11 12:00")


def test_history_mails_nobody_and_raises_nothing(bring: Bring, store: Store) -> None:
    placed_order(store, paid(), shipped(), number="801")
    before = Message.objects.count()
    bring("801,1,,Péssimo,2025-05-10 09:00,")
    assert not ActionItem.objects.filter(kind="reply_review").exists()
    assert (Message.objects.count(), mail.outbox) == (before, [])
    assert Review.objects.get().next_at is None


def test_a_file_without_stars_is_refused_with_what_it_has(bring: Bring) -> None:
    with pytest.raises(UnusableFile, match="no column for stars"):
        bring("801,x", header="order_number,created_at")


def test_an_uploaded_file_of_reviews_is_taken_in_by_a_worker(store: Store) -> None:
    file = OrderFile.objects.create(
        store=store,
        content=OrderFile.Content.REVIEWS,
        name="r.csv",
        timezone="UTC",
        state=OrderFileState.QUEUED,
        uploaded_at=at(NOW),
        file=ContentFile(f"{HEADER}\n801,1,,Quebrado,2026-05-10,\n".encode(), "r.csv"),
    )
    import_file(file.pk, clock_at(NOW))
    file.refresh_from_db()
    assert (file.state, file.report["created"], Review.objects.count()) == (OrderFileState.DONE, 1, 1)
