"""Which messages of buyers are answered by what we send: the response time ends when the buyer is reached (rule K)."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable

from messaging.models import InboundMessage, Message, Promise
from messaging.models.inbound import WAITING, InboundKind
from messaging.services.promises import reopen_promises, settle_promises
from messaging.vocabulary import Purpose

# What a person sends because the buyer wrote; what leaves by its date answers nobody.
ANSWERS = {Purpose.REPLY, Purpose.TRACKING_UPDATE}


def is_awaited() -> Combinable | Q:
    """For a query of messages: whether a promise or a question of its order waits for a message."""
    questions = InboundMessage.objects.filter(order=OuterRef("order"), kind=InboundKind.BUYER, answered_at=None)
    return Exists(questions) | Exists(Promise.objects.filter(order=OuterRef("order"), settled_at=None))


def note_reached(message: Message, *, at: datetime) -> None:
    """The message has reached the buyer at `at` (UTC): promises are kept, questions answered. The order is locked."""
    settle_promises(message, now=at)
    if message.purpose in ANSWERS:
        asked = InboundMessage.objects.filter(order=message.order_id, kind=InboundKind.BUYER, answered_at=None)
        mine = asked.filter(received_at__lte=message.queued_at)
        mine.filter(answer=None).update(answer=message)
        mine.filter(answer=message).update(answered_at=at)


def note_unreached(message: Message, *, since: datetime) -> None:
    """A person takes back his word that he sent it: what that had settled at `since` (UTC) waits again."""
    InboundMessage.objects.filter(answer=message).update(answered_at=None)
    reopen_promises(message.order_id, since=since)


def take_up(message: Message, *, until: datetime) -> int:
    """A reply was written: what the buyer wrote until then waits for nobody any more. Returns how many messages."""
    return waiting(message.order_id).filter(received_at__lte=until).update(answer=message)


def waiting(order_id: int) -> QuerySet[InboundMessage]:
    """What the buyer of this order wrote and nobody has taken up."""
    rows: QuerySet[InboundMessage] = InboundMessage.objects.filter(WAITING, order=order_id)
    return rows


def ask_anew(message: Message) -> None:
    """The message did not reach the buyer after all, or was taken back: what it answered waits again."""
    InboundMessage.objects.filter(answer=message).update(answer=None, answered_at=None)
