"""Telling the team: claimed, looked at again, merged into one message for each channel, in turns, until it is taken."""

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, OperationalError, connection, transaction

from messaging import marking
from messaging.models import NoticeState, TeamChannel, TeamNotice
from messaging.notifying import tell_due
from messaging.services.team import queue_notices, retry_notices, switch_channel, tidy_notices
from orders.models import Store, User
from orders.services.claiming import MAX_ATTEMPTS, reap_expired
from tests.cast import alices_store, at, clock_at
from tests.messaging.team import PlainDesk, minutes, notice, team_channel
from tests.servers.chats import Chat, chat_server
from tests.servers.faulty_http import Fault, Wire
from tests.servers.smtp import Mailroom

pytestmark = pytest.mark.django_db
NOW = "03-05 10:00"


@pytest.fixture
def server(settings: LazySettings) -> Iterator[tuple[Chat, Wire]]:
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    with chat_server() as running:
        yield running


@pytest.fixture
def store() -> Store:
    return alices_store()


@pytest.fixture
def channel(store: Store, server: tuple[Chat, Wire]) -> TeamChannel:
    return team_channel(store, server[1].url)


def tell(now: str = NOW, *over: str) -> int:
    return tell_due(clock_at(now), PlainDesk(*over), until=minutes(now, 1))


def states() -> list[str]:
    return list(TeamNotice.objects.order_by("pk").values_list("state", flat=True))


def test_what_falls_together_is_one_message(channel: TeamChannel, server: tuple[Chat, Wire]) -> None:
    for key in ("a", "b", "c"):
        notice(channel, key)
    assert tell() == 3
    assert len(server[0].posts) == 1
    assert server[0].texts[0].count("is due") == 3
    assert states() == ["sent"] * 3


def test_what_is_done_meanwhile_is_not_told(channel: TeamChannel, server: tuple[Chat, Wire]) -> None:
    notice(channel, "a"), notice(channel, "b")
    assert tell(NOW, "a") == 1
    assert "[a]" not in server[0].texts[0]
    assert list(TeamNotice.objects.order_by("pk").values_list("state", "reason")) == [
        ("cancelled", "done"),
        ("sent", ""),
    ]


def test_nobody_is_disturbed_when_all_is_done(channel: TeamChannel, server: tuple[Chat, Wire]) -> None:
    notice(channel, "a")
    assert tell(NOW, "a") == 0
    assert server[0].posts == []


def test_nothing_is_told_twice_for_the_same_key(channel: TeamChannel, server: tuple[Chat, Wire]) -> None:
    offered = TeamNotice(
        store=channel.store, channel=channel, kind="deadline", key="a", raised_at=at(NOW), next_attempt_at=at(NOW)
    )
    queue_notices([offered])
    tell()
    offered.pk = None
    queue_notices([offered])
    tell("03-05 10:10")
    assert len(server[0].posts) == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        notice(channel, "a")


def test_a_robot_that_takes_20_a_minute_waits_for_its_turn(channel: TeamChannel, server: tuple[Chat, Wire]) -> None:
    notice(channel, "a")
    tell()
    notice(channel, "b")
    assert tell(NOW) == 0
    assert tell("03-05 10:01") == 1
    assert len(server[0].posts) == 2


def test_an_error_in_a_200_is_a_failure_and_is_tried_again(channel: TeamChannel, server: tuple[Chat, Wire]) -> None:
    server[0].answers.append((200, {"errcode": 93000, "errmsg": "invalid webhook url"}))
    notice(channel, "a")
    assert tell() == 0
    channel.refresh_from_db()
    assert channel.failures == 1
    assert "invalid webhook url" in channel.last_error
    assert tell("03-05 10:02") == 1
    channel.refresh_from_db()
    assert (channel.failures, channel.last_error) == (0, "")


def test_too_many_costs_no_attempt_and_leaves_the_robot_alone(store: Store, server: tuple[Chat, Wire]) -> None:
    channel = team_channel(store, server[1].url, "dingtalk")
    server[0].answers.append((200, {"errcode": 130101, "errmsg": "send too fast"}))
    row = notice(channel, "a")
    assert tell() == 0
    row.refresh_from_db()
    assert (row.state, row.attempts) == (NoticeState.PENDING, 0)
    assert tell("03-05 10:09") == 0
    assert tell("03-05 10:11") == 1


@pytest.mark.parametrize("fault", [Fault.BROKEN, Fault.DROP, Fault.REDIRECT, Fault.PAGE, Fault.FORBIDDEN])
def test_a_chat_that_fails_is_told_later(channel: TeamChannel, server: tuple[Chat, Wire], fault: Fault) -> None:
    server[1].faults.append(fault)
    notice(channel, "a")
    assert tell() == 0
    assert tell("03-05 10:02") == 1


def test_it_is_given_up_after_the_last_attempt_and_an_owner_may_have_it_told_again(
    channel: TeamChannel, server: tuple[Chat, Wire]
) -> None:
    server[1].faults.extend([Fault.BROKEN] * MAX_ATTEMPTS)
    notice(channel, "a")
    for hour in range(10, 10 + MAX_ATTEMPTS):
        tell(f"03-05 {hour}:00" if hour < 24 else NOW)
        TeamNotice.objects.filter(state="pending").update(next_attempt_at=at(NOW))
    assert states() == ["dead"]
    assert retry_notices(channel, now=at("03-06 10:00")) == 1
    assert tell("03-06 10:00") == 1


