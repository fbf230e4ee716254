"""Doors for Celery: ids in, one call each."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from orders.delivering import deliver_due
from orders.models import Store
from orders.services.arrivals import learn_arrivals
from orders.services.auditing import forget_origins
from orders.services.idempotency import forget_keys
from orders.services.outboxes import bound_outboxes
from orders.services.sessions import clear_sessions
from orders.services.webhooks import tidy_deliveries

NETWORK_BUDGET = timedelta(seconds=30)  # a slow receiver must not keep the deadlines waiting


@shared_task
def learn_arrivals_of_all() -> None:
    """Send a worker to learn each store's arrival estimates anew."""
    for store_id in Store.objects.values_list("pk", flat=True):
        learn_arrivals_of.apply_async((store_id,), expires=3600)


@shared_task
def learn_arrivals_of(store_id: int) -> None:
    """Learn one store's arrival estimates anew."""
    learn_arrivals(Store.objects.get(pk=store_id), now=timezone.now())


@shared_task
def tidy_accounts() -> None:
    """Forget from where people came once that is old, and sessions that are over."""
    now = timezone.now()
    forget_origins(now)
    clear_sessions(now)


@shared_task
def deliver_webhooks() -> None:
    """Tell other programs what is due."""
    deliver_due(timezone.now, until=timezone.now() + NETWORK_BUDGET)


@shared_task
def bound_webhooks() -> None:
    """Give up what waits too long for a webhook, and see which one is in trouble."""
    bound_outboxes(timezone.now())


@shared_task
def tidy_api() -> None:
    """Forget what other programs were told, and answered, long ago."""
    forget_keys(timezone.now())
    tidy_deliveries(timezone.now())
