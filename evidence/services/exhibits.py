"""Exhibits: taken in, put in order, captioned, left out of bundles. The file itself never changes."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from disputes.recording import record
from evidence.bundling.cases import Translator
from evidence.bundling.chats import UnreadableChat, is_text
from evidence.bundling.inspecting import inspect, type_of
from evidence.bundling.problems import MAX_BYTES
from evidence.file_types import FileType
from evidence.models import Exhibit, exhibit_path
from evidence.storing import CHUNK, Received, TooLarge, freeze, read_chunks, receive
from orders.events import Event, EventType
from orders.models import Disruption, Order
from orders.storage import is_full

TYPES = "JPEG/PNG/WebP/HEIC/PDF"  # and a text, where it is the record of a chat
YOUNG = timedelta(days=1)  # a file that no row names yet may belong to an upload under way
KNOWN_STARTS = {b"PK\x03\x04": "a ZIP archive", b"GIF8": "a GIF", b"<": "a web page", b"{": "a text file"}


class UnusableExhibit(ValueError):
    """A file that cannot be an exhibit; the message says what it is and what to choose instead."""


class ExhibitsChanged(ValueError):
    """Another order of an order's exhibits than it has now; nothing was changed."""


def add_exhibit(
    order_id: int,
    upload: UploadedFile[Any] | Path,
    *,
    kind: str,
    source: str = "",
    caption: str = "",
    caption_language: str = "",
    now: datetime,
    actor: str,
    happened_at: datetime | None = None,
    dispute_id: int | None = None,
) -> Exhibit:
    """Freeze a file as an exhibit of the order and record the fact, for the advice and the checklist (rules A, E).

    The file lies under its hash before the row that names it is written, and the row comes with the event or not at
    all: nothing is lost, and a file without a row is removed later. A file of which nothing can be shown is kept,
    proves nothing and is left out of bundles until somebody takes it in. The same file for the same slot again is
    the exhibit that is there already. `happened_at` (UTC) is when it came in, by default `now`.
    Raises UnusableExhibit when it is empty, too large or of another type, and Order.DoesNotExist.
    """
    exhibit = draft_exhibit(
        upload, kind=kind, source=source, caption=caption, added_at=happened_at or now, added_by=actor
    )
    exhibit.order_id, exhibit.dispute_id = order_id, dispute_id
    exhibit.caption_language = caption_language[:35]
    return _keep(exhibit, now=now)


def draft_exhibit(
    upload: UploadedFile[Any] | Path, *, kind: str, source: str, caption: str, added_at: datetime, added_by: str
) -> Exhibit:
    """Freeze the file and look into it, outside of any transaction; the row is the caller's to keep.

    Raises UnusableExhibit when it is empty, too large or of another type.
    """
    name = Path(upload.name or "file").name[:200]
    chunks = read_chunks(upload) if isinstance(upload, Path) else upload.chunks(CHUNK)
    try:
        with receive(chunks, folder=_incoming(), max_bytes=MAX_BYTES) as received:
            file_type = _type_of(received, name, kind)
            inspected = inspect(received.path, file_type)
            freeze(received, exhibit_path(received.sha256))
    except TooLarge as error:
        raise UnusableExhibit(f"{name}: {error}: choose a smaller file") from error
    except UnreadableChat as error:
        raise UnusableExhibit(f"{name}: {error}") from error
    except OSError as error:
        if not is_full(error):
            raise
        raise UnusableExhibit(f"{name}: the disk is full: have room made on it, then choose the file again") from error
    return Exhibit(
        kind=kind[:60],
        source=source[:500],
        caption=caption[:500],
        sha256=received.sha256,
        size=received.size,
        file_type=file_type,
        name=name,
        pages=inspected.pages,
        problem=inspected.problem or "",
        text=inspected.text,
        added_at=added_at,
        added_by=added_by[:100],
    )


def unreadable_note(exhibit: Exhibit) -> dict[str, str]:
    """What the event of a file that nobody can read says besides, so that it proves nothing."""
    return {} if exhibit.is_readable else {"unreadable": exhibit.problem}


