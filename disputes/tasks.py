"""Doors for Celery: wake-ups in, one call each. What there is to do is read from the database."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from disputes.firing import fire_due
from disputes.order_files import import_file, waiting_files
from disputes.polling import poll_due
from disputes.pushes import take_pushes
from disputes.reconciling import ask_for_hands, mend_cases, reconcile_orders
from disputes.services.disruptions import waiting_disruptions
from disputes.sweeping import look_for_work
from disputes.telling import look_for_parcels
from messaging.sending import send_due
from orders.services.pushes import tidy_pushes
from orders.services.subscriptions import subscribe_parcels

BUDGET = timedelta(seconds=120)  # of one drain: well below the broker's visibility timeout and half a lease
NETWORK_BUDGET = timedelta(seconds=30)  # a slow service must not keep the deadlines waiting
EXPIRES = 30  # seconds; after an outage no pile of old wake-ups


@shared_task
def sweep() -> None:
    """Wake the workers for what is due, and take back what dead workers held."""
    work = look_for_work(timezone.now())
    for _turn in range(work.fire_workers):
        fire.apply_async(expires=EXPIRES)
    for _turn in range(work.send_workers):
        send.apply_async(expires=EXPIRES)
    for _turn in range(work.track_workers):
        track.apply_async(expires=EXPIRES)
    for file_id in waiting_files(timezone.now()):
        run_order_file.apply_async((file_id,), expires=EXPIRES)
    for disruption_id in waiting_disruptions(timezone.now()):
        tell_of_disruption.apply_async((disruption_id,), expires=EXPIRES)


@shared_task
def fire() -> None:
    """Fire the milestones that are due."""
    fire_due(timezone.now, until=timezone.now() + BUDGET)


@shared_task
def send() -> None:
    """Send the messages that are due."""
    send_due(timezone.now, until=timezone.now() + BUDGET)


@shared_task
def track() -> None:
    """Take in what tracking services posted, and ask them for the parcels whose turn has come."""
    until = timezone.now() + NETWORK_BUDGET
    take_pushes(timezone.now, until=until)
    poll_due(timezone.now, until=until)


@shared_task
def subscribe() -> None:
    """Have tracking services follow the parcels that left, and forget posts of long ago."""
    subscribe_parcels(timezone.now())
    tidy_pushes(timezone.now())


@shared_task
def run_order_file(file_id: int) -> None:
    """Take an uploaded file in."""
    import_file(file_id, timezone.now)


@shared_task
def tell_of_disruption(disruption_id: int) -> None:
    """Tell the buyers whose parcels a disruption touches."""
    look_for_parcels(disruption_id, timezone.now, until=timezone.now() + BUDGET)


@shared_task
def reconcile(after: int = 0) -> None:
    """Look for what should exist and does not, a batch of orders at a time."""
    ask_for_hands(timezone.now())
    mend_cases(timezone.now())
    if last := reconcile_orders(timezone.now(), after=after):
        reconcile.apply_async((last,))
