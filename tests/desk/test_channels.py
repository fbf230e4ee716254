"""The owner's page of channels: set up, tested with the answer shown, switched, removed; secrets never come out."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from desk.tasks import tell_team
from disputes.models import ActionItem
from messaging.models import TeamChannel, TeamNotice
from orders.models import AuditEntry, Membership, Order, Store, User
from tests.desk.conftest import Enter
from tests.messaging.team import HOOK, team_channel
from tests.servers.chats import Chat, chat_server
from tests.servers.faulty_http import Fault, Wire

PAGE = "/channels/"
ADD = "/channels/alice/add/wecom/"
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0123456789abcdef"
FORM = {"name": "Shift", "address": WECOM, "whose": "everyone", "scope": "all", "language": "en", "timezone": "UTC"}


@pytest.fixture
def server(settings: LazySettings) -> Iterator[tuple[Chat, Wire]]:
    settings.PRIVATE_HOSTS = ["127.0.0.1"]
    with chat_server() as running:
        yield running


@pytest.fixture
def channel(store: Store, server: tuple[Chat, Wire]) -> TeamChannel:
    return team_channel(store, server[1].url)


def text_of(client: Client, path: str = PAGE) -> str:
    return client.get(path).content.decode()


def press(client: Client, channel: TeamChannel, deed: str, **data: str) -> str:
    return client.post(f"{PAGE}{channel.pk}/{deed}/", data, follow=True).content.decode()


def test_the_empty_page_says_how_to_come_by_a_robot_for_each_chat(alice: Client) -> None:
    text = text_of(alice)
    assert "The team is not told yet" in text
    for word in ("群机器人", "加签", "签名校验", "Incoming Webhooks", "whsec_"):
        assert word in text


def test_a_channel_is_added_and_its_address_never_shown_again(alice: Client) -> None:
    answer = alice.post(ADD, FORM, follow=True)
    assert "Saved. Send a test message now." in answer.content.decode()
    assert TeamChannel.objects.get().address == WECOM
    for text in (text_of(alice), text_of(alice, f"{PAGE}{TeamChannel.objects.get().pk}/")):
        assert "0123456789" not in text
        assert "qyapi.weixin.qq.com … cdef" in text
    assert AuditEntry.objects.filter(kind="channel_saved").count() == 1


def test_an_empty_address_keeps_the_one_that_is_there(alice: Client, channel: TeamChannel) -> None:
    alice.post(f"{PAGE}{channel.pk}/", FORM | {"address": "", "name": "Night"})
    channel.refresh_from_db()
    assert channel.name == "Night"
    assert channel.address.endswith(HOOK)


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "https://127.0.0.1/hook"},
        {"address": "http://qyapi.weixin.qq.com/hook"},
        {"address": "https://evil.example/hook"},
        {"address": "not an address"},
        {"address": ""},
        {"whose": "person:99999"},
        {"scope": "kinds"},
        {"quiet_from": "22:00"},
        {"timezone": "Mars/Olympus"},
        {"name": ""},
    ],
)
def test_what_cannot_be_is_refused_and_nothing_typed_is_lost(alice: Client, wrong: dict[str, str]) -> None:
    answer = alice.post(ADD, FORM | wrong)
    assert answer.status_code == 422
    assert 'class="errorlist' in answer.content.decode()
    assert not TeamChannel.objects.exists()


def test_a_channel_of_a_person_takes_members_only(alice: Client, store: Store) -> None:
    stranger = Membership.objects.get(store__slug="charlie").user_id
    assert alice.post(ADD, FORM | {"whose": f"person:{stranger}"}).status_code == 422
    bob = store.memberships.get(user__email="bob@example.com").user_id
    alice.post(ADD, FORM | {"whose": f"person:{bob}"})
    assert TeamChannel.objects.get().person_id == bob


def test_a_webhook_without_a_secret_gets_one_that_is_shown_once(alice: Client) -> None:
    answer = alice.post("/channels/alice/add/webhook/", FORM | {"address": "https://own.example.com/hook"})
    secret = TeamChannel.objects.get().secret
    assert secret.startswith("whsec_")
    assert secret.replace("+", "&#x2B;") in answer.content.decode() or secret in answer.content.decode()
    assert secret not in text_of(alice)


def test_a_test_message_shows_what_the_chat_answered(
    alice: Client, channel: TeamChannel, server: tuple[Chat, Wire]
) -> None:
    assert "Shift took it: HTTP 200" in press(alice, channel, "test")
    assert "It works." in server[0].texts[0]
    assert "works" in text_of(alice)


def test_a_test_message_shows_why_the_chat_did_not_take_it(
    alice: Client, channel: TeamChannel, server: tuple[Chat, Wire]
) -> None:
    server[0].answers.append((200, {"errcode": 93000, "errmsg": "invalid webhook url"}))
    assert "invalid webhook url" in press(alice, channel, "test")
    assert "in trouble" in text_of(alice)


def test_tests_in_a_row_wait_for_their_turn(alice: Client, channel: TeamChannel, server: tuple[Chat, Wire]) -> None:
    press(alice, channel, "test")
    assert "not its turn yet" in press(alice, channel, "test")
    assert len(server[0].posts) == 1


def test_a_chat_that_is_away_is_said_without_its_address(
    alice: Client, channel: TeamChannel, server: tuple[Chat, Wire]
) -> None:
    server[1].faults.append(Fault.DROP)
    text = press(alice, channel, "test")
    assert "did not take it: no answer" in text
    assert HOOK not in text


def test_what_was_given_up_is_told_again_from_the_page(alice: Client, channel: TeamChannel, placed: Order) -> None:
    now = timezone.now()
    TeamNotice.objects.create(
        store=channel.store, channel=channel, kind="deadline", key="1 raised", order=placed, state="dead",
        raised_at=now, next_attempt_at=now, last_error="HTTP 404 gone",
    )  # fmt: skip
    text = text_of(alice)
    assert "Tell 1 again" in text
    assert "HTTP 404 gone" in text
    assert "1 notice is told again." in press(alice, channel, "retry")
    assert TeamNotice.objects.get().state == "pending"


def test_a_channel_is_switched_off_and_removed_after_a_second_look(alice: Client, channel: TeamChannel) -> None:
    assert "switched off" in press(alice, channel, "switch")
    assert "Remove Shift?" in press(alice, channel, "remove")
    assert TeamChannel.objects.exists()
    assert "Removed." in press(alice, channel, "remove", confirmed="1")
    assert not TeamChannel.objects.exists()
    kinds = ["channel_switched", "channel_removed"]
    assert list(AuditEntry.objects.filter(kind__in=kinds).order_by("pk").values_list("kind", flat=True)) == kinds


def test_the_task_finds_what_is_urgent_and_tells_it_once(
    alice: Client, channel: TeamChannel, placed: Order, server: tuple[Chat, Wire]
) -> None:
    now = timezone.now()
    ActionItem.objects.create(
        order=placed, kind="refund", rule="T6", raised_at=now, due_at=now + timedelta(hours=3), stake=Decimal("24.00")
    )
    User.objects.update(digest_hour=None)
    tell_team()
    tell_team()
    (text,) = server[0].texts
    assert placed.order_number in text
    assert "Refund the buyer · US$24.00 · due " in text
    assert f"/orders/{placed.pk}/" in text
    assert "Told lately" in text_of(alice)


def test_an_unknown_deed_or_kind_is_not_there(alice: Client, channel: TeamChannel) -> None:
    assert alice.post(f"{PAGE}{channel.pk}/explode/").status_code == 404
    assert alice.get("/channels/alice/add/pigeon/").status_code == 404


def test_only_owners_reach_it(enter: Enter, channel: TeamChannel) -> None:
    for person in ("bob", "vera", "charlie"):
        client = enter(person)
        assert client.get(f"{PAGE}{channel.pk}/").status_code == 404
        assert client.post(f"{PAGE}{channel.pk}/test/").status_code == 404


def test_ten_channels_cost_no_more_queries_than_one(alice: Client, store: Store, channel: TeamChannel) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            alice.get(PAGE)
        return len(queries)

    first = count()
    for _n in range(9):
        team_channel(store, "https://hooks.slack.com/", "slack")
    assert count() == first
