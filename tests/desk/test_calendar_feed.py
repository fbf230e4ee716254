"""A person's calendar addresses: what stands in the file, as other parsers read it, and who reads it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import vobject
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from desk.selectors.calendar import MOST
from disputes.models import ActionItem, ActionKind, ActionState, Dispute
from orders.models import AuditEntry, CalendarFeed, Membership, Order, Store, User
from orders.services.auditing import Doer
from orders.services.feeds import MOST as MOST_FEEDS
from orders.services.feeds import make_feed
from tests.cast import fact, happens
from tests.desk.conftest import Enter
from tests.desk.disputing import ago, order_underway

PAGE = "/preferences/calendars/"


@pytest.fixture(autouse=True)
def _own_counts(store: Store) -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def order(store: Store) -> Order:
    return order_underway(store)


def due_item(order: Order, *, days: float = 3, kind: str = ActionKind.SHIP, **values: Any) -> ActionItem:
    now = timezone.now().replace(microsecond=0)
    said = {"rule": "S4", "raised_at": now, "due_at": now + timedelta(days=days)} | values
    item: ActionItem = ActionItem.objects.create(order=order, kind=kind, **said)
    return item


def feed_of(email: str = "alice@example.com", **values: Any) -> str:
    """A new address's path."""
    user = User.objects.get(email=email)
    said = {"name": "Prazo 日历", "stores": [], "kinds": [], "only_mine": False} | values
    _feed, token = make_feed(user, doer=Doer(user), now=timezone.now(), **said)
    return f"/calendar/{token}.ics"


def read(path: str) -> bytes:
    """The file, fetched without a log-in."""
    response = Client().get(path)
    assert response.status_code == 200
    return bytes(response.content)


def events(path: str) -> dict[str, Any]:
    """The entries by their UID."""
    return {str(event["UID"]): event for event in Calendar.from_ical(read(path)).walk("VEVENT")}


# --- the file ---------------------------------------------------------------------------------------------------------
def test_open_work_stands_at_its_deadline_in_utc_with_link_and_alarm(order: Order) -> None:
    item = due_item(order)
    (event,) = events(feed_of()).values()
    assert event["DTSTART"].dt == item.due_at
    assert event["DTSTART"].to_ical().endswith(b"Z")
    assert event["SUMMARY"] == f"Ship the parcel · {order.order_number}"
    assert event["URL"].endswith(f"/orders/{order.pk}/")
    (alarm,) = event.walk("VALARM")
    assert (alarm["ACTION"], alarm["TRIGGER"].dt) == ("DISPLAY", timedelta(hours=-1))


def test_the_file_speaks_as_the_browser_did_on_the_page_of_addresses(order: Order, enter: Enter) -> None:
    due_item(order)
    alice = enter("alice")
    made = alice.post(PAGE, {"name": "Prazo"}, headers={"Accept-Language": "zh-CN"}).context["made"]
    path = made[made.index("/calendar/") :]
    assert "发出包裹" in read(path).decode()
    alice.get(PAGE, headers={"Accept-Language": "pt-BR"})
    cache.clear()
    assert "Enviar o pacote" in read(path).decode()
    User.objects.update(language="en")  # who chose one has it, whatever his browser says
    assert "Ship the parcel" in read(path).decode()


@pytest.mark.parametrize("state", [ActionState.DONE, ActionState.SETTLED, ActionState.SUPERSEDED])
def test_what_is_solved_drops_out(order: Order, state: str) -> None:
    item, path = due_item(order), feed_of()
    assert len(events(path)) == 1
    ActionItem.objects.filter(pk=item.pk).update(state=state)
    assert events(path) == {}


def test_what_is_put_aside_drops_out_until_it_is_back(order: Order) -> None:
    due_item(order, snoozed_until=timezone.now() + timedelta(hours=1))
    assert events(feed_of()) == {}


@pytest.fixture
def dispute(order: Order) -> Dispute:
    happens(order, fact(ago(hours=5), "dispute_opened", reason="in_transit", amount="24.00"), now=ago(hours=5))
    ActionItem.objects.exclude(kind=ActionKind.ANSWER_DISPUTE).delete()
    row: Dispute = order.disputes.get()
    return row


