"""Collecting a case from the database. Two collections of one case are equal: nothing of the moment is in them."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal

from django.db import models

from disputes.checklists import checklist, is_proof
from disputes.lifecycle import DisputeState
from disputes.models import AdviceEntry, Dispute, Offer
from evidence.bundling import exhibits as shown
from evidence.bundling import records
from evidence.bundling.arguing import position_of
from evidence.bundling.cases import CaseExhibit, CaseFile, CaseOffer, CaseSlot, Claim, Item, Money, Parcel
from evidence.bundling.contradictions import Contradiction, find_contradictions
from evidence.models import Exhibit
from evidence.recipients import DEFAULT, Recipient, find_recipient
from orders.events import EventType
from orders.models import Order, OrderItem, Shipment, TimelineEvent
from orders.models.timeline import EventKind
from orders.planning import promise_end, protection_end


def collect(dispute_id: int, recipient: Recipient) -> CaseFile:
    """The case as this recipient gets it. Raises Dispute.DoesNotExist."""
    dispute = Dispute.objects.select_related("order__store", "order__buyer").get(pk=dispute_id)
    order: Order = dispute.order
    exhibits = tuple(shown.case_exhibits(dispute))
    timeline = tuple(records.timeline(order, recipient))
    tracking = tuple(records.tracking(order))
    messages = tuple(records.messages(order))
    offers = tuple(_offers(dispute))
    snapshots = tuple(records.snapshots(order))
    title = order.policy.title
    return CaseFile(
        order_number=order.order_number,
        dispute_number=dispute.number,
        platform=title.get(recipient.languages[0]) or title.get("en") or order.policy.name,
        zone=order.policy.platform_zone,
        seller=order.store.name,
        buyer=order.buyer.name,
        buyer_country=order.buyer.country,
        items=tuple(Item(item.sku, item.title, item.quantity) for item in OrderItem.objects.filter(order=order)),
        parcels=tuple(Parcel(row.carrier, row.tracking_number) for row in Shipment.objects.filter(order=order)),
        total=money(order.total, order.currency),
        claim=_claim(dispute),
        position=_position(dispute, offers, exhibits),
        argues=_argues(dispute, offers),
        offers=offers,
        dates=_dates(dispute),
        timeline=timeline,
        tracking=tracking,
        messages=messages,
        slots=tuple(_slots(dispute, exhibits, recipient)),
        exhibits=exhibits,
        made_of=newest([order.placed_at, dispute.opened_at], timeline, tracking, messages, offers, exhibits, snapshots),
        seller_zone=order.store.timezone,
        buyer_zone=order.buyer.zone(order.policy).key,
        disruptions=tuple(records.disruptions(order)),
        snapshots=snapshots,
        changes=shown.changes_since_handed_in(dispute, exhibits),
        attachments=(*shown.originals(exhibits), *records.mails(order)),
    )


def contradictions_of(dispute_id: int) -> list[Contradiction]:
    """Where the case's papers disagree, for the team before it exports. Raises Dispute.DoesNotExist."""
    case = collect(dispute_id, find_recipient(DEFAULT))
    return find_contradictions(case, shown.texts_of(Dispute.objects.get(pk=dispute_id)))


def newest(known: list[datetime], *lists: Iterable[object]) -> datetime:
    """The latest of these instants and of all that is printed: the bundle's own date (UTC)."""
    printed = [getattr(row, "at", None) or getattr(row, "added_at", None) for rows in lists for row in rows]
    newest: datetime = max([*known, *(at for at in printed if at is not None)])
    return newest


def money(amount: Decimal | None, currency: str) -> Money | None:
    """An amount as a bundle tells it; None where it is not known."""
    return None if amount is None else Money(amount, currency)


def _claim(dispute: Dispute) -> Claim:
    named = OrderItem.objects.filter(order=dispute.order).filter(_is_item(dispute.item)).first()
    return Claim(
        reason=dispute.reason,
        customs_cause=dispute.customs_cause,
        amount=money(dispute.amount, dispute.order.currency),
        missing_quantity=dispute.missing_quantity,
        item=(named.title or named.sku) if named else dispute.item,
    )


