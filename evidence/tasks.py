"""Doors for Celery: wake-ups in, one call each. Which bundles wait is read from the database."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from evidence.services.appeals import build_appeal, waiting_appeals
from evidence.services.building import tidy_cache
from evidence.services.bundles import build_bundle, waiting_bundles
from evidence.services.erasure import erase_expired
from evidence.services.exhibits import remove_orphans
from evidence.services.orphans import remove_orphaned_uploads
from evidence.services.versions import remove_orphaned_files

BUDGET = timedelta(seconds=120)  # well below the broker's visibility timeout
EXPIRES = 30  # seconds; after an outage no pile of old wake-ups


@shared_task
def sweep_bundles() -> None:
    """Wake a worker for every bundle, and every appeal, that nobody works on."""
    for bundle_id in waiting_bundles(timezone.now()):
        run_bundle.apply_async((bundle_id,), expires=EXPIRES)
    for appeal_id in waiting_appeals(timezone.now()):
        run_appeal.apply_async((appeal_id,), expires=EXPIRES)


@shared_task
def run_bundle(bundle_id: int) -> None:
    """Make a bundle."""
    build_bundle(bundle_id, timezone.now)


@shared_task
def run_appeal(appeal_id: int) -> None:
    """Make an appeal against a review."""
    build_appeal(appeal_id, timezone.now)


@shared_task
def tidy_exhibits() -> None:
    """Remove what broken-off uploads, and workers that died over a bundle, left."""
    remove_orphans(timezone.now())
    remove_orphaned_uploads(timezone.now())
    remove_orphaned_files(timezone.now())


@shared_task
def tidy_bundles() -> None:
    """Remove what bundles left behind."""
    tidy_cache(timezone.now())


@shared_task
def erase_buyers() -> None:
    """Erase the buyers whose stores keep their data no longer."""
    erase_expired(timezone.now, until=timezone.now() + BUDGET)
