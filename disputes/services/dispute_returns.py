"""What a dispute's answer may wait for: the return, its arrival, and the carrier who takes that back (D12, T10)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from disputes.case_terms import ParcelWay
from disputes.deadlines import response_deadline
from disputes.lifecycle import DisputeState
from disputes.models import ActionKind, CaseParcel, Dispute
from disputes.models.disputes import StartCondition
from disputes.services.actions import settle_actions
from disputes.services.dispute_rows import ask_answer, open_disputes, store_dispute
from orders.events import Event, EventType
from orders.models import TimelineEvent
from orders.models.timeline import EventKind
from orders.services.ledger import OrderLedger

CHANGES = {EventType.DISPUTE_OPENED, EventType.DISPUTE_CHANGED}


def returned_parcel(ledger: OrderLedger, news: CaseParcel | None = None) -> Any:
    """What came back last for the open cases, once nothing of it is under way any more; None before that.

    `news` is the parcel that something was just heard of: it counts though its case be closed.
    """
    returns = [row for row in ledger.rows_of(CaseParcel) if row.way == ParcelWay.BACK]
    back = [row for row in returns if row.case.is_open or row == news]
    arrived = [(row.arrived_at, row) for row in back if row.arrived_at]
    return max(arrived, key=lambda pair: pair[0])[1] if arrived and len(arrived) == len(back) else None


def start_clock(ledger: OrderLedger, event: Event) -> None:
    """The event says that what the buyer sent is here: dates that waited for it begin to run (D12)."""
    _start_clocks(ledger, _waiting(ledger), since=event.at)


def _waiting(ledger: OrderLedger) -> list[Dispute]:
    return [dispute for dispute in open_disputes(ledger) if dispute.respond_when == StartCondition.RETURN_ARRIVED]


def _start_clocks(ledger: OrderLedger, waiting: Iterable[Dispute], *, since: datetime) -> None:
    """None begins to run before its claim was there."""
    for dispute in waiting:
        dispute.respond_when = StartCondition.NONE
        rule, begun = _return_rule(ledger), max(since, dispute.opened_at, dispute.changed_at)
        dispute.respond_by = response_deadline(dispute, ledger.policy, since=begun, rule=rule)
        if dispute.state == DisputeState.OPENED:
            ask_answer(ledger, dispute, rule="D1")
        store_dispute(ledger, dispute, begun)


def _return_rule(ledger: OrderLedger) -> str:
    return "D12" if ledger.policy.has("D12") else "D1"


def note_return(ledger: OrderLedger, *, at: datetime, data: Mapping[str, Any]) -> None:
    """A case's return is with us since `at` (UTC): the disputes that wait for it learn it as their own fact (D12).

    `data` says which parcel. Where none waits, the news of the parcel is all.
    """
    if waiting := _waiting(ledger):
        said = {**data, "disputes": [dispute.number for dispute in waiting]}
        ledger.write(EventKind.FACT, EventType.RETURN_ARRIVED, at=at, rule=_return_rule(ledger), data=said)
        _start_clocks(ledger, waiting, since=at)


def take_return_back(ledger: OrderLedger, parcel: CaseParcel, *, at: datetime) -> None:
    """The carrier takes that arrival back (T10): what it started waits again, unless the claim has changed since.

    Of several parcels that came back for open cases, each is one that the start waited for.
    """
    data = parcel.as_json()
    told = [row for row in ledger.rows_of(TimelineEvent) if row.type in {EventType.RETURN_ARRIVED, *CHANGES}]
    latest = max(told, key=lambda row: row.sequence, default=None)
    if latest is None or latest.type != EventType.RETURN_ARRIVED or "disputes" not in latest.data:
        return  # or a person's own word of it, which stands
    if not (parcel.case.is_open or data.items() <= latest.data.items()):
        return
    for dispute in open_disputes(ledger):
        if dispute.number in latest.data.get("disputes", []) and dispute.state == DisputeState.OPENED:
            dispute.respond_when, dispute.respond_by = StartCondition.RETURN_ARRIVED, None
            dispute.response_missed_at = None
            settle_actions(ledger, [ActionKind.ANSWER_DISPUTE], reason="not_yet", subject=dispute.subject)
            said = {**data, "dispute": dispute.number}
            ledger.write(EventKind.NOTE, "return_taken_back", at=at, rule=_return_rule(ledger), data=said)
            store_dispute(ledger, dispute, at)
