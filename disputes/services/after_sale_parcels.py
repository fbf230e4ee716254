"""Parcels of after-sale cases: what comes back and what is shipped again, registered by a person, moved by tracking."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from disputes.case_fields import CaseField
from disputes.case_refusals import StepLocked, StepRefused
from disputes.case_terms import Fault, ParcelWay
from disputes.models import AfterSaleCase, CaseParcel
from disputes.playbooks import Condition, Step
from disputes.services.after_sale_rows import facts_of
from disputes.services.dispute_returns import note_return, returned_parcel, take_return_back
from orders.services.ledger import OrderLedger

REACHED = {"scanned": "scanned_at", "heading": "heading_at", "arrived": "arrived_at"}


def register_parcel(
    ledger: OrderLedger, case: AfterSaleCase, way: ParcelWay, answers: Mapping[CaseField, Any]
) -> CaseParcel:
    """Keep the parcel's carrier and number: of the one that has no number yet, else of a new one."""
    number = str(answers.get(CaseField.TRACKING_NUMBER) or "").replace(" ", "")
    facts = facts_of(ledger, case)
    parcel = facts.parcel(way)
    if parcel is None or (parcel.tracking_number and number and parcel.tracking_number != number):
        parcel = CaseParcel(case=case, order=ledger.order, way=way)
        ledger.add(parcel)
    if number and number != parcel.tracking_number:
        parcel.next_look_at, parcel.followed_by, parcel.carrier_code = ledger.now, "", ""
    parcel.carrier = str(answers.get(CaseField.CARRIER) or parcel.carrier)
    parcel.tracking_number = number or parcel.tracking_number
    parcel.seller_pays = case.fault != Fault.BUYER if case.fault else parcel.seller_pays
    if way is ParcelWay.OUT:
        parcel.seller_pays, parcel.sent_at = True, parcel.sent_at or ledger.now
    store_parcel(parcel)
    return parcel


def store_parcel(parcel: CaseParcel) -> None:
    """Write what changed of a parcel that is there already."""
    if parcel.pk:
        parcel.save()


def arrive_by_hand(ledger: OrderLedger, case: AfterSaleCase, step: Step) -> None:
    """A person says that a parcel came so far; what else the step waits for only a fact can bring."""
    facts = facts_of(ledger, case)
    if locks := facts.locks(step):
        raise StepLocked(locks)
    for condition in step.until:
        if condition.parcel is None:
            raise StepRefused(step.rule, _elsewhere(condition))
        parcel = facts.parcel(condition.parcel)
        if parcel is None:
            raise StepRefused(step.rule, _("no such parcel is registered yet"))
        name, before = REACHED[condition.values[0]], parcel.arrived_at
        setattr(parcel, name, getattr(parcel, name) or ledger.now)
        store_parcel(parcel)
        tell_disputes(ledger, parcel, before, at=ledger.now)


def tell_disputes(ledger: OrderLedger, parcel: CaseParcel, before: datetime | None, *, at: datetime) -> None:
    """What the buyer sent back has arrived, or has not after all: a dispute may wait for the same fact (D12).

    `before` is when it had arrived by what was known until `at` (UTC). A dispute waits for all that comes back.
    """
    if parcel.way != ParcelWay.BACK or (before is None) == (parcel.arrived_at is None):
        return
    if parcel.arrived_at is None:
        take_return_back(ledger, parcel, at=at)
    elif latest := returned_parcel(ledger, parcel):
        note_return(ledger, at=latest.arrived_at, data=latest.as_json())


def _elsewhere(condition: Condition) -> Any:
    if condition.slot:
        return _("add it to the order's evidence: that ends this step")
    return _("record the refund on the order, or mark the line of the ledger as paid: that ends this step")
