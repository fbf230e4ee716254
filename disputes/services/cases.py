"""A dispute's own side of each event: what it sets, which transition it takes, what the team has to do."""

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal

from django_fsm import can_proceed

from disputes.deadlines import (
    DisputeMilestone,
    evidence_deadline,
    evidence_rule,
    replan_dispute,
    response_deadline,
    work_deadline,
)
from disputes.lifecycle import DisputeState
from disputes.models import ActionItem, ActionKind, Dispute, Offer
from disputes.reasons import Reason
from disputes.services.actions import raise_action, settle_actions
from orders.events import Event, EventType
from orders.lifecycle import OrderState
from orders.models import OrderItem, TimelineEvent
from orders.models.timeline import EventKind
from orders.services.facts import end_dispute
from orders.services.ledger import OrderLedger
from orders.services.objections import Broken

REMEDIES = {"reship", "return"}
WAITS_FOR_EVIDENCE = {DisputeState.EVIDENCE_DUE, DisputeState.EVIDENCE_MISSED}
CLOSED_AGAINST_US = {DisputeState.ACCEPTED, DisputeState.LOST}


def latest_dispute(ledger: OrderLedger) -> Dispute | None:
    """The order's newest dispute, open or not."""
    return max(ledger.rows_of(Dispute), key=lambda dispute: dispute.number, default=None)


def open_disputes(ledger: OrderLedger) -> list[Dispute]:
    """The order's disputes that are not closed; of one item there is at most one."""
    return [dispute for dispute in ledger.rows_of(Dispute) if dispute.is_open]


def dispute_of(ledger: OrderLedger, event: Event) -> Dispute | None:
    """The open dispute that an event speaks of: of its item where it names one, else the newest."""
    disputes = sorted(open_disputes(ledger), key=lambda dispute: -dispute.number)
    item = event.text("item")
    named = [dispute for dispute in disputes if is_same_item(ledger, dispute.item, item)] if item else disputes
    return next(iter(named), None)


def named_items(ledger: OrderLedger, name: str) -> list[OrderItem]:
    """The order's lines that a dispute's `item` names: by their SKU, else by their position."""
    items = ledger.rows_of(OrderItem) if name else []
    return [item for item in items if item.sku == name] or [item for item in items if str(item.position) == name]


def is_same_item(ledger: OrderLedger, name: str, other: str) -> bool:
    """Whether both name one item, however they spell it; nothing names the whole order."""
    items = named_items(ledger, name)
    return name == other or (bool(items) and items == named_items(ledger, other))


# --- what a rule or the machine has against it ------------------------------------------------------------------------
def broken_dispute_rules(ledger: OrderLedger, event: Event) -> list[Broken]:
    """The rules of disputes that an event breaks."""
    has = ledger.policy.has
    offers_nothing = "amount" not in event.data and event.text("remedy") not in REMEDIES
    if event.type is EventType.COUNTER_OFFER and offers_nothing and has("D2"):
        return [Broken("D2", "a rejection needs a counter-offer: an amount (0 is one), a reship, or a return")]
    if event.type is not EventType.EVIDENCE_SUBMITTED or not has("D8"):
        return []
    dispute = dispute_of(ledger, event)
    if dispute and dispute.state in WAITS_FOR_EVIDENCE and dispute.evidence_by and event.at > dispute.evidence_by:
        return [Broken("D8", "the evidence is handed in after its deadline")]
    return []


TRANSITIONS: dict[EventType, Callable[[Dispute], Callable[[datetime], None]]] = {
    EventType.PLATFORM_NOTICE: lambda dispute: dispute.ask_evidence,
    EventType.EVIDENCE_SUBMITTED: lambda dispute: dispute.submit_evidence,
    EventType.DISPUTE_ACCEPTED: lambda dispute: dispute.accept,
    EventType.DISPUTE_WITHDRAWN: lambda dispute: dispute.withdraw,
}
NEED_A_DISPUTE = {*TRANSITIONS, EventType.COUNTER_OFFER, EventType.DISPUTE_CHANGED, EventType.VERDICT}


def forbids_dispute_command(ledger: OrderLedger, event: Event) -> bool:
    """Whether the dispute's machine has no way for the command from here."""
    if event.type not in NEED_A_DISPUTE:
        return False
    dispute = dispute_of(ledger, event)
    if dispute is None:
        return True
    if event.type is EventType.COUNTER_OFFER:
        return dispute.state not in {DisputeState.OPENED, DisputeState.NEGOTIATING}
    return event.type in TRANSITIONS and not can_proceed(TRANSITIONS[event.type](dispute))


