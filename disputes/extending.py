"""How long a buyer's receipt time is to be extended, so that he is protected for as long as his parcel may take."""

from datetime import datetime, timedelta

from disputes.models import ActionKind
from disputes.services.actions import raise_action
from orders.planning import protection_end
from orders.services.arrivals import learnt_span
from orders.services.ledger import OrderLedger


def ask_extension(ledger: OrderLedger, *, rule: str) -> None:
    """Ask the team to extend the receipt time: by so many days that the protection outlasts the wait so far (G1)."""
    end = protection_end(ledger.order, ledger.policy)
    days = suggested_days(ledger, end) if end else None
    raise_action(ledger, ActionKind.EXTEND_RECEIPT_TIME, rule=rule, due_at=end, data={"days": days})


def suggested_days(ledger: OrderLedger, end: datetime) -> int:
    """Days to add so that the protection ends after the expected arrival.

    That is when all but a tenth of the store's own parcels on this lane have come (T1). Without a history, or when that
    is over, a parcel is expected within another promised time's worth of tolerance: the same span that separates the
    promise from the end of the protection.
    """
    span = ledger.policy.duration("G1", "after_promise")
    learnt = _latest_arrival(ledger)
    expected = learnt if learnt and learnt > ledger.now else ledger.now + span
    return max(span.days, (expected + span - end).days)


def _latest_arrival(ledger: OrderLedger) -> datetime | None:
    """When the parcel has normally come, by the store's own history (UTC); None without one."""
    carrier = ledger.shipments[-1].carrier if ledger.shipments else ""
    learnt = learnt_span(ledger.order, carrier)
    shipped_at: datetime | None = ledger.order.shipped_at
    return shipped_at + timedelta(days=learnt.latest) if learnt and shipped_at else None
