"""Forgetting a buyer in his reviews: his words and name go; the stars, the dates and the cause stay for the figures."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from disputes.models import Review, ReviewNote
from disputes.services.receiving_reviews import forget_words
from orders.models import Order, Store

BATCH = 500
ERASED = "erased:"  # how the key of a review begins whose words are forgotten


def forget_reviews(orders: Sequence[Order]) -> int:
    """Empty what was said in and about the orders' reviews, our own drafts and notes included; how many there were."""
    rows = list(Review.objects.filter(order__in=orders).order_by("pk"))
    for review in rows:
        _forget(review)
    return len(rows)


def forget_unjoined(store: Store, *, before: datetime) -> int:
    """The same for reviews of orders that never came in, received before an instant (UTC): a batch, and its size."""
    with transaction.atomic():
        old = Review.objects.filter(store=store, order=None, received_at__lt=before).exclude(key__startswith=ERASED)
        rows = list(old.select_for_update(of=("self",)).order_by("pk")[:BATCH])
        for review in rows:
            _forget(review)
    return len(rows)


def _forget(review: Review) -> None:
    forget_words(review)
    review.reply_text = ""
    review.key = f"{ERASED}{review.pk}"  # it was a digest of his words, or the platform's way to them
    if review.order_id is None:
        review.order_number = ""
    review.save()
    ReviewNote.objects.filter(review=review).exclude(text="").update(text="")
