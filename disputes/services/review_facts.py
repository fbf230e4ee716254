"""What a review and its order say for the rules: whether it is bad, whether it is still work, what had happened."""

from datetime import datetime, timedelta

from disputes.classifying import OrderFacts
from disputes.models import Review
from orders.policies import Policy

RULE = "R10"


def is_bad(stars: int, policy: Policy) -> bool:
    """Whether a review of so many stars wants an answer (R10)."""
    return stars <= (policy.value(RULE, "bad_stars") or 0)


def is_work(review: Review, policy: Policy, now: datetime) -> bool:
    """Whether a review that comes in is still to be worked on, or history by now (R10, S7)."""
    span: timedelta = policy.value(RULE, "open_for") or policy.value("S7", "news_for") or timedelta(0)
    return is_bad(review.stars, policy) and (now - review.reviewed_at < span or review.reviewed_at == now)


def facts_of_order(review: Review) -> OrderFacts:
    """What had happened to the order when the review was written."""
    order, at = review.order, review.reviewed_at
    if order is None:
        return OrderFacts(stars=review.stars)
    delivered = order.delivered_at
    return OrderFacts(
        stars=review.stars,
        is_shipped=order.shipped_at is not None,
        is_delivered=bool(delivered and delivered <= at),
        is_late=bool(order.promised_at and (delivered or at) > order.promised_at),
    )
