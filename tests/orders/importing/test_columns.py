"""Which header is which field, with and without a mapping."""

import pytest

from orders.importing.columns import (
    ORDERS,
    TRACKING,
    Mapping,
    apply_mapping,
    load_mapping,
    read_mapping,
    recognise,
    suggest_mapping,
)
from orders.importing.files import UnusableFile

GENERIC = [
    "order_number",
    "placed_at",
    "payment_method",
    "paid_at",
    "shipped_at",
    "carrier",
    "tracking_number",
    "delivered_at",
    "promised_at",
    "promised_days",
    "protection_ends_at",
    "status",
    "currency",
    "total",
    "buyer_name",
    "buyer_email",
    "buyer_phone",
    "buyer_country",
    "buyer_state",
    "buyer_city",
    "buyer_language",
    "buyer_timezone",
    "buyer_tax_id",
    "shipping_service",
    "ship_by",
    "sku",
    "title",
    "quantity",
    "unit_price",
    "unit_cost",
]
NEWER = [
    "订单号",
    "订单状态",
    "买家名称",
    "下单时间",
    "付款时间",
    "产品数量",
    "产品总金额",
    "物流费用",
    "预计增值税",
    "平台是否代征代缴",
    "订单金额",
    "店铺优惠",
    "商品信息",
    "商品编码",
    "收货地址",
    "收件人名称",
    "收货国家",
    "州/省",
    "城市",
    "地址",
    "邮编",
    "买家选择物流",
    "发货期限",
    "实际发货单号",
    "发货时间",
    "确认收货时间",
]
OLDER = [
    "订单号",
    "订单状态",
    "负责人(业务员)",
    "买家名称",
    "下单时间",
    "付款时间",
    "产品总金额",
    "物流费用",
    "订单金额",
    "满立减",
    "产品信息(双击单元格展开所有产品信息！)",
    "订单备注",
    "收货地址",
    "收货人名称",
    "收货国家",
    "州/省",
    "城市",
    "地址",
    "邮编",
    "联系电话",
    "手机",
    "买家选择物流",
    "发货期限",
    "实际发货物流:运单号",
    "发货时间",
    "确认收货时间",
]


def test_every_generic_header_is_its_own_field():
    assert recognise(GENERIC).columns == {name: name for name in GENERIC}


def test_the_newer_chinese_export_is_recognised():
    columns = recognise(NEWER).columns
    assert columns["buyer_name"] == "收件人名称"
    assert {columns[name] for name in ("packed_items", "tracking_number", "total")} == {
        "商品信息",
        "实际发货单号",
        "订单金额",
    }
    assert len(columns) == 17


def test_the_older_chinese_export_is_recognised():
    columns = recognise(OLDER).columns
    assert (columns["buyer_name"], columns["buyer_phone"]) == ("收货人名称", "手机")
    assert columns["packed_shipment"] == "实际发货物流:运单号"
    assert columns["packed_items"] == "产品信息(双击单元格展开所有产品信息！)"


@pytest.mark.parametrize(
    "header",
    [
        "\ufeffOrder Number",
        " ORDER_NUMBER ",
        "order-number",
        "ｏｒｄｅｒ＿ｎｕｍｂｅｒ",
        "订单号",
        "订单号（必填）",
    ],
)
def test_case_spaces_width_and_remarks_do_not_matter(header):
    assert recognise([header, "placed at"]).columns["order_number"] == header


@pytest.mark.parametrize(
    "header",
    ["产品信息\n（双击单元格展开所有产品信息！）", "产品信息_（双击单元格展开所有产品信息！）"],
)
def test_the_item_column_is_known_in_all_its_spellings(header):
    assert recognise(["订单号", "下单时间", header]).columns["packed_items"] == header


def test_the_buyers_account_names_him_when_no_recipient_does():
    assert recognise(["订单号", "下单时间", "买家名称"]).columns["buyer_name"] == "买家名称"


def test_synonyms_are_suggested_but_not_taken_for_granted():
    headers = ["Pedido", "Data do pedido", "Cliente", "CPF", "Valor total"]
    assert suggest_mapping(headers) == {
        "order_number": "Pedido",
        "placed_at": "Data do pedido",
        "buyer_name": "Cliente",
        "buyer_tax_id": "CPF",
        "total": "Valor total",
    }
    with pytest.raises(UnusableFile, match="no column for order_number and placed_at"):
        recognise(headers)


def test_no_header_is_suggested_for_two_fields():
    for layout in (ORDERS, TRACKING):
        every_word = [word for words in layout.suggested.values() for word in words]
        suggested = suggest_mapping(every_word, layout)
        assert len(set(suggested.values())) == len(suggested)


@pytest.fixture
def mapping_file(tmp_path):
    def write(content: str | bytes):
        path = tmp_path / "mapping.toml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_a_mapping_file_gives_columns_and_conventions(mapping_file):
    text = 'date_format = "%d/%m/%Y"\ndecimal_comma = true\n[columns]\norder_number = "Pedido"\nplaced_at = "Data"'
    assert load_mapping(mapping_file(text)) == Mapping(
        {"order_number": "Pedido", "placed_at": "Data"}, "%d/%m/%Y", decimal_comma=True
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("columns = [", "not a TOML file"),
        (b"\xff\xfe", "not a TOML file"),
        ("", "which column holds order_number and placed_at"),
        ('[columns]\norder_number = "A"\nplaced_at = " "', "which column holds placed_at"),
        (
            '[columns]\norder_number = "A"\nplaced_at = "B"\nfoo = "C"',
            "unknown fields: foo; the fields are order_",
        ),
        ('order_number = "A"', r"unknown setting order_number; fields go under \[columns\]"),
        ("[columns]\norder_number = 1", "must hold lines of the form"),
        ("columns = 1", "must hold lines of the form"),
        ('date_format = "%H"', "date_format: '%H' does not name"),
        ("date_format = 1", "must be a text"),
        ('decimal_comma = "yes"', "true or false"),
    ],
)
def test_a_mapping_file_that_cannot_be_used_is_refused(mapping_file, content, words):
    with pytest.raises(UnusableFile, match=words) as refusal:
        load_mapping(mapping_file(content))
    assert str(refusal.value).startswith("mapping.toml: ")


def test_a_mapping_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UnusableFile, match="cannot be opened"):
        load_mapping(tmp_path / "none.toml")


def test_a_mapping_is_applied_with_the_files_own_spelling():
    mapping = read_mapping({"columns": {"order_number": "pedido", "placed_at": "DATA"}})
    assert apply_mapping(["Pedido", "Data"], mapping).columns == {
        "order_number": "Pedido",
        "placed_at": "Data",
    }


def test_a_mapping_to_a_header_that_is_not_in_the_file_is_refused():
    mapping = Mapping({"order_number": "Pedido", "placed_at": "Dia"})
    with pytest.raises(UnusableFile, match="names the column 'Dia', which is not in the file; the columns are Pedido"):
        apply_mapping(["Pedido", "Data"], mapping)


def test_a_mapping_can_serve_a_tracking_file(mapping_file):
    path = mapping_file('[columns]\ntracking_number = "Code"\nat = "When"')
    assert load_mapping(path, TRACKING).columns["at"] == "When"
    with pytest.raises(UnusableFile, match="unknown fields"):
        load_mapping(path)