def test_a_dispute_stands_at_the_platforms_date_and_at_our_own_before_it(dispute: Dispute) -> None:
    found = events(feed_of())
    ours, theirs = sorted(found.values(), key=lambda event: event["DTSTART"].dt)
    assert theirs["DTSTART"].dt == dispute.respond_by
    assert theirs["DTSTART"].dt - ours["DTSTART"].dt == timedelta(hours=12)
    assert {str(event["UID"]).rpartition("-")[2].partition("@")[0] for event in found.values()} == {"team", "platform"}


def test_an_entry_keeps_its_uid_and_raises_its_sequence_when_its_date_moves(dispute: Dispute) -> None:
    path = feed_of()
    before = events(path)
    happens(dispute.order, fact(ago(hours=1), "dispute_changed", amount="20.00"), now=ago(hours=1))
    later = events(path)
    assert before.keys() == later.keys()
    for uid, event in later.items():
        assert event["SEQUENCE"] > before[uid]["SEQUENCE"]
        assert event["DTSTART"].dt > before[uid]["DTSTART"].dt


def test_an_answered_dispute_drops_out(dispute: Dispute) -> None:
    path = feed_of()
    happens(dispute.order, fact(ago(hours=1), "counter_offer", amount="5.00"), now=ago(hours=1))
    assert events(path) == {}


def test_no_buyer_is_named(dispute: Dispute) -> None:
    due_item(dispute.order)
    text = read(feed_of()).decode().replace("\r\n ", "")
    for word in ("Maria", "Souza", "maria@", "USB lamp", "LX123456785CN"):
        assert word not in text


def test_every_line_is_folded_at_75_bytes_and_chinese_survives(order: Order, store: Store) -> None:
    """A line that is cut in the middle of a character is what older writers get wrong."""
    Store.objects.filter(pk=store.pk).update(name="阿里速卖通旗舰店, “灯具”; 一号\\店" * 2)
    due_item(order)
    content = read(feed_of(name="日历" * 25))
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert [line.decode() for line in lines]  # each one is whole
    store.refresh_from_db()
    for calendar_name, description in (_by_icalendar(content), _by_vobject(content)):
        assert calendar_name == "日历" * 25
        assert store.name in description


def _by_icalendar(content: bytes) -> tuple[str, str]:
    calendar = Calendar.from_ical(content)
    return str(calendar["X-WR-CALNAME"]), str(calendar.walk("VEVENT")[0]["DESCRIPTION"])


def _by_vobject(content: bytes) -> tuple[str, str]:
    calendar = vobject.readOne(content.decode())
    return calendar.x_wr_calname.value, calendar.vevent.description.value


def test_another_parser_reads_the_same_instants(order: Order) -> None:
    item = due_item(order)
    event = vobject.readOne(read(feed_of()).decode()).vevent
    assert event.dtstart.value == item.due_at
    assert event.valarm.trigger.value == timedelta(hours=-1)


# --- what is asked for ------------------------------------------------------------------------------------------------
def test_an_address_shows_its_kinds_its_stores_and_only_his_where_asked(order: Order, store: Store) -> None:
    alice = User.objects.get(email="alice@example.com")
    his = due_item(order, assignee=alice)
    refund = due_item(order, kind=ActionKind.REFUND)
    assert len(events(feed_of())) == 2
    assert list(events(feed_of(only_mine=True))) == [f"action-{his.pk}@localhost"]
    assert list(events(feed_of(kinds=[ActionKind.REFUND]))) == [f"action-{refund.pk}@localhost"]
    assert len(events(feed_of(stores=[store]))) == 2


def test_only_the_next_90_days_and_the_last_week_are_shown(order: Order) -> None:
    for days in (-8, -6, 89, 91):
        due_item(order, days=days)
    assert len(events(feed_of())) == 2


@pytest.mark.slow
def test_a_huge_list_is_capped_and_read_with_a_handful_of_queries(order: Order) -> None:
    path, now = feed_of(), timezone.now()
    ActionItem.objects.bulk_create(
        ActionItem(
            order=order, store=order.store, kind=ActionKind.SHIP, rule="S4", raised_at=now,
            due_at=now + timedelta(minutes=n),
        )
        for n in range(MOST + 10)
    )  # fmt: skip
    with CaptureQueriesContext(connection) as queries:
        content = read(path)
    assert content.count(b"BEGIN:VEVENT") == MOST
    assert len(queries) < 20


