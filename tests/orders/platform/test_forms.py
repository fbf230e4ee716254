"""Answers of the platform: what is told of an order, and that an odd answer does no more than fail to be read."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.platform.gateway import read_tokens
from orders.platform.interface import PlatformError
from orders.platform.issue_forms import read_issue
from orders.platform.order_forms import PlatformOrder, list_question, read_order, read_page, windows
from orders.platform.pushes import read_push
from orders.platform.review_forms import read_reviews
from tests.cast import at
from tests.servers.aliexpress import Order, order_line, parcel, utc


def told(order: Order, *, disputes_are_read: bool = True, **more: Any) -> PlatformOrder:
    detail = order.detail() | more
    return read_order({"target": json.loads(json.dumps(detail))}, order.line(), disputes_are_read=disputes_are_read)


def order(**values: Any) -> Order:
    said = {"placed_at": at("03-02 12:00"), "changed_at": at("03-02 13:00"), "paid_at": at("03-02 13:00")} | values
    lines = said.pop("lines", [order_line("8012345678901234", "A1", "USB lamp", "6.00", 4)])
    return Order("8012345678901234", lines=lines, **said)


def test_money_that_is_being_checked_has_not_arrived_whatever_its_date_says() -> None:
    assert told(order(status="RISK_CONTROL")).record.paid_at is None
    assert told(order(status="WAIT_SELLER_SEND_GOODS")).record.paid_at == at("03-02 13:00")


@pytest.mark.parametrize(
    ("status", "end_reason", "word"),
    [
        ("FINISH", "buyer_accept_goods", "FINISH"),
        ("FINISH", "seller_send_goods_timeout", "cancelled"),
        ("FINISH", "seller_response_issue_timeout", "refunded"),
        ("FINISH", "something_new", "FINISH"),
        ("IN_CANCEL", "", "IN_CANCEL"),
        ("IN_ISSUE", "", ""),
    ],
)
def test_a_status_is_the_packs_word_and_why_it_ended_decides(status: str, end_reason: str, word: str) -> None:
    assert told(order(status=status, end_reason=end_reason)).record.status == word


def test_a_dispute_is_the_orders_to_tell_where_disputes_cannot_be_read() -> None:
    assert told(order(status="IN_ISSUE"), disputes_are_read=False).record.status == "IN_ISSUE"


def test_a_refund_that_has_a_date_is_told_by_it_and_not_by_the_word() -> None:
    line = order_line("8012345678901234", "A1", "USB lamp", "6.00", 4)
    line["refund_info"] = {
        "refund_status": "refund_ok",
        "refund_time": "2026-04-01 09:00:00",
        "refund_cash_amt": {"amount": "10.00", "currency_code": "USD"},
    }
    read = told(order(status="FINISH", end_reason="seller_accept_issue_no_goods_return", lines=[line]))
    assert (read.refunded, read.refunded_at, read.record.status) == (Decimal("10.00"), at("04-01 16:00"), "FINISH")
    line["refund_info"]["refund_cash_amt"]["amount"] = "24.00"
    assert told(order(status="FINISH", end_reason="seller_response_issue_timeout", lines=[line])).record.status == ""


def test_of_several_parcels_the_last_to_come_delivers_and_a_part_is_not_the_whole() -> None:
    parcels = [parcel("LX2", at("03-06 10:00")), parcel("LX1", at("03-05 10:00"), came_at=at("03-20 10:00"))]
    read = told(order(status="WAIT_BUYER_ACCEPT_GOODS", parcels=parcels))
    assert (read.record.tracking_number, read.record.delivered_at) == ("LX1", None)
    assert [one.number for one in read.more_parcels] == ["LX2"]
    assert told(order(status="SELLER_PART_SEND_GOODS", parcels=parcels)).record.shipped_at is None


def test_questions_cover_a_span_of_finished_orders_in_pieces_that_the_platform_takes() -> None:
    spans = windows(at("03-10 00:00"), at("03-11 00:00"), is_finished=True)
    assert spans[0].made_to == at("03-11 00:00")
    assert spans[-1].made_from == at("03-11 00:00") - timedelta(days=180)
    assert all(later.made_from == earlier.made_to for later, earlier in pairwise(spans))
    asked = json.loads(list_question(spans[0], 3)["param_aeop_order_query"])
    assert (asked["order_status"], asked["current_page"], utc(asked["modified_date_end"])) == (
        "FINISH", 3, at("03-11 00:00"),
    )  # fmt: skip


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
names = [
    "target", "id", "order_id", "gmt_create", "order_status", "order_amount", "amount", "child_order_list",
    "logistic_info_list", "gmt_send", "receipt_address", "country", "result_object", "process_dto_list", "target_list",
    "buyer_evaluation", "refund_info", "buyer_solution_list", "result", "total_count", "timestamp", "access_token",
    "expires_in",
]  # fmt: skip
odd_answers = st.dictionaries(
    st.sampled_from(names), json_values | st.dictionaries(st.sampled_from(names), json_values)
)
READERS: list[Callable[[dict[str, Any]], object]] = [
    lambda answer: read_order(answer, answer, disputes_are_read=True),
    read_issue,
    read_reviews,
    lambda answer: read_page(answer, "target_list"),
    lambda answer: read_push(json.dumps(answer).encode()),
    lambda answer: read_tokens(answer, now=at("03-02 12:00")),
]


@settings(max_examples=40)
@given(odd_answers)
def test_an_odd_answer_is_read_or_refused_and_nothing_else(answer: dict[str, Any]) -> None:
    for read in READERS:
        with suppress(PlatformError):
            read(answer)
