"""Cells that hold several things at once."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.importing.packed import (
    is_remaining_time,
    parse_packed_items,
    parse_packed_shipment,
    parse_tracking_numbers,
)
from orders.records import ItemRecord

NOTHING_ELSE = ItemRecord()
TWO_ITEMS = (
    "【1】 USB lamp (colour: red) 2026\n(产品属性: Color:Red、Size:M)\n(商家编码:LAMP-1)\n(产品数量:2 piece)\n"
    "【2】 Cable\n(产品属性:1m)\n(商家编码:)\n(产品数量:1 piece)\n(物流等级&买家选择物流:Standard)\n"
)


def test_carrier_and_number_are_parted():
    packed = parse_packed_shipment("China Post Registered Air Mail:LX123456785CN")
    assert packed == ("China Post Registered Air Mail", "LX123456785CN")


def test_the_last_of_several_shipments_counts():
    assert parse_packed_shipment("Yanwen:UF1YP\nCainiao：LP00123 \n") == ("Cainiao", "LP00123")
    assert parse_tracking_numbers("LX1CN\nLX2CN") == parse_tracking_numbers("LX1CN,LX2CN") == "LX2CN"


def test_a_number_without_a_carrier_stands_alone():
    assert parse_packed_shipment("LX123456785CN") == ("", "LX123456785CN")


@pytest.mark.parametrize("text", ["Cainiao:", "Cainiao: two words", "\n", "Cainiao:8.01235E+15"])
def test_a_shipment_without_a_usable_number_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        parse_packed_shipment(text)


def test_platform_items_give_title_sku_and_quantity():
    assert parse_packed_items(TWO_ITEMS, NOTHING_ELSE) == (
        ItemRecord(sku="LAMP-1", title="USB lamp (colour: red) 2026", quantity=2),
        ItemRecord(title="Cable"),
    )


def test_the_lines_of_the_sku_column_belong_to_the_items_when_there_are_as_many():
    items = parse_packed_items("【1】Lamp\n【2】Cable", ItemRecord(sku="L-1\nC-1"))
    assert [item.sku for item in items] == ["L-1", "C-1"]
    assert [item.sku for item in parse_packed_items("【1】Lamp\n【2】Cable", ItemRecord(sku="L-1"))] == [
        "",
        "",
    ]


def test_a_price_in_the_cell_is_read():
    (item,) = parse_packed_items("【1】Lamp\n(产品数量:2)\n(产品单价:US $11.75)", ItemRecord(unit_price=Decimal(1)))
    assert (item.quantity, item.unit_price) == (2, Decimal("11.75"))


def test_any_other_text_is_the_title_of_one_item_with_the_rows_other_columns():
    row = ItemRecord(sku="L-1", quantity=3, unit_price=Decimal("11.75"))
    (item,) = parse_packed_items("Lamp (red),\n5 W", row)
    assert item == ItemRecord(sku="L-1", title="Lamp (red), 5 W", quantity=3, unit_price=Decimal("11.75"))


def test_a_long_title_is_cut_but_a_cell_without_end_is_refused():
    assert len(parse_packed_items("x" * 600, NOTHING_ELSE)[0].title) == 500
    with pytest.raises(ValueError, match="longer than 20,000"):
        parse_packed_items("x" * 20_001, NOTHING_ELSE)
    with pytest.raises(ValueError, match="more than 200 items"):
        parse_packed_items("【1】x" * 201, NOTHING_ELSE)


@pytest.mark.parametrize("text", ["3天2小时", "剩余 5 小时", "5 days 3 hours", "已超时", "2h"])
def test_remaining_time_is_no_date(text):
    assert is_remaining_time(text)


@pytest.mark.parametrize("text", ["2018年1月2日 10时", "2018-13-01", "soon", "25/12/2018"])
def test_everything_else_is_to_be_read_as_a_date(text):
    assert not is_remaining_time(text)


@given(st.text(max_size=200) | st.text("【1】(产品数量:2)\n x:", max_size=60))
def test_any_cell_gives_items_or_is_refused(text):
    for parse in (parse_packed_shipment, lambda cell: parse_packed_items(cell, NOTHING_ELSE)):
        with contextlib.suppress(ValueError):
            assert parse(text)
