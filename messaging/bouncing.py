"""Reads what mail servers say of a mail that they could not deliver: which one, whether for good, and why."""

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email.message import Message

from flufl.bounce import all_failures

from messaging.mail_reading import decode_text, header_text, plain_line
from messaging.matching import OwnId, own_ids

logger = logging.getLogger(__name__)
DAEMONS = re.compile(r"^(?:mailer-?daemon|postmaster|mail-?daemon|bounces?|microsoftexchange[0-9a-f]*)@", re.IGNORECASE)
# Enhanced status codes (RFC 3463) that say that nobody has this address; others say that this mail was not wanted, or
# that the mailbox is full, which the next mail may find otherwise.
NO_SUCH_ADDRESS = ("5.1.", "5.2.1", "5.0.", "5.4.1", "5.4.4")
MOST_READ = 200_000  # bytes of a part that are searched for our Message-ID
RECIPIENTS = ("Final-Recipient", "Original-Recipient")
# An address begins where a word does: a letter is looked at once, however long the words are.
_ADDRESS = re.compile(r"(?:(?<=[\s<>;:,\"'()\[\]@])|^)[^\s<>;:,\"'()\[\]@]{1,64}@[A-Za-z0-9.-]{1,255}")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail of ours that came back. `is_final`: the server has given up; `is_dead`: nobody has the address.

    Our Message-IDs can be guessed, a buyer's address cannot: `addresses` are all that stand in the notice, in small
    letters, so that nobody who writes such a notice himself makes an address count as dead that he does not know.
    """

    own_ids: tuple[OwnId, ...]
    is_final: bool
    is_dead: bool
    reason: str
    addresses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Report:
    action: str
    status: str
    diagnosis: str
    recipients: str


def read_bounce(mail: Message, *, sender: str, domain: str) -> Bounce | None:
    """What the mail says about one of ours that was not delivered; None where it is no such notice.

    `domain` is that of our Message-IDs. A delivery receipt is none.
    """
    if not _may_be_one(mail, sender):
        return None
    reports = [report for report in _reports(mail) if report.action not in {"delivered", "relayed", "expanded"}]
    soft, hard = _failures(mail)
    if not (reports or soft or hard):
        return None
    report = next((report for report in reports if report.action == "failed"), reports[0] if reports else None)
    is_final = report.action == "failed" if report else bool(hard)
    status = report.status if report else ""
    is_dead = is_final and (status.startswith(NO_SUCH_ADDRESS) if status else bool(hard))
    reason = report.diagnosis if report and report.diagnosis else status or header_text(mail, "Subject")
    texts = list(_texts(mail))
    failed = [address.decode("ascii", "replace") for address in soft | hard]
    named = _addresses([*texts, *failed, *(report.recipients for report in reports)])
    return Bounce(tuple(own_ids(texts, domain)), is_final, is_dead, plain_line(reason)[:180], named)


def _addresses(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(found.lower().strip(".") for text in texts for found in _ADDRESS.findall(text))


def _may_be_one(mail: Message, sender: str) -> bool:
    if mail.get_content_type() == "multipart/report":
        return str(mail.get_param("report-type", "")).casefold() in {"delivery-status", ""}
    is_nobodys = header_text(mail, "Return-Path").strip() == "<>"
    return bool(DAEMONS.match(sender)) or is_nobodys or bool(header_text(mail, "X-Failed-Recipients"))


def _failures(mail: Message) -> tuple[frozenset[bytes], frozenset[bytes]]:
    """The addresses that failed for now and for good, as the many forms of such notices tell them."""
    try:
        return all_failures(mail)
    except Exception as error:
        # Each server's notice has a reader of its own there, and a hostile one may upset any of them.
        logger.info("a notice of a mail server could not be read: %s", error)
        return frozenset(), frozenset()


def _reports(mail: Message) -> Iterator[_Report]:
    """What a notice in the standard form (RFC 3464) says of each recipient."""
    for part in mail.walk():
        blocks = part.get_payload()
        if part.get_content_type() not in {"message/delivery-status", "message/global-delivery-status"}:
            continue
        for block in blocks if isinstance(blocks, list) else ():
            if isinstance(block, Message) and (action := header_text(block, "Action").strip().casefold()):
                diagnosis = header_text(block, "Diagnostic-Code").partition(";")[2].strip()
                code = _STATUS.search(diagnosis) or _STATUS.search(header_text(block, "Status"))
                recipients = " ".join(header_text(block, name) for name in RECIPIENTS)
                yield _Report(action, code[1] if code else "", diagnosis, recipients)


def _texts(mail: Message) -> Iterator[str]:
    """Where the mail that came back may be named: its headers, whole or as text."""
    for depth, part in enumerate(mail.walk()):
        if depth:
            yield header_text(part, "Message-ID")
        if not part.is_multipart() and part.get_content_maintype() in {"text", "message"}:
            content = part.get_payload(decode=True)
            yield decode_text(content[:MOST_READ], "") if isinstance(content, bytes) else ""
    yield header_text(mail, "In-Reply-To")
    yield header_text(mail, "References")
