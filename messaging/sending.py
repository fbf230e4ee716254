"""Sending what is due: claim, look again, hand it to the mail server, and mark it right after the server's 250.

No transaction is open while we talk to the server. A repeat is possible only when this process dies between the 250
and the mark, or the database takes no mark for as long as the lease; it then carries the same Message-ID.
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
from functools import cache, cached_property
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.db.models import BigAutoField, CharField, DateTimeField, QuerySet, UUIDField

from messaging.guards import message_obstacle, order_obstacle
from messaging.marking import Unmarked, mark_firmly
from messaging.models import Channel, Message, MessageState
from messaging.rendering import clean_value
from messaging.services.answers import note_reached
from messaging.services.leaving import Standing, ask_standing
from messaging.vocabulary import Purpose
from orders.models import TimelineEvent
from orders.models.timeline import EventKind
from orders.services.asking import Blank, ReadyUpdate
from orders.services.claiming import Claim, claim_due, fail_claimed, release_claim
from orders.services.ledger import OrderLedger, open_ledger, open_timeline, save_ledgers
from orders.services.lines import ReadyMark
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
    def raw(self) -> bytes:
        """The mail as it is kept."""
        return bytes(super().message().as_bytes())

    def message(self, **_given: Any) -> Any:
        """What Django's backend takes the bytes from."""
        return self

    def as_bytes(self, *, linesep: str = "\n") -> bytes:
        """The mail with these ends of lines."""
        return self.raw.replace(b"\n", linesep.encode())


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
    messages = claimed_messages(claim)
    with _server() as server:
        for message in messages:
            if clock() > min(until, claim.work_until):
                break
            try:
                sent += _send_one(message, server, clock)
            except ServerAway:
                raise
            except Unmarked:
                logger.exception("message %s left and is not marked: it leaves again after its lease", message.pk)
                claim.ids.remove(message.pk)
            except Exception as error:
                # The one broad net: a message that cannot be made waits, and the others go on.
                logger.exception("message %s could not be sent", message.pk)
                fail_claimed(Message, message.pk, claim.token, error=f"{type(error).__name__}: {error}", now=clock())
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


def _send_one(message: Message, server: BaseEmailBackend, clock: Callable[[], datetime]) -> bool:
    standing = ask_standing(message)
    if standing is None or not _may_leave(message, standing, now=clock()):
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
        logger.warning("message %s was not taken: %s", message.pk, error)
        _give_back(message, error, now=clock())
        return False
    left_at = clock()
    mark_firmly(lambda: _mark(message, standing, digest, now=left_at), clock, until=message.lease_until or left_at)
    return True


def _is_lost(message: Message, now: datetime) -> bool:
    """Whether this process stood still for so long that another one may have the message by now."""
    return message.lease_until is None or now > message.lease_until


def _open(server: BaseEmailBackend) -> None:
    try:
        server.open()
    except (OSError, smtplib.SMTPException) as error:
        raise ServerAway(str(error)) from error


def claimed_messages(claim: Claim) -> list[Message]:
    """The messages that the claim still holds, in its order, with what their mails are made of."""
    held = Message.objects.filter(pk__in=claim.ids, claim_token=claim.token).select_related("order__store")
    by_id: dict[int, Message] = {message.pk: message for message in held}
    return [by_id[pk] for pk in claim.ids if pk in by_id]


def _may_leave(message: Message, standing: Standing, *, now: datetime) -> bool:
    """Whether a message may leave as it stands now: to let it go needs no lock, to call it off does."""
    obstacle = standing.is_off or order_obstacle(Purpose(message.purpose), standing.order)
    return not obstacle or check_departure(message, now=now)


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


def compose_mail(message: Message) -> Mail:
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
            **_thread(message),
        },
    )


def _thread(message: Message) -> dict[str, str]:
    """What makes a reply stand under the buyer's mail in his mail program."""
    answered = message.in_reply_to
    return {"In-Reply-To": answered, "References": answered} if answered and answered.isascii() else {}


def _unencoded(text: str) -> str:
    """A text that no mail program takes for an encoded word, and decodes into something else."""
    return text.replace("=?", "= ?")


def proof_name(message: Message) -> str:
    """Where the mail lies once it was about to leave, whether it then left or not."""
    return f"messages/{message.queued_at:%Y/%m}/{message.pk}.eml"


def keep_proof(message: Message, mail: Mail) -> str:
    """Keep the mail before it goes out, so that nothing stands between the 250 and the mark; returns its SHA-256.

    Raises ServerAway when the disk does not take it.
    """
    name = proof_name(message)
    storage: Any = message.proof.storage
    try:
        storage.replace(name, mail.raw)
    except OSError as error:
        raise ServerAway(f"the mail cannot be kept: {error.strerror or error}") from error
    message.proof.name = name
    return hashlib.sha256(mail.raw).hexdigest()


def _mark(message: Message, standing: Standing, digest: str, *, now: datetime) -> None:
    if not _mark_at_once(message, standing, digest, now=now):
        mark_sent(message, digest, now=now, is_awaited=standing.is_awaited)


def _mark_at_once(message: Message, standing: Standing, digest: str, *, now: datetime) -> bool:
    """Mark the message as sent in one statement; False, and nothing done, where there is more to it."""
    if connection.vendor != "postgresql" or standing.is_awaited or standing.order.store.has_webhooks:
        return False
    line = TimelineEvent(
        order=standing.order,
        at=now,
        recorded_at=now,
        kind=EventKind.MESSAGE,
        type="sent",
        rule=message.rule,
        actor="sending",
        data=_line_data(message, digest),
    )
    return _ready_mark().carry_out(line, standing.order, **_mark_values(message, digest, now))


def mark_sent(message: Message, digest: str, *, now: datetime, is_awaited: bool) -> None:
    """Mark the message as sent, if the claim still holds it. `is_awaited`: something of its order waits for it."""
    with transaction.atomic():
        # The order's lock comes first, always.
        ledger = open_timeline(message.order_id, message.order.store, now=now, actor="sending")
        if not _ready_update().carry_out(**_mark_values(message, digest, now)):
            logger.warning("message %s left after its lease was lost: it may leave again", message.pk)
            return
        if is_awaited:
            note_reached(message, at=now)
        ledger.write(EventKind.MESSAGE, "sent", at=now, rule=message.rule, data=_line_data(message, digest))
        save_ledgers([ledger])


def _line_data(message: Message, digest: str) -> dict[str, Any]:
    return {"purpose": message.purpose, "sequence": message.sequence, "sha256": digest}


def _mark_values(message: Message, digest: str, now: datetime) -> dict[str, Any]:
    proof = message.proof.name or ""
    return {"message": message.pk, "token": message.claim_token, "now": now, "proof": proof, "digest": digest}


def _held() -> QuerySet[Message]:
    rows: QuerySet[Message] = Message.objects.order_by()
    return rows.filter(pk=Blank("message", BigAutoField()), claim_token=Blank("token", UUIDField()))


def _changes() -> dict[str, Any]:
    return {
        "state": MessageState.SENT,
        "sent_at": Blank("now", DateTimeField()),
        "claim_token": None,
        "lease_until": None,
        "last_error": "",
        "proof": Blank("proof", CharField()),
        "proof_sha256": Blank("digest", CharField()),
    }


@cache
def _ready_update() -> ReadyUpdate:
    return ReadyUpdate(_held(), **_changes())


@cache
def _ready_mark() -> ReadyMark:
    return ReadyMark(_held(), **_changes())


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
