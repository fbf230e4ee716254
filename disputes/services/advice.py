"""Working the advice out again, and keeping it whenever it says something new."""

from datetime import datetime
from decimal import Decimal

from disputes.advising import Advice, CaseFacts, advise
from disputes.checklists import ChecklistSlot, checklist, is_proof, missing_slots
from disputes.deadlines import work_deadline
from disputes.lifecycle import DisputeState
from disputes.models import ActionItem, ActionKind, ActionState, AdviceEntry, Dispute
from disputes.services.actions import raise_action, settle_actions
from disputes.services.dispute_rows import named_items, open_disputes
from orders.events import EventType
from orders.models import OrderItem, TimelineEvent
from orders.planning import promise_end
from orders.services.ledger import OrderLedger
from orders.services.parcels import latest_lookups

# The advice that is something to do before the answer; accepting, contesting and the like are the answer itself.
ACTIONS = {
    "request_carrier_certificate": ActionKind.REQUEST_CARRIER_CERTIFICATE,
    "request_buyer_proof": ActionKind.REQUEST_BUYER_PROOF,
    "request_buyer_photo": ActionKind.REQUEST_BUYER_PHOTO,
    "verify_tracking": ActionKind.VERIFY_TRACKING,
    "verify_delivery": ActionKind.VERIFY_DELIVERY,
    "verify_carrier_reason": ActionKind.VERIFY_CARRIER_REASON,
    "reship": ActionKind.RESHIP,
    "counter_offer": ActionKind.COUNTER_OFFER,
    "partial_refund": ActionKind.COUNTER_OFFER,
    "review_manually": ActionKind.REVIEW_MANUALLY,
}

ASKED = {ActionState.OPEN, ActionState.DONE}  # a slot that was settled, and is missing again, is asked for again


def exhibits_of(ledger: OrderLedger) -> list[tuple[str, str]]:
    """(kind, source) of every exhibit that was added to the order and can be read, before the dispute too."""
    added = [event.data for event in _events(ledger, EventType.EVIDENCE_ADDED)]
    return [(data["kind"], data.get("source", "")) for data in added if is_proof(data)]


def _events(ledger: OrderLedger, kind: EventType) -> list[TimelineEvent]:
    return [
        event for event in ledger.rows_of(TimelineEvent) if event.type == kind and event.kind in {"fact", "command"}
    ]


def dispute_checklist(ledger: OrderLedger, dispute: Dispute) -> list[ChecklistSlot]:
    """The dispute's slots (rule E), as they stand."""
    return checklist(dispute.reason, exhibits_of(ledger), is_delivered=ledger.order.delivered_at is not None)


def case_facts(ledger: OrderLedger, dispute: Dispute) -> CaseFacts:
    """What table A looks at, at the ledger's moment."""
    order = ledger.order
    promised = promise_end(order, ledger.policy)
    quantity, amount = _disputed(ledger, dispute)
    return CaseFacts(
        reason=dispute.reason,
        customs_cause=dispute.customs_cause,
        exhibits=frozenset(kind for kind, _source in exhibits_of(ledger)),
        lookups=latest_lookups(ledger),
        has_scan=order.first_scan_at is not None,
        tracking_status=order.tracking_status,
        is_shipped=order.shipped_at is not None,
        is_delivered=order.delivered_at is not None,
        is_promise_over=promised is not None and ledger.now >= promised,
        missing_quantity=dispute.missing_quantity,
        ordered_quantity=quantity,
        ordered_amount=amount,
    )


def _disputed(ledger: OrderLedger, dispute: Dispute) -> tuple[int | None, Decimal | None]:
    """How many were ordered and for how much: of the disputed item, or of the whole order where none is named."""
    items = ledger.rows_of(OrderItem)
    named = named_items(ledger, dispute.item) if dispute.item else items
    quantity = sum(item.quantity for item in named) or None
    amounts = [None if item.unit_price is None else item.quantity * item.unit_price for item in named]
    if not dispute.item or (named == items and None in amounts):
        return quantity, ledger.order.total
    return quantity, None if None in amounts else sum((amount for amount in amounts if amount is not None), Decimal(0))


