"""Sending what is due: claim, look again, hand it to the mail server, and mark it right after the server's 250.

No transaction is open while we talk to the server. A repeat is possible only when this process dies between the 250
and the mark; it then carries the same Message-ID.
"""

import hashlib
import logging
import smtplib
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from email.utils import format_datetime, formataddr, parseaddr
from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from messaging.guards import message_obstacle
from messaging.models import Channel, Message, MessageState
from messaging.rendering import clean_value
from messaging.vocabulary import Purpose
from orders.models.timeline import EventKind
from orders.services.claiming import Claim, claim_due, fail_claimed, release_claim
from orders.services.ledger import OrderLedger, open_ledger, open_timeline, save_ledgers
from orders.services.tallies import MAILS, add_to_tallies

logger = logging.getLogger(__name__)
# What the metrics call the end of an attempt.
OUTCOMES = {
    MessageState.SENT: "sent",
    MessageState.WAITING: "refused",
    MessageState.PENDING: "deferred",
    MessageState.DEAD: "dead",
    MessageState.CANCELLED: "not_sent",
}


class ServerAway(Exception):
    """No mail can leave now, for the server takes none at all or the disk keeps no proof of it.

    That is no message's fault, and costs none of them an attempt.
    """


class Mail(EmailMessage):
    """A mail that is composed once: what is kept as proof is what goes out."""

    @cached_property
    def composed(self) -> Any:
        """The mail as a tree of its parts."""
        return super().message()

    def message(self, **_given: Any) -> Any:
        """What Django's backends ask for."""
        return self.composed


def send_due(clock: Callable[[], datetime], *, until: datetime) -> int:
    """Send everything that is due, until nothing is left or the time budget ends at `until`. Returns how many left.

    When the server is away it stops; the next sweep tries again.
    """
    sent = 0
    while clock() < until:
        claim = claim_due(Message, now=clock())
        if not claim.ids:
            break
        try:
            sent += _send_claim(claim, clock, until)
        except ServerAway as error:
            logger.warning("no mail can leave: %s", error)
            Message.objects.filter(claim_token=claim.token).update(last_error=str(error)[:2000])
            add_to_tallies(MAILS, {"server_away": 1})
            break
        finally:
            _tally_mails(claim)
            release_claim(Message, claim)
    return sent


def _tally_mails(claim: Claim) -> None:
    """Count what became of the messages of a turn; those that it did not come to are still claimed."""
    states = Message.objects.filter(pk__in=claim.ids, state__in=OUTCOMES).values_list("state", flat=True)
    add_to_tallies(MAILS, Counter(OUTCOMES[MessageState(state)] for state in states))


def _send_claim(claim: Claim, clock: Callable[[], datetime], until: datetime) -> int:
    sent = 0
    with _server() as server:
        for pk in claim.ids:
            if clock() > min(until, claim.work_until):
                break
            try:
                sent += _send_one(pk, claim.token, server, clock)
            except ServerAway:
                raise
            except Exception as error:
                # The one broad net: a message that cannot be made waits, and the others go on.
                logger.exception("message %s could not be sent", pk)
                fail_claimed(Message, pk, claim.token, error=f"{type(error).__name__}: {error}", now=clock())
    return sent


@contextmanager
def _server() -> Iterator[BaseEmailBackend]:
    """One conversation with the mail server for a whole claim; the backend opens it at the first message."""
    server = get_connection()
    try:
        yield server
    finally:
        try:
            server.close()
        except (OSError, smtplib.SMTPException):
            logger.warning("the mail server did not say goodbye")


def _send_one(pk: int, token: uuid.UUID, server: BaseEmailBackend, clock: Callable[[], datetime]) -> bool:
    message = claimed_message(pk, token)
    if message is None or not _may_leave(message, now=clock()):
        return False
    mail = compose_mail(message)
    if _is_lost(message, clock()):
        return False
    digest = keep_proof(message, mail)
    _open(server)
    if _is_lost(message, clock()):
        return False
    try:
        server.send_messages([mail])
    except (smtplib.SMTPSenderRefused, smtplib.SMTPHeloError, smtplib.SMTPAuthenticationError) as error:
        raise ServerAway(str(error)) from error
    except (OSError, smtplib.SMTPException) as error:
        server.close()
        logger.warning("message %s was not taken: %s", pk, error)
        _give_back(message, error, now=clock())
        return False
    mark_sent(message, digest, now=clock())
    return True


def _is_lost(message: Message, now: datetime) -> bool:
    """Whether this process stood still for so long that another one may have the message by now."""
    return message.lease_until is None or now > message.lease_until


def _open(server: BaseEmailBackend) -> None:
    try:
        server.open()
    except (OSError, smtplib.SMTPException) as error:
        raise ServerAway(str(error)) from error


