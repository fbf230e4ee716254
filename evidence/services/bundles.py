"""Bundles: asked for, made by a worker that may be lost on the way, handed in."""

import shutil
from collections.abc import Callable
from datetime import datetime
from errno import EACCES
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from disputes.models import Dispute
from disputes.recording import take_in
from evidence.bundling.collecting import collect
from evidence.bundling.exhibits import exhibits_of
from evidence.bundling.fitting import UnfitBundle, foresee
from evidence.bundling.rendering import UnusableRenderer
from evidence.models import Bundle, BundleState, Version
from evidence.recipients import find_recipient
from evidence.services.building import Outcome, build
from evidence.services.reports import bundle_report
from evidence.services.versions import free_versions, make_version, take_version
from orders.events import Event, EventType
from orders.services.ledger import open_ledger, save_ledgers


def request_bundle(dispute_id: int, *, recipient: str, now: datetime, actor: str) -> Bundle:
    """Ask for a bundle; a worker makes it. Raises UnknownRecipient and Dispute.DoesNotExist.

    Asking again while one for the same recipient waits or is being made gives that one.
    """
    return _request(dispute_id, BundleState.QUEUED, recipient=recipient, now=now, actor=actor)


def make_bundle_now(dispute_id: int, *, recipient: str, clock: Callable[[], datetime], actor: str) -> Bundle:
    """Make a bundle here and now, without a worker. Raises what `request_bundle` and `build_bundle` raise."""
    bundle = _request(dispute_id, BundleState.RUNNING, recipient=recipient, now=clock(), actor=actor)
    _build(bundle, clock)
    bundle.refresh_from_db()
    return bundle


def _request(dispute_id: int, state: BundleState, *, recipient: str, now: datetime, actor: str) -> Bundle:
    profile = find_recipient(recipient)
    with transaction.atomic():
        dispute: Dispute = Dispute.objects.select_for_update(of=("self",)).get(pk=dispute_id)
        bundles = Bundle.objects.filter(dispute=dispute)
        waiting: Bundle | None = bundles.filter(recipient=profile.name, state=BundleState.QUEUED).first()
        if waiting is not None and state == BundleState.QUEUED:
            return waiting
        made: Bundle = Bundle.objects.create(
            dispute=dispute,
            number=(bundles.order_by("-number").values_list("number", flat=True).first() or 0) + 1,
            recipient=profile.name,
            state=state,
            requested_at=now,
            requested_by=actor[:100],
            heartbeat_at=now,
            attempts=1 if state == BundleState.RUNNING else 0,
        )
    return made


def waiting_bundles(now: datetime) -> list[int]:
    """Bundles that no worker works on: those queued, and those whose worker has gone silent."""
    return free_versions(Bundle, now)


def build_bundle(bundle_id: int, clock: Callable[[], datetime]) -> None:
    """Make a requested bundle, once: a second worker that is sent for the same one finds it taken.

    What goes wrong is kept on the row, for the person who waits. Raises Bundle.DoesNotExist.
    """
    bundle = take_version(Bundle, bundle_id, clock())
    if bundle is None:
        return
    try:
        _build(bundle, clock)
    except (UnusableRenderer, UnfitBundle):
        return  # it stands on the row


def _build(bundle: Bundle, clock: Callable[[], datetime]) -> None:
    """Make the file and publish it; whatever goes wrong is kept on the row, and raised."""

    def make(note_progress: Callable[[int], None]) -> tuple[Outcome, dict[str, Any]]:
        recipient = find_recipient(bundle.recipient)
        foresee((row.pages for row in exhibits_of(bundle.dispute)), recipient)
        case = collect(bundle.dispute_id, recipient)
        outcome = build(case, recipient, note_progress)
        return outcome, bundle_report(bundle, case, outcome)

    make_version(bundle, make, clock)


def copy_bundle(bundle: Version, target: Path) -> list[Path]:
    """Write a finished bundle's files where somebody wants them, each whole or not at all.

    Raises OSError, also for a place among the files that are kept.
    Returns their paths: FILE.pdf and, where there are more, FILE-2.pdf … and pictures such as FILE-A-1.jpg.
    """
    if target.resolve().is_relative_to(Path(settings.MEDIA_ROOT).resolve()):
        raise PermissionError(EACCES, "that is where the program keeps its own files")
    return [_copy(bundle, file, target) for file in bundle.files]


def _copy(bundle: Version, file: dict[str, Any], target: Path) -> Path:
    place = target if file is bundle.files[0] else target.with_name(f"{target.stem}{file['suffix']}")
    partial = place.with_name(f".{place.name}.part")
    try:
        shutil.copyfile(Path(settings.MEDIA_ROOT) / file["file"], partial)
        partial.replace(place)
    finally:
        partial.unlink(missing_ok=True)
    return place


def mark_submitted(bundle_id: int, *, now: datetime, actor: str) -> Bundle:
    """The team handed the bundle in: the platform's clock stops (D4, D5, or late D8).

    Raises ValueError when the bundle is not ready, and Bundle.DoesNotExist.
    """
    with transaction.atomic():
        order_id: int = Bundle.objects.values_list("dispute__order", flat=True).get(pk=bundle_id)
        ledger = open_ledger(order_id, now=now, actor=actor)  # before the bundle, as whoever erases the buyer does
        bundle: Bundle = Bundle.objects.select_for_update(of=("self",)).select_related("dispute").get(pk=bundle_id)
        if bundle.state == BundleState.SUBMITTED:
            return bundle
        if bundle.state != BundleState.READY:
            raise ValueError("the bundle is not ready: wait until it is made, or make it again")
        data = {"item": bundle.dispute.item, "sha256": bundle.sha256}
        event = Event(EventType.EVIDENCE_SUBMITTED, now, data={key: value for key, value in data.items() if value})
        take_in(ledger, [event])
        save_ledgers([ledger])
        bundle.state, bundle.submitted_at = BundleState.SUBMITTED, now
        bundle.save(update_fields=["state", "submitted_at"])
    return bundle
