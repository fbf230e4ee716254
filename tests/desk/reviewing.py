"""Reviews in front of the pages: of Maria's order, written so long ago, with a known cause or none."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from disputes.models import Review, ReviewSource
from disputes.reviewing import receive_review
from evidence.models import Appeal, BundleState
from orders.models import Order, Store, User
from orders.records import ReviewRecord

TEXT = "Não recebi o produto, já faz dois meses."


def person(name: str = "bob") -> str:
    """How the services name him."""
    return str(User.objects.get(email=f"{name}@example.com").pk)


def ready_appeal(review: Review, content: bytes = b"%PDF-1.7 appeal") -> Appeal:
    """An appeal that a worker has finished."""
    path = Path("appeals") / f"{review.pk}.pdf"
    whole = Path(settings.MEDIA_ROOT) / path
    whole.parent.mkdir(parents=True, exist_ok=True)
    whole.write_bytes(content)
    file = {"suffix": ".pdf", "file": str(path), "sha256": "0" * 64, "size": len(content), "pages": 3}
    appeal: Appeal = Appeal.objects.create(
        review=review, number=1, recipient="archive", state=BundleState.READY, progress=100, pages=3, files=[file],
        requested_at=timezone.now(),
    )  # fmt: skip
    return appeal


def reviewed(store: Store, order: Order | None = None, *, hours: float = 5, stars: int = 1, **said: Any) -> Review:
    """A review that came in, as through the platform's file."""
    now = timezone.now()
    number = order.order_number if order else said.pop("order_number", "")
    record = ReviewRecord(
        order_number=number, stars=stars, created_at=now - timedelta(hours=hours), text=said.pop("text", TEXT), **said
    )
    return receive_review(store.pk, record, source=ReviewSource.FILE, now=now, actor="test").review
