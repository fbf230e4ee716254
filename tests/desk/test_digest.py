"""The daily digest: one mail a person and day, at his hour, in his language, when there is something to say."""

from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from desk.notices import TeamDesk
from disputes.firing import fire_due
from disputes.models import ActionItem, ActionKind
from messaging.models import TeamNotice
from messaging.notifying import tell_due
from messaging.services.digests import plan_digests
from orders.models import Order, Store, User
from tests.cast import at, clock_at
from tests.messaging.team import minutes
from tests.servers.smtp import Mailroom

NINE = "03-10 01:00"  # a Tuesday, on Alice's clock in Shanghai
ALICE, BOB = "alice@example.com", "bob@example.com"


@pytest.fixture(autouse=True)
def _long_here(store: Store) -> None:
    User.objects.update(date_joined=at("01-01 00:00"))


@pytest.fixture
def mail(mailroom: Mailroom, settings: LazySettings) -> Mailroom:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = mailroom.host, mailroom.port
    return mailroom


def due(order: Order, short: str, kind: str = ActionKind.REFUND, **values: Any) -> ActionItem:
    said = {"rule": "C3", "raised_at": at("03-05 10:00"), "due_at": at(short)} | values
    item: ActionItem = ActionItem.objects.create(order=order, kind=kind, **said)
    return item


def go(now: str = NINE) -> int:
    plan_digests(at(now))
    return tell_due(clock_at(now), TeamDesk(), until=minutes(now, 1))


def told(mail: Mailroom) -> list[str]:
    return sorted(str(message["To"]) for message in mail.messages)


def test_it_comes_once_a_day_at_his_hour(placed: Order, mail: Mailroom) -> None:
    due(placed, "03-10 05:00")
    assert go("03-10 00:59") == 0
    assert go(NINE) == 2
    assert go("03-10 01:10") == 0
    assert told(mail) == [ALICE, BOB]  # and Vera, who only looks on, gets none
    assert go("03-11 01:00") == 2


def test_each_has_his_own_hour_and_clock(placed: Order, mail: Mailroom) -> None:
    due(placed, "03-10 05:00")
    User.objects.filter(email=BOB).update(timezone="America/Sao_Paulo", digest_hour=7)
    assert go(NINE) == 1
    assert go("03-10 10:00") == 1
    assert told(mail) == [ALICE, BOB]


def test_who_switched_it_off_gets_none(alice: Client, placed: Order, mail: Mailroom) -> None:
    due(placed, "03-10 05:00")
    alice.post("/preferences/", {"first_name": "", "last_name": "", "language": "", "timezone": "", "digest_hour": ""})
    go()
    assert told(mail) == [BOB]


def test_it_says_what_is_overdue_and_due_by_day(placed: Order, mail: Mailroom) -> None:
    for short in ("03-09 00:00", "03-10 05:00", "03-10 20:00", "03-14 00:00", "04-20 00:00"):
        due(placed, short)
    go()
    message = next(row for row in mail.wait_for(2) if row["To"] == ALICE)
    assert str(message["Subject"]).strip() == "Prazo, 10 Mar: Overdue 1 · Due today 1 · Due tomorrow 1"
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    for part in ("Overdue", "Due today", "Due tomorrow", "Next 7 days"):
        assert f"{part}: 1" in text
        assert f"<h2>{part} (1)</h2>" in html
    assert f"/orders/{placed.pk}/" in text
    assert "Asia/Shanghai" in text
    for word in ("Maria", "maria@"):
        assert word not in text + html


def test_an_agent_reads_what_is_his_and_what_is_nobodys(placed: Order, mail: Mailroom) -> None:
    alice, bob = User.objects.get(email=ALICE), User.objects.get(email=BOB)
    for who in (alice, bob, None):
        due(placed, "03-10 05:00", assignee=who)
    go()
    counts = {str(row["To"]): str(row["Subject"]).rpartition(" ")[2] for row in mail.wait_for(2)}
    assert counts == {ALICE: "3", BOB: "2"}


def test_it_speaks_his_language(placed: Order, mail: Mailroom) -> None:
    due(placed, "03-10 05:00")
    User.objects.filter(email=ALICE).update(language="pt-br")
    go()
    bodies = {str(row["To"]): row.get_body(("html",)).get_content() for row in mail.wait_for(2)}
    assert '<html lang="pt-br">' in bodies[ALICE]
    assert '<html lang="en' in bodies[BOB]


def test_nothing_to_say_sends_nothing_but_on_monday(store: Store, mail: Mailroom) -> None:
    assert go(NINE) == 0
    assert TeamNotice.objects.filter(state="cancelled", reason="nothing to say").count() == 3
    assert go("03-16 01:00") == 3  # Charlie's own store has nothing to say either
    assert "nothing is due" in str(mail.wait_for(3)[0]["Subject"])


def test_a_morning_that_was_missed_is_not_made_up_for_in_the_evening(placed: Order, mail: Mailroom) -> None:
    due(placed, "03-10 05:00")
    assert go("03-10 07:30") == 0
    assert go("03-10 06:30") == 2


def test_an_evening_that_was_missed_is_made_up_for_after_midnight(placed: Order, mail: Mailroom) -> None:
    """23:00 in Shanghai is 15:00 UTC, and its midnight 16:00."""
    due(placed, "03-10 20:00")
    User.objects.filter(email=ALICE).update(digest_hour=23)
    User.objects.exclude(email=ALICE).update(digest_hour=None)
    assert go("03-10 14:59") == 0
    assert go("03-10 16:30") == 1
    assert go("03-10 17:00") == 0
    assert go("03-11 15:00") == 1


def test_a_new_person_gets_his_first_one_the_next_morning(placed: Order, mail: Mailroom) -> None:
    due(placed, "03-10 05:00")
    User.objects.update(date_joined=at("03-10 03:00"))
    assert go("03-10 04:00") == 0
    assert go("03-11 01:00") == 2


def test_it_says_what_the_program_did_by_itself(placed: Order, mail: Mailroom) -> None:
    fire_due(clock_at("03-04 13:00"), until=at("03-04 13:01"))
    go("03-05 01:00")
    texts = [row.get_body(("plain",)).get_content() for row in mail.messages if row["To"] == ALICE]
    assert any("Remind the buyer to pay: 1" in text for text in texts)


def test_a_mail_that_is_not_taken_comes_later(placed: Order, mail: Mailroom, settings: LazySettings) -> None:
    due(placed, "03-10 05:00")
    settings.EMAIL_PORT = 9
    assert go() == 0
    settings.EMAIL_PORT = mail.port
    assert go("03-10 01:05") == 2


def test_a_markup_in_a_name_stays_a_name(placed: Order, store: Store, mail: Mailroom) -> None:
    Order.objects.filter(pk=placed.pk).update(order_number="<b>8012</b>")
    due(placed, "03-10 05:00")
    go()
    html = mail.wait_for(2)[0].get_body(("html",)).get_content()
    assert "<b>" not in html
