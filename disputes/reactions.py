"""What follows from a milestone that falls due, and from an event: which message, which action, by which rule.

Two tables: milestone kind → function, and event type → function.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from disputes.disruptions import touches
from disputes.models import ActionItem, ActionKind
from disputes.services.actions import raise_action, settle_actions
from disputes.services.receipts import ask_for_parcel
from messaging.models import Channel, Message, MessageState
from messaging.services.outbox import queue_message
from messaging.vocabulary import Purpose
from orders.events import Event, EventType
from orders.models import Milestone, TrackingEvent
from orders.planning import MilestoneKind, ending, handling_end, protection_end
from orders.services.arrivals import learnt_span
from orders.services.facts import Outcome
from orders.services.ledger import OrderLedger
from orders.services.objections import is_high_value
from orders.services.parcels import latest_lookups
from orders.services.snapshots import freeze_tracking
from orders.tax_ids import is_tax_id
from orders.tracking_statuses import TrackingStatus
from orders.triage import TrackingQueue

Kind = MilestoneKind


def tell_buyer(
    ledger: OrderLedger, purpose: Purpose, *, rule: str, sequence: int | None = None, **given: object
) -> None:
    """Queue a message; what cannot leave by itself becomes an action of the team, so that nothing is lost."""
    cause = sequence or ledger.order.timeline_length
    message = queue_message(ledger, purpose, rule=rule, sequence=cause, given=given)
    if message is not None:
        ask_for_hand(ledger, message)


def ask_for_hand(ledger: OrderLedger, message: Message) -> ActionItem | None:
    """The action behind a message that a person has to send (M6) or complete (M3), or None where none is needed."""
    if message.state == MessageState.STOPPED:
        data = {"purpose": message.purpose, "reason": message.reason}
        return raise_action(ledger, ActionKind.CONTACT_BUYER, rule="M3", subject=message.purpose, data=data)
    if message.channel == Channel.BY_HAND or message.state == MessageState.DEAD:
        due_at = message.send_after + ledger.policy.duration("R12", "next_date")
        data = {"purpose": message.purpose}
        return raise_action(
            ledger, ActionKind.SEND_BY_HAND, rule="M6", due_at=due_at, subject=message.purpose, data=data
        )
    return None


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
    raise_action(ledger, ActionKind.SHIP, rule=milestone.rule, data={"overdue": True})
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
    raise_action(ledger, ActionKind.REPLY_REVIEW, rule=milestone.rule, data={"overdue": True})


def _nothing_more(_ledger: OrderLedger, _milestone: Milestone) -> None:
    """The machine's move, or the line on the timeline, is all."""


