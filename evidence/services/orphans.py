"""Files that no row names: what a process left that died between the file and its row. Buyers stand in them."""

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Model

from disputes.models import Rehearsal
from messaging.models import InboundAttachment, InboundMessage, Message, MessageState
from messaging.sending import proof_name
from orders.models import OrderFile

YOUNG = timedelta(days=1)  # a file whose row may still be on its way
UPLOADS: dict[str, list[tuple[type[Model], str]]] = {
    "inbound": [(InboundMessage, "raw"), (InboundAttachment, "file")],
    "order-files": [(OrderFile, "file")],
    "rehearsals": [(Rehearsal, "file")],
}
MAILS = "messages"
OVER = [MessageState.SENT, MessageState.CANCELLED]  # without a proof: by hand, or not at all
BATCH = 500


def remove_orphaned_uploads(now: datetime) -> int:
    """Remove the uploads of yesterday and before that nobody can find any more, and the mails that never left.

    Returns how many. `now` is in UTC.
    """
    uploads = (path for folder in UPLOADS for path in _old_files(folder, now) if not _is_named(path))
    return sum(map(_remove, uploads)) + _remove_mails(_old_files(MAILS, now))


def _remove_mails(paths: list[Path]) -> int:
    """There can be very many, so they are looked for some hundred at a time, by the numbers in their names."""
    batches = (paths[start : start + BATCH] for start in range(0, len(paths), BATCH))
    return sum(_remove(path) for batch in batches for path in _mails_of_none(batch))


def _mails_of_none(paths: list[Path]) -> list[Path]:
    """Those that are no message's proof, nor of one that can still leave."""
    numbers = [int(path.stem) for path in paths if path.stem.isdecimal()]
    rows = Message.objects.filter(pk__in=numbers).exclude(proof="", state__in=OVER)
    kept = {name for row in rows.only("queued_at", "proof") for name in (proof_name(row), row.proof.name)}
    return [path for path in paths if _name(path) not in kept]


def _old_files(folder: str, now: datetime) -> list[Path]:
    return [path for path in (Path(settings.MEDIA_ROOT) / folder).glob("*/*/*") if _is_old(path, now)]


def _is_old(path: Path, now: datetime) -> bool:
    with suppress(FileNotFoundError):  # somebody else was faster
        return path.is_file() and path.stat().st_mtime <= (now - YOUNG).timestamp()
    return False


def _remove(path: Path) -> bool:
    with suppress(FileNotFoundError):
        path.unlink()
        return True
    return False


def _is_named(path: Path) -> bool:
    name = _name(path)
    places = UPLOADS[name.partition("/")[0]]
    return any(model._default_manager.filter(**{field: name}).exists() for model, field in places)


def _name(path: Path) -> str:
    return str(path.relative_to(settings.MEDIA_ROOT))
