"""What follows from a milestone that falls due, and from an event: which message, which action, by which rule.

Two tables: milestone kind → function, and event type → function.
"""

from collections.abc import Callable

from disputes.disruptions import touches
from disputes.extending import ask_extension
from disputes.models import ActionKind
from disputes.refunds import amount_left, raise_refund, react_to_choice, react_to_lookup
from disputes.services.actions import raise_action, raise_overdue, settle_actions
from disputes.services.promises import QUESTION
from disputes.services.questions import keep_words
from disputes.services.receipts import ask_for_parcel
from disputes.services.receiving_reviews import keep_review
from disputes.services.reviews import UNANSWERED, ask_for_step, plan_review, remind_reply
from disputes.services.telling import tell_buyer
from messaging.vocabulary import Purpose
from orders.events import Event, EventType
from orders.models import Milestone, TrackingEvent
from orders.planning import MilestoneKind, handling_end, is_cancelling
from orders.services.facts import Outcome
from orders.services.ledger import OrderLedger
from orders.services.objections import is_high_value
from orders.services.snapshots import freeze_tracking
from orders.tax_ids import is_tax_id
from orders.tracking_statuses import TrackingStatus
from orders.triage import TrackingQueue

Kind = MilestoneKind


# --- milestones -------------------------------------------------------------------------------------------------------
def _remind_payment(ledger: OrderLedger, milestone: Milestone) -> None:
    expiry = next((m.due_at for m in ledger.milestones if m.kind == Kind.PAYMENT_EXPIRY), None)
    tell_buyer(ledger, Purpose.PAYMENT_REMINDER, rule=milestone.rule, payment_deadline=expiry)


def _tell_expiry(ledger: OrderLedger, milestone: Milestone) -> None:
    tell_buyer(ledger, Purpose.PAYMENT_EXPIRED, rule=milestone.rule, payment_deadline=milestone.due_at)


def _warn_shipping(ledger: OrderLedger, milestone: Milestone) -> None:
    raise_action(ledger, ActionKind.SHIP, rule=milestone.rule, due_at=handling_end(ledger.order, ledger.policy))


def _note_overdue_shipping(ledger: OrderLedger, milestone: Milestone) -> None:
    sequence = ledger.order.timeline_length
    raise_overdue(ledger, ActionKind.SHIP, rule=milestone.rule, due_at=milestone.due_at)
    tell_buyer(ledger, Purpose.SHIP_DELAY, rule=milestone.rule, sequence=sequence)


def _verify_tracking(ledger: OrderLedger, milestone: Milestone) -> None:
    raise_action(ledger, ActionKind.VERIFY_TRACKING, rule=milestone.rule)


def _contact_first(ledger: OrderLedger, milestone: Milestone) -> None:
    tell_buyer(ledger, Purpose.CONTACT_30, rule=milestone.rule)


def _contact_second(ledger: OrderLedger, milestone: Milestone) -> None:
    sequence = ledger.order.timeline_length
    third = next((m.due_at for m in ledger.milestones if m.kind == Kind.CONTACT_60), None)
    raise_action(ledger, ActionKind.RECORD_CHOICE, rule=milestone.rule, due_at=third)
    tell_buyer(ledger, Purpose.CONTACT_45, rule=milestone.rule, sequence=sequence)


def _contact_third(ledger: OrderLedger, milestone: Milestone) -> None:
    sequence = ledger.order.timeline_length
    raise_refund(ledger, rule=milestone.rule)
    tell_buyer(ledger, Purpose.CONTACT_60, rule=milestone.rule, sequence=sequence, refund_amount=amount_left(ledger))


def _check_protection(ledger: OrderLedger, milestone: Milestone) -> None:
    ask_extension(ledger, rule=milestone.rule)


def _request_review(ledger: OrderLedger, milestone: Milestone) -> None:
    tell_buyer(ledger, Purpose.REVIEW_REQUEST, rule=milestone.rule)


def _remind_review_reply(ledger: OrderLedger, milestone: Milestone) -> None:
    remind_reply(ledger, rule=milestone.rule)


def _note_unanswered_cancellation(ledger: OrderLedger, milestone: Milestone) -> None:
    """Loud; only the platform's word cancels the order (P8)."""
    raise_overdue(ledger, ActionKind.ANSWER_CANCELLATION, rule=milestone.rule, due_at=milestone.due_at)


def _nothing_more(_ledger: OrderLedger, _milestone: Milestone) -> None:
    """The machine's move, or the line on the timeline, is all."""


