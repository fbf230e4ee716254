"""Reviews on their way in, from whatever door: kept once, sorted, joined to their orders, and recorded as facts (R10).

A review whose order is not known yet is kept, and joined when the order comes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice

from django.db import transaction
from django.db.models import Exists, OuterRef

from disputes.models import ActionItem, ActionKind, ActionState, Review, ReviewSource
from disputes.recording import take_in
from disputes.services.actions import settle_actions
from disputes.services.receiving_reviews import (
    join,
    key_of,
    new_review,
    said_in,
    settle_in,
    sort_review,
    take_changes,
)
from disputes.services.reviews import bring_in_step, keep_dated, note_answer
from orders.events import Event, EventType
from orders.models import Order, Store
from orders.models.timeline import EventKind
from orders.records import ReviewRecord
from orders.services.ledger import OrderLedger, lock_store, open_ledger, open_ledgers, save_ledgers

BATCH = 200  # reviews to a transaction


class Receipt(StrEnum):
    """What became of a review that came in."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Received:
    """A review's row, and whether it was news."""

    review: Review
    receipt: Receipt


def receive_review(store_id: int, record: ReviewRecord, *, source: ReviewSource, now: datetime, actor: str) -> Received:
    """Take one review in, once, with all that follows from it; the same again is unchanged.

    `now` (UTC) is when we learnt of it, `actor` a user's id or the name of a door. What is older than R10's `open_for`
    is history: it is sorted and counted, and nobody is asked or told. Raises Store.DoesNotExist.
    """
    with transaction.atomic():
        (received,) = receive_reviews(lock_store(store_id), [record], source=source, now=now, actor=actor)
    return received


def receive_reviews(
    store: Store, records: Sequence[ReviewRecord], *, source: ReviewSource, now: datetime, actor: str
) -> list[Received]:
    """The same for a batch, in the caller's transaction, which holds the store's lock; in the order of `records`."""
    # The orders' locks come first: whoever takes a step holds the order, and then the review.
    ledgers = _ledgers(store, {record.order_number for record in records}, now=now, actor=actor)
    rows = Review.objects.filter(store=store, key__in=[key_of(record) for record in records])
    known = {row.key: row for row in rows.select_for_update(of=("self",)).select_related("store")}
    numbers = {ledger.order.pk: ledger.order.order_number for ledger in ledgers.values()}
    _share_rows(ledgers.values(), known)
    received: dict[int, Received] = {}
    for place, record in sorted(enumerate(records), key=lambda pair: pair[1].created_at):
        review = known.get(key_of(record)) or _same_of_erased(ledgers.get(record.order_number), record)
        if review is None:
            review = known[key_of(record)] = new_review(store, record, source=source, now=now)
            _take_in(review, ledgers.get(record.order_number), now)
            received[place] = Received(review, Receipt.CREATED)
            continue
        ledger = ledgers.get(numbers.get(review.order_id or 0, ""))
        received[place] = Received(review, _take_again(review, record, ledger, now))
    save_ledgers(list(ledgers.values()))
    return [received[place] for place in range(len(records))]


def _ledgers(store: Store, numbers: set[str], *, now: datetime, actor: str) -> dict[str, OrderLedger]:
    orders = Order.objects.filter(store=store, order_number__in=numbers - {""})
    return {ledger.order.order_number: ledger for ledger in open_ledgers(orders, now=now, actor=actor)}


def _share_rows(ledgers: Iterable[OrderLedger], known: dict[str, Review]) -> None:
    """One row for one review, in the ledgers and here."""
    for ledger in ledgers:
        for row in ledger.rows_of(Review):
            row.order, row.store = ledger.order, ledger.order.store
            if row.key in known:
                known[row.key] = row


def _same_of_erased(ledger: OrderLedger | None, record: ReviewRecord) -> Review | None:
    """Of an erased buyer no digest of words is kept: the same stars at the same instant are the same review."""
    if ledger is None or not ledger.order.buyer.erased_at:
        return None
    rows = ledger.rows_of(Review)
    return next((row for row in rows if (row.stars, row.reviewed_at) == (record.stars, record.created_at)), None)


