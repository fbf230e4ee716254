"""The week's figures by mail: once on Monday to each who works in a store and has not switched them off."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import LazySettings
from django.test import Client
from hypothesis import HealthCheck, example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from desk.access import Reader
from desk.notices import TeamDesk
from desk.weekly import last_week
from disputes.models import AdviceEntry, Dispute
from messaging.models import TeamNotice
from messaging.notifying import tell_due
from messaging.services.digests import plan_weeks
from orders.models import Membership, Order, Store, User
from orders.roles import Role
from tests.cast import alices_store, at, clock_at, fact, paid, placed_order, shipped
from tests.desk.after_sale import case_row
from tests.messaging.team import minutes
from tests.servers.smtp import Mailroom

MONDAY = "03-16 01:00"  # nine o'clock on Alice's clock in Shanghai
ALICE, BOB, CHARLIE = "alice@example.com", "bob@example.com", "charlie@example.com"


@pytest.fixture(autouse=True)
def _long_here(store: Store) -> None:
    User.objects.update(date_joined=at("01-01 00:00"))


@pytest.fixture
def mail(mailroom: Mailroom, settings: LazySettings) -> Mailroom:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = mailroom.host, mailroom.port
    return mailroom


@pytest.fixture
def week(store: Store) -> Order:
    """A case in the week before the Monday, and an order paid in the week before that."""
    order = placed_order(store, paid("03-04 10:00"), shipped("03-05 10:00"))
    case_row(order, "wrong_item", opened_at=at("03-11 10:00"))
    return order


def go(now: str = MONDAY) -> int:
    plan_weeks(at(now))
    return tell_due(clock_at(now), TeamDesk(), until=minutes(now, 1))


def told(mail: Mailroom) -> list[str]:
    return sorted(str(message["To"]) for message in mail.messages)


def test_it_comes_once_on_monday_to_who_works_there(week: Order, mail: Mailroom) -> None:
    assert go("03-15 05:00") == go("03-16 00:59") == 0
    assert go(MONDAY) == 2
    assert go("03-16 02:00") == go("03-17 00:30") == 0
    assert told(mail) == [ALICE, BOB]  # Vera only looks on, and in Charlie's store nothing happened


def test_an_outage_on_monday_is_made_up_for_on_tuesday_and_not_on_thursday(week: Order, mail: Mailroom) -> None:
    assert go("03-19 01:00") == 0
    assert go("03-17 05:00") == 2


def test_who_switched_it_off_gets_none(alice: Client, week: Order, mail: Mailroom) -> None:
    alice.post("/preferences/", {"first_name": "", "last_name": "", "language": "", "timezone": "", "digest_hour": "9"})
    go()
    assert told(mail) == [BOB]


def test_it_says_the_week_beside_the_week_before_with_links_to_the_orders(week: Order, mail: Mailroom) -> None:
    go()
    message = next(row for row in mail.wait_for(2) if row["To"] == ALICE)
    text, html = (message.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "Prazo, the week" in str(message["Subject"])
    assert "- Paid: 0 · the week before: 1" in text
    assert "- Wrong or missing item: 1 · the week before: 0" in text
    assert "figure=wrong_shipments.2026-03-09.2026-03-15" in html
    assert "Maria" not in text + html


def test_it_speaks_his_language_and_a_new_person_waits_for_the_next(week: Order, mail: Mailroom) -> None:
    User.objects.filter(email=ALICE).update(language="zh-hans")
    User.objects.filter(email=BOB).update(date_joined=at("03-16 03:00"))
    assert go() == 1
    assert '<html lang="zh-hans">' in mail.wait_for(1)[0].get_body(("html",)).get_content()


def lost(store: Store, number: int, missing: list[str]) -> None:
    claim = fact("03-06 10:00", "dispute_opened", reason="damaged", amount="20.00")
    over = fact("03-08 10:00", "verdict", outcome="lost")
    order = placed_order(store, paid(), shipped(), claim, over, number=f"80{number}")
    AdviceEntry.objects.filter(dispute__order=order).update(missing=missing)


def test_what_was_missing_in_lost_disputes_is_told_with_its_rule(store: Store, week: Order, mail: Mailroom) -> None:
    lost(store, 1, ["packing_photo", "chat_record"])
    lost(store, 2, ["packing_photo"])
    go()
    text = next(row for row in mail.wait_for(2) if row["To"] == ALICE).get_body(("plain",)).get_content()
    assert "was missing in 2 of 2 that were lost (rule A15)." in text
    assert Dispute.objects.count() == 2


def test_a_week_goes_from_monday_to_sunday() -> None:
    monday = at("03-16 00:00").date()
    for day in range(7):
        week = last_week(monday + timedelta(days=day))
        assert (week.first, week.last) == (monday - timedelta(days=7), monday - timedelta(days=1))


# The ends of the clock, where people and stores are, their summer times, and a midnight that is left out (Beirut).
ZONES = ["Pacific/Kiritimati", "Asia/Shanghai", "Asia/Beirut", "America/Sao_Paulo", "America/Los_Angeles", "Etc/GMT+12"]
zones, hours = st.sampled_from(ZONES), st.sampled_from([None, 0, 9, 23])


def charlie_on(store: Store, *, role: str, looks: str, works: str, **his: Any) -> Reader:
    """Charlie, who has this role in Alice's store, too, which comes first by its name; both have these clocks."""
    Store.objects.filter(pk=store.pk).update(timezone=looks)
    Store.objects.filter(slug="charlie").update(timezone=works)
    User.objects.filter(email=CHARLIE).update(**his)
    charlie = User.objects.get(email=CHARLIE)
    Membership.objects.update_or_create(store=store, user=charlie, defaults={"role": role})
    TeamNotice.objects.all().delete()
    return Reader(charlie)


def is_told(person: User, now: datetime) -> bool:
    before = TeamNotice.objects.filter(person=person).count()
    plan_weeks(now)
    return TeamNotice.objects.filter(person=person).count() > before


@examples(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.sampled_from(Role.values), st.sampled_from(["", *ZONES]), zones, zones, hours, st.integers(0, 52))
@example("viewer", "", "America/Sao_Paulo", "Asia/Shanghai", 9, 10)  # his clock is that of a store he only looks at
def test_a_week_is_told_once_when_its_sunday_is_over_in_each_store(
    store: Store, role: str, own: str, looks: str, works: str, hour: int | None, week: int
) -> None:
    reader = charlie_on(store, role=role, looks=looks, works=works, timezone=own, digest_hour=hour)
    start = at("01-05 00:00") + timedelta(weeks=week)  # a Monday
    instants = [start + timedelta(hours=hours) for hours in range(-30, 72, 6)]
    told = [now for now in instants if is_told(reader.user, now)]
    days = last_week(told[0].astimezone(reader.zone).date())
    ends = [days.bounds(ZoneInfo(store.timezone))[1] for store in reader.work_stores]
    assert (len(told), [end for end in ends if end > told[0]]) == (1, [])
    assert days == last_week(start.date())


def test_nothing_that_happened_is_no_mail(mail: Mailroom) -> None:
    alices_store("empty")
    assert go() == 0
    assert TeamNotice.objects.filter(kind="week", state="cancelled", reason="nothing to say").exists()