def _keep(exhibit: Exhibit, *, now: datetime) -> Exhibit:
    """The row and its event, or the row that is there already."""
    with transaction.atomic():
        Order.objects.select_for_update(of=("self",)).get(pk=exhibit.order_id)
        known = Exhibit.objects.filter(order_id=exhibit.order_id)
        same: Exhibit | None = known.filter(sha256=exhibit.sha256, kind=exhibit.kind, source=exhibit.source).first()
        if same is not None:
            return same
        exhibit.position = (known.order_by("-position").values_list("position", flat=True).first() or 0) + 1
        exhibit.left_out_at = None if exhibit.is_readable else exhibit.added_at
        exhibit.save()
        data = {"kind": exhibit.kind, "source": exhibit.source, "sha256": exhibit.sha256, "caption": exhibit.caption}
        data |= unreadable_note(exhibit)
        event = Event(EventType.EVIDENCE_ADDED, exhibit.added_at, data={k: v for k, v in data.items() if v})
        record(exhibit.order_id, event, now=now, actor=exhibit.added_by)
    return exhibit


def _incoming() -> Path:
    """On the same disk as the files' place, so that moving one there is one step."""
    return Path(settings.MEDIA_ROOT) / "exhibits" / "incoming"


def _type_of(received: Received, name: str, kind: str) -> FileType:
    if received.size == 0:
        raise UnusableExhibit(f"{name}: the file is empty: choose a {TYPES} file")
    file_type = type_of(received.head, kind)
    if file_type is None:
        start = received.head.lstrip()
        plain = "a text, which only the record of a chat may be" if is_text(received.head) else "another type of file"
        known = next((words for sign, words in KNOWN_STARTS.items() if start.startswith(sign)), plain)
        raise UnusableExhibit(f"{name}: by its content it is {known}: choose a {TYPES} file")
    return file_type


def caption_exhibit(exhibit_id: int, *, caption: str, language: str = "") -> Exhibit:
    """Say what an exhibit shows. Raises Exhibit.DoesNotExist."""
    return _change(exhibit_id, caption=caption[:500], caption_language=language[:35])


def translate_caption(
    exhibit_id: int, *, translation: str, language: str = "", by: Translator = Translator.HUMAN
) -> Exhibit:
    """Say in another language what an exhibit shows, and who put it so. Raises Exhibit.DoesNotExist."""
    return _change(
        exhibit_id, translation=translation[:500], translation_language=language[:35], translated_by=by.value
    )


def leave_out(exhibit_id: int, *, now: datetime) -> Exhibit:
    """Leave an exhibit out of the bundles to come; it stays on record. Raises Exhibit.DoesNotExist."""
    return _change(exhibit_id, left_out_at=now)


def take_back_in(exhibit_id: int) -> Exhibit:
    """Show a left-out exhibit in bundles again. Raises Exhibit.DoesNotExist."""
    return _change(exhibit_id, left_out_at=None)


def _change(exhibit_id: int, **values: Any) -> Exhibit:
    with transaction.atomic():
        exhibit: Exhibit = Exhibit.objects.select_for_update(of=("self",)).get(pk=exhibit_id)
        for name, value in values.items():
            setattr(exhibit, name, value)
        exhibit.save(update_fields=list(values))
    return exhibit


def reorder_exhibits(order_id: int, exhibit_ids: Iterable[int]) -> None:
    """Put the order's exhibits into this order. Raises ExhibitsChanged when it names not exactly all."""
    wanted = list(exhibit_ids)
    with transaction.atomic():
        rows = {row.pk: row for row in Exhibit.objects.select_for_update(of=("self",)).filter(order_id=order_id)}
        if sorted(wanted) != sorted(rows):
            raise ExhibitsChanged("the exhibits have changed meanwhile: look at them, and move it again")
        for position, pk in enumerate(wanted, start=1):
            rows[pk].position = position
        Exhibit.objects.bulk_update(rows.values(), ["position"])


def remove_orphans(now: datetime) -> int:
    """Remove files that no row names: what an upload left that was broken off. Returns how many."""
    removed = 0
    for path in list((Path(settings.MEDIA_ROOT) / "exhibits").glob("*/*")):
        with suppress(FileNotFoundError):  # an upload that has just found its place
            is_young = path.stat().st_mtime > (now - YOUNG).timestamp()
            if not is_young and not _is_named(path.name):
                path.unlink()
                removed += 1
    return removed


def _is_named(sha256: str) -> bool:
    return Exhibit.objects.filter(sha256=sha256).exists() or Disruption.objects.filter(notice_sha256=sha256).exists()