def _take_in(review: Review, ledger: OrderLedger | None, now: datetime) -> None:
    if ledger is None:
        sort_review(review, review.store.current_policy)
        settle_in(review, review.store.current_policy, now)
        review.save()
        return
    join(review, ledger.order)
    ledger.add(review)
    _record(review, ledger)


def _record(review: Review, ledger: OrderLedger) -> None:
    """The contract's fact, from which the order's dates and the team's action follow."""
    review.is_untold = True
    data = {"stars": review.stars, "text": said_in(review)}
    take_in(ledger, [Event(EventType.REVIEW_RECEIVED, review.reviewed_at, data=data)])


def _take_again(review: Review, record: ReviewRecord, ledger: OrderLedger | None, now: datetime) -> Receipt:
    if review.order and review.order.buyer.erased_at:
        return Receipt.UNCHANGED
    policy = ledger.policy if ledger else review.store.current_policy
    changed = take_changes(review, record, policy, now)
    if not changed:
        return Receipt.UNCHANGED
    if review.pk:
        review.save()
        review.notes.create(at=now, step="told_again", text=", ".join(changed))
    if ledger:
        data = {"fields": changed, "stars": review.stars, "state": str(review.state)}
        ledger.write(EventKind.FACT, "review_changed", at=now, rule="R10", data=data)
        if "answered_at" in changed and review.answered_at:
            note_answer(ledger, review, review.answered_at, kind=EventKind.FACT)
        bring_in_step(ledger, review)
    return Receipt.UPDATED


# --- joining ----------------------------------------------------------------------------------------------------------
def join_reviews(ledgers: Sequence[OrderLedger]) -> int:
    """Record the reviews that waited for these orders, which are stored by now; whoever calls saves the ledgers.

    Must run in a transaction that holds the store's lock. Returns how many there were.
    """
    if not ledgers:
        return 0
    by_number = {ledger.order.order_number: ledger for ledger in ledgers}
    rows = Review.objects.select_for_update(of=("self",)).select_related("store").order_by("reviewed_at", "pk")
    count = 0
    for review in rows.filter(store=ledgers[0].order.store_id, order=None, order_number__in=by_number):
        _join(review, by_number[review.order_number])
        count += 1
    return count


def _join(review: Review, ledger: OrderLedger) -> None:
    """It is recorded as it stood: a review that somebody works on already goes on from there."""
    join(review, ledger.order)
    ledger.read[Review.__name__] = [row for row in ledger.rows_of(Review) if row.pk != review.pk] + [review]
    _record(review, ledger)
    review.save()


def mend_reviews(now: datetime) -> int:
    """Join reviews whose order came through a door that did not look, and ask for open ones of which nobody is asked.

    Returns how many orders were looked at, a batch at most.
    """
    orders = Order.objects.filter(store=OuterRef("store"), order_number=OuterRef("order_number"))
    alone = Review.objects.filter(order=None).exclude(order_number="").filter(Exists(orders)).order_by("pk")
    pairs = {*alone.values_list("store_id", "order_number")[:BATCH], *_unasked()}
    for store_id, number in sorted(pairs):
        with transaction.atomic():
            order_id = Order.objects.values_list("pk", flat=True).get(store=store_id, order_number=number)
            ledger = open_ledger(order_id, now=now, actor="reconciliation")
            join_reviews([ledger])
            for review in ledger.rows_of(Review):
                keep_dated(ledger, review)
            settle_actions(ledger, [ActionKind.REPLY_REVIEW], reason="review_step", subject="")
            save_ledgers([ledger])
    return len(pairs)


def _unasked() -> list[tuple[int, str]]:
    """The orders, by store and number, with an open review of which nobody is asked: a batch of reviews at most.

    All open ones are looked through, for a subject is a digest that no database counts: without their words, and only
    once in an hour.
    """
    items = ActionItem.objects.filter(kind=ActionKind.REPLY_REVIEW, state=ActionState.OPEN)
    asked = set(items.values_list("order_id", "subject"))
    rows = Review.objects.filter(closed_at=None, order__isnull=False).order_by("pk")
    looked = rows.only("store_id", "order_id", "order_number", "key").iterator()
    lost = ((row.store_id, row.order_number) for row in looked if (row.order_id, row.subject) not in asked)
    return list(islice(lost, BATCH))
