"""A dispute's own side of each event: what it sets, which transition it takes, what the team has to do."""

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal

from django_fsm import can_proceed

from disputes.deadlines import (
    appeal_deadline,
    evidence_deadline,
    evidence_rule,
    response_deadline,
    work_deadline,
)
from disputes.lifecycle import AGAINST_US, DisputeState
from disputes.models import ActionItem, ActionKind, Dispute, Offer
from disputes.reasons import Reason
from disputes.services.actions import raise_action, settle_actions
from disputes.services.dispute_returns import note_return, returned_parcel, start_clock
from disputes.services.dispute_rows import ask_answer, dispute_of, is_same_item, open_disputes, store_dispute
from orders.events import Event, EventType
from orders.lifecycle import OrderState
from orders.models import TimelineEvent
from orders.models.timeline import EventKind
from orders.services.facts import end_dispute
from orders.services.ledger import OrderLedger
from orders.services.objections import Broken

REMEDIES = {"reship", "return"}
WAITS_FOR_EVIDENCE = {DisputeState.EVIDENCE_DUE, DisputeState.EVIDENCE_MISSED}


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
    )
    ledger.add(dispute)
    ledger.note_move("dispute", "", dispute.state)
    _set_claim(dispute, event)
    if dispute.reason == Reason.SIGNED_NOT_RECEIVED:
        ledger.order.receipt_denied_at = ledger.order.receipt_denied_at or event.at
    _set_answer_date(ledger, dispute, event)
    store_dispute(ledger, dispute, event.at)


def _change(ledger: OrderLedger, event: Event) -> None:
    if dispute := dispute_of(ledger, event):
        _take_change(ledger, dispute, event)


def _take_change(ledger: OrderLedger, dispute: Dispute, event: Event) -> None:
    """The buyer changed his claim: it waits for an answer anew, with a new deadline (D1)."""
    if _names_only_dates(event):
        _take_dates(ledger, dispute, event)
        return
    _set_claim(dispute, event)
    ledger.move(dispute.reopen, event.at, of="dispute")
    if dispute.state == DisputeState.OPENED:
        dispute.changed_at = event.at
        dispute.response_missed_at = None
        _set_answer_date(ledger, dispute, event)
    if (evidence_by := evidence_deadline(dispute, ledger.policy)) != dispute.evidence_by:
        dispute.evidence_by = evidence_by
        if dispute.state == DisputeState.EVIDENCE_DUE:
            _ask_evidence(ledger, dispute)
    store_dispute(ledger, dispute, event.at)


DATES = {"respond_by", "respond_when"}


def _names_only_dates(event: Event) -> bool:
    """Whether the event says what the platform's dates are, and nothing of what the buyer wants."""
    return bool(DATES & event.data.keys()) and event.data.keys() <= DATES | {"item"}


def _take_dates(ledger: OrderLedger, dispute: Dispute, event: Event) -> None:
    if dispute.state == DisputeState.OPENED:
        _set_answer_date(ledger, dispute, event)
        store_dispute(ledger, dispute, event.at)


def _set_answer_date(ledger: OrderLedger, dispute: Dispute, event: Event) -> None:
    """By when to answer, and the team is asked to; a date that does not apply yet asks nothing of anybody."""
    dispute.platform_respond_by = event.data.get("respond_by")
    dispute.respond_when = event.text("respond_when")
    dispute.respond_by = response_deadline(dispute, ledger.policy, since=event.at)
    if not dispute.respond_when:
        ask_answer(ledger, dispute, rule="D1")
        return
    settle_actions(ledger, [ActionKind.ANSWER_DISPUTE], reason="not_yet", subject=dispute.subject)
    if parcel := returned_parcel(ledger):
        note_return(ledger, at=max(parcel.arrived_at, dispute.opened_at), data=parcel.as_json())


def _set_claim(dispute: Dispute, event: Event) -> None:
    for name in ("reason", "customs_cause"):
        setattr(dispute, name, event.text(name)[:100] or getattr(dispute, name))
    for name in ("amount", "missing_quantity"):
        setattr(dispute, name, event.data.get(name, getattr(dispute, name)))


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
    store_dispute(ledger, dispute, event.at)


def _take_notice(ledger: OrderLedger, event: Event) -> None:
    dispute = dispute_of(ledger, event)
    if dispute is None:
        return
    is_first = ledger.move(dispute.ask_evidence, event.at, of="dispute")
    if not (is_first or (dispute.state == DisputeState.EVIDENCE_DUE and "evidence_by" in event.data)):
        return
    dispute.platform_evidence_by = event.data.get("evidence_by")
    dispute.evidence_by = evidence_deadline(dispute, ledger.policy)
    settle_actions(ledger, [ActionKind.ANSWER_DISPUTE], reason=event.type, subject=dispute.subject)
    _ask_evidence(ledger, dispute)
    store_dispute(ledger, dispute, event.at)


def _submit(ledger: OrderLedger, event: Event) -> None:
    dispute = dispute_of(ledger, event)
    if dispute is None:
        return
    ledger.move(dispute.submit_evidence, event.at, of="dispute")
    _settle_all(ledger, dispute, [ActionKind.SUBMIT_EVIDENCE, ActionKind.PROVIDE_EXHIBIT], reason=event.type)
    store_dispute(ledger, dispute, event.at)


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
    elif appeal_by := appeal_deadline(dispute, ledger.policy):
        subject = dispute.subject
        raise_action(ledger, ActionKind.REVIEW_MANUALLY, rule="D13", due_at=appeal_by, subject=subject)


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
    claimed = dispute.claimed
    paid: Decimal | None = event.data.get("amount", claimed)
    return claimed is not None and paid is not None and paid >= claimed


def _close(ledger: OrderLedger, dispute: Dispute, change: Callable[[datetime], None], event: Event) -> None:
    ledger.move(change, event.at, of="dispute")
    _settle_all(ledger, dispute, ActionKind, reason=event.type)
    store_dispute(ledger, dispute, event.at)


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
    if dispute.state not in AGAINST_US or dispute.closed_at is None:
        return False
    refunds = [event for event in ledger.rows_of(TimelineEvent) if event.type == EventType.REFUND_ISSUED]
    return all(event.at < dispute.closed_at or event.kind == EventKind.REFUSED for event in refunds)


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
    EventType.RETURN_ARRIVED: start_clock,
}


def apply_to_dispute(ledger: OrderLedger, event: Event) -> None:
    """Do what the event does to the order's disputes."""
    if handler := HANDLERS.get(event.type):
        handler(ledger, event)
