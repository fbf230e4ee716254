"""The door for facts and commands, whatever they come through: file, page, API, webhook, carrier or replay."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from disputes.adopting import RULES_CHANGED, catch_up
from disputes.following import follow_people
from disputes.lateness import act_on_late_delivery, act_on_stale
from disputes.reactions import EVENT_REACTIONS, react_to_placed
from disputes.services.advice import advise_again
from disputes.services.after_sale_facts import broken_case_rules, case_parcel, follow_facts, take_parcel_news
from disputes.services.by_hand import drop_moot_messages
from disputes.services.cases import apply_to_dispute, broken_dispute_rules, forbids_dispute_command
from disputes.services.tracking_cases import follow_parcel
from orders.events import Event
from orders.models import Milestone
from orders.models.milestones import MilestoneState
from orders.services.facts import Extension, Outcome, apply_event
from orders.services.ledger import OrderLedger, open_ledger, save_ledgers
from orders.services.milestones import replan, settle_stale
from orders.services.objections import Broken


def _broken_rules(ledger: OrderLedger, event: Event) -> list[Broken]:
    return [*broken_dispute_rules(ledger, event), *broken_case_rules(ledger, event)]


DISPUTES = Extension(_broken_rules, forbids_dispute_command, apply_to_dispute)


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
    if parcel := case_parcel(ledger, event):
        return take_parcel_news(ledger, parcel, event)
    outcome = apply_event(ledger, event, DISPUTES)
    reaction = EVENT_REACTIONS.get(outcome.type)
    if reaction and outcome.is_new and not outcome.refusal:
        reaction(ledger, event, outcome)
    if outcome.is_new and not outcome.refusal:
        follow_people(ledger, event, outcome)
        follow_facts(ledger, event, outcome.type)
        drop_moot_messages(ledger)
        if ledger.order.disputed_at:
            advise_again(ledger)
        if not ledger.is_new and not ledger.is_history:
            follow_parcel(ledger)  # of history only the end counts: who takes it in looks then
    return outcome


def take_in(ledger: OrderLedger, facts: Iterable[Event]) -> list[Outcome]:
    """Record the facts of an order in their order, with what the team can still do about what we learn too late."""
    outcomes = take_facts(ledger, facts)
    act_on_past(ledger)
    return outcomes


def take_facts(ledger: OrderLedger, facts: Iterable[Event]) -> list[Outcome]:
    """The same for some of the facts that come in at once: whoever has taken them all calls `act_on_past`."""
    if ledger.is_new:
        react_to_placed(ledger)
    catch_up(ledger)
    outcomes = [record_in(ledger, fact) for fact in facts]
    if ledger.is_new:
        replan(ledger, at=ledger.order.placed_at)
    settle_stale(ledger, _learnt_stale(ledger))
    return outcomes


def act_on_past(ledger: OrderLedger) -> None:
    """Ask the team for what it can still do about the dates and the delivery that were past when they came in."""
    act_on_stale(ledger, _learnt_stale(ledger))
    act_on_late_delivery(ledger)


def _learnt_stale(ledger: OrderLedger) -> list[Milestone]:
    """The dates that were past already when the facts just recorded made us know of them."""
    added = [row for row in ledger.rows if isinstance(row, Milestone)]
    touched = [*added, *ledger.changed]
    return [row for row in touched if row.state == MilestoneState.STALE and row.reason != RULES_CHANGED]
