"""`/metrics`: who may read it, that Prometheus' own parser understands it, and what it says."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from desk.selectors.metrics import exposition
from disputes.firing import fire_due
from disputes.models import Heartbeat
from messaging.sending import send_due
from orders.models import Milestone, Order, Store, Tally
from orders.providers.interface import ProviderName
from orders.services.tallies import LATENESS, add_to_tallies
from orders.services.tracking_accounts import save_account
from tests.cast import at
from tests.servers.smtp import Answer, Mailroom

TOKEN = "a-token-of-the-tests"
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture(autouse=True)
def token(settings: LazySettings) -> None:
    settings.METRICS_TOKEN = TOKEN


def samples(text: str) -> Iterator[tuple[str, dict[str, str], float]]:
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            yield sample.name, sample.labels, sample.value


def value(now: str, name: str, **labels: str) -> float:
    """One number of the page."""
    found = [number for title, said, number in samples(exposition(at(now)).decode()) if (title, said) == (name, labels)]
    assert len(found) == 1, (name, labels, found)
    return found[0]


def read(client: Client, **headers: str) -> Any:
    return client.get("/metrics", headers=headers)


def test_the_metrics_are_not_there_without_a_token(client: Client, settings: LazySettings) -> None:
    settings.METRICS_TOKEN = ""
    assert read(client, Authorization="Bearer ").status_code == 404


@pytest.mark.parametrize(
    "given", ["", TOKEN, "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ü"]
)
def test_the_metrics_are_refused_without_the_right_token(client: Client, given: str) -> None:
    answer = read(client, Authorization=given)
    assert (answer.status_code, TOKEN in answer.content.decode()) == (401, False)


def test_prometheus_reads_the_metrics(client: Client, underway: Order) -> None:
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    answer = read(client, Authorization=f"Bearer {TOKEN}")
    names = {name for name, _labels, _value in samples(answer.content.decode())}
    assert answer["Content-Type"].startswith("text/plain")
    assert {
        "prazo_queue_due", "prazo_queue_oldest_due_seconds", "prazo_long_work", "prazo_dead", "prazo_mails_total",
        "prazo_milestone_lateness_seconds_bucket", "prazo_milestone_lateness_seconds_count",
        "prazo_provider_accounts", "prazo_heartbeat_age_seconds",
    } <= names  # fmt: skip


def test_the_queue_is_as_deep_as_what_is_due(underway: Order) -> None:
    first = underway.milestones.filter(state="pending").order_by("due_at")[0]
    now = first.due_at + timedelta(seconds=90)
    said = f"{now:%Y-%m-%d %H:%M}"
    assert value(said, "prazo_queue_due", kind="milestones") == 1
    assert value(said, "prazo_queue_oldest_due_seconds", kind="milestones") == (at(said) - first.due_at).total_seconds()
    assert value("03-05 10:00", "prazo_queue_due", kind="milestones") == 0


def test_lateness_is_counted_where_it_belongs(underway: Order) -> None:
    first = underway.milestones.filter(state="pending").order_by("due_at")[0]
    late = first.due_at + timedelta(seconds=45)
    fire_due(lambda: late, until=late + timedelta(seconds=1))
    now = f"{late:%Y-%m-%d %H:%M}"
    bucket = "prazo_milestone_lateness_seconds_bucket"
    assert [value(now, bucket, le=bound) for bound in ("30.0", "60.0", "+Inf")] == [0, 1, 1]
    assert value(now, "prazo_milestone_lateness_seconds_sum") == 45
    assert value(now, "prazo_milestone_lateness_seconds_count") == 1


@pytest.fixture
def mail_server(mailroom: Mailroom, settings: LazySettings) -> Mailroom:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mailroom.port
    return mailroom


@pytest.mark.parametrize(
    ("answer", "outcome"), [(Answer.ACCEPT, "sent"), (Answer.TRY_LATER, "deferred"), (Answer.REFUSE, "refused")]
)
def test_mails_are_counted_by_outcome(placed: Order, mail_server: Mailroom, answer: Answer, outcome: str) -> None:
    mail_server.otherwise = answer
    waiting = placed.messages.filter(state="pending").count()
    now = max(message.send_after for message in placed.messages.all())
    send_due(lambda: now, until=now + timedelta(seconds=1))
    assert waiting > 0
    assert value("03-03 10:00", "prazo_mails_total", outcome=outcome) == waiting


def test_a_mail_server_that_is_away_is_counted(placed: Order, settings: LazySettings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    now = max(message.send_after for message in placed.messages.all())
    send_due(lambda: now, until=now + timedelta(seconds=1))
    assert value("03-03 10:00", "prazo_mails_total", outcome="server_away") == 1
    assert value("03-03 10:00", "prazo_mails_total", outcome="deferred") == 0


def test_what_was_given_up_is_counted(underway: Order) -> None:
    Milestone.objects.filter(order=underway, state="pending").update(state="dead")
    dead = Milestone.objects.filter(state="dead").count()
    assert value("03-05 10:00", "prazo_dead", kind="milestones") == dead > 0


def test_a_resting_service_is_counted(store: Store) -> None:
    account = save_account(store, ProviderName.SEVENTEEN_TRACK, key="key")
    account.rests_until = at("03-05 11:00")
    account.save()
    said = {"provider": "17track", "state": "resting"}
    assert value("03-05 10:00", "prazo_provider_accounts", **said) == 1
    assert value("03-05 12:00", "prazo_provider_accounts", **said) == 0


def test_the_age_of_the_last_sweep_is_told(db: None) -> None:
    Heartbeat.objects.create(name="sweep", at=at("03-05 10:00"))
    assert value("03-05 10:02", "prazo_heartbeat_age_seconds", part="sweep") == 120


def test_a_scrape_asks_the_database_as_little_with_many_rows_as_with_few(underway: Order) -> None:
    with CaptureQueriesContext(connection) as few:
        exposition(at("03-05 10:00"))
    add_to_tallies(LATENESS, {str(number): 1 for number in range(50)})
    with CaptureQueriesContext(connection) as many:
        exposition(at("06-05 10:00"))
    assert len(many) == len(few) <= 24


def test_a_tally_grows_by_what_is_added(db: None) -> None:
    for _turn in range(2):
        add_to_tallies("a", {"b": 2, "c": 1})
    assert dict(Tally.objects.values_list("label", "total")) == {"b": 4, "c": 2}
