"""What buyers write, through a person's paste or a mailbox, kept and recorded as a fact of the order."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from disputes.models import ActionItem, ActionKind, ActionState
from disputes.recording import take_in
from disputes.services.actions import raise_action
from disputes.services.promises import QUESTION
from disputes.services.telling import ask_for_hand
from messaging.bouncing import Bounce, read_bounce
from messaging.mail_reading import ReadMail, parse_mail, plain_line, plain_lines, read_mail, split_quote
from messaging.matching import own_ids
from messaging.models import InboundMessage, MailboxAccount, Message
from messaging.models.inbound import InboundChannel, InboundKind, MatchedBy, Place
from messaging.services.bounces import note_bounce
from messaging.services.keeping import kept_files, save_with_files
from messaging.services.matching import Match, find_order, find_own
from orders.events import Event, EventType
from orders.models import Order, Store, User
from orders.services.ledger import OrderLedger, lock_store, open_ledger, save_ledgers

SAME_WITHIN = timedelta(minutes=10)  # the same words again so soon are a second click
RULE = "M7"


class AnotherStore(ValueError):
    """A message is filed only under an order of the store that it was written to."""


@dataclass(frozen=True, slots=True)
class Pasted:
    """What a person copied from where the buyer wrote it, and when (UTC) it arrived there."""

    text: str
    place: Place
    received_at: datetime
    sender: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail as it lies in a mailbox: its bytes, or the first of them, and when (UTC) the server took it."""

    raw: bytes
    received_at: datetime
    size: int
    is_cut: bool = False

    @property
    def identity(self) -> str:
        """The same at every look, whatever number the server gives to the mail."""
        head = self.raw.partition(b"\r\n\r\n")[0]
        return hashlib.sha256(b"%d\n%s" % (self.size, head)).hexdigest()


# --- a person's paste -------------------------------------------------------------------------------------------------
def paste_message(
    store: Store, pasted: Pasted, *, now: datetime, user: User, order: Order | None = None
) -> InboundMessage:
    """Keep what a person pasted, and record it on its order: the one that is named, else the one that the words tell.

    The same words again within ten minutes are the message that is there already. Raises AnotherStore.
    """
    text, sender = plain_lines(pasted.text), plain_line(pasted.sender)[:320]
    match = Match(order.pk, MatchedBy.PERSON) if order else find_order(store.pk, text=text, sender=sender)
    with transaction.atomic():
        # The lock before the look: the second of two clicks finds what the first one keeps.
        ledger = open_ledger(match.order_id, now=now, actor=str(user.pk)) if match else None
        if ledger is None:
            lock_store(store.pk)
        mine = InboundMessage.objects.filter(store=store, channel=InboundChannel.PASTED, text=text)
        recent = mine.filter(recorded_at__gt=now - SAME_WITHIN, order=match.order_id if match else None)
        same: InboundMessage | None = recent.first()
        if same is not None:
            return same
        row = InboundMessage(
            store=store,
            channel=InboundChannel.PASTED,
            place=pasted.place,
            received_at=pasted.received_at,
            recorded_at=now,
            sender=sender,
            text=text,
            pasted_by=user,
        )
        row.save()
        if ledger and match:
            _file_in(ledger, row, match.by, is_urgent=True)
    return row


def assign_message(inbound_id: int, order_id: int, *, now: datetime, actor: str) -> bool:
    """A person says which order it is about; say whether nobody had said so before.

    Raises AnotherStore, Order.DoesNotExist, and InboundMessage.DoesNotExist.
    """
    with transaction.atomic():
        ledger = open_ledger(order_id, now=now, actor=actor)  # first, as everywhere: erasing its buyer waits for both
        row: InboundMessage = InboundMessage.objects.select_for_update(of=("self",)).get(pk=inbound_id)
        if row.order_id is not None:
            return False
        _file_in(ledger, row, MatchedBy.PERSON, is_urgent=True)
    return True


def _file_under(row: InboundMessage, match: Match, *, now: datetime, actor: str, is_urgent: bool) -> None:
    """File a message under its order, and record what a buyer wrote as a fact."""
    _file_in(open_ledger(match.order_id, now=now, actor=actor), row, match.by, is_urgent=is_urgent)