def advise_again(ledger: OrderLedger) -> None:
    """Work the advice of every open dispute out again; keep it, and what it asks of the team, where it changed."""
    for dispute in open_disputes(ledger):
        advice = advise(case_facts(ledger, dispute))
        missing = missing_slots(dispute_checklist(ledger, dispute))
        before = _latest(ledger, dispute)
        _ask_exhibits(ledger, dispute, missing)
        if before and _says(before) == (advice.rule, advice.recommendation, advice.liability, missing):
            continue
        _keep(ledger, dispute, advice, missing)
        if before is None or before.recommendation != advice.recommendation:
            _ask(ledger, dispute, advice, before)


def _latest(ledger: OrderLedger, dispute: Dispute) -> AdviceEntry | None:
    entries = [entry for entry in ledger.rows_of(AdviceEntry) if _is_about(entry, dispute)]
    return entries[-1] if entries else None


def _is_about(entry: AdviceEntry, dispute: Dispute) -> bool:
    """By the row where it is stored already: two disputes of one file have no id yet."""
    return entry.dispute_id == dispute.pk if entry.dispute_id else entry.dispute is dispute


def _says(entry: AdviceEntry) -> tuple[str, str, str, list[str]]:
    return (entry.rule, entry.recommendation, entry.liability, entry.missing)


def _keep(ledger: OrderLedger, dispute: Dispute, advice: Advice, missing: list[str]) -> None:
    entry = AdviceEntry(
        dispute=dispute,
        order=ledger.order,
        at=ledger.now,
        rule=advice.rule,
        recommendation=advice.recommendation,
        liability=advice.liability.value,
        missing=missing,
        amount=advice.amount,
    )
    ledger.add(entry)


def _ask(ledger: OrderLedger, dispute: Dispute, advice: Advice, before: AdviceEntry | None) -> None:
    if before and before.recommendation in ACTIONS:
        settle_actions(
            ledger, [ACTIONS[before.recommendation]], reason=f"advice_{advice.rule}", subject=dispute.subject
        )
    if kind := ACTIONS.get(advice.recommendation):
        data = {"amount": str(advice.amount), "currency": ledger.order.currency} if advice.amount is not None else {}
        due_at = work_deadline(dispute, ledger.policy)
        raise_action(ledger, kind, rule=advice.rule, due_at=due_at, subject=dispute.subject, data=data)


def _ask_exhibits(ledger: OrderLedger, dispute: Dispute, missing: list[str]) -> None:
    """What was provided, or another reason asks for, is asked for no more; what is missing since the notice, is (E)."""
    slots = {slot.kind for slot in dispute_checklist(ledger, dispute)}
    for kind in _asked(ledger, dispute) - set(missing):
        reason = "provided" if kind in slots else "replaced"
        settle_actions(ledger, [ActionKind.PROVIDE_EXHIBIT], reason=reason, subject=_slot(dispute, kind))
    if dispute.state == DisputeState.EVIDENCE_DUE:
        ask_missing_exhibits(ledger, dispute, missing)


def ask_missing_exhibits(ledger: OrderLedger, dispute: Dispute, missing: list[str]) -> None:
    """One action for each empty slot, due at the first reminder before the evidence deadline (rule E)."""
    for kind in missing:
        subject = _slot(dispute, kind)
        if not any(action.subject == subject and action.state in ASKED for action in ledger.rows_of(ActionItem)):
            due_at = first_reminder(ledger, dispute)
            raise_action(
                ledger, ActionKind.PROVIDE_EXHIBIT, rule="E", due_at=due_at, subject=subject, data={"slot": kind}
            )


def first_reminder(ledger: OrderLedger, dispute: Dispute) -> datetime | None:
    """When the first reminder before the evidence deadline comes (D6)."""
    spans = ledger.policy.value("D6", "before")
    return dispute.evidence_by - spans[0] if dispute.evidence_by and spans else dispute.evidence_by


def _asked(ledger: OrderLedger, dispute: Dispute) -> set[str]:
    exhibits = [action for action in ledger.rows_of(ActionItem) if action.kind == ActionKind.PROVIDE_EXHIBIT]
    return {action.data["slot"] for action in exhibits if action.subject == _slot(dispute, action.data["slot"])}


def _slot(dispute: Dispute, kind: str) -> str:
    return f"{dispute.subject}:{kind}"
