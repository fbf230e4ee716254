"""The pages of AliExpress: the way there and back, what a store sees of its connection, and what its people ask."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from disputes.bulk import start_runs, work_on
from disputes.models import ActionItem, ActionKind, BulkKind, BulkRun, Dispute
from orders.models import (
    AuditEntry,
    AuditKind,
    Order,
    PlatformAccount,
    PlatformCapability,
    PlatformCommand,
    PlatformPush,
    Store,
)
from orders.models.platforms import CommandKind, CommandState
from orders.platform.interface import Capability, Trouble
from tests.desk.conftest import Enter, open_item
from tests.disputes.aliexpress import Shop, open_shop
from tests.servers.aliexpress import APP_KEY, EXTEND, REPLY, SECRET, parcel, push

pytestmark = pytest.mark.django_db

PAGE = "/platform/?store=alice"
BACK = "/platform/back/"


@pytest.fixture
def shop(store: Store) -> Iterator[Shop]:
    """Alice's store, connected, on the real clock."""
    with open_shop(store, f"{timezone.now():%Y-%m-%d %H:%M}") as opened:
        yield opened


@pytest.fixture
def unconnected(shop: Shop) -> Shop:
    """The same without a connection."""
    PlatformAccount.objects.all().delete()
    return shop


def show(client: Client, address: str = PAGE) -> str:
    return client.get(address).content.decode()


def way_of(client: Client) -> str:
    """The address behind Connect, after the app was entered."""
    client.post("/platform/alice/app/", {"app_key": APP_KEY, "secret": SECRET})
    page = show(client)
    start = page.index("/oauth/authorize")
    return page[start : page.index('"', start)].replace("&amp;", "&")


def state_of(way: str) -> str:
    return parse_qs(urlsplit(way).query)["state"][0]


