"""How a buyer feels: who is upset comes first on Today, and hears how it goes at fixed intervals until he has it."""

from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction

from disputes.models import ActionItem, ActionKind, ActionState
from disputes.services.actions import raise_action, settle_actions
from disputes.services.chasing import awaited_no_more
from orders.models import Milestone
from orders.models.timeline import EventKind
from orders.moods import URGENCY, Mood
from orders.planning import Planned
from orders.policies import Policy
from orders.services.ledger import OPEN_STATES, OrderLedger, open_ledger, save_ledgers
from orders.services.milestones import Series, bring_in_line, cancel_milestone, fire_milestone

RULE = "R12"
SUBJECT = "mood"


class MoodMilestone(StrEnum):
    """The kind of milestone that belongs to a mood."""

    REPORT = "progress_report"


def report_span(policy: Policy, mood: Mood) -> timedelta | None:
    """How often a buyer in this mood hears how it goes; None for a calm one, and where the pack names no span."""
    span: timedelta | None = policy.value(RULE, mood.value) if mood else None
    return span


def set_mood(order_id: int, mood: Mood, *, now: datetime, actor: str) -> Mood:
    """A person says how the buyer feels; gives what was said before. Raises Order.DoesNotExist."""
    with transaction.atomic():
        ledger = open_ledger(order_id, now=now, actor=actor)
        before = Mood(ledger.order.mood)
        if before != mood:
            _set(ledger, mood)
            save_ledgers([ledger])
    return before


def _set(ledger: OrderLedger, mood: Mood) -> None:
    order = ledger.order
    order.mood, order.mood_since = mood, ledger.now if mood else None
    ledger.write(EventKind.NOTE, "mood", at=ledger.now, rule=RULE, data={"mood": mood.value or "calm"})
    open_items = ActionItem.objects.filter(order=order, state=ActionState.OPEN)
    open_items.update(urgency=URGENCY[mood])
    _plan_report(ledger, mood)
    if not mood:
        settle_actions(ledger, [ActionKind.CONTACT_BUYER], reason="calm", subject=SUBJECT)


def _plan_report(ledger: OrderLedger, mood: Mood) -> None:
    span = None if awaited_no_more(ledger.order) else report_span(ledger.policy, mood)
    wanted = [Planned(MoodMilestone.REPORT, RULE, ledger.now + span)] if span else []
    bring_in_line(ledger, _series("calm"), wanted, at=ledger.now)


def _series(reason: str) -> Series:
    return Series(MoodMilestone.REPORT, reason, repeats=True, subject=SUBJECT)


def fire_report(ledger: OrderLedger, milestone: Milestone) -> None:
    """The buyer is to hear how it goes, and the next date is set at once: until he has it."""
    mood = Mood(ledger.order.mood)
    span = report_span(ledger.policy, mood)
    if (reason := awaited_no_more(ledger.order)) or span is None:
        cancel_milestone(ledger, milestone, reason=reason or ("rule_off" if mood else "calm"))
        return
    fire_milestone(ledger, milestone)
    raise_action(
        ledger,
        ActionKind.CONTACT_BUYER,
        rule=RULE,
        due_at=ledger.now + span / 4,  # well before the next one
        subject=SUBJECT,
        data={"report": mood.value},
    )
    _plan_report(ledger, mood)


def follow_mood(ledger: OrderLedger) -> None:
    """Nobody reports on a parcel that is awaited no more; how the buyer felt stays said."""
    if not ledger.order.mood or not (reason := awaited_no_more(ledger.order)):
        return
    if any(row.kind == MoodMilestone.REPORT and row.state in OPEN_STATES for row in ledger.milestones):
        bring_in_line(ledger, _series(reason), [], at=ledger.now)
    settle_actions(ledger, [ActionKind.CONTACT_BUYER], reason=reason, subject=SUBJECT)


def resume_reports(ledger: OrderLedger) -> None:
    """The delivery is taken back (T10): an upset buyer hears again how it goes."""
    mood = Mood(ledger.order.mood)
    if mood and not any(row.kind == MoodMilestone.REPORT and row.state in OPEN_STATES for row in ledger.milestones):
        _plan_report(ledger, mood)