def test_one_deaf_channel_keeps_no_other_waiting(store: Store, channel: TeamChannel, server: tuple[Chat, Wire]) -> None:
    deaf = team_channel(store, "http://127.0.0.1:9/")
    notice(deaf, "a", now="03-05 09:00"), notice(channel, "b")
    assert tell() == 1


def test_an_address_that_became_forbidden_is_a_failure_and_reaches_nobody(
    channel: TeamChannel, server: tuple[Chat, Wire], settings: LazySettings
) -> None:
    settings.PRIVATE_HOSTS = []
    notice(channel, "a")
    assert tell() == 0
    assert server[0].posts == []
    assert "https://" in TeamChannel.objects.get().last_error


def test_a_secret_that_cannot_be_unlocked_says_so(channel: TeamChannel, settings: LazySettings) -> None:
    settings.SECRET_KEY = "another" * 10
    notice(channel, "a")
    assert tell() == 0
    assert "SECRET_KEY" in TeamChannel.objects.get().last_error


def test_a_notice_of_a_dead_worker_is_told_again(channel: TeamChannel) -> None:
    notice(channel, "a", state="claimed", claim_token=uuid.uuid4(), lease_until=at(NOW))
    assert tell("03-05 10:01") == 0
    reap_expired(TeamNotice, now=at("03-05 10:01"))
    assert tell("03-05 10:01") == 1


def test_a_channel_switched_off_says_nothing_and_forgets_what_waited(
    channel: TeamChannel, server: tuple[Chat, Wire]
) -> None:
    notice(channel, "a")
    switch_channel(channel.pk, now=at(NOW))
    assert tell() == 0
    switch_channel(channel.pk, now=at(NOW))
    assert tell("03-05 11:00") == 0
    assert server[0].posts == []


def test_a_person_who_may_not_log_in_is_told_nothing(store: Store) -> None:
    alice = User.objects.get()
    User.objects.update(is_active=False)
    TeamNotice.objects.create(
        person=alice, kind="deadline", key="a", raised_at=at(NOW), next_attempt_at=at(NOW), store=store
    )
    assert tell() == 0
    assert states() == ["cancelled"]


def test_a_mail_channel_gets_one_mail_with_a_message_id_that_lasts(
    store: Store, mailroom: Mailroom, settings: LazySettings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = mailroom.host, mailroom.port
    channel = team_channel(store, "shift@example.com", "email")
    notice(channel, "a"), notice(channel, "b")
    assert tell() == 2
    (mail,) = mailroom.wait_for(1)
    assert (mail["To"], mail["Subject"]) == ("shift@example.com", "2 deadlines")
    assert mail["Message-ID"] == f"<team.a-b@{settings.MESSAGE_ID_DOMAIN}>"


def test_address_and_secret_are_locked_away(store: Store) -> None:
    channel = team_channel(store, "https://oapi.dingtalk.com/robot/", "dingtalk", secret="SEC123")
    row = TeamChannel.objects.values().get()
    assert not [value for value in row.values() if "0123456789" in str(value) or "SEC123" in str(value)]
    assert (channel.secret, channel.address_hint) == ("SEC123", "oapi.dingtalk.com … cdef")


@pytest.mark.parametrize(
    ("now", "end"),
    [("03-05 13:59", None), ("03-05 14:00", "03-06 00:00"), ("03-05 23:00", "03-06 00:00"), ("03-06 00:00", None)],
)
def test_quiet_hours_hold_over_midnight_on_the_channels_clock(store: Store, now: str, end: str | None) -> None:
    """22:00 to 08:00 in Shanghai is 14:00 to 00:00 UTC."""
    channel = team_channel(store, "https://x.example/", quiet_from="22:00", quiet_until="08:00")
    channel.refresh_from_db()
    assert channel.quiet_end(at(now)) == (at(end) if end else None)
    assert channel.zone == ZoneInfo("Asia/Shanghai")


def test_what_was_told_long_ago_is_forgotten(channel: TeamChannel) -> None:
    notice(channel, "old", state="sent"), notice(channel, "waiting")
    notice(channel, "new", state="sent", raised_at=at(NOW) + timedelta(days=80))
    assert tidy_notices(at(NOW) + timedelta(days=91)) == 1


@pytest.mark.parametrize(("refusals", "state"), [(3, NoticeState.SENT), (5, NoticeState.CLAIMED)])
def test_what_was_told_is_not_told_again_because_the_database_is_busy(
    channel: TeamChannel, server: tuple[Chat, Wire], monkeypatch: pytest.MonkeyPatch, refusals: int, state: NoticeState
) -> None:
    monkeypatch.setattr(marking, "PAUSES", (0.0,) * 4)
    left = ["database is locked"] * refusals

    def wrap(execute: Any, sql: str, *given: Any) -> Any:
        if left and "sent_at" in sql and "UPDATE" in sql:
            raise OperationalError(left.pop())
        return execute(sql, *given)

    notice(channel, "a")
    with connection.execute_wrapper(wrap):
        tell()
    assert states() == [state]
    assert tell("03-05 10:02") == 0
    assert len(server[0].posts) == 1