MILESTONE_REACTIONS: dict[MilestoneKind, Callable[[OrderLedger, Milestone], None]] = {
    Kind.PAYMENT_REMINDER: _remind_payment,
    Kind.PAYMENT_EXPIRY: _tell_expiry,
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


def amount_left(ledger: OrderLedger) -> object:
    """What has not gone back to the buyer yet, in the order's currency; None when the total is not known."""
    order = ledger.order
    return None if order.total is None else order.total - order.refunded_amount


def raise_refund(ledger: OrderLedger, *, rule: str, **more: object) -> None:
    """Ask the team to refund, with the amount, before the buyer's protection ends."""
    due_at = protection_end(ledger.order, ledger.policy)
    raise_action(ledger, ActionKind.REFUND, rule=rule, due_at=due_at, data=_refund_data(ledger) | more)


def _refund_data(ledger: OrderLedger) -> dict[str, object]:
    amount = amount_left(ledger)
    return {"amount": None if amount is None else str(amount), "currency": ledger.order.currency}


def ask_extension(ledger: OrderLedger, *, rule: str) -> None:
    """Ask the team to extend the receipt time: by so many days that the protection outlasts the wait so far (G1)."""
    end = protection_end(ledger.order, ledger.policy)
    days = suggested_days(ledger, end) if end else None
    raise_action(ledger, ActionKind.EXTEND_RECEIPT_TIME, rule=rule, due_at=end, data={"days": days})


def suggested_days(ledger: OrderLedger, end: datetime) -> int:
    """Days to add so that the protection ends after the expected arrival.

    That is when all but a tenth of the store's own parcels on this lane have come (T1). Without a history, or when that
    is over, a parcel is expected within another promised time's worth of tolerance: the same span that separates the
    promise from the end of the protection.
    """
    span = ledger.policy.duration("G1", "after_promise")
    learnt = latest_arrival(ledger)
    expected = learnt if learnt and learnt > ledger.now else ledger.now + span
    return max(span.days, (expected + span - end).days)


def latest_arrival(ledger: OrderLedger) -> datetime | None:
    """When the parcel has normally come, by the store's own history (UTC); None without one."""
    carrier = ledger.shipments[-1].carrier if ledger.shipments else ""
    learnt = learnt_span(ledger.order, carrier)
    shipped_at: datetime | None = ledger.order.shipped_at
    return shipped_at + timedelta(days=learnt.latest) if learnt and shipped_at else None


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


def _on_shipped(ledger: OrderLedger, event: Event, outcome: Outcome) -> None:
    settle_actions(ledger, [ActionKind.SHIP], reason="shipped")
    if ledger.is_news(event.at):
        tell_buyer(ledger, Purpose.SHIPPED, rule="S7", sequence=outcome.sequence)


WHILE_WAITING = [
    ActionKind.VERIFY_TRACKING,
    ActionKind.EXTEND_RECEIPT_TIME,
    ActionKind.RECORD_CHOICE,
    ActionKind.REFUND,
    ActionKind.SHIP,
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


def _on_lookup(ledger: OrderLedger, _event: Event, _outcome: Outcome) -> None:
    """A parcel that nobody knows is refunded before it is complained of: one complaint freezes the store (T6)."""
    if not ledger.policy.has("T6") or ending(Kind.TRACKING_STALLED, ledger.order):
        return  # the parcel is waited for no more
    lookups = latest_lookups(ledger)
    if any(lookups.values()) or ledger.order.first_scan_at:
        settle_actions(ledger, [ActionKind.VERIFY_TRACKING], reason="found")
    elif len(lookups) >= ledger.policy.value("T6", "sources"):
        settle_actions(ledger, [ActionKind.VERIFY_TRACKING], reason="untraceable")
        data = _refund_data(ledger) | {"warning": "store_freeze"}
        raise_action(ledger, ActionKind.REFUND, rule="T6", data=data)  # now, not only before the protection ends
    else:
        raise_action(ledger, ActionKind.VERIFY_TRACKING, rule="T6")


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


def _on_choice(ledger: OrderLedger, event: Event, _outcome: Outcome) -> None:
    settle_actions(ledger, [ActionKind.RECORD_CHOICE], reason="buyer_choice")
    if not ledger.order.refunded_at and event.text("choice") in {"refund", "partial_refund"}:
        raise_refund(ledger, rule="C2", choice=event.text("choice"))


def _on_refund(ledger: OrderLedger, event: Event, outcome: Outcome) -> None:
    settled = [ActionKind.REFUND, ActionKind.RECORD_CHOICE]
    if ledger.order.refunded_at:
        settled += [*WHILE_WAITING, ActionKind.RELEASE_FUNDS]
    settle_actions(ledger, settled, reason="refund_issued")
    if ledger.is_news(event.at):
        amount = event.data.get("amount", ledger.order.refunded_amount)
        tell_buyer(ledger, Purpose.REFUND_ISSUED, rule="R1", sequence=outcome.sequence, refund_amount=amount)


def _on_review(ledger: OrderLedger, event: Event, _outcome: Outcome) -> None:
    if ledger.order.reviewed_at == event.at and ledger.is_news(event.at):
        due_at = event.at + ledger.policy.duration("R10")
        raise_action(ledger, ActionKind.REPLY_REVIEW, rule="R10", due_at=due_at)


def _on_buyer_message(ledger: OrderLedger, event: Event, _outcome: Outcome) -> None:
    if ledger.is_news(event.at):
        raise_action(ledger, ActionKind.CONTACT_BUYER, rule="M7", subject="buyer_message")


def _settle(*kinds: ActionKind) -> Callable[[OrderLedger, Event, Outcome], None]:
    def react(ledger: OrderLedger, event: Event, _outcome: Outcome) -> None:
        settle_actions(ledger, kinds, reason=event.type)

    return react


EVENT_REACTIONS: dict[EventType, Callable[[OrderLedger, Event, Outcome], None]] = {
    EventType.SHIPPED: _on_shipped,
    EventType.TRACKING: _on_tracking,
    EventType.TRACKING_LOOKUP: _on_lookup,
    EventType.DELIVERED: _on_delivered,
    EventType.RECEIPT_DENIED: _on_denied_receipt,
    EventType.DISRUPTION: _on_disruption,
    EventType.BUYER_CHOICE: _on_choice,
    EventType.REFUND_ISSUED: _on_refund,
    EventType.REVIEW_RECEIVED: _on_review,
    EventType.BUYER_MESSAGE: _on_buyer_message,
    EventType.RECEIPT_EXTENDED: _settle(ActionKind.EXTEND_RECEIPT_TIME),
    EventType.FUNDS_RELEASED: _settle(ActionKind.RELEASE_FUNDS),
    EventType.REPAID: _settle(ActionKind.ASK_REPAYMENT),
    EventType.CANCELLED: _settle(*WHILE_WAITING),
    EventType.COMPLETED: _settle(*WHILE_WAITING),
}
