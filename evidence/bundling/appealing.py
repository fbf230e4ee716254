"""Collecting what speaks against a review from the database: the appeal to the platform (R11).

Like a dispute's, two collections of one case are equal: nothing of the moment is in them.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from disputes.malice import sentence
from disputes.models import Review
from evidence.bundling import records
from evidence.bundling.cases import CaseFile, CaseReview, Claim, Item, Parcel, Sign
from evidence.bundling.collecting import money, newest
from evidence.bundling.exhibits import exhibits_of_order, originals
from evidence.phrasing import phrase_languages
from evidence.recipients import Recipient
from orders.models import Order, OrderItem, Shipment
from orders.planning import promise_end, protection_end

APPEAL = "appeal"
BY_ID = "id:"  # how a review's key begins that is the platform's own number


class NoOrder(ValueError):
    """The review belongs to no order that is known: there is nothing on record to appeal with."""


def collect_review(review_id: int, recipient: Recipient) -> CaseFile:
    """The appeal as this recipient gets it. Raises Review.DoesNotExist, and NoOrder."""
    review = Review.objects.select_related("store", "order__store", "order__buyer").get(pk=review_id)
    if review.order is None:
        raise NoOrder("its order is not known yet: import the order first, then ask for the appeal")
    order: Order = review.order
    # What else is kept from the platform, its own review it may read.
    told = replace(recipient, timeline_without=frozenset(recipient.timeline_without) - {"review_received"})
    exhibits = tuple(exhibits_of_order(order))
    timeline, tracking = tuple(records.timeline(order, told)), tuple(records.tracking(order))
    messages, snapshots = tuple(records.messages(order)), tuple(records.snapshots(order))
    dated: list[datetime] = [order.placed_at, review.reviewed_at]
    return CaseFile(
        **_parties(order, recipient),
        dispute_number=0,
        claim=Claim(reason="review", customs_cause="", amount=None, missing_quantity=None, item=""),
        position=APPEAL,
        offers=(),
        dates=_dates(order, review),
        timeline=timeline,
        tracking=tracking,
        messages=messages,
        slots=(),
        exhibits=exhibits,
        made_of=newest(dated, timeline, tracking, messages, exhibits, snapshots),
        disruptions=tuple(records.disruptions(order)),
        snapshots=snapshots,
        attachments=(*originals(exhibits), *records.mails(order)),
        review=_told(review),
    )


def _parties(order: Order, recipient: Recipient) -> dict[str, Any]:
    title = order.policy.title
    return {
        "order_number": order.order_number,
        "platform": title.get(recipient.languages[0]) or title.get("en") or order.policy.name,
        "zone": order.policy.platform_zone,
        "seller": order.store.name,
        "buyer": order.buyer.name,
        "buyer_country": order.buyer.country,
        "items": tuple(Item(item.sku, item.title, item.quantity) for item in OrderItem.objects.filter(order=order)),
        "parcels": tuple(Parcel(row.carrier, row.tracking_number) for row in Shipment.objects.filter(order=order)),
        "total": money(order.total, order.currency),
        "seller_zone": order.store.timezone,
        "buyer_zone": order.buyer.zone(order.policy).key,
    }


def _told(review: Review) -> CaseReview:
    return CaseReview(
        number=review.pk,
        platform_id=review.key.removeprefix(BY_ID) if review.key.startswith(BY_ID) else "",
        stars=review.stars,
        title=review.title,
        text=review.text,
        author=review.author,
        written_at=review.reviewed_at,
        points=review.suspicion,
        signs=tuple(_signs(review)),
    )


def _signs(review: Review) -> Iterator[Sign]:
    for signal in review.signals:
        said = [(language, sentence(signal, language)) for language in phrase_languages()]
        if all(words for _language, words in said):
            yield Sign(int(signal["points"]), tuple(said))


def _dates(order: Order, review: Review) -> dict[str, datetime]:
    dates = {
        "placed": order.placed_at,
        "paid": order.paid_at,
        "shipped": order.shipped_at,
        "promised": promise_end(order, order.policy),
        "delivered": order.delivered_at,
        "protection": protection_end(order, order.policy),
        "reviewed": review.reviewed_at,
    }
    return {name: at for name, at in dates.items() if at is not None}
