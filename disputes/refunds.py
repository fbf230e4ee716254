"""The refunds that the team is asked for: by a rule, or because the buyer chose one."""

from decimal import Decimal

from disputes.arithmetic import CENT
from disputes.models import ActionItem, ActionKind, ActionState
from disputes.services.actions import raise_action, settle_actions
from orders.events import Event
from orders.models.milestones import MilestoneState
from orders.planning import MilestoneKind, ending, obstacle, protection_end
from orders.services.facts import Outcome
from orders.services.ledger import OrderLedger
from orders.services.parcels import latest_lookups

Kind = MilestoneKind
PASSED = {MilestoneState.FIRED, MilestoneState.STALE}


def amount_left(ledger: OrderLedger) -> object:
    """What has not gone back to the buyer yet, in the order's currency; None when the total is not known."""
    order = ledger.order
    return None if order.total is None else order.total - order.refunded_amount


def raise_refund(ledger: OrderLedger, *, rule: str) -> None:
    """Ask the team to refund, with the amount, before the buyer's protection ends; not in place of what he chose."""
    if any(row.state == ActionState.OPEN for row in _chosen_refunds(ledger)):
        return
    due_at = protection_end(ledger.order, ledger.policy)
    raise_action(ledger, ActionKind.REFUND, rule=rule, due_at=due_at, data=_refund_data(ledger))


def _refund_data(ledger: OrderLedger) -> dict[str, object]:
    amount = amount_left(ledger)
    return {"amount": None if amount is None else str(amount), "currency": ledger.order.currency}


def react_to_lookup(ledger: OrderLedger, _event: Event, _outcome: Outcome) -> None:
    """A parcel that nobody knows is refunded before it is complained of: one complaint freezes the store (T6)."""
    if not ledger.policy.has("T6") or ending(Kind.TRACKING_STALLED, ledger.order):
        return  # the parcel is waited for no more
    if _is_known(ledger):
        settle_actions(ledger, [ActionKind.VERIFY_TRACKING], reason="found")
    elif _is_untraceable(ledger):
        settle_actions(ledger, [ActionKind.VERIFY_TRACKING], reason="untraceable")
        _ask_untraceable(ledger)
    else:
        raise_action(ledger, ActionKind.VERIFY_TRACKING, rule="T6")


def _is_known(ledger: OrderLedger) -> bool:
    return any(latest_lookups(ledger).values()) or ledger.order.first_scan_at is not None


def _is_untraceable(ledger: OrderLedger) -> bool:
    """Whether as many sources as the rule wants were asked for the parcel, and none knows it (T6)."""
    if not ledger.policy.has("T6") or ending(Kind.TRACKING_STALLED, ledger.order) or _is_known(ledger):
        return False
    wanted: int = ledger.policy.value("T6", "sources")
    return len(latest_lookups(ledger)) >= wanted


def _ask_untraceable(ledger: OrderLedger) -> None:
    """Now, and not only before the protection ends."""
    raise_action(ledger, ActionKind.REFUND, rule="T6", data=_refund_data(ledger) | {"warning": "store_freeze"})


def react_to_choice(ledger: OrderLedger, event: Event, _outcome: Outcome) -> None:
    """The buyer says whether he waits or wants his money back, all or a part (C2)."""
    settle_actions(ledger, [ActionKind.RECORD_CHOICE], reason="buyer_choice")
    choice = event.text("choice")
    if choice == "wait":
        _settle_chosen_refund(ledger)
    elif not ledger.order.refunded_at:
        # He waits for what he chose: it is due by the usual span (R12), and never after his protection has ended.
        soon = ledger.now + ledger.policy.duration("R12", "next_date")
        due_at = min(soon, protection_end(ledger.order, ledger.policy) or soon)
        data = _chosen_refund(ledger, event) | {"choice": choice}
        raise_action(ledger, ActionKind.REFUND, rule="C2", due_at=due_at, data=data)


def _chosen_refund(ledger: OrderLedger, event: Event) -> dict[str, object]:
    """All that is left, or the part that he chose: of one that nobody named the amount, it is still to be told."""
    data = _refund_data(ledger)
    if event.text("choice") == "partial_refund":
        amount = event.data.get("amount")
        data["amount"] = str(amount.quantize(CENT)) if isinstance(amount, Decimal) else None
    return data


def _settle_chosen_refund(ledger: OrderLedger) -> None:
    """He waits after all: the refund that he chose before is not asked for any more; one that a rule asks for is."""
    if any(row.state == ActionState.OPEN for row in _chosen_refunds(ledger)):
        settle_actions(ledger, [ActionKind.REFUND], reason="buyer_choice", subject="")
        _ask_again(ledger)


def _chosen_refunds(ledger: OrderLedger) -> list[ActionItem]:
    return [row for row in ledger.rows_of(ActionItem) if row.kind == ActionKind.REFUND and row.data.get("choice")]


def _ask_again(ledger: OrderLedger) -> None:
    """The refund that a rule asked for, and that the one that he chose took the place of (T6, C3)."""
    if _is_untraceable(ledger):
        _ask_untraceable(ledger)
        return
    passed = [row for row in ledger.milestones if row.kind == Kind.CONTACT_60 and row.state in PASSED]
    end = protection_end(ledger.order, ledger.policy)
    if passed and not obstacle(Kind.CONTACT_60, ledger.order) and (end is None or end > ledger.now):
        raise_refund(ledger, rule=passed[-1].rule)
