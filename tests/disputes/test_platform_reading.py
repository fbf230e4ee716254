"""Reading from AliExpress: nothing is missed or told twice, and what fails costs nothing else."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction

from disputes.lifecycle import DisputeState
from disputes.models import Dispute, Review
from disputes.platform_orders import fetch_order
from disputes.platform_syncing import sync_due
from orders.lifecycle import OrderState
from orders.models import Order, PlatformIssue, PlatformLine, PlatformPush, Store
from orders.models.platforms import PlatformPushState
from orders.platform.interface import Capability, Trouble
from orders.platform.terms import circuit_terms, feed_terms, push_terms
from orders.services.ledger import open_ledger
from orders.services.platform_accounts import disconnect_account
from orders.services.platform_calls import open_gateway
from orders.services.platform_pushes import PlatformReception, receive_platform_push, tidy_platform_pushes
from tests.cast import alices_store, at, fact, happens, placed_order, ticking
from tests.disputes.aliexpress import Shop, open_shop
from tests.racing import apart, wait_for_a_lock
from tests.servers.aliexpress import DETAIL, ISSUES, LIST, METHODS, AliExpressService, Row, order_line, push
from tests.servers.faulty_http import Fault

pytestmark = pytest.mark.django_db


@pytest.fixture
def store() -> Store:
    return alices_store()


@pytest.fixture
def shop(store: Store) -> Iterator[Shop]:
    with open_shop(store, "03-10 12:00") as opened:
        yield opened


def many(shop: Shop, count: int) -> list[str]:
    """So many orders, changed a minute after another."""
    numbers = [str(8012345678900000 + number) for number in range(count)]
    for place, number in enumerate(numbers):
        shop.order(number, changed_at=shop.now - timedelta(minutes=place + 1))
    return numbers


# --- pages and windows ------------------------------------------------------------------------------------------------
@pytest.mark.slow
def test_an_order_that_changes_between_two_pages_pushes_no_other_one_past_us(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = many(shop, 120)
    answer = AliExpressService._order
    moved = iter(numbers[:30])

    def change_another(service: AliExpressService, params: Row) -> Row:
        """While each order is read, one of the newest page leaves the window."""
        if number := next(moved, None):
            service.orders[number].changed_at = shop.now + timedelta(minutes=1)
        return answer(service, params)

    monkeypatch.setattr("tests.servers.aliexpress.METHODS", {**METHODS, DETAIL: change_another})
    shop.sync()
    assert set(numbers[30:]) <= set(Order.objects.values_list("order_number", flat=True))
    shop.pass_time(minutes=11)
    shop.work()
    assert Order.objects.count() == 120


@pytest.mark.slow
def test_a_reading_that_runs_out_of_time_goes_on_where_it_stood(shop: Shop) -> None:
    numbers = many(shop, 60)
    sync_due(ticking("03-10 12:00", seconds=0.25), until=shop.now + timedelta(seconds=40), sleep=shop.sleep)
    feed = shop.feed(Capability.ORDERS)
    assert 0 < feed.rows_done < 60
    assert feed.position["page"] in {1, 2}
    shop.pass_time(minutes=10)
    shop.work()
    assert Order.objects.count() == len(numbers)
    detail_calls = [json for name, json in shop.platform.called if name == DETAIL]
    assert len(detail_calls) == 60  # each order once


def test_finished_orders_are_asked_for_by_themselves_and_a_cancelled_one_is_cancelled(shop: Shop) -> None:
    shop.order(paid_at=None, status="FINISH", end_reason="buyer_pay_timeout", placed_at=at("02-01 12:00"))
    shop.sync()
    assert Order.objects.get().state == OrderState.CANCELLED
    assert sum(name == LIST for name, _params in shop.platform.called) >= 7


def test_what_is_left_of_a_time_becomes_a_date_that_does_not_move_with_every_reading(shop: Shop) -> None:
    order = shop.order(status="WAIT_SELLER_SEND_GOODS", left=timedelta(days=5))
    shop.sync()
    kept = Order.objects.get()
    assert kept.ship_by == at("03-15 12:00")
    shop.pass_time(minutes=20)
    order.changed_at, order.left = shop.now, timedelta(days=5)
    shop.sync()
    kept.refresh_from_db()
    assert kept.ship_by == at("03-15 12:00")
    assert not kept.timeline.filter(type="corrected").exists()


def test_money_that_went_back_is_recorded_once_whoever_told_it_first(shop: Shop) -> None:
    order = shop.order(status="FINISH", end_reason="buyer_accept_goods")
    order.lines[0]["refund_info"] = {
        "refund_status": "refund_ok", "refund_time": "2026-03-09 09:00:00", "refund_cash_amt": {"amount": "10.00"},
    }  # fmt: skip
    shop.sync()
    kept = Order.objects.get()
    assert kept.refunded_amount == Decimal("10.00")
    shop.pass_time(hours=7)
    order.changed_at = shop.now
    shop.sync()
    kept.refresh_from_db()
    assert kept.refunded_amount == Decimal("10.00")


def refund_of(amount: str) -> Row:
    return {"refund_status": "refund_ok", "refund_time": "2026-03-09 09:00:00", "refund_cash_amt": {"amount": amount}}


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_money_that_went_back_is_recorded_once_when_two_workers_have_read_the_order(shop: Shop) -> None:
    told = shop.order(status="FINISH", end_reason="buyer_accept_goods")
    shop.sync()
    order = Order.objects.get()
    told.lines[0]["refund_info"] = refund_of("10.00")
    gateway = open_gateway(shop.account, shop.clock, sleep=shop.sleep)
    is_held, go_on = threading.Event(), threading.Event()

    def hold_the_line() -> None:
        """Up to here the other worker comes with the order taken in, and what went back not yet looked at."""
        with transaction.atomic():
            PlatformLine.objects.select_for_update().get()
            is_held.set()
            go_on.wait(300)

    with ThreadPoolExecutor(2) as pool:
        holder = pool.submit(apart, hold_the_line)
        assert is_held.wait(120)
        other = pool.submit(apart, lambda: fetch_order(shop.account, gateway, told.number, now=shop.now))
        wait_for_a_lock()
        with transaction.atomic():
            happens(order, fact("03-09 16:00", "refund_issued", amount="10.00"))
            go_on.set()
            holder.result()
            wait_for_a_lock()
        other.result()
    assert Order.objects.get().refunded_amount == Decimal("10.00")
    assert order.timeline.filter(type="refund_issued").count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_an_order_that_the_database_did_not_let_us_write_is_asked_for_again(shop: Shop) -> None:
    told = shop.order(status="WAIT_SELLER_SEND_GOODS")
    shop.sync()
    shop.pass_time(hours=1)
    told.status, told.end_reason, told.changed_at = "FINISH", "seller_send_goods_timeout", shop.now

    def work_impatiently() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        shop.sync()

    with transaction.atomic():
        open_ledger(Order.objects.get().pk, now=shop.now, actor="test")
        apart(work_impatiently)
    assert Order.objects.get().state == OrderState.PAID
    shop.pass_time(minutes=5)
    shop.work()
    assert Order.objects.get().state == OrderState.CANCELLED


def test_an_order_that_cannot_be_read_is_named_and_the_others_land(shop: Shop) -> None:
    shop.order()
    broken = shop.order("8012345678905555")
    broken.line()
    shop.platform.orders["8012345678905555"].number = "8012345678905556"  # listed under a number that nobody knows
    shop.sync()
    assert list(Order.objects.values_list("order_number", flat=True)) == ["8012345678901234"]
    assert "8012345678905556" in shop.feed(Capability.ORDERS).last_error


# --- disputes ---------------------------------------------------------------------------------------------------------
def test_a_dispute_that_a_person_entered_is_joined_and_not_doubled(shop: Shop, store: Store) -> None:
    told = shop.order(status="WAIT_BUYER_ACCEPT_GOODS")
    kept = placed_order(store, fact("03-02 13:00", "payment_confirmed"), now="03-09 12:00")
    opened = fact("03-10 09:00", "dispute_opened", reason="in_transit", amount="24.00")
    happens(kept, opened, now="03-10 09:00")
    happens(kept, fact("03-10 11:00", "counter_offer", amount="5.00"), now="03-10 11:00")
    issue = shop.issue(told, at=at("03-10 08:59"))
    issue.plan("seller", "5.00", at("03-10 10:58"))
    issue.step("seller_create_solution", "seller", at("03-10 10:58"))
    shop.sync()
    dispute = Dispute.objects.get()
    assert (dispute.state, dispute.offers.count(), dispute.answered_at) == (
        DisputeState.NEGOTIATING,
        1,
        at("03-10 11:00"),
    )
    assert PlatformIssue.objects.get().dispute_number == dispute.number


def test_a_dispute_of_one_line_names_its_item_and_leaves_the_other_alone(shop: Shop) -> None:
    lines = [
        order_line("8012345678901235", "A1", "Lamp", "6.00"),
        order_line("8012345678901236", "B2", "Cable", "2.00"),
    ]
    told = shop.order(status="WAIT_BUYER_ACCEPT_GOODS", lines=lines)
    first = shop.issue(told, amount="6.00", child="8012345678901235")
    shop.sync()
    shop.pass_time(hours=1)
    second = shop.issue(told, amount="2.00", child="8012345678901236")
    second.number, first.changed_at = "6999", shop.now
    shop.platform.issues = {first.number: first, second.number: second}
    shop.sync()
    assert set(Dispute.objects.values_list("item", "amount")) == {("A1", Decimal("6.00")), ("B2", Decimal("2.00"))}


def test_a_dispute_of_an_order_that_we_do_not_know_brings_the_order(shop: Shop) -> None:
    told = shop.order(status="IN_ISSUE", changed_at=at("03-02 12:00") - timedelta(days=100))
    shop.issue(told)
    told.changed_at = at("03-02 12:00") - timedelta(days=100)
    shop.sync()
    assert Dispute.objects.get().order.order_number == told.number


def test_a_dispute_that_opened_and_ended_between_two_readings_is_read_all_the_same(shop: Shop) -> None:
    told = shop.order(status="WAIT_BUYER_ACCEPT_GOODS")
    issue = shop.issue(told)
    issue.step("cancel", "buyer", shop.now + timedelta(minutes=5))
    issue.status = "canceled_issue"
    shop.pass_time(minutes=10)
    shop.sync()
    assert Dispute.objects.get().state == DisputeState.WITHDRAWN


def test_an_end_that_nobody_explains_is_left_to_a_person(shop: Shop) -> None:
    told = shop.order(status="WAIT_BUYER_ACCEPT_GOODS")
    issue = shop.issue(told)
    shop.sync()
    shop.pass_time(days=1)
    issue.status = "finish"
    shop.sync()
    assert Dispute.objects.get().is_open
    assert PlatformIssue.objects.get().problem == "end_unknown"


# --- reviews ----------------------------------------------------------------------------------------------------------
def test_a_review_is_taken_in_once(shop: Shop) -> None:
    told = shop.order(status="FINISH", end_reason="buyer_accept_goods")
    shop.platform.reviews.append(
        {
            "order_id": int(told.number),
            "parent_order_id": int(told.number),
            "buyer_evaluation": "1",
            "buyer_feedback": "Veio quebrado",
            "valid_date": "2026-03-10 03:00:00",
            "gmt_modified": "2026-03-10 03:00:00",
        }
    )
    shop.sync()
    shop.pass_time(hours=4)
    shop.sync()
    kept = Order.objects.get()
    review = kept.reviews.get()
    assert (review.stars, review.text, review.reviewed_at) == (1, "Veio quebrado", at("03-10 10:00"))
    assert kept.timeline.filter(type="review_received").count() == 1


@pytest.mark.slow
def test_so_many_reviews_that_there_may_be_more_are_asked_for_in_halves(shop: Shop) -> None:
    shop.order(status="FINISH", end_reason="buyer_accept_goods")
    for minute in range(60):
        row = {"order_id": 8012345678900000 + minute, "parent_order_id": 8012345678901234, "buyer_evaluation": "5"}
        shop.platform.reviews.append(row | {"valid_date": f"2026-03-{1 + minute % 9:02} 03:{minute:02}:00"})
    shop.sync()
    assert shop.feed(Capability.REVIEWS).rows_done == 60
    assert Review.objects.count() == 60


def test_an_hour_with_more_reviews_than_the_platform_lists_is_named(shop: Shop) -> None:
    for second in range(feed_terms().page):
        row = {"order_id": 8012345678900000 + second, "parent_order_id": 8012345678901234, "buyer_evaluation": "5"}
        shop.platform.reviews.append(row | {"valid_date": f"2026-03-09 03:10:{second:02}"})
    shop.sync()
    feed = shop.feed(Capability.REVIEWS)
    assert (feed.rows_done, Review.objects.count()) == (feed_terms().page, feed_terms().page)
    assert "reviews from 2026-03-09" in feed.last_error


def test_a_review_that_cannot_be_read_makes_its_page_no_shorter(shop: Shop) -> None:
    for minute in range(feed_terms().page + 1):
        row = {"order_id": 8012345678900000 + minute, "parent_order_id": 8012345678901234, "buyer_evaluation": "5"}
        shop.platform.reviews.append(row | {"valid_date": f"2026-03-{1 + minute % 9:02} 03:{minute:02}:00"})
    shop.platform.reviews[0]["buyer_evaluation"] = "many"
    shop.sync()
    assert Review.objects.count() == feed_terms().page


# --- what fails -------------------------------------------------------------------------------------------------------
def test_a_method_that_is_switched_off_is_said_and_tried_again_and_the_others_go_on(shop: Shop) -> None:
    shop.platform.off = {ISSUES}
    shop.order(status="IN_ISSUE")
    shop.sync()
    feed = shop.feed(Capability.ISSUES)
    assert (feed.trouble, feed.off_since, feed.last_tried_at) == (Trouble.SWITCHED_OFF, shop.now, shop.now)
    assert feed.next_attempt_at == shop.now + circuit_terms().off
    assert shop.feed(Capability.REVIEWS).last_ok_at == shop.now
    assert shop.account.trouble == ""
    shop.platform.off = set()
    shop.pass_time(hours=13)
    shop.work()
    assert shop.feed(Capability.ISSUES).off_since is None


def test_an_order_says_itself_that_it_is_disputed_while_disputes_cannot_be_read(shop: Shop) -> None:
    shop.platform.forbidden = {ISSUES}
    shop.sync()
    shop.pass_time(minutes=20)
    shop.order(status="IN_ISSUE")
    shop.sync()
    assert Dispute.objects.get().reason == ""


def test_a_throttled_account_rests_and_goes_on_by_itself(shop: Shop) -> None:
    many(shop, 5)
    shop.platform.calls_left = 3
    shop.sync()
    assert shop.account.trouble == Trouble.RATE_LIMITED
    assert shop.work() == 0
    calls = len(shop.platform.called)
    shop.platform.calls_left = None
    shop.pass_time(minutes=3)
    shop.work()
    assert (shop.account.trouble, Order.objects.count()) == ("", 5)
    assert len(shop.platform.called) > calls


@pytest.mark.slow
def test_calls_keep_to_the_rate_limit(shop: Shop) -> None:
    many(shop, 10)
    shop.slept.clear()
    shop.sync()
    assert sum(shop.slept) > 0  # the clock stands still: every call waits for its turn


def test_an_ended_log_in_is_renewed_by_itself_and_the_reading_goes_on(shop: Shop) -> None:
    shop.order()
    shop.platform.tokens.clear()  # ended over there before its time
    shop.sync()
    assert shop.account.trouble == Trouble.LOG_IN_AGAIN
    shop.pass_time(minutes=2)
    shop.work()
    assert (shop.account.trouble, Order.objects.count()) == ("", 1)


def test_tokens_are_renewed_on_their_date_and_once(shop: Shop) -> None:
    before = shop.account
    assert before.refresh_due_at is not None
    shop.now = before.refresh_due_at
    shop.work()
    assert shop.account.access_token != before.access_token
    assert (shop.account.refresh_due_at or shop.now) > shop.now
    assert shop.platform.tokens[shop.account.access_token] > shop.now


def test_a_refused_renewal_is_said_while_the_old_token_is_used_to_its_end(shop: Shop) -> None:
    shop.platform.renewals.clear()
    due = shop.account.refresh_due_at
    assert due is not None
    shop.now = due
    shop.order()
    shop.sync()
    account = shop.account
    assert (account.refresh_due_at, account.trouble, Order.objects.count()) == (None, "", 1)
    shop.pass_time(days=30)
    shop.sync()
    assert shop.account.trouble == Trouble.LOG_IN_AGAIN
    assert shop.work() == 0


@pytest.mark.parametrize("fault", [Fault.BUSY, Fault.DROP, Fault.PAGE, Fault.CUT_OFF, Fault.FORBIDDEN, Fault.REDIRECT])
def test_no_fault_of_the_network_loses_anything(shop: Shop, fault: Fault) -> None:
    shop.order()
    shop.wire.faults.extend([fault] * 12)
    shop.sync()
    shop.wire.faults.clear()
    shop.account.__class__.objects.update(trouble="", rests_until=None)
    shop.pass_time(hours=2)
    shop.sync()
    assert (Order.objects.count(), shop.all_read()) == (1, True)


def test_a_disconnected_store_is_not_read(shop: Shop) -> None:
    disconnect_account(shop.account.pk)
    calls = len(shop.wire.requests)
    shop.pass_time(days=1)
    assert shop.work() == 0
    assert len(shop.wire.requests) == calls
    assert (shop.account.access_token, shop.account.refresh_token) == ("", "")


# --- posts ------------------------------------------------------------------------------------------------------------
def receive(shop: Shop, body: bytes, sign: str) -> PlatformReception:
    return receive_platform_push(shop.account.push_token, body, sign, now=shop.now)


def test_a_post_brings_the_reading_forward_and_the_same_again_is_one(shop: Shop) -> None:
    shop.sync()
    shop.pass_time(minutes=2)
    shop.order()
    body, sign = push("ae_order_status", shop.now)
    assert receive(shop, body, sign) == receive(shop, body, sign) == PlatformReception.KEPT
    shop.work()
    assert Order.objects.count() == 1
    assert PlatformPush.objects.get().state == PlatformPushState.DONE


def test_a_post_that_is_not_the_platforms_is_refused(shop: Shop) -> None:
    body, sign = push("order", shop.now)
    assert receive(shop, body + b" ", sign) == PlatformReception.WRONG_SIGNATURE
    assert receive_platform_push("nobody", body, sign, now=shop.now) == PlatformReception.NOBODY
    old, old_sign = push("order", shop.now - push_terms().older - timedelta(minutes=1))
    assert receive(shop, old, old_sign) == PlatformReception.TOO_OLD
    assert (PlatformPush.objects.count(), shop.account.wrong_signatures) == (0, 1)


def test_a_post_about_another_seller_or_without_sense_rings_no_bell(shop: Shop) -> None:
    shop.sync()
    shop.pass_time(minutes=2)
    receive(shop, *push("order", shop.now, seller="999"))
    shop.work()
    assert PlatformPush.objects.get().state == PlatformPushState.UNKNOWN
    assert shop.feed(Capability.ORDERS).next_attempt_at > shop.now
    assert tidy_platform_pushes(shop.now + push_terms().keep + timedelta(days=1)) == 1
