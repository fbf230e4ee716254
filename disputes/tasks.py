"""Doors for Celery: wake-ups in, one call each. What there is to do is read from the database."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from disputes.bulk import waiting_runs, work_on
from disputes.case_parcels import poll_case_parcels
from disputes.firing import fire_due
from disputes.mailboxes import read_mailboxes
from disputes.order_files import import_file, waiting_files
from disputes.platform_commands import send_commands
from disputes.platform_pushes import take_platform_pushes
from disputes.platform_syncing import sync_due
from disputes.policy_changes import waiting_changes, work_on_change
from disputes.polling import poll_due
from disputes.pushes import take_pushes
from disputes.reconciling import ask_for_hands, mend_cases, reconcile_orders
from disputes.rehearsal_runs import run_rehearsal, waiting_rehearsals
from disputes.reviewing import mend_reviews
from disputes.services.actions import file_items
from disputes.services.after_sale_keeping import mend_after_sale
from disputes.services.chasing import mend_chases
from disputes.services.disruptions import waiting_disruptions
from disputes.services.escalating import end_escalations
from disputes.services.figures import count_sheet
from disputes.services.promises import settle_kept_promises
from disputes.sweeping import look_for_work
from disputes.telling import look_for_parcels
from messaging.sending import send_due
from orders.services.platform_pushes import tidy_platform_pushes
from orders.services.pushes import tidy_pushes
from orders.services.searching import index_missing
from orders.services.subscriptions import subscribe_parcels
from orders.tasks import deliver_webhooks

BUDGET = timedelta(seconds=120)  # of one drain: well below the broker's visibility timeout and half a lease
NETWORK_BUDGET = timedelta(seconds=30)  # a slow service must not keep the deadlines waiting
EXPIRES = 30  # seconds; after an outage no pile of old wake-ups


@shared_task
def sweep() -> None:
    """Wake the workers for what is due, and take back what dead workers held."""
    work = look_for_work(timezone.now())
    workers = {
        fire: work.fire_workers,
        send: work.send_workers,
        track: work.track_workers,
        read_mail: work.mail_workers,
        deliver_webhooks: work.webhook_workers,
        speak_with_platform: work.platform_workers,
    }
    for task, wanted in workers.items():
        for _turn in range(wanted):
            task.apply_async(expires=EXPIRES)
    for file_id in waiting_files(timezone.now()):
        run_order_file.apply_async((file_id,), expires=EXPIRES)
    for disruption_id in waiting_disruptions(timezone.now()):
        tell_of_disruption.apply_async((disruption_id,), expires=EXPIRES)
    for run_id in waiting_runs(timezone.now()):
        run_bulk.apply_async((run_id,), expires=EXPIRES)
    for change_id in waiting_changes(timezone.now()):
        run_policy_change.apply_async((change_id,), expires=EXPIRES)
    for rehearsal_id in waiting_rehearsals(timezone.now()):
        play_rehearsal.apply_async((rehearsal_id,), expires=EXPIRES)


@shared_task
def fire() -> None:
    """Fire the milestones that are due."""
    fire_due(timezone.now, until=timezone.now() + BUDGET)


@shared_task
def send() -> None:
    """Send the messages that are due; the promises that they keep ask for nothing more."""
    send_due(timezone.now, until=timezone.now() + BUDGET)
    settle_kept_promises(timezone.now())


@shared_task
def track() -> None:
    """Take in what tracking services posted, and ask them for the parcels whose turn has come."""
    until = timezone.now() + NETWORK_BUDGET
    take_pushes(timezone.now, until=until)
    poll_due(timezone.now, until=until)
    poll_case_parcels(timezone.now, until=until)


@shared_task
def read_mail() -> None:
    """Take in what buyers wrote to the stores' mailboxes."""
    read_mailboxes(timezone.now, until=timezone.now() + NETWORK_BUDGET)


@shared_task
def speak_with_platform() -> None:
    """Take in what the platform posted, send what people asked of it, and read what is due."""
    until = timezone.now() + NETWORK_BUDGET
    take_platform_pushes(timezone.now, until=until)
    send_commands(timezone.now, until=until)
    sync_due(timezone.now, until=until)


@shared_task
def subscribe() -> None:
    """Have tracking services follow the parcels that left, and forget posts of long ago."""
    subscribe_parcels(timezone.now())
    tidy_pushes(timezone.now())
    tidy_platform_pushes(timezone.now())


@shared_task
def run_order_file(file_id: int) -> None:
    """Take an uploaded file in."""
    import_file(file_id, timezone.now)


@shared_task
def run_policy_change(change_id: int) -> None:
    """Look at a change of a store's rules, or apply it."""
    work_on_change(change_id, timezone.now, until=timezone.now() + BUDGET)


@shared_task
def count_figures(sheet_id: int) -> None:
    """Count a store's figures anew."""
    count_sheet(sheet_id, now=timezone.now())


@shared_task
def run_bulk(run_id: int) -> None:
    """Do for many orders what was asked for, or take it back."""
    work_on(run_id, timezone.now, until=timezone.now() + BUDGET)


@shared_task
def play_rehearsal(rehearsal_id: int) -> None:
    """Play a rehearsal."""
    run_rehearsal(rehearsal_id, timezone.now)


@shared_task
def tell_of_disruption(disruption_id: int) -> None:
    """Tell the buyers whose parcels a disruption touches."""
    look_for_parcels(disruption_id, timezone.now, until=timezone.now() + BUDGET)


@shared_task
def reconcile(after: int = 0) -> None:
    """Look for what should exist and does not, a batch of orders at a time."""
    if not after:
        index_missing()
        mend_reviews(timezone.now())
    file_items()
    ask_for_hands(timezone.now())
    settle_kept_promises(timezone.now())
    end_escalations(timezone.now())
    mend_cases(timezone.now())
    mend_after_sale(timezone.now())
    mend_chases(timezone.now())
    if last := reconcile_orders(timezone.now(), after=after):
        reconcile.apply_async((last,))
