"""Files taken in: what is created, corrected, left alone and rejected, and whom it may not write to."""

from pathlib import Path
from typing import Any

import pytest

from disputes.firing import fire_due
from disputes.intake import Intake, Report
from disputes.models import TrackingCase
from messaging.models import Message
from orders.importing.files import UnusableFile
from orders.models import Milestone, Order, Store, TimelineEvent
from orders.models.milestones import MilestoneState
from orders.services.verification import verify_timeline
from tests.cast import after, alices_store, at, due_milestones

NOW = "03-10 12:00"
HEADER = (
    "order_number,placed_at,paid_at,shipped_at,delivered_at,"
    "tracking_number,carrier,buyer_email,buyer_name,total,currency"
)
KEPT = (Order, Milestone, Message, TimelineEvent)
YOUNG = "801,2026-03-09T12:00Z,2026-03-09T13:00Z,,,,,maria@example.com,Maria,24.00,USD"
ON_ITS_WAY = "802,2026-02-20T12:00Z,2026-02-20T13:00Z,2026-02-25T10:00Z,,LX1,Post,maria@example.com,Maria,24.00,USD"
OLD = "803,2025-11-01T12:00Z,2025-11-01T13:00Z,2025-11-05T10:00Z,,LX2,Post,joao@example.com,João,24.00,USD"


@pytest.fixture
def store(db: None) -> Store:
    return alices_store()