# --- what each event does ---------------------------------------------------------------------------------------------
def _open(ledger: OrderLedger, event: Event) -> None:
    item = event.text("item")
    same = [dispute for dispute in open_disputes(ledger) if is_same_item(ledger, dispute.item, item)]
    if same:
        _take_change(ledger, same[0], event)
        return
    dispute = Dispute(
        order=ledger.order,
        number=len(ledger.rows_of(Dispute)) + 1,
        item=item,
        opened_at=event.at,
        changed_at=event.at,
        respond_by=event.at,
    )
    ledger.add(dispute)
    ledger.note_move("dispute", "", dispute.state)
    _set_claim(dispute, event)
    if dispute.reason == Reason.SIGNED_NOT_RECEIVED:
        ledger.order.receipt_denied_at = ledger.order.receipt_denied_at or event.at
    dispute.respond_by = response_deadline(dispute, ledger.policy)
    _ask_answer(ledger, dispute, rule="D1")
    _store(ledger, dispute, event.at)


def _change(ledger: OrderLedger, event: Event) -> None:
    if dispute := dispute_of(ledger, event):
        _take_change(ledger, dispute, event)


def _take_change(ledger: OrderLedger, dispute: Dispute, event: Event) -> None:
    """The buyer changed his claim: it waits for an answer anew, with a new deadline (D1)."""
    _set_claim(dispute, event)
    ledger.move(dispute.reopen, event.at, of="dispute")
    if dispute.state == DisputeState.OPENED:
        dispute.changed_at = event.at
        dispute.response_missed_at = None
        dispute.respond_by = response_deadline(dispute, ledger.policy)
        _ask_answer(ledger, dispute, rule="D1")
    if (evidence_by := evidence_deadline(dispute, ledger.policy)) != dispute.evidence_by:
        dispute.evidence_by = evidence_by
        if dispute.state == DisputeState.EVIDENCE_DUE:
            _ask_evidence(ledger, dispute)
    _store(ledger, dispute, event.at)


def _set_claim(dispute: Dispute, event: Event) -> None:
    for name in ("reason", "customs_cause"):
        setattr(dispute, name, event.text(name)[:100] or getattr(dispute, name))
    for name in ("amount", "missing_quantity"):
        setattr(dispute, name, event.data.get(name, getattr(dispute, name)))


def _ask_answer(ledger: OrderLedger, dispute: Dispute, *, rule: str, loud: bool = False) -> None:
    due_at = work_deadline(dispute, ledger.policy)
    data = {"loud": loud, "reason": dispute.reason}
    raise_action(ledger, ActionKind.ANSWER_DISPUTE, rule=rule, due_at=due_at, subject=dispute.subject, data=data)


def _ask_evidence(ledger: OrderLedger, dispute: Dispute) -> None:
    rule, due_at = evidence_rule(dispute, ledger.policy), work_deadline(dispute, ledger.policy)
    raise_action(ledger, ActionKind.SUBMIT_EVIDENCE, rule=rule, due_at=due_at, subject=dispute.subject)


def _offer(ledger: OrderLedger, event: Event) -> None:
    dispute = dispute_of(ledger, event)
    if dispute is None:
        return
    ledger.move(dispute.make_counter_offer, event.at, of="dispute")
    remedy = event.text("remedy") if event.text("remedy") in REMEDIES else ""
    ledger.add(Offer(dispute=dispute, at=event.at, amount=event.data.get("amount"), remedy=remedy))
    settle_actions(ledger, [ActionKind.ANSWER_DISPUTE], reason=event.type, subject=dispute.subject)
    settle_actions(ledger, [ActionKind.COUNTER_OFFER], reason=event.type, subject=dispute.subject)
    _store(ledger, dispute, event.at)


def _take_notice(ledger: OrderLedger, event: Event) -> None:
    dispute = dispute_of(ledger, event)
    if dispute is None or not ledger.move(dispute.ask_evidence, event.at, of="dispute"):
        return
    dispute.evidence_by = evidence_deadline(dispute, ledger.policy)
    settle_actions(ledger, [ActionKind.ANSWER_DISPUTE], reason=event.type, subject=dispute.subject)
    _ask_evidence(ledger, dispute)
    _store(ledger, dispute, event.at)


def _submit(ledger: OrderLedger, event: Event) -> None:
    dispute = dispute_of(ledger, event)
    if dispute is None:
        return
    ledger.move(dispute.submit_evidence, event.at, of="dispute")
    _settle_all(ledger, dispute, [ActionKind.SUBMIT_EVIDENCE, ActionKind.PROVIDE_EXHIBIT], reason=event.type)
    _store(ledger, dispute, event.at)


def _accept(ledger: OrderLedger, event: Event) -> None:
    if dispute := dispute_of(ledger, event):
        _close(ledger, dispute, dispute.accept, event)


def _withdraw(ledger: OrderLedger, event: Event) -> None:
    if dispute := dispute_of(ledger, event):
        _close(ledger, dispute, dispute.withdraw, event)
        _bring_back(ledger, event.at)


def _rule(ledger: OrderLedger, event: Event) -> None:
    dispute = dispute_of(ledger, event)
    if dispute is None:
        return
    outcome = event.text("outcome")
    dispute.awarded = event.data.get("amount")
    changes = {"won": dispute.win, "lost": dispute.lose, "settled": dispute.settle}
    _close(ledger, dispute, changes[outcome], event)
    if outcome != "lost":
        _bring_back(ledger, event.at)


