"""The demo's mailbox: what its SMTP server put into a Maildir."""

import email
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

from desk.row_ids import read_id

LISTED = 100


@dataclass(frozen=True)
class Mail:
    """A mail of the demo; `key` is its file's name in the Maildir."""

    key: str
    subject: str
    sender: str
    to: str
    message_id: str
    sent_at: datetime | None
    text: str = ""

    @property
    def order_id(self) -> int | None:
        """The order that it is about, by its Message-ID; None of a mail to the team."""
        return read_id(self.message_id.removeprefix("<").partition(".")[0])


def list_mails(folder: Path) -> list[Mail]:
    """The newest mails, the newest first."""
    if not folder.is_dir():
        return []
    paths = [path for part in ("new", "cur") for path in (folder / part).glob("*") if path.is_file()]
    newest = sorted(paths, key=lambda path: path.stat().st_mtime_ns, reverse=True)[:LISTED]
    return [_read(path) for path in newest]


def find_mail(folder: Path, key: str) -> Mail | None:
    """The mail of this name, or None."""
    found = (path for part in ("new", "cur") if (folder / part).is_dir() for path in (folder / part).iterdir())
    path = next((path for path in found if path.name == key), None)
    return _read(path) if path else None


def _read(path: Path) -> Mail:
    message = email.message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)  # noqa: S101  the default policy makes these
    body = message.get_body(("plain",))
    return Mail(
        key=path.name,
        subject=str(message["Subject"] or ""),
        sender=str(message["From"] or ""),
        to=str(message["To"] or ""),
        message_id=str(message["Message-ID"] or ""),
        sent_at=_instant(str(message["Date"] or "")),
        text=body.get_content() if body else "",
    )


def _instant(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)  # "-0000": in UTC, from wherever