def _is_item(named: str) -> models.Q:
    """A dispute names its item by SKU or by position; naming none means the whole order."""
    if not named:
        return models.Q(pk=None)
    return models.Q(sku=named) | (models.Q(position=int(named)) if named.isdecimal() else models.Q())


def _position(dispute: Dispute, offers: tuple[CaseOffer, ...], exhibits: tuple[CaseExhibit, ...]) -> str:
    """What the seller maintains, never what we advise him: advice to give in is between him and us."""
    if dispute.state == DisputeState.ACCEPTED:
        return "accepted"
    advice = _latest_advice(dispute)
    if advice is not None and advice.recommendation == "contest":
        return position_of(advice.rule, {exhibit.kind for exhibit in exhibits if exhibit.is_readable})
    if any(offer.gives_something for offer in offers):
        return "offered"
    return "refused" if offers else "on_record"


def _latest_advice(dispute: Dispute) -> AdviceEntry | None:
    return AdviceEntry.objects.filter(dispute=dispute).order_by("at", "pk").last()


def _argues(dispute: Dispute, offers: tuple[CaseOffer, ...]) -> bool:
    """Whether the seller speaks against the claim: not where he accepted it, or is advised to and made no offer."""
    advice = _latest_advice(dispute)
    is_to_accept = advice is not None and advice.recommendation == "accept_refund"
    return dispute.state != DisputeState.ACCEPTED and (bool(offers) or not is_to_accept)


def _offers(dispute: Dispute) -> Iterator[CaseOffer]:
    for row in Offer.objects.filter(dispute=dispute):
        yield CaseOffer(row.at, money(row.amount, dispute.order.currency), row.remedy)


def _dates(dispute: Dispute) -> dict[str, datetime]:
    """The dates of the case that have one, in their usual order."""
    order = dispute.order
    dates = {
        "placed": order.placed_at,
        "paid": order.paid_at,
        "shipped": order.shipped_at,
        "promised": promise_end(order, order.policy),
        "delivered": order.delivered_at,
        "protection": protection_end(order, order.policy),
        "opened": dispute.opened_at,
        "noticed": dispute.noticed_at,
        "evidence_by": dispute.evidence_by,
        "submitted": dispute.submitted_at,
        "closed": dispute.closed_at,
    }
    return {name: at for name, at in dates.items() if at is not None}


def _slots(dispute: Dispute, exhibits: tuple[CaseExhibit, ...], recipient: Recipient) -> Iterator[CaseSlot]:
    """What the case calls for; what is missing, or on record without a file, is told where the recipient may know."""
    told = list(_without_file(dispute.order)) if recipient.shows_missing else []
    proofs = [exhibit for exhibit in exhibits if exhibit.is_readable]
    given = [*((exhibit.kind, exhibit.source) for exhibit in proofs), *told]
    slots = checklist(dispute.reason, given, is_delivered=dispute.order.delivered_at is not None)
    for slot in slots:
        marks = tuple(exhibit.mark for exhibit in proofs if exhibit.kind == slot.kind)
        if marks or recipient.shows_missing:
            sources = tuple(source for kind, source in told if kind == slot.kind)
            yield CaseSlot(slot.kind, slot.is_filled, marks, sources)
    called_for = {slot.kind for slot in slots}
    for kind in dict.fromkeys(kind for kind, _source in told if kind not in called_for):
        sources = tuple(source for other, source in told if other == kind)
        yield CaseSlot(kind, is_filled=True, marks=(), without_file=sources)


def _without_file(order: Order) -> Iterator[tuple[str, str]]:
    """(kind, source) of what was said to be there and no file shows: each file takes its own event away."""
    filed = [(row.kind, row.source) for row in Exhibit.objects.filter(order=order) if row.is_readable]
    added = TimelineEvent.objects.filter(order=order, type=EventType.EVIDENCE_ADDED)
    for event in added.filter(kind__in={EventKind.FACT, EventKind.COMMAND}).order_by("at", "sequence"):
        if not is_proof(event.data):
            continue
        one = str(event.data.get("kind", "")), str(event.data.get("source", ""))
        if one in filed:
            filed.remove(one)
        else:
            yield one