def _take_refund(ledger: OrderLedger, event: Event) -> None:
    """The platform paid what the buyer asks for: its word on the claim (D1). A closed claim is paid off (D11)."""
    if ledger.order.state == OrderState.REFUNDED:
        answered = open_disputes(ledger)
    else:
        dispute = dispute_of(ledger, event)
        answered = [dispute] if dispute and _covers(event, dispute, ledger) else []
    for dispute in answered:
        _close(ledger, dispute, dispute.accept, event)
    _bring_back(ledger, event.at)


def _covers(event: Event, dispute: Dispute, ledger: OrderLedger) -> bool:
    claimed = dispute.amount if dispute.amount is not None else ledger.order.total
    paid: Decimal | None = event.data.get("amount", claimed)
    return claimed is not None and paid is not None and paid >= claimed


def _close(ledger: OrderLedger, dispute: Dispute, change: Callable[[datetime], None], event: Event) -> None:
    ledger.move(change, event.at, of="dispute")
    _settle_all(ledger, dispute, ActionKind, reason=event.type)
    _store(ledger, dispute, event.at)


def _settle_all(ledger: OrderLedger, dispute: Dispute, kinds: Iterable[ActionKind], *, reason: str) -> None:
    """Close what the dispute asked of the team: about itself, and about each slot of its checklist."""
    subjects = {item.subject for item in ledger.rows_of(ActionItem)}
    for subject in sorted(subjects):
        if f"{subject}:".startswith(f"{dispute.subject}:"):
            settle_actions(ledger, kinds, reason=reason, subject=subject)


def _bring_back(ledger: OrderLedger, at: datetime) -> None:
    """The order goes back to where it belongs once no dispute is open, and none that was lost waits for its refund."""
    waits = any(dispute.is_open or _is_owed(ledger, dispute) for dispute in ledger.rows_of(Dispute))
    if ledger.order.disputed_at and not waits:
        end_dispute(ledger, at)


def _is_owed(ledger: OrderLedger, dispute: Dispute) -> bool:
    """Whether it was closed against us, and nothing went back to the buyer since (D11)."""
    if dispute.state not in CLOSED_AGAINST_US or dispute.closed_at is None:
        return False
    refunds = [event for event in ledger.rows_of(TimelineEvent) if event.type == EventType.REFUND_ISSUED]
    return all(event.at < dispute.closed_at or event.kind == EventKind.REFUSED for event in refunds)


def _store(ledger: OrderLedger, dispute: Dispute, at: datetime) -> None:
    if dispute.pk:
        dispute.save()
    replan_dispute(ledger, dispute, at=at)


HANDLERS: dict[EventType, Callable[[OrderLedger, Event], None]] = {
    EventType.DISPUTE_OPENED: _open,
    EventType.DISPUTE_CHANGED: _change,
    EventType.COUNTER_OFFER: _offer,
    EventType.PLATFORM_NOTICE: _take_notice,
    EventType.EVIDENCE_SUBMITTED: _submit,
    EventType.DISPUTE_ACCEPTED: _accept,
    EventType.DISPUTE_WITHDRAWN: _withdraw,
    EventType.VERDICT: _rule,
    EventType.REFUND_ISSUED: _take_refund,
}


def apply_to_dispute(ledger: OrderLedger, event: Event) -> None:
    """Do what the event does to the order's disputes."""
    if handler := HANDLERS.get(event.type):
        handler(ledger, event)


# --- what its dates do ------------------------------------------------------------------------------------------------
def miss_response_on(ledger: OrderLedger, dispute: Dispute) -> None:
    """Noted, and loud; only the platform's word moves the state (D1)."""
    dispute.response_missed_at = ledger.now
    ledger.write(EventKind.NOTE, "response_missed", at=ledger.now, rule="D1")
    _ask_answer(ledger, dispute, rule="D1", loud=True)
    _store(ledger, dispute, ledger.now)


def miss_evidence_on(ledger: OrderLedger, dispute: Dispute) -> None:
    """Loud, and still open for the verdict: late evidence is better than none (D8)."""
    data = {"loud": True}
    raise_action(ledger, ActionKind.SUBMIT_EVIDENCE, rule="D8", subject=dispute.subject, data=data)
    _store(ledger, dispute, ledger.now)


def _only_tell(_ledger: OrderLedger, _dispute: Dispute) -> None:
    """The line on the timeline is all: what there is to do has been asked for already."""


DISPUTE_REACTIONS: dict[str, Callable[[OrderLedger, Dispute], None]] = {
    DisputeMilestone.RESPONSE_DUE: miss_response_on,
    DisputeMilestone.ESCALATION: _only_tell,
    DisputeMilestone.EVIDENCE_DUE: miss_evidence_on,
    DisputeMilestone.RESPONSE_REMINDER: _only_tell,
    DisputeMilestone.EVIDENCE_REMINDER: _only_tell,
}
