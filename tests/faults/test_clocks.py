"""Hosts whose clocks differ, and clocks that jump: a date takes effect once, and a repeated mail is the same mail.

The clock is a parameter of everything that workers do, so it is driven here, without a library that bends time.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count, cycle

import pytest
from django.conf import LazySettings
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from disputes.firing import fire_due
from disputes.sweeping import look_for_work
from messaging.sending import send_due
from orders.models import Milestone, Order, TimelineEvent
from orders.services.claiming import claim_due
from orders.services.verification import verify_timeline
from tests.cast import after, alices_store, at, paid, placed_order, shipped
from tests.servers.smtp import Mailroom

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
DUE = after("03-05 10:00", days=30)
JUMPS = st.lists(st.integers(-180, 180), min_size=1, max_size=12)  # minutes by which a clock is wrong, look by look


def jumping(minutes: list[int]) -> Callable[[], datetime]:
    """A clock that goes on by a minute at every look, and is wrong by another span each time."""
    looks = zip(count(), cycle(minutes), strict=False)

    def look() -> datetime:
        passed, wrong = next(looks)
        return at(DUE) + timedelta(hours=6, minutes=passed + wrong)

    return look


@pytest.fixture
def order(mailroom: Mailroom, settings: LazySettings) -> Order:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mailroom.port
    return placed_order(alices_store(), paid(), shipped())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=12)
@given(JUMPS)
def test_a_date_takes_effect_once_whatever_the_clocks_say(order: Order, mailroom: Mailroom, minutes: list[int]) -> None:
    mailroom.messages.clear()
    clock = jumping(minutes)
    with transaction.atomic():
        claim_due(Milestone, now=clock())  # by a worker that is never seen again
        for _turn in range(6):
            look_for_work(clock())
            fire_due(clock, until=at(DUE) + timedelta(days=1))
            send_due(clock, until=at(DUE) + timedelta(days=1))
        fired = TimelineEvent.objects.filter(order=order, kind="milestone", type="contact_30")
        assert fired.count() <= 1
        assert order.messages.filter(purpose="contact_30").count() == fired.count()
        assert verify_timeline(Order.objects.get(pk=order.pk)) == ""
        transaction.set_rollback(True)
    ids = mailroom.message_ids()
    assert len(ids) == len(set(ids))
