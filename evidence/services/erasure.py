"""Erasing a buyer's personal data (LGPD, PIPL) so that what can be proved stays provable.

What names him goes; the timelines, with their hashes, stay and are told of it. Exhibits and bundles are never removed
silently: somebody names those that go, and what was handed in stays, as the database itself demands. The files go
first, so that a crash leaves rows whose erasure can be repeated.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import QuerySet

from disputes.models import ActionItem, Dispute, Review
from disputes.rehearsal_runs import forget_rehearsals
from disputes.services.after_sale_keeping import forget_cases, has_open_case
from disputes.services.calling import settle_call_backs
from disputes.services.lessons import forget_lessons
from disputes.services.people_erasure import forget_people
from disputes.services.promises import forget_promises
from disputes.services.review_erasure import forget_reviews, forget_unjoined
from evidence.models import Appeal, Bundle, BundleState, Exhibit, Version
from evidence.services.building import kept
from evidence.services.versions import remove_files
from messaging.guards import ERASED
from messaging.models import InboundMessage, Message
from messaging.services.erasure import forget_messages
from messaging.services.inbound import forget_unmatched
from orders.models import ApiScope, AuditKind, Buyer, Disruption, Order, OrderFile, PrivateData, Store, TrackingEvent
from orders.models.timeline import EventKind
from orders.services.auditing import Doer, note_deed
from orders.services.erasure import (
    ErasureCause,
    NotErasable,
    Obstacle,
    expired_buyers,
    forget_buyer,
    forget_files,
    forget_private_data,
    order_files,
    order_obstacles,
)
from orders.services.idempotency import forget_answers
from orders.services.ledger import OrderLedger, open_ledgers, save_ledgers
from orders.services.saved_views import forget_in_views

logger = logging.getLogger(__name__)
NAME_PARTS = 3  # letters from which on a part of a name is looked for in carriers' words
PERSONAL_KEYS = {"signed_by"}  # of an action's data


@dataclass(frozen=True)
class ErasurePreview:
    """What erasing a buyer would take, what it would leave to a decision, what stays, and what stands against it."""

    buyer: Buyer
    orders: list[Order]
    obstacles: list[Obstacle]
    said: int  # entries of the timelines with personal data beside them
    messages: int
    reviews: int
    files: list[OrderFile]
    exhibits: list[Exhibit]
    bundles: list[Bundle]
    handed_in: int  # bundles that somebody else has as well: they stay
    named_in_news: int  # carriers' words in which his name stands; they prove the delivery, and stay


@dataclass
class Erased:
    """What was erased, in numbers."""

    said: int = 0
    messages: int = 0
    reviews: int = 0
    files: int = 0
    exhibits: list[str] = field(default_factory=list)  # their SHA-256
    bundles: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """For a command's answer and the audit list."""
        return {
            "said": self.said,
            "messages": self.messages,
            "reviews": self.reviews,
            "files": self.files,
            "exhibits": len(self.exhibits),
            "bundles": len(self.bundles),
        }


def preview_erasure(buyer: Buyer, *, now: datetime) -> ErasurePreview:
    """Look, and change nothing."""
    orders = list(Order.objects.filter(buyer=buyer).order_by("placed_at", "pk"))
    return ErasurePreview(
        buyer=buyer,
        orders=orders,
        obstacles=_obstacles(buyer, orders),
        said=PrivateData.objects.filter(event__order__in=orders).count(),
        messages=Message.objects.filter(order__in=orders).exclude(to="", subject="", body="").count(),
        reviews=Review.objects.filter(order__in=orders).count(),
        files=list(order_files(buyer.store, orders, now=now)) if orders else [],
        exhibits=list(Exhibit.objects.filter(order__in=orders).order_by("order", "position")),
        bundles=list(_removable(orders).select_related("dispute__order").order_by("dispute", "number")),
        handed_in=Bundle.objects.filter(dispute__order__in=orders, state=BundleState.SUBMITTED).count(),
        named_in_news=_named_in_news(buyer, orders),
    )


