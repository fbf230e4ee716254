"""Promised replies: the team is asked from the promise on, by its date; a message that was sent ends it (M7)."""

from datetime import datetime

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat

from disputes.models import ActionItem, ActionKind, ActionState
from disputes.services.actions import is_asked, raise_dated, settle_actions
from messaging.guards import ERASED
from messaging.models import Message, MessageState, Promise
from messaging.models.promises import PromiseMilestone
from messaging.services.promises import ANSWERED, RULE, end_promises
from orders.models import Milestone
from orders.services.ledger import OrderLedger, open_ledger, save_ledgers
from orders.services.milestones import cancel_milestone, fire_milestone

BATCH = 200
QUESTION = "buyer_message"  # the subject of the action behind what a buyer wrote


def fire_promise(ledger: OrderLedger, milestone: Milestone) -> None:
    """A reminder, or the date itself: the answer is asked for if it is not yet, and once more when it is late."""
    promise = next(row for row in ledger.rows_of(Promise) if row.subject == milestone.subject)
    if reason := _obstacle(ledger, promise):
        settle_actions(ledger, [ActionKind.CONTACT_BUYER], reason=reason, subject=promise.subject)
        cancel_milestone(ledger, milestone, reason=reason)
        return
    fire_milestone(ledger, milestone)
    if milestone.kind == PromiseMilestone.DUE or not is_asked(ledger, promise.subject):
        ask_for_promise(ledger, promise)


def ask_for_promise(ledger: OrderLedger, promise: Promise) -> None:
    """The buyer hears from us by the date that was promised; when it has passed, aloud."""
    data: dict[str, str | bool] = {"promised_by": promise.due_at.isoformat()}
    data |= {"overdue": True} if promise.due_at <= ledger.now else {}
    kind, due_at = ActionKind.CONTACT_BUYER, promise.due_at
    raise_dated(ledger, kind, rule=RULE, due_at=due_at, subject=promise.subject, data=data)


def _obstacle(ledger: OrderLedger, promise: Promise) -> str:
    if promise.settled_at:
        return promise.reason
    if ledger.order.buyer.erased_at:
        return ERASED
    message = next((row for row in ledger.rows_of(Message) if row.pk == promise.message_id), None)
    return message.reason if message is not None and message.state == MessageState.CANCELLED else ""


def settle_asked(ledger: OrderLedger, *, but: Promise | None = None) -> None:
    """A person has written to the buyer: the actions that asked for it are done, except those of a new promise."""
    settle_actions(ledger, [ActionKind.CONTACT_BUYER], reason=ANSWERED, subject=QUESTION)
    for promise in ledger.rows_of(Promise):
        if promise is not but:
            settle_actions(ledger, [ActionKind.CONTACT_BUYER], reason=ANSWERED, subject=promise.subject)


def answer_aloud(ledger: OrderLedger, *, at: datetime, reason: str) -> None:
    """The buyer was spoken to (UTC): what he asked is answered, and what he was promised by then is kept."""
    settle_actions(ledger, [ActionKind.CONTACT_BUYER], reason=reason, subject=QUESTION)
    kept = [row for row in ledger.rows_of(Promise) if row.settled_at is None and row.made_at <= at]
    end_promises(kept, reason=reason, now=ledger.now)
    for promise in kept:
        settle_actions(ledger, [ActionKind.CONTACT_BUYER], reason=reason, subject=promise.subject)


def ask_again(ledger: OrderLedger, *, since: datetime) -> None:
    """Ask anew for open promises whose cards were closed since (UTC), by a message that reached nobody after all."""
    items = [row for row in ledger.rows_of(ActionItem) if row.state == ActionState.SETTLED and row.reason == ANSWERED]
    closed = {row.subject for row in items if row.closed_at is not None and row.closed_at >= since}
    for promise in ledger.rows_of(Promise):
        is_alone = promise.subject in closed and not is_asked(ledger, promise.subject)
        if is_alone and not _obstacle(ledger, promise):
            ask_for_promise(ledger, promise)


def forget_promises(ledger: OrderLedger) -> None:
    """Nobody is left to be answered: the promises end, with their dates and the actions that ask for them."""
    promises = ledger.rows_of(Promise)
    end_promises([row for row in promises if row.settled_at is None], reason=ERASED, now=ledger.now)
    for promise in promises:
        settle_actions(ledger, [ActionKind.CONTACT_BUYER], reason=ERASED, subject=promise.subject)


def settle_kept_promises(now: datetime) -> int:
    """Close the actions whose promise a message has kept since; sending knows nothing of actions. Returns how many."""
    settled = Promise.objects.filter(order=OuterRef("order"), settled_at__isnull=False)
    subject = Concat(Value("promise:"), Cast("number", CharField()), output_field=CharField())
    mine = settled.annotate(about=subject).filter(about=OuterRef("subject"))
    asked = ActionItem.objects.filter(
        Exists(mine), state=ActionState.OPEN, kind=ActionKind.CONTACT_BUYER, subject__startswith="promise:"
    )
    kept = list(asked.order_by("pk")[:BATCH])
    for item in kept:
        with transaction.atomic():
            ledger = open_ledger(item.order_id, now=now, actor="reconciliation")
            settle_actions(ledger, [ActionKind.CONTACT_BUYER], reason=ANSWERED, subject=item.subject)
            save_ledgers([ledger])
    return len(kept)
