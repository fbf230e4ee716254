"""Keeping a scenario: its order and facts land as if they had come in on their dates; nobody is told of the past."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from disputes.deadlines import DisputeMilestone
from disputes.lateness import act_on_stale
from disputes.models import Dispute
from disputes.recording import record_in
from disputes.services.advice import advise_again
from disputes.services.dispute_dates import miss_evidence_on, miss_response_on
from disputes.services.tracking_cases import follow_parcel
from orders.events import Event
from orders.models import Milestone, Order, Store
from orders.models.milestones import MilestoneState
from orders.records import OrderRecord
from orders.rules import printed_position
from orders.services.intake import buyer_key, dated_facts, start_order
from orders.services.ledger import OrderLedger, save_ledgers
from orders.services.milestones import replan, settle_stale


def load_order(
    record: OrderRecord,
    events: Iterable[Event],
    store: Store,
    *,
    now: datetime,
    actor: str,
    recorded_at: datetime | None = None,
) -> Order:
    """Store the order with its facts, those of its dated columns included.

    Dates that have passed are stale and mail nobody; those to come are live.
    `now` is the real instant (UTC); events after it are left out. `recorded_at` is when the timeline says that it was
    written; None: each line on its own date, which programs that read the store's events by their order may pass by.
    Raises IntegrityError when the store has the order.
    """
    with transaction.atomic():
        buyer = store.buyers.filter(key=buyer_key(record)).first()
        began = record.placed_at
        ledger = start_order(record, store, now=began, actor=actor, buyer=buyer, written_at=recorded_at)
        replan(ledger, at=record.placed_at)
        for row in ledger.milestones:
            row.state, row.outcome_at = MilestoneState.PENDING, None
        save_ledgers([ledger])
        ledger.is_history = True
        passed: list[Milestone] = []
        dated = dated_facts(record, ledger.order)
        for event in sorted([*dated, *events], key=lambda event: event.at):
            if event.at > now:
                break
            passed += _pass_dates(ledger, event.at)
            ledger.now = event.at
            record_in(ledger, event)
            save_ledgers([ledger])
        passed += _pass_dates(ledger, now)
        ledger.now = now
        act_on_stale(ledger, passed)
        follow_parcel(ledger)
        save_ledgers([ledger])
    return ledger.order


def _pass_dates(ledger: OrderLedger, until: datetime) -> list[Milestone]:
    """Let the dates before `until` pass: the machines move, and that is all."""
    passed = []
    while due := _next_due(ledger, until):
        ledger.now = max(due.due_at, ledger.now)
        due.state, due.outcome_at = MilestoneState.STALE, due.due_at
        ledger.changed.append(due)
        settle_stale(ledger, [due])
        _pass_dispute_date(ledger, due)
        if ledger.order.disputed_at:
            advise_again(ledger)  # the end of the promise may have changed it
        save_ledgers([ledger])
        passed.append(due)
    return passed


def _next_due(ledger: OrderLedger, until: datetime) -> Milestone | None:
    pending = [row for row in ledger.milestones if row.state == MilestoneState.PENDING and row.due_at < until]
    return min(pending, key=lambda row: (row.due_at, printed_position(row.rule)), default=None)


def _pass_dispute_date(ledger: OrderLedger, due: Milestone) -> None:
    dispute = next((dispute for dispute in ledger.rows_of(Dispute) if dispute.subject == due.subject), None)
    if dispute is None:
        return
    if due.kind == DisputeMilestone.RESPONSE_DUE:
        miss_response_on(ledger, dispute)
    if due.kind == DisputeMilestone.EVIDENCE_DUE:
        ledger.move(dispute.miss_evidence, due.due_at, of="dispute")
        miss_evidence_on(ledger, dispute)
