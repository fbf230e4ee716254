"""Firing milestones: claim what is due, look at each order again under its lock, and do it once.

Claiming and firing are two transactions. The effects in our database and the mark "fired" are one, which many
milestones share: when one of them cannot be fired nothing has happened, and each is fired by itself.
"""

import logging
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction
from django_fsm import can_proceed

from disputes.adopting import catch_up
from disputes.deadlines import DisputeMilestone, dispute_obstacle
from disputes.following import PEOPLES_DATES
from disputes.models import Dispute
from disputes.reactions import MILESTONE_REACTIONS
from disputes.services.advice import advise_again
from disputes.services.after_sale_dates import AfterSaleMilestone, fire_case_date
from disputes.services.dispute_dates import DISPUTE_REACTIONS
from disputes.services.promises import fire_promise
from disputes.services.reviews import fire_review_date, is_review_date
from disputes.services.tracking_cases import CaseMilestone, fire_follow_up, follow_parcel
from messaging.models.promises import PromiseMilestone
from orders.models import Milestone, Order
from orders.planning import MilestoneKind, obstacle
from orders.services.claiming import Claim, claim_due, fail_claimed, release_claim
from orders.services.ledger import OPEN_STATES, OrderLedger, open_ledgers, save_ledgers
from orders.services.milestones import MOVES, cancel_milestone, fire_milestone
from orders.services.snapshots import freeze_tracking
from orders.services.tallies import tally_fired

logger = logging.getLogger(__name__)
BATCH = 250  # dates: what a turn costs by itself is shared by them, and nobody waits long for an order of theirs
# When the buyer is told where his parcel is, what the carriers said then is kept.
CONTACTS = {MilestoneKind.CONTACT_30, MilestoneKind.CONTACT_45, MilestoneKind.CONTACT_60}


def fire_due(clock: Callable[[], datetime], *, until: datetime) -> int:
    """Fire everything that is due, until nothing is left or the time budget ends at `until`. Returns how many."""
    fired = 0
    while clock() < until:
        claim = claim_due(Milestone, now=clock(), limit=BATCH)
        if not claim.ids:
            break
        fired += _fire_claim(claim, clock, until)
        tally_fired(claim.ids)
    return fired


def _fire_claim(claim: Claim, clock: Callable[[], datetime], until: datetime) -> int:
    fired = 0
    for turn in _turns(claim):
        if clock() > min(until, claim.work_until):
            break
        try:
            fired += fire_together(turn, claim.token, now=clock())
        except Exception as error:
            logger.info("%d milestones are fired one by one: %s", len(turn), error)
            fired += sum(_fire_alone(pk, claim, clock) for pk in turn)
    release_claim(Milestone, claim)
    return fired


def _turns(claim: Claim) -> list[list[int]]:
    """What is claimed, in turns: an order's second date only when its first one is done."""
    orders = dict(Milestone.objects.filter(pk__in=claim.ids).values_list("pk", "order_id"))
    turns: list[list[int]] = []
    met: Counter[int] = Counter()
    for pk in claim.ids:
        if pk not in orders:
            continue
        turn = met[orders[pk]]
        met[orders[pk]] += 1
        turns[turn:] = turns[turn:] or [[]]
        turns[turn].append(pk)
    return turns


def _fire_alone(pk: int, claim: Claim, clock: Callable[[], datetime]) -> int:
    """Fire one by itself, where one of several could not be: that one waits, and the others go on."""
    if clock() > claim.work_until:
        return 0
    try:
        return fire_together([pk], claim.token, now=clock())
    except Exception as error:
        # The one broad net: a row that cannot be fired waits.
        logger.exception("milestone %s could not be fired", pk)
        fail_claimed(Milestone, pk, claim.token, error=f"{type(error).__name__}: {error}", now=clock())
        return 0


def fire_together(pks: Sequence[int], token: uuid.UUID, *, now: datetime) -> int:
    """Fire claimed milestones of different orders in one transaction; how many the claim still held.

    Whatever cannot be fired undoes them all, and is raised.
    """
    with transaction.atomic():
        held = Milestone.objects.filter(pk__in=pks, claim_token=token)
        ledgers = open_ledgers(Order.objects.filter(pk__in=held.values("order_id")), now=now, actor="timer")
        opened = {ledger.order.pk: ledger for ledger in ledgers}
        # Read again: a fact may have ended one while we waited for its order's lock.
        for milestone in held.filter(order__in=opened):
            opened[milestone.order_id].held[milestone.pk] = milestone
        for ledger in ledgers:
            catch_up(ledger)
        due = [(row, date) for row in ledgers for date in row.held.values() if _is_held(date, token)]
        for ledger, milestone in due:
            fire_in(ledger, milestone)
        save_ledgers(ledgers)
    return len(due)


def _is_held(date: Milestone, token: uuid.UUID) -> bool:
    """Whether the claim still holds it: changed rules may have moved it, or ended it, a moment ago."""
    return date.claim_token == token and date.state in OPEN_STATES


def fire_in(ledger: OrderLedger, milestone: Milestone) -> None:
    """Fire a milestone on an open ledger, or cancel it with the reason when it must not fire any more."""
    if milestone.kind in DISPUTE_REACTIONS:
        _fire_dispute_milestone(ledger, milestone)
    elif milestone.kind == CaseMilestone.FOLLOW_UP:
        fire_follow_up(ledger, milestone)
    elif is_review_date(milestone):
        fire_review_date(ledger, milestone)
    elif milestone.kind == AfterSaleMilestone.STEP_DUE:
        fire_case_date(ledger, milestone)
    elif milestone.kind in set(PromiseMilestone):
        fire_promise(ledger, milestone)
    elif fire := PEOPLES_DATES.get(milestone.kind):
        fire(ledger, milestone)
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
