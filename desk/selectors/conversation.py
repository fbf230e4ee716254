"""What was written between the store and one buyer, in and out, as one thread with the state of each message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.conversation_words import USUAL_EXHIBITS, Words
from desk.dispute_words import EXHIBITS
from desk.forms.conversation import PasteForm, ReplyForm
from messaging.mail_reading import split_quote
from messaging.models import FailedAddress, InboundMessage, Message, MessageState, Promise
from messaging.models.inbound import InboundKind
from messaging.services.outbox import contact_window, usable_address
from messaging.services.writing import Written, write_reply
from messaging.values import buyer_language
from messaging.vocabulary import Purpose
from messaging.wording import WordingProblem
from orders.belongings import Kinds
from orders.models import Order

SHOWN = 12  # of a long thread, the latest


@dataclass(frozen=True)
class Turn:
    """One message of the thread: ours, or the buyer's with what he quotes folded away."""

    at: datetime
    message: Message | None = None
    promise: Promise | None = None
    inbound: InboundMessage | None = None
    said: str = ""
    quoted: str = ""
    is_elsewhere: bool = False  # from another address than the buyer's own

    @property
    def can_be_taken_back(self) -> bool:
        """Whether it is a reply that has not left."""
        states = {MessageState.PENDING, MessageState.WAITING}
        return self.message is not None and self.message.purpose == Purpose.REPLY and self.message.state in states


@dataclass(frozen=True)
class Composer:
    """Where a reply is written: the way it would go, and when it would leave."""

    form: ReplyForm
    language: str
    address: str
    failed: FailedAddress | None
    leaves_at: datetime
    problems: Sequence[WordingProblem] = ()

    @property
    def goes_by_mail(self) -> bool:
        """Whether there is an address that works."""
        return bool(self.address) and self.failed is None


@dataclass(frozen=True)
class Conversation:
    """The thread, oldest first; `earlier` are folded away."""

    turns: list[Turn]
    earlier: list[Turn]
    waits: InboundMessage | None  # the oldest message that nobody has taken up
    composer: Composer
    paste: PasteForm
    exhibits: Sequence[tuple[str, Words]]  # what a file of the buyer's may prove

    @property
    def count(self) -> int:
        """How many messages there are."""
        return len(self.turns) + len(self.earlier)


def load_conversation(
    order: Order,
    mails: Sequence[Message],
    kinds: Kinds,
    *,
    now: datetime,
    reply: ReplyForm | None = None,
    paste: PasteForm | None = None,
    problems: Sequence[WordingProblem] = (),
) -> Conversation:
    """The conversation of an order whose messages are read already, and that has these kinds of rows, as its store.

    The forms as they were filled in.
    """
    inbound = order.inbound.prefetch_related("attachments").select_related("pasted_by")
    rows = list(inbound) if InboundMessage in kinds else []
    promises = {promise.message_id: promise for promise in order.promises.all()} if Promise in kinds else {}
    turns = [Turn(_out_at(row), message=row, promise=promises.get(row.pk)) for row in mails]
    turns = sorted([*turns, *(_inbound(row, order) for row in rows)], key=lambda turn: turn.at)
    waits = [row for row in rows if is_waiting(row)]
    return Conversation(
        turns=turns[-SHOWN:],
        earlier=turns[:-SHOWN],
        waits=min(waits, key=lambda row: row.received_at, default=None),
        composer=_composer(order, kinds, reply or ReplyForm(), problems, now=now),
        paste=paste or PasteForm(now=now),
        exhibits=exhibit_choices(),
    )


def exhibit_choices() -> list[tuple[str, Words]]:
    """Every kind of exhibit, those first that a buyer's file mostly is."""
    usual = [(kind, EXHIBITS[kind]) for kind in USUAL_EXHIBITS]
    return [*usual, *((kind, name) for kind, name in EXHIBITS.items() if kind not in USUAL_EXHIBITS)]


def _out_at(message: Message) -> datetime:
    leaves = message.state in {MessageState.PENDING, MessageState.CLAIMED}
    return message.sent_at or (message.send_after if leaves else message.queued_at)


def _inbound(row: InboundMessage, order: Order) -> Turn:
    said, quoted = split_quote(row.text)
    own = order.buyer.email.lower()
    is_elsewhere = row.kind == InboundKind.BUYER and "@" in row.sender and bool(own) and row.sender.lower() != own
    return Turn(row.received_at, inbound=row, said=said, quoted=quoted, is_elsewhere=is_elsewhere)


def is_waiting(row: InboundMessage) -> bool:
    """Whether a buyer's message waits for somebody to take it up."""
    taken_up = row.answer_id or row.answered_at or row.dismissed_at
    return row.kind == InboundKind.BUYER and not taken_up


def _composer(
    order: Order, kinds: Kinds, form: ReplyForm, problems: Sequence[WordingProblem], *, now: datetime
) -> Composer:
    address = usable_address(order.buyer.email)
    failed = None
    if address and FailedAddress in kinds:
        failed = FailedAddress.objects.filter(store=order.store_id, address=address.lower()).first()
    return Composer(form, buyer_language(order), address, failed, contact_window(order, now), problems)


@dataclass(frozen=True)
class Check:
    """What is said about a reply while it is written."""

    written: Written | None
    leaves_at: datetime

    @property
    def promise_line(self) -> str:
        """The sentence that the program adds, so that the buyer is told the promise."""
        return self.written.promise_line if self.written else ""


def check_reply(order: Order, text: str, promised_at: datetime | None, *, now: datetime) -> Check:
    """Look at a reply as it stands."""
    written = write_reply(order, text, promised_at=promised_at) if text.strip() else None
    return Check(written, contact_window(order, now))
