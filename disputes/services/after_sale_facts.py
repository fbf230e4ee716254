"""What facts do to after-sale cases: money that left, parcels that moved, a dispute that takes over.

A fact is recorded whatever state a case is in: what the platform or a carrier says needs no approval.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from disputes.case_facts import DECIDED
from disputes.case_lifecycle import UNDECIDED, AfterSaleState
from disputes.case_terms import ParcelWay, Remedy
from disputes.models import ActionKind, AfterSaleCase, CaseParcel
from disputes.playbooks import playbook_of
from disputes.services.actions import settle_actions
from disputes.services.after_sale_dates import date_behind_dispute
from disputes.services.after_sale_following import follow_cases
from disputes.services.after_sale_parcels import REACHED, store_parcel, tell_disputes
from disputes.services.after_sale_rows import note_case, open_cases
from orders.events import Event, EventType
from orders.models import TimelineEvent
from orders.models.timeline import EventKind
from orders.services.facts import Outcome
from orders.services.ledger import OrderLedger
from orders.services.objections import Broken, consents_to
from orders.tracking_phrases import read_words
from orders.tracking_statuses import TrackingStatus, is_scan

# What moves a case; of other events it need not be asked whether the order has one.
MOVING = {
    EventType.REFUND_ISSUED,
    EventType.DELIVERED,
    EventType.COMPLETED,
    EventType.CANCELLED,
    EventType.RECEIPT_CONFIRMED,
    EventType.DISPUTE_OPENED,
    EventType.DISPUTE_WITHDRAWN,
    EventType.VERDICT,
    EventType.EVIDENCE_ADDED,
    EventType.RETURN_ARRIVED,
}
REFUND_FIRST = "R1"
PARCEL_NEWS = "case_parcel"  # the type of the timeline's line
PARCEL_RULES = {ParcelWay.BACK: "R4", ParcelWay.OUT: "R7"}


def broken_case_rules(ledger: OrderLedger, event: Event) -> list[Broken]:
    """A parcel is sent to a buyer who wants his money back only by somebody who knows that he does (R1)."""
    if event.type is not EventType.SHIPPED or not event.is_command or consents_to(event, REFUND_FIRST):
        return []
    if not any(forbids_shipping(case) for case in open_cases(ledger)):
        return []
    told = "a case for a refund before shipping is open: settle it, or send despite = R1 to ship all the same"
    return [Broken(REFUND_FIRST, told)]


def forbids_shipping(case: AfterSaleCase) -> bool:
    """Whether the buyer waits for his money in this case, or was granted it, before anything has left (R1)."""
    is_wanted = case.state in {*UNDECIDED, AfterSaleState.APPROVED}
    return is_wanted and playbook_of(case.kind).rule == REFUND_FIRST


def follow_facts(ledger: OrderLedger, event: Event, kind: EventType) -> None:
    """Do what the event, which came down to `kind`, does to the order's cases."""
    if kind not in MOVING or not open_cases(ledger):
        return
    if kind is EventType.REFUND_ISSUED:
        _share_refund(ledger, event)
    if kind is EventType.DISPUTE_OPENED:
        _hand_to_dispute(ledger)
    if kind is EventType.RECEIPT_CONFIRMED:
        _arrive(ledger, event, ParcelWay.OUT)
    if kind is EventType.RETURN_ARRIVED:
        _arrive(ledger, event, ParcelWay.BACK)
    follow_cases(ledger)


def _share_refund(ledger: OrderLedger, event: Event) -> None:
    """What went back pays what was granted first, then what was asked for; a case that it covers is granted by it.

    No more is shared than went back now: what did before a case was known was for something else. Once everything
    went back, no case waits for money any more.
    """
    order = ledger.order
    known = ledger.rows_of(AfterSaleCase)
    left = max(Decimal(0), order.refunded_amount - sum((case.refunded for case in known), Decimal(0)))
    if (amount := event.data.get("amount")) is not None:
        left = min(left, amount)
    for case in sorted(open_cases(ledger), key=lambda case: (case.state != AfterSaleState.APPROVED, case.number)):
        if Remedy.REFUND not in playbook_of(case.kind).remedies or case.remedy not in {Remedy.REFUND, ""}:
            continue
        wanted = case.granted or case.amount or order.total or left
        given = min(left, max(Decimal(0), wanted - case.refunded))
        case.refunded, left = case.refunded + given, left - given
        if given or order.refunded_at:
            _grant_by_fact(ledger, case)


def _grant_by_fact(ledger: OrderLedger, case: AfterSaleCase) -> None:
    """The platform refunded before anybody here approved it: its word is the decision, once it covers the claim."""
    claimed = case.granted or case.amount or ledger.order.total
    is_covered = ledger.order.refunded_at is not None or (claimed is not None and case.refunded >= claimed)
    if case.state in DECIDED or not is_covered:
        return
    if case.state == AfterSaleState.REFUSED:
        ledger.move(case.reconsider, ledger.now, of=case.subject)
    case.remedy, case.granted, case.decided_by = Remedy.REFUND, case.refunded or None, ledger.actor
    ledger.move(case.approve, ledger.now, of=case.subject)
    rule, granted = playbook_of(case.kind).rule, str(case.refunded)
    note_case(ledger, case, "approved", rule=rule, remedy=case.remedy, granted=granted, by_fact=True)


