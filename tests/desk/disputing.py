"""Disputes in front of the pages: opened so long ago, with files that prove something, and a finished bundle."""

from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from disputes.models import Dispute
from evidence.models import Bundle, BundleState, Exhibit, exhibit_path
from orders.models import Order, Store
from tests.cast import fact, happens, paid, placed_order, shipped


def ago(**span: float) -> str:
    """The short spelling of an instant so long before now, such as `ago(days=2)`."""
    return f"{timezone.now() - timedelta(**span):%Y-%m-%d %H:%M}"


def order_underway(store: Store, *, days: int = 20, **values: Any) -> Order:
    """Maria's order, shipped so many days ago."""
    placed_at = timezone.now() - timedelta(days=days + 2)
    events = [paid(ago(days=days + 1)), shipped(ago(days=days))]
    return placed_order(store, *events, now=ago(days=days + 2), placed_at=placed_at, **values)


def disputed(order: Order, *, opened: str = "", **claim: Any) -> Dispute:
    """The order's dispute, opened an hour ago where nothing else is said; `claim` are the event's keys."""
    happens(order, fact(opened or ago(hours=1), "dispute_opened", **({"reason": "damaged"} | claim)), now=ago())
    dispute: Dispute = Dispute.objects.filter(order=order).latest("number")
    return dispute


def picture(kind: str, *, width: int = 40, height: int = 30) -> bytes:
    """A small picture of one colour."""
    out = BytesIO()
    Image.new("RGB", (width, height), "teal").save(out, kind)
    return out.getvalue()


def upload(content: bytes, name: str) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content)


def told(kind: str, source: str, *, when: str = "") -> dict[str, Any]:
    """An exhibit that the timeline knows of and no file shows."""
    return fact(when or ago(minutes=5), "evidence_added") | {"kind": kind, "source": source}


def filed_exhibit(dispute: Dispute, content: bytes, **values: Any) -> Exhibit:
    """A file that is an exhibit already, without looking into it."""
    digest = sha256(content).hexdigest()
    path = exhibit_path(digest)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    said = {"kind": "packing_photo", "file_type": "jpeg", "name": "a.jpg", "position": 1} | values
    exhibit: Exhibit = Exhibit.objects.create(
        order=dispute.order, sha256=digest, size=len(content), added_at=timezone.now(), **said
    )
    return exhibit


def ready_bundle(dispute: Dispute, content: bytes = b"%PDF-1.7 bundle") -> Bundle:
    """A bundle that a worker has finished."""
    file = Path("bundles") / f"{dispute.pk}.pdf"
    path = Path(settings.MEDIA_ROOT) / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    bundle: Bundle = Bundle.objects.create(
        dispute=dispute, number=1, recipient="archive", state=BundleState.READY, progress=100, pages=3,
        requested_at=timezone.now(), file=str(file), sha256="0" * 64, size=len(content),
    )  # fmt: skip
    return bundle


def read_whole(answer: Any) -> bytes:
    """The content to its end, which closes a file as a server would, and leaves the test's own connection open."""
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)
