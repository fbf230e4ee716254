"""Whole order files: lines become orders, bad rows stand alone."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.importing.columns import Mapping
from orders.importing.files import UnusableFile
from orders.importing.orders_file import read_orders
from orders.records import BuyerRecord, ItemRecord, RowError
from tests.orders.importing.test_columns import GENERIC, NEWER, OLDER
from tests.orders.importing.test_packed import TWO_ITEMS

HEADER = "order_number,placed_at,status,sku,quantity,total,currency\n"
FULL = {
    "order_number": "8012345678901234", "placed_at": "2026-03-02T12:00:00Z", "payment_method": "boleto",
    "paid_at": "2026-03-04 15:00:00", "shipped_at": "2026-03-05", "carrier": "Correios", "tracking_number": "LX1BR",
    "promised_days": "60", "status": "shipped", "total": "R$ 1.234,56", "buyer_name": "Maria Souza",
    "buyer_email": "maria@example.com", "buyer_country": "Brazil", "buyer_language": "pt-BR",
    "buyer_timezone": "America/Sao_Paulo", "shipping_service": "postal", "ship_by": "2026-03-09", "sku": "A1",
    "title": "USB lamp", "quantity": "2", "unit_price": "11.75", "unit_cost": "3",
}  # fmt: skip


def table(columns, *rows):
    """Comma-free CSV (tabs) of dictionaries."""
    lines = ["\t".join(columns), *("\t".join(row.get(name, "") for name in columns) for row in rows)]
    return "\n".join(lines)


def quoted(columns, row):
    """CSV of one row whose cells hold line breaks."""
    return ",".join(columns) + "\n" + ",".join('"' + row.get(name, "").replace('"', '""') + '"' for name in columns)


def test_every_generic_column_finds_its_place(text_file, read):
    (order,), errors = read(text_file(table(GENERIC, FULL)))
    assert errors == []
    assert order.placed_at == datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert (order.total, order.currency, order.promised_days) == (Decimal("1234.56"), "BRL", 60)
    assert order.buyer == BuyerRecord(
        "Maria Souza", "maria@example.com", country="BR", language="pt-br", timezone="America/Sao_Paulo"
    )
    assert order.items == (ItemRecord("A1", "USB lamp", 2, Decimal("11.75"), Decimal(3)),)


def test_times_without_an_offset_are_in_the_zone_given(text_file, read):
    (order,), _ = read(text_file(table(GENERIC, FULL)), "America/Los_Angeles")
    assert order.paid_at == datetime(2026, 3, 4, 23, tzinfo=UTC)


def test_the_newer_chinese_export_gives_orders(text_file, read):
    row = {
        "订单号": "8012345678901234", "订单状态": "等待买家收货", "买家名称": "maria*s", "下单时间": "2026-03-02 10:11",
        "付款时间": "2026-03-03 10:11", "产品数量": "2", "订单金额": "US $23.50", "商品信息": "USB lamp, red",
        "商品编码": "A1",
        "收件人名称": "Maria Souza", "收货国家": "巴西", "州/省": "Sao Paulo", "买家选择物流": "AliExpress标准物流",
        "发货期限": "3天2小时", "实际发货单号": "LX1CN\nLX2CN",
    }  # fmt: skip
    (order,), errors = read(text_file(quoted(NEWER, row), "gb18030"), "America/Los_Angeles")
    assert errors == []
    assert (order.currency, order.total, order.ship_by) == ("USD", Decimal("23.50"), None)
    assert (order.tracking_number, order.status, order.buyer.country) == ("LX2CN", "等待买家收货", "BR")
    assert order.items == (ItemRecord(sku="A1", title="USB lamp, red", quantity=2),)


def test_the_older_chinese_export_gives_orders(xls, read):
    row = {
        "订单号": "80123456789012", "下单时间": "2016/03/02 10:11", "订单金额": "$ 23.50", OLDER[10]: TWO_ITEMS,
        "收货人名称": "Maria Souza", "收货国家": "Brazil", "手机": "5511987654321", "发货期限": "2016-03-09 10:11",
        "实际发货物流:运单号": "China Post Registered Air Mail:LX123456785CN",
    }  # fmt: skip
    (order,), errors = read(xls([OLDER, [row.get(name, "") for name in OLDER]]))
    assert errors == []
    assert (order.carrier, order.tracking_number) == ("China Post Registered Air Mail", "LX123456785CN")
    assert ([item.title for item in order.items], order.currency) == (
        ["USB lamp (colour: red) 2026", "Cable"],
        "USD",
    )
    assert order.ship_by == datetime(2016, 3, 9, 10, 11, tzinfo=UTC)


def test_lines_of_one_order_are_its_items_wherever_they_stand(text_file, read):
    lines = "A1,2026-03-02,,x,1,,\nA2,2026-03-02,,y,1,,\nA1,2026-03-03,paid,z,2,,\nA3,2026-03-02,,w,1,,\n"
    orders, errors = read(text_file(HEADER + lines))
    by_number = {order.order_number: order for order in orders}
    assert ([order.order_number for order in orders], errors) == (["A2", "A3", "A1"], [])
    assert [item.sku for item in by_number["A1"].items] == ["x", "z"]
    assert (by_number["A1"].placed_at.day, by_number["A1"].status, by_number["A1"].row) == (2, "paid", 2)


def test_a_value_that_only_the_first_line_has_holds_for_the_order(text_file, read):
    (order,), errors = read(text_file(HEADER + "A1,2026-03-02,,x,1,5,USD\nA1,,,y,1,,\n"))
    assert (order.total, len(order.items), errors) == (Decimal(5), 2, [])


def test_a_deadline_that_was_remaining_time_gives_way_to_a_date(text_file, read):
    (order,), _ = read(text_file("订单号,下单时间,发货期限\nA1,2026-03-02,3天2小时\nA1,2026-03-02,2026-03-09\n"))
    assert order.ship_by == datetime(2026, 3, 9, tzinfo=UTC)


def test_a_rejected_row_also_says_that_it_has_no_date_unless_its_order_has_one(text_file, read):
    lines = "A1,,,x,none,,\nA2,2026-03-02,,x,1,,\nA2,,,y,none,,\n,,,,none,,\n"
    _, errors = read(text_file(HEADER + lines))
    assert [(error.row, error.field) for error in errors] == [
        *[(2, "quantity"), (2, "placed_at"), (4, "quantity")],
        *[(5, "quantity"), (5, "order_number"), (5, "placed_at")],
    ]


def test_an_order_without_items_has_none(text_file, read):
    (order,), _ = read(text_file(HEADER + "A1,2026-03-02,,,,,\n"))
    assert order.items == ()


def test_a_bad_row_is_rejected_alone_with_all_its_bad_cells(text_file, read):
    lines = "A1,2026-03-02,,x,1,,\nA1,2018-13-01,,y,none,-5,\nA1,2026-03-02,,z,1,,\n"
    (order,), errors = read(text_file(HEADER + lines))
    assert [item.sku for item in order.items] == ["x", "z"]
    assert [error.as_json() for error in errors] == [
        {"row": 3, "field": "placed_at", "value": "2018-13-01", "error": "not a date"},
        {"row": 3, "field": "quantity", "value": "none", "error": "not a whole number"},
        {"row": 3, "field": "total", "value": "-5", "error": "negative amount"},
    ]


@pytest.mark.parametrize(
    ("line", "field", "value", "words"),
    [
        (",2026-03-02,,,,,", "order_number", "", "is missing"),
        ("A1,,,,,,", "placed_at", "", "is missing"),
        ("8.01235E+15,2026-03-02,,,,,", "order_number", "8.01235E+15", "digits are lost"),
        ("A1,02/03/2026,,,,,", "placed_at", "02/03/2026", "date_format"),
        ("A1,2026-03-02,,,,,,extra", "", "extra", "beyond the 7 columns"),
        (f"A1,2026-03-02,{'x' * 501},,,,", "status", "x" * 199 + "…", "longer than 500"),
        (f"A1,2026-03-02,,{'x' * 40_000},,,", "sku", "x" * 199 + "…", "longer than 500"),
        ("A1,2026-03-02,,,,US $5,BRL", "total", "USD 5", "the currency is USD here and BRL elsewhere"),
        ("A1,2026-03-02,#REF!,,,,", "status", "#REF!", "the spreadsheet shows the error"),
        ("A1,2026-03-02,,,,,reais", "currency", "reais", "not a currency"),
    ],
)
def test_a_bad_cell_is_named_with_its_value_and_reason(text_file, read, line, field, value, words):
    orders, (error,) = read(text_file(f"{HEADER}{line}\n"))
    assert (orders, error.row, error.field, error.value) == ([], 2, field, value)
    assert words in error.error


def test_a_shared_currency_sign_gives_way_to_the_currency_column(text_file, read):
    (order,), errors = read(text_file(HEADER + "A1,2026-03-02,,,,$ 5,CAD\n"))
    assert (order.currency, order.total, errors) == ("CAD", Decimal(5), [])


def test_dates_in_an_order_that_breaks_a_rule_are_no_errors(text_file, read):
    text = "order_number,placed_at,paid_at,shipped_at,delivered_at\nA1,2026-03-05,2026-03-04,2026-03-03,2026-03-02\n"
    orders, errors = read(text_file(text))
    assert (len(orders), errors) == (1, [])


def test_short_rows_and_blank_cells_beyond_the_header_are_no_errors(text_file, read):
    orders, errors = read(text_file(f"{HEADER}A1,2026-03-02\nA2,2026-03-02,,,,,,,, ,\n"))
    assert (len(orders), errors) == (2, [])


def test_control_characters_in_text_become_spaces(text_file, read):
    (order,), _ = read(text_file(HEADER + 'A1,2026-03-02,"paid\r\nBcc: x\x1b\x07",,,,\n'))
    assert order.status == "paid  Bcc: x"


def test_a_mapping_reads_a_file_of_its_own_words(text_file, read):
    mapping = Mapping({"order_number": "Pedido", "placed_at": "Data", "total": "Valor"}, "%d/%m/%Y", decimal_comma=True)
    (order,), errors = read(text_file("Pedido;Data;Valor;status\nA1;02/03/2026;1.234;x\n"), mapping=mapping)
    assert (order.placed_at.month, order.total, order.status, errors) == (3, Decimal(1234), "", [])


def test_the_reader_counts_rows_and_can_be_read_again(text_file):
    path = text_file(HEADER + "A1,2026-03-02,,x,1,,\nA1,never,,y,1,,\n\nA2,2026-03-02,,,,,\n")
    reader = read_orders(path, timezone="UTC", max_bytes=10**6)
    assert (reader.rows_total, reader.rows_read, reader.header[0]) == (3, 0, "order_number")
    assert list(reader) == list(reader)
    assert reader.rows_read == 3


def test_nothing_is_yielded_from_a_file_that_breaks_at_its_end(text_file):
    path = text_file(HEADER + "A1,2026-03-02,,x,1,,\n" * 3 + 'A2,2026-03-02,"open\n')
    with pytest.raises(UnusableFile, match="row 5"):
        read_orders(path, timezone="UTC", max_bytes=10**6)


def test_dates_of_three_formats_leave_only_the_clear_ones(text_file, read):
    orders, errors = read(text_file(HEADER + "A1,2026-03-02,,,,,\nA2,02/03/2026,,,,,\nA3,Mar 2 2026,,,,,\n"))
    assert ([order.order_number for order in orders], [error.row for error in errors]) == (["A1"], [3, 4])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.sampled_from("ABCDE"), max_size=30))
def test_each_order_comes_once_with_all_its_lines_in_whatever_order_they_stand(text_file, read, numbers):
    lines = "".join(f"{number},2026-03-02,,{place},1,,\n" for place, number in enumerate(numbers))
    orders, errors = read(text_file(HEADER + lines))
    found = {order.order_number: [item.sku for item in order.items] for order in orders}
    expected = {
        number: [str(place) for place, other in enumerate(numbers) if other == number] for number in set(numbers)
    }
    assert (found, len(orders), errors) == (expected, len(expected), [])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.binary(max_size=300))
def test_any_bytes_below_a_header_are_orders_errors_or_refused_in_one_line(text_file, read, content):
    try:
        orders, errors = read(text_file(HEADER.encode() + content))
    except UnusableFile as refusal:
        orders, errors = [], [RowError(1, "", "", str(refusal))]
    assert all(error.error and "\n" not in error.error for error in errors)
    assert all(order.order_number for order in orders)