def _obstacles(buyer: Buyer, orders: Sequence[Order]) -> list[Obstacle]:
    found = order_obstacles(buyer, orders)
    is_disputed = Dispute.objects.filter(order__in=orders, closed_at=None).exists()
    found += [Obstacle.DISPUTE_OPEN] * (is_disputed and Obstacle.DISPUTE_OPEN not in found)
    return found + [Obstacle.CASE_OPEN] * has_open_case(orders)


def _named_in_news(buyer: Buyer, orders: Sequence[Order]) -> int:
    parts = {part.casefold() for part in buyer.name.split() if len(part) >= NAME_PARTS}
    words = TrackingEvent.objects.filter(order__in=orders).values_list("description", flat=True)
    return sum(1 for text in words if parts & set(text.casefold().split())) if parts else 0


def erase_buyer(
    buyer_id: int,
    *,
    cause: ErasureCause,
    now: datetime,
    doer: Doer,
    exhibits: Collection[int] = (),
    bundles: Collection[int] = (),
) -> Erased:
    """Erase the buyer, with the exhibits and bundles of his orders that are named by their ids. It can be repeated.

    A bundle that was handed in stays: it is what the platform, or a court, was given (LGPD, art. 16, I).
    Raises NotErasable, Buyer.DoesNotExist, and OSError when a file cannot be deleted: then nothing is marked erased.
    """
    actor = str(doer.user.pk) if doer.user else str(cause)
    with transaction.atomic():
        ledgers = open_ledgers(Order.objects.filter(buyer=buyer_id), now=now, actor=actor)
        buyer: Buyer = Buyer.objects.select_for_update(of=("self",)).select_related("store").get(pk=buyer_id)
        orders = [ledger.order for ledger in ledgers]
        if obstacles := _obstacles(buyer, orders):
            raise NotErasable(obstacles)
        erased = _erase(buyer, ledgers, cause, now, exhibits, bundles)
        forget_buyer(buyer, now=now)
        save_ledgers(ledgers)
        note_deed(AuditKind.ERASED, doer, now=now, store=buyer.store, buyer=buyer.pk, cause=cause, **erased.as_json())
    return erased


def _erase(
    buyer: Buyer,
    ledgers: list[OrderLedger],
    cause: ErasureCause,
    now: datetime,
    exhibits: Collection[int],
    bundles: Collection[int],
) -> Erased:
    orders = [ledger.order for ledger in ledgers]
    said = forget_private_data(ledgers)
    erased = Erased(
        said=sum(map(len, said.values())),
        messages=forget_messages(orders),
        files=forget_files(order_files(buyer.store, orders, now=now)) if orders else 0,
        bundles=_remove_bundles(_removable(orders).filter(pk__in=bundles)),
    )
    erased.reviews = _forget_in_rows(buyer, orders, now)
    for ledger in ledgers:
        gone = _remove_exhibits(list(Exhibit.objects.filter(order=ledger.order, pk__in=exhibits)))
        erased.exhibits += gone
        ledger.order.record_digest = ""
        settle_call_backs(ledger, reason=ERASED)
        forget_promises(ledger)
        data = {"cause": str(cause), "events": said.get(ledger.order.pk, []), "exhibits": gone}
        ledger.write(EventKind.NOTE, "erased", at=now, data={key: value for key, value in data.items() if value})
    kept().tidy(before=0, max_bytes=0)  # what earlier bundles left to work with shows what they showed
    return erased


def _forget_in_rows(buyer: Buyer, orders: Sequence[Order], now: datetime) -> int:
    """What the team wrote about him and what he wrote, wherever it is kept; returns how many reviews."""
    _forget_in_items(orders)
    forget_lessons(orders)
    reviews = forget_reviews(orders)
    if reviews:
        forget_answers(buyer.store, ApiScope.REVIEWS_WRITE)
    _remove_appeals(orders)
    forget_cases(orders)
    forget_people(orders)
    if orders:
        forget_rehearsals(buyer.store, since=min(order.placed_at for order in orders), now=now)
    forget_in_views(buyer)
    return reviews


def _forget_in_items(orders: Sequence[Order]) -> None:
    """Who signed for the parcel, and why a person put work aside: what people write may name the buyer."""
    ActionItem.objects.filter(order__in=orders).exclude(snooze_reason="").update(snooze_reason="")
    for item in ActionItem.objects.filter(order__in=orders).exclude(data={}):
        if PERSONAL_KEYS & item.data.keys():
            item.data = {key: value for key, value in item.data.items() if key not in PERSONAL_KEYS}
            item.save(update_fields=["data"])


