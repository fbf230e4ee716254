"""Doors for Celery: ids in, one call each."""

from celery import shared_task
from django.utils import timezone

from orders.models import Store
from orders.services.arrivals import learn_arrivals
from orders.services.auditing import forget_origins
from orders.services.sessions import clear_sessions


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
