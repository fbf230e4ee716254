"""The files of a mail that came in: the mail itself and what was attached, on disk before the rows that name them."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.core.files.base import ContentFile

from messaging.mail_reading import MailFile
from messaging.models import InboundAttachment, InboundMessage


@contextmanager
def kept_files(row: InboundMessage, raw: bytes, files: Sequence[MailFile]) -> Iterator[list[InboundAttachment]]:
    """Keep the files while the rows are written; when that fails they are removed again.

    Gives the attachments, not saved yet. Raises OSError when the disk takes no file.
    """
    attachments: list[InboundAttachment] = []
    try:
        row.raw.save(f"{row.identity}.eml", ContentFile(raw), save=False)
        row.raw_sha256 = hashlib.sha256(raw).hexdigest()
        for position, file in enumerate(files, start=1):
            attachment = InboundAttachment(
                message=row,
                position=position,
                name=file.name,
                size=len(file.content),
                sha256=hashlib.sha256(file.content).hexdigest(),
            )
            attachment.file.save(f"{row.identity}-{position}", ContentFile(file.content), save=False)
            attachments.append(attachment)
        yield attachments
    except BaseException:
        for kept in (row.raw, *(attachment.file for attachment in attachments)):
            if kept:
                kept.delete(save=False)
        raise


def save_with_files(row: InboundMessage, attachments: Sequence[InboundAttachment]) -> None:
    """Write the rows of a message and its attachments."""
    row.save()
    for attachment in attachments:
        attachment.message = row
        attachment.save()
