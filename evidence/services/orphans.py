"""Files that no row names: what a process left that died between the file and its row. Buyers stand in them."""

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Model

from disputes.models import Rehearsal
from messaging.models import InboundAttachment, InboundMessage
from orders.models import OrderFile

YOUNG = timedelta(days=1)  # a file whose row may still be on its way
UPLOADS: dict[str, list[tuple[type[Model], str]]] = {
    "inbound": [(InboundMessage, "raw"), (InboundAttachment, "file")],
    "order-files": [(OrderFile, "file")],
    "rehearsals": [(Rehearsal, "file")],
}


def remove_orphaned_uploads(now: datetime) -> int:
    """Remove the uploads of yesterday and before that nobody can find any more. Returns how many. `now` is in UTC."""
    return sum(_remove(path, now) for folder in UPLOADS for path in _files(folder))


def _files(folder: str) -> list[Path]:
    return [path for path in (Path(settings.MEDIA_ROOT) / folder).glob("*/*/*") if path.is_file()]


def _remove(path: Path, now: datetime) -> bool:
    with suppress(FileNotFoundError):  # somebody else was faster
        if path.stat().st_mtime <= (now - YOUNG).timestamp() and not _is_named(path):
            path.unlink()
            return True
    return False


def _is_named(path: Path) -> bool:
    name = str(path.relative_to(settings.MEDIA_ROOT))
    places = UPLOADS[name.partition("/")[0]]
    return any(model._default_manager.filter(**{field: name}).exists() for model, field in places)