# --- who reads it -----------------------------------------------------------------------------------------------------
def test_whoever_was_taken_out_of_a_store_sees_its_events_no_more(order: Order, store: Store) -> None:
    due_item(order)
    path = feed_of("bob@example.com", stores=[store])
    assert len(events(path)) == 1
    Membership.objects.filter(user__email="bob@example.com").delete()
    assert events(path) == {}


def test_a_person_who_may_not_log_in_has_no_calendar(order: Order) -> None:
    path = feed_of("bob@example.com")
    User.objects.filter(email="bob@example.com").update(is_active=False)
    assert Client().get(path).status_code == 404


def test_a_wrong_or_revoked_token_is_not_there(alice: Client, order: Order) -> None:
    path = feed_of()
    assert Client().get(f"/calendar/{'x' * 43}.ics").status_code == 404
    alice.post(f"{PAGE}{CalendarFeed.objects.get().pk}/revoke/")
    assert Client().get(path).status_code == 404


def test_nobody_revokes_anothers_address(enter: Enter, order: Order) -> None:
    feed_of()
    assert enter("bob").post(f"{PAGE}{CalendarFeed.objects.get().pk}/revoke/").status_code == 404
    assert CalendarFeed.objects.exists()


def test_the_token_is_shown_once_and_only_its_digest_is_kept(alice: Client, store: Store) -> None:
    text = alice.post(PAGE, {"name": "Mine"}).content.decode()
    token = text.partition("/calendar/")[2].partition(".ics")[0]
    assert len(token) == 43
    assert Client().get(f"/calendar/{token}.ics").status_code == 200
    assert token not in alice.get(PAGE).content.decode()
    assert token not in repr(list(CalendarFeed.objects.values()))
    assert AuditEntry.objects.filter(kind="calendar_made").count() == 1


def test_a_store_of_others_cannot_be_chosen(alice: Client, store: Store) -> None:
    other = Store.objects.get(slug="charlie")
    Store.objects.create(slug="second", name="Second", policy_name="taobao-cn").memberships.create(
        user=User.objects.get(email="alice@example.com"), role="viewer"
    )
    assert alice.post(PAGE, {"name": "Mine", "stores": [other.pk]}).status_code == 422


def test_there_is_an_end_to_a_persons_addresses(alice: Client, store: Store) -> None:
    for _n in range(MOST_FEEDS):
        feed_of()
    assert alice.post(PAGE, {"name": "Mine"}).status_code == 422
    assert CalendarFeed.objects.count() == MOST_FEEDS


# --- how it is fetched ------------------------------------------------------------------------------------------------
def test_a_file_that_did_not_change_is_not_sent_again(order: Order) -> None:
    due_item(order)
    path = feed_of()
    first = Client().get(path)
    again = Client().get(path, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    due_item(order)
    assert Client().get(path, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_its_headers_keep_it_from_search_engines_and_shared_caches(order: Order) -> None:
    response = Client().get(feed_of())
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert response["Cache-Control"] == "private, max-age=900"
    assert "Set-Cookie" not in response


def test_who_asks_too_often_is_told_to_wait(order: Order) -> None:
    path = feed_of()
    answers = [Client().get(path).status_code for _n in range(11)]
    assert answers == [200] * 10 + [429]


def test_the_page_says_when_it_was_read_last_and_that_google_is_slow(alice: Client, store: Store) -> None:
    path = feed_of()
    assert "never" in alice.get(PAGE).content.decode()
    read(path)
    assert CalendarFeed.objects.get().read_at is not None
    assert "8 to 24 hours" in alice.get(PAGE).content.decode()


def test_the_clock_of_an_entry_is_absolute_whatever_the_persons_zone(order: Order) -> None:
    User.objects.update(timezone="America/Sao_Paulo", language="pt-br")
    item = due_item(order)
    assert f"DTSTART:{item.due_at.astimezone(UTC):%Y%m%dT%H%M%SZ}" in read(feed_of()).decode()
    assert isinstance(item.due_at, datetime)
