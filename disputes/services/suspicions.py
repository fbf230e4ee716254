"""What the store's own records say of a reviewer (R11): his other orders, reviews and words; none of an erased one."""

from django.db.models import Q

from disputes.classifying import Finding, sort_words
from disputes.malice import Found, points_of, score
from disputes.models import Review
from disputes.services.review_facts import facts_of_order, is_bad
from messaging.models import InboundMessage
from orders.models import Buyer, TimelineEvent
from orders.search_text import fold

SEEN = 20  # other buyers with the same number, before their names are compared


def suspect(review: Review, words: Finding | None = None) -> None:
    """Score the review anew on its row: its points, and the signs that they are the sum of."""
    words = words or sort_words(review.title, review.text, language=review.language, facts=facts_of_order(review))
    signals = score(_found(review, words), review.facts)
    review.suspicion = points_of(signals)
    review.signals = [signal.as_json() for signal in signals]


def _found(review: Review, words: Finding) -> Found:
    order = review.order
    if order is None or order.pk is None or order.buyer.erased_at:
        return Found(competitor=words.competitor, advert=words.advert)
    return Found(
        second_account=_has_second_account(order.buyer),
        silent_order=_was_silent(review),
        other_bad=_other_bad(review, order.buyer),
        competitor=words.competitor,
        advert=words.advert,
    )


def _same_person(buyer: Buyer) -> Q:
    """Other rows of the store's buyers with the same phone or tax number."""
    same = Q(pk=buyer.pk)
    for name in ("phone", "tax_id"):
        if value := getattr(buyer, name):
            same |= Q(**{name: value})
    return Q(store=buyer.store_id, erased_at=None) & same


def _has_second_account(buyer: Buyer) -> bool:
    """One person may have a row for each order; another name or address under his number is another account."""
    if not (buyer.phone or buyer.tax_id):
        return False
    others = Buyer.objects.filter(_same_person(buyer)).exclude(pk=buyer.pk).order_by("pk")[:SEEN]
    return any(_differ(buyer.email, other.email) or _differ(buyer.name, other.name) for other in others)


def _differ(one: str, other: str) -> bool:
    return bool(one and other) and " ".join(fold(one).split()) != " ".join(fold(other).split())


def _was_silent(review: Review) -> bool | None:
    """Whether he never wrote before his review; None where the store keeps no words of any buyer."""
    if not InboundMessage.objects.filter(store=review.store_id).exists():
        return None
    wrote = TimelineEvent.objects.filter(order=review.order_id, type="buyer_message", at__lte=review.reviewed_at)
    return not wrote.exists()


def _other_bad(review: Review, buyer: Buyer) -> int:
    buyers = Buyer.objects.filter(_same_person(buyer)).values("pk")
    others = Review.objects.filter(store=review.store_id, order__buyer__in=buyers).exclude(pk=review.pk)
    return sum(is_bad(stars, review.store.current_policy) for stars in others.values_list("stars", flat=True)[:SEEN])
