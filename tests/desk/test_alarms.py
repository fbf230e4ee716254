"""The page says what is wrong while it is wrong, and which dates are at risk because of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from desk.words import milestone_label
from disputes.models import Heartbeat
from messaging.models import Message, MessageState
from orders.models import Milestone, Order, Store
from orders.models.milestones import MilestoneState
from orders.providers.interface import ProviderName, Unreachable
from orders.services.tracking_accounts import note_failure, save_account
from tests.servers.disks import Disk

Page = Callable[[], str]


@pytest.fixture
def today(alice: Client) -> Page:
    """What Alice reads."""
    return lambda: alice.get("/").content.decode()


def sweep_was(**ago: float) -> None:
    Heartbeat.objects.update_or_create(name="sweep", defaults={"at": timezone.now() - timedelta(**ago)})


def test_redis_that_does_not_answer_is_told_as_soon_as_sweeps_are_missed(today: Page) -> None:
    sweep_was(seconds=30)
    assert "Redis does not answer" in today()


def test_sweeps_that_come_say_nothing_of_redis(today: Page) -> None:
    sweep_was(seconds=1)
    assert "Redis does not answer" not in today()


def test_missed_sweeps_are_workers_that_are_gone_where_redis_answers(
    today: Page, settings: LazySettings, redis_url: str
) -> None:
    settings.REDIS_URL = redis_url
    sweep_was(seconds=30)
    assert "Something needs looking after" not in today()
    sweep_was(minutes=4)
    assert "The sweep has stopped" in today()
    assert "Redis does not answer" not in today()


def test_the_next_dates_are_named_while_nobody_fires_them(today: Page, underway: Order) -> None:
    sweep_was(minutes=4)
    Milestone.objects.exclude(kind="contact_30").delete()
    Milestone.objects.update(next_attempt_at=timezone.now() + timedelta(hours=2), state=MilestoneState.PENDING)
    page = today()
    assert "Dates at risk" in page
    risk = page.partition("Dates at risk")[2].partition("</ul>")[0]
    assert f'<a href="/orders/{underway.pk}/">{underway.order_number}</a> ' in risk
    assert milestone_label("contact_30", underway.policy) in risk


def test_no_date_of_another_store_is_named(charlie: Client, underway: Order) -> None:
    sweep_was(minutes=4)
    Milestone.objects.update(next_attempt_at=timezone.now(), state=MilestoneState.PENDING)
    page = charlie.get("/").content.decode()
    assert "The sweep has stopped" in page
    assert underway.order_number not in page


def test_mail_that_could_not_leave_is_told_with_the_servers_words(today: Page, underway: Order) -> None:
    Message.objects.filter(order=underway).update(
        state=MessageState.PENDING, last_error="451 Try <later>", next_attempt_at=timezone.now()
    )
    assert "451 Try &lt;later&gt;" in today()
    Message.objects.update(last_error="", state=MessageState.SENT)
    assert "could not leave" not in today()


def test_a_tracking_service_that_does_not_answer_is_told(today: Page, store: Store) -> None:
    account = save_account(store, ProviderName.SEVENTEEN_TRACK, key="a-key")
    note_failure(account.pk, Unreachable("no route"), now=timezone.now())
    assert "Alice&#x27;s lamps, 17TRACK</a>: The service does not answer" in today()


def test_a_full_disk_is_told(today: Page, disk: Disk, settings: LazySettings) -> None:
    settings.MEDIA_ROOT = disk.folder / "not" / "made" / "yet"
    assert ("as good as full" in today()) == disk.is_mounted