def _remove_exhibits(rows: Sequence[Exhibit]) -> list[str]:
    """The same file may be another order's exhibit as well: then it stays."""
    for row in rows:
        row.delete()
        if not Exhibit.objects.filter(sha256=row.sha256).exists() and not _is_notice(row.sha256):
            row.path.unlink(missing_ok=True)
    return [row.sha256 for row in rows]


def _is_notice(sha256: str) -> bool:
    return Disruption.objects.filter(notice_sha256=sha256).exists()


def _removable(orders: Sequence[Order]) -> QuerySet[Bundle]:
    rows: QuerySet[Bundle] = Bundle.objects.filter(dispute__order__in=orders).exclude(state=BundleState.SUBMITTED)
    return rows


def _remove_appeals(orders: Sequence[Order]) -> None:
    """Appeals against his reviews that nobody handed in prove nothing to anybody; those that were handed in stay."""
    _remove_bundles(Appeal.objects.filter(review__order__in=orders).exclude(state=BundleState.SUBMITTED))


def _remove_bundles(versions: QuerySet[Any]) -> list[str]:
    """Locked first: a worker that is about to name its files finds no row, and removes them itself."""
    rows: list[Version] = list(versions.select_for_update(of=("self",)).order_by("pk"))
    for row in rows:
        row.delete()
    remove_files(name for row in rows for name in (row.file, *(file["file"] for file in row.files)))
    return [row.sha256 for row in rows]


def erase_expired(clock: Callable[[], datetime], *, until: datetime) -> int:
    """Erase the buyers whose stores keep their data no longer, until the time budget ends. Returns how many.

    Their exhibits and bundles wait for a person. One who cannot be erased today is looked at again tomorrow.
    """
    count = 0
    for store in Store.objects.exclude(retention_days=None).order_by("pk"):
        last = 0
        while clock() < until and (batch := expired_buyers(store, now=clock(), after=last)):
            last = batch[-1]
            count += sum(_erase_one(pk, clock()) for pk in batch if clock() < until)
        before = clock() - timedelta(days=store.retention_days or 0)
        count += sum(_erase_one(pk, clock()) for pk in _wrote_again(store, before) if clock() < until)
        while clock() < until and forget_unmatched(store, before=before) + forget_unjoined(store, before=before):
            continue
    return count


def _wrote_again(store: Store, before: datetime) -> list[int]:
    """Erased buyers who wrote once more, or of whom somebody wrote, and that before an instant (UTC)."""
    rows = InboundMessage.objects.filter(store=store, order__buyer__erased_at__isnull=False, received_at__lt=before)
    said = PrivateData.objects.filter(
        event__order__store=store, event__order__buyer__erased_at__isnull=False, event__recorded_at__lt=before
    )
    wrote = {*rows.exclude(text="", raw="").values_list("order__buyer", flat=True)}
    return sorted(wrote | {*said.values_list("event__order__buyer", flat=True)})


def _erase_one(buyer_id: int, now: datetime) -> bool:
    try:
        erase_buyer(buyer_id, cause=ErasureCause.RETENTION, now=now, doer=Doer())
    except NotErasable:
        return False
    except OSError:
        logger.exception("a file of buyer %s could not be deleted", buyer_id)
        return False
    except OperationalError:
        logger.exception("buyer %s could not be erased for now: he is tried again", buyer_id)
        return False
    return True


def undecided(store: Store) -> list[Buyer]:
    """Erased buyers of whom exhibits or bundles are left that may go: somebody should say whether they are needed."""
    of_exhibits = Exhibit.objects.filter(order__store=store, order__buyer__erased_at__isnull=False)
    of_bundles = Bundle.objects.filter(dispute__order__store=store, dispute__order__buyer__erased_at__isnull=False)
    ids = {*of_exhibits.values_list("order__buyer", flat=True)}
    ids |= {*of_bundles.exclude(state=BundleState.SUBMITTED).values_list("dispute__order__buyer", flat=True)}
    return list(Buyer.objects.filter(pk__in=ids).order_by("erased_at", "pk"))
