"""Appeals to the platform against a review (R11): asked for, made by a worker like a dispute's bundles, handed in."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from disputes.models import Review
from evidence.bundling.appealing import NoOrder, collect_review
from evidence.bundling.changes import write_contents
from evidence.bundling.exhibits import contents_of
from evidence.bundling.fitting import UnfitBundle
from evidence.bundling.rendering import UnusableRenderer
from evidence.models import Appeal, BundleState
from evidence.recipients import find_recipient
from evidence.services.building import Outcome, build
from evidence.services.versions import free_versions, make_version, take_version


def request_appeal(review_id: int, *, recipient: str, now: datetime, actor: str) -> Appeal:
    """Ask for an appeal's bundle; a worker makes it. One that waits for the same recipient already is given instead.

    Raises UnknownRecipient, NoOrder and Review.DoesNotExist.
    """
    return _request(review_id, BundleState.QUEUED, recipient=recipient, now=now, actor=actor)


def make_appeal_now(review_id: int, *, recipient: str, clock: Callable[[], datetime], actor: str) -> Appeal:
    """Make it here and now, without a worker. Raises what `request_appeal` and the making raise."""
    appeal = _request(review_id, BundleState.RUNNING, recipient=recipient, now=clock(), actor=actor)
    _build(appeal, clock)
    appeal.refresh_from_db()
    return appeal


def _request(review_id: int, state: BundleState, *, recipient: str, now: datetime, actor: str) -> Appeal:
    profile = find_recipient(recipient)
    with transaction.atomic():
        review: Review = Review.objects.select_for_update(of=("self",)).get(pk=review_id)
        if review.order_id is None:
            raise NoOrder("its order is not known yet: import the order first, then ask for the appeal")
        appeals = Appeal.objects.filter(review=review)
        waiting: Appeal | None = appeals.filter(recipient=profile.name, state=BundleState.QUEUED).first()
        if waiting is not None and state == BundleState.QUEUED:
            return waiting
        made: Appeal = Appeal.objects.create(
            review=review,
            number=(appeals.order_by("-number").values_list("number", flat=True).first() or 0) + 1,
            recipient=profile.name,
            state=state,
            requested_at=now,
            requested_by=actor[:100],
            heartbeat_at=now,
            attempts=1 if state == BundleState.RUNNING else 0,
        )
    return made


def waiting_appeals(now: datetime) -> list[int]:
    """Appeals that no worker works on."""
    return free_versions(Appeal, now)


def build_appeal(appeal_id: int, clock: Callable[[], datetime]) -> None:
    """Make a requested appeal, once; what goes wrong is kept on the row, for the person who waits."""
    appeal = take_version(Appeal, appeal_id, clock())
    if appeal is None:
        return
    try:
        _build(appeal, clock)
    except (UnusableRenderer, UnfitBundle, NoOrder):
        return  # it stands on the row


def _build(appeal: Appeal, clock: Callable[[], datetime]) -> None:
    def make(note_progress: Callable[[int], None]) -> tuple[Outcome, dict[str, Any]]:
        recipient = find_recipient(appeal.recipient)
        case = collect_review(appeal.review_id, recipient)
        outcome = build(case, recipient, note_progress)
        report = {
            "exhibits": outcome.exhibits,
            "signing": outcome.signing,
            "replaced": [f"U+{code:04X}" for code in outcome.replaced],
            "contents": write_contents(contents_of(case.exhibits)),
        }
        return outcome, report

    make_version(appeal, make, clock)


def mark_appealed(appeal_id: int, *, now: datetime) -> Appeal:
    """The file was handed to the platform: it stays as it is. A person notes the review's step by itself.

    Raises ValueError when it is not ready, and Appeal.DoesNotExist.
    """
    with transaction.atomic():
        appeal: Appeal = Appeal.objects.select_for_update(of=("self",)).get(pk=appeal_id)
        if appeal.state == BundleState.READY:
            appeal.state, appeal.submitted_at = BundleState.SUBMITTED, now
            appeal.save(update_fields=["state", "submitted_at"])
    if appeal.state != BundleState.SUBMITTED:
        raise ValueError("the appeal is not ready: wait until it is made, or make it again")
    return appeal
