"""The door for facts and commands, whatever they come through: file, page, API, webhook, carrier or replay."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from disputes.reactions import EVENT_REACTIONS, ask_extension, raise_refund, react_to_placed
from disputes.services.advice import advise_again
from disputes.services.by_hand import drop_moot_messages
from disputes.services.cases import apply_to_dispute, broken_dispute_rules, forbids_dispute_command
from disputes.services.tracking_cases import follow_parcel
from orders.events import Event
from orders.models import Milestone
from orders.models.milestones import MilestoneState
from orders.planning import MilestoneKind, protection_end
from orders.services.facts import Extension, Outcome, apply_event
from orders.services.ledger import OrderLedger, open_ledger, save_ledgers
from orders.services.milestones import replan, settle_stale

DISPUTES = Extension(broken_dispute_rules, forbids_dispute_command, apply_to_dispute)


def record(order_id: int, event: Event, *, now: datetime, actor: str) -> Outcome:
    """Record one event on one order, with everything that follows from it, in one transaction.

    `now` (UTC) is when we learnt of it. A refused command is an outcome, not an error: the timeline keeps it.
    Raises Order.DoesNotExist.
    """
    with transaction.atomic():
        ledger = open_ledger(order_id, now=now, actor=actor)
        (outcome,) = take_in(ledger, [event])
        save_ledgers([ledger])
    return outcome


def record_in(ledger: OrderLedger, event: Event) -> Outcome:
    """Record an event on an open ledger; whoever opened it saves it."""
    outcome = apply_event(ledger, event, DISPUTES)
    reaction = EVENT_REACTIONS.get(outcome.type)
    if reaction and outcome.is_new and not outcome.refusal:
        reaction(ledger, event, outcome)
    if outcome.is_new and not outcome.refusal:
        drop_moot_messages(ledger)
        if ledger.order.disputed_at:
            advise_again(ledger)
        if not ledger.is_new and not ledger.is_history:
            follow_parcel(ledger)  # of history only the end counts: who takes it in looks then
    return outcome


def take_in(ledger: OrderLedger, facts: Iterable[Event]) -> list[Outcome]:
    """Record the facts of an order in their order, then settle the dates that passed before we knew of them."""
    if ledger.is_new:
        react_to_placed(ledger)
    outcomes = [record_in(ledger, fact) for fact in facts]
    if ledger.is_new:
        replan(ledger, at=ledger.order.placed_at)
    stale = [row for row in _touched(ledger) if row.state == MilestoneState.STALE]
    settle_stale(ledger, stale)
    act_on_stale(ledger, stale)
    return outcomes


def _touched(ledger: OrderLedger) -> list[Milestone]:
    return [*(row for row in ledger.rows if isinstance(row, Milestone)), *ledger.changed]


def act_on_stale(ledger: OrderLedger, stale: list[Milestone]) -> None:
    """A date that passed mails nobody; but while the buyer's protection runs, the team can still act on it."""
    end = protection_end(ledger.order, ledger.policy)
    if end is None or end <= ledger.now or ledger.order.disputed_at:
        return
    kinds = {row.kind: row.rule for row in stale}
    if rule := kinds.get(MilestoneKind.PROTECTION_CHECK):
        ask_extension(ledger, rule=rule)
    if rule := kinds.get(MilestoneKind.CONTACT_60):
        raise_refund(ledger, rule=rule)
