"""What follows for the people of an order, after its own reaction: a chasing buyer hears of each move, a mood ends.

An order that nobody chases and whose buyer is calm costs nothing here.
"""

from collections.abc import Callable

from disputes.models import ActionKind, ChaseSource
from disputes.services.actions import settle_actions
from disputes.services.calling import CallMilestone, fire_call_back
from disputes.services.chasing import (
    ChaseMilestone,
    awaited_no_more,
    chase_in,
    fire_check,
    follow_chase,
    look_now,
    move_of,
    note_told,
    open_chase,
    resume_chase,
)
from disputes.services.moods import MoodMilestone, fire_report, follow_mood, resume_reports
from disputes.services.telling import tell_buyer
from messaging.guards import message_obstacle
from messaging.hearing import hear
from messaging.models import Message, MessageState
from messaging.services.by_hand import FOR_A_PERSON
from messaging.vocabulary import Purpose
from orders.events import Event, EventType
from orders.models import Milestone
from orders.models.timeline import EventKind
from orders.services.facts import Outcome
from orders.services.ledger import REHEARSAL, OrderLedger
from orders.tracking_phrases import read_words
from orders.tracking_statuses import TrackingStatus

RULE = "T1"
UNSENT = {MessageState.PENDING, *FOR_A_PERSON}
MOVED_ON = "moved_on"
# What the buyer is told of by texts of their own (T7, T8, T4).
TOLD_OTHERWISE = {TrackingStatus.DUTY_DUE, TrackingStatus.PICKUP_WAITING, TrackingStatus.FAILED_ATTEMPT}
# No good news: a person finds the words.
FOR_PERSONS_WORDS = {TrackingStatus.RETURNING, TrackingStatus.RETURNED, TrackingStatus.LOST, TrackingStatus.EXPIRED}
PEOPLES_DATES: dict[str, Callable[[OrderLedger, Milestone], None]] = {
    ChaseMilestone.CHECK: fire_check,
    MoodMilestone.REPORT: fire_report,
    CallMilestone.CALL_BACK: fire_call_back,
}


def follow_people(ledger: OrderLedger, event: Event, outcome: Outcome) -> None:
    """After an event was recorded and reacted to."""
    if outcome.type == EventType.BUYER_MESSAGE:
        _listen(ledger, event)
    elif outcome.type == EventType.TRACKING:
        _tell_of_move(ledger, event, outcome)
        _wait_again(ledger, event)
    end_with_parcel(ledger)


def _wait_again(ledger: OrderLedger, event: Event) -> None:
    """A carrier's correction takes a delivery back: what it ended goes on (T10)."""
    if read_words(event.text("description")).corrects:
        resume_chase(ledger)
        resume_reports(ledger)


def end_with_parcel(ledger: OrderLedger) -> None:
    """What ends when the parcel is there: the chase, and the reports to an upset buyer."""
    if ledger.order.chased_at or ledger.order.mood:
        follow_chase(ledger)
        follow_mood(ledger)


def _listen(ledger: OrderLedger, event: Event) -> None:
    """A buyer who asks where his parcel is chases, by whatever door he asks; in a rehearsal nobody waits."""
    if ledger.actor == REHEARSAL:
        return
    if not ledger.is_news(event.at) or awaited_no_more(ledger.order) or ledger.order.paid_at is None:
        return
    if heard := hear(event.text("text")).where:
        chase_in(ledger, ChaseSource.MESSAGE, at=event.at, found=heard)


def _tell_of_move(ledger: OrderLedger, event: Event, outcome: Outcome) -> None:
    """Each new place or status once; news that is older than what is known is no move."""
    order = ledger.order
    chase, move = open_chase(ledger), move_of(order)
    if chase is None or not ledger.is_news(event.at) or order.last_tracking_at != event.at or move in {"", chase.told}:
        return
    status = TrackingStatus(order.tracking_status)
    if status in FOR_PERSONS_WORDS:
        look_now(ledger, chase, move)
    elif status in TOLD_OTHERWISE or _queue(ledger, outcome):
        note_told(ledger, chase, move)


def _queue(ledger: OrderLedger, outcome: Outcome) -> bool:
    """Queue the message for the buyer's hours; the one that waits since the move before has lost its sense."""
    if message_obstacle(Purpose.PARCEL_MOVED, ledger.order):
        return False  # such as an open dispute: the timeline need not say so at each scan
    _drop_waiting(ledger)
    tell_buyer(ledger, Purpose.PARCEL_MOVED, rule=RULE, sequence=outcome.sequence)
    return True


def _drop_waiting(ledger: OrderLedger) -> None:
    for message in ledger.rows_of(Message):
        if message.purpose == Purpose.PARCEL_MOVED and message.state in UNSENT:
            waiting = Message.objects.filter(pk=message.pk, state__in=UNSENT)
            if message.pk and not waiting.update(state=MessageState.CANCELLED, reason=MOVED_ON):
                continue  # it leaves at this moment
            message.state, message.reason = MessageState.CANCELLED, MOVED_ON
            data = {"purpose": message.purpose, "reason": MOVED_ON}
            ledger.write(EventKind.MESSAGE, "not_sent", at=ledger.now, rule=message.rule, data=data)
            kinds = [ActionKind.SEND_BY_HAND, ActionKind.CONTACT_BUYER]
            settle_actions(ledger, kinds, reason=MOVED_ON, subject=message.purpose)