# --- there and back ---------------------------------------------------------------------------------------------------
def test_an_owner_enters_the_app_goes_there_and_comes_back_connected(alice: Client, unconnected: Shop) -> None:
    assert "not set up" in show(alice)
    way = way_of(alice)
    asked = parse_qs(urlsplit(way).query)
    assert (asked["client_id"], asked["response_type"]) == ([APP_KEY], ["code"])
    assert asked["redirect_uri"][0].endswith(BACK)
    answer = alice.get(BACK, {"code": unconnected.platform.allow(), "state": state_of(way)}, follow=True)
    page = answer.content.decode()
    assert "Connected." in page
    assert "cn1500000001" in page
    assert SECRET not in page
    assert unconnected.account.access_token not in page
    kinds = list(AuditEntry.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds[-2:] == [AuditKind.PLATFORM_SAVED, AuditKind.PLATFORM_CONNECTED]


@pytest.mark.parametrize("given", ["", "another"])
def test_a_way_back_that_this_session_did_not_begin_connects_nothing(
    alice: Client, unconnected: Shop, given: str
) -> None:
    way_of(alice)
    alice.get(BACK, {"code": unconnected.platform.allow(), "state": given})
    assert not unconnected.account.is_connected


def test_a_way_back_is_good_once_and_for_half_an_hour(alice: Client, unconnected: Shop) -> None:
    state = state_of(way_of(alice))
    session = alice.session
    kept = session["platform_state"]
    session["platform_state"] = kept | {"at": (timezone.now() - timedelta(minutes=31)).isoformat()}
    session.save()
    alice.get(BACK, {"code": unconnected.platform.allow(), "state": state})
    assert not unconnected.account.is_connected
    state = state_of(way_of(alice))
    assert "did not let us in" in show(alice, alice.get(BACK, {"state": state})["Location"])
    alice.get(BACK, {"code": unconnected.platform.allow(), "state": state})
    assert not unconnected.account.is_connected


def test_a_code_that_the_platform_refuses_is_said_in_words(alice: Client, unconnected: Shop) -> None:
    state = state_of(way_of(alice))
    page = alice.get(BACK, {"code": "made up", "state": state}, follow=True).content.decode()
    assert "Invalid authorization code" in page
    assert not unconnected.account.is_connected


def test_a_stranger_with_the_address_of_the_way_back_connects_nothing(
    alice: Client, enter: Enter, unconnected: Shop
) -> None:
    state = state_of(way_of(alice))
    enter("charlie").get(BACK, {"code": unconnected.platform.allow(), "state": state})
    assert not unconnected.account.is_connected


# --- the page ---------------------------------------------------------------------------------------------------------
def test_the_page_says_what_works_what_is_off_and_since_when(alice: Client, shop: Shop) -> None:
    shop.platform.off = {REPLY}
    shop.platform.forbidden = {"aliexpress.evaluation.listorderevaluation.get"}
    shop.sync()
    page = show(alice)
    assert "has not been granted this" in page
    assert "InsufficientPermission" in page
    assert page.count('class="badge good"') == 5  # the connection and four feeds


@pytest.mark.parametrize("trouble", [trouble for trouble in Trouble if trouble is not Trouble.REFUSED])
def test_every_trouble_of_the_account_is_said(alice: Client, shop: Shop, trouble: Trouble) -> None:
    PlatformAccount.objects.update(trouble=trouble, last_error="their words")
    page = show(alice)
    assert "in trouble" in page
    assert "their words" in page


def test_a_log_in_that_nobody_renews_is_said_before_it_ends(alice: Client, shop: Shop) -> None:
    PlatformAccount.objects.update(refresh_due_at=None, access_ends_at=timezone.now() + timedelta(days=3))
    assert "Connect again before it ends" in show(alice)


def test_a_store_that_is_not_let_in_any_more_is_told_on_today(alice: Client, shop: Shop, placed: Order) -> None:
    assert "Connect the store again" not in show(alice, "/")
    PlatformAccount.objects.update(trouble=Trouble.LOG_IN_AGAIN)
    assert "Connect the store again" in show(alice, "/")


def test_everything_is_read_at_once_with_its_progress_when_an_owner_asks(alice: Client, shop: Shop) -> None:
    shop.sync()
    assert "every 2s" not in show(alice)
    alice.post("/platform/alice/sync/")
    assert "every 2s" in show(alice)
    part = alice.get(PAGE, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    shop.now = timezone.now() + timedelta(seconds=1)
    shop.work()
    assert "every 2s" not in show(alice)


def test_a_disconnected_store_keeps_what_was_read(alice: Client, shop: Shop) -> None:
    shop.order(placed_at=shop.now - timedelta(days=2), paid_at=shop.now - timedelta(days=1))
    shop.sync()
    alice.post("/platform/alice/disconnect/")
    assert "not connected" in show(alice)
    assert Order.objects.filter(order_number="8012345678901234").exists()
    assert AuditEntry.objects.latest("pk").kind == AuditKind.PLATFORM_DISCONNECTED


def test_the_page_asks_the_database_the_same_for_many_requests_as_for_few(
    alice: Client, shop: Shop, placed: Order, django_assert_max_num_queries: object
) -> None:
    for day in range(30):
        PlatformCommand.objects.create(
            account=shop.account, order=placed, kind=CommandKind.EXTEND_RECEIPT, params={"days": day}, actor="1",
            state=CommandState.REFUSED, asked_at=shop.now, next_attempt_at=shop.now, error_code="201",
        )  # fmt: skip
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        page = show(alice)
    assert "ask for fewer days" in page


# --- posts ------------------------------------------------------------------------------------------------------------
def test_a_post_is_kept_at_once_and_a_stranger_is_turned_away(client: Client, shop: Shop) -> None:
    body, sign = push("order", shop.now)
    address = f"/webhooks/aliexpress/{shop.account.push_token}/"
    kept = client.post(address, body, content_type="application/json", headers={"Authorization": sign})
    assert (kept.status_code, PlatformPush.objects.count()) == (200, 1)
    assert client.post(address, body, content_type="application/json").status_code == 401
    assert client.post("/webhooks/aliexpress/nobody/", body, content_type="application/json").status_code == 404
    assert client.post(address, b"x" * 200_001, content_type="application/json").status_code == 413
    old, old_sign = push("order", shop.now - timedelta(days=2))
    again = client.post(address, old, content_type="application/json", headers={"Authorization": old_sign})
    assert again.status_code == 400


# --- what people ask --------------------------------------------------------------------------------------------------
@pytest.fixture
def underway(shop: Shop) -> Order:
    """A parcel on its way that the platform knows."""
    placed_at = shop.now - timedelta(days=20)
    parcels = [parcel("LX123456785CN", placed_at + timedelta(days=2))]
    shop.order(
        status="WAIT_BUYER_ACCEPT_GOODS", parcels=parcels, placed_at=placed_at, paid_at=placed_at,
        left=timedelta(days=30),
    )  # fmt: skip
    shop.sync()
    return Order.objects.get(order_number="8012345678901234")


def test_an_extension_from_the_orders_page_goes_to_the_platform_unless_it_is_only_noted(
    bob: Client, shop: Shop, underway: Order
) -> None:
    before = underway.protection_ends_at
    address = f"/orders/{underway.pk}/command/receipt_extended/"
    page = bob.post(address, {"days": 10}, follow=True).content.decode()
    assert "On its way to AliExpress" in page
    underway.refresh_from_db()
    assert underway.protection_ends_at == before
    command = PlatformCommand.objects.get()
    bob.post(f"/platform/commands/{command.pk}/cancel/")
    command.refresh_from_db()
    assert command.state == CommandState.CANCELLED
    bob.post(address, {"days": 10, "only_note": "1"})
    underway.refresh_from_db()
    assert underway.protection_ends_at > before
    assert PlatformCommand.objects.count() == 1


def test_an_extension_from_the_work_for_it_goes_to_the_platform_and_its_refusal_is_said(
    bob: Client, shop: Shop, underway: Order
) -> None:
    shop.platform.refuses_extension = 201
    item = open_item(underway, ActionKind.EXTEND_RECEIPT_TIME)
    bob.post(f"/actions/{item.pk}/", {"do": "event", "days": "90"})
    shop.now = timezone.now() + timedelta(seconds=1)
    shop.work()
    assert "ask for fewer days" in show(bob, f"/orders/{underway.pk}/")
    assert ActionItem.objects.filter(kind=ActionKind.EXTEND_RECEIPT_TIME, state="open").exists()


def test_the_work_for_an_extension_says_and_does_what_the_orders_page_does(
    bob: Client, shop: Shop, underway: Order
) -> None:
    item = open_item(underway, ActionKind.EXTEND_RECEIPT_TIME)
    assert "AliExpress is asked for it" in show(bob, "/")
    answer = bob.post(f"/actions/{item.pk}/", {"do": "event", "days": "10"}, headers={"hx-request": "true"})
    assert "On its way to AliExpress" in answer.content.decode()
    item.refresh_from_db()
    assert item.state == "open"  # until the platform has said yes
    page = show(bob, "/")
    assert "Asked of AliExpress" in page
    assert 'name="days"' not in page  # it is not asked for twice
    PlatformCommand.objects.update(state=CommandState.CANCELLED)
    bob.post(f"/actions/{item.pk}/", {"do": "event", "days": "10", "only_note": "1"})
    item.refresh_from_db()
    assert (item.state, PlatformCommand.objects.count()) == ("settled", 1)
    PlatformCapability.objects.filter(name=Capability.EXTEND_RECEIPT).update(off_since=timezone.now())
    open_item(underway, ActionKind.EXTEND_RECEIPT_TIME)
    assert "AliExpress is asked" not in show(bob, "/")


def extended_together(shop: Shop, order: Order) -> str:
    """The address of a run that extends the order, worked through."""
    user, now = order.store.users.get(email="bob@example.com"), timezone.now()
    (run,) = start_runs(user, BulkKind.EXTEND, {"days": 10}, [order], token=uuid4(), now=now)
    work_on(run.pk, lambda: now, until=now + timedelta(minutes=1))
    return f"/orders/bulk/{run.pk}/"


def test_an_extension_of_many_orders_goes_to_the_platform_once_and_counts_with_its_yes(
    bob: Client, shop: Shop, underway: Order
) -> None:
    pages = [extended_together(shop, underway) for _again in range(2)]
    assert PlatformCommand.objects.count() == 1
    assert Order.objects.get(pk=underway.pk).protection_ends_at == underway.protection_ends_at
    assert '<span class="badge info">' in show(bob, pages[0])
    shop.now = timezone.now() + timedelta(seconds=1)
    shop.work()
    assert shop.platform.orders["8012345678901234"].extended == [10]
    assert Order.objects.get(pk=underway.pk).protection_ends_at > underway.protection_ends_at
    assert all('<span class="badge good">' in show(bob, page) for page in pages)


def test_a_preview_says_for_how_many_the_platform_is_asked_and_nothing_is_asked_where_it_is_only_noted(
    bob: Client, shop: Shop, underway: Order
) -> None:
    page = bob.post("/orders/bulk/preview/", {"kind": "extend", "days": 10, "order": [underway.pk]})
    assert "AliExpress is asked for 1 of them" in page.content.decode()
    given = {"token": page.context["token"], "orders": page.context["preview"].ids}
    address = bob.post("/orders/bulk/start/", given | {"kind": "extend", "days": 10, "only_note": "on"})["Location"]
    now = timezone.now()
    work_on(BulkRun.objects.get().pk, lambda: now, until=now + timedelta(minutes=1))
    assert not PlatformCommand.objects.exists()
    assert Order.objects.get(pk=underway.pk).protection_ends_at > underway.protection_ends_at
    assert "10 days more, only noted here" in show(bob, address)


def test_a_preview_speaks_of_no_platform_where_none_is_asked(bob: Client, shop: Shop, underway: Order) -> None:
    asked = {"kind": "extend", "days": 10, "order": [underway.pk]}
    noted = bob.post("/orders/bulk/preview/", asked | {"only_note": "1"})
    PlatformCapability.objects.filter(name=Capability.EXTEND_RECEIPT).update(off_since=timezone.now())
    off = bob.post("/orders/bulk/preview/", asked)
    assert [(page.context["preview"].will, page.context["preview"].asked) for page in (noted, off)] == [(1, 0), (1, 0)]
    assert "AliExpress" not in off.content.decode().split("<main")[1]


def test_what_was_to_be_asked_of_the_platform_is_not_noted_instead_when_it_cannot_be_asked_any_more(
    bob: Client, shop: Shop, underway: Order
) -> None:
    before = underway.protection_ends_at
    item = open_item(underway, ActionKind.EXTEND_RECEIPT_TIME)
    page = bob.post("/orders/bulk/preview/", {"kind": "extend", "days": 10, "order": [underway.pk]})
    assert f'name="asked" value="{underway.store_id}"' in page.content.decode()
    PlatformCapability.objects.filter(name=Capability.EXTEND_RECEIPT).update(off_since=timezone.now())
    said = {"kind": "extend", "days": 10, "asked": str(underway.store_id), "orders": page.context["preview"].ids}
    address = bob.post("/orders/bulk/start/", said | {"token": page.context["token"]})["Location"]
    now = timezone.now()
    work_on(BulkRun.objects.get().pk, lambda: now, until=now + timedelta(minutes=1))
    assert "cannot be asked any more" in show(bob, address)
    for door, given in (
        (f"/orders/{underway.pk}/command/receipt_extended/", {}),
        (f"/actions/{item.pk}/", {"do": "event"}),
    ):
        refused = bob.post(door, given | {"days": 10, "asks": "1"})
        assert (refused.status_code, "cannot be asked any more" in refused.content.decode()) == (422, True)
    underway.refresh_from_db()
    assert underway.protection_ends_at == before


def test_what_is_only_to_be_noted_stays_ticked_while_the_days_are_mended(
    bob: Client, shop: Shop, underway: Order
) -> None:
    address = f"/orders/{underway.pk}/command/receipt_extended/"
    assert "AliExpress is asked for it" in show(bob, address)
    wrong = bob.post(address, {"days": "", "only_note": "1"})
    assert 'name="only_note" value="1" checked' in wrong.content.decode()


def test_what_the_platform_refuses_of_many_extensions_stands_at_its_order(
    bob: Client, shop: Shop, underway: Order
) -> None:
    shop.platform.refuses_extension = 201
    page = extended_together(shop, underway)
    shop.now = timezone.now() + timedelta(seconds=1)
    shop.work()
    said = show(bob, page)
    assert "ask for fewer days" in said
    assert "<strong>1</strong> AliExpress refused it" in said
    assert "</strong> done" not in said
    assert ActionItem.objects.filter(kind=ActionKind.EXTEND_RECEIPT_TIME, state="open").exists()


def test_a_store_whose_platform_has_switched_it_off_notes_an_extension_as_ever(
    bob: Client, shop: Shop, underway: Order
) -> None:
    shop.platform.off = {EXTEND}
    bob.post(f"/orders/{underway.pk}/command/receipt_extended/", {"days": 10})
    shop.now = timezone.now() + timedelta(seconds=1)
    shop.work()
    before = Order.objects.get(pk=underway.pk).protection_ends_at
    bob.post(f"/orders/{underway.pk}/command/receipt_extended/", {"days": 10})
    assert Order.objects.get(pk=underway.pk).protection_ends_at > before


def test_an_answer_from_the_workbench_is_sent_and_stands_there(bob: Client, shop: Shop, underway: Order) -> None:
    issue = shop.issue(shop.platform.orders[underway.order_number])
    shop.sync()
    dispute = Dispute.objects.get()
    page = show(bob, f"/disputes/{dispute.pk}/")
    assert "At AliExpress" in page
    address = f"/disputes/{dispute.pk}/platform"
    too_much = bob.post(f"{address}/offer/", {"amount": "99", "text": "no"})
    assert too_much.status_code == 422
    bob.post(f"{address}/offer/", {"amount": "5", "text": "We wait with you"})
    assert "An answer is on its way" in show(bob, f"/disputes/{dispute.pk}/")
    shop.now = timezone.now() + timedelta(seconds=1)
    shop.work()
    page = show(bob, f"/disputes/{dispute.pk}/")
    assert "AliExpress has done it" in page
    assert [plan["refund_money"] for plan in issue.plans["seller"]] == ["5.00"]


def test_agreeing_is_asked_twice(bob: Client, shop: Shop, underway: Order) -> None:
    issue = shop.issue(shop.platform.orders[underway.order_number])
    shop.sync()
    dispute = Dispute.objects.get()
    address = f"/disputes/{dispute.pk}/platform/agree/"
    given = {"plan": str(issue.plans["buyer"][0]["id"])}
    assert "Are you sure?" in bob.post(address, given).content.decode()
    assert not PlatformCommand.objects.exists()
    bob.post(address, given | {"confirmed": "1"})
    assert PlatformCommand.objects.get().kind == CommandKind.AGREE