MILESTONE_REACTIONS: dict[MilestoneKind, Callable[[OrderLedger, Milestone], None]] = {
    Kind.PAYMENT_REMINDER: _remind_payment,
    Kind.PAYMENT_EXPIRY: _tell_expiry,
    Kind.CANCELLATION_REMINDER: _nothing_more,
    Kind.CANCELLATION_DUE: _note_unanswered_cancellation,
    Kind.SHIP_WARNING: _warn_shipping,
    Kind.SHIP_OVERDUE: _note_overdue_shipping,
    Kind.FIRST_SCAN: _verify_tracking,
    Kind.PROMISE_END: _nothing_more,
    Kind.CONTACT_30: _contact_first,
    Kind.CONTACT_45: _contact_second,
    Kind.CONTACT_60: _contact_third,
    Kind.TRACKING_STALLED: _verify_tracking,
    Kind.NOT_IN_DESTINATION: _verify_tracking,
    Kind.PROTECTION_CHECK: _check_protection,
    Kind.REVIEW_REQUEST: _request_review,
    Kind.COMPLETION: _nothing_more,
    Kind.REVIEW_REPLY_DUE: _remind_review_reply,
}


# --- events -----------------------------------------------------------------------------------------------------------
def react_to_placed(ledger: OrderLedger) -> None:
    """A new order: thank the buyer, and ask for his tax number where the parcel will need it (S7, S1)."""
    if not ledger.policy.has("S7") or not ledger.is_news(ledger.order.placed_at):
        return
    cause = ledger.order.timeline_length
    tell_buyer(ledger, Purpose.ORDER_RECEIVED, rule="S7", sequence=cause)
    commercial = ledger.order.shipping_service == "commercial_express"
    if ledger.policy.has("S1") and not is_tax_id(ledger.order.buyer.tax_id) and (commercial or is_high_value(ledger)):
        tell_buyer(ledger, Purpose.TAX_ID_REQUEST, rule="S1", sequence=cause)


def _on_cancellation_request(ledger: OrderLedger, event: Event, _outcome: Outcome) -> None:
    """The team answers before the platform does; a parcel that has left is not called off any more (P8)."""
    if not ledger.policy.has("P8") or ledger.order.cancelled_at or ledger.order.refunded_at:
        return
    if is_cancelling(ledger.order):
        due_at = event.at + ledger.policy.duration("P8")
        raise_action(ledger, ActionKind.ANSWER_CANCELLATION, rule="P8", due_at=due_at)
    elif ledger.is_news(event.at):
        raise_action(ledger, ActionKind.CONTACT_BUYER, rule="P8", subject="cancellation")


def _on_shipped(ledger: OrderLedger, event: Event, outcome: Outcome) -> None:
    settle_actions(ledger, [ActionKind.SHIP, ActionKind.ANSWER_CANCELLATION], reason="shipped")
    if ledger.is_news(event.at):
        tell_buyer(ledger, Purpose.SHIPPED, rule="S7", sequence=outcome.sequence)


WHILE_WAITING = [
    ActionKind.VERIFY_TRACKING,
    ActionKind.EXTEND_RECEIPT_TIME,
    ActionKind.RECORD_CHOICE,
    ActionKind.REFUND,
    ActionKind.SHIP,
    ActionKind.ANSWER_CANCELLATION,
]


AFTER_DELIVERY = [ActionKind.KEEP_DELIVERY_PROOF, ActionKind.RELEASE_FUNDS]  # moot when a delivery is taken back (T10)


def _on_delivered(ledger: OrderLedger, event: Event, outcome: Outcome) -> None:
    settle_actions(ledger, WHILE_WAITING, reason="delivered")
    if ledger.order.delivered_at != event.at or not ledger.is_news(event.at):
        return  # another word of the same delivery, or history
    freeze_tracking(ledger, EventType.DELIVERED)
    if ledger.order.refunded_at:
        _ask_repayment(ledger, outcome)
        return
    if ledger.policy.has("G2"):
        raise_action(ledger, ActionKind.KEEP_DELIVERY_PROOF, rule="G2")
        if not ledger.order.disputed_at:
            raise_action(ledger, ActionKind.RELEASE_FUNDS, rule="G2")
    if ledger.policy.has("G3"):
        tell_buyer(ledger, Purpose.DELIVERED, rule="G3", sequence=outcome.sequence)


def _ask_repayment(ledger: OrderLedger, outcome: Outcome) -> None:
    """The parcel came after the refund: thank the buyer, and ask him once (G5)."""
    if not ledger.policy.has("G5"):
        return
    amount = ledger.order.refunded_amount
    raise_action(ledger, ActionKind.ASK_REPAYMENT, rule="G5")
    tell_buyer(ledger, Purpose.REPAYMENT_REQUEST, rule="G5", sequence=outcome.sequence, refund_amount=amount)


