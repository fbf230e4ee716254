"""Replies that a person writes: through the outbox, with what they promise, and done with what had asked for them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction

from disputes.models import ActionKind
from disputes.services.actions import raise_action, settle_actions
from disputes.services.promises import QUESTION, ask_again, ask_for_promise, settle_asked
from disputes.services.telling import ask_for_hand
from messaging.models import Channel, InboundMessage, Message, MessageState, Promise
from messaging.models.inbound import InboundChannel, InboundKind
from messaging.services.answers import ask_anew, take_up, waiting
from messaging.services.outbox import queue_reply
from messaging.services.promises import end_promises, make_promise
from messaging.services.writing import write_reply
from messaging.vocabulary import Purpose
from orders.models.timeline import EventKind
from orders.services.ledger import OrderLedger, open_ledger, save_ledgers

SAME_WITHIN = timedelta(minutes=10)  # the same words again so soon are a second click
FURTHEST = timedelta(days=60)
TAKEN_BACK = "taken_back"


class ReplyProblem(StrEnum):
    """Why a reply cannot leave as it is."""

    EMPTY = "empty"
    PROMISE_NEEDED = "promise_needed"
    PROMISE_PAST = "promise_past"
    PROMISE_FAR = "promise_far"
    ERASED = "erased"


class UnusableReply(ValueError):
    """A reply that cannot leave as it is; `problem` says why."""

    def __init__(self, problem: ReplyProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person wrote, the way it should go, and until when (UTC) he promises to write again."""

    text: str
    channel: Channel = Channel.EMAIL
    promised_at: datetime | None = None


def send_reply(order_id: int, draft: Draft, *, now: datetime, actor: str) -> Message:
    """Queue the reply for the buyer's hours, or for a hand; what he had asked counts as taken up.

    `now` is in UTC, `actor` the user's id. The same words again within ten minutes are the message that is there
    already. Raises UnusableReply, and Order.DoesNotExist.
    """
    with transaction.atomic():
        ledger = open_ledger(order_id, now=now, actor=actor)
        mail = latest_mail(order_id)
        written = write_reply(
            ledger.order, draft.text, subject=mail.subject if mail else "", promised_at=draft.promised_at
        )
        if problem := _problem(draft, written.text.body, needs_promise=written.needs_promise, now=now):
            raise UnusableReply(problem)
        if same := _same_reply(ledger, written.text.body):
            return same
        message_id = mail.message_id if mail else ""
        message = queue_reply(ledger, written.text, channel=draft.channel, in_reply_to=message_id)
        if message is None:
            raise UnusableReply(ReplyProblem.ERASED)
        promise = make_promise(ledger, message, due_at=draft.promised_at) if draft.promised_at else None
        settle_asked(ledger, but=promise)
        if promise:
            ask_for_promise(ledger, promise)
        ask_for_hand(ledger, message)
        save_ledgers([ledger])
        take_up(message, until=now)
    return message


def latest_mail(order_id: int) -> InboundMessage | None:
    """The buyer's latest mail, under which a reply stands in his mail program."""
    mails = InboundMessage.objects.filter(order=order_id, kind=InboundKind.BUYER, channel=InboundChannel.EMAIL)
    latest: InboundMessage | None = mails.order_by("-received_at", "-pk").first()
    return latest


def _problem(draft: Draft, body: str, *, needs_promise: bool, now: datetime) -> ReplyProblem | None:
    if not body:
        return ReplyProblem.EMPTY
    if needs_promise:
        return ReplyProblem.PROMISE_NEEDED
    if draft.promised_at and draft.promised_at <= now:
        return ReplyProblem.PROMISE_PAST
    return ReplyProblem.PROMISE_FAR if draft.promised_at and draft.promised_at > now + FURTHEST else None


def _same_reply(ledger: OrderLedger, body: str) -> Message | None:
    recent = (row for row in ledger.rows_of(Message) if row.purpose == Purpose.REPLY and row.body == body)
    young = (row for row in recent if ledger.now - row.queued_at < SAME_WITHIN)
    return next((row for row in young if row.state != MessageState.CANCELLED), None)


def take_back(message_id: int, *, now: datetime, actor: str) -> bool:
    """Call off a reply that has not left yet; what it answered waits again. Say whether there was still time.

    Raises Message.DoesNotExist.
    """
    with transaction.atomic():
        order_id = Message.objects.values_list("order_id", flat=True).get(pk=message_id, purpose=Purpose.REPLY)
        ledger = open_ledger(order_id, now=now, actor=actor)
        unsent = Message.objects.filter(pk=message_id, state__in=[MessageState.PENDING, MessageState.WAITING])
        if not unsent.update(state=MessageState.CANCELLED, reason=TAKEN_BACK):
            return False
        message = Message.objects.get(pk=message_id)
        ask_anew(message)
        end_promises(list(message.order.promises.filter(message=message, settled_at=None)), reason=TAKEN_BACK, now=now)
        data = {"purpose": message.purpose, "reason": TAKEN_BACK}
        ledger.write(EventKind.MESSAGE, "not_sent", at=now, rule=message.rule, data=data)
        _ask_again(ledger, message)
        save_ledgers([ledger])
    return True


def _ask_again(ledger: OrderLedger, message: Message) -> None:
    """What had asked for the reply asks again."""
    settle_actions(ledger, [ActionKind.SEND_BY_HAND], reason=TAKEN_BACK, subject=message.purpose)
    for promise in Promise.objects.filter(message=message):
        settle_actions(ledger, [ActionKind.CONTACT_BUYER], reason=TAKEN_BACK, subject=promise.subject)
    ask_again(ledger, since=message.queued_at)
    if waiting(message.order_id).exists():
        raise_action(ledger, ActionKind.CONTACT_BUYER, rule="M7", subject=QUESTION)