def _hand_to_dispute(ledger: OrderLedger) -> None:
    """The platform's clock runs now: the case waits behind the dispute, dated by it, and is not lost."""
    for case in open_cases(ledger):
        settle_actions(ledger, [ActionKind.CASE_STEP], reason="dispute_opened", subject=case.subject)
        date_behind_dispute(ledger, case)
        note_case(ledger, case, "disputed", rule="D9")


def _arrive(ledger: OrderLedger, event: Event, way: ParcelWay) -> None:
    """The buyer has what was shipped again, or we have what he sent back: whoever says it."""
    for parcel in ledger.rows_of(CaseParcel):
        is_under_way = parcel.arrived_at is None and (parcel.sent_at is None or event.at >= parcel.sent_at)
        if parcel.way == way and is_under_way:
            parcel.arrived_at = event.at
            store_parcel(parcel)


# --- parcels ----------------------------------------------------------------------------------------------------------
NEAR = {
    TrackingStatus.ARRIVED,
    TrackingStatus.OUT_FOR_DELIVERY,
    TrackingStatus.PICKUP_WAITING,
    TrackingStatus.DELIVERED,
}
NEWS = {EventType.TRACKING, EventType.DELIVERED, EventType.SHIPPED, EventType.TRACKING_LOOKUP}


def case_parcel(ledger: OrderLedger, event: Event) -> CaseParcel | None:
    """The case's parcel that a fact is about: one whose number is not a parcel's of the order itself."""
    number = event.text("tracking_number")
    if event.type not in NEWS or not number or not ledger.order.paid_at:
        return None
    is_first = event.type is EventType.SHIPPED and not ledger.order.shipped_at
    if is_first or any(parcel.tracking_number == number for parcel in ledger.shipments):
        return None
    mine = [parcel for parcel in ledger.rows_of(CaseParcel) if parcel.tracking_number == number]
    return mine[-1] if mine else None


def take_parcel_news(ledger: OrderLedger, parcel: CaseParcel, event: Event) -> Outcome:
    """A fact about a case's parcel: it moves the case, and never the order's own clock. Told twice, it is no news."""
    words = read_words(event.text("description"))
    status = _status(event, str(words.status or ""))
    said = {"case": parcel.case.number, "way": parcel.way, "tracking_number": parcel.tracking_number, "status": status}
    said |= {key: event.text(key) for key in ("description", "location", "source") if event.text(key)}
    if _is_known(ledger, event, said):
        return Outcome(event.type, is_new=False)
    written = ledger.write(
        EventKind.NOTE, PARCEL_NEWS, at=event.at, rule=PARCEL_RULES[ParcelWay(parcel.way)], data=said
    )
    before = parcel.arrived_at
    if words.corrects:
        _take_back(ledger, parcel, event)
    _move(parcel, event.at, status, is_lookup=event.type is EventType.TRACKING_LOOKUP)
    store_parcel(parcel)
    tell_disputes(ledger, parcel, before, at=event.at)
    follow_cases(ledger)
    return Outcome(event.type, sequence=written.sequence)


def _take_back(ledger: OrderLedger, parcel: CaseParcel, correction: Event) -> None:
    """The carrier takes its word of the arrival back (T10); what somebody else said of it stands."""
    if parcel.tracking_status != TrackingStatus.DELIVERED:
        return
    news = [row for row in ledger.rows_of(TimelineEvent) if row.type == PARCEL_NEWS and row.at <= correction.at]
    told = [row for row in news if row.data.get("tracking_number") == parcel.tracking_number]
    arrivals = [row.at for row in told if row.data.get("status") == TrackingStatus.DELIVERED]
    parcel.tracking_status = ""
    for name in REACHED.values():  # as if it had never been said
        if getattr(parcel, name) in arrivals:
            setattr(parcel, name, None)
    if parcel.arrived_at is None and parcel.tracking_number:
        parcel.next_look_at = ledger.now  # it is waited for again


def _status(event: Event, read: str) -> str:
    if event.type is EventType.DELIVERED:
        return TrackingStatus.DELIVERED
    return event.text("status") or read


def _is_known(ledger: OrderLedger, event: Event, said: dict[str, Any]) -> bool:
    told = [row for row in ledger.rows_of(TimelineEvent) if row.type == PARCEL_NEWS]
    return any((row.at, row.data) == (event.at, said) for row in told)


def _move(parcel: CaseParcel, at: datetime, status: str, *, is_lookup: bool) -> None:
    if is_lookup:
        return
    if parcel.last_tracking_at is None or at >= parcel.last_tracking_at:
        parcel.last_tracking_at, parcel.tracking_status = at, status or parcel.tracking_status
    if not status:
        parcel.sent_at = min(at, parcel.sent_at or at)
    elif is_scan(TrackingStatus(status)):
        before = parcel.scanned_at
        parcel.scanned_at = min(at, before or at)
        # Picked up is not yet on its way: the news after that one is, or any from near its end (R5).
        if status in NEAR or (before and at > before and status != TrackingStatus.RETURNING):
            parcel.heading_at = min(at, parcel.heading_at or at)
    if status == TrackingStatus.DELIVERED:
        parcel.arrived_at = min(at, parcel.arrived_at or at)