def _file_in(ledger: OrderLedger, row: InboundMessage, by: MatchedBy, *, is_urgent: bool) -> None:
    if ledger.order.store_id != row.store_id:
        raise AnotherStore(f"order {ledger.order.order_number} belongs to another store")
    row.order, row.matched_by = ledger.order, by
    if row.kind == InboundKind.BUYER:
        said = split_quote(row.text)[0] or row.subject
        data = {"text": said, "place": row.place, "inbound": row.pk}
        (outcome,) = take_in(ledger, [Event(EventType.BUYER_MESSAGE, row.received_at, data=data)])
        row.sequence = outcome.sequence
        if is_urgent and not row.dismissed_at and not _is_asked(ledger):
            raise_action(ledger, ActionKind.CONTACT_BUYER, rule=RULE, subject=QUESTION)
    save_ledgers([ledger])
    row.save()


def _is_asked(ledger: OrderLedger) -> bool:
    mine = (row for row in ledger.rows_of(ActionItem) if row.kind == ActionKind.CONTACT_BUYER)
    return any(row.subject == QUESTION and row.state == ActionState.OPEN for row in mine)


# --- a mailbox --------------------------------------------------------------------------------------------------------
def take_mail(account: MailboxAccount, fetched: Fetched, *, now: datetime) -> InboundMessage | None:
    """Keep a mail of a mailbox, and record it; None for one that is known already, or that is a copy of our own.

    What came since the last look asks for an answer however long the mailbox could not be read. Raises OSError when
    the disk takes no file.
    """
    known = InboundMessage.objects.filter(store=account.store_id, identity=fetched.identity)
    if known.exists():
        return None
    mail = parse_mail(fetched.raw)
    said = read_mail(mail)
    if own_ids([said.message_id], settings.MESSAGE_ID_DOMAIN):
        return None
    bounce = read_bounce(mail, sender=said.sender, domain=settings.MESSAGE_ID_DOMAIN)
    row = _row_of(account, fetched, said, now=now)
    if bounce is not None:
        return _keep_bounce(row, fetched, bounce, now=now)
    is_ours = said.sender in {account.user.lower(), account.store.reply_email.lower()} - {""}
    row.kind = InboundKind.AUTOMATIC if said.is_automatic or is_ours else InboundKind.BUYER
    match = find_order(
        account.store_id, references=said.references, subject=said.subject, text=said.text, sender=said.sender
    )
    is_urgent = account.last_ok_at is not None and fetched.received_at >= account.last_ok_at
    with kept_files(row, fetched.raw, said.files) as attachments, transaction.atomic():
        save_with_files(row, attachments)
        if match:
            _file_under(row, match, now=now, actor="mailbox", is_urgent=is_urgent)
    return row


def keep_unreadable(account: MailboxAccount, fetched: Fetched, *, now: datetime) -> InboundMessage:
    """Keep a mail that upset us as it came, for a person to look at: nothing that a buyer wrote is lost."""
    empty = ReadMail("", (), "", "", "", "", is_automatic=False)
    row = _row_of(account, fetched, empty, now=now)
    with kept_files(row, fetched.raw, ()) as attachments, transaction.atomic():
        save_with_files(row, attachments)
    return row


def _row_of(account: MailboxAccount, fetched: Fetched, said: ReadMail, *, now: datetime) -> InboundMessage:
    return InboundMessage(
        store=account.store,
        mailbox=account,
        channel=InboundChannel.EMAIL,
        place=Place.EMAIL,
        received_at=min(fetched.received_at, now),
        recorded_at=now,
        sender=said.sender,
        sender_name=said.sender_name,
        subject=said.subject,
        text=said.text,
        message_id=said.message_id,
        in_reply_to=next(iter(said.references), ""),
        identity=fetched.identity,
        is_cut=fetched.is_cut,
    )


def _keep_bounce(row: InboundMessage, fetched: Fetched, bounce: Bounce, *, now: datetime) -> InboundMessage:
    """Keep what a mail server says, and do what follows for the message of ours that it is about."""
    row.kind = InboundKind.BOUNCE
    message = find_own(row.store_id, bounce.own_ids)
    with kept_files(row, fetched.raw, ()) as attachments, transaction.atomic():
        if message is not None:
            ledger = open_ledger(message.order_id, now=now, actor="mailbox")
            row.order, row.about, row.matched_by = ledger.order, message, MatchedBy.REPLY
            current = next(found for found in ledger.rows_of(Message) if found.pk == message.pk)
            current.order = ledger.order
            if note_bounce(ledger, current, bounce):
                ask_for_hand(ledger, current)
            save_ledgers([ledger])
        save_with_files(row, attachments)
    return row
