"""Firing milestones: claim what is due, look at each order again under its lock, and do it once.

Claiming and firing are two transactions. The effects in our database and the mark "fired" are one.
"""

import logging
import uuid
from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django_fsm import can_proceed

from disputes.deadlines import DisputeMilestone, dispute_obstacle
from disputes.models import Dispute
from disputes.reactions import MILESTONE_REACTIONS
from disputes.services.advice import advise_again
from disputes.services.cases import DISPUTE_REACTIONS
from disputes.services.tracking_cases import CaseMilestone, fire_follow_up, follow_parcel
from orders.models import Milestone
from orders.planning import MilestoneKind, obstacle
from orders.services.claiming import Claim, claim_due, fail_claimed, release_claim
from orders.services.ledger import OrderLedger, open_ledger, save_ledgers
from orders.services.milestones import MOVES, cancel_milestone, fire_milestone
from orders.services.snapshots import freeze_tracking

logger = logging.getLogger(__name__)
# When the buyer is told where his parcel is, what the carriers said then is kept.
CONTACTS = {MilestoneKind.CONTACT_30, MilestoneKind.CONTACT_45, MilestoneKind.CONTACT_60}


def fire_due(clock: Callable[[], datetime], *, until: datetime) -> int:
    """Fire everything that is due, until nothing is left or the time budget ends at `until`. Returns how many."""
    fired = 0
    while clock() < until:
        claim = claim_due(Milestone, now=clock())
        if not claim.ids:
            break
        fired += _fire_claim(claim, clock, until)
    return fired


def _fire_claim(claim: Claim, clock: Callable[[], datetime], until: datetime) -> int:
    fired = 0
    for pk in claim.ids:
        if clock() > min(until, claim.work_until):
            break
        try:
            fired += fire_claimed(pk, claim.token, now=clock())
        except Exception as error:
            # The one broad net: a row that cannot be fired waits, and the others go on.
            logger.exception("milestone %s could not be fired", pk)
            fail_claimed(Milestone, pk, claim.token, error=f"{type(error).__name__}: {error}", now=clock())
    release_claim(Milestone, claim)
    return fired


def fire_claimed(pk: int, token: uuid.UUID, *, now: datetime) -> bool:
    """Fire one claimed milestone, if the claim still holds it; say whether it did."""
    with transaction.atomic():
        held = Milestone.objects.filter(pk=pk, claim_token=token).values_list("order_id", flat=True).first()
        if held is None:
            return False
        ledger = open_ledger(held, now=now, actor="timer")
        # A fact may have ended it while we waited for the order's lock.
        milestone = next((row for row in ledger.milestones if row.pk == pk and row.claim_token == token), None)
        if milestone is None:
            return False
        fire_in(ledger, milestone)
        save_ledgers([ledger])
    return True


def fire_in(ledger: OrderLedger, milestone: Milestone) -> None:
    """Fire a milestone on an open ledger, or cancel it with the reason when it must not fire any more."""
    if milestone.kind in DISPUTE_REACTIONS:
        _fire_dispute_milestone(ledger, milestone)
    elif milestone.kind == CaseMilestone.FOLLOW_UP:
        fire_follow_up(ledger, milestone)
    else:
        _fire_order_milestone(ledger, milestone)
    if ledger.order.disputed_at:
        advise_again(ledger)
    follow_parcel(ledger)


def _fire_order_milestone(ledger: OrderLedger, milestone: Milestone) -> None:
    kind = MilestoneKind(milestone.kind)
    change = MOVES[kind](ledger.order) if kind in MOVES else None
    reason = obstacle(kind, ledger.order)
    if not reason and change and not can_proceed(change):
        reason = f"state_{ledger.order.state}"
    if reason:
        cancel_milestone(ledger, milestone, reason=reason)
        return
    fire_milestone(ledger, milestone)
    if change:
        ledger.move(change, ledger.now)
    if kind in CONTACTS:
        freeze_tracking(ledger, kind)
    MILESTONE_REACTIONS[kind](ledger, milestone)


def _fire_dispute_milestone(ledger: OrderLedger, milestone: Milestone) -> None:
    kind = DisputeMilestone(milestone.kind)
    dispute = next(dispute for dispute in ledger.rows_of(Dispute) if dispute.subject == milestone.subject)
    if reason := dispute_obstacle(kind, dispute):
        cancel_milestone(ledger, milestone, reason=reason)
        return
    fire_milestone(ledger, milestone)
    if kind is DisputeMilestone.EVIDENCE_DUE:
        ledger.move(dispute.miss_evidence, ledger.now, of="dispute")
    DISPUTE_REACTIONS[kind](ledger, dispute)