class Files:
    """Files of one store, as they come in."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.folder = store, folder

    def orders(self, *lines: str, now: str = NOW, header: str = HEADER, encoding: str = "utf-8") -> Report:
        """Take an order file in."""
        path = self.folder / "orders.csv"
        path.write_text("\n".join([header, *lines]), encoding=encoding)
        return Intake(self.store, at(now), "test").import_orders(path, timezone="UTC", mapping=None)

    def tracking(self, *lines: str, now: str = NOW) -> Report:
        """Take a tracking file in."""
        path = self.folder / "tracking.csv"
        path.write_text("\n".join(["tracking_number,at,status,description,location,source", *lines]), encoding="utf-8")
        return Intake(self.store, at(now), "test").import_tracking(path, timezone="UTC")


@pytest.fixture
def files(store: Store, tmp_path: Path) -> Files:
    return Files(store, tmp_path)


def order(number: str) -> Order:
    found: Order = Order.objects.get(order_number=number)
    return found


def test_a_date_in_the_future_is_kept_noted_with_its_row_and_corrected_by_the_next_file(files: Files) -> None:
    ahead = files.orders("805,2026-03-17,,,,,,,Ana,,", "806,2026-03-11 11:00,2026-03-20,,,,,,Rui,,")
    assert (ahead.created, ahead.rejected) == (2, [])
    assert [(note["row"], note["rule"], note["message"].partition(":")[0]) for note in ahead.warnings] == [
        (2, "", "placed_at is '2026-03-17', in the future"),
        (3, "", "paid_at is '2026-03-20', in the future"),
    ]
    assert files.orders("805,2026-03-07,,,,,,,Ana,,").warnings == []
    assert order("805").placed_at == at("03-07 00:00")


def counts(report: Report) -> tuple[int, int, int]:
    return report.created, report.updated, report.unchanged


def fire_all(short: str) -> None:
    fire_due(lambda: at(short), until=at(after(short, minutes=1)))


# --- orders -----------------------------------------------------------------------------------------------------------
def test_the_same_file_again_changes_nothing(files: Files) -> None:
    assert counts(files.orders(YOUNG, ON_ITS_WAY, OLD)) == (3, 0, 0)
    before = [list(model.objects.order_by("pk").values()) for model in KEPT]
    report = files.orders(YOUNG, ON_ITS_WAY, OLD, now=after(NOW, days=3))
    assert counts(report) == (0, 0, 3)
    assert (report.scheduled, report.stale) == (0, 0)
    assert before == [list(model.objects.order_by("pk").values()) for model in KEPT]


def test_a_line_that_stands_elsewhere_or_is_spelt_otherwise_is_no_news(files: Files) -> None:
    files.orders(YOUNG, ON_ITS_WAY)
    spelt = YOUNG.replace("2026-03-09T13:00Z", "2026-03-09 10:00:00-03:00").replace("24.00", "24")
    assert counts(files.orders(ON_ITS_WAY, spelt)) == (0, 0, 2)


def test_dates_that_passed_before_we_knew_the_order_are_stale_and_mail_nobody(files: Files) -> None:
    report = files.orders(OLD)
    assert report.stale > 0
    fire_all(NOW)
    assert not Message.objects.exists()
    assert not order("803").milestones.filter(state=MilestoneState.FIRED).exists()
    assert order("803").state == "contact_60"
    assert {row.state for row in due_milestones(order("803"), "contact_30")} == {MilestoneState.STALE}


def test_an_order_on_its_way_keeps_its_past_and_schedules_its_future(files: Files) -> None:
    files.orders(ON_ITS_WAY)
    found = order("802")
    assert found.state == "shipped"
    assert [row.due_at for row in due_milestones(found, "contact_30")] == [at("03-27 10:00")]
    fire_all(after(NOW, days=18))
    assert order("802").state == "contact_30"
    assert found.messages.filter(purpose="contact_30").count() == 1


def test_news_of_the_last_day_is_told_and_older_news_is_not(files: Files) -> None:
    files.orders(YOUNG, now="03-09 14:00")
    assert [row.purpose for row in order("801").messages.all()] == ["order_received"]
    shipped_now = YOUNG.replace(",,,,,maria", ",2026-03-10T10:00Z,,LX9,Post,maria")
    assert counts(files.orders(shipped_now)) == (0, 1, 0)
    assert order("801").messages.filter(purpose="shipped").exists()


def test_bad_rows_are_named_and_the_good_ones_land(files: Files) -> None:
    bad = [
        "804,2018-13-01,,,,,,,,,",
        ",2026-03-09T12:00Z,,,,,,,,,",
        "805,2026-03-09T12:00Z,,,,,,nobody,,,",
        "806,2026-03-09T12:00Z,,,,,,,,-3,USD",
    ]
    report = files.orders(YOUNG, *bad, ON_ITS_WAY)
    assert report.created == 2
    assert report.read == 6
    assert [(error.row, error.field) for error in report.rejected] == [
        (3, "placed_at"),
        (4, "order_number"),
        (5, "buyer_email"),
        (6, "total"),
    ]
    assert all(error.error for error in report.rejected)
    assert report.rejected[0].value == "2018-13-01"


def test_a_parcel_that_left_before_the_funds_is_warned_of(files: Files) -> None:
    report = files.orders("807,2026-03-09T12:00Z,,2026-03-09T13:00Z,,LX7,Post,,,,")
    warning = next(warning for warning in report.warnings if warning["rule"] == "P2")
    assert (warning["row"], "funds" in warning["message"]) == (2, True)
    assert order("807").state == "shipped"


def test_a_corrected_date_moves_the_plan(files: Files) -> None:
    files.orders(ON_ITS_WAY)
    report = files.orders(ON_ITS_WAY.replace("2026-02-25T10:00Z", "2026-02-27T10:00Z"))
    assert counts(report) == (0, 1, 0)
    rows = due_milestones(order("802"), "contact_30")
    assert [(row.due_at, row.state) for row in rows] == [(at("03-29 10:00"), MilestoneState.PENDING)]
    assert verify_timeline(order("802")) == ""


def test_a_date_corrected_into_the_past_mails_nobody(files: Files) -> None:
    """The order left long ago, the file says now: what should have been sent since is history."""
    files.orders(ON_ITS_WAY)
    Message.objects.all().delete()
    files.orders(ON_ITS_WAY.replace("2026-02-2", "2025-12-2"))
    fire_all(NOW)
    assert list(Message.objects.values_list("purpose", flat=True)) == []


def test_a_date_that_was_missing_is_a_fact_and_a_file_that_forgets_it_takes_nothing_back(files: Files) -> None:
    files.orders(ON_ITS_WAY)
    came = ON_ITS_WAY.replace("2026-02-25T10:00Z,,", "2026-02-25T10:00Z,2026-03-08T10:00Z,")
    assert counts(files.orders(came)) == (0, 1, 0)
    assert order("802").state == "delivered"
    files.orders(ON_ITS_WAY)
    assert order("802").state == "delivered"


def test_the_number_that_was_missing_joins_the_parcel_that_had_none(files: Files) -> None:
    files.orders(ON_ITS_WAY.replace("LX1", ""))
    files.orders(ON_ITS_WAY)
    assert [shipment.tracking_number for shipment in order("802").shipments.all()] == ["LX1"]


def test_several_lines_of_one_order_are_one_order(files: Files) -> None:
    header = "order_number,placed_at,sku,title,quantity,unit_price"
    lines = ["801,2026-03-09,A,Lamp,1,2.50", "801,2026-03-09,B,Bulb,3,1.00"]
    assert counts(files.orders(*lines, header=header)) == (1, 0, 0)
    assert [item.sku for item in order("801").items.all()] == ["A", "B"]
    assert counts(files.orders(*lines, header=header)) == (0, 0, 1)


def test_a_chinese_export_in_its_own_encoding_is_understood(files: Files) -> None:
    row = {
        "订单号": "8100",
        "订单状态": "等待买家收货",
        "买家名称": "Maria Souza",
        "下单时间": "2026-03-05 08:00",
        "付款时间": "2026-03-05 09:00",
        "订单金额": "$ 24.00",
        "收货国家": "Brazil",
        "州/省": "Sao Paulo",
        "买家选择物流": "AliExpress Standard Shipping",
        "实际发货单号": "LX8100",
        "发货时间": "2026-03-08 09:00",
        "确认收货时间": "",
    }
    line, header = ",".join(row.values()), ",".join(row)
    report = files.orders(line, header=header, encoding="gb18030")
    assert counts(report) == (1, 0, 0), report.rejected
    found = order("8100")
    assert (found.state, found.shipping_service, found.buyer.country) == ("shipped", "postal", "BR")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("已取消", "cancelled"),
        ("含纠纷的订单", "disputed"),
        ("交易完成", "completed"),
        ("等待您发货", "paid"),
        ("", "payment_pending"),
    ],
)
def test_a_status_tells_what_no_date_says_and_is_told_to_nobody(files: Files, status: str, state: str) -> None:
    files.orders(
        f"808,2026-03-10T11:00Z,{status},maria@example.com", header="order_number,placed_at,status,buyer_email"
    )
    assert order("808").state == state
    assert set(order("808").messages.values_list("purpose", flat=True)) <= {"order_received"}


def test_two_orders_of_one_address_have_one_buyer(files: Files) -> None:
    files.orders(YOUNG, ON_ITS_WAY)
    assert order("801").buyer == order("802").buyer


def test_what_a_file_says_of_one_buyer_with_several_of_his_orders_is_all_kept(files: Files) -> None:
    header = "order_number,placed_at,buyer_email,buyer_phone,buyer_city"
    known = ["801,2026-03-09T12:00Z,maria@example.com", "802,2026-02-20T12:00Z,maria@example.com"]
    files.orders(*(f"{line},," for line in known), header=header)
    new = "804,2026-03-09T14:00Z,maria@example.com,,"
    files.orders(f"{known[0]},+55 81 98888,", f"{known[1]},,Olinda", new, header=header)
    buyer = order("804").buyer
    assert (buyer, buyer.phone, buyer.city) == (order("801").buyer, "+55 81 98888", "Olinda")


def test_two_stores_may_have_the_same_order(files: Files, tmp_path: Path) -> None:
    files.orders(YOUNG)
    charlies = Files(alices_store("charlie"), tmp_path)
    assert counts(charlies.orders(YOUNG)) == (1, 0, 0)


# --- tracking ---------------------------------------------------------------------------------------------------------
def test_tracking_is_put_to_its_parcel_and_known_news_is_unchanged(files: Files) -> None:
    files.orders(ON_ITS_WAY)
    lines = ["LX1,2026-03-01T00:00Z,in_transit,,Beijing,17track", "LX1,2026-03-05T00:00Z,arrived,,Curitiba,17track"]
    assert counts(files.tracking(*lines)) == (2, 0, 0)
    assert counts(files.tracking(*lines)) == (0, 0, 2)
    assert (order("802").tracking_status, order("802").tracking_location) == ("arrived", "Curitiba")


def test_a_carriers_delivery_delivers_the_order(files: Files) -> None:
    files.orders(ON_ITS_WAY)
    files.tracking("LX1,2026-03-10T10:00Z,,Objeto entregue ao destinatário,Campinas,correios")
    assert order("802").state == "delivered"
    assert [row.due_at for row in due_milestones(order("802"), "completion")] == [at("03-25 10:00")]
    assert order("802").messages.filter(purpose="delivered").count() == 1


def test_a_delivery_of_last_month_is_history(files: Files) -> None:
    files.orders(ON_ITS_WAY)
    files.tracking("LX1,2026-03-01T10:00Z,delivered,,,")
    assert order("802").state == "delivered"
    fire_all(NOW)
    assert not order("802").messages.exists()


def test_an_unknown_parcel_is_rejected(files: Files) -> None:
    files.orders(ON_ITS_WAY)
    report = files.tracking("NOBODYS,2026-03-10T10:00Z,delivered,,,", "LX1,2026-03-10T10:00Z,customs,,,")
    assert (report.created, [(error.row, error.field, error.value) for error in report.rejected]) == (
        1,
        [(2, "tracking_number", "NOBODYS")],
    )


def test_another_stores_parcel_is_unknown(files: Files, tmp_path: Path) -> None:
    files.orders(ON_ITS_WAY)
    charlies = Files(alices_store("charlie"), tmp_path)
    assert len(charlies.tracking("LX1,2026-03-10T10:00Z,delivered,,,").rejected) == 1
    assert order("802").state == "shipped"


@pytest.mark.parametrize(
    "line", ["LX1,,delivered,,,", "LX1,2026-03-10T10:00Z,flown,,,", ",2026-03-10T10:00Z,customs,,,"]
)
def test_a_bad_line_of_tracking_is_named(files: Files, line: str) -> None:
    files.orders(ON_ITS_WAY)
    report = files.tracking(line)
    assert (report.created, len(report.rejected)) == (0, 1)


def test_a_file_that_cannot_be_read_leaves_everything_alone(files: Files) -> None:
    with pytest.raises(UnusableFile):
        files.orders("1,2", header="a,b")
    assert not Order.objects.exists()


# --- parcels that need somebody ---------------------------------------------------------------------------------------
def test_an_imported_parcel_that_stands_in_a_queue_has_its_case(files: Files) -> None:
    files.orders(YOUNG, ON_ITS_WAY, OLD)
    (case,) = TrackingCase.objects.all()
    assert (case.order.order_number, case.queue, case.opened_at) == ("802", "no_first_scan", at(NOW))


def test_news_that_passed_while_nobody_knew_opens_no_case(files: Files) -> None:
    files.orders(ON_ITS_WAY.replace("2026-02-25", "2026-03-08"))
    files.tracking("LX1,2026-03-09T10:00Z,failed_attempt,,,", "LX1,2026-03-09T15:00Z,out_for_delivery,,,")
    assert not TrackingCase.objects.exists()


def test_cases_are_opened_in_bulk(files: Files, django_assert_max_num_queries: Any) -> None:
    lines = [ON_ITS_WAY.replace("802", str(900 + number)) for number in range(40)]
    with django_assert_max_num_queries(40):
        files.orders(*lines)
    assert TrackingCase.objects.count() == 40