def claimed_message(pk: int, token: uuid.UUID) -> Message | None:
    """The message, if the claim still holds it."""
    claimed = Message.objects.filter(pk=pk, claim_token=token)
    return claimed.select_related("order__store", "order__buyer").first()


def _may_leave(message: Message, *, now: datetime) -> bool:
    """Whether a message that was just read may leave: to let it go needs no lock, to call it off does."""
    return not message_obstacle(Purpose(message.purpose), message.order) or check_departure(message, now=now)


def check_departure(message: Message, *, now: datetime) -> bool:
    """Look again, under the order's lock, whether the message may leave."""
    with transaction.atomic():
        ledger = open_ledger(message.order_id, now=now, actor="sending")
        may_leave = settle_departure(ledger, message)
        save_ledgers([ledger])
    return may_leave


def settle_departure(ledger: OrderLedger, message: Message) -> bool:
    """Whether the message may leave; one that has lost its sense is cancelled, with the reason."""
    reason = message_obstacle(Purpose(message.purpose), ledger.order)
    if not reason:
        return True
    held = Message.objects.filter(pk=message.pk, claim_token=message.claim_token)
    message.state, message.reason = MessageState.CANCELLED, reason
    message.claim_token = message.lease_until = None
    ended = {"state": message.state, "reason": reason, "claim_token": None, "lease_until": None}
    if message.pk and not held.update(**ended):
        return False  # the lease was lost: whoever has the message now decides
    data = {"purpose": message.purpose, "reason": reason}
    ledger.write(EventKind.MESSAGE, "not_sent", at=ledger.now, rule=message.rule, data=data)
    return False


def compose_mail(message: Message) -> EmailMessage:
    """The mail, the same bytes at every attempt: its Message-ID and Date follow from the row."""
    store = message.order.store
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return Mail(
        subject=_unencoded(message.subject),
        body=message.body,
        from_email=formataddr((_unencoded(clean_value(store.name)), address)),
        to=[message.to],
        reply_to=[store.reply_email] if store.reply_email else None,
        headers={
            "Message-ID": message.message_id(settings.MESSAGE_ID_DOMAIN),
            "Date": format_datetime(message.send_after),
            "Content-Language": message.language,
        },
    )


def _unencoded(text: str) -> str:
    """A text that no mail program takes for an encoded word, and decodes into something else."""
    return text.replace("=?", "= ?")


def keep_proof(message: Message, mail: EmailMessage) -> str:
    """Keep the mail before it goes out, so that nothing stands between the 250 and the mark; returns its SHA-256.

    Raises ServerAway when the disk does not take it.
    """
    raw = mail.message().as_bytes()
    name = f"messages/{message.queued_at:%Y/%m}/{message.pk}.eml"
    storage = message.proof.storage
    try:
        storage.delete(name)
        message.proof.name = storage.save(name, ContentFile(raw))
    except OSError as error:
        storage.delete(name)
        raise ServerAway(f"the mail cannot be kept: {error.strerror or error}") from error
    return hashlib.sha256(raw).hexdigest()


def mark_sent(message: Message, digest: str, *, now: datetime) -> None:
    """Mark the message as sent, if the claim still holds it."""
    with transaction.atomic():
        ledger = open_timeline(message.order_id, now=now, actor="sending")  # the order's lock comes first, always
        marked = Message.objects.filter(pk=message.pk, claim_token=message.claim_token).update(
            state=MessageState.SENT,
            sent_at=now,
            claim_token=None,
            lease_until=None,
            last_error="",
            proof=message.proof.name,
            proof_sha256=digest,
        )
        if not marked:
            logger.warning("message %s left after its lease was lost: it may leave again", message.pk)
            return
        data = {"purpose": message.purpose, "sequence": message.sequence, "sha256": digest}
        ledger.write(EventKind.MESSAGE, "sent", at=now, rule=message.rule, data=data)
        save_ledgers([ledger])


def _give_back(message: Message, error: Exception, *, now: datetime) -> None:
    """What the server refuses for good (5xx) waits for a person; everything else is tried again later."""
    code, said = _reply(error)
    if code < 500:
        fail_claimed(Message, message.pk, message.claim_token or uuid.UUID(int=0), error=said, now=now)
        return
    Message.objects.filter(pk=message.pk, claim_token=message.claim_token).update(
        state=MessageState.WAITING,
        channel=Channel.BY_HAND,
        reason=f"refused: {said}"[:200],
        claim_token=None,
        lease_until=None,
        last_error=said[:2000],
    )


def _reply(error: Exception) -> tuple[int, str]:
    """The server's code and words about this mail; a broken conversation has none."""
    words: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()), (0, b""))
    elif isinstance(error, smtplib.SMTPDataError):
        code, words = error.smtp_code, error.smtp_error
    else:
        code, words = 0, str(error)
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return code, f"{type(error).__name__} {code or ''} {text}"