def _on_tracking(ledger: OrderLedger, event: Event, outcome: Outcome) -> None:
    status = event.text("status") or _latest_status(ledger)
    if ledger.order.first_scan_at:
        settle_actions(ledger, [ActionKind.VERIFY_TRACKING], reason="tracking")
    if ledger.order.delivered_at is None:
        settle_actions(ledger, AFTER_DELIVERY, reason="taken_back")
    if status != ledger.order.tracking_status or not ledger.is_news(event.at) or _is_repeat(ledger):
        return  # older than what is known already, history, or the same again: the buyer has been told
    if status == TrackingStatus.DUTY_DUE and ledger.policy.has("T7"):
        deadline = event.at + ledger.policy.duration("T7")
        tell_buyer(ledger, Purpose.DUTY_PAYMENT, rule="T7", sequence=outcome.sequence, duty_deadline=deadline)
    if status == TrackingStatus.PICKUP_WAITING and ledger.policy.has("T8"):
        tell_buyer(
            ledger,
            Purpose.PICKUP_WAITING,
            rule="T8",
            sequence=outcome.sequence,
            pickup_deadline=event.at + ledger.policy.duration("T8"),
            pickup_place=event.text("location"),
        )
    if status == TrackingStatus.FAILED_ATTEMPT and ledger.policy.has("T4"):
        tell_buyer(ledger, Purpose.FAILED_ATTEMPT, rule="T4", sequence=outcome.sequence)
        data = {"reason": event.text("description"), "detail": ledger.order.tracking_detail}
        subject = f"tracking:{TrackingQueue.FAILED_ATTEMPT}"
        raise_action(ledger, ActionKind.CONTACT_BUYER, rule="T4", subject=subject, data=data)


def _latest_status(ledger: OrderLedger) -> str:
    added = [row for row in ledger.rows if isinstance(row, TrackingEvent)]
    return added[-1].status if added else ""


def _is_repeat(ledger: OrderLedger) -> bool:
    """Whether the latest news has the status of the news before it."""
    events = sorted(ledger.rows_of(TrackingEvent), key=lambda event: event.at)
    return len(events) > 1 and events[-1].status == events[-2].status


def _on_disruption(ledger: OrderLedger, event: Event, outcome: Outcome) -> None:
    if ledger.is_history or not ledger.policy.has("T9"):
        return
    if touches(event, ledger.order, ledger.shipments, now=ledger.now):
        tell_buyer(
            ledger,
            Purpose.DELAY_DISRUPTION,
            rule="T9",
            sequence=outcome.sequence,
            disruption_cause=event.text("cause"),
            disruption_until=event.data.get("to"),
        )


def _on_denied_receipt(ledger: OrderLedger, event: Event, _outcome: Outcome) -> None:
    if ledger.policy.has("T5") and ledger.order.delivered_at and ledger.is_news(event.at):
        ask_for_parcel(ledger, event)


def _on_refund(ledger: OrderLedger, event: Event, outcome: Outcome) -> None:
    settled = [ActionKind.REFUND, ActionKind.RECORD_CHOICE]
    if ledger.order.refunded_at:
        settled += [*WHILE_WAITING, ActionKind.RELEASE_FUNDS]
    settle_actions(ledger, settled, reason="refund_issued")
    if ledger.is_news(event.at):
        amount = event.data.get("amount", ledger.order.refunded_amount)
        tell_buyer(ledger, Purpose.REFUND_ISSUED, rule="R1", sequence=outcome.sequence, refund_amount=amount)


def _on_review(ledger: OrderLedger, event: Event, _outcome: Outcome) -> None:
    review = keep_review(ledger, event)
    if ledger.order.reviewed_at == event.at and ledger.is_news(event.at) and review.state in UNANSWERED:
        ask_for_step(ledger, review, rule="R10")
    elif review.is_open:
        plan_review(ledger, review)


def _on_buyer_message(ledger: OrderLedger, event: Event, outcome: Outcome) -> None:
    is_news = ledger.is_news(event.at)
    if not event.data.get("inbound"):  # it came through no door that keeps what buyers write
        keep_words(ledger, event, sequence=outcome.sequence, is_news=is_news)
    if is_news:
        raise_action(ledger, ActionKind.CONTACT_BUYER, rule="M7", subject=QUESTION)


def _settle(*kinds: ActionKind) -> Callable[[OrderLedger, Event, Outcome], None]:
    def react(ledger: OrderLedger, event: Event, _outcome: Outcome) -> None:
        settle_actions(ledger, kinds, reason=event.type)

    return react


EVENT_REACTIONS: dict[EventType, Callable[[OrderLedger, Event, Outcome], None]] = {
    EventType.SHIPPED: _on_shipped,
    EventType.TRACKING: _on_tracking,
    EventType.TRACKING_LOOKUP: react_to_lookup,
    EventType.DELIVERED: _on_delivered,
    EventType.RECEIPT_DENIED: _on_denied_receipt,
    EventType.DISRUPTION: _on_disruption,
    EventType.BUYER_CHOICE: react_to_choice,
    EventType.REFUND_ISSUED: _on_refund,
    EventType.REVIEW_RECEIVED: _on_review,
    EventType.BUYER_MESSAGE: _on_buyer_message,
    EventType.RECEIPT_EXTENDED: _settle(ActionKind.EXTEND_RECEIPT_TIME),
    EventType.FUNDS_RELEASED: _settle(ActionKind.RELEASE_FUNDS),
    EventType.REPAID: _settle(ActionKind.ASK_REPAYMENT),
    EventType.CANCELLATION_REQUESTED: _on_cancellation_request,
    EventType.CANCELLATION_REFUSED: _settle(ActionKind.ANSWER_CANCELLATION),
    EventType.CANCELLED: _settle(*WHILE_WAITING),
    EventType.COMPLETED: _settle(*WHILE_WAITING),
}
